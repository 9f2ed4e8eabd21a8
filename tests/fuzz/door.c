/*
 * See door.h.
 */
#include "door.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../random_numbers.h"

/* ---- Demands --------------------------------------------------------------------------------- */

void door_broken(const char *condition, const char *said, const char *file, int line) {
    fprintf(stderr, "%s:%d: does not hold: %s %s\n", file, line, condition, said);
    abort();
}

void door_judge(ortl_status status, const ortl_error *error) {
    if (status == ORTL_OK) return;
    size_t length = 0;
    REQUIRE(error->status == status);
    while (length < sizeof error->message && error->message[length] != '\0') {
        REQUIRE_SAID(error->message[length] >= ' ' && error->message[length] <= '~',
                     error->message);
        length++;
    }
    REQUIRE(length > 0 && length <= 200);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static int is_refused(watched_memory *memory) {
    memory->n_calls++;
    if (memory->fails_at == 0) return 0;
    return memory->n_calls == memory->fails_at ||
           (memory->keeps_failing && memory->n_calls > memory->fails_at);
}

static void count_bytes(watched_memory *memory, size_t n_bytes) {
    memory->n_bytes += n_bytes;
    if (memory->n_bytes > memory->peak_bytes) memory->peak_bytes = memory->n_bytes;
}

static void *allocate(void *user, size_t n_bytes) {
    watched_memory *memory = user;
    void *block = is_refused(memory) ? NULL : malloc(n_bytes > 0 ? n_bytes : 1);
    if (block == NULL) return NULL;
    memory->n_blocks++;
    count_bytes(memory, n_bytes);
    return block;
}

static void *reallocate(void *user, void *block, size_t old_bytes, size_t new_bytes) {
    watched_memory *memory = user;
    if (block == NULL) return allocate(user, new_bytes);
    REQUIRE(memory->n_bytes >= old_bytes);
    void *moved = is_refused(memory) ? NULL : realloc(block, new_bytes > 0 ? new_bytes : 1);
    if (moved == NULL) return NULL;
    memory->n_bytes -= old_bytes;
    count_bytes(memory, new_bytes);
    return moved;
}

static void release(void *user, void *block, size_t n_bytes) {
    watched_memory *memory = user;
    if (block == NULL) return;
    REQUIRE(memory->n_blocks > 0 && memory->n_bytes >= n_bytes);
    memory->n_blocks--;
    memory->n_bytes -= n_bytes;
    free(block);
}

ortl_allocator watched_allocator(watched_memory *memory) {
    return (ortl_allocator){memory, allocate, reallocate, release};
}

void watched_require_empty(const watched_memory *memory) {
    REQUIRE(memory->n_blocks == 0);
    REQUIRE(memory->n_bytes == 0);
}

watched_memory watched_failing(const watched_memory *first, uint64_t checksum) {
    watched_memory memory = {0};
    memory.fails_at = 1 + checksum % (first->n_calls > 0 ? first->n_calls : 1);
    memory.keeps_failing = (int)(checksum >> 63);
    return memory;
}

void watched_judge(ortl_status first, ortl_status second) {
    REQUIRE(second == first || second == ORTL_NO_MEMORY);
}

/* ---- Values ---------------------------------------------------------------------------------- */

uint64_t door_checksum(const void *bytes, size_t n_bytes) {
    const uint8_t *each = bytes;
    uint64_t state = n_bytes;
    for (size_t i = 0; i < n_bytes; i++) state = (state ^ each[i]) * 0x100000001b3u;
    return next_random(&state);
}

door_recipe door_recipe_of(const uint8_t *bytes, size_t n_bytes) {
    return (door_recipe){bytes, n_bytes, door_checksum(bytes, n_bytes)};
}

uint32_t door_below(door_recipe *recipe, uint32_t end) {
    if (recipe->n_bytes == 0) return (uint32_t)((next_random(&recipe->state) >> 32) * end >> 32);
    uint32_t value = 0;
    for (uint32_t room = end - 1; room > 0 && recipe->n_bytes > 0; room >>= 8) {
        value = value << 8 | *recipe->bytes++;
        recipe->n_bytes--;
    }
    return value % end;
}

int door_one_in(door_recipe *recipe, uint32_t n) {
    return door_below(recipe, n) == 0;
}

float door_float(door_recipe *recipe) {
    static const float special[] = {0.0f,       -0.0f,    INFINITY, -INFINITY, NAN,
                                    FLT_MIN,    -FLT_MIN, FLT_MAX,  -FLT_MAX,  0x1p-149f,
                                    -0x1p-149f, 0.5f,     1.0f,     0x1p24f,   -1.5f};
    switch (door_below(recipe, 6)) {
    case 0: return special[door_below(recipe, sizeof special / sizeof *special)];
    case 1: return float_of(door_below(recipe, UINT32_MAX));
    case 2:
    case 3: return (float)door_below(recipe, 9) - 3;
    default: return ((float)door_below(recipe, 256) - 100) / 32;
    }
}
