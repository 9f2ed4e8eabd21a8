#!/bin/sh
# Runs ort-lite and its peers in turn, round after round, and prints the medians and the ratios as
# Markdown tables.
#
#     bench/compare.sh [--rounds N] [--batches LIST] [--table TABLE.csv] BUILD MODEL.onnx ...
#
# BUILD is a build folder; peers whose programs are not in it are left out. With --table, every model
# also predicts on that table; there pandas and polars take part when PYTHON names an interpreter
# that has the packages of peers/requirements.txt.
set -eu

rounds=9
batches=1,8,64,1000,100000
table=
while [ $# -gt 0 ]; do
    case $1 in
    --rounds) rounds=$2 && shift 2 ;;
    --batches) batches=$2 && shift 2 ;;
    --table) table=$2 && shift 2 ;;
    *) break ;;
    esac
done
if [ $# -lt 2 ]; then
    echo "usage: $0 [--rounds N] [--batches LIST] [--table TABLE.csv] BUILD MODEL.onnx ..." >&2
    exit 2
fi
build=$1
shift
bench=$build/bench
program=$build/ort-lite
here=$(cd "$(dirname "$0")" && pwd)
iris=$here/../examples/iris
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT

# Each engine's program of that name, in turn: "" is ort-lite.
engines() {
    for suffix in "" _onnxruntime; do
        if [ -x "$bench/$1$suffix" ]; then echo "$bench/$1$suffix"; fi
    done
}

memory() {
    "$bench/bench_memory" --runs 1 --model iris --engine "$@"
}

# Whole processes that predict the 150 rows of iris.
measure_processes() {
    memory bare_process -- "$bench/bench_bare"
    memory ort-lite -- "$program" predict "$iris/iris.onnx" "$iris/iris.csv"
    if [ -x "$bench/bench_load_onnxruntime" ]; then
        memory onnxruntime -- "$bench/bench_load_onnxruntime" --child --predict 150 "$iris/iris.onnx"
    fi
}

measure_models() {
    for model in "$@"; do
        for engine in $(engines bench_load); do "$engine" --runs 1 "$model"; done
        for engine in $(engines bench_run); do "$engine" --windows 1 --batches "$batches" "$model"; done
    done
}

# csv ENGINE MODEL COMMAND ...: a whole process that predicts on the table, on one processor.
csv() {
    engine=$1
    model=$2
    shift 2
    POLARS_MAX_THREADS=1 taskset -c 0 "$bench/bench_csv" --runs 1 --engine "$engine" \
        --model "$model" "$table" -- "$@"
}

measure_tables() {
    for model in "$@"; do
        csv ort-lite "$model" "$program" predict "$model" "{table}" -o "{output}"
        for peer in ${PYTHON:+pandas polars}; do
            csv "$peer" "$model" "$PYTHON" "$here/peers/${peer}_predict.py" "$model" "{table}" \
                "{output}"
        done
    done
}

round=0
while [ "$round" -lt "$rounds" ]; do
    measure_processes
    measure_models "$@"
    if [ -n "$table" ]; then measure_tables "$@"; fi
    round=$((round + 1))
    echo "round $round of $rounds" >&2
done >"$lines"

awk '/^model name/ { sub(/^[^:]*: */, ""); print "Machine: " $0 "; medians of '"$rounds"' rounds."; exit }' /proc/cpuinfo
awk -f "$here/median.awk" -f "$here/medians.awk" "$lines"
