#!/bin/sh
# Installs the Debian 12 packages that the project needs, as root or through sudo.
# Usage: packages.sh [test|ci|long]      without an argument: to build
#   test: also to run the tests; ci: also what .ci/run checks beyond them; long: also what tests/long does
set -eu

libraries="libprotobuf-c-dev libyajl-dev libmd-dev"

# What a program for another architecture is built from and runs on.
foreign() {
    echo "qemu-user-static gcc-$1-linux-gnu g++-$1-linux-gnu"
    for library in $libraries check libsubunit-dev; do echo "$library:$2"; done
}

build="gcc libc6-dev cmake ninja-build pkg-config protobuf-c-compiler $libraries"
test="$build check clang g++ libclang-rt-14-dev valgrind jq"
ci="$test gcovr libopenblas0-serial debootstrap musl-tools dpkg-dev"
long="$ci libutf8proc-dev $(foreign s390x s390x) $(foreign aarch64 arm64)
    gcc-riscv64-linux-gnu g++-riscv64-linux-gnu libc6-dev-riscv64-cross"

foreign=
case ${1:-build} in
build) packages=$build ;;
test) packages=$test ;;
ci) packages=$ci ;;
long) packages=$long foreign="s390x arm64" ;;
*) sed -n 's/^# //; 2,4p' "$0" >&2 && exit 2 ;;
esac

missing=
for package in $packages; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
if [ -n "$missing" ]; then
    as_root=
    if [ "$(id -u)" != 0 ]; then as_root=sudo; fi
    for architecture in $foreign; do $as_root dpkg --add-architecture "$architecture"; done
    $as_root apt-get update -q
    # shellcheck disable=SC2086  # both are lists of words
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
fi
