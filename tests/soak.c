/*
 * A long life: models are opened, shared by eight threads that predict with them, refused and
 * closed, and sources converted, round after round. Answers stay the same to the bit, and neither
 * memory nor open files grow.
 *
 *     soak SECONDS FILE...      files that end in .onnx are opened, others converted
 */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "converters/convert.h"
#include "fuzz/door.h"
#include "runtime/ortlite.h"

#define N_THREADS 8
#define N_ROWS    200
#define MAX_FILES 64

/* Bytes by which the resident ones may grow: what the allocator keeps goes up and down. Sanitizers
 * keep what was freed. */
#ifndef MOST_GROWTH
#define MOST_GROWTH (512 << 10)
#endif

#define FILES_OF_DIR 3 /* ".", ".." and the listing itself */

/* ---- What the process holds ------------------------------------------------------------------ */

typedef struct holdings {
    long resident_bytes, n_descriptors;
} holdings;

static holdings look(void) {
    holdings now = {0, -FILES_OF_DIR};
    long n_pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    REQUIRE(file != NULL && fscanf(file, "%*d %ld", &n_pages) == 1);
    fclose(file);
    now.resident_bytes = n_pages * sysconf(_SC_PAGESIZE);
    DIR *listing = opendir("/proc/self/fd");
    REQUIRE(listing != NULL);
    while (readdir(listing) != NULL) now.n_descriptors++;
    closedir(listing);
    return now;
}

/* ---- Models ---------------------------------------------------------------------------------- */

typedef struct shared_model {
    const ortl_session *session;
    ortl_description about;
    const float *rows;           /* (N_ROWS, n_features) */
    uint64_t answers[N_THREADS]; /* checksums of labels, scores and status */
} shared_model;

typedef struct thread_share {
    shared_model *model;
    size_t index; /* of the thread */
} thread_share;

static void *predict(void *user) {
    const thread_share *share = user;
    shared_model *model = share->model;
    size_t n_scores = N_ROWS * model->about.n_scores;
    int64_t labels[N_ROWS] = {0};
    float *scores = calloc(n_scores + 1, sizeof *scores);
    ortl_context *context = NULL;
    REQUIRE(scores != NULL && ortl_context_new(model->session, &context, NULL) == ORTL_OK);
    ortl_status status =
        ortl_predict(context, model->rows, N_ROWS, (ptrdiff_t)model->about.n_features, 1,
                     model->about.label_output >= 0 ? labels : NULL, scores, NULL);
    model->answers[share->index] = door_checksum(labels, sizeof labels) +
                                   door_checksum(scores, n_scores * sizeof *scores) +
                                   (uint64_t)status;
    ortl_context_free(context);
    free(scores);
    return NULL;
}

static void predict_in_threads(shared_model *model) {
    pthread_t threads[N_THREADS];
    thread_share shares[N_THREADS];
    for (size_t i = 0; i < N_THREADS; i++) {
        shares[i] = (thread_share){model, i};
        REQUIRE(pthread_create(&threads[i], NULL, predict, &shares[i]) == 0);
    }
    for (size_t i = 0; i < N_THREADS; i++) REQUIRE(pthread_join(threads[i], NULL) == 0);
    for (size_t i = 1; i < N_THREADS; i++) REQUIRE(model->answers[i] == model->answers[0]);
}

/* Returns the checksum of the answers, or of the refusal. */
static uint64_t use_model(const char *path) {
    shared_model model = {.about = {.struct_size = sizeof model.about}};
    ortl_session *session = NULL;
    ortl_error error;
    ortl_status status = ortl_open(path, NULL, &session, &error);
    door_judge(status, &error);
    if (status != ORTL_OK) return (uint64_t)status;
    REQUIRE(ortl_describe(session, &model.about, NULL) == ORTL_OK);
    size_t n_cells = N_ROWS * model.about.n_features;
    float *rows = malloc((n_cells + 1) * sizeof *rows);
    REQUIRE(rows != NULL);
    door_recipe recipe = door_recipe_of((const uint8_t *)path, 0);
    for (size_t i = 0; i < n_cells; i++) rows[i] = door_float(&recipe);
    model.session = session;
    model.rows = rows;
    predict_in_threads(&model);
    ortl_close(session);
    free(rows);
    return model.answers[0];
}

/* ---- Sources --------------------------------------------------------------------------------- */

/* Returns the checksum of the answers of the model that comes out. */
static uint64_t use_source(const char *path, const char *output_path) {
    ortl_error error;
    ortl_status status = ortl_convert(path, output_path, NULL, NULL, &error);
    door_judge(status, &error);
    return status == ORTL_OK ? use_model(output_path) : (uint64_t)status;
}

/* ---- Rounds ---------------------------------------------------------------------------------- */

static int is_model(const char *path) {
    size_t n = strlen(path);
    return n > 5 && strcmp(path + n - 5, ".onnx") == 0;
}

/* The first round sets the answers, those that follow are held against them. */
static void do_round(char **paths, size_t n_paths, const char *output_path, uint64_t *answers,
                     int is_first) {
    for (size_t i = 0; i < n_paths; i++) {
        uint64_t answer =
            is_model(paths[i]) ? use_model(paths[i]) : use_source(paths[i], output_path);
        if (is_first) answers[i] = answer;
        REQUIRE_SAID(answer == answers[i], paths[i]);
    }
}

int main(int argc, char **argv) {
    uint64_t answers[MAX_FILES], n_rounds = 0;
    char converted[] = "/tmp/ort-lite-soak-XXXXXX";
    REQUIRE(argc > 2 && argc - 2 <= MAX_FILES);
    int descriptor = mkstemp(converted);
    REQUIRE(descriptor >= 0 && close(descriptor) == 0);
    time_t n_seconds = (time_t)atoi(argv[1]), begin = time(NULL);
    holdings warm = {0, 0};
    for (; time(NULL) - begin < n_seconds || n_rounds < 3; n_rounds++) {
        do_round(argv + 2, (size_t)argc - 2, converted, answers, n_rounds == 0);
        /* The first tenth fills what the C library keeps: arenas, stacks of threads. */
        if (n_rounds == 0 || time(NULL) - begin <= n_seconds / 10) warm = look();
    }
    holdings end = look();
    unlink(converted);
    printf("%lu rounds in %ld s; resident %ld KiB, then %ld KiB; descriptors %ld, then %ld\n",
           (unsigned long)n_rounds, (long)(time(NULL) - begin), warm.resident_bytes / 1024,
           end.resident_bytes / 1024, warm.n_descriptors, end.n_descriptors);
    REQUIRE(end.resident_bytes - warm.resident_bytes <= MOST_GROWTH);
    REQUIRE(end.n_descriptors == warm.n_descriptors);
    return 0;
}
