/*
 * Tokenizer of com.microsoft: each text becomes a row of its tokens, filled up to the longest row.
 * What a token is, is said by an expression, by separators, or it is each character; all become one
 * token pattern.
 */
#include <string.h>

#include "../status.h"
#include "../utf8.h"
#include "families.h"
#include "token_pattern.h"

typedef struct tokenizer_parameters {
    ortl__pattern pattern;
    uint64_t min_characters; /* of a token; shorter ones are left out */
    int is_marked;           /* a start mark and an end mark stand around the tokens */
    ortl_string padding;
} tokenizer_parameters;

static const ortl_string start_mark = {"\x02", 1}, end_mark = {"\x03", 1};

/* ---- Preparing ------------------------------------------------------------------------------- */

/* Each separator is a set of characters, perhaps repeated: tokens are what stands between. */
static ortl_status read_separators(ortl__loading *loading, const ortl__attribute *separators,
                                   tokenizer_parameters *parameters, ortl_error *error) {
    ortl__character_set *sets = NULL;
    ortl_status status =
        ortl__arena_new(loading->arena, separators->count, sizeof *sets, &sets, error);
    for (uint64_t i = 0; i < separators->count && status == ORTL_OK; i++) {
        const char *expression = separators->as.strings[i].data;
        ortl__pattern separator;
        status = ortl__pattern_read(expression, &separator, error);
        if (status != ORTL_OK) break;
        const ortl__pattern_part *part = &separator.parts[0];
        const int is_any = part->least == 1 && (part->most == 1 || part->most == UINT32_MAX);
        if (separator.n_parts != 1 || !is_any || separator.starts_word)
            return ortl__fail(error, ORTL_UNSUPPORTED,
                              "separator \"%.80s\" is longer than one character, which is not "
                              "supported",
                              expression);
        sets[i] = part->set;
    }
    if (status == ORTL_OK)
        ortl__pattern_between(sets, (size_t)separators->count, &parameters->pattern);
    return status;
}

/* One empty separator stands between all characters. Separators come before an expression. */
static ortl_status read_pattern(ortl__loading *loading, tokenizer_parameters *parameters,
                                ortl_error *error) {
    const ortl__attribute *separators = NULL;
    const char *expression = NULL;
    ortl_status status =
        ortl__operator_list(loading, "separators", ORTL__ATTRIBUTE_STRINGS, &separators, error);
    if (status == ORTL_OK)
        status = ortl__operator_string(loading, "tokenexp", "", &expression, error);
    if (status != ORTL_OK) return status;
    const uint64_t n_separators = separators ? separators->count : 0;
    if (n_separators == 0 && expression[0] == '\0')
        return ortl__fail(error, ORTL_BAD_MODEL, "it has neither separators nor an expression");
    if (n_separators == 0) return ortl__pattern_read(expression, &parameters->pattern, error);
    if (n_separators > 1 || separators->as.strings[0].n_bytes > 0)
        return read_separators(loading, separators, parameters, error);
    if (parameters->min_characters > 1)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "tokens of one character, but mincharnum asks for %llu",
                          (unsigned long long)parameters->min_characters);
    return ortl__pattern_read(".", &parameters->pattern, error);
}

static ortl_status read_numbers(const ortl__loading *loading, tokenizer_parameters *parameters,
                                ortl_error *error) {
    const char *padding = NULL;
    int64_t mark = 0, least = 0;
    ortl_status status = ortl__operator_int(loading, "mark", 0, &mark, error);
    if (status == ORTL_OK) status = ortl__operator_int(loading, "mincharnum", 0, &least, error);
    if (status == ORTL_OK)
        status = ortl__operator_string(loading, "pad_value", NULL, &padding, error);
    if (status != ORTL_OK) return status;
    if (least < 1 || !padding)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          padding ? "mincharnum is %lld, 1 or more expected"
                                  : "attribute \"pad_value\" is missing",
                          (long long)least);
    parameters->min_characters = (uint64_t)least;
    parameters->is_marked = mark != 0;
    parameters->padding = (ortl_string){padding, strlen(padding)};
    return ORTL_OK;
}

/* One more axis, as long as the longest row: how wide a row becomes depends on its neighbours. */
static void derive(const ortl__loading *loading) {
    int64_t derived[ORTL_MAX_RANK];
    const int64_t *shape = NULL;
    uint32_t rank = 0;
    ortl__value_set(loading->outputs[0], ORTL_STRING, 0, NULL);
    if (!ortl__value_shape(loading->inputs[0], &rank, &shape) || rank >= ORTL_MAX_RANK) return;
    for (uint32_t i = 0; i < rank; i++) derived[i] = shape[i];
    derived[rank] = -1;
    ortl__value_set(loading->outputs[0], ORTL_STRING, rank + 1, derived);
}

ortl_status ortl__tokenizer_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type types[] = {ORTL_STRING, ORTL_UNDEFINED};
    static const char attributes[] = "mark mincharnum pad_value separators tokenexp";
    tokenizer_parameters *parameters = NULL;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, attributes, error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, types, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK) status = read_numbers(loading, parameters, error);
    if (status == ORTL_OK) status = read_pattern(loading, parameters, error);
    if (status == ORTL_OK) derive(loading);
    return status;
}

/* ---- Running --------------------------------------------------------------------------------- */

/* The next token that is long enough, from byte `from` on. */
static ortl__token next_token(const tokenizer_parameters *parameters, ortl_string text,
                              size_t from) {
    ortl__token token = ortl__pattern_find(&parameters->pattern, text, from);
    while (token.end > token.begin && token.n_characters < parameters->min_characters)
        token = ortl__pattern_find(&parameters->pattern, text, token.end);
    return token;
}

static uint64_t count_tokens(const tokenizer_parameters *parameters, ortl_string text) {
    uint64_t n_tokens = 0;
    ortl__token token = next_token(parameters, text, 0);
    for (; token.end > token.begin; token = next_token(parameters, text, token.end)) n_tokens++;
    return n_tokens;
}

static ortl_status check_text(ortl_string text, uint64_t index, ortl_error *error) {
    for (size_t at = 0; at < text.n_bytes;) {
        uint32_t code;
        size_t n = ortl__utf8_read(text.data + at, text.n_bytes - at, &code);
        if (n == 0)
            return ortl__fail(error, ORTL_BAD_INPUT, "element %llu: byte %lu is not UTF-8",
                              (unsigned long long)index, (unsigned long)at);
        at += n;
    }
    return ORTL_OK;
}

/* Where no text has a token there are no marks either. */
ortl_status ortl__tokenizer_shape(ortl__call *call, ortl_error *error) {
    const tokenizer_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    const ortl_string *texts = input->data;
    int64_t shape[ORTL_MAX_RANK + 1];
    uint64_t width = 0;
    if (input->rank != 1 && input->rank != 2)
        return ortl__fail(error, ORTL_BAD_INPUT, "the input has rank %lu, 1 or 2 expected",
                          (unsigned long)input->rank);
    for (uint64_t i = 0; i < input->n_elements; i++) {
        ortl_status status = check_text(texts[i], i, error);
        if (status != ORTL_OK) return status;
        const uint64_t n_tokens = count_tokens(parameters, texts[i]);
        if (n_tokens > width) width = n_tokens;
    }
    if (width > 0 && parameters->is_marked) width += 2;
    memcpy(shape, input->shape, input->rank * sizeof *shape);
    shape[input->rank] = (int64_t)width;
    return ortl__tensor_shape(call->outputs[0], ORTL_STRING, (size_t)input->rank + 1, shape, error);
}

static void write_row(const tokenizer_parameters *parameters, ortl_string text, ortl_string *row,
                      uint64_t width) {
    ortl_string *place = row;
    if (parameters->is_marked) *place++ = start_mark;
    ortl__token token = next_token(parameters, text, 0);
    for (; token.end > token.begin; token = next_token(parameters, text, token.end))
        *place++ = (ortl_string){text.data + token.begin, token.end - token.begin};
    if (parameters->is_marked) *place++ = end_mark;
    while (place < row + width) *place++ = parameters->padding;
}

/* The tokens are parts of the input's texts, not copies. */
ortl_status ortl__tokenizer_run(ortl__call *call, ortl_error *error) {
    const tokenizer_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0], *output = call->outputs[0];
    const ortl_string *texts = input->data;
    ortl_string *row = output->data;
    const uint64_t width = (uint64_t)output->shape[output->rank - 1];
    (void)error;
    for (uint64_t i = 0; i < input->n_elements && width > 0; i++, row += width)
        write_row(parameters, texts[i], row, width);
    return ORTL_OK;
}
