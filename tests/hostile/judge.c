/*
 * Runs the program on hostile files and judges what it did.
 */
#define _DEFAULT_SOURCE
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_SECONDS      2.0
#define MAX_WALL_SECONDS 60 /* other processes may be busy; then the run is killed */
#define MEMORY_BASE_KIB  65536
#define MEMORY_PER_BYTE  16
#define MAX_LINE         400

typedef struct outcome {
    int exit_code; /* -1: a signal */
    int signal;
    double seconds;
    long kib;
    char message[1024];
    size_t n_lines;         /* on stdout */
    size_t n_message_bytes; /* all that was written, also what did not fit */
} outcome;

static void write_file(const char *path, const wire_builder *file) {
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    size_t n_done = 0;
    while (descriptor >= 0 && n_done < file->n_bytes) {
        ssize_t n = write(descriptor, file->bytes + n_done, file->n_bytes - n_done);
        if (n <= 0) break;
        n_done += (size_t)n;
    }
    if (descriptor < 0 || close(descriptor) != 0 || n_done != file->n_bytes) {
        perror(path);
        exit(99);
    }
}

static void exec_verb(const hostile_judge *judge, const hostile_verb *verb, const char *path) {
    char *arguments[16];
    char output[600], binding[600];
    size_t n = 0;
    snprintf(output, sizeof output, "%s/out", judge->folder);
    snprintf(binding, sizeof binding, "X=%s", path);
    arguments[n++] = (char *)(uintptr_t)judge->program;
    for (size_t i = 0; verb->arguments[i] != NULL; i++) {
        const char *word = verb->arguments[i];
        if (strcmp(word, "FILE") == 0) word = path;
        if (strcmp(word, "X=FILE") == 0) word = binding;
        if (strcmp(word, "OUT") == 0) word = output;
        arguments[n++] = (char *)(uintptr_t)word;
    }
    arguments[n] = NULL;
    alarm(MAX_WALL_SECONDS);
    execv(judge->program, arguments);
    _exit(98);
}

static void read_message(int descriptor, outcome *result) {
    char more[1024];
    ssize_t n;
    result->n_message_bytes = 0;
    while ((n = read(descriptor, more, sizeof more)) != 0) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) break;
        for (ssize_t i = 0; i < n; i++, result->n_message_bytes++)
            if (result->n_message_bytes < sizeof result->message - 1)
                result->message[result->n_message_bytes] = more[i];
    }
    size_t end = result->n_message_bytes;
    result->message[end < sizeof result->message ? end : sizeof result->message - 1] = '\0';
}

static double seconds_of(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

static size_t count_lines(int descriptor) {
    char block[65536];
    size_t n_lines = 0;
    off_t at = 0;
    ssize_t n;
    while ((n = pread(descriptor, block, sizeof block, at)) > 0) {
        for (ssize_t i = 0; i < n; i++) n_lines += block[i] == '\n';
        at += n;
    }
    return n_lines;
}

static void run_verb(const hostile_judge *judge, const hostile_verb *verb, const char *path,
                     outcome *result) {
    int ends[2], status = 0;
    char output_path[600];
    struct rusage usage;
    if (pipe(ends) != 0) exit(99);
    snprintf(output_path, sizeof output_path, "%s/stdout", judge->folder);
    const int output = open(output_path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    pid_t child = fork();
    if (child == 0) {
        int nothing = open("/dev/null", O_RDWR);
        dup2(nothing, STDIN_FILENO);
        dup2(output, STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        exec_verb(judge, verb, path);
    }
    close(ends[1]);
    read_message(ends[0], result);
    close(ends[0]);
    while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR) continue;
    result->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    result->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    result->seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    result->kib = usage.ru_maxrss;
    result->n_lines = count_lines(output);
    close(output);
}

/* One line of printable ASCII, when there is anything. */
static int is_one_line(const outcome *result) {
    if (result->n_message_bytes > MAX_LINE + 1) return 0;
    for (size_t i = 0; i + 1 < result->n_message_bytes; i++)
        if (result->message[i] < 0x20 || result->message[i] > 0x7e) return 0;
    return result->message[result->n_message_bytes - 1] == '\n';
}

static const char *find_fault(const hostile_judge *judge, const hostile_verb *verb,
                              hostile_verdict verdict, size_t n_bytes, const outcome *r) {
    const int is_refused = r->exit_code == judge->refusal || r->exit_code == 6;
    const int is_accepted = r->exit_code == 0 ||
                            (r->exit_code == 4 && (verb->allowed & HOSTILE_BAD_ROWS)) ||
                            (r->exit_code == 2 && (verb->allowed & HOSTILE_BAD_NAMES));
    if (r->exit_code < 0) return "a signal";
    if (!is_refused && !is_accepted) return "an exit code that is not allowed";
    if (verdict == REFUSED && !is_refused) return "it must be refused";
    if (verdict == ACCEPTED && !is_accepted) return "it must be accepted";
    if (r->exit_code != 0 && r->n_message_bytes == 0) return "no message";
    if (r->exit_code == 0 && verdict == ACCEPTED && r->n_message_bytes > 0) return "a message";
    if (r->n_message_bytes > 0 && !is_one_line(r)) return "not one printable line";
    if (HOSTILE_IS_SLOWED) return NULL;
    if (r->seconds > MAX_SECONDS) return "too slow";
    if (r->kib > MEMORY_BASE_KIB + (long)(MEMORY_PER_BYTE * n_bytes / 1024))
        return "too much memory";
    return NULL;
}

/* Whether a verb takes a model that the first one, which only loads it, refuses; or the other way
 * round for those that only load it too. */
static int disagree(const hostile_judge *judge, const int *codes) {
    for (size_t i = 1; i < judge->n_verbs; i++) {
        if (codes[0] != 0 && codes[i] == 0) return 1;
        if (codes[0] == 0 && codes[i] != 0 && judge->verbs[i].allowed == 0) return 1;
    }
    return 0;
}

size_t hostile_build(const hostile_case *test, int variant, const char *path) {
    int status = 0;
    struct stat about = {0};
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        wire_builder file = {0};
        test->build(&file, variant);
        write_file(path, &file);
        _exit(0);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    if (status != 0 || stat(path, &about) != 0) exit(99);
    return (size_t)about.st_size;
}

static void judge_file(hostile_judge *judge, const hostile_case *test, int variant) {
    char path[512];
    int codes[16];
    int is_broken = 0;
    snprintf(path, sizeof path, "%s/%s_%d", judge->folder, test->name, variant);
    const size_t n_bytes = hostile_build(test, variant, path);
    for (size_t i = 0; i < judge->n_verbs; i++) {
        outcome r;
        run_verb(judge, &judge->verbs[i], path, &r);
        codes[i] = r.exit_code;
        const char *fault = find_fault(judge, &judge->verbs[i],
                                       judge->is_lenient ? EITHER : test->verdict, n_bytes, &r);
        if (fault == NULL && i == 0 && !judge->is_lenient && r.exit_code == 0 &&
            test->n_lines > 0 && r.n_lines != test->n_lines)
            fault = "not as many lines of output";
        if (fault != NULL)
            printf(
                "%s_%d, %s %s: %s (exit %d, signal %d, %.2f s, %ld KiB, %zu bytes of file): %s\n",
                test->name, variant, judge->verbs[i].arguments[0],
                judge->verbs[i].arguments[2] == NULL ? "" : judge->verbs[i].arguments[2], fault,
                r.exit_code, r.signal, r.seconds, r.kib, n_bytes, r.message);
        is_broken |= fault != NULL;
        if (r.seconds > judge->longest_seconds) judge->longest_seconds = r.seconds;
        if (r.kib > judge->largest_kib) judge->largest_kib = r.kib;
        judge->n_runs++;
    }
    if (judge->refusal == 3 && disagree(judge, codes)) {
        printf("%s_%d: verbs disagree about the model\n", test->name, variant);
        is_broken = 1;
    }
    judge->n_files++;
    judge->n_broken += (size_t)is_broken;
    if (getenv("HOSTILE_KEEP") == NULL) unlink(path);
}

void hostile_run_variant(hostile_judge *judge, const hostile_case *test, int variant) {
    if (judge->only != NULL && strncmp(test->name, judge->only, strlen(judge->only)) != 0) return;
    if (judge->n_seen++ % (size_t)judge->stride != 0 && test->verdict != ACCEPTED) return;
    judge_file(judge, test, variant);
}

void hostile_run(hostile_judge *judge, const hostile_case *cases, size_t n_cases) {
    for (size_t i = 0; i < n_cases; i++)
        for (int variant = 0; variant < cases[i].n_variants; variant++)
            hostile_run_variant(judge, &cases[i], variant);
}

int hostile_finish(const hostile_judge *judge, size_t n_files_wanted) {
    printf("%zu files, %zu runs, %zu files broke a promise; longest %.2f s, largest %ld KiB\n",
           judge->n_files, judge->n_runs, judge->n_broken, judge->longest_seconds,
           judge->largest_kib);
    if (judge->only == NULL && judge->n_files * (size_t)judge->stride < n_files_wanted) {
        printf("fewer than %zu files\n", n_files_wanted);
        return 1;
    }
    return judge->n_broken > 0;
}
