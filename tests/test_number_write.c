/*
 * Numbers to text, against the C library's strtof, strtod and printf in the C locale.
 */
#include "../runtime/number.h"
#include "random_numbers.h"

#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *written_float(float value, char text_out[ORTL__NUMBER_CHARS + 1]) {
    text_out[ortl__number_write_float(value, text_out)] = 0;
    return text_out;
}

static const char *written_double(double value, char text_out[ORTL__NUMBER_CHARS + 1]) {
    text_out[ortl__number_write_double(value, text_out)] = 0;
    return text_out;
}

static const struct {
    float value;
    const char *text;
} float_texts[] = {
    {0.0f, "0"},
    {-0.0f, "-0"},
    {1, "1"},
    {-1.5f, "-1.5"},
    {0.1f, "0.1"},
    {100, "100"},
    {1e-4f, "0.0001"},
    {1.5e-4f, "0.00015"},
    {1e-5f, "1e-05"},
    {1.25e-5f, "1.25e-05"},
    {16777216, "16777216"},
    {1e15f, "1000000000000000"},
    {1e16f, "1e+16"},
    {9.999999e15f, "9999999000000000"},
    {3.4028235e38f, "3.4028235e+38"},
    {1e-45f, "1e-45"},
    {1.1754944e-38f, "1.1754944e-38"},
    {INFINITY, "inf"},
    {-INFINITY, "-inf"},
    {NAN, "nan"},
    {-NAN, "nan"},
    {0.3f, "0.3"},
    {12.5f, "12.5"},
    {123456.789f, "123456.79"},
    {33554432, "33554432"},
    {9.5367431640625e-7f, "9.536743e-07"},
};
static const struct {
    double value;
    const char *text;
} double_texts[] = {
    {0.0, "0"},
    {-0.0, "-0"},
    {0.1, "0.1"},
    {0.30000000000000004, "0.30000000000000004"},
    {5e-324, "5e-324"},
    {1.7976931348623157e308, "1.7976931348623157e+308"},
    {2.2250738585072014e-308, "2.2250738585072014e-308"},
    {9007199254740992, "9007199254740992"},
    {1e15, "1000000000000000"},
    {1e16, "1e+16"},
    {1.5e20, "1.5e+20"},
    {1e23, "1e+23"},
    {1e-7, "1e-07"},
    {0.0001, "0.0001"},
    {0.00001, "1e-05"},
    {123456789.125, "123456789.125"},
    {-0.00012345678901234567, "-0.00012345678901234567"},
    {INFINITY, "inf"},
    {NAN, "nan"},
    {-1.2345678901234567e-300, "-1.2345678901234568e-300"},
    {9999999999999998, "9999999999999998"},
};

START_TEST(test_write_texts) {
    char text[ORTL__NUMBER_CHARS + 1];
    for (size_t i = 0; i < sizeof float_texts / sizeof *float_texts; i++)
        ck_assert_str_eq(written_float(float_texts[i].value, text), float_texts[i].text);
    for (size_t i = 0; i < sizeof double_texts / sizeof *double_texts; i++)
        ck_assert_str_eq(written_double(double_texts[i].value, text), double_texts[i].text);
}
END_TEST

START_TEST(test_write_int64) {
    uint64_t state = 8;
    for (int i = 0; i < 100000; i++) {
        int64_t value = (int64_t)next_random(&state);
        value = value < 0 ? -(-(value + 1) >> (i % 63)) : value >> (i % 63);
        if (i == 0) value = INT64_MIN;
        if (i == 1) value = INT64_MAX;
        char text[ORTL__NUMBER_CHARS + 1], expected[32];
        text[ortl__number_write_int64(value, text)] = 0;
        snprintf(expected, sizeof expected, "%" PRId64, value);
        if (strcmp(text, expected) != 0) ck_abort_msg("%s, not %s", text, expected);
    }
}
END_TEST

/* Significant digits of text: without sign, zeros in front and behind, point and exponent. */
static int significant_digits(const char *text, char digits_out[ORTL__NUMBER_CHARS + 1]) {
    int n_digits = 0;
    for (; *text != 0 && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (n_digits == 0 && *text == '0')) continue;
        digits_out[n_digits++] = *text;
    }
    while (n_digits > 0 && digits_out[n_digits - 1] == '0') n_digits--;
    digits_out[n_digits] = 0;
    return n_digits;
}

/* Whether the positive number that text (d.ddde+XX) denotes, or one more or less in its last digit,
 * reads back as value. */
static bool reads_back_nearby(char *text, bool is_float, double value) {
    char *last = strchr(text, 'e') - 1;
    if (*last == '.') last--;
    char digit = *last;
    for (int step = -1; step <= 1; step++) {
        if (digit + step < '0' || digit + step > '9') continue;
        *last = (char)(digit + step);
        double read = is_float ? (double)strtof(text, NULL) : strtod(text, NULL);
        if (bits_of_double(read) == bits_of_double(value)) return true;
    }
    *last = digit;
    return false;
}

/* Text reads back, no shorter one does, and none of the same length is nearer. value > 0. */
static void check_shortest(const char *text, bool is_float, double value) {
    char digits[ORTL__NUMBER_CHARS + 1], nearest_digits[ORTL__NUMBER_CHARS + 1], nearest[64];
    double read = is_float ? (double)strtof(text, NULL) : strtod(text, NULL);
    if (bits_of_double(read) != bits_of_double(value)) ck_abort_msg("%s is not %.17g", text, value);
    int n_digits = significant_digits(text, digits);
    snprintf(nearest, sizeof nearest, "%.*e", n_digits - 1, value);
    read = is_float ? (double)strtof(nearest, NULL) : strtod(nearest, NULL);
    if (bits_of_double(read) == bits_of_double(value)) {
        significant_digits(nearest, nearest_digits);
        if (strcmp(digits, nearest_digits) != 0) ck_abort_msg("%s: %s is nearer", text, nearest);
    }
    if (n_digits == 1) return;
    snprintf(nearest, sizeof nearest, "%.*e", n_digits - 2, value);
    if (reads_back_nearby(nearest, is_float, value))
        ck_abort_msg("%s: %s is shorter", text, nearest);
}

START_TEST(test_write_shortest_floats) {
    char text[ORTL__NUMBER_CHARS + 1];
    for (uint32_t bits = 1; bits < 0x7f800000u; bits += 10007)
        check_shortest(written_float(float_of(bits), text), true, (double)float_of(bits));
    for (uint32_t stored = 0; stored < 255; stored++) { /* next to each power of two */
        for (uint32_t i = 0; i < 3; i++) {
            uint32_t bits = (stored << 23) + i - 1;
            if (bits - 1 >= 0x7f7fffffu) continue;
            check_shortest(written_float(float_of(bits), text), true, (double)float_of(bits));
        }
    }
}
END_TEST

START_TEST(test_write_shortest_doubles) {
    uint64_t state = 9;
    char text[ORTL__NUMBER_CHARS + 1];
    for (int i = 0; i < 150000; i++) {
        uint64_t bits = next_random(&state) >> 1;
        if (i % 16 == 1) bits >>= 12;                                           /* denormal */
        if (i < 2047) bits = (uint64_t)i << 52;                                 /* powers of two */
        if (i % 16 == 2) bits = bits_of_double((double)(bits % 100000) / 1000); /* short texts */
        if (bits == 0 || !isfinite(double_of(bits))) continue;
        check_shortest(written_double(double_of(bits), text), false, double_of(bits));
    }
}
END_TEST

/* Many more patterns, read back by our own reader, which the tests above have compared. */
START_TEST(test_round_trip) {
    char text[ORTL__NUMBER_CHARS];
    for (uint64_t i = 0; i <= UINT32_MAX; i += 997) {
        float value = float_of((uint32_t)i), read = 0;
        size_t n_bytes = ortl__number_write_float(value, text);
        size_t n_used = ortl__number_read_float(text, n_bytes, '.', &read);
        if (n_used != n_bytes || (isnan(value) ? !isnan(read) : bits_of_float(read) != (uint32_t)i))
            ck_abort_msg("float bits %08" PRIx32, (uint32_t)i);
    }
    uint64_t state = 10;
    for (int i = 0; i < 1000000; i++) {
        double value = double_of(next_random(&state)), read = 0;
        size_t n_bytes = ortl__number_write_double(value, text);
        size_t n_used = ortl__number_read_double(text, n_bytes, '.', &read);
        if (n_used != n_bytes ||
            (isnan(value) ? !isnan(read) : bits_of_double(read) != bits_of_double(value)))
            ck_abort_msg("double bits %016" PRIx64, bits_of_double(value));
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("number_write");
    TCase *tests = tcase_create("number_write");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, test_write_texts);
    tcase_add_test(tests, test_write_int64);
    tcase_add_test(tests, test_write_shortest_floats);
    tcase_add_test(tests, test_write_shortest_doubles);
    tcase_add_test(tests, test_round_trip);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
