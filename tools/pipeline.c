/*
 * The ring of blocks. One mutex and one condition are enough: blocks take some ten microseconds at
 * least. The thread that has predicted a block waits for its turn and writes it, so nothing is
 * handed to a further thread.
 */
#include "pipeline.h"

#include <stdlib.h>

/* ---- One block ------------------------------------------------------------------------------- */

/* Writes a block that was run, with the columns that the first block had. */
static ortl_status write_block(ortl__pipeline *pipeline, ortl__pipeline_block *block,
                               ortl_error *error) {
    ortl__writer *writer = pipeline->writer;
    ortl_status status = ORTL_OK;
    if (writer->has_begun) status = ortl__results_compare(&block->results, writer->results, error);
    writer->rows = &block->rows;
    if (status != ORTL_OK) return status;
    writer->results = &block->results;
    return ortl__writer_block(writer, error);
}

/* Predicts block number k, and writes it when its turn has come. The mutex is held, but not during
 * the work. After a failure blocks are dropped. */
static void do_block(ortl__pipeline *pipeline, uint64_t k) {
    ortl__pipeline_block *block = &pipeline->blocks[k % pipeline->n_blocks];
    ortl_error error = {.status = ORTL_OK};
    ortl_status status = ORTL_OK;
    if (pipeline->failure.status == ORTL_OK) {
        pthread_mutex_unlock(&pipeline->mutex);
        status = ortl__results_run(&block->results, &block->rows, &error);
        pthread_mutex_lock(&pipeline->mutex);
    }
    while (pipeline->n_done < k) pthread_cond_wait(&pipeline->has_changed, &pipeline->mutex);
    if (pipeline->failure.status == ORTL_OK) {
        pthread_mutex_unlock(&pipeline->mutex);
        if (status == ORTL_OK) status = write_block(pipeline, block, &error);
        pthread_mutex_lock(&pipeline->mutex);
        if (status != ORTL_OK) pipeline->failure = error;
        pipeline->failure.status = status; /* a pipe that was closed has a status alone */
        pipeline->n_with_rows += block->rows.n_rows > 0;
    }
    ortl__rows_clear(&block->rows);
    pipeline->n_done++;
    pthread_cond_broadcast(&pipeline->has_changed);
}

static void *live(void *user) {
    ortl__pipeline *pipeline = user;
    pthread_mutex_lock(&pipeline->mutex);
    for (;;) {
        while (!pipeline->is_ending && pipeline->n_taken == pipeline->n_handed_over)
            pthread_cond_wait(&pipeline->has_changed, &pipeline->mutex);
        if (pipeline->n_taken == pipeline->n_handed_over) break;
        do_block(pipeline, pipeline->n_taken++);
    }
    pthread_mutex_unlock(&pipeline->mutex);
    return NULL;
}

/* ---- The caller's side ----------------------------------------------------------------------- */

ortl_status ortl__pipeline_begin(ortl__pipeline *pipeline, const ortl__model *model,
                                 ortl__results_kind kind, const ortl__rows *rows,
                                 ortl__writer *writer, size_t n_threads, ortl_error *error) {
    /* For each thread the block that it works on and one that waits for it. */
    size_t n_blocks = n_threads == 1 ? 1 : 2 * n_threads - 1;
    *pipeline = (ortl__pipeline){.writer = writer};
    pthread_mutex_init(&pipeline->mutex, NULL);
    pthread_cond_init(&pipeline->has_changed, NULL);
    pipeline->blocks = calloc(n_blocks, sizeof *pipeline->blocks);
    pipeline->threads = calloc(n_threads, sizeof *pipeline->threads);
    if (pipeline->blocks == NULL || pipeline->threads == NULL)
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for blocks of rows");
    ortl_status status = ORTL_OK;
    while (pipeline->n_blocks < n_blocks && status == ORTL_OK) {
        ortl__pipeline_block *block = &pipeline->blocks[pipeline->n_blocks++];
        block->rows = *rows;
        status = ortl__results_begin(&block->results, model, kind, error);
    }
    writer->rows = &pipeline->blocks[0].rows;
    writer->results = &pipeline->blocks[0].results;
    return status;
}

ortl_status ortl__pipeline_start(ortl__pipeline *pipeline, ortl_error *error) {
    size_t n_threads = pipeline->n_blocks / 2;
    while (pipeline->n_threads < n_threads) {
        if (pthread_create(&pipeline->threads[pipeline->n_threads], NULL, live, pipeline) != 0)
            return ortl__message_fail(error, ORTL_NO_MEMORY, "the system gives no %zu threads",
                                      n_threads + 1);
        pipeline->n_threads++;
    }
    return ORTL_OK;
}

ortl__rows *ortl__pipeline_rows(ortl__pipeline *pipeline) {
    return &pipeline->blocks[pipeline->n_handed_over % pipeline->n_blocks].rows;
}

/* Waits until at most n_left blocks are under way, and does some of them meanwhile. The mutex is
 * held and given back. */
static ortl_status wait_for(ortl__pipeline *pipeline, uint64_t n_left, ortl_error *error) {
    while (pipeline->n_handed_over - pipeline->n_done > n_left) {
        if (pipeline->n_taken < pipeline->n_handed_over)
            do_block(pipeline, pipeline->n_taken++);
        else
            pthread_cond_wait(&pipeline->has_changed, &pipeline->mutex);
    }
    ortl_status status = pipeline->failure.status;
    if (status != ORTL_OK && error != NULL) *error = pipeline->failure;
    pthread_mutex_unlock(&pipeline->mutex);
    return status;
}

ortl_status ortl__pipeline_hand_over(ortl__pipeline *pipeline, ortl_error *error) {
    pthread_mutex_lock(&pipeline->mutex);
    pipeline->n_handed_over++;
    pthread_cond_broadcast(&pipeline->has_changed);
    return wait_for(pipeline, pipeline->n_blocks - 1, error);
}

ortl_status ortl__pipeline_drain(ortl__pipeline *pipeline, ortl_error *error) {
    pthread_mutex_lock(&pipeline->mutex);
    return wait_for(pipeline, 0, error);
}

void ortl__pipeline_free(ortl__pipeline *pipeline) {
    if (pipeline->writer == NULL) return; /* never begun */
    pthread_mutex_lock(&pipeline->mutex);
    pipeline->is_ending = true;
    pthread_cond_broadcast(&pipeline->has_changed);
    pthread_mutex_unlock(&pipeline->mutex);
    for (size_t i = 0; i < pipeline->n_threads; i++) pthread_join(pipeline->threads[i], NULL);
    for (size_t i = 0; i < pipeline->n_blocks; i++) {
        ortl__results_free(&pipeline->blocks[i].results);
        ortl__rows_free(&pipeline->blocks[i].rows);
    }
    free(pipeline->blocks);
    free(pipeline->threads);
    pthread_cond_destroy(&pipeline->has_changed);
    pthread_mutex_destroy(&pipeline->mutex);
}
