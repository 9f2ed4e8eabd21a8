/*
 * Plots as SVG.
 */
#include "plot.h"

#include <string.h>

enum {
    WIDTH = 560,
    BAR_NAME = 104, /* in front of a bar */
    BAR_TEXT = 140, /* behind it */
    BAR_ROW = 38,
    BAR_HEIGHT = 22,
    LEFT = 66, /* of lines: room for the ticks of y */
    RIGHT = 112,
    TOP = 14,
    PLOT_HEIGHT = 250,
    BOTTOM = 46
};

static void open_svg(ortl__output *output, const char *label, int height) {
    ortl__output_print(output, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n",
                       WIDTH, height, label);
}

void ortl__plot_bars(ortl__output *output, const char *label, const ortl__bar *bars,
                     size_t n_bars) {
    double greatest = 0;
    for (size_t i = 0; i < n_bars; i++)
        if (bars[i].value > greatest) greatest = bars[i].value;
    open_svg(output, label, (int)n_bars * BAR_ROW + 4);
    for (size_t i = 0; i < n_bars; i++) {
        int y = (int)i * BAR_ROW + 6;
        double share = greatest > 0 ? bars[i].value / greatest : 0;
        int width = (int)(share * (WIDTH - BAR_NAME - BAR_TEXT) + 0.5);
        if (width < 2) width = 2;
        ortl__output_print(output,
                           "<text class=\"n\" x=\"%d\" y=\"%d\">%s</text>"
                           "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"3\" "
                           "fill=\"var(--c%d)\"/>"
                           "<text x=\"%d\" y=\"%d\">%s</text>\n",
                           BAR_NAME - 12, y + 16, bars[i].name, BAR_NAME, y, width, BAR_HEIGHT,
                           bars[i].colour, BAR_NAME + width + 8, y + 16, bars[i].text);
    }
    ortl__output_text(output, "</svg>\n");
}

/* ---- Lines ----------------------------------------------------------------------------------- */

/* The powers of ten around all points. */
typedef struct scale {
    int low, high;
    const ortl__libm *libm;
} scale;

static scale find_scale(const ortl__libm *libm, const ortl__line *lines, size_t n_lines) {
    double least = 0, greatest = 0;
    for (size_t i = 0; i < n_lines; i++)
        for (size_t j = 0; j < lines[i].n_points; j++) {
            double y = lines[i].y[j];
            if (y > 0 && (least == 0 || y < least)) least = y;
            if (y > greatest) greatest = y;
        }
    if (least == 0) return (scale){0, 1, libm};
    scale s = {(int)libm->floor(libm->log10(least)), (int)libm->ceil(libm->log10(greatest)), libm};
    if (s.high == s.low) s.high++;
    return s;
}

static int place_x(double x) {
    return LEFT + (int)(x * (WIDTH - LEFT - RIGHT) + 0.5);
}

static int place_y(const scale *s, double y) {
    double share = y > 0 ? (s->libm->log10(y) - s->low) / (s->high - s->low) : 0;
    return TOP + (int)((1 - (share < 0 ? 0 : share)) * PLOT_HEIGHT + 0.5);
}

static void put_axes(ortl__output *output, const char *x_name, const ortl__tick *ticks,
                     size_t n_ticks, const char *(*word_y)(int power, char text_out[40]),
                     const scale *s) {
    char text[40];
    for (int power = s->low; power <= s->high; power++) {
        int y = TOP + (s->high - power) * PLOT_HEIGHT / (s->high - s->low);
        ortl__output_print(output,
                           "<line class=\"g\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>"
                           "<text class=\"n\" x=\"%d\" y=\"%d\">%s</text>\n",
                           LEFT, y, WIDTH - RIGHT, y, LEFT - 10, y + 4, word_y(power, text));
    }
    for (size_t i = 0; i < n_ticks; i++)
        ortl__output_print(output, "<text class=\"m\" x=\"%d\" y=\"%d\">%s</text>\n",
                           place_x(ticks[i].at), TOP + PLOT_HEIGHT + 20, ticks[i].text);
    ortl__output_print(output, "<text class=\"m a\" x=\"%d\" y=\"%d\">%s</text>\n",
                       LEFT + (WIDTH - LEFT - RIGHT) / 2, TOP + PLOT_HEIGHT + 40, x_name);
}

static void put_line(ortl__output *output, const ortl__line *line, const scale *s) {
    ortl__output_print(output, "<polyline class=\"l\" stroke=\"var(--c%d)\" points=\"",
                       line->colour);
    for (size_t i = 0; i < line->n_points; i++)
        ortl__output_print(output, "%d,%d ", place_x(line->x[i]), place_y(s, line->y[i]));
    ortl__output_text(output, "\"/>\n");
    for (size_t i = 0; i < line->n_points && line->has_marks; i++)
        ortl__output_print(output, "<circle cx=\"%d\" cy=\"%d\" r=\"4\" fill=\"var(--c%d)\"/>",
                           place_x(line->x[i]), place_y(s, line->y[i]), line->colour);
}

/* Names at the ends of the lines, moved apart where they would touch. */
static void put_names(ortl__output *output, const ortl__line *lines, size_t n_lines,
                      const scale *s) {
    enum { MAX_LINES = 8, DISTANCE = 16 };
    int at[MAX_LINES];
    bool is_put[MAX_LINES] = {false};
    int free_from = TOP;
    if (n_lines > MAX_LINES) n_lines = MAX_LINES;
    for (size_t i = 0; i < n_lines; i++)
        at[i] = lines[i].n_points == 0 ? TOP : place_y(s, lines[i].y[lines[i].n_points - 1]);
    for (size_t turn = 0; turn < n_lines; turn++) { /* from the top down */
        size_t next = n_lines;
        for (size_t i = 0; i < n_lines; i++)
            if (!is_put[i] && (next == n_lines || at[i] < at[next])) next = i;
        is_put[next] = true;
        int y = at[next] > free_from ? at[next] : free_from;
        free_from = y + DISTANCE;
        ortl__output_print(
            output, "<text class=\"e\" x=\"%d\" y=\"%d\" style=\"fill: var(--c%d)\">%s</text>\n",
            WIDTH - RIGHT + 10, y + 4, lines[next].colour, lines[next].name);
    }
}

void ortl__plot_lines(ortl__output *output, const ortl__libm *libm, const char *label,
                      const char *x_name, const ortl__tick *ticks, size_t n_ticks,
                      const char *(*word_y)(int power, char text_out[40]), const ortl__line *lines,
                      size_t n_lines) {
    scale s = find_scale(libm, lines, n_lines);
    open_svg(output, label, TOP + PLOT_HEIGHT + BOTTOM);
    put_axes(output, x_name, ticks, n_ticks, word_y, &s);
    for (size_t i = n_lines; i-- > 0;) put_line(output, &lines[i], &s);
    put_names(output, lines, n_lines, &s);
    ortl__output_text(output, "</svg>\n");
}
