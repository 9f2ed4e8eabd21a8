#!/bin/sh
# How the time for a row falls as batches grow: for each model the worst step up between two
# neighbouring batch sizes from 2 to 62, as a ratio, and where it is. A ratio is the median of five,
# each of two times measured one right after the other.
#
#     bench/smoothness.sh BENCH_RUN MODEL.onnx ...
set -eu
bench_run=$1
here=$(cd "$(dirname "$0")" && pwd)
shift
for model in "$@"; do
    for first in 2 17 32 47 2 17 32 47 2 17 32 47 2 17 32 47 2 17 32 47; do
        batches=$(seq -s , "$first" $((first + 15)))
        "$bench_run" --batches "$batches" --windows 3 --window 3 "$model"
    done | awk -v model="$model" -f "$here/median.awk" -f "$here/smoothness.awk"
done
