/*
 * Distance between names: small changes are counted, and a name that begins or ends with the other
 * counts as one change, because "tenure" and "tenure_months" usually mean the same.
 */
#include "suggest.h"

#include <string.h>

#define NAME_BYTES     64   /* longer names are compared by their first bytes */
#define MAX_CANDIDATES 4096 /* candidates that are looked at */

static char lower_case(char letter) {
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Changes of one character, or swaps of two neighbours, without regard to case: Levenshtein's
 * table, of which three rows are needed at a time. */
static size_t edit_distance(const char *a, size_t n_a, const char *b, size_t n_b) {
    size_t rows[3][NAME_BYTES + 1]; /* (3, n_b + 1) prefixes of a modulo 3, prefixes of b */
    for (size_t j = 0; j <= n_b; j++) rows[0][j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            char x = lower_case(a[i - 1]);
            char y = lower_case(b[j - 1]);
            row[j] = smaller(above[j - 1] + (x != y), 1 + smaller(above[j], row[j - 1]));
            if (i > 1 && j > 1 && x == lower_case(b[j - 2]) && lower_case(a[i - 2]) == y)
                row[j] = smaller(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[n_a % 3][n_b];
}

/* Whether the shorter name, of at least 3 bytes, begins or ends the longer one. */
static int is_part(const char *a, size_t n_a, const char *b, size_t n_b) {
    size_t n = smaller(n_a, n_b);
    return n >= 3 && (memcmp(a, b, n) == 0 || memcmp(a + n_a - n, b + n_b - n, n) == 0);
}

ortl__suggestion ortl__suggest_begin(const char *wanted, size_t n_wanted) {
    ortl__suggestion suggestion = {wanted, smaller(n_wanted, NAME_BYTES), ORTL__SUGGEST_NONE, 0};
    /* More changes than a third of its letters make another name. */
    suggestion.distance = suggestion.n_wanted / 3 + 1;
    return suggestion;
}

void ortl__suggest_offer(ortl__suggestion *suggestion, size_t index, const char *name,
                         size_t n_bytes) {
    if (index >= MAX_CANDIDATES || n_bytes == 0) return;
    n_bytes = smaller(n_bytes, NAME_BYTES);
    size_t distance = edit_distance(suggestion->wanted, suggestion->n_wanted, name, n_bytes);
    if (is_part(suggestion->wanted, suggestion->n_wanted, name, n_bytes))
        distance = smaller(distance, 1);
    if (distance >= suggestion->distance) return;
    suggestion->distance = distance;
    suggestion->index = index;
}
