/*
 * Opens OpenBLAS, calls it, and has the plain loops that serve without it. Which products a graph
 * needs is left to the operators.
 */
#include "algebra.h"

#include <dlfcn.h>
#include <limits.h>
#include <string.h>

/* A product of fewer multiplications than this is done before OpenBLAS has looked at it, and for a
 * constant matrix of fewer elements it is not worth opening (see bench/README.md). */
#define MIN_PRODUCTS 512
#define MIN_ELEMENTS 256

/* ---- OpenBLAS -------------------------------------------------------------------------------- */

/* cblas_sgemm and cblas_dgemm; the numbers are those of its interface. */
enum { ROW_MAJOR = 101, AS_IT_IS = 111, TRANSPOSED = 112 };
typedef void float_product(int order, int left_form, int right_form, int n_rows, int n_columns,
                           int n_inner, float scale, const float *left, int left_pitch,
                           const float *right, int right_pitch, float kept, float *output,
                           int output_pitch);
typedef void double_product(int order, int left_form, int right_form, int n_rows, int n_columns,
                            int n_inner, double scale, const double *left, int left_pitch,
                            const double *right, int right_pitch, double kept, double *output,
                            int output_pitch);
typedef void thread_setter(int n_threads);
typedef int parallel_asker(void);

/* The build without threads first, then whatever the system prefers. */
static const char *const libraries[] = {
#ifdef ORTL_MULTIARCH
    "/usr/lib/" ORTL_MULTIARCH "/openblas-serial/libopenblas.so.0",
#endif
    "libopenblas.so.0",
};

/* A function of the library as the pointer in *function_out, which ISO C does not let a cast do. */
static int find_function(void *library, const char *name, void *function_out) {
    void *function = dlsym(library, name);
    memcpy(function_out, &function, sizeof function);
    return function != NULL;
}

/* A build with threads is told to use one; a build that cannot be told is not used. */
static int use_one_thread(void *library) {
    parallel_asker *is_parallel = NULL;
    thread_setter *set_threads = NULL;
    if (!find_function(library, "openblas_get_parallel", &is_parallel)) return 0;
    if (!is_parallel()) return 1;
    if (!find_function(library, "openblas_set_num_threads", &set_threads)) return 0;
    set_threads(1);
    return 1;
}

static int open_library(ortl__algebra *algebra, const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) return 0;
    if (find_function(library, "cblas_sgemm", &algebra->float_product) &&
        find_function(library, "cblas_dgemm", &algebra->double_product) &&
        use_one_thread(library)) {
        algebra->library = library;
        return 1;
    }
    dlclose(library);
    return 0;
}

void ortl__algebra_prepare(ortl__algebra *algebra, uint64_t n_elements) {
    algebra->is_needed = 1;
#ifdef ORTL_PLAIN_ONLY
    algebra->is_refused = 1;
#endif
    if (algebra->library || algebra->is_refused) return;
    if (n_elements && n_elements < MIN_ELEMENTS) return;
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++)
        if (open_library(algebra, libraries[i])) return;
    algebra->is_refused = 1; /* not looked for again */
}

void ortl__algebra_close(ortl__algebra *algebra) {
    if (algebra->library) dlclose(algebra->library);
    *algebra = (ortl__algebra){0};
}

const char *ortl__algebra_name(const ortl__algebra *algebra) {
    return !algebra->is_needed ? "" : algebra->library ? "OpenBLAS" : "plain";
}

/* Elements between the rows of a matrix as it is stored. */
static int pitch_of(uint64_t n_rows, uint64_t n_columns, int is_transposed) {
    return (int)(is_transposed ? n_rows : n_columns);
}

/* Defines the call for one type. */
#define CALL(name, Real, Product, member)                                                          \
    static void name(const ortl__algebra *algebra, const ortl__product *p) {                       \
        Product *function = NULL;                                                                  \
        memcpy(&function, &algebra->member, sizeof function);                                      \
        function(ROW_MAJOR, p->is_left_transposed ? TRANSPOSED : AS_IT_IS,                         \
                 p->is_right_transposed ? TRANSPOSED : AS_IT_IS, (int)p->n_rows,                   \
                 (int)p->n_columns, (int)p->n_inner, (Real)p->scale, p->left,                      \
                 pitch_of(p->n_rows, p->n_inner, p->is_left_transposed), p->right,                 \
                 pitch_of(p->n_inner, p->n_columns, p->is_right_transposed), p->adds ? 1 : 0,      \
                 p->output, (int)p->n_columns);                                                    \
    }

CALL(call_float, float, float_product, float_product)
CALL(call_double, double, double_product, double_product)

/* OpenBLAS counts in int; small products are not worth the call. */
static int is_for_library(const ortl__algebra *algebra, const ortl__product *p) {
    if (!algebra->library || (p->type != ORTL_FLOAT && p->type != ORTL_DOUBLE)) return 0;
    if (p->n_rows > INT_MAX || p->n_inner > INT_MAX || p->n_columns > INT_MAX) return 0;
    return p->n_rows * p->n_columns >= MIN_PRODUCTS / p->n_inner;
}

/* ---- Plain loops ----------------------------------------------------------------------------- */

/* Defines the product of one type. A column of right is contiguous when right is transposed: then
 * an output element is a sum along it, else a row of output takes up one row of right after the
 * other. Either way sums run in the order of the inner axis. Integers are computed in Wide. */
#define PLAIN(name, Type, Wide, scaled)                                                            \
    static void name(const ortl__product *p) {                                                     \
        uint64_t left_row = p->is_left_transposed ? 1 : p->n_inner;                                \
        uint64_t left_step = p->is_left_transposed ? p->n_rows : 1;                                \
        for (uint64_t i = 0; i < p->n_rows; i++) {                                                 \
            const Type *left = (const Type *)p->left + i * left_row;                               \
            const Type *right = p->right;                                                          \
            Type *output = (Type *)p->output + i * p->n_columns;                                   \
            if (!p->adds)                                                                          \
                for (uint64_t j = 0; j < p->n_columns; j++) output[j] = 0;                         \
            for (uint64_t j = 0; j < p->n_columns && p->is_right_transposed; j++) {                \
                Wide sum = 0;                                                                      \
                for (uint64_t k = 0; k < p->n_inner; k++, right++)                                 \
                    sum += (Wide)left[k * left_step] * (Wide)*right;                               \
                output[j] = (Type)((Wide)output[j] + scaled(Type, sum));                           \
            }                                                                                      \
            for (uint64_t k = 0; k < p->n_inner && !p->is_right_transposed; k++) {                 \
                const Wide factor = scaled(Type, (Wide)left[k * left_step]);                       \
                for (uint64_t j = 0; j < p->n_columns; j++, right++)                               \
                    output[j] = (Type)((Wide)output[j] + factor * (Wide)*right);                   \
            }                                                                                      \
        }                                                                                          \
    }

#define SCALED(Type, x)     ((Type)p->scale * (x))
#define NOT_SCALED(Type, x) (x)
PLAIN(plain_float, float, float, SCALED)
PLAIN(plain_double, double, double, SCALED)
PLAIN(plain_int64, int64_t, uint64_t, NOT_SCALED)
PLAIN(plain_int32, int32_t, uint32_t, NOT_SCALED)

void ortl__algebra_multiply(const ortl__algebra *algebra, const ortl__product *product) {
    uint64_t n_outputs = product->n_rows * product->n_columns;
    if (n_outputs == 0) return;
    if (product->n_inner == 0) { /* sums of nothing; the inputs may have no data */
        if (!product->adds)
            memset(product->output, 0, (size_t)n_outputs * ortl_type_bytes(product->type));
        return;
    }
    if (is_for_library(algebra, product)) {
        product->type == ORTL_FLOAT ? call_float(algebra, product) : call_double(algebra, product);
        return;
    }
    switch (product->type) {
    case ORTL_FLOAT: plain_float(product); break;
    case ORTL_DOUBLE: plain_double(product); break;
    case ORTL_INT64: plain_int64(product); break;
    default: plain_int32(product); break;
    }
}
