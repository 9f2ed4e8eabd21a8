/*
 * Conversions in memory, for the tests of the readers.
 */
#include "converted_model.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "built_model.h"

source_file text_file(const char *from, const char *text) {
    return (source_file){from, text, strlen(text)};
}

static ortl_status convert(const source_file *file, const ortl_allocator *allocator,
                           collected *model_out, ortl_error *error) {
    ortl_convert_options options = ORTL_CONVERT_OPTIONS_INIT;
    ortl_sink sink = {model_out, collect};
    options.from = file->from;
    options.allocator = allocator;
    *model_out = (collected){NULL, 0};
    *error = (ortl_error){ORTL_OK, ""};
    return ortl_convert_memory(file->bytes, file->n_bytes, &sink, &options, NULL, error);
}

ortl_session *open_converted(const source_file *file) {
    ortl_error error;
    collected model;
    ortl_session *session;
    ck_assert_msg(convert(file, NULL, &model, &error) == ORTL_OK, "%s", error.message);
    session = open_collected(&model);
    free(model.bytes);
    return session;
}

void ask_converted(const source_file *file, const float *row, size_t n_columns, int64_t *label,
                   float *scores) {
    ortl_session *session = open_converted(file);
    predict_rows(session, row, 1, n_columns, label, scores);
    ortl_close(session);
}

void check_refused(const source_file *file, ortl_status status, const char *words) {
    ortl_error error;
    collected model;
    ortl_status found = convert(file, NULL, &model, &error);
    free(model.bytes);
    ck_assert_msg(found == status && error.status == status, "status %d, not %d: %s", (int)found,
                  (int)status, error.message);
    ck_assert_msg(strstr(error.message, words) != NULL, "\"%s\" lacks \"%s\"", error.message,
                  words);
}

void check_cut_off(const source_file *file, size_t n_kept) {
    for (size_t n_bytes = 0; n_bytes + n_kept < file->n_bytes; n_bytes++) {
        /* A block of its own, so that a sanitizer sees every byte that is read behind it. */
        char *start = malloc(n_bytes + 1);
        source_file cut = {file->from, start, n_bytes};
        ortl_error error;
        collected model;
        ck_assert_ptr_nonnull(start);
        memcpy(start, file->bytes, n_bytes);
        ck_assert_msg(convert(&cut, NULL, &model, &error) != ORTL_OK, "cut off at byte %zu",
                      n_bytes);
        ck_assert_str_ne(error.message, "");
        free(model.bytes);
        free(start);
    }
}

/* ---- Memory that fails ----------------------------------------------------------------------- */

typedef struct faulty {
    size_t n_left; /* allocations that succeed */
    size_t n_open; /* blocks */
} faulty;

static void *faulty_allocate(void *user, size_t n_bytes) {
    faulty *f = user;
    if (f->n_left == 0) return NULL;
    f->n_left--;
    f->n_open++;
    return malloc(n_bytes);
}

static void *faulty_reallocate(void *user, void *block, size_t old_bytes, size_t new_bytes) {
    faulty *f = user;
    (void)old_bytes;
    if (f->n_left == 0) return NULL;
    f->n_left--;
    return realloc(block, new_bytes);
}

static void faulty_release(void *user, void *block, size_t n_bytes) {
    faulty *f = user;
    (void)n_bytes;
    f->n_open -= block != NULL;
    free(block);
}

void check_failing_memory(const source_file *file) {
    enum { MORE_THAN_ENOUGH = 10000 };
    for (size_t n = 0; n < MORE_THAN_ENOUGH; n++) {
        faulty f = {n, 0};
        ortl_allocator allocator = {&f, faulty_allocate, faulty_reallocate, faulty_release};
        ortl_error error;
        collected model;
        ortl_status status = convert(file, &allocator, &model, &error);
        free(model.bytes);
        ck_assert_msg(f.n_open == 0, "%zu blocks left after %zu allocations", f.n_open, n);
        if (status == ORTL_OK) return;
        ck_assert_msg(status == ORTL_NO_MEMORY, "allocation %zu: %s", n, error.message);
    }
    ck_abort_msg("no number of allocations is enough");
}
