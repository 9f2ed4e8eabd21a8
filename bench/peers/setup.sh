#!/bin/sh
# Makes what the comparisons need: a Python environment with pinned packages, and the C header of
# onnxruntime out of a Go module (its library lies in the Python package). Prints the CMake options
# that build the C programs against them.
#
#     bench/peers/setup.sh FOLDER
set -eu
if [ $# -ne 1 ]; then
    echo "usage: $0 FOLDER" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)

python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --requirement "$here/requirements.txt"

# go mod download writes go.sum beside go.mod: let it do so in the folder.
cp "$here/go.mod" "$folder/go.mod"
module=$(cd "$folder" && GOFLAGS=-mod=mod GOMODCACHE="$folder/go" GOTOOLCHAIN=local go mod download -json |
    sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
library=$(find "$folder/python" -name 'libonnxruntime.so.*' | head -n 1)
if [ ! -f "$module/onnxruntime_c_api.h" ] || [ -z "$library" ]; then
    echo "$0: onnxruntime_c_api.h or libonnxruntime.so was not found" >&2
    exit 1
fi

# Programs look for the library under its short name, which the package does not contain.
mkdir -p "$folder/lib"
ln -sf "$library" "$folder/lib/libonnxruntime.so.1"

echo "-DORTL_BENCH_ONNXRUNTIME=ON -DONNXRUNTIME_INCLUDE_DIR=$module -DONNXRUNTIME_LIBRARY=$folder/lib/libonnxruntime.so.1"
