#!/bin/sh
# Measures models beside onnxruntime with `ort-lite bench` and prints the table of README's figures; the pages with
# plots go into the current folder.
#
#     bench/figures.sh [-r ORT-LITE] [-l LIBONNXRUNTIME] [-w WRAPPER] MODEL.onnx ...
#
# WRAPPER is put in front of each measurement, as in -w "taskset -c 1". Needs jq.
set -eu
program=ort-lite library=libonnxruntime.so.1 wrapper=
while getopts r:l:w: option; do
    case $option in
    r) program=$OPTARG ;;
    l) library=$OPTARG ;;
    w) wrapper=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2 && exit 2; }

echo '| model | memory of the model, MiB | load, ms | one row, µs | largest batch, rows/s |'
echo '|---|---|---|---|---|'
for model in "$@"; do
    name=$(basename "$model" .onnx)
    # shellcheck disable=SC2086  # a wrapper is a command and its arguments
    $wrapper "$program" bench "$model" --against onnxruntime --library onnxruntime="$library" --json \
        --report "$name.html" >"$name.json"
    jq -r --arg name "$name" 'def three: if . >= 100 then round elif . >= 10 then (. * 10 | round / 10)
            else (. * 100 | round / 100) end;
        def pair(f): (.runtimes[0] | f) as $own | (.runtimes[1] | f) as $peer
            | "\($own | three), there \($peer | three) (\($peer / $own | three))";
        def faster(f): (.runtimes[0] | f) as $own | (.runtimes[1] | f) as $peer
            | "\($own | round), there \($peer | round) (\($own / $peer | three))";
        "| \($name), \(.nodes) nodes | \(pair(.model_bytes / 1048576)) | \(pair(.load_seconds * 1000)) | \(
            pair(.p50_seconds * 1e6)) | \(faster(.batches[-1].rows_per_second)) |"' "$name.json"
done
