/*
 * ZipMap: each row of a float matrix as a map from class labels to scores. Here the matrix itself
 * stands for the maps, its columns in the order of the labels. A label that is listed more than
 * once has one value in a map, that of its last column, and so it has in the matrix.
 */
#include "zipmap.h"

#include "../status.h"
#include "families.h"
#include "keys.h"
#include "scores.h"

typedef struct zipmap_parameters {
    ortl__class_labels labels;
    uint32_t *sources; /* (labels.n) the column that each column shows; NULL: itself */
} zipmap_parameters;

int ortl__zipmap_classes(const ortl__step *step, size_t *n_out, const int64_t **values_out,
                         const ortl_string **texts_out) {
    const zipmap_parameters *parameters = step->parameters;
    if (step->operator->prepare != ortl__zipmap_prepare) return 0;
    *n_out = (size_t)parameters->labels.n;
    *values_out = parameters->labels.values;
    *texts_out = parameters->labels.texts;
    return 1;
}

/* ---- Keys ------------------------------------------------------------------------------------ */

/* The last column of a key is what all columns of that key show. */
static ortl_status resolve_duplicates(ortl__loading *loading, zipmap_parameters *parameters,
                                      ortl_error *error) {
    const int is_text = parameters->labels.texts != NULL;
    const void *data = is_text ? (const void *)parameters->labels.texts : parameters->labels.values;
    uint32_t *sources = NULL;
    uint64_t n = parameters->labels.n;
    ortl__arena scratch; /* of the sorted keys */
    ortl__keys keys;
    ortl__arena_init(&scratch, loading->memory);
    ortl_status status = ortl__keys_sort(&keys, &scratch, is_text ? ORTL_STRING : ORTL_INT64, n,
                                         data, ORTL__LAST_COUNTS, error);
    if (status != ORTL_OK || keys.n_distinct == n) goto done;
    status = ortl__arena_new(loading->arena, n, sizeof *sources, &sources, error);
    if (status != ORTL_OK) goto done;
    for (uint64_t i = 0; i < n; i++)
        sources[i] = is_text ? ortl__keys_find(&keys, &parameters->labels.texts[i])
                             : ortl__keys_find(&keys, &parameters->labels.values[i]);
    parameters->sources = sources;
done:
    ortl__arena_free(&scratch);
    return status;
}

/* ---- The operator ---------------------------------------------------------------------------- */

static ortl_status fail_count(ortl_error *error, ortl_status status, uint64_t n_keys,
                              int64_t n_columns) {
    return ortl__fail(error, status, "%llu class labels for %lld columns",
                      (unsigned long long)n_keys, (long long)n_columns);
}

/* The output is known to be [N, number of keys]. */
static ortl_status derive(const ortl__loading *loading, ortl__step *step,
                          const zipmap_parameters *parameters, ortl_error *error) {
    int64_t derived[2] = {-1, (int64_t)parameters->labels.n};
    const int64_t *shape = NULL;
    uint32_t rank = 0;
    if (ortl__value_shape(loading->inputs[0], &rank, &shape) && rank > 0) {
        int64_t n_columns = shape[rank - 1];
        if (rank <= 2 && n_columns >= 0 && n_columns != derived[1])
            return fail_count(error, ORTL_BAD_MODEL, parameters->labels.n, n_columns);
        derived[0] = rank == 2 ? shape[0] : 1;
    }
    ortl__step_needs_rows(loading, step);
    ortl__value_set(loading->outputs[0], ORTL_FLOAT, 2, derived);
    loading->outputs[0]->is_map = 1;
    return ORTL_OK;
}

ortl_status ortl__zipmap_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type float_only[] = {ORTL_FLOAT, ORTL_UNDEFINED};
    zipmap_parameters *parameters = NULL;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK)
        status =
            ortl__operator_attributes(loading, "classlabels_int64s classlabels_strings", error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, float_only, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK)
        status = ortl__class_labels_read(loading, "classlabels_int64s", &parameters->labels, error);
    if (status == ORTL_OK) status = derive(loading, step, parameters, error);
    if (status == ORTL_OK) status = resolve_duplicates(loading, parameters, error);
    if (status == ORTL_OK && parameters->sources) step->is_alias = 0;
    return status;
}

ortl_status ortl__zipmap_shape(ortl__call *call, ortl_error *error) {
    const zipmap_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    if (input->rank != 1 && input->rank != 2)
        return ortl__fail(error, ORTL_BAD_INPUT, "the input has rank %lu, 1 or 2 expected",
                          (unsigned long)input->rank);
    int64_t shape[2] = {input->rank == 2 ? input->shape[0] : 1, input->shape[input->rank - 1]};
    if ((uint64_t)shape[1] != parameters->labels.n)
        return fail_count(error, ORTL_BAD_INPUT, parameters->labels.n, shape[1]);
    return ortl__tensor_shape(call->outputs[0], ORTL_FLOAT, 2, shape, error);
}

ortl_status ortl__zipmap_run(ortl__call *call, ortl_error *error) {
    const zipmap_parameters *parameters = call->step->parameters;
    const float *row = call->inputs[0]->data;
    float *out = call->outputs[0]->data;
    uint64_t n = parameters->labels.n;
    (void)error;
    if (!parameters->sources) return ORTL_OK; /* an alias */
    for (uint64_t i = 0; i < (uint64_t)call->outputs[0]->shape[0]; i++, row += n, out += n)
        for (uint64_t j = 0; j < n; j++) out[j] = row[parameters->sources[j]];
    return ORTL_OK;
}
