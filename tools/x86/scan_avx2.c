/*
 * The scanning loops with AVX2. Two numbers of up to 16 characters, or one of up to 32, signs
 * apart, lie in a vector, each with its last character in the last byte of its part.
 */
#include "../scan.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#define TARGET __attribute__((target("avx2,bmi,popcnt")))

/* ---- Delimiters ------------------------------------------------------------------------------ */

/* A bit for each of the 64 bytes at text that is a delimiter. */
TARGET static inline uint64_t match_64(const char *text, __m256i delimiter) {
    __m256i first = _mm256_loadu_si256((const __m256i *)(const void *)text);
    __m256i second = _mm256_loadu_si256((const __m256i *)(const void *)(text + 32));
    uint32_t low = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(first, delimiter));
    uint32_t high = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(second, delimiter));
    return low | (uint64_t)high << 32;
}

/* Eight places at a time, wanted or not: their number is hard to foresee, branches would cost more
 * than the stores. */
TARGET static size_t find_avx2(const char *text, size_t n_bytes, char delimiter,
                               uint16_t *places_out) {
    const __m256i wanted = _mm256_set1_epi8(delimiter);
    size_t n_places = 0;
    for (size_t at = 0; at < n_bytes; at += 64) {
        uint64_t found = match_64(text + at, wanted);
        if (n_bytes - at < 64) found &= ((uint64_t)1 << (n_bytes - at)) - 1;
        size_t n_found = (size_t)__builtin_popcountll(found);
        for (size_t i = 0; i < n_found; i += 8) {
            for (size_t j = 0; j < 8; j++) {
                places_out[n_places + i + j] = (uint16_t)(at + _tzcnt_u64(found));
                found = _blsr_u64(found);
            }
        }
        n_places += n_found;
    }
    return n_places;
}

/* ---- Floats ---------------------------------------------------------------------------------- */

/* For a point at each of the bytes 0 to 15; 16 stands for no point. */
typedef struct gap_table {
    uint8_t bytes[17][16]; /* moves what is in front of the point one byte up, over it */
} gap_table;

#define FROM_0(p, i) (uint8_t)((i) > (p) || (p) == 16 ? (i) : (i) == 0 ? 0x80 : (i)-1)
#define FROM_4(p, i) FROM_0(p, i), FROM_0(p, i + 1), FROM_0(p, i + 2), FROM_0(p, i + 3)
#define GAP(p)                                                                                     \
    { FROM_4(p, 0), FROM_4(p, 4), FROM_4(p, 8), FROM_4(p, 12) }

static const gap_table gaps __attribute__((aligned(64))) = {
    {GAP(0), GAP(1), GAP(2), GAP(3), GAP(4), GAP(5), GAP(6), GAP(7), GAP(8), GAP(9), GAP(10),
     GAP(11), GAP(12), GAP(13), GAP(14), GAP(15), GAP(16)}};

/* Entry 31 - n: the power for n digits behind the point; entry 32: there is none. */
static const double powers[33] = {1e-31, 1e-30, 1e-29, 1e-28, 1e-27, 1e-26, 1e-25, 1e-24, 1e-23,
                                  1e-22, 1e-21, 1e-20, 1e-19, 1e-18, 1e-17, 1e-16, 1e-15, 1e-14,
                                  1e-13, 1e-12, 1e-11, 1e-10, 1e-9,  1e-8,  1e-7,  1e-6,  1e-5,
                                  1e-4,  1e-3,  1e-2,  1e-1,  1e0,   1e0};

/* The bytes from n on keep the last n bytes of a vector of 32, those from n + 16 of one of 16. */
static const uint8_t keep_last[64] __attribute__((aligned(64))) = {
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

/* One or two numbers as characters. */
typedef struct characters {
    __m256i all;  /* the last ones of each field */
    __m256i kept; /* 255 in the bytes that belong to it, its sign apart */
} characters;

typedef struct digits {
    __m256i values;      /* 0 outside the number */
    uint32_t point_bits; /* where points are */
    bool are_plain;      /* all else are digits */
} digits;

TARGET static inline digits find_digits(const characters *text, __m256i points) {
    __m256i values =
        _mm256_and_si256(_mm256_sub_epi8(text->all, _mm256_set1_epi8('0')), text->kept);
    __m256i is_digit = _mm256_cmpeq_epi8(_mm256_min_epu8(values, _mm256_set1_epi8(9)), values);
    __m256i is_point = _mm256_and_si256(_mm256_cmpeq_epi8(text->all, points), text->kept);
    uint32_t other_bits = ~(uint32_t)_mm256_movemask_epi8(is_digit);
    uint32_t point_bits = (uint32_t)_mm256_movemask_epi8(is_point);
    return (digits){values, point_bits, other_bits == point_bits};
}

/* The integers that the 16 digits in each half are: neighbours are joined to pairs, pairs to fours,
 * fours to eights, two of these to a double. That is exact below 2^53, else rounded once. */
TARGET static inline __m128d values_of_16(__m256i values) {
    const __m256i tens = _mm256_set1_epi16(1 << 8 | 10);
    const __m256i hundreds = _mm256_set1_epi32(1 << 16 | 100);
    const __m256i myriads = _mm256_set1_epi32(1 << 16 | 10000);
    __m256i fours = _mm256_madd_epi16(_mm256_maddubs_epi16(values, tens), hundreds);
    __m256i eights = _mm256_madd_epi16(_mm256_packus_epi32(fours, fours), myriads);
    __m128i low = _mm256_castsi256_si128(eights), high = _mm256_extracti128_si256(eights, 1);
    __m128i columns = _mm_unpacklo_epi32(low, high); /* both upper eights, both lower ones */
    __m128d upper = _mm_cvtepi32_pd(columns);
    __m128d lower = _mm_cvtepi32_pd(_mm_unpackhi_epi64(columns, columns));
    return _mm_add_pd(_mm_mul_pd(upper, _mm_set1_pd(1e8)), lower);
}

/* The sign bit of a float; all bits of a NaN for an empty field, whose digits are worth 0. */
static inline uint32_t bits_to_join(char first, size_t n) {
    return (uint32_t)(first == '-') << 31 | (n == 0 ? 0x7fc00000 : 0);
}

/* mantissas x factors as floats, with bits to join. Six times at most has something been rounded by
 * half a unit of the last place: four times the mantissa, then its power of ten and the product. So
 * the product lies less than eight units from the number, and rounds to the float nearest to it
 * unless it is that near to the middle between two floats. False when one of them is. */
TARGET static inline bool scale(__m128d mantissas, __m128d factors, uint64_t joined,
                                __m128i *floats_out) {
    const int32_t middle = 0x10000000; /* of the 29 bits that a float lacks */
    __m128d products = _mm_mul_pd(mantissas, factors);
    __m128i tails = _mm_and_si128(_mm_castpd_si128(products), _mm_set1_epi64x(0x1fffffff));
    __m128i is_far = _mm_or_si128(_mm_cmpgt_epi32(_mm_set1_epi32(middle - 8), tails),
                                  _mm_cmpgt_epi32(tails, _mm_set1_epi32(middle + 8)));
    *floats_out = _mm_or_si128(_mm_castps_si128(_mm_cvtpd_ps(products)),
                               _mm_cvtsi64_si128((long long)joined));
    return (_mm_movemask_epi8(is_far) & 0x0f0f) == 0x0f0f;
}

static inline size_t without_sign(const csv_field *field) {
    return field->n_bytes - ((field->text[0] == '-') | (field->text[0] == '+'));
}

/* Whether the n characters behind the sign, maybe with a point among them, are none, though the
 * field is not empty. */
static inline int lacks_digits(const csv_field *field, size_t n, uint32_t point_bits) {
    return (n == (point_bits != 0)) & (field->n_bytes != 0); /* as integers: no branch */
}

TARGET static inline __m256i load_two(const void *low, const void *high) {
    __m256i both = _mm256_castsi128_si256(_mm_loadu_si128(low));
    return _mm256_inserti128_si256(both, _mm_loadu_si128(high), 1);
}

/* Two fields of at most 16 characters, one in each half. False: one of them is no such. All
 * branches are nearly always foreseen: signs, lengths and the places of points decide none. */
TARGET static inline bool read_pair(const csv_field *one, const csv_field *two, __m256i points,
                                    float *floats_out) {
    size_t n_one = without_sign(one), n_two = without_sign(two);
    if (n_one > 16 || n_two > 16) return false;
    characters text = {
        load_two(one->text + one->n_bytes - 16, two->text + two->n_bytes - 16),
        load_two(keep_last + 16 + n_one, keep_last + 16 + n_two),
    };
    digits found = find_digits(&text, points);
    uint32_t first = found.point_bits & 0xffff, second = found.point_bits >> 16;
    bool has_two_points = ((first & (first - 1)) | (second & (second - 1))) != 0;
    if (!found.are_plain || has_two_points ||
        (lacks_digits(one, n_one, first) | lacks_digits(two, n_two, second)))
        return false;
    uint32_t first_place = _tzcnt_u32(first | 1u << 16),
             second_place = _tzcnt_u32(second | 1u << 16);
    __m256i moves = load_two(gaps.bytes[first_place], gaps.bytes[second_place]);
    __m128d factors = _mm_set_pd(powers[16 + second_place], powers[16 + first_place]);
    uint64_t joined =
        bits_to_join(one->text[0], n_one) | (uint64_t)bits_to_join(two->text[0], n_two) << 32;
    __m128i floats;
    __m128d mantissas = values_of_16(_mm256_shuffle_epi8(found.values, moves));
    if (!scale(mantissas, factors, joined, &floats)) return false;
    _mm_storel_epi64((__m128i *)(void *)floats_out, floats);
    return true;
}

/* A field of at most 32 characters. */
TARGET static inline bool read_one(const csv_field *field, __m256i points, float *float_out) {
    size_t n = without_sign(field);
    if (n > 32) return false;
    const char *last = field->text + field->n_bytes - 32;
    const __m256i *keep = (const __m256i *)(const void *)(keep_last + n);
    characters text = {_mm256_loadu_si256((const __m256i *)(const void *)last),
                       _mm256_loadu_si256(keep)};
    digits found = find_digits(&text, points);
    uint32_t point = found.point_bits;
    if (!found.are_plain || (point & (point - 1)) != 0 || lacks_digits(field, n, point))
        return false;
    if (point != 0) { /* what is in front of it moves up by one */
        text.all = _mm256_loadu_si256((const __m256i *)(const void *)(last - 1));
        text.kept = _mm256_loadu_si256((const __m256i *)(const void *)(keep_last + n - 1));
        const __m256i *behind = (const __m256i *)(const void *)(keep_last + __builtin_clz(point));
        __m256i in_front = find_digits(&text, points).values;
        found.values = _mm256_blendv_epi8(in_front, found.values, _mm256_loadu_si256(behind));
    }
    __m128d halves = values_of_16(found.values);
    __m128d mantissa =
        _mm_add_sd(_mm_mul_sd(halves, _mm_set_sd(1e16)), _mm_unpackhi_pd(halves, halves));
    __m128i floats;
    if (!scale(_mm_move_sd(_mm_setzero_pd(), mantissa), _mm_set_sd(powers[_tzcnt_u32(point)]),
               bits_to_join(field->text[0], n), &floats))
        return false;
    *float_out = _mm_cvtss_f32(_mm_castsi128_ps(floats));
    return true;
}

TARGET static size_t read_floats_avx2(const csv_field *fields, const size_t *order, size_t n,
                                      char point, float *floats_out) {
    const __m256i points = _mm256_set1_epi8(point);
    size_t i = 0;
    while (i < n) {
        const csv_field *field = &fields[order[i]];
        if (i + 1 < n && read_pair(field, &fields[order[i + 1]], points, floats_out + i))
            i += 2;
        else if (read_one(field, points, floats_out + i))
            i++;
        else
            break;
    }
    return i;
}

const ortl__scan ortl__scan_avx2 = {"avx2", find_avx2, read_floats_avx2};

#else
typedef int ortl__scan_avx2_is_elsewhere;
#endif
