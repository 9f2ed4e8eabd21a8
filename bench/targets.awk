# Lines of bench_run for the six models (engines all, avx2, plain and onnxruntime) against the targets:
# for each cell the median over the rounds of onnxruntime's time divided by ort-lite's. Exits with 1
# when a cell is short. Needs median.awk.

# The least ratio wanted; 0: none.
function target(model, row, batch,    figures, n, column) {
    n = split(wanted[model], figures, " ")
    if (n == 0) return 0
    column = batch == 1 ? 1 : batch < 1000 ? 2 : 3
    if (row == "all") return figures[column]
    if (row == "avx2") return batch == 1 ? 4 : 0.4 * figures[column]
    return batch == 1 ? 0 : 4
}

BEGIN {
    wanted["m1"] = "8 40 55"    # LightGBM, 100 trees of 31 leaves
    wanted["m2"] = "3.5 12 15"  # LightGBM, 1000 of 255
    wanted["m3"] = "10 15 55"   # XGBoost, 500 of depth 8
    wanted["m5"] = "8 35 50"    # LightGBM, 7 classes of 200 of 63
    wanted["m4"] = "8 12 12"    # random forest of 100, any depth
    wanted["m6"] = "30 100 130" # CatBoost, 500 of depth 6
    split("all avx2 plain", rows, " ")
}

$6 == "ns/row" {
    what = $2 " " substr($4, 7)
    if (!(what in n_rounds)) order[++n_whats] = what
    if ($1 == "onnxruntime") n_rounds[what]++
    time[what, $1, n_rounds[what] + ($1 != "onnxruntime")] = $5
    kernel[what, $1] = $3
}

END {
    printf "%-10s %7s %-6s %-28s %12s %12s %8s %8s\n", "model", "batch", "row", "kernel", "ns/row",
           "onnxruntime", "ratio", "target"
    for (w = 1; w <= n_whats; w++) {
        what = order[w]
        split(what, field, " ")
        n = n_rounds[what]
        for (r = 1; r <= 3; r++) {
            row = rows[r]
            for (i = 1; i <= n; i++) {
                ours[i] = time[what, row, i]
                theirs[i] = time[what, "onnxruntime", i]
                ratios[i] = theirs[i] / ours[i]
            }
            ratio = median(ratios, n)
            least = target(field[1], row, field[2])
            verdict = least == 0 ? "" : ratio >= least ? "reached" : "short"
            n_short += verdict == "short"
            printf "%-10s %7d %-6s %-28s %12.1f %12.1f %8.2f %8.1f %s\n", field[1], field[2], row,
                   kernel[what, row], median(ours, n), median(theirs, n), ratio, least, verdict
        }
    }
    print n_short + 0 " cells are short"
    exit n_short > 0
}
