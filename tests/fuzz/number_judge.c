/*
 * See number_judge.h.
 */
#include "number_judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../runtime/number.h"
#include "../random_numbers.h"
#include "door.h"

#define MAX_NUMBER 600 /* bytes of a field that strtof is asked about */

static int same_double(double a, double b) {
    return bits_of_double(a) == bits_of_double(b) || (isnan(a) && isnan(b));
}

static int same_float(float a, float b) {
    return same_double((double)a, (double)b);
}

void number_judge_bits(float narrow, double wide) {
    char text[ORTL__NUMBER_CHARS];
    float narrow_again;
    double wide_again;
    size_t n = ortl__number_write_float(narrow, text);
    REQUIRE(n <= sizeof text);
    REQUIRE(ortl__number_read_float(text, n, '.', &narrow_again) == n);
    REQUIRE(same_float(narrow, narrow_again));
    n = ortl__number_write_double(wide, text);
    REQUIRE(n <= sizeof text);
    REQUIRE(ortl__number_read_double(text, n, '.', &wide_again) == n);
    REQUIRE(same_double(wide, wide_again));
}

/* The field as C has it: ended by NUL, '.' for the point, and no other '.' that strtof would take
 * for one. */
static void as_c_text(const char *field, size_t n_bytes, char point,
                      char text_out[MAX_NUMBER + 1]) {
    for (size_t i = 0; i < n_bytes; i++) {
        char c = field[i];
        text_out[i] = c == point ? '.' : c == '.' || c == '\0' ? '!' : c;
    }
    text_out[n_bytes] = '\0';
}

/* What strtof takes and our numbers are not: blanks in front, hexadecimal, nan(...). */
static size_t c_number_bytes(char *text) {
    char *end, *number = text + (*text == '-' || *text == '+');
    if (strchr(" \t\n\v\f\r", *text) != NULL) return 0;
    char *bracket = strchr(text, '(');
    if (bracket != NULL) *bracket = '\0';
    if (number[0] == '0' && (number[1] == 'x' || number[1] == 'X')) number[1] = '\0';
    (void)strtof(text, &end);
    return (size_t)(end - text);
}

void number_judge(const char *field, size_t n_bytes, char point) {
    char text[MAX_NUMBER + 1];
    float narrow = 0;
    double wide = 0;
    if (n_bytes > MAX_NUMBER) return;
    as_c_text(field, n_bytes, point, text);
    size_t n = ortl__number_read_float(field, n_bytes, point, &narrow);
    REQUIRE(ortl__number_read_double(field, n_bytes, point, &wide) == n);
    REQUIRE_SAID(c_number_bytes(text) == n, text);
    if (n == 0) return;
    text[n] = '\0';
    REQUIRE_SAID(same_float(narrow, strtof(text, NULL)), text);
    REQUIRE_SAID(same_double(wide, strtod(text, NULL)), text);
    number_judge_bits(narrow, wide);
}
