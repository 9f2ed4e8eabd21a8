/*
 * The sample reader of sample_trainer.c: what it converts, and what it refuses at which place.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "built_model.h"
#include "converters/trainer.h"

extern const ortl__trainer ortl__trainer_sample;

static ortl_error error;
static ortl__memory memory;
static ortl_builder *builder;

static ortl_status read_text(const char *text) {
    ortl_limits limits = {0};
    error = (ortl_error){ORTL_OK, ""};
    ortl__memory_init(&memory, NULL, UINT64_MAX, "memory_bytes");
    ortl__trainer_source source = {(const unsigned char *)text, strlen(text), &memory, &limits, 0};
    builder = new_builder(3, ORTL_FLOAT, ORTL_DOUBLE);
    ortl_status status = ortl__trainer_sample.read(&source, builder, &error);
    ck_assert_uint_eq(memory.used, 0);
    return status;
}

START_TEST(trees_are_converted) {
    const char *text = "{\"features\": 4, \"trees\": [[{\"x\": 2, \"t\": 1.5, \"yes\": 1, \"no\": "
                       "2}, {\"leaf\": -0.25}, {\"leaf\": 0.75}], [{\"leaf\": 2}]]}";
    ck_assert_int_eq(
        ortl__trainer_sample.sniff((const unsigned char *)text, strlen(text), strlen(text)), 1);
    ck_assert_msg(read_text(text) == ORTL_OK, "%s", error.message);
    collected model = write_builder(builder);
    ortl_session *session = open_collected(&model);
    float rows[] = {0, 0, 1.5f, 0, 0, 0, 1.6f, 0}, scores[2];
    predict_rows(session, rows, 2, 4, NULL, scores);
    ck_assert(scores[0] == 1.75f && scores[1] == 2.75f);
    ortl_close(session);
    free(model.bytes);
}
END_TEST

typedef struct refusal {
    const char *text;
    const char *message;
} refusal;

static const refusal refusals[] = {
    {"{\"trees\": [[{\"x\": 0,", "line 1, column 21: parse error: premature EOF"},
    {"{\"trees\": [[{\"x\": 0, \"t\": 1, \"yes\": 1, \"no\": 9}, {\"leaf\": 1}]]}",
     "line 1, column 13: tree 0, node 0: child 9 does not exist, the tree has 2 nodes"},
    {"{\"trees\": [[{\"x\": 0, \"t\": 1, \"yes\": 0, \"no\": 1}, {\"leaf\": 1}]]}",
     "line 1, column 12: tree 0, node 0: is the child of two nodes"},
    {"{\"trees\": [\n[1]]}", "line 2, column 2: expected an object, found a number"},
};

START_TEST(broken_files_are_refused) {
    const refusal *r = &refusals[_i];
    ck_assert_int_eq(read_text(r->text), ORTL_BAD_MODEL);
    ck_assert_str_eq(error.message, r->message);
    ortl_builder_free(builder);
}
END_TEST

int main(void) {
    TCase *tests = tcase_create("sample");
    tcase_add_test(tests, trees_are_converted);
    tcase_add_loop_test(tests, broken_files_are_refused, 0, sizeof refusals / sizeof *refusals);
    Suite *suite = suite_create("sample");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? 1 : 0;
}
