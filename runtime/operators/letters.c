/*
 * Letters in another case, without the locale. Tables of Unicode are left to utf8proc, which a
 * build may link; without it, letters outside of ASCII are refused where they would have to change.
 */
#include "letters.h"

#include <string.h>

#include "../status.h"
#include "../utf8.h"

#ifdef ORTL_WITH_UTF8PROC
#include <utf8proc.h>
#endif

static int is_ascii(ortl_string text) {
    for (size_t i = 0; i < text.n_bytes; i++)
        if ((unsigned char)text.data[i] >= 0x80) return 0;
    return 1;
}

/* ---- ASCII ----------------------------------------------------------------------------------- */

static char change_ascii(char letter, ortl__letter_case to) {
    const int is_changed =
        to == ORTL__CASE_LOWER ? letter >= 'A' && letter <= 'Z' : letter >= 'a' && letter <= 'z';
    return is_changed ? (char)(letter ^ 0x20) : letter; /* the bit that tells the cases apart */
}

static ortl_status change_all_ascii(ortl_string text, ortl__letter_case to, ortl__arena *arena,
                                    ortl_string *text_out, ortl_error *error) {
    char *copy = NULL;
    size_t first = 0; /* letter that changes */
    *text_out = text;
    while (first < text.n_bytes && change_ascii(text.data[first], to) == text.data[first]) first++;
    if (first == text.n_bytes) return ORTL_OK;
    ortl_status status = ortl__arena_new(arena, text.n_bytes, 1, &copy, error);
    if (status != ORTL_OK) return status;
    for (size_t i = 0; i < text.n_bytes; i++) copy[i] = change_ascii(text.data[i], to);
    text_out->data = copy;
    return ORTL_OK;
}

/* ---- Unicode --------------------------------------------------------------------------------- */

#ifdef ORTL_WITH_UTF8PROC

/* The letter of the other case. The sharp s has a capital letter, but is not its small letter's
 * usual form in capitals: as the C library has it, it stays. */
static int32_t change_letter(uint32_t code, ortl__letter_case to) {
    const int32_t letter = (int32_t)code;
    if (code == 0xdf) return letter;
    return to == ORTL__CASE_LOWER ? utf8proc_tolower(letter) : utf8proc_toupper(letter);
}

/* Both cases of a letter may differ in bytes: room for 4 bytes each is enough. */
static ortl_status change_unicode(ortl_string text, ortl__letter_case to, ortl__arena *arena,
                                  ortl_string *text_out, ortl_error *error) {
    unsigned char *copy = NULL;
    size_t n_written = 0;
    ortl_status status = ortl__arena_new(arena, text.n_bytes, 4, &copy, error);
    if (status != ORTL_OK) return status;
    for (size_t at = 0; at < text.n_bytes;) {
        uint32_t code = 0;
        size_t n = ortl__utf8_read(text.data + at, text.n_bytes - at, &code);
        if (n == 0)
            return ortl__fail(error, ORTL_BAD_INPUT, "byte %lu of a text is not UTF-8",
                              (unsigned long)at);
        n_written += (size_t)utf8proc_encode_char(change_letter(code, to), copy + n_written);
        at += n;
    }
    *text_out = (ortl_string){(const char *)copy, n_written};
    return ORTL_OK;
}

#else

static ortl_status change_unicode(ortl_string text, ortl__letter_case to, ortl__arena *arena,
                                  ortl_string *text_out, ortl_error *error) {
    (void)to, (void)arena, (void)text_out;
    return ortl__fail(error, ORTL_UNSUPPORTED,
                      "\"%.*s\": the case of letters outside of ASCII is not supported by this "
                      "build (it is with utf8proc)",
                      text.n_bytes < 60 ? (int)text.n_bytes : 60, text.data);
}

#endif

ortl_status ortl__letters_change(ortl_string text, ortl__letter_case to, ortl__alphabet alphabet,
                                 ortl__arena *arena, ortl_string *text_out, ortl_error *error) {
    *text_out = text;
    if (to == ORTL__CASE_KEPT) return ORTL_OK;
    if (alphabet == ORTL__ALPHABET_ASCII || is_ascii(text))
        return change_all_ascii(text, to, arena, text_out, error);
    return change_unicode(text, to, arena, text_out, error);
}
