/*
 * TfIdfVectorizer: counts the n-grams of a pool in each row of tokens. Tokens are numbered by the
 * pool; the n-grams are sorted as sequences of these numbers, so that those which begin alike stand
 * side by side, and each further token narrows the range of what is still possible.
 */
#include <string.h>

#include "../status.h"
#include "families.h"
#include "keys.h"

/* One n-gram of the pool. */
typedef struct gram {
    uint32_t first;    /* of its tokens in the pool */
    uint32_t n_tokens; /* 1 or more */
    uint32_t number;   /* among all n-grams of the pool, also those that are too short or long */
} gram;

typedef enum ngram_mode { MODE_TF, MODE_IDF, MODE_TFIDF } ngram_mode;

typedef struct ngram_parameters {
    ngram_mode mode;
    uint64_t min_length, max_length, max_skip; /* tokens */
    ortl__keys tokens;                         /* of the pool */
    uint32_t *token_numbers; /* (tokens.n) of the pool; equal tokens, equal numbers */
    uint32_t n_grams;
    gram *grams;            /* (n_grams) by their token numbers, shorter before longer */
    uint64_t n_columns;     /* of the output */
    const int64_t *columns; /* (all n-grams of the pool) by number */
    const float *weights;   /* (likewise) or NULL: all 1 */
} ngram_parameters;

/* ---- Sorted n-grams -------------------------------------------------------------------------- */

/* Orders n-grams by their tokens' numbers; one that another begins with stands before it. */
static int order_grams(const ngram_parameters *p, const gram *left, const gram *right) {
    uint32_t n = left->n_tokens < right->n_tokens ? left->n_tokens : right->n_tokens;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t a = p->token_numbers[left->first + i], b = p->token_numbers[right->first + i];
        if (a != b) return a < b ? -1 : 1;
    }
    return (left->n_tokens > right->n_tokens) - (left->n_tokens < right->n_tokens);
}

static void sift_down(const ngram_parameters *p, uint32_t at, uint32_t n) {
    gram *heap = p->grams;
    while (2 * at + 1 < n) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < n && order_grams(p, &heap[child], &heap[child + 1]) < 0) child++;
        if (order_grams(p, &heap[at], &heap[child]) >= 0) return;
        const gram kept = heap[at];
        heap[at] = heap[child];
        heap[child] = kept;
        at = child;
    }
}

/* Heapsort, as for keys. */
static void sort_grams(const ngram_parameters *p) {
    for (uint32_t i = p->n_grams / 2; i-- > 0;) sift_down(p, i, p->n_grams);
    for (uint32_t n = p->n_grams; n > 1;) {
        const gram last = p->grams[--n];
        p->grams[n] = p->grams[0];
        p->grams[0] = last;
        sift_down(p, 0, n);
    }
}

/* The n-grams grams[first .. end - 1], which agree in their first tokens. */
typedef struct gram_range {
    uint32_t first, end;
} gram_range;

/* The first n-gram of the range whose token at `position` has a number of at least `number`; those
 * that have no such token come before all others. */
static uint32_t lower_bound(const ngram_parameters *p, gram_range range, uint64_t position,
                            uint32_t number) {
    while (range.first < range.end) {
        uint32_t middle = range.first + (range.end - range.first) / 2;
        const gram *g = &p->grams[middle];
        int is_before = position >= g->n_tokens || p->token_numbers[g->first + position] < number;
        if (is_before)
            range.first = middle + 1;
        else
            range.end = middle;
    }
    return range.first;
}

/* The n-grams of the range whose token at `position` has this number. */
static gram_range narrow(const ngram_parameters *p, gram_range range, uint64_t position,
                         uint32_t number) {
    gram_range narrowed = {lower_bound(p, range, position, number), range.end};
    narrowed.end = lower_bound(p, narrowed, position, number + 1);
    return narrowed;
}

/* ---- Reading the pool ------------------------------------------------------------------------ */

static ortl_status read_pool(ortl__loading *loading, ngram_parameters *p, ortl_error *error) {
    const ortl__attribute *texts = NULL, *numbers = NULL;
    const int is_text = loading->inputs[0]->type == ORTL_STRING;
    ortl_status status =
        ortl__operator_list(loading, "pool_strings", ORTL__ATTRIBUTE_STRINGS, &texts, error);
    if (status == ORTL_OK)
        status = ortl__operator_list(loading, "pool_int64s", ORTL__ATTRIBUTE_INTS, &numbers, error);
    if (status != ORTL_OK) return status;
    const ortl__attribute *pool = is_text ? texts : numbers;
    if (!texts == !numbers)
        return ortl__fail(error, ORTL_BAD_MODEL, "%d pools, 1 expected", texts ? 2 : 0);
    if (!pool || pool->count == 0)
        return ortl__fail(error, ORTL_BAD_MODEL, "there is no pool for an input of type %s",
                          ortl_type_name(loading->inputs[0]->type));
    status = ortl__keys_sort(&p->tokens, loading->arena, is_text ? ORTL_STRING : ORTL_INT64,
                             pool->count, ortl__operator_elements(pool), ORTL__FIRST_COUNTS, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(loading->arena, pool->count, sizeof *p->token_numbers,
                                 &p->token_numbers, error);
    if (status != ORTL_OK) return status;
    for (uint64_t i = 0; i < pool->count; i++)
        p->token_numbers[i] = is_text ? ortl__keys_find(&p->tokens, &pool->as.strings[i])
                                      : ortl__keys_find(&p->tokens, &pool->as.ints[i]);
    return ORTL_OK;
}

static ortl_status read_lengths(const ortl__loading *loading, ngram_parameters *p,
                                const ortl__attribute **starts_out, ortl_error *error) {
    static const char *const names[] = {"TF", "IDF", "TFIDF"}; /* as ngram_mode */
    int64_t min_length = 0, max_length = 0, max_skip = 0;
    const char *mode_name = NULL;
    size_t mode = 0;
    ortl_status status = ortl__operator_int(loading, "min_gram_length", 0, &min_length, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "max_gram_length", 0, &max_length, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "max_skip_count", -1, &max_skip, error);
    if (status == ORTL_OK) status = ortl__operator_string(loading, "mode", "", &mode_name, error);
    if (status == ORTL_OK)
        status = ortl__operator_choice(loading, "mode", mode_name, names, 3, &mode, error);
    if (status == ORTL_OK)
        status =
            ortl__operator_list(loading, "ngram_counts", ORTL__ATTRIBUTE_INTS, starts_out, error);
    if (status != ORTL_OK) return status;
    const uint64_t n_starts = *starts_out ? (*starts_out)->count : 0;
    if (min_length < 1 || max_length < min_length || (uint64_t)max_length > n_starts ||
        max_skip < 0)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "n-grams of %lld to %lld tokens, %lld left out, %llu lengths in "
                          "ngram_counts",
                          (long long)min_length, (long long)max_length, (long long)max_skip,
                          (unsigned long long)n_starts);
    p->mode = (ngram_mode)mode;
    p->min_length = (uint64_t)min_length;
    p->max_length = (uint64_t)max_length;
    p->max_skip = (uint64_t)max_skip;
    return ORTL_OK;
}

/* Lists the n-grams of the wanted lengths; *n_all_out counts those of all lengths. ngram_counts
 * says where in the pool the n-grams of each length start. */
static ortl_status list_grams(ngram_parameters *p, const ortl__attribute *starts,
                              uint64_t *n_all_out, ortl_error *error) {
    const uint64_t n_pool = p->tokens.n;
    *n_all_out = 0;
    for (uint64_t i = 0; i < starts->count; i++) {
        const uint64_t length = i + 1, start = (uint64_t)starts->as.ints[i];
        const uint64_t end = length < starts->count ? (uint64_t)starts->as.ints[i + 1] : n_pool;
        if (start > end || end > n_pool || (end - start) % length != 0)
            return ortl__fail(error, ORTL_BAD_MODEL,
                              "ngram_counts: n-grams of %llu tokens from %lld to %lld of a pool of "
                              "%llu",
                              (unsigned long long)length, (long long)start, (long long)end,
                              (unsigned long long)n_pool);
        for (uint64_t first = start; first < end; first += length, ++*n_all_out)
            if (length >= p->min_length && length <= p->max_length)
                p->grams[p->n_grams++] =
                    (gram){(uint32_t)first, (uint32_t)length, (uint32_t)*n_all_out};
    }
    return ORTL_OK;
}

static ortl_status sort_pool(ortl__loading *loading, ngram_parameters *p,
                             const ortl__attribute *starts, uint64_t *n_all_out,
                             ortl_error *error) {
    ortl_status status =
        ortl__arena_new(loading->arena, p->tokens.n, sizeof *p->grams, &p->grams, error);
    if (status == ORTL_OK) status = list_grams(p, starts, n_all_out, error);
    if (status != ORTL_OK) return status;
    sort_grams(p);
    for (uint32_t i = 1; i < p->n_grams; i++)
        if (order_grams(p, &p->grams[i - 1], &p->grams[i]) == 0)
            return ortl__fail(
                error, ORTL_BAD_MODEL, "n-grams %llu and %llu of the pool are the same",
                (unsigned long long)p->grams[i - 1].number, (unsigned long long)p->grams[i].number);
    return ORTL_OK;
}

/* The column and the weight of each of n n-grams. */
static ortl_status read_columns(const ortl__loading *loading, ngram_parameters *p, uint64_t n,
                                ortl_error *error) {
    const ortl__attribute *columns = NULL, *weights = NULL;
    ortl_status status =
        ortl__operator_list(loading, "ngram_indexes", ORTL__ATTRIBUTE_INTS, &columns, error);
    if (status == ORTL_OK)
        status = ortl__operator_list(loading, "weights", ORTL__ATTRIBUTE_FLOATS, &weights, error);
    if (status != ORTL_OK) return status;
    const uint64_t n_columns = columns ? columns->count : 0;
    const uint64_t n_weights = weights ? weights->count : 0;
    if (n_columns < n || (n_weights && n_weights != n_columns))
        return ortl__fail(error, ORTL_BAD_MODEL, "%llu n-grams, %llu ngram_indexes, %llu weights",
                          (unsigned long long)n, (unsigned long long)n_columns,
                          (unsigned long long)n_weights);
    for (uint64_t i = 0; i < n_columns; i++) {
        const int64_t column = columns->as.ints[i];
        if (column < 0 || (uint64_t)column >= loading->limits->features)
            return ortl__fail(error, column < 0 ? ORTL_BAD_MODEL : ORTL_LIMIT,
                              "ngram_indexes: %lld, of at most %llu columns (limit features)",
                              (long long)column, (unsigned long long)loading->limits->features);
        if ((uint64_t)column >= p->n_columns) p->n_columns = (uint64_t)column + 1;
    }
    p->columns = columns->as.ints;
    p->weights = n_weights ? weights->as.floats : NULL;
    return ORTL_OK;
}

ortl_status ortl__ngrams_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type types[] = {ORTL_STRING, ORTL_INT64, ORTL_INT32, ORTL_UNDEFINED};
    static const char attributes[] = "max_gram_length max_skip_count min_gram_length mode "
                                     "ngram_counts ngram_indexes pool_int64s pool_strings weights";
    const ortl__attribute *starts = NULL;
    ngram_parameters *p = NULL;
    uint64_t n_all = 0;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, attributes, error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, types, error);
    if (status == ORTL_OK) status = ortl__operator_parameters(loading, step, sizeof *p, &p, error);
    if (status == ORTL_OK) status = read_lengths(loading, p, &starts, error);
    if (status == ORTL_OK) status = read_pool(loading, p, error);
    if (status == ORTL_OK) status = sort_pool(loading, p, starts, &n_all, error);
    if (status == ORTL_OK) status = read_columns(loading, p, n_all, error);
    if (status != ORTL_OK) return status;
    const int64_t *shape = NULL;
    int64_t derived[2] = {-1, (int64_t)p->n_columns};
    uint32_t rank = 0;
    ortl__value_set(loading->outputs[0], ORTL_FLOAT, 0, NULL);
    ortl__step_needs_rows(loading, step);
    if (!ortl__value_shape(loading->inputs[0], &rank, &shape)) return ORTL_OK;
    if (rank == 2) derived[0] = shape[0];
    ortl__value_set(loading->outputs[0], ORTL_FLOAT, rank == 2 ? 2 : 1, derived + (rank != 2));
    return ORTL_OK;
}

/* ---- Counting -------------------------------------------------------------------------------- */

/* A tensor of rank 0 or 1 is one row, and so is its result. */
ortl_status ortl__ngrams_shape(ortl__call *call, ortl_error *error) {
    const ngram_parameters *p = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    const int64_t shape[2] = {input->rank == 2 ? input->shape[0] : 1, (int64_t)p->n_columns};
    const int is_matrix = input->rank == 2;
    if (input->rank > 2)
        return ortl__fail(error, ORTL_BAD_INPUT, "the input has rank %lu, 1 or 2 expected",
                          (unsigned long)input->rank);
    const uint64_t n_tokens = is_matrix ? (uint64_t)input->shape[1] : input->n_elements;
    call->scratch_bytes = n_tokens * sizeof(uint32_t);
    return ortl__tensor_shape(call->outputs[0], ORTL_FLOAT, is_matrix ? 2 : 1, shape + !is_matrix,
                              error);
}

/* The numbers of n tokens from element `first` on, ORTL__NO_KEY for those that are not in the pool.
 */
static void number_tokens(const ngram_parameters *p, const ortl__tensor *input, uint64_t first,
                          uint64_t n, uint32_t *numbers_out) {
    for (uint64_t i = 0; i < n; i++) {
        const uint64_t at = first + i;
        if (input->type == ORTL_INT32) {
            const int64_t token = ((const int32_t *)input->data)[at];
            numbers_out[i] = ortl__keys_find(&p->tokens, &token);
        } else {
            const char *token = (const char *)input->data + at * ortl_type_bytes(input->type);
            numbers_out[i] = ortl__keys_find(&p->tokens, token);
        }
    }
}

static void count_gram(const ngram_parameters *p, const gram *found, float *row) {
    const float weight = p->weights ? p->weights[found->number] : 1;
    float *cell = &row[p->columns[found->number]];
    switch (p->mode) {
    case MODE_TF: *cell += 1; break;
    case MODE_IDF: *cell = weight; break;
    case MODE_TFIDF: *cell += weight; break; /* as the reference: not count times weight */
    }
}

/* Counts the n-grams of at least min_length tokens that begin at token `at` and have `distance`
 * tokens between their tokens. */
static void count_from(const ngram_parameters *p, const uint32_t *tokens, uint64_t n, uint64_t at,
                       uint64_t distance, uint64_t min_length, float *row) {
    gram_range range = {0, p->n_grams};
    for (uint64_t length = 1; length <= p->max_length; length++) {
        if (tokens[at] == ORTL__NO_KEY) return;
        range = narrow(p, range, length - 1, tokens[at]);
        if (range.first == range.end) return;
        const gram *shortest = &p->grams[range.first];
        if (length >= min_length && shortest->n_tokens == length) count_gram(p, shortest, row);
        if (distance >= n - at) return;
        at += distance;
    }
}

/* Single tokens know no distance: they are counted once. */
static void count_row(const ngram_parameters *p, const uint32_t *tokens, uint64_t n, float *row) {
    uint64_t min_length = p->min_length;
    for (uint64_t skip = 0; skip <= p->max_skip; skip++) {
        const uint64_t distance = skip + 1;
        if (distance > n && skip > 0) return; /* no two tokens are so far apart */
        for (uint64_t at = 0; at < n; at++) count_from(p, tokens, n, at, distance, min_length, row);
        if (min_length == 1 && ++min_length > p->max_length) return;
    }
}

ortl_status ortl__ngrams_run(ortl__call *call, ortl_error *error) {
    const ngram_parameters *p = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    const uint64_t n_rows = input->rank == 2 ? (uint64_t)input->shape[0] : 1;
    const uint64_t n_tokens = input->rank == 2 ? (uint64_t)input->shape[1] : input->n_elements;
    float *row = call->outputs[0]->data;
    (void)error;
    for (uint64_t i = 0; i < n_rows; i++, row += p->n_columns) {
        for (uint64_t j = 0; j < p->n_columns; j++) row[j] = 0;
        number_tokens(p, input, i * n_tokens, n_tokens, call->scratch);
        count_row(p, call->scratch, n_tokens, row);
    }
    return ORTL_OK;
}
