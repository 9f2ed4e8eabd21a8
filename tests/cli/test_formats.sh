# The four forms of the output.
cp "$data"/cli/*.onnx "$data"/cli/*.csv .

run 0 predict churn.onnx churn.csv --format tsv
expect_equal "header" "$(head -n 1 out)" "label	probability_no	\"probability_yes, \"\"maybe\"\"\""
run 0 predict three_targets.onnx numbers.csv --format tsv
tr ',' '\t' <three_targets.expected.csv >wanted.tsv
expect_same wanted.tsv

printf 'age,income,tenure,id\n23,900.5,1,"a\n""b\t\\"\n40,NA,,\377\303\266\n' >text.csv
run 0 predict churn.onnx text.csv --keep id --format jsonl
expect_equal "escapes" "$(head -n 1 out)" \
    '{"id":"a\n\"b\t\\","label":"yes, \"maybe\"","probability_no":0.5,"probability_yes, \"maybe\"":0.6294831}'
expect_contains "{\"id\":\"$(printf '\357\277\275')ö\","
if command -v jq >jq_path; then
    expect_equal "jq reads it" "$(jq -r .id out | head -n 1)" "a"
fi
run 0 predict churn.onnx text.csv --keep id
expect_equal "quoted" "$(sed -n 2p out)" '"a'

# NaN and infinities are null there.
run 0 predict types.onnx types.csv --format jsonl
expect_equal "line 2" "$(sed -n 2p out)" '{"real_seen":null,"precise_seen":null,"count_seen":2147483647}'
expect_equal "line 3" "$(sed -n 3p out)" '{"real_seen":null,"precise_seen":null,"count_seen":3}'
expect_equal "line 4" "$(sed -n 4p out)" '{"real_seen":16777216,"precise_seen":1e-310,"count_seen":0}'
run 0 predict types.onnx types.csv --format npy -o types.npy
expect_equal "bytes of the records" "$(($(wc -c <types.npy) - $(head -n 1 types.npy | wc -c)))" $((5 * (4 + 8 + 4)))
expect_equal "lowest int32" "$(tail -c $((5 * 16)) types.npy | head -c 16 | tail -c 4 | od -An -tx1 | tr -d ' ')" 00000080
expect_equal "a double" "$(tail -c $((5 * 16)) types.npy | head -c 12 | tail -c 8 | od -An -tx1 | tr -d ' ')" 343333333333d33f
printf 'age,visits,member,city\n1,2,1,\n' >typed.csv
run 0 predict mixed.onnx typed.csv --format jsonl
expect_out '{"points":211,"visits_seen":2,"city_seen":""}'

# npy: a plain array for one type, records for several. The expected bytes of the plain one are what
# `run` writes for the same rows, its first extent aside.
cp "$data"/cli/numbers.npy .
run 0 run one_target.onnx --input X=numbers.npy --output-dir arrays
run 0 predict one_target.onnx numbers.csv --format npy -o plain.npy
tail -c 16 plain.npy >cells
tail -c 16 arrays/output_0.npy >wanted_cells
expect_same wanted_cells cells
expect_equal "shape" "$(head -n 1 plain.npy | LC_ALL=C tr -d '\000-\037\200-\377' | sed 's/.*shape.: //; s/ *$//')" "(4,), }"
run 0 predict three_targets.onnx numbers.csv --format npy -o plain.npy
run 0 run three_targets.onnx --input X=numbers.npy --output-dir arrays
expect_same arrays/output_0.npy plain.npy
run 0 predict churn.onnx churn.csv --format npy -o records.npy
expect_equal "fields" "$(head -n 1 records.npy | LC_ALL=C tr -d '\000-\037\200-\377' | sed 's/.*descr.: //; s/, .fortran.*//')" \
    "[('label', '<U12'), ('probability_no', '<f4'), ('probability_yes, \"maybe\"', '<f4')]"
expect_equal "bytes of the records" "$(($(wc -c <records.npy) - $(head -n 1 records.npy | wc -c)))" $((6 * (12 * 4 + 8)))
run 2 predict churn.onnx churn.csv --format npy
expect_error "--format npy needs -o FILE"
run 2 predict churn.onnx churn.csv --format npy -o n.npy --keep age
expect_error "cannot carry columns"
run 2 predict mixed.onnx mixed.csv --format npy -o n.npy
expect_error "texts of unknown length"

# Objects and records tell columns by name: no two of one name.
printf 'age,income,tenure,label\n23,900.5,1,x\n' >label.csv
run 2 predict churn.onnx label.csv --keep label --format jsonl
expect_error 'two columns would be called "label", which --format jsonl cannot tell apart'
run 2 predict churn.onnx label.csv --keep age,age --format jsonl
expect_error '"age"'
run 0 predict churn.onnx label.csv --keep truth --rename label=truth --format jsonl
expect_equal "renamed" "$(head -c 25 out)" '{"truth":"x","label":"yes'
run 0 predict churn.onnx label.csv --keep label
expect_equal "twice in csv" "$(head -n 1 out | cut -d, -f1-2)" 'label,label'
tail -n 1 label.csv >bare.csv
run 2 predict churn.onnx bare.csv --header no --by-position --keep 4,4 --format jsonl
expect_error '"4"'
run 2 predict same_names.onnx numbers.csv --format npy -o same.npy
expect_error 'two columns would be called "probability_a", which --format npy cannot tell apart (use csv)'
run 0 predict same_names.onnx numbers.csv --format npy -o same.npy --raw
mkfifo pipe
cat pipe >swallowed &
run 2 predict churn.onnx churn.csv --format npy -o pipe
expect_error "not a pipe"
wait

# After a bad field the rows before it are there, counted.
printf 'a,b\n0.5,0.25\n-1,0.75\nx,1\n' >bad.csv
run 4 predict one_target.onnx bad.csv --format npy -o plain.npy
expect_equal "shape" "$(head -n 1 plain.npy | LC_ALL=C tr -d '\000-\037\200-\377' | sed 's/.*shape.: //; s/ *$//')" "(2,), }"
