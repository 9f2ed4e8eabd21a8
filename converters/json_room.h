/*
 * The memory of a yajl parser or generator: one block that is taken beforehand and hands out its
 * bytes from front to back, because yajl does not look whether its allocator gave it anything.
 * What it asks for is bounded by the longest token that it is given, all in one piece: it keeps two
 * buffers for texts, which double when they are too short, so that each with all its former sizes
 * takes less than four times that.
 */
#ifndef ORTL_JSON_ROOM_H
#define ORTL_JSON_ROOM_H

#include <stddef.h>
#include <string.h>
#include <yajl/yajl_common.h>

/* For records, the state of 1,300 levels, and two buffers. */
static inline size_t ortl__json_room_bytes(size_t longest) {
    return 32768 + 8 * longest;
}

/* Of a generator that writes through a callback. */
#define ORTL__JSON_WRITER_BYTES 1024

typedef struct ortl__json_room {
    unsigned char *bytes; /* (n_bytes) aligned for any type */
    size_t n_bytes;
    size_t n_used;
} ortl__json_room;

static inline void *ortl__json_room_take(void *room_pointer, size_t n_bytes) {
    ortl__json_room *room = room_pointer;
    unsigned char *block = room->bytes + room->n_used;
    size_t n_rounded = (n_bytes + 15) & ~(size_t)15;
    if (n_rounded < n_bytes || n_rounded > room->n_bytes - room->n_used) return NULL;
    room->n_used += n_rounded;
    return block;
}

/* The size of the old block is not known, but it ends where the new one begins, or before. */
static inline void *ortl__json_room_resize(void *room_pointer, void *block, size_t n_bytes) {
    unsigned char *larger = ortl__json_room_take(room_pointer, n_bytes);
    if (larger != NULL && block != NULL) {
        size_t n_between = (size_t)(larger - (unsigned char *)block);
        memcpy(larger, block, n_between < n_bytes ? n_between : n_bytes);
    }
    return larger;
}

static inline void ortl__json_room_keep(void *room_pointer, void *block) {
    (void)room_pointer;
    (void)block;
}

static inline yajl_alloc_funcs ortl__json_room_functions(ortl__json_room *room) {
    return (yajl_alloc_funcs){ortl__json_room_take, ortl__json_room_resize, ortl__json_room_keep,
                              room};
}

#endif
