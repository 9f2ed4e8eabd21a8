/*
 * Appends rows, weights and single leaves to the columns, and finds the column of the ensemble's
 * input that a test reads. The only file that knows how the columns of ai.onnx.ml 3 and 5 differ.
 */
#include "builder_state.h"

#include "../runtime/status.h"

/* ---- Columns of the input -------------------------------------------------------------------- */

static ortl_status grow_features(ortl_builder *builder, size_t feature, ortl_error *error) {
    const ortl_limits *limits = &builder->limits;
    ortl_status status;
    if (builder->has_model && builder->model.n_features > 0 && feature >= builder->model.n_features)
        return ortl__fail(error, ORTL_BAD_MODEL, "feature %llu does not exist, the model has %llu",
                          (unsigned long long)feature,
                          (unsigned long long)builder->model.n_features);
    if (feature >= limits->features || feature >= ORTL__EXTRA_COLUMN - 1)
        return ortl__fail_limit(error, "features", limits->features, (uint64_t)feature + 1);
    if (feature < builder->n_features) return ORTL_OK;
    status = ortl__memory_grow(builder->memory, &builder->features, &builder->feature_capacity,
                               (uint64_t)feature + 1, sizeof *builder->features, error);
    if (status != ORTL_OK) return status;
    while (builder->n_features <= feature)
        builder->features[builder->n_features++] = (ortl__feature_columns){{0}};
    return ORTL_OK;
}

static int is_used(const ortl__feature_columns *feature) {
    for (int way = 0; way < ORTL__N_WAYS; way++)
        if (feature->column[way] != 0) return 1;
    return 0;
}

ortl_status ortl__builder_column(ortl_builder *builder, size_t feature, ortl__column_way way,
                                 uint32_t *column_out, ortl_error *error) {
    ortl__feature_columns *columns;
    ortl_status status = grow_features(builder, feature, error);
    if (status != ORTL_OK) return status;
    columns = &builder->features[feature];
    if (columns->column[way] == 0 && !is_used(columns)) {
        columns->column[way] = (uint32_t)feature + 1;
    } else if (columns->column[way] == 0) {
        status = ortl__memory_grow(builder->memory, &builder->extras, &builder->extra_capacity,
                                   builder->n_extras + 1, sizeof *builder->extras, error);
        if (status != ORTL_OK) return status;
        builder->extras[builder->n_extras] = (ortl__extra_column){(uint32_t)feature, (uint32_t)way};
        columns->column[way] = (ORTL__EXTRA_COLUMN | (uint32_t)builder->n_extras) + 1;
        builder->n_extras++;
    }
    *column_out = columns->column[way] - 1;
    return ORTL_OK;
}

/* ---- Rows and weights ------------------------------------------------------------------------ */

ortl_status ortl__builder_append_real(ortl_builder *builder, ortl__column_name name, double value,
                                      ortl_error *error) {
    return builder->is_double
               ? ortl__column_append_double(builder->columns, name, value, error)
               : ortl__column_append_float(builder->columns, name, (float)value, error);
}

/* Covers are kept only once one was given; the rows before get 0. */
static ortl_status append_cover(ortl_builder *builder, float cover, ortl_error *error) {
    ortl_status status;
    if (builder->n_covers == 0 && !builder->tree.has_covers) return ORTL_OK;
    status = ortl__memory_grow(builder->memory, &builder->covers, &builder->cover_capacity,
                               builder->n_rows + 1, sizeof *builder->covers, error);
    if (status != ORTL_OK) return status;
    while (builder->n_covers < builder->n_rows) builder->covers[builder->n_covers++] = 0;
    builder->covers[builder->n_covers++] = cover;
    return ORTL_OK;
}

typedef struct id_cell {
    ortl__column_name name;
    int64_t id;
} id_cell;

static ortl_status append_ids(ortl_builder *builder, const id_cell *cells, size_t n,
                              ortl_error *error) {
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < n && status == ORTL_OK; i++)
        status = ortl__column_append_id(builder->columns, cells[i].name, cells[i].id, error);
    return status;
}

/* The id of a row within its tree is its number after the tree's first row. */
static ortl_status append_identity(ortl_builder *builder, const ortl__row *row, ortl_error *error) {
    int is_v5 = builder->opset_ml == 5;
    const id_cell v5[] = {{ORTL__COLUMN_V5_TRUE_LEAFS, row->true_is_leaf},
                          {ORTL__COLUMN_V5_FALSE_LEAFS, row->false_is_leaf}};
    const id_cell v3[] = {{ORTL__COLUMN_NODE_TREES, (int64_t)builder->n_trees},
                          {ORTL__COLUMN_NODE_IDS, (int64_t)(builder->n_rows - builder->first_row)}};
    return append_ids(builder, is_v5 ? v5 : v3, 2, error);
}

ortl_status ortl__builder_append_row(ortl_builder *builder, const ortl__row *row,
                                     ortl_error *error) {
    const id_cell cells[] = {{ORTL__COLUMN_NODE_FEATURES, row->column},
                             {ORTL__COLUMN_NODE_TRUE, row->true_id},
                             {ORTL__COLUMN_NODE_FALSE, row->false_id},
                             {ORTL__COLUMN_NODE_MISSING, row->missing}};
    ortl__column_name thresholds =
        builder->opset_ml == 5 ? ORTL__COLUMN_V5_SPLITS : ORTL__COLUMN_NODE_VALUES;
    ortl_status status = append_identity(builder, row, error);
    if (status == ORTL_OK) status = append_ids(builder, cells, sizeof cells / sizeof *cells, error);
    if (status == ORTL_OK)
        status =
            ortl__column_append_mode(builder->columns, ORTL__COLUMN_NODE_MODES, row->mode, error);
    if (status == ORTL_OK)
        status = ortl__builder_append_real(builder, thresholds, row->value, error);
    if (status == ORTL_OK) status = append_cover(builder, row->cover, error);
    builder->n_rows++;
    return status;
}

ortl_status ortl__builder_append_weight(ortl_builder *builder, uint32_t node, size_t target,
                                        double value, ortl_error *error) {
    const id_cell v3[] = {{ORTL__COLUMN_WEIGHT_TREES, (int64_t)builder->n_trees},
                          {ORTL__COLUMN_WEIGHT_NODES, node},
                          {ORTL__COLUMN_WEIGHT_TARGETS, (int64_t)target}};
    const id_cell v5[] = {{ORTL__COLUMN_V5_LEAF_TARGETS, (int64_t)target}};
    int is_v5 = builder->opset_ml == 5;
    ortl_status status = append_ids(builder, is_v5 ? v5 : v3, is_v5 ? 1 : 3, error);
    if (status == ORTL_OK)
        status = ortl__builder_append_real(
            builder, is_v5 ? ORTL__COLUMN_V5_LEAF_WEIGHTS : ORTL__COLUMN_WEIGHTS, value, error);
    if (is_v5) builder->n_leaves++;
    return status;
}

/* ---- Trees ----------------------------------------------------------------------------------- */

/* TreeEnsemble numbers its trees by their first rows, the older operators by an id in each row. */
ortl_status ortl__builder_open_tree(ortl_builder *builder, ortl_error *error) {
    builder->first_row = builder->n_rows;
    if (builder->opset_ml != 5) return ORTL_OK;
    return ortl__column_append_id(builder->columns, ORTL__COLUMN_V5_ROOTS, (int64_t)builder->n_rows,
                                  error);
}

ortl_status ortl__builder_append_leaf_row(ortl_builder *builder, float cover, ortl_error *error) {
    ortl__row row = {.mode = ORTL__MODE_LEAF, .cover = cover};
    if (builder->opset_ml == 5) {
        /* A tree that is one leaf: a test whose sides are the same leaf. */
        row.mode = ORTL__MODE_LEQ;
        row.true_id = row.false_id = (uint32_t)builder->n_leaves;
        row.true_is_leaf = row.false_is_leaf = 1;
    }
    return ortl__builder_append_row(builder, &row, error);
}

ortl_status ortl__builder_append_constant_tree(ortl_builder *builder, size_t target, double value,
                                               ortl_error *error) {
    ortl_status status = ortl__builder_open_tree(builder, error);
    builder->tree.has_covers = 0;
    if (status == ORTL_OK) status = ortl__builder_append_leaf_row(builder, 0, error);
    if (status == ORTL_OK) status = ortl__builder_append_weight(builder, 0, target, value, error);
    builder->n_trees++;
    return status;
}
