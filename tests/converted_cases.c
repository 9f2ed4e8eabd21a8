/*
 * Reading and converting the recorded models of trainers.
 */
#include "converted_cases.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/npy.h"

enum { MAX_PATH = 1024 };

int read_converted_cases(converted_case *cases) {
    char line[256];
    int n_cases = 0;
    FILE *file = fopen(ORTL_TEST_DATA "/convert/MANIFEST.tsv", "r");
    if (!file || !fgets(line, sizeof line, file)) exit(1);
    while (n_cases < MAX_CONVERTED_CASES && fgets(line, sizeof line, file)) {
        converted_case *c = &cases[n_cases];
        if (sscanf(line, "%63s %63s %7s %d %lf", c->name, c->source, c->precision, &c->opset_ml,
                   &c->tolerance) != 5) {
            fprintf(stderr, "MANIFEST.tsv: a line without five fields: %s\n", line);
            exit(1);
        }
        n_cases++;
    }
    fclose(file);
    return n_cases;
}

int read_converted_array(const converted_case *c, const char *stem, int k,
                         ortl_tensor *tensor_out) {
    char path[MAX_PATH];
    ortl_error error = {ORTL_OK, ""};
    FILE *file;
    snprintf(path, sizeof path, "%s/convert/%s/%s_%d.npy", ORTL_TEST_DATA, c->name, stem, k);
    file = fopen(path, "rb");
    if (!file) return 0;
    fclose(file);
    ck_assert_msg(npy_read(path, tensor_out, &error) == ORTL_OK, "%s: %s", path, error.message);
    return 1;
}

collected convert_recorded(const converted_case *c, ortl_source_walk **walk_out) {
    static unsigned char bytes[1 << 20];
    char path[MAX_PATH];
    ortl_convert_options options = ORTL_CONVERT_OPTIONS_INIT;
    ortl_error error = {ORTL_OK, ""};
    collected model = {NULL, 0};
    ortl_sink sink = {&model, collect};
    FILE *file;
    size_t n_bytes;
    snprintf(path, sizeof path, "%s/convert/%s/%s", ORTL_TEST_DATA, c->name, c->source);
    file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s cannot be opened", path);
    n_bytes = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    options.opset_ml = c->opset_ml;
    options.input_type = strcmp(c->precision, "double") == 0 ? ORTL_DOUBLE : ORTL_FLOAT;
    options.walk_out = walk_out;
    ck_assert_msg(ortl_convert_memory(bytes, n_bytes, &sink, &options, NULL, &error) == ORTL_OK,
                  "%s: %s", c->name, error.message);
    return model;
}
