/* Grows a small random forest on the iris flowers, writes it as an ONNX file, opens that file with
 * libortlite and predicts: train_in_c iris.csv OUT.onnx. The forest is what any C program might
 * have; write_forest is all that it takes to make it a model that onnxruntime can read too. */
#include <ortlite.h>
#include <ortlite/builder.h>
#include <stdio.h>
#include <stdlib.h>

enum { N_FLOWERS = 150, N_FEATURES = 4, N_CLASSES = 3, N_TREES = 25, MAX_NODES = 31 };

/* A node of a tree: flowers with x[feature] <= threshold go to the node `left`, others to the next.
 */
typedef struct node {
    int feature;
    float threshold;
    int left;                 /* 0: a leaf */
    double shares[N_CLASSES]; /* of the training flowers in a leaf */
    int begin, end;           /* its training flowers, while it grows */
} node;

static float flowers[N_FLOWERS][N_FEATURES];
static node forest[N_TREES][MAX_NODES];

/* The file lists 50 setosa, 50 versicolor and 50 virginica. */
static int species(int flower) {
    return flower / 50;
}

static unsigned draw(unsigned below) {
    static unsigned state = 2024;
    state = state * 1664525u + 1013904223u;
    return (state >> 16) % below;
}

/* ---- Training -------------------------------------------------------------------------------- */

/* How mixed the species of picked[begin .. end) are: 0 when there is only one. */
static double impurity(const int *picked, int begin, int end) {
    double counts[N_CLASSES] = {0}, n = end - begin, pure = 0;
    for (int i = begin; i < end; i++) counts[species(picked[i])]++;
    for (int c = 0; c < N_CLASSES; c++) pure += n > 0 ? counts[c] * counts[c] / n : 0;
    return n - pure;
}

/* Moves the flowers that pass the test to the front; returns where the others begin. */
static int partition(int *picked, const node *at, int feature, float threshold) {
    int middle = at->begin;
    for (int i = at->begin; i < at->end; i++) {
        int flower = picked[i];
        if (flowers[flower][feature] > threshold) continue;
        picked[i] = picked[middle];
        picked[middle++] = flower;
    }
    return middle;
}

/* Tries the values of some random flowers as thresholds; returns where the best one divides the
 * flowers, or begin when none is any good. */
static int find_split(int *picked, node *at) {
    double best = impurity(picked, at->begin, at->end) - 1e-9;
    int found = 0;
    for (int i = 0; i < 20; i++) {
        int feature = (int)draw(N_FEATURES);
        int flower = picked[at->begin + (int)draw((unsigned)(at->end - at->begin))];
        float threshold = flowers[flower][feature];
        int middle = partition(picked, at, feature, threshold);
        double now = impurity(picked, at->begin, middle) + impurity(picked, middle, at->end);
        if (now >= best) continue;
        best = now;
        found = 1;
        at->feature = feature;
        at->threshold = threshold;
    }
    return found ? partition(picked, at, at->feature, at->threshold) : at->begin;
}

static void grow_tree(node *tree) {
    int picked[N_FLOWERS]; /* drawn with repeats, as random forests do */
    int n_nodes = 1;
    for (int i = 0; i < N_FLOWERS; i++) picked[i] = (int)draw(N_FLOWERS);
    tree[0].end = N_FLOWERS;
    for (int i = 0; i < n_nodes; i++) {
        node *at = &tree[i];
        int middle = n_nodes + 2 <= MAX_NODES ? find_split(picked, at) : at->begin;
        if (middle == at->begin) {
            for (int k = at->begin; k < at->end; k++)
                at->shares[species(picked[k])] += 1.0 / (at->end - at->begin);
            continue;
        }
        at->left = n_nodes;
        tree[n_nodes].begin = at->begin;
        tree[n_nodes].end = tree[n_nodes + 1].begin = middle;
        tree[n_nodes + 1].end = at->end;
        n_nodes += 2;
    }
}

/* The forest's own prediction, to compare with. */
static int vote(const float *flower) {
    double sums[N_CLASSES] = {0};
    int best = 0;
    for (int t = 0; t < N_TREES; t++) {
        const node *at = forest[t];
        while (at->left) at = &forest[t][at->left + (flower[at->feature] > at->threshold)];
        for (int c = 0; c < N_CLASSES; c++) sums[c] += at->shares[c];
    }
    for (int c = 1; c < N_CLASSES; c++)
        if (sums[c] > sums[best]) best = c;
    return best;
}

/* ---- The ONNX file --------------------------------------------------------------------------- */

static ortl_status write_forest(const char *path, ortl_error *error) {
    static const char *const names[] = {"sepal length (cm)", "sepal width (cm)",
                                        "petal length (cm)", "petal width (cm)"};
    static const char *const classes[] = {"setosa", "versicolor", "virginica"};
    ortl_builder *builder = NULL;
    ortl_model model = ORTL_MODEL_INIT;
    ortl_status status = ortl_builder_new(NULL, &builder, error);
    if (status != ORTL_OK) return status;
    model.trainer = "train_in_c";
    model.n_features = N_FEATURES;
    model.feature_names = names;
    model.task = ORTL_TASK_CLASSIFICATION;
    model.n_targets = model.n_classes = N_CLASSES;
    model.class_names = classes;
    model.scale = 1.0 / N_TREES;
    ortl_builder_model(builder, &model, error);
    for (int t = 0; t < N_TREES; t++) {
        ortl_builder_tree_begin(builder, MAX_NODES, ORTL_ALL_TARGETS, error);
        for (size_t i = 0; i < MAX_NODES; i++) {
            const node *at = &forest[t][i];
            ortl_split split = {.feature = (size_t)at->feature,
                                .comparison = ORTL_LESS_EQUAL,
                                .threshold = (double)at->threshold,
                                .true_node = (size_t)at->left,
                                .false_node = (size_t)at->left + 1};
            if (at->left)
                ortl_builder_split(builder, i, &split, error);
            else if (at->end > at->begin) /* nodes that were never made have no flowers */
                ortl_builder_leaf_vector(builder, i, at->shares, N_CLASSES, error);
        }
        ortl_builder_tree_end(builder, error);
    }
    status = ortl_builder_save(builder, path, error); /* tells of the first failure, if any */
    ortl_builder_free(builder);
    return status;
}

/* ---- Back again ------------------------------------------------------------------------------ */

static ortl_status predict(const char *path, int64_t labels[N_FLOWERS], ortl_error *error) {
    ortl_session *session = NULL;
    ortl_context *context = NULL;
    ortl_status status = ortl_open(path, NULL, &session, error);
    if (status == ORTL_OK) status = ortl_context_new(session, &context, error);
    if (status == ORTL_OK)
        status = ortl_predict(context, flowers[0], N_FLOWERS, N_FEATURES, 1, labels, NULL, error);
    ortl_context_free(context);
    ortl_close(session);
    return status;
}

static int read_flowers(const char *path) {
    FILE *file = fopen(path, "r");
    int n = 0;
    if (!file) return 0;
    while (fgetc(file) != '\n' && !feof(file)) {
    } /* the header */
    while (n < N_FLOWERS && fscanf(file, "%f,%f,%f,%f", &flowers[n][0], &flowers[n][1],
                                   &flowers[n][2], &flowers[n][3]) == N_FEATURES)
        n++;
    fclose(file);
    return n == N_FLOWERS;
}

int main(int argc, char **argv) {
    int64_t labels[N_FLOWERS];
    ortl_error error = {ORTL_OK, ""};
    int n_right = 0, n_same = 0;
    if (argc != 3 || !read_flowers(argv[1])) {
        fprintf(stderr, "usage: train_in_c iris.csv OUT.onnx\n");
        return 2;
    }
    for (int t = 0; t < N_TREES; t++) grow_tree(forest[t]);
    if (write_forest(argv[2], &error) != ORTL_OK || predict(argv[2], labels, &error) != ORTL_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    for (int i = 0; i < N_FLOWERS; i++) {
        n_right += labels[i] == species(i);
        n_same += labels[i] == vote(flowers[i]);
    }
    printf("%d of %d flowers right, %d labels as in the forest\n", n_right, N_FLOWERS, n_same);
    return n_same != N_FLOWERS;
}
