/*
 * See operator_case_text.h. What the files say is the tests' own, so that a line that is not
 * understood ends the program.
 */
#include "operator_case_text.h"

#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void case_give_up(const char *place, const char *format, ...) {
    va_list values;
    va_start(values, format);
    fprintf(stderr, "%s: ", place);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
    va_end(values);
    exit(EXIT_FAILURE);
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) case_give_up(path, "cannot be read");
    fseek(file, 0, SEEK_END);
    size_t n = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(n + 2);
    if (!text || fread(text, 1, n, file) != n) case_give_up(path, "cannot be read");
    fclose(file);
    memcpy(text + n, "\n", 2);
    return text;
}

static const char *line_end(const char *line) {
    return line + strcspn(line, "\n");
}

/* Whether a line `needs utf8proc` or `needs no utf8proc` is as the library was built. */
static int is_for_this_build(const operator_case *c);

static void add_case(operator_cases *all, const char *file, int line, const char *text) {
    all->cases = realloc(all->cases, (all->n_cases + 1) * sizeof *all->cases);
    if (!all->cases) abort();
    operator_case *c = &all->cases[all->n_cases++];
    long long version = 0;
    snprintf(c->place, sizeof c->place, "%s:%d", file, line);
    if (sscanf(text, "%31s %lld", c->name, &version) != 2) case_give_up(c->place, "no operator");
    c->version = version;
    c->lines = line_end(text) + 1;
    if (!is_for_this_build(c)) all->n_cases--;
    c->is_refused = case_has_line(c, "refused") || case_has_line(c, "fails");
    c->is_run = case_has_line(c, "output");
}

/* A case begins with a line that is neither empty, nor a comment, nor indented. */
static void read_cases(operator_cases *all, const char *path) {
    const char *file = strrchr(path, '/') + 1, *text = read_file(path);
    for (int line = 1; *text; line++) {
        if (!strchr("\n# ", *text)) add_case(all, file, line, text);
        text = line_end(text) + 1;
    }
}

const operator_cases *operator_cases_read(void) {
    static operator_cases all;
    glob_t files;
    if (all.n_cases) return &all;
    if (glob(ORTL_TEST_DATA "/operators/*.txt", 0, NULL, &files) != 0)
        case_give_up("data/operators", "no cases");
    for (size_t i = 0; i < files.gl_pathc; i++) read_cases(&all, files.gl_pathv[i]);
    globfree(&files);
    return &all;
}

/* ---- Words and elements ---------------------------------------------------------------------- */

void case_skip_blanks(case_reader *r) {
    while (*r->at == ' ') r->at++;
}

/* The next word of the line, "" at its end. */
void case_read_word(case_reader *r, char word_out[CASE_WORD_BYTES]) {
    case_skip_blanks(r);
    size_t n = strcspn(r->at, " \n");
    if (n >= CASE_WORD_BYTES) case_give_up(r->c->place, "a long word");
    memcpy(word_out, r->at, n);
    word_out[n] = '\0';
    r->at += n;
}

/* The next line, its first word in word_out; 0 when the case ends. */
int case_next_line(case_reader *r, char word_out[CASE_WORD_BYTES]) {
    if (r->at != r->c->lines) r->at = line_end(r->at) + 1;
    if (*r->at != ' ') return 0;
    case_read_word(r, word_out);
    return 1;
}

static int is_for_this_build(const operator_case *c) {
    char word[CASE_WORD_BYTES];
    case_reader r = {NULL, c, c->lines};
    while (case_next_line(&r, word)) {
        if (strcmp(word, "needs") != 0) continue;
        case_read_word(&r, word);
#ifdef ORTL_WITH_UTF8PROC
        return strcmp(word, "no") != 0;
#else
        return strcmp(word, "no") == 0;
#endif
    }
    return 1;
}

int case_has_line(const operator_case *c, const char *word) {
    case_reader r = {NULL, c, c->lines};
    char found[CASE_WORD_BYTES];
    while (case_next_line(&r, found))
        if (strcmp(found, word) == 0) return 1;
    return 0;
}

/* Memory of the harness. */
void *case_room(case_reader *r, uint64_t count, size_t element_bytes) {
    void *block = NULL;
    if (ortl__arena_new(&r->h->arena, count, element_bytes, &block, NULL) != ORTL_OK) abort();
    return block;
}

/* A text in quotation marks, in which \" \\ and \xNN stand for bytes. */
ortl_string case_read_text(case_reader *r) {
    case_skip_blanks(r);
    if (*r->at++ != '"') case_give_up(r->c->place, "a text without quotation marks");
    char *text = case_room(r, (uint64_t)(line_end(r->at) - r->at) + 1, 1);
    uint64_t n = 0;
    for (; *r->at != '"'; r->at++) {
        if (*r->at == '\n') case_give_up(r->c->place, "a text without an end");
        if (*r->at == '\\' && *++r->at == 'x') {
            const char digits[] = {r->at[1], r->at[2], '\0'};
            text[n++] = (char)strtoul(digits, NULL, 16);
            r->at += 2;
        } else {
            text[n++] = *r->at;
        }
    }
    r->at++;
    text[n] = '\0';
    return (ortl_string){text, n};
}

static ortl_type read_type(case_reader *r) {
    char name[CASE_WORD_BYTES];
    case_read_word(r, name);
    int64_t number = ortl__operator_onnx_type_number(name);
    if (!number) case_give_up(r->c->place, "no type: %s", name);
    return (ortl_type)number;
}

/* [2,3], or [] for a scalar. */
uint32_t case_read_shape(case_reader *r, int64_t shape_out[ORTL_MAX_RANK]) {
    char word[CASE_WORD_BYTES];
    uint32_t rank = 0;
    case_read_word(r, word);
    if (word[0] != '[') case_give_up(r->c->place, "no shape: %s", word);
    for (char *at = word + 1; *at && *at != ']' && rank < ORTL_MAX_RANK; at += *at == ',')
        shape_out[rank++] = strtoll(at, &at, 10);
    return rank;
}

static void read_element(case_reader *r, ortl_type type, void *elements, uint64_t i) {
    char word[CASE_WORD_BYTES], *end = NULL;
    if (type == ORTL_STRING) {
        ((ortl_string *)elements)[i] = case_read_text(r);
        return;
    }
    case_read_word(r, word);
    switch ((int)type) {
    case ORTL_FLOAT: ((float *)elements)[i] = strtof(word, &end); break;
    case ORTL_DOUBLE: ((double *)elements)[i] = strtod(word, &end); break;
    case ORTL_INT64: ((int64_t *)elements)[i] = strtoll(word, &end, 10); break;
    case ORTL_INT32: ((int32_t *)elements)[i] = (int32_t)strtol(word, &end, 10); break;
    case ORTL_INT16: ((int16_t *)elements)[i] = (int16_t)strtol(word, &end, 10); break;
    case CASE_UINT8:
    case ORTL_BOOL: ((uint8_t *)elements)[i] = (uint8_t)strtoul(word, &end, 10); break;
    default: case_give_up(r->c->place, "elements of a type that has none");
    }
    if (*end) case_give_up(r->c->place, "no element: %s", word);
}

/* Everything up to the end of the line, at least n_least elements of which those that are not
 * written are zeros. */
void *case_read_elements(case_reader *r, ortl_type type, uint64_t n_least, uint64_t *n_out) {
    const case_reader start = *r;
    uint64_t n = 0;
    char word[CASE_WORD_BYTES];
    for (case_skip_blanks(r); *r->at != '\n'; n++, case_skip_blanks(r))
        if (type == ORTL_STRING)
            case_read_text(r);
        else
            case_read_word(r, word);
    if (n && n < n_least) case_give_up(r->c->place, "%d elements are written", (int)n);
    *r = start;
    size_t n_bytes = ortl_type_bytes(type) ? ortl_type_bytes(type) : 8;
    void *elements = case_room(r, (n > n_least ? n : n_least) + 1, n_bytes);
    for (uint64_t i = 0; i < n; i++) read_element(r, type, elements, i);
    if (n == 0 && type == ORTL_STRING)
        for (uint64_t i = 0; i < n_least; i++) ((ortl_string *)elements)[i].data = "";
    if (n_out) *n_out = n;
    return elements;
}

/* Type, shape and elements. */
ortl__tensor case_read_tensor(case_reader *r, double *tolerance_out) {
    ortl__tensor tensor;
    int64_t shape[ORTL_MAX_RANK];
    uint64_t n = 0;
    ortl_type type = read_type(r);
    uint32_t rank = case_read_shape(r, shape);
    if (ortl__tensor_shape(&tensor, type, rank, shape, NULL) != ORTL_OK)
        case_give_up(r->c->place, "no shape of a tensor");
    case_skip_blanks(r);
    if (*r->at == '~') {
        char word[CASE_WORD_BYTES];
        case_read_word(r, word);
        *tolerance_out = strtod(word + 1, NULL);
    }
    tensor.data = case_read_elements(r, type, tensor.n_elements, &n);
    if (n > tensor.n_elements)
        case_give_up(r->c->place, "%d elements too many", (int)(n - tensor.n_elements));
    return tensor;
}
