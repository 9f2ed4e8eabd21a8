#!/bin/sh
# Installs the Debian 12 packages that the project needs, as root or through sudo.
# Usage: packages.sh [test]      without an argument: to build; test: also to run every check
set -eu

build="gcc libc6-dev cmake ninja-build pkg-config libprotobuf-c-dev protobuf-c-compiler libyajl-dev libmd-dev"
test="check clang g++ libclang-rt-14-dev valgrind jq"

packages=$build
if [ "${1:-}" = test ]; then packages="$build $test"; fi

missing=
for package in $packages; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
if [ -n "$missing" ]; then
    as_root=
    if [ "$(id -u)" != 0 ]; then as_root=sudo; fi
    $as_root apt-get update -q
    # shellcheck disable=SC2086  # both are lists of words
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
fi
