/*
 * The pool: threads that sleep until a job is there, take chunks of it one after the other, and
 * sleep again. One mutex guards all; chunks are long enough (some ten microseconds) that taking one
 * costs nothing beside them. A thread that wakes late finds the job gone and is not waited for.
 */
#include "threads.h"

#include <pthread.h>
#include <signal.h>

#include "status.h"

/* The job in progress; a pool without one has task NULL. */
typedef struct job {
    ortl__pool_task task;
    void *user;
    size_t n_items;
    size_t n_chunk;
    size_t n_taken;  /* items that some thread has taken */
    size_t n_inside; /* threads of the pool that work on it */
    fenv_t environment;
} job;

typedef struct worker {
    ortl__pool *pool;
    size_t number; /* from 1: 0 is the caller */
    pthread_t thread;
} worker;

struct ortl__pool {
    const ortl__libm *libm;
    ortl__memory *memory; /* used by new and free alone */
    size_t n_workers;     /* threads of the pool */
    worker *workers;      /* (n_workers) */
    pthread_mutex_t mutex;
    pthread_cond_t has_work; /* a job has begun, or the pool ends */
    pthread_cond_t is_left;  /* the last thread has left a job whose items are all taken */
    job job;
    int is_ending;
};

/* Takes the next chunk; 0 when there is none. The mutex is held. */
static size_t take_chunk(job *j, size_t *first_out) {
    size_t n = j->n_items - j->n_taken < j->n_chunk ? j->n_items - j->n_taken : j->n_chunk;
    *first_out = j->n_taken;
    j->n_taken += n;
    return n;
}

/* Does chunks until there are none. The mutex is held, but not during the work. */
static void do_chunks(ortl__pool *pool, size_t number) {
    size_t first, n;
    while ((n = take_chunk(&pool->job, &first)) > 0) {
        ortl__pool_task task = pool->job.task;
        void *user = pool->job.user;
        pthread_mutex_unlock(&pool->mutex);
        task(user, number, first, n);
        pthread_mutex_lock(&pool->mutex);
    }
}

static void *live(void *user) {
    worker *self = user;
    ortl__pool *pool = self->pool;
    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        while (!pool->is_ending && (!pool->job.task || pool->job.n_taken == pool->job.n_items))
            pthread_cond_wait(&pool->has_work, &pool->mutex);
        if (pool->is_ending) break;
        pool->job.n_inside++;
        pool->libm->fesetenv(&pool->job.environment);
        do_chunks(pool, self->number);
        if (--pool->job.n_inside == 0) pthread_cond_signal(&pool->is_left);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

/* Signals are for the threads of the program: a thread starts with the mask of its maker. */
static int start_threads(ortl__pool *pool, size_t n_wanted) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool->n_workers < n_wanted) {
        worker *next = &pool->workers[pool->n_workers];
        *next = (worker){.pool = pool, .number = pool->n_workers + 1};
        if (pthread_create(&next->thread, NULL, live, next) != 0) break;
        pool->n_workers++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pool->n_workers == n_wanted;
}

/* A pool without threads. */
static ortl_status make_pool(ortl__memory *memory, size_t n_workers, ortl__pool **pool_out,
                             ortl_error *error) {
    ortl__pool *pool;
    ortl_status status = ortl__memory_new_zero(memory, 1, sizeof *pool, &pool, error);
    if (status != ORTL_OK) return status;
    pool->memory = memory;
    status = ortl__memory_new_zero(memory, n_workers, sizeof *pool->workers, &pool->workers, error);
    if (status != ORTL_OK) {
        ortl__memory_free(memory, pool, 1, sizeof *pool);
        return status;
    }
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->has_work, NULL);
    pthread_cond_init(&pool->is_left, NULL);
    *pool_out = pool;
    return ORTL_OK;
}

static void free_pool(ortl__pool *pool, size_t n_workers) {
    ortl__memory *memory = pool->memory;
    pthread_mutex_lock(&pool->mutex);
    pool->is_ending = 1;
    pthread_cond_broadcast(&pool->has_work);
    pthread_mutex_unlock(&pool->mutex);
    for (size_t i = 0; i < pool->n_workers; i++) pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->has_work);
    pthread_cond_destroy(&pool->is_left);
    pthread_mutex_destroy(&pool->mutex);
    ortl__memory_free(memory, pool->workers, n_workers, sizeof *pool->workers);
    ortl__memory_free(memory, pool, 1, sizeof *pool);
}

ortl_status ortl__pool_new(ortl__memory *memory, const ortl__libm *libm, size_t n_threads,
                           ortl__pool **pool_out, ortl_error *error) {
    *pool_out = NULL;
    ortl__pool *pool;
    ortl_status status = make_pool(memory, n_threads - 1, &pool, error);
    if (status != ORTL_OK) return status;
    pool->libm = libm;
    if (!start_threads(pool, n_threads - 1)) {
        free_pool(pool, n_threads - 1);
        return ortl__fail(error, ORTL_NO_MEMORY, "the system gives no %lu threads",
                          (unsigned long)n_threads);
    }
    *pool_out = pool;
    return ORTL_OK;
}

void ortl__pool_free(ortl__pool *pool) {
    if (pool) free_pool(pool, pool->n_workers);
}

size_t ortl__pool_threads(const ortl__pool *pool) {
    return pool ? pool->n_workers + 1 : 1;
}

static void run_alone(size_t n_items, size_t n_chunk, ortl__pool_task task, void *user) {
    for (size_t first = 0; first < n_items; first += n_chunk)
        task(user, 0, first, n_items - first < n_chunk ? n_items - first : n_chunk);
}

void ortl__pool_run(ortl__pool *pool, size_t n_items, size_t n_chunk, ortl__pool_task task,
                    void *user) {
    job next = {.task = task, .user = user, .n_items = n_items, .n_chunk = n_chunk};
    pool->libm->fegetenv(&next.environment);
    pthread_mutex_lock(&pool->mutex);
    if (pool->job.task) {
        pthread_mutex_unlock(&pool->mutex);
        run_alone(n_items, n_chunk, task, user);
        return;
    }
    pool->job = next;
    pthread_cond_broadcast(&pool->has_work);
    do_chunks(pool, 0);
    while (pool->job.n_inside > 0) pthread_cond_wait(&pool->is_left, &pool->mutex);
    pool->job.task = NULL;
    pthread_mutex_unlock(&pool->mutex);
}
