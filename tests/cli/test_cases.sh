# test: folders of ONNX test cases pass, are refused or fail, and the counts make the exit code.
cp -r "$data/cases" .

run 0 test cases/add cases/labels
expect_no_error
expect_out "passed   cases/add
passed   cases/labels
2 passed, 0 refused, 0 failed"

run 0 test cases/refused
expect_contains "refused  cases/refused: node 0 (Conv): operator Conv of ai.onnx is not supported"
expect_contains "0 passed, 1 refused, 0 failed"

run 1 test cases
expect_no_error
expect_out "passed   cases/add
FAILED   cases/add_wrong_shape: output 0: shape [2], expected [1,2]
FAILED   cases/add_wrong_type: output 0: type float, expected double
FAILED   cases/add_wrong_value: output 0: element 1 is 5, expected 5.25
passed   cases/labels
$(grep '^refused' out)
FAILED   cases/texts_wrong: output 0: element 1 is \"b\", expected \"\\x0a\"
FAILED   cases/without_data: there is no test_data_set_0
$(grep 'without_output' out)
2 passed, 1 refused, 6 failed"
expect_contains "FAILED   cases/without_output: output_0.pb: "

run 1 test --quiet cases/add cases/add_wrong_value cases/refused
expect_out "FAILED   cases/add_wrong_value: output 0: element 1 is 5, expected 5.25
1 passed, 1 refused, 1 failed"

# The second set of add differs by 0.9 of 1000.9.
run 1 test --rtol 1e-4 cases/add
expect_contains "element 0 is 1000, expected 1000.9"
run 0 test --rtol 0 --atol 1 cases/add cases/add_wrong_value
run 0 test --atol 1 --rtol 0 cases/add_wrong_value
run 1 test --rtol 0 --atol 0 cases/add

run 5 test absent
expect_error "absent: cannot be listed"
mkdir empty
run 5 test cases/add empty
expect_error "empty: has no model.onnx, nor has a folder in it"
run 2 test
run 2 test --rtol -1 cases
expect_error '--rtol "-1" is no number of 0 or more'
run 2 test --atol x cases
expect_error '--atol "x" is no number of 0 or more'

# Data that are no tensor, or of a type that is not supported.
cp -r cases/add broken
printf 'no tensor' >broken/test_data_set_0/input_0.pb
run 1 test broken
expect_contains "FAILED   broken: input_0.pb: "
printf '\010\001\020\012\052\001\000' >broken/test_data_set_0/input_0.pb
run 0 test broken
expect_contains "refused  broken: input_0.pb: a tensor of type float16 is not supported"
printf 'no model' >broken/model.onnx
run 1 test broken
expect_contains "FAILED   broken: this is no ONNX model"
