/*
 * The table of trainers: to add one, add its row here and its file to CMakeLists.txt.
 */
#include "trainer.h"

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
