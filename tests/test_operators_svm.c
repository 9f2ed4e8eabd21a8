/*
 * Support vector machines: kernels, pairs, probabilities, refusals. Expected numbers are
 * onnxruntime's.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "operator_harness.h"

#define ML "ai.onnx.ml"

static harness h;

START_TEST(kernels_of_three_classes) {
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 8,
                   FLOATS(-0.7f, -0.2f, 1.7f, 0.7f, -1.6f, -0.0f, -0.6f, 0.1f));
    harness_floats(&h, "support_vectors", 8,
                   FLOATS(-1.6f, 0.2f, 0.2f, 1.6f, 0.3f, 0.5f, -1.5f, 2.3f));
    harness_ints(&h, "vectors_per_class", 3, INT64S(2, 1, 1));
    harness_floats(&h, "rho", 3, FLOATS(-1.9f, 1.1f, -0.3f));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 3, INT64S(10, 11, 12));
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(10, 10, 10), 1e-05);
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(3, 3),
                             FLOATS(0.4700001f, 5.19f, -0.77000004f, -3.295f, 0.23500001f,
                                    -0.004999988f, -1.9f, 1.1f, -0.3f),
                             1e-05);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 8,
                   FLOATS(-0.9f, -0.7f, -0.7f, 0.4f, -0.1f, 1.5f, -1.8f, -0.0f));
    harness_floats(&h, "support_vectors", 8,
                   FLOATS(-0.9f, 0.8f, -2.1f, -0.3f, 0.2f, -1.5f, 1, 0.2f));
    harness_ints(&h, "vectors_per_class", 3, INT64S(2, 1, 1));
    harness_floats(&h, "rho", 3, FLOATS(1, 1, -1));
    harness_string(&h, "kernel_type", "RBF");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 3, INT64S(10, 11, 12));
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(10, 10, 10), 1e-05);
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(3, 3),
                             FLOATS(0.58349997f, 1.2490038f, -1.1366663f, -0.6015155f, 2.1146069f,
                                    -1.6064012f, -0.40081918f, 1.859911f, -2.1385856f),
                             1e-05);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 8,
                   FLOATS(-0.8f, -0.2f, 0.7f, 0.9f, -0.7f, -0.6f, -0.8f, -0.6f));
    harness_floats(&h, "support_vectors", 8,
                   FLOATS(-0.2f, -0.1f, 2.1f, -0.5f, -0.3f, 0.5f, -1, -0.4f));
    harness_ints(&h, "vectors_per_class", 3, INT64S(2, 1, 1));
    harness_floats(&h, "rho", 3, FLOATS(0, 0.8f, -1.3f));
    harness_string(&h, "kernel_type", "POLY");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 3, INT64S(10, 11, 12));
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(10, 10, 10), 1e-05);
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(3, 3),
                             FLOATS(0.003116799f, 0.7645152f, -1.3005135f, 0.014855699f, 0.8446723f,
                                    -1.3179543f, -0.0003f, 0.7996f, -1.3014f),
                             1e-05);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 8, FLOATS(1.4f, -0.4f, 0.2f, 0.8f, 0.7f, 1.1f, 0.2f, -0.0f));
    harness_floats(&h, "support_vectors", 8,
                   FLOATS(0.3f, -1, 1.2f, -0.8f, -1.3f, 2.1f, -0.1f, -1.2f));
    harness_ints(&h, "vectors_per_class", 3, INT64S(2, 1, 1));
    harness_floats(&h, "rho", 3, FLOATS(1.9f, -0.3f, 1.1f));
    harness_string(&h, "kernel_type", "SIGMOID");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 3, INT64S(10, 11, 12));
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(10, 10, 10), 1e-05);
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(3, 3),
                             FLOATS(1.6806109f, -0.7468092f, 1.2183039f, 2.0057797f, -0.58011955f,
                                    1.2030718f, 2.0196016f, -0.04086324f, 1.1199336f),
                             1e-05);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
}
END_TEST

START_TEST(probabilities_are_coupled_from_pairs) {
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 8,
                   FLOATS(-0.8f, -0.2f, -1.7f, -1.9f, -1, -0.1f, 0.8f, 2.4f));
    harness_floats(&h, "support_vectors", 8,
                   FLOATS(-1, 1, -0.6f, -0.2f, -1.5f, -1.5f, -0.8f, -1.2f));
    harness_ints(&h, "vectors_per_class", 3, INT64S(1, 2, 1));
    harness_floats(&h, "rho", 3, FLOATS(-0.0f, -0.7f, 1.3f));
    harness_string(&h, "kernel_type", "RBF");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 3, INT64S(10, 11, 12));
    harness_floats(&h, "prob_a", 3, FLOATS(-0.7f, -0.7f, -1.6f));
    harness_floats(&h, "prob_b", 3, FLOATS(0.5f, -0.0f, -0.1f));
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(11, 11, 11), 1e-05);
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(3, 3),
                             FLOATS(0.20147435f, 0.67815083f, 0.12037465f, 0.08982736f, 0.8821091f,
                                    0.028063672f, 0.10434327f, 0.8647141f, 0.030942682f),
                             1e-05);
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(1, 2, -1, 0.5f));
    harness_floats(&h, "coefficients", 6, FLOATS(-0.1f, 1.1f, 0.8f, 0.4f, 0.8f, -0.5f));
    harness_floats(&h, "support_vectors", 6, FLOATS(0.5f, -1.4f, 1.3f, 0.1f, 0.2f, 0.6f));
    harness_ints(&h, "vectors_per_class", 3, INT64S(1, 1, 1));
    harness_floats(&h, "rho", 3, FLOATS(-0.0f, -0.3f, 1.2f));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "SOFTMAX");
    harness_strings(&h, "classlabels_strings", 3, TEXTS("a", "b", "c"));
    harness_floats(&h, "prob_a", 3, FLOATS(-0.6f, -1.4f, -0.9f));
    harness_floats(&h, "prob_b", 3, FLOATS(-1.7f, 1.7f, -0.2f));
    harness_outputs(&h, 2);
    harness_expect_texts(&h, SHAPE(2), TEXTS("a", "b"));
    harness_expect_also_near(
        &h, 1, ORTL_FLOAT, SHAPE(2, 3),
        FLOATS(0.3364994f, 0.31800553f, 0.34549505f, 0.28381714f, 0.33050323f, 0.38567957f), 1e-05);
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(0, 2.3f));
    harness_floats(&h, "support_vectors", 4, FLOATS(2.2f, 0.1f, 0.6f, 1.1f));
    harness_ints(&h, "vectors_per_class", 2, INT64S(1, 1));
    harness_floats(&h, "rho", 1, FLOATS(1.7f));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_floats(&h, "prob_a", 1, FLOATS(-0.6f));
    harness_floats(&h, "prob_b", 1, FLOATS(0.1f));
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(10, 10, 10), 1e-05);
    harness_expect_also_near(
        &h, 1, ORTL_FLOAT, SHAPE(3, 2),
        FLOATS(0.9916404f, 0.008359633f, 0.7007769f, 0.2992231f, 0.7150422f, 0.28495792f), 1e-05);
    harness_close(&h);
}
END_TEST

START_TEST(two_classes_without_probabilities_are_a_pair) {
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 3, FLOATS(1.2f, 0.3f, 0.8f));
    harness_floats(&h, "support_vectors", 6, FLOATS(0.6f, -1.1f, -0.9f, -2.6f, -0.3f, 1.3f));
    harness_ints(&h, "vectors_per_class", 2, INT64S(1, 2));
    harness_floats(&h, "rho", 1, FLOATS(-1.1f));
    harness_string(&h, "kernel_type", "RBF");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(11, 10, 10), 1e-05);
    harness_expect_also_near(
        &h, 1, ORTL_FLOAT, SHAPE(3, 2),
        FLOATS(0.4105419f, -0.4105419f, -0.01296749f, 0.01296749f, -0.4030094f, 0.4030094f), 1e-05);
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 3, FLOATS(1.2f, 1, -0.1f));
    harness_floats(&h, "support_vectors", 6, FLOATS(-0.0f, 0.1f, -0.9f, -0.3f, -0.0f, 0.6f));
    harness_ints(&h, "vectors_per_class", 2, INT64S(1, 2));
    harness_floats(&h, "rho", 1, FLOATS(0.8f));
    harness_string(&h, "kernel_type", "RBF");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "LOGISTIC");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(10, 10, 10), 1e-05);
    harness_expect_also_near(
        &h, 1, ORTL_FLOAT, SHAPE(3, 2),
        FLOATS(0.1993146f, 0.8006854f, 0.07256621f, 0.9274338f, 0.060664177f, 0.9393358f), 1e-05);
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 3, FLOATS(-0.7f, 0.8f, -0.8f));
    harness_floats(&h, "support_vectors", 6, FLOATS(-0.2f, 0.4f, -0.0f, -0.1f, 0.3f, -0.6f));
    harness_ints(&h, "vectors_per_class", 2, INT64S(1, 2));
    harness_floats(&h, "rho", 1, FLOATS(-0.7f));
    harness_string(&h, "kernel_type", "RBF");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "SOFTMAX");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(11, 11, 11), 1e-05);
    harness_expect_also_near(
        &h, 1, ORTL_FLOAT, SHAPE(3, 2),
        FLOATS(1.9310529f, -0.93105286f, 2.1531022f, -1.1531022f, 2.305296f, -1.305296f), 1e-05);
    harness_close(&h);
}
END_TEST

START_TEST(rows_of_other_types_and_ranks) {
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3, 2), DOUBLES(1, 2, -1, 0.5, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(-0.2f, 1));
    harness_floats(&h, "support_vectors", 4, FLOATS(-0.1f, 1.9f, 0.2f, -3));
    harness_ints(&h, "vectors_per_class", 2, INT64S(1, 1));
    harness_floats(&h, "rho", 1, FLOATS(-0.4f));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(11, 11, 11), 1e-05);
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(3, 2),
                             FLOATS(6.94f, -6.94f, 2.31f, -2.31f, 0.4f, -0.4f), 1e-05);
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_INT64, SHAPE(3, 2), INT64S(1, 2, -1, 0, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(-0.2f, 1));
    harness_floats(&h, "support_vectors", 4, FLOATS(-0.1f, 1.9f, 0.2f, -3));
    harness_ints(&h, "vectors_per_class", 2, INT64S(1, 1));
    harness_floats(&h, "rho", 1, FLOATS(-0.4f));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(11, 11, 11), 1e-05);
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(3, 2),
                             FLOATS(6.94f, -6.94f, 0.62f, -0.62f, 0.4f, -0.4f), 1e-05);
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_INT32, SHAPE(3, 2), INT32S(1, 2, -1, 0, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(-0.2f, 1));
    harness_floats(&h, "support_vectors", 4, FLOATS(-0.1f, 1.9f, 0.2f, -3));
    harness_ints(&h, "vectors_per_class", 2, INT64S(1, 1));
    harness_floats(&h, "rho", 1, FLOATS(-0.4f));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(11, 11, 11), 1e-05);
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(3, 2),
                             FLOATS(6.94f, -6.94f, 0.62f, -0.62f, 0.4f, -0.4f), 1e-05);
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1, 2));
    harness_floats(&h, "coefficients", 2, FLOATS(-0.2f, 1));
    harness_floats(&h, "support_vectors", 4, FLOATS(-0.1f, 1.9f, 0.2f, -3));
    harness_ints(&h, "vectors_per_class", 2, INT64S(1, 1));
    harness_floats(&h, "rho", 1, FLOATS(-0.4f));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(1), INT64S(11), 1e-05);
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(1, 2), FLOATS(6.94f, -6.94f), 1e-05);
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_floats(&h, "coefficients", 2, FLOATS(-0.2f, 1));
    harness_floats(&h, "support_vectors", 4, FLOATS(-0.1f, 1.9f, 0.2f, -3));
    harness_ints(&h, "vectors_per_class", 2, INT64S(1, 1));
    harness_floats(&h, "rho", 1, FLOATS(-0.4f));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_INT64, SHAPE(0), NULL);
    harness_expect_also(&h, 1, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_close(&h);
}
END_TEST

START_TEST(support_vector_regression) {
    harness_open(&h, ML, "SVMRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "kernel_params", 3, FLOATS(0.5f, 0.1f, 3));
    harness_int(&h, "n_supports", 2);
    harness_floats(&h, "support_vectors", 4, FLOATS(0.5f, 1, -1, 2));
    harness_floats(&h, "coefficients", 2, FLOATS(0.7f, -0.3f));
    harness_floats(&h, "rho", 1, FLOATS(0.2f));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(3, 1), FLOATS(1.05f, -0.40000004f, 0.2f), 1e-05);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, ML, "SVMRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "kernel_params", 3, FLOATS(0.5f, 0.1f, 3));
    harness_int(&h, "n_supports", 2);
    harness_floats(&h, "support_vectors", 4, FLOATS(0.5f, 1, -1, 2));
    harness_floats(&h, "coefficients", 2, FLOATS(0.7f, -0.3f));
    harness_floats(&h, "rho", 1, FLOATS(0.2f));
    harness_string(&h, "kernel_type", "RBF");
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(3, 1), FLOATS(0.5340824f, 0.30315763f, 0.55005753f),
                        1e-05);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, ML, "SVMRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "kernel_params", 3, FLOATS(0.5f, 0.1f, 3));
    harness_int(&h, "n_supports", 2);
    harness_floats(&h, "support_vectors", 4, FLOATS(0.5f, 1, -1, 2));
    harness_floats(&h, "coefficients", 2, FLOATS(0.7f, -0.3f));
    harness_floats(&h, "rho", 1, FLOATS(0.2f));
    harness_string(&h, "kernel_type", "POLY");
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(3, 1), FLOATS(0.6934626f, -0.19860004f, 0.20040001f),
                        1e-05);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, ML, "SVMRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "kernel_params", 3, FLOATS(0.5f, 0.1f, 3));
    harness_int(&h, "n_supports", 2);
    harness_floats(&h, "support_vectors", 4, FLOATS(0.5f, 1, -1, 2));
    harness_floats(&h, "coefficients", 2, FLOATS(0.7f, -0.3f));
    harness_floats(&h, "rho", 1, FLOATS(0.2f));
    harness_string(&h, "kernel_type", "SIGMOID");
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(3, 1), FLOATS(0.53533673f, 0.02961786f, 0.2398672f),
                        1e-05);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, ML, "SVMRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "kernel_params", 3, FLOATS(0.5f, 0.1f, 3));
    harness_int(&h, "n_supports", 2);
    harness_floats(&h, "support_vectors", 4, FLOATS(0.5f, 1, -1, 2));
    harness_floats(&h, "coefficients", 2, FLOATS(0.7f, -0.3f));
    harness_floats(&h, "rho", 1, FLOATS(0.2f));
    harness_string(&h, "kernel_type", "RBF");
    harness_int(&h, "one_class", 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(3, 1), FLOATS(1, 1, 1));
    harness_close(&h);
    harness_open(&h, ML, "SVMRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "kernel_params", 3, FLOATS(0.5f, 0.1f, 3));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_int(&h, "n_supports", 0);
    harness_floats(&h, "coefficients", 2, FLOATS(0.7f, -0.3f));
    harness_floats(&h, "rho", 1, FLOATS(0.2f));
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(3, 1), FLOATS(0.29999995f, -0.65000004f, 0.2f),
                        1e-05);
    harness_close(&h);
    harness_open(&h, ML, "SVMRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_floats(&h, "kernel_params", 3, FLOATS(0.5f, 0.1f, 3));
    harness_int(&h, "n_supports", 2);
    harness_floats(&h, "support_vectors", 4, FLOATS(0.5f, 1, -1, 2));
    harness_floats(&h, "coefficients", 2, FLOATS(0.7f, -0.3f));
    harness_floats(&h, "rho", 1, FLOATS(0.2f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 1), NULL);
    harness_close(&h);
    harness_open(&h, ML, "SVMRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(NAN, 1, INFINITY, 1));
    harness_floats(&h, "kernel_params", 3, FLOATS(0.5f, 0.1f, 3));
    harness_int(&h, "n_supports", 2);
    harness_floats(&h, "support_vectors", 4, FLOATS(0.5f, 1, -1, 2));
    harness_floats(&h, "coefficients", 2, FLOATS(0.7f, -0.3f));
    harness_floats(&h, "rho", 1, FLOATS(0.2f));
    harness_string(&h, "kernel_type", "RBF");
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(NAN, 0.2f));
    harness_close(&h);
}
END_TEST

START_TEST(more_rows_than_a_block) {
    harness_open(&h, ML, "SVMRegressor", 1);
    harness_input(
        &h, ORTL_FLOAT, SHAPE(66, 2),
        FLOATS(-1, -0.984375f, -0.96875f, -0.953125f, -0.9375f, -0.921875f, -0.90625f, -0.890625f,
               -0.875f, -0.859375f, -0.84375f, -0.828125f, -0.8125f, -0.796875f, -0.78125f,
               -0.765625f, -0.75f, -0.734375f, -0.71875f, -0.703125f, -0.6875f, -0.671875f,
               -0.65625f, -0.640625f, -0.625f, -0.609375f, -0.59375f, -0.578125f, -0.5625f,
               -0.546875f, -0.53125f, -0.515625f, -0.5f, -0.484375f, -0.46875f, -0.453125f,
               -0.4375f, -0.421875f, -0.40625f, -0.390625f, -0.375f, -0.359375f, -0.34375f,
               -0.328125f, -0.3125f, -0.296875f, -0.28125f, -0.265625f, -0.25f, -0.234375f,
               -0.21875f, -0.203125f, -0.1875f, -0.171875f, -0.15625f, -0.140625f, -0.125f,
               -0.109375f, -0.09375f, -0.078125f, -0.0625f, -0.046875f, -0.03125f, -0.015625f, 0,
               0.015625f, 0.03125f, 0.046875f, 0.0625f, 0.078125f, 0.09375f, 0.109375f, 0.125f,
               0.140625f, 0.15625f, 0.171875f, 0.1875f, 0.203125f, 0.21875f, 0.234375f, 0.25f,
               0.265625f, 0.28125f, 0.296875f, 0.3125f, 0.328125f, 0.34375f, 0.359375f, 0.375f,
               0.390625f, 0.40625f, 0.421875f, 0.4375f, 0.453125f, 0.46875f, 0.484375f, 0.5f,
               0.515625f, 0.53125f, 0.546875f, 0.5625f, 0.578125f, 0.59375f, 0.609375f, 0.625f,
               0.640625f, 0.65625f, 0.671875f, 0.6875f, 0.703125f, 0.71875f, 0.734375f, 0.75f,
               0.765625f, 0.78125f, 0.796875f, 0.8125f, 0.828125f, 0.84375f, 0.859375f, 0.875f,
               0.890625f, 0.90625f, 0.921875f, 0.9375f, 0.953125f, 0.96875f, 0.984375f, 1,
               1.015625f, 1.03125f, 1.046875f));
    harness_floats(&h, "kernel_params", 3, FLOATS(0.5f, 0.1f, 3));
    harness_int(&h, "n_supports", 2);
    harness_floats(&h, "support_vectors", 4, FLOATS(0.5f, 1, -1, 2));
    harness_floats(&h, "coefficients", 2, FLOATS(0.7f, -0.3f));
    harness_floats(&h, "rho", 1, FLOATS(0.2f));
    harness_string(&h, "kernel_type", "RBF");
    harness_expect_near(
        &h, ORTL_FLOAT, SHAPE(66, 1),
        FLOATS(0.22823606f, 0.23151381f, 0.23510225f, 0.23902173f, 0.24329284f, 0.24793622f,
               0.25297242f, 0.25842172f, 0.26430398f, 0.27063838f, 0.2774431f, 0.28473532f,
               0.29253072f, 0.30084342f, 0.30968553f, 0.31906706f, 0.32899553f, 0.3394757f,
               0.35050935f, 0.36209506f, 0.37422785f, 0.386899f, 0.40009594f, 0.41380194f,
               0.42799598f, 0.44265267f, 0.45774215f, 0.47323018f, 0.4890778f, 0.5052417f,
               0.5216741f, 0.5383231f, 0.55513287f, 0.5720434f, 0.5889915f, 0.6059108f, 0.622732f,
               0.6393837f, 0.65579224f, 0.67188317f, 0.68758076f, 0.70280945f, 0.7174937f,
               0.7315593f, 0.7449334f, 0.75754553f, 0.769328f, 0.7802166f, 0.7901512f, 0.7990762f,
               0.80694115f, 0.8137012f, 0.8193174f, 0.82375735f, 0.8269951f, 0.8290119f, 0.8297961f,
               0.8293431f, 0.8276557f, 0.824744f, 0.8206252f, 0.8153234f, 0.8088697f, 0.80130154f,
               0.7926622f, 0.7830009f),
        1e-05);
    harness_close(&h);
}
END_TEST

START_TEST(classes_of_support_vectors_refuse) {
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(1, 3), FLOATS(1, 2, 3));
    harness_floats(&h, "coefficients", 2, FLOATS(-0.2f, 1));
    harness_floats(&h, "support_vectors", 4, FLOATS(-0.1f, 1.9f, 0.2f, -3));
    harness_ints(&h, "vectors_per_class", 2, INT64S(1, 1));
    harness_floats(&h, "rho", 1, FLOATS(-0.4f));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "3 columns, 2 expected");
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(-0.2f, 1));
    harness_floats(&h, "support_vectors", 4, FLOATS(-0.1f, 1.9f, 0.2f, -3));
    harness_floats(&h, "rho", 1, FLOATS(-0.4f));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "without vectors_per_class");
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(-0.2f, 1));
    harness_floats(&h, "support_vectors", 4, FLOATS(-0.1f, 1.9f, 0.2f, -3));
    harness_ints(&h, "vectors_per_class", 2, INT64S(1, -1));
    harness_floats(&h, "rho", 1, FLOATS(-0.4f));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "vectors_per_class has -1");
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(-0.2f, 1));
    harness_floats(&h, "support_vectors", 4, FLOATS(-0.1f, 1.9f, 0.2f, -3));
    harness_ints(&h, "vectors_per_class", 3, INT64S(1, 1, 1));
    harness_floats(&h, "rho", 1, FLOATS(-0.4f));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "3 vectors_per_class for 2 class labels");
    harness_close(&h);
}
END_TEST

START_TEST(support_vector_lists_refuse) {
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(-0.2f, 1));
    harness_floats(&h, "support_vectors", 4, FLOATS(-0.1f, 1.9f, 0.2f, -3));
    harness_ints(&h, "vectors_per_class", 2, INT64S(1, 1));
    harness_floats(&h, "rho", 2, FLOATS(1, 2));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"rho\" has 2 values, 1 expected");
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(-0.2f, 1));
    harness_floats(&h, "support_vectors", 4, FLOATS(-0.1f, 1.9f, 0.2f, -3));
    harness_ints(&h, "vectors_per_class", 2, INT64S(1, 1));
    harness_floats(&h, "rho", 1, FLOATS(-0.4f));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_floats(&h, "kernel_params", 1, FLOATS(1));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"kernel_params\" has 1 values, 3 expected");
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(-0.2f, 1));
    harness_floats(&h, "support_vectors", 1, FLOATS(1));
    harness_ints(&h, "vectors_per_class", 2, INT64S(1, 1));
    harness_floats(&h, "rho", 1, FLOATS(-0.4f));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "1 numbers in 2 support vectors");
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(-0.2f, 1));
    harness_floats(&h, "support_vectors", 4, FLOATS(-0.1f, 1.9f, 0.2f, -3));
    harness_ints(&h, "vectors_per_class", 2, INT64S(1, 1));
    harness_floats(&h, "rho", 1, FLOATS(-0.4f));
    harness_string(&h, "kernel_type", "CUBE");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "NONE");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"CUBE\"; known: LINEAR");
    harness_close(&h);
    harness_open(&h, ML, "SVMClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(-0.2f, 1));
    harness_floats(&h, "support_vectors", 4, FLOATS(-0.1f, 1.9f, 0.2f, -3));
    harness_ints(&h, "vectors_per_class", 2, INT64S(1, 1));
    harness_floats(&h, "rho", 1, FLOATS(-0.4f));
    harness_string(&h, "kernel_type", "LINEAR");
    harness_floats(&h, "kernel_params", 3, FLOATS(0.2f, 0.1f, 3));
    harness_string(&h, "post_transform", "PROBIT");
    harness_ints(&h, "classlabels_ints", 2, INT64S(10, 11));
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "PROBIT of one score");
    harness_close(&h);
}
END_TEST

START_TEST(regressions_refuse) {
    harness_open(&h, ML, "SVMRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "kernel_params", 3, FLOATS(0.5f, 0.1f, 3));
    harness_int(&h, "n_supports", 2);
    harness_floats(&h, "support_vectors", 4, FLOATS(0.5f, 1, -1, 2));
    harness_floats(&h, "coefficients", 1, FLOATS(1));
    harness_floats(&h, "rho", 1, FLOATS(0.2f));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"coefficients\" has 1 values, 2 expected");
    harness_close(&h);
    harness_open(&h, ML, "SVMRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "kernel_params", 3, FLOATS(0.5f, 0.1f, 3));
    harness_int(&h, "n_supports", 2);
    harness_floats(&h, "support_vectors", 3, FLOATS(1, 2, 3));
    harness_floats(&h, "coefficients", 2, FLOATS(0.7f, -0.3f));
    harness_floats(&h, "rho", 1, FLOATS(0.2f));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "3 numbers in 2 support vectors");
    harness_close(&h);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operators_svm");
    TCase *tcase = tcase_create("svm");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, kernels_of_three_classes);
    tcase_add_test(tcase, probabilities_are_coupled_from_pairs);
    tcase_add_test(tcase, two_classes_without_probabilities_are_a_pair);
    tcase_add_test(tcase, rows_of_other_types_and_ranks);
    tcase_add_test(tcase, support_vector_regression);
    tcase_add_test(tcase, more_rows_than_a_block);
    tcase_add_test(tcase, classes_of_support_vectors_refuse);
    tcase_add_test(tcase, support_vector_lists_refuse);
    tcase_add_test(tcase, regressions_refuse);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
