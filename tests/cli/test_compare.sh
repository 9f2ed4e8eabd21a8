# convert --compare: the source's own trees beside the file that was written. Differences end with exit code 1,
# rounding to float32 is told and is none, and --expected holds the trainer's predictions against the file's.
sed -n '/^cat >model.txt/,/^EOF$/p' "$here/test_convert.sh" >make_model.sh
. ./make_model.sh
cat >rows.csv <<'EOF'
income,age,y
0,0.09999999403953552,1
0,0.10000000149011612,20
2.5,1,20
2.6,1,300
,1,20
EOF

for opset in 3 5; do
    for precision in float double; do
        run 0 convert model.txt -o model.onnx --opset-ml $opset --precision $precision \
            --compare rows.csv --expected y
        expect_no_error
        expect_out "compared   5 rows of rows.csv, 1 tree of model.txt
paths      the same leaf in every tree for every row
values     those of the source, within float32 rounding
expected   every value is the trainer's"
    done
done

# The file is the one that convert writes without --compare.
run 0 convert model.txt -o plain.onnx
run 0 convert model.txt -o compared.onnx --compare rows.csv --quiet
expect_equal "output with --quiet" "$(cat out)" ""
expect_same plain.onnx compared.onnx

# A trainer that reads 0.1 as double goes where float32 does not: a note, no difference; with double input the
# rows are the doubles themselves.
sed 's/0.10000000149011612,20/0.1,1/' rows.csv >doubles.csv
run 0 convert model.txt -o model.onnx --compare doubles.csv
expect_contains "the same leaf in every tree for every row"
expect_contains "note       1 row (the first in line 3) would take other paths"
run 1 convert model.txt -o model.onnx --compare doubles.csv --expected y
expect_contains "expected   1 row with another value than the trainer's"
expect_contains "line 3: value 0 is 20, expected 1"
run 0 convert model.txt -o model.onnx --compare doubles.csv --expected y --precision double
expect_contains "expected   every value is the trainer's"

# All differing rows are counted, ten are shown.
{
    echo "age,income,y"
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do echo "$i,0,21"; done
} >wrong.csv
run 1 convert model.txt -o model.onnx --compare wrong.csv --expected y --quiet
expect_contains "expected   13 rows with another value than the trainer's"
expect_contains "line 11: value 0 is 20, expected 21"
expect_contains "and 3 more"
expect_equal "rows shown" "$(grep -c 'line [0-9]*:' out)" 10

# By position, from a pipe, without a header.
tail -n +2 rows.csv | awk -F, '{ print $2 "," $1 }' >in
run_input 0 convert model.txt -o model.onnx --compare -
expect_contains "compared   5 rows of standard input"
sed '1s/.*/a,b,y/' rows.csv | awk -F, '{ print $2 "," $1 "," $3 }' >positions.csv
run 0 convert model.txt -o model.onnx --compare positions.csv --by-position --expected y
sed '1s/age/years/' rows.csv >renamed.csv
run 0 convert model.txt -o model.onnx --compare renamed.csv --rename years=age --expected y

run 4 convert model.txt -o model.onnx --compare renamed.csv
expect_error 'column "age" is missing'
run 4 convert model.txt -o model.onnx --compare rows.csv --expected z
expect_error '--expected "z" is not in the header'
run 2 convert model.txt -o model.onnx --compare rows.csv --expected y,age
expect_error "--expected names 2 columns, the model gives 1 value a row"
run 2 convert model.txt -o model.onnx --expected y
expect_error "--expected is for --compare DATA.csv"
run 2 convert model.txt -o model.onnx --by-position
expect_error "--by-position is for --compare DATA.csv"
run 5 convert model.txt -o model.onnx --compare missing.csv
expect_error "missing.csv: cannot be opened"
run 4 convert model.txt -o model.onnx --compare /dev/null
expect_error "the table is empty"
head -n 1 rows.csv >header.csv
run 4 convert model.txt -o model.onnx --compare header.csv
expect_error "the table has no rows to compare"
printf 'age,income\n1,2\nx,3\n' >bad.csv
run 4 convert model.txt -o model.onnx --compare bad.csv
expect_error "bad.csv:3: field 1 (age)"
run 2 convert model.txt -o rows.csv --compare rows.csv

# A classifier: labels, or the probability of the second class.
sed 's/^objective=regression/objective=binary sigmoid:1/; s/^leaf_value=.*/leaf_value=-2 0.5 2/' model.txt >binary.txt
cat >labels.csv <<'EOF'
age,income,label,p,q
0,0,0,0.119203,0.880797
1,0,1,0.622459,0.377541
1,9,1,0.880797,0.119203
EOF
run 0 convert binary.txt -o model.onnx --compare labels.csv --expected label
expect_contains "expected   every label is the trainer's"
run 0 convert binary.txt -o model.onnx --compare labels.csv --expected p
expect_contains "expected   every value is the trainer's"
run 0 convert binary.txt -o model.onnx --compare labels.csv --expected q,p
run 1 convert binary.txt -o model.onnx --compare labels.csv --expected p,q
expect_contains "expected   3 rows with another value than the trainer's"
sed '3s/0,1,0.6/0,0,0.6/' labels.csv >others.csv
run 1 convert binary.txt -o model.onnx --compare others.csv --expected label
expect_contains "expected   1 row with another label than the trainer's"
expect_contains "line 3: label 1, expected 0"
