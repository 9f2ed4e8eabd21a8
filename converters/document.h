/*
 * A document of objects, arrays, texts and numbers, read token after token from the bytes of a
 * file: JSON (document_json.c), UBJSON (document_ubjson.c), and the subsets of YAML and XML that
 * OpenCV writes (document_yaml.c, document_xml.c) look the same from here. Nothing of the document
 * is kept, numbers keep their text until the reader says which type it wants (float
 * from the decimal text, not by way of double), and depth is counted, not recursed. document.c has
 * what every reader needs on top: entering, skipping, arrays of numbers, failures with their place.
 *
 *     ortl__document_json(&document, memory, bytes, n_bytes, error);
 *     ortl__document_enter(&document, ORTL__TOKEN_OBJECT);
 *     while (ortl__document_key(&document, &key))
 *         if (ortl__token_is(&key, "depth"))
 *             depth = ortl__document_integer(&document);
 *         else
 *             ortl__document_skip(&document);
 *     status = ortl__document_finish(&document);
 *     ortl__document_close(&document);
 *
 * The first failure stays: every later call does nothing and gives 0, so a reader needs to look at
 * document.status only where it would otherwise use what it was given.
 */
#ifndef ORTL_DOCUMENT_H
#define ORTL_DOCUMENT_H

#include "../runtime/memory.h"
#include "../runtime/status.h"

/* Objects and arrays within each other, at most. */
#define ORTL__DOCUMENT_DEPTH 256

typedef enum ortl__token_kind {
    ORTL__TOKEN_NONE, /* after a failure, or at the end of the file */
    ORTL__TOKEN_OBJECT,
    ORTL__TOKEN_ARRAY,
    ORTL__TOKEN_END, /* of the object or array that was entered last */
    ORTL__TOKEN_KEY,
    ORTL__TOKEN_TEXT,
    ORTL__TOKEN_NUMBER,
    ORTL__TOKEN_TRUE,
    ORTL__TOKEN_FALSE,
    ORTL__TOKEN_NULL
} ortl__token_kind;

typedef struct ortl__token {
    ortl__token_kind kind;
    int is_integer;   /* NUMBER */
    size_t offset;    /* of the token in the file */
    const char *text; /* (n_bytes) until the next token is read. KEY, TEXT: without escapes; NUMBER:
                         the digits, NULL when the file holds it in binary. Packed ARRAY: the items
                         */
    size_t n_bytes;
    int64_t integer; /* NUMBER without text: the value when is_integer */
    double real;     /* or else */
    char item_type;  /* ARRAY: not 0 when it is packed, that is n_items numbers of this UBJSON
                          type stand at text in place of tokens, and no END follows */
    uint64_t n_items;
} ortl__token;

typedef struct ortl__document_frame {
    uint8_t is_object;
    uint8_t is_counted;  /* UBJSON: n_left items or keys follow, and no end mark */
    uint8_t has_items;   /* YAML in brackets: the next item comes behind a comma */
    uint8_t is_ready;    /* what stands in front of the next item or key was stepped over */
    uint8_t wants_value; /* the key was read, its value not yet */
    uint8_t is_flow;     /* YAML: in brackets */
    uint64_t n_left;     /* YAML and XML keep a place here, see there */
} ortl__document_frame;

typedef struct ortl__document ortl__document;
typedef struct ortl__json_parser ortl__json_parser;

/* What each form does in its way; all begin at document->at. */
typedef struct ortl__document_form {
    int is_binary; /* places are byte offsets, else line and column */
    /* Steps up to the next item or key and gives 1, or over the end of the innermost object or
     * array and gives 0; 0 on failure too. */
    int (*more)(ortl__document *document);
    void (*key)(ortl__document *document, ortl__token *token);
    void (*value)(ortl__document *document, ortl__token *token);
    void (*skip)(ortl__document *document); /* one value; NULL: token by token */
    /* What a form has besides its place, which may be NULL: to begin again at offset, to free. */
    void (*restart)(ortl__document *document, size_t offset);
    void (*close)(ortl__document *document);
} ortl__document_form;

struct ortl__document {
    const ortl__document_form *form;
    const unsigned char *bytes; /* (n_bytes) */
    size_t n_bytes;
    size_t at;          /* of the next byte */
    ortl_status status; /* of the first failure */
    ortl_error *error;
    int is_done;             /* the outermost value was read */
    size_t outermost;        /* XML: where the name of the outermost element stands */
    ortl__memory *memory;    /* JSON: of the parser */
    ortl__json_parser *json; /* JSON */
    size_t depth;
    ortl__document_frame frames[ORTL__DOCUMENT_DEPTH]; /* (depth) */
};

/* error may be NULL and gets the first failure. A document stays where it is in memory. */
void ortl__document_json(ortl__document *document, ortl__memory *memory, const void *bytes,
                         size_t n_bytes, ortl_error *error);
void ortl__document_ubjson(ortl__document *document, const void *bytes, size_t n_bytes,
                           ortl_error *error);
void ortl__document_yaml(ortl__document *document, const void *bytes, size_t n_bytes,
                         ortl_error *error);
void ortl__document_xml(ortl__document *document, const void *bytes, size_t n_bytes,
                        ortl_error *error);

/* Frees what the document has; also after a failure, and twice. */
void ortl__document_close(ortl__document *document);

/* The value that begins at offset, as a document by itself: to come back to what was skipped. */
void ortl__document_return(ortl__document *document, size_t offset);

/* The same as a second document, while the first one stays where it is. To be closed. */
void ortl__document_open_again(const ortl__document *document, size_t offset,
                               ortl__document *again_out);

/* Fails with "line 3, column 14: " or "byte 159: " in front of the message, unless something failed
 * before. Returns the status. */
ortl_status ortl__document_fail(ortl__document *document, size_t offset, ortl_status status,
                                const char *format, ...) ORTL__PRINTF(4, 5);

/* Takes over a failure that came from elsewhere, such as the builder, and was stored in
 * document->error: puts the place in front. Does nothing when status is ORTL_OK. */
ortl_status ortl__document_fail_within(ortl__document *document, size_t offset, ortl_status status);

/* What comes next. */
ortl__token ortl__document_next(ortl__document *document);

/* Expects an object or an array (kind) and enters it. Returns 1, 0 on failure. A packed array
 * cannot be entered. */
int ortl__document_enter(ortl__document *document, ortl__token_kind kind);

/* In an object: the next key, or 0 at its end or on failure. The value must be read or skipped. */
int ortl__document_key(ortl__document *document, ortl__token *key_out);

/* In an array: is there another item? Looks without reading it; steps over the end. */
int ortl__document_item(ortl__document *document);

/* Steps over one value, whatever it is. */
void ortl__document_skip(ortl__document *document);

/* Expects an array, steps over it and gives the number of its items. */
uint64_t ortl__document_count(ortl__document *document);

/* After the outermost value: nothing may follow but blanks. Returns the status. */
ortl_status ortl__document_finish(ortl__document *document);

/* Is the key or text equal to name? */
int ortl__token_is(const ortl__token *token, const char *name);

/* Expects a text, and gives a copy with escapes resolved and a NUL behind it. NULL on failure; NUL
 * characters within are refused. */
const char *ortl__document_text(ortl__document *document, ortl__arena *arena);

/* Expect a number; for integers true and false count as 1 and 0. */
int64_t ortl__document_integer(ortl__document *document);
float ortl__document_float(ortl__document *document);
double ortl__document_double(ortl__document *document);
/* The same of a token that was read already. */
int64_t ortl__token_integer(ortl__document *document, const ortl__token *token);
double ortl__token_double(ortl__document *document, const ortl__token *token);

/* Arrays of numbers, whose room is used again for the next. Zero one to begin with. */
typedef struct ortl__integers {
    int64_t *items; /* (n of capacity) */
    uint64_t n;
    uint64_t capacity;
} ortl__integers;

typedef struct ortl__floats {
    float *items; /* (n of capacity) */
    uint64_t n;
    uint64_t capacity;
} ortl__floats;

/* Expect an array of numbers, which replaces what was in it. */
void ortl__document_integers(ortl__document *document, ortl__memory *memory, ortl__integers *out);
void ortl__document_floats(ortl__document *document, ortl__memory *memory, ortl__floats *out);

void ortl__integers_free(ortl__integers *integers, ortl__memory *memory);
void ortl__floats_free(ortl__floats *floats, ortl__memory *memory);

/* ---- Between document.c and the forms -------------------------------------------------------- */

/* Enters the object or array that begins at offset; NULL when it is too deep. */
ortl__document_frame *ortl__document_push(ortl__document *document, ortl__token_kind kind,
                                          size_t offset);
void ortl__document_fail_depth(ortl__document *document, size_t offset);
/* Leaves the innermost object or array, and its value ends here too. */
void ortl__document_pop(ortl__document *document);
/* The value that was wanted ends here. */
void ortl__document_value_done(ortl__document *document);

/* YAML, XML: n_bytes of text without quotes are a NUMBER when all of them are, else a TEXT. */
void ortl__document_word(ortl__token *token, const char *text, size_t n_bytes);

/* Bytes of a number of this UBJSON type, 0 when it is not the type of a number. */
size_t ortl__ubjson_number_bytes(char type);
/* The number that stands at bytes. */
void ortl__ubjson_number(const unsigned char *bytes, char type, ortl__token *token);

#endif
