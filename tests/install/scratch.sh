#!/bin/sh
# The static program in a root that has nothing but it and its data, as tools/Dockerfile makes one: convert, look,
# predict, run, draw; and its memory as a process. Needs root for chroot, and tools/static.sh to have run.
# Usage: scratch.sh SOURCE_DIR [PROGRAM] [BENCH_MEMORY]
set -eu
source=$(cd "$1" && pwd)
program=${2:-$source/build-static/ort-lite}
measure=${3:-$source/build/bench/bench_memory}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$program" "$work/ort-lite"
cp -r "$source/examples/iris" "$work/iris"
inside() { chroot "$work" /ort-lite "$@"; }

inside convert /iris/model.txt -o /model.onnx --compare /iris/labelled.csv --expected prediction
inside check /model.onnx
inside inspect /model.onnx
inside predict /iris/iris.onnx /iris/iris.csv | cmp - "$source/examples/iris/expected.csv"
inside predict /model.onnx /iris/labelled.csv --format npy -o /rows.npy
inside verify /model.onnx /iris/labelled.csv --target species
inside tree /model.onnx 0 --format svg -o /tree.svg
inside help predict >/dev/null
echo "ok: the program alone in its root"

# The iris prediction as a process, in MiB.
if [ -x "$measure" ]; then
    peak=$("$measure" --runs 21 -- "$program" predict "$source/examples/iris/iris.onnx" \
        "$source/examples/iris/iris.csv" | awk '$(NF - 2) == "process_peak" { print $(NF - 1) }')
    echo "peak of the iris prediction: $peak MiB, at most 2.5"
    echo "$peak" | awk '{ exit !($1 > 0 && $1 <= 2.5) }'
fi
