# Verbs, options, help and version: what a mistyped command line says, and exit code 2.
model=$data/cli/churn.onnx

run 0 --version
expect_out "ort-lite 0.1.0"
run 0 -V
expect_out "ort-lite 0.1.0"

run 2
expect_error "no verb given"
run 2 predikt
expect_error "did you mean predict?"
run 2 zebra
expect_error 'unknown verb "zebra"'
run 2 "$(printf 'a\033[31m')"
expect_error '"a\x1b[31m"'

for verb in predict run inspect check convert test help; do
    run 0 help "$verb"
    expect_contains "ort-lite $verb"
    expect_contains "Examples"
    expect_no_error
    cp out by_topic
    run 0 "$verb" --help
    expect_same by_topic
done
run 0 help
cp out by_topic
run 0 --help
expect_same by_topic
for verb in predict run inspect check convert test help; do expect_contains "ort-lite $verb"; done
run 0 help limits
expect_contains "csv_line_bytes"
expect_contains "steps_per_row"
run 0 help operators
expect_contains "TreeEnsembleClassifier"
expect_contains "ai.onnx.ml"
run 0 help convert
expect_contains "lightgbm"
: >empty
for trainer in $(sed -n '/^Trainers/,/^$/s/^  \([a-z]*\) .*/\1/p' out); do
    run 3 convert empty -o never.onnx --from "$trainer" # known, so it is the file that is refused
done
run 2 help predct
expect_error "did you mean predict?"

run 2 predict
expect_error "an operand is missing"
run 2 predict a b c
expect_error '"c" is one operand too many'
run 2 check "$model" --quite
expect_error "did you mean --quiet?"
run 2 check "$model" -Z
expect_error "unknown option -Z"
run 2 check "$model" --quiet=yes
expect_error "--quiet takes no argument"
run 2 predict "$model" -o
expect_error "--output needs an argument: FILE"
run 2 predict "$model" --format xml
expect_error 'one of: csv, tsv, jsonl, npy'
run 2 predict "$model" --header maybe
expect_error 'one of: auto, yes, no'
run 2 predict "$model" --on-error ignore
expect_error 'one of: fail, nan'
run 2 predict "$model" --delimiter ab
expect_error "--delimiter"
run 2 predict "$model" --delimiter '"'
expect_error "other than a quotation mark"
for wrong in 1 a Z . - + \'; do
    run 2 predict "$model" --delimiter "$wrong"
    expect_error "other than a quotation mark"
done
run 5 predict '' in
expect_error 'ort-lite: "": cannot be opened: no such file'
run 5 predict "$model" ''
expect_error 'ort-lite: "": cannot be opened'
run 2 predict "$model" --decimal ';'
expect_error "--decimal"
run 2 predict "$model" --decimal , --delimiter ,
expect_error "same character"
run 2 predict "$model" --rename a
expect_error "--rename OLD=NEW"
run 2 predict - -
expect_error "cannot both come from standard input"

for wrong in =5X =-1 =; do
    run 2 check "$model" --limit "trees$wrong"
    expect_error "whole number"
done
run 2 check "$model" --limit trees
expect_error "whole number"
run 2 check "$model" --limit tree_node=5
expect_error "did you mean tree_nodes?"
run 0 check "$model" --limit trees=3 --limit model_bytes=1K
run 6 check "$model" --limit trees=2
expect_error "trees"
run 6 check "$model" --limit model_bytes=512
expect_error "model_bytes"

# Options may stand anywhere, and "--" ends them.
run 0 check --quiet -- "$model"
expect_equal "size of quiet output" "$(wc -c <out)" 0
POSIXLY_CORRECT=1
export POSIXLY_CORRECT
run 0 check "$model" --quiet
unset POSIXLY_CORRECT
