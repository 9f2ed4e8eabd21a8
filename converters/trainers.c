/*
 * The table of trainers: to add one, add its row here and its file to CMakeLists.txt.
 */
#include "trainer.h"

#include <string.h>

const ortl__trainer *const ortl__trainers[] = {
#ifdef ORTL_HAS_LIGHTGBM
    &ortl__trainer_lightgbm,
#endif
#ifdef ORTL_HAS_XGBOOST
    &ortl__trainer_xgboost,
#endif
#ifdef ORTL_HAS_CATBOOST
    &ortl__trainer_catboost,
#endif
#ifdef ORTL_HAS_OPENCV
    &ortl__trainer_opencv,
#endif
#ifdef ORTL_HAS_RANGER
    &ortl__trainer_ranger,
#endif
    0};
const size_t ortl__n_trainers = sizeof ortl__trainers / sizeof *ortl__trainers - 1;

int ortl__trainer_mentions(const unsigned char *bytes, size_t n_bytes, const char *word) {
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= n_bytes; i++)
        if (memcmp(bytes + i, word, n) == 0) return 1;
    return 0;
}
