/*
 * The table of packed kernels, the choice among them, and the door to whichever was chosen.
 */
#include "pack.h"

#include <string.h>

#include "../status.h"
#include "pack_nodes.h"
#include "pack_sets.h"
#include "pack_slices.h"

/* ---- The table ------------------------------------------------------------------------------- */

enum { NAME_BYTES = 64, SCRATCH_ALIGNMENT = 64 };

/* What "many rows" means to the choice; up to how many rows may count as few; after how many times
 * as many the costs of what is left repeat themselves. */
enum { MANY_ROWS = 1000, MOST_FEW_ROWS = 64, FEW_PERIOD = 8 };

#define AVX512                                                                                     \
    (ORTL__CPU_AVX2 | ORTL__CPU_AVX512F | ORTL__CPU_AVX512BW | ORTL__CPU_AVX512DQ |                \
     ORTL__CPU_AVX512VL)
#define VBMI (AVX512 | ORTL__CPU_AVX512VBMI | ORTL__CPU_GFNI)

/* Of kernels that cost the same the first is taken. */
static const ortl__pack_kernel kernels[] = {
    {"plain", 0, NULL, NULL},
#if defined(__x86_64__) && defined(__GNUC__)
    {"levels-vbmi", VBMI, &ortl__form_levels, &ortl__slice_kernel_vbmi},
    {"levels-avx512", AVX512, &ortl__form_levels, &ortl__slice_kernel_avx512},
    {"levels-avx2", ORTL__CPU_AVX2, &ortl__form_levels, &ortl__slice_kernel_avx2},
    {"perfect-vbmi", VBMI, &ortl__form_perfect, &ortl__slice_kernel_vbmi},
    {"slices-vbmi", VBMI, &ortl__form_slices, &ortl__slice_kernel_vbmi},
    {"perfect-avx512", AVX512, &ortl__form_perfect, &ortl__slice_kernel_avx512},
    {"slices-avx512", AVX512, &ortl__form_slices, &ortl__slice_kernel_avx512},
    {"perfect-avx2", ORTL__CPU_AVX2, &ortl__form_perfect, &ortl__slice_kernel_avx2},
    {"slices-avx2", ORTL__CPU_AVX2, &ortl__form_slices, &ortl__slice_kernel_avx2},
    {"nodes-avx512", AVX512, &ortl__form_nodes, &ortl__node_loops_avx512},
    {"nodes-avx2", ORTL__CPU_AVX2, &ortl__form_nodes, &ortl__node_loops_avx2},
#endif
#if defined(__aarch64__)
    {"levels-neon", ORTL__CPU_NEON, &ortl__form_levels, &ortl__slice_kernel_neon},
    {"perfect-neon", ORTL__CPU_NEON, &ortl__form_perfect, &ortl__slice_kernel_neon},
    {"slices-neon", ORTL__CPU_NEON, &ortl__form_slices, &ortl__slice_kernel_neon},
#endif
    {"nodes-plain", 0, &ortl__form_nodes, &ortl__node_loops_plain},
    {"levels-plain", 0, &ortl__form_levels, &ortl__slice_kernel_plain},
    {"perfect-plain", 0, &ortl__form_perfect, &ortl__slice_kernel_plain},
    {"slices-plain", 0, &ortl__form_slices, &ortl__slice_kernel_plain},
    {"sets-plain", 0, &ortl__form_sets, NULL},
};

enum { N_KERNELS = sizeof kernels / sizeof kernels[0] };

/* A packed form with its kernel; kernel NULL: none. */
typedef struct part {
    const ortl__pack_kernel *kernel;
    void *state;
} part;

struct ortl__pack {
    ortl__memory *memory;
    const ortl__forest *forest;
    part few, many; /* few may be without kernel; both: the plain kernel walks the forest */
    /* Rows up to which few is used, when they are left beside i x MOST_FEW_ROWS rows. */
    uint8_t most_few[FEW_PERIOD];
    char name[NAME_BYTES];
};

const char *ortl__pack_kernel_name(size_t index) {
    return index < N_KERNELS ? kernels[index].name : NULL;
}

static const ortl__pack_kernel *find_kernel(const char *name) {
    for (size_t i = 0; i < N_KERNELS; i++)
        if (strcmp(kernels[i].name, name) == 0) return &kernels[i];
    return NULL;
}

/* ---- The choice ------------------------------------------------------------------------------ */

static int can_walk(const ortl__pack_kernel *kernel, const ortl__survey *survey, ortl__cpu cpu) {
    if (kernel->form == NULL) return 1;
    if (kernel->form != &ortl__form_sets && !survey->is_packable) return 0;
    return (kernel->needs & cpu) == kernel->needs && kernel->form->can_hold(survey, kernel);
}

/* The kernel with the least cost for n_rows rows at once. */
static const ortl__pack_kernel *choose(const ortl__survey *survey, ortl__cpu cpu, size_t n_rows) {
    const ortl__pack_kernel *best = &kernels[0];
    double best_cost = 0;
    for (size_t i = 1; i < N_KERNELS; i++) {
        if (!can_walk(&kernels[i], survey, cpu)) continue;
        double cost = kernels[i].form->cost(survey, &kernels[i], n_rows);
        if (best->form != NULL && cost >= best_cost) continue;
        best = &kernels[i];
        best_cost = cost;
    }
    return best;
}

/* A second form takes as much memory as the first, so it must be that much faster for a row. */
#define WORTH_A_FORM 1.5

/* Whether the kernel for many rows will do for few. */
static int is_good_for_few(const ortl__pack *pack, const ortl__survey *survey) {
    const ortl__pack_kernel *few = pack->few.kernel, *many = pack->many.kernel;
    if (few->form == NULL || many->form == NULL) return 0;
    return many->form->cost(survey, many, 1) <= WORTH_A_FORM * few->form->cost(survey, few, 1);
}

/* Whether the kernel for few rows is as fast as any for many. */
static int is_good_for_many(const ortl__pack *pack, const ortl__survey *survey) {
    const ortl__pack_kernel *few = pack->few.kernel, *many = pack->many.kernel;
    if (few->form == NULL || many->form == NULL) return 1;
    return few->form->cost(survey, few, MANY_ROWS) <=
           1.05 * many->form->cost(survey, many, MANY_ROWS);
}

static double cost_of(const ortl__pack_kernel *kernel, const ortl__survey *survey, size_t n_rows) {
    return n_rows > 0 ? (double)n_rows * kernel->form->cost(survey, kernel, n_rows) : 0;
}

/* Up to how many rows beside n_full others the kernel for few rows is the faster one. */
static uint8_t most_few_beside(const ortl__pack *pack, const ortl__survey *survey, size_t n_full) {
    double full_cost = cost_of(pack->many.kernel, survey, n_full);
    uint8_t n = n_full == 0;
    while (n < MOST_FEW_ROWS && full_cost + cost_of(pack->few.kernel, survey, n + 1u) <=
                                    cost_of(pack->many.kernel, survey, n_full + n + 1u))
        n++;
    return n;
}

static void set_most_few(ortl__pack *pack, const ortl__survey *survey) {
    for (size_t i = 0; i < FEW_PERIOD; i++)
        pack->most_few[i] = most_few_beside(pack, survey, i * MOST_FEW_ROWS);
}

static ortl_status choose_kernels(ortl__pack *pack, const ortl__survey *survey,
                                  const ortl__pack_wish *wish, ortl_error *error) {
    if (wish->kernel == NULL) {
        pack->many.kernel =
            choose(survey, wish->cpu, wish->rows == ORTL_EXPECT_FEW_ROWS ? 1 : MANY_ROWS);
        if (wish->rows == ORTL_EXPECT_ANY_ROWS) pack->few.kernel = choose(survey, wish->cpu, 1);
        if (pack->few.kernel == NULL) return ORTL_OK;
        if (is_good_for_many(pack, survey)) {
            pack->many.kernel = pack->few.kernel;
            pack->few.kernel = NULL;
        } else if (is_good_for_few(pack, survey)) {
            pack->few.kernel = NULL;
        } else {
            set_most_few(pack, survey);
        }
        return ORTL_OK;
    }
    pack->many.kernel = find_kernel(wish->kernel);
    if (pack->many.kernel == NULL)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "there is no tree kernel \"%s\"", wish->kernel);
    if (!can_walk(pack->many.kernel, survey, wish->cpu))
        return ortl__fail(error, ORTL_BAD_ARGUMENT,
                          "the tree kernel \"%s\" cannot walk this model on this processor",
                          wish->kernel);
    return ORTL_OK;
}

static void write_name(ortl__pack *pack) {
    size_t n = 0;
    if (pack->few.kernel != NULL) {
        n = strlen(pack->few.kernel->name);
        memcpy(pack->name, pack->few.kernel->name, n);
        pack->name[n++] = '+';
    }
    memcpy(pack->name + n, pack->many.kernel->name, strlen(pack->many.kernel->name) + 1);
}

/* ---- Building -------------------------------------------------------------------------------- */

static ortl_status build_part(part *p, ortl__survey *survey, const ortl__forest *forest,
                              ortl__cpu cpu, ortl_error *error) {
    if (p->kernel == NULL || p->kernel->form == NULL) return ORTL_OK;
    return p->kernel->form->build(survey, forest, cpu, p->kernel, &p->state, error);
}

static void free_part(part *p) {
    if (p->state != NULL) p->kernel->form->free(p->state);
    p->state = NULL;
}

/* Frees the arrays of a forest and keeps its numbers. */
static void drop_arrays(ortl__forest *forest) {
    ortl__forest numbers = *forest;
    ortl__forest_free(forest);
    *forest = numbers;
    forest->roots = forest->true_child = forest->false_child = forest->feature = NULL;
    forest->weight_target = forest->set_begin = NULL;
    forest->test = NULL;
    forest->hit_rate = NULL;
    forest->value = forest->weight = forest->members = NULL;
}

static ortl_status build_parts(ortl__pack *pack, ortl__survey *survey, ortl__forest *forest,
                               const ortl__pack_wish *wish, ortl_error *error) {
    ortl_status status = choose_kernels(pack, survey, wish, error);
    if (status != ORTL_OK) return status;
    write_name(pack);
    status = build_part(&pack->many, survey, forest, wish->cpu, error);
    if (status == ORTL_OK) status = build_part(&pack->few, survey, forest, wish->cpu, error);
    if (status == ORTL_OK && pack->many.state != NULL && !wish->keeps_forest) drop_arrays(forest);
    return status;
}

ortl_status ortl__pack_build(ortl__forest *forest, const ortl__pack_wish *wish,
                             ortl__pack **pack_out, ortl_error *error) {
    ortl__pack *pack = NULL;
    ortl__survey survey;
    *pack_out = NULL;
    ortl_status status = ortl__memory_new_zero(forest->memory, 1, sizeof *pack, &pack, error);
    if (status != ORTL_OK) return status;
    pack->memory = forest->memory;
    pack->forest = forest;
    status = ortl__survey_forest(&survey, forest, error);
    if (status != ORTL_OK) goto done;
    survey.rows_expected = wish->rows;
    status = build_parts(pack, &survey, forest, wish, error);
    ortl__survey_free(&survey);
done:
    if (status == ORTL_OK)
        *pack_out = pack;
    else
        ortl__pack_free(pack);
    return status;
}

int ortl__pack_can(const ortl__forest *forest, const char *kernel, ortl__cpu cpu) {
    const ortl__pack_kernel *found = find_kernel(kernel);
    ortl__survey survey;
    if (found == NULL || ortl__survey_forest(&survey, forest, NULL) != ORTL_OK) return 0;
    int can = can_walk(found, &survey, cpu);
    ortl__survey_free(&survey);
    return can;
}

void ortl__pack_free(ortl__pack *pack) {
    if (pack == NULL) return;
    free_part(&pack->few);
    free_part(&pack->many);
    ortl__memory_free(pack->memory, pack, 1, sizeof *pack);
}

/* ---- Use ------------------------------------------------------------------------------------- */

const char *ortl__pack_name(const ortl__pack *pack) {
    return pack->name;
}

static uint64_t part_scratch(const part *p, size_t n_rows) {
    return p->state != NULL ? p->kernel->form->scratch_bytes(p->state, n_rows) + SCRATCH_ALIGNMENT
                            : 0;
}

uint64_t ortl__pack_scratch_bytes(const ortl__pack *pack, size_t n_rows) {
    uint64_t many = part_scratch(&pack->many, n_rows);
    uint64_t few = part_scratch(&pack->few, n_rows < MOST_FEW_ROWS ? n_rows : MOST_FEW_ROWS);
    return few > many ? few : many;
}

/* How many of the rows, the last ones, the kernel for few rows takes. */
static size_t count_few(const ortl__pack *pack, size_t n_rows) {
    if (pack->few.state == NULL) return 0;
    size_t rest = n_rows % MOST_FEW_ROWS, n_full = n_rows / MOST_FEW_ROWS;
    if (n_rows <= pack->most_few[0]) return n_rows;
    return rest <= pack->most_few[n_full % FEW_PERIOD] ? rest : 0;
}

static void run_part(const part *p, const ortl__rows *rows, void *sums, uint8_t *voted,
                     void *scratch) {
    uintptr_t misplaced = (uintptr_t)scratch % SCRATCH_ALIGNMENT;
    char *aligned = (char *)scratch + (misplaced ? SCRATCH_ALIGNMENT - misplaced : 0);
    if (rows->n_rows > 0) p->kernel->form->run(p->state, rows, sums, voted, aligned);
}

void ortl__pack_run(const ortl__pack *pack, const ortl__rows *rows, void *sums, uint8_t *voted,
                    void *scratch) {
    if (pack->many.state == NULL) {
        ortl__kernel_plain.run(pack->forest, rows, sums, voted);
        return;
    }
    size_t n_few = count_few(pack, rows->n_rows), n_many = rows->n_rows - n_few;
    if (n_few == 0) {
        run_part(&pack->many, rows, sums, voted, scratch);
        return;
    }
    size_t real_bytes = pack->forest->is_double ? sizeof(double) : sizeof(float);
    size_t n_sums = n_many * pack->forest->n_targets;
    ptrdiff_t n_values = (ptrdiff_t)n_many * rows->row_stride;
    ortl__rows many = *rows, few = *rows;
    many.n_rows = n_many;
    few.n_rows = n_few;
    few.data = (const char *)rows->data + n_values * (ptrdiff_t)real_bytes;
    run_part(&pack->many, &many, sums, voted, scratch);
    run_part(&pack->few, &few, (char *)sums + n_sums * real_bytes,
             voted != NULL ? voted + n_sums : NULL, scratch);
}
