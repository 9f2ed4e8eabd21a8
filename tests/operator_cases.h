/*
 * Cases of single operators as text, in data/operators: how to write one stands in its README. They
 * are read into blocks of lines; a block is built into a harness, run and compared.
 */
#ifndef OPERATOR_CASES_H
#define OPERATOR_CASES_H

#include "operator_harness.h"

typedef struct operator_case {
    char place[64]; /* file and line */
    char name[32];  /* of the operator */
    int64_t version;
    const char *lines; /* what follows the first line, up to an empty one */
    int is_refused;    /* at load or at run */
    int is_run;        /* with outputs that are told; otherwise only loaded */
} operator_case;

typedef struct operator_cases {
    size_t n_cases;
    operator_case *cases; /* (n_cases) in the order of the files and their lines */
} operator_cases;

/* All cases of the folder's files that end in .txt; fails the test on lines that are not
 * understood. They stay in memory until the program ends. */
const operator_cases *operator_cases_read(void);

/* How the inputs of a case are known while it is loaded. */
typedef enum case_form {
    CASE_AS_WRITTEN,
    CASE_CONSTANT, /* all of them wholly */
    CASE_UNKNOWN   /* by their types alone */
} case_form;

/* Opens the harness with the operator, attributes, inputs and outputs of a case. */
void operator_case_open(harness *h, const operator_case *c, case_form form);

/* Opened as written with row number row of those inputs that are neither constant nor absent, all
 * of which must have n_rows; 0 when they have not. */
int operator_case_open_row(harness *h, const operator_case *c, int64_t n_rows, int64_t row);

/* What was derived while loading, of a harness opened as written and prepared: whether rows stay
 * apart, and the shape where the case tells it. */
void operator_case_expect_known(const harness *h, const operator_case *c);

/* Runs an open harness, which must do what the case says, of which row >= 0 is one row only. */
void operator_case_expect(harness *h, const operator_case *c, int64_t row);

#endif
