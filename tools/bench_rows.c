/*
 * Rows that keep a model busy: each value lies near some threshold that its column is tested
 * against, found on random ways down the trees; a few are missing.
 */
#include "bench.h"
#include "model.h"

#include "../bench/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define WAYS            20000
#define MAX_STEPS       64 /* of a way */
#define KEPT            16 /* thresholds of a column */
#define MISSING_PERCENT 3

/* The thresholds of one column that were met, a random choice of them. */
typedef struct met_thresholds {
    float values[KEPT]; /* (n_met, at most KEPT) */
    uint32_t n_met;
} met_thresholds;

static void meet(met_thresholds *column, double threshold, bench_random *random) {
    uint32_t at = column->n_met++;
    if (at >= KEPT) at = bench_random_below(random, column->n_met);
    if (at < KEPT) column->values[at] = (float)threshold;
}

static ortl_status walk_down(const ortl_session *session, size_t tree, met_thresholds *columns,
                             size_t n_columns, bench_random *random, ortl_error *error) {
    ortl_tree_info info = {.struct_size = sizeof info};
    ortl_tree_node node = {.struct_size = sizeof node};
    ortl_status status = ortl_tree(session, tree, &info, error);
    size_t at = info.root;
    for (int step = 0; step < MAX_STEPS && status == ORTL_OK; step++) {
        status = ortl_tree_node_at(session, tree, at, &node, error);
        if (status != ORTL_OK || node.test == ORTL_TEST_LEAF) break;
        double threshold = node.threshold;
        if (node.test == ORTL_TEST_MEMBER)
            status = ortl_tree_member(session, tree, at, 0, &threshold, error);
        if (node.feature < n_columns && info.reads_inputs)
            meet(&columns[node.feature], threshold, random);
        at = bench_random_below(random, 2) == 0 ? node.true_child : node.false_child;
    }
    return status;
}

/* About normal: mean 0, deviation 1. */
static double draw_noise(bench_random *random) {
    uint64_t sum = 0;
    for (int i = 0; i < 12; i++) sum += bench_random_bits(random) >> 32;
    return (double)sum * 0x1p-32 - 6;
}

static float draw(const met_thresholds *column, bench_random *random) {
    uint32_t n = column->n_met < KEPT ? column->n_met : KEPT;
    double noise = draw_noise(random);
    if (bench_random_below(random, 100) < MISSING_PERCENT) return NAN;
    if (n == 0) return (float)noise;
    float threshold = column->values[bench_random_below(random, n)];
    return threshold + (float)noise * 0.1f * (fabsf(threshold) + 0.1f);
}

static ortl_status fill_rows(const ortl__bench *bench, const ortl__model *model, float *rows,
                             ortl_error *error) {
    size_t n_columns = bench->n_features;
    met_thresholds *columns = calloc(n_columns, sizeof *columns);
    bench_random random;
    ortl_status status = ORTL_OK;
    if (columns == NULL)
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the thresholds");
    bench_random_seed(&random, 5);
    for (size_t i = 0; i < WAYS && model->description.n_trees > 0 && status == ORTL_OK; i++)
        status = walk_down(model->session,
                           bench_random_below(&random, (uint32_t)model->description.n_trees),
                           columns, n_columns, &random, error);
    for (size_t i = 0; i < bench->n_rows * n_columns; i++)
        rows[i] = draw(&columns[i % n_columns], &random);
    free(columns);
    return status;
}

ortl_status ortl__bench_fill(ortl__bench *bench, float *rows, ortl__report *report) {
    ortl__model model = ORTL__MODEL_INIT;
    ortl__common common = *bench->common;
    struct stat file;
    common.library.keep_forest = 1;
    ortl_status status = ortl__model_open(bench->model, &common, &model, report);
    if (status != ORTL_OK) return status;
    const ortl_description *d = &model.description;
    bench->n_features = d->n_features;
    bench->n_trees = d->n_trees;
    bench->n_nodes = d->n_nodes;
    bench->max_depth = d->max_depth;
    if (stat(bench->model, &file) == 0) bench->file_bytes = (uint64_t)file.st_size;
    if (d->n_features == 0)
        status = ortl__message_fail(&report->error, ORTL_UNSUPPORTED,
                                    "bench needs a model that reads rows of floats");
    if (status == ORTL_OK && rows != NULL) status = fill_rows(bench, &model, rows, &report->error);
    ortl__model_close(&model);
    return status;
}
