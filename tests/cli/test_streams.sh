# Pipes, devices, directories and empty inputs: nothing is lost, nothing hangs, nothing is silent but a
# closed pipe.
cp "$data"/cli/*.onnx "$data"/cli/*.csv .

# A reader that stops early: the program ends quietly with 0.
awk 'BEGIN { for (i = 0; i < 200000; i++) print i % 7 "," i % 3 / 2 }' >many.csv
{ "$program" predict one_target.onnx many.csv 2>err; echo $? >code; } | head -n 1 >first
expect_equal "exit code with a closed pipe" "$(cat code)" 0
expect_equal "first line" "$(cat first)" "prediction"
expect_no_error
{ "$program" help 2>err; echo $? >code; } | :
expect_equal "exit code of help with a closed pipe" "$(cat code)" 0
expect_no_error

# Closed or full outputs are told.
checks=$((checks + 1))
code=0
"$program" predict one_target.onnx numbers.csv >&- 2>err || code=$?
expect_equal "exit code with stdout closed" "$code" 5
expect_error "standard output: cannot be written"
if [ -c /dev/full ]; then
    for verb in "predict one_target.onnx many.csv" "predict one_target.onnx numbers.csv" help \
        --version "inspect churn.onnx" "inspect churn.onnx --json" "check churn.onnx"; do
        code=0
        # shellcheck disable=SC2086  # a verb and its operands
        "$program" $verb >/dev/full 2>err || code=$?
        expect_equal "exit code of $verb > /dev/full" "$code" 5
        expect_error "standard output: cannot be written: No space left on device"
    done
    run 5 predict one_target.onnx many.csv -o /dev/full
    expect_error "/dev/full: cannot be written"
    mkdir arrays
    ln -s /dev/full arrays/output_0.npy
    run 5 run one_target.onnx --input "X=$data/cli/numbers.npy" --output-dir arrays
    expect_error "arrays/output_0.npy: "
fi
run 5 predict one_target.onnx numbers.csv -o absent/out.csv
expect_error "absent/out.csv: cannot be created"
cp numbers.csv same.csv
run 2 predict one_target.onnx same.csv -o same.csv
expect_error "the output is the file that is being read"
expect_same numbers.csv same.csv
cp one_target.onnx same.onnx
ln -s same.onnx link.onnx
for name in same.onnx link.onnx; do
    run 2 predict same.onnx numbers.csv -o "$name"
    expect_error "$name: the output is the file that is being read"
    expect_same one_target.onnx same.onnx
done
checks=$((checks + 1))
code=0
"$program" predict - numbers.csv -o same.onnx <same.onnx 2>err || code=$?
expect_equal "exit code of a model from stdin" "$code" 2
expect_same one_target.onnx same.onnx

# Inputs that cannot be read.
run 5 predict absent.onnx numbers.csv
expect_equal "message" "$(cat err)" "ort-lite: absent.onnx: cannot be opened: no such file"
run 5 check .
expect_equal "message" "$(cat err)" "ort-lite: .: is a directory, not a file"
run 5 predict one_target.onnx absent.csv
expect_error "absent.csv: cannot be opened"
run 5 predict one_target.onnx .
expect_error "Is a directory"

# Empty tables.
: >in
run_input 0 predict one_target.onnx
expect_out "prediction"
run_input 0 predict one_target.onnx --header no
expect_equal "bytes" "$(wc -c <out)" 0
run_input 0 predict churn.onnx --format jsonl
expect_equal "bytes" "$(wc -c <out)" 0
run_input 0 predict mixed.onnx
expect_out "points,visits_seen,city_seen"
run_input 0 predict whole.onnx
expect_equal "lines" "$(wc -l <out)" 1
run_input 0 predict three_targets.onnx --format npy -o empty.npy
expect_equal "shape" "$(head -n 1 empty.npy | LC_ALL=C tr -d '\000-\037\200-\377' | sed 's/.*shape.: //; s/ *$//')" "(0, 3), }"
printf 'a,b\n' >in
run_input 0 predict three_targets.onnx
expect_out "prediction_0,prediction_1,prediction_2"
printf 'a,b' >in
run_input 0 predict three_targets.onnx
expect_out "prediction_0,prediction_1,prediction_2"

# A FIFO as input, and as the model.
mkfifo table model
cat numbers.csv >table &
run 0 predict one_target.onnx table
expect_same one_target.expected.csv
wait
cat one_target.onnx >model &
run 0 check model
wait

# Bytes that come one by one, and rows that must not wait for the end of the pipe.
mkfifo slow
{
    for piece in 'a' ',b\n0.' '5,0' '.25\n-' '1,"0.7' '5"\nnan,nan\n0,0.' '5'; do
        # shellcheck disable=SC2059  # the pieces are formats
        printf "$piece"
        sleep 0.05
    done
} >slow &
run 0 predict one_target.onnx slow
expect_same one_target.expected.csv
wait
for option in --flush --quiet; do
    mkfifo to from
    "$program" predict one_target.onnx "$option" <to >from 2>err &
    exec 3>to 4<from
    printf 'a,b\n0.5,0.25\n' >&3
    IFS= read -r header <&4
    IFS= read -r answer <&4
    expect_equal "header before the end" "$header" "prediction"
    expect_equal "answer before the end" "$answer" "-2.2"
    printf -- '-1,0.75\n' >&3
    IFS= read -r answer <&4
    expect_equal "second answer" "$answer" "1.1000001"
    exec 3>&-
    IFS= read -r answer <&4 && fail "a row too many: $answer"
    exec 4<&-
    wait
    rm to from
    expect_no_error
done

# As many rows out as in, in order, however many blocks there are.
awk 'BEGIN { print "a,b,id"; for (i = 1; i <= 5000; i++) print i % 7 "," i % 3 / 2 "," i }' >ids.csv
run 0 predict one_target.onnx ids.csv --keep id
sed 1d out | cut -d, -f1 >ids
awk 'BEGIN { for (i = 1; i <= 5000; i++) print i }' >wanted_ids
expect_same wanted_ids ids
awk 'BEGIN { print "a,b,text"; for (i = 1; i <= 300; i++) { printf "%d,1,", i; for (j = 0; j < 4000; j++) printf "x"; print i } }' >long_texts.csv
run 0 predict one_target.onnx long_texts.csv --keep text
expect_equal "last text" "$(tail -n 1 out | cut -d, -f1 | tail -c 5)" "x300"

# -o replaces a file only when the new one is complete; the rows before a bad one are complete enough.
echo precious >kept.csv
run 5 predict one_target.onnx absent.csv -o kept.csv
expect_equal "file after a missing table" "$(cat kept.csv)" precious
printf 'a,b,c\n' >narrow.csv
run 3 predict truncated.onnx numbers.csv -o kept.csv
expect_equal "file after a bad model" "$(cat kept.csv)" precious
run 4 predict one_target.onnx narrow.csv --header no -o kept.csv
expect_equal "file after a first row that is bad" "$(cat kept.csv)" precious
{ head -n 3 numbers.csv; echo "x,y"; } >bad_row.csv
run 4 predict one_target.onnx bad_row.csv -o kept.csv
checks=$((checks + 1))
[ "$(wc -l <kept.csv)" -gt 1 ] || fail "the rows before the bad one were not written"
echo precious >kept.csv
checks=$((checks + 1))
(ulimit -f 1 && "$program" predict one_target.onnx many.csv -o kept.csv 2>err)
expect_equal "exit code with a full disk" "$?" 5
expect_equal "file after a full disk" "$(cat kept.csv)" precious
expect_equal "files left behind" "$(ls -- *.tmp 2>/dev/null)" ""
