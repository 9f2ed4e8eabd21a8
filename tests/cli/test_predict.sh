# predict against recorded answers, and how columns find their place.
cp "$data"/cli/*.onnx "$data"/cli/*.csv .

for pair in churn:churn one_target:numbers three_targets:numbers mixed:mixed types:types; do
    model=${pair%:*}
    table=${pair#*:}
    run 0 predict "$model.onnx" "$table.csv"
    expect_same "$model.expected.csv"
    expect_no_error
    cp "$table.csv" in
    run_input 0 predict "$model.onnx"
    expect_same "$model.expected.csv"
    run 0 predict "$model.onnx" "$table.csv" -o written.csv
    expect_same "$model.expected.csv" written.csv
done

# By name, in any order, further columns ignored; blanks around names do not count.
awk -F, -v OFS=, 'NR == 1 { print "id, tenure ,age,extra,income"; next } { print NR, $3, $1, "x", $2 }' \
    churn.csv >shuffled.csv
run 0 predict churn.onnx shuffled.csv
expect_same churn.expected.csv
run 0 predict churn.onnx shuffled.csv --keep id,extra
expect_equal "header" "$(head -n 1 out)" 'id,extra,label,probability_no,"probability_yes, ""maybe"""'
expect_equal "line 3" "$(sed -n 3p out)" '3,x,"yes, ""maybe""",0.5,0.83616966'
run 4 predict churn.onnx shuffled.csv --keep ids
expect_error 'nearest: "id"'

sed 's/tenure/tenure_months/' churn.csv >months.csv
run 4 predict churn.onnx months.csv
expect_error 'ort-lite: months.csv: column "tenure" is missing; the model needs 3 columns, 2 found; nearest: "tenure_months" (use --rename tenure_months=tenure, or --by-position)'
run 0 predict churn.onnx months.csv --rename tenure_months=tenure
expect_same churn.expected.csv
run 0 predict churn.onnx months.csv --by-position
expect_same churn.expected.csv
run 4 predict churn.onnx months.csv --rename tenur=tenure
expect_error "is not in the header"
printf 'age,income,tenure,age\n1,2,3,4\n' >twice.csv
run 4 predict churn.onnx twice.csv
expect_error 'column "age" is in the header 2 times'
printf 'age,income,tenure\n1,2,3\n' >swap.csv
run 0 predict churn.onnx swap.csv
cp out straight
printf 'tenure,income,age\n1,2,3\n' >swap.csv
run 0 predict churn.onnx swap.csv --rename age=tenure --rename tenure=age
expect_same straight

# By position: the number of columns must be the model's, those that are kept aside.
printf 'a,b,label\n0.5,0.25,7\n' >labelled.csv
run 4 predict one_target.onnx labelled.csv
expect_error "the table has 3 columns, the model needs 2 by position"
expect_error "--keep label"
run 0 predict one_target.onnx labelled.csv --keep label
expect_out "label,prediction
7,-2.2"
run 0 predict one_target.onnx numbers.csv --keep a
expect_equal "line 2" "$(sed -n 2p out)" "0.5,-2.2"
printf 'a\n1\n' >narrow.csv
run 4 predict one_target.onnx narrow.csv
expect_error "the table has 1 column, the model needs 2 by position (is --delimiter another character?)"

# Headers.
sed 1d numbers.csv >bare.csv
run 0 predict one_target.onnx bare.csv
expect_same one_target.expected.csv
run 0 predict one_target.onnx bare.csv --header no
sed 1d one_target.expected.csv >bare.expected.csv
expect_same bare.expected.csv
run 0 predict one_target.onnx bare.csv --header yes
expect_equal "lines" "$(wc -l <out)" 4
run 0 predict one_target.onnx bare.csv --keep 2 --header no
expect_equal "line 1" "$(head -n 1 out)" "0.25,-2.2"
run 4 predict one_target.onnx bare.csv --keep 3
expect_error "numbered 1 to 2"
run 4 predict one_target.onnx numbers.csv --header no
expect_error 'numbers.csv:1: field 1: "a" is not a number'
printf '0,nan\n0.5,0.25\n' >numeric_names.csv
run 0 predict one_target.onnx numeric_names.csv
expect_equal "lines" "$(wc -l <out)" 3
run 0 predict one_target.onnx numeric_names.csv --header yes
expect_out "prediction
-2.2"

# A first line of numbers and texts may be a row with a bad number: it must not vanish.
for bad in 0x10,2 1e,2 2,0x10 'a,inf'; do
    printf '%s\n0.5,0.25\n' "$bad" >unsure.csv
    run 4 predict one_target.onnx unsure.csv
    expect_error "(say --header yes or --header no)"
    expect_equal "rows" "$(wc -l <out)" 0
    run 0 predict one_target.onnx unsure.csv --header yes
    expect_out "prediction
-2.2"
done
printf '2,1e\n' >unsure.csv
run 4 predict one_target.onnx unsure.csv
expect_error 'unsure.csv:1: field 2: "1e" is not a number, but others of this line are'
printf 'NA,b\n0.5,0.25\n' >unsure.csv
run 0 predict one_target.onnx unsure.csv
expect_out "prediction
-2.2"
printf '2024,b\n0.5,0.25\n' >unsure.csv
run 0 predict one_target.onnx unsure.csv --rename 2024=a
expect_out "prediction
-2.2"
sed '1s/,tenure/,tenure,2024/; 1!s/$/,7/' churn.csv >year.csv
run 0 predict churn.onnx year.csv
expect_same churn.expected.csv
sed '1s/.*/1,0x2,3/' churn.csv >year.csv
run 4 predict churn.onnx year.csv
expect_error 'field 2: "0x2" is not a number'

# Names that are column numbers are data, with a warning.
printf '0,1\n0.5,0.25\n' >numbered.csv
run 0 predict one_target.onnx numbered.csv
expect_equal "lines" "$(wc -l <out)" 3
expect_error 'numbered.csv: line 1 looks like column numbers; it was read as data (say --header yes)'
for option in --quiet --header=no --header=yes; do
    run 0 predict one_target.onnx numbered.csv "$option"
    expect_no_error
done
printf '1,0\n0.5,0.25\n' >numbered.csv
run 0 predict one_target.onnx numbered.csv
expect_no_error

# A model that reads text: names or the place of a number tell, else the user.
sed 1d mixed.csv >mixed_bare.csv
run 0 predict mixed.onnx mixed_bare.csv
expect_same mixed.expected.csv
printf 'w,x,y,z\n29,4,true,here\n' >other_names.csv
run 4 predict mixed.onnx other_names.csv
expect_error 'column "age" is missing'
run 0 predict mixed.onnx other_names.csv --by-position
expect_out "points,visits_seen,city_seen
211,4,here"
printf 'u,v,w,x,y\n1,2,3,4,5\n' >unclear.csv
run 2 predict mixed.onnx unclear.csv
expect_error "say --header yes or --header no"

# Every row of the other model depends on all rows, so 1024 equal rows give 1/1024 each.
awk 'BEGIN { for (i = 0; i < 1024; i++) print "1.5,-2" }' >equal.csv
run 0 predict whole.onnx equal.csv --verbose
expect_equal "lines" "$(sort out | uniq -c | tr -s ' ' | tr '\n' ';')" \
    " 1024 0.0009765625,0.0009765625; 1 share_0,share_1;"
grep -q 'held in memory' err || fail "--verbose does not say that the table was held in memory"
run 6 predict whole.onnx equal.csv --limit rows=1000
expect_error "it needs rows of 1001, the limit is 1000"
run 6 predict whole.onnx equal.csv --limit context_bytes=8000
expect_error "context_bytes"
