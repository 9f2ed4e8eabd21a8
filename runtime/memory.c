/*
 * The budget in front of the caller's allocator, and the arena. This is the only file of the
 * libraries that calls an allocator; what the blocks mean is left to everybody else.
 */
#include "memory.h"

#include <stdalign.h>
#include <string.h>

#include "allocator.h"
#include "status.h"

void ortl__memory_init(ortl__memory *memory, const ortl_allocator *allocator, uint64_t limit,
                       const char *limit_name) {
    memory->allocator = allocator != NULL ? *allocator : ortl__allocator_standard;
    memory->limit = limit;
    memory->used = 0;
    memory->peak = 0;
    memory->limit_name = limit_name;
}

/* The callers' "pointer to a pointer" comes as void *, of whatever pointer type; bytes are copied
 * because reading it through a void ** would break the aliasing rule. */
static void *load_pointer(const void *place) {
    void *block;
    memcpy(&block, place, sizeof block);
    return block;
}

static void store_pointer(void *place, void *block) {
    memcpy(place, &block, sizeof block);
}

/* count x element_bytes, or the limit's failure when no block can have that size. */
static ortl_status checked_bytes(const ortl__memory *memory, uint64_t count, size_t element_bytes,
                                 size_t *n_bytes_out, ortl_error *error) {
    if (element_bytes != 0 && count > SIZE_MAX / element_bytes)
        return ortl__fail_limit(error, memory->limit_name, memory->limit, UINT64_MAX);
    *n_bytes_out = (size_t)count * element_bytes;
    return ORTL_OK;
}

/* The budget after old_bytes are given back and new_bytes taken. */
static ortl_status check_budget(const ortl__memory *memory, size_t old_bytes, size_t new_bytes,
                                ortl_error *error) {
    uint64_t kept = memory->used - old_bytes;
    if (kept <= memory->limit && new_bytes <= memory->limit - kept) return ORTL_OK;
    uint64_t needed = new_bytes > UINT64_MAX - kept ? UINT64_MAX : kept + new_bytes;
    return ortl__fail_limit(error, memory->limit_name, memory->limit, needed);
}

static void count_bytes(ortl__memory *memory, size_t old_bytes, size_t new_bytes) {
    memory->used = memory->used - old_bytes + new_bytes;
    if (memory->used > memory->peak) memory->peak = memory->used;
}

static ortl_status resize_bytes(ortl__memory *memory, void *place, size_t old_bytes,
                                size_t new_bytes, ortl_error *error) {
    const ortl_allocator *allocator = &memory->allocator;
    void *block = NULL, *old_block = load_pointer(place);
    if (new_bytes == 0) {
        if (old_bytes != 0) allocator->release(allocator->user, old_block, old_bytes);
    } else if (new_bytes == old_bytes) {
        return ORTL_OK;
    } else {
        ortl_status status = check_budget(memory, old_bytes, new_bytes, error);
        if (status != ORTL_OK) return status;
        block = old_bytes == 0
                    ? allocator->allocate(allocator->user, new_bytes)
                    : allocator->reallocate(allocator->user, old_block, old_bytes, new_bytes);
        if (block == NULL)
            return ortl__fail(error, ORTL_NO_MEMORY, "out of memory: no block of %llu bytes",
                              (unsigned long long)new_bytes);
    }
    count_bytes(memory, old_bytes, new_bytes);
    store_pointer(place, block);
    return ORTL_OK;
}

ortl_status ortl__memory_new(ortl__memory *memory, uint64_t count, size_t element_bytes,
                             void *block_out, ortl_error *error) {
    size_t n_bytes = 0;
    store_pointer(block_out, NULL);
    ortl_status status = checked_bytes(memory, count, element_bytes, &n_bytes, error);
    if (status != ORTL_OK) return status;
    return resize_bytes(memory, block_out, 0, n_bytes, error);
}

ortl_status ortl__memory_new_zero(ortl__memory *memory, uint64_t count, size_t element_bytes,
                                  void *block_out, ortl_error *error) {
    ortl_status status = ortl__memory_new(memory, count, element_bytes, block_out, error);
    void *block = load_pointer(block_out);
    if (block != NULL) memset(block, 0, (size_t)count * element_bytes);
    return status;
}

ortl_status ortl__memory_resize(ortl__memory *memory, void *block, uint64_t old_count,
                                uint64_t new_count, size_t element_bytes, ortl_error *error) {
    size_t new_bytes = 0;
    ortl_status status = checked_bytes(memory, new_count, element_bytes, &new_bytes, error);
    if (status != ORTL_OK) return status;
    return resize_bytes(memory, block, (size_t)old_count * element_bytes, new_bytes, error);
}

void ortl__memory_free(ortl__memory *memory, void *block, uint64_t count, size_t element_bytes) {
    size_t n_bytes = (size_t)count * element_bytes;
    if (block == NULL || n_bytes == 0) return;
    memory->allocator.release(memory->allocator.user, block, n_bytes);
    count_bytes(memory, n_bytes, 0);
}

ortl_status ortl__memory_grow(ortl__memory *memory, void *block, uint64_t *capacity,
                              uint64_t n_needed, size_t element_bytes, ortl_error *error) {
    const uint64_t least = 16; /* elements of the first block */
    if (n_needed <= *capacity) return ORTL_OK;
    uint64_t wanted = *capacity + *capacity / 2;
    if (wanted < least) wanted = least;
    if (wanted < n_needed) wanted = n_needed;
    ortl_status status =
        ortl__memory_resize(memory, block, *capacity, wanted, element_bytes, error);
    if (status == ORTL_OK) *capacity = wanted;
    return status;
}

/* ---- Arena ----------------------------------------------------------------------------------- */

/* The head of a block; its n_bytes bytes for use begin BLOCK_HEAD_BYTES behind it. */
struct ortl__arena_block {
    ortl__arena_block *older; /* NULL: the first */
    size_t n_bytes;
    size_t n_used;
};

#define ALIGN_UP(n_bytes) (((n_bytes) + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1))
#define BLOCK_HEAD_BYTES  ALIGN_UP(sizeof(ortl__arena_block))

/* Blocks double from the first size to the last, so that small graphs stay small and large ones
 * need few blocks. In instrumented builds each thing has a block of its own, so that a sanitizer
 * sees its ends and a test can make its allocation fail. */
#ifdef ORTL_INSTRUMENTED
#define FIRST_BLOCK_BYTES ((size_t)1)
#define LAST_BLOCK_BYTES  ((size_t)1)
#else
#define FIRST_BLOCK_BYTES ((size_t)1 << 10)
#define LAST_BLOCK_BYTES  ((size_t)1 << 16)
#endif

void ortl__arena_init(ortl__arena *arena, ortl__memory *memory) {
    arena->memory = memory;
    arena->newest = NULL;
}

void ortl__arena_free(ortl__arena *arena) {
    ortl__arena_block *block = arena->newest;
    while (block != NULL) {
        ortl__arena_block *older = block->older;
        ortl__memory_free(arena->memory, block, BLOCK_HEAD_BYTES + block->n_bytes, 1);
        block = older;
    }
    arena->newest = NULL;
}

static size_t next_block_bytes(const ortl__arena *arena) {
    if (arena->newest == NULL) return FIRST_BLOCK_BYTES;
    size_t n_bytes = arena->newest->n_bytes * 2;
    return n_bytes < LAST_BLOCK_BYTES ? n_bytes : LAST_BLOCK_BYTES;
}

/* Adds a block with room for n_bytes. One that a single large thing fills goes behind the newest,
 * whose free rest thus stays in use. */
static ortl_status add_block(ortl__arena *arena, size_t n_bytes, ortl__arena_block **block_out,
                             ortl_error *error) {
    size_t wanted = next_block_bytes(arena);
    int is_large = arena->newest != NULL && n_bytes > wanted / 4;
    if (is_large || n_bytes > wanted) wanted = n_bytes;
    ortl__arena_block *block = NULL;
    ortl_status status = ORTL_LIMIT;
    if (wanted > SIZE_MAX - BLOCK_HEAD_BYTES)
        ortl__fail_limit(error, arena->memory->limit_name, arena->memory->limit, UINT64_MAX);
    else
        status = ortl__memory_new(arena->memory, BLOCK_HEAD_BYTES + wanted, 1, &block, error);
    if (status != ORTL_OK) return status;
    block->n_bytes = wanted;
    block->n_used = 0;
    ortl__arena_block **place = is_large ? &arena->newest->older : &arena->newest;
    block->older = *place;
    *place = block;
    *block_out = block;
    return ORTL_OK;
}

/* n_bytes bytes, not yet zeroed; aligned for any type, or packed. Blocks have aligned sizes, so
 * that the end of their packed part can be aligned. */
static ortl_status take_bytes(ortl__arena *arena, size_t n_bytes, int is_packed,
                              unsigned char **bytes_out, ortl_error *error) {
    ortl__arena_block *block = arena->newest;
    if (n_bytes > SIZE_MAX - alignof(max_align_t))
        return ortl__fail_limit(error, arena->memory->limit_name, arena->memory->limit, UINT64_MAX);
    if (!is_packed) {
        n_bytes = ALIGN_UP(n_bytes);
        if (block) block->n_used = ALIGN_UP(block->n_used);
    }
    if (block == NULL || block->n_bytes - block->n_used < n_bytes) {
        ortl_status status = add_block(arena, ALIGN_UP(n_bytes), &block, error);
        if (status != ORTL_OK) return status;
    }
    *bytes_out = (unsigned char *)block + BLOCK_HEAD_BYTES + block->n_used;
    block->n_used += n_bytes;
    return ORTL_OK;
}

ortl_status ortl__arena_new(ortl__arena *arena, uint64_t count, size_t element_bytes,
                            void *block_out, ortl_error *error) {
    unsigned char *bytes = NULL;
    size_t n_bytes = 0;
    store_pointer(block_out, NULL);
    ortl_status status = checked_bytes(arena->memory, count, element_bytes, &n_bytes, error);
    if (status != ORTL_OK || n_bytes == 0) return status;
    status = take_bytes(arena, n_bytes, 0, &bytes, error);
    if (status != ORTL_OK) return status;
    memset(bytes, 0, n_bytes);
    store_pointer(block_out, bytes);
    return ORTL_OK;
}

ortl_status ortl__arena_text(ortl__arena *arena, const void *bytes, size_t n_bytes,
                             const char **text_out, ortl_error *error) {
    unsigned char *text = NULL;
    *text_out = NULL;
    if (n_bytes == SIZE_MAX)
        return ortl__fail_limit(error, arena->memory->limit_name, arena->memory->limit, UINT64_MAX);
    ortl_status status = take_bytes(arena, n_bytes + 1, 1, &text, error);
    if (status != ORTL_OK) return status;
    if (n_bytes != 0) memcpy(text, bytes, n_bytes);
    text[n_bytes] = '\0';
    *text_out = (const char *)text;
    return ORTL_OK;
}
