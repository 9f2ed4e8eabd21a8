#!/bin/sh
# How the time for a row falls as batches grow: for each model the worst step up between two
# neighbouring batch sizes from 2 to 62, as a ratio, and where it is.
#
#     bench/smoothness.sh BENCH_RUN MODEL.onnx ...
set -eu
bench_run=$1
shift
for model in "$@"; do
    for first in 2 17 32 47; do
        batches=$(seq -s , "$first" $((first + 15)))
        "$bench_run" --batches "$batches" --windows 9 --window 5 "$model"
    done | awk -v model="$model" '
        $NF == "ns/row" {
            for (i = 1; i < NF; i++) if ($i ~ /^batch_/) n = substr($i, 7) + 0
            if (!(n in time) || $(NF - 1) < time[n]) time[n] = $(NF - 1)
        }
        END {
            worst = 0
            for (n = 3; n <= 62; n++) if (time[n] / time[n - 1] > worst) {
                worst = time[n] / time[n - 1]
                at = n
            }
            printf "%s: %.3f at %d rows\n", model, worst, at
        }'
done
