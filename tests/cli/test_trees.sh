# ort-lite predict --raw and --leaf: what the trees say before the outputs are made.
iris=$data/../../examples/iris

# The softmax of the raw scores is the probability: 1 / (1 + e^(b-a) + e^(c-a)).
run 0 predict "$iris/iris.onnx" "$iris/iris.csv" -o plain.csv
run 0 predict "$iris/iris.onnx" "$iris/iris.csv" --raw -o raw.csv
expect_equal 'header' "$(head -n 1 raw.csv)" 'raw_0,raw_1,raw_2'
worst=$(paste -d, plain.csv raw.csv | awk -F, '
    NR > 1 { p = 1 / (1 + exp($6 - $5) + exp($7 - $5)); d = p - $2; if (d < 0) d = -d; if (d > w) w = d }
    END { print (NR == 151 && w < 1e-6) ? "near" : NR " " w }')
expect_equal 'probabilities of the raw scores' "$worst" near

# A leaf by its number is where the tree says that it is.
run 0 predict "$iris/iris.onnx" "$iris/iris.csv" --leaf -o leaf.csv
expect_equal 'leaves of the first row' "$(sed -n 2p leaf.csv | cut -d, -f1-2)" '1,4'
run 0 tree "$iris/iris.onnx" 0
expect_contains '|- yes: class 0 0.3  #1'

# A regressor without a transform, and one of three targets.
for model in one_target three_targets; do
    run 0 predict "$data/cli/$model.onnx" "$data/cli/numbers.csv" --by-position
    sed 's/prediction/raw/g' out >as_raw.csv
    run 0 predict "$data/cli/$model.onnx" "$data/cli/numbers.csv" --by-position --raw
    expect_same as_raw.csv
done
run 2 predict "$iris/iris.onnx" "$iris/iris.csv" --leaf --raw
expect_error '--raw, --leaf and --contrib exclude each other'
run 3 predict "$data/cli/types.onnx" "$data/cli/types.csv" --leaf
expect_error 'the model has no trees'
run 0 predict "$iris/iris.onnx" "$iris/iris.csv" --leaf --format npy -o leaf.npy
expect_equal 'type of the leaves' "$(head -c 128 leaf.npy | tr -d '\0' | grep -aoc "'<i8'")" 1
