/*
 * Long integers of bounded length, as far as number_exact.h needs them.
 *
 * The middle between two doubles has at most 768 significant decimal digits, so a text is fully
 * told by its first 800 and whether anything but zeros follows.
 */
#include "number_exact.h"

#include <stdbool.h>

#define MAX_DIGITS 800

/* 3,584 bits. The longest: 801 digits (2,661 bits) on one side; on the other 54 bits times 5^1,126
 * (2,615 bits). The shift that brings both to one power of two keeps them near each other. */
#define MAX_WORDS 112

typedef struct integer {
    uint32_t words[MAX_WORDS]; /* (n_words) least significant first */
    int n_words;               /* without leading zeros */
} integer;

/* value = value x factor + addend */
static void multiply_add(integer *value, uint32_t factor, uint32_t addend) {
    uint64_t carry = addend;
    for (int i = 0; i < value->n_words; i++) {
        carry += (uint64_t)value->words[i] * factor;
        value->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0 && value->n_words < MAX_WORDS) value->words[value->n_words++] = (uint32_t)carry;
}

static void multiply_power_of_five(integer *value, int power) {
    const uint32_t five_to_13 = 1220703125;
    for (; power >= 13; power -= 13) multiply_add(value, five_to_13, 0);
    uint32_t rest = 1;
    for (; power > 0; power--) rest *= 5;
    multiply_add(value, rest, 0);
}

static void shift_left(integer *value, int n_bits) {
    multiply_add(value, (uint32_t)1 << n_bits % 32, 0);
    int n_words = n_bits / 32;
    if (value->n_words + n_words > MAX_WORDS) n_words = MAX_WORDS - value->n_words;
    for (int i = value->n_words - 1; i >= 0; i--) value->words[i + n_words] = value->words[i];
    for (int i = 0; i < n_words; i++) value->words[i] = 0;
    value->n_words += n_words;
}

static int compare(const integer *a, const integer *b) {
    if (a->n_words != b->n_words) return a->n_words < b->n_words ? -1 : 1;
    for (int i = a->n_words - 1; i >= 0; i--) {
        if (a->words[i] != b->words[i]) return a->words[i] < b->words[i] ? -1 : 1;
    }
    return 0;
}

static bool is_digit(char c) {
    return (unsigned)(unsigned char)c - '0' < 10;
}

/* The first MAX_DIGITS significant digits, and a 1 behind them when others than zeros follow.
 * Returns the count of digits of the text that are not in *value_out, that 1 counted as minus 1. */
static int64_t read_digits(const char *digits, size_t n_characters, integer *value_out) {
    int64_t n_left = 0;
    int n_taken = 0;
    bool has_rest = false;
    value_out->n_words = 0;
    uint32_t chunk = 0, chunk_scale = 1; /* digits are added nine at a time */
    for (size_t i = 0; i < n_characters; i++) {
        if (!is_digit(digits[i])) continue;
        uint32_t digit = (uint32_t)(digits[i] - '0');
        if (n_taken == MAX_DIGITS) {
            has_rest |= digit != 0;
            n_left++;
            continue;
        }
        n_taken += n_taken > 0 || digit != 0;
        chunk = chunk * 10 + digit;
        chunk_scale *= 10;
        if (chunk_scale == 1000000000) {
            multiply_add(value_out, chunk_scale, chunk);
            chunk = 0;
            chunk_scale = 1;
        }
    }
    multiply_add(value_out, chunk_scale, chunk);
    if (has_rest) multiply_add(value_out, 10, 1);
    return n_left - has_rest;
}

int ortl__number_compare(const char *digits, size_t n_characters, int64_t power_of_ten,
                         uint64_t odd, int power_of_two) {
    integer left, right = {{(uint32_t)odd, (uint32_t)(odd >> 32)}, 2};
    if (right.words[1] == 0) right.n_words = 1;
    int power = (int)(power_of_ten + read_digits(digits, n_characters, &left));
    multiply_power_of_five(power >= 0 ? &left : &right, power >= 0 ? power : -power);
    int n_bits = power - power_of_two; /* what is left of both sides is a power of two */
    shift_left(n_bits >= 0 ? &left : &right, n_bits >= 0 ? n_bits : -n_bits);
    return compare(&left, &right);
}
