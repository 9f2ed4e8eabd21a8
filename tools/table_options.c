/*
 * The options of tables.
 */
#include "table_options.h"

#include <stdlib.h>
#include <string.h>

ortl_status ortl__set_header(void *settings, const char *text, ortl_error *error) {
    static const char *const words[] = {"auto", "yes", "no"}; /* as in ortl__header_choice */
    size_t index;
    ortl_status status = ortl__options_choose("header", text, words, 3, &index, error);
    if (status == ORTL_OK)
        ((ortl__table_settings *)settings)->choices.header = (ortl__header_choice)index;
    return status;
}

ortl_status ortl__set_by_position(void *settings, const char *text, ortl_error *error) {
    (void)text, (void)error;
    ((ortl__table_settings *)settings)->choices.is_by_position = true;
    return ORTL_OK;
}

ortl_status ortl__set_rename(void *settings, const char *text, ortl_error *error) {
    ortl__table_choices *choices = &((ortl__table_settings *)settings)->choices;
    if (strchr(text, '=') == NULL)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                  "--rename \"%.60s\" has no '=' (--rename OLD=NEW)", text);
    choices->renames[choices->n_renames++] = text;
    return ORTL_OK;
}

ortl_status ortl__set_delimiter(void *settings, const char *text, ortl_error *error) {
    if (strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0) text = "\t";
    static const char refused[] = "\"'\r\n.-+0123456789"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    if (strlen(text) != 1 || strchr(refused, text[0]) != NULL)
        return ortl__message_fail(
            error, ORTL_BAD_ARGUMENT,
            "--delimiter \"%.20s\" is not one character (`tab` is one) other than "
            "a quotation mark, line end, letter, digit or '.', '-', '+'",
            text);
    ((ortl__table_settings *)settings)->delimiter = text[0];
    return ORTL_OK;
}

ortl_status ortl__set_decimal(void *settings, const char *text, ortl_error *error) {
    if (strcmp(text, ".") != 0 && strcmp(text, ",") != 0)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                  "--decimal \"%.20s\" is neither '.' nor ','", text);
    ((ortl__table_settings *)settings)->choices.point = text[0];
    return ORTL_OK;
}

ortl_status ortl__table_settings_begin(ortl__table_settings *settings, int argc,
                                       ortl_error *error) {
    settings->choices = (ortl__table_choices){.point = '.', .keep_option = "--keep"};
    settings->choices.renames = calloc((size_t)argc, sizeof *settings->choices.renames);
    if (settings->choices.renames != NULL) return ORTL_OK;
    return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the arguments");
}

ortl_status ortl__table_settings_check(ortl__table_settings *settings, ortl_error *error) {
    if (settings->delimiter == 0) settings->delimiter = settings->choices.point == ',' ? ';' : ',';
    if (settings->delimiter != settings->choices.point) return ORTL_OK;
    return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                              "--delimiter and --decimal are the same character '%c'",
                              settings->delimiter);
}

void ortl__table_settings_free(ortl__table_settings *settings) {
    free(settings->choices.renames);
    settings->choices.renames = NULL;
}
