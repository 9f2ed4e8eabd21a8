/*
 * The table of libm's functions, by the linker or by dlopen.
 */
#define _GNU_SOURCE /* dladdr */
#include "libm.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "status.h"

#if defined(ORTL_OPENS_LIBM) && defined(__GLIBC__)
#define OPENS_LIBM 1
#else
#define OPENS_LIBM 0
#endif

#if OPENS_LIBM

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/lib-names.h>
#include <unistd.h>

static const struct function {
    const char *name;
    size_t place; /* in the table, bytes */
} functions[] = {
#define FUNCTION(Result, name, arguments) {#name, offsetof(ortl__libm, name)},
    ORTL__LIBM_MAP(FUNCTION)
#undef FUNCTION
};

/* It lies beside the C library that is in use. */
static const char *find_library(char path_out[ORTL__LIBM_PATH_BYTES]) {
    Dl_info about;
    void *in_libc = dlsym(RTLD_DEFAULT, "gnu_get_libc_version"); /* which nothing replaces */
    const char *slash = in_libc && dladdr(in_libc, &about) ? strrchr(about.dli_fname, '/') : NULL;
    size_t n_bytes = slash ? (size_t)(slash - about.dli_fname) + 1 : 0;
    if (n_bytes + sizeof LIBM_SO > ORTL__LIBM_PATH_BYTES) n_bytes = 0;
    if (n_bytes > 0) memcpy(path_out, about.dli_fname, n_bytes);
    memcpy(path_out + n_bytes, LIBM_SO, sizeof LIBM_SO);
    return path_out;
}

static ortl_status open_library(ortl__libm *libm, ortl_error *error) {
    ortl__libm table = {.is_open = 1};
    char path[ORTL__LIBM_PATH_BYTES];
    /* dlopen does not tell a file that cannot be opened from memory that there is not. */
    int descriptor;
    do descriptor = open(find_library(path), O_RDONLY | O_CLOEXEC);
    while (descriptor < 0 && errno == EINTR);
    if (descriptor < 0 && path[0] == '/')
        return ortl__fail(error, ORTL_IO, "%s cannot be opened: %s", path, strerror(errno));
    if (descriptor >= 0) (void)close(descriptor);
    table.library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!table.library) {
        ortl_status status =
            ortl__fail(error, ORTL_NO_MEMORY, "libm cannot be opened: %s", dlerror());
        (void)dlerror(); /* frees the text */
        return status;
    }
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        void *function = dlsym(table.library, functions[i].name);
        if (!function) {
            dlclose(table.library);
            return ortl__fail(error, ORTL_UNSUPPORTED, "%s has no %s", path, functions[i].name);
        }
        /* ISO C does not let a cast do this. */
        memcpy((char *)&table + functions[i].place, &function, sizeof function);
    }
    *libm = table;
    return ORTL_OK;
}

#endif

/* Each function stands here once, whatever the build, as reports on coverage want it. */
const char *ortl__libm_path(char path_out[ORTL__LIBM_PATH_BYTES]) {
#if OPENS_LIBM
    return find_library(path_out);
#else
    (void)path_out;
    return NULL;
#endif
}

ortl_status ortl__libm_open(ortl__libm *libm, ortl_error *error) {
#if OPENS_LIBM
    return libm->is_open ? ORTL_OK : open_library(libm, error);
#else
#define FUNCTION(Result, name, arguments) .name = name,
    *libm = (ortl__libm){ORTL__LIBM_MAP(FUNCTION).is_open = 1};
#undef FUNCTION
    (void)error;
    return ORTL_OK;
#endif
}

void ortl__libm_close(ortl__libm *libm) {
#if OPENS_LIBM
    if (libm->library) dlclose(libm->library);
#endif
    *libm = (ortl__libm){0};
}
