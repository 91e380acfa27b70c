/*
 * Why a place could not be judged. The condition of a finding is followed back, through the
 * operations that made it, to the first part that is not usable there: a value of the report, a
 * figure that is not valid for a reason of its own, a fact of an earlier day. It is asked of
 * undecided places only, after the block has run, so that all cells are as they were judged.
 */
#include "assess/assessment/assessment_model.h"

#include "base/error.h"
#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- which operations make what ----------------------------------------------------------- */

static void count_makers(struct eg_assessment *a)
{
    for (size_t b = 0; b < a->block_count; b++) {
        for (size_t i = 0; i < a->blocks[b].op_count; i++) {
            int out = a->blocks[b].ops[i].out;
            if (out != EG_ASSESS_NONE) {
                a->makers.first[out + 1]++;
            }
        }
    }
    for (size_t q = 0; q < a->quantity_count; q++) {
        a->makers.first[q + 1] += a->makers.first[q];
    }
}

enum eg_status eg_assess_settle_makers(struct eg_assess_compile *c)
{
    struct eg_assessment *a = c->a;
    size_t *next = eg_arena_array(&a->arena, a->quantity_count + 1, sizeof *next);

    a->makers.first = eg_arena_array(&a->arena, a->quantity_count + 2, sizeof *a->makers.first);
    a->makers.list = eg_arena_array(&a->arena, a->op_count, sizeof(struct eg_assess_op *));
    if (next == NULL || a->makers.first == NULL || a->makers.list == NULL) {
        return eg_assess_nomem(c);
    }
    count_makers(a);
    memcpy(next, a->makers.first, (a->quantity_count + 1) * sizeof *next);
    for (size_t b = 0; b < a->block_count; b++) {
        for (size_t i = 0; i < a->blocks[b].op_count; i++) {
            const struct eg_assess_op *op = &a->blocks[b].ops[i];
            if (op->out != EG_ASSESS_NONE) {
                a->makers.list[next[op->out]++] = op;
            }
        }
    }
    return EG_OK;
}

/* ---- following back ----------------------------------------------------------------------- */

static const struct eg_assess_reason formula = {.kind = EG_REASON_FORMULA, .index = EG_ASSESS_NONE};

static size_t place_in(const struct eg_assess_run *run, int quantity, size_t place)
{
    return run->a->quantities[quantity].column ? place : 0;
}

static bool is_of_window(const struct eg_assessment *a, int quantity)
{
    return a->blocks[a->quantities[quantity].block].kind == EG_ASSESS_BLOCK_WINDOW;
}

/* Can a condition not be answered because of this operand? */
static bool is_unusable(const struct eg_assess_run *run, int quantity, size_t place)
{
    const struct eg_assess_cell *cell = &run->cells[quantity];
    size_t at = place_in(run, quantity, place);

    if (at >= cell->places) {
        return true;
    }
    if (cell->yes != NULL) {
        return eg_assess_bit(cell->unknown, at);
    }
    if (cell->word != NULL) {
        return cell->word[at] == 0;
    }
    return isnan(cell->x[at]) || cell->status[at] > EG_VALUE_SUBSTITUTE ||
           (cell->unanswered > 0 && !is_of_window(run->a, quantity));
}

static int given_of(const struct eg_assessment *a, int quantity)
{
    for (size_t i = 0; i < a->given_count; i++) {
        if (a->given_quantity[i] == quantity) {
            return (int)i;
        }
    }
    return EG_ASSESS_NONE;
}

static bool is_column_empty(const struct eg_assess_cell *cell)
{
    for (size_t i = 0; i < cell->places; i++) {
        if (cell->word != NULL ? cell->word[i] != 0 : cell->status[i] != EG_VALUE_MISSING) {
            return false;
        }
    }
    return true;
}

static struct eg_assess_reason of_given(const struct eg_assess_run *run, int quantity, size_t place)
{
    const struct eg_assess_cell *cell = &run->cells[quantity];
    size_t at = place_in(run, quantity, place);
    struct eg_assess_reason made = {
        .kind = EG_REASON_GIVEN, .index = given_of(run->a, quantity), .status = EG_VALUE_MISSING};
    if (is_column_empty(cell)) {
        made.status = EG_ASSESS_NOT_REPORTED;
    } else if (cell->word == NULL && at < cell->places) {
        made.status = cell->status[at];
    }
    return made;
}

static struct eg_assess_reason trace(const struct eg_assess_run *run, int quantity, size_t place);

/* The first of the operands that is not usable. */
static struct eg_assess_reason of_operands(const struct eg_assess_run *run,
                                           const struct eg_assess_op *op, size_t count,
                                           size_t place)
{
    for (size_t i = 0; i < count && op->in[i] != EG_ASSESS_NONE; i++) {
        if (is_unusable(run, op->in[i], place)) {
            return trace(run, op->in[i], place);
        }
    }
    return formula;
}

static bool is_in(const struct eg_assess_run *run, int over, size_t place)
{
    return over == EG_ASSESS_NONE || eg_assess_bit(run->cells[over].yes, place);
}

/* A figure over places: an unknown selection first, then the first value it could not use. */
static struct eg_assess_reason of_places(const struct eg_assess_run *run,
                                         const struct eg_assess_op *op)
{
    int over = op->in[3];
    size_t places = run->cells[op->in[0]].places;

    for (size_t i = 0; over != EG_ASSESS_NONE && i < places; i++) {
        if (eg_assess_bit(run->cells[over].unknown, i)) {
            return trace(run, over, i);
        }
    }
    bool any = false;
    for (size_t i = 0; i < places; i++) {
        any = any || is_in(run, over, i);
        if (is_in(run, over, i) && is_unusable(run, op->in[0], i)) {
            return trace(run, op->in[0], i);
        }
    }
    return any ? formula
               : (struct eg_assess_reason){.kind = EG_REASON_NOTHING, .index = EG_ASSESS_NONE};
}

/* Cases in order: the first that could not be decided, or the value of the one that held. */
static struct eg_assess_reason of_cases(const struct eg_assess_run *run, int quantity, size_t place)
{
    const struct eg_assess_makers *makers = &run->a->makers;

    for (size_t i = makers->first[quantity]; i < makers->first[quantity + 1]; i++) {
        const struct eg_assess_op *op = makers->list[i];
        if (op->code == EG_OP_REST) {
            return trace(run, op->in[0], place);
        }
        if (op->code != EG_OP_CASE) {
            continue;
        }
        enum eg_answer_value said =
            eg_assess_answer(&run->cells[op->in[0]], place_in(run, op->in[0], place));
        if (said != EG_ANSWER_NO) {
            return trace(run, said == EG_ANSWER_YES ? op->in[1] : op->in[0], place);
        }
    }
    return formula;
}

static struct eg_assess_reason of_valid(const struct eg_assess_run *run,
                                        const struct eg_assess_op *op)
{
    return is_unusable(run, op->in[0], 0)
               ? trace(run, op->in[0], 0)
               : (struct eg_assess_reason){.kind = EG_REASON_FIGURE, .index = op->out};
}

static struct eg_assess_reason of_classes(const struct eg_assess_run *run,
                                          const struct eg_assess_op *op, size_t place)
{
    const struct eg_assess_classes *classes = &run->a->classes[op->index];
    for (size_t i = 0; i < classes->row_count; i++) {
        const struct eg_assess_class *row = &classes->rows[i];
        int in = row->condition != EG_ASSESS_NONE ? row->condition : row->scale.of;
        if (is_unusable(run, in, place)) {
            return trace(run, in, place);
        }
    }
    return formula;
}

static struct eg_assess_reason of_op(const struct eg_assess_run *run, const struct eg_assess_op *op,
                                     size_t place)
{
    switch (op->code) {
    case EG_OP_BEGIN:
    case EG_OP_CASE:
    case EG_OP_REST:
        return of_cases(run, op->out, place);
    case EG_OP_LAST:
        return trace(run, op->in[0], run->cells[op->in[0]].places - 1);
    case EG_OP_COUNT:
    case EG_OP_SUM:
    case EG_OP_MEAN:
    case EG_OP_MAX:
    case EG_OP_MIN:
    case EG_OP_PERCENTILE:
        return of_places(run, op);
    case EG_OP_CLASSES:
        return of_classes(run, op, place);
    case EG_OP_RECALL:
        return (struct eg_assess_reason){.kind = EG_REASON_HISTORY, .index = EG_ASSESS_NONE};
    default:
        return of_operands(run, op, 4, place);
    }
}

/* Ends: what makes a quantity was made before it, and a recall is not followed. */
static struct eg_assess_reason trace(const struct eg_assess_run *run, int quantity, size_t place)
{
    const struct eg_assess_makers *makers = &run->a->makers;
    size_t first = makers->first[quantity], end = makers->first[quantity + 1];

    if (run->a->quantities[quantity].origin == EG_ASSESS_GIVEN) {
        return of_given(run, quantity, place);
    }
    if (first == end) {
        return formula; /* a parameter without a value here */
    }
    const struct eg_assess_op *last = makers->list[end - 1];
    if (last->code == EG_OP_VALID && run->cells[quantity].reason_holds) {
        return of_valid(run, last);
    }
    return of_op(run, makers->list[first], place);
}

/* ---- counting reasons --------------------------------------------------------------------- */

static bool is_same(const struct eg_assess_reason *a, const struct eg_assess_reason *b)
{
    return a->kind == b->kind && a->index == b->index && a->status == b->status;
}

enum eg_status eg_assess_add_reason(struct eg_assess_run *run,
                                    const struct eg_assess_finding *finding, size_t place)
{
    struct eg_assess_judged *judged = &run->judged[finding - run->a->findings];
    bool selected =
        finding->over == EG_ASSESS_NONE || !eg_assess_bit(run->cells[finding->over].unknown, place);
    struct eg_assess_reason found =
        trace(run, selected ? finding->condition : finding->over, place);

    if (found.kind == EG_REASON_NOTHING) {
        judged->not_applicable++;
        return EG_OK;
    }
    judged->undecided++;
    if (judged->reasons == NULL) {
        judged->reasons =
            eg_arena_array(&run->arena, EG_ASSESS_REASONS_MAX, sizeof *judged->reasons);
        if (judged->reasons == NULL) {
            return eg_arena_refused(&run->arena, run->a->file, run->err);
        }
    }
    for (size_t i = 0; i < judged->reason_count; i++) {
        bool last = i + 1 == EG_ASSESS_REASONS_MAX;
        if (last || is_same(&judged->reasons[i], &found)) {
            judged->reasons[i].count++;
            return EG_OK;
        }
    }
    found.count = 1;
    found.first_place = place;
    judged->reasons[judged->reason_count++] = found;
    return EG_OK;
}

/* ---- telling ------------------------------------------------------------------------------ */

int eg_assess_named(const struct eg_assessment *a, const char *name)
{
    for (size_t i = 0; i < a->quantity_count; i++) {
        if (a->quantities[i].name != NULL && strcmp(a->quantities[i].name, name) == 0) {
            return (int)i;
        }
    }
    return EG_ASSESS_NONE;
}

const char *eg_assess_column_of(const struct eg_assess_run *run, int quantity)
{
    const struct eg_assessment *a = run->a;
    const char *name = a->givens[given_of(a, quantity)].column;
    const struct eg_column *column = eg_columns_find(a->columns, name);

    return run->series != NULL && column->of_series && column->kind == EG_COLUMN_NUMBER
               ? run->series->component
               : name;
}

void eg_assess_reason_words(const struct eg_assess_run *run, const struct eg_assess_reason *reason,
                            const char **because, const char **status)
{
    switch (reason->kind) {
    case EG_REASON_GIVEN:
        *because = eg_assess_column_of(run, run->a->given_quantity[reason->index]);
        *status = reason->status == EG_ASSESS_NOT_REPORTED
                      ? "not-reported"
                      : eg_value_status_text((enum eg_value_status)reason->status);
        return;
    case EG_REASON_FIGURE:
        *because = run->a->quantities[reason->index].name;
        *status = "not-valid";
        return;
    case EG_REASON_HISTORY:
        *because = "earlier-days";
        *status = "unknown";
        return;
    case EG_REASON_FORMULA:
    case EG_REASON_NOTHING:
    default:
        *because = "formula";
        *status = "no-number";
    }
}

enum eg_status eg_assess_tell(struct eg_assess_run *run, const char *rule,
                              const char *const *values)
{
    char where[2 * EG_ID_MAX + 8] = "";
    struct eg_finding *made = NULL;
    unsigned line = 0;

    (void)snprintf(where, sizeof where, "%s%s%s", run->source->id, run->series != NULL ? ", " : "",
                   run->series != NULL ? run->series->component : "");
    eg_buf_reset(&run->location);
    eg_grid_location(&run->location, &line, run->a->extraction,
                     &(struct eg_grid_spot){run->source, run->series, EG_ASSESS_NONE, ""});
    const struct eg_finding_head head = {
        .severity = EG_SEVERITY_WARNING,
        .rule = rule,
        .step = run->job->step,
        .location = run->location.len > 0 ? (const char *)run->location.data : NULL,
        .line = line};
    EG_TRY(eg_findings_add(run->findings, &head, &made, run->err));
    EG_TRY(eg_finding_value(made, "where", where, run->err));
    for (; values[0] != NULL; values += 2) {
        EG_TRY(eg_finding_value(made, values[0], values[1], run->err));
    }
    return EG_OK;
}

static enum eg_status tell_reason(struct eg_assess_run *run,
                                  const struct eg_assess_finding *finding, size_t owed,
                                  const struct eg_assess_reason *reason)
{
    static const char *const rules[] = {[EG_REASON_GIVEN] = EG_RULE_UNDECIDED_STATUS,
                                        [EG_REASON_FIGURE] = EG_RULE_UNDECIDED_FIGURE,
                                        [EG_REASON_HISTORY] = EG_RULE_UNDECIDED_HISTORY,
                                        [EG_REASON_FORMULA] = EG_RULE_UNDECIDED_FORMULA};
    const char *rule = rules[reason->kind], *because = "", *status = "";
    char count[24] = "", all[24] = "";

    (void)snprintf(count, sizeof count, "%zu", reason->count);
    (void)snprintf(all, sizeof all, "%zu", owed);
    eg_assess_reason_words(run, reason, &because, &status);
    if (reason->kind == EG_REASON_GIVEN && reason->status == EG_ASSESS_NOT_REPORTED) {
        rule = EG_RULE_UNDECIDED_NOT_REPORTED;
    }
    const char *text =
        reason->kind == EG_REASON_FIGURE ? run->a->quantities[reason->index].reason : status;
    return eg_assess_tell(run, rule,
                          (const char *const[]){"limit", finding->id, "count", count, "owed", all,
                                                "because", because, "status", text, NULL});
}

/* A series or source that is not there was told of as a whole. */
static bool is_told_of(const struct eg_assess_run *run)
{
    return run->source->absent || (run->series != NULL && run->series->absent);
}

enum eg_status eg_assess_tell_judged(struct eg_assess_run *run,
                                     const struct eg_assess_finding *finding)
{
    const struct eg_assess_judged *judged = &run->judged[finding - run->a->findings];
    size_t done = judged->found + judged->not_found + judged->not_applicable;
    size_t owed = done + judged->undecided;

    for (size_t i = 0; !is_told_of(run) && i < judged->reason_count; i++) {
        EG_TRY(tell_reason(run, finding, owed, &judged->reasons[i]));
    }
    if (run->judged_limits == NULL) {
        return EG_OK;
    }
    const struct eg_judged_limit limit = {
        .rule = (char *)(uintptr_t)finding->id,
        .source = (char *)(uintptr_t)run->source->id,
        .component = (char *)(uintptr_t)(run->series != NULL ? run->series->component : ""),
        .counts = {.owed = owed,
                   .judged = done,
                   .exceeded = judged->found,
                   .undecided = judged->undecided},
        .not_applicable = judged->not_applicable};
    return eg_judged_add(run->judged_limits, &limit, run->err);
}

static void add_bound(struct eg_buf *out, const char *words, double bound)
{
    char text[EG_NUMBER_TEXT_MAX] = "";
    if (!isnan(bound)) {
        eg_number_text(text, bound);
        eg_buf_format(out, "%s%s%s", out->len > 0 ? ", " : "", words, text);
    }
}

static enum eg_status tell_range(struct eg_assess_run *run, int quantity,
                                 const struct eg_cells *cells, const struct eg_given *given)
{
    char count[24] = "", value[EG_NUMBER_TEXT_MAX] = "", end[EG_GRID_LABEL_MAX] = "";
    const struct eg_assess_quantity *q = &run->a->quantities[quantity];
    struct eg_buf range;

    eg_buf_init(&range, EG_KIB);
    (void)snprintf(count, sizeof count, "%zu", cells->outside);
    eg_number_text(value, cells->outside_number);
    if (q->column) {
        eg_assess_run_end(end, run, q->grid, cells->outside_place);
    }
    add_bound(&range, ">= ", given->range.at_least);
    add_bound(&range, "<= ", given->range.at_most);
    add_bound(&range, "< ", given->range.below);
    eg_buf_format(&range, " %s", given->unit_text);
    enum eg_status status = eg_buf_ok(&range, given->column, run->err);
    if (status == EG_OK) {
        status = eg_assess_tell(run, EG_RULE_VALUE_IMPLAUSIBLE,
                                (const char *const[]){"column", eg_assess_column_of(run, quantity),
                                                      "count", count, "value", value, "end", end,
                                                      "range", (const char *)range.data, NULL});
    }
    eg_buf_done(&range);
    return status;
}

enum eg_status eg_assess_tell_implausible(struct eg_assess_run *run)
{
    const struct eg_assessment *a = run->a;
    bool series = run->series != NULL;
    const struct eg_cells *cells = series ? run->series->cells : run->source->cells;

    for (size_t i = 0; i < a->given_count; i++) {
        if (a->givens[i].in_series == series && cells[i].outside > 0 &&
            !(series && run->series->summed)) {
            EG_TRY(tell_range(run, a->given_quantity[i], &cells[i],
                              eg_extraction_given(a->extraction, i)));
        }
    }
    return EG_OK;
}
