/*
 * Counting operators. Every accepted operator is in the library's table, so there are few different
 * ones, and looking each node up among them is quick even for the largest graph.
 */
#include "operators.h"

#include <stdlib.h>
#include <string.h>

static void count_one(ortl__operators *operators, const ortl_operator_info *info) {
    for (size_t i = 0; i < operators->n_counts; i++) {
        ortl__operator_count *count = &operators->counts[i];
        if (strcmp(count->name, info->name) != 0 || strcmp(count->domain, info->domain) != 0)
            continue;
        count->n_nodes++;
        return;
    }
    operators->counts[operators->n_counts++] = (ortl__operator_count){info->domain, info->name, 1};
}

ortl_status ortl__operators_count(const ortl__model *model, ortl__operators *operators_out,
                                  ortl_error *error) {
    size_t n_nodes = model->description.n_operators;
    *operators_out = (ortl__operators){NULL, 0};
    if (n_nodes == 0) return ORTL_OK;
    operators_out->counts = calloc(n_nodes, sizeof *operators_out->counts);
    if (operators_out->counts == NULL)
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory to count %llu operators",
                                  (unsigned long long)n_nodes);
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < n_nodes && status == ORTL_OK; i++) {
        ortl_operator_info info;
        status = ortl_operator(model->session, i, &info, error);
        if (status == ORTL_OK) count_one(operators_out, &info);
    }
    if (status != ORTL_OK) ortl__operators_free(operators_out);
    return status;
}

void ortl__operators_free(ortl__operators *operators) {
    free(operators->counts);
    *operators = (ortl__operators){NULL, 0};
}

ortl_status ortl__operators_print(ortl__output *output, const ortl__model *model, size_t n_max,
                                  ortl_error *error) {
    ortl__operators operators;
    ortl_status status = ortl__operators_count(model, &operators, error);
    for (size_t i = 0; i < operators.n_counts; i++) {
        if (i > 0) ortl__output_text(output, ", ");
        if (i == n_max) {
            ortl__output_text(output, "...");
            break;
        }
        ortl__output_text(output, operators.counts[i].name);
        if (operators.counts[i].n_nodes > 1)
            ortl__output_print(output, " x%llu", (unsigned long long)operators.counts[i].n_nodes);
    }
    ortl__operators_free(&operators);
    return status;
}
