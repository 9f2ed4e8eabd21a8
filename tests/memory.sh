#!/bin/sh
# The tests under MemorySanitizer, with every library but the C library built under it too; of Check without forks,
# which it cannot follow.
set -eu
cd "$(dirname "$0")/.."
CC=clang CFLAGS="-g -fsanitize=memory" tools/libraries.sh "$PWD/build-memory/libraries" x86_64-unknown-linux-gnu \
    protobuf-c yajl libmd check
cmake --preset memory
cmake --build --preset memory
ctest --preset memory -j "$(nproc)"
