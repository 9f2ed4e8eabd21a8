/*
 * Numbers the masks of cuts.
 */
#include "slice_masks.h"

ortl_status ortl__slice_masks_number(ortl__slice_masks *masks, const ortl__quantiser *quantiser,
                                     ortl_error *error) {
    const ortl__quantiser *q = quantiser;
    masks->n_columns = q->n_columns;
    masks->n_cuts = masks->n_masks = q->n_asked;
    ortl_status status = ortl__memory_new(q->memory, (uint64_t)masks->n_columns + 1,
                                          sizeof *masks->begin, &masks->begin, error);
    if (status == ORTL_OK)
        status = ortl__memory_new(q->memory, (uint64_t)masks->n_cuts + 1, 1, &masks->limits, error);
    if (status != ORTL_OK) return status;
    uint32_t at = 0;
    for (uint32_t column = 0; column < masks->n_columns; column++) {
        masks->begin[column] = at;
        for (unsigned code = 0; code < 256; code++)
            if (q->asked[column].bits[code / 64] >> code % 64 & 1)
                masks->limits[at++] = (uint8_t)code;
    }
    masks->begin[masks->n_columns] = at;
    return ORTL_OK;
}

static unsigned count_bits(uint64_t bits) {
    return (unsigned)__builtin_popcountll(bits);
}

uint16_t ortl__slice_masks_find(const ortl__slice_masks *masks, const ortl__quantiser *quantiser,
                                uint32_t column, unsigned code) {
    const uint64_t *asked = quantiser->asked[column].bits;
    uint32_t mask = masks->begin[column];
    for (unsigned word = 0; word < code / 64; word++) mask += count_bits(asked[word]);
    return (uint16_t)(mask + count_bits(asked[code / 64] & (((uint64_t)1 << code % 64) - 1)));
}

void ortl__slice_masks_free(ortl__slice_masks *masks, ortl__memory *memory) {
    ortl__memory_free(memory, masks->begin, (uint64_t)masks->n_columns + 1, sizeof *masks->begin);
    ortl__memory_free(memory, masks->limits, (uint64_t)masks->n_cuts + 1, 1);
    ortl__slice_sets_free(&masks->sets);
}
