/*
 * Comparing one row. Leaves must be the same. Scores may differ by what adding float32 numbers and
 * the float32 functions behind them can come to, which is estimated from the size of what is added.
 */
#include "compare_row.h"

#include "../runtime/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How far a score may be from the exact one: of itself, and of the size of the summands. */
#define SCORE_TOLERANCE   1e-5
#define SUMMAND_TOLERANCE 2e-6

/* ---- Beginning and end ----------------------------------------------------------------------- */

static ortl_status decide_expected(ortl__comparison *c, size_t n_expected, ortl_error *error) {
    const ortl_source_summary *s = &c->summary;
    c->n_expected = n_expected;
    c->expects_label = n_expected == 1 && s->n_classes > 0;
    /* The one number of two classes is the probability of the second. */
    c->expects_scores =
        n_expected > 0 &&
        (n_expected == s->n_scores || (n_expected == 1 && s->n_classes == 2 && s->n_scores == 2));
    if (n_expected == 0 || c->expects_label || c->expects_scores) return ORTL_OK;
    return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                              "--expected names %llu column%s, the model gives %llu value%s a row",
                              (unsigned long long)n_expected, n_expected == 1 ? "" : "s",
                              (unsigned long long)s->n_scores, s->n_scores == 1 ? "" : "s");
}

ortl_status ortl__comparison_begin(ortl__comparison *c, const ortl_source_walk *walk,
                                   size_t n_file_trees, size_t n_expected, ortl_error *error) {
    ortl_source_summary *s = &c->summary;
    memset(c, 0, sizeof *c);
    c->walk = walk;
    c->n_file_trees = n_file_trees;
    s->struct_size = sizeof *s;
    ortl_status status = ortl_source_walk_summarize(walk, s, error);
    if (status == ORTL_OK) status = decide_expected(c, n_expected, error);
    if (status != ORTL_OK) return status;
    c->leaves = calloc(2 * s->n_trees + 1, sizeof *c->leaves);
    c->raw = calloc(3 * s->n_targets + 3 * s->n_scores, sizeof *c->raw);
    if (c->leaves == NULL || c->raw == NULL) {
        ortl__comparison_free(c);
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the comparison");
    }
    c->wide_leaves = c->leaves + s->n_trees;
    c->magnitude = c->raw + s->n_targets;
    c->shifted = c->magnitude + s->n_targets;
    c->wanted = c->shifted + s->n_targets;
    c->allowed = c->wanted + s->n_scores;
    c->bound = c->allowed + s->n_scores;
    return ORTL_OK;
}

void ortl__comparison_free(ortl__comparison *c) {
    free(c->leaves);
    free(c->raw);
    c->leaves = NULL;
    c->raw = NULL;
}

bool ortl__comparison_has_labels(const ortl__comparison *c) {
    return c->expects_label && (!c->expects_scores || c->n_strangers == 0);
}

bool ortl__comparison_has_differences(const ortl__comparison *c) {
    uint64_t n_wrong =
        ortl__comparison_has_labels(c) ? c->wrong_labels.n_found : c->wrong_scores.n_found;
    return c->parted.n_found > 0 || c->scores.n_found > 0 || n_wrong > 0;
}

/* ---- Leaves ---------------------------------------------------------------------------------- */

static const char *number_text(double value, char text_out[ORTL__NUMBER_CHARS + 1]) {
    text_out[ortl__number_write_double(value, text_out)] = '\0';
    return text_out;
}

/* The first tree in which the leaves part. */
typedef struct parting {
    size_t n_trees; /* that part */
    size_t tree;
    uint32_t source_leaf, file_leaf; /* as the source numbers them */
} parting;

static ortl_status find_parting(const ortl__comparison *c, const uint32_t *file_leaves,
                                parting *parting_out, ortl_error *error) {
    *parting_out = (parting){.n_trees = 0};
    for (size_t i = 0; i < c->n_file_trees; i++) {
        size_t tree;
        uint32_t leaf;
        ortl_status status =
            ortl_source_walk_origin(c->walk, i, file_leaves[i], &tree, &leaf, error);
        if (status != ORTL_OK) return status;
        if (tree == SIZE_MAX || c->leaves[tree] == leaf) continue;
        if (parting_out->n_trees++ == 0) *parting_out = (parting){1, tree, c->leaves[tree], leaf};
    }
    return ORTL_OK;
}

static void name_feature(const ortl__comparison *c, size_t feature, char text_out[64]) {
    if (c->names != NULL)
        snprintf(text_out, 64, "%.*s",
                 (int)(c->names[feature].n_bytes < 40 ? c->names[feature].n_bytes : 40),
                 c->names[feature].data);
    else
        snprintf(text_out, 64, "feature %llu", (unsigned long long)feature);
}

static ortl_status tell_parting(ortl__comparison *c, const ortl__compared_row *row,
                                const parting *p, ortl_error *error) {
    static const char *const symbols[] = {"<=", "<", ">=", ">"}; /* as in ortl_comparison */
    char threshold[ORTL__NUMBER_CHARS + 1], value[ORTL__NUMBER_CHARS + 1], name[64];
    char more[48] = "";
    ortl_source_fork fork;
    ortl_status status =
        ortl_source_walk_fork(c->walk, p->tree, p->source_leaf, p->file_leaf, &fork, error);
    if (status != ORTL_OK) return status;
    if (p->n_trees > 1)
        snprintf(more, sizeof more, "; %llu trees part", (unsigned long long)p->n_trees);
    name_feature(c, fork.feature, name);
    ortl__findings_add(
        &c->parted,
        "line %llu: tree %llu, node %lu (%s %s %s, it is %s): source to leaf %lu, file to leaf "
        "%lu%s",
        (unsigned long long)row->line, (unsigned long long)p->tree, (unsigned long)fork.node, name,
        fork.is_categorical ? "in" : symbols[fork.comparison],
        fork.is_categorical ? "a set" : number_text(fork.threshold, threshold),
        number_text(row->cells[fork.feature], value), (unsigned long)p->source_leaf,
        (unsigned long)p->file_leaf, more);
    return ORTL_OK;
}

static ortl_status compare_leaves(ortl__comparison *c, const ortl__compared_row *row,
                                  bool *are_same_out, ortl_error *error) {
    parting p;
    ortl_status status = find_parting(c, row->file_leaves, &p, error);
    *are_same_out = p.n_trees == 0;
    return status == ORTL_OK && p.n_trees > 0 ? tell_parting(c, row, &p, error) : status;
}

/* Does the rounding of a number to the file's input type take the row across a threshold? */
static ortl_status compare_rounding(ortl__comparison *c, const ortl__compared_row *row,
                                    ortl_error *error) {
    ortl_status status =
        ortl_source_walk_row(c->walk, row->wide_cells, c->wide_leaves, NULL, NULL, error);
    if (status != ORTL_OK ||
        memcmp(c->leaves, c->wide_leaves, c->summary.n_trees * sizeof *c->leaves) == 0)
        return status;
    if (c->n_rounded++ == 0) c->first_rounded_line = row->line;
    return ORTL_OK;
}

/* ---- Scores ---------------------------------------------------------------------------------- */

/* The scores when every raw score is moved by `direction` times the rounding that its summands
 * allow. */
static ortl_status shift_scores(ortl__comparison *c, double direction, double *scores_out,
                                ortl_error *error) {
    for (size_t t = 0; t < c->summary.n_targets; t++)
        c->shifted[t] = c->raw[t] + direction * SUMMAND_TOLERANCE * c->magnitude[t];
    return ortl_source_walk_scores(c->walk, c->shifted, scores_out, error);
}

static double greater(double a, double b) {
    return b > a ? b : a;
}

/* What the source gives, and how far the file may be from it. */
static ortl_status judge_scores(ortl__comparison *c, ortl_error *error) {
    double greatest = 0;
    ortl_status status = ortl_source_walk_scores(c->walk, c->raw, c->wanted, error);
    if (status == ORTL_OK) status = shift_scores(c, 1, c->allowed, error);
    if (status == ORTL_OK) status = shift_scores(c, -1, c->bound, error);
    if (status != ORTL_OK) return status;
    /* Shifting all scores of a softmax alike changes nothing, so it gets the greatest shift. */
    for (size_t t = 0; c->summary.link == ORTL_LINK_SOFTMAX && t < c->summary.n_targets; t++)
        greatest = greater(greatest, SUMMAND_TOLERANCE * c->magnitude[t]);
    for (size_t i = 0; i < c->summary.n_scores; i++)
        c->allowed[i] = SCORE_TOLERANCE * greater(1, fabs(c->wanted[i])) +
                        fabs(c->allowed[i] - c->bound[i]) + greatest;
    return ORTL_OK;
}

static bool is_near(const ortl__comparison *c, size_t i, double found, double wanted) {
    if (isnan(found) || isnan(wanted)) return isnan(found) && isnan(wanted);
    if (isinf(found)) return fabs(wanted) > (double)FLT_MAX && (found > 0) == (wanted > 0);
    return fabs(found - wanted) <= c->allowed[i];
}

static void compare_scores(ortl__comparison *c, const ortl__compared_row *row) {
    char found[ORTL__NUMBER_CHARS + 1], wanted[ORTL__NUMBER_CHARS + 1];
    for (size_t i = 0; i < c->summary.n_scores; i++) {
        if (is_near(c, i, (double)row->scores[i], c->wanted[i])) continue;
        ortl__findings_add(&c->scores, "line %llu: value %llu is %s, the source comes to %s",
                           (unsigned long long)row->line, (unsigned long long)i,
                           number_text((double)row->scores[i], found),
                           number_text(c->wanted[i], wanted));
        return;
    }
}

/* ---- What the trainer predicted -------------------------------------------------------------- */

static ortl_string trim(ortl_string text) {
    while (text.n_bytes > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = (ortl_string){text.data + 1, text.n_bytes - 1};
    while (text.n_bytes > 0 &&
           (text.data[text.n_bytes - 1] == ' ' || text.data[text.n_bytes - 1] == '\t'))
        text.n_bytes--;
    return text;
}

static bool read_number(ortl_string text, double *value_out) {
    return text.n_bytes > 0 &&
           ortl__number_read_double(text.data, text.n_bytes, '.', value_out) == text.n_bytes;
}

static bool is_text(ortl_string text, const char *other) {
    return text.n_bytes == strlen(other) && memcmp(text.data, other, text.n_bytes) == 0;
}

/* The class that a text names; n_classes when it names none. 1.0 names the class 1. */
static size_t find_class(const ortl__comparison *c, ortl_string text) {
    double number;
    bool is_number = read_number(text, &number);
    size_t i = 0;
    for (; i < c->summary.n_classes; i++) {
        int64_t value;
        const char *name;
        if (ortl_source_walk_class(c->walk, i, &value, &name, NULL) != ORTL_OK) continue;
        if (name != NULL ? is_text(text, name) : is_number && number == (double)value) break;
    }
    return i;
}

static size_t class_of_label(const ortl__comparison *c, const ortl__compared_row *row) {
    char number[ORTL__NUMBER_CHARS];
    if (row->label_text != NULL) return find_class(c, *row->label_text);
    return find_class(c, (ortl_string){number, ortl__number_write_int64(*row->label, number)});
}

/* Whether class is as good as the best one but for rounding. */
static bool is_tied(const ortl__comparison *c, size_t class) {
    if (c->summary.n_scores != c->summary.n_classes) return false;
    for (size_t i = 0; i < c->summary.n_scores; i++)
        if (c->wanted[i] > c->wanted[class] + 2 * c->allowed[class]) return false;
    return true;
}

static void compare_label(ortl__comparison *c, const ortl__compared_row *row, ortl_string text) {
    size_t expected = find_class(c, text), found = class_of_label(c, row);
    if (expected == found && found < c->summary.n_classes) return;
    if (expected == c->summary.n_classes) {
        c->n_strangers++;
    } else if (is_tied(c, expected)) {
        c->n_ties++;
        return;
    }
    char number[ORTL__NUMBER_CHARS];
    ortl_string label = {number, 0};
    if (row->label_text != NULL)
        label = *row->label_text;
    else
        label.n_bytes = ortl__number_write_int64(*row->label, number);
    ortl__findings_add(&c->wrong_labels, "line %llu: label %.*s, expected %.*s",
                       (unsigned long long)row->line,
                       (int)(label.n_bytes < 60 ? label.n_bytes : 60), label.data,
                       (int)(text.n_bytes < 60 ? text.n_bytes : 60), text.data);
}

static void compare_values(ortl__comparison *c, const ortl__compared_row *row) {
    size_t first = c->n_expected < c->summary.n_scores ? 1 : 0; /* of two probabilities */
    for (size_t i = 0; i < c->n_expected; i++) {
        ortl_string text = trim(row->expected[i]);
        char found_text[ORTL__NUMBER_CHARS + 1];
        double wanted, found = (double)row->scores[first + i];
        if (read_number(text, &wanted) && is_near(c, first + i, found, wanted)) continue;
        ortl__findings_add(&c->wrong_scores, "line %llu: value %llu is %s, expected %.*s",
                           (unsigned long long)row->line, (unsigned long long)(first + i),
                           number_text(found, found_text),
                           (int)(text.n_bytes < 60 ? text.n_bytes : 60), text.data);
        return;
    }
}

/* ---- A row ----------------------------------------------------------------------------------- */

ortl_status ortl__comparison_add(ortl__comparison *c, const ortl__compared_row *row,
                                 ortl_error *error) {
    bool is_same = true;
    c->n_rows++;
    ortl_status status =
        ortl_source_walk_row(c->walk, row->cells, c->leaves, c->raw, c->magnitude, error);
    if (status == ORTL_OK && c->n_file_trees > 0) status = compare_leaves(c, row, &is_same, error);
    if (status == ORTL_OK && row->wide_cells != NULL) status = compare_rounding(c, row, error);
    if (status == ORTL_OK) status = judge_scores(c, error);
    if (status != ORTL_OK) return status;
    if (is_same && row->scores != NULL) compare_scores(c, row);
    if (c->expects_label) compare_label(c, row, trim(row->expected[0]));
    if (c->expects_scores) compare_values(c, row);
    return ORTL_OK;
}
