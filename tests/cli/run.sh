#!/bin/sh
# Runs one test of the command line: run.sh PROGRAM DATA TEST.sh
set -u
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
data=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
test_file=$(cd "$(dirname "$3")" && pwd)/$(basename "$3")
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

. "$here/harness.sh"
. "$test_file"

echo "$checks checks, $failures failures"
[ "$checks" -gt 0 ] && [ "$failures" -eq 0 ]
