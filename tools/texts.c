/*
 * The store: chunks in a list, filled from the newest.
 */
#include "texts.h"
#include "message.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES ((size_t)16384)

struct ortl__texts_chunk {
    ortl__texts_chunk *older;
    size_t used;
    size_t capacity;
    char bytes[]; /* (capacity) */
};

static char *new_bytes(ortl__texts *texts, size_t n_bytes) {
    ortl__texts_chunk *chunk = texts->newest;
    if (chunk == NULL || n_bytes > chunk->capacity - chunk->used) {
        size_t capacity = n_bytes > CHUNK_BYTES ? n_bytes : CHUNK_BYTES;
        if (capacity > SIZE_MAX - sizeof *chunk) return NULL;
        chunk = malloc(sizeof *chunk + capacity);
        if (chunk == NULL) return NULL;
        chunk->older = texts->newest;
        chunk->used = 0;
        chunk->capacity = capacity;
        texts->newest = chunk;
    }
    char *bytes = chunk->bytes + chunk->used;
    chunk->used += n_bytes;
    texts->n_bytes += n_bytes;
    return bytes;
}

ortl_status ortl__texts_join(ortl__texts *texts, ortl_string first, ortl_string second,
                             ortl_string *text_out, ortl_error *error) {
    size_t n_bytes = first.n_bytes + second.n_bytes;
    char *bytes = new_bytes(texts, n_bytes + 1);
    if (bytes == NULL)
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for a text of %llu bytes",
                                  (unsigned long long)n_bytes);
    if (first.n_bytes > 0) memcpy(bytes, first.data, first.n_bytes);
    if (second.n_bytes > 0) memcpy(bytes + first.n_bytes, second.data, second.n_bytes);
    bytes[n_bytes] = '\0';
    *text_out = (ortl_string){bytes, n_bytes};
    return ORTL_OK;
}

void ortl__texts_clear(ortl__texts *texts) {
    ortl__texts_chunk *kept = NULL;
    while (texts->newest != NULL) {
        ortl__texts_chunk *chunk = texts->newest;
        texts->newest = chunk->older;
        if (kept == NULL && chunk->capacity == CHUNK_BYTES)
            kept = chunk;
        else
            free(chunk);
    }
    if (kept != NULL) {
        kept->older = NULL;
        kept->used = 0;
    }
    texts->newest = kept;
    texts->n_bytes = 0;
}

void ortl__texts_free(ortl__texts *texts) {
    ortl__texts_clear(texts);
    free(texts->newest);
    texts->newest = NULL;
}

int ortl__texts_compare(ortl_string a, ortl_string b) {
    size_t n_bytes = a.n_bytes < b.n_bytes ? a.n_bytes : b.n_bytes;
    int order = n_bytes == 0 ? 0 : memcmp(a.data, b.data, n_bytes);
    if (order != 0) return order;
    return (a.n_bytes > b.n_bytes) - (a.n_bytes < b.n_bytes);
}

ortl_string ortl__texts_view(const char *text) {
    return (ortl_string){text, strlen(text)};
}
