/*
 * A finding asked for at each of its places: found, not found, not applicable or undecided. What is
 * found is recorded with the values that its texts name, and shown in the result.
 */
#include "assess/assessment/assessment_model.h"

#include "base/text.h"

#include <stdio.h>

static void value_text(char out[EG_ASSESS_TEXT_MAX], const struct eg_assess_run *run,
                       const struct eg_assess_finding *finding, const struct eg_assess_part *part,
                       size_t place)
{
    char end[EG_GRID_LABEL_MAX] = "";
    switch (part->kind) {
    case EG_PART_COMPONENT:
        (void)snprintf(out, EG_ASSESS_TEXT_MAX, "%.300s", run->series->component);
        return;
    case EG_PART_SOURCE:
        (void)snprintf(out, EG_ASSESS_TEXT_MAX, "%.300s", run->source->id);
        return;
    case EG_PART_END:
        eg_assess_run_end(end, run, run->a->quantities[finding->condition].grid, place);
        (void)snprintf(out, EG_ASSESS_TEXT_MAX, "%s", end);
        return;
    default: {
        const struct eg_assess_quantity *q = &run->a->quantities[part->quantity];
        eg_assess_cell_text(out, q, &run->cells[part->quantity], q->column ? place : 0,
                            part->place);
    }
    }
}

/* The finding in the result, its texts made from what was recorded. */
static void show_finding(struct eg_assess_run *run, const struct eg_assess_finding *finding,
                         const struct eg_value *values, const char *end)
{
    static const char *const langs[] = {"de", "en"};
    const char *indent = run->series != NULL ? "      " : "    ";
    struct eg_buf *out = &run->texts;
    struct eg_buf text = {0};

    eg_buf_format(out, "%s<finding", indent);
    eg_assess_attribute_text(out, "id", finding->id);
    eg_assess_attribute_text(out, "role", eg_severity_text(finding->role));
    if (run->location.len > 0) {
        eg_assess_attribute_text(out, "at", (const char *)run->location.data);
    }
    if (end[0] != '\0') {
        eg_assess_attribute_text(out, "end", end);
    }
    eg_buf_init(&text, EG_KIB * 64);
    eg_assess_citation(&text, run->a->package->law, finding->source);
    eg_assess_attribute_text(out, "source", text.data != NULL ? (const char *)text.data : "");
    eg_buf_text(out, ">\n");
    for (size_t i = 0; i < 2; i++) {
        eg_buf_reset(&text);
        eg_assess_words_text(&text, finding, langs[i], values, finding->value_count);
        eg_buf_format(out, "%s  <text lang=\"%s\">", indent, langs[i]);
        eg_text_xml(out, eg_bytes_view(&text));
        eg_buf_text(out, "</text>\n");
    }
    eg_buf_format(out, "%s</finding>\n", indent);
    if (text.failed) {
        eg_buf_refuse(out, text.refusal);
    }
    eg_buf_done(&text);
}

static enum eg_status add_finding(struct eg_assess_run *run,
                                  const struct eg_assess_finding *finding, size_t place)
{
    char end[EG_GRID_LABEL_MAX] = "", text[EG_ASSESS_TEXT_MAX] = "";
    struct eg_finding *made = NULL;
    unsigned line = run->series != NULL ? run->series->line : run->source->line;
    struct eg_value *values = eg_arena_array(&run->arena, finding->value_count, sizeof *values);

    if (values == NULL) {
        return eg_arena_refused(&run->arena, run->a->file, run->err);
    }
    if (finding->each) {
        eg_assess_run_end(end, run, run->a->quantities[finding->condition].grid, place);
    }
    eg_buf_reset(&run->location);
    eg_grid_location(&run->location, &line, run->a->extraction,
                     &(struct eg_grid_spot){run->source, run->series, finding->given, end});
    const struct eg_finding_head head = {
        .severity = finding->role,
        .rule = finding->id,
        .step = run->job->step,
        .location = run->location.len > 0 ? (const char *)run->location.data : NULL,
        .line = line};
    EG_TRY(eg_findings_add(run->findings, &head, &made, run->err));
    for (size_t i = 0; i < finding->value_count; i++) {
        value_text(text, run, finding, &finding->values[i], place);
        values[i].name = (char *)(uintptr_t)finding->values[i].text;
        values[i].text = eg_arena_text(&run->arena, eg_bytes_of(text));
        if (values[i].text == NULL) {
            return eg_arena_refused(&run->arena, run->a->file, run->err);
        }
        EG_TRY(eg_finding_value(made, finding->values[i].text, text, run->err));
    }
    show_finding(run, finding, values, end);
    return EG_OK;
}

/* An engine before EG_ASSESS_OWED_SINCE asked for no reason. */
static enum eg_status add_unanswered(struct eg_assess_run *run,
                                     const struct eg_assess_finding *finding, size_t place)
{
    if (run->owes) {
        return eg_assess_add_reason(run, finding, place);
    }
    run->judged[finding - run->a->findings].undecided++;
    return EG_OK;
}

enum eg_status eg_assess_run_finding(struct eg_assess_run *run,
                                     const struct eg_assess_finding *finding)
{
    size_t index = (size_t)(finding - run->a->findings);
    const struct eg_assess_cell *condition = &run->cells[finding->condition];
    const struct eg_assess_cell *over =
        finding->over != EG_ASSESS_NONE ? &run->cells[finding->over] : NULL;
    struct eg_assess_judged *judged = &run->judged[index];

    judged->judged = true;
    for (size_t i = 0; i < condition->places; i++) {
        enum eg_answer_value selected = over != NULL ? eg_assess_answer(over, i) : EG_ANSWER_YES;
        if (selected == EG_ANSWER_NO || (selected == EG_ANSWER_UNKNOWN && !run->owes)) {
            judged->not_applicable++;
            continue;
        }
        enum eg_answer_value said =
            selected == EG_ANSWER_YES ? eg_assess_answer(condition, i) : EG_ANSWER_UNKNOWN;
        judged->found += said == EG_ANSWER_YES;
        judged->not_found += said == EG_ANSWER_NO;
        if (said == EG_ANSWER_UNKNOWN) {
            EG_TRY(add_unanswered(run, finding, i));
        }
        if (said == EG_ANSWER_YES && run->listed[index] < EG_ASSESSMENT_LISTED_MAX) {
            run->listed[index]++;
            EG_TRY(add_finding(run, finding, i));
        } else if (said == EG_ANSWER_YES) {
            judged->omitted++;
        }
    }
    return EG_OK;
}
