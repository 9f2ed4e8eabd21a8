/*
 * A tree as indented lines, in printable ASCII.
 */
#include "drawing.h"
#include "figures.h"

#include "../runtime/number.h"

#include <math.h>
#include <stdlib.h>

static void put_label(ortl__output *output, ortl_string label) {
    char escaped[512];
    ortl__message_escape(label.data, label.n_bytes, escaped, sizeof escaped);
    ortl__output_text(output, escaped);
}

static void put_cover(const ortl__drawing *drawing, const ortl__drawn_node *node,
                      ortl__output *output) {
    char text[ORTL__NUMBER_CHARS];
    if (!drawing->has_covers || isnan(node->facts.hit_rate)) return;
    size_t n_bytes = ortl__number_write_float((float)node->facts.hit_rate, text);
    ortl__output_print(output, "  [cover %.*s]", (int)n_bytes, text);
}

static void put_head(const ortl__drawing *drawing, ortl__output *output) {
    char leaves[ORTL__FIGURE_CHARS], depth[ORTL__FIGURE_CHARS];
    ortl__output_print(output, "tree %lu  %s leaves, depth %s", (unsigned long)drawing->tree,
                       ortl__figure_count(drawing->n_leaves, leaves),
                       ortl__figure_count(drawing->max_depth, depth));
    if (!drawing->info.reads_inputs)
        ortl__output_text(output, "; features are made by other operators of the graph");
    ortl__output_text(output, "\n");
}

static void put_node(const ortl__drawing *drawing, const ortl__drawn_node *node, bool *is_open,
                     ortl__output *output) {
    if (node->parent != ORTL__NOT_DRAWN) {
        const ortl_tree_node *test = &drawing->nodes[node->parent].facts;
        for (size_t depth = 1; depth < node->depth; depth++)
            ortl__output_text(output, is_open[depth] ? "|  " : "   ");
        ortl__output_print(output, "%s%s: ", node->is_true_side ? "|- yes" : "`- no",
                           test->missing_is_true == node->is_true_side ? ", missing" : "");
    }
    is_open[node->depth] = node->is_true_side;
    put_label(output, node->label);
    put_cover(drawing, node, output);
    ortl__output_print(output, "  #%lu\n", (unsigned long)node->number);
}

ortl_status ortl__drawing_text(ortl__drawing *drawing, ortl__output *output, ortl_error *error) {
    /* (max_depth + 1) whether the other side of the test at that depth is still to come */
    bool *is_open = calloc(drawing->max_depth + 1, sizeof *is_open);
    if (is_open == NULL)
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the drawing");
    put_head(drawing, output);
    for (size_t i = 0; i < drawing->n_nodes; i++)
        put_node(drawing, &drawing->nodes[i], is_open, output);
    free(is_open);
    return ORTL_OK;
}
