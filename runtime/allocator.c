/*
 * The standard allocator: malloc below LARGE_BYTES, mappings from there on. A block's size comes
 * with it when it is resized or released, so nothing has to be remembered.
 */
#define _GNU_SOURCE
#include "allocator.h"

#include <stdlib.h>
#include <string.h>

#if defined(__linux__)
#include <sys/mman.h>
/* Four pages of 4 KiB or more. */
#define LARGE_BYTES ((size_t)16 << 10)

static void *map(size_t n_bytes) {
    void *block = mmap(NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return block != MAP_FAILED ? block : NULL;
}

static void *remap(void *block, size_t old_bytes, size_t new_bytes) {
    void *moved = mremap(block, old_bytes, new_bytes, MREMAP_MAYMOVE);
    return moved != MAP_FAILED ? moved : NULL;
}

static void unmap(void *block, size_t n_bytes) {
    (void)munmap(block, n_bytes);
}
#else
#define map(n_bytes)                       NULL
#define remap(block, old_bytes, new_bytes) NULL
#define unmap(block, n_bytes)              (void)0
#endif

/* Sanitizers know where a block of malloc ends, but not where one of a mapping does. */
static int is_large(size_t n_bytes) {
#if defined(__linux__) && !defined(ORTL_SANITIZED)
    return n_bytes >= LARGE_BYTES;
#else
    (void)n_bytes;
    return 0;
#endif
}

static void *allocate(void *user, size_t n_bytes) {
    (void)user;
    return is_large(n_bytes) ? map(n_bytes) : malloc(n_bytes);
}

static void release(void *user, void *block, size_t n_bytes) {
    (void)user;
    if (is_large(n_bytes))
        unmap(block, n_bytes);
    else
        free(block);
}

/* From one kind of block to the other. */
static void *move(void *user, void *block, size_t old_bytes, size_t new_bytes) {
    void *moved = allocate(user, new_bytes);
    if (moved == NULL) return NULL;
    memcpy(moved, block, old_bytes < new_bytes ? old_bytes : new_bytes);
    release(user, block, old_bytes);
    return moved;
}

static void *reallocate(void *user, void *block, size_t old_bytes, size_t new_bytes) {
    if (is_large(old_bytes) != is_large(new_bytes)) return move(user, block, old_bytes, new_bytes);
    return is_large(new_bytes) ? remap(block, old_bytes, new_bytes) : realloc(block, new_bytes);
}

const ortl_allocator ortl__allocator_standard = {NULL, allocate, reallocate, release};
