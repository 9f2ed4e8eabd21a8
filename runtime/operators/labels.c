/*
 * LabelEncoder and CategoryMapper: each element is looked up among keys and gives the value at the
 * same place, or a default. Version 1 of LabelEncoder, and CategoryMapper, say the two lists in
 * other words; all become one table.
 */
#include <math.h>
#include <string.h>

#include "../status.h"
#include "families.h"
#include "keys.h"

typedef struct label_list {
    ortl_type type;
    uint64_t n;
    const void *data; /* (n) of type, of the graph or in the arena */
} label_list;

typedef struct label_parameters {
    ortl__keys keys;
    label_list values;     /* one for each key */
    const void *otherwise; /* one element of the type of values: for what is no key */
} label_parameters;

static const ortl_type label_types[] = {ORTL_STRING, ORTL_INT64, ORTL_FLOAT,    ORTL_DOUBLE,
                                        ORTL_INT32,  ORTL_INT16, ORTL_UNDEFINED};

/* ---- The lists ------------------------------------------------------------------------------- */

/* How a list of an element type is given: "keys_strings", "values_floats" ... */
static const struct list_form {
    const char *ending;
    ortl__attribute_kind kind;
    ortl_type type; /* ORTL_UNDEFINED: in the tensor */
    int first_version;
} list_forms[] = {
    {"strings", ORTL__ATTRIBUTE_STRINGS, ORTL_STRING, 2},
    {"int64s", ORTL__ATTRIBUTE_INTS, ORTL_INT64, 2},
    {"floats", ORTL__ATTRIBUTE_FLOATS, ORTL_FLOAT, 2},
    {"tensor", ORTL__ATTRIBUTE_TENSOR, ORTL_UNDEFINED, 4},
};

#define NAME_CHARS 32

static void join_name(char name_out[NAME_CHARS], const char *role, const char *ending) {
    size_t n = strlen(role);
    memcpy(name_out, role, n);
    name_out[n] = '_';
    memcpy(name_out + n + 1, ending, strlen(ending) + 1);
}

static ortl_status view_tensor(const ortl__constant *tensor, const char *name, label_list *list_out,
                               ortl_error *error) {
    ortl_type type = (ortl_type)tensor->element_type;
    for (size_t i = 0; label_types[i] != ORTL_UNDEFINED; i++)
        if (label_types[i] == type) {
            *list_out = (label_list){type, tensor->n_elements, tensor->data};
            return ORTL_OK;
        }
    return ortl__fail(error, ORTL_UNSUPPORTED, "attribute \"%s\" of type %s is not supported", name,
                      ortl__operator_onnx_type(tensor->element_type));
}

/* The list in the one attribute role_* that is there. */
static ortl_status read_list(const ortl__loading *loading, const char *role, label_list *list_out,
                             ortl_error *error) {
    unsigned n_found = 0;
    for (size_t i = 0; i < sizeof list_forms / sizeof list_forms[0]; i++) {
        const struct list_form *form = &list_forms[i];
        const ortl__attribute *attribute = NULL;
        char name[NAME_CHARS];
        join_name(name, role, form->ending);
        if (loading->version < form->first_version) continue;
        ortl_status status = ortl__operator_list(loading, name, form->kind, &attribute, error);
        if (status == ORTL_OK && attribute && form->type == ORTL_UNDEFINED)
            status = view_tensor(attribute->as.tensor, name, list_out, error);
        else if (status == ORTL_OK && attribute)
            *list_out =
                (label_list){form->type, attribute->count, ortl__operator_elements(attribute)};
        if (status != ORTL_OK) return status;
        n_found += attribute != NULL;
    }
    if (n_found == 1) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_MODEL, "%u lists of %s, 1 expected", n_found, role);
}

/* 0, 1, 2, ...: the numbers of classes. */
static ortl_status number_classes(ortl__loading *loading, uint64_t n, label_list *list_out,
                                  ortl_error *error) {
    int64_t *numbers = NULL;
    ortl_status status = ortl__arena_new(loading->arena, n, sizeof *numbers, &numbers, error);
    for (uint64_t i = 0; i < n && status == ORTL_OK; i++) numbers[i] = (int64_t)i;
    *list_out = (label_list){ORTL_INT64, n, numbers};
    return status;
}

/* ---- The default ----------------------------------------------------------------------------- */

/* What the specification gives in place of a default of each type. */
static const ortl_string unused_text = {"_Unused", 7};
static const int64_t minus_one_int64 = -1;
static const int32_t minus_one_int32 = -1;
static const int16_t minus_one_int16 = -1;
static const float minus_zero_float = -0.0f;
static const double minus_zero_double = -0.0;

static const struct default_form {
    ortl_type type;
    const char *attribute; /* NULL: only as default_tensor */
    ortl__attribute_kind kind;
    const void *fallback;
} default_forms[] = {
    {ORTL_STRING, "default_string", ORTL__ATTRIBUTE_STRING, &unused_text},
    {ORTL_INT64, "default_int64", ORTL__ATTRIBUTE_INT, &minus_one_int64},
    {ORTL_FLOAT, "default_float", ORTL__ATTRIBUTE_FLOAT, &minus_zero_float},
    {ORTL_DOUBLE, NULL, ORTL__ATTRIBUTE_TENSOR, &minus_zero_double},
    {ORTL_INT32, NULL, ORTL__ATTRIBUTE_TENSOR, &minus_one_int32},
    {ORTL_INT16, NULL, ORTL__ATTRIBUTE_TENSOR, &minus_one_int16},
};

static ortl_status read_default_tensor(const ortl__constant *tensor, ortl_type type,
                                       const void **element_out, ortl_error *error) {
    if (tensor->n_elements != 1)
        return ortl__fail(error, ORTL_BAD_MODEL, "default_tensor has %llu elements, 1 expected",
                          (unsigned long long)tensor->n_elements);
    if ((ortl_type)tensor->element_type != type)
        return ortl__fail(error, ORTL_BAD_MODEL, "default_tensor has type %s, the values have %s",
                          ortl__operator_onnx_type(tensor->element_type), ortl_type_name(type));
    *element_out = tensor->data;
    return ORTL_OK;
}

static ortl_status read_default(const ortl__loading *loading, ortl_type type,
                                const void **element_out, ortl_error *error) {
    const ortl__attribute *attribute = NULL;
    size_t i = 0;
    while (default_forms[i].type != type) i++;
    *element_out = default_forms[i].fallback;
    ortl_status status =
        ortl__operator_list(loading, "default_tensor", ORTL__ATTRIBUTE_TENSOR, &attribute, error);
    if (status == ORTL_OK && attribute)
        return read_default_tensor(attribute->as.tensor, type, element_out, error);
    if (status != ORTL_OK || !default_forms[i].attribute) return status;
    status = ortl__operator_list(loading, default_forms[i].attribute, default_forms[i].kind,
                                 &attribute, error);
    if (status == ORTL_OK && attribute) *element_out = ortl__operator_elements(attribute);
    return status;
}

/* ---- Preparing ------------------------------------------------------------------------------- */

/* What the three forms begin with. */
static ortl_status begin(ortl__loading *loading, ortl__step *step, const char *attributes,
                         const ortl_type *types, label_parameters **parameters_out,
                         ortl_error *error) {
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, attributes, error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, types, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof **parameters_out, parameters_out,
                                           error);
    return status;
}

/* What they end with. */
static ortl_status map_keys(ortl__loading *loading, label_parameters *parameters,
                            const label_list *keys, const label_list *values,
                            ortl__repeated_key repeated, ortl_error *error) {
    ortl_type type = loading->inputs[0]->type;
    if (keys->n != values->n)
        return ortl__fail(error, ORTL_BAD_MODEL, "%llu keys for %llu values",
                          (unsigned long long)keys->n, (unsigned long long)values->n);
    if (keys->type != type)
        return ortl__fail(error, ORTL_BAD_MODEL, "the input has type %s, the keys have %s",
                          ortl_type_name(type), ortl_type_name(keys->type));
    parameters->values = *values;
    ortl__value_set_like(loading->outputs[0], values->type, loading->inputs[0]);
    ortl_status status = read_default(loading, values->type, &parameters->otherwise, error);
    if (status == ORTL_OK)
        status = ortl__keys_sort(&parameters->keys, loading->arena, keys->type, keys->n, keys->data,
                                 repeated, error);
    return status;
}

/* Version 1: between classes and their numbers; the input's type says in which direction. */
static ortl_status prepare_classes(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type types[] = {ORTL_STRING, ORTL_INT64, ORTL_UNDEFINED};
    const ortl__attribute *classes = NULL;
    label_parameters *parameters = NULL;
    label_list numbers = {0};
    ortl_status status = begin(loading, step, "classes_strings default_int64 default_string", types,
                               &parameters, error);
    if (status == ORTL_OK)
        status = ortl__operator_list(loading, "classes_strings", ORTL__ATTRIBUTE_STRINGS, &classes,
                                     error);
    if (status != ORTL_OK) return status;
    if (!classes)
        return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"classes_strings\" is missing");
    label_list texts = {ORTL_STRING, classes->count, classes->as.strings};
    int is_text = loading->inputs[0]->type == ORTL_STRING;
    status = number_classes(loading, classes->count, &numbers, error);
    if (status != ORTL_OK) return status;
    return map_keys(loading, parameters, is_text ? &texts : &numbers, is_text ? &numbers : &texts,
                    ORTL__LAST_COUNTS, error);
}

/* The reference finds NaN keys since version 4 only, and of equal keys the first. */
static void drop_nan(ortl__keys *keys) {
    if (keys->type != ORTL_FLOAT || keys->n_distinct == 0) return;
    float greatest = ((const float *)keys->data)[keys->sorted[keys->n_distinct - 1]];
    if (isnan(greatest)) keys->n_distinct--;
}

ortl_status ortl__labels_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const char old_attributes[] =
        "keys_strings keys_int64s keys_floats values_strings values_int64s values_floats "
        "default_string default_int64 default_float";
    static const char attributes[] =
        "keys_strings keys_int64s keys_floats values_strings values_int64s values_floats "
        "default_string default_int64 default_float keys_tensor values_tensor default_tensor";
    label_parameters *parameters = NULL;
    label_list keys = {0}, values = {0};
    if (loading->version == 1) return prepare_classes(loading, step, error);
    int is_old = loading->version < 4;
    ortl_status status =
        begin(loading, step, is_old ? old_attributes : attributes, label_types, &parameters, error);
    if (status == ORTL_OK) status = read_list(loading, "keys", &keys, error);
    if (status == ORTL_OK) status = read_list(loading, "values", &values, error);
    if (status == ORTL_OK)
        status = map_keys(loading, parameters, &keys, &values, ORTL__FIRST_COUNTS, error);
    if (status == ORTL_OK && is_old) drop_nan(&parameters->keys);
    return status;
}

ortl_status ortl__categories_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type types[] = {ORTL_STRING, ORTL_INT64, ORTL_UNDEFINED};
    const ortl__attribute *texts = NULL, *numbers = NULL;
    label_parameters *parameters = NULL;
    ortl_status status =
        begin(loading, step, "cats_int64s cats_strings default_int64 default_string", types,
              &parameters, error);
    if (status == ORTL_OK)
        status =
            ortl__operator_list(loading, "cats_strings", ORTL__ATTRIBUTE_STRINGS, &texts, error);
    if (status == ORTL_OK)
        status = ortl__operator_list(loading, "cats_int64s", ORTL__ATTRIBUTE_INTS, &numbers, error);
    if (status != ORTL_OK) return status;
    if (!texts || !numbers)
        return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"%s\" is missing",
                          texts ? "cats_int64s" : "cats_strings");
    label_list lists[] = {{ORTL_STRING, texts->count, texts->as.strings},
                          {ORTL_INT64, numbers->count, numbers->as.ints}};
    int is_number = loading->inputs[0]->type == ORTL_INT64;
    return map_keys(loading, parameters, &lists[is_number], &lists[!is_number], ORTL__LAST_COUNTS,
                    error);
}

/* ---- Running --------------------------------------------------------------------------------- */

ortl_status ortl__labels_run(ortl__call *call, ortl_error *error) {
    const label_parameters *parameters = call->step->parameters;
    const size_t key_bytes = ortl_type_bytes(parameters->keys.type);
    const size_t value_bytes = ortl_type_bytes(parameters->values.type);
    const char *values = parameters->values.data;
    const char *key = call->inputs[0]->data;
    char *out = call->outputs[0]->data;
    (void)error;
    for (uint64_t i = 0; i < call->inputs[0]->n_elements; i++) {
        uint32_t place = ortl__keys_find(&parameters->keys, key);
        const void *value =
            place == ORTL__NO_KEY ? parameters->otherwise : values + place * value_bytes;
        memcpy(out, value, value_bytes);
        key += key_bytes;
        out += value_bytes;
    }
    return ORTL_OK;
}
