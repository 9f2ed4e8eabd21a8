/*
 * A tree as a picture that stands alone: root on the left, leaves below each other on the right,
 * branches as thick as the rows that took them where the file records covers. Colours follow the
 * reader's light or dark setting. Coordinates are whole pixels; text is monospaced, so that its
 * width is known.
 */
#include "drawing.h"

#include "../runtime/number.h"
#include "../runtime/utf8.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN      24
#define HEAD        64 /* title and legend */
#define ROW         34 /* from leaf to leaf */
#define BOX         24 /* height of a node */
#define GAP         96 /* between columns, for the branches */
#define PAD         10 /* inside of a box */
#define BAR         40 /* width of the bar that shows a leaf's votes */
#define MAX_LETTERS 44 /* of a label */
#define N_COLOURS   8
#define MAX_LEGEND  8

/* Told apart also by people who see few colours (Okabe and Ito, without black and yellow). */
static const char *const colours[N_COLOURS] = {"#0072b2", "#e69f00", "#009e73", "#cc79a7",
                                               "#56b4e9", "#d55e00", "#8c6bb1", "#7f8c4d"};

typedef struct picture {
    const ortl__drawing *drawing;
    ortl__output *output;
    int *y;     /* (n_nodes) middle of each node */
    int *x;     /* (max_depth + 1) left end of each column */
    int *width; /* (max_depth + 1) of the widest node of each column */
    int right, bottom;
} picture;

/* ---- Text ------------------------------------------------------------------------------------ */

/* 12 pixels of a monospaced font are 7.2 wide. */
static int text_width(size_t n_letters) {
    return (int)((n_letters * 36 + 4) / 5);
}

static size_t count_letters(ortl_string text) {
    size_t n_letters = 0;
    while (text.n_bytes > 0) {
        size_t n_used;
        ortl__utf8_read_any(text.data, text.n_bytes, &n_used);
        text.data += n_used;
        text.n_bytes -= n_used;
        n_letters++;
    }
    return n_letters;
}

/* One letter as XML has it; what XML cannot hold becomes U+FFFD. */
static void put_letter(ortl__output *output, ortl_string text, size_t n_used) {
    unsigned char byte = (unsigned char)text.data[0];
    if (byte == '&')
        ortl__output_text(output, "&amp;");
    else if (byte == '<')
        ortl__output_text(output, "&lt;");
    else if (byte == '>')
        ortl__output_text(output, "&gt;");
    else if (byte == '"')
        ortl__output_text(output, "&quot;");
    else if (byte < ' ' || byte == 0x7f || (n_used == 1 && byte >= 0x80))
        ortl__output_text(output, "\xef\xbf\xbd");
    else
        ortl__output_put(output, text.data, n_used);
}

/* At most max_letters letters, the last of which is then an ellipsis; "<=" as one sign. */
static void put_text(ortl__output *output, ortl_string text, size_t max_letters) {
    bool is_long = count_letters(text) > max_letters;
    for (size_t i = 0; text.n_bytes > 0 && i + is_long < max_letters; i++) {
        size_t n_used;
        bool is_sign =
            text.n_bytes > 1 && text.data[1] == '=' && (text.data[0] == '<' || text.data[0] == '>');
        ortl__utf8_read_any(text.data, text.n_bytes, &n_used);
        if (is_sign)
            ortl__output_text(output, text.data[0] == '<' ? "\xe2\x89\xa4" : "\xe2\x89\xa5");
        else
            put_letter(output, text, n_used);
        n_used += is_sign;
        text.data += n_used;
        text.n_bytes -= n_used;
    }
    if (is_long) ortl__output_text(output, "\xe2\x80\xa6");
}

static bool has_cover(const picture *p, const ortl__drawn_node *node) {
    return p->drawing->has_covers && !isnan(node->facts.hit_rate);
}

static size_t write_cover(const ortl__drawn_node *node, char text_out[ORTL__NUMBER_CHARS]) {
    return ortl__number_write_float((float)node->facts.hit_rate, text_out);
}

/* ---- Layout ---------------------------------------------------------------------------------- */

static bool has_bar(const ortl__drawn_node *node) {
    return node->kind == ORTL__DRAWN_LEAF && node->facts.n_values > 0;
}

static int node_width(const picture *p, const ortl__drawn_node *node) {
    char cover[ORTL__NUMBER_CHARS];
    size_t n_letters = count_letters(node->label);
    if (n_letters > MAX_LETTERS) n_letters = MAX_LETTERS;
    if (has_cover(p, node)) n_letters += 2 + write_cover(node, cover);
    return text_width(n_letters) + 2 * PAD + (has_bar(node) ? BAR + PAD : 0);
}

/* Leaves take the next row; a test stands in the middle of its sides, which come behind it. */
static void place_rows(picture *p) {
    const ortl__drawing *d = p->drawing;
    int next = MARGIN + HEAD + BOX / 2;
    for (size_t i = 0; i < d->n_nodes; i++) {
        if (d->nodes[i].kind == ORTL__DRAWN_TEST) continue;
        p->y[i] = next;
        next += ROW;
    }
    p->bottom = next - ROW + BOX / 2 + MARGIN;
    for (size_t i = d->n_nodes; i-- > 0;)
        if (d->nodes[i].kind == ORTL__DRAWN_TEST)
            p->y[i] = (p->y[d->nodes[i].on_true] + p->y[d->nodes[i].on_false]) / 2;
}

static void place_columns(picture *p) {
    const ortl__drawing *d = p->drawing;
    for (size_t i = 0; i < d->n_nodes; i++) {
        int width = node_width(p, &d->nodes[i]);
        if (width > p->width[d->nodes[i].depth]) p->width[d->nodes[i].depth] = width;
    }
    int x = MARGIN;
    for (size_t depth = 0; depth <= d->max_depth; depth++) {
        p->x[depth] = x;
        x += p->width[depth] + GAP;
    }
    p->right = x - GAP + MARGIN;
}

/* ---- Branches -------------------------------------------------------------------------------- */

/* Tenths of a pixel: 12 without covers, else by the share of the rows. */
static int branch_width(const picture *p, const ortl__drawn_node *node) {
    double all = p->drawing->nodes[0].facts.hit_rate;
    if (!has_cover(p, node) || !(all > 0)) return 12;
    double share = node->facts.hit_rate / all;
    return share > 0 && share <= 1 ? 10 + (int)(sqrt(share) * 80) : 10;
}

static void put_branch(const picture *p, size_t index) {
    const ortl__drawn_node *node = &p->drawing->nodes[index];
    const ortl__drawn_node *parent = &p->drawing->nodes[node->parent];
    int from_x = p->x[parent->depth] + node_width(p, parent), from_y = p->y[node->parent];
    int to_x = p->x[node->depth], to_y = p->y[index], middle = to_x - GAP / 2;
    int width = branch_width(p, node);
    ortl__output_print(p->output,
                       "<path class=\"b\" d=\"M%d %dH%dC%d %d %d %d %d %d\" "
                       "stroke-width=\"%d.%d\"/>\n",
                       from_x, from_y, to_x - GAP + 8, middle, from_y, middle, to_y, to_x, to_y,
                       width / 10, width % 10);
}

/* Written after all branches, so that none runs over it. */
static void put_side(const picture *p, size_t index) {
    const ortl__drawn_node *node = &p->drawing->nodes[index];
    const ortl_tree_node *test = &p->drawing->nodes[node->parent].facts;
    bool takes_missing = test->missing_is_true == node->is_true_side;
    int y = p->y[index] + (node->is_true_side ? -5 : 13);
    ortl__output_print(p->output, "<text class=\"s\" x=\"%d\" y=\"%d\">%s%s</text>\n",
                       p->x[node->depth] - 6, y, node->is_true_side ? "yes" : "no",
                       takes_missing ? ", missing" : "");
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

/* From blue over grey to orange: where the vote lies between the least and the greatest leaf. */
static void put_scale_colour(const picture *p, double vote) {
    static const int stops[3][3] = {{0x00, 0x72, 0xb2}, {0xc9, 0xce, 0xd6}, {0xe6, 0x7e, 0x00}};
    double range = p->drawing->max_vote - p->drawing->min_vote;
    double share = range > 0 ? (vote - p->drawing->min_vote) / range : 0.5;
    if (!(share >= 0 && share <= 1)) share = 0.5;
    int half = share > 0.5;
    double within = 2 * share - half;
    int mixed[3];
    for (int i = 0; i < 3; i++)
        mixed[i] = stops[half][i] + (int)((stops[half + 1][i] - stops[half][i]) * within);
    ortl__output_print(p->output, "#%02x%02x%02x", (unsigned)mixed[0], (unsigned)mixed[1],
                       (unsigned)mixed[2]);
}

static void put_bar_part(const picture *p, int x, int y, int width, size_t target, double vote) {
    ortl__output_print(p->output, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"10\" fill=\"", x,
                       y - 5, width);
    if (p->drawing->has_one_target)
        put_scale_colour(p, vote);
    else
        ortl__output_text(p->output, colours[target % N_COLOURS]);
    ortl__output_text(p->output, "\"/>\n");
}

/* The votes of a leaf as parts of a bar; one that has a single vote, or votes that are no shares,
 * shows the greatest. */
static ortl_status put_bar(const picture *p, const ortl__drawn_node *node, int x, int y,
                           ortl_error *error) {
    double sum = 0, value = 0, so_far = 0;
    size_t target;
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < node->facts.n_values && status == ORTL_OK; i++) {
        status = ortl_tree_vote(p->drawing->model->session, p->drawing->tree, node->number, i,
                                &target, &value, error);
        sum = value >= 0 ? sum + value : NAN;
    }
    if (status != ORTL_OK) return status;
    if (node->facts.n_values < 2 || !(sum > 0 && sum <= (double)FLT_MAX)) {
        put_bar_part(p, x, y, BAR, node->target, node->vote);
        return ORTL_OK;
    }
    for (size_t i = 0; i < node->facts.n_values && status == ORTL_OK; i++) {
        status = ortl_tree_vote(p->drawing->model->session, p->drawing->tree, node->number, i,
                                &target, &value, error);
        int begin = (int)(BAR * so_far / sum + 0.5),
            end = (int)(BAR * (so_far + value) / sum + 0.5);
        if (end > begin) put_bar_part(p, x + begin, y, end - begin, target, value);
        so_far += value;
    }
    return status;
}

static ortl_status put_node(const picture *p, size_t index, ortl_error *error) {
    static const char *const classes[] = {"t", "l", "c", "c"}; /* by ortl__drawn_kind */
    const ortl__drawn_node *node = &p->drawing->nodes[index];
    char cover[ORTL__NUMBER_CHARS];
    int x = p->x[node->depth], y = p->y[index];
    ortl_status status = ORTL_OK;
    ortl__output_print(p->output, "<g class=\"%s\"><title>node %lu: ", classes[node->kind],
                       (unsigned long)node->number);
    put_text(p->output, node->label, 400);
    ortl__output_print(
        p->output, "</title><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>\n", x,
        y - BOX / 2, node_width(p, node), BOX, node->kind == ORTL__DRAWN_TEST ? 5 : BOX / 2);
    x += PAD;
    if (has_bar(node)) {
        status = put_bar(p, node, x, y, error);
        x += BAR + PAD;
    }
    ortl__output_print(p->output, "<text x=\"%d\" y=\"%d\">", x, y + 4);
    put_text(p->output, node->label, MAX_LETTERS);
    if (has_cover(p, node))
        ortl__output_print(p->output, "<tspan class=\"m\" dx=\"14\">%.*s</tspan>",
                           (int)write_cover(node, cover), cover);
    ortl__output_text(p->output, "</text></g>\n");
    return status;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static void put_style(const picture *p) {
    ortl__output_print(
        p->output,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
        "viewBox=\"0 0 %d %d\" font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, "
        "monospace\" font-size=\"12\">\n",
        p->right, p->bottom, p->right, p->bottom);
    ortl__output_text(
        p->output,
        "<style>\n"
        "svg { background: #fff; color-scheme: light dark }\n"
        "text { fill: #1f2430 } .m, .s { fill: #667085 } .s { font-size: 10px; text-anchor: end }\n"
        ".h { font-size: 15px; font-weight: bold }\n"
        ".b { fill: none; stroke: #b9c2d0; stroke-linecap: round }\n"
        ".t rect:first-of-type { fill: #f3f6fb; stroke: #8795ad }\n"
        ".l rect:first-of-type { fill: #fff; stroke: #c3cad6 }\n"
        ".c rect:first-of-type { fill: #fff; stroke: #c3cad6; stroke-dasharray: 3 3 }\n"
        "@media (prefers-color-scheme: dark) {\n"
        "svg { background: #14171d } text { fill: #e6e9ef } .m, .s { fill: #98a2b3 }\n"
        ".b { stroke: #475467 }\n"
        ".t rect:first-of-type { fill: #222936; stroke: #6b7a94 }\n"
        ".l rect:first-of-type, .c rect:first-of-type { fill: #171b22; stroke: #475467 }\n"
        "}\n"
        "</style>\n");
}

static ortl_status put_legend(const picture *p, ortl__drawing *drawing, ortl_error *error) {
    int x = MARGIN;
    for (size_t i = 0; i < drawing->info.n_targets && !drawing->has_one_target; i++) {
        ortl_string name = {"and more", 8};
        ortl_status status =
            i < MAX_LEGEND ? ortl__drawing_target(drawing, i, &name, error) : ORTL_OK;
        if (status != ORTL_OK) return status;
        if (i < MAX_LEGEND)
            ortl__output_print(p->output,
                               "<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"10\" fill=\"%s\"/>",
                               x, MARGIN + 22, colours[i % N_COLOURS]);
        ortl__output_print(p->output, "<text class=\"m\" x=\"%d\" y=\"%d\">", x + 16, MARGIN + 31);
        put_text(p->output, name, 24);
        ortl__output_text(p->output, "</text>\n");
        size_t n_letters = count_letters(name);
        x += text_width(n_letters < 24 ? n_letters : 24) + 40;
        if (i == MAX_LEGEND) break;
    }
    return ORTL_OK;
}

static ortl_status put_picture(const picture *p, ortl__drawing *drawing, ortl_error *error) {
    put_style(p);
    ortl__output_print(p->output,
                       "<text class=\"h\" x=\"%d\" y=\"%d\">tree %lu<tspan class=\"m\" dx=\"12\" "
                       "font-size=\"12\" font-weight=\"normal\">%lu leaves, depth %lu%s</tspan>"
                       "</text>\n",
                       MARGIN, MARGIN + 8, (unsigned long)drawing->tree,
                       (unsigned long)drawing->n_leaves, (unsigned long)drawing->max_depth,
                       drawing->has_covers ? "; grey: covers" : "");
    ortl_status status = put_legend(p, drawing, error);
    for (size_t i = 1; i < drawing->n_nodes; i++) put_branch(p, i);
    for (size_t i = 1; i < drawing->n_nodes; i++) put_side(p, i);
    for (size_t i = 0; i < drawing->n_nodes && status == ORTL_OK; i++)
        status = put_node(p, i, error);
    ortl__output_text(p->output, "</svg>\n");
    return status;
}

ortl_status ortl__drawing_svg(ortl__drawing *drawing, ortl__output *output, ortl_error *error) {
    picture p = {.drawing = drawing, .output = output};
    const size_t max_nodes = 1000000; /* a picture larger than this is none */
    ortl_status status = ORTL_OK;
    if (drawing->n_nodes > max_nodes)
        return ortl__message_fail(error, ORTL_UNSUPPORTED,
                                  "the tree has %lu nodes, which is no picture (use --depth)",
                                  (unsigned long)drawing->n_nodes);
    p.y = calloc(drawing->n_nodes, sizeof *p.y);
    p.x = calloc(drawing->max_depth + 1, sizeof *p.x);
    p.width = calloc(drawing->max_depth + 1, sizeof *p.width);
    if (p.y == NULL || p.x == NULL || p.width == NULL) {
        status = ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the drawing");
    } else {
        place_rows(&p);
        place_columns(&p);
        status = put_picture(&p, drawing, error);
    }
    free(p.y);
    free(p.x);
    free(p.width);
    return status;
}
