/*
 * The public face of onnx/splice.h.
 */
#include "metadata.h"

#include <string.h>

#include "../onnx/splice.h"
#include "../runtime/memory.h"
#include "../runtime/status.h"

static ortl_status check_changes(const ortl_metadata_change *changes, size_t n_changes,
                                 ortl_error *error) {
    for (size_t i = 0; i < n_changes; i++) {
        if (!changes[i].key) return ortl__fail(error, ORTL_BAD_ARGUMENT, "a key is NULL");
        for (size_t j = 0; j < i; j++)
            if (strcmp(changes[i].key, changes[j].key) == 0)
                return ortl__fail(error, ORTL_BAD_ARGUMENT, "key \"%s\" is given twice",
                                  changes[i].key);
    }
    return ORTL_OK;
}

static ortl_string view(const char *text) {
    return (ortl_string){text, text ? strlen(text) : 0};
}

ortl_status ortl_metadata_write(const char *model_path, const char *output_path,
                                const ortl_metadata_change *changes, size_t n_changes,
                                const ortl_options *options, ortl_error *error) {
    ortl_options o = ORTL_OPTIONS_INIT;
    ortl__memory memory;
    ortl__splice_change *splices = NULL;
    if (!model_path || !output_path || (!changes && n_changes))
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "paths and changes must not be NULL");
    ortl_status status = ORTL__CHECK_STRUCT(options, error);
    if (status != ORTL_OK) return status;
    if (options) memcpy(&o, options, options->struct_size);
    ortl__limits_fill(&o.limits);
    ortl__memory_init(&memory, o.allocator,
                      o.limits.memory_bytes ? o.limits.memory_bytes : UINT64_MAX, "memory_bytes");
    status = check_changes(changes, n_changes, error);
    if (status == ORTL_OK)
        status = ortl__memory_new(&memory, n_changes, sizeof *splices, &splices, error);
    if (status != ORTL_OK) return status;
    for (size_t i = 0; i < n_changes; i++)
        splices[i] = (ortl__splice_change){view(changes[i].key), view(changes[i].value)};
    status =
        ortl__splice_save(model_path, output_path, &memory, &o.limits, splices, n_changes, error);
    ortl__memory_free(&memory, splices, n_changes, sizeof *splices);
    return status;
}
