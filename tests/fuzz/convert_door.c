/*
 * Door: the model file of the trainer TRAINER, into the converter that bears its name. What comes
 * out is an ONNX file that the runtime opens, or refuses as unsupported; a sink that stops and an
 * allocation that fails end the conversion with the right status and nothing left behind.
 */
#include <stdlib.h>
#include <string.h>

#include "../../converters/convert.h"
#include "../random_numbers.h"
#include "door.h"

#define MAX_COLUMNS 4096

/* The file that comes out; after n_pieces_left pieces the sink takes no more. */
typedef struct collected {
    unsigned char *bytes; /* (n_bytes of capacity) */
    size_t n_bytes, capacity;
    uint64_t n_pieces, n_pieces_wanted;
} collected;

static int collect(void *user, const void *bytes, size_t n_bytes) {
    collected *file = user;
    if (++file->n_pieces > file->n_pieces_wanted) return 1;
    if (n_bytes > file->capacity - file->n_bytes) {
        file->capacity = 2 * file->capacity + n_bytes;
        file->bytes = realloc(file->bytes, file->capacity);
        if (file->bytes == NULL) abort();
    }
    if (n_bytes > 0) memcpy(file->bytes + file->n_bytes, bytes, n_bytes);
    file->n_bytes += n_bytes;
    return 0;
}

static ortl_status convert(const uint8_t *bytes, size_t n_bytes, uint64_t checksum,
                           watched_memory *memory, collected *file, uint64_t *n_nodes_out) {
    static const char *const metadata[] = {"origin", "a \"quoted\"\nline"};
    ortl_allocator allocator = watched_allocator(memory);
    ortl_convert_options options = ORTL_CONVERT_OPTIONS_INIT;
    ortl_convert_report report = {.struct_size = sizeof report};
    ortl_sink sink = {file, collect};
    ortl_error error;
    options.from = TRAINER;
    options.allocator = &allocator;
    options.input_type = checksum >> 8 & 1 ? ORTL_DOUBLE : ORTL_FLOAT;
    options.opset_ml = checksum >> 9 & 1 ? 5 : 3;
    options.rounds = checksum >> 10 & 1 ? ORTL_ROUNDS_ALL : ORTL_ROUNDS_AUTO;
    options.metadata = metadata;
    options.n_metadata = checksum >> 11 & 1;
    ortl_status status = ortl_convert_memory(bytes, n_bytes, &sink, &options, &report, &error);
    door_judge(status, &error);
    watched_require_empty(memory);
    REQUIRE(memory->peak_bytes <= ((uint64_t)64 << 20) + 32 * (uint64_t)n_bytes);
    if (status == ORTL_OK) {
        REQUIRE(strcmp(report.trainer, TRAINER) == 0);
        REQUIRE(report.file_bytes == file->n_bytes);
        *n_nodes_out = report.n_nodes;
    }
    return status;
}

static void predict(const ortl_session *session, uint64_t checksum) {
    enum { N_ROWS = 3 };
    ortl_description d = {.struct_size = sizeof d};
    ortl_context *context = NULL;
    ortl_error error;
    int64_t labels[N_ROWS];
    REQUIRE(ortl_describe(session, &d, &error) == ORTL_OK);
    if (d.n_features == 0 || d.n_features > MAX_COLUMNS || d.n_scores > MAX_COLUMNS) return;
    ortl_status status = ortl_context_new(session, &context, &error);
    door_judge(status, &error);
    REQUIRE(status == ORTL_OK);
    float *rows = malloc(N_ROWS * d.n_features * sizeof *rows);
    float *scores = malloc((N_ROWS * d.n_scores + 1) * sizeof *scores);
    if (rows == NULL || scores == NULL) abort();
    for (size_t i = 0; i < N_ROWS * d.n_features; i++) {
        uint64_t bits = next_random(&checksum);
        rows[i] = bits % 5 == 0 ? float_of(0x7fc00000u) : (float)(bits >> 56) / 16 - 8;
    }
    status = ortl_predict(context, rows, N_ROWS, (ptrdiff_t)d.n_features, 1,
                          d.label_output >= 0 ? labels : NULL, scores, &error);
    door_judge(status, &error);
    free(rows);
    free(scores);
    ortl_context_free(context);
}

/* The runtime takes what was written, but for operators that it does not have. */
static void open_file(const collected *file, uint64_t n_nodes, uint64_t checksum) {
    ortl_session *session = NULL;
    ortl_error error;
    ortl_status status = ortl_open_memory(file->bytes, file->n_bytes, NULL, &session, &error);
    door_judge(status, &error);
    REQUIRE_SAID(status == ORTL_OK || status == ORTL_UNSUPPORTED, error.message);
    if (session != NULL && n_nodes < 100000) predict(session, checksum);
    ortl_close(session);
}

/* Memory that fails once, or a sink that stops. */
static void convert_in_trouble(const uint8_t *bytes, size_t n_bytes, uint64_t checksum,
                               const watched_memory *first_memory, const collected *first_file,
                               ortl_status first) {
    uint64_t n_nodes;
    collected file = {.n_pieces_wanted = UINT64_MAX};
    watched_memory memory = {0};
    if (first_file->n_pieces > 0 && checksum >> 12 & 1) {
        file.n_pieces_wanted = (checksum >> 16) % first_file->n_pieces;
        ortl_status status = convert(bytes, n_bytes, checksum, &memory, &file, &n_nodes);
        REQUIRE(status == ORTL_IO || (first != ORTL_OK && status == first));
    } else {
        memory = watched_failing(first_memory, checksum >> 16 | checksum << 48);
        ortl_status status = convert(bytes, n_bytes, checksum, &memory, &file, &n_nodes);
        watched_judge(first, status);
        if (status == ORTL_OK)
            REQUIRE(file.n_bytes == first_file->n_bytes &&
                    memcmp(file.bytes, first_file->bytes, file.n_bytes) == 0);
    }
    free(file.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes) {
    uint64_t checksum = door_checksum(bytes, n_bytes), n_nodes = 0;
    watched_memory memory = {0};
    collected file = {.n_pieces_wanted = UINT64_MAX};
    ortl_status status = convert(bytes, n_bytes, checksum, &memory, &file, &n_nodes);
    if (status == ORTL_OK) open_file(&file, n_nodes, checksum);
    convert_in_trouble(bytes, n_bytes, checksum, &memory, &file, status);
    free(file.bytes);
    return 0;
}
