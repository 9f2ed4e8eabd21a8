/*
 * Loading is linear in the file: twice as much of anything takes at most two and a half times as
 * long. Processor time counts, the least of several runs, so that a busy machine does not.
 */
#define _POSIX_C_SOURCE 200809L
#include "../runtime/ortlite.h"
#include "hostile/models.h"

#include <check.h>
#include <stdio.h>
#include <time.h>

#define MAX_RATIO     2.5
#define LEAST_SECONDS 0.004 /* shorter loads are mostly what does not grow with the file */
#define RUNS          5
#define ATTEMPTS      4

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double load_seconds(const wire_builder *file) {
    double least = 1e9;
    for (int i = 0; i < RUNS; i++) {
        ortl_session *session = NULL;
        ortl_error error;
        double start = now();
        ortl_status status = ortl_open_memory(file->bytes, file->n_bytes, NULL, &session, &error);
        double seconds = now() - start;
        ortl_close(session);
        ck_assert_msg(status == ORTL_OK, "%s", error.message);
        if (seconds < least) least = seconds;
    }
    return least;
}

/* The time for 2n over that for n, with n so large that the clock tells. */
static double measure_ratio(void (*build)(wire_builder *file, size_t n), size_t n) {
    double seconds[2] = {0, 0};
    for (;; n *= 2) {
        wire_builder file = {0};
        build(&file, n);
        seconds[0] = seconds[1];
        seconds[1] = load_seconds(&file);
        wire_free(&file);
        if (seconds[0] >= LEAST_SECONDS) return seconds[1] / seconds[0];
    }
}

typedef struct family {
    const char *name;
    void (*build)(wire_builder *file, size_t n);
    size_t n; /* to begin with */
} family;

static const family families[] = {
    {"chains", models_put_chain, 20000},
    {"roots", models_put_roots, 20000},
    {"initialisers", models_put_initialisers, 10000},
    {"unknown fields", models_put_unknown, 50000},
    {"labels", models_put_labels, 10000},
    {"operators", models_put_operators, 15000}, /* a file may have 65,536 */
};

START_TEST(twice_the_file_takes_twice_the_time) {
    const family *f = &families[_i];
    double least = 1e9;
    for (int i = 0; i < ATTEMPTS && least > MAX_RATIO; i++) {
        double ratio = measure_ratio(f->build, f->n);
        if (ratio < least) least = ratio;
    }
    printf("%s: %.2f\n", f->name, least);
    ck_assert_msg(least <= MAX_RATIO, "%s: %.2f times as long", f->name, least);
}
END_TEST

/* What a small operator takes of the heap while a model is loaded: its node, value and step, and a
 * name of 25 letters. */
#define OPERATOR_BYTES 270

START_TEST(small_operators_take_little_memory) {
    const size_t n = 60000;
    wire_builder file = {0};
    ortl_session *session = NULL;
    ortl_error error;
    ortl_options options = {.struct_size = sizeof options};
    options.limits.memory_bytes = n * OPERATOR_BYTES;
    models_put_operators(&file, n);
    ortl_status status = ortl_open_memory(file.bytes, file.n_bytes, &options, &session, &error);
    ortl_close(session);
    wire_free(&file);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("load_time");
    TCase *linear = tcase_create("linear");
    tcase_add_loop_test(linear, twice_the_file_takes_twice_the_time, 0,
                        sizeof families / sizeof families[0]);
    tcase_add_test(linear, small_operators_take_little_memory);
    suite_add_tcase(suite, linear);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
