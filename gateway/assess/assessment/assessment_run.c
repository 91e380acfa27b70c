/*
 * One report through the lists of operations. All room is taken once, before the first of them: per
 * value nothing is allocated, and no name is looked up.
 */
#include "assess/assessment/assessment_model.h"

#include "assess/number/numbers.h"
#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- room --------------------------------------------------------------------------------- */

static enum eg_status refused(struct eg_assess_run *run)
{
    return eg_arena_refused(&run->arena, run->a->file, run->err);
}

/* Most places that a grid has in this report. */
static size_t places_of(const struct eg_assess_run *run, int grid)
{
    size_t most = 1;
    if (grid >= EG_ASSESS_GRID_WINDOW) {
        return run->window_days[grid - EG_ASSESS_GRID_WINDOW];
    }
    for (size_t i = 0; i < run->grid.source_count; i++) {
        const struct eg_grid_source *source = &run->grid.sources[i];
        most = grid == EG_ASSESS_GRID_SOURCE && source->places > most ? source->places : most;
        for (size_t k = 0; grid == EG_ASSESS_GRID_SERIES && k < source->series_count; k++) {
            most = source->series[k].places > most ? source->series[k].places : most;
        }
    }
    return most;
}

static bool make_cell(struct eg_assess_run *run, const struct eg_assess_quantity *q,
                      struct eg_assess_cell *cell, size_t places)
{
    struct eg_arena *arena = &run->arena;
    bool given = q->origin == EG_ASSESS_GIVEN;

    cell->places = places;
    cell->place = EG_ASSESS_PLACE_NONE;
    if (q->kind == EG_ASSESS_ANSWER) {
        size_t words = eg_assess_mask_words(places);
        cell->yes = eg_arena_array(arena, words, sizeof(uint64_t));
        cell->unknown = eg_arena_array(arena, words, sizeof(uint64_t));
        return cell->yes != NULL && cell->unknown != NULL;
    }
    if (given) {
        return true; /* looks into the grid */
    }
    if (q->kind == EG_ASSESS_WORD) {
        cell->word = eg_arena_alloc(arena, places);
        return cell->word != NULL;
    }
    cell->x = eg_arena_array(arena, places, sizeof(double));
    cell->status = eg_arena_alloc(arena, places);
    return cell->x != NULL && cell->status != NULL;
}

static enum eg_status make_windows(struct eg_assess_run *run)
{
    const struct eg_assessment *a = run->a;
    struct eg_assess_day day = {0, 0, 0};

    if (!eg_assess_day_read(&day, run->day)) {
        return eg_error_set(run->err, EG_E_USAGE, a->file, "the report's period is no day");
    }
    run->window_days = eg_arena_array(&run->arena, a->window_count, sizeof *run->window_days);
    run->window_first = eg_arena_array(&run->arena, a->window_count, sizeof *run->window_first);
    if (run->window_days == NULL || run->window_first == NULL) {
        return refused(run);
    }
    for (size_t i = 0; i < a->window_count; i++) {
        long first = 0, last = 0;
        eg_assess_window_bounds(&first, &last, &a->windows[i], eg_assess_day_number(day));
        run->window_days[i] = (size_t)(last - first + 1);
        eg_assess_day_text(run->window_first[i], first);
    }
    return EG_OK;
}

enum eg_status eg_assess_make_room(struct eg_assess_run *run)
{
    const struct eg_assessment *a = run->a;
    size_t most = 1;

    enum eg_status status = make_windows(run);
    if (status != EG_OK) {
        return status;
    }
    run->cells = eg_arena_array(&run->arena, a->quantity_count, sizeof *run->cells);
    run->values = eg_arena_array(&run->arena, a->parameter_count, sizeof *run->values);
    run->class_counts = eg_arena_array(&run->arena, a->class_total, sizeof(size_t));
    run->judged = eg_arena_array(&run->arena, a->finding_count, sizeof *run->judged);
    run->listed = eg_arena_array(&run->arena, a->finding_count, sizeof(size_t));
    run->looked_at = eg_arena_array(
        &run->arena, run->job->known != NULL ? run->job->known->count : 0, sizeof(bool));
    if (run->cells == NULL || run->values == NULL || run->class_counts == NULL ||
        run->judged == NULL || run->listed == NULL || run->looked_at == NULL) {
        return refused(run);
    }
    for (size_t i = 0; i < a->quantity_count; i++) {
        const struct eg_assess_quantity *q = &a->quantities[i];
        size_t places = q->column ? places_of(run, q->grid) : 1;
        most = places > most ? places : most;
        if (!make_cell(run, q, &run->cells[i], places)) {
            return refused(run);
        }
    }
    run->scratch = eg_arena_array(&run->arena, most, sizeof(double));
    return run->scratch != NULL ? EG_OK : refused(run);
}

/* ---- operations --------------------------------------------------------------------------- */

static bool has_value(const struct eg_assess_run *run, int parameter)
{
    return parameter == EG_ASSESS_NONE ||
           (run->values[parameter] != NULL && run->values[parameter]->value != NULL);
}

/* What `having` left out: no numbers, no answers. */
static void unmake(struct eg_assess_run *run, int quantity)
{
    struct eg_assess_cell *cell = &run->cells[quantity];
    cell->made = false;
    cell->reason_holds = false;
    cell->n = cell->unanswered = 0;
    if (cell->yes != NULL) {
        for (size_t w = 0; w < eg_assess_mask_words(cell->places); w++) {
            cell->yes[w] = 0;
            size_t left = cell->places - w * 64;
            cell->unknown[w] = left >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << left) - 1;
        }
    }
    for (size_t i = 0; i < cell->places; i++) {
        if (cell->x != NULL) {
            cell->x[i] = (double)NAN;
            cell->status[i] = EG_VALUE_MISSING;
        }
        if (cell->word != NULL) {
            cell->word[i] = 0;
        }
    }
}

static void leave_out(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    const struct eg_assessment *a = run->a;
    const char *what = op->code == EG_OP_FINDING  ? a->findings[op->index].id
                       : op->code == EG_OP_WINDOW ? a->windows[op->index].name
                                                  : a->quantities[op->out].name;

    if (op->out != EG_ASSESS_NONE) {
        unmake(run, op->out);
    }
    if (op->code == EG_OP_WINDOW) {
        for (size_t i = 0; i < a->quantity_count; i++) {
            if (a->quantities[i].block == a->windows[op->index].block &&
                a->quantities[i].origin != EG_ASSESS_PARAMETER &&
                a->quantities[i].origin != EG_ASSESS_SETTING) {
                unmake(run, (int)i);
            }
        }
    }
    eg_buf_format(&run->not_judged_text, "%s<not-judged", run->series != NULL ? "      " : "    ");
    if (run->series != NULL) {
        eg_assess_attribute_text(&run->not_judged_text, "component", run->series->component);
    }
    eg_assess_attribute_text(&run->not_judged_text, "because",
                             a->parameters[op->having].parameter->name);
    eg_assess_attribute_text(&run->not_judged_text, "of", what);
    eg_buf_text(&run->not_judged_text, "/>\n");
}

static enum eg_status run_series(struct eg_assess_run *run, int block);

static enum eg_status run_block(struct eg_assess_run *run, int block);

static void spread(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    eg_assess_run_answer(run, &(struct eg_assess_op){.code = EG_OP_OR,
                                                     .out = op->out,
                                                     .in = {op->in[0], EG_ASSESS_NONE,
                                                            EG_ASSESS_NONE, EG_ASSESS_NONE}});
}

static enum eg_status run_op(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    if (op->having != EG_ASSESS_NONE && !has_value(run, op->having)) {
        leave_out(run, op);
        return EG_OK;
    }
    if (op->out != EG_ASSESS_NONE) {
        run->cells[op->out].made = true;
    }
    switch (op->code) {
    case EG_OP_SPREAD:
        spread(run, op);
        return EG_OK;
    case EG_OP_CLASSES:
        eg_assess_run_classes(run, &run->a->classes[op->index]);
        return EG_OK;
    case EG_OP_WINDOW:
        return run_block(run, run->a->windows[op->index].block);
    case EG_OP_RECALL:
        return eg_assess_run_recall(run, &run->a->recalls[op->index]);
    case EG_OP_REMEMBER:
        return eg_assess_run_remember(run, &run->a->remembers[op->index]);
    case EG_OP_SERIES:
        return run_series(run, op->index);
    case EG_OP_FINDING:
        return eg_assess_run_finding(run, &run->a->findings[op->index]);
    default:
        break;
    }
    if (op->code < EG_OP_AND) {
        eg_assess_run_number(run, op);
    } else if (op->code < EG_OP_SPREAD) {
        eg_assess_run_answer(run, op);
    } else {
        eg_assess_run_figure(run, op);
    }
    return EG_OK;
}

static enum eg_status run_block(struct eg_assess_run *run, int block)
{
    const struct eg_assess_block *b = &run->a->blocks[block];
    for (size_t i = 0; i < b->op_count; i++) {
        EG_TRY(run_op(run, &b->ops[i]));
    }
    return EG_OK;
}

/* ---- sources and series ------------------------------------------------------------------- */

/* Columns look into the grid of the source or series; how many places they have changes with it. */
static void enter(struct eg_assess_run *run)
{
    const struct eg_assessment *a = run->a;
    bool series = run->series != NULL;
    const struct eg_cells *cells = series ? run->series->cells : run->source->cells;

    for (size_t i = 0; i < a->given_count; i++) {
        struct eg_assess_cell *cell = &run->cells[a->given_quantity[i]];
        if (a->givens[i].in_series == series) {
            cell->x = cells[i].x;
            cell->status = cells[i].status;
            cell->word = cells[i].word;
            cell->made = true;
        }
    }
    for (size_t i = 0; i < a->quantity_count; i++) {
        const struct eg_assess_quantity *q = &a->quantities[i];
        if (q->column && q->grid == EG_ASSESS_GRID_SOURCE) {
            run->cells[i].places = run->source->places;
        } else if (q->column && q->grid == EG_ASSESS_GRID_SERIES && series) {
            run->cells[i].places = run->series->places;
        }
    }
}

static void begin_texts(struct eg_assess_run *run)
{
    eg_buf_reset(&run->texts);
    eg_buf_reset(&run->remembered_text);
    eg_buf_reset(&run->not_judged_text);
}

struct texts {
    struct eg_buf texts, remembered, not_judged;
};

/* The source's own texts wait while a series has its own. */
static void swap_texts(struct eg_assess_run *run, struct texts *kept)
{
    struct texts now = {run->texts, run->remembered_text, run->not_judged_text};
    run->texts = kept->texts;
    run->remembered_text = kept->remembered;
    run->not_judged_text = kept->not_judged;
    *kept = now;
}

/* What the current source or series owes and does not report, and what of it is implausible. */
static enum eg_status tell_of_report(struct eg_assess_run *run, int block)
{
    if (!run->owes) {
        return EG_OK;
    }
    EG_TRY(eg_assess_tell_owed(run, block));
    return eg_assess_tell_implausible(run);
}

/* What became of the limits of a block of source or series. */
static enum eg_status tell_block(struct eg_assess_run *run, int block)
{
    const struct eg_assessment *a = run->a;

    for (size_t i = 0; run->owes && i < a->finding_count; i++) {
        if (run->judged[i].judged && a->blocks[a->findings[i].block].level == block) {
            EG_TRY(eg_assess_tell_judged(run, &a->findings[i]));
        }
    }
    return EG_OK;
}

static enum eg_status run_one_series(struct eg_assess_run *run, int block)
{
    for (size_t i = 0; i < run->a->finding_count; i++) {
        if (run->a->blocks[run->a->findings[i].block].level == block) {
            run->judged[i] = (struct eg_assess_judged){0};
        }
    }
    begin_texts(run);
    enter(run);
    EG_TRY(tell_of_report(run, block));
    EG_TRY(run_block(run, block));
    EG_TRY(tell_block(run, block));
    eg_buf_text(&run->series_text, "    <series");
    eg_assess_attribute_text(&run->series_text, "component", run->series->component);
    eg_buf_text(&run->series_text, ">\n");
    eg_assess_result_block(&run->series_text, run, block, "      ");
    eg_buf_text(&run->series_text, "    </series>\n");
    return EG_OK;
}

/* Does the series block apply to the component of this series? */
static enum eg_status is_judged(bool *judged, struct eg_assess_run *run, int having)
{
    const struct eg_parameter_value *value = NULL;
    enum eg_status status = EG_OK;
    *judged = run->series->cells != NULL || run->a->given_count == 0;
    if (*judged && having != EG_ASSESS_NONE) {
        status = eg_assess_value_for(&value, run, (size_t)having, run->series->component);
        *judged = value != NULL;
    }
    return status;
}

static enum eg_status run_series(struct eg_assess_run *run, int block)
{
    struct texts kept;
    enum eg_status status = EG_OK;

    eg_buf_init(&kept.texts, EG_FINDINGS_MAX);
    eg_buf_init(&kept.remembered, EG_FINDINGS_MAX);
    eg_buf_init(&kept.not_judged, EG_FINDINGS_MAX);
    swap_texts(run, &kept);
    for (size_t i = 0; status == EG_OK && i < run->source->series_count; i++) {
        bool judged = false;
        run->series = &run->source->series[i];
        status = is_judged(&judged, run, run->a->blocks[block].having);
        if (status != EG_OK || !judged) {
            continue;
        }
        run->series_judged[i] = true;
        status = eg_assess_run_parameters(run);
        if (status == EG_OK) {
            status = run_one_series(run, block);
        }
    }
    run->series = NULL;
    swap_texts(run, &kept);
    eg_buf_done(&kept.texts);
    eg_buf_done(&kept.remembered);
    eg_buf_done(&kept.not_judged);
    return status == EG_OK ? eg_assess_run_parameters(run) : status;
}

/* Is the series part of one that was added up? Then it is judged in that. */
static bool is_part(const struct eg_assess_run *run, const char *component)
{
    for (size_t i = 0; i < run->source->series_count; i++) {
        const struct eg_grid_series *series = &run->source->series[i];
        for (size_t k = 0; series->summed && k < run->a->combine_count; k++) {
            const struct eg_grid_sum *sum = &run->a->combines[k].sum;
            for (size_t p = 0; p < sum->part_count; p++) {
                if (strcmp(sum->component, series->component) == 0 &&
                    strcmp(sum->parts[p].component, component) == 0) {
                    return true;
                }
            }
        }
    }
    return false;
}

/* Components that no series block took. */
static void add_not_judged(struct eg_assess_run *run, struct eg_buf *out)
{
    const struct eg_assessment *a = run->a;
    for (size_t i = 0; i < run->source->series_count; i++) {
        if (run->series_judged[i] || is_part(run, run->source->series[i].component)) {
            continue;
        }
        eg_buf_text(out, "    <not-judged");
        eg_assess_attribute_text(out, "component", run->source->series[i].component);
        for (size_t b = 0; b < a->block_count; b++) {
            if (a->blocks[b].kind == EG_ASSESS_BLOCK_SERIES &&
                a->blocks[b].having != EG_ASSESS_NONE) {
                eg_assess_attribute_text(out, "because",
                                         a->parameters[a->blocks[b].having].parameter->name);
                break;
            }
        }
        eg_buf_text(out, "/>\n");
    }
}

static enum eg_status run_source(struct eg_assess_run *run, struct eg_grid_source *source,
                                 struct eg_buf *out)
{
    run->source = source;
    if (run->owes) {
        EG_TRY(eg_assess_add_required(run, source));
    }
    eg_buf_reset(&run->series_text);
    begin_texts(run);
    memset(run->judged, 0, run->a->finding_count * sizeof *run->judged);
    run->series_judged =
        eg_arena_array(&run->arena, run->source->series_count, sizeof *run->series_judged);
    if (run->series_judged == NULL) {
        return refused(run);
    }
    enum eg_status status = eg_assess_run_parameters(run);
    enter(run);
    if (status != EG_OK) {
        return status;
    }
    EG_TRY(tell_of_report(run, EG_ASSESS_NONE));
    EG_TRY(run_block(run, 0));
    EG_TRY(tell_block(run, 0));
    eg_buf_text(out, "  <source");
    eg_assess_attribute_text(out, "id", run->source->id);
    eg_buf_text(out, ">\n");
    add_not_judged(run, &run->not_judged_text);
    eg_assess_result_block(out, run, 0, "    ");
    eg_buf_bytes(out, eg_bytes_view(&run->series_text));
    eg_buf_text(out, "  </source>\n");
    const struct eg_buf *parts[] = {&run->series_text, &run->texts, &run->remembered_text,
                                    &run->not_judged_text};
    for (size_t i = 0; i < 4; i++) {
        EG_TRY(eg_buf_ok(parts[i], run->a->result, run->err));
    }
    return EG_OK;
}

/* ---- the whole ---------------------------------------------------------------------------- */

/* Is any series block to judge this component? */
static bool is_any_block_for(const struct eg_assess_run *run, const char *component)
{
    for (size_t i = 0; i < run->a->block_count; i++) {
        const struct eg_assess_block *block = &run->a->blocks[i];
        if (block->kind == EG_ASSESS_BLOCK_SERIES &&
            (block->having == EG_ASSESS_NONE ||
             eg_assess_has_any_value(run, (size_t)block->having, component))) {
            return true;
        }
    }
    return false;
}

/* What is judged, itself or as a part of another component, is read; what is not is not. */
static bool wants(void *payload, const char *component)
{
    const struct eg_assess_run *run = payload;

    if (is_any_block_for(run, component)) {
        return true;
    }
    for (size_t i = 0; i < run->a->combine_count; i++) {
        const struct eg_grid_sum *sum = &run->a->combines[i].sum;
        for (size_t p = 0; p < sum->part_count; p++) {
            if (strcmp(sum->parts[p].component, component) == 0) {
                return is_any_block_for(run, sum->component);
            }
        }
    }
    return false;
}

static enum eg_status run_sources(struct eg_assess_run *run, struct eg_buf *out)
{
    if (run->owes) {
        EG_TRY(eg_assess_add_absent(run));
    }
    EG_TRY(eg_assess_make_room(run));
    eg_assess_result_begin(out, run);
    for (size_t i = 0; i < run->grid.source_count; i++) {
        EG_TRY(run_source(run, &run->grid.sources[i], out));
    }
    eg_assess_result_end(out, run);
    EG_TRY(eg_assess_tell_recalled(run));
    return eg_buf_ok(out, run->a->result, run->err);
}

void eg_assess_begin(struct eg_assess_run *run)
{
    eg_arena_init(&run->arena, EG_ASSESSMENT_MEMORY_MAX);
    eg_grid_init(&run->grid);
    eg_buf_init(&run->texts, EG_NOTIFICATION_MAX);
    eg_buf_init(&run->series_text, EG_NOTIFICATION_MAX);
    eg_buf_init(&run->remembered_text, EG_NOTIFICATION_MAX);
    eg_buf_init(&run->not_judged_text, EG_NOTIFICATION_MAX);
    eg_buf_init(&run->location, EG_KIB * 64);
    memcpy(run->day, run->job->header->until, sizeof run->day);
    run->step_h = run->a->grid == EG_GRID_HALF_HOUR ? 0.5 : 1;
}

void eg_assess_end(struct eg_assess_run *run)
{
    eg_arena_done(&run->arena);
    eg_grid_done(&run->grid);
    eg_buf_done(&run->texts);
    eg_buf_done(&run->series_text);
    eg_buf_done(&run->remembered_text);
    eg_buf_done(&run->not_judged_text);
    eg_buf_done(&run->location);
}

enum eg_status eg_assessment_run(const struct eg_assessment_output *out, bool *made,
                                 const struct eg_assessment *assessment,
                                 const struct eg_assessment_job *job, struct eg_error *err)
{
    struct eg_assess_run run = {.a = assessment,
                                .job = job,
                                .findings = out->findings,
                                .recalled_facts = out->recalled,
                                .remembered = out->remembered,
                                .judged_limits = out->judged,
                                .owes =
                                    job->semantics == 0 || job->semantics >= EG_ASSESS_OWED_SINCE,
                                .err = err};
    bool readable = false;

    eg_assess_begin(&run);
    const struct eg_extract_from from = {
        .doc = job->doc, .header = job->header, .step = job->step, .wants = wants, .payload = &run};
    enum eg_status status =
        eg_grid_extract(&run.grid, &readable, assessment->extraction, &from, out->findings, err);
    if (status != EG_OK) {
        goto done;
    }
    if (readable) {
        status = run_sources(&run, out->result);
    }

done:
    *made = status == EG_OK && readable;
    eg_assess_end(&run);
    return status;
}

/* A grid with nothing in it but the sources of the plant. */
static enum eg_status empty_grid(struct eg_assess_run *run)
{
    run->grid.kind = run->a->grid;
    memcpy(run->grid.day, run->day, sizeof run->grid.day);
    EG_TRY(eg_assess_add_absent(run));
    return run->grid.source_count > 0
               ? EG_OK
               : eg_grid_add_source(&run->grid, run->a->extraction, "*", run->err);
}

enum eg_status eg_assessment_owed(struct eg_judged *out, const struct eg_assessment *assessment,
                                  const struct eg_assessment_job *job, struct eg_error *err)
{
    struct eg_findings findings;
    struct eg_buf result;
    struct eg_assess_run run = {.a = assessment,
                                .job = job,
                                .findings = &findings,
                                .judged_limits = out,
                                .owes = true,
                                .err = err};

    eg_findings_init(&findings);
    eg_buf_init(&result, EG_NOTIFICATION_MAX);
    eg_assess_begin(&run);
    enum eg_status status = empty_grid(&run);
    if (status != EG_OK) {
        goto done;
    }
    status = run_sources(&run, &result);

done:
    eg_assess_end(&run);
    eg_buf_done(&result);
    eg_findings_done(&findings);
    return status;
}
