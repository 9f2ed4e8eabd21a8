# Every example of the help texts runs as it is printed, in a folder with the files that it names; the manual
# pages, the Markdown page and the completions are made of the same tables and hold them all.
examples=$data/../../examples
cp "$examples/iris/iris.onnx" "$examples/iris/iris.csv" "$examples/iris/model.txt" "$examples/iris/labelled.csv" .
cp "$data/cli/churn.onnx" churn.onnx
cp "$data/cli/churn.csv" new.csv
cp labelled.csv table.csv
cp labelled.csv test.csv
cp iris.onnx old.onnx
cp iris.onnx new.onnx
cp -r "$data/cases" cases
sed 's/,/;/g; 2,$ s/\./,/g' labelled.csv >german.csv
sed 's/sepal_length/length/' labelled.csv >renamed.csv
cut -d, -f1-5 labelled.csv >flowers.csv
sed 1d flowers.csv >numbers.csv
awk -F, 'NR == 1 { print "id," $0 } NR > 1 { print NR "," $0 }' new.csv >log.csv
run 0 predict "$data/cli/three_targets.onnx" "$data/cli/numbers.csv" --by-position --format npy -o rows.npy
run 0 convert model.txt -o model.onnx

mkdir bin
ln -s "$program" bin/ort-lite
PATH=$PWD/bin:$PATH

# example LINE: runs one, which must end with 0 and say nothing on stderr.
example() {
    checks=$((checks + 1))
    if ! sh -ec "$1" >example.out 2>example.err; then fail "example: $1: $(cat example.err)"; fi
    [ ! -s example.err ] || fail "example $1 says: $(cat example.err)"
}

# examples_of TOPIC: the lines of its help that are examples.
examples_of() {
    # shellcheck disable=SC2086  # no topic is no word
    ort-lite help $1 | awk '/^(Example|First steps)/ { inside = 1; next } /^$/ { inside = 0 }
        inside { sub(/^ */, ""); print }'
}

# options_of VERB: of each option its line's "--long" and, when it has one, "-s".
options_of() {
    ort-lite help "$1" | sed -n 's/^ \{1,\}\(-[a-z]\), \(--[a-z-]*\).*/\2 \1/p; s/^ \{2,\}\(--[a-z-]*\).*/\1/p'
}

verbs=$(ort-lite help | awk '/^  ort-lite [a-z]+ +/ && !/help|-o |--/ { print $2 }')
verbs="$verbs help"
[ "$(echo $verbs | wc -w)" -ge 12 ] || fail "only these verbs were found: $verbs"
for verb in "" $verbs; do
    examples_of "$verb" >lines
    [ -s lines ] || fail "no example in help $verb"
    while read -r line; do example "$line"; done <lines
done

# Every option is in an example of its verb; those that all verbs share, in one of check.
for verb in $verbs; do
    examples_of "$verb" >lines
    examples_of check >common
    options_of "$verb" | while read -r long short; do
        case $long in --limit | --sandbox | --quiet | --verbose | --help) from=common ;; *) from=lines ;; esac
        grep -qE -- "(^| )($long|${short:-$long})( |$)" $from || echo "$verb $long"
    done
done >without
expect_equal 'options without an example' "$(cat without)" ''
expect_equal 'options that were looked for' "$([ "$(for verb in $verbs; do options_of "$verb"; done | wc -l)" -gt 90 ] && echo many)" many

# What the examples are to give.
expect_equal 'verify of a score that was recorded' "$(ort-lite verify scored.onnx labelled.csv --target species | grep -c ': met')" 1
expect_equal 'rows of predictions.csv' "$(wc -l <predictions.csv)" 151
expect_equal 'a tree as JSON' "$(ort-lite tree model.onnx 0 --json | jq -c '[.tree, (.nodes | length), (.nodes[] | select(.node == 0) | .name, .test, .true)]')" '[0,7,"petal_length","<=",1]'
expect_equal 'a conversion as JSON' "$(ort-lite convert model.txt -o new.onnx --json | jq -c '[.trainer, .trees, .nodes]')" '["lightgbm",24,256]'
expect_equal 'a comparison as JSON' "$(ort-lite convert model.txt -o new.onnx --compare labelled.csv --json | jq -c '[.trees, .rows, .parted.rows, .values.rows]')" '[24,150,0,0]'
expect_equal 'cases as JSON' "$(ort-lite test cases/add cases/texts_wrong --json | jq -c '[.passed, .refused, .failed, .cases[0].verdict]')" '[1,0,1,"passed"]'
expect_equal 'picture' "$(head -c 4 tree.svg)" '<svg'

# Pages hold every verb, option and example.
for verb in $verbs; do
    ort-lite help --format man "$verb" | sed 's/\\-/-/g; s/\\e/\\/g; s/\\&//g' >page
    ort-lite help --format markdown >page.md
    examples_of "$verb" >lines
    while read -r line; do
        checks=$((checks + 2))
        grep -Fq -- "$line" page || fail "the manual page of $verb has not: $line"
        grep -Fxq -- "$line" page.md || fail "the Markdown page has not: $line"
    done <lines
    ort-lite help "$verb" | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+' >names
    [ -s names ] || fail "no options in help $verb"
    for shell in bash zsh fish; do ort-lite help --format $shell >completions.$shell; done
    while read -r name; do
        checks=$((checks + 4))
        grep -Fq -- "\\fB$name\\fR" page || fail "the manual page of $verb has no $name"
        for shell in bash zsh; do
            grep -Fq -- "$name" completions.$shell || fail "$shell does not complete $name"
        done
        grep -q -- "from $verb' -l ${name#--}\( \|$\)" completions.fish || fail "fish does not complete $name of $verb"
    done <names
done

# bash completes verbs and options with it.
if command -v bash >/dev/null; then
    expect_equal 'bash completes a verb' "$(bash -c '. ./completions.bash; COMP_WORDS=(ort-lite pre); COMP_CWORD=1
        _ort_lite; echo "${COMPREPLY[@]}"')" predict
    expect_equal 'bash completes an option' "$(bash -c '. ./completions.bash; COMP_WORDS=(ort-lite tree m.onnx 0 --dep)
        COMP_CWORD=4; _ort_lite; echo "${COMPREPLY[@]}"')" --depth
fi
for shell in bash zsh fish; do
    if command -v $shell >/dev/null; then
        checks=$((checks + 1))
        $shell -n completions.$shell || fail "$shell does not read its completions"
    fi
done
