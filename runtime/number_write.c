/*
 * float, double, int64 -> decimal text. The shortest digits are found by the method of R.
 * Giulietti, "The Schubfach way to render doubles" (2020): of all decimals with one fixed, well
 * chosen last place at least one and at most ten lie in the interval that rounds to the value;
 * scaling by one entry of the table of powers and rounding to odd tells which they are without long
 * integers.
 */
#include "number.h"
#include "number_powers.h"

#include <stdbool.h>
#include <string.h>

/* ---- Shortest digits ------------------------------------------------------------------------- */

/* digits x 10^exponent. */
typedef struct decimal {
    uint64_t digits;
    int exponent;
} decimal;

/* scale x value / 2^128, rounded down, with the lowest bit set when that was not exact ("rounding
 * to odd"): such a number compares with multiples of 2 as the exact one would. */
static uint64_t multiply_to_odd(ortl__wide scale, uint64_t value) {
    uint64_t low = ortl__number_product(scale.low, value).high;
    ortl__wide product = ortl__number_product(scale.high, value);
    product.low += low;
    product.high += product.low < low;
    return product.high | (product.low > 1);
}

/* floor(log10(2^exponent)), or of 3/4 of that; checked for -1100 <= exponent < 1000. */
static int log10_of_spacing(int exponent, bool is_narrow) {
    return ortl__number_shift_down((int64_t)1262611 * exponent - (is_narrow ? 524031 : 0), 22);
}

/* The shortest decimal that rounds to significand x 2^exponent, nearest to it among the shortest.
 * is_power_of_two: the next smaller number is only half as far away as the next larger one. */
static decimal find_shortest(uint64_t significand, int exponent, bool is_power_of_two) {
    const int last_place = log10_of_spacing(exponent, is_power_of_two);
    ortl__wide scale = ortl__number_power(-last_place);
    scale.low++; /* the method wants the entry rounded up */
    scale.high += scale.low == 0;
    const int shift = exponent + ortl__number_log2_of_power_of_ten(-last_place) + 1;

    /* The value and both ends of its interval, in units of 10^last_place / 4. The ends belong to
     * the interval when the significand is even, since ties go to even. */
    const uint64_t value = multiply_to_odd(scale, 4 * significand << shift);
    const uint64_t bottom =
        multiply_to_odd(scale, (4 * significand - (is_power_of_two ? 1 : 2)) << shift);
    const uint64_t top = multiply_to_odd(scale, (4 * significand + 2) << shift);
    const uint64_t is_odd = significand & 1;

    const uint64_t below = value / 4, above = below + 1;
    const uint64_t tens_below = below / 10 * 10, tens_above = tens_below + 10;
    bool has_tens_below = bottom + is_odd <= 4 * tens_below;
    bool has_tens_above = 4 * tens_above + is_odd <= top;
    if (has_tens_below || has_tens_above) /* never both: the interval is too narrow */
        return (decimal){has_tens_below ? tens_below : tens_above, last_place};
    bool has_below = bottom + is_odd <= 4 * below;
    bool has_above = 4 * above + is_odd <= top;
    if (has_below != has_above) return (decimal){has_below ? below : above, last_place};
    const uint64_t middle = 2 * (below + above);
    bool is_below = value < middle || (value == middle && below % 2 == 0);
    return (decimal){is_below ? below : above, last_place};
}

/* ---- Digits to text -------------------------------------------------------------------------- */

static size_t count_digits(uint64_t value) {
    size_t n_digits = 1;
    for (; value >= 10000; value /= 10000) n_digits += 4;
    return n_digits + (value >= 10) + (value >= 100) + (value >= 1000);
}

/* Writes the last n_digits digits of value. */
static void write_digits(uint64_t value, size_t n_digits, char *text_out) {
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233"
        "34353637383940414243444546474849505152535455565758596061626364656667"
        "6869707172737475767778798081828384858687888990919293949596979899";
    for (; n_digits >= 2; value /= 100) {
        n_digits -= 2;
        memcpy(text_out + n_digits, pairs + value % 100 * 2, 2);
    }
    if (n_digits == 1) text_out[0] = (char)('0' + value % 10);
}

static size_t write_unsigned(uint64_t value, char *text_out) {
    size_t n_digits = count_digits(value);
    write_digits(value, n_digits, text_out);
    return n_digits;
}

static decimal strip_zeros(decimal number) {
    while (number.digits % 10 == 0) {
        number.digits /= 10;
        number.exponent++;
    }
    return number;
}

/* d.ddde+XX: one digit before the point, at least two in the exponent. */
static size_t write_scientific(decimal number, size_t n_digits, char *text_out) {
    const int exponent = number.exponent + (int)n_digits - 1;
    const unsigned magnitude = (unsigned)(exponent < 0 ? -exponent : exponent);
    size_t at = n_digits;
    if (n_digits > 1) {
        write_digits(number.digits, n_digits, text_out + 1);
        text_out[0] = text_out[1];
        text_out[1] = '.';
        at++;
    } else {
        text_out[0] = (char)('0' + number.digits);
    }
    text_out[at++] = 'e';
    text_out[at++] = exponent < 0 ? '-' : '+';
    const size_t n_exponent_digits = magnitude < 100 ? 2 : 3;
    write_digits(magnitude, n_exponent_digits, text_out + at);
    return at + n_exponent_digits;
}

/* Without an exponent: 0.000ddd, ddd.ddd or ddd000. */
static size_t write_plain(decimal number, size_t n_digits, char *text_out) {
    if (number.exponent >= 0) {
        write_digits(number.digits, n_digits, text_out);
        memset(text_out + n_digits, '0', (size_t)number.exponent);
        return n_digits + (size_t)number.exponent;
    }
    const size_t n_fraction = (size_t)-number.exponent;
    if (n_fraction < n_digits) {
        const size_t n_whole = n_digits - n_fraction;
        write_digits(number.digits, n_digits, text_out + 1);
        memmove(text_out, text_out + 1, n_whole);
        text_out[n_whole] = '.';
        return n_digits + 1;
    }
    const size_t n_zeros = n_fraction - n_digits;
    memcpy(text_out, "0.", 2);
    memset(text_out + 2, '0', n_zeros);
    write_digits(number.digits, n_digits, text_out + 2 + n_zeros);
    return 2 + n_fraction;
}

static size_t write_decimal(decimal number, char *text_out) {
    const size_t n_digits = count_digits(number.digits);
    const int leading_place = number.exponent + (int)n_digits - 1;
    if (leading_place > -5 && leading_place < 16) return write_plain(number, n_digits, text_out);
    return write_scientific(number, n_digits, text_out);
}

/* ---- The whole number ------------------------------------------------------------------------ */

/* bits as stored in memory, n_fraction_bits of them below the exponent, the sign bit taken away. */
static size_t write_bits(uint64_t bits, bool is_negative, int n_fraction_bits, int exponent_bias,
                         char *text_out) {
    const uint64_t hidden = (uint64_t)1 << n_fraction_bits;
    const uint64_t fraction = bits & (hidden - 1);
    const int stored = (int)(bits >> n_fraction_bits);
    const bool is_finite = stored <= 2 * exponent_bias;
    if (!is_finite && fraction != 0) {
        memcpy(text_out, "nan", 3);
        return 3;
    }
    size_t at = 0;
    if (is_negative) text_out[at++] = '-';
    if (!is_finite) {
        memcpy(text_out + at, "inf", 3);
        return at + 3;
    }
    if (bits == 0) {
        text_out[at++] = '0';
        return at;
    }
    const uint64_t significand = stored == 0 ? fraction : fraction | hidden;
    const int exponent = (stored == 0 ? 1 : stored) - exponent_bias - n_fraction_bits;
    decimal shortest = find_shortest(significand, exponent, fraction == 0 && stored > 1);
    return at + write_decimal(strip_zeros(shortest), text_out + at);
}

size_t ortl__number_write_float(float value, char text_out[ORTL__NUMBER_CHARS]) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return write_bits(bits & 0x7fffffffu, bits >> 31, 23, 127, text_out);
}

size_t ortl__number_write_double(double value, char text_out[ORTL__NUMBER_CHARS]) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return write_bits(bits & ((uint64_t)-1 >> 1), bits >> 63, 52, 1023, text_out);
}

size_t ortl__number_write_int64(int64_t value, char text_out[ORTL__NUMBER_CHARS]) {
    size_t at = 0;
    if (value < 0) text_out[at++] = '-';
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    return at + write_unsigned(magnitude, text_out + at);
}
