/*
 * The table of kernels, fastest first, and the choice among them.
 */
#include "kernel.h"

#include <string.h>

static const ortl__kernel *const kernels[] = {&ortl__kernel_plain};

const ortl__kernel *ortl__kernel_choose(const ortl__forest *forest, const char *name) {
    (void)forest; /* the plain kernel walks every forest */
    if (name == NULL) return kernels[0];
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++)
        if (strcmp(kernels[i]->name, name) == 0) return kernels[i];
    return NULL;
}
