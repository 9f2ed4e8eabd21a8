/*
 * Runs work on a thread whose stack is as small as the library promises to need: 64 KiB, or the
 * machine's minimum where that is more.
 */
#ifndef ORTL_TEST_SMALL_STACK_H
#define ORTL_TEST_SMALL_STACK_H

#include <check.h>
#include <limits.h>
#include <pthread.h>
#include <unistd.h>

static size_t small_stack_bytes(void) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 1 << 20; /* the sanitizers' own frames */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) ||                         \
    __has_feature(thread_sanitizer)
    return 1 << 20;
#endif
#endif
    long least = sysconf(_SC_THREAD_STACK_MIN); /* 128 KiB on 64-bit ARM */
    return least > 65536 ? (size_t)least : 65536;
}

static void run_on_small_stack(void *(*work)(void *), void *user) {
    pthread_attr_t attributes;
    pthread_t thread;
    ck_assert_int_eq(pthread_attr_init(&attributes), 0);
    ck_assert_int_eq(pthread_attr_setstacksize(&attributes, small_stack_bytes()), 0);
    ck_assert_int_eq(pthread_create(&thread, &attributes, work, user), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    pthread_attr_destroy(&attributes);
}

#endif
