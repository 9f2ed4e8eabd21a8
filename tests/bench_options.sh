#!/bin/sh
# The measuring programs refuse what they would not heed. Usage: bench_options.sh BENCH_DIR SOURCE_DIR
set -u
bench=$1
model=$2/examples/iris/iris.onnx
table=$2/examples/iris/iris.csv
small=$2/tests/data/cli/churn.onnx # kept in two forms where the processor has vectors
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# expect EXIT TEXT COMMAND...: TEXT is in what the command prints.
expect() {
    wanted=$1 text=$2 code=0
    shift 2
    "$@" >"$work/said" 2>&1 || code=$?
    if [ "$code" != "$wanted" ] || ! grep -Fq -- "$text" "$work/said"; then
        echo "FAIL: exit $code of $*: $(cat "$work/said")"
        failures=$((failures + 1))
    fi
}

once="--windows 1 --window 1 --batches"
# shellcheck disable=SC2086  # words
{
    expect 2 '"--kernel" behind MODEL.onnx' "$bench/bench_run" "$model" --kernel plain
    expect 2 "any, few or many" "$bench/bench_run" --expect none "$model"
    expect 0 "batch_8" "$bench/bench_run" $once 8 --expect few "$small"
    expect 0 "batch_8" "$bench/bench_run" $once 8 --expect many "$small"
    expect 0 "batch_8" "$bench/bench_run" $once 8 --expect any "$small"
    if grep -q "+levels-" "$work/said"; then
        expect 0 " nodes-" "$bench/bench_run" $once 8 --expect few "$small"
        expect 0 " levels-" "$bench/bench_run" $once 8 --expect many "$small"
    fi
}
expect 2 '"--json" behind MODEL.onnx' "$bench/bench_load" "$model" --json
expect 2 '"more" behind OUT.onnx' "$bench/make_forest" "$work/forest.onnx" more
expect 2 '"--rows" behind OUT.csv' "$bench/make_table" "$work/table.csv" --rows 10
expect 2 '"--json" behind TABLE.csv' "$bench/bench_csv" "$table" --json -- true
expect 0 "csv_time" "$bench/bench_csv" --runs 1 "$table" -- test -e '{table}'
expect 0 "process_peak" "$bench/bench_memory" --runs 1 -- test -e "$model"
expect 0 "load_time" "$bench/bench_load" --runs 1 "$model"
[ "$failures" = 0 ]
