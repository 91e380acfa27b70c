/*
 * The result, urn:emgate:assessment-result:2: one element a line, attributes in fixed order, so
 * that the same judgement has the same octets everywhere. Where a decision of log semantics before
 * EG_ASSESS_OWED_SINCE is repeated, it is assessment-result:1, without what is marked * below.
 *
 *   result(of, package, version, digest, report, plant, from, until)
 *     source(id)
 *       parameter(name, value, unit, source, override)   figure(name, value, unit, status, n,
 *       unanswered, reason, source)   judged(id, owed*, found, not-found, not-applicable*,
 *       undecided, omitted; undecided(because, status, count)*)
 *       finding(id, role, at, end, source; text)   classes(name, source; class(id, count))
 *       remembered(name, value, unit, status)   values(name, unit; v(end, value, status))
 *       series(component) with the same, and not-judged(component, because, of)
 *     touched(window, from, until)
 */
#include "assess/assessment/assessment_model.h"

#include "assess/number/numbers.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_count(struct eg_buf *out, const char *name, size_t count)
{
    char digits[24] = "";
    size_t at = sizeof digits - 1;
    do {
        digits[--at] = (char)('0' + count % 10);
        count /= 10;
    } while (count > 0);
    eg_assess_attribute_text(out, name, digits + at);
}

static void add_line(struct eg_buf *out, const char *indent, const char *text)
{
    eg_buf_text(out, indent);
    eg_buf_text(out, text);
}

static void add_source(struct eg_buf *out, const struct eg_assess_run *run, const char *source)
{
    const char *law = run->a->package->law;

    if (source == NULL || source[0] == '\0') {
        return;
    }
    eg_buf_text(out, " source=\"");
    if (law != NULL && eg_assess_within_law(source)) {
        eg_text_xml(out, eg_bytes_of(law));
        eg_buf_char(out, ' ');
    }
    eg_text_xml(out, eg_bytes_of(source));
    eg_buf_char(out, '"');
}

static bool has_value(const struct eg_assess_quantity *q, const struct eg_assess_cell *cell,
                      size_t place)
{
    return q->kind == EG_ASSESS_NUMBER ? !isnan(cell->x[place])
                                       : q->kind != EG_ASSESS_WORD || cell->word[place] != 0;
}

/* ---- parts -------------------------------------------------------------------------------- */

static void add_parameter(struct eg_buf *out, const struct eg_assess_run *run, size_t index,
                          const char *indent)
{
    const struct eg_parameter_value *value = run->values[index];

    if (value == NULL || value->value == NULL) {
        return;
    }
    add_line(out, indent, "<parameter");
    eg_assess_attribute_text(out, "name", value->parameter->name);
    eg_assess_attribute_text(out, "value", value->value);
    eg_assess_attribute_text(out, "unit", value->parameter->unit);
    add_source(out, run, value->citation);
    if (eg_assess_is_permit(value)) {
        eg_assess_attribute_text(out, "override", "permit");
    }
    eg_buf_text(out, "/>\n");
}

static void add_figure(struct eg_buf *out, const struct eg_assess_run *run, size_t index,
                       const char *indent)
{
    const struct eg_assess_quantity *q = &run->a->quantities[index];
    const struct eg_assess_cell *cell = &run->cells[index];
    char text[EG_ASSESS_TEXT_MAX] = "";

    add_line(out, indent, "<figure");
    eg_assess_attribute_text(out, "name", q->name);
    if (has_value(q, cell, 0)) {
        eg_assess_cell_text(text, q, cell, 0, EG_ASSESS_PLACE_NONE);
        eg_assess_attribute_text(out, "value", text);
    }
    if (q->kind == EG_ASSESS_NUMBER) {
        eg_assess_attribute_text(out, "unit", q->unit_text);
        eg_assess_attribute_text(out, "status",
                                 eg_value_status_text((enum eg_value_status)cell->status[0]));
    }
    if (q->counted) {
        add_count(out, "n", cell->n);
    }
    if (cell->unanswered > 0) {
        add_count(out, "unanswered", cell->unanswered);
    }
    if (cell->reason_holds && q->reason != NULL) {
        eg_assess_attribute_text(out, "reason", q->reason);
    }
    add_source(out, run, q->source);
    eg_buf_text(out, "/>\n");
}

/* Why places are undecided: as many as `undecided` says, together. Ends the element. */
static void add_reasons(struct eg_buf *out, const struct eg_assess_run *run,
                        const struct eg_assess_judged *judged, const char *indent)
{
    if (judged->reason_count == 0) {
        eg_buf_text(out, "/>\n");
        return;
    }
    eg_buf_text(out, ">\n");
    for (size_t i = 0; i < judged->reason_count; i++) {
        const char *because = "", *status = "";
        eg_assess_reason_words(run, &judged->reasons[i], &because, &status);
        add_line(out, indent, "  <undecided");
        eg_assess_attribute_text(out, "because", because);
        eg_assess_attribute_text(out, "status", status);
        add_count(out, "count", judged->reasons[i].count);
        eg_buf_text(out, "/>\n");
    }
    add_line(out, indent, "</judged>\n");
}

static void add_judged(struct eg_buf *out, const struct eg_assess_run *run, size_t index,
                       const char *indent)
{
    const struct eg_assess_judged *judged = &run->judged[index];
    add_line(out, indent, "<judged");
    eg_assess_attribute_text(out, "id", run->a->findings[index].id);
    if (run->owes) {
        add_count(out, "owed",
                  judged->found + judged->not_found + judged->not_applicable + judged->undecided);
    }
    add_count(out, "found", judged->found);
    add_count(out, "not-found", judged->not_found);
    if (run->owes) {
        add_count(out, "not-applicable", judged->not_applicable);
    }
    add_count(out, "undecided", judged->undecided);
    if (judged->omitted > 0) {
        add_count(out, "omitted", judged->omitted);
    }
    add_reasons(out, run, judged, indent);
}

static void add_classes(struct eg_buf *out, const struct eg_assess_run *run, size_t index,
                        const char *indent)
{
    const struct eg_assess_classes *classes = &run->a->classes[index];
    const struct eg_assess_quantity *q = &run->a->quantities[classes->out];

    add_line(out, indent, "<classes");
    eg_assess_attribute_text(out, "name", q->name);
    add_source(out, run, q->source);
    eg_buf_text(out, ">\n");
    for (size_t i = 0; i <= classes->id_count; i++) {
        add_line(out, indent, "  <class");
        eg_assess_attribute_text(out, "id", i < classes->id_count ? classes->ids[i] : "unclassed");
        add_count(out, "count", run->class_counts[classes->first_count + i]);
        eg_buf_text(out, "/>\n");
    }
    if (run->owes) {
        add_line(out, indent, "  <class id=\"undecided\"");
        add_count(out, "count", run->class_counts[classes->first_count + classes->id_count + 1]);
        eg_buf_text(out, "/>\n");
    }
    add_line(out, indent, "</classes>\n");
}

static void add_values(struct eg_buf *out, const struct eg_assess_run *run, size_t index,
                       const char *indent)
{
    const struct eg_assess_quantity *q = &run->a->quantities[index];
    const struct eg_assess_cell *cell = &run->cells[index];
    char text[EG_ASSESS_TEXT_MAX] = "", end[EG_GRID_LABEL_MAX] = "";

    add_line(out, indent, "<values");
    eg_assess_attribute_text(out, "name", q->name);
    if (q->kind == EG_ASSESS_NUMBER) {
        eg_assess_attribute_text(out, "unit", q->unit_text);
    }
    eg_buf_text(out, ">\n");
    for (size_t i = 0; i < cell->places; i++) {
        eg_assess_run_end(end, run, q->grid, i);
        add_line(out, indent, "  <v");
        eg_assess_attribute_text(out, "end", end);
        if (has_value(q, cell, i)) {
            eg_assess_cell_text(text, q, cell, i, EG_ASSESS_PLACE_NONE);
            eg_assess_attribute_text(out, "value", text);
        }
        if (q->kind == EG_ASSESS_NUMBER) {
            eg_assess_attribute_text(out, "status",
                                     eg_value_status_text((enum eg_value_status)cell->status[i]));
        }
        eg_buf_text(out, "/>\n");
    }
    add_line(out, indent, "</values>\n");
}

/* ---- blocks ------------------------------------------------------------------------------- */

static bool is_of(const struct eg_assess_run *run, int made_in, int level)
{
    return run->a->blocks[made_in].level == level;
}

static void add_figures(struct eg_buf *out, const struct eg_assess_run *run, int block,
                        const char *indent)
{
    for (size_t i = 0; i < run->a->quantity_count; i++) {
        const struct eg_assess_quantity *q = &run->a->quantities[i];
        if (q->name != NULL && q->origin == EG_ASSESS_MADE && !q->column &&
            q->kind != EG_ASSESS_WORD && is_of(run, q->block, block) && run->cells[i].made) {
            add_figure(out, run, i, indent);
        }
    }
}

void eg_assess_result_block(struct eg_buf *out, struct eg_assess_run *run, int block,
                            const char *indent)
{
    const struct eg_assessment *a = run->a;
    bool series = a->blocks[block].kind == EG_ASSESS_BLOCK_SERIES;

    for (size_t i = 0; i < a->parameter_count; i++) {
        if (series ? a->parameters[i].in_series : a->parameters[i].in_source) {
            add_parameter(out, run, i, indent);
        }
    }
    add_figures(out, run, block, indent);
    for (size_t i = 0; i < a->finding_count; i++) {
        if (is_of(run, a->findings[i].block, block) && run->judged[i].judged) {
            add_judged(out, run, i, indent);
        }
    }
    eg_buf_bytes(out, eg_bytes_view(&run->texts));
    for (size_t i = 0; i < a->classes_count; i++) {
        int made = a->classes[i].out;
        if (is_of(run, a->quantities[made].block, block) && run->cells[made].made) {
            add_classes(out, run, i, indent);
        }
    }
    eg_buf_bytes(out, eg_bytes_view(&run->remembered_text));
    eg_buf_bytes(out, eg_bytes_view(&run->not_judged_text));
    for (size_t i = 0; i < a->quantity_count; i++) {
        const struct eg_assess_quantity *q = &a->quantities[i];
        bool shown = q->shown || run->job->explain;
        if (q->name != NULL && q->column && shown && is_of(run, q->block, block) &&
            run->cells[i].made) {
            add_values(out, run, i, indent);
        }
    }
}

void eg_assess_result_begin(struct eg_buf *out, const struct eg_assess_run *run)
{
    const struct eg_package_ref *ref = &run->a->package->ref;
    const struct eg_report_header *header = run->job->header;

    eg_buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<result xmlns=\"");
    eg_buf_text(out, run->owes ? EG_ASSESS_RESULT_NS "\"" : EG_ASSESS_RESULT_NS_1 "\"");
    eg_assess_attribute_text(out, "of", run->a->result);
    eg_assess_attribute_text(out, "package", ref->id);
    eg_assess_attribute_text(out, "version", ref->version);
    eg_buf_text(out, " digest=\"sha256:");
    eg_text_hex(out, (struct eg_bytes){ref->digest.octets, sizeof ref->digest.octets});
    eg_buf_text(out, "\"");
    eg_assess_attribute_text(out, "report", header->id);
    eg_assess_attribute_text(out, "plant", header->plant);
    eg_assess_attribute_text(out, "from", header->from);
    eg_assess_attribute_text(out, "until", header->until);
    eg_buf_text(out, ">\n");
}

/* Later days for which facts are in force and whose window holds the report's day: a correction
 * touched them. */
static void add_touched(struct eg_buf *out, const struct eg_assess_run *run,
                        const struct eg_assess_window *window, long day)
{
    const struct eg_facts *known = run->job->known;
    const char *from = NULL, *until = NULL;

    for (size_t i = 0; i < known->later_count; i++) {
        struct eg_assess_day at = {0, 0, 0};
        long first = 0, last = 0;
        if (!eg_assess_day_read(&at, known->later[i])) {
            continue;
        }
        long later = eg_assess_day_number(at);
        eg_assess_window_bounds(&first, &last, window, later);
        if (later > day && first <= day && day <= last) {
            from = from != NULL ? from : known->later[i];
            until = known->later[i];
        }
    }
    if (from != NULL) {
        eg_buf_text(out, "  <touched");
        eg_assess_attribute_text(out, "window", window->name);
        eg_assess_attribute_text(out, "from", from);
        eg_assess_attribute_text(out, "until", until);
        eg_buf_text(out, "/>\n");
    }
}

void eg_assess_result_end(struct eg_buf *out, const struct eg_assess_run *run)
{
    struct eg_assess_day day = {0, 0, 0};

    if (run->job->known != NULL && eg_assess_day_read(&day, run->day)) {
        for (size_t i = 0; i < run->a->window_count; i++) {
            add_touched(out, run, &run->a->windows[i], eg_assess_day_number(day));
        }
    }
    eg_buf_text(out, "</result>\n");
}
