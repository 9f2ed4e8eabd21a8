# Several threads: the same bytes in the same order, and the same errors behind the same rows.
cp "$data"/cli/*.onnx "$data"/cli/*.csv .
awk 'BEGIN { print "a,b"; for (i = 0; i < 30000; i++) print i % 7 "," i % 3 / 2 }' >many.csv
awk 'NR == 20001 { print "1,x"; next } { print }' many.csv >bad.csv

for format in csv jsonl npy; do
    run 0 predict one_target.onnx many.csv --by-position --format $format -o one
    for threads in 2 3 8; do
        run 0 predict one_target.onnx many.csv --by-position --format $format -o "out_$threads" -t $threads
        expect_same one "out_$threads"
    done
done

run 4 predict one_target.onnx bad.csv --by-position
cp out one
cp err one_err
for threads in 2 3 8; do
    run 4 predict one_target.onnx bad.csv --by-position --threads $threads
    expect_same one
    expect_same one_err err
done
expect_error "bad.csv:20001: field 2 (b): \"x\" is not a number"

# The reader of the output goes away.
for threads in 2 8; do
    { "$program" predict one_target.onnx many.csv --by-position -t $threads 2>err; echo $? >code; } | head -n 1 >first
    expect_equal "exit code with a closed pipe" "$(cat code)" 0
    expect_no_error
done

# Rows are there before the next ones come.
mkfifo pipe
: >paused
"$program" predict one_target.onnx --threads 3 <pipe >paused &
exec 3>pipe
printf '1,2\n3,4\n' >&3
tries=0
while [ "$(wc -l <paused)" -lt 3 ] && [ "$tries" -lt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
expect_equal "lines while the input pauses" "$(wc -l <paused)" 3
exec 3>&-
wait

run 2 predict one_target.onnx many.csv --threads 0
expect_error "--threads \"0\" is not a whole number from 1 to 256"
run 2 predict one_target.onnx many.csv --threads 1.5
expect_error "--threads \"1.5\" is not a whole number"
