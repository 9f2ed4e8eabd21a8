/*
 * TreeSHAP leaf by leaf, without recursion. A path from root to leaf becomes a list of elements,
 * one for each feature that it asks for: the tests of that feature, and the share of the training
 * rows that pass them. A row passes an element or not; the leaf's votes are then shared among the
 * features by the weights of all subsets of elements, which one pass builds up by size and which
 * are taken apart again for each element.
 */
#include "contributions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"

size_t ortl__paths_row_cells(const ortl__paths *paths) {
    return paths->n_scores * (paths->n_columns + 1);
}

struct ortl__explainer {
    const ortl__paths *paths;
    double *row;      /* (n_columns) */
    double *weights;  /* (most_elements + 1) of the subsets of so many elements */
    bool *passed;     /* (most_elements) of the path at hand */
    bool *holds;      /* (most_tests) of the tree at hand */
    uint32_t *leaves; /* (n_leaves) of all rows */
    size_t n_leaves;
};

ortl__explainer *ortl__explainer_new(const ortl__paths *paths) {
    ortl__explainer *e = calloc(1, sizeof *e);
    if (e == NULL) return NULL;
    e->paths = paths;
    e->row = calloc(paths->n_columns + 1, sizeof *e->row);
    e->weights = calloc(paths->most_elements + 1, sizeof *e->weights);
    e->passed = calloc(paths->most_elements + 1, sizeof *e->passed);
    e->holds = calloc(paths->most_tests + 1, sizeof *e->holds);
    if (e->row != NULL && e->weights != NULL && e->passed != NULL && e->holds != NULL) return e;
    ortl__explainer_free(e);
    return NULL;
}

void ortl__explainer_free(ortl__explainer *e) {
    if (e == NULL) return;
    free(e->row);
    free(e->weights);
    free(e->passed);
    free(e->holds);
    free(e->leaves);
    free(e);
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static bool is_member(const ortl__paths *paths, const ortl__path_test *test, double x) {
    for (size_t i = test->set_begin; i < test->set_end; i++)
        if (paths->members[i] == x) return true;
    return false;
}

static bool test_holds(const ortl__paths *paths, const ortl__path_test *test, double x) {
    if (isnan(x)) return test->missing_is_true;
    switch (test->test) {
    case ORTL_TEST_LEQ: return x <= test->threshold;
    case ORTL_TEST_LT: return x < test->threshold;
    case ORTL_TEST_GTE: return x >= test->threshold;
    case ORTL_TEST_GT: return x > test->threshold;
    case ORTL_TEST_NEQ: return x != test->threshold;
    default: return is_member(paths, test, x);
    }
}

/* ---- Paths ----------------------------------------------------------------------------------- */

/* Which elements of the path the row passes; whether all of them. */
static bool pass(const ortl__paths *paths, const ortl__path *path, ortl__explainer *e) {
    bool is_reached = true;
    for (size_t i = path->begin; i < path->end; i++) {
        const ortl__path_element *element = &paths->elements[i];
        bool passes = true;
        for (size_t j = element->begin; j < element->end && passes; j++)
            passes = e->holds[paths->steps[j].test] == paths->steps[j].holds;
        e->passed[i - path->begin] = passes;
        is_reached = is_reached && passes;
    }
    return is_reached;
}

/* The weights of the subsets by size, once all elements were added one by one. */
static void add_elements(const ortl__paths *paths, const ortl__path *path, ortl__explainer *e) {
    double *w = e->weights;
    w[0] = 1;
    for (size_t l = 1; l <= path->end - path->begin; l++) {
        double share = paths->elements[path->begin + l - 1].share, one = e->passed[l - 1];
        w[l] = 0;
        for (size_t i = l; i-- > 0;) {
            w[i + 1] += one * w[i] * (double)(i + 1) / (double)(l + 1);
            w[i] *= share * (double)(l - i) / (double)(l + 1);
        }
    }
}

/* The sum of the weights without element number k. */
static double sum_without(const ortl__explainer *e, size_t n, size_t k, double share) {
    const double *w = e->weights;
    double sum = 0, next = w[n];
    for (size_t i = n; i-- > 0;) {
        if (e->passed[k]) {
            double weight = next * (double)(n + 1) / (double)(i + 1);
            sum += weight;
            next = w[i] - weight * share * (double)(n - i) / (double)(n + 1);
        } else {
            sum += w[i] / (share * (double)(n - i) / (double)(n + 1));
        }
    }
    return sum;
}

static void share_votes(const ortl__paths *paths, const ortl__path *path, ortl__explainer *e,
                        double *cells) {
    size_t n = path->end - path->begin;
    add_elements(paths, path, e);
    for (size_t k = 0; k < n; k++) {
        const ortl__path_element *element = &paths->elements[path->begin + k];
        if (!e->passed[k] && element->share == 0) continue;
        double factor =
            sum_without(e, n, k, element->share) * ((double)e->passed[k] - element->share);
        for (size_t v = path->first_vote; v < path->end_vote; v++)
            cells[paths->votes[v].score * (paths->n_columns + 1) + element->feature] +=
                factor * paths->votes[v].value;
    }
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static ortl_status explain_row(ortl__explainer *e, const uint32_t *leaves, double *cells,
                               ortl_error *error) {
    const ortl__paths *paths = e->paths;
    memset(cells, 0, ortl__paths_row_cells(paths) * sizeof *cells);
    for (size_t t = 0; t < paths->n_trees; t++) {
        const ortl__path_tree *tree = &paths->trees[t];
        uint32_t reached = UINT32_MAX;
        for (size_t i = tree->first_test; i < tree->end_test; i++)
            e->holds[i - tree->first_test] =
                test_holds(paths, &paths->tests[i], e->row[paths->tests[i].feature]);
        for (size_t i = tree->first_path; i < tree->end_path; i++) {
            if (pass(paths, &paths->paths[i], e)) reached = paths->paths[i].leaf;
            share_votes(paths, &paths->paths[i], e, cells);
        }
        if (reached != leaves[t])
            return ortl__message_fail(error, ORTL_UNSUPPORTED,
                                      "the graph changes columns before the trees see them, so "
                                      "contributions would not be those of the columns");
    }
    for (size_t k = 0; k < paths->n_scores; k++)
        cells[(k + 1) * (paths->n_columns + 1) - 1] = paths->expected[k];
    return ORTL_OK;
}

static double read_cell(const ortl_tensor *tensor, size_t index) {
    switch (tensor->type) {
    case ORTL_FLOAT: return (double)((const float *)tensor->data)[index];
    case ORTL_DOUBLE: return ((const double *)tensor->data)[index];
    case ORTL_INT64: return (double)((const int64_t *)tensor->data)[index];
    case ORTL_INT32: return (double)((const int32_t *)tensor->data)[index];
    case ORTL_BOOL: return (double)((const uint8_t *)tensor->data)[index];
    default: return (double)NAN; /* text, which no tree reads */
    }
}

/* The columns of all inputs side by side, as the trees compare them. */
static void read_row(ortl__explainer *e, const ortl_tensor *inputs, size_t n_inputs, size_t row) {
    size_t column = 0;
    for (size_t i = 0; i < n_inputs; i++) {
        size_t n = inputs[i].rank == 1 ? 1 : (size_t)inputs[i].shape[1];
        for (size_t j = 0; j < n && column < e->paths->n_columns; j++, column++) {
            double x = read_cell(&inputs[i], row * n + j);
            e->row[column] = e->paths->is_double ? x : (double)(float)x;
        }
    }
}

ortl_status ortl__explainer_run(ortl__explainer *e, ortl_context *context,
                                const ortl_tensor *inputs, size_t n_inputs, size_t n_rows,
                                double *cells, ortl_error *error) {
    size_t n_trees = e->paths->n_trees, n_leaves = n_rows * n_trees;
    if (n_leaves > e->n_leaves) {
        free(e->leaves);
        e->leaves = calloc(n_leaves, sizeof *e->leaves);
        e->n_leaves = e->leaves == NULL ? 0 : n_leaves;
        if (e->leaves == NULL)
            return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the leaves of rows");
    }
    ortl_status status = n_leaves == 0
                             ? ORTL_OK
                             : ortl_leaves(context, inputs, n_inputs, e->leaves, n_leaves, error);
    for (size_t i = 0; i < n_rows && status == ORTL_OK; i++) {
        read_row(e, inputs, n_inputs, i);
        status = explain_row(e, e->leaves + i * n_trees,
                             cells + i * ortl__paths_row_cells(e->paths), error);
    }
    return status;
}
