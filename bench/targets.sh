#!/bin/sh
# How many times onnxruntime's speed: ort-lite with all features of the processor, with AVX2 only and
# with plain C, on the models of peers/train_models.py, against the targets in targets.awk. All engines
# take turns in every round; a figure is the median over the rounds of the ratios.
#
#     bench/targets.sh [--rounds N] [--batches LIST] [--window MILLISECONDS] BUILD MODELS [NAME ...]
#
# BUILD is a build folder with bench_run_onnxruntime, MODELS the folder of NAME.onnx (m1 to m6 when
# none is named). Exits with 1 when a cell is short of its target.
set -eu

batches=1,64,1000
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=turns.sh
. "$here/turns.sh"
if [ $# -lt 2 ]; then
    echo "usage: $0 [--rounds N] [--batches LIST] [--window MILLISECONDS] BUILD MODELS [NAME ...]" >&2
    exit 2
fi
bench=$1/bench
models=$2
shift 2
[ $# -gt 0 ] || set -- m1 m2 m3 m4 m5 m6
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT

measure() {
    engine=$1
    shift
    "$bench/$engine" --windows 1 --window "$window" --batches "$batches" "$@"
}

for name in "$@"; do
    model=$models/$name.onnx
    round=0
    while [ "$round" -lt "$rounds" ]; do
        measure bench_run --engine all "$model"
        measure bench_run --engine avx2 --without avx512f "$model"
        measure bench_run --engine plain --without all "$model"
        measure bench_run_onnxruntime "$model"
        round=$((round + 1))
    done
done >"$lines"

awk -f "$here/median.awk" -f "$here/targets.awk" "$lines"
