# What fields may hold: missing markers, line ends, quotation marks, delimiters, bad values.
cp "$data"/cli/*.onnx "$data"/cli/*.csv .
three='prediction
-2.2
1.1000001
1.4000001'

printf 'a,b\r\n0.5,0.25\r\n-1,0.75\r\n0,0.5' >crlf.csv
run 0 predict one_target.onnx crlf.csv
expect_out "$three"
printf '\357\273\277"a","b"\n"0.5","0.25"\n-1,"0.75"\n 0 ,\t0.5\n' >bom.csv
run 0 predict one_target.onnx bom.csv
expect_out "$three"
printf 'a;b\n0,5;0,25\n-1;0,75\n0;5e-1\n' >comma.csv
run 0 predict one_target.onnx comma.csv --decimal ,
expect_out "$three"
printf 'a\tb\n0.5\t0.25\n-1\t0.75\n0\t0.5\n' >tab.csv
run 0 predict one_target.onnx tab.csv --delimiter tab
expect_out "$three"
printf 'a|b\n0.5|0.25\n-1|0.75\n0|0.5\n' >bar.csv
run 0 predict one_target.onnx bar.csv --delimiter '|'
expect_out "$three"

# Missing: all of these are NaN, which the first tree of the model sends to its true side.
printf 'a,b\n,9\nNA,9\nna,9\nnan,9\nNaN,9\nnull,9\nNULL,9\n  ,9\n' >missing.csv
run 0 predict one_target.onnx missing.csv
expect_equal "answers" "$(sed 1d out | sort | uniq -c | tr -s ' ')" " 8 1.1000001"
printf 'a,b\ninf,0\n-inf,0\n1e400,0\n-Infinity,0\n' >infinite.csv
run 0 predict one_target.onnx infinite.csv
expect_equal "answers" "$(sed 1d out | tr '\n' ' ')" "-2.2 1.4000001 -2.2 1.4000001 "

# Bad fields: those before are written, the message names the place.
printf 'a,b\n0.5,0.25\n-1,0.75\n0,12x\n0,0\n' >bad.csv
run 4 predict one_target.onnx bad.csv
expect_error 'ort-lite: bad.csv:4: field 2 (b): "12x" is not a number'
expect_out "prediction
-2.2
1.1000001"
run 0 predict one_target.onnx bad.csv --on-error nan
expect_equal "lines" "$(wc -l <out)" 5
printf 'a,b\n0.5,0.25\n"\033[2J",1\n' >escape.csv
run 4 predict one_target.onnx escape.csv
expect_error '"\x1b[2J" is not a number'
for bad in '0x10' '1.2.3' 'N/A' '--1' '1e' 'true' '1 2'; do
    printf 'a,b\n1,%s\n' "$bad" >bad.csv
    run 4 predict one_target.onnx bad.csv
    expect_error 'bad.csv:2: field 2 (b): '
done

# Lines of the wrong length.
printf 'a,b\n1,2\n3\n' >short.csv
run 4 predict one_target.onnx short.csv
expect_error "short.csv:3: 1 field, but the first record has 2"
run 0 predict one_target.onnx short.csv --on-error nan
expect_equal "lines" "$(wc -l <out)" 3
printf 'a,b\n1,2\n3,4,5\n' >long.csv
run 4 predict one_target.onnx long.csv
expect_error "long.csv:3: 3 fields, but the first record has 2"
run 4 predict one_target.onnx long.csv --on-error nan
printf 'a,b\n1,"2\n' >open.csv
run 4 predict one_target.onnx open.csv
expect_error "open.csv:2: "

# Types that have no NaN.
printf 'age,visits,member,city\n1,%s,%s,x\n' '2.5' 1 >typed.csv
run 4 predict mixed.onnx typed.csv
expect_error 'field 2 (visits): "2.5" is not a whole number'
printf 'age,visits,member,city\n1,NA,1,x\n' >typed.csv
run 4 predict mixed.onnx typed.csv --on-error nan
expect_error "is missing, which a column of integers cannot hold"
printf 'age,visits,member,city\n1,1,2,x\n' >typed.csv
run 4 predict mixed.onnx typed.csv
expect_error "is not true, false, 1 or 0"

printf 'real,precise,count\n1,2,2147483648\n' >typed.csv
run 4 predict types.onnx typed.csv
expect_error 'field 3 (count): "2147483648" does not fit in an int32'
printf 'real,precise,count\n1,x,1\n' >typed.csv
run 4 predict types.onnx typed.csv
expect_error 'field 2 (precise): "x" is not a number'
run 0 predict types.onnx typed.csv --on-error nan
expect_out "real_seen,precise_seen,count_seen
1,nan,1"

# Limits of the reader.
run 6 predict one_target.onnx numbers.csv --limit csv_columns=1
expect_error "numbers.csv:1: limit csv_columns exceeded: 1 allowed, at least 2 needed"
printf 'a,b\n1,%0100d\n' 1 >wide.csv
run 6 predict one_target.onnx wide.csv --limit csv_line_bytes=50
expect_error "wide.csv:2: limit csv_line_bytes exceeded: 50 allowed, at least 51 needed"

# NUL bytes are part of a field, and no number has one.
printf '0.5,1\0002\n' >nul.csv
run 4 predict one_target.onnx nul.csv --header no
expect_error 'nul.csv:1: field 2: "1\x002" is not a number'
printf 'a,b\n0.5,\000\n' >nul.csv
run 4 predict one_target.onnx nul.csv
expect_error 'nul.csv:2: field 2 (b): "\x00" is not a number'
printf 'a\000,b\000\n0.5,1\n' >nul.csv
run 4 predict one_target.onnx nul.csv
expect_error 'nul.csv:1: field 1: "a\x00" is not a number'
