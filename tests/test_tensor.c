/*
 * Tensors: sizes and their bounds, texts, views, and broadcasting against a computation that goes
 * from indices to elements one by one.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/status.h"
#include "../runtime/tensor.h"

static ortl__tensor make(uint32_t rank, const int64_t *shape) {
    ortl__tensor tensor = {0};
    ck_assert_int_eq(ortl__tensor_shape(&tensor, ORTL_FLOAT, rank, shape, NULL), ORTL_OK);
    return tensor;
}

START_TEST(types_have_names_and_sizes) {
    const struct {
        ortl_type type;
        const char *name;
        size_t n_bytes;
    } types[] = {{ORTL_FLOAT, "float", 4},         {ORTL_DOUBLE, "double", 8},
                 {ORTL_INT64, "int64", 8},         {ORTL_INT32, "int32", 4},
                 {ORTL_BOOL, "bool", 1},           {ORTL_STRING, "string", sizeof(ortl_string)},
                 {ORTL_UNDEFINED, "undefined", 0}, {(ortl_type)10, "undefined", 0}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        ck_assert_str_eq(ortl_type_name(types[i].type), types[i].name);
        ck_assert_uint_eq(ortl_type_bytes(types[i].type), types[i].n_bytes);
    }
}
END_TEST

START_TEST(a_shape_sets_elements_and_bytes) {
    ortl__tensor tensor = make(3, (int64_t[]){2, 3, 4});
    ck_assert_uint_eq(tensor.n_elements, 24);
    ck_assert_uint_eq(ortl__tensor_bytes(&tensor), 96);
    ck_assert_ptr_null(tensor.data);
    ck_assert_uint_eq(make(0, NULL).n_elements, 1);
    ck_assert_uint_eq(make(2, (int64_t[]){0, 5}).n_elements, 0);
}
END_TEST

START_TEST(impossible_shapes_are_refused_and_leave_the_tensor) {
    const int64_t huge = (int64_t)1 << 32;
    const struct {
        size_t rank;
        int64_t shape[9];
        const char *text;
    } cases[] = {{9, {1, 1, 1, 1, 1, 1, 1, 1, 1}, "rank 9"},
                 {2, {3, -1}, "axis 1 has the negative extent -1"},
                 {2, {(int64_t)1 << 32, (int64_t)1 << 31}, "2^62"},
                 {1, {INT64_MAX}, "2^62"},
                 {3, {0, (int64_t)1 << 40, (int64_t)1 << 40}, "2^62"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ortl__tensor tensor = make(1, (int64_t[]){7});
        ortl_error error;
        ck_assert_int_eq(
            ortl__tensor_shape(&tensor, ORTL_INT64, cases[i].rank, cases[i].shape, &error),
            ORTL_BAD_INPUT);
        ck_assert_msg(strstr(error.message, cases[i].text) != NULL, "%s", error.message);
        ck_assert_uint_eq(tensor.n_elements, 7);
        ck_assert_int_eq(tensor.type, ORTL_FLOAT);
    }
    ck_assert_uint_eq(make(2, (int64_t[]){huge, huge / 4}).n_elements, (uint64_t)1 << 62);
}
END_TEST

START_TEST(bytes_saturate) {
    ortl__tensor tensor = make(1, (int64_t[]){(int64_t)1 << 61});
    tensor.type = ORTL_STRING;
    ck_assert_uint_eq(ortl__tensor_bytes(&tensor), UINT64_MAX);
}
END_TEST

START_TEST(shapes_have_texts) {
    char text[64];
    ortl__tensor tensor = make(2, (int64_t[]){3, 40});
    ortl__tensor_shape_text(&tensor, text);
    ck_assert_str_eq(text, "[3,40]");
    tensor = make(0, NULL);
    ortl__tensor_shape_text(&tensor, text);
    ck_assert_str_eq(text, "[]");
    tensor.rank = 8;
    for (size_t i = 0; i < 8; i++) tensor.shape[i] = INT64_MIN;
    ortl__tensor_shape_text(&tensor, text);
    ck_assert_str_eq(text, "[-9223372036854775808,-9223372036854775808,...]");
}
END_TEST

START_TEST(views_multiply_the_extents_around_axes) {
    ortl__tensor tensor = make(4, (int64_t[]){2, 3, 4, 5});
    ortl__axis_view one = ortl__tensor_around(&tensor, 1, 2);
    ck_assert(one.n_outer == 2 && one.n_along == 3 && one.n_inner == 20);
    ortl__axis_view rest = ortl__tensor_around(&tensor, 2, 4);
    ck_assert(rest.n_outer == 6 && rest.n_along == 20 && rest.n_inner == 1);
}
END_TEST

/* ---- Broadcasting ---------------------------------------------------------------------------- */

START_TEST(shapes_that_do_not_broadcast_are_named) {
    const struct {
        uint32_t ranks[2];
        int64_t shapes[2][3];
        const char *text;
    } cases[] = {{{2, 2}, {{2, 3}, {2, 4}}, "[2,3] and [2,4]"},
                 {{1, 2}, {{3}, {3, 2}}, "[3] and [3,2]"},
                 {{2, 2}, {{0, 3}, {2, 3}}, "[0,3] and [2,3]"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ortl__tensor left = make(cases[i].ranks[0], cases[i].shapes[0]);
        ortl__tensor right = make(cases[i].ranks[1], cases[i].shapes[1]), out = {0};
        const ortl__tensor *inputs[] = {&left, &right};
        ortl_error error;
        ck_assert_int_eq(ortl__broadcast_shape(inputs, 2, &out, &error), ORTL_BAD_INPUT);
        ck_assert_msg(strstr(error.message, cases[i].text) != NULL, "%s", error.message);
    }
}
END_TEST

START_TEST(common_cases_have_few_loops) {
    ortl__tensor rows = make(2, (int64_t[]){100, 7}), same = rows;
    ortl__tensor columns = make(1, (int64_t[]){7}), single = make(0, NULL);
    const ortl__tensor *others[] = {&same, &single, &columns};
    const uint32_t wanted[] = {1, 1, 2};
    for (size_t i = 0; i < 3; i++) {
        const ortl__tensor *inputs[] = {&rows, others[i]};
        ortl__broadcast plan;
        ortl__broadcast_plan(inputs, 2, &rows, &plan);
        ck_assert_uint_eq(plan.rank, wanted[i]);
        ck_assert_int_eq(plan.extent[plan.rank - 1], plan.rank == 1 ? 700 : 7);
        ck_assert_uint_eq(plan.n_outer, plan.rank == 1 ? 1 : 100);
    }
}
END_TEST

/* A small generator of its own, so that the cases are the same everywhere. */
static uint32_t state = 12345;
static uint32_t draw(uint32_t n) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % n;
}

/* An input whose shape broadcasts to out: some axes missing in front, some of extent 1. */
static ortl__tensor draw_input(uint32_t rank, const int64_t *out) {
    int64_t shape[ORTL_MAX_RANK];
    uint32_t n_missing = rank ? draw(rank + 1) : 0;
    for (uint32_t i = n_missing; i < rank; i++) shape[i - n_missing] = draw(3) == 0 ? 1 : out[i];
    return make(rank - n_missing, shape);
}

/* The element of input that belongs to element n of out, by way of the indices along each axis. */
static int64_t naive_element(const ortl__tensor *input, const ortl__tensor *out, uint64_t n) {
    int64_t element = 0, dense = 1;
    for (uint32_t axis = out->rank; axis-- > 0;) {
        int64_t index = (int64_t)(n % (uint64_t)out->shape[axis]);
        n /= (uint64_t)out->shape[axis];
        if (axis < out->rank - input->rank) continue;
        int64_t extent = input->shape[axis - (out->rank - input->rank)];
        if (extent != 1) element += index * dense;
        dense *= extent;
    }
    return element;
}

/* The element that the loop nest visits as number n. */
static int64_t planned_element(const ortl__broadcast *plan, size_t input, uint64_t n) {
    int64_t element = 0;
    for (uint32_t loop = plan->rank; loop-- > 0;) {
        element += (int64_t)(n % (uint64_t)plan->extent[loop]) * plan->stride[input][loop];
        n /= (uint64_t)plan->extent[loop];
    }
    return element;
}

static void check_random_case(void) {
    int64_t wanted[ORTL_MAX_RANK];
    uint32_t rank = draw(ORTL_MAX_RANK + 1);
    ortl__tensor tensors[3], out = {.type = ORTL_FLOAT};
    const ortl__tensor *inputs[] = {&tensors[0], &tensors[1], &tensors[2]};
    ortl__broadcast plan;
    size_t n_inputs = 1 + draw(3);
    for (uint32_t i = 0; i < rank; i++) wanted[i] = 1 + draw(rank > 5 ? 2 : 4);
    for (size_t k = 0; k < n_inputs; k++) tensors[k] = draw_input(rank, wanted);
    ck_assert_int_eq(ortl__broadcast_shape(inputs, n_inputs, &out, NULL), ORTL_OK);
    ortl__broadcast_plan(inputs, n_inputs, &out, &plan);
    uint64_t n_planned = plan.n_outer * (uint64_t)plan.extent[plan.rank - 1];
    ck_assert_uint_eq(n_planned, out.n_elements);
    for (size_t k = 0; k < n_inputs; k++) {
        ck_assert_int_le(plan.stride[k][plan.rank - 1], 1);
        for (uint64_t n = 0; n < out.n_elements; n++)
            ck_assert_int_eq(planned_element(&plan, k, n), naive_element(&tensors[k], &out, n));
    }
}

START_TEST(loop_nests_visit_what_indices_say) {
    for (int i = 0; i < 3000; i++) check_random_case();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tensor");
    TCase *tcase = tcase_create("tensor");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, types_have_names_and_sizes);
    tcase_add_test(tcase, a_shape_sets_elements_and_bytes);
    tcase_add_test(tcase, impossible_shapes_are_refused_and_leave_the_tensor);
    tcase_add_test(tcase, bytes_saturate);
    tcase_add_test(tcase, shapes_have_texts);
    tcase_add_test(tcase, views_multiply_the_extents_around_axes);
    tcase_add_test(tcase, shapes_that_do_not_broadcast_are_named);
    tcase_add_test(tcase, common_cases_have_few_loops);
    tcase_add_test(tcase, loop_nests_visit_what_indices_say);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
