/*
 * How a table of the command line is read: the options that predict, verify and diff share.
 */
#ifndef ORTL_TOOLS_TABLE_OPTIONS_H
#define ORTL_TOOLS_TABLE_OPTIONS_H

#include "columns.h"
#include "options.h"

/* The first member of the settings of a verb that reads a table. */
typedef struct ortl__table_settings {
    ortl__common common; /* first: the shared options write here */
    ortl__table_choices choices;
    char delimiter; /* 0: ',', or ';' when the decimal point is a comma */
} ortl__table_settings;

/* The rows of a verb's table of options. */
#define ORTL__TABLE_OPTIONS                                                                        \
    {"header", 0, "WHEN", "auto, yes or no: is the first line a header?", ortl__set_header},       \
        {"by-position", 0, NULL, "ignore the names of the header", ortl__set_by_position},         \
        {"rename", 0, "OLD=NEW", "call a column of the table differently", ortl__set_rename},      \
        {"delimiter", 'd', "CHARACTER", "between the fields of the table; tab is one",             \
         ortl__set_delimiter},                                                                     \
    {                                                                                              \
        "decimal", 0, "CHARACTER", "decimal point of the table, '.' or ','", ortl__set_decimal     \
    }

ortl_status ortl__set_header(void *settings, const char *text, ortl_error *error);
ortl_status ortl__set_by_position(void *settings, const char *text, ortl_error *error);
ortl_status ortl__set_rename(void *settings, const char *text, ortl_error *error);
ortl_status ortl__set_delimiter(void *settings, const char *text, ortl_error *error);
ortl_status ortl__set_decimal(void *settings, const char *text, ortl_error *error);

/* The defaults, with room for the renames of argc arguments. */
ortl_status ortl__table_settings_begin(ortl__table_settings *settings, int argc, ortl_error *error);

/* After the options were read: chooses the delimiter, checks that it is not the decimal point. */
ortl_status ortl__table_settings_check(ortl__table_settings *settings, ortl_error *error);

void ortl__table_settings_free(ortl__table_settings *settings);

#endif
