/*
 * What the reader of XGBoost's model files finds out before it turns to the trees. The files of
 * this reader: xgboost.c (what the model means), xgboost_survey.c (everything but the trees),
 * xgboost_objective.c (objectives and base scores), xgboost_tree.c (trees).
 */
#ifndef ORTL_XGBOOST_H
#define ORTL_XGBOOST_H

#include "document.h"
#include "trainer.h"

/* In which space base_score is given, and so what makes a raw score of it. */
typedef enum ortl__xgboost_base {
    ORTL__BASE_RAW,
    ORTL__BASE_LOGIT,
    ORTL__BASE_LOG
} ortl__xgboost_base;

typedef struct ortl__xgboost_objective {
    const char *name;
    ortl_task task; /* with one target for each class or, binary, one */
    ortl_link link;
    ortl__xgboost_base base;
} ortl__xgboost_objective;

typedef struct ortl__xgboost {
    const ortl__trainer_source *source;
    ortl__document document;
    ortl__arena arena; /* texts */

    /* As they stand in the file; NULL, 0 or empty where it does not have them. */
    const char *objective_name;
    const char *booster;
    const char *base_score;
    const char *best_iteration;
    const char *best_limit; /* best_ntree_limit, before 2.0: trees for each target */
    const char *best_score;
    int64_t n_features;
    int64_t n_classes;
    int64_t n_labels;         /* num_target */
    int64_t estimates_base;   /* boost_from_average: base_score was not given by the user */
    int64_t n_parallel;       /* trees of one round for one target, 0: not told (before 1.6) */
    ortl__integers version;   /* major, minor, patch */
    ortl__integers tree_info; /* (n_trees) target of each tree */
    ortl__integers rounds;    /* (rounds + 1) first tree of each round */
    ortl__floats weight_drop; /* (n_trees or none) factors of the trees: dart */
    int64_t n_rounds;         /* boosted_rounds of gblinear */
    ortl__floats weights;     /* (n_features + 1, n_targets) gblinear, the last row is added */
    const char **names;       /* (n_names) of the features */
    uint64_t n_names;
    uint64_t name_capacity;
    size_t trees_at; /* offset of the array of trees, 0: there is none */
    uint64_t n_trees;
    uint64_t n_categories; /* that the encoder of the training data knows by name */

    /* What follows from it. */
    const ortl__xgboost_objective *objective;
    size_t n_targets;
    uint64_t n_used; /* trees that take part */
} ortl__xgboost;

/* xgboost_survey.c: reads everything but the trees, which it steps over. */
ortl_status ortl__xgboost_survey(ortl__xgboost *x);

/* Expects a whole number, in quotes or not. */
int64_t ortl__xgboost_integer(ortl__document *document);

/* xgboost_survey.c: was the file written by a version before this one? */
int ortl__xgboost_is_before(const ortl__xgboost *x, int64_t major, int64_t minor);

/* xgboost_objective.c: NULL when name is not known. */
const ortl__xgboost_objective *ortl__xgboost_find_objective(const char *name);

/* Raw base scores of the n_targets targets, from the text in the file. */
ortl_status ortl__xgboost_base_scores(const ortl__xgboost *x, double *base_out, ortl_error *error);

/* xgboost_tree.c: reads the first n_used trees into the builder. */
ortl_status ortl__xgboost_trees(ortl__xgboost *x, ortl_builder *builder);

#endif
