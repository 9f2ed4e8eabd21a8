/*
 * How well predictions meet the truth: sums over rows, and what they come to.
 */
#ifndef ORTL_TOOLS_MEASURES_H
#define ORTL_TOOLS_MEASURES_H

#include "../runtime/libm.h"

#include <stdbool.h>

typedef enum ortl__measure {
    ORTL__ACCURACY, /* share of right labels */
    ORTL__LOG_LOSS, /* mean of -log of the probability of the true class, at least FLT_EPSILON */
    ORTL__AUC,      /* area under the receiver operating characteristic of the second of two
                       classes; rows that score alike count half */
    ORTL__RMSE,     /* square root of the mean squared error */
    ORTL__MSE,
    ORTL__MAE, /* mean absolute error */
    ORTL__R2,  /* 1 - squared error / squared deviation from the mean of the truth */
    ORTL__N_MEASURES
} ortl__measure;

/* "accuracy", "log_loss", ... */
const char *ortl__measure_name(ortl__measure measure);

/* The measure that trainers call so: "binary_logloss", "l2", "roc_auc", ...; ORTL__N_MEASURES when
 * there is none. */
ortl__measure ortl__measure_find(const char *name, size_t n_bytes);

/* A row for the area under the curve. */
typedef struct ortl__scored_row {
    float score;
    bool is_positive;
} ortl__scored_row;

typedef struct ortl__measures {
    uint64_t n_rows;
    /* of classifiers */
    uint64_t n_right;
    uint64_t n_labelled; /* rows with a label */
    double log_sum;
    ortl__libm libm;          /* once there are probabilities */
    uint64_t n_probable;      /* rows whose scores are probabilities */
    ortl__scored_row *scored; /* (n_scored) */
    size_t n_scored;
    size_t capacity;
    /* of regressors, over all targets */
    uint64_t n_values;
    double squares, distances;
    double mean, deviation; /* of the truth, as B. P. Welford adds them up */
} ortl__measures;

#define ORTL__MEASURES_INIT                                                                        \
    { .n_rows = 0 }

/* One row of a classifier.
 *   label        index of the predicted class, SIZE_MAX: the model gives none
 *   scores       (n_classes) or NULL */
ortl_status ortl__measures_add_class(ortl__measures *measures, size_t truth, size_t label,
                                     const float *scores, size_t n_classes, ortl_error *error);

/* One value of a regressor; n_rows is the caller's to count. */
void ortl__measures_add_value(ortl__measures *measures, double truth, double value);

/* Whether the rows allow for the measure, and its value. Sorts the scored rows. */
bool ortl__measures_get(ortl__measures *measures, ortl__measure measure, double *value_out);

void ortl__measures_free(ortl__measures *measures);

#endif
