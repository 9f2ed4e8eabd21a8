/*
 * Sorting and searching keys of every type. An order of two keys is one small function for each
 * type; everything else is written once.
 */
#include "keys.h"

#include <math.h>
#include <string.h>

#include "../status.h"

/* ---- The order of two keys ------------------------------------------------------------------- */

typedef int key_order(const void *left, const void *right);

#define INTEGER_ORDER(name, Type)                                                                  \
    static int name(const void *left, const void *right) {                                         \
        const Type a = *(const Type *)left, b = *(const Type *)right;                              \
        return (a > b) - (a < b);                                                                  \
    }

/* NaN is behind everything else, so that the order is total. */
#define REAL_ORDER(name, Type)                                                                     \
    static int name(const void *left, const void *right) {                                         \
        const Type a = *(const Type *)left, b = *(const Type *)right;                              \
        if (isnan(a) || isnan(b)) return (isnan(a) != 0) - (isnan(b) != 0);                        \
        return (a > b) - (a < b);                                                                  \
    }

INTEGER_ORDER(order_int16, int16_t)
INTEGER_ORDER(order_int32, int32_t)
INTEGER_ORDER(order_int64, int64_t)
REAL_ORDER(order_float, float)
REAL_ORDER(order_double, double)

static int order_string(const void *left, const void *right) {
    const ortl_string *a = left, *b = right;
    size_t n = a->n_bytes < b->n_bytes ? a->n_bytes : b->n_bytes;
    int order = n ? memcmp(a->data, b->data, n) : 0;
    return order ? order : (a->n_bytes > b->n_bytes) - (a->n_bytes < b->n_bytes);
}

static key_order *const orders[] = {
    [ORTL_FLOAT] = order_float, [ORTL_INT16] = order_int16,   [ORTL_INT32] = order_int32,
    [ORTL_INT64] = order_int64, [ORTL_STRING] = order_string, [ORTL_DOUBLE] = order_double};

static const char *key_at(const ortl__keys *keys, uint32_t place) {
    return (const char *)keys->data + place * ortl_type_bytes(keys->type);
}

/* By key, equal keys by place. */
static int order_places(const ortl__keys *keys, uint32_t left, uint32_t right) {
    int order = orders[keys->type](key_at(keys, left), key_at(keys, right));
    return order ? order : (left > right) - (left < right);
}

/* ---- Sorting --------------------------------------------------------------------------------- */

/* Restores the heap (greatest on top) below one place. */
static void sift_down(const ortl__keys *keys, uint64_t at, uint64_t n) {
    uint32_t *heap = keys->sorted;
    while (2 * at + 1 < n) {
        uint64_t child = 2 * at + 1;
        if (child + 1 < n && order_places(keys, heap[child], heap[child + 1]) < 0) child++;
        if (order_places(keys, heap[at], heap[child]) >= 0) return;
        uint32_t kept = heap[at];
        heap[at] = heap[child];
        heap[child] = kept;
        at = child;
    }
}

/* Heapsort: no recursion, no worst case, no allocation beyond the array. */
static void sort_places(const ortl__keys *keys) {
    uint32_t n = keys->n, *places = keys->sorted;
    for (uint32_t i = 0; i < n; i++) places[i] = i;
    for (uint32_t i = n / 2; i-- > 0;) sift_down(keys, i, n);
    while (n > 1) {
        uint32_t last = places[--n];
        places[n] = places[0];
        places[0] = last;
        sift_down(keys, 0, n);
    }
}

static int is_same_key(const ortl__keys *keys, uint32_t left, uint32_t right) {
    return orders[keys->type](key_at(keys, left), key_at(keys, right)) == 0;
}

/* Of each run of equal keys, which stand in the order of their places, one is kept. */
static void drop_repeated(ortl__keys *keys, ortl__repeated_key repeated) {
    uint32_t n_kept = 0;
    for (uint32_t i = 0; i < keys->n; i++) {
        uint32_t place = keys->sorted[i];
        int is_new = n_kept == 0 || !is_same_key(keys, keys->sorted[n_kept - 1], place);
        if (is_new)
            keys->sorted[n_kept++] = place;
        else if (repeated == ORTL__LAST_COUNTS)
            keys->sorted[n_kept - 1] = place;
    }
    keys->n_distinct = n_kept;
}

ortl_status ortl__keys_sort(ortl__keys *keys_out, ortl__arena *arena, ortl_type type, uint64_t n,
                            const void *data, ortl__repeated_key repeated, ortl_error *error) {
    if (n >= ORTL__NO_KEY)
        return ortl__fail(error, ORTL_LIMIT, "%llu keys, at most %llu are supported",
                          (unsigned long long)n, (unsigned long long)ORTL__NO_KEY - 1);
    *keys_out = (ortl__keys){.type = type, .data = data, .n = (uint32_t)n};
    ortl_status status =
        ortl__arena_new(arena, n, sizeof *keys_out->sorted, &keys_out->sorted, error);
    if (status != ORTL_OK) return status;
    sort_places(keys_out);
    drop_repeated(keys_out, repeated);
    return ORTL_OK;
}

/* ---- Searching ------------------------------------------------------------------------------- */

uint32_t ortl__keys_find(const ortl__keys *keys, const void *key) {
    key_order *order = orders[keys->type];
    uint32_t first = 0, end = keys->n_distinct;
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        int side = order(key_at(keys, keys->sorted[middle]), key);
        if (side == 0) return keys->sorted[middle];
        if (side < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return ORTL__NO_KEY;
}
