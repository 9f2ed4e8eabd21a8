#!/bin/sh
# ort-lite predict on the iris example, by file and by pipe, against onnxruntime's recorded answers:
# the same bytes.
#
#     test_iris.sh PROGRAM EXAMPLES
set -eu
program=$1
iris=$2/iris
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$program" predict "$iris/iris.onnx" "$iris/iris.csv" >"$folder/from_file.csv"
cmp "$folder/from_file.csv" "$iris/expected.csv"

# shellcheck disable=SC2002  # a pipe, not a file
cat "$iris/iris.csv" | "$program" predict "$iris/iris.onnx" - >"$folder/from_pipe.csv"
cmp "$folder/from_pipe.csv" "$iris/expected.csv"

"$program" predict "$iris/iris.onnx" "$iris/iris.csv" -o "$folder/to_file.csv"
cmp "$folder/to_file.csv" "$iris/expected.csv"
