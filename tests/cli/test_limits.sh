# Every limit at its edge: the least value that is enough is found, one less ends with exit code 6 and a
# line that names the limit, what it allows and what is needed.
model=$data/cli/churn.onnx
table=$data/cli/churn.csv

# passes VALUE: whether the command, with @ for the value, succeeds.
passes() {
    value=$1
    set -- $command
    for word; do
        shift
        case $word in *@*) word=${word%@*}$value${word#*@} ;; esac
        set -- "$@" "$word"
    done
    "$program" "$@" >out 2>err
}

# edge NAME EXPECTED COMMAND...: finds the edge; EXPECTED is its value, or "" where only the file's bytes
# tell; the command gets --limit NAME=VALUE.
edge() {
    name=$1 expected=$2
    shift 2
    command="$* --limit $name=@"
    low=0 high=4294967296
    while [ $((high - low)) -gt 1 ]; do
        middle=$(((low + high) / 2))
        if passes $middle; then high=$middle; else low=$middle; fi
    done
    checks=$((checks + 1))
    passes $high || fail "$name=$high is not enough, and more is not either ($(head -n 1 err))"
    if [ -n "$expected" ]; then expect_equal "the edge of $name" "$high" "$expected"; fi
    if [ $low = 0 ]; then return; fi # 0 is no limit
    checks=$((checks + 1))
    code=0
    passes $low || code=$?
    expect_equal "exit code of $name=$low" "$code" 6
    expect_error "$name"
    expect_error "$low"
    needed=$(sed "s/.*$name//; s/$low//" err | grep -o '[0-9][0-9]*' | sort -n | tail -n 1)
    [ "${needed:-0}" -ge "$high" ] || fail "$name=$low: what is needed is not told: $(cat err)"
}

figure() { # of the model, by its name in inspect --json
    sed -n "s/.*\"$1\": *\\([0-9]*\\).*/\\1/p" figures | head -n 1
}
run 0 inspect "$model" --json
cp out figures

edge model_bytes "$(wc -c <"$model")" check "$model"
edge memory_bytes "" check "$model"
checks=$((checks + 1))
[ "$high" -le "$(figure load_peak_bytes)" ] || fail "the peak that is told is not enough memory"
edge tree_nodes "$(figure n_nodes)" check "$model"
edge trees "$(figure n_trees)" check "$model"
edge features "$(figure n_features)" check "$model"
edge outputs_per_row 2 check "$model"
edge steps_per_row "$(figure steps_per_row)" check "$model"
edge graph_nodes "$(figure n_operators)" check "$model"
edge string_bytes "" check "$model"
edge nesting "" check "$model"
edge context_bytes "" predict "$model" "$table"
edge rows 4 run "$data/cli/one_target.onnx" --input "X=$data/cli/numbers.npy" --output-dir arrays
edge csv_columns "$(head -n 1 "$table" | tr ',' '\n' | wc -l)" predict "$model" "$table"
edge csv_line_bytes "" predict "$model" "$table"

# What a model costs is told before anything is run.
run 0 inspect "$model"
expect_contains "at most $(figure steps_per_row) steps"
expect_contains "load peak"

# The same model from a pipe.
cp "$model" in
n_bytes=$(wc -c <in)
run_input 0 check - --limit model_bytes="$n_bytes"
run_input 6 check - --limit model_bytes=$((n_bytes - 1))
expect_error "model_bytes"

# What is read whole is bounded by the memory too, before it ends.
mkfifo endless
bounded() { # LIMIT COMMAND...: refused by the limit, though the model never ends
    limit=$1
    shift
    checks=$((checks + 1))
    code=0
    "$program" "$@" --limit "$limit" </dev/zero >out 2>err || code=$?
    expect_equal "exit code of $*" "$code" 6
    expect_error "${limit%=*}"
}
bounded memory_bytes=1M check -
bounded model_bytes=1M check - --limit memory_bytes=2M
for verb in "check endless" "convert endless -o converted.onnx"; do
    cat /dev/zero >endless 2>/dev/null &
    # shellcheck disable=SC2086  # two words and more
    bounded memory_bytes=1M $verb
    wait
done
run 5 convert /dev/zero -o converted.onnx
expect_error "is a device, not a file"

# A source of a converter.
source=$data/convert/lightgbm_13/model.txt
edge model_bytes "$(wc -c <"$source")" convert "$source" -o converted.onnx
edge tree_nodes "" convert "$source" -o converted.onnx
edge trees "" convert "$source" -o converted.onnx
edge memory_bytes "" convert "$source" -o converted.onnx

# `help limits` tells of all of them.
run 0 help limits
for name in model_bytes memory_bytes tree_nodes trees features outputs_per_row steps_per_row context_bytes \
    graph_nodes string_bytes nesting rows csv_line_bytes csv_columns; do expect_contains "$name"; done

# 0 is the default.
for name in model_bytes memory_bytes trees context_bytes csv_line_bytes csv_columns; do
    run 0 predict "$model" "$table" --limit $name=1 --limit $name=0
done

# A call has no more rows than the limit allows; a table may.
iris=$data/../../examples/iris
run 0 predict "$iris/iris.onnx" "$iris/iris.csv" --limit rows=10
expect_same "$iris/expected.csv"
run 0 convert "$iris/model.txt" -o model.onnx
run 0 verify model.onnx "$iris/labelled.csv" --target species --limit rows=10 --threads 2
expect_contains 'accuracy   0.98'
