#!/bin/sh
# The tests on riscv64, which Debian 12 has a compiler for but no packages.
set -eu
cd "$(dirname "$0")/.."
CC=riscv64-linux-gnu-gcc tools/libraries.sh "$PWD/build-riscv64/libraries" riscv64-linux-gnu protobuf-c yajl libmd check
cmake --preset riscv64
cmake --build --preset riscv64
ctest --preset riscv64 -j "$(nproc)"
