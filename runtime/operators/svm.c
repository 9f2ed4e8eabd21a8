/*
 * SVMClassifier and SVMRegressor: sums over support vectors of what a kernel function makes of a
 * row and a vector. Classes are decided by votes of all pairs; probabilities, where the model has
 * them, are coupled from those of the pairs (Wu, Lin and Weng 2004, as in LIBSVM).
 */
#include <math.h>

#include "../exponential.h"
#include "../status.h"
#include "families.h"
#include "scores.h"

#define BLOCK_ROWS 64 /* rows for which kernel values are kept at once */

typedef enum svm_kernel { KERNEL_LINEAR, KERNEL_POLY, KERNEL_RBF, KERNEL_SIGMOID } svm_kernel;

typedef struct svm_parameters {
    const ortl__algebra *algebra;
    const ortl__libm *libm;
    size_t kernel; /* an svm_kernel */
    float gamma, offset, degree;
    uint64_t n_vectors, n_features;
    const float *vectors;      /* (n_vectors, n_features) */
    const float *coefficients; /* (n_vectors), of a classifier (n_classes - 1, n_vectors) */
    const float *rho;          /* (1), of a classifier (n_pairs) */
    /* SVMRegressor */
    int64_t is_one_class; /* gives 1 above 0, else -1 */
    /* SVMClassifier */
    ortl__class_labels labels;
    ortl__transform transform;
    uint32_t n_classes;
    uint64_t n_pairs;             /* n_classes * (n_classes - 1) / 2 */
    const int64_t *class_counts;  /* (n_classes) support vectors of each class, in order */
    const float *slopes, *shifts; /* (n_pairs) of the pairs' probabilities, NULL: none */
} svm_parameters;

/* ---- Prepare --------------------------------------------------------------------------------- */

/* A list of floats with its count, 0 when absent. */
static ortl_status read_floats(const ortl__loading *loading, const char *name,
                               const float **floats_out, uint64_t *n_out, ortl_error *error) {
    const ortl__attribute *list = NULL;
    ortl_status status = ortl__operator_list(loading, name, ORTL__ATTRIBUTE_FLOATS, &list, error);
    *n_out = list ? list->count : 0;
    *floats_out = *n_out ? list->as.floats : NULL;
    return status;
}

/* The same where the count is known. */
static ortl_status read_counted(const ortl__loading *loading, const char *name, uint64_t n_wanted,
                                const float **floats_out, ortl_error *error) {
    uint64_t n = 0;
    ortl_status status = read_floats(loading, name, floats_out, &n, error);
    if (status != ORTL_OK || n == n_wanted) return status;
    return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"%s\" has %llu values, %llu expected",
                      name, (unsigned long long)n, (unsigned long long)n_wanted);
}

static ortl_status read_kernel(const ortl__loading *loading, svm_parameters *parameters,
                               ortl_error *error) {
    static const char *const names[] = {[KERNEL_LINEAR] = "LINEAR",
                                        [KERNEL_POLY] = "POLY",
                                        [KERNEL_RBF] = "RBF",
                                        [KERNEL_SIGMOID] = "SIGMOID"};
    const char *name = NULL;
    const float *values = NULL;
    ortl_status status = ortl__operator_string(loading, "kernel_type", "LINEAR", &name, error);
    if (status == ORTL_OK)
        status = ortl__operator_choice(loading, "kernel_type", name, names,
                                       sizeof names / sizeof names[0], &parameters->kernel, error);
    if (status == ORTL_OK) status = read_counted(loading, "kernel_params", 3, &values, error);
    if (status != ORTL_OK) return status;
    parameters->gamma = values[0];
    parameters->offset = values[1];
    parameters->degree = values[2];
    return ORTL_OK;
}

/* The support vectors, of which n_vectors is known. */
static ortl_status read_vectors(const ortl__loading *loading, svm_parameters *parameters,
                                ortl_error *error) {
    uint64_t n = 0;
    ortl_status status = read_floats(loading, "support_vectors", &parameters->vectors, &n, error);
    if (status != ORTL_OK) return status;
    if (parameters->n_vectors == 0 || n == 0 || n % parameters->n_vectors != 0)
        return ortl__fail(error, ORTL_BAD_MODEL, "%llu numbers in %llu support vectors",
                          (unsigned long long)n, (unsigned long long)parameters->n_vectors);
    parameters->n_features = n / parameters->n_vectors;
    return ORTL_OK;
}

static ortl_status prepare(ortl__loading *loading, ortl__step *step, uint32_t n_outputs,
                           const char *attributes, svm_parameters **parameters_out,
                           ortl_error *error) {
    svm_parameters *parameters = NULL;
    ortl_status status = ortl__rows_prepare(loading, step, n_outputs, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, attributes, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK) status = read_kernel(loading, parameters, error);
    if (status == ORTL_OK &&
        (parameters->kernel == KERNEL_POLY || parameters->kernel == KERNEL_SIGMOID))
        status = ortl__libm_open(loading->libm, error);
    if (status == ORTL_OK) status = ortl__scores_transform(loading, &parameters->transform, error);
    *parameters_out = parameters;
    return status;
}

/* Without support vectors the coefficients are the weights of a linear function, which is one
 * vector under the linear kernel. The transform is not applied, as in the reference. */
ortl_status ortl__svm_regressor_prepare(ortl__loading *loading, ortl__step *step,
                                        ortl_error *error) {
    static const float one[1] = {1};
    svm_parameters *parameters = NULL;
    int64_t n_vectors = 0;
    const int64_t shape[2] = {-1, 1};
    ortl_status status = prepare(loading, step, 1,
                                 "coefficients kernel_params kernel_type n_supports one_class "
                                 "post_transform rho support_vectors",
                                 &parameters, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "one_class", 0, &parameters->is_one_class, error);
    if (status == ORTL_OK) status = ortl__operator_int(loading, "n_supports", 0, &n_vectors, error);
    if (status == ORTL_OK) status = read_counted(loading, "rho", 1, &parameters->rho, error);
    if (status != ORTL_OK) return status;
    parameters->n_vectors = n_vectors > 0 ? (uint64_t)n_vectors : 1;
    if (n_vectors > 0) {
        status = read_counted(loading, "coefficients", parameters->n_vectors,
                              &parameters->coefficients, error);
        if (status == ORTL_OK) status = read_vectors(loading, parameters, error);
    } else {
        status = read_floats(loading, "coefficients", &parameters->vectors, &parameters->n_features,
                             error);
        parameters->kernel = KERNEL_LINEAR;
        parameters->coefficients = one;
    }
    if (status != ORTL_OK) return status;
    parameters->algebra = loading->algebra;
    parameters->libm = loading->libm;
    ortl__algebra_prepare(loading->algebra, parameters->n_vectors * parameters->n_features);
    ortl__value_set(loading->outputs[0], ORTL_FLOAT, 2, shape);
    return ORTL_OK;
}

/* The support vectors of each class; their sum is the number of vectors. */
static ortl_status read_classes(const ortl__loading *loading, svm_parameters *parameters,
                                ortl_error *error) {
    const ortl__attribute *counts = NULL;
    ortl_status status =
        ortl__operator_list(loading, "vectors_per_class", ORTL__ATTRIBUTE_INTS, &counts, error);
    if (status != ORTL_OK) return status;
    if (!counts)
        return ortl__fail(error, ORTL_UNSUPPORTED, "a classifier without vectors_per_class");
    if (counts->count < 2 || counts->count != parameters->labels.n ||
        counts->count > loading->limits->outputs_per_row)
        return ortl__fail(error, ORTL_BAD_MODEL, "%llu vectors_per_class for %llu class labels",
                          (unsigned long long)counts->count,
                          (unsigned long long)parameters->labels.n);
    for (uint64_t i = 0; i < counts->count; i++) {
        int64_t n = counts->as.ints[i];
        if (n < 0 || n > INT32_MAX)
            return ortl__fail(error, ORTL_BAD_MODEL, "vectors_per_class has %lld", (long long)n);
        parameters->n_vectors += (uint64_t)n;
    }
    parameters->class_counts = counts->as.ints;
    parameters->n_classes = (uint32_t)counts->count;
    parameters->n_pairs = (uint64_t)counts->count * (counts->count - 1) / 2;
    return ORTL_OK;
}

static ortl_status read_pairs(const ortl__loading *loading, svm_parameters *parameters,
                              ortl_error *error) {
    int has_slopes = ortl__node_attribute(loading->node, "prob_a") != NULL;
    uint64_t n = parameters->n_pairs;
    ortl_status status = read_counted(loading, "rho", n, &parameters->rho, error);
    if (status == ORTL_OK)
        status = read_counted(loading, "coefficients",
                              (parameters->n_classes - 1) * parameters->n_vectors,
                              &parameters->coefficients, error);
    if (status == ORTL_OK && has_slopes)
        status = read_counted(loading, "prob_a", n, &parameters->slopes, error);
    if (status == ORTL_OK && has_slopes)
        status = read_counted(loading, "prob_b", n, &parameters->shifts, error);
    return status;
}

/* Two classes without probabilities: the one score is given as a pair. */
static int has_pair(const svm_parameters *parameters) {
    return parameters->n_classes == 2 && !parameters->slopes;
}

static int64_t count_scores(const svm_parameters *parameters) {
    if (has_pair(parameters)) return 2;
    return parameters->slopes ? (int64_t)parameters->n_classes : (int64_t)parameters->n_pairs;
}

ortl_status ortl__svm_classifier_prepare(ortl__loading *loading, ortl__step *step,
                                         ortl_error *error) {
    svm_parameters *parameters = NULL;
    ortl_status status = prepare(loading, step, 2,
                                 "classlabels_ints classlabels_strings coefficients kernel_params "
                                 "kernel_type post_transform prob_a prob_b rho support_vectors "
                                 "vectors_per_class",
                                 &parameters, error);
    if (status == ORTL_OK)
        status = ortl__class_labels_read(loading, "classlabels_ints", &parameters->labels, error);
    if (status == ORTL_OK) status = read_classes(loading, parameters, error);
    if (status == ORTL_OK) status = read_vectors(loading, parameters, error);
    if (status == ORTL_OK) status = read_pairs(loading, parameters, error);
    if (status != ORTL_OK) return status;
    if (has_pair(parameters) && parameters->transform == ORTL__TRANSFORM_PROBIT)
        return ortl__fail(error, ORTL_UNSUPPORTED, "PROBIT of one score for two classes");
    parameters->algebra = loading->algebra;
    parameters->libm = loading->libm;
    ortl__algebra_prepare(loading->algebra, parameters->n_vectors * parameters->n_features);
    const int64_t shape[2] = {-1, count_scores(parameters)};
    ortl__value_set(loading->outputs[0], ortl__class_labels_type(&parameters->labels), 1, shape);
    ortl__scores_derive(loading, shape);
    return ORTL_OK;
}

/* ---- Kernel values --------------------------------------------------------------------------- */

/* exp(-gamma * the square of the distance), for each vector. */
static void radial_row(const svm_parameters *parameters, const float *row, float *values) {
    const float *vector = parameters->vectors;
    for (uint64_t v = 0; v < parameters->n_vectors; v++) {
        float sum = 0;
        for (uint64_t j = 0; j < parameters->n_features; j++, vector++)
            sum += (row[j] - *vector) * (row[j] - *vector);
        values[v] = ortl__expf(-parameters->gamma * sum);
    }
}

/* Kernel values (n_rows, n_vectors) of some rows (n_rows, n_features). */
static void fill_kernel(const svm_parameters *parameters, const float *rows, uint64_t n_rows,
                        float *values) {
    uint64_t n = n_rows * parameters->n_vectors;
    if (parameters->kernel == KERNEL_RBF) {
        for (uint64_t i = 0; i < n_rows; i++)
            radial_row(parameters, rows + i * parameters->n_features,
                       values + i * parameters->n_vectors);
        return;
    }
    ortl__product product = {.type = ORTL_FLOAT,
                             .n_rows = n_rows,
                             .n_inner = parameters->n_features,
                             .n_columns = parameters->n_vectors,
                             .left = rows,
                             .right = parameters->vectors,
                             .output = values,
                             .is_right_transposed = 1,
                             .scale = 1};
    ortl__algebra_multiply(parameters->algebra, &product);
    for (uint64_t i = 0; i < n && parameters->kernel != KERNEL_LINEAR; i++) {
        float x = parameters->gamma * values[i] + parameters->offset;
        values[i] = parameters->kernel == KERNEL_POLY
                        ? parameters->libm->powf(x, parameters->degree)
                        : parameters->libm->tanhf(x);
    }
}

/* What a run needs in its scratch, one behind the other. */
typedef struct svm_scratch {
    float *floats;        /* (n_rows, n_features) when the rows are not floats yet */
    float *kernel;        /* (BLOCK_ROWS, n_vectors) */
    float *pairs;         /* (n_pairs) of one row, classifier only */
    float *probabilities; /* (n_classes, n_classes) of the pairs of one row */
    float *coupling;      /* (n_classes) while probabilities are coupled */
    float *estimates;     /* (n_classes) */
    uint64_t *votes;      /* (n_classes) first, for its alignment */
} svm_scratch;

/* Places the arrays from *scratch on and returns the bytes that they take. */
static uint64_t place_scratch(const ortl__call *call, void *start, svm_scratch *scratch_out) {
    const svm_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    uint64_t n_classes = parameters->n_classes,
             square = parameters->slopes ? n_classes * n_classes : 0;
    uint64_t counts[] = {input->type == ORTL_FLOAT ? 0 : input->n_elements,
                         BLOCK_ROWS * parameters->n_vectors,
                         parameters->n_pairs,
                         square,
                         n_classes,
                         n_classes};
    float **places[] = {&scratch_out->floats,   &scratch_out->kernel,
                        &scratch_out->pairs,    &scratch_out->probabilities,
                        &scratch_out->coupling, &scratch_out->estimates};
    uint64_t n_bytes = n_classes * sizeof(uint64_t), n_floats = 0;
    scratch_out->votes = start;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (start) *places[i] = (float *)((char *)start + n_bytes) + n_floats;
        n_floats += counts[i];
    }
    return n_bytes + n_floats * sizeof(float);
}

/* ---- SVMRegressor ---------------------------------------------------------------------------- */

ortl_status ortl__svm_regressor_shape(ortl__call *call, ortl_error *error) {
    const svm_parameters *parameters = call->step->parameters;
    svm_scratch scratch;
    uint64_t n_rows = 0;
    ortl_status status = ortl__rows_count(call, parameters->n_features, &n_rows, error);
    if (status != ORTL_OK) return status;
    const int64_t shape[2] = {(int64_t)n_rows, 1};
    call->scratch_bytes = place_scratch(call, NULL, &scratch);
    return ortl__tensor_shape(call->outputs[0], ORTL_FLOAT, 2, shape, error);
}

ortl_status ortl__svm_regressor_run(ortl__call *call, ortl_error *error) {
    const svm_parameters *parameters = call->step->parameters;
    uint64_t n_rows = (uint64_t)call->outputs[0]->shape[0];
    float *out = call->outputs[0]->data;
    svm_scratch scratch;
    (void)error;
    if (n_rows == 0) return ORTL_OK;
    place_scratch(call, call->scratch, &scratch);
    const float *rows = ortl__rows_floats(call->inputs[0], scratch.floats);
    for (uint64_t i = 0; i < n_rows; i++) {
        uint64_t in_block = i % BLOCK_ROWS, left = n_rows - i;
        const float *kernel = scratch.kernel + in_block * parameters->n_vectors;
        float sum = 0;
        if (in_block == 0)
            fill_kernel(parameters, rows + i * parameters->n_features,
                        left < BLOCK_ROWS ? left : BLOCK_ROWS, scratch.kernel);
        for (uint64_t v = 0; v < parameters->n_vectors; v++)
            sum += kernel[v] * parameters->coefficients[v];
        sum += parameters->rho[0];
        out[i] = !parameters->is_one_class ? sum : sum > 0 ? 1.0f : -1.0f;
    }
    return ORTL_OK;
}

/* ---- SVMClassifier --------------------------------------------------------------------------- */

ortl_status ortl__svm_classifier_shape(ortl__call *call, ortl_error *error) {
    const svm_parameters *parameters = call->step->parameters;
    ortl__tensor *labels = call->outputs[0];
    svm_scratch scratch;
    uint64_t n_rows = 0;
    ortl_status status = ortl__rows_count(call, parameters->n_features, &n_rows, error);
    if (status != ORTL_OK) return status;
    const int64_t shape[2] = {(int64_t)n_rows, count_scores(parameters)};
    call->scratch_bytes = place_scratch(call, NULL, &scratch);
    status = ortl__tensor_shape(labels, labels->type, 1, shape, error);
    if (status == ORTL_OK) status = ortl__scores_shape(call, shape, error);
    return status;
}

static float weigh(const float *coefficients, const float *kernel, uint64_t first, int64_t n) {
    float sum = 0;
    for (uint64_t v = first; v < first + (uint64_t)n; v++) sum += coefficients[v] * kernel[v];
    return sum;
}

/* The value of each pair of classes i < j, above 0 for i, and the votes that follow. Vectors of
 * class i have their coefficient against j in row j - 1, those of j against i in row i. */
static void decide_pairs(const svm_parameters *parameters, const float *kernel,
                         svm_scratch *scratch) {
    uint64_t n = parameters->n_vectors, pair = 0, first = 0;
    for (uint32_t i = 0; i < parameters->n_classes; i++) scratch->votes[i] = 0;
    for (uint32_t i = 0; i < parameters->n_classes;
         first += (uint64_t)parameters->class_counts[i++]) {
        uint64_t other = first + (uint64_t)parameters->class_counts[i];
        for (uint32_t j = i + 1; j < parameters->n_classes; j++, pair++) {
            float sum = weigh(parameters->coefficients + (j - 1) * n, kernel, first,
                              parameters->class_counts[i]);
            sum +=
                weigh(parameters->coefficients + i * n, kernel, other, parameters->class_counts[j]);
            scratch->pairs[pair] = sum + parameters->rho[pair];
            scratch->votes[scratch->pairs[pair] > 0 ? i : j]++;
            other += (uint64_t)parameters->class_counts[j];
        }
    }
}

/* The first of the classes with the most votes. */
static uint64_t count_votes(const svm_parameters *parameters, const uint64_t *votes) {
    uint64_t best = 0;
    for (uint32_t i = 1; i < parameters->n_classes; i++)
        if (votes[i] > votes[best]) best = i;
    return best;
}

/* Probability (i, j): that of class i among i and j, kept off 0 and 1. */
static void estimate_pairs(const svm_parameters *parameters, svm_scratch *scratch) {
    uint32_t n = parameters->n_classes;
    uint64_t pair = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = i + 1; j < n; j++, pair++) {
            float x = scratch->pairs[pair] * parameters->slopes[pair] + parameters->shifts[pair];
            float e = ortl__expf(-fabsf(x));
            float p = x >= 0 ? e / (1 + e) : 1 / (1 + e);
            p = p < 1e-7f ? 1e-7f : p > 1 - 1e-7f ? 1 - 1e-7f : p;
            scratch->probabilities[i * n + j] = p;
            scratch->probabilities[j * n + i] = 1 - p;
        }
}

/* Entry (t, j) of the matrix Q whose quadratic form the estimates minimise. */
static float coupling_at(const float *p, uint32_t n, uint32_t t, uint32_t j) {
    float sum = 0;
    if (t != j) return -p[j * n + t] * p[t * n + j];
    for (uint32_t k = 0; k < n; k++)
        if (k != t) sum += p[k * n + t] * p[k * n + t];
    return sum;
}

/* Q times the estimates, into coupling; returns the estimates times that. */
static float multiply_coupling(uint32_t n, svm_scratch *scratch) {
    float form = 0;
    for (uint32_t t = 0; t < n; t++) {
        scratch->coupling[t] = 0;
        for (uint32_t j = 0; j < n; j++)
            scratch->coupling[t] +=
                coupling_at(scratch->probabilities, n, t, j) * scratch->estimates[j];
        form += scratch->estimates[t] * scratch->coupling[t];
    }
    return form;
}

/* Estimates of all classes from the probabilities of their pairs. Each step moves one estimate to
 * its optimum and scales all of them to the sum 1. */
static void couple(uint32_t n, svm_scratch *scratch) {
    float *coupling = scratch->coupling, *estimates = scratch->estimates;
    uint32_t max_rounds = n > 100 ? n : 100;
    for (uint32_t t = 0; t < n; t++) estimates[t] = 1.0f / (float)n;
    for (uint32_t round = 0; round < max_rounds; round++) {
        float form = multiply_coupling(n, scratch), worst = 0;
        for (uint32_t t = 0; t < n; t++)
            if (fabsf(coupling[t] - form) > worst) worst = fabsf(coupling[t] - form);
        if (worst < 0.005f / (float)n) return;
        for (uint32_t t = 0; t < n; t++) {
            float diagonal = coupling_at(scratch->probabilities, n, t, t);
            float move = (form - coupling[t]) / diagonal;
            estimates[t] += move;
            form = (form + move * (move * diagonal + 2 * coupling[t])) / (1 + move) / (1 + move);
            for (uint32_t j = 0; j < n; j++) {
                float entry = coupling_at(scratch->probabilities, n, t, j);
                coupling[j] = (coupling[j] + move * entry) / (1 + move);
                estimates[j] /= 1 + move;
            }
        }
    }
}

/* The scores of a row whose pairs are decided. */
static void write_scores(const svm_parameters *parameters, svm_scratch *scratch, float *out) {
    uint32_t n = (uint32_t)count_scores(parameters);
    const float *scores = scratch->pairs;
    if (has_pair(parameters)) {
        ortl__scores_pair(parameters->transform, parameters->libm, scores[0], out);
        if (parameters->transform == ORTL__TRANSFORM_NONE) out[0] = -scores[0];
        return;
    }
    if (parameters->slopes) {
        estimate_pairs(parameters, scratch);
        couple(parameters->n_classes, scratch);
        scores = scratch->estimates;
    }
    for (uint32_t i = 0; i < n; i++) out[i] = scores[i];
    ortl__scores_finish(parameters->transform, parameters->libm, out, n);
}

ortl_status ortl__svm_classifier_run(ortl__call *call, ortl_error *error) {
    const svm_parameters *parameters = call->step->parameters;
    uint64_t n_rows = call->outputs[0]->n_elements;
    uint64_t n_scores = (uint64_t)count_scores(parameters);
    float *out = ortl__scores_data(call);
    svm_scratch scratch;
    (void)error;
    if (n_rows == 0) return ORTL_OK;
    place_scratch(call, call->scratch, &scratch);
    const float *rows = ortl__rows_floats(call->inputs[0], scratch.floats);
    for (uint64_t i = 0; i < n_rows; i++) {
        uint64_t in_block = i % BLOCK_ROWS, left = n_rows - i;
        if (in_block == 0)
            fill_kernel(parameters, rows + i * parameters->n_features,
                        left < BLOCK_ROWS ? left : BLOCK_ROWS, scratch.kernel);
        decide_pairs(parameters, scratch.kernel + in_block * parameters->n_vectors, &scratch);
        ortl__class_labels_write(&parameters->labels, count_votes(parameters, scratch.votes),
                                 call->outputs[0], i);
        if (out) write_scores(parameters, &scratch, out + i * n_scores);
    }
    return ORTL_OK;
}
