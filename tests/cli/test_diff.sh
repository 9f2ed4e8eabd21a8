# ort-lite diff: the same model, one with a threshold moved, another class order, other forms, refusals.
sed -n '/^cat >model.txt/,/^EOF$/p' "$here/test_convert.sh" >make_model.sh
. ./make_model.sh
printf 'income,age\n0,0\n0,0.5\n3,1\n' >table.csv
run 0 convert model.txt -o a.onnx
run 0 diff a.onnx a.onnx table.csv
expect_out 'compared   3 rows of table.csv: a.onnx, a.onnx
labels     the same
numbers    the same'

# A leaf with another value: the rows that reach it, and no test that is another.
sed 's/^leaf_value=\([^ ]*\) \([^ ]*\)/leaf_value=\1 25.5/' model.txt >moved.txt
run 0 convert moved.txt -o b.onnx
run 1 diff a.onnx b.onnx table.csv
expect_contains 'numbers    '
expect_contains ' in A, 25.5 in B; tree 0: A 20, B 25.5'
expect_contains 'at most by 5.5 (line '
run 0 diff a.onnx b.onnx table.csv --tolerance 5.5
expect_contains 'numbers    the same'
run 1 diff a.onnx b.onnx table.csv --json
expect_equal 'greatest' "$(jq .greatest_difference out)" 5.5
run 1 diff a.onnx b.onnx table.csv --quiet
expect_out_empty() { expect_equal 'stdout' "$(cat out)" ''; }
expect_out_empty

# Another threshold is named.
sed 's/^threshold=\([^ ]*\)/threshold=0.7/' model.txt >moved.txt
run 0 convert moved.txt -o c.onnx
run 1 diff a.onnx c.onnx table.csv
expect_contains 'line 3: prediction is 20 in A, 1 in B; tree 0: A age <= 0.099999994, B age <= 0.7'

# Columns of the same name belong together, other forms do not.
run 1 diff a.onnx "$data/cli/three_targets.onnx" table.csv --by-position
expect_contains 'outputs    1 columns, 3, of other types or names'
sed 's/$/,9/' table.csv | sed '1s/.*/a,b,c/' >wide.csv
run 4 diff a.onnx c.onnx wide.csv --by-position
expect_error 'by position (cut those that are no features, such as a label)'
run 2 diff a.onnx c.onnx -
expect_error 'standard input cannot be read twice'
run 2 diff a.onnx c.onnx
expect_error 'an operand is missing'
run 4 diff a.onnx c.onnx /dev/null
expect_error 'the table is empty'
