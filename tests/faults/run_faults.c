/*
 * Lets every allocation and every system call of 39 uses of the program fail, once and
 * from then on: run_faults PROGRAM INJECTOR DATA FOLDER STRIDE [SCENARIO]. Demanded: the exit code
 * of the fault, or the result as it is without; one line on stderr; no block left; the file of -o
 * as it was before, or complete.
 */
#define _GNU_SOURCE
#include "inject.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_LINE     400
#define MAX_SECONDS  60
#define OUTPUT_BYTES ((size_t)1 << 20)

/* A use of the program: words in which @ stands for the folder of test data; "<" FILE is stdin. */
static const char *const scenarios[] = {
    "predict @/cli/churn.onnx @/cli/churn.csv",
    "predict @/cli/churn.onnx @/cli/churn.csv -o result",
    "predict @/cli/churn.onnx @/cli/churn.csv -o result --flush",
    "predict @/cli/churn.onnx @/cli/churn.csv --sandbox require",
    "predict @/cli/churn.onnx @/cli/churn.csv --sandbox off",
    "predict @/cli/churn.onnx < @/cli/churn.csv",
    "predict - @/cli/churn.csv < @/cli/churn.onnx",
    "predict @/cli/churn.onnx @/cli/churn.csv --format jsonl",
    "predict @/cli/churn.onnx @/cli/churn.csv --format tsv --keep 1",
    "predict @/cli/churn.onnx @/cli/churn.csv --format npy -o result",
    "predict @/cli/mixed.onnx @/cli/mixed.csv",
    "predict @/cli/types.onnx @/cli/types.csv -o result",
    "predict @/cli/three_targets.onnx @/cli/numbers.csv",
    "predict @/cli/whole.onnx @/cli/numbers.csv",
    "predict @/cli/three_targets.onnx @/cli/churn.csv",
    "predict @/cli/truncated.onnx @/cli/churn.csv -o result",
    "predict @/contributions/xgboost.onnx @/contributions/rows.csv --by-position --contrib",
    "check @/cli/churn.onnx",
    "check @/cli/unknown_operator.onnx",
    "check - < @/cli/mixed.onnx",
    "inspect @/cli/churn.onnx",
    "inspect @/cli/mixed.onnx --json",
    "run @/cli/one_target.onnx --input X=@/cli/numbers.npy --output-dir .",
    "run @/conformance/multi__strings_utf8/model.onnx --input "
    "X=@/conformance/multi__strings_utf8/input_0.npy --output-dir .",
    "convert @/convert/lightgbm_38/model.txt -o result",
    "convert @/convert/xgboost_7009/model.json -o result",
    "convert @/convert/xgboost_7061/model.ubj -o result",
    "convert @/contributions/catboost.json -o result --compare @/contributions/rows.csv "
    "--by-position "
    "--json",
    "convert @/convert/catboost_103/model.json -o result",
    "convert @/convert/opencv_13/model.xml -o result",
    "convert @/convert/opencv_117/model.yml -o result",
    "convert @/convert/ranger_35/model.forest -o result",
    "test @/cases/add @/cases/labels",
    "tree @/cli/churn.onnx 0 -o result",
    "tree @/contributions/xgboost.onnx 0 --json",
    "meta @/cli/churn.onnx",
    "meta @/cli/churn.onnx set a=b -o result",
    "diff @/cli/churn.onnx @/cli/churn.onnx @/cli/churn.csv",
    "help limits",
};
#define N_SCENARIOS (sizeof scenarios / sizeof scenarios[0])

typedef struct run {
    int exit_code; /* -1: a signal */
    fault_report report;
    int has_report;
    char *output, *result; /* stdout, and the file of -o */
    size_t n_output, n_result;
    char message[1024];
    size_t n_message;
    int n_temporary; /* files that were left */
} run;

static const char *program, *injector, *data, *folder;

static const char before[] = "precious\n";

static char *read_all(const char *path, size_t *n_bytes_out) {
    char *bytes = malloc(OUTPUT_BYTES);
    FILE *file = fopen(path, "rb");
    if (bytes == NULL) exit(99);
    *n_bytes_out = file == NULL ? 0 : fread(bytes, 1, OUTPUT_BYTES, file);
    if (file != NULL) fclose(file);
    return bytes;
}

/* Removes the files of the current folder; returns how many of them were temporary ones. */
static int empty_folder(void) {
    int n_temporary = 0;
    DIR *listing = opendir(".");
    if (listing == NULL) exit(99);
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        const size_t n = strlen(entry->d_name);
        n_temporary += n > 4 && strcmp(entry->d_name + n - 4, ".tmp") == 0;
        if (entry->d_name[0] != '.') unlink(entry->d_name);
    }
    closedir(listing);
    return n_temporary;
}

static void prepare_folder(void) {
    empty_folder();
    FILE *file = fopen("result", "wb");
    if (file == NULL || fputs(before, file) < 0 || fclose(file) != 0) exit(99);
}

/* Splits the words of a scenario, with @ replaced; redirects stdin. */
static void exec_scenario(const char *scenario) {
    static char text[4096];
    char *words[32], *end = text;
    int n = 0, is_input = 0;
    words[n++] = (char *)(size_t)program;
    for (const char *c = scenario; *c != '\0'; c++) {
        if (*c == '@')
            end = stpcpy(end, data);
        else
            *end++ = *c;
    }
    *end = '\0';
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) {
        if (strcmp(word, "<") == 0) {
            is_input = 1;
        } else if (is_input) {
            int input = open(word, O_RDONLY);
            dup2(input, STDIN_FILENO);
            close(input);
        } else {
            words[n++] = word;
        }
    }
    words[n] = NULL;
    alarm(MAX_SECONDS);
    execv(program, words);
    _exit(98);
}

static void set_environment(int kind, long at, int is_sticky, int descriptor) {
    char text[32];
    snprintf(text, sizeof text, "%d", descriptor);
    setenv("FAULT_FD", text, 1);
    snprintf(text, sizeof text, "%d", kind);
    setenv("FAULT_KIND", text, 1);
    snprintf(text, sizeof text, "%ld", at);
    setenv("FAULT_AT", text, 1);
    if (is_sticky) setenv("FAULT_STICKY", "1", 1);
    setenv("LD_PRELOAD", injector, 1);
}

static void run_once(const char *scenario, int kind, long at, int is_sticky, run *out) {
    int report[2], status = 0;
    memset(out, 0, sizeof *out);
    prepare_folder();
    if (pipe(report) != 0) exit(99);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int output = open("stdout", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        int errors = open("stderr", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        int nothing = open("/dev/null", O_RDONLY);
        dup2(nothing, STDIN_FILENO);
        dup2(output, STDOUT_FILENO);
        dup2(errors, STDERR_FILENO);
        set_environment(kind, at, is_sticky, report[1]);
        exec_scenario(scenario);
    }
    close(report[1]);
    out->has_report = read(report[0], &out->report, sizeof out->report) == sizeof out->report;
    close(report[0]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    out->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    out->output = read_all("stdout", &out->n_output);
    out->result =
        read_all(strstr(scenario, "run ") == scenario ? "output_0.npy" : "result", &out->n_result);
    char *message = read_all("stderr", &out->n_message);
    memcpy(out->message, message,
           out->n_message < sizeof out->message ? out->n_message : sizeof out->message - 1);
    free(message);
    out->n_temporary = empty_folder();
}

static void free_run(run *r) {
    free(r->output);
    free(r->result);
}

static int is_same(const char *a, size_t n_a, const char *b, size_t n_b) {
    return n_a == n_b && memcmp(a, b, n_a) == 0;
}

static int is_one_line(const run *r) {
    if (r->n_message == 0 || r->n_message > MAX_LINE + 1) return 0;
    for (size_t i = 0; i + 1 < r->n_message; i++)
        if (r->message[i] < 0x20 || r->message[i] > 0x7e) return 0;
    return r->message[r->n_message - 1] == '\n';
}

/* `test` counts a case whose files cannot be read among those that failed; `inspect` shows a file
 * whose size it cannot see without it. */
static int is_told_elsewhere(const char *scenario, const run *good, const run *r) {
    if (strstr(scenario, "test ") == scenario)
        return r->exit_code == 1 && r->n_output > 0 && r->report.last_hit[0] != '\0';
    return strstr(scenario, "inspect ") == scenario && strcmp(r->report.last_hit, "stat64") == 0 &&
           r->exit_code == good->exit_code;
}

static const char *find_fault(const char *scenario, int kind, int is_sticky, const run *good,
                              const run *r) {
    const int is_as_good = r->exit_code == good->exit_code &&
                           is_same(r->output, r->n_output, good->output, good->n_output) &&
                           is_same(r->result, r->n_result, good->result, good->n_result);
    const int is_in_place = strstr(scenario, "--flush") != NULL;
    const int is_old = is_same(r->result, r->n_result, before, sizeof before - 1) ||
                       (strstr(scenario, "run ") == scenario && r->n_result == 0);
    const int wanted = kind == FAULT_MEMORY ? 6 : 5;
    if (r->exit_code < 0) return "a signal";
    if (!r->has_report) return "it ended without passing by exit";
    if (r->report.n_hits == 0) return is_as_good ? NULL : "without a fault it is different";
    if (r->report.n_live > good->report.n_live) return "blocks were not freed";
    if (kind == FAULT_INTERRUPTED || kind == FAULT_SHORT)
        return is_as_good || is_sticky ? NULL : "the result is not what it is without";
    if (is_as_good || is_told_elsewhere(scenario, good, r)) return NULL;
    if (r->exit_code != wanted) return "the exit code is not that of the fault";
    if (!is_one_line(r)) return "not one printable line";
    if (!is_in_place && !is_old && !is_same(r->result, r->n_result, good->result, good->n_result))
        return "the file that was there before is lost";
    if (!is_sticky && strcmp(r->report.last_hit, "unlink") != 0 && r->n_temporary > 0)
        return "a temporary file was left";
    return NULL;
}

static size_t n_runs, n_broken;

static void try_fault(const char *scenario, int kind, long at, int is_sticky, const run *good) {
    static const char *const names[N_FAULTS] = {"nothing", "memory", "EIO",   "EINTR",
                                                "ENOSPC",  "short",  "shrunk"};
    run r;
    run_once(scenario, kind, at, is_sticky, &r);
    const char *fault = find_fault(scenario, kind, is_sticky, good, &r);
    n_runs++;
    n_broken += fault != NULL;
    if (fault != NULL)
        printf("%s\n  %s %s at %ld (%s): %s; exit %d, %ld blocks, %s\n", scenario, names[kind],
               is_sticky ? "from then on" : "once", at, r.report.last_hit, fault, r.exit_code,
               r.report.n_live, r.message);
    free_run(&r);
}

/* Every stride-th of the calls, from the first-th. */
static void try_kind(const char *scenario, int kind, long first, long stride) {
    run good;
    run_once(scenario, kind, -1, 0, &good);
    const long n = kind == FAULT_MEMORY ? good.report.n_allocations : good.report.n_calls;
    if (!good.has_report || good.exit_code < 0) {
        printf("%s: does not work without faults\n", scenario);
        n_broken++;
    }
    for (long at = first; at <= n; at += stride) {
        try_fault(scenario, kind, at, 0, &good);
        /* Interrupted for ever it would never end. One short call after the other is one run. */
        if (kind == FAULT_INTERRUPTED || (kind == FAULT_SHORT && at > first)) continue;
        if ((at - first) / stride % 2 == 0) try_fault(scenario, kind, at, 1, &good);
    }
    free_run(&good);
}

int main(int argc, char **argv) {
    if (argc < 6) return 2;
    program = argv[1], injector = argv[2], data = argv[3], folder = argv[4];
    if (chdir(folder) != 0) return 99;
    const long stride = atol(argv[5]);
    const char *only = argc > 6 ? argv[6] : "";
    size_t n_scenarios = 0;
    for (size_t i = 0; i < N_SCENARIOS; i++) {
        if (strstr(scenarios[i], only) == NULL) continue;
        n_scenarios++;
        for (int kind = FAULT_MEMORY; kind < N_FAULTS; kind++)
            try_kind(scenarios[i], kind, 1 + (long)i % stride, stride);
    }
    printf("%zu scenarios, %zu runs with a fault, %zu broke a promise\n", n_scenarios, n_runs,
           n_broken);
    return n_broken > 0 || n_scenarios == 0;
}
