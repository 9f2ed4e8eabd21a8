#!/bin/sh
# ort-lite beside all other runtimes that can be had, on the models of peers/train_models.py, one thread each, all
# on the same rows. Engines take turns in every round; a figure is the median over the rounds of the time of a
# runtime divided by ort-lite's. Prints Markdown: a table, and why a runtime is missing in a row.
#
#     bench/peers.sh [--rounds N] [--batches LIST] [--window MILLISECONDS] BUILD PEERS MODELS [NAME ...]
#
# BUILD is a build folder, PEERS the folder that peers/setup.sh made, MODELS the folder of models and rows; all models
# in it when none is named. Models that peers/compile_model.py has compiled lie there too. Where RUN is set, every
# measurement is started by that command, such as "taskset -c 1".
set -eu

batches=1,8,64,1000,100000
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=turns.sh
. "$here/turns.sh"
if [ $# -lt 3 ]; then
    echo "usage: $0 [--rounds N] [--batches LIST] [--window MILLISECONDS] BUILD PEERS MODELS [NAME ...]" >&2
    exit 2
fi
bench=$1/bench
python=$2/python/bin/python
packages=$(echo "$2"/python/lib/python3*/site-packages)
models=$3
shift 3
if [ $# -eq 0 ]; then
    for model in "$models"/*.onnx; do set -- "$@" "$(basename "$model" .onnx)"; done
fi
lines=$(mktemp)
reasons=$(mktemp)
trap 'rm -f "$lines" "$reasons"' EXIT

# c ENGINE FILE OPTION...: a C program bench_run_<...> on a model file, when that file is there.
c() {
    program=$1
    file=$2
    shift 2
    [ -e "$file" ] || return 0
    # shellcheck disable=SC2086  # RUN is a command with its arguments
    ${RUN:-} "$bench/$program" --windows 1 --window "$window" --batches "$batches" --rows "$rows" "$@" "$file"
}

# py ENGINE NAME: a runtime that is called from Python.
py() {
    # shellcheck disable=SC2086
    WINDOW=$window ${RUN:-} "$python" "$here/peers/python_run.py" "$1" "$models" "$2" "$rows" "$batches" || [ $? -eq 3 ]
}

measure() {
    name=$1
    stem=$models/$name
    case $name in wide200 | wide1000) rows=$models/rows_${name#wide}.npy ;; binary) rows=$models/rows_54.npy ;; *) rows=$models/rows_28.npy ;; esac
    c bench_run "$stem.onnx"
    c bench_run_onnxruntime "$stem.onnx"
    c bench_run_lightgbm "$stem.lightgbm.txt" --library "$packages/lightgbm/lib/lib_lightgbm.so"
    c bench_run_xgboost "$stem.xgboost.json" --library "$packages/xgboost/lib/libxgboost.so"
    for compiler in lleaves tl2cgen m2cgen; do c bench_run_compiled "$stem.$compiler.so" --engine "$compiler"; done
    if [ -e "$stem.cbm" ]; then py catboost "$name"; fi
    py daal4py "$name"
    if [ -e "$stem.sklearn.pickle" ]; then py scikit-learn "$name" && py ydf "$name"; fi
}

for name in "$@"; do
    round=0
    while [ "$round" -lt "$rounds" ]; do
        measure "$name" | sed "s/^\([^ ]* *\)[^ ]*/\1$name/" >>"$lines" 2>>"$reasons"
        round=$((round + 1))
    done
done 2>>"$reasons"

awk '/^model name/ { sub(/^[^:]*: */, ""); print "Machine: " $0 "; medians of '"$rounds"' rounds."; exit }' /proc/cpuinfo
awk -f "$here/median.awk" -f "$here/peers.awk" "$lines"
echo
sort -u "$reasons" | sed 's/^/* /'
