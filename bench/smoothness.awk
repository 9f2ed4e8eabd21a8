# Reads what bench_run prints for ascending batch sizes, over and over; see smoothness.sh.
function middle(ratios,    list, n) {
    n = split(ratios, list, " ")
    return median(list, n)
}
$NF == "ns/row" {
    for (i = 1; i < NF; i++) if ($i ~ /^batch_/) n = substr($i, 7) + 0
    if (n == last + 1) ratios[n] = ratios[n] " " $(NF - 1) / time
    last = n
    time = $(NF - 1)
}
END {
    for (n = 3; n <= 62; n++) if (middle(ratios[n]) > worst) {
        worst = middle(ratios[n])
        at = n
    }
    printf "%s: %.3f at %d rows\n", model, worst, at
}
