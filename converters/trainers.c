/*
 * The table of trainers, made of the list in trainer.h.
 */
#include "trainer.h"

#include <string.h>

const ortl__trainer *const ortl__trainers[] = {
#define ROW(name) &ortl__trainer_##name,
    ORTL__TRAINERS(ROW)
#undef ROW
};
const size_t ortl__n_trainers = sizeof ortl__trainers / sizeof *ortl__trainers;

int ortl__trainer_mentions(const unsigned char *bytes, size_t n_bytes, const char *word) {
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= n_bytes; i++)
        if (memcmp(bytes + i, word, n) == 0) return 1;
    return 0;
}
