/*
 * StringNormalizer: removes stop words, then changes the case of letters. In the locales "C" and
 * "POSIX" only letters of ASCII have a case; in every other one those of Unicode have.
 */
#include <string.h>

#include "../status.h"
#include "families.h"
#include "keys.h"
#include "letters.h"

typedef struct text_rules {
    ortl__letter_case change;
    ortl__letter_case compared_in; /* case in which stop words are recognised */
    ortl__alphabet alphabet;
    uint64_t n_stop_words;
    ortl__keys stop_words; /* when there are any; in the case compared_in */
} text_rules;

/* ---- Preparing ------------------------------------------------------------------------------- */

static ortl_status read_change(const ortl__loading *loading, text_rules *rules, ortl_error *error) {
    static const char *const names[] = {"NONE", "LOWER", "UPPER"}; /* as ortl__letter_case */
    const char *name = NULL;
    size_t change = 0;
    ortl_status status = ortl__operator_string(loading, "case_change_action", "NONE", &name, error);
    if (status == ORTL_OK)
        status =
            ortl__operator_choice(loading, "case_change_action", name, names, 3, &change, error);
    rules->change = (ortl__letter_case)change;
    return status;
}

static ortl_status read_locale(const ortl__loading *loading, text_rules *rules, ortl_error *error) {
    const char *locale = NULL;
    ortl_status status = ortl__operator_string(loading, "locale", "en_US", &locale, error);
    if (status != ORTL_OK) return status;
    const int is_plain = strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0;
    rules->alphabet = is_plain ? ORTL__ALPHABET_ASCII : ORTL__ALPHABET_UNICODE;
    return ORTL_OK;
}

/* Sorts the stop words in the case in which they are compared. */
static ortl_status read_stop_words(ortl__loading *loading, text_rules *rules, ortl_error *error) {
    const ortl__attribute *words = NULL;
    ortl_string *changed = NULL;
    int64_t is_case_sensitive = 0;
    ortl_status status =
        ortl__operator_int(loading, "is_case_sensitive", 0, &is_case_sensitive, error);
    if (status == ORTL_OK)
        status = ortl__operator_list(loading, "stopwords", ORTL__ATTRIBUTE_STRINGS, &words, error);
    if (status != ORTL_OK || !words || words->count == 0) return status;
    rules->n_stop_words = words->count;
    rules->compared_in = is_case_sensitive                   ? ORTL__CASE_KEPT
                         : rules->change == ORTL__CASE_UPPER ? ORTL__CASE_UPPER
                                                             : ORTL__CASE_LOWER;
    status = ortl__arena_new(loading->arena, words->count, sizeof *changed, &changed, error);
    for (uint64_t i = 0; i < words->count && status == ORTL_OK; i++)
        status = ortl__letters_change(words->as.strings[i], rules->compared_in, rules->alphabet,
                                      loading->arena, &changed[i], error);
    if (status == ORTL_OK)
        status = ortl__keys_sort(&rules->stop_words, loading->arena, ORTL_STRING, words->count,
                                 changed, ORTL__FIRST_COUNTS, error);
    return status;
}

/* Without stop words the shape stays, and [N] is as good as N rows. */
static void derive(const ortl__loading *loading, ortl__step *step, const text_rules *rules) {
    const int64_t *shape = NULL;
    uint32_t rank = 0;
    const int is_known = ortl__value_shape(loading->inputs[0], &rank, &shape);
    if (rules->n_stop_words || !is_known || rank != 1) step->is_row_wise = 0;
    if (rules->n_stop_words == 0)
        ortl__value_set_like(loading->outputs[0], ORTL_STRING, loading->inputs[0]);
    else
        ortl__value_set(loading->outputs[0], ORTL_STRING, 0, NULL);
}

ortl_status ortl__string_normalizer_prepare(ortl__loading *loading, ortl__step *step,
                                            ortl_error *error) {
    static const ortl_type types[] = {ORTL_STRING, ORTL_UNDEFINED};
    static const char attributes[] = "case_change_action is_case_sensitive locale stopwords";
    text_rules *rules = NULL;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, attributes, error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, types, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *rules, &rules, error);
    if (status == ORTL_OK) status = read_change(loading, rules, error);
    if (status == ORTL_OK) status = read_locale(loading, rules, error);
    if (status == ORTL_OK) status = read_stop_words(loading, rules, error);
    if (status == ORTL_OK) derive(loading, step, rules);
    return status;
}

/* ---- Running --------------------------------------------------------------------------------- */

ortl_status ortl__string_normalizer_shape(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0];
    char shape[64];
    ortl__tensor_shape_text(input, shape);
    if (input->rank == 1 || (input->rank == 2 && input->shape[0] == 1))
        return ortl__shape_like_first(call, error);
    return ortl__fail(error, ORTL_BAD_INPUT, "the input has shape %s, [C] or [1,C] expected",
                      shape);
}

/* Whether the text is a stop word; *changed_out is it in the case of comparison. */
static ortl_status find_stop_word(const text_rules *rules, ortl_string text, ortl__arena *arena,
                                  int *is_found_out, ortl_error *error) {
    ortl_string compared;
    *is_found_out = 0;
    if (rules->n_stop_words == 0) return ORTL_OK;
    ortl_status status =
        ortl__letters_change(text, rules->compared_in, rules->alphabet, arena, &compared, error);
    if (status == ORTL_OK)
        *is_found_out = ortl__keys_find(&rules->stop_words, &compared) != ORTL__NO_KEY;
    return status;
}

/* When every word was a stop word, one empty text stands for them. */
ortl_status ortl__string_normalizer_run(ortl__call *call, ortl_error *error) {
    const text_rules *rules = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    const ortl_string *texts = input->data;
    ortl__tensor *output = call->outputs[0];
    ortl_string *kept = output->data;
    uint64_t n_kept = 0;
    for (uint64_t i = 0; i < input->n_elements; i++) {
        int is_stop_word = 0;
        ortl_status status = find_stop_word(rules, texts[i], call->texts, &is_stop_word, error);
        if (status == ORTL_OK && !is_stop_word)
            status = ortl__letters_change(texts[i], rules->change, rules->alphabet, call->texts,
                                          &kept[n_kept++], error);
        if (status != ORTL_OK) {
            ortl__fail_within(error, "element %llu: ", (unsigned long long)i);
            return status;
        }
    }
    if (n_kept == 0 && input->n_elements > 0) kept[n_kept++] = (ortl_string){"", 0};
    output->shape[output->rank - 1] = (int64_t)n_kept;
    output->n_elements = n_kept;
    return ORTL_OK;
}
