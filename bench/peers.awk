# Lines of peers.sh as one Markdown table: a row for each model and batch, a column for each runtime
# with the median over the rounds of its time divided by ort-lite's. Needs median.awk.

BEGIN {
    n_engines = split("onnxruntime lightgbm xgboost catboost daal4py lleaves tl2cgen m2cgen scikit-learn ydf",
                      engines, " ")
}

$6 == "ns/row" {
    what = $2 " " substr($4, 7)
    if (!(what in known)) {
        known[what] = 1
        order[++n_whats] = what
    }
    value[what, $1, ++count[what, $1]] = $5
    if ($1 == "ort-lite") kernel[what] = $3
}

function ratio(what, engine,    i, n) {
    n = count[what, engine] < count[what, "ort-lite"] ? count[what, engine] : count[what, "ort-lite"]
    if (n == 0) return "-"
    for (i = 1; i <= n; i++) ratios[i] = value[what, engine, i] / value[what, "ort-lite", i]
    return sprintf("%.1f", median(ratios, n))
}

END {
    printf "\n| model | rows | kernel | ns a row |"
    for (e = 1; e <= n_engines; e++) printf " %s |", engines[e]
    printf "\n|---|---:|---|---:|"
    for (e = 1; e <= n_engines; e++) printf "---:|"
    printf "\n"
    for (w = 1; w <= n_whats; w++) {
        what = order[w]
        split(what, field, " ")
        for (i = 1; i <= count[what, "ort-lite"]; i++) times[i] = value[what, "ort-lite", i]
        printf "| %s | %d | %s | %.0f |", field[1], field[2], kernel[what], median(times, count[what, "ort-lite"])
        for (e = 1; e <= n_engines; e++) printf " %s |", ratio(what, engines[e])
        printf "\n"
    }
}
