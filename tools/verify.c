/*
 * The story of verify: the recorded score, the rows with their truth, the score of now.
 */
#include "verify.h"

#include "../runtime/number.h"
#include "figures.h"

#include <math.h>
#include <string.h>

#define NO_CLASS (SIZE_MAX - 1) /* a label that is none of the classes */

/* ---- The recorded score ---------------------------------------------------------------------- */

/* Half a unit of the last digit of a decimal number, exponent included. */
static double half_unit(ortl_string text) {
    int64_t exponent = 0;
    int64_t n_decimals = 0;
    bool is_behind_point = false;
    for (size_t i = 0; i < text.n_bytes; i++) {
        char letter = text.data[i];
        if (letter == 'e' || letter == 'E') {
            size_t sign = i + 1 < text.n_bytes && text.data[i + 1] == '+';
            ortl__number_read_int64(text.data + i + 1 + sign, text.n_bytes - i - 1 - sign,
                                    &exponent);
            break;
        }
        n_decimals += is_behind_point && letter >= '0' && letter <= '9';
        is_behind_point = is_behind_point || letter == '.';
    }
    return 0.5 * ortl__figure_power(exponent - n_decimals);
}

/* The score that was written down was rounded, and that of now is made of float32 predictions. */
static double default_tolerance(ortl_string text, double value) {
    double rounding = half_unit(text) * (1 + 1e-9), precision = 1e-6 * fabs(value);
    return rounding > precision ? rounding : precision;
}

static ortl_status read_recorded(ortl__verification *v) {
    ortl__recorded_score *recorded = &v->recorded;
    ortl_error *error = &v->report->error;
    ortl_string value;
    ortl_status status =
        ortl__model_entry(&v->scoring.model, "score.metric", &recorded->metric, error);
    if (status == ORTL_OK)
        status = ortl__model_entry(&v->scoring.model, "score.value", &value, error);
    if (status != ORTL_OK || recorded->metric.data == NULL || value.data == NULL) return status;
    recorded->measure = ortl__measure_find(recorded->metric.data, recorded->metric.n_bytes);
    if (recorded->measure == ORTL__N_MEASURES)
        return ortl__message_fail(
            error, ORTL_UNSUPPORTED,
            "the recorded score.metric \"%.*s\" is not known "
            "(accuracy, log_loss, auc, rmse, mse, mae, r2)",
            (int)(recorded->metric.n_bytes < 60 ? recorded->metric.n_bytes : 60),
            recorded->metric.data);
    if (value.n_bytes == 0 ||
        ortl__number_read_double(value.data, value.n_bytes, '.', &recorded->value) != value.n_bytes)
        return ortl__message_fail(error, ORTL_BAD_MODEL,
                                  "the recorded score.value \"%.*s\" is no number",
                                  (int)(value.n_bytes < 60 ? value.n_bytes : 60), value.data);
    recorded->is_there = true;
    recorded->tolerance = v->settings->tolerance >= 0 ? v->settings->tolerance
                                                      : default_tolerance(value, recorded->value);
    return ORTL_OK;
}

static ortl_status compare_recorded(ortl__verification *v) {
    static const char letters[] = "0123456789abcdef";
    ortl__recorded_score *recorded = &v->recorded;
    uint8_t bytes[SHA256_DIGEST_LENGTH];
    ortl_string digest;
    SHA256Final(bytes, &v->hash);
    for (size_t i = 0; i < sizeof bytes; i++) {
        v->digest[2 * i] = letters[bytes[i] >> 4];
        v->digest[2 * i + 1] = letters[bytes[i] & 15];
    }
    ortl_status status =
        ortl__model_entry(&v->scoring.model, "score.data_sha256", &digest, &v->report->error);
    if (status != ORTL_OK || !recorded->is_there) return status;
    recorded->has_digest = digest.data != NULL;
    recorded->is_same_data =
        digest.n_bytes == 2 * sizeof bytes && memcmp(digest.data, v->digest, digest.n_bytes) == 0;
    recorded->is_measured =
        ortl__measures_get(&v->measures, recorded->measure, &recorded->measured);
    recorded->is_in_range =
        recorded->is_measured && fabs(recorded->measured - recorded->value) <= recorded->tolerance;
    v->report->has_differences = !recorded->is_in_range;
    return ORTL_OK;
}

/* ---- Classes --------------------------------------------------------------------------------- */

static bool is_class(const ortl_string *wanted, const int64_t *wanted_value, int64_t value,
                     const ortl_string *text) {
    if (text->data == NULL) return wanted_value != NULL && *wanted_value == value;
    return wanted != NULL && wanted->n_bytes == text->n_bytes &&
           memcmp(wanted->data, text->data, text->n_bytes) == 0;
}

/* The index of the class of that text (strings) or value (integers); either may be NULL. */
static size_t find_class(const ortl__verification *v, const ortl_string *text,
                         const int64_t *value) {
    size_t n_classes = v->scoring.model.description.n_classes;
    for (size_t i = 0; i < n_classes; i++) {
        int64_t class_value = 0;
        ortl_string class_text = {NULL, 0};
        if (ortl_class(v->scoring.model.session, i, &class_value, &class_text, NULL) != ORTL_OK)
            break;
        if (is_class(text, value, class_value, &class_text)) return i;
    }
    return NO_CLASS;
}

/* An integer, perhaps written as 1.0. */
static bool read_integer(ortl_string text, int64_t *value_out) {
    double real;
    if (text.n_bytes == 0) return false;
    if (ortl__number_read_int64(text.data, text.n_bytes, value_out) == text.n_bytes) return true;
    if (ortl__number_read_double(text.data, text.n_bytes, '.', &real) != text.n_bytes ||
        !(fabs(real) < 9e15) || real != floor(real))
        return false;
    *value_out = (int64_t)real;
    return true;
}

static ortl_status fail_truth(const ortl__verification *v, size_t row, ortl_string text,
                              const char *what) {
    return ortl__message_fail(&v->report->error, ORTL_BAD_INPUT, "%llu: target \"%.*s\" %s",
                              (unsigned long long)v->scoring.lines[row],
                              (int)(text.n_bytes < 60 ? text.n_bytes : 60),
                              text.n_bytes > 0 ? text.data : "", what);
}

static size_t greatest_score(const float *scores, size_t n) {
    size_t greatest = 0;
    for (size_t i = 1; i < n; i++)
        if (scores[i] > scores[greatest]) greatest = i;
    return greatest;
}

static ortl_status add_class_row(ortl__verification *v, size_t row) {
    const ortl__scoring *s = &v->scoring;
    const ortl_description *d = &s->model.description;
    ortl_string truth_text = s->rows.kept[row];
    int64_t truth_value;
    bool is_integer = read_integer(truth_text, &truth_value);
    const int64_t *label = ortl__scoring_cell(s, d->label_output, ORTL_INT64, row);
    const ortl_string *label_text = ortl__scoring_cell(s, d->label_output, ORTL_STRING, row);
    const float *scores = ortl__scoring_cell(s, d->score_output, ORTL_FLOAT, row);
    size_t truth = find_class(v, &truth_text, is_integer ? &truth_value : NULL);
    size_t predicted = SIZE_MAX;
    if (truth == NO_CLASS) return fail_truth(v, row, truth_text, "is none of the model's classes");
    if (scores != NULL && s->results.groups[d->score_output].n_columns != d->n_classes)
        scores = NULL;
    if (label != NULL || label_text != NULL)
        predicted = find_class(v, label_text, label);
    else if (scores != NULL)
        predicted = greatest_score(scores, d->n_classes);
    return ortl__measures_add_class(&v->measures, truth, predicted, scores, d->n_classes,
                                    &v->report->error);
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* The first output of floats or doubles that has a column for each target. */
static ortl_status find_value_output(ortl__verification *v) {
    const ortl__results *results = &v->scoring.results;
    size_t n_targets = v->scoring.mapping.n_kept;
    v->value_output = -1;
    for (size_t i = results->n_groups; i-- > 0;) {
        ortl_type type = results->groups[i].type;
        if ((type == ORTL_FLOAT || type == ORTL_DOUBLE) &&
            results->groups[i].n_columns == n_targets)
            v->value_output = (int)i;
    }
    if (v->value_output >= 0) return ORTL_OK;
    return ortl__message_fail(&v->report->error, ORTL_BAD_ARGUMENT,
                              "the model has no output of %llu numbers a row, as --target names",
                              (unsigned long long)n_targets);
}

static ortl_status add_value_row(ortl__verification *v, size_t row) {
    const ortl__scoring *s = &v->scoring;
    size_t n_targets = s->mapping.n_kept;
    const float *floats = ortl__scoring_cell(s, v->value_output, ORTL_FLOAT, row);
    const double *doubles = ortl__scoring_cell(s, v->value_output, ORTL_DOUBLE, row);
    v->measures.n_rows++;
    for (size_t i = 0; i < n_targets; i++) {
        ortl_string text = s->rows.kept[row * n_targets + i];
        double truth;
        if (text.n_bytes == 0 ||
            ortl__number_read_double(text.data, text.n_bytes, s->rows.point, &truth) !=
                text.n_bytes ||
            !isfinite(truth))
            return fail_truth(v, row, text, "is not a number");
        ortl__measures_add_value(&v->measures, truth,
                                 doubles != NULL ? doubles[i] : (double)floats[i]);
    }
    return ORTL_OK;
}

/* ---- The story ------------------------------------------------------------------------------- */

static ortl_status add_block(ortl__verification *v) {
    bool is_classifier = v->scoring.model.description.n_classes > 0;
    ortl_status status = ORTL_OK;
    if (is_classifier && v->scoring.mapping.n_kept != 1)
        return ortl__message_fail(&v->report->error, ORTL_BAD_ARGUMENT,
                                  "a classifier has one --target");
    if (!is_classifier) status = find_value_output(v);
    for (size_t row = 0; row < v->scoring.rows.n_rows && status == ORTL_OK; row++)
        status = is_classifier ? add_class_row(v, row) : add_value_row(v, row);
    return status;
}

static void hash_bytes(void *user, const char *bytes, size_t n_bytes) {
    SHA256Update(user, (const uint8_t *)bytes, n_bytes);
}

ortl_status ortl__verify(ortl__verification *v, const ortl__verify_settings *settings,
                         ortl__report *report) {
    memset(v, 0, sizeof *v);
    v->settings = settings;
    v->report = report;
    const ortl__scoring_settings scoring = {.table = &settings->table,
                                            .model = settings->model,
                                            .input = settings->input,
                                            .watch = hash_bytes,
                                            .user = &v->hash};
    SHA256Init(&v->hash);
    ortl_status status = ortl__scoring_open(&v->scoring, &scoring, report);
    if (status == ORTL_OK) status = read_recorded(v);
    while (status == ORTL_OK && (status = ortl__scoring_next(&v->scoring, report)) == ORTL_OK &&
           v->scoring.rows.n_rows > 0)
        status = add_block(v);
    if (status == ORTL_OK && v->scoring.n_rows == 0)
        status = ortl__message_fail(&report->error, ORTL_BAD_INPUT, "the table has no rows");
    if (status == ORTL_OK) status = compare_recorded(v);
    v->scoring.settings = NULL; /* it ends here */
    return status;
}

void ortl__verification_free(ortl__verification *v) {
    ortl__scoring_close(&v->scoring);
    ortl__measures_free(&v->measures);
}
