/*
 * A small pool of threads that share the rows of a call. It starts nothing by itself and holds no
 * memory of the work: whoever runs a task waits for its end.
 */
#ifndef ORTL_THREADS_H
#define ORTL_THREADS_H

#include "libm.h"
#include "memory.h"

/* More than any call would gain from. */
#define ORTL__MOST_THREADS 256

typedef struct ortl__pool ortl__pool;

/* Does n_items items from first on; worker is below the number of threads, and no two calls with
 * the same worker run at once. */
typedef void (*ortl__pool_task)(void *user, size_t worker, size_t first, size_t n_items);

/* Starts n_threads - 1 threads (n_threads: 2 to ORTL__MOST_THREADS), to which each caller of
 * ortl__pool_run is one more; libm is open. ORTL_NO_MEMORY when the system gives no more threads.
 */
ortl_status ortl__pool_new(ortl__memory *memory, const ortl__libm *libm, size_t n_threads,
                           ortl__pool **pool_out, ortl_error *error);

/* Ends the threads; NULL is allowed. */
void ortl__pool_free(ortl__pool *pool);

/* Threads with the caller; 1 for NULL. */
size_t ortl__pool_threads(const ortl__pool *pool);

/* Cuts n_items into chunks of n_chunk and does all of them on the pool's threads and the caller's,
 * which is worker 0; returns when all are done. The threads take over the caller's floating-point
 * environment. While one caller has the threads, others do their items alone. */
void ortl__pool_run(ortl__pool *pool, size_t n_items, size_t n_chunk, ortl__pool_task task,
                    void *user);

#endif
