/*
 * The allocator for callers who bring none.
 */
#ifndef ORTL_ALLOCATOR_H
#define ORTL_ALLOCATOR_H

#include "ortlite.h"

/* malloc for small blocks; large ones are mappings of their own, so that what loading a model
 * needed for a while goes back to the system at once instead of staying in the host's heap. Any
 * thread may use it at any time. */
extern const ortl_allocator ortl__allocator_standard;

#endif
