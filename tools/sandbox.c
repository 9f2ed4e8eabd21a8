/*
 * The rules of the sandbox and the two steps into it: resource limits, no_new_privs and Landlock
 * for what may be opened, seccomp (sandbox_calls.c) for what may be called.
 */
#define _GNU_SOURCE
#include "sandbox.h"

#include "../runtime/libm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Sanitizers open files of /proc, and the one for leaks traces us at the end; figures of coverage
 * are written at the end. */
#ifdef ORTL_INSTRUMENTED
#define IS_INSTRUMENTED 1
#else
#define IS_INSTRUMENTED 0
#endif

/* Rights that came with later versions of Landlock than Debian 12's header. */
#define RIGHTS_OF_1    ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)
#define RIGHT_REFER    ((uint64_t)1 << 13) /* from version 2 */
#define RIGHT_TRUNCATE ((uint64_t)1 << 14) /* from version 3 */
#define RIGHT_DEVICE   ((uint64_t)1 << 15) /* ioctl of devices, from version 5 */

#define FILE_WRITING   (LANDLOCK_ACCESS_FS_WRITE_FILE | RIGHT_TRUNCATE)
#define FOLDER_READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FOLDER_WRITING (FILE_WRITING | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE)
#define FILE_RIGHTS    (FILE_WRITING | LANDLOCK_ACCESS_FS_READ_FILE)

/* Descriptors that may be open at once, those that the caller left open among them. */
#define MAX_DESCRIPTORS 1024

/* OpenBLAS, which is opened when a graph has matrices, and what it needs in turn beside libm. */
static const char *const libraries[] = {
#ifdef ORTL_MULTIARCH
    "/etc/ld.so.cache",
    "/usr/lib/" ORTL_MULTIARCH "/openblas-serial/libopenblas.so.0",
    "/usr/lib/" ORTL_MULTIARCH "/libopenblas.so.0",
    "/usr/lib/" ORTL_MULTIARCH "/libgfortran.so.5",
    "/usr/lib/" ORTL_MULTIARCH "/libquadmath.so.0",
    "/usr/lib/" ORTL_MULTIARCH "/libgcc_s.so.1",
#endif
    NULL,
};

static void note_missing(ortl__sandbox *sandbox, const char *part, int reason) {
    if (sandbox->missing != NULL) return;
    sandbox->missing = part;
    sandbox->reason = reason;
}

/* ---- Rules ----------------------------------------------------------------------------------- */

static void begin_rules(ortl__sandbox *sandbox) {
    long version = syscall(__NR_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version >= 1) sandbox->rights = RIGHTS_OF_1;
    if (version >= 2) sandbox->rights |= RIGHT_REFER;
    if (version >= 3) sandbox->rights |= RIGHT_TRUNCATE;
    if (version >= 5) sandbox->rights |= RIGHT_DEVICE;
    const struct landlock_ruleset_attr forbidden = {.handled_access_fs = sandbox->rights};
    if (version >= 1)
        sandbox->rules =
            (int)syscall(__NR_landlock_create_ruleset, &forbidden, sizeof forbidden, 0);
    if (sandbox->rules < 0) note_missing(sandbox, "Landlock", errno);
}

/* Rules that lack one would forbid what is needed. */
static void drop_rules(ortl__sandbox *sandbox, int reason) {
    close(sandbox->rules);
    sandbox->rules = -1;
    note_missing(sandbox, "Landlock", reason);
}

/* A path that is not there needs no rule. A pipe or a socket, reached through /dev/fd, has no place
 * in a file system: Landlock lets it be and refuses the rule. */
static void allow(ortl__sandbox *sandbox, const char *path, uint64_t rights) {
    struct stat about = {0};
    struct landlock_path_beneath_attr rule;
    do rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    while (rule.parent_fd < 0 && errno == EINTR);
    if (rule.parent_fd < 0) return;
    if (fstat(rule.parent_fd, &about) == 0 && !S_ISDIR(about.st_mode)) rights &= FILE_RIGHTS;
    rule.allowed_access = rights & sandbox->rights;
    int reason = 0;
    if (syscall(__NR_landlock_add_rule, sandbox->rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
        reason = errno;
    close(rule.parent_fd);
    if (reason != 0 && reason != EBADFD) drop_rules(sandbox, reason);
}

static bool is_named(const ortl__sandbox *sandbox, const char *path) {
    return sandbox->rules >= 0 && path != NULL && strcmp(path, "-") != 0;
}

void ortl__sandbox_begin(ortl__sandbox *sandbox, const ortl__common *common) {
    *sandbox =
        (ortl__sandbox){.mode = common->sandbox, .is_verbose = common->is_verbose, .rules = -1};
    if (sandbox->mode == ORTL__SANDBOX_OFF) return;
    if (IS_INSTRUMENTED)
        note_missing(sandbox, "a program with sanitizers cannot be locked in", 0);
    else
        begin_rules(sandbox);
    char libm[ORTL__LIBM_PATH_BYTES];
    ortl__sandbox_read(sandbox, ortl__libm_path(libm));
    for (size_t i = 0; sandbox->rules >= 0 && libraries[i] != NULL; i++)
        ortl__sandbox_read(sandbox, libraries[i]);
}

void ortl__sandbox_read(ortl__sandbox *sandbox, const char *path) {
    if (is_named(sandbox, path)) allow(sandbox, path, FOLDER_READING);
}

void ortl__sandbox_write_folder(ortl__sandbox *sandbox, const char *path) {
    if (is_named(sandbox, path)) allow(sandbox, path, FOLDER_WRITING);
}

void ortl__sandbox_write(ortl__sandbox *sandbox, const char *path, bool is_read_back) {
    const uint64_t reading = is_read_back ? LANDLOCK_ACCESS_FS_READ_FILE : 0;
    struct stat about = {0};
    if (!is_named(sandbox, path)) return;
    if (lstat(path, &about) == 0 && !S_ISREG(about.st_mode)) {
        allow(sandbox, path, FILE_WRITING | reading);
        return;
    }
    const char *slash = strrchr(path, '/');
    char folder[4096];
    size_t n_bytes = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    if (n_bytes >= sizeof folder) return; /* longer than any path that can be opened */
    memcpy(folder, path, n_bytes);
    folder[n_bytes] = '\0';
    allow(sandbox, n_bytes == 0 ? "." : folder, FOLDER_WRITING | reading);
}

/* ---- The steps ------------------------------------------------------------------------------- */

/* Memory is bounded by the library's own limits. What a crash would leave on disk is not wanted. */
static void lower_limits(void) {
    const struct rlimit none = {0, 0};
    struct rlimit files;
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)setrlimit(RLIMIT_MEMLOCK, &none);
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur <= MAX_DESCRIPTORS) return;
    files.rlim_cur = files.rlim_max = MAX_DESCRIPTORS;
    (void)setrlimit(RLIMIT_NOFILE, &files);
}

/* What a missing part means: the end, or a note. */
static ortl_status judge(const ortl__sandbox *sandbox, ortl_error *error) {
    if (sandbox->missing == NULL) {
        if (sandbox->is_verbose) ortl__message_note("sandbox: Landlock and seccomp");
        return ORTL_OK;
    }
    const char *reason = sandbox->reason == 0 ? "" : strerror(sandbox->reason);
    const char *gap = sandbox->reason == 0 ? "" : ": ";
    if (sandbox->mode == ORTL__SANDBOX_REQUIRE)
        return ortl__message_fail(error, ORTL_IO,
                                  "the sandbox cannot be had here: %s%s%s (--sandbox auto goes on "
                                  "without)",
                                  sandbox->missing, gap, reason);
    if (sandbox->is_verbose)
        ortl__message_note("no complete sandbox here: %s%s%s; going on without", sandbox->missing,
                           gap, reason);
    return ORTL_OK;
}

ortl_status ortl__sandbox_enter(ortl__sandbox *sandbox, ortl_error *error) {
    if (sandbox->mode == ORTL__SANDBOX_OFF) return ORTL_OK;
    if (!IS_INSTRUMENTED) {
        lower_limits();
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
            note_missing(sandbox, "no_new_privs", errno);
        if (sandbox->rules >= 0 && syscall(__NR_landlock_restrict_self, sandbox->rules, 0) != 0)
            note_missing(sandbox, "Landlock", errno);
        if (sandbox->rules >= 0) close(sandbox->rules);
        sandbox->rules = -1;
        if (!ortl__sandbox_filter(true)) note_missing(sandbox, "seccomp", errno);
    }
    return judge(sandbox, error);
}

ortl_status ortl__sandbox_enter_for(ortl__sandbox *sandbox, const ortl__common *common,
                                    const char *input, const char *output, ortl_error *error) {
    ortl__sandbox_begin(sandbox, common);
    ortl__sandbox_read(sandbox, input);
    ortl__sandbox_write(sandbox, output, false);
    return ortl__sandbox_enter(sandbox, error);
}

ortl_status ortl__sandbox_tighten(ortl__sandbox *sandbox, ortl_error *error) {
    if (sandbox->mode == ORTL__SANDBOX_OFF || IS_INSTRUMENTED) return ORTL_OK;
    if (ortl__sandbox_filter(false) || sandbox->mode != ORTL__SANDBOX_REQUIRE) return ORTL_OK;
    return ortl__message_fail_errno(error, "the sandbox cannot be tightened");
}
