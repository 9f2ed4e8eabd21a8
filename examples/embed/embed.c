/* Predicts one iris flower: embed MODEL.onnx. C99 and C++ alike. */
#include <ortlite.h>
#include <stdio.h>

int main(int argc, char **argv) {
    const float flower[4] = {5.1f, 3.5f, 1.4f, 0.2f}; /* sepal length, width, petal length, width */
    int64_t label = -1;
    float scores[3] = {0, 0, 0};
    ortl_error error = {ORTL_OK, ""};
    ortl_session *session = NULL;
    ortl_context *context = NULL;
    if (ortl_open(argc > 1 ? argv[1] : "iris.onnx", NULL, &session, &error) == ORTL_OK &&
        ortl_context_new(session, &context, &error) == ORTL_OK)
        ortl_predict(context, flower, 1, 4, 1, &label, scores, &error);
    if (error.status == ORTL_OK)
        printf("class %d with probability %.3f\n", (int)label, (double)scores[label]);
    else
        fprintf(stderr, "%s\n", error.message);
    ortl_context_free(context);
    ortl_close(session);
    return error.status != ORTL_OK;
}
