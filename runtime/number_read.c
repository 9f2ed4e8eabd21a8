/*
 * Decimal text -> float, double, int64. The text becomes a mantissa of up to 19 digits and a power
 * of ten. When both are small, one division of doubles decides; else the product of the two to 64,
 * then 128 bits; what lies too close to the middle between two neighbours is compared with that
 * middle in long integers (number_exact.c).
 *
 * The product with a table of powers of five is the method of Eisel and Lemire: D. Lemire, "Number
 * Parsing at a Gigabyte per Second", Software: Practice and Experience 51 (2021). Here the proof is
 * carried by an interval instead: the product is rounded down, its error is bounded, and a result
 * counts only when all values of the interval round to the same number.
 */
#include "number.h"
#include "number_exact.h"
#include "number_powers.h"

#include <float.h>
#include <stdbool.h>
#include <string.h>

/* Digits that surely fit in 64 bits. */
#define MANTISSA_DIGITS 19

/* Decimal exponents written in the text stop growing here: no text is long enough to bring such a
 * number back into range, and sums of two of them do not overflow. */
#define EXPONENT_CAP ((int64_t)1 << 60)

/* ---- Text to mantissa and power of ten ------------------------------------------------------- */

typedef struct decimal {
    uint64_t mantissa;  /* the first MANTISSA_DIGITS significant digits */
    int64_t exponent;   /* value = mantissa x 10^exponent, or a little more when is_cut */
    bool is_cut;        /* there are digits that mantissa does not hold */
    const char *digits; /* (n_characters) all digits and the point */
    size_t n_characters;
    int64_t digits_exponent; /* value = digits as one integer x 10^digits_exponent */
} decimal;

static bool is_digit(char c) {
    return (unsigned)(unsigned char)c - '0' < 10;
}

/* Eight characters, the first in the lowest byte whatever the byte order of the machine. */
static uint64_t load_eight(const char *text) {
    const unsigned char *bytes = (const unsigned char *)text;
    return (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 |
           (uint64_t)bytes[3] << 24 | (uint64_t)bytes[4] << 32 | (uint64_t)bytes[5] << 40 |
           (uint64_t)bytes[6] << 48 | (uint64_t)bytes[7] << 56;
}

/* Marks in the top bit of each byte that it is above 9; right up to and including the first such
 * byte, which may carry into the ones above it. */
static uint64_t mark_above_nine(uint64_t bytes) {
    return (bytes | (bytes + 0x7676767676767676u)) & 0x8080808080808080u;
}

/* The place of the lowest byte that is not 0; there is one. */
static int first_byte(uint64_t bytes) {
#if defined(__GNUC__)
    return __builtin_ctzll(bytes) / 8;
#else
    int place = 0;
    for (; (bytes & 0xff) == 0; bytes >>= 8) place++;
    return place;
#endif
}

/* Eight digits, each as its value, the first in the lowest byte. Neighbours are joined to pairs,
 * pairs to fours, fours to eight; each step multiplies the left one of two neighbours, which lies
 * in the lower bits, and adds the right one. */
static uint64_t value_of_eight(uint64_t digits) {
    digits = (digits * 10 + (digits >> 8)) & 0x00ff00ff00ff00ffu;
    digits = (digits * 100 + (digits >> 16)) & 0x0000ffff0000ffffu;
    return (digits * 10000 + (digits >> 32)) & 0xffffffffu;
}

/* Appends the digits at `at` to *mantissa, modulo 2^64, and returns the first other character.
 * Eight characters are taken at once; those behind the last digit are pushed out, so that the count
 * of digits, which differs from number to number, decides no branch. */
static inline const char *read_digits(const char *at, const char *end, uint64_t *mantissa) {
    static const uint64_t powers_of_ten[] = {1,      10,      100,      1000,     10000,
                                             100000, 1000000, 10000000, 100000000};
    uint64_t value = *mantissa;
    while (end - at >= 8) {
        uint64_t digits = load_eight(at) ^ 0x3030303030303030u;
        uint64_t others = mark_above_nine(digits);
        int n_digits = others == 0 ? 8 : first_byte(others);
        if (n_digits == 0) break;
        value = value * powers_of_ten[n_digits] + value_of_eight(digits << (64 - 8 * n_digits));
        at += n_digits;
        if (n_digits < 8) break;
    }
    for (; at < end && is_digit(*at); at++) value = value * 10 + (uint64_t)(*at - '0');
    *mantissa = value;
    return at;
}

/* The exponent at `at`, which is 'e' or 'E'; without digits it is no part of the number. */
static const char *read_exponent(const char *at, const char *end, int64_t *exponent_out) {
    const char *digit = at + 1;
    bool is_negative = digit < end && *digit == '-';
    if (digit < end && (*digit == '-' || *digit == '+')) digit++;
    if (digit == end || !is_digit(*digit)) return at;
    int64_t exponent = 0;
    for (; digit < end && is_digit(*digit); digit++) {
        if (exponent < EXPONENT_CAP / 10) exponent = exponent * 10 + (*digit - '0');
    }
    *exponent_out = is_negative ? -exponent : exponent;
    return digit;
}

/* Reads the mantissa again when there are more digits than it can hold: leading zeros do not count,
 * and what comes after MANTISSA_DIGITS is left out. */
static void cut_mantissa(decimal *number, char point) {
    const char *end = number->digits + number->n_characters;
    int64_t n_left = 0; /* digits not yet seen */
    for (const char *at = number->digits; at < end; at++) n_left += *at != point;
    uint64_t mantissa = 0;
    int n_taken = 0;
    for (const char *at = number->digits; at < end && n_taken < MANTISSA_DIGITS; at++) {
        if (*at == point) continue;
        mantissa = mantissa * 10 + (uint64_t)(*at - '0');
        n_taken += mantissa != 0;
        n_left--;
    }
    number->mantissa = mantissa;
    number->exponent = number->digits_exponent + n_left;
    number->is_cut = n_left > 0;
}

/* Reads digits, point and exponent from `at`; returns their end, or NULL when there is no digit. */
static inline const char *read_decimal(const char *at, const char *end, char point,
                                       decimal *number_out) {
    const char *digits = at;
    uint64_t mantissa = 0;
    int64_t exponent = 0, n_fraction = 0;
    for (; at < end && is_digit(*at); at++) mantissa = mantissa * 10 + (uint64_t)(*at - '0');
    int64_t n_digits = at - digits;
    if (at < end && *at == point) {
        const char *fraction = at + 1;
        at = read_digits(fraction, end, &mantissa);
        n_fraction = at - fraction;
        n_digits += n_fraction;
    }
    if (n_digits == 0) return NULL;
    number_out->digits = digits;
    number_out->n_characters = (size_t)(at - digits);
    if (at < end && (*at | 0x20) == 'e') at = read_exponent(at, end, &exponent);
    number_out->digits_exponent = exponent - n_fraction;
    number_out->mantissa = mantissa;
    number_out->exponent = number_out->digits_exponent;
    number_out->is_cut = false;
    if (n_digits > MANTISSA_DIGITS) cut_mantissa(number_out, point);
    return at;
}

/* ---- Mantissa and power of ten to the nearest binary number ---------------------------------- */

/* One of the two formats; all that differs between float and double. */
typedef struct binary_format {
    int n_fraction_bits; /* stored bits of the significand */
    int exponent_bias;
    int least_power; /* below, any mantissa x 10^power is less than half the smallest number */
    int most_power;  /* above, any mantissa x 10^power is infinite */
} binary_format;

static const binary_format float_format = {23, 127, -64, 38};
static const binary_format double_format = {52, 1023, -342, 308};

/* Where a value lies in the format: at or above its lower neighbour, and by how much. The value is
 * at least high x 2^exponent and at most a few units above. */
typedef struct place {
    uint64_t bits;  /* the lower neighbour, as stored in memory; infinity at most */
    uint64_t lower; /* the lower neighbour is lower x 2^exponent */
    int exponent;
    uint64_t tail; /* of high: its bits below the lower neighbour's last place */
    uint64_t half; /* the tail in the middle between the neighbours; at least 2^10 */
    bool is_tiny;  /* high has lost bits to the right: the value is below the smallest number */
} place;

static inline uint64_t infinity_bits(const binary_format *format) {
    return (uint64_t)(2 * format->exponent_bias + 1) << format->n_fraction_bits;
}

/* The top bit of high is set. */
static inline place locate(const binary_format *format, uint64_t high, int exponent) {
    place where = {0};
    int n_dropped = 63 - format->n_fraction_bits;
    int stored = exponent + 63 + format->exponent_bias;
    if (stored < 1) { /* denormal: the last place stays where it is, so more bits drop out */
        n_dropped += 1 - stored;
        stored = 1;
    }
    if (n_dropped > 64) {
        int n_lost = n_dropped - 64;
        high = n_lost < 64 ? high >> n_lost : 0;
        exponent += n_lost;
        n_dropped = 64;
        where.is_tiny = true;
    }
    where.lower = high >> (n_dropped - 1) >> 1;
    where.exponent = exponent + n_dropped;
    where.half = (uint64_t)1 << (n_dropped - 1);
    where.tail = high & (where.half - 1 + where.half);
    /* The leading bit of a normal number adds 1 to the stored exponent; a denormal has none. */
    where.bits = ((uint64_t)(stored - 1) << format->n_fraction_bits) + where.lower;
    return where;
}

/* A product with its top bit set, rounded down: it stands for (high + low / 2^64) x 2^exponent. */
typedef struct scaled {
    uint64_t high;
    uint64_t low;
    int exponent;
} scaled;

/* Without a branch: the top bit of a product is as good as random. */
static inline scaled normalise(uint64_t high, uint64_t low, int exponent) {
    int shift = !(high >> 63);
    return (scaled){high << shift | low >> 1 >> (63 - shift), low << shift, exponent - shift};
}

/* mantissa x 10^power with the upper half of the table's entry. The exact value is less than 3
 * above high: the entry is cut by less than 1 unit of high, the product and its shift by less than
 * 1 more each. */
static inline scaled scale_64(uint64_t mantissa, int power) {
    int n_zeros = ortl__number_leading_zeros(mantissa);
    ortl__wide product = ortl__number_product(mantissa << n_zeros, ortl__number_power(power).high);
    return normalise(product.high, product.low,
                     ortl__number_log2_of_power_of_ten(power) + 1 - n_zeros);
}

/* The same with the whole entry. The exact value is less than 4 units of low above. *is_exact_out:
 * it is not above at all. */
static scaled scale_128(uint64_t mantissa, int power, bool *is_exact_out) {
    int n_zeros = ortl__number_leading_zeros(mantissa);
    ortl__wide entry = ortl__number_power(power);
    ortl__wide product = ortl__number_product(mantissa << n_zeros, entry.high);
    ortl__wide below = ortl__number_product(mantissa << n_zeros, entry.low);
    product.low += below.high;
    product.high += product.low < below.high;
    *is_exact_out = power >= 0 && power <= ORTL__POWER_EXACT && below.low == 0;
    return normalise(product.high, product.low,
                     ortl__number_log2_of_power_of_ten(power) + 1 - n_zeros);
}

/* For powers below the table: two factors. The exact value is less than 16 above high. */
static scaled scale_tiny(uint64_t mantissa, int power) {
    scaled first = scale_64(mantissa, ORTL__POWER_FIRST);
    scaled second = scale_64(first.high, power - ORTL__POWER_FIRST);
    second.exponent += first.exponent;
    return second;
}

/* Rounds mantissa x 10^power where 64 bits of the product lie next to the middle between two
 * neighbours. True when that is decided; else *where_out has the lower neighbour. */
static bool round_close(const binary_format *format, uint64_t mantissa, int power,
                        uint64_t *bits_out, place *where_out) {
    if (power < ORTL__POWER_FIRST) {
        scaled value = scale_tiny(mantissa, power);
        *where_out = locate(format, value.high, value.exponent);
        return false;
    }
    bool is_exact;
    scaled value = scale_128(mantissa, power, &is_exact);
    place where = locate(format, value.high, value.exponent);
    *where_out = where;
    *bits_out = where.bits;
    if (where.is_tiny) return false;
    if (where.tail + 1 < where.half) return true;
    if (where.tail < where.half) return value.low <= UINT64_MAX - 4;
    *bits_out = where.bits + 1;
    if (where.tail > where.half || value.low > 0) return true;
    *bits_out = where.bits + (where.bits & 1);
    return is_exact;
}

/* Rounds mantissa x 10^power, mantissa not 0. True when that is decided. */
static inline bool round_product(const binary_format *format, uint64_t mantissa, int power,
                                 uint64_t *bits_out, place *where_out) {
    if (power < ORTL__POWER_FIRST) return round_close(format, mantissa, power, bits_out, where_out);
    scaled value = scale_64(mantissa, power);
    place where = locate(format, value.high, value.exponent);
    if (where.tail - (where.half - 2) <= 2)
        return round_close(format, mantissa, power, bits_out, where_out);
    *bits_out = where.bits + (where.tail > where.half);
    return true;
}

/* Most numbers of real tables: a mantissa of up to 53 bits and a small power of ten are doubles, so
 * one division gives the nearest double, after W. Clinger, "How to Read Floating Point Numbers
 * Accurately" (1990). Rounding that once more to float is right, too, unless it lies exactly in the
 * middle between two floats, where the exact quotient may have been on either side: false then. All
 * quotients are normal floats. Where registers are wider than double nothing of this holds. */
static inline bool round_quotient(const binary_format *format, const decimal *number,
                                  uint64_t *bits_out) {
#if FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 1
    static const double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                           1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                           1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (number->mantissa >> 53 || number->exponent > 0 || number->exponent < -22) return false;
    double quotient = (double)(int64_t)number->mantissa / powers_of_ten[-number->exponent];
    memcpy(bits_out, &quotient, sizeof quotient);
    if (format == &double_format) return true;
    if ((*bits_out & 0x1fffffff) == 0x10000000) return false; /* the 29 bits that float lacks */
    float rounded = (float)quotient;
    uint32_t rounded_bits;
    memcpy(&rounded_bits, &rounded, sizeof rounded);
    *bits_out = rounded_bits;
    return true;
#else
    (void)format, (void)number, (void)bits_out;
    return false;
#endif
}

/* Decides by exact comparison with the middle between the two neighbours. */
static uint64_t round_exactly(const decimal *number, const place *where) {
    int order = ortl__number_compare(number->digits, number->n_characters, number->digits_exponent,
                                     2 * where->lower + 1, where->exponent - 1);
    if (order == 0) return where->bits + (where->bits & 1);
    return where->bits + (order > 0);
}

/* The bits of the nearest number of the format. */
static inline uint64_t round_decimal(const binary_format *format, const decimal *number) {
    if (number->mantissa == 0 || number->exponent < format->least_power) return 0;
    if (number->exponent > format->most_power) return infinity_bits(format);
    int power = (int)number->exponent;
    uint64_t bits, bits_above;
    place where, where_above;
    if (round_quotient(format, number, &bits)) return bits;
    bool is_decided = round_product(format, number->mantissa, power, &bits, &where);
    if (is_decided && number->is_cut) { /* the digits left out add less than 1 to the mantissa */
        is_decided =
            round_product(format, number->mantissa + 1, power, &bits_above, &where_above) &&
            bits == bits_above;
        if (!is_decided) round_close(format, number->mantissa, power, &bits, &where);
    }
    if (!is_decided) bits = round_exactly(number, &where);
    return bits < infinity_bits(format) ? bits : infinity_bits(format);
}

/* ---- The whole number ------------------------------------------------------------------------ */

/* Whether the text starts with the word, given in small letters, in any case of letters. */
static bool starts_with(const char *at, const char *end, const char *word, size_t n_bytes) {
    if ((size_t)(end - at) < n_bytes) return false;
    for (size_t i = 0; i < n_bytes; i++) {
        char letter = at[i];
        if (letter >= 'A' && letter <= 'Z') letter = (char)(letter + ('a' - 'A'));
        if (letter != word[i]) return false;
    }
    return true;
}

/* nan, inf or infinity at `at`: the bytes used, 0 when there is none. */
static size_t read_word(const binary_format *format, const char *at, const char *end,
                        uint64_t *bits_out) {
    uint64_t quiet = (uint64_t)1 << (format->n_fraction_bits - 1);
    *bits_out = infinity_bits(format);
    if (starts_with(at, end, "infinity", 8)) return 8;
    if (starts_with(at, end, "inf", 3)) return 3;
    *bits_out |= quiet;
    return starts_with(at, end, "nan", 3) ? 3 : 0;
}

/* Reads one number of the format into *bits_out, without its sign, which is *is_negative_out. */
static inline size_t read_bits(const binary_format *format, const char *text, size_t n_bytes,
                               char point, uint64_t *bits_out, bool *is_negative_out) {
    const char *at = text, *end = text + n_bytes;
    if (n_bytes == 0) return 0;
    *is_negative_out = *at == '-';
    at += (*at == '-') | (*at == '+'); /* no branch: signs are hard to foresee */
    decimal number;
    const char *number_end = read_decimal(at, end, point, &number);
    if (number_end == NULL) {
        size_t n_word = read_word(format, at, end, bits_out);
        return n_word == 0 ? 0 : (size_t)(at - text) + n_word;
    }
    *bits_out = round_decimal(format, &number);
    return (size_t)(number_end - text);
}

size_t ortl__number_read_float(const char *text, size_t n_bytes, char point, float *value_out) {
    uint64_t bits;
    bool is_negative;
    size_t n_used = read_bits(&float_format, text, n_bytes, point, &bits, &is_negative);
    if (n_used == 0) return 0;
    uint32_t stored = (uint32_t)bits | (uint32_t)is_negative << 31;
    memcpy(value_out, &stored, sizeof *value_out);
    return n_used;
}

size_t ortl__number_read_double(const char *text, size_t n_bytes, char point, double *value_out) {
    uint64_t bits;
    bool is_negative;
    size_t n_used = read_bits(&double_format, text, n_bytes, point, &bits, &is_negative);
    if (n_used == 0) return 0;
    bits |= (uint64_t)is_negative << 63;
    memcpy(value_out, &bits, sizeof *value_out);
    return n_used;
}

size_t ortl__number_read_int64(const char *text, size_t n_bytes, int64_t *value_out) {
    size_t at = 0;
    bool is_negative = n_bytes > 0 && text[0] == '-';
    if (n_bytes > 0 && (text[0] == '-' || text[0] == '+')) at++;
    const size_t n_sign = at;
    const uint64_t most = (uint64_t)INT64_MAX + is_negative;
    uint64_t value = 0;
    for (; at < n_bytes && is_digit(text[at]); at++) {
        uint64_t digit = (uint64_t)(text[at] - '0');
        if (value > (most - digit) / 10) return 0;
        value = value * 10 + digit;
    }
    if (at == n_sign) return 0;
    /* -2^63 has no positive counterpart: negate one less, which fits, and take 1 off again. */
    *value_out = is_negative && value > 0 ? -(int64_t)(value - 1) - 1 : (int64_t)value;
    return at;
}
