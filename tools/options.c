/*
 * Parsing of command lines with libc's getopt_long, whose own messages are switched off: ours name
 * the nearest option.
 */
#include "options.h"
#include "suggest.h"

#include "../runtime/number.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OPTIONS  48
#define LETTER_BASE  256 /* getopt_long's value of options[i] is LETTER_BASE + i */
#define OPERAND      1   /* getopt_long's value of an operand when letters starts with '-' */
#define NO_ARGUMENT  ':'
#define LETTERS_ROOM (2 * MAX_OPTIONS + 3)

void ortl__common_init(ortl__common *common) {
    *common = (ortl__common){.library = ORTL_OPTIONS_INIT};
#define SET_DEFAULT(name, value, sentence) common->name = value;
    ORTL__CSV_LIMIT_MAP(SET_DEFAULT)
#undef SET_DEFAULT
}

/* ---- Limits ---------------------------------------------------------------------------------- */

/* Reads a whole number, with K, M or G behind it for powers of 1024. */
static bool read_amount(const char *text, uint64_t *amount_out) {
    static const char units[] = "KMG";
    int64_t value;
    size_t n_bytes = strlen(text);
    size_t n_digits = ortl__number_read_int64(text, n_bytes, &value);
    if (n_digits == 0 || value < 0) return false;
    unsigned shift = 0;
    if (n_digits + 1 == n_bytes) {
        const char *unit = strchr(units, text[n_digits]);
        if (unit == NULL) return false;
        shift = 10 * (unsigned)(unit - units + 1);
    } else if (n_digits != n_bytes) {
        return false;
    }
    if ((uint64_t)value > UINT64_MAX >> shift) return false;
    *amount_out = (uint64_t)value << shift;
    return true;
}

typedef struct limit_slot {
    const char *name;
    uint64_t *value;
    uint64_t zero; /* what 0 stands for */
} limit_slot;

ortl_status ortl__set_limit(void *settings, const char *text, ortl_error *error) {
    ortl__common *common = settings;
    const limit_slot slots[] = {
#define LIBRARY_SLOT(name, value, sentence) {#name, &common->library.limits.name, 0},
        ORTL_LIMIT_MAP(LIBRARY_SLOT)
#undef LIBRARY_SLOT
#define CSV_SLOT(name, value, sentence) {#name, &common->name, (value)},
            ORTL__CSV_LIMIT_MAP(CSV_SLOT)
#undef CSV_SLOT
    };
    const size_t n_slots = sizeof slots / sizeof slots[0];
    const char *equals = strchr(text, '=');
    size_t n_name = equals == NULL ? strlen(text) : (size_t)(equals - text);
    ortl__suggestion nearest = ortl__suggest_begin(text, n_name);
    for (size_t i = 0; i < n_slots; i++) {
        ortl__suggest_offer(&nearest, i, slots[i].name, strlen(slots[i].name));
        if (strlen(slots[i].name) != n_name || memcmp(slots[i].name, text, n_name) != 0) continue;
        if (equals == NULL || !read_amount(equals + 1, slots[i].value))
            return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                      "--limit %s needs a whole number, such as %s=4096 or %s=16M",
                                      slots[i].name, slots[i].name, slots[i].name);
        if (*slots[i].value == 0) *slots[i].value = slots[i].zero;
        return ORTL_OK;
    }
    if (nearest.index == ORTL__SUGGEST_NONE)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                  "unknown limit \"%.*s\" (`ort-lite help limits` lists them)",
                                  (int)(n_name < 64 ? n_name : 64), text);
    return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                              "unknown limit \"%.*s\"; did you mean %s? (`ort-lite help limits` "
                              "lists them)",
                              (int)(n_name < 64 ? n_name : 64), text, slots[nearest.index].name);
}

/* ---- Other shared options -------------------------------------------------------------------- */

ortl_status ortl__set_threads(void *settings, const char *text, ortl_error *error) {
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || n < 1 || n > 256)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                  "--threads \"%.20s\" is not a whole number from 1 to 256", text);
    ((ortl__common *)settings)->library.n_threads = n;
    return ORTL_OK;
}

ortl_status ortl__set_json(void *settings, const char *text, ortl_error *error) {
    (void)text, (void)error;
    ((ortl__common *)settings)->is_json = true;
    return ORTL_OK;
}

ortl_status ortl__set_sandbox(void *settings, const char *text, ortl_error *error) {
    static const char *const modes[] = {"auto", "require", "off"};
    size_t index = 0;
    ortl_status status = ortl__options_choose("sandbox", text, modes, 3, &index, error);
    ((ortl__common *)settings)->sandbox = (ortl__sandbox_mode)index;
    return status;
}

ortl_status ortl__set_quiet(void *settings, const char *text, ortl_error *error) {
    (void)text, (void)error;
    ((ortl__common *)settings)->is_quiet = true;
    return ORTL_OK;
}

ortl_status ortl__set_verbose(void *settings, const char *text, ortl_error *error) {
    (void)text, (void)error;
    ((ortl__common *)settings)->is_verbose = true;
    return ORTL_OK;
}

ortl_status ortl__set_help(void *settings, const char *text, ortl_error *error) {
    (void)text, (void)error;
    ((ortl__common *)settings)->wants_help = true;
    return ORTL_OK;
}

/* ---- Parsing --------------------------------------------------------------------------------- */

/* The table in getopt_long's two forms. letters starts with '-', so that operands come in order
 * whatever the environment says, and ':', so that a missing argument and an unknown option are told
 * apart. */
static void build_tables(const ortl__option *options, size_t n_options,
                         struct option long_options[MAX_OPTIONS + 1], char letters[LETTERS_ROOM]) {
    size_t n_letters = 0;
    letters[n_letters++] = '-';
    letters[n_letters++] = ':';
    for (size_t i = 0; i < n_options; i++) {
        bool has_argument = options[i].argument != NULL;
        long_options[i] =
            (struct option){options[i].name, has_argument ? required_argument : no_argument, NULL,
                            LETTER_BASE + (int)i};
        if (options[i].letter == 0) continue;
        letters[n_letters++] = options[i].letter;
        if (has_argument) letters[n_letters++] = ':';
    }
    long_options[n_options] = (struct option){NULL, 0, NULL, 0};
    letters[n_letters] = '\0';
}

static ortl_status fail_unknown(const char *text, const ortl__option *options, size_t n_options,
                                ortl_error *error) {
    const char *name = text + strspn(text, "-");
    size_t n_name = strcspn(name, "=");
    ortl__suggestion nearest = ortl__suggest_begin(name, n_name);
    for (size_t i = 0; i < n_options; i++)
        ortl__suggest_offer(&nearest, i, options[i].name, strlen(options[i].name));
    if (nearest.index == ORTL__SUGGEST_NONE)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                  "unknown option %.64s (--help lists the options)", text);
    return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                              "unknown option %.64s; did you mean --%s? (--help lists the options)",
                              text, options[nearest.index].name);
}

static const ortl__option *find_option(int value, const ortl__option *options, size_t n_options) {
    for (size_t i = 0; i < n_options; i++)
        if (value == LETTER_BASE + (int)i || (value == options[i].letter && value != 0))
            return &options[i];
    return NULL;
}

/* What getopt_long stumbled over: the argument before optind, or a letter inside of a group. */
static ortl_status fail_option(int value, char **argv, const ortl__option *options,
                               size_t n_options, ortl_error *error) {
    const ortl__option *known = find_option(optopt, options, n_options);
    if (value == NO_ARGUMENT && known != NULL)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "--%s needs an argument: %s",
                                  known->name, known->argument);
    if (known != NULL)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "--%s takes no argument", known->name);
    if (optopt > 0 && optopt < LETTER_BASE) {
        const char text[] = {'-', (char)optopt, '\0'};
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                  "unknown option %s (--help lists the options)", text);
    }
    return fail_unknown(argv[optind - 1], options, n_options, error);
}

/* The next option or operand, -1 at the end. musl's getopt_long ends at "-", which is an operand.
 */
static int next_value(int argc, char **argv, const char *letters,
                      const struct option *long_options) {
    int value = getopt_long(argc, argv, letters, long_options, NULL);
    if (value != -1 || optind >= argc || strcmp(argv[optind], "-") != 0) return value;
    if (strcmp(argv[optind - 1], "--") == 0) return value;
    optarg = argv[optind++];
    return OPERAND;
}

ortl_status ortl__options_parse(int argc, char **argv, const ortl__option *options,
                                size_t n_options, void *settings, int *n_operands_out,
                                ortl_error *error) {
    struct option long_options[MAX_OPTIONS + 1];
    char letters[LETTERS_ROOM];
    build_tables(options, n_options, long_options, letters);
    opterr = 0;
    optind = 1;
    int n_operands = 0;
    int value;
    while ((value = next_value(argc, argv, letters, long_options)) != -1) {
        if (value == OPERAND) {
            argv[++n_operands] = optarg;
            continue;
        }
        const ortl__option *option = find_option(value, options, n_options);
        if (option == NULL) return fail_option(value, argv, options, n_options, error);
        ortl_status status = option->set(settings, optarg, error);
        if (status != ORTL_OK) return status;
    }
    while (optind < argc) argv[++n_operands] = argv[optind++]; /* behind "--" */
    *n_operands_out = n_operands;
    return ORTL_OK;
}

ortl_status ortl__options_choose(const char *option_name, const char *text,
                                 const char *const *choices, size_t n_choices, size_t *index_out,
                                 ortl_error *error) {
    char list[160] = "";
    size_t length = 0;
    for (size_t i = 0; i < n_choices; i++) {
        if (strcmp(text, choices[i]) == 0) {
            *index_out = i;
            return ORTL_OK;
        }
        size_t n_bytes = strlen(choices[i]);
        if (length + n_bytes + 3 > sizeof list) break;
        if (i > 0) length += (size_t)(stpcpy(list + length, ", ") - (list + length));
        memcpy(list + length, choices[i], n_bytes + 1);
        length += n_bytes;
    }
    return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "--%s cannot be \"%.40s\" (one of: %s)",
                              option_name, text, list);
}

ortl_status ortl__options_real(const char *option_name, const char *text, double *number_out,
                               ortl_error *error) {
    size_t n_bytes = strlen(text);
    if (n_bytes > 0 && ortl__number_read_double(text, n_bytes, '.', number_out) == n_bytes &&
        *number_out >= 0)
        return ORTL_OK;
    return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "--%s \"%.40s\" is not a number from 0 on",
                              option_name, text);
}

size_t ortl__options_next_word(const char **list, const char **word_out) {
    const char *word = *list;
    size_t n_bytes = strcspn(word, ",");
    *word_out = word;
    *list = word[n_bytes] == ',' ? word + n_bytes + 1 : NULL;
    return n_bytes;
}
