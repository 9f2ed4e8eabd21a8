#!/bin/sh
# Builds the static libraries that ort-lite needs from Debian's source packages, for a compiler for which there are no
# packages: musl, MemorySanitizer, riscv64.
# Usage: CC=... [CFLAGS=...] tools/libraries.sh PREFIX HOST NAME...      names: protobuf-c yajl libmd check
set -eu
prefix=$1 host=$2
shift 2
mirror=$("$(dirname "$0")/mirror.sh")
folder=$prefix/sources
export PKG_CONFIG_LIBDIR="$prefix/lib/pkgconfig" CFLAGS="-O2 -fPIC ${CFLAGS:-}"

if [ -e "$prefix/complete" ]; then exit; fi
mkdir -p "$folder/lists/partial" "$prefix/include"

# Lists of their own, so that those of the machine stay as they are.
fetch() (
    cd "$folder"
    key=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb-src [signed-by=$key] $mirror bookworm main" >list
    options="-q -o Dir::Etc::SourceList=$folder/list -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists=$folder/lists"
    # shellcheck disable=SC2086  # a list of words
    apt-get $options update && apt-get $options source "$@"
)

by_configure() (
    cd "$folder/$1"-*/
    shift
    ./configure --quiet --host="$host" --prefix="$prefix" --disable-shared "$@"
    make --quiet install
)

by_cmake() (
    source=$(echo "$folder/$1"-*/)
    shift
    cmake -S "$source" -B "$source/build" -G Ninja -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY "$@"
    cmake --build "$source/build" --target install
)

fetch "$@"
for name; do
    case $name in
    protobuf-c) by_configure protobuf-c --disable-protoc ;;
    yajl) by_cmake yajl ;;
    check) by_configure check --disable-subunit --disable-build-docs ;;
    *) by_configure "$name" ;;
    esac
done
rm -f "$prefix"/lib/*.so*
ln -sf libyajl_s.a "$prefix/lib/libyajl.a"
ln -sf libcheck.a "$prefix/lib/libcheck_pic.a" # as Debian calls it
touch "$prefix/complete"
