#!/bin/sh
# Runs one test of the command line: run.sh PROGRAM DATA TEST.sh [THREADS]
# With THREADS, `predict` and `run` get the option --threads.
set -u
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
# shellcheck disable=SC2034  # for the test
data=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
test_file=$(cd "$(dirname "$3")" && pwd)/$(basename "$3")
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
if [ $# -gt 3 ]; then
    mkdir "$folder/with_threads"
    cat >"$folder/with_threads/ort-lite" <<END
#!/bin/sh
case \$1 in predict | run) verb=\$1 && shift && exec "$program" "\$verb" --threads $4 "\$@" ;; esac
exec "$program" "\$@"
END
    chmod +x "$folder/with_threads/ort-lite"
    program=$folder/with_threads/ort-lite
    mkdir "$folder/here" && cd "$folder/here" || exit 1
fi

# shellcheck source=harness.sh
. "$here/harness.sh"
# shellcheck disable=SC1090  # whatever is to be tested
. "$test_file"

echo "$checks checks, $failures failures"
[ "$checks" -gt 0 ] && [ "$failures" -eq 0 ]
