/*
 * Every packed kernel against the plain one, in the manner of checkasm: random forests, random and
 * extreme rows, ragged batches, strides both ways, guard pages at both ends of all memory, each
 * processor feature switched off in turn and all of them at once, denormals flushed by the host.
 * Results must be the same to the bit.
 *
 *     check_kernels [--long] [--seed N] [--bench]
 *
 * --bench prints nanoseconds for a row and tree of each kernel on each forest instead.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "random_forest.h"
#include "runtime/cpu.h"
#include "runtime/forest/pack.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#define HAS_FLUSHING 1
static void set_flushing(int is_on) {
    const unsigned flush_to_zero_and_denormals_are_zero = 0x8040;
    unsigned kept = _mm_getcsr() & ~flush_to_zero_and_denormals_are_zero;
    _mm_setcsr(is_on ? kept | flush_to_zero_and_denormals_are_zero : kept);
}
#else
#define HAS_FLUSHING 0
static void set_flushing(int is_on) {
    (void)is_on;
}
#endif

#define R   SHAPE_RANDOM
#define C   SHAPE_CHAIN
#define P   SHAPE_PERFECT
#define S   SHAPE_SHALLOW
#define O   SHAPE_OBLIVIOUS
#define SUM ORTL__AGGREGATE_SUM

static const forest_recipe recipes[] = {
    {"31 leaves", 40, 31, 28, 100, 1, R, SUM, .one_mode = 1},
    {"31 leaves, special", 30, 31, 9, 100, 1, R, SUM, .special = 1, .shuffled = 1},
    {"16 leaves", 50, 16, 5, 100, 1, R, SUM, .special = 1},
    {"64 leaves, 7 targets", 35, 64, 20, 250, 7, R, SUM, .special = 1},
    {"100 leaves", 20, 100, 28, 250, 1, R, SUM, .special = 1, .shuffled = 1},
    {"256 leaves", 12, 256, 28, 250, 1, R, SUM, .special = 1},
    {"256 leaves, chains", 6, 256, 3, 250, 1, C, SUM, .special = 1},
    {"256 leaves, many thresholds", 12, 256, 4, 2000, 1, R, SUM, .special = 1, .shuffled = 1},
    {"300 features", 40, 64, 300, 60, 1, R, SUM, .special = 1},
    {"one feature", 20, 31, 1, 260, 1, R, SUM, .special = 1},
    {"one leaf", 7, 1, 3, 20, 1, R, SUM, .special = 1},
    {"one leaf, 3 targets", 2, 1, 3, 20, 3, R, SUM, .special = 1},
    {"two leaves", 9, 2, 3, 20, 1, R, SUM, .special = 1},
    {"dense, 3 targets", 20, 60, 10, 100, 3, R, SUM, .is_dense = 1, .special = 1},
    {"dense, 33 targets", 10, 20, 10, 100, 33, R, SUM, .is_dense = 1, .special = 1},
    {"minimum", 20, 31, 10, 100, 1, R, ORTL__AGGREGATE_MIN, .special = 1},
    {"maximum, 4 targets", 21, 31, 10, 100, 4, R, ORTL__AGGREGATE_MAX, .special = 1},
    {"maximum, dense", 21, 31, 10, 100, 4, R, ORTL__AGGREGATE_MAX, .is_dense = 1, .special = 1},
    {"average", 20, 40, 10, 100, 1, R, ORTL__AGGREGATE_AVERAGE, .special = 1},
    {"shared leaves", 20, 40, 10, 100, 1, R, SUM, .special = 1, .shared = 1, .shuffled = 1},
    {"perfect, depth 5", 30, 32, 10, 100, 1, P, SUM, .special = 1},
    {"perfect, depth 8", 20, 256, 20, 255, 1, P, SUM, .one_mode = 1},
    {"shallow, 12 leaves", 40, 12, 10, 100, 1, S, SUM, .special = 1},
    {"shallow, 24 leaves", 70, 24, 10, 100, 1, S, SUM, .special = 1},
    {"shallow, 48 leaves, 3 targets", 33, 48, 10, 100, 3, S, SUM, .special = 1, .shuffled = 1},
    {"shallow, 100 leaves", 20, 100, 70, 100, 1, S, SUM, .special = 1, .shared = 1},
    {"shallow, 200 leaves", 20, 200, 28, 250, 1, S, SUM, .special = 1},
    {"shallow, maximum", 20, 200, 28, 250, 2, S, ORTL__AGGREGATE_MAX, .special = 1},
    {"oblivious, depth 4", 40, 16, 20, 100, 1, O, SUM, .special = 1},
    {"oblivious, depth 5", 40, 32, 20, 100, 1, O, SUM, .special = 1},
    {"oblivious, depth 7, 3 targets", 40, 128, 20, 100, 3, O, SUM, .special = 1},
    {"oblivious, depth 6", 40, 64, 20, 100, 1, O, SUM, .special = 1},
    {"oblivious, depth 8, 3 targets", 24, 256, 20, 100, 3, O, SUM, .is_dense = 1},
    {"oblivious, depth 1", 24, 2, 20, 100, 1, O, SUM, .special = 1},
    {"deep", 8, 3000, 28, 2000, 1, R, SUM, .special = 1},
    {"deep, in order", 8, 3000, 28, 2000, 1, R, SUM, .one_mode = 1},
    {"deep, in order, 2 targets", 7, 1000, 28, 2000, 2, R, SUM, .one_mode = 1},
    {"deep, in order, dense", 7, 1000, 28, 2000, 3, R, SUM, .is_dense = 1, .one_mode = 1},
    {"deep, shuffled", 8, 3000, 28, 2000, 1, R, SUM, .special = 1, .shuffled = 1},
    {"deep, dense", 6, 1000, 28, 2000, 5, R, SUM, .is_dense = 1, .special = 1},
    {"deep, 3 targets", 20, 700, 28, 2000, 3, R, SUM, .special = 1},
    {"deep minimum", 8, 700, 28, 2000, 1, C, ORTL__AGGREGATE_MIN, .special = 1},
    {"double", 20, 31, 10, 100, 1, R, SUM, .special = 1, .is_double = 1},
    {"double, deep, 3 targets", 9, 900, 10, 500, 3, R, SUM, .special = 1, .is_double = 1},
    {"double, dense", 9, 90, 10, 500, 3, R, SUM, .is_dense = 1, .special = 1, .is_double = 1},
    {"equalities", 20, 31, 10, 40, 1, R, SUM, .special = 1, .equalities = 1},
    {"equalities, 5 targets", 20, 200, 10, 40, 5, R, SUM, .special = 1, .equalities = 1},
    {"equalities, many members", 20, 200, 2, 700, 1, R, SUM, .special = 1, .equalities = 1},
    {"equalities, few leaves", 30, 12, 3, 60, 1, R, SUM, .equalities = 1, .shuffled = 1},
    {"equalities, chains", 20, 120, 2, 30, 1, C, SUM, .special = 1, .equalities = 1, .shared = 1},
    {"equalities, many", 9, 900, 3, 300, 1, R, SUM, .equalities = 1, .shared = 1, .shuffled = 1},
    {"equalities, dense", 20, 60, 4, 40, 3, R, SUM, .is_dense = 1, .equalities = 1, .shared = 1},
    {"equalities, maximum", 20, 60, 4, 40, 4, R, ORTL__AGGREGATE_MAX, .equalities = 1},
    {"equalities, double", 20, 31, 10, 40, 1, R, SUM, .equalities = 1, .is_double = 1},
    {"whole", 40, 64, 20, 100, 1, R, SUM, .special = 1, .whole = 1},
    {"whole, deep", 10, 900, 20, 400, 1, R, SUM, .special = 1, .whole = 1},
    {"whole, oblivious", 40, 64, 20, 100, 1, O, SUM, .special = 1, .whole = 1},
};

/* What a run is asked to do. */
typedef struct trial {
    const ortl__forest *forest; /* plain */
    const ortl__pack *pack;
    const char *recipe;
    const char *without; /* the processor feature that is switched off */
    size_t n_rows;
    int at_end;       /* which end of the memory is guarded */
    int by_column;    /* rows lie column after column */
    int has_flushing; /* denormals are flushed while the kernel runs */
} trial;

static size_t real_bytes(const trial *t) {
    return t->forest->is_double ? sizeof(double) : sizeof(float);
}

/* (n_rows, n_columns) to columns, one after the other. */
static void transpose(const trial *t, const void *from, void *to) {
    size_t n_columns = t->forest->n_columns, n_bytes = real_bytes(t);
    for (size_t i = 0; i < t->n_rows; i++)
        for (size_t j = 0; j < n_columns; j++)
            memcpy((char *)to + (j * t->n_rows + i) * n_bytes,
                   (const char *)from + (i * n_columns + j) * n_bytes, n_bytes);
}

static void report(const trial *t) {
    printf("FAILED %s: %s without %s, %zu rows%s%s%s\n", ortl__pack_name(t->pack), t->recipe,
           t->without, t->n_rows, t->at_end ? ", guarded end" : "", t->by_column ? ", columns" : "",
           t->has_flushing ? ", flushing denormals" : "");
}

/* Whether two sums are the same to the bit. NaN is NaN: which one an addition of two passes on
 * depends on the order in which the compiler wrote them. */
static int is_same_sum(const trial *t, const void *a, const void *b, size_t i) {
    if (t->forest->is_double) {
        const double *x = (const double *)a + i, *y = (const double *)b + i;
        return memcmp(x, y, sizeof *x) == 0 || (isnan(*x) && isnan(*y));
    }
    const float *x = (const float *)a + i, *y = (const float *)b + i;
    return memcmp(x, y, sizeof *x) == 0 || (isnan(*x) && isnan(*y));
}

/* Runs the kernel and the plain kernel on random rows; 1 when they agree. */
static int run_trial(const trial *t, random_source *random) {
    size_t n_columns = t->forest->n_columns, n_cells = t->n_rows * t->forest->n_targets;
    size_t n_bytes = t->n_rows * n_columns * real_bytes(t), sum_bytes = n_cells * real_bytes(t);
    int has_votes = t->forest->n_targets > 1;
    guarded rows = guarded_new(n_bytes, t->at_end), turned = guarded_new(n_bytes, t->at_end);
    guarded sums = guarded_new(sum_bytes, t->at_end), wanted = guarded_new(sum_bytes, t->at_end);
    guarded voted = guarded_new(n_cells, t->at_end), wanted_votes = guarded_new(n_cells, 1);
    guarded scratch = guarded_new(ortl__pack_scratch_bytes(t->pack, t->n_rows), t->at_end);
    random_rows(t->forest, t->n_rows, n_columns, rows.data, random);
    transpose(t, rows.data, turned.data);
    ortl__rows plain = {rows.data, t->n_rows, (ptrdiff_t)n_columns, 1}, given = plain;
    if (t->by_column) given = (ortl__rows){turned.data, t->n_rows, 1, (ptrdiff_t)t->n_rows};
    ortl__kernel_plain.run(t->forest, &plain, wanted.data, has_votes ? wanted_votes.data : NULL);
    set_flushing(t->has_flushing);
    ortl__pack_run(t->pack, &given, sums.data, has_votes ? voted.data : NULL, scratch.data);
    set_flushing(0);
    int agrees = !has_votes || memcmp(voted.data, wanted_votes.data, n_cells) == 0;
    for (size_t i = 0; i < n_cells; i++)
        agrees = agrees && is_same_sum(t, sums.data, wanted.data, i);
    guarded *blocks[] = {&rows, &turned, &sums, &wanted, &voted, &wanted_votes, &scratch};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) guarded_free(blocks[i]);
    if (!agrees) report(t);
    return agrees;
}

/* Batches of the short form; the long one takes all from 1 to 600. */
static const size_t some_batches[] = {1,   2,   3,   7,   8,   9,   15,  16,  17,
                                      31,  33,  63,  64,  65,  100, 127, 128, 129,
                                      191, 255, 256, 257, 300, 511, 512, 513, 600};

static unsigned run_trials(trial *t, const forest_recipe *recipe, int is_long, int is_first,
                           random_source *random) {
    size_t n_batches = is_long ? 600 : sizeof some_batches / sizeof some_batches[0];
    unsigned n_failed = 0;
    for (size_t i = 0; i < n_batches; i++) {
        if (!is_first && !is_long && i % 4 != 0) continue;
        t->n_rows = is_long ? i + 1 : some_batches[i];
        t->at_end = (int)random_below(random, 2);
        t->by_column = (int)random_below(random, 2);
        /* The plain kernel compares floats: it is right while the host does not flush. */
        int is_plain = strcmp(ortl__pack_name(t->pack), "plain") == 0;
        t->has_flushing = HAS_FLUSHING && !is_plain && recipe->whole && random_below(random, 2);
        n_failed += !run_trial(t, random);
    }
    return n_failed;
}

/* One kernel on one forest, with these processor features off. */
static unsigned check_kernel(const ortl__forest *forest, const forest_recipe *recipe,
                             ortl__memory *memory, const char *kernel, ortl__cpu off, int is_long,
                             random_source *random) {
    ortl__forest copy;
    random_source same = *random;
    ortl__pack *pack = NULL;
    ortl_error error;
    ortl__pack_wish wish = {ORTL_EXPECT_ANY_ROWS, kernel, ortl__cpu_detect() & ~off, 0};
    if (kernel != NULL && !ortl__pack_can(forest, kernel, wish.cpu)) return 0;
    wish.keeps_forest = (int)random_below(random, 2);
    wish.rows = (ortl_rows_expected)random_below(random, ORTL_ROWS_EXPECTED_COUNT);
    same.state = recipe->n_trees + 77;
    random_forest(&copy, memory, recipe, &same);
    unsigned n_failed = 1;
    if (ortl__pack_build(&copy, &wish, &pack, &error) == ORTL_OK) {
        const char *without = off == 0 ? "nothing" : "all features";
        for (size_t i = 0; ortl__cpu_name(i) != NULL; i++)
            if (off == ortl__cpu_find(ortl__cpu_name(i))) without = ortl__cpu_name(i);
        trial t = {.forest = forest, .pack = pack, .recipe = recipe->name, .without = without};
        n_failed = run_trials(&t, recipe, is_long, off == 0, random);
    } else {
        printf("FAILED %s: %s: %s\n", kernel, recipe->name, error.message);
    }
    ortl__pack_free(pack);
    ortl__forest_free(&copy);
    return n_failed;
}

static unsigned check_recipe(const forest_recipe *recipe, int is_long, random_source *random) {
    ortl__memory memory;
    ortl__forest forest;
    unsigned n_failed = 0;
    random_source same = {recipe->n_trees + 77};
    ortl__memory_init(&memory, NULL, UINT64_MAX, "memory_bytes");
    random_forest(&forest, &memory, recipe, &same);
    for (size_t k = 0; k == 0 || ortl__pack_kernel_name(k - 1) != NULL; k++) {
        const char *kernel = k == 0 ? NULL : ortl__pack_kernel_name(k - 1);
        n_failed += check_kernel(&forest, recipe, &memory, kernel, 0, is_long, random);
        for (size_t f = 0; ortl__cpu_name(f) != NULL; f++) {
            ortl__cpu off = ortl__cpu_find(ortl__cpu_name(f));
            if ((ortl__cpu_detect() & off) != 0)
                n_failed += check_kernel(&forest, recipe, &memory, kernel, off, is_long, random);
        }
        n_failed +=
            check_kernel(&forest, recipe, &memory, kernel, ortl__cpu_detect(), is_long, random);
    }
    ortl__forest_free(&forest);
    if (memory.used != 0) {
        printf("FAILED %s: %" PRIu64 " bytes were not freed\n", recipe->name, memory.used);
        n_failed++;
    }
    return n_failed;
}

/* ---- Memory that runs out ---------------------------------------------------------------------
 */

/* Allocations that are still granted. */
static void *allocate(void *user, size_t n_bytes) {
    size_t *n_left = user;
    if (*n_left == 0) return NULL;
    (*n_left)--;
    return malloc(n_bytes);
}

static void *reallocate(void *user, void *block, size_t old_bytes, size_t new_bytes) {
    size_t *n_left = user;
    (void)old_bytes;
    if (*n_left == 0) return NULL;
    (*n_left)--;
    return realloc(block, new_bytes);
}

static void release(void *user, void *block, size_t n_bytes) {
    (void)user;
    (void)n_bytes;
    free(block);
}

/* Packs with only n allocations granted; -1 when something is wrong, 1 when they were enough. */
static int pack_with(size_t n, const forest_recipe *recipe, const char *kernel) {
    size_t n_left = SIZE_MAX;
    ortl_allocator allocator = {&n_left, allocate, reallocate, release};
    random_source same = {recipe->n_trees + 77};
    ortl__memory memory;
    ortl__forest forest;
    ortl__pack *pack = NULL;
    ortl__pack_wish wish = {ORTL_EXPECT_ANY_ROWS, kernel, ortl__cpu_detect(), 0};
    ortl__memory_init(&memory, &allocator, UINT64_MAX, "memory_bytes");
    random_forest(&forest, &memory, recipe, &same);
    int can = kernel == NULL || ortl__pack_can(&forest, kernel, wish.cpu);
    n_left = n;
    ortl_status status = can ? ortl__pack_build(&forest, &wish, &pack, NULL) : ORTL_OK;
    ortl__pack_free(pack);
    ortl__forest_free(&forest);
    if ((status == ORTL_OK || status == ORTL_NO_MEMORY) && memory.used == 0)
        return status == ORTL_OK;
    printf("FAILED %s: allocation %zu: status %d, %" PRIu64 " bytes lost\n", recipe->name, n,
           (int)status, memory.used);
    return -1;
}

/* Each allocation made to fail: the right error each time, and nothing is lost. */
static unsigned check_allocations(const forest_recipe *recipe, const char *kernel) {
    int result = 0;
    for (size_t n = 0; result == 0; n++) result = pack_with(n, recipe, kernel);
    return result < 0;
}

/* ---- Bench ----------------------------------------------------------------------------------- */

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Nanoseconds for a row, the least of 7 windows. */
static double time_kernel(const ortl__pack *pack, const ortl__rows *rows, void *sums,
                          uint8_t *voted, void *scratch) {
    double best = 1e9;
    for (int window = 0; window < 7; window++) {
        size_t n_calls = 0;
        double start = seconds(), passed;
        do {
            ortl__pack_run(pack, rows, sums, voted, scratch);
            n_calls++;
            passed = seconds() - start;
        } while (passed < 2e-3);
        double time = passed * 1e9 / (double)(n_calls * rows->n_rows);
        if (time < best) best = time;
    }
    return best;
}

static void bench_kernel(const forest_recipe *recipe, const char *kernel, random_source *random) {
    static const size_t batches[] = {1, 8, 64, 256, 1024};
    ortl__memory memory;
    ortl__forest forest, copy;
    ortl__pack *pack = NULL;
    ortl__pack_wish wish = {ORTL_EXPECT_ANY_ROWS, kernel, ortl__cpu_detect(), 0};
    random_source same = {recipe->n_trees + 77}, again = same;
    ortl__memory_init(&memory, NULL, UINT64_MAX, "memory_bytes");
    random_forest(&forest, &memory, recipe, &same);
    random_forest(&copy, &memory, recipe, &again);
    if (ortl__pack_build(&copy, &wish, &pack, NULL) == ORTL_OK) {
        size_t n_columns = forest.n_columns, n_cells = 1024 * (size_t)forest.n_targets;
        double *values = calloc(1024 * n_columns + 1, sizeof *values);
        double *sums = calloc(n_cells, sizeof *sums);
        uint8_t *voted = calloc(n_cells, 1);
        void *scratch = malloc(ortl__pack_scratch_bytes(pack, 1024) + 1);
        if (!values || !sums || !voted || !scratch) abort();
        random_rows(&forest, 1024, n_columns, values, random);
        printf("%-32s %-16s", recipe->name, ortl__pack_name(pack));
        for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++) {
            ortl__rows rows = {values, batches[i], (ptrdiff_t)n_columns, 1};
            printf(" %8.2f", time_kernel(pack, &rows, sums, voted, scratch) / forest.n_trees);
        }
        printf("\n");
        free(values);
        free(sums);
        free(voted);
        free(scratch);
    }
    ortl__pack_free(pack);
    ortl__forest_free(&forest);
    ortl__forest_free(&copy);
}

static void bench(random_source *random) {
    printf("%-32s %-16s %8s %8s %8s %8s %8s  ns/(row x tree)\n", "forest", "kernel", "1", "8", "64",
           "256", "1024");
    for (size_t i = 0; i < sizeof recipes / sizeof recipes[0]; i++)
        for (size_t k = 0; ortl__pack_kernel_name(k) != NULL; k++)
            bench_kernel(&recipes[i], ortl__pack_kernel_name(k), random);
}

/* ---- The program ----------------------------------------------------------------------------- */

int main(int argc, char **argv) {
    int is_long = 0, is_bench = 0;
    random_source random = {20240607};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--long") == 0) is_long = 1;
        if (strcmp(argv[i], "--bench") == 0) is_bench = 1;
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            random.state = strtoull(argv[++i], NULL, 10) * 2 + 1;
    }
    if (is_bench) {
        bench(&random);
        return 0;
    }
    unsigned n_failed = 0;
    for (size_t i = 0; i < sizeof recipes / sizeof recipes[0]; i++)
        n_failed += check_recipe(&recipes[i], is_long, &random);
    for (size_t i = 0; i < sizeof recipes / sizeof recipes[0]; i++) {
        n_failed += check_allocations(&recipes[i], NULL);
        for (size_t k = 0; ortl__pack_kernel_name(k) != NULL; k++)
            n_failed += check_allocations(&recipes[i], ortl__pack_kernel_name(k));
    }
    printf("%zu forests, %u failed trials\n", sizeof recipes / sizeof recipes[0], n_failed);
    return n_failed != 0;
}
