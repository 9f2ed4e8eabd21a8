# What the tests of the command line share. Each test is sourced after this and gets
#   $program  the built ort-lite
#   $data     tests/data
#   $folder   an empty folder of its own, which is the current one
# A check that fails prints what was expected and what came, and the test goes on; harness.sh's caller
# run.sh turns the count into the exit code.

failures=0
checks=0

# fail TEXT...: counts a failure and says where.
fail() {
    failures=$((failures + 1))
    printf 'FAILED: %s\n' "$*"
}

# run EXIT ARGUMENT...: runs the program; its stdout and stderr go to the files out and err.
run() {
    wanted=$1
    shift
    checks=$((checks + 1))
    code=0
    "$program" "$@" >out 2>err || code=$?
    [ "$code" = "$wanted" ] || fail "exit $code, not $wanted: ort-lite $* ($(head -n 1 err))"
}

# run_input EXIT ARGUMENT...: the same with the file in as stdin.
run_input() {
    wanted=$1
    shift
    checks=$((checks + 1))
    code=0
    "$program" "$@" <in >out 2>err || code=$?
    [ "$code" = "$wanted" ] || fail "exit $code, not $wanted: ort-lite $* < in ($(head -n 1 err))"
}

# expect_out TEXT: stdout of the last run is exactly these lines.
expect_out() {
    checks=$((checks + 1))
    printf '%s\n' "$1" >wanted
    cmp -s out wanted || fail "stdout is not what was expected: $(diff wanted out | head -n 6)"
}

# expect_same FILE [FILE2]: FILE, or stdout, has the bytes of the expected file.
expect_same() {
    checks=$((checks + 1))
    cmp -s "${2:-out}" "$1" || fail "differs from $(basename "$1"): $(diff "$1" "${2:-out}" | head -n 6)"
}

# expect_error TEXT: stderr is one printable line "ort-lite: ..." that contains the text.
expect_error() {
    checks=$((checks + 1))
    [ "$(wc -l <err)" -eq 1 ] || fail "stderr has not one line: $(cat err)"
    grep -q '^ort-lite: ' err || fail "stderr does not begin with the program's name: $(cat err)"
    grep -Fq -- "$1" err || fail "\"$1\" is not in: $(cat err)"
    if LC_ALL=C grep -q '[^ -~]' err; then fail "stderr is not printable: $(cat err)"; fi
    [ "$(wc -c <err)" -le 401 ] || fail "stderr is longer than 400 characters"
}

# expect_no_error: stderr is empty.
expect_no_error() {
    checks=$((checks + 1))
    [ ! -s err ] || fail "stderr is not empty: $(cat err)"
}

# expect_contains TEXT: stdout contains the text.
expect_contains() {
    checks=$((checks + 1))
    grep -Fq -- "$1" out || fail "\"$1\" is not in stdout: $(head -n 12 out)"
}

# expect_equal WHAT FOUND WANTED
expect_equal() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] || fail "$1 is \"$2\", not \"$3\""
}
