/*
 * Door: a number as text, as it stands in tables, models and labels. Read to float and to double it
 * is what strtof and strtod make of it, with '.' and with ',' for the point; and the same bytes,
 * taken for the bits of numbers, survive being written and read.
 */
#include <string.h>

#include "door.h"
#include "number_judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes) {
    double wide = 0;
    float narrow = 0;
    if (n_bytes >= sizeof wide) memcpy(&wide, bytes, sizeof wide);
    if (n_bytes >= sizeof narrow) memcpy(&narrow, bytes, sizeof narrow);
    number_judge_bits(narrow, wide);
    number_judge((const char *)bytes, n_bytes, '.');
    number_judge((const char *)bytes, n_bytes, ',');
    return 0;
}
