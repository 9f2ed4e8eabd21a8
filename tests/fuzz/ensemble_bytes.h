/*
 * A naive_forest as the bytes of an ONNX file, in one of the many ways in which it can be written.
 */
#ifndef ORTL_FUZZ_ENSEMBLE_BYTES_H
#define ORTL_FUZZ_ENSEMBLE_BYTES_H

#include "../wire_builder.h"
#include "door.h"
#include "naive_forest.h"

/* Appends the model to *model. The recipe chooses spellings, orders and ids that mean the same. */
void ensemble_bytes(const naive_forest *forest, door_recipe *recipe, wire_builder *model);

/* What a label that is a text says: "c0", "c1", ... */
void ensemble_label_text(uint32_t index, char text_out[8]);

#endif
