/*
 * Door: what inspect prints of a model: names, labels and metadata that its maker chose. The text
 * for people is printable UTF-8 in lines that a terminal can show; the report for programs is one
 * JSON object with every entry. Also the recorded feature names, which are JSON inside the model.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yajl/yajl_tree.h>

#include "../../runtime/utf8.h"
#include "../../tools/inspect.h"
#include "door.h"

typedef ortl_status (*printer)(ortl__output *output, const ortl__inspection *inspection,
                               ortl_error *error);

/* What the printer writes, by way of a file, with a NUL behind it; to be freed. */
static char *print(printer print_report, const ortl__inspection *inspection, size_t *n_bytes_out) {
    ortl__output output = ORTL__OUTPUT_INIT;
    ortl_error error;
    FILE *file = tmpfile();
    if (file == NULL) abort();
    output.descriptor = fileno(file);
    output.buffer = malloc(ORTL__OUTPUT_BYTES);
    if (output.buffer == NULL) abort();
    ortl_status status = print_report(&output, inspection, &error);
    door_judge(status, &error);
    REQUIRE(status == ORTL_OK);
    REQUIRE(ortl__output_flush(&output) == ORTL_OK);
    free(output.buffer);
    off_t end = lseek(fileno(file), 0, SEEK_END);
    char *text = malloc((size_t)end + 1);
    if (text == NULL || pread(fileno(file), text, (size_t)end, 0) != end) abort();
    fclose(file);
    text[end] = '\0';
    *n_bytes_out = (size_t)end;
    return text;
}

static void judge_text(const char *text, size_t n_bytes) {
    REQUIRE(n_bytes > 0 && text[n_bytes - 1] == '\n');
    for (size_t i = 0; i < n_bytes;) {
        uint32_t code = 0;
        size_t n_used = ortl__utf8_read(text + i, n_bytes - i, &code);
        REQUIRE(n_used > 0);
        REQUIRE(code == '\n' || (code >= ' ' && code <= '~') || code > 0xa0);
        REQUIRE(code < 0x202a || code > 0x202e); /* turn the direction of what follows */
        REQUIRE(code < 0x2066 || code > 0x2069);
        i += n_used;
    }
}

static size_t count_of(yajl_val report, const char *key) {
    const char *path[] = {key, NULL};
    yajl_val list = yajl_tree_get(report, path, yajl_t_array);
    REQUIRE_SAID(list != NULL, key);
    return list->u.array.len;
}

static void judge_json(const char *text, const ortl_description *d) {
    char problem[256];
    yajl_val report = yajl_tree_parse(text, problem, sizeof problem);
    REQUIRE_SAID(report != NULL, problem);
    REQUIRE(YAJL_IS_OBJECT(report));
    REQUIRE(count_of(report, "metadata") == d->n_metadata);
    REQUIRE(count_of(report, "inputs") == d->n_inputs);
    REQUIRE(count_of(report, "outputs") == d->n_outputs);
    REQUIRE(count_of(report, "classes") == d->n_classes);
    yajl_tree_free(report);
}

static void inspect(ortl_session *session, size_t n_bytes) {
    ortl__common common;
    ortl__inspection inspection = {.path = "a\tmodel", .common = &common};
    ortl_error error;
    size_t n_printed;
    ortl__common_init(&common);
    inspection.n_file_bytes = n_bytes;
    inspection.is_size_known = true;
    inspection.model.session = session;
    inspection.model.description.struct_size = sizeof inspection.model.description;
    REQUIRE(ortl_describe(session, &inspection.model.description, NULL) == ORTL_OK);
    ortl_status status =
        ortl__model_feature_names(&inspection.model, &inspection.feature_names, &error);
    REQUIRE_SAID(status == ORTL_OK, error.message);
    char *text = print(ortl__inspect_text, &inspection, &n_printed);
    judge_text(text, n_printed);
    free(text);
    text = print(ortl__inspect_json, &inspection, &n_printed);
    judge_json(text, &inspection.model.description);
    free(text);
    ortl__feature_names_free(&inspection.feature_names);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes) {
    ortl_session *session = NULL;
    ortl_error error;
    ortl_status status = ortl_open_memory(bytes, n_bytes, NULL, &session, &error);
    door_judge(status, &error);
    if (status == ORTL_OK) inspect(session, n_bytes);
    ortl_close(session);
    return 0;
}
