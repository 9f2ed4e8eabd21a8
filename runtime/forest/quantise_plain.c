/*
 * The quantiser in plain C: 64 rows go down a table together, so that the processor has 64
 * independent searches to overlap.
 */
#include <string.h>

#include "quantise.h"

enum { ROWS = ORTL__CODE_ROWS };

/* The keys of n values of one column, and for each whether it is NaN. */
static void load_keys(const float *values, size_t n, ptrdiff_t stride, int32_t *keys_out,
                      uint8_t *is_nan_out) {
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, values + (ptrdiff_t)i * stride, sizeof bits);
        keys_out[i] = ortl__key32(bits);
        is_nan_out[i] = (uint8_t)ortl__is_nan32(bits);
    }
}

static void search(const int32_t *table, uint32_t n_levels, const int32_t *keys, size_t n,
                   uint32_t *places) {
    for (size_t i = 0; i < n; i++) places[i] = 1;
    for (uint32_t level = 0; level < n_levels; level++)
        for (size_t i = 0; i < n; i++) places[i] = 2 * places[i] + (table[places[i]] < keys[i]);
}

static void store_column(const uint32_t *places, const uint8_t *is_nan, size_t n, uint32_t n_levels,
                         uint32_t nan_code, int8_t *codes) {
    for (size_t i = 0; i < n; i++) {
        uint32_t rank = is_nan[i] ? nan_code : places[i] - (1u << n_levels);
        codes[i] = (int8_t)(uint8_t)(rank ^ 0x80u);
    }
    for (size_t i = n; i < ROWS; i++) codes[i] = 0;
}

/* n rows, at most ROWS, from row first on. */
static void quantise_rows(const ortl__quantiser *q, const ortl__rows *rows, size_t first, size_t n,
                          int8_t *codes, size_t stride) {
    const float *data = (const float *)rows->data + (ptrdiff_t)first * rows->row_stride;
    int32_t keys[ROWS];
    uint32_t places[ROWS];
    uint8_t is_nan[ROWS];
    for (uint32_t j = 0; j < q->n_tables; j++) {
        const ortl__rank_table *t = &q->tables[j];
        if (j == 0 || t->feature != t[-1].feature)
            load_keys(data + (ptrdiff_t)t->feature * rows->column_stride, n, rows->row_stride, keys,
                      is_nan);
        search(q->keys + t->begin, t->n_levels, keys, n, places);
        if (t->low_column != ORTL__NO_COLUMN)
            store_column(places, is_nan, n, t->n_levels, 0, codes + t->low_column * stride + first);
        if (t->high_column != ORTL__NO_COLUMN)
            store_column(places, is_nan, n, t->n_levels, t->n_limits,
                         codes + t->high_column * stride + first);
    }
}

void ortl__quantise_plain(const ortl__quantiser *quantiser, const ortl__rows *rows, int8_t *codes,
                          size_t stride) {
    ortl__quantise_all(quantiser, rows, codes, stride, quantise_rows);
}
