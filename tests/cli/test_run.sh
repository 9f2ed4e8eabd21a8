# run: arrays in, arrays out, and the refusals.
cp "$data"/cli/*.onnx "$data"/cli/*.npy .
case_folder=$data/conformance/multi__strings_utf8

run 0 run one_target.onnx --input X=numbers.npy --output-dir new
expect_equal "files" "$(ls new)" "output_0.npy"
run 0 run one_target.onnx --input X=numbers.npy --output-dir new
expect_no_error
run 0 run "$case_folder/model.onnx" -i "X=$case_folder/input_0.npy" -o texts
expect_same "$case_folder/output_0.npy" texts/output_0.npy
expect_same "$case_folder/output_1.npy" texts/output_1.npy

run 2 run one_target.onnx --input X=numbers.npy
expect_error "--output-dir DIR is missing"
run 2 run one_target.onnx --output-dir new
expect_error 'input "X" is not given'
run 2 run one_target.onnx --input numbers.npy --output-dir new
expect_error "--input NAME=FILE.npy"
run 2 run mixed.onnx --input visit=numbers.npy --output-dir new
expect_error 'nearest: "visits"'
run 2 run one_target.onnx --input X=numbers.npy --input X=numbers.npy --output-dir new
expect_error "given twice"
run 4 run one_target.onnx --input X=numbers_double.npy --output-dir new
expect_error 'numbers_double.npy: the array is double, the model'\''s input "X" is float'
run 4 run churn.onnx --input X=numbers.npy --output-dir new
expect_error "churn.onnx: "
run 5 run one_target.onnx --input X=absent.npy --output-dir new
expect_error "absent.npy: "
printf 'no array' >bad.npy
run 4 run one_target.onnx --input X=bad.npy --output-dir new
expect_error "bad.npy: "
: >file
run 5 run one_target.onnx --input X=numbers.npy --output-dir file
expect_error "file: is not a directory"
run 5 run one_target.onnx --input X=numbers.npy --output-dir absent/new
expect_error "absent/new: cannot be created"
run 3 run truncated.onnx --input X=numbers.npy --output-dir new
expect_error "truncated.onnx: "

# An output never replaces what was read, be it an array or the model; nothing is written then.
mkdir own
cp numbers.npy own/output_0.npy
run 2 run one_target.onnx --input X=own/output_0.npy --output-dir own
expect_error "own/output_0.npy: the output is the file that is being read"
expect_same numbers.npy own/output_0.npy
cp one_target.onnx own/output_0.npy
run 2 run own/output_0.npy --input X=numbers.npy --output-dir own
expect_error "own/output_0.npy: the output is the file that is being read"
expect_same one_target.onnx own/output_0.npy

# Arrays that are not known are bad data, not a bad model; a folder is no file.
sed 's/<f4/<f2/' numbers.npy >half.npy
run 4 run one_target.onnx --input X=half.npy --output-dir new
expect_error "half.npy: npy header: type '<f2' is not supported"
run 5 run one_target.onnx --input X=own --output-dir new
expect_error "own: is a directory"
