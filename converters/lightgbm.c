/*
 * LightGBM's text models, versions v2 to v4: the header, the trees one after the other, and what
 * stands behind them. Single trees are read in lightgbm_tree.c, objectives in
 * lightgbm_objective.c. The text does not record a best iteration: LightGBM saves the rounds up to
 * it unless told otherwise.
 */
#include <string.h>

#include "../runtime/status.h"
#include "lightgbm_objective.h"
#include "lightgbm_text.h"
#include "lightgbm_tree.h"
#include "trainer.h"

/* X(NAME, key) */
#define HEADER_KEYS(X)                                                                             \
    X(VERSION, "version")                                                                          \
    X(NUM_CLASS, "num_class")                                                                      \
    X(TREES_PER_ITERATION, "num_tree_per_iteration")                                               \
    X(MAX_FEATURE, "max_feature_idx")                                                              \
    X(OBJECTIVE, "objective")                                                                      \
    X(AVERAGE, "average_output")                                                                   \
    X(FEATURE_NAMES, "feature_names")                                                              \
    X(FEATURE_INFOS, "feature_infos")                                                              \
    X(TREE_SIZES, "tree_sizes")

#define ENUM(name, key) KEY_##name,
#define TEXT(name, key) key,
enum header_key { HEADER_KEYS(ENUM) N_KEYS };
static const char *const key_texts[] = {HEADER_KEYS(TEXT)};
#undef ENUM
#undef TEXT

typedef struct reading {
    const ortl__trainer_source *source;
    ortl_builder *builder;
    ortl__arena arena; /* texts for the model */
    ortl__lightgbm_lines lines;
    ortl__lightgbm_line line; /* the one to look at next, empty at the end of the text */
    int is_at_end;
    int has_carriage_returns;
    ortl__lightgbm_field fields[N_KEYS];
    uint64_t n_features;
    uint64_t n_scores; /* trees of one iteration */
    ortl_model model;
    ortl__lightgbm_trees trees;
} reading;

static void advance(reading *r) {
    r->is_at_end = !ortl__lightgbm_next_line(&r->lines, &r->line);
}

static unsigned long long line_number(const reading *r) {
    return (unsigned long long)r->line.number;
}

/* Versions before 2.2 have no "end of trees". */
static int ends_trees(const ortl__lightgbm_line *line) {
    return ortl__lightgbm_line_is(line, "end of trees") ||
           ortl__lightgbm_line_begins(line, "feature_importances:") ||
           ortl__lightgbm_line_begins(line, "feature importances:");
}

static int begins_tree(const ortl__lightgbm_line *line) {
    return ortl__lightgbm_line_begins(line, "Tree=");
}

/* ---- Header ---------------------------------------------------------------------------------- */

static ortl_status check_magic(reading *r, ortl_error *error) {
    advance(r);
    if (r->line.n_bytes > 0 && r->line.text[0] == '{')
        return ortl__fail(error, ORTL_UNSUPPORTED,
                          "a JSON dump of LightGBM is for people to read; convert what "
                          "save_model writes");
    if (!ortl__lightgbm_line_is(&r->line, "tree"))
        return ortl__fail(error, ORTL_BAD_MODEL, "line 1: \"tree\" expected, found \"%.*s\"",
                          (int)(r->line.n_bytes < 40 ? r->line.n_bytes : 40), r->line.text);
    r->has_carriage_returns =
        r->line.text + r->line.n_bytes < r->lines.next && r->line.text[r->line.n_bytes] == '\r';
    advance(r);
    return ORTL_OK;
}

static ortl_status collect_header(reading *r, ortl_error *error) {
    ortl_status status = ORTL_OK;
    while (status == ORTL_OK && !begins_tree(&r->line) && !ends_trees(&r->line)) {
        if (r->is_at_end)
            return ortl__fail(error, ORTL_BAD_MODEL,
                              "line %llu: the text ends within the header (cut off?)",
                              line_number(r));
        status = ortl__lightgbm_file_line(&r->line, key_texts, r->fields, N_KEYS, error);
        advance(r);
    }
    return status;
}

static ortl_status check_version(const reading *r, ortl_error *error) {
    const ortl__lightgbm_field *field = &r->fields[KEY_VERSION];
    const char *v = field->value;
    if (!field->key)
        return ortl__fail(
            error, ORTL_UNSUPPORTED,
            "the header has no version: load the model with LightGBM 2.1 or newer and "
            "save it again");
    if (field->n_bytes == 2 && v[0] == 'v' && v[1] >= '2' && v[1] <= '4') return ORTL_OK;
    return ortl__fail(error, ORTL_UNSUPPORTED,
                      "line %llu: text version \"%.*s\" is not known; v2, v3 and v4 are",
                      (unsigned long long)field->line.number,
                      (int)(field->n_bytes < 40 ? field->n_bytes : 40), v);
}

/* A whole number of the header from 0 on. */
static ortl_status read_count(const reading *r, enum header_key key, uint64_t *count_out,
                              ortl_error *error) {
    const ortl__lightgbm_field *field = &r->fields[key];
    int64_t count = 0;
    ortl_status status;
    if (!field->key)
        return ortl__fail(error, ORTL_BAD_MODEL, "line %llu: the header ends without %s",
                          line_number(r), key_texts[key]);
    status = ortl__lightgbm_only_integer(field, 0, INT32_MAX, &count, error);
    *count_out = (uint64_t)count;
    return status;
}

/* Without num_tree_per_iteration, as in the first versions, it is num_class. */
static ortl_status read_scores(reading *r, ortl_error *error) {
    const ortl__lightgbm_field *field = &r->fields[KEY_NUM_CLASS];
    uint64_t limit = r->source->limits->outputs_per_row, per_iteration = 0;
    ortl_status status = read_count(r, KEY_NUM_CLASS, &r->n_scores, error);
    per_iteration = r->n_scores;
    if (status == ORTL_OK && r->fields[KEY_TREES_PER_ITERATION].key)
        status = read_count(r, KEY_TREES_PER_ITERATION, &per_iteration, error);
    if (status != ORTL_OK) return status;
    if (r->n_scores > limit) return ortl__fail_limit(error, "outputs_per_row", limit, r->n_scores);
    if (r->n_scores > 0 && per_iteration == r->n_scores) return ORTL_OK;
    ortl__fail(error, ORTL_BAD_MODEL,
               "num_class is %llu and num_tree_per_iteration %llu, expected the same and above 0",
               (unsigned long long)r->n_scores, (unsigned long long)per_iteration);
    return ortl__lightgbm_fail_at(field, field->value, error);
}

/* A field of n_features words. */
static ortl_status check_words(const reading *r, enum header_key key, ortl_error *error) {
    const ortl__lightgbm_field *field = &r->fields[key];
    const char *next = field->value;
    uint64_t n = 0;
    while (ortl__lightgbm_next_word(field, &next).n_bytes > 0) n++;
    if (n == r->n_features) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_MODEL,
                      "line %llu: words of %s: %llu, expected %llu (max_feature_idx + 1)",
                      (unsigned long long)field->line.number, key_texts[key], (unsigned long long)n,
                      (unsigned long long)r->n_features);
}

static ortl_status read_names(reading *r, ortl_error *error) {
    const ortl__lightgbm_field *field = &r->fields[KEY_FEATURE_NAMES];
    const char *next = field->value;
    const char **names = NULL;
    ortl_status status = ORTL_OK;
    if (!field->key) return ORTL_OK;
    status = check_words(r, KEY_FEATURE_NAMES, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(&r->arena, r->n_features, sizeof *names, &names, error);
    for (uint64_t i = 0; i < r->n_features && status == ORTL_OK; i++) {
        ortl__lightgbm_word word = ortl__lightgbm_next_word(field, &next);
        status = ortl__lightgbm_copy(field, word.text, word.n_bytes, &r->arena, &names[i], error);
    }
    r->model.feature_names = names;
    return status;
}

static ortl_status read_features(reading *r, ortl_error *error) {
    uint64_t limit = r->source->limits->features, highest = 0;
    ortl_status status = read_count(r, KEY_MAX_FEATURE, &highest, error);
    if (status != ORTL_OK) return status;
    r->n_features = highest + 1;
    r->model.n_features = (size_t)r->n_features;
    if (r->n_features > limit) return ortl__fail_limit(error, "features", limit, r->n_features);
    status = read_names(r, error);
    if (status == ORTL_OK && r->fields[KEY_FEATURE_INFOS].key)
        status = check_words(r, KEY_FEATURE_INFOS, error);
    return status;
}

static ortl_status read_header(reading *r, ortl_error *error) {
    const ortl__lightgbm_field *objective = &r->fields[KEY_OBJECTIVE];
    ortl_status status = check_magic(r, error);
    if (status == ORTL_OK) status = collect_header(r, error);
    if (status == ORTL_OK) status = check_version(r, error);
    if (status == ORTL_OK) status = read_scores(r, error);
    if (status == ORTL_OK) status = read_features(r, error);
    if (status == ORTL_OK)
        status = ortl__lightgbm_objective(objective, (size_t)r->n_scores, &r->model, error);
    if (status == ORTL_OK && objective->key)
        status = ortl__lightgbm_copy(objective, objective->value, objective->n_bytes, &r->arena,
                                     &r->model.objective, error);
    return status;
}

/* ---- Trees ----------------------------------------------------------------------------------- */

/* Trees are numbered from 0. */
static ortl_status check_number(const reading *r, ortl_error *error) {
    static const char *const keys[] = {"Tree"};
    ortl__lightgbm_field field = {NULL, NULL, 0, {NULL, 0, 0}};
    int64_t number = 0, expected = (int64_t)r->trees.n_trees;
    ortl_status status = ortl__lightgbm_file_line(&r->line, keys, &field, 1, error);
    if (status == ORTL_OK)
        status = ortl__lightgbm_only_integer(&field, expected, expected, &number, error);
    return status;
}

/* tree_sizes tells where each tree begins: *at_out, NULL before the first one, moves on by the next
 * size. Texts whose line ends were rewritten are not measured, nor is the end of the last tree,
 * which LightGBM does not look at either. */
static ortl_status check_start(const reading *r, ortl__lightgbm_values *sizes, const char **at_out,
                               ortl_error *error) {
    int64_t size = 0, n_left = r->lines.end - r->line.text;
    ortl_status status;
    if (!sizes->field->key) return ORTL_OK;
    if (*at_out && !r->has_carriage_returns && *at_out != r->line.text)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "line %llu: tree %llu does not begin where tree_sizes says (the text was "
                          "altered?)",
                          line_number(r), (unsigned long long)r->trees.n_trees);
    status = ortl__lightgbm_read_integer(sizes, 0, INT64_MAX, &size, error);
    if (status != ORTL_OK) return status;
    if (size > n_left)
        return ortl__fail(
            error, ORTL_BAD_MODEL,
            "line %llu: tree %llu takes %lld bytes, the text has %lld left (cut off?)",
            line_number(r), (unsigned long long)r->trees.n_trees, (long long)size,
            (long long)n_left);
    *at_out = r->line.text + size;
    return ORTL_OK;
}

static ortl_status read_trees(reading *r, ortl_error *error) {
    ortl__lightgbm_values sizes = ortl__lightgbm_values_of(&r->fields[KEY_TREE_SIZES]);
    const char *start = NULL;
    ortl_status status = ORTL_OK;
    while (status == ORTL_OK && !ends_trees(&r->line)) {
        if (r->is_at_end)
            return ortl__fail(error, ORTL_BAD_MODEL,
                              "line %llu: the text ends after %llu trees without \"end of trees\" "
                              "(cut off?)",
                              line_number(r), (unsigned long long)r->trees.n_trees);
        if (begins_tree(&r->line)) {
            status = check_number(r, error);
            if (status == ORTL_OK) status = check_start(r, &sizes, &start, error);
            if (status == ORTL_OK)
                status = ortl__lightgbm_read_tree(&r->trees, &r->lines,
                                                  (size_t)(r->trees.n_trees % r->n_scores), error);
        } else if (r->line.n_bytes > 0) {
            return ortl__fail(error, ORTL_BAD_MODEL,
                              "line %llu: \"Tree=%llu\" or \"end of trees\" expected",
                              line_number(r), (unsigned long long)r->trees.n_trees);
        }
        if (status == ORTL_OK) advance(r);
    }
    if (status == ORTL_OK && sizes.field->key) status = ortl__lightgbm_end_values(&sizes, error);
    return status;
}

/* ---- Behind the trees ------------------------------------------------------------------------ */

/* The categories of pandas columns as JSON, for whoever has to turn them into the codes that the
 * model takes: the place in the list. */
static ortl_status keep_categories(reading *r, ortl_error *error) {
    static const char key[] = "pandas_categorical";
    size_t n_key = sizeof key; /* with the colon */
    ortl__lightgbm_field field = {key, r->line.text + n_key, r->line.n_bytes - n_key, r->line};
    const char *text = NULL;
    ortl_status status =
        ortl__lightgbm_copy(&field, field.value, field.n_bytes, &r->arena, &text, error);
    if (status != ORTL_OK || strcmp(text, "null") == 0 || strcmp(text, "[]") == 0) return status;
    return ortl_builder_metadata(r->builder, key, text, error);
}

static ortl_status read_rest(reading *r, ortl_error *error) {
    uint64_t parameters_line = 0;
    ortl_status status = ORTL_OK;
    for (; !r->is_at_end && status == ORTL_OK; advance(r)) {
        if (ortl__lightgbm_line_is(&r->line, "parameters:")) parameters_line = r->line.number;
        if (ortl__lightgbm_line_is(&r->line, "end of parameters")) parameters_line = 0;
        if (ortl__lightgbm_line_begins(&r->line, "pandas_categorical:"))
            status = keep_categories(r, error);
    }
    if (status == ORTL_OK && parameters_line > 0)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "line %llu: the text ends within the parameters (cut off?)",
                          line_number(r));
    return status;
}

/* ---- The model ------------------------------------------------------------------------------- */

/* A random forest divides by its iterations. */
static ortl_status finish_model(reading *r, ortl_error *error) {
    static const char *const versions[] = {"text format v2", "text format v3", "text format v4"};
    uint64_t n_trees = r->trees.n_trees, n_iterations = n_trees / r->n_scores;
    int is_average = r->fields[KEY_AVERAGE].key != NULL;
    if (n_iterations * r->n_scores != n_trees)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "%llu trees are no multiple of num_tree_per_iteration, %llu",
                          (unsigned long long)n_trees, (unsigned long long)r->n_scores);
    if (is_average && n_iterations == 0)
        return ortl__fail(error, ORTL_BAD_MODEL, "the average of no trees is asked for");
    if (is_average) r->model.scale /= (double)n_iterations;
    r->model.trainer = "lightgbm";
    r->model.trainer_version = versions[r->fields[KEY_VERSION].value[1] - '2'];
    return ortl_builder_model(r->builder, &r->model, error);
}

static ortl_status read_model(const ortl__trainer_source *source, ortl_builder *builder,
                              ortl_error *error) {
    const char *text = (const char *)source->bytes;
    static const ortl_model nothing = ORTL_MODEL_INIT;
    reading r = {.source = source, .builder = builder, .model = nothing};
    ortl_status status;
    ortl__arena_init(&r.arena, source->memory);
    r.lines = (ortl__lightgbm_lines){text, text + source->n_bytes, 0};
    status = read_header(&r, error);
    r.trees = (ortl__lightgbm_trees){
        .builder = builder, .memory = source->memory, .n_features = r.n_features};
    if (status == ORTL_OK) status = read_trees(&r, error);
    if (status == ORTL_OK) status = finish_model(&r, error);
    if (status == ORTL_OK) status = read_rest(&r, error);
    ortl__lightgbm_trees_free(&r.trees);
    ortl__arena_free(&r.arena);
    return status;
}

/* ---- Is it one? ------------------------------------------------------------------------------ */

/* JSON dumps are claimed too, to be refused with the way out. */
static int sniff(const unsigned char *bytes, size_t n_bytes, uint64_t file_bytes) {
    const char *text = (const char *)bytes;
    ortl__lightgbm_lines lines = {text, text + n_bytes, 0};
    ortl__lightgbm_line line;
    (void)file_bytes;
    if (n_bytes > 0 && text[0] == '{')
        return ortl__trainer_mentions(bytes, n_bytes, "\"num_tree_per_iteration\"") ? 2 : 0;
    if (!ortl__lightgbm_next_line(&lines, &line) || !ortl__lightgbm_line_is(&line, "tree"))
        return 0;
    ortl__lightgbm_next_line(&lines, &line);
    return ortl__lightgbm_line_begins(&line, "version=") ? 2 : 1;
}

const ortl__trainer ortl__trainer_lightgbm = {"lightgbm", "text", ORTL_DOUBLE, sniff, read_model};
