/*
 * Figures over places: counts, exact sums, shares, runs, classes.
 */
#include "assess/assessment/assessment_model.h"

#include "assess/number/numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PERCENT_THOUSANDTHS 100000

/* 64 places of `over`, all where none is named. */
static uint64_t within(const struct eg_assess_run *run, int over, size_t places, size_t w)
{
    size_t left = places - w * 64;
    uint64_t full = left >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << left) - 1;
    return over == EG_ASSESS_NONE ? full : run->cells[over].yes[w] & full;
}

/* 64 places of which it is not known whether `over` selects them; an engine before
 * EG_ASSESS_OWED_SINCE dropped them. */
static uint64_t unselected(const struct eg_assess_run *run, int over, size_t places, size_t w)
{
    size_t left = places - w * 64;
    uint64_t full = left >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << left) - 1;
    return over == EG_ASSESS_NONE || !run->owes ? 0 : run->cells[over].unknown[w] & full;
}

static size_t count_unselected(const struct eg_assess_run *run, const struct eg_assess_op *op)
{
    size_t places = run->cells[op->in[0]].places, n = 0;
    for (size_t w = 0; w < eg_assess_mask_words(places); w++) {
        n += (size_t)__builtin_popcountll(unselected(run, op->in[3], places, w));
    }
    return n;
}

static bool is_within(const struct eg_assess_run *run, int over, size_t place)
{
    return over == EG_ASSESS_NONE || eg_assess_bit(run->cells[over].yes, place);
}

static void run_count(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    const struct eg_assess_cell *in = &run->cells[op->in[0]];
    struct eg_assess_cell *out = &run->cells[op->out];
    size_t yes = 0, unknown = 0;

    for (size_t w = 0; w < eg_assess_mask_words(in->places); w++) {
        uint64_t over = within(run, op->in[3], in->places, w);
        uint64_t maybe = unselected(run, op->in[3], in->places, w) & (in->yes[w] | in->unknown[w]);
        yes += (size_t)__builtin_popcountll(in->yes[w] & over);
        unknown += (size_t)__builtin_popcountll((in->unknown[w] & over) | maybe);
    }
    out->x[0] = (double)yes;
    out->status[0] = EG_VALUE_VALID;
    out->place = 0;
    out->unanswered = unknown;
}

/* The values that are used, in run->scratch. */
static size_t gather(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    const struct eg_assess_cell *in = &run->cells[op->in[0]];
    size_t n = 0;
    for (size_t i = 0; i < in->places; i++) {
        if (is_within(run, op->in[3], i) && !isnan(in->x[i]) &&
            eg_assess_bit(op->set.bits, in->status[i])) {
            run->scratch[n++] = in->x[i];
        }
    }
    return n;
}

static int compare_numbers(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static double extreme(const double *values, size_t n, bool most)
{
    double found = values[0];
    for (size_t i = 1; i < n; i++) {
        found = most ? eg_number_max(found, values[i]) : eg_number_min(found, values[i]);
    }
    return found;
}

static double aggregate(struct eg_assess_run *run, const struct eg_assess_op *op, size_t n)
{
    if (n == 0) {
        return op->code == EG_OP_SUM && !run->owes ? 0 : (double)NAN;
    }
    switch (op->code) {
    case EG_OP_SUM:
        return eg_number_sum(run->scratch, n);
    case EG_OP_MEAN:
        return eg_number_mean(run->scratch, n);
    case EG_OP_MAX:
        return extreme(run->scratch, n, true);
    case EG_OP_MIN:
        return extreme(run->scratch, n, false);
    default: { /* nearest rank: the p*n/100-th smallest, rounded up */
        qsort(run->scratch, n, sizeof(double), compare_numbers);
        size_t rank = ((size_t)op->number * n + PERCENT_THOUSANDTHS - 1) / PERCENT_THOUSANDTHS;
        return run->scratch[rank - 1];
    }
    }
}

static void run_aggregate(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    struct eg_assess_cell *out = &run->cells[op->out];
    size_t n = gather(run, op);
    out->x[0] = aggregate(run, op, n);
    out->status[0] = isnan(out->x[0]) ? EG_VALUE_MISSING : EG_VALUE_VALID;
    out->place = op->code == EG_OP_MEAN ? EG_ASSESS_PLACE_NONE : run->cells[op->in[0]].place;
    out->n = n;
    out->unanswered = count_unselected(run, op);
    out->reason_holds = false;
    if (out->unanswered > (size_t)op->index && out->status[0] < EG_VALUE_IMPLAUSIBLE) {
        out->status[0] = EG_VALUE_IMPLAUSIBLE;
    }
}

static void run_share(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    const struct eg_assess_cell *part = &run->cells[op->in[0]], *whole = &run->cells[op->in[1]];
    struct eg_assess_cell *out = &run->cells[op->out];
    bool none = isnan(part->x[0]) || isnan(whole->x[0]) || whole->x[0] == 0;
    uint8_t status = part->status[0] > whole->status[0] ? part->status[0] : whole->status[0];
    out->x[0] = none ? (double)NAN : part->x[0] * 100 / whole->x[0];
    out->status[0] = none ? EG_VALUE_MISSING : status;
    out->place = EG_ASSESS_PLACE_NONE;
}

static void run_run(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    const struct eg_assess_cell *in = &run->cells[op->in[0]];
    struct eg_assess_cell *out = &run->cells[op->out];
    double hours = 0;

    if (op->in[1] != EG_ASSESS_NONE) {
        const struct eg_assess_cell *start = &run->cells[op->in[1]];
        hours = start->status[0] <= EG_VALUE_SUBSTITUTE ? start->x[0] : (double)NAN;
    }
    out->place = EG_ASSESS_PLACE_NONE;
    for (size_t i = 0; i < out->places; i++) {
        enum eg_answer_value said = eg_assess_answer(in, i);
        hours = said == EG_ANSWER_UNKNOWN ? (double)NAN
                : said == EG_ANSWER_YES   ? hours + run->step_h
                                          : 0;
        out->x[i] = hours;
        out->status[i] = isnan(hours) ? EG_VALUE_MISSING : EG_VALUE_VALID;
    }
}

static void run_valid(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    struct eg_assess_cell *out = &run->cells[op->out];
    enum eg_answer_value said = eg_assess_answer(&run->cells[op->in[0]], 0);
    out->reason_holds = said != EG_ANSWER_YES;
    if (out->reason_holds) {
        out->status[0] = said == EG_ANSWER_NO ? EG_VALUE_INVALID : EG_VALUE_IMPLAUSIBLE;
    }
}

void eg_assess_run_figure(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    switch (op->code) {
    case EG_OP_COUNT:
        run_count(run, op);
        return;
    case EG_OP_SHARE:
        run_share(run, op);
        return;
    case EG_OP_RUN:
        run_run(run, op);
        return;
    case EG_OP_VALID:
        run_valid(run, op);
        return;
    default:
        run_aggregate(run, op);
    }
}

/* A place whose class hangs on an unknown condition, until all rows are asked. */
#define UNDECIDED 255

/* ---- classes ------------------------------------------------------------------------------ */

static const char *bound_text(const struct eg_assess_run *run, int quantity)
{
    const struct eg_assessment *a = run->a;
    for (size_t i = 0; i < a->parameter_count; i++) {
        if (a->parameters[i].quantity == quantity) {
            return run->values[i] != NULL ? run->values[i]->value : NULL;
        }
    }
    for (size_t i = 0; i < a->constant_count; i++) {
        if (a->constants[i].quantity == quantity) {
            return a->constants[i].formula->text;
        }
    }
    return NULL;
}

/* The step that holds x, from 0; -1: none. */
static int scale_step(const double *bounds, int steps, double x)
{
    if (x == bounds[0]) {
        return 0;
    }
    for (int i = 0; i < steps; i++) {
        if (x > bounds[i] && x <= bounds[i + 1]) {
            return i;
        }
    }
    return -1;
}

/* Places that no row above took are tried by this one. */
static void try_row(struct eg_assess_run *run, const struct eg_assess_classes *classes,
                    const struct eg_assess_class *row)
{
    struct eg_assess_cell *out = &run->cells[classes->out];
    double bounds[256];
    int steps = row->scale.steps;
    const struct eg_assess_cell *in =
        &run->cells[row->condition != EG_ASSESS_NONE ? row->condition : row->scale.of];

    if (row->condition == EG_ASSESS_NONE) {
        const char *from = bound_text(run, row->scale.from), *to = bound_text(run, row->scale.to);
        if (from == NULL || to == NULL) {
            return;
        }
        for (int i = 0; i <= steps; i++) {
            bounds[i] = eg_assess_exact_step(from, to, i, steps);
        }
    }
    for (size_t i = 0; i < out->places; i++) {
        int found = -1;
        if (out->word[i] != 0 || !is_within(run, classes->over, i)) {
            continue;
        }
        if (row->condition != EG_ASSESS_NONE) {
            enum eg_answer_value said = eg_assess_answer(in, i);
            found = said == EG_ANSWER_YES ? 0 : -1;
            if (run->owes && said == EG_ANSWER_UNKNOWN) {
                out->word[i] = UNDECIDED;
            }
        } else if (!isnan(in->x[i]) && in->status[i] <= EG_VALUE_SUBSTITUTE) {
            found = scale_step(bounds, steps, in->x[i]);
        }
        if (found >= 0) {
            out->word[i] = (uint8_t)(row->scale.first + found + 1);
        }
    }
}

/* Behind the classes: unclassed, undecided. */
static size_t slot_of(const struct eg_assess_classes *classes, uint8_t word)
{
    return word == UNDECIDED ? classes->id_count + 1 : word == 0 ? classes->id_count : word - 1u;
}

void eg_assess_run_classes(struct eg_assess_run *run, const struct eg_assess_classes *classes)
{
    struct eg_assess_cell *out = &run->cells[classes->out];
    size_t *counts = &run->class_counts[classes->first_count];

    memset(out->word, 0, out->places);
    memset(counts, 0, (classes->id_count + 2) * sizeof *counts);
    for (size_t i = 0; i < classes->row_count; i++) {
        try_row(run, classes, &classes->rows[i]);
    }
    for (size_t i = 0; i < out->places; i++) {
        if (is_within(run, classes->over, i)) {
            counts[slot_of(classes, out->word[i])]++;
        } else if (run->owes && eg_assess_bit(run->cells[classes->over].unknown, i)) {
            counts[classes->id_count + 1]++;
        }
        out->word[i] = out->word[i] == UNDECIDED ? 0 : out->word[i];
    }
}
