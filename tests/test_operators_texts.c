/*
 * StringNormalizer, Tokenizer and TfIdfVectorizer. Expected values are onnxruntime's, but for
 * inputs that it refuses and that have an obvious answer, such as no rows.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/utf8.h"
#include "operator_harness.h"

static harness h;

static void close_harness(void) {
    harness_close(&h);
}

/* ---- UTF-8 ----------------------------------------------------------------------------------- */

START_TEST(only_well_formed_characters_are_read) {
    static const struct {
        const char *bytes;
        size_t n_bytes, n_used;
        uint32_t code;
    } cases[] = {{"a", 1, 1, 'a'},
                 {"\xc3\xa9", 2, 2, 0xe9},
                 {"\xe2\x82\xac", 3, 3, 0x20ac},
                 {"\xf0\x9f\x98\x80", 4, 4, 0x1f600},
                 {"\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff},
                 {"", 0, 0, 0},
                 {"\x80", 1, 0, 0},             /* begins in the middle */
                 {"\xc3", 1, 0, 0},             /* cut */
                 {"\xe2\x82", 2, 0, 0},         /* cut */
                 {"\xc3(", 2, 0, 0},            /* does not go on */
                 {"\xc0\x80", 2, 0, 0},         /* longer than needed */
                 {"\xe0\x9f\xbf", 3, 0, 0},     /* likewise */
                 {"\xf0\x8f\xbf\xbf", 4, 0, 0}, /* likewise */
                 {"\xed\xa0\x80", 3, 0, 0},     /* half of a pair of UTF-16 */
                 {"\xf4\x90\x80\x80", 4, 0, 0}, /* above Unicode */
                 {"\xf8\x80\x80\x80\x80", 5, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t code = 0;
        ck_assert_uint_eq(ortl__utf8_read(cases[i].bytes, cases[i].n_bytes, &code),
                          cases[i].n_used);
        ck_assert_uint_eq(code, cases[i].code);
    }
}
END_TEST

/* ---- StringNormalizer ------------------------------------------------------------------------ */

static void open_normalizer(const char *change, const char *locale) {
    harness_open(&h, "", "StringNormalizer", 10);
    if (change) harness_string(&h, "case_change_action", change);
    if (locale) harness_string(&h, "locale", locale);
}

START_TEST(letters_of_ascii_change_case) {
    open_normalizer("LOWER", "C");
    harness_texts(&h, SHAPE(4), TEXTS("Ab[Z@", "\xc3\x89", "plain", ""));
    harness_expect_texts(&h, SHAPE(4), TEXTS("ab[z@", "\xc3\x89", "plain", ""));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    close_harness();
    open_normalizer("UPPER", NULL);
    harness_texts(&h, SHAPE(1, 2), TEXTS("a{z`", "X9"));
    harness_expect_texts(&h, SHAPE(1, 2), TEXTS("A{Z`", "X9"));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    close_harness();
    open_normalizer(NULL, NULL);
    harness_texts(&h, SHAPE(2), TEXTS("\xc3\x89", "Ab"));
    harness_expect_texts(&h, SHAPE(2), TEXTS("\xc3\x89", "Ab"));
    close_harness();
}
END_TEST

static void expect_kept(const char *change, int64_t is_case_sensitive, const char *stop_word,
                        uint32_t n_kept, const char *const *kept) {
    open_normalizer(change, "C");
    harness_int(&h, "is_case_sensitive", is_case_sensitive);
    harness_strings(&h, "stopwords", 1, &stop_word);
    harness_texts(&h, SHAPE(3), TEXTS("Ab", "b", "B"));
    harness_expect_texts(&h, SHAPE(n_kept), kept);
    ck_assert_int_eq(h.step.is_row_wise, 0);
    close_harness();
}

START_TEST(stop_words_are_left_out) {
    expect_kept("LOWER", 0, "B", 1, TEXTS("ab"));
    expect_kept("UPPER", 0, "b", 1, TEXTS("AB"));
    expect_kept("NONE", 0, "B", 1, TEXTS("Ab"));
    expect_kept("NONE", 1, "B", 2, TEXTS("Ab", "b"));
    expect_kept("UPPER", 1, "b", 2, TEXTS("AB", "B"));
}
END_TEST

START_TEST(one_empty_text_stands_for_none) {
    open_normalizer(NULL, "C");
    harness_strings(&h, "stopwords", 2, TEXTS("b", "a"));
    harness_texts(&h, SHAPE(1, 2), TEXTS("b", "A"));
    harness_expect_texts(&h, SHAPE(1, 1), TEXTS(""));
    close_harness();
    open_normalizer("LOWER", "C");
    harness_texts(&h, SHAPE(0), NULL);
    harness_expect_texts(&h, SHAPE(0), NULL);
    close_harness();
    open_normalizer("LOWER", "C");
    harness_strings(&h, "stopwords", 1, TEXTS("b"));
    harness_texts(&h, SHAPE(1, 0), NULL);
    harness_expect_texts(&h, SHAPE(1, 0), NULL);
    close_harness();
}
END_TEST

START_TEST(normalizers_that_are_refused) {
    open_normalizer("lower", NULL);
    harness_texts(&h, SHAPE(1), TEXTS("a"));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"lower\"; known: NONE, LOWER, UPPER");
    close_harness();
    open_normalizer(NULL, NULL);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "input 0 has type int64");
    close_harness();
    open_normalizer(NULL, NULL);
    harness_texts(&h, SHAPE(2, 1), TEXTS("a", "b"));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "shape [2,1], [C] or [1,C] expected");
    close_harness();
}
END_TEST

#ifdef ORTL_WITH_UTF8PROC

START_TEST(letters_of_unicode_change_case) {
    open_normalizer("UPPER", "en_US");
    harness_texts(&h, SHAPE(3), TEXTS("\xc3\xa9x", "\xc3\x9f", "\xe2\x82\xac"));
    harness_expect_texts(&h, SHAPE(3), TEXTS("\xc3\x89X", "\xc3\x9f", "\xe2\x82\xac"));
    close_harness();
    open_normalizer("LOWER", NULL);
    harness_texts(&h, SHAPE(2), TEXTS("\xc3\x89", "\xd0\x96"));
    harness_expect_texts(&h, SHAPE(2), TEXTS("\xc3\xa9", "\xd0\xb6"));
    close_harness();
    open_normalizer("LOWER", NULL);
    harness_texts(&h, SHAPE(1), TEXTS("a\xff"));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "element 0: byte 1 of a text is not UTF-8");
    close_harness();
}
END_TEST

#else

START_TEST(letters_of_unicode_change_case) {
    open_normalizer("UPPER", "en_US");
    harness_texts(&h, SHAPE(2), TEXTS("a", "\xc3\xa9"));
    harness_expect_failure(&h, ORTL_UNSUPPORTED, "element 1: \"\\xc3\\xa9\": the case of letters");
    close_harness();
    open_normalizer(NULL, NULL);
    harness_strings(&h, "stopwords", 1, TEXTS("\xc3\xa9"));
    harness_texts(&h, SHAPE(1), TEXTS("a"));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "is not supported by this build");
    close_harness();
}
END_TEST

#endif

/* ---- Tokenizer ------------------------------------------------------------------------------- */

static void open_tokenizer(const char *expression, int64_t mark, int64_t least) {
    harness_open(&h, "com.microsoft", "Tokenizer", 1);
    harness_int(&h, "mark", mark);
    harness_int(&h, "mincharnum", least);
    harness_string(&h, "pad_value", "#");
    if (expression) harness_string(&h, "tokenexp", expression);
}

START_TEST(tokens_are_padded) {
    const char *const texts[] = {"the cat_9 sat", "", "\xc3\xa9 a-b"};
    open_tokenizer("[a-zA-Z0-9_]+", 0, 1);
    harness_texts(&h, SHAPE(3), texts);
    harness_expect_texts(&h, SHAPE(3, 3),
                         TEXTS("the", "cat_9", "sat", "#", "#", "#", "a", "b", "#"));
    ck_assert_int_eq(h.step.is_row_wise, 0); /* a longer neighbour makes a row wider */
    close_harness();
    open_tokenizer("[a-zA-Z0-9_]+", 1, 1);
    harness_texts(&h, SHAPE(3), texts);
    harness_expect_texts(&h, SHAPE(3, 5),
                         TEXTS("\x02", "the", "cat_9", "sat", "\x03", "\x02", "\x03", "#", "#", "#",
                               "\x02", "a", "b", "\x03", "#"));
    close_harness();
    open_tokenizer("[a-z]+", 0, 1);
    harness_texts(&h, SHAPE(2, 2), TEXTS("a b", "c", "d", "e f g"));
    harness_expect_texts(&h, SHAPE(2, 2, 3),
                         TEXTS("a", "b", "#", "c", "#", "#", "d", "#", "#", "e", "f", "g"));
    close_harness();
    for (int64_t mark = 0; mark < 2; mark++) {
        open_tokenizer("[a-z]+", mark, 1);
        harness_texts(&h, SHAPE(2), TEXTS("", "  "));
        harness_expect_texts(&h, SHAPE(2, 0), NULL);
        close_harness();
        open_tokenizer("[a-z]+", mark, 1);
        harness_texts(&h, SHAPE(0), NULL);
        harness_expect_texts(&h, SHAPE(0, 0), NULL);
        close_harness();
    }
}
END_TEST

/* One text and its tokens, separated by "|". */
static const struct {
    const char *expression;
    int64_t least;
    const char *text, *tokens;
} expressions[] = {
    {".", 1, "a\xc3\xa9\n", "a|\xc3\xa9|\n"},
    {"\\w\\w+", 1, "ab\xc3\xa9 c de_1", "ab|de_1"},
    {"\\b\\w\\w+\\b", 1, "a bcd ef", "bcd|ef"},
    {"\\b[a-z]+", 1, "1a b_c a1 \xc3\xa9z", "b|a|z"},
    {"[a-z]+\\w+\\b", 1, "", NULL},
    {"\\w\\w", 1, "abcde", "ab|cd"},
    {"[a-z]{2}", 1, "abcde f", "ab|cd"},
    {"[a-z]{3,}", 1, "ab abcd", "abcd"},
    {"[a-z]{2,3}", 1, "abcdef abcd", "abc|def|abc"},
    {"[a-z][0-9]?", 1, "a1b22c", "a1|b2|c"},
    {"a[bc]*", 1, "abcb a ca", "abcb|a|a"},
    {"a[a-z]+", 1, "aab a1 ab", "aab|ab"},
    {"[^-^\\]]+", 1, "a-b^c]d", "a|b|c|d"},
    {"[]x]+", 1, "a]x]b", "]x]"},
    {"[a-]+", 1, "b-a-", "-a-"},
    {"[^\\s]+", 1, "a\xc2\xa0z b\tc", "a\xc2\xa0z|b|c"},
    {"\\S+", 1, "a\vb c", "a\vb|c"},
    {"[\\d.]+", 1, "1.5x 22", "1.5|22"},
    {"[\\w']+", 1, "it's", "it's"},
    {"\\D\\.", 1, "1.a.", "a."},
    {"\\n", 1, "a\nb", "\n"},
    {"[a-zA-Z0-9_]+", 2, "a bc \xc3\xa9 def", "bc|def"},
    {"[^ ]+", 2, "\xc3\xa9 \xc3\xa9\xc3\xa9", "\xc3\xa9\xc3\xa9"},
};

#define N_EXPRESSIONS ((int)(sizeof expressions / sizeof expressions[0]))

/* The texts between "|". */
static int64_t split(char *text, const char *tokens_out[16]) {
    int64_t n = 0;
    while (text) {
        char *bar = strchr(text, '|');
        tokens_out[n++] = text;
        if (bar) *bar++ = '\0';
        text = bar;
    }
    return n;
}

START_TEST(expressions_of_the_supported_form) {
    char tokens[64];
    const char *wanted[16];
    open_tokenizer(expressions[_i].expression, 0, expressions[_i].least);
    harness_texts(&h, SHAPE(1), &expressions[_i].text);
    if (expressions[_i].tokens) {
        strcpy(tokens, expressions[_i].tokens);
        int64_t n = split(tokens, wanted);
        harness_expect_texts(&h, SHAPE(1, n), wanted);
    } else {
        harness_expect_refused(&h, ORTL_UNSUPPORTED, "is not supported");
    }
    close_harness();
}
END_TEST

START_TEST(separators) {
    open_tokenizer(NULL, 0, 1);
    harness_strings(&h, "separators", 3, TEXTS(",", " ", "[.]"));
    harness_texts(&h, SHAPE(2), TEXTS("a,b  c", ".d"));
    harness_expect_texts(&h, SHAPE(2, 3), TEXTS("a", "b", "c", "d", "#", "#"));
    close_harness();
    open_tokenizer("x", 0, 2); /* separators come first */
    harness_strings(&h, "separators", 1, TEXTS("[, ]+"));
    harness_texts(&h, SHAPE(1), TEXTS("ab,c  de"));
    harness_expect_texts(&h, SHAPE(1, 2), TEXTS("ab", "de"));
    close_harness();
    open_tokenizer(NULL, 0, 1);
    harness_strings(&h, "separators", 1, TEXTS(""));
    harness_texts(&h, SHAPE(1), TEXTS("a,\xc3\xa9"));
    harness_expect_texts(&h, SHAPE(1, 3), TEXTS("a", ",", "\xc3\xa9"));
    close_harness();
}
END_TEST

START_TEST(expressions_that_are_refused) {
    static const char *const refused[] = {"(?u)\\b\\w\\w+\\b",
                                          "(?i)x",
                                          "a|b",
                                          "[a-z]+?",
                                          "^a",
                                          "a$",
                                          "a+b",
                                          "[a-z]*",
                                          "a?",
                                          "[[:alpha:]]",
                                          "[z-a]",
                                          "[\\w-z]",
                                          "[a",
                                          "\\",
                                          "\\pL",
                                          "\\b-",
                                          "a\\b",
                                          "a{0}",
                                          "a{2,1}",
                                          "a{",
                                          "a{1001}",
                                          "a**",
                                          "\\1",
                                          "\xc3\xa9",
                                          "[\xc3\xa9]",
                                          "a{,2}",
                                          "abcdefghijklmnopq"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        open_tokenizer(refused[i], 0, 1);
        harness_texts(&h, SHAPE(1), TEXTS("a"));
        harness_expect_refused(&h, ORTL_UNSUPPORTED, "expression ");
        close_harness();
    }
}
END_TEST

START_TEST(tokenizers_that_are_refused) {
    open_tokenizer(NULL, 0, 1);
    harness_texts(&h, SHAPE(1), TEXTS("a"));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "neither separators nor an expression");
    close_harness();
    open_tokenizer("a", 0, 0);
    harness_texts(&h, SHAPE(1), TEXTS("a"));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "mincharnum is 0");
    close_harness();
    open_tokenizer(NULL, 0, 2);
    harness_strings(&h, "separators", 1, TEXTS(""));
    harness_texts(&h, SHAPE(1), TEXTS("a"));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "mincharnum asks for 2");
    close_harness();
    open_tokenizer(NULL, 0, 1);
    harness_strings(&h, "separators", 1, TEXTS("ab"));
    harness_texts(&h, SHAPE(1), TEXTS("a"));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "separator \"ab\" is longer than one character");
    close_harness();
    harness_open(&h, "com.microsoft", "Tokenizer", 1);
    harness_int(&h, "mincharnum", 1);
    harness_string(&h, "tokenexp", "a");
    harness_texts(&h, SHAPE(1), TEXTS("a"));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"pad_value\" is missing");
    close_harness();
    open_tokenizer("a", 0, 1);
    harness_texts(&h, SHAPE(1, 1, 1), TEXTS("a"));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "rank 3, 1 or 2 expected");
    close_harness();
    open_tokenizer("a", 0, 1);
    harness_texts(&h, SHAPE(2), TEXTS("a", "b\xff"));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "element 1: byte 1 is not UTF-8");
    close_harness();
}
END_TEST

/* ---- TfIdfVectorizer ------------------------------------------------------------------------- */

static void open_ngrams(const char *mode, int64_t least, int64_t most, int64_t skip) {
    harness_open(&h, "", "TfIdfVectorizer", 9);
    harness_string(&h, "mode", mode);
    harness_int(&h, "min_gram_length", least);
    harness_int(&h, "max_gram_length", most);
    harness_int(&h, "max_skip_count", skip);
}

/* The pool of the specification's examples: four single tokens, three pairs. */
static void add_pool(void) {
    static const int64_t starts[] = {0, 4}, columns[] = {0, 1, 2, 3, 4, 5, 6};
    static const int64_t pool[] = {2, 3, 5, 4, 5, 6, 7, 8, 6, 7};
    harness_ints(&h, "ngram_counts", 2, starts);
    harness_ints(&h, "ngram_indexes", 7, columns);
    harness_ints(&h, "pool_int64s", 10, pool);
}

static void expect_counts(int64_t least, int64_t most, int64_t skip, const float *counts) {
    const int32_t x[] = {1, 1, 3, 3, 3, 7, 8, 6, 7, 5, 6, 8};
    open_ngrams("TF", least, most, skip);
    add_pool();
    harness_input(&h, ORTL_INT32, SHAPE(2, 6), x);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 7), counts);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    close_harness();
}

START_TEST(lengths_and_distances) {
    expect_counts(1, 1, 0, FLOATS(0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0));
    expect_counts(1, 2, 0, FLOATS(0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1));
    expect_counts(2, 2, 0, FLOATS(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1));
    expect_counts(1, 2, 5, FLOATS(0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1));
    expect_counts(2, 2, 5, FLOATS(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1));
    expect_counts(1, 2, 1000000, FLOATS(0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1));
}
END_TEST

static void expect_weighted(const char *mode, uint64_t n_weights, const float *counts) {
    const float weights[] = {0.1f, 0.5f, 0.25f};
    open_ngrams(mode, 1, 1, 0);
    harness_ints(&h, "ngram_counts", 1, INT64S(0));
    harness_ints(&h, "ngram_indexes", 3, INT64S(2, 0, 1));
    harness_ints(&h, "pool_int64s", 3, INT64S(1, 2, 3));
    if (n_weights) harness_floats(&h, "weights", n_weights, weights);
    harness_input(&h, ORTL_INT64, SHAPE(4), INT64S(1, 1, 2, 9));
    harness_expect(&h, ORTL_FLOAT, SHAPE(3), counts);
    ck_assert_int_eq(h.step.is_row_wise, 0);
    close_harness();
}

START_TEST(modes_and_weights) {
    expect_weighted("TF", 3, FLOATS(1, 0, 2));
    expect_weighted("IDF", 3, FLOATS(0.5f, 0, 0.1f));
    expect_weighted("IDF", 0, FLOATS(1, 0, 1));
    expect_weighted("TFIDF", 3, FLOATS(0.5f, 0, 0.1f + 0.1f));
    expect_weighted("TFIDF", 0, FLOATS(1, 0, 2));
}
END_TEST

/* Weights are added one by one, not multiplied by their number. */
START_TEST(weights_are_added) {
    const int64_t ones[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    open_ngrams("TFIDF", 1, 1, 0);
    harness_ints(&h, "ngram_counts", 1, INT64S(0));
    harness_ints(&h, "ngram_indexes", 1, INT64S(0));
    harness_ints(&h, "pool_int64s", 1, INT64S(1));
    harness_floats(&h, "weights", 1, FLOATS(0.1f));
    harness_input(&h, ORTL_INT64, SHAPE(11), ones);
    harness_expect(&h, ORTL_FLOAT, SHAPE(1), FLOATS(1.1000001430511475f));
    close_harness();
}
END_TEST

/* Pairs that begin alike, one that begins with another, and columns that several n-grams share. */
START_TEST(texts_and_shared_columns) {
    open_ngrams("TF", 1, 3, 0);
    harness_ints(&h, "ngram_counts", 3, INT64S(0, 2, 6));
    harness_ints(&h, "ngram_indexes", 5, INT64S(0, 4, 1, 0, 3));
    harness_strings(&h, "pool_strings", 9, TEXTS("a", "b", "a", "b", "b", "a", "a", "b", "a"));
    harness_texts(&h, SHAPE(2, 4), TEXTS("a", "b", "a", "#", "b", "#", "a", "b"));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 5), FLOATS(3, 1, 0, 1, 1, 1, 1, 0, 0, 2));
    close_harness();
}
END_TEST

/* Lengths that are not asked for are not counted, and columns may be empty. */
START_TEST(other_lengths_are_passed_over) {
    open_ngrams("TF", 2, 2, 0);
    harness_ints(&h, "ngram_counts", 3, INT64S(0, 1, 3));
    harness_ints(&h, "ngram_indexes", 3, INT64S(0, 5, 1));
    harness_ints(&h, "pool_int64s", 6, INT64S(1, 1, 2, 1, 2, 3));
    harness_input(&h, ORTL_INT64, SHAPE(1, 3), INT64S(1, 2, 3));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 6), FLOATS(0, 0, 0, 0, 0, 1));
    close_harness();
}
END_TEST

START_TEST(no_rows_and_no_tokens) {
    open_ngrams("TF", 1, 2, 1);
    add_pool();
    harness_input(&h, ORTL_INT64, SHAPE(0, 3), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 7), NULL);
    close_harness();
    open_ngrams("TF", 1, 2, 1);
    add_pool();
    harness_input(&h, ORTL_INT64, SHAPE(2, 0), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 7), FLOATS(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    close_harness();
    open_ngrams("TF", 1, 2, 1);
    add_pool();
    harness_unknown(&h, ORTL_INT64, SHAPE(1, 1, 1), INT64S(1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "rank 3");
    close_harness();
}
END_TEST

/* Pools of which one number is wrong. */
static const struct {
    const char *mode;
    int64_t least, most, skip;
    uint64_t n_starts;
    int64_t starts[2];
    uint64_t n_columns;
    int64_t columns[4];
    uint64_t n_weights, n_pool;
    int64_t pool[4];
    ortl_status status;
    const char *message;
} broken_pools[] = {
    {"tf", 1, 1, 0, 1, {0}, 1, {0}, 0, 1, {1}, ORTL_BAD_MODEL, "\"tf\"; known: TF, IDF, TFIDF"},
    {"TF", 2, 1, 0, 1, {0}, 1, {0}, 0, 1, {1}, ORTL_BAD_MODEL, "n-grams of 2 to 1 tokens"},
    {"TF", 0, 1, 0, 1, {0}, 1, {0}, 0, 1, {1}, ORTL_BAD_MODEL, "n-grams of 0 to 1 tokens"},
    {"TF", 1, 2, 0, 1, {0}, 1, {0}, 0, 1, {1}, ORTL_BAD_MODEL, "1 lengths in ngram_counts"},
    {"TF", 1, 1, -1, 1, {0}, 1, {0}, 0, 1, {1}, ORTL_BAD_MODEL, "-1 left out"},
    {"TF", 1, 1, 0, 1, {0}, 1, {0}, 0, 0, {0}, ORTL_BAD_MODEL, "there is no pool"},
    {"TF", 1, 1, 0, 1, {2}, 1, {0}, 0, 1, {1}, ORTL_BAD_MODEL, "from 2 to 1 of a pool of 1"},
    {"TF", 1, 1, 0, 1, {-1}, 1, {0}, 0, 1, {1}, ORTL_BAD_MODEL, "from -1 to 1"},
    {"TF", 1, 2, 0, 2, {0, 1}, 3, {0, 1, 2}, 0, 4, {1, 2, 3, 4}, ORTL_BAD_MODEL, "from 1 to 4"},
    {"TF", 1, 2, 0, 2, {1, 0}, 3, {0, 1, 2}, 0, 4, {1, 2, 3, 4}, ORTL_BAD_MODEL, "from 1 to 0"},
    {"TF", 1, 1, 0, 1, {0}, 2, {0, 1}, 0, 2, {1, 1}, ORTL_BAD_MODEL, "are the same"},
    {"TF", 1, 1, 0, 1, {0}, 1, {0}, 0, 2, {1, 2}, ORTL_BAD_MODEL, "2 n-grams, 1 ngram_indexes"},
    {"TF", 1, 1, 0, 1, {0}, 2, {0, -1}, 0, 2, {1, 2}, ORTL_BAD_MODEL, "ngram_indexes: -1"},
    {"TF", 1, 1, 0, 1, {0}, 1, {1 << 20}, 0, 1, {1}, ORTL_LIMIT, "ngram_indexes: 1048576"},
    {"IDF", 1, 1, 0, 1, {0}, 2, {0, 1}, 1, 2, {1, 2}, ORTL_BAD_MODEL, "1 weights"},
};

START_TEST(broken_pools_are_refused) {
    const float weights[] = {1, 1};
    open_ngrams(broken_pools[_i].mode, broken_pools[_i].least, broken_pools[_i].most,
                broken_pools[_i].skip);
    harness_ints(&h, "ngram_counts", broken_pools[_i].n_starts, broken_pools[_i].starts);
    harness_ints(&h, "ngram_indexes", broken_pools[_i].n_columns, broken_pools[_i].columns);
    harness_ints(&h, "pool_int64s", broken_pools[_i].n_pool, broken_pools[_i].pool);
    if (broken_pools[_i].n_weights)
        harness_floats(&h, "weights", broken_pools[_i].n_weights, weights);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, broken_pools[_i].status, broken_pools[_i].message);
    close_harness();
}
END_TEST

START_TEST(a_pool_of_the_other_type_is_refused) {
    open_ngrams("TF", 1, 1, 0);
    harness_ints(&h, "ngram_counts", 1, INT64S(0));
    harness_ints(&h, "ngram_indexes", 1, INT64S(0));
    harness_ints(&h, "pool_int64s", 1, INT64S(1));
    harness_texts(&h, SHAPE(1), TEXTS("1"));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "no pool for an input of type string");
    close_harness();
    open_ngrams("TF", 1, 1, 0);
    harness_ints(&h, "ngram_counts", 1, INT64S(0));
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "input 0 has type float");
    close_harness();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("texts");
    TCase *tests = tcase_create("texts");
    tcase_add_test(tests, only_well_formed_characters_are_read);
    tcase_add_test(tests, letters_of_ascii_change_case);
    tcase_add_test(tests, stop_words_are_left_out);
    tcase_add_test(tests, one_empty_text_stands_for_none);
    tcase_add_test(tests, normalizers_that_are_refused);
    tcase_add_test(tests, letters_of_unicode_change_case);
    tcase_add_test(tests, tokens_are_padded);
    tcase_add_loop_test(tests, expressions_of_the_supported_form, 0, N_EXPRESSIONS);
    tcase_add_test(tests, separators);
    tcase_add_test(tests, expressions_that_are_refused);
    tcase_add_test(tests, tokenizers_that_are_refused);
    tcase_add_test(tests, lengths_and_distances);
    tcase_add_test(tests, modes_and_weights);
    tcase_add_test(tests, weights_are_added);
    tcase_add_test(tests, texts_and_shared_columns);
    tcase_add_test(tests, other_lengths_are_passed_over);
    tcase_add_test(tests, no_rows_and_no_tokens);
    tcase_add_loop_test(tests, broken_pools_are_refused, 0,
                        (int)(sizeof broken_pools / sizeof broken_pools[0]));
    tcase_add_test(tests, a_pool_of_the_other_type_is_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
