# Progress: on a terminal, when it takes longer than a second, and never in the data.
model=$data/cli/one_target.onnx
awk 'BEGIN { for (i = 0; i < 2000; i++) print "0.5,0.25" }' >rows.csv
cat >slow.sh <<'EOF'
(cat rows.csv; sleep 1.3; cat rows.csv; sleep 0.7; cat rows.csv) | "$program" predict model.onnx $1 >out.csv
EOF
cp "$model" model.onnx
export program
wanted=$(cat rows.csv rows.csv rows.csv | "$program" predict model.onnx | cksum)

# terminal ARGUMENT: runs slow.sh where stderr is a terminal; what that shows goes to the file shown.
terminal() {
    checks=$((checks + 1))
    script -qec "sh slow.sh $1" shown >/dev/null </dev/null || fail "slow.sh failed on a terminal"
    expect_equal 'predictions' "$(cksum <out.csv)" "$wanted"
}
terminal ''
grep -q '[24] [0-9 ]*rows, [12] s' shown || fail "no progress on a terminal: $(cat -v shown)"
grep -q "$(printf '\033\\[K')" shown || fail "the line is not taken away: $(cat -v shown)"
terminal --quiet
if grep -q 'rows,' shown; then fail "progress with --quiet"; fi

checks=$((checks + 1))
sh slow.sh '' 2>err
[ ! -s err ] || fail "progress without a terminal: $(cat err)"
