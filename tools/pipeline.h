/*
 * Blocks of rows on their way through the model to the output. With one thread a block is done when
 * it is handed over; with more, the caller goes on filling the next one while other threads predict
 * and write, in the order in which the blocks came.
 */
#ifndef ORTL_TOOLS_PIPELINE_H
#define ORTL_TOOLS_PIPELINE_H

#include "format.h"

#include <pthread.h>

typedef struct ortl__pipeline_block {
    ortl__rows rows;
    ortl__results results;
} ortl__pipeline_block;

/* Blocks are numbered as they are handed over; number k lies in blocks[k % n_blocks]. */
typedef struct ortl__pipeline {
    ortl__writer *writer;
    ortl__pipeline_block *blocks; /* (n_blocks) */
    size_t n_blocks;
    pthread_t *threads; /* (n_threads) besides the caller's */
    size_t n_threads;
    pthread_mutex_t mutex; /* of all that follows */
    pthread_cond_t has_changed;
    uint64_t n_handed_over; /* blocks that the caller has filled */
    uint64_t n_taken;       /* by some thread */
    uint64_t n_done;        /* written, or dropped after a failure */
    uint64_t n_with_rows;   /* of those written */
    bool is_ending;
    ortl_error failure; /* the first one in the order of the blocks, or ORTL_OK */
} ortl__pipeline;

/* Blocks without room for rows, all set up like *rows; n_threads from 1 on, the caller's among
 * them. The model and the writer must outlive the pipeline. To be freed in any case. */
ortl_status ortl__pipeline_begin(ortl__pipeline *pipeline, const ortl__model *model,
                                 ortl__results_kind kind, const ortl__rows *rows,
                                 ortl__writer *writer, size_t n_threads, ortl_error *error);

/* Begins the threads, if there are any. */
ortl_status ortl__pipeline_start(ortl__pipeline *pipeline, ortl_error *error);

/* The block to be filled. */
ortl__rows *ortl__pipeline_rows(ortl__pipeline *pipeline);

/* Hands the block over and makes the next one that to be filled. Where that is still in use, the
 * caller does blocks too. Returns the first failure so far. */
ortl_status ortl__pipeline_hand_over(ortl__pipeline *pipeline, ortl_error *error);

/* Sees to it that all blocks are done; then writer and output are the caller's. Returns the first
 * failure. */
ortl_status ortl__pipeline_drain(ortl__pipeline *pipeline, ortl_error *error);

/* Ends the threads and frees the blocks. */
void ortl__pipeline_free(ortl__pipeline *pipeline);

#endif
