/*
 * Tests of equality and membership in the sliced form. Beside the limits of its cuts, a feature
 * gets for each member k of a set the limits k and "just below k", and +infinity: so each member
 * has a code of its own, and so has NaN in the high column.
 *
 * Members of a code column go by fours. For the sixteen choices out of four a slice is made of the
 * rows that have one of them, and the mask of a set is the union of the choices it makes: so a set
 * of many members takes no more than one step for four of them.
 */
#ifndef ORTL_SLICE_SETS_H
#define ORTL_SLICE_SETS_H

#include "quantise.h"

enum {
    ORTL__SET_FOUR = 4,                      /* members that go together */
    ORTL__SET_CHOICES = 1 << ORTL__SET_FOUR, /* out of them */
    ORTL__SET_MEMBERS = 64                   /* most of a column: 256 choices, numbered by a byte */
};

/* Members of sets in one code column. Where there are more than fit, the column stands here several
 * times. */
typedef struct ortl__slice_set_column {
    uint32_t column;
    uint32_t n_bits; /* of a code, 1 to 8 */
    /* In members, parts and choices. Those up to the next column's are this one's. */
    uint32_t member_begin, part_begin, choice_begin;
} ortl__slice_set_column;

typedef struct ortl__slice_sets {
    ortl__arena arena; /* of the arrays; memory NULL: there are no sets */
    uint32_t n_columns, n_members, n_parts, n_choices;
    uint32_t mask_begin, mask_end;   /* the masks of sets */
    ortl__slice_set_column *columns; /* (n_columns + 1) */
    uint8_t *members;                /* (n_members) codes without bias */
    uint16_t *parts;  /* (n_parts) masks of the sets with members in a column, by column */
    uint8_t *choices; /* (n_choices) of each part what it chooses of each four members of the
                         column: number of the four, and in the lower four bits which of them */
} ortl__slice_sets;

/* Choices of a part. */
static inline uint32_t ortl__slice_set_fours(const ortl__slice_set_column *column) {
    return (column[1].member_begin - column->member_begin + ORTL__SET_FOUR - 1) / ORTL__SET_FOUR;
}

/* Gives masks from number first_mask on to the sets of a forest, and stores them in mask_of
 * (n_nodes) for the heads of chains. On failure *sets is empty. */
ortl_status ortl__slice_sets_build(ortl__slice_sets *sets, const ortl__quantiser *quantiser,
                                   const ortl__set_tests *tests, const ortl__forest *forest,
                                   uint32_t first_mask, uint16_t *mask_of, ortl_error *error);
void ortl__slice_sets_free(ortl__slice_sets *sets);

#endif
