#!/bin/sh
# A long life of the library (soak.c) and, at the same time, of the program on a table without end: neither memory
# nor open files may grow.
# Usage: tests/soak.sh SECONDS      with the build of the preset gcc
set -eu
cd "$(dirname "$0")/.."
seconds=$1
build="build-gcc"

# Resident KiB and open files of process $1.
holdings() {
    awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"
    find "/proc/$1/fd" -mindepth 1 2>/dev/null | wc -l
}

"$build/tests/soak" "$seconds" tests/data/cli/*.onnx tests/data/convert/*/model* &
library=$!
timeout "$seconds" yes "5.1,3.5,1.4,0.2" |
    "$build/ort-lite" predict --header no examples/iris/iris.onnx - >/dev/null &
program=$!
sleep $((1 + seconds / 10))
warm=$(holdings "$program" | paste -sd ' ')
sleep $((seconds - seconds / 10 - 3))
end=$(holdings "$program" | paste -sd ' ')
wait "$library"
wait "$program"
echo "predict: resident KiB and open files $warm, then $end"
# shellcheck disable=SC2086  # each is two words
set -- $warm $end
[ $(($3 - $1)) -le 128 ] && [ "$4" = "$2" ]
