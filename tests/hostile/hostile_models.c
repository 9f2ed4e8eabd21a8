/*
 * The corpus of hostile models: hostile_models PROGRAM FOLDER STRIDE [CASE].
 */
#define _DEFAULT_SOURCE
#include "models.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static void write_text(const char *folder, const char *name, const void *bytes, size_t n_bytes,
                       char path_out[512]) {
    snprintf(path_out, 512, "%s/%s", folder, name);
    FILE *file = fopen(path_out, "wb");
    if (file == NULL || fwrite(bytes, 1, n_bytes, file) != n_bytes || fclose(file) != 0) exit(99);
}

/* Two rows of three floats. */
static const char table[] = "0.5,1,-2\n1,nan,3e9\n";
static const char array_start[] = "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': "
                                  "False, 'shape': (2, 3), }";
#define ARRAY_HEADER_BYTES 128

int main(int argc, char **argv) {
    char rows[512], array[512], binding[520];
    char bytes[ARRAY_HEADER_BYTES + 2 * 3 * sizeof(float)] = {0};
    if (argc < 4) return 2;
    memset(bytes, ' ', ARRAY_HEADER_BYTES);
    memcpy(bytes, array_start, sizeof array_start - 1);
    bytes[ARRAY_HEADER_BYTES - 1] = '\n';
    write_text(argv[2], "rows.csv", table, sizeof table - 1, rows);
    write_text(argv[2], "rows.npy", bytes, sizeof bytes, array);
    snprintf(binding, sizeof binding, "X=%s", array);
    const hostile_verb verbs[] = {
        {{"check", "FILE"}, 0},
        {{"inspect", "FILE"}, 0},
        {{"inspect", "FILE", "--json"}, 0},
        {{"predict", "FILE", rows, "--quiet"}, HOSTILE_BAD_ROWS | HOSTILE_BAD_NAMES},
        {{"run", "FILE", "--input", binding, "--output-dir", "OUT"},
         HOSTILE_BAD_ROWS | HOSTILE_BAD_NAMES},
    };
    hostile_judge judge = {.program = argv[1],
                           .folder = argv[2],
                           .stride = atoi(argv[3]),
                           .only = argc > 4 ? argv[4] : NULL,
                           .verbs = verbs,
                           .n_verbs = HOSTILE_COUNT(verbs),
                           .refusal = 3};
    models_ensemble(&judge);
    models_wire(&judge);
    models_graph(&judge);
    models_operators(&judge);
    models_scale(&judge);
    return hostile_finish(&judge, 1000);
}
