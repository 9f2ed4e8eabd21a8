/*
 * From raw scores to the outputs of the graph: the link by elementwise operators, the label by
 * ArgMax, its name by LabelEncoder. Only operators with one meaning everywhere are used.
 */
#include "builder_graph.h"

/* ---- Links of regression --------------------------------------------------------------------- */

/* max(raw, 0) + log(1 + exp(-|raw|)): exp cannot overflow. */
static uint32_t log1p_exp(ortl__parts *parts, uint32_t raw) {
    const double zero = 0, one = 1;
    uint32_t zero_value = ortl__parts_reals(parts, "zero", 0, 0, &zero);
    uint32_t one_value = ortl__parts_reals(parts, "one", 0, 0, &one);
    uint32_t negative = ortl__parts_unary(parts, "Neg", ortl__parts_unary(parts, "Abs", raw));
    uint32_t sum =
        ortl__parts_binary(parts, "Add", ortl__parts_unary(parts, "Exp", negative), one_value);
    uint32_t positive = ortl__parts_binary(parts, "Max", raw, zero_value);
    return ortl__parts_binary(parts, "Add", positive, ortl__parts_unary(parts, "Log", sum));
}

/* [raw0, exp(2 raw1)]: doubling is exact. */
static uint32_t mean_variance(ortl__parts *parts, uint32_t raw) {
    const uint8_t is_variance[] = {0, 1};
    uint32_t mask = ortl__parts_bools(parts, "is_variance", 2, is_variance);
    uint32_t twice = ortl__parts_binary(parts, "Add", raw, raw);
    return ortl__parts_where(parts, mask, ortl__parts_unary(parts, "Exp", twice), raw);
}

static uint32_t step(ortl__parts *parts, uint32_t raw) {
    const double zero = 0;
    uint32_t is_above =
        ortl__parts_binary(parts, "Greater", raw, ortl__parts_reals(parts, "zero", 0, 0, &zero));
    return ortl__parts_with_int(parts, "Cast", &is_above, 1, "to", ORTL_FLOAT);
}

static uint32_t apply_link(const ortl_builder *builder, ortl__parts *parts, uint32_t raw) {
    double n_trees = (double)builder->n_begun;
    switch (builder->model.link) {
    case ORTL_LINK_IDENTITY: return raw;
    case ORTL_LINK_SIGMOID: return ortl__parts_unary(parts, "Sigmoid", raw);
    case ORTL_LINK_SOFTMAX: return ortl__parts_with_int(parts, "Softmax", &raw, 1, "axis", 1);
    case ORTL_LINK_EXP: return ortl__parts_unary(parts, "Exp", raw);
    case ORTL_LINK_SIGNED_SQUARE:
        return ortl__parts_binary(parts, "Mul", raw, ortl__parts_unary(parts, "Abs", raw));
    case ORTL_LINK_LOG1P_EXP: return log1p_exp(parts, raw);
    case ORTL_LINK_VOTES:
        return ortl__parts_binary(parts, "Div", raw,
                                  ortl__parts_reals(parts, "n_trees", 0, 0, &n_trees));
    case ORTL_LINK_MEAN_VARIANCE: return mean_variance(parts, raw);
    case ORTL_LINK_STEP: return step(parts, raw);
    }
    return raw;
}

/* ---- Two classes from one score -------------------------------------------------------------- */

/* [-raw, raw], or [1 - raw, raw] when raw is a probability: ArgMax of it is the label, also on a
 * tie. */
static uint32_t both_columns(ortl__parts *parts, uint32_t raw, int is_probability) {
    const double one = 1;
    uint32_t columns[2] = {ORTL__NO_VALUE, raw};
    columns[0] =
        is_probability
            ? ortl__parts_binary(parts, "Sub", ortl__parts_reals(parts, "one", 0, 0, &one), raw)
            : ortl__parts_unary(parts, "Neg", raw);
    return ortl__parts_with_int(parts, "Concat", columns, 2, "axis", 1);
}

/* ---- Labels ---------------------------------------------------------------------------------- */

static int labels_are_indices(const ortl_model *m) {
    if (m->class_names) return 0;
    for (size_t i = 0; m->class_values && i < m->n_classes; i++)
        if (m->class_values[i] != (int64_t)i) return 0;
    return 1;
}

static uint32_t make_label(const ortl_builder *builder, ortl__parts *parts, uint32_t scores) {
    const ortl_model *m = &builder->model;
    ortl__attribute a[2];
    ortl__node *node;
    int64_t *indices;
    a[0] = ortl__parts_int_attribute(parts, "axis", 1);
    a[1] = ortl__parts_int_attribute(parts, "keepdims", 0);
    node = ortl__parts_node(parts, "", "ArgMax", &scores, 1, 1, a, 2);
    if (!node || labels_are_indices(m)) return node ? node->outputs[0] : ORTL__NO_VALUE;
    indices = ortl__parts_take(parts, m->n_classes, sizeof *indices);
    for (size_t i = 0; indices && i < m->n_classes; i++) indices[i] = (int64_t)i;
    a[0] = (ortl__attribute){"keys_int64s", ORTL__ATTRIBUTE_INTS, m->n_classes, {.ints = indices}};
    a[1] = ortl__builder_labels(builder, parts, "values_int64s", "values_strings");
    node = ortl__parts_node(parts, "ai.onnx.ml", "LabelEncoder", &node->outputs[0], 1, 1, a, 2);
    return node ? node->outputs[0] : ORTL__NO_VALUE;
}

static void declare_label(const ortl_builder *builder, ortl__parts *parts, uint32_t label) {
    ortl_type type = builder->model.class_names ? ORTL_STRING : ORTL_INT64;
    ortl__parts_output(parts, label, "label", type, 0);
}

/* ---- Outputs --------------------------------------------------------------------------------- */

/* The classifier makes label and scores; only votes are still to be divided. */
static void classifier_outputs(const ortl_builder *builder, ortl__parts *parts,
                               const ortl__node *trees) {
    const ortl_model *m = &builder->model;
    uint32_t scores;
    if (!trees) return;
    scores = trees->outputs[1];
    declare_label(builder, parts, trees->outputs[0]);
    if (m->task == ORTL_TASK_CLASS) return;
    if (m->link == ORTL_LINK_VOTES) scores = apply_link(builder, parts, scores);
    ortl__parts_output(parts, scores, "probabilities", ORTL_FLOAT, m->n_classes);
}

static void label_outputs(const ortl_builder *builder, ortl__parts *parts, uint32_t raw) {
    const ortl_model *m = &builder->model;
    int is_probability = m->task == ORTL_TASK_CLASSIFICATION && m->link != ORTL_LINK_SIGMOID;
    uint32_t scores = m->n_targets == 1 ? both_columns(parts, raw, is_probability) : raw;
    declare_label(builder, parts, make_label(builder, parts, scores));
    if (m->task == ORTL_TASK_CLASS) return;
    ortl__parts_output(parts, apply_link(builder, parts, scores), "probabilities", ORTL_FLOAT,
                       m->n_classes);
}

void ortl__builder_outputs(const ortl_builder *builder, ortl__parts *parts, const ortl__node *trees,
                           uint32_t raw) {
    const ortl_model *m = &builder->model;
    int raw_is_double = builder->is_double && (builder->opset_ml == 5 || !trees);
    parts->is_double = 0; /* results are float */
    if (trees && ortl__builder_is_classifier(builder)) {
        classifier_outputs(builder, parts, trees);
        return;
    }
    if (raw_is_double) raw = ortl__parts_with_int(parts, "Cast", &raw, 1, "to", ORTL_FLOAT);
    if (m->task == ORTL_TASK_CLASSIFICATION || m->task == ORTL_TASK_CLASS)
        label_outputs(builder, parts, raw);
    else
        ortl__parts_output(parts, apply_link(builder, parts, raw), "prediction", ORTL_FLOAT,
                           m->n_targets);
}
