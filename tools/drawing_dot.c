/*
 * A tree in Graphviz's language; a node with several parents is drawn once.
 */
#include "drawing.h"

#include "../runtime/number.h"

#include <math.h>

/* Inside of quotation marks only these two mean something; control characters become blanks. */
static void put_label(ortl__output *output, ortl_string label) {
    for (size_t i = 0; i < label.n_bytes; i++) {
        char letter = label.data[i];
        if (letter == '"' || letter == '\\') ortl__output_put(output, "\\", 1);
        ortl__output_put(output, (unsigned char)letter < ' ' ? " " : &label.data[i], 1);
    }
}

static void put_node(const ortl__drawing *drawing, const ortl__drawn_node *node, size_t index,
                     ortl__output *output) {
    char cover[ORTL__NUMBER_CHARS];
    ortl__output_print(output, "  n%lu%s [label=\"", (unsigned long)node->number,
                       node->kind == ORTL__DRAWN_CUT ? "cut" : "");
    put_label(output, node->label);
    if (drawing->has_covers && !isnan(node->facts.hit_rate)) {
        size_t n_bytes = ortl__number_write_float((float)node->facts.hit_rate, cover);
        ortl__output_print(output, "\\ncover %.*s", (int)n_bytes, cover);
    }
    ortl__output_text(output, "\"");
    if (node->kind == ORTL__DRAWN_LEAF) ortl__output_text(output, ", fillcolor=\"#dcefdc\"");
    if (index == 0) ortl__output_text(output, ", penwidth=2");
    ortl__output_text(output, "];\n");
}

static void put_edge(const ortl__drawing *drawing, const ortl__drawn_node *node,
                     ortl__output *output) {
    const ortl__drawn_node *parent = &drawing->nodes[node->parent];
    ortl__output_print(output, "  n%lu -> n%lu%s [label=\"%s%s\"];\n",
                       (unsigned long)parent->number, (unsigned long)node->number,
                       node->kind == ORTL__DRAWN_CUT ? "cut" : "",
                       node->is_true_side ? "yes" : "no",
                       parent->facts.missing_is_true == node->is_true_side ? ", missing" : "");
}

ortl_status ortl__drawing_dot(ortl__drawing *drawing, ortl__output *output, ortl_error *error) {
    (void)error;
    ortl__output_print(output,
                       "digraph tree_%lu {\n"
                       "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#eef2f8\", "
                       "fontname=\"sans-serif\"];\n"
                       "  edge [fontname=\"sans-serif\", fontsize=11];\n",
                       (unsigned long)drawing->tree);
    for (size_t i = 0; i < drawing->n_nodes; i++) {
        const ortl__drawn_node *node = &drawing->nodes[i];
        if (node->kind != ORTL__DRAWN_SEEN) put_node(drawing, node, i, output);
        if (node->parent != ORTL__NOT_DRAWN) put_edge(drawing, node, output);
    }
    ortl__output_text(output, "}\n");
    return ORTL_OK;
}
