/*
 * The door: reads the source file whole, finds out who wrote it, lets that trainer's reader drive a
 * builder, and saves what was built.
 */
#include "convert.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../runtime/memory.h"
#include "../runtime/status.h"
#include "builder_state.h"
#include "source_walk.h"
#include "trainer.h"

/* The budget when none is given: room for reading the largest text formats. */
#define MEMORY_BASE       ((uint64_t)64 << 20)
#define MEMORY_PER_SOURCE 32

typedef struct conversion {
    ortl_convert_options options; /* complete, limits without zeros but memory_bytes */
    ortl__memory memory;
    const ortl__trainer *trainer;
    ortl_builder *builder;
} conversion;

/* ---- Options --------------------------------------------------------------------------------- */

static ortl_convert_options complete_options(const ortl_convert_options *given) {
    ortl_convert_options o = ORTL_CONVERT_OPTIONS_INIT;
    if (given) memcpy(&o, given, given->struct_size);
    if (o.input_type == ORTL_UNDEFINED) o.input_type = ORTL_FLOAT;
    if (o.opset_ml == 0) o.opset_ml = 3;
    ortl__limits_fill(&o.limits);
    return o;
}

/* The budget follows from the size of the source unless the caller gave one. */
static void set_budget(conversion *c, uint64_t source_bytes) {
    uint64_t limit = c->options.limits.memory_bytes;
    c->memory.limit = limit ? limit : MEMORY_BASE + MEMORY_PER_SOURCE * source_bytes;
}

/* ---- Who wrote it? --------------------------------------------------------------------------- */

const char *ortl_convert_trainer(size_t index, const char **forms_out) {
    const ortl__trainer *trainer = index < ortl__n_trainers ? ortl__trainers[index] : NULL;
    if (forms_out) *forms_out = trainer ? trainer->forms : NULL;
    return trainer ? trainer->name : NULL;
}

enum { NAMES_BYTES = 128 };

/* "lightgbm, xgboost, ...", as far as they fit. */
static void list_names(char names_out[NAMES_BYTES]) {
    size_t used = 0;
    names_out[0] = '\0';
    for (size_t i = 0; i < ortl__n_trainers && used < NAMES_BYTES; i++)
        used += (size_t)snprintf(names_out + used, NAMES_BYTES - used, "%s%s", i > 0 ? ", " : "",
                                 ortl__trainers[i]->name);
}

static ortl_status find_by_name(const char *name, const ortl__trainer **trainer_out,
                                ortl_error *error) {
    char names[NAMES_BYTES];
    for (size_t i = 0; i < ortl__n_trainers; i++) {
        *trainer_out = ortl__trainers[i];
        if (strcmp((*trainer_out)->name, name) == 0) return ORTL_OK;
    }
    list_names(names);
    return ortl__fail(error, ORTL_BAD_ARGUMENT, "no reader is called \"%s\"; there are: %s", name,
                      names);
}

static ortl_status sniff(const unsigned char *bytes, size_t n_bytes,
                         const ortl__trainer **trainer_out, ortl_error *error) {
    size_t n_start = n_bytes < ORTL__SNIFF_BYTES ? n_bytes : ORTL__SNIFF_BYTES;
    char names[NAMES_BYTES];
    int best = 0;
    if (n_bytes == 0) return ortl__fail(error, ORTL_BAD_MODEL, "the file is empty");
    for (size_t i = 0; i < ortl__n_trainers; i++) {
        int sure = ortl__trainers[i]->sniff(bytes, n_start, n_bytes);
        if (sure > best) *trainer_out = ortl__trainers[i];
        if (sure > best) best = sure;
    }
    if (best > 0) return ORTL_OK;
    list_names(names);
    return ortl__fail(error, ORTL_UNSUPPORTED,
                      "not recognised as a model of %s (--from names the trainer)", names);
}

/* ---- Reading it into a builder --------------------------------------------------------------- */

static ortl_status make_builder(conversion *c, ortl_error *error) {
    ortl_builder_options o = ORTL_BUILDER_OPTIONS_INIT;
    o.input_type = c->options.input_type;
    o.data_type = c->trainer->data_type;
    o.opset_ml = c->options.opset_ml;
    o.limits = c->options.limits;
    o.allocator = c->options.allocator;
    o.keeps_source = c->options.walk_out != NULL;
    return ortl__builder_new(&o, &c->memory, &c->builder, error);
}

static ortl_status add_metadata(const conversion *c, ortl_error *error) {
    const char *const *pairs = c->options.metadata;
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < c->options.n_metadata && status == ORTL_OK; i++)
        status = ortl_builder_metadata(c->builder, pairs[2 * i], pairs[2 * i + 1], error);
    return status;
}

/* On success the builder holds the model; the caller frees it either way. */
static ortl_status read_model(conversion *c, const unsigned char *bytes, size_t n_bytes,
                              ortl_error *error) {
    ortl__trainer_source source = {bytes, n_bytes, &c->memory, &c->options.limits,
                                   c->options.rounds == ORTL_ROUNDS_AUTO};
    ortl_status status = ORTL_OK;
    if (n_bytes > c->options.limits.model_bytes)
        return ortl__fail_limit(error, "model_bytes", c->options.limits.model_bytes, n_bytes);
    set_budget(c, n_bytes);
    status = c->options.from ? find_by_name(c->options.from, &c->trainer, error)
                             : sniff(bytes, n_bytes, &c->trainer, error);
    if (status == ORTL_OK) status = make_builder(c, error);
    if (status == ORTL_OK) status = c->trainer->read(&source, c->builder, error);
    if (status == ORTL_OK) status = add_metadata(c, error);
    return status;
}

static void fill_report(const conversion *c, uint64_t source_bytes, ortl_convert_report *report) {
    ortl_convert_report r = {0};
    ortl_builder_summary summary = {sizeof summary, 0, 0, 0, 0, 0};
    if (!report) return;
    (void)ortl_builder_summarize(c->builder, &summary, NULL);
    r.struct_size = report->struct_size;
    r.trainer = c->trainer->name;
    r.n_trees = summary.n_trees;
    r.n_nodes = summary.n_nodes;
    r.source_bytes = source_bytes;
    r.file_bytes = summary.file_bytes;
    r.peak_bytes = summary.peak_bytes;
    memcpy(report, &r, r.struct_size);
}

/* Hands over what the caller wants besides the file, which is written. */
static ortl_status finish_conversion(const conversion *c, uint64_t source_bytes,
                                     ortl_convert_report *report_out, ortl_error *error) {
    fill_report(c, source_bytes, report_out);
    if (!c->options.walk_out) return ORTL_OK;
    return ortl_source_walk_take(c->builder, c->options.walk_out, error);
}

static ortl_status init_conversion(conversion *c, const ortl_convert_options *options,
                                   const ortl_convert_report *report_out, ortl_error *error) {
    ortl_status status = ORTL__CHECK_STRUCT(options, error);
    if (status == ORTL_OK) status = ORTL__CHECK_STRUCT(report_out, error);
    if (status != ORTL_OK) return status;
    memset(c, 0, sizeof *c);
    c->options = complete_options(options);
    if (c->options.walk_out) *c->options.walk_out = NULL;
    const uint64_t limit = c->options.limits.memory_bytes;
    /* What the limit is derived from, the size of a pipe, is known when it was read. */
    ortl__memory_init(&c->memory, c->options.allocator, limit ? limit : UINT64_MAX, "memory_bytes");
    return ORTL_OK;
}

ortl_status ortl_convert_memory(const void *bytes, size_t n_bytes, const ortl_sink *sink,
                                const ortl_convert_options *options,
                                ortl_convert_report *report_out, ortl_error *error) {
    conversion c;
    ortl_status status;
    if ((!bytes && n_bytes > 0) || !sink) return ortl__builder_null(error);
    status = init_conversion(&c, options, report_out, error);
    if (status != ORTL_OK) return status;
    status = read_model(&c, bytes, n_bytes, error);
    if (status == ORTL_OK) status = ortl_builder_write(c.builder, sink, error);
    if (status == ORTL_OK) status = finish_conversion(&c, n_bytes, report_out, error);
    ortl_builder_free(c.builder);
    return status;
}

/* ---- The source file ------------------------------------------------------------------------- */

static ortl_status read_to_end(int descriptor, conversion *c, unsigned char **bytes,
                               uint64_t *capacity, uint64_t *n_bytes, ortl_error *error) {
    enum { FIRST_READ = 1 << 16 };
    uint64_t limit = c->options.limits.model_bytes;
    for (;;) {
        ssize_t n;
        ortl_status status = ORTL_OK;
        if (*n_bytes == *capacity)
            status =
                ortl__memory_grow(&c->memory, bytes, capacity, *n_bytes + FIRST_READ, 1, error);
        if (status != ORTL_OK) return status;
        n = read(descriptor, *bytes + *n_bytes, (size_t)(*capacity - *n_bytes));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return ortl__fail_errno(error, errno, "the source cannot be read");
        if (n == 0) return ORTL_OK;
        *n_bytes += (uint64_t)n;
        if (*n_bytes > limit) return ortl__fail_limit(error, "model_bytes", limit, *n_bytes);
    }
}

/* One byte more than the size is asked for, so that the end is seen without growing. */
static ortl_status reserve_for_file(int descriptor, conversion *c, unsigned char **bytes,
                                    uint64_t *capacity, ortl_error *error) {
    uint64_t limit = c->options.limits.model_bytes;
    struct stat about = {0};
    uint64_t n_bytes;
    ortl_status status;
    if (fstat(descriptor, &about) != 0)
        return ortl__fail_errno(error, errno, "the source cannot be read");
    if (S_ISFIFO(about.st_mode)) return ORTL_OK;
    if (!S_ISREG(about.st_mode))
        return ortl__fail(error, ORTL_IO, "the source is %s, not a file",
                          S_ISDIR(about.st_mode) ? "a directory" : "a device");
    n_bytes = (uint64_t)about.st_size;
    if (n_bytes > limit) return ortl__fail_limit(error, "model_bytes", limit, n_bytes);
    status = ortl__memory_new(&c->memory, n_bytes + 1, 1, bytes, error);
    if (status == ORTL_OK) *capacity = n_bytes + 1;
    return status;
}

static ortl_status convert_bytes(conversion *c, const unsigned char *bytes, size_t n_bytes,
                                 const char *output_path, ortl_error *error) {
    ortl_status status = read_model(c, bytes, n_bytes, error);
    return status == ORTL_OK ? ortl_builder_save(c->builder, output_path, error) : status;
}

ortl_status ortl_convert(const char *source_path, const char *output_path,
                         const ortl_convert_options *options, ortl_convert_report *report_out,
                         ortl_error *error) {
    conversion c;
    unsigned char *bytes = NULL;
    uint64_t n_bytes = 0, capacity = 0;
    ortl_status status;
    int descriptor;
    if (!source_path || !output_path) return ortl__builder_null(error);
    status = init_conversion(&c, options, report_out, error);
    if (status != ORTL_OK) return status;
    do descriptor = open(source_path, O_RDONLY | O_CLOEXEC);
    while (descriptor < 0 && errno == EINTR);
    if (descriptor < 0) return ortl__fail_errno(error, errno, "the source cannot be opened");
    status = reserve_for_file(descriptor, &c, &bytes, &capacity, error);
    if (status == ORTL_OK) status = read_to_end(descriptor, &c, &bytes, &capacity, &n_bytes, error);
    (void)close(descriptor);
    if (status == ORTL_OK) status = convert_bytes(&c, bytes, (size_t)n_bytes, output_path, error);
    if (status == ORTL_OK) status = finish_conversion(&c, n_bytes, report_out, error);
    ortl_builder_free(c.builder);
    ortl__memory_free(&c.memory, bytes, capacity, 1);
    return status;
}
