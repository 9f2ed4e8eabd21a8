/*
 * What every fuzz target ("door": a way by which untrusted bytes come in) shares: demands that end
 * the program, the judgement of error messages, memory that is watched and made to fail, and values
 * drawn from the input. README.md tells how to add a door.
 */
#ifndef ORTL_FUZZ_DOOR_H
#define ORTL_FUZZ_DOOR_H

#include "../../runtime/ortlite.h"

/* The door itself: libFuzzer calls it with bytes of its own making, replay.c with those of files.
 */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

/* ---- Demands --------------------------------------------------------------------------------- */

/* Ends the program with a message when the condition does not hold. */
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) door_broken(#condition, "", __FILE__, __LINE__);                         \
    } while (0)

/* The same with a text that explains. */
#define REQUIRE_SAID(condition, said)                                                              \
    do {                                                                                           \
        if (!(condition)) door_broken(#condition, (said), __FILE__, __LINE__);                     \
    } while (0)

_Noreturn void door_broken(const char *condition, const char *said, const char *file, int line);

/* Demands of a call that returned status: when it failed, one line of printable ASCII, not empty,
 * of at most 200 characters, under the same status. */
void door_judge(ortl_status status, const ortl_error *error);

/* ---- Memory ---------------------------------------------------------------------------------- */

/* What went through the allocator; start with zeros. */
typedef struct watched_memory {
    uint64_t n_calls;           /* that asked for memory */
    uint64_t n_blocks, n_bytes; /* held now */
    uint64_t peak_bytes;
    uint64_t fails_at; /* number of the call that fails, counted from 1; 0: none */
    int keeps_failing; /* and so do all behind it */
} watched_memory;

/* The allocator that counts in *memory, which must outlive it. */
ortl_allocator watched_allocator(watched_memory *memory);

/* Demands that nothing is held any more. */
void watched_require_empty(const watched_memory *memory);

/* The memory for a second try on the same bytes, in which a call that the checksum chooses fails,
 * among those that the first try made. */
watched_memory watched_failing(const watched_memory *first, uint64_t checksum);

/* Demands that the second try came to the same as the first, or to a lack of memory. */
void watched_judge(ortl_status first, ortl_status second);

/* ---- Values ---------------------------------------------------------------------------------- */

/* 64 bits that depend on each of the bytes, the same on every machine. */
uint64_t door_checksum(const void *bytes, size_t n_bytes);

/* Takes values off the front of the input; behind its end come random ones that depend on all of
 * it, so that a short input is a whole recipe. */
typedef struct door_recipe {
    const uint8_t *bytes; /* (n_bytes) what is left */
    size_t n_bytes;
    uint64_t state;
} door_recipe;

door_recipe door_recipe_of(const uint8_t *bytes, size_t n_bytes);

/* A value below end, which is at least 1. */
uint32_t door_below(door_recipe *recipe, uint32_t end);

/* 1 in about one case of n. */
int door_one_in(door_recipe *recipe, uint32_t n);

/* A number as trees meet it: small, whole, special, or any bits at all. */
float door_float(door_recipe *recipe);

#endif
