/*
 * The report of `bench` as one page that stands alone: no script, no font, nothing to fetch.
 */
#include "bench.h"
#include "bench_words.h"
#include "plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char style[] =
    ":root { --ground: #fff; --card: #f7f8fa; --ink: #1d2230; --mute: #667085; --rule: #e1e5ec;\n"
    "  --c0: #0072b2; --c1: #d98200; --c2: #009e73; --c3: #b8568f; color-scheme: light dark }\n"
    "@media (prefers-color-scheme: dark) { :root { --ground: #14171d; --card: #1c2129;\n"
    "  --ink: #e6e9ef; --mute: #98a2b3; --rule: #303743; --c0: #4cb2f0; --c1: #f0a53c;\n"
    "  --c2: #2fc79b; --c3: #e08dbd } }\n"
    "body { margin: 0; background: var(--ground); color: var(--ink);\n"
    "  font: 15px/1.5 system-ui, 'DejaVu Sans', sans-serif }\n"
    "main { max-width: 1120px; margin: 0 auto; padding: 40px 24px }\n"
    "h1 { font-size: 26px; margin: 0 0 4px } h2 { font-size: 16px; margin: 0 0 4px }\n"
    "p { margin: 0 0 12px; color: var(--mute) } .facts { margin-bottom: 28px }\n"
    ".cards { display: grid; gap: 20px; grid-template-columns: repeat(auto-fit, minmax(440px, 1fr))"
    " }\n"
    "section { background: var(--card); border-radius: 10px; padding: 18px 20px; min-width: 0 }\n"
    "section.wide { grid-column: 1 / -1 } svg { width: 100%; height: auto; display: block }\n"
    "svg text { fill: var(--ink); font-size: 13px } svg .m { fill: var(--mute); text-anchor: middle"
    " }\n"
    "svg .n { fill: var(--mute); text-anchor: end } svg .a { font-size: 12px }\n"
    "svg .e { font-weight: 600 }\n"
    "svg .g { stroke: var(--rule) } svg .l { fill: none; stroke-width: 2.5;\n"
    "  stroke-linejoin: round }\n"
    "table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: "
    "tabular-nums }\n"
    "th, td { text-align: right; padding: 7px 8px; border-bottom: 1px solid var(--rule);\n"
    "  white-space: nowrap }\n"
    "th:first-child, td:first-child { text-align: left } th { color: var(--mute); font-weight: 500"
    " }\n"
    ".scroll { overflow-x: auto } .dot { display: inline-block; width: 10px; height: 10px;\n"
    "  border-radius: 3px; margin-right: 8px }\n"
    "footer { margin-top: 24px; font-size: 13px; color: var(--mute) }\n";

/* ---- Pieces ---------------------------------------------------------------------------------- */

static void put_escaped(ortl__output *output, const char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '<')
            ortl__output_text(output, "&lt;");
        else if (*text == '&')
            ortl__output_text(output, "&amp;");
        else
            ortl__output_put(output, (unsigned char)*text < ' ' ? " " : text, 1);
    }
}

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static void open_card(ortl__output *output, const char *class, const char *title,
                      const char *text) {
    ortl__output_print(output, "<section%s><h2>%s</h2><p>%s</p>\n", class, title, text);
}

static void put_head(const ortl__bench *bench, ortl__output *output) {
    char bytes[ORTL__FIGURE_CHARS], trees[ORTL__FIGURE_CHARS], nodes[ORTL__FIGURE_CHARS];
    char processor[128];
    ortl__output_text(output, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\n"
                              "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    put_escaped(output, file_name(bench->model));
    ortl__output_text(output, " measured</title>\n<style>\n");
    ortl__output_text(output, style);
    ortl__output_text(output, "</style>\n<main><h1>");
    put_escaped(output, file_name(bench->model));
    ortl__output_print(output,
                       "</h1><p class=\"facts\">%s, %s trees, %s nodes, depth %lu, %lu "
                       "features; one thread",
                       ortl__figure_bytes(bench->file_bytes, bytes),
                       ortl__figure_count(bench->n_trees, trees),
                       ortl__figure_count(bench->n_nodes, nodes), (unsigned long)bench->max_depth,
                       (unsigned long)bench->n_features);
    if (ortl__word_processor(processor)[0] != '\0') {
        ortl__output_text(output, "; ");
        put_escaped(output, processor);
    }
    ortl__output_text(output, "</p>\n<div class=\"cards\">\n");
}

/* ---- Plots ----------------------------------------------------------------------------------- */

static void put_bars(const ortl__bench *bench, ortl__output *output, const char *label,
                     uint64_t (*get)(const ortl__bench_result *result)) {
    ortl__bar bars[ORTL__BENCH_PEERS];
    char texts[ORTL__BENCH_PEERS][2 * ORTL__FIGURE_CHARS];
    size_t n_bars = 0;
    double own = 0;
    for (size_t i = 0; i < bench->n_entries; i++) {
        const ortl__bench_entry *entry = &bench->entries[i];
        char bytes[ORTL__FIGURE_CHARS], ratio[ORTL__FIGURE_CHARS];
        if (!entry->result.is_measured) continue;
        double value = (double)get(&entry->result);
        if (i == 0) own = value;
        ortl__figure_bytes((uint64_t)value, bytes);
        snprintf(texts[n_bars], sizeof texts[0], i > 0 && own > 0 ? "%s  (%s)" : "%s", bytes,
                 ortl__word_ratio(own > 0 ? value / own : 0, ratio));
        bars[n_bars] = (ortl__bar){entry->peer->name, value, texts[n_bars], (int)i};
        n_bars++;
    }
    ortl__plot_bars(output, label, bars, n_bars);
}

static uint64_t peak_bytes(const ortl__bench_result *result) {
    return result->peak_bytes;
}

static const char *word_time_power(int power, char text_out[40]) {
    return ortl__word_seconds(ortl__figure_power(power) * (1 + 1e-12), text_out);
}

static const char *word_speed_power(int power, char text_out[40]) {
    return ortl__word_speed(ortl__figure_power(power) * (1 + 1e-12), text_out);
}

static void put_latency(const ortl__bench *bench, ortl__output *output) {
    static const ortl__tick ticks[] = {
        {0, "0 %"}, {0.25, "90 %"}, {0.5, "99 %"}, {0.75, "99.9 %"}, {1, "99.99 %"}};
    double x[ORTL__BENCH_CURVE];
    ortl__line lines[ORTL__BENCH_PEERS];
    size_t n_lines = 0;
    for (size_t i = 0; i < ORTL__BENCH_CURVE; i++) x[i] = (double)i / (ORTL__BENCH_CURVE - 1);
    for (size_t i = 0; i < bench->n_entries; i++)
        if (bench->entries[i].result.is_measured)
            lines[n_lines++] = (ortl__line){bench->entries[i].peer->name,
                                            x,
                                            bench->entries[i].result.curve,
                                            ORTL__BENCH_CURVE,
                                            (int)i,
                                            false};
    ortl__plot_lines(output, &bench->libm, "Latency of single rows",
                     "this share of the calls is as fast or faster", ticks,
                     sizeof ticks / sizeof ticks[0], word_time_power, lines, n_lines);
}

static void put_speed(const ortl__bench *bench, ortl__output *output) {
    double x[ORTL__BENCH_BATCHES];
    char texts[ORTL__BENCH_BATCHES][24];
    ortl__tick ticks[ORTL__BENCH_BATCHES];
    ortl__line lines[ORTL__BENCH_PEERS];
    size_t n_lines = 0, n = bench->n_batches;
    for (size_t i = 0; i < n; i++) {
        x[i] = n > 1 ? (double)i / (double)(n - 1) : 0;
        snprintf(texts[i], sizeof texts[0], "%lu", (unsigned long)bench->batches[i]);
        ticks[i] = (ortl__tick){x[i], texts[i]};
    }
    for (size_t i = 0; i < bench->n_entries; i++)
        if (bench->entries[i].result.is_measured)
            lines[n_lines++] = (ortl__line){bench->entries[i].peer->name,
                                            x,
                                            bench->entries[i].result.rows_per_second,
                                            n,
                                            (int)i,
                                            true};
    ortl__plot_lines(output, &bench->libm, "Rows a second by batch size", "rows of a call", ticks,
                     n, word_speed_power, lines, n_lines);
}

/* ---- Figures --------------------------------------------------------------------------------- */

static void put_cell(ortl__output *output, const char *text) {
    ortl__output_print(output, "<td>%s</td>", text);
}

static void put_row(const ortl__bench *bench, size_t index, ortl__output *output) {
    const ortl__bench_entry *entry = &bench->entries[index];
    const ortl__bench_result *r = &entry->result;
    char text[ORTL__FIGURE_CHARS];
    const double times[] = {r->load_seconds, r->p50, r->p90, r->p99, r->p999};
    ortl__output_print(output,
                       "<tr><td><span class=\"dot\" style=\"background: var(--c%lu)\"></span>%s"
                       "</td>",
                       (unsigned long)index, entry->peer->name);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        put_cell(output, ortl__word_seconds(times[i], text));
    put_cell(output, ortl__word_speed(r->rows_per_second[bench->n_batches - 1], text));
    put_cell(output, ortl__figure_bytes(ortl__bench_model_bytes(r), text));
    put_cell(output, ortl__figure_bytes(r->steady_bytes, text));
    put_cell(output, ortl__figure_bytes(r->peak_bytes, text));
    double nodes = bench->n_nodes > 0 ? (double)bench->n_nodes : 1;
    put_cell(output,
             ortl__figure_real(round((double)ortl__bench_model_bytes(r) / nodes * 10) / 10, text));
    ortl__output_text(output, "</tr>\n");
}

static void put_table(const ortl__bench *bench, ortl__output *output) {
    open_card(output, " class=\"wide\"", "All figures",
              "Medians over processes. Memory is resident, without the table of rows.");
    ortl__output_text(
        output, "<div class=\"scroll\"><table><tr><th>runtime<th>load<th>p50<th>p90<th>p99"
                "<th>p99.9<th>largest batch<th>model<th>steady<th>peak<th>bytes a node</tr>\n");
    for (size_t i = 0; i < bench->n_entries; i++)
        if (bench->entries[i].result.is_measured) put_row(bench, i, output);
    ortl__output_text(output, "</table></div></section>\n");
}

static void put_missing(const ortl__bench *bench, ortl__output *output) {
    for (size_t i = 0; i < bench->n_entries; i++) {
        const ortl__bench_entry *entry = &bench->entries[i];
        if (entry->result.is_measured) continue;
        ortl__output_print(output, "%s was left out: ", entry->peer->name);
        put_escaped(output, entry->is_installed ? entry->result.error : "it is not installed");
        ortl__output_text(output, ". ");
    }
}

ortl_status ortl__bench_page(const ortl__bench *bench, const char *path, ortl__report *report) {
    ortl__output output = ORTL__OUTPUT_INIT;
    ortl__report_place(report, path);
    ortl_status status = ortl__output_open(&output, path, -1, &report->error);
    if (status != ORTL_OK) return ortl__output_close(&output, status, report);
    put_head(bench, &output);
    open_card(&output, "", "Memory of the model",
              "Heap after the first row, above that of the runtime alone.");
    put_bars(bench, &output, "Memory of the model", ortl__bench_model_bytes);
    ortl__output_text(&output, "</section>\n");
    open_card(&output, "", "Peak memory of the process", "From its start to the last prediction.");
    put_bars(bench, &output, "Peak memory of the process", peak_bytes);
    ortl__output_text(&output, "</section>\n");
    open_card(&output, "", "Latency of one row", "Time of a call, logarithmic; lower is better.");
    put_latency(bench, &output);
    ortl__output_text(&output, "</section>\n");
    open_card(&output, "", "Throughput",
              "Rows a second of processor time, logarithmic; higher is better.");
    put_speed(bench, &output);
    ortl__output_text(&output, "</section>\n");
    put_table(bench, &output);
    ortl__output_print(&output, "</div><footer>Measured by ort-lite %s bench. ", ortl_version());
    put_missing(bench, &output);
    ortl__output_text(&output, "</footer></main></html>\n");
    return ortl__output_close(&output, status, report);
}
