/*
 * The text of operator cases, word by word: for operator_cases.c.
 */
#ifndef OPERATOR_CASE_TEXT_H
#define OPERATOR_CASE_TEXT_H

#include "operator_cases.h"

enum {
    CASE_WORD_BYTES = 64,
    CASE_UINT8 = 2 /* an element type of ONNX in which TreeEnsemble has its modes */
};

/* A place in the lines of one case. */
typedef struct case_reader {
    harness *h; /* whose memory is used; NULL where only words are read */
    const operator_case *c;
    const char *at;
} case_reader;

/* Ends the program with a message about the file and line. */
void case_give_up(const char *place, const char *format, ...);

/* The next line, its first word in word_out; 0 when the case ends. */
int case_next_line(case_reader *r, char word_out[CASE_WORD_BYTES]);

/* Whether some line of the case begins with that word. */
int case_has_line(const operator_case *c, const char *word);

void case_skip_blanks(case_reader *r);

/* The next word of the line, "" at its end. */
void case_read_word(case_reader *r, char word_out[CASE_WORD_BYTES]);

/* Memory of the harness. */
void *case_room(case_reader *r, uint64_t count, size_t element_bytes);

/* A text in quotation marks, in which \" \\ and \xNN stand for bytes. */
ortl_string case_read_text(case_reader *r);

/* [2,3], or [] for a scalar; the rank. */
uint32_t case_read_shape(case_reader *r, int64_t shape_out[ORTL_MAX_RANK]);

/* Everything up to the end of the line, at least n_least elements of which those that are not
 * written are zeros. */
void *case_read_elements(case_reader *r, ortl_type type, uint64_t n_least, uint64_t *n_out);

/* Type, shape and elements. */
ortl__tensor case_read_tensor(case_reader *r, double *tolerance_out);

#endif
