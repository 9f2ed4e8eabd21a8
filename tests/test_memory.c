/*
 * The budget, the caller's allocator and the arena. The allocator of these tests checks that each
 * block is given back with the size it was asked for.
 */
#include <check.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/memory.h"

/* An allocator that counts what is out, and fails when told to. */
typedef struct ledger {
    uint64_t bytes_out;
    int blocks_out;
    int is_empty; /* fails every request */
} ledger;

/* The size stands in front of each block. */
#define HEAD_BYTES 16

static void *ledger_allocate(void *user, size_t n_bytes) {
    ledger *book = user;
    if (book->is_empty) return NULL;
    unsigned char *block = malloc(HEAD_BYTES + n_bytes);
    memcpy(block, &n_bytes, sizeof n_bytes);
    memset(block + HEAD_BYTES, 0xa5, n_bytes);
    book->bytes_out += n_bytes;
    book->blocks_out++;
    return block + HEAD_BYTES;
}

static void ledger_release(void *user, void *block, size_t n_bytes) {
    ledger *book = user;
    size_t asked;
    unsigned char *head = (unsigned char *)block - HEAD_BYTES;
    memcpy(&asked, head, sizeof asked);
    ck_assert_uint_eq(asked, n_bytes);
    book->bytes_out -= n_bytes;
    book->blocks_out--;
    free(head);
}

static void *ledger_reallocate(void *user, void *block, size_t old_bytes, size_t new_bytes) {
    void *moved = ledger_allocate(user, new_bytes);
    if (moved == NULL) return NULL;
    memcpy(moved, block, old_bytes < new_bytes ? old_bytes : new_bytes);
    ledger_release(user, block, old_bytes);
    return moved;
}

static ledger book;
static ortl__memory memory;
static ortl_error error;

static void begin(void) {
    ortl_allocator allocator = {&book, ledger_allocate, ledger_reallocate, ledger_release};
    memset(&book, 0, sizeof book);
    ortl__memory_init(&memory, &allocator, 1000, "memory_bytes");
}

static void end(void) {
    ck_assert_uint_eq(book.bytes_out, 0);
    ck_assert_int_eq(book.blocks_out, 0);
    ck_assert_uint_eq(memory.used, 0);
}

START_TEST(blocks_count_against_the_budget) {
    int32_t *a, *b;
    ck_assert_int_eq(ortl__memory_new(&memory, 100, 4, &a, &error), ORTL_OK);
    ck_assert_int_eq(ortl__memory_new(&memory, 150, 4, &b, &error), ORTL_OK);
    ck_assert_uint_eq(memory.used, 1000);
    char *c = (char *)1;
    ck_assert_int_eq(ortl__memory_new(&memory, 1, 1, &c, &error), ORTL_LIMIT);
    ck_assert_ptr_null(c);
    ck_assert_str_eq(error.message, "limit memory_bytes (heap bytes while a model is loaded) "
                                    "exceeded: 1000 allowed, 1001 needed");
    ortl__memory_free(&memory, a, 100, 4);
    ck_assert_int_eq(ortl__memory_new(&memory, 1, 1, &c, &error), ORTL_OK);
    ck_assert_uint_eq(memory.used, 601);
    ck_assert_uint_eq(memory.peak, 1000);
    ortl__memory_free(&memory, b, 150, 4);
    ortl__memory_free(&memory, c, 1, 1);
}
END_TEST

START_TEST(no_bytes_is_no_block) {
    char *a = (char *)1;
    ck_assert_int_eq(ortl__memory_new(&memory, 0, 8, &a, &error), ORTL_OK);
    ck_assert_ptr_null(a);
    ck_assert_int_eq(book.blocks_out, 0);
    ortl__memory_free(&memory, NULL, 5, 8);
}
END_TEST

START_TEST(a_product_that_overflows_is_a_limit) {
    double *a = NULL;
    memory.limit = UINT64_MAX;
    ck_assert_int_eq(ortl__memory_new(&memory, UINT64_MAX / 8 + 2, 8, &a, &error), ORTL_LIMIT);
    ck_assert_int_eq(ortl__memory_new(&memory, 3, SIZE_MAX / 2, &a, &error), ORTL_LIMIT);
    ck_assert_int_eq(ortl__memory_resize(&memory, &a, 0, UINT64_MAX, 8, &error), ORTL_LIMIT);
    ck_assert_ptr_null(a);
}
END_TEST

START_TEST(a_budget_near_the_end_of_64_bits_does_not_wrap) {
    char *a = NULL, *b = NULL;
    memory.limit = UINT64_MAX - 1;
    ck_assert_int_eq(ortl__memory_new(&memory, 10, 1, &a, &error), ORTL_OK);
    ck_assert_int_eq(ortl__memory_new(&memory, UINT64_MAX - 5, 1, &b, &error), ORTL_LIMIT);
    ortl__memory_free(&memory, a, 10, 1);
}
END_TEST

START_TEST(an_allocator_that_fails_is_out_of_memory) {
    char *a = NULL;
    ck_assert_int_eq(ortl__memory_new(&memory, 10, 1, &a, &error), ORTL_OK);
    book.is_empty = 1;
    char *kept = a, *b = (char *)1;
    ck_assert_int_eq(ortl__memory_resize(&memory, &a, 10, 20, 1, &error), ORTL_NO_MEMORY);
    ck_assert_ptr_eq(a, kept);
    ck_assert_int_eq(ortl__memory_new_zero(&memory, 10, 1, &b, &error), ORTL_NO_MEMORY);
    ck_assert_ptr_null(b);
    ck_assert_uint_eq(memory.used, 10);
    ortl__memory_free(&memory, a, 10, 1);
}
END_TEST

START_TEST(new_zero_is_zero) {
    unsigned char *a;
    ck_assert_int_eq(ortl__memory_new_zero(&memory, 100, 2, &a, &error), ORTL_OK);
    for (size_t i = 0; i < 200; i++) ck_assert_uint_eq(a[i], 0);
    ortl__memory_free(&memory, a, 100, 2);
}
END_TEST

START_TEST(resize_keeps_contents_and_frees_at_zero) {
    int32_t *a = NULL;
    ck_assert_int_eq(ortl__memory_resize(&memory, &a, 0, 2, 4, &error), ORTL_OK);
    a[0] = 5;
    a[1] = 6;
    ck_assert_int_eq(ortl__memory_resize(&memory, &a, 2, 100, 4, &error), ORTL_OK);
    ck_assert_int_eq(a[1], 6);
    int32_t *kept = a;
    ck_assert_int_eq(ortl__memory_resize(&memory, &a, 100, 251, 4, &error), ORTL_LIMIT);
    ck_assert_ptr_eq(a, kept);
    ck_assert_int_eq(ortl__memory_resize(&memory, &a, 100, 1, 4, &error), ORTL_OK);
    ck_assert_int_eq(a[0], 5);
    ck_assert_uint_eq(memory.used, 4);
    ck_assert_int_eq(ortl__memory_resize(&memory, &a, 1, 0, 4, &error), ORTL_OK);
    ck_assert_ptr_null(a);
}
END_TEST

START_TEST(grow_appends_with_few_moves) {
    uint32_t *a = NULL;
    uint64_t capacity = 0;
    int n_moves = 0;
    memory.limit = UINT64_MAX;
    for (uint32_t i = 0; i < 100000; i++) {
        uint64_t before = capacity;
        ck_assert_int_eq(ortl__memory_grow(&memory, &a, &capacity, i + 1, 4, &error), ORTL_OK);
        n_moves += capacity != before;
        a[i] = i;
    }
    for (uint32_t i = 0; i < 100000; i++) ck_assert_uint_eq(a[i], i);
    ck_assert_int_lt(n_moves, 30);
    ortl__memory_free(&memory, a, capacity, 4);
}
END_TEST

/* Small blocks are malloc's, large ones mappings: grown and shrunk within and across both kinds. */
START_TEST(the_standard_allocator_keeps_what_stands_in_a_block) {
    static const size_t sizes[] = {15, 150, 16383, 16384, 70000, 5000000, 20000, 16384, 16383, 40};
    ortl__memory plain;
    unsigned char *a = NULL;
    size_t n = 0;
    ortl__memory_init(&plain, NULL, UINT64_MAX, "memory_bytes");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ck_assert_int_eq(ortl__memory_resize(&plain, &a, n, sizes[i], 1, &error), ORTL_OK);
        for (size_t j = 0; j < n && j < sizes[i]; j++) ck_assert_uint_eq(a[j], j % 251);
        n = sizes[i];
        for (size_t j = 0; j < n; j++) a[j] = (unsigned char)(j % 251);
    }
    ortl__memory_free(&plain, a, n, 1);
    ck_assert_uint_eq(plain.used, 0);
}
END_TEST

#ifndef ORTL_SANITIZED /* sanitizers stop at such requests */
/* More than any address space has, asked of a new block and of an old one of either kind. */
START_TEST(the_standard_allocator_says_that_memory_is_out) {
    const size_t too_much = PTRDIFF_MAX / 2 + 1;
    ortl__memory plain;
    ortl__memory_init(&plain, NULL, UINT64_MAX, "memory_bytes");
    for (size_t n = 0; n <= 20000; n += 10000) {
        char *a = NULL;
        ck_assert_int_eq(ortl__memory_resize(&plain, &a, 0, n, 1, &error), ORTL_OK);
        ck_assert_int_eq(ortl__memory_resize(&plain, &a, n, too_much, 1, &error), ORTL_NO_MEMORY);
        ck_assert_uint_eq(plain.used, n);
        ortl__memory_free(&plain, a, n, 1);
    }
}
END_TEST
#endif

START_TEST(the_arena_gives_zeroed_aligned_memory) {
    ortl__arena arena;
    memory.limit = UINT64_MAX;
    ortl__arena_init(&arena, &memory);
    for (uint64_t n = 0; n < 3000; n += 7) {
        unsigned char *bytes = (unsigned char *)1;
        ck_assert_int_eq(ortl__arena_new(&arena, n, 1, &bytes, &error), ORTL_OK);
        if (n == 0) ck_assert_ptr_null(bytes);
        if (n == 0) continue;
        ck_assert_uint_eq((uintptr_t)bytes % alignof(max_align_t), 0);
        for (uint64_t i = 0; i < n; i++) ck_assert_uint_eq(bytes[i], 0);
        memset(bytes, 0xff, n);
    }
#ifndef ORTL_INSTRUMENTED
    ck_assert_int_lt(book.blocks_out, 100);
#endif
    ortl__arena_free(&arena);
    ortl__arena_free(&arena);
}
END_TEST

#ifndef ORTL_INSTRUMENTED /* which has a block for each thing */
START_TEST(a_large_thing_leaves_the_rest_of_a_block_in_use) {
    ortl__arena arena;
    char *small, *large;
    memory.limit = UINT64_MAX;
    ortl__arena_init(&arena, &memory);
    ck_assert_int_eq(ortl__arena_new(&arena, 16, 1, &small, &error), ORTL_OK);
    ck_assert_int_eq(ortl__arena_new(&arena, 1000000, 1, &large, &error), ORTL_OK);
    ck_assert_int_eq(book.blocks_out, 2);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(ortl__arena_new(&arena, 16, 1, &small, &error), ORTL_OK);
    ck_assert_int_eq(book.blocks_out, 2);
    ortl__arena_free(&arena);
}
END_TEST
#endif

START_TEST(arena_text_ends_with_nul) {
    ortl__arena arena;
    const char *text;
    memory.limit = UINT64_MAX;
    ortl__arena_init(&arena, &memory);
    ck_assert_int_eq(ortl__arena_text(&arena, "a\0b", 3, &text, &error), ORTL_OK);
    ck_assert_mem_eq(text, "a\0b\0", 4);
    ck_assert_int_eq(ortl__arena_text(&arena, NULL, 0, &text, &error), ORTL_OK);
    ck_assert_str_eq(text, "");
    ortl__arena_free(&arena);
}
END_TEST

START_TEST(the_arena_obeys_budget_and_overflow) {
    ortl__arena arena;
    char *block = NULL;
    const char *text;
    ortl__arena_init(&arena, &memory);
    ck_assert_int_eq(ortl__arena_new(&arena, 1001, 1, &block, &error), ORTL_LIMIT);
    ck_assert_ptr_null(block);
    ck_assert_int_eq(ortl__arena_new(&arena, SIZE_MAX - 20, 1, &block, &error), ORTL_LIMIT);
    ck_assert_int_eq(ortl__arena_new(&arena, SIZE_MAX, 1, &block, &error), ORTL_LIMIT);
    ck_assert_int_eq(ortl__arena_new(&arena, SIZE_MAX, 2, &block, &error), ORTL_LIMIT);
    ck_assert_int_eq(ortl__arena_text(&arena, "", SIZE_MAX, &text, &error), ORTL_LIMIT);
    ck_assert_ptr_null(text);
    ortl__arena_free(&arena);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("memory");
    TCase *tests = tcase_create("memory");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, blocks_count_against_the_budget);
    tcase_add_test(tests, no_bytes_is_no_block);
    tcase_add_test(tests, a_product_that_overflows_is_a_limit);
    tcase_add_test(tests, a_budget_near_the_end_of_64_bits_does_not_wrap);
    tcase_add_test(tests, an_allocator_that_fails_is_out_of_memory);
    tcase_add_test(tests, new_zero_is_zero);
    tcase_add_test(tests, resize_keeps_contents_and_frees_at_zero);
    tcase_add_test(tests, grow_appends_with_few_moves);
    tcase_add_test(tests, the_standard_allocator_keeps_what_stands_in_a_block);
#ifndef ORTL_SANITIZED
    tcase_add_test(tests, the_standard_allocator_says_that_memory_is_out);
#endif
    tcase_add_test(tests, the_arena_gives_zeroed_aligned_memory);
#ifndef ORTL_INSTRUMENTED
    tcase_add_test(tests, a_large_thing_leaves_the_rest_of_a_block_in_use);
#endif
    tcase_add_test(tests, arena_text_ends_with_nul);
    tcase_add_test(tests, the_arena_obeys_budget_and_overflow);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
