# ort-lite meta: entries shown, set and removed; every other byte of the file stays.
model=$data/conformance/sklearn__rf_strings_multi/model.onnx

run 0 meta "$model" set first=1 'second=two words' empty= -o set.onnx
expect_no_error
run 0 meta set.onnx
expect_out 'first=1
second=two words
empty='

# The new entries stand behind the last byte.
head -c "$(wc -c <"$model")" set.onnx >start.onnx
expect_same "$model" start.onnx
run 0 meta set.onnx remove second first empty -o removed.onnx
expect_same "$model" removed.onnx

# A value that is set again stays in its place; the same file is allowed.
run 0 meta set.onnx set second=2 -o set.onnx
run 0 meta set.onnx --json
expect_equal 'keys' "$(jq -c '[.[] | .key + "=" + .value]' out)" '["first=1","second=2","empty="]'
run 0 check set.onnx

# What a terminal must not see is escaped.
run 0 meta "$model" set "$(printf 'bell=\a')" -o bell.onnx
run 0 meta bell.onnx
expect_out 'bell=\x07'

run 2 meta set.onnx remove sekond -o x.onnx
expect_error 'there is no entry "sekond"; did you mean second?'
run 2 meta set.onnx set nothing -o x.onnx
expect_error '"nothing" is not KEY=VALUE'
run 2 meta set.onnx set a=1 a=2 -o x.onnx
expect_error 'given twice'
run 2 meta set.onnx set a=1
expect_error 'set needs -o OUT.onnx'
run 2 meta set.onnx change a=1 -o x.onnx
expect_error '"change" is neither set nor remove'
run 2 meta set.onnx set -o x.onnx
expect_error 'set needs KEY=VALUE'
run 3 meta "$data/cli/truncated.onnx" set a=1 -o x.onnx
expect_equal 'files left behind' "$(ls x.onnx* 2>/dev/null | wc -l)" 0

# Letters of any language are printed as they are; what a terminal cannot be trusted with is not.
run 0 meta "$data/../../examples/iris/iris.onnx" set "größe=$(printf '\303\251\033[1m\342\200\256\377')" -o letters.onnx
run 0 meta letters.onnx
expect_contains "$(printf 'größe=\303\251\\x1b[1m\\xe2\\x80\\xae\\xff')"
run 0 inspect letters.onnx
expect_contains 'größe'

# Names for another number of columns are no names, which is said.
run 0 meta "$data/../../examples/iris/iris.onnx" set 'feature_names=["a","b"]' -o two_names.onnx
run 0 predict two_names.onnx "$data/../../examples/iris/iris.csv"
expect_error 'the recorded feature_names are 2 for 4 columns, so they are not used'
run 0 predict two_names.onnx "$data/../../examples/iris/iris.csv" --quiet
expect_equal 'stderr' "$(cat err)" ''
