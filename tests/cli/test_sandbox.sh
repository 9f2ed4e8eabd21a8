# The sandbox: what it forbids, that everything else still works, and kernels that have none.
# A helper of tests/sandbox, preloaded, plays the program that was taken over.
build=$(dirname "$program")
probe=$build/tests/libsandbox_probe.so
refuse_calls=$build/tests/refuse_calls
cases=$data/cases
churn=$data/cli/churn.onnx
cp "$churn" model.onnx
cp "$data/cli/churn.csv" rows.csv

# A program with sanitizers, and one under an emulator, has no sandbox and must say so.
has_sandbox=yes
if ! "$program" check model.onnx --sandbox require >out 2>err; then
    has_sandbox=no
    expect_error "the sandbox cannot be had here: "
    cat err
fi
run 0 predict model.onnx rows.csv --sandbox off
expect_no_error
cp out wanted_rows

run 2 check model.onnx --sandbox maybe
expect_error "one of: auto, require, off"

# ---- Kernels without ----

# without CALL ARGUMENT...: runs the program where that system call is unknown.
without() {
    call=$1 wanted=$2
    shift 2
    checks=$((checks + 1))
    code=0
    "$refuse_calls" "$call" -- "$program" "$@" >out 2>err || code=$?
    [ "$code" = "$wanted" ] || fail "exit $code, not $wanted: without $call: ort-lite $* ($(head -n 1 err))"
}

calls=
if [ $has_sandbox = yes ]; then calls="landlock_create_ruleset landlock_restrict_self seccomp"; fi
for call in $calls; do
    case $call in seccomp) part=seccomp ;; *) part=Landlock ;; esac
    without $call 0 predict model.onnx rows.csv
    expect_no_error
    expect_same wanted_rows
    without $call 0 predict model.onnx rows.csv --verbose
    expect_same wanted_rows
    grep -q "^ort-lite: no complete sandbox here: $part: Function not implemented; going on" err ||
        fail "auto does not say what is missing: $(cat err)"
    without $call 5 predict model.onnx rows.csv --sandbox require
    expect_error "the sandbox cannot be had here: $part: Function not implemented"
    without $call 0 predict model.onnx rows.csv --sandbox off
    expect_no_error
done

# ---- What is impossible ----

# probe MODE VERB...: what the helper could do.
probe() {
    mode=$1
    shift
    checks=$((checks + 1))
    rm -rf created created_folder created_link
    echo secret >secret
    echo secret >secret_copy
    LD_PRELOAD=$probe "$program" "$@" --sandbox "$mode" >out 2>err || fail "the probe failed: $(tail -n 1 err)"
}

if [ $has_sandbox = yes ]; then
    for verb in "predict model.onnx rows.csv" "check model.onnx" "inspect model.onnx"; do
        # shellcheck disable=SC2086 # the verb and its operands
        probe off $verb
        # In the second stage the files of the first are in the way of five.
        expect_equal "attempts outside of the sandbox" "$(grep -c 'stage [12]: .*: succeeded' err)" 30
        # shellcheck disable=SC2086
        probe require $verb
        expect_equal "failed attempts inside" "$(grep -c 'stage [12]: .*: failed' err)" 35
        expect_equal "attempts that succeeded" "$(grep 'succeeded' err)" ""
    done
    # With -o the program may write files of that folder, but not read any.
    probe require predict model.onnx rows.csv -o result.csv
    for what in "read a file" "read a system file" "read /proc" "list a folder" "open an internet socket" \
        "open a local socket" "start a process" "start a program" "make a folder" "make a link"; do
        checks=$((checks + 1))
        grep -q "stage 1: $what: failed" err || fail "$what is possible with -o"
    done

    run 0 check model.onnx --sandbox require --verbose
    expect_equal "note" "$(cat err)" "ort-lite: sandbox: Landlock and seccomp"
fi

# ---- Everything else works ----

# A table of any width that the converted model reads by position.
table=$PWD/table.csv
"$program" convert "$data/convert/lightgbm_13/model.txt" -o converted.onnx
n_features=$("$program" inspect converted.onnx --json | sed -n 's/.*"n_features": *\([0-9]*\).*/\1/p')
awk -v n="$n_features" 'BEGIN {
    for (row = 0; row < 20; row++) for (j = 0; j < n; j++) printf "%s%s", (row * 7 + j) % 5 - 1, j < n - 1 ? "," : "\n"
}' >"$table"

modes="auto off"
if [ $has_sandbox = yes ]; then modes="require $modes"; fi
for mode in $modes; do
    run 0 predict model.onnx rows.csv --sandbox "$mode"
    expect_no_error
    expect_same wanted_rows
    run 0 predict model.onnx rows.csv --threads 3 --sandbox "$mode"
    expect_no_error
    expect_same wanted_rows
    cp rows.csv in
    run_input 0 predict model.onnx --sandbox "$mode"
    expect_same wanted_rows
    cp model.onnx in
    run_input 0 predict - rows.csv --sandbox "$mode"
    expect_same wanted_rows
    run_input 0 inspect /dev/stdin --sandbox "$mode"
    rm -f result.csv
    run 0 predict model.onnx rows.csv --sandbox "$mode" -o result.csv
    run 0 predict model.onnx rows.csv --sandbox "$mode" -o result.csv # replaced
    expect_same wanted_rows result.csv
    run 0 predict model.onnx rows.csv --sandbox "$mode" -o result.csv --flush
    expect_same wanted_rows result.csv
    run 0 predict model.onnx rows.csv --sandbox "$mode" -o /dev/null
    run 0 predict model.onnx rows.csv --sandbox "$mode" -o /dev/stdout
    expect_same wanted_rows
    mkdir -p folder
    run 0 predict model.onnx rows.csv --sandbox "$mode" -o folder/result.csv
    expect_same wanted_rows folder/result.csv
    run 0 predict model.onnx rows.csv --sandbox "$mode" -o "$PWD/folder/result.npy" --format npy
    ln -sf folder/result.csv link.csv
    run 0 predict model.onnx rows.csv --sandbox "$mode" -o link.csv
    expect_same wanted_rows folder/result.csv
    mkfifo model.fifo rows.fifo result.fifo
    cat model.onnx >model.fifo &
    cat rows.csv >rows.fifo &
    cat result.fifo >from_fifo &
    run 0 predict model.fifo rows.fifo --sandbox "$mode" -o result.fifo
    wait
    expect_same wanted_rows from_fifo
    rm -f model.fifo rows.fifo result.fifo
    run 5 predict missing.onnx rows.csv --sandbox "$mode"
    expect_error "missing.onnx: cannot be opened: no such file"
    run 5 predict model.onnx missing.csv --sandbox "$mode"
    expect_error "missing.csv: cannot be opened: No such file"
    run 5 predict model.onnx rows.csv --sandbox "$mode" -o nowhere/x.csv
    expect_error "nowhere/x.csv: cannot be created: No such file"

    run 0 check model.onnx --sandbox "$mode"
    run 0 inspect model.onnx --json --sandbox "$mode"
    run 0 tree model.onnx 0 --sandbox "$mode" -o tree.txt
    run 0 meta model.onnx --sandbox "$mode"
    run 0 meta model.onnx set a=b --sandbox "$mode" -o changed.onnx
    run 0 meta changed.onnx remove a --sandbox "$mode" -o changed.onnx
    run 0 diff model.onnx model.onnx rows.csv --sandbox "$mode"
    run 0 test "$cases/add" "$cases/labels" --sandbox "$mode"
    run 1 test "$cases" --sandbox "$mode"
    rm -rf arrays
    run 0 run "$data/cli/one_target.onnx" --input "X=$data/cli/numbers.npy" --output-dir arrays --sandbox "$mode"
    run 0 run "$data/cli/one_target.onnx" --input "X=$data/cli/numbers.npy" --output-dir arrays --sandbox "$mode"
    expect_no_error
    rm -f converted.onnx
    run 0 convert "$data/convert/lightgbm_13/model.txt" -o converted.onnx --sandbox "$mode"
    run 0 check converted.onnx
    run 0 convert "$data/convert/lightgbm_13/model.txt" -o converted.onnx --sandbox "$mode" --compare "$table"
    expect_contains "the same leaf in every tree"
done

# Verbs that read two files, and three.
printf 'age,income,tenure,left\n23,900.5,1,no\n' >truth.csv
for mode in auto $([ $has_sandbox = yes ] && echo require) off; do
    run 0 verify model.onnx truth.csv --target left --sandbox $mode
    run 0 diff model.onnx "$churn" rows.csv --sandbox $mode
done
