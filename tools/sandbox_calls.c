/*
 * The system calls that remain inside the sandbox, as a seccomp filter. Written out by hand:
 * libseccomp would compute the same 90 instructions at the price of 300 KiB of memory and a fifth
 * of a millisecond in each process.
 */
#define _GNU_SOURCE
#include "sandbox.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__) && defined(__LP64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__s390x__)
#define ARCHITECTURE AUDIT_ARCH_S390X
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#else
#define ARCHITECTURE 0 /* the lists below were not made for it */
#endif

#if defined(__s390x__)
#define CLONE_FLAGS 1 /* which argument of clone they are */
#else
#define CLONE_FLAGS 0
#endif

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* Reading and writing what is open, memory, threads, time, and putting the output in its place. */
static const int always[] = {
    __NR_read,
    __NR_readv,
    __NR_pread64,
    __NR_write,
    __NR_writev,
    __NR_lseek,
    __NR_close,
    __NR_fstat,
    __NR_newfstatat,
    __NR_ftruncate,
    __NR_fchmod,
    __NR_fsync,
    __NR_fcntl,
    __NR_ppoll,
    __NR_munmap,
    __NR_mremap,
    __NR_brk,
    __NR_madvise,
    __NR_futex,
    __NR_set_robust_list,
    __NR_rt_sigprocmask,
    __NR_rt_sigaction,
    __NR_rt_sigreturn,
    __NR_sigaltstack,
    __NR_restart_syscall,
    __NR_sched_yield,
    __NR_sched_getaffinity,
    __NR_getcpu,
    __NR_exit,
    __NR_exit_group,
    __NR_getpid,
    __NR_gettid,
    __NR_clock_gettime,
    __NR_clock_nanosleep,
    __NR_nanosleep,
    __NR_gettimeofday,
    __NR_getrusage,
    __NR_sysinfo,
    __NR_getrandom,
    __NR_renameat2,
    __NR_unlinkat,
#ifdef __NR_rseq
    __NR_rseq,
#endif
#ifdef __NR_renameat
    __NR_renameat,
#endif
#ifdef __NR_poll
    __NR_poll,
#endif
#ifdef __NR_rename
    __NR_rename,
#endif
#ifdef __NR_unlink
    __NR_unlink,
#endif
};

/* Opening and looking at files, where Landlock allows it; libraries among them. */
static const int while_opening[] = {
    __NR_openat,   __NR_statx, __NR_faccessat, __NR_readlinkat, __NR_getcwd,  __NR_getdents64,
    __NR_mkdirat,  __NR_uname, __NR_mmap,      __NR_mprotect,   __NR_seccomp,
#ifdef __NR_open
    __NR_open,
#endif
#ifdef __NR_stat
    __NR_stat,
#endif
#ifdef __NR_lstat
    __NR_lstat,
#endif
#ifdef __NR_access
    __NR_access,
#endif
#ifdef __NR_readlink
    __NR_readlink,
#endif
#ifdef __NR_mkdir
    __NR_mkdir,
#endif
};

/* A call that is allowed when the masked bits of one argument are as wanted. */
typedef struct guarded_call {
    int call, argument;
    uint32_t mask, wanted;
} guarded_call;

static const guarded_call guarded[] = {
    {__NR_clone, CLONE_FLAGS, CLONE_THREAD, CLONE_THREAD}, /* threads, no processes */
    {__NR_ioctl, 1, UINT32_MAX, TCGETS},                   /* is it a terminal? */
    {__NR_prlimit64, 2, UINT32_MAX, 0},                    /* what are the limits? */
#if defined(__s390x__)
    {__NR_mmap, 0, 0, 0}, /* its arguments are out of a filter's reach */
#else
    {__NR_mmap, 2, PROT_EXEC, 0},
#endif
    {__NR_mprotect, 2, PROT_EXEC, 0},
};

typedef struct filter_text {
    struct sock_filter steps[COUNT(always) + COUNT(while_opening) + 6 * COUNT(guarded) + 16];
    unsigned short n_steps;
} filter_text;

static void put(filter_text *text, unsigned code, uint32_t value, size_t if_true, size_t if_false) {
    text->steps[text->n_steps++] = (struct sock_filter){
        (unsigned short)code, (unsigned char)if_true, (unsigned char)if_false, value};
}

static void put_load(filter_text *text, size_t offset) {
    put(text, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void put_return(filter_text *text, uint32_t value) {
    put(text, BPF_RET | BPF_K, value, 0, 0);
}

/* The lower half of an argument decides: all of ours are 32 bits wide. */
static void put_guarded(filter_text *text, const guarded_call *rule) {
    const uint16_t one = 1;
    const size_t lower_half = *(const unsigned char *)&one == 1 ? 0 : 4;
    put(text, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)rule->call, 0, 5);
    put_load(text, offsetof(struct seccomp_data, args) + 8 * (size_t)rule->argument + lower_half);
    put(text, BPF_ALU | BPF_AND | BPF_K, rule->mask, 0, 0);
    put(text, BPF_JMP | BPF_JEQ | BPF_K, rule->wanted, 0, 1);
    put_return(text, SECCOMP_RET_ALLOW);
    put_return(text, SECCOMP_RET_ERRNO | EPERM);
}

/* n_behind: steps between the list and the one that allows. */
static void put_list(filter_text *text, const int *calls, size_t n_calls, size_t n_behind) {
    for (size_t i = 0; i < n_calls; i++)
        put(text, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i], n_calls - 1 - i + n_behind, 0);
}

/* What is not on the list is answered as by a kernel that does not know the call, so that libc
 * tries an older one: clone for clone3, whose flags no filter can see. */
static void write_filter(filter_text *text, bool may_open) {
    const size_t n_opening = may_open ? COUNT(while_opening) : 0;
    put_load(text, offsetof(struct seccomp_data, arch));
    put(text, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    put_return(text, SECCOMP_RET_KILL_PROCESS);
    put_load(text, offsetof(struct seccomp_data, nr));
    put_list(text, while_opening, n_opening, COUNT(always) + 1);
    put_list(text, always, COUNT(always), 1);
    put(text, BPF_JMP | BPF_JA, 1, 0, 0);
    put_return(text, SECCOMP_RET_ALLOW);
    for (size_t i = 0; i < COUNT(guarded); i++) put_guarded(text, &guarded[i]);
    put_return(text, SECCOMP_RET_ERRNO | ENOSYS);
}

bool ortl__sandbox_filter(bool may_open) {
    filter_text text = {.n_steps = 0};
    if (ARCHITECTURE == 0) {
        errno = EOPNOTSUPP;
        return false;
    }
    write_filter(&text, may_open);
    struct sock_fprog program = {text.n_steps, text.steps};
    return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}
