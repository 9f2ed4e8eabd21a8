/*
 * The plain loops, and the choice.
 */
#include "scan.h"

#include "../runtime/number.h"

#include <math.h>
#include <string.h>

static size_t find_plain(const char *text, size_t n_bytes, char delimiter, uint16_t *places_out) {
    size_t n_places = 0;
    for (size_t at = 0; at < n_bytes; at++) {
        const char *found = memchr(text + at, (unsigned char)delimiter, n_bytes - at);
        if (found == NULL) break;
        at = (size_t)(found - text);
        places_out[n_places++] = (uint16_t)at;
    }
    return n_places;
}

static size_t read_floats_plain(const csv_field *fields, const size_t *order, size_t n, char point,
                                float *floats_out) {
    size_t i = 0;
    for (; i < n; i++) {
        const csv_field *field = &fields[order[i]];
        if (field->n_bytes == 0) {
            floats_out[i] = NAN;
            continue;
        }
        size_t n_used = ortl__number_read_float(field->text, field->n_bytes, point, &floats_out[i]);
        if (n_used == 0 || n_used != field->n_bytes) break;
    }
    return i;
}

static const ortl__scan plain = {"plain", find_plain, read_floats_plain};

const ortl__scan *ortl__scan_number(size_t index) {
    if (index == 0) return &plain;
#if defined(__x86_64__) && defined(__GNUC__) && !defined(ORTL_PLAIN_ONLY)
    if (index == 1 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("popcnt"))
        return &ortl__scan_avx2;
#endif
    return NULL;
}

const ortl__scan *ortl__scan_choose(void) {
    size_t n = 1;
    while (ortl__scan_number(n) != NULL) n++;
    return ortl__scan_number(n - 1);
}
