/*
 * An older kernel, for tests: runs a command to which some system calls are unknown.
 * refuse_calls NAME ... -- COMMAND ARGUMENT ...
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
    const char *name;
    uint32_t number;
} calls[] = {
    {"landlock_create_ruleset", __NR_landlock_create_ruleset},
    {"landlock_restrict_self", __NR_landlock_restrict_self},
    {"seccomp", __NR_seccomp},
};

static int refuse(uint32_t number) {
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof steps / sizeof steps[0], steps};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static int refuse_by_name(const char *name) {
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (strcmp(name, calls[i].name) == 0) return refuse(calls[i].number);
    return 0;
}

int main(int argc, char **argv) {
    int i = 1;
    for (; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (!refuse_by_name(argv[i])) return fprintf(stderr, "cannot refuse %s\n", argv[i]), 99;
    if (i + 1 >= argc) return 99;
    execv(argv[i + 1], argv + i + 1);
    return 99;
}
