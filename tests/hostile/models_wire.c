/*
 * Files that are no protobuf message, or another one than they say, made from a good model.
 */
#include "models.h"

#include "graphs.h"

static void cut_off(wire_builder *file, int variant) {
    models_put_good(file);
    file->n_bytes = file->n_bytes * (size_t)(variant + 1) / 24;
}

/* A byte that is changed all over the file. */
static void flip(wire_builder *file, int variant) {
    models_put_good(file);
    file->bytes[(size_t)variant * 37 % file->n_bytes] ^= (unsigned char)(1 << variant % 8);
}

static void put_other_format(wire_builder *file, int variant) {
    static const char *const starts[] = {"",
                                         "\n",
                                         "\x1f\x8b\x08",
                                         "PK\x03\x04",
                                         "\x89PNG\r\n",
                                         "{\"nodes\": []}",
                                         "<?xml version=\"1.0\"?>",
                                         "tree\nversion=v4\n",
                                         "%YAML:1.0\n",
                                         "\x93NUMPY",
                                         "a,b,c\n1,2,3\n",
                                         "\177ELF"};
    wire_bytes(file, starts[variant], strlen(starts[variant]));
    for (int i = 0; i < 300 && variant > 5; i++) wire_bytes(file, "0123456789", 10);
}

static void put_random(wire_builder *file, int variant) {
    uint32_t state = 12345u + (uint32_t)variant;
    for (int i = 0; i < 20000; i++) {
        state = state * 1664525u + 1013904223u;
        unsigned char byte = (unsigned char)(state >> 24);
        wire_bytes(file, &byte, 1);
    }
}

/* One field with a length that is not true, behind a good model. */
static void lie_about_length(wire_builder *file, int variant) {
    static const uint64_t lengths[] = {1,           127,         1u << 16,          0x7fffffff,
                                       0x80000000u, 0xffffffffu, (uint64_t)1 << 40, INT64_MAX,
                                       UINT64_MAX};
    static const uint32_t fields[] = {7, 14, 99}; /* graph, metadata, unknown */
    models_put_good(file);
    wire_tag(file, fields[variant % 3], WIRE_LENGTH);
    wire_varint(file, lengths[variant / 3]);
}

/* Numbers and tags that no writer makes. */
static void put_odd_bytes(wire_builder *file, int variant) {
    static const struct {
        const char *bytes;
        size_t n_bytes;
    } odd[] = {
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12}, /* a varint of eleven bytes */
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11},     /* of more than 64 bits */
        {"\x08\x80", 2},                                          /* no end */
        {"\x0e\x01", 2},
        {"\x0f\x01", 2}, /* wire types 6 and 7 */
        {"\x00\x01", 2},
        {"\x02\x01x", 3}, /* field number 0 */
        {"\x3c", 1},
        {"\x3b\x08\x01", 3},
        {"\x3b\x44", 2},                     /* groups without ends */
        {"\xf8\xff\xff\xff\xff\x0f\x01", 7}, /* a field beyond 2^29 */
        {"\x3a\x02\x0a\x05", 4},             /* inner longer than outer */
        {"\x0d\x01\x02", 3},
        {"\x09\x01\x02\x03\x04", 5}, /* fixed, cut off */
        {"\x38\x01", 2},
        {"\x3d\x01\x02\x03\x04", 6}, /* the graph as a number */
    };
    models_put_good(file);
    wire_bytes(file, odd[variant].bytes, odd[variant].n_bytes);
}

/* Deep nesting: of known messages, of unknown ones, of groups. */
static void nest(wire_builder *file, int variant) {
    static const int depths[] = {40, 1000, 100000};
    static const uint32_t fields[] = {7, 1, 5, 6, 99};
    const int depth = depths[variant % 3];
    const uint32_t field = fields[variant / 3];
    wire_builder inner = {0};
    if (depth > 1000) { /* lengths from the inside out would be quadratic: groups instead */
        models_put_good(file);
        for (int i = 0; i < depth; i++) wire_tag(file, field, WIRE_GROUP);
        for (int i = 0; i < depth; i++) wire_tag(file, field, WIRE_GROUP_END);
        return;
    }
    for (int i = 0; i < depth; i++) {
        wire_builder outer = {0};
        wire_message(&outer, field, &inner);
        inner = outer;
    }
    models_put_good(file);
    wire_message(file, 7, &inner);
}

/* The same fields again: the last one wins, messages merge. */
static void repeat(wire_builder *file, int variant) {
    models_put_good(file);
    if (variant == 0) models_put_good(file);
    if (variant == 1) wire_int(file, 1, 0);
    if (variant == 2) wire_int(file, 1, INT64_MAX);
    if (variant == 3) onnx_opset(file, "ai.onnx.ml", 99);
    if (variant == 4) onnx_opset(file, "", 0);
    if (variant == 5) onnx_opset(file, "", INT64_MIN);
    if (variant == 6) wire_message(file, 7, &(wire_builder){0});
    if (variant == 7)
        for (int i = 0; i < 2000; i++) onnx_opset(file, "", 17);
}

/* Fields that nobody knows are skipped. */
static void put_unknown(wire_builder *file, int variant) {
    models_put_good(file);
    for (int i = 0; i < 100000; i++) {
        if (variant == 0) wire_int(file, 100 + (uint32_t)(i % 1000), i);
        if (variant == 1) wire_text(file, 536870911, "x");
        if (variant == 2) wire_float(file, 77, 1);
    }
}

void models_put_unknown(wire_builder *file, size_t n) {
    models_put_good(file);
    for (size_t i = 0; i < n; i++) wire_text(file, 100 + (uint32_t)(i % 1000), "nobody knows");
}

static const hostile_case cases[] = {
    {"cut_off", REFUSED, cut_off, 22, 0},
    {"flipped_bit", EITHER, flip, 64, 0},
    {"other_format", REFUSED, put_other_format, 12, 0},
    {"random_bytes", REFUSED, put_random, 8, 0},
    {"length_lies", REFUSED, lie_about_length, 27, 0},
    {"odd_bytes", REFUSED, put_odd_bytes, 16, 0},
    {"nested", EITHER, nest, 15, 0},
    {"repeated", EITHER, repeat, 8, 0},
    {"unknown_fields", ACCEPTED, put_unknown, 3, 0},
};

void models_wire(hostile_judge *judge) {
    hostile_run(judge, cases, HOSTILE_COUNT(cases));
}
