/*
 * The form for forests of floats with tests of equality and membership, of any shape, for few rows
 * and for many.
 *
 *     nodes   | the tests and leaves that are left when chains are one test    24 bytes each
 *     bits    | a word of no bits | the bit sets, each over the places of its feature
 *     slots   | what a row is asked for: the key of a feature with NaN low, or with NaN high, or
 *               the place of its value among the members of all sets
 *
 * A node takes its low side when slot <= limit, or when the bit with the number of the slot is set.
 * Comparisons have the empty word for their set, sets have a limit that nothing reaches, and leaves
 * lead to themselves: so a step has no branches, and 8 walks overlap.
 */
#ifndef ORTL_PACK_SETS_H
#define ORTL_PACK_SETS_H

#include "pack_form.h"

extern const ortl__form ortl__form_sets;

#endif
