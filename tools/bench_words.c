/*
 * Measured figures as people read them.
 */
#include "bench_words.h"

#include "../runtime/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Three digits that count. */
static size_t write_three(double value, char text_out[ORTL__FIGURE_CHARS]) {
    double scale = value >= 100 ? 1 : value >= 10 ? 10 : 100;
    return ortl__number_write_double(round(value * scale) / scale, text_out);
}

static const char *word(double value, const char *unit, char text_out[ORTL__FIGURE_CHARS]) {
    size_t n_bytes = write_three(value, text_out);
    snprintf(text_out + n_bytes, ORTL__FIGURE_CHARS - n_bytes, "%s", unit);
    return text_out;
}

const char *ortl__word_seconds(double seconds, char text_out[ORTL__FIGURE_CHARS]) {
    if (seconds < 1e-6) return word(seconds * 1e9, " ns", text_out);
    if (seconds < 1e-3) return word(seconds * 1e6, " \xc2\xb5s", text_out);
    if (seconds < 1) return word(seconds * 1e3, " ms", text_out);
    return word(seconds, " s", text_out);
}

const char *ortl__word_speed(double rows_per_second, char text_out[ORTL__FIGURE_CHARS]) {
    if (rows_per_second >= 1e6) return word(rows_per_second / 1e6, " M/s", text_out);
    if (rows_per_second >= 1e3) return word(rows_per_second / 1e3, " k/s", text_out);
    return word(rows_per_second, " /s", text_out);
}

const char *ortl__word_ratio(double ratio, char text_out[ORTL__FIGURE_CHARS]) {
    return word(ratio, " \xc3\x97", text_out);
}

const char *ortl__word_processor(char text_out[128]) {
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "r");
    text_out[0] = '\0';
    while (file != NULL && text_out[0] == '\0' && fgets(line, sizeof line, file) != NULL) {
        const char *name = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || name == NULL) continue;
        snprintf(text_out, 128, "%.120s", name + 2);
        text_out[strcspn(text_out, "\n")] = '\0';
    }
    if (file != NULL) fclose(file);
    return text_out;
}
