# check and inspect, and what models that are refused say: exit code 3, 5 or 6.
cp "$data"/cli/*.onnx .

run 0 check churn.onnx
expect_out "churn.onnx: valid and supported: TreeEnsembleClassifier"
run 0 check mixed.onnx
expect_out "mixed.onnx: valid and supported: Cast x2, Concat, TreeEnsembleRegressor, Identity x2"
for verb in check inspect "inspect --json" predict; do
    # shellcheck disable=SC2086  # a verb and its option
    run 3 $verb truncated.onnx
    expect_error "ort-lite: truncated.onnx: "
    run 3 $verb unknown_operator.onnx
    expect_error "Hardmax"
    run 5 $verb absent.onnx
    expect_error "absent.onnx: "
done
run 5 check .
expect_error "ort-lite: .: "
: >empty.onnx
run 3 check empty.onnx
expect_error "empty.onnx: "

# The model may come from stdin, whole, under the same limits.
cp churn.onnx in
run_input 0 check -
expect_contains "valid and supported"
run_input 6 check - --limit model_bytes=100
expect_error "standard input: "
printf 'no model' >in
run_input 3 check -
expect_error "standard input: "

run 0 inspect churn.onnx
expect_contains "churn.onnx   896 bytes   made by record_cli   ir 8, ai.onnx 13, ai.onnx.ml 3"
expect_contains "graph     1 input, 2 outputs, 1 operator: TreeEnsembleClassifier"
expect_contains "inputs    X: float [N, 3]"
expect_contains 'model     2 classes (no, yes, "maybe")'
expect_contains "trees     3   nodes 9   leaves 6   depth max 1"
expect_contains "features  3 columns, 3 used by trees: age, income, tenure"
expect_contains "at most 3 steps a row"
expect_contains "cv_auc=0.913"
expect_contains "(recorded, not verified)"
expect_contains 'note\x1b[31m=line\x0abreak'
if LC_ALL=C grep -q "$(printf '\033')" out; then fail "an escape character reached the terminal"; fi
run 0 inspect three_targets.onnx
expect_contains "model     regression, 3 predictions a row"
run 0 inspect mixed.onnx
expect_contains "features  4 inputs, 3 used by trees: age, visits, member, city"
run 0 inspect whole.onnx
expect_contains "rows depend on each other"

run 0 inspect churn.onnx --json
cp out first.json
run 0 inspect --json churn.onnx --limit trees=7
sed 's/"trees": 7/"trees": 4194304/' out >second.json
expect_same first.json second.json
if command -v jq >jq_path; then
    value() { jq -c "$1" first.json; }
    expect_equal n_trees "$(value .n_trees)" 3
    expect_equal classes "$(value .classes)" '["no","yes, \"maybe\""]'
    expect_equal feature_names "$(value .feature_names)" '["age","income","tenure"]'
    expect_equal metadata "$(value '.metadata[1]')" '{"key":"cv_auc","value":"0.913","verified":false}'
    expect_equal input "$(value '.inputs[0]')" '{"is_map":false,"name":"X","shape":[-1,3],"type":"float"}'
    expect_equal operators "$(value .operators)" '[{"domain":"ai.onnx.ml","name":"TreeEnsembleClassifier","nodes":1}]'
    expect_equal file_bytes "$(value .file_bytes)" 896
    expect_equal steps "$(value .steps_per_row)" 3
    expect_equal limit "$(value .limits.csv_columns)" 1048576
fi

# check for programs: the verdict on stdout, the failure as without --json.
run 0 check "$data/cli/churn.onnx" --json
expect_equal 'verdict' "$(jq -c '[.is_good, .status, has("reason")]' out)" '[true,"success",false]'
run 3 check "$data/cli/truncated.onnx" --json
expect_error 'truncated.onnx: '
expect_equal 'verdict' "$(jq -r '.is_good, .status' out | paste -s -d' ')" 'false the model is not valid'
expect_equal 'reason' "$(grep -Fc "$(jq -r .reason out)" err)" 1
