#!/bin/sh
# Builds ort-lite as one static program with musl, in build-static: for machines whose C library is another, or none.
# OpenBLAS cannot be opened by a static program, so products of matrices are plain loops there.
# Usage: tools/static.sh [-t]      -t: builds and runs the tests too; needs what tools/packages.sh long installs
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build-static
prefix=$build/libraries
tests=OFF
if [ "${1:-}" = -t ]; then tests=ON; fi
export CC=musl-gcc

# The kernel's own headers, which musl leaves to the system.
mkdir -p "$prefix/include"
for headers in linux asm-generic; do ln -sfn "/usr/include/$headers" "$prefix/include/$headers"; done
ln -sfn "/usr/include/$(gcc -print-multiarch)/asm" "$prefix/include/asm"

"$root/tools/libraries.sh" "$prefix" x86_64-linux-musl protobuf-c yajl libmd check
PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DBUILD_TESTING=$tests -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_FLAGS="-idirafter $prefix/include" \
    -DCMAKE_EXE_LINKER_FLAGS="-static -L$prefix/lib" -DCMAKE_SHARED_LINKER_FLAGS="-L$prefix/lib"
if [ $tests = ON ]; then
    cmake --build "$build"
    # Installing is about shared libraries too, and into a static program neither a probe nor faults can be loaded.
    ctest --test-dir "$build" --output-on-failure -j "$(nproc)" -E '^(install|whole_path|cli_sandbox|run_faults)$'
else
    cmake --build "$build" --target ort-lite
fi
file "$build/ort-lite"
