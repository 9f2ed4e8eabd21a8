# ort-lite tree: text, dot and svg of recorded models, names, covers, cuts and refusals.
forest=$data/conformance/sklearn__rf_strings_multi/model.onnx

run 0 tree "$forest" 1
expect_out 'tree 1  8 leaves, depth 5
feature 3 <= 0.8  #13
|- yes: a 0.1  #14
`- no, missing: feature 3 <= 1.75  #15
   |- yes: feature 2 <= 4.95  #16
   |  |- yes: b 0.1  #17
   |  `- no, missing: feature 2 <= 5.45  #18
   |     |- yes: feature 1 <= 2.45  #19
   |     |  |- yes: c 0.1  #20
   |     |  `- no, missing: b 0.1  #21
   |     `- no, missing: c 0.1  #22
   `- no, missing: feature 2 <= 4.85  #23
      |- yes: feature 1 <= 3.1  #24
      |  |- yes: c 0.1  #25
      |  `- no, missing: b 0.1  #26
      `- no, missing: c 0.1  #27'

run 0 tree "$forest" 1 --depth 1
expect_out 'tree 1  1 leaves, depth 1
feature 3 <= 0.8  #13
|- yes: a 0.1  #14
`- no, missing: ...  #15'

# Names from metadata, sets, a side for missing values, covers as the trainer recorded them.
run 0 convert "$data/convert/lightgbm_13/model.txt" -o named.onnx
run 0 tree named.onnx 0
expect_contains '[cover '
run 0 meta "$forest" set 'feature_names=["sepal & length","b\"c","d<e","petal width"]' -o named.onnx
run 0 tree named.onnx 1
expect_contains 'petal width <= 0.8  #13'
expect_contains 'd<e <= 4.95  #16'

# A node with several parents is drawn once.
run 0 tree "$data/conformance/edge__shared_subtree/model.onnx" 0
expect_contains 'as node '

run 0 tree named.onnx 1 --format dot
expect_contains 'digraph tree_1 {'
expect_contains 'label="petal width <= 0.8"'
expect_contains 'label="b\"c <= 2.45"'
expect_contains 'n13 -> n15 [label="no, missing"];'

run 0 tree named.onnx 1 --format svg -o tree.svg
run 0 tree named.onnx 1 --format svg
expect_same tree.svg
expect_contains '<svg xmlns="http://www.w3.org/2000/svg"'
expect_contains 'd&lt;e '
expect_contains '</svg>'
expect_equal 'boxes' "$(grep -c '<g class="[tl]">' out)" 15

run 2 tree named.onnx 10
expect_error 'there is no tree 10; the model has 10, numbered from 0'
run 2 tree named.onnx 0 --format svg --json
expect_error '--format and --json exclude each other'
run 2 tree "$data/cli/whole.onnx" 0
expect_error 'the model has no trees'
run 2 tree named.onnx one
expect_error 'tree "one" is not a whole number'
run 2 tree named.onnx
expect_error 'an operand is missing'
run 2 tree named.onnx 0 --format png
expect_error 'text, dot, svg'
run 3 tree "$data/cli/truncated.onnx" 0
