# ort-lite predict --contrib: the contributions that the trainers themselves give, and their sums.
iris=$data/../../examples/iris

# Compares two tables of numbers cell by cell.
expect_near() {
    worst=$(paste -d, "$2" "$3" | awk -F, '
        NR > 1 { for (i = 1; i <= NF / 2; i++) { d = $i - $(i + NF / 2); if (d < 0) d = -d; if (!(d <= w)) w = d } }
        END { print (NR > 30 && w < 3e-6) ? "near" : NR " rows, " w }')
    expect_equal "$1" "$worst" near
}

for trainer in lightgbm.txt xgboost.json catboost.json; do
    name=${trainer%.*}
    run 0 convert "$data/contributions/$trainer" -o model.onnx
    run 0 predict model.onnx "$data/contributions/rows.csv" --by-position --contrib -o contributions.csv
    expect_near "contributions of $name" contributions.csv "$data/contributions/$name.csv"
    run 0 predict model.onnx "$data/contributions/rows.csv" --by-position --contrib --threads 3 -o again.csv
    expect_equal 'with threads' "$(cmp contributions.csv again.csv && echo same)" same
    run 0 predict model.onnx "$data/contributions/rows.csv" --by-position --raw -o raw.csv
    awk -F, -v n=5 'NR == 1 { print; next }
        { line = ""; for (k = 0; k < NF / n; k++) { s = 0; for (i = 1; i <= n; i++) s += $(k * n + i)
          line = line (k ? "," : "") sprintf("%.9g", s) } print line }' contributions.csv >sums.csv
    expect_near "sums of $name" sums.csv raw.csv
done
run 0 predict model.onnx "$data/contributions/rows.csv" --by-position --contrib
expect_contains 'contribution_0,contribution_1,contribution_2,contribution_3,expected'
run 0 convert "$iris/model.txt" -o iris.onnx
run 0 predict iris.onnx "$iris/labelled.csv" --contrib --keep species
expect_contains 'species,contribution_0_sepal_length,contribution_0_sepal_width,'
expect_contains ',expected_0,contribution_1_sepal_length,'

run 3 predict "$iris/iris.onnx" "$iris/iris.csv" --contrib
expect_error 'does not record how many training rows reached each node'
run 0 convert "$iris/model.txt" --opset-ml 5 -o iris5.onnx
run 3 predict iris5.onnx "$iris/labelled.csv" --contrib
expect_error 'convert --opset-ml 3'
run 3 predict "$data/cli/types.onnx" "$data/cli/types.csv" --contrib
expect_error 'the model has no trees'
run 2 predict iris.onnx "$iris/labelled.csv" --contrib --leaf
expect_error '--raw, --leaf and --contrib exclude each other'
run 0 predict iris.onnx "$iris/labelled.csv" --contrib --format npy -o contributions.npy
