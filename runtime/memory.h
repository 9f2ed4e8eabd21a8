/*
 * All heap memory: the caller's allocator behind a budget, and an arena for many small things that
 * live equally long. Sizes are always checked products; every block is freed with its size.
 */
#ifndef ORTL_MEMORY_H
#define ORTL_MEMORY_H

#include "ortlite.h"

/* An allocator with a budget. Not shared by threads. */
typedef struct ortl__memory {
    ortl_allocator allocator;
    uint64_t limit;         /* bytes; UINT64_MAX: none */
    uint64_t used;          /* bytes now */
    uint64_t peak;          /* bytes at most so far */
    const char *limit_name; /* of ORTL_LIMIT_MAP, for the message */
} ortl__memory;

/* allocator may be NULL: the standard one of allocator.h. */
void ortl__memory_init(ortl__memory *memory, const ortl_allocator *allocator, uint64_t limit,
                       const char *limit_name);

/* *block_out becomes count x element_bytes bytes, uninitialised, or NULL when that is 0 bytes.
 * ORTL_LIMIT when the budget does not allow it or the product overflows, ORTL_NO_MEMORY when the
 * allocator fails; *block_out is NULL then. */
ortl_status ortl__memory_new(ortl__memory *memory, uint64_t count, size_t element_bytes,
                             void *block_out, ortl_error *error);

/* The same with all bytes 0. */
ortl_status ortl__memory_new_zero(ortl__memory *memory, uint64_t count, size_t element_bytes,
                                  void *block_out, ortl_error *error);

/* Changes *block (a pointer to a pointer, of old_count elements, NULL when 0) to new_count
 * elements; on failure *block stays as it was. */
ortl_status ortl__memory_resize(ortl__memory *memory, void *block, uint64_t old_count,
                                uint64_t new_count, size_t element_bytes, ortl_error *error);

/* Frees a block of count elements; NULL is allowed. */
void ortl__memory_free(ortl__memory *memory, void *block, uint64_t count, size_t element_bytes);

/* Makes room for at least n_needed elements in *block, whose capacity in elements is *capacity;
 * grows by half again, so that appending is linear. */
ortl_status ortl__memory_grow(ortl__memory *memory, void *block, uint64_t *capacity,
                              uint64_t n_needed, size_t element_bytes, ortl_error *error);

/* ---- Arena: small things that are freed together --------------------------------------------- */

typedef struct ortl__arena_block ortl__arena_block;

typedef struct ortl__arena {
    ortl__memory *memory;
    ortl__arena_block *newest; /* singly linked, NULL: empty */
} ortl__arena;

void ortl__arena_init(ortl__arena *arena, ortl__memory *memory);
void ortl__arena_free(ortl__arena *arena);

/* Zeroed memory, aligned for any type; *block_out is NULL when count is 0. */
ortl_status ortl__arena_new(ortl__arena *arena, uint64_t count, size_t element_bytes,
                            void *block_out, ortl_error *error);

/* A copy of n_bytes bytes with a NUL behind them. */
ortl_status ortl__arena_text(ortl__arena *arena, const void *bytes, size_t n_bytes,
                             const char **text_out, ortl_error *error);

#endif
