/*
 * Eight exact significant digits of a double: its value is written out as a large decimal integer
 * times a power of ten, and rounded half to even once.
 */
#include "real_text.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define N_DIGITS 8
#define LIMB     1000000000u /* of nine decimal digits */

/* mantissa x 5^1074 stays below 2^(53 + 2494), that is 767 digits. */
#define MAX_LIMBS 88

/* value = integer x 10^exponent */
typedef struct decimal {
    uint32_t limbs[MAX_LIMBS]; /* (n_limbs) least significant first */
    int n_limbs;
    int exponent;
} decimal;

static void multiply(decimal *number, uint32_t factor) {
    uint64_t carry = 0;
    for (int i = 0; i < number->n_limbs; i++) {
        carry += (uint64_t)number->limbs[i] * factor;
        number->limbs[i] = (uint32_t)(carry % LIMB);
        carry /= LIMB;
    }
    for (; carry; carry /= LIMB) number->limbs[number->n_limbs++] = (uint32_t)(carry % LIMB);
}

static void multiply_power(decimal *number, uint32_t base, int power) {
    for (int i = 0; i < power; i++) {
        uint32_t factor = base;
        while (i + 1 < power && factor < LIMB / base) {
            factor *= base;
            i++;
        }
        multiply(number, factor);
    }
}

/* A binary fraction m / 2^k is m x 5^k / 10^k. */
static void expand(double value, decimal *number) {
    uint64_t bits, mantissa;
    memcpy(&bits, &value, sizeof bits);
    int field = (int)(bits >> 52 & 0x7ff), binary_exponent = field ? field - 1075 : -1074;
    mantissa = (bits & 0xfffffffffffff) | (uint64_t)(field > 0) << 52;
    while (mantissa % 2 == 0 && binary_exponent < 0) {
        mantissa /= 2;
        binary_exponent++;
    }
    number->n_limbs = 0;
    for (; mantissa; mantissa /= LIMB)
        number->limbs[number->n_limbs++] = (uint32_t)(mantissa % LIMB);
    number->exponent = binary_exponent < 0 ? binary_exponent : 0;
    if (binary_exponent < 0)
        multiply_power(number, 5, -binary_exponent);
    else
        multiply_power(number, 2, binary_exponent);
}

/* Digit number i of the integer, 0 being the last one. */
static unsigned digit_at(const decimal *number, int i) {
    uint32_t limb = number->limbs[i / 9];
    for (int k = i % 9; k > 0; k--) limb /= 10;
    return limb % 10;
}

static int count_digits(const decimal *number) {
    int n = 9 * number->n_limbs;
    while (n > 1 && digit_at(number, n - 1) == 0) n--;
    return n;
}

/* Whether the digits below number `at` round up: more than half, or half and the rest is odd. */
static int rounds_up(const decimal *number, int at) {
    if (digit_at(number, at - 1) != 5) return digit_at(number, at - 1) > 5;
    for (int i = at - 2; i >= 0; i--)
        if (digit_at(number, i)) return 1;
    return digit_at(number, at) % 2 != 0;
}

/* The first eight digits as an integer of exactly eight digits; *exponent_out is the power of ten
 * of the first. */
static uint32_t leading_digits(const decimal *number, int *exponent_out) {
    int n = count_digits(number);
    uint32_t digits = 0;
    for (int i = 0; i < N_DIGITS; i++)
        digits = digits * 10 + (i < n ? digit_at(number, n - 1 - i) : 0);
    if (n > N_DIGITS && rounds_up(number, n - N_DIGITS)) digits++;
    *exponent_out = n - 1 + number->exponent;
    if (digits == 100000000u) { /* 99999999.5 became 100000000 */
        digits /= 10;
        ++*exponent_out;
    }
    return digits;
}

static size_t write_exponent(int exponent, char *text) {
    size_t n = 0;
    int size = exponent < 0 ? -exponent : exponent;
    text[n++] = 'e';
    text[n++] = exponent < 0 ? '-' : '+';
    if (size >= 100) text[n++] = (char)('0' + size / 100);
    text[n++] = (char)('0' + size / 10 % 10);
    text[n++] = (char)('0' + size % 10);
    return n;
}

/* The n digits with the point behind n_before of them; n_before <= 0 puts zeros in front. */
static size_t write_fixed(const char *digits, int n, int n_before, char *text) {
    size_t length = 0;
    if (n_before <= 0) text[length++] = '0';
    for (int i = n_before <= 0 ? n_before : 0; i < n || i < n_before; i++) {
        if (i == n_before) text[length++] = '.';
        text[length++] = i < 0 || i >= n ? '0' : digits[i];
    }
    return length;
}

static size_t write_finite(double value, char *text) {
    decimal number;
    char digits[N_DIGITS];
    int exponent = 0, n = N_DIGITS;
    expand(value, &number);
    uint32_t leading = leading_digits(&number, &exponent);
    for (int i = N_DIGITS; i-- > 0; leading /= 10) digits[i] = (char)('0' + leading % 10);
    while (n > 1 && digits[n - 1] == '0') n--;
    if (exponent >= -4 && exponent < N_DIGITS) return write_fixed(digits, n, exponent + 1, text);
    size_t length = write_fixed(digits, n, 1, text);
    return length + write_exponent(exponent, text + length);
}

static size_t write_word(const char *word, char *text) {
    size_t n = strlen(word);
    memcpy(text, word, n);
    return n;
}

size_t ortl__real_text(double value, char text_out[ORTL__REAL_TEXT_CHARS]) {
    size_t length = 0;
    if (isnan(value)) return write_word("NaN", text_out);
    if (signbit(value)) text_out[length++] = '-';
    value = fabs(value);
    if (isinf(value)) return length + write_word("INF", text_out + length);
    if (value == 0) return length + write_word("0", text_out + length);
    return length + write_finite(value, text_out + length);
}
