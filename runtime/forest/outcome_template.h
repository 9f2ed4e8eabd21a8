/*
 * The text of outcome.c for one type of sums. Parameters, defined by the file that includes this:
 *   REAL      float or double
 *   NAMED(x)  the name of function x for this type
 * Results of float arithmetic are kept in REAL cells, which is exact.
 */

/* ---- Transforms of a row --------------------------------------------------------------------- */

/* The greatest value as float; NaN never wins, and the search starts at the lowest number. */
static float NAMED(greatest)(const REAL *scores, uint32_t n) {
    float greatest = -FLT_MAX;
    for (uint32_t k = 0; k < n; k++)
        if ((float)scores[k] > greatest) greatest = (float)scores[k];
    return greatest;
}

static void NAMED(softmax)(REAL *scores, uint32_t n) {
    float greatest = NAMED(greatest)(scores, n), sum = 0.0f;
    for (uint32_t k = 0; k < n; k++) {
        float value = ortl__expf((float)scores[k] - greatest);
        sum += value;
        scores[k] = (REAL)value;
    }
    for (uint32_t k = 0; k < n; k++) scores[k] = (REAL)((float)scores[k] / sum);
}

/* Values next to 0 are scaled but not counted. Their product and the division are made in REAL, as
 * onnxruntime does in this transform alone. */
static void NAMED(softmax_zero)(REAL *scores, uint32_t n) {
    const float next_to_zero = 1e-7f;
    float greatest = NAMED(greatest)(scores, n), sum = 0.0f;
    float scale = ortl__expf(-greatest);
    for (uint32_t k = 0; k < n; k++) {
        float x = (float)scores[k];
        if (x > next_to_zero || x < -next_to_zero) {
            float value = ortl__expf(x - greatest);
            sum += value;
            scores[k] = (REAL)value;
        } else {
            scores[k] *= (REAL)scale;
        }
    }
    for (uint32_t k = 0; k < n; k++) scores[k] /= (REAL)sum;
}

static void NAMED(transform_row)(ortl__transform transform, const ortl__libm *libm, REAL *scores,
                                 uint32_t n) {
    switch (transform) {
    case ORTL__TRANSFORM_NONE: break;
    case ORTL__TRANSFORM_SOFTMAX: NAMED(softmax)(scores, n); break;
    case ORTL__TRANSFORM_SOFTMAX_ZERO: NAMED(softmax_zero)(scores, n); break;
    case ORTL__TRANSFORM_LOGISTIC:
        for (uint32_t k = 0; k < n; k++) scores[k] = (REAL)logistic((float)scores[k]);
        break;
    case ORTL__TRANSFORM_PROBIT:
        for (uint32_t k = 0; k < n; k++) scores[k] = (REAL)probit(libm, (float)scores[k]);
        break;
    }
}

/* A single score: PROBIT is the only transform that onnxruntime applies. */
static REAL NAMED(transform_single)(const ortl__outcome *outcome, REAL score) {
    if (outcome->transform != ORTL__TRANSFORM_PROBIT) return score;
    return (REAL)probit(outcome->libm, (float)score);
}

/* ---- Regressors ------------------------------------------------------------------------------ */

/* Makes scores of the sums of one row, in place. */
static void NAMED(finish_regression)(const ortl__outcome *outcome, REAL *sums,
                                     const uint8_t *voted) {
    uint32_t n = outcome->n_targets;
    for (uint32_t k = 0; k < n; k++) {
        if (is_average(outcome)) sums[k] /= (REAL)outcome->n_trees;
        if (outcome->n_base > 0) sums[k] += (REAL)outcome->base[k];
        /* A target that nothing voted for loses its base value, as in onnxruntime. */
        if (!voted[k]) sums[k] = 0;
    }
    NAMED(transform_row)(outcome->transform, outcome->libm, sums, n);
}

/* The same for n_rows rows of one target. Rows take so little time that no question is asked for
 * each of them. */
static void NAMED(finish_single)(const ortl__outcome *outcome, REAL *sums, size_t n_rows) {
    /* Adding 0 turns -0 into 0, as onnxruntime does for its one target. */
    const REAL base = outcome->n_base > 0 ? (REAL)outcome->base[0] : (REAL)0;
    const REAL n_trees = (REAL)outcome->n_trees;
    if (is_average(outcome))
        for (size_t i = 0; i < n_rows; i++) sums[i] /= n_trees;
    for (size_t i = 0; i < n_rows; i++) sums[i] += base;
    if (outcome->transform == ORTL__TRANSFORM_PROBIT)
        for (size_t i = 0; i < n_rows; i++) sums[i] = NAMED(transform_single)(outcome, sums[i]);
}

/* ---- Classifiers ----------------------------------------------------------------------------- */

/* The label called index: by onnxruntime's rule the number itself in some cases. */
static int64_t NAMED(label)(const ortl__outcome *outcome, uint32_t index) {
    return outcome->labels == NULL ? (int64_t)index : outcome->labels[index];
}

/* Three or more labels. The label is that of the first strictly greatest raw score among the
 * classes with a vote; *has_label_out becomes 0 when there is none. */
static int64_t NAMED(finish_many)(const ortl__outcome *outcome, REAL *sums, const uint8_t *voted,
                                  int *has_label_out) {
    uint32_t n = outcome->n_targets, winner = 0;
    int has_winner = 0;
    for (uint32_t k = 0; k < n; k++) {
        int has_vote = voted[k] || outcome->n_base > 0;
        if (outcome->n_base > 0) {
            REAL base = (REAL)outcome->base[k];
            sums[k] = voted[k] ? sums[k] + base : base;
        }
        if (!has_vote) {
            sums[k] = 0;
        } else if (!has_winner || sums[k] > sums[winner]) {
            winner = k;
            has_winner = 1;
        }
    }
    NAMED(transform_row)(outcome->transform, outcome->libm, sums, n);
    *has_label_out = has_winner;
    return NAMED(label)(outcome, winner);
}

/* One label: the label is a number, 1 for a positive score, whatever the label's value; a single
 * string label is the only one there is. */
static int64_t NAMED(finish_one)(const ortl__outcome *outcome, REAL *sums) {
    if (outcome->n_base > 0) sums[0] += (REAL)outcome->base[0];
    int64_t label = outcome->labels != NULL && sums[0] > 0;
    sums[0] = NAMED(transform_single)(outcome, sums[0]);
    return label;
}

/* How a row with two labels but a single score fills its two columns. */
enum NAMED(fill) {
    NAMED(FILL_NONE),       /* score, 0 */
    NAMED(FILL_COMPLEMENT), /* 1-score, score */
    NAMED(FILL_OPPOSITE)    /* -score, score; without a vote 0, 0, where the first is not -0 */
};

/* Two labels, single score in sums[0]. */
static void NAMED(fill_two)(const ortl__outcome *outcome, REAL *sums, int has_vote,
                            enum NAMED(fill) fill) {
    REAL score = sums[0];
    sums[1] = 0; /* memory that onnxruntime leaves unwritten is 0 here */
    if (outcome->transform == ORTL__TRANSFORM_PROBIT) {
        sums[0] = (REAL)probit(outcome->libm, (float)score);
    } else if (fill != NAMED(FILL_NONE)) {
        sums[1] = score;
        if (outcome->transform == ORTL__TRANSFORM_LOGISTIC) {
            sums[0] = (REAL)logistic(-(float)score);
            sums[1] = (REAL)logistic((float)score);
        } else if (fill == NAMED(FILL_COMPLEMENT)) {
            sums[0] = (REAL)1 - score;
        } else if (has_vote) {
            sums[0] = -score;
        }
    }
}

/* Adds the base values of a row with two labels; whether both scores remain. */
static int NAMED(add_two_bases)(const ortl__outcome *outcome, REAL *sums, const uint8_t *voted) {
    if (outcome->n_base == 2) {
        if (voted[1]) { /* the votes for class 1 are dropped, as in onnxruntime */
            sums[1] = (REAL)outcome->base[1] + sums[0];
            sums[0] = -sums[1];
        } else {
            sums[0] += (REAL)outcome->base[0];
            sums[1] += (REAL)outcome->base[1];
        }
        return 1;
    }
    if (outcome->n_base == 1) sums[0] += (REAL)outcome->base[0];
    return voted[1];
}

/* Two labels: the rules of onnxruntime, in which the form of the result depends on which classes
 * had votes in this row. */
static int64_t NAMED(finish_two)(const ortl__outcome *outcome, REAL *sums, const uint8_t *voted) {
    int has_two = NAMED(add_two_bases)(outcome, sums, voted);
    enum NAMED(fill) fill = outcome->n_base == 0 ? NAMED(FILL_OPPOSITE) : NAMED(FILL_NONE);
    REAL decisive = voted[0] ? sums[0] : 0, threshold = 0;
    if (has_two && voted[1]) decisive = sums[1];
    if (outcome->is_binary_case) {
        fill = outcome->votes_nonnegative ? NAMED(FILL_COMPLEMENT) : NAMED(FILL_OPPOSITE);
        if (outcome->votes_nonnegative) threshold = (REAL)0.5;
    }
    uint32_t index = decisive > threshold;
    if (!voted[0]) sums[0] = 0;
    if (!voted[1]) sums[1] = 0;
    if (has_two)
        NAMED(transform_row)(outcome->transform, outcome->libm, sums, 2);
    else
        NAMED(fill_two)(outcome, sums, voted[0], fill);
    return outcome->is_binary_case ? NAMED(label)(outcome, index) : (int64_t)index;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* Writes n scores to places from `at` on. */
static void NAMED(store)(const ortl__outcome *outcome, const REAL *scores, size_t n, size_t at,
                         void *scores_out) {
    if (outcome->writes_double)
        for (size_t k = 0; k < n; k++) ((double *)scores_out)[at + k] = (double)scores[k];
    else
        for (size_t k = 0; k < n; k++) ((float *)scores_out)[at + k] = (float)scores[k];
}

static ortl_status NAMED(write_rows)(const ortl__outcome *outcome, REAL *sums, const uint8_t *voted,
                                     size_t n_rows, int64_t *labels_out, void *scores_out,
                                     ortl_error *error) {
    uint32_t n = outcome->n_targets, n_scores = outcome->n_scores;
    if (!outcome->is_classifier && n == 1) {
        NAMED(finish_single)(outcome, sums, n_rows);
        if (scores_out != NULL) NAMED(store)(outcome, sums, n_rows, 0, scores_out);
        return ORTL_OK;
    }
    for (size_t i = 0; i < n_rows; i++) {
        REAL *row = sums + i * n;
        const uint8_t *row_voted = voted == NULL ? NULL : voted + i * n;
        int64_t label = 0;
        int has_label = 1;
        if (!outcome->is_classifier)
            NAMED(finish_regression)(outcome, row, row_voted);
        else if (n == 1)
            label = NAMED(finish_one)(outcome, row);
        else if (n == 2)
            label = NAMED(finish_two)(outcome, row, row_voted);
        else
            label = NAMED(finish_many)(outcome, row, row_voted, &has_label);
        if (!has_label)
            return ortl__fail(error, ORTL_BAD_INPUT,
                              "a row gets no vote for any of the %" PRIu32 " classes", n);
        if (labels_out != NULL) labels_out[i] = label;
        if (scores_out != NULL) NAMED(store)(outcome, row, n_scores, i * n_scores, scores_out);
    }
    return ORTL_OK;
}
