/*
 * Text to numbers, against the C library's strtof and strtod in the C locale, and the table of
 * powers against long integers.
 */
#include "../runtime/number.h"
#include "../runtime/number_powers.h"
#include "random_numbers.h"

#include <check.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads text, which is decimal and begins with a number, both ways and compares. (Here and in other
 * loops over millions there is no ck_assert: Check writes a record for each one that passes.) */
static void check_text(const char *text) {
    const size_t n_bytes = strlen(text);
    char *end;
    float as_float = 0;
    double as_double = 0;
    float expected_float = strtof(text, &end);
    const size_t n_expected = (size_t)(end - text);
    double expected_double = strtod(text, NULL);
    if (ortl__number_read_float(text, n_bytes, '.', &as_float) != n_expected ||
        bits_of_float(as_float) != bits_of_float(expected_float))
        ck_abort_msg("float %.200s: %.9g, not %.9g", text, (double)as_float,
                     (double)expected_float);
    if (ortl__number_read_double(text, n_bytes, '.', &as_double) != n_expected ||
        bits_of_double(as_double) != bits_of_double(expected_double))
        ck_abort_msg("double %.200s: %.17g, not %.17g", text, as_double, expected_double);
}

/* ---- The table of powers --------------------------------------------------------------------- */

#define TABLE_WORDS 64

typedef struct table_integer {
    uint32_t words[TABLE_WORDS]; /* least significant first */
} table_integer;

static void table_multiply(table_integer *value, uint32_t factor) {
    uint64_t carry = 0;
    for (size_t i = 0; i < TABLE_WORDS; i++) {
        carry += (uint64_t)value->words[i] * factor;
        value->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    ck_assert_uint_eq(carry, 0);
}

static int table_bits(const table_integer *value) {
    for (int i = TABLE_WORDS * 32 - 1; i >= 0; i--) {
        if (value->words[i / 32] >> i % 32 & 1) return i + 1;
    }
    return 0;
}

/* Bits of value from first_bit up, 64 of them. */
static uint64_t table_window(const table_integer *value, int first_bit) {
    uint64_t window = 0;
    for (int i = 0; i < 64; i++) {
        int bit = first_bit + i;
        if (bit >= 0) window |= (uint64_t)(value->words[bit / 32] >> bit % 32 & 1) << i;
    }
    return window;
}

/* *sum += addend x 2^(32 x n_words) */
static void table_add(table_integer *sum, const table_integer *addend, int n_words) {
    uint64_t carry = 0;
    for (int i = n_words; i < TABLE_WORDS; i++) {
        carry += (uint64_t)sum->words[i] + addend->words[i - n_words];
        sum->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

/* entry x divisor must be at most 2^n_bits and (entry + 1) x divisor more than that. */
static void check_quotient(ortl__wide entry, const table_integer *divisor, int n_bits) {
    const uint32_t entry_words[4] = {(uint32_t)entry.low, (uint32_t)(entry.low >> 32),
                                     (uint32_t)entry.high, (uint32_t)(entry.high >> 32)};
    table_integer product = {{0}};
    for (int i = 0; i < 4; i++) {
        table_integer part = *divisor;
        table_multiply(&part, entry_words[i]);
        table_add(&product, &part, i);
    }
    ck_assert_int_le(table_bits(&product), n_bits);
    table_add(&product, divisor, 0);
    ck_assert_int_gt(table_bits(&product), n_bits);
}

START_TEST(test_table_of_powers) {
    table_integer power = {{1}};
    for (int q = 0; q <= ORTL__POWER_LAST; q++) {
        const int n_bits = table_bits(&power);
        ortl__wide entry = ortl__number_power(q);
        ck_assert(entry.high == table_window(&power, n_bits - 64));
        ck_assert(entry.low == table_window(&power, n_bits - 128));
        ck_assert_int_eq(n_bits - 1 + q, ortl__number_log2_of_power_of_ten(q));
        if (q > 0 && -q >= ORTL__POWER_FIRST) {
            check_quotient(ortl__number_power(-q), &power, 127 + n_bits);
            ck_assert_int_eq(-n_bits - q, ortl__number_log2_of_power_of_ten(-q));
        }
        if (q < ORTL__POWER_LAST) table_multiply(&power, 5);
    }
}
END_TEST

START_TEST(test_product) {
    uint64_t state = 1;
    for (int i = 0; i < 10000; i++) {
        uint64_t a = next_random(&state) >> (i % 64), b = next_random(&state) >> (i / 64 % 64);
        if (i % 7 == 0) a = UINT64_MAX;
        if (i % 11 == 0) b = UINT64_MAX;
        ortl__wide product = ortl__number_product(a, b);
        uint64_t sum = 0, carry = 0; /* one bit of b at a time */
        for (int bit = 63; bit >= 0; bit--) {
            carry = carry << 1 | sum >> 63;
            sum <<= 1;
            uint64_t addend = b >> bit & 1 ? a : 0;
            sum += addend;
            carry += sum < addend;
        }
        ck_assert(product.low == sum && product.high == carry);
    }
}
END_TEST

/* ---- Reading --------------------------------------------------------------------------------- */

/* Texts next to everything that changes: the ends of the range, denormals, ties, exponents. */
static const char *const edge_texts[] = {
    "0",
    "-0",
    "+0",
    "0.0",
    "-0.000e5",
    "1",
    "1.",
    ".5",
    "-.5e1",
    "00012",
    "1e0",
    "1E+2",
    "1e-2",
    "1e",
    "1e+",
    "1e-",
    "1ex",
    "1.5.5",
    "1,5",
    "12 ",
    "1e5.5",
    "0x10",
    "1_000",
    "0e999999999999999999999999",
    "0.000e-99999999999999999999",
    "1e99999999999999999999",
    "1e-99999999999999999999",
    "1e9223372036854775807",
    "1e-9223372036854775808",
    /* the largest float, the middle to the next, and next to it */
    "3.4028234e38",
    "3.4028235e38",
    "3.4028236e38",
    "340282356779733661637539395458142568447",
    "340282356779733661637539395458142568448",
    "340282356779733661637539395458142568449",
    "3.5e38",
    "1e38",
    "1e39",
    "-1e39",
    /* the same of double */
    "1.7976931348623157e308",
    "1.7976931348623158e308",
    "1.7976931348623159e308",
    "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017"
    "977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273"
    "854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704"
    "342711559699508093042880",
    "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017"
    "977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273"
    "854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704"
    "342711559699508093042879.9",
    "1e308",
    "1.8e308",
    "1e309",
    /* the smallest ones and half of them */
    "1.401298464324817e-45",
    "7.006492321624085e-46",
    "7.0064923216240853e-46",
    "7.0064923216240854e-46",
    ("7.00649232162408535461864791644958065640130970938257885878534141"
     "944895541342930300743319094181060791015625e-46"),
    "2.1019476964872256e-45",
    "1e-45",
    "1e-46",
    "1.1754943508222875e-38",
    "1.1754942807573643e-38",
    "1.17549431578e-38",
    "4.9406564584124654e-324",
    "2.4703282292062327e-324",
    "2.4703282292062328e-324",
    "7.4109846876186982e-324",
    "1e-323",
    "1e-324",
    "1234567890123456789e-342",
    "9999999999999999999e-343",
    "9999999999999999999e-342",
    "2.2250738585072014e-308",
    "2.2250738585072011e-308",
    "2.2250738585072012e-308",
    "1844674407370955162e-340",
    /* ties and long mantissas */
    "16777217",
    "16777219",
    "16777217.0",
    "16777217.000000000000000000000000000000001",
    "9007199254740993",
    "9007199254740993.0",
    "9007199254740992.9999999999999999999999",
    "4503599627370496.5",
    "4503599627370497.5",
    "18446744073709551615",
    "18446744073709551616",
    "18446744073709551617",
    "9999999999999999999",
    "99999999999999999999",
    "0.0000000000000000000000000000000000000000000000000000000001e58",
    "100000000000000000000000000000000000000000000000000000000000e-59",
    "123456789012345678901234567890",
    "0.1",
    "0.3",
    "8388608.5",
    "1e23",
    "8.5e22",
    "9355950000000000000.00000000000000000000000000000000001844674407370955161600000184467440",
};

START_TEST(test_read_edges) {
    for (size_t i = 0; i < sizeof edge_texts / sizeof *edge_texts; i++) {
        if (edge_texts[i][0] == '0' && edge_texts[i][1] == 'x') {
            float value = 1; /* strtof knows hexadecimal, we stop behind the 0 */
            ck_assert_uint_eq(ortl__number_read_float(edge_texts[i], 4, '.', &value), 1);
            ck_assert(value == 0);
            continue;
        }
        check_text(edge_texts[i]);
    }
}
END_TEST

START_TEST(test_read_words) {
    static const struct {
        const char *text;
        size_t n_used;
    } words[] = {
        {"nan", 3},      {"NaN", 3},       {"-nan", 4},    {"+NAN", 4}, {"inf", 3},     {"-Inf", 4},
        {"INFINITY", 8}, {"-infinity", 9}, {"infinit", 3}, {"infx", 3}, {"nan(12)", 3}, {"", 0},
        {"+", 0},        {"-", 0},         {".", 0},       {"-.", 0},   {"e5", 0},      {".e5", 0},
        {" 1", 0},       {"--1", 0},       {"+-1", 0},     {"in", 0},   {"na", 0},      {"x", 0},
        {"\0001", 0},    {"/", 0},         {":", 0},       {"NA", 0},   {"null", 0},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *text = words[i].text;
        float as_float = 5;
        double as_double = 5;
        size_t n_bytes = strlen(text);
        ck_assert_uint_eq(ortl__number_read_float(text, n_bytes, '.', &as_float), words[i].n_used);
        ck_assert_uint_eq(ortl__number_read_double(text, n_bytes, '.', &as_double),
                          words[i].n_used);
        if (words[i].n_used == 0) {
            ck_assert(as_float == 5 && as_double == 5);
        } else if (strchr(text, 'f') || strchr(text, 'F')) {
            ck_assert(isinf(as_float) && isinf(as_double));
            ck_assert((as_float < 0) == (text[0] == '-') && (as_double < 0) == (text[0] == '-'));
        } else {
            ck_assert(isnan(as_float) && isnan(as_double));
        }
    }
}
END_TEST

START_TEST(test_read_point) {
    float value;
    ck_assert_uint_eq(ortl__number_read_float("1,25x", 5, ',', &value), 4);
    ck_assert(value == 1.25f);
    ck_assert_uint_eq(ortl__number_read_float("1.25", 4, ',', &value), 1);
    ck_assert(value == 1);
    ck_assert_uint_eq(ortl__number_read_float("-,5e1", 5, ',', &value), 5);
    ck_assert(value == -5);
    /* more digits than a mantissa holds, and a tie, which read the text a second and third time */
    const char *tie = "16777217,000000000000000000000000000000000";
    ck_assert_uint_eq(ortl__number_read_float(tie, strlen(tie), ',', &value), strlen(tie));
    ck_assert(value == 16777216);
}
END_TEST

/* Each shortened text in a block of its exact size, so that a sanitizer sees a step behind it. */
START_TEST(test_read_truncated) {
    static const char *const texts[] = {"-123.4567890123456789012345e-12", "+infinity", "-nan",
                                        "0.00000000001234567812345678",    "1e+300",    ".5"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        for (size_t n_bytes = 0; n_bytes <= strlen(texts[i]); n_bytes++) {
            char ended[64] = "", *end;
            memcpy(ended, texts[i], n_bytes);
            char *block = malloc(n_bytes + (n_bytes == 0));
            ck_assert_ptr_nonnull(block);
            memcpy(block, texts[i], n_bytes);
            float value = 0, expected = strtof(ended, &end);
            size_t n_used = ortl__number_read_float(block, n_bytes, '.', &value);
            ck_assert_uint_eq(n_used, (size_t)(end - ended));
            if (!isnan(expected)) ck_assert(bits_of_float(value) == bits_of_float(expected));
            free(block);
        }
    }
}
END_TEST

static void append_digits(char *text, size_t n_digits, uint64_t *state) {
    size_t at = strlen(text);
    for (size_t i = 0; i < n_digits; i++) text[at++] = (char)('0' + next_random(state) % 10);
    text[at] = 0;
}

/* Random texts of every shape: sign, digits before and behind the point, exponent. */
START_TEST(test_read_random_texts) {
    uint64_t state = 2;
    for (int i = 0; i < 1000000; i++) {
        char text[128] = "";
        uint64_t shape = next_random(&state);
        if (shape & 1) strcat(text, "-");
        append_digits(text, shape >> 8 & 7, &state);
        if (shape >> 16 & 1) append_digits(text, 1 + (shape >> 17 & 15), &state);
        if (shape & 2) strcat(text, ".");
        append_digits(text, 1 + (shape >> 24 & 15), &state);
        if (shape & 4) {
            int range = shape & 8 ? 60 : 720;
            size_t at = strlen(text);
            snprintf(text + at, sizeof text - at, "e%d",
                     (int)(shape >> 32 & 0xffff) % range - range / 2);
        }
        check_text(text);
    }
}
END_TEST

/* Every text that printf makes of a random bit pattern, with too few, enough and too many digits.
 */
START_TEST(test_read_random_bits) {
    uint64_t state = 3;
    for (int i = 0; i < 500000; i++) {
        uint64_t bits = next_random(&state);
        double as_double = double_of(bits);
        double as_float = (double)float_of((uint32_t)(bits >> 20));
        char text[1200];
        if (isfinite(as_double)) {
            snprintf(text, sizeof text, "%.*e", (int)(bits & 31), as_double);
            check_text(text);
        }
        if (isfinite(as_float)) {
            snprintf(text, sizeof text, "%.*e", (int)(bits & 15), as_float);
            check_text(text);
        }
    }
}
END_TEST

/* Reads the exact decimal text of the middle between two neighbours, and texts just next to it. */
static void check_middle(char *text) {
    check_text(text);
    char *exponent = strchr(text, 'e');
    char rest[16];
    snprintf(rest, sizeof rest, "%s", exponent);
    strcpy(exponent, "00000000000000000000000001");
    strcat(text, rest); /* a little more */
    check_text(text);
    strcpy(exponent, rest);
    for (char *digit = exponent - 1; digit >= text; digit--) { /* a little less */
        if (*digit == '.' || *digit == '0') continue;
        *digit = (char)(*digit - 1);
        check_text(text);
        break;
    }
}

START_TEST(test_read_middles_of_floats) {
    uint64_t state = 4;
    for (uint32_t i = 0; i < 100000; i++) {
        uint32_t bits = (uint32_t)(next_random(&state) % 0x7f7fffff);
        if (i < 1000) bits = i;
        if (i % 16 == 0) bits &= 0x7f800000; /* powers of two */
        double middle = ((double)float_of(bits) + (double)float_of(bits + 1)) / 2;
        char text[400];
        snprintf(text, sizeof text, "%.*e", i % 4 ? 160 : 110, middle);
        check_middle(text);
    }
}
END_TEST

#if LDBL_MANT_DIG >= 54 && LDBL_MIN_EXP < DBL_MIN_EXP
START_TEST(test_read_middles_of_doubles) {
    uint64_t state = 5;
    for (uint64_t i = 0; i < 20000; i++) {
        uint64_t bits = next_random(&state) % 0x7fefffffffffffffu;
        if (i < 500) bits = i;
        if (i >= 500 && i < 600) bits = 0x000fffffffffffceu + (i - 500);
        if (i % 4 == 1) bits = (uint64_t)(990 + i % 80) << 52 | bits >> 12; /* near 1 */
        long double middle = ((long double)double_of(bits) + (long double)double_of(bits + 1)) / 2;
        char text[1200];
        snprintf(text, sizeof text, "%.*Le", i % 2 ? 800 : 770, middle);
        check_middle(text);
    }
}
END_TEST
#endif

/* Whole numbers next to which half of all neighbours are ties. */
START_TEST(test_read_whole_numbers) {
    uint64_t state = 6;
    for (int i = 0; i < 300000; i++) {
        char text[64];
        uint64_t value = next_random(&state) >> (i % 64);
        snprintf(text, sizeof text, "%" PRIu64 "%s", value, i % 3 == 0 ? ".0" : "");
        check_text(text);
        snprintf(text, sizeof text, "%" PRIu64 ".5", value >> 10);
        check_text(text);
        snprintf(text, sizeof text, "%" PRIu64 "e%d", value, (int)(next_random(&state) % 24));
        check_text(text);
    }
}
END_TEST

START_TEST(test_read_long_texts) {
    enum { LONG = 20000 };
    uint64_t state = 7;
    char *text = malloc(2 * LONG + 100);
    ck_assert_ptr_nonnull(text);
    for (int i = 0; i < 300; i++) {
        text[0] = 0;
        append_digits(text, 1 + next_random(&state) % 1200, &state);
        strcat(text, ".");
        append_digits(text, next_random(&state) % 1200, &state);
        size_t at = strlen(text);
        int place = -(int)(strchr(text, '.') - text) + (int)(next_random(&state) % 600) - 300;
        snprintf(text + at, 16, "e%d", place);
        check_text(text);
    }
    memset(text, '0', LONG); /* leading zeros without end, lifted by the exponent */
    text[1] = '.';
    snprintf(text + LONG, 100, "1234567890123456789012e%d", LONG - 3);
    check_text(text);
    memset(text, '9', LONG); /* trailing digits without end */
    snprintf(text + LONG, 100, "e-%d", LONG - 4);
    check_text(text);
    snprintf(text, 100, "16777217");
    memset(text + 8, '0', LONG);
    text[8] = '.';
    strcpy(text + LONG, "1");
    check_text(text);
    text[LONG] = '0';
    check_text(text);
    free(text);
}
END_TEST

/* 16 MiB of digits that need the exact comparison: linear, so far below the time limit. */
START_TEST(test_read_giant_text) {
    const size_t n_bytes = (size_t)16 << 20;
    char *text = malloc(n_bytes);
    ck_assert_ptr_nonnull(text);
    memset(text, '0', n_bytes);
    memcpy(text, "9007199254740993.", 17);
    double value;
    ck_assert_uint_eq(ortl__number_read_double(text, n_bytes, '.', &value), n_bytes);
    ck_assert(value == 9007199254740992.0);
    text[n_bytes - 1] = '1';
    ck_assert_uint_eq(ortl__number_read_double(text, n_bytes, '.', &value), n_bytes);
    ck_assert(value == 9007199254740994.0);
    free(text);
}
END_TEST

START_TEST(test_read_int64) {
    static const struct {
        const char *text;
        size_t n_used;
        int64_t value;
    } cases[] = {
        {"0", 1, 0},
        {"-0", 2, 0},
        {"+12", 3, 12},
        {"12x", 2, 12},
        {"-1", 2, -1},
        {"1.5", 1, 1},
        {"9223372036854775807", 19, INT64_MAX},
        {"-9223372036854775808", 20, INT64_MIN},
        {"9223372036854775808", 0, 7},
        {"-9223372036854775809", 0, 7},
        {"18446744073709551617", 0, 7},
        {"000000000000000000000000012", 27, 12},
        {"", 0, 7},
        {"-", 0, 7},
        {"+x", 0, 7},
        {" 1", 0, 7},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t value = 7;
        size_t n_used = ortl__number_read_int64(cases[i].text, strlen(cases[i].text), &value);
        ck_assert_uint_eq(n_used, cases[i].n_used);
        ck_assert_int_eq(value, cases[i].value);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("number");
    TCase *tests = tcase_create("number");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, test_table_of_powers);
    tcase_add_test(tests, test_product);
    tcase_add_test(tests, test_read_edges);
    tcase_add_test(tests, test_read_words);
    tcase_add_test(tests, test_read_point);
    tcase_add_test(tests, test_read_truncated);
    tcase_add_test(tests, test_read_random_texts);
    tcase_add_test(tests, test_read_random_bits);
    tcase_add_test(tests, test_read_middles_of_floats);
#if LDBL_MANT_DIG >= 54 && LDBL_MIN_EXP < DBL_MIN_EXP
    tcase_add_test(tests, test_read_middles_of_doubles);
#endif
    tcase_add_test(tests, test_read_whole_numbers);
    tcase_add_test(tests, test_read_long_texts);
    tcase_add_test(tests, test_read_giant_text);
    tcase_add_test(tests, test_read_int64);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
