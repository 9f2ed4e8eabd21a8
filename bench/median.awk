# The median of list[1] to list[n], which is sorted by it.
function median(list, n,    i, j, kept) {
    for (i = 2; i <= n; i++) {
        kept = list[i]
        for (j = i - 1; j >= 1 && list[j] > kept; j--) list[j + 1] = list[j]
        list[j + 1] = kept
    }
    return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}
