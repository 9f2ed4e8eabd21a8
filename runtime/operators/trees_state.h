/*
 * What the files of the tree operators share: what is remembered of a step. Included by trees*.c
 * and by nobody else.
 */
#ifndef ORTL_TREES_STATE_H
#define ORTL_TREES_STATE_H

#include "../forest/outcome.h"
#include "../forest/pack.h"
#include "operator.h"

/* What one operator of the file makes of its targets. */
typedef struct ortl__share {
    ortl__outcome outcome;
    uint32_t n_classes;       /* 0: not a classifier */
    const ortl_string *texts; /* (n_classes) of a classifier with string labels, else NULL */
    uint32_t first_target;    /* of the forest */
    uint32_t first_output;    /* of the step */
    uint32_t n_outputs;
} ortl__share;

/* What prepare remembers. */
typedef struct ortl__trees {
    ortl__forest forest; /* its arrays are outside the arena: freed by forget */
    ortl__pack *pack;    /* likewise; unless it walks the forest itself, the arrays are gone */
    int converts;        /* the input is of integers: blocks of it are made floats first */
    uint32_t n_shares;   /* operators whose trees are walked together */
    const ortl__share *shares; /* (n_shares) their targets lie side by side */
    ortl__share own;           /* the only one of an operator as it stands in the file */
    const ortl__share *told;   /* whose classes are told */
} ortl__trees;

/* The labels or the scores of a share among the outputs of a step, by their place there; UINT32_MAX
 * when it has none. */
static inline uint32_t ortl__share_label_output(const ortl__share *share) {
    return share->n_classes > 0 && share->n_outputs > 0 ? share->first_output : UINT32_MAX;
}

static inline uint32_t ortl__share_score_output(const ortl__share *share) {
    const uint32_t at = share->n_classes > 0 ? 1 : 0;
    return at < share->n_outputs ? share->first_output + at : UINT32_MAX;
}

/* trees_run.c: labels and scores of n sums, into the rows of the outputs from first on; either may
 * be NULL. voted may be NULL when there is one target; classes (n) is used where labels are texts.
 */
ortl_status ortl__share_write(const ortl__share *share, void *sums, const uint8_t *voted, size_t n,
                              const ortl__tensor *labels, const ortl__tensor *scores,
                              uint64_t first, int64_t *classes, ortl_error *error);

#endif
