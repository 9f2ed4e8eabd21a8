/*
 * A model written to memory, opened by the runtime, and asked.
 */
#include "built_model.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

int collect(void *user, const void *bytes, size_t n_bytes) {
    collected *model = user;
    unsigned char *larger = realloc(model->bytes, model->n_bytes + n_bytes);
    if (!larger) return 1;
    memcpy(larger + model->n_bytes, bytes, n_bytes);
    model->bytes = larger;
    model->n_bytes += n_bytes;
    return 0;
}

collected write_builder(ortl_builder *builder) {
    collected model = {NULL, 0};
    ortl_sink sink = {&model, collect};
    ortl_error error = {ORTL_OK, ""};
    ortl_status status = ortl_builder_write(builder, &sink, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    ortl_builder_free(builder);
    return model;
}

ortl_session *open_collected(const collected *model) {
    ortl_session *session = NULL;
    ortl_error error = {ORTL_OK, ""};
    ortl_status status = ortl_open_memory(model->bytes, model->n_bytes, NULL, &session, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    return session;
}

void predict_rows(const ortl_session *session, const float *rows, size_t n_rows, size_t n_columns,
                  int64_t *labels, float *scores) {
    ortl_context *context = NULL;
    ortl_error error = {ORTL_OK, ""};
    ck_assert_int_eq(ortl_context_new(session, &context, &error), ORTL_OK);
    ortl_status status =
        ortl_predict(context, rows, n_rows, (ptrdiff_t)n_columns, 1, labels, scores, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    ortl_context_free(context);
}

ortl_builder *new_builder(int opset_ml, ortl_type input_type, ortl_type data_type) {
    ortl_builder_options options = ORTL_BUILDER_OPTIONS_INIT;
    ortl_builder *builder = NULL;
    ortl_error error = {ORTL_OK, ""};
    options.opset_ml = opset_ml;
    options.input_type = input_type;
    options.data_type = data_type;
    options.keeps_source = 1;
    ck_assert_msg(ortl_builder_new(&options, &builder, &error) == ORTL_OK, "%s", error.message);
    return builder;
}

const char *metadata_of(const ortl_session *session, const char *key) {
    ortl_string found_key, value;
    for (size_t i = 0; ortl_metadata(session, i, &found_key, &value, NULL) == ORTL_OK; i++)
        if (found_key.n_bytes == strlen(key) && memcmp(found_key.data, key, found_key.n_bytes) == 0)
            return value.data;
    return "";
}
