/*
 * Finds the trees that meet in a Sum, computes the values of their leaves by running the steps that
 * follow each tree, and puts one ensemble in the place of all of these steps.
 */
#include "fuse.h"

#include <math.h>
#include <string.h>

#include "fold.h"
#include "operators/elementwise.h"
#include "operators/families.h"
#include "operators/trees.h"

#define NONE UINT32_MAX

/* Larger trees are left as they are: what follows would have to be computed for each leaf. */
#define MOST_LEAVES (UINT32_C(1) << 16)

/* A single tree with the steps that depend on it alone. */
typedef struct branch {
    uint32_t n_leaves;    /* 0: the step is no single tree */
    uint32_t first, last; /* of the steps that follow, in a list; NONE: none does */
    uint32_t value;       /* what is read from outside; NONE: nothing so far */
    uint32_t reader;      /* the step that reads it */
    int is_spoiled;       /* more is read than that */
    const float *values;  /* (n_leaves, n_targets) of the value, once computed */
    uint32_t n_targets;
} branch;

typedef struct fusion {
    ortl__plan *plan;
    const ortl__loading *loading;
    ortl__arena *scratch;
    branch *branches;     /* (n_steps) of the tree steps; the others are empty */
    uint32_t *next;       /* (n_steps) in the list of a branch, NONE: the last */
    uint32_t *owner;      /* (n_values) tree step on which alone the value depends, or NONE */
    uint8_t *is_replaced; /* (n_steps) */
    uint8_t *may_join;    /* (n_steps) */
    uint32_t n_replaced;
} fusion;

/* ---- What depends on one tree alone ---------------------------------------------------------- */

/* Whether row i of what the step gives depends on row i of what it reads, and on nothing else. */
static int is_row_by_row(const fusion *f, const ortl__step *step) {
    return step->is_row_wise && step->guard == 0 &&
           step->operator->forget == NULL && !ortl__plan_is_shaped_by_data(f->plan, step);
}

/* The tree on which all inputs that are not constant depend, NONE: there is no such. */
static uint32_t owner_of_inputs(const fusion *f, const ortl__step *step) {
    uint32_t owner = NONE;
    for (uint32_t i = 0; i < step->node->n_inputs; i++) {
        uint32_t value = step->node->inputs[i];
        if (value == ORTL__NO_VALUE || f->plan->values[value].constant) continue;
        if (f->owner[value] == NONE || (owner != NONE && f->owner[value] != owner)) return NONE;
        owner = f->owner[value];
    }
    return owner;
}

static void follow(fusion *f, uint32_t owner, uint32_t at) {
    branch *b = &f->branches[owner];
    if (b->first == NONE)
        b->first = at;
    else
        f->next[b->last] = at;
    b->last = at;
}

/* Who reads what: a step that does not belong to the branch reads its value. */
static void note_readers(fusion *f, uint32_t at, uint32_t owner) {
    const ortl__step *step = &f->plan->steps[at];
    for (uint32_t i = 0; i < step->node->n_inputs; i++) {
        uint32_t value = step->node->inputs[i];
        if (value == ORTL__NO_VALUE || f->owner[value] == NONE || f->owner[value] == owner)
            continue;
        branch *b = &f->branches[f->owner[value]];
        b->is_spoiled |= b->value != NONE;
        b->value = value;
        b->reader = at;
    }
}

static void find_branches(fusion *f, const ortl__graph *graph) {
    for (uint32_t i = 0; i < f->plan->n_values; i++) f->owner[i] = NONE;
    for (uint32_t at = 0; at < f->plan->n_steps; at++) {
        const ortl__step *step = &f->plan->steps[at];
        branch *b = &f->branches[at];
        uint32_t owner = NONE;
        *b = (branch){.first = NONE, .last = NONE, .value = NONE, .reader = NONE};
        f->next[at] = NONE;
        if (step->is_row_wise && step->guard == 0) b->n_leaves = ortl__trees_tabular_leaves(step);
        if (b->n_leaves > 0)
            owner = at;
        else if (is_row_by_row(f, step))
            owner = owner_of_inputs(f, step);
        if (owner != NONE && owner != at) follow(f, owner, at);
        note_readers(f, at, owner);
        for (uint32_t i = 0; i < step->node->n_outputs && owner != NONE; i++)
            if (step->node->outputs[i] != ORTL__NO_VALUE) f->owner[step->node->outputs[i]] = owner;
    }
    for (uint32_t i = 0; i < graph->n_outputs; i++) {
        uint32_t value = graph->outputs[i].value;
        if (value != ORTL__NO_VALUE && f->owner[value] != NONE)
            f->branches[f->owner[value]].is_spoiled = 1;
    }
}

/* ---- Which branches meet --------------------------------------------------------------------- */

/* Whether the step adds up single trees of one input, of which nothing else is read. */
static int adds_trees(const fusion *f, uint32_t at) {
    const ortl__plan *plan = f->plan;
    const ortl__step *step = &plan->steps[at];
    uint32_t input = NONE;
    if (step->operator->run != ortl__elementwise_run || step->guard != 0 ||
        step->node->n_inputs<2 || step->
        operator->detail != ORTL__ELEMENTWISE_SUM || plan->values[step->node->outputs[0]]
            .type != ORTL_FLOAT)
        return 0;
    for (uint32_t i = 0; i < step->node->n_inputs; i++) {
        uint32_t owner =
            step->node->inputs[i] == ORTL__NO_VALUE ? NONE : f->owner[step->node->inputs[i]];
        if (owner == NONE) return 0;
        const branch *b = &f->branches[owner];
        if (b->is_spoiled || b->reader != at || b->n_leaves > MOST_LEAVES) return 0;
        if (input != NONE && plan->steps[owner].node->inputs[0] != input) return 0;
        input = plan->steps[owner].node->inputs[0];
    }
    return 1;
}

/* ---- The values of the leaves ---------------------------------------------------------------- */

/* The outputs of the tree for its leaves, as constants of the plan. */
static ortl_status tabulate(fusion *f, const ortl__step *tree, uint32_t n_leaves,
                            ortl__arena *arena, ortl_error *error) {
    ortl__tensor *outputs = NULL;
    ortl_status status =
        ortl__arena_new(arena, tree->node->n_outputs, sizeof *outputs, &outputs, error);
    for (uint32_t i = 0; i < tree->node->n_outputs && status == ORTL_OK; i++) {
        if (tree->node->outputs[i] == ORTL__NO_VALUE) continue;
        ortl__value *value = &f->plan->values[tree->node->outputs[i]];
        const int64_t shape[2] = {n_leaves, value->shape[1]};
        status = ortl__tensor_shape(&outputs[i], value->type, value->rank, shape, error);
        if (status == ORTL_OK)
            status =
                ortl__arena_new(arena, ortl__tensor_bytes(&outputs[i]), 1, &outputs[i].data, error);
        value->constant = &outputs[i];
    }
    if (status == ORTL_OK) status = ortl__trees_tabulate(tree, arena, outputs, error);
    return status;
}

static void forget_constants(fusion *f, const ortl__step *step) {
    for (uint32_t i = 0; i < step->node->n_outputs; i++)
        if (step->node->outputs[i] != ORTL__NO_VALUE)
            f->plan->values[step->node->outputs[i]].constant = NULL;
}

/* Keeps the values of a branch when they are a float matrix with a row for each leaf. */
static ortl_status keep_values(fusion *f, branch *b, ortl_error *error) {
    const ortl__tensor *found = f->plan->values[b->value].constant;
    float *kept = NULL;
    if (!found || found->type != ORTL_FLOAT || found->rank != 2 ||
        found->shape[0] != (int64_t)b->n_leaves || found->shape[1] < 1 ||
        found->shape[1] > UINT32_MAX)
        return ORTL_OK;
    ortl_status status = ortl__arena_new(f->scratch, found->n_elements, sizeof *kept, &kept, error);
    if (status != ORTL_OK) return status;
    memcpy(kept, found->data, (size_t)found->n_elements * sizeof *kept);
    b->values = kept;
    b->n_targets = (uint32_t)found->shape[1];
    return ORTL_OK;
}

/* Runs what follows the tree on its leaves. A step may refuse what no row would ever give it, or
 * need more memory than there is: then the branch has no values and stays as it is. */
static void compute_values(fusion *f, uint32_t tree) {
    branch *b = &f->branches[tree];
    ortl__arena arena;
    ortl__arena_init(&arena, f->loading->memory);
    ortl_status status = tabulate(f, &f->plan->steps[tree], b->n_leaves, &arena, NULL);
    for (uint32_t at = b->first; at != NONE && status == ORTL_OK; at = f->next[at])
        status = ortl__fold_step(f->plan, &f->plan->steps[at], &arena, NULL);
    if (status == ORTL_OK) status = keep_values(f, b, NULL);
    forget_constants(f, &f->plan->steps[tree]);
    for (uint32_t at = b->first; at != NONE; at = f->next[at])
        forget_constants(f, &f->plan->steps[at]);
    ortl__arena_free(&arena);
}

static int has_negative_zero(const branch *b) {
    for (uint64_t i = 0; i < (uint64_t)b->n_leaves * b->n_targets; i++)
        if (b->values[i] == 0 && signbit(b->values[i])) return 1;
    return 0;
}

/* A Sum may give -0, when all of it are; the sum of a forest begins with 0. */
static int can_replace(const fusion *f, const ortl__step *sum) {
    int may_be_negative_zero = 1;
    const branch *first = &f->branches[f->owner[sum->node->inputs[0]]];
    for (uint32_t i = 0; i < sum->node->n_inputs; i++) {
        const branch *b = &f->branches[f->owner[sum->node->inputs[i]]];
        if (!b->values || b->n_targets != first->n_targets) return 0;
        may_be_negative_zero = may_be_negative_zero && has_negative_zero(b);
    }
    return !may_be_negative_zero;
}

/* ---- The ensemble ---------------------------------------------------------------------------- */

static void replace(fusion *f, uint32_t at) {
    f->is_replaced[at] = 1;
    f->n_replaced++;
}

static ortl_status fuse(fusion *f, uint32_t at, ortl_error *error) {
    ortl__step *sum = &f->plan->steps[at];
    ortl__tree_part *parts = NULL;
    for (uint32_t i = 0; i < sum->node->n_inputs; i++)
        compute_values(f, f->owner[sum->node->inputs[i]]);
    if (!can_replace(f, sum)) return ORTL_OK;
    ortl_status status =
        ortl__arena_new(f->scratch, sum->node->n_inputs, sizeof *parts, &parts, error);
    if (status != ORTL_OK) return status;
    for (uint32_t i = 0; i < sum->node->n_inputs; i++) {
        uint32_t tree = f->owner[sum->node->inputs[i]];
        parts[i] = (ortl__tree_part){&f->plan->steps[tree], f->branches[tree].values};
    }
    const ortl__step *first = parts[0].step;
    const uint32_t n_targets = f->branches[f->owner[sum->node->inputs[0]]].n_targets;
    status = ortl__trees_join_values(f->loading, parts, sum->node->n_inputs, n_targets, sum, error);
    if (status != ORTL_OK) return status;
    for (uint32_t i = 0; i < sum->node->n_inputs; i++) {
        uint32_t tree = f->owner[sum->node->inputs[i]];
        replace(f, tree);
        for (uint32_t step = f->branches[tree].first; step != NONE; step = f->next[step])
            replace(f, step);
    }
    sum->node->inputs = first->node->inputs;
    sum->node->n_inputs = 1;
    sum->is_row_wise = 1;
    return ORTL_OK;
}

/* ---- Trees that are walked together ---------------------------------------------------------- */

#define MOST_SEARCHES 64
#define MOST_TARGETS                                                                               \
    1024 /* of trees that are walked together: sums of a block of rows stay near                   \
          */

/* The steps from `at` on that may be walked together with it, in a list (f->next); *n_out of them.
 */
static void list_companions(fusion *f, uint32_t at, uint32_t *n_out) {
    const ortl__plan *plan = f->plan;
    uint32_t n_targets = ortl__trees_targets(&plan->steps[at]), last = at;
    *n_out = 1;
    f->next[at] = NONE;
    for (uint32_t i = at + 1; i < plan->n_steps; i++) {
        const ortl__step *step = &plan->steps[i];
        if (!f->may_join[i] || step->node->inputs[0] != plan->steps[at].node->inputs[0]) continue;
        n_targets += ortl__trees_targets(step);
        if (n_targets > MOST_TARGETS) break;
        f->may_join[i] = 0;
        f->next[last] = i;
        f->next[i] = NONE;
        last = i;
        ++*n_out;
    }
}

static ortl_status join(fusion *f, uint32_t at, uint32_t n, ortl_error *error) {
    ortl__tree_part *parts = NULL;
    ortl__step joined = f->plan->steps[at];
    ortl_status status = ortl__arena_new(f->scratch, n, sizeof *parts, &parts, error);
    if (status != ORTL_OK) return status;
    for (uint32_t i = 0, step = at; i < n; i++, step = f->next[step])
        parts[i].step = &f->plan->steps[step];
    status = ortl__trees_join(f->loading, parts, n, &joined, error);
    if (status != ORTL_OK) return status;
    f->plan->steps[at].operator->forget(&f->plan->steps[at]);
    f->plan->steps[at] = joined;
    for (uint32_t step = f->next[at]; step != NONE; step = f->next[step]) replace(f, step);
    return ORTL_OK;
}

/* A first step that finds no companions is not looked at again, and each search takes all that
 * there are: it is the number of different inputs that counts, which is bounded here. */
static ortl_status join_trees(fusion *f, ortl_error *error) {
    ortl_status status = ORTL_OK;
    uint32_t n_searches = 0;
    for (uint32_t at = 0; at < f->plan->n_steps; at++) {
        const ortl__step *step = &f->plan->steps[at];
        f->may_join[at] = !f->is_replaced[at] && step->guard == 0 && ortl__trees_may_join(step);
    }
    for (uint32_t at = 0; at < f->plan->n_steps && status == ORTL_OK; at++) {
        uint32_t n = 0;
        if (!f->may_join[at] || n_searches++ == MOST_SEARCHES) continue;
        list_companions(f, at, &n);
        if (n > 1) status = join(f, at, n, error);
    }
    return status;
}

static int has_trees(const ortl__plan *plan) {
    for (uint32_t i = 0; i < plan->n_steps; i++)
        if (plan->steps[i].operator->run == ortl__trees_run) return 1;
    return 0;
}

static void drop_replaced(fusion *f) {
    ortl__plan *plan = f->plan;
    uint32_t n_kept = 0;
    for (uint32_t i = 0; i < plan->n_steps; i++) {
        ortl__step *step = &plan->steps[i];
        if (!f->is_replaced[i])
            plan->steps[n_kept++] = *step;
        else if (step->operator->forget)
            step->operator->forget(step);
    }
    plan->n_steps = n_kept;
}

ortl_status ortl__fuse_trees(ortl__plan *plan, const ortl__graph *graph, ortl__loading *loading,
                             ortl__arena *scratch, ortl_error *error) {
    fusion f = {.plan = plan, .loading = loading, .scratch = scratch};
    if (loading->keeps_forest) return ORTL_OK; /* leaves are told by the trees of the file */
    if (!has_trees(plan)) return ORTL_OK;
    ortl_status status =
        ortl__arena_new(scratch, plan->n_steps, sizeof *f.branches, &f.branches, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(scratch, plan->n_steps, sizeof *f.next, &f.next, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(scratch, plan->n_values, sizeof *f.owner, &f.owner, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(scratch, plan->n_steps, 1, &f.is_replaced, error);
    if (status == ORTL_OK) status = ortl__arena_new(scratch, plan->n_steps, 1, &f.may_join, error);
    if (status != ORTL_OK) return status;
    find_branches(&f, graph);
    for (uint32_t at = 0; at < plan->n_steps && status == ORTL_OK; at++)
        if (adds_trees(&f, at)) status = fuse(&f, at, error);
    if (status == ORTL_OK) status = join_trees(&f, error);
    if (f.n_replaced) drop_replaced(&f);
    return status;
}
