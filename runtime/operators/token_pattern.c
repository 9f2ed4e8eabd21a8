/*
 * Reading and finding token patterns; see token_pattern.h. The syntax is that of RE2, which the
 * reference uses: classes such as \w are those of ASCII, and "." is every character.
 */
#include "token_pattern.h"

#include <string.h>

#include "../status.h"
#include "../utf8.h"

/* ---- Sets ------------------------------------------------------------------------------------ */

static void add_range(ortl__character_set *set, unsigned first, unsigned last) {
    for (unsigned code = first; code <= last; code++)
        set->ascii[code / 64] |= UINT64_C(1) << (code % 64);
}

static void add_set(ortl__character_set *set, const ortl__character_set *other) {
    set->ascii[0] |= other->ascii[0];
    set->ascii[1] |= other->ascii[1];
    set->has_others |= other->has_others;
}

static void complement(ortl__character_set *set) {
    set->ascii[0] = ~set->ascii[0];
    set->ascii[1] = ~set->ascii[1];
    set->has_others = !set->has_others;
}

static int has_character(const ortl__character_set *set, uint32_t code) {
    if (code >= 128) return set->has_others;
    return (int)(set->ascii[code / 64] >> (code % 64) & 1);
}

static const ortl__character_set everything = {{UINT64_MAX, UINT64_MAX}, 1};

/* Digits, upper-case letters, underscore and lower-case letters of ASCII. */
static const ortl__character_set word_characters = {
    {UINT64_C(0x03ff000000000000), UINT64_C(0x07fffffe87fffffe)}, 0};

static int is_subset(const ortl__character_set *set, const ortl__character_set *of) {
    return !(set->ascii[0] & ~of->ascii[0]) && !(set->ascii[1] & ~of->ascii[1]) &&
           set->has_others <= of->has_others;
}

/* ---- Reading --------------------------------------------------------------------------------- */

typedef struct pattern_cursor {
    const char *expression; /* whole, for messages */
    const char *at;
    ortl_error *error;
} pattern_cursor;

static ortl_status refuse(const pattern_cursor *cursor) {
    return ortl__fail(cursor->error, ORTL_UNSUPPORTED,
                      "expression \"%.80s\": what stands at character %lu is not supported",
                      cursor->expression, (unsigned long)(cursor->at - cursor->expression));
}

static int take(pattern_cursor *cursor, char wanted) {
    if (*cursor->at != wanted) return 0;
    cursor->at++;
    return 1;
}

/* The set of a class such as \w, in lower case; 0 when the letter names none. */
static int class_of(char letter, ortl__character_set *set_out) {
    *set_out = (ortl__character_set){{0}, 0};
    switch (letter) {
    case 'w': *set_out = word_characters; return 1;
    case 'd': add_range(set_out, '0', '9'); return 1;
    case 's':
        add_range(set_out, '\t', '\n');
        add_range(set_out, '\f', '\r');
        add_range(set_out, ' ', ' ');
        return 1;
    default: return 0;
    }
}

static int is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* What a backslash, which was taken, says: a class, or a character by itself, whose code is in
 * *code_out, or -1 for a class. */
static ortl_status read_escape(pattern_cursor *cursor, ortl__character_set *set_out,
                               int *code_out) {
    static const char controls[] = "ntrfv", control_codes[] = "\n\t\r\f\v";
    const char letter = *cursor->at;
    const int is_upper = letter >= 'A' && letter <= 'Z';
    *code_out = -1;
    if (class_of(is_upper ? (char)(letter ^ 0x20) : letter, set_out)) {
        cursor->at++;
        if (is_upper) complement(set_out);
        return ORTL_OK;
    }
    const char *control = letter ? strchr(controls, letter) : NULL;
    if (!control && (letter <= ' ' || letter > '~' || is_letter_or_digit(letter)))
        return refuse(cursor);
    cursor->at++;
    *code_out = control ? control_codes[control - controls] : letter;
    *set_out = (ortl__character_set){{0}, 0};
    add_range(set_out, (unsigned)*code_out, (unsigned)*code_out);
    return ORTL_OK;
}

/* One character of a class in brackets, or an escape. */
static ortl_status read_member(pattern_cursor *cursor, ortl__character_set *set_out,
                               int *code_out) {
    const char letter = *cursor->at;
    if (take(cursor, '\\')) return read_escape(cursor, set_out, code_out);
    if (letter < ' ' || letter > '~' || (letter == '[' && cursor->at[1] == ':'))
        return refuse(cursor);
    cursor->at++;
    *code_out = letter;
    *set_out = (ortl__character_set){{0}, 0};
    add_range(set_out, (unsigned)letter, (unsigned)letter);
    return ORTL_OK;
}

/* The rest of a class whose bracket was taken. A bracket that closes is a member when it is first.
 */
static ortl_status read_brackets(pattern_cursor *cursor, ortl__character_set *set_out) {
    const int is_negated = take(cursor, '^');
    int is_first = 1;
    *set_out = (ortl__character_set){{0}, 0};
    while (is_first || *cursor->at != ']') {
        ortl__character_set member;
        int first = 0, last = 0;
        is_first = 0;
        ortl_status status = read_member(cursor, &member, &first);
        if (status != ORTL_OK) return status;
        if (*cursor->at == '-' && cursor->at[1] != ']') {
            cursor->at++;
            ortl__character_set end;
            status = read_member(cursor, &end, &last);
            if (status != ORTL_OK) return status;
            if (first < 0 || last < first) return refuse(cursor);
            add_range(&member, (unsigned)first, (unsigned)last);
        }
        add_set(set_out, &member);
    }
    cursor->at++;
    if (is_negated) complement(set_out);
    return ORTL_OK;
}

static ortl_status read_set(pattern_cursor *cursor, ortl__character_set *set_out) {
    int code;
    if (take(cursor, '.')) {
        *set_out = everything;
        return ORTL_OK;
    }
    if (take(cursor, '[')) return read_brackets(cursor, set_out);
    if (strchr("^$()|*+?{}]", *cursor->at)) return refuse(cursor); /* the end too */
    return read_member(cursor, set_out, &code);
}

#define MOST_REPEATED 1000 /* as RE2 */

static int read_count(pattern_cursor *cursor, uint32_t *count_out) {
    const char *begin = cursor->at;
    *count_out = 0;
    while (*cursor->at >= '0' && *cursor->at <= '9' && *count_out <= MOST_REPEATED)
        *count_out = *count_out * 10 + (uint32_t)(*cursor->at++ - '0');
    return cursor->at > begin && *count_out <= MOST_REPEATED;
}

/* {n}, {n,} or {n,m}, whose brace was taken. */
static ortl_status read_braces(pattern_cursor *cursor, ortl__pattern_part *part) {
    if (!read_count(cursor, &part->least)) return refuse(cursor);
    part->most = part->least;
    if (take(cursor, ',')) {
        part->most = UINT32_MAX;
        if (*cursor->at != '}' && !read_count(cursor, &part->most)) return refuse(cursor);
    }
    if (part->most == 0 || part->most < part->least || !take(cursor, '}')) return refuse(cursor);
    return ORTL_OK;
}

static ortl_status read_repetition(pattern_cursor *cursor, ortl__pattern_part *part) {
    ortl_status status = ORTL_OK;
    part->least = part->most = 1;
    const char sign = *cursor->at;
    if (take(cursor, '{')) {
        status = read_braces(cursor, part);
    } else if (take(cursor, '+') || take(cursor, '*')) {
        part->least = sign == '+';
        part->most = UINT32_MAX;
    } else if (take(cursor, '?')) {
        part->least = 0;
    } else {
        return ORTL_OK;
    }
    /* A second sign would make the first one lazy, or is an error. */
    if (status == ORTL_OK && *cursor->at && strchr("*+?{", *cursor->at)) return refuse(cursor);
    return status;
}

/* A word boundary at either end. At the end it changes nothing behind a run of word characters, and
 * would ask for going back elsewhere. */
static int take_boundary(pattern_cursor *cursor) {
    if (strncmp(cursor->at, "\\b", 2) != 0) return 0;
    cursor->at += 2;
    return 1;
}

static ortl_status check_boundaries(const pattern_cursor *cursor, const ortl__pattern *pattern,
                                    int ends_word) {
    const ortl__pattern_part *last = &pattern->parts[pattern->n_parts - 1];
    const int is_run = last->most == UINT32_MAX && is_subset(&last->set, &word_characters) &&
                       is_subset(&word_characters, &last->set);
    if (pattern->starts_word && !is_subset(&pattern->parts[0].set, &word_characters))
        return refuse(cursor);
    return ends_word && !is_run ? refuse(cursor) : ORTL_OK;
}

ortl_status ortl__pattern_read(const char *expression, ortl__pattern *pattern_out,
                               ortl_error *error) {
    pattern_cursor cursor = {expression, expression, error};
    int ends_word = 0;
    uint32_t least = 0;
    memset(pattern_out, 0, sizeof *pattern_out);
    pattern_out->starts_word = take_boundary(&cursor);
    while (*cursor.at && !ends_word) {
        ortl__pattern_part *part = &pattern_out->parts[pattern_out->n_parts];
        const int is_counted = pattern_out->n_parts == 0 || part[-1].least == part[-1].most;
        if (pattern_out->n_parts > 0 && take_boundary(&cursor)) {
            ends_word = 1;
            break;
        }
        if (pattern_out->n_parts == ORTL__PATTERN_PARTS || !is_counted) return refuse(&cursor);
        ortl_status status = read_set(&cursor, &part->set);
        if (status == ORTL_OK) status = read_repetition(&cursor, part);
        if (status != ORTL_OK) return status;
        least += part->least;
        pattern_out->n_parts++;
    }
    if (*cursor.at) return refuse(&cursor);
    if (least == 0)
        return ortl__fail(error, ORTL_UNSUPPORTED, "expression \"%.80s\" fits the empty text",
                          expression);
    return check_boundaries(&cursor, pattern_out, ends_word);
}

void ortl__pattern_between(const ortl__character_set *sets, size_t n_sets,
                           ortl__pattern *pattern_out) {
    memset(pattern_out, 0, sizeof *pattern_out);
    pattern_out->n_parts = 1;
    ortl__pattern_part *part = &pattern_out->parts[0];
    part->least = 1;
    part->most = UINT32_MAX;
    for (size_t i = 0; i < n_sets; i++) add_set(&part->set, &sets[i]);
    complement(&part->set);
}

/* ---- Finding --------------------------------------------------------------------------------- */

/* The token that starts at byte `begin`, empty when the pattern does not fit there. */
static ortl__token fit(const ortl__pattern *pattern, ortl_string text, size_t begin) {
    ortl__token token = {begin, begin, 0};
    const ortl__token none = token;
    for (uint32_t i = 0; i < pattern->n_parts; i++) {
        const ortl__pattern_part *part = &pattern->parts[i];
        uint32_t n_taken = 0, code = 0;
        while (n_taken < part->most) {
            size_t n = ortl__utf8_read(text.data + token.end, text.n_bytes - token.end, &code);
            if (n == 0 || !has_character(&part->set, code)) break;
            token.end += n;
            token.n_characters++;
            n_taken += n_taken < UINT32_MAX - 1;
        }
        if (n_taken < part->least) return none;
    }
    return token;
}

static int is_inside_word(ortl_string text, size_t at) {
    const unsigned char before = at > 0 ? (unsigned char)text.data[at - 1] : 0x80;
    return before < 0x80 && has_character(&word_characters, before);
}

ortl__token ortl__pattern_find(const ortl__pattern *pattern, ortl_string text, size_t from) {
    ortl__token token = {from, from, 0};
    while (from < text.n_bytes) {
        uint32_t code;
        if (!pattern->starts_word || !is_inside_word(text, from)) token = fit(pattern, text, from);
        if (token.end > token.begin) return token;
        size_t n = ortl__utf8_read(text.data + from, text.n_bytes - from, &code);
        from += n ? n : 1;
    }
    return token;
}
