/*
 * A program that was taken over, for test_sandbox.sh: preloaded into ort-lite, it tries what the
 * sandbox forbids, once while the model is read and once while results are written, and says on
 * stderr what succeeded.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

/* Each returns 0 or more when it succeeded. `secret` lies beside the model and was not named. */
static int read_secret(void) {
    return open("secret", O_RDONLY);
}

static int read_system_file(void) {
    return open("/etc/passwd", O_RDONLY);
}

static int read_memory_of_processes(void) {
    return open("/proc/self/environ", O_RDONLY);
}

static int write_secret(void) {
    return open("secret", O_WRONLY);
}

static int create_file(void) {
    return open("created", O_WRONLY | O_CREAT, 0600);
}

static int list_folder(void) {
    return open(".", O_RDONLY | O_DIRECTORY);
}

static int make_folder(void) {
    return mkdir("created_folder", 0700);
}

static int remove_secret(void) {
    return unlink("secret_copy");
}

static int rename_secret(void) {
    return rename("secret", "secret_copy");
}

static int make_link(void) {
    return symlink("secret", "created_link");
}

static int open_to_internet(void) {
    return socket(AF_INET, SOCK_STREAM, 0);
}

static int open_local_socket(void) {
    return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int pair_sockets(void) {
    int pair[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}

static int start_process(void) {
    int status;
    pid_t child = (pid_t)syscall(__NR_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0) _exit(0);
    if (child > 0) waitpid(child, &status, 0);
    return child;
}

/* Where programs may be started this one is looked for. */
static int start_program(void) {
    char *const nothing[] = {NULL};
    execve("/nonexistent/program", nothing, nothing);
    return errno == ENOENT ? 0 : -1;
}

/* Our own, as good as that of any other process of the user. */
static int look_into_process(void) {
    char from = 1, to = 0;
    const struct iovec local = {&to, 1}, remote = {&from, 1};
    return (int)process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
}

static int raise_limit(void) {
    const struct rlimit limit = {4096, 4096};
    return setrlimit(RLIMIT_NOFILE, &limit);
}

static int make_code(void) {
    void *page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? -1 : 0;
}

typedef struct attempt {
    const char *name;
    int (*run)(void);
    int first_stage; /* from which it must fail */
} attempt;

static const attempt attempts[] = {
    {"read a file", read_secret, 1},
    {"read a system file", read_system_file, 1},
    {"read /proc", read_memory_of_processes, 1},
    {"write a file", write_secret, 1},
    {"create a file", create_file, 1},
    {"list a folder", list_folder, 1},
    {"make a folder", make_folder, 1},
    {"remove a file", remove_secret, 1},
    {"rename a file", rename_secret, 1},
    {"make a link", make_link, 1},
    {"open an internet socket", open_to_internet, 1},
    {"open a local socket", open_local_socket, 1},
    {"make a pair of sockets", pair_sockets, 1},
    {"start a process", start_process, 1},
    {"start a program", start_program, 1},
    {"look into a process", look_into_process, 1},
    {"raise a limit", raise_limit, 1},
    {"make code", make_code, 2},
};

static void say(int stage, const char *name, const char *outcome) {
    char line[120];
    int n = snprintf(line, sizeof line, "stage %d: %s: %s\n", stage, name, outcome);
    if (n > 0) (void)syscall(__NR_write, STDERR_FILENO, line, (size_t)n);
}

static void try_all(int stage) {
    static int is_done[3];
    if (is_done[stage]) return;
    is_done[stage] = 1;
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++)
        if (attempts[i].first_stage <= stage)
            say(stage, attempts[i].name, attempts[i].run() >= 0 ? "succeeded" : "failed");
}

static void *next(const char *name) {
    return dlsym(RTLD_NEXT, name);
}

EXPORT ssize_t pread64(int file, void *bytes, size_t n_bytes, off64_t offset);
ssize_t pread64(int file, void *bytes, size_t n_bytes, off64_t offset) {
    ssize_t (*real)(int, void *, size_t, off64_t);
    void *found = next("pread64");
    memcpy(&real, &found, sizeof real);
    try_all(1);
    return real(file, bytes, n_bytes, offset);
}

EXPORT ssize_t write(int file, const void *bytes, size_t n_bytes) {
    ssize_t (*real)(int, const void *, size_t);
    void *found = next("write");
    memcpy(&real, &found, sizeof real);
    if (file == STDOUT_FILENO) try_all(2);
    return real(file, bytes, n_bytes);
}
