# ort-lite bench: figures, the page, runtimes that are not there. What is measured is not tested, only that it
# is measured.
model=$data/cli/churn.onnx

run 0 bench "$model" --rows 8 --runs 1 --json --report page.html
expect_no_error
expect_equal 'runtimes' "$(jq -c '[.runtimes[].runtime]' out)" '["ort-lite"]'
expect_equal 'batches' "$(jq -c '[.runtimes[0].batches[].rows]' out)" '[1,8]'
expect_equal 'figures in order' "$(jq '.runtimes[0] | .load_seconds > 0 and .p50_seconds > 0 and
    .p50_seconds <= .p90_seconds and .p90_seconds <= .p99_seconds and .p99_seconds <= .p99_9_seconds and
    .batches[1].rows_per_second > 0 and .peak_bytes >= .steady_bytes and .steady_bytes > .model_bytes' out)" true
expect_equal 'plots of the page' "$(grep -c '^<svg' page.html)" 4
expect_equal 'end of the page' "$(tail -c 8 page.html)" '</html>'
expect_equal 'what the page fetches' "$(grep -cE 'src=|href=|url\(|@import|<script' page.html)" 0

run 0 bench "$model" --rows 1 --runs 1 --against onnxruntime --library onnxruntime=/nowhere/lib.so
expect_contains 'onnxruntime  left out: not installed, or --library must say where'
run 0 bench "$model" --rows 1 --runs 1 --quiet
expect_equal 'stdout' "$(cat out)" ''

run 2 bench "$model" --against onxruntime
expect_error 'unknown runtime "onxruntime"; did you mean onnxruntime'
run 2 bench "$model" --against lightgbm
expect_error 'lightgbm=FILE (LightGBM text)'
run 2 bench "$model" --against onnxruntime,onnxruntime
expect_error 'names onnxruntime twice'
run 2 bench "$model" --runs 10
expect_error '--runs "10" is not 1 to 9'
run 2 bench -
expect_error 'bench needs the model as a file'
run 3 bench "$data/cli/truncated.onnx"
run 3 bench "$data/cli/mixed.onnx"
expect_error 'bench needs a model that reads rows of floats'
