# Lines of the bench programs (engine model kernel measure value unit) into one Markdown table: the
# median of every engine, and the median over the rounds of its ratio to ort-lite. Needs
# median.awk.

{
    what = $2 " " $4 " " $6
    if (!(what in known)) {
        known[what] = 1
        order[++n_whats] = what
    }
    key = what " " $1
    if (!(key in count)) engines[what] = engines[what] " " $1
    value[key, ++count[key]] = $5
    if ($3 != "-") kernel[key] = " (" $3 ")"
}

END {
    print ""
    print "| model | measure | unit | engine | median | x ort-lite |"
    print "|---|---|---|---|---:|---:|"
    for (w = 1; w <= n_whats; w++) {
        what = order[w]
        split(what, field, " ")
        n_engines = split(engines[what], names, " ")
        for (e = 1; e <= n_engines; e++) {
            key = what " " names[e]
            base = what " ort-lite"
            n_ratios = 0
            for (i = 1; i <= count[key]; i++) {
                values[i] = value[key, i]
                if (value[base, i] > 0) ratios[++n_ratios] = value[key, i] / value[base, i]
            }
            ratio = n_ratios ? sprintf("%.2f", median(ratios, n_ratios)) : "-"
            printf "| %s | %s | %s | %s | %.4g | %s |\n", field[1], field[2], field[3],
                   names[e] kernel[key], median(values, count[key]), ratio
        }
    }
}
