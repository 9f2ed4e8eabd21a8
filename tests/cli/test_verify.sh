# ort-lite verify: the measures against awk's, on the predictions that predict writes; the recorded score,
# its tolerance, the digest of the data; refusals.
awk 'BEGIN { s = 7; print "Column_0,Column_1,Column_2,Column_3,Column_4,y"
    for (i = 0; i < 601; i++) { line = ""; t = 0
        for (j = 0; j < 5; j++) { s = (s * 16807) % 2147483647; x = s % 2000 / 250 - 4; t += x; line = line x "," }
        print line (t > 0 ? 1 : 0) } }' >table.csv

# near FOUND WANTED: equal to six digits.
near() {
    expect_equal "$1 near $2" "$(echo "$1 $2" | awk '{ d = $1 - $2; if (d < 0) d = -d; print (d < 2e-6 * ($2 < 0 ? -$2 : $2) + 1e-9) ? "yes" : "no" }')" yes
}

# A binary classifier: accuracy, log loss, and the share of pairs in order.
run 0 convert "$data/convert/lightgbm_13/model.txt" -o two.onnx
run 0 predict two.onnx table.csv --keep y -o scored.csv
run 0 verify two.onnx table.csv --target y --json
expect_equal rows "$(jq .rows out)" 601
near "$(jq .measures.accuracy out)" "$(awk -F, 'NR > 1 { n++; r += $1 == $2 } END { printf "%.9f", r / n }' scored.csv)"
near "$(jq .measures.log_loss out)" "$(awk -F, 'NR > 1 { n++; l -= log($1 ? $4 : $3) } END { printf "%.9f", l / n }' scored.csv)"
near "$(jq .measures.auc out)" "$(awk -F, 'NR > 1 { y[NR] = $1; p[NR] = $4 }
    END { for (i in y) for (j in y) if (y[i] == 1 && y[j] == 0) { n++; w += p[i] > p[j] ? 1 : p[i] == p[j] ? 0.5 : 0 }
          printf "%.9f", w / n }' scored.csv)"

# Three classes have no auc; a regressor has errors.
run 0 convert "$data/convert/lightgbm_29/model.txt" -o three.onnx
run 0 verify three.onnx table.csv --target y --json
expect_equal 'measures of three classes' "$(jq -c '.measures | keys' out)" '["accuracy","log_loss"]'
run 0 convert "$data/convert/lightgbm_278/model.txt" -o value.onnx
run 0 predict value.onnx table.csv --keep y -o scored.csv
run 0 verify value.onnx table.csv --target y --json
expect_equal 'measures of a regressor' "$(jq -c '.measures | keys' out)" '["mae","mse","r2","rmse"]'
awk -F, 'NR > 1 { n++; d = $2 - $1; s += d * d; a += d < 0 ? -d : d; y += $1; yy += $1 * $1 }
    END { printf "%.12g %.12g %.12g\n", sqrt(s / n), a / n, 1 - s / (yy - y * y / n) }' scored.csv >wanted_errors
read -r rmse mae r2 <wanted_errors
near "$(jq .measures.rmse out)" "$rmse"
near "$(jq .measures.mae out)" "$mae"
near "$(jq .measures.r2 out)" "$r2"

# The recorded score: half a unit of its last digit, or --tolerance; the data by their digest.
accuracy=$(run 0 verify two.onnx table.csv --target y --json && jq .measures.accuracy out)
digest=$(sha256sum table.csv | cut -c 1-64)
rounded=$(echo "$accuracy" | awk '{ printf "%.2f", $1 }')
run 0 meta two.onnx set score.metric=acc "score.value=$rounded" "score.data_sha256=$digest" -o recorded.onnx
run 0 verify recorded.onnx table.csv --target y
expect_contains "sha256     $digest"
expect_contains ': met'
expect_contains 'the data are the recorded ones'
run 1 verify recorded.onnx table.csv --target y --tolerance 0.0000001
expect_contains ': not met'
head -n 300 table.csv >half.csv
run 0 verify recorded.onnx half.csv --target y --tolerance 1
expect_contains 'the data are not the recorded ones'
run 0 meta two.onnx set score.metric=rmse score.value=1 -o other.onnx
run 1 verify other.onnx table.csv --target y --quiet
expect_contains 'not measured by these rows'
run 0 verify two.onnx table.csv --target y
expect_contains 'recorded   no score'

# Standard input; a decimal comma.
run_input_table() { cp table.csv in; run_input 0 verify two.onnx - --target y; }
run_input_table
expect_contains 'verified   601 rows of -'
tr ',.' ';,' <table.csv >comma.csv
run 0 verify two.onnx comma.csv --target y --decimal ,
expect_contains 'accuracy '

run 2 verify two.onnx table.csv
expect_error '--target COLUMN is missing'
run 4 verify two.onnx table.csv --target z
expect_error '"z"'
printf 'Column_0,Column_1,Column_2,Column_3,Column_4,y\n1,2,3,4,5,7\n' >bad.csv
run 4 verify two.onnx bad.csv --target y
expect_error 'bad.csv:2: target "7" is none of the model'
printf 'Column_0,Column_1,Column_2,Column_3,Column_4,y\n1,2,3,4,5,\n' >bad.csv
run 4 verify value.onnx bad.csv --target y
expect_error 'bad.csv:2: target "" is not a number'
run 0 meta two.onnx set score.metric=beauty score.value=1 -o other.onnx
run 3 verify other.onnx table.csv --target y
expect_error 'score.metric "beauty" is not known'
