# convert: a LightGBM model written by hand goes through the program and predicts; what is refused leaves
# no file; the same input gives the same bytes.
cat >model.txt <<'EOF'
tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective=regression
feature_names=age income
feature_infos=[0:9] [0:9]

Tree=0
num_leaves=3
num_cat=0
split_feature=0 1
split_gain=1 1
threshold=0.10000000000000001 2.5
decision_type=2 10
left_child=-1 -2
right_child=1 -3
leaf_value=1 20 300
leaf_weight=1 1 1
leaf_count=1 1 1
internal_value=0 0
internal_weight=0 0
internal_count=3 2
is_linear=0
shrinkage=1


end of trees

feature_importances:

parameters:
end of parameters

pandas_categorical:null
EOF
# 0.1 as float is above the threshold 0.1, the float below it is not; NaN goes left at income.
cat >rows.csv <<'EOF'
income,age
0,0.099999994
0,0.1
2.5,1
2.6,1
,1
EOF

run 0 convert model.txt -o model.onnx --meta note=a=b --meta trainer_version=9
expect_no_error
run 0 predict model.onnx rows.csv
expect_out "prediction
1
20
20
300
20"
run 0 inspect model.onnx --json
expect_contains "a=b"
expect_contains '"9"'

run 0 convert model.txt -o again.onnx --meta note=a=b --meta trainer_version=9 --from lightgbm
expect_same model.onnx again.onnx

run 0 convert model.txt -o five.onnx --opset-ml 5 --precision double -v
run 0 predict five.onnx rows.csv
expect_contains "300"

run 2 convert model.txt
expect_error "-o OUT.onnx is missing"
run 2 convert -o x.onnx
run 2 convert model.txt -o x.onnx --meta note
expect_error "is not KEY=VALUE"
run 2 convert model.txt -o x.onnx --opset-ml 4
run 2 convert model.txt -o x.onnx --from yggdrasil
expect_error 'no reader is called "yggdrasil"'
run 5 convert missing.txt -o x.onnx
expect_error "missing.txt: the source cannot be opened: no such file"
run 5 convert model.txt -o nowhere/x.onnx
expect_error "cannot be written"
run 5 convert . -o x.onnx
expect_error "is a directory"
run 6 convert model.txt -o x.onnx --limit tree_nodes=4
expect_error "tree_nodes"
run 6 convert model.txt -o x.onnx --limit model_bytes=10
expect_error "model_bytes"
: >empty
run 3 convert empty -o x.onnx
expect_error "the file is empty"
echo "hello" >other
run 3 convert other -o x.onnx
expect_error "not recognised"
head -n 20 model.txt >cut.txt
run 3 convert cut.txt -o x.onnx
checks=$((checks + 1))
[ ! -e x.onnx ] || fail "a refused conversion left its file"
[ -z "$(find . -name '*.tmp')" ] || fail "a temporary file was left"

# What was there stays there, the source first of all.
cp model.txt source.txt
run 2 convert source.txt -o source.txt
expect_error "source.txt: the output is the file that is being read"
expect_same model.txt source.txt
cp model.onnx kept.onnx
run 3 convert cut.txt -o kept.onnx
expect_same model.onnx kept.onnx

# "-" is no name here, and no file of that name is made.
run 2 convert - -o x.onnx
expect_error "by name"
run 2 convert model.txt -o - --sandbox off
expect_error "by name"
checks=$((checks + 1))
[ ! -e ./- ] || fail "a file called - was made"
