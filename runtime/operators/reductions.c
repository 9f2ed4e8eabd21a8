/*
 * The reductions, each for four types. Elements are taken in the order of the tensor; only sums
 * along the last axis are added in the reference's order, so that they agree to the bit.
 */
#include "reductions.h"

#include <math.h>

#include "../exponential.h"
#include "truncate.h"

int ortl__axes_advance(const ortl__axes *axes, uint32_t n_inner, int64_t index[ORTL_MAX_RANK],
                       int64_t *offset) {
    for (uint32_t axis = axes->rank > n_inner ? axes->rank - n_inner : 0; axis-- > 0;) {
        *offset += axes->stride[axis];
        if (++index[axis] < axes->extent[axis]) return 1;
        *offset -= axes->stride[axis] * axes->extent[axis];
        index[axis] = 0;
    }
    return 0;
}

/* Runs `body` for each element v of a Type that the axes reach from `first`. */
#define FOR_EACH(Type, body)                                                                       \
    {                                                                                              \
        int64_t index[ORTL_MAX_RANK] = {0}, offset = 0;                                            \
        int64_t count = axes->rank ? axes->extent[axes->rank - 1] : 1;                             \
        int64_t stride = axes->rank ? axes->stride[axes->rank - 1] : 1;                            \
        if (axes->n) do {                                                                          \
                const Type *run = (const Type *)data + first + offset;                             \
                for (int64_t j = 0; j < count; j++) {                                              \
                    const Type v = run[j * stride];                                                \
                    body;                                                                          \
                }                                                                                  \
            } while (ortl__axes_advance(axes, 1, index, &offset));                                 \
    }

/* Defines a reduction: `sum` starts as start and takes up each v; finish gives the result. */
#define REDUCTION(name, Type, Sum, start, body, finish)                                            \
    static void name(const ortl__axes *axes, const void *data, uint64_t first, void *result) {     \
        Sum sum = (start);                                                                         \
        FOR_EACH(Type, body)                                                                       \
        *(Type *)result = (Type)(finish);                                                          \
    }

/* ---- Sums ------------------------------------------------------------------------------------ */

/* Defines the sum of n (at least 1) neighbours of which the first is number `at` of its tensor. The
 * reference adds two accumulators of `lanes` lanes each from the first 16-byte boundary on, then
 * what is left at either end. */
#define SUM_OF_NEIGHBOURS(name, Real, lanes)                                                       \
    static Real name(const Real *v, uint64_t n, uint64_t at) {                                     \
        uint64_t start = (lanes - at % lanes) % lanes, i;                                          \
        Real even[lanes], odd[lanes], sum;                                                         \
        if (start > n || n - start < lanes) { /* no whole packet */                                \
            sum = v[0];                                                                            \
            for (i = 1; i < n; i++) sum += v[i];                                                   \
            return sum;                                                                            \
        }                                                                                          \
        uint64_t end = start + (n - start) / lanes * lanes;                                        \
        uint64_t paired_end = start + (n - start) / (2 * lanes) * (2 * lanes);                     \
        for (i = 0; i < lanes; i++) even[i] = v[start + i];                                        \
        if (end > start + lanes) {                                                                 \
            for (i = 0; i < lanes; i++) odd[i] = v[start + lanes + i];                             \
            for (uint64_t j = start + 2 * lanes; j < paired_end; j += 2 * lanes)                   \
                for (i = 0; i < lanes; i++) {                                                      \
                    even[i] += v[j + i];                                                           \
                    odd[i] += v[j + lanes + i];                                                    \
                }                                                                                  \
            for (i = 0; i < lanes; i++) even[i] += odd[i];                                         \
            for (i = 0; i < lanes && end > paired_end; i++) even[i] += v[paired_end + i];          \
        }                                                                                          \
        for (uint64_t half = lanes / 2; half > 0; half /= 2)                                       \
            for (i = 0; i < half; i++) even[i] += even[i + half];                                  \
        sum = even[0];                                                                             \
        for (i = 0; i < start; i++) sum += v[i];                                                   \
        for (i = end; i < n; i++) sum += v[i];                                                     \
        return sum;                                                                                \
    }

SUM_OF_NEIGHBOURS(sum_neighbours_float, float, 4)
SUM_OF_NEIGHBOURS(sum_neighbours_double, double, 2)

/* Defines the sum and the mean of reals. */
#define REAL_SUMS(type, Real)                                                                      \
    static Real add_##type(const ortl__axes *axes, const void *data, uint64_t first) {             \
        Real sum = 0;                                                                              \
        if (axes->n && axes->has_last && axes->rank == 1 && axes->stride[0] == 1)                  \
            return sum_neighbours_##type((const Real *)data + first, axes->n, first);              \
        FOR_EACH(Real, sum += v)                                                                   \
        return sum;                                                                                \
    }                                                                                              \
    static void sum_##type(const ortl__axes *axes, const void *data, uint64_t first,               \
                           void *result) {                                                         \
        *(Real *)result = add_##type(axes, data, first);                                           \
    }                                                                                              \
    static void mean_##type(const ortl__axes *axes, const void *data, uint64_t first,              \
                            void *result) {                                                        \
        Real n = (Real)(axes->n ? axes->n : 1);                                                    \
        *(Real *)result = add_##type(axes, data, first) / n;                                       \
    }

REAL_SUMS(float, float)
REAL_SUMS(double, double)

/* The mean of integers is cut towards zero; sums wrap around in Wide. */
#define INTEGER_SUMS(type, Type, Wide)                                                             \
    REDUCTION(sum_##type, Type, Wide, 0, sum += (Wide)v, sum)                                      \
    REDUCTION(mean_##type, Type, Wide, 0, sum += (Wide)v,                                          \
              (int64_t)(Type)sum / (int64_t)MAX_1(axes->n))

#define MAX_1(n) ((n) ? (n) : 1)
INTEGER_SUMS(int64, int64_t, uint64_t)
INTEGER_SUMS(int32, int32_t, uint32_t)

/* ---- Everything else ------------------------------------------------------------------------- */

/* The greatest of no elements is the least there is. NaN compares false, so that it wins only as
 * the first element. */
#define EXTREMES(type, Type, lowest, highest)                                                      \
    REDUCTION(max_##type, Type, Type, axes->n ? ((const Type *)data)[first] : (lowest),            \
              sum = v > sum ? v : sum, sum)                                                        \
    REDUCTION(min_##type, Type, Type, axes->n ? ((const Type *)data)[first] : (highest),           \
              sum = v < sum ? v : sum, sum)

EXTREMES(float, float, -INFINITY, INFINITY)
EXTREMES(double, double, -(double)INFINITY, (double)INFINITY)
EXTREMES(int64, int64_t, INT64_MIN, INT64_MAX)
EXTREMES(int32, int32_t, INT32_MIN, INT32_MAX)
EXTREMES(bool, uint8_t, 0, 1)

/* Sums are kept in Sum; to() brings a real back to the type. */
#define MEASURES(type, Type, Sum, absolute, root, to)                                              \
    REDUCTION(prod_##type, Type, Sum, 1, sum *= (Sum)v, sum)                                       \
    REDUCTION(l1_##type, Type, Sum, 0, sum += (Sum)absolute(v), sum)                               \
    REDUCTION(sum_square_##type, Type, Sum, 0, sum += (Sum)v * (Sum)v, sum)                        \
    REDUCTION(l2_##type, Type, Sum, 0, sum += (Sum)v * (Sum)v, to(root((Type)sum)))

/* The lowest integer stays as it is. */
#define ABSOLUTE_INTEGER(v) ((v) < 0 ? 0 - (uint64_t)(v) : (uint64_t)(v))
#define ROOT_OF_INTEGER(v)  sqrt((double)(v))

MEASURES(float, float, float, fabsf, sqrtf, (float))
MEASURES(double, double, double, fabs, sqrt, (double))
MEASURES(int64, int64_t, uint64_t, ABSOLUTE_INTEGER, ROOT_OF_INTEGER, ortl__real_to_int64)
MEASURES(int32, int32_t, uint32_t, ABSOLUTE_INTEGER, ROOT_OF_INTEGER, ortl__real_to_int32)

/* The greatest is taken out of the sum, so that no exponential overflows; unless it is infinite. */
#define LOGARITHMS(type, Real, exponential, logarithm)                                             \
    REDUCTION(log_sum_##type, Real, Real, 0, sum += v, axes->libm->logarithm(sum))                 \
    static void log_sum_exp_##type(const ortl__axes *axes, const void *data, uint64_t first,       \
                                   void *result) {                                                 \
        Real greatest = -INFINITY, sum = 0;                                                        \
        FOR_EACH(Real, greatest = v > greatest ? v : greatest)                                     \
        if (isinf(greatest)) greatest = 0;                                                         \
        FOR_EACH(Real, sum += exponential(v - greatest))                                           \
        *(Real *)result = axes->libm->logarithm(sum) + greatest;                                   \
    }

LOGARITHMS(float, float, ortl__expf, logf)
LOGARITHMS(double, double, axes->libm->exp, log)

#define LOOPS_OF(detail, loops)                                                                    \
    [ORTL__REDUCE_##detail] = {[ORTL_FLOAT] = loops##_float,                                       \
                               [ORTL_DOUBLE] = loops##_double,                                     \
                               [ORTL_INT64] = loops##_int64,                                       \
                               [ORTL_INT32] = loops##_int32,                                       \
                               [ORTL_BOOL] = loops##_bool},

/* Logarithms are of reals; only extremes are also of bools. */
#define log_sum_int64     NULL
#define log_sum_int32     NULL
#define log_sum_exp_int64 NULL
#define log_sum_exp_int32 NULL
#define l1_bool           NULL
#define l2_bool           NULL
#define log_sum_bool      NULL
#define log_sum_exp_bool  NULL
#define mean_bool         NULL
#define prod_bool         NULL
#define sum_bool          NULL
#define sum_square_bool   NULL

ortl__reduction *const ortl__reductions[ORTL__REDUCE_END][ORTL__TYPE_END] = {
    ORTL__REDUCTION_MAP(LOOPS_OF)};
