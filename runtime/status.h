/*
 * How every room reports a failure: one call that fills the caller's error and returns the status.
 * Text from files may be printed with %s or %.*s: the whole message is escaped before it is stored.
 */
#ifndef ORTL_STATUS_H
#define ORTL_STATUS_H

#include "ortlite.h"

#if defined(__GNUC__)
#define ORTL__PRINTF(format_at, values_at) __attribute__((format(printf, format_at, values_at)))
#else
#define ORTL__PRINTF(format_at, values_at)
#endif

/* Stores status and the formatted message in *error (which may be NULL) and returns status.
 * Bytes outside printable ASCII become \xNN, and the message is cut to 200 characters, its end
 * marked by "...". No %f, %g or %e: they obey the locale. */
ortl_status ortl__fail(ortl_error *error, ortl_status status, const char *format, ...)
    ORTL__PRINTF(3, 4);

/* Puts a prefix such as "node 3 (Add \"a\"): " in front of the message that is already in *error,
 * in the same form, and returns its status. Where error may be NULL, go by the status that the
 * failed call returned: there is none to find here, and ORTL_BAD_MODEL comes back. */
ortl_status ortl__fail_within(ortl_error *error, const char *format, ...) ORTL__PRINTF(2, 3);

/* The failure of a limit: names it and both numbers. limit_name as in ORTL_LIMIT_MAP. */
ortl_status ortl__fail_limit(ortl_error *error, const char *limit_name, uint64_t limit,
                             uint64_t found);

/* The failure of a system call, ORTL_IO: the formatted message, then ": no such file" or what else
 * number, its errno, means. The texts are our own, since those of the C library obey the locale. */
ortl_status ortl__fail_errno(ortl_error *error, int number, const char *format, ...)
    ORTL__PRINTF(3, 4);

/* Whether a caller's struct, which begins with its size (n_bytes), is one that this library knows;
 * known is the size here. ORTL_BAD_ARGUMENT when it is larger: its end would be passed over. */
ortl_status ortl__check_struct(const char *name, size_t n_bytes, size_t known, ortl_error *error);

/* The same for a pointer, which may be NULL. */
#define ORTL__CHECK_STRUCT(pointer, error)                                                         \
    ((pointer) ? ortl__check_struct(#pointer, (pointer)->struct_size, sizeof *(pointer), error)    \
               : ORTL_OK)

/* Fills in the default of each limit that is 0, except memory_bytes, which depends on the file. */
void ortl__limits_fill(ortl_limits *limits);

#endif
