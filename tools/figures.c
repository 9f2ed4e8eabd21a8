/*
 * Figures for people.
 */
#include "figures.h"

#include "../runtime/number.h"

#include <math.h>
#include <stdio.h>

const char *ortl__figure_count(uint64_t count, char text_out[ORTL__FIGURE_CHARS]) {
    char digits[24];
    int n_digits = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    size_t length = 0;
    for (int i = 0; i < n_digits; i++) {
        if (i > 0 && (n_digits - i) % 3 == 0) text_out[length++] = ' ';
        text_out[length++] = digits[i];
    }
    text_out[length] = '\0';
    return text_out;
}

const char *ortl__figure_bytes(uint64_t n_bytes, char text_out[ORTL__FIGURE_CHARS]) {
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    if (n_bytes < 1024) {
        snprintf(text_out, ORTL__FIGURE_CHARS, "%u byte%s", (unsigned)n_bytes,
                 ortl__figure_plural(n_bytes));
        return text_out;
    }
    size_t unit = 0;
    while (unit < 3 && n_bytes >> (10 * (unit + 2)) > 0) unit++;
    uint64_t scale = (uint64_t)1 << (10 * (unit + 1));
    uint64_t whole = n_bytes / scale;
    uint64_t tenths = (n_bytes % scale * 10 + scale / 2) / scale;
    if (tenths == 10) {
        whole++;
        tenths = 0;
    }
    snprintf(text_out, ORTL__FIGURE_CHARS, "%llu.%llu %s", (unsigned long long)whole,
             (unsigned long long)tenths, units[unit]);
    return text_out;
}

const char *ortl__figure_real(double value, char text_out[ORTL__FIGURE_CHARS]) {
    char six_digits[32];
    int n_bytes = snprintf(six_digits, sizeof six_digits, "%.5e", value);
    if (isfinite(value)) ortl__number_read_double(six_digits, (size_t)n_bytes, '.', &value);
    text_out[ortl__number_write_double(value, text_out)] = '\0';
    return text_out;
}

double ortl__figure_power(int64_t power) {
    char text[32];
    double value = 0;
    int n_bytes = snprintf(text, sizeof text, "1e%lld", (long long)power);
    ortl__number_read_double(text, (size_t)n_bytes, '.', &value);
    return value;
}

const char *ortl__figure_plural(uint64_t count) {
    return count == 1 ? "" : "s";
}
