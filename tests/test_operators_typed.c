/*
 * Every type and every way of broadcasting of the operators that are written once for all types:
 * what is computed together is what is computed element by element, reductions and products are
 * those of plain sums in double. All numbers are small and whole, so that they are exact.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "operator_harness.h"

#define MAX_CELLS 60

static const ortl_type types[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64,
                                  ORTL_INT32, ORTL_BOOL,   ORTL_STRING};
#define N_TYPES (sizeof types / sizeof *types)

static harness h;

typedef union cells {
    float floats[MAX_CELLS];
    double doubles[MAX_CELLS];
    int64_t int64s[MAX_CELLS];
    int32_t int32s[MAX_CELLS];
    uint8_t bools[MAX_CELLS];
    ortl_string strings[MAX_CELLS];
} cells;

static void set_cell(cells *to, ortl_type type, size_t i, double value) {
    static const char *const texts[] = {"", "a", "b", "ab"};
    switch (type) {
    case ORTL_FLOAT: to->floats[i] = (float)value; break;
    case ORTL_DOUBLE: to->doubles[i] = value; break;
    case ORTL_INT64: to->int64s[i] = (int64_t)value; break;
    case ORTL_INT32: to->int32s[i] = (int32_t)value; break;
    case ORTL_BOOL: to->bools[i] = (uint8_t)(fmod(value, 2) != 0); break;
    default:
        to->strings[i].data = texts[(int)fabs(value) % 4];
        to->strings[i].n_bytes = strlen(to->strings[i].data);
        break;
    }
}

static double cell(const void *from, ortl_type type, size_t i) {
    switch (type) {
    case ORTL_FLOAT: return (double)((const float *)from)[i];
    case ORTL_DOUBLE: return ((const double *)from)[i];
    case ORTL_INT64: return (double)((const int64_t *)from)[i];
    case ORTL_INT32: return (double)((const int32_t *)from)[i];
    default: return (double)((const uint8_t *)from)[i];
    }
}

/* Whole numbers from -3 to 3 without 0, which cannot be divided by. */
static void fill(cells *to, ortl_type type, uint32_t state) {
    for (size_t i = 0; i < MAX_CELLS; i++) {
        state = state * 1664525u + 1013904223u;
        int value = (int)(state >> 16) % 3 + 1;
        set_cell(to, type, i, state >> 31 ? value : -value);
    }
}

/* ---- Broadcasting ---------------------------------------------------------------------------- */

typedef struct pair {
    int64_t left[2], right[2]; /* shapes that broadcast to (4, 5) */
} pair;

/* Computes left op right of one element each, and compares with the result. */
static void compare_element(const char *name, ortl_type type, const cells *left, size_t left_at,
                            const cells *right, size_t right_at, const ortl_type result_type,
                            const unsigned char *result) {
    size_t n_bytes = ortl_type_bytes(type);
    harness_open(&h, "", name, 18);
    harness_input(&h, type, SHAPE(1), (const char *)left + left_at * n_bytes);
    harness_input(&h, type, SHAPE(1), (const char *)right + right_at * n_bytes);
    ck_assert_int_eq(harness_run(&h), ORTL_OK);
    ck_assert_int_eq(h.outputs[0]->type, result_type);
    ck_assert_mem_eq(h.outputs[0]->data, result, ortl_type_bytes(result_type));
    harness_close(&h);
}

static size_t place(const int64_t *shape, size_t row, size_t column) {
    return (shape[0] == 1 ? 0 : row) * (size_t)shape[1] + (shape[1] == 1 ? 0 : column);
}

/* Returns 0 when the operator does not take the type. */
static int broadcast(const char *name, ortl_type type, const pair *shapes) {
    cells left, right;
    unsigned char together[20 * sizeof(double)];
    fill(&left, type, 1);
    fill(&right, type, 2);
    harness_open(&h, "", name, 18);
    harness_input(&h, type, 2, shapes->left, &left);
    harness_input(&h, type, 2, shapes->right, &right);
    ortl_status status = harness_run(&h);
    ortl_type result_type = h.outputs[0]->type;
    if (status == ORTL_OK) {
        ck_assert_uint_eq(h.outputs[0]->n_elements, 20);
        memcpy(together, h.outputs[0]->data, 20 * ortl_type_bytes(result_type));
    }
    harness_close(&h);
    if (status == ORTL_UNSUPPORTED || status == ORTL_BAD_MODEL) return 0;
    ck_assert_msg(status == ORTL_OK, "%s of %s", name, ortl_type_name(type));
    for (size_t i = 0; i < 20; i++)
        compare_element(name, type, &left, place(shapes->left, i / 5, i % 5), &right,
                        place(shapes->right, i / 5, i % 5), result_type,
                        together + i * ortl_type_bytes(result_type));
    return 1;
}

START_TEST(together_is_one_by_one) {
    static const char *const names[] = {
        "Add", "And", "Div", "Equal", "Greater", "Less",           "Max",        "Min", "Mul",
        "Or",  "Pow", "Sub", "Sum",   "Xor",     "GreaterOrEqual", "LessOrEqual"};
    static const pair shapes[] = {{{4, 5}, {4, 5}}, {{4, 5}, {1, 1}}, {{1, 1}, {4, 5}},
                                  {{4, 5}, {4, 1}}, {{4, 1}, {4, 5}}, {{4, 1}, {1, 5}},
                                  {{1, 5}, {4, 1}}, {{1, 5}, {4, 5}}};
    int n_taken = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t t = 0; t < N_TYPES; t++)
            for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
                n_taken += broadcast(names[i], types[t], &shapes[s]);
    ck_assert_int_ge(n_taken, 8 * 50);
}
END_TEST

START_TEST(where_chooses_any_type) {
    for (size_t t = 0; t < N_TYPES; t++) {
        cells yes, no;
        size_t n_bytes = ortl_type_bytes(types[t]);
        fill(&yes, types[t], 3);
        fill(&no, types[t], 4);
        harness_open(&h, "", "Where", 16);
        harness_input(&h, ORTL_BOOL, SHAPE(5), BOOLS(1, 0, 1, 1, 0));
        harness_input(&h, types[t], SHAPE(4, 5), &yes);
        harness_input(&h, types[t], SHAPE(4, 1), &no);
        ck_assert_msg(harness_run(&h) == ORTL_OK, "%s", h.error.message);
        for (size_t i = 0; i < 20; i++) {
            int is_yes = i % 5 != 1 && i % 5 != 4;
            const char *wanted =
                is_yes ? (const char *)&yes + i * n_bytes : (const char *)&no + i / 5 * n_bytes;
            ck_assert_mem_eq((const char *)h.outputs[0]->data + i * n_bytes, wanted, n_bytes);
        }
        harness_close(&h);
    }
}
END_TEST

/* ---- Reductions ------------------------------------------------------------------------------ */

/* The reduction of n numbers, in double. */
static double reduce(const char *name, const double *v, size_t n) {
    double sum = 0, product = 1, l1 = 0, squares = 0, exponentials = 0;
    double least = INFINITY, greatest = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        sum += v[i];
        product *= v[i];
        l1 += fabs(v[i]);
        squares += v[i] * v[i];
        exponentials += exp(v[i]);
        least = fmin(least, v[i]);
        greatest = fmax(greatest, v[i]);
    }
    if (strcmp(name, "ReduceSum") == 0) return sum;
    if (strcmp(name, "ReduceMean") == 0) return sum / (double)n;
    if (strcmp(name, "ReduceProd") == 0) return product;
    if (strcmp(name, "ReduceL1") == 0) return l1;
    if (strcmp(name, "ReduceL2") == 0) return sqrt(squares);
    if (strcmp(name, "ReduceSumSquare") == 0) return squares;
    if (strcmp(name, "ReduceLogSum") == 0) return log(sum);
    if (strcmp(name, "ReduceLogSumExp") == 0) return log(exponentials);
    return strcmp(name, "ReduceMax") == 0 ? greatest : least;
}

/* The numbers of (3, 4, 5) that go into output element `at` when the axes of the mask go; returns
 * how many. */
static size_t collect(const cells *from, ortl_type type, unsigned mask, size_t at, double *v_out) {
    size_t n = 0;
    for (size_t i = 0; i < MAX_CELLS; i++) {
        size_t place[3] = {i / 20, i / 5 % 4, i % 5}, extents[3] = {3, 4, 5}, kept = 0;
        for (int axis = 0; axis < 3; axis++)
            if (!(mask >> axis & 1)) kept = kept * extents[axis] + place[axis];
        if (kept == at) v_out[n++] = cell(from, type, i);
    }
    return n;
}

static int reduce_axes(const char *name, ortl_type type, unsigned mask) {
    cells data;
    int64_t axes[3];
    int64_t n_axes = 0;
    fill(&data, type, mask);
    if (strcmp(name, "ReduceLogSum") == 0) /* of what has a logarithm */
        for (size_t i = 0; i < MAX_CELLS; i++) set_cell(&data, type, i, 1 + (double)(i % 3));
    for (int axis = 0; axis < 3; axis++)
        if (mask >> axis & 1) axes[n_axes++] = axis;
    harness_open(&h, "", name, 18);
    harness_input(&h, type, SHAPE(3, 4, 5), &data);
    harness_constant(&h, ORTL_INT64, SHAPE(n_axes), axes);
    harness_int(&h, "keepdims", 0);
    ortl_status status = harness_run(&h);
    int is_real = type == ORTL_FLOAT || type == ORTL_DOUBLE;
    for (size_t i = 0; status == ORTL_OK && i < h.outputs[0]->n_elements; i++) {
        double v[MAX_CELLS];
        double wanted = reduce(name, v, collect(&data, type, mask, i, v));
        double found = cell(h.outputs[0]->data, type, i);
        if (!is_real) wanted = trunc(wanted);
        if (fabs(wanted) > 1e9) continue; /* beyond what int32 and float hold exactly */
        ck_assert_msg(fabs(found - wanted) <= (is_real ? 2e-6 * fmax(1, fabs(wanted)) : 0),
                      "%s of %s, axes %u, element %zu: %.17g, wanted %.17g", name,
                      ortl_type_name(type), mask, i, found, wanted);
    }
    harness_close(&h);
    return status == ORTL_OK;
}

static const char *const reductions[] = {
    "ReduceSum",       "ReduceMean",   "ReduceProd",      "ReduceL1",  "ReduceL2",
    "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMin"};

/* Of no numbers at all: 0, 1 or the logarithm of 0; of extremes and means only that there is one.
 */
static void reduce_nothing(const char *name, ortl_type type) {
    int has_no_value = strcmp(name, "ReduceMean") == 0 || strcmp(name, "ReduceMax") == 0 ||
                       strcmp(name, "ReduceMin") == 0;
    harness_open(&h, "", name, 18);
    harness_input(&h, type, SHAPE(2, 0), NULL);
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    if (harness_run(&h) == ORTL_OK) {
        ck_assert_uint_eq(h.outputs[0]->n_elements, 2);
        double found = cell(h.outputs[0]->data, type, 1);
        ck_assert(has_no_value || found == reduce(name, NULL, 0));
    }
    harness_close(&h);
}

START_TEST(reductions_are_those_of_plain_sums) {
    int n_taken = 0;
    for (size_t i = 0; i < sizeof reductions / sizeof *reductions; i++)
        for (size_t t = 0; t < N_TYPES; t++) {
            reduce_nothing(reductions[i], types[t]);
            for (unsigned mask = 1; mask < 8; mask++)
                n_taken += reduce_axes(reductions[i], types[t], mask);
        }
    ck_assert_int_ge(n_taken, 7 * 36);
}
END_TEST

/* ---- Products -------------------------------------------------------------------------------- */

/* (3, 4) by (4, 5), either of them given transposed. */
static int multiply(ortl_type type, int is_left, int is_right) {
    cells left, right;
    const int64_t *left_shape = is_left ? (const int64_t[]){4, 3} : (const int64_t[]){3, 4};
    const int64_t *right_shape = is_right ? (const int64_t[]){5, 4} : (const int64_t[]){4, 5};
    fill(&left, type, 5);
    fill(&right, type, 6);
    harness_open(&h, "", "Gemm", 13);
    harness_input(&h, type, 2, left_shape, &left);
    harness_input(&h, type, 2, right_shape, &right);
    harness_int(&h, "transA", is_left);
    harness_int(&h, "transB", is_right);
    ortl_status status = harness_run(&h);
    for (size_t i = 0; status == ORTL_OK && i < 15; i++) {
        double wanted = 0;
        for (size_t k = 0; k < 4; k++)
            wanted += cell(&left, type, is_left ? k * 3 + i / 5 : i / 5 * 4 + k) *
                      cell(&right, type, is_right ? i % 5 * 4 + k : k * 5 + i % 5);
        ck_assert(cell(h.outputs[0]->data, type, i) == wanted);
    }
    harness_close(&h);
    return status == ORTL_OK;
}

START_TEST(products_are_those_of_plain_sums) {
    int n_taken = 0;
    for (size_t t = 0; t < N_TYPES; t++)
        for (int i = 0; i < 4; i++) n_taken += multiply(types[t], i & 1, i >> 1);
    ck_assert_int_ge(n_taken, 4 * 2);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operators_typed");
    TCase *tests = tcase_create("typed");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, together_is_one_by_one);
    tcase_add_test(tests, where_chooses_any_type);
    tcase_add_test(tests, reductions_are_those_of_plain_sums);
    tcase_add_test(tests, products_are_those_of_plain_sums);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
