/*
 * Operations on values and answers, place by place. The result takes the worse status; what
 * can not be computed has no number and is implausible at least. Answers have Kleene's three
 * values: a bit for yes, a bit for unknown, 64 places a step.
 */
#include "assess/assessment/assessment_model.h"

#include "assess/number/numbers.h"

#include <math.h>
#include <string.h>

#define BEYOND 1e15 /* results above are no number */
#define KELVIN_ZERO 273.15

static void set_bit(uint64_t *bits, size_t place)
{
    bits[place / 64] |= (uint64_t)1 << (place % 64);
}

/* An operand: single ones stay at their one place. */
struct operand {
    const struct eg_assess_cell *cell;
    size_t step;
    /* of the report itself, not of a window of days */
    bool of_report;
};

static struct operand operand(const struct eg_assess_run *run, int quantity)
{
    const struct eg_assess_quantity *q = &run->a->quantities[quantity];
    bool of_report = run->a->blocks[q->block].kind != EG_ASSESS_BLOCK_WINDOW;
    return (struct operand){&run->cells[quantity], q->column ? 1 : 0, of_report};
}

static uint8_t worse(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

static void store(struct eg_assess_cell *out, size_t place, double x, uint8_t status)
{
    bool fails = !isfinite(x) || x > BEYOND || x < -BEYOND;
    out->x[place] = fails ? (double)NAN : x;
    out->status[place] = fails ? worse(status, EG_VALUE_IMPLAUSIBLE) : status;
}

static void run_arithmetic(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    struct operand a = operand(run, op->in[0]), b = operand(run, op->in[1]);
    struct eg_assess_cell *out = &run->cells[op->out];

    out->place = EG_ASSESS_PLACE_NONE;
    for (size_t i = 0; i < out->places; i++) {
        double x = a.cell->x[i * a.step], y = b.cell->x[i * b.step];
        uint8_t status = worse(a.cell->status[i * a.step], b.cell->status[i * b.step]);
        if (isnan(x) || isnan(y)) {
            out->x[i] = (double)NAN;
            out->status[i] = status;
            continue;
        }
        double z = op->code == EG_OP_ADD        ? x + y
                   : op->code == EG_OP_SUBTRACT ? x - y
                   : op->code == EG_OP_MULTIPLY ? x * y
                   : y == 0                     ? (double)NAN
                                                : x / y;
        store(out, i, z, status);
    }
}

static double scaled(double x, int64_t power)
{
    return eg_unit_scaled(x, (int)power);
}

static double call(const struct eg_assess_op *op, const double v[4])
{
    switch ((enum eg_expression_function)op->index) {
    case EG_FN_REFERENCE_OXYGEN:
        return eg_number_reference_oxygen(v[0], v[1], v[2]);
    case EG_FN_STANDARD_WET:
        return eg_number_standard_wet(v[0], v[1], v[2]);
    case EG_FN_STANDARD_DRY:
        return eg_number_standard_dry(v[0], v[1], v[2], v[3]);
    case EG_FN_PERCENT_OF:
        return eg_number_percent_of(v[0], v[1]);
    case EG_FN_MASS_FLOW:
        return scaled(v[0] * v[1], op->number);
    case EG_FN_MAX:
        return eg_number_max(v[0], v[1]);
    case EG_FN_MIN:
        return eg_number_min(v[0], v[1]);
    case EG_FN_ABS:
        return fabs(v[0]);
    case EG_FN_KELVIN:
        return v[0] + KELVIN_ZERO;
    case EG_FN_CONVERT:
        return scaled(v[0], op->number);
    case EG_FN_LAST:
    case EG_FUNCTIONS:
    default:
        return (double)NAN;
    }
}

static void run_call(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    struct eg_assess_cell *out = &run->cells[op->out];
    struct operand in[4];
    size_t count = 0;

    while (count < 4 && op->in[count] != EG_ASSESS_NONE) {
        in[count] = operand(run, op->in[count]);
        count++;
    }
    out->place = EG_ASSESS_PLACE_NONE;
    for (size_t i = 0; i < out->places; i++) {
        double v[4] = {0};
        uint8_t status = EG_VALUE_VALID;
        bool none = false;
        for (size_t k = 0; k < count; k++) {
            v[k] = in[k].cell->x[i * in[k].step];
            status = worse(status, in[k].cell->status[i * in[k].step]);
            none = none || isnan(v[k]);
        }
        if (none) {
            out->x[i] = (double)NAN;
            out->status[i] = status;
        } else {
            store(out, i, call(op, v), status);
        }
    }
}

static void run_copy(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    struct operand in = operand(run, op->in[0]);
    struct eg_assess_cell *out = &run->cells[op->out];

    out->place = in.cell->place;
    out->reason_holds = false;
    for (size_t i = 0; i < out->places; i++) {
        if (out->word != NULL) {
            out->word[i] = in.cell->word[i * in.step];
        } else {
            out->x[i] = in.cell->x[i * in.step];
            out->status[i] = in.cell->status[i * in.step];
        }
    }
}

static void run_last(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    const struct eg_assess_cell *in = &run->cells[op->in[0]];
    struct eg_assess_cell *out = &run->cells[op->out];
    bool any = in->places > 0;
    out->x[0] = any ? in->x[in->places - 1] : (double)NAN;
    out->status[0] = any ? in->status[in->places - 1] : EG_VALUE_MISSING;
    out->place = in->place;
}

/* Open places have the status 255 until a case closes them. */
#define OPEN 255

static void run_begin(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    struct eg_assess_cell *out = &run->cells[op->out];
    out->place = EG_ASSESS_PLACE_NONE;
    memset(out->status, OPEN, out->places);
}

static void run_case(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    const struct eg_assess_cell *answer = &run->cells[op->in[0]];
    const struct eg_assess_cell *value = &run->cells[op->in[1]];
    struct eg_assess_cell *out = &run->cells[op->out];

    for (size_t i = 0; i < out->places; i++) {
        if (out->status[i] != OPEN) {
            continue;
        }
        enum eg_answer_value said = eg_assess_answer(answer, i);
        if (said == EG_ANSWER_YES) {
            out->x[i] = value->x[i];
            out->status[i] = value->status[i];
        } else if (said == EG_ANSWER_UNKNOWN) {
            out->x[i] = (double)NAN;
            out->status[i] = worse(EG_VALUE_IMPLAUSIBLE, value->status[i]);
        }
    }
}

static void run_rest(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    const struct eg_assess_cell *value = &run->cells[op->in[0]];
    struct eg_assess_cell *out = &run->cells[op->out];
    for (size_t i = 0; i < out->places; i++) {
        if (out->status[i] == OPEN) {
            out->x[i] = value->x[i];
            out->status[i] = value->status[i];
        }
    }
}

static void run_round(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    struct operand in = operand(run, op->in[0]);
    struct eg_assess_cell *out = &run->cells[op->out];
    int place = (int)op->number;

    if (op->index != EG_ASSESS_NONE) {
        place = run->cells[run->a->parameters[op->index].quantity].place;
    }
    out->place = place >= 0 ? place : EG_ASSESS_PLACE_NONE;
    for (size_t i = 0; i < out->places; i++) {
        double x = in.cell->x[i * in.step];
        x = run->a->two_steps && place >= 0 ? eg_number_round(x, place + 1) : x;
        out->x[i] = eg_number_round(x, place);
        out->status[i] = place >= 0 ? in.cell->status[i * in.step] : EG_VALUE_MISSING;
    }
}

void eg_assess_run_number(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    switch (op->code) {
    case EG_OP_CALL:
        run_call(run, op);
        return;
    case EG_OP_LAST:
        run_last(run, op);
        return;
    case EG_OP_COPY:
        run_copy(run, op);
        return;
    case EG_OP_BEGIN:
        run_begin(run, op);
        return;
    case EG_OP_CASE:
        run_case(run, op);
        return;
    case EG_OP_REST:
        run_rest(run, op);
        return;
    case EG_OP_ROUND:
        run_round(run, op);
        return;
    default:
        run_arithmetic(run, op);
    }
}

/* ---- answers ------------------------------------------------------------------------------ */

/* 64 places of an operand; a single one is taken for all of them. */
static uint64_t part(const uint64_t *bits, bool column, size_t index)
{
    return column ? bits[index] : (bits[0] & 1) != 0 ? ~(uint64_t)0 : 0;
}

static uint64_t full(size_t places, size_t index)
{
    size_t left = places - index * 64;
    return left >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << left) - 1;
}

static void run_combine(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    const struct eg_assess_cell *a = &run->cells[op->in[0]];
    const struct eg_assess_cell *b = op->in[1] != EG_ASSESS_NONE ? &run->cells[op->in[1]] : a;
    bool wide_a = run->a->quantities[op->in[0]].column;
    bool wide_b = op->in[1] != EG_ASSESS_NONE ? run->a->quantities[op->in[1]].column : wide_a;
    struct eg_assess_cell *out = &run->cells[op->out];

    for (size_t w = 0; w < eg_assess_mask_words(out->places); w++) {
        uint64_t ay = part(a->yes, wide_a, w), au = part(a->unknown, wide_a, w);
        uint64_t by = part(b->yes, wide_b, w), bu = part(b->unknown, wide_b, w);
        uint64_t yes = ay, unknown = au;
        if (op->code == EG_OP_AND) {
            yes = ay & by;
            unknown = (ay | au) & (by | bu) & ~yes;
        } else if (op->code == EG_OP_OR) {
            yes = ay | by;
            unknown = (au | bu) & ~yes;
        } else if (op->code == EG_OP_NOT) {
            yes = ~(ay | au);
        }
        out->yes[w] = yes & full(out->places, w);
        out->unknown[w] = unknown & full(out->places, w);
    }
}

static bool holds(enum eg_relation relation, double x, double y)
{
    switch (relation) {
    case EG_REL_EXCEEDS:
        return x > y;
    case EG_REL_FALLS_BELOW:
        return x < y;
    case EG_REL_AT_LEAST:
        return x >= y;
    case EG_REL_AT_MOST:
        return x <= y;
    case EG_REL_EQUALS:
        return x == y;
    case EG_REL_DIFFERS:
    case EG_RELATIONS:
    default:
        return x != y;
    }
}

static void clear(struct eg_assess_cell *out)
{
    size_t octets = eg_assess_mask_words(out->places) * sizeof(uint64_t);
    memset(out->yes, 0, octets);
    memset(out->unknown, 0, octets);
}

/* A count of which some places are unknown is at least x, at most x and those. A window counts the
 * days that are known: how many of a month or year are not is said where that is judged as a whole.
 */
static double most_of(const struct eg_assess_run *run, const struct operand *of, double x)
{
    return run->owes && of->step == 0 && of->of_report && of->cell->unanswered > 0 &&
                   of->cell->status[0] == EG_VALUE_VALID
               ? x + (double)of->cell->unanswered
               : x;
}

static enum eg_answer_value compare(const struct eg_assess_run *run, enum eg_relation relation,
                                    const struct operand *a, const struct operand *b, size_t place)
{
    double x = a->cell->x[place * a->step], y = b->cell->x[place * b->step];
    double x_most = most_of(run, a, x), y_most = most_of(run, b, y);
    bool yes = holds(relation, x, y);

    if (x_most == x && y_most == y) {
        return yes ? EG_ANSWER_YES : EG_ANSWER_NO;
    }
    if (relation == EG_REL_EQUALS || relation == EG_REL_DIFFERS) {
        bool apart = x_most < y || y_most < x;
        return !apart                       ? EG_ANSWER_UNKNOWN
               : relation == EG_REL_DIFFERS ? EG_ANSWER_YES
                                            : EG_ANSWER_NO;
    }
    bool low = holds(relation, x, y_most), high = holds(relation, x_most, y);
    return low != high ? EG_ANSWER_UNKNOWN : low ? EG_ANSWER_YES : EG_ANSWER_NO;
}

static void run_compare(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    struct operand a = operand(run, op->in[0]), b = operand(run, op->in[1]);
    struct eg_assess_cell *out = &run->cells[op->out];

    clear(out);
    for (size_t i = 0; i < out->places; i++) {
        double x = a.cell->x[i * a.step], y = b.cell->x[i * b.step];
        uint8_t status = worse(a.cell->status[i * a.step], b.cell->status[i * b.step]);
        enum eg_answer_value said = EG_ANSWER_UNKNOWN;
        if (!isnan(x) && !isnan(y) && status <= EG_VALUE_SUBSTITUTE) {
            said = compare(run, (enum eg_relation)op->index, &a, &b, i);
        }
        if (said == EG_ANSWER_UNKNOWN) {
            set_bit(out->unknown, i);
        } else if (said == EG_ANSWER_YES) {
            set_bit(out->yes, i);
        }
    }
}

static void run_test(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    struct operand in = operand(run, op->in[0]);
    struct eg_assess_cell *out = &run->cells[op->out];

    clear(out);
    for (size_t i = 0; i < out->places; i++) {
        size_t at = i * in.step;
        bool yes = false;
        if (op->code == EG_OP_HAS_NUMBER) {
            yes = !isnan(in.cell->x[at]);
        } else if (op->code == EG_OP_HAS_WORD) {
            yes = in.cell->word[at] != 0;
        } else if (op->code == EG_OP_STATUS) {
            yes = eg_assess_bit(op->set.bits, in.cell->status[at]);
        } else if (in.cell->word[at] == 0) {
            set_bit(out->unknown, i);
        } else {
            yes = eg_assess_bit(op->set.bits, (size_t)in.cell->word[at] - 1);
        }
        if (yes) {
            set_bit(out->yes, i);
        }
    }
}

static void run_ended(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    struct eg_assess_day day = {0, 0, 0};
    struct eg_assess_cell *out = &run->cells[op->out];
    clear(out);
    if (eg_assess_day_read(&day, run->day) &&
        eg_assess_window_ended(&run->a->windows[op->index], eg_assess_day_number(day))) {
        out->yes[0] = 1;
    }
}

void eg_assess_run_answer(struct eg_assess_run *run, const struct eg_assess_op *op)
{
    switch (op->code) {
    case EG_OP_COMPARE:
        run_compare(run, op);
        return;
    case EG_OP_IS:
    case EG_OP_STATUS:
    case EG_OP_HAS_NUMBER:
    case EG_OP_HAS_WORD:
        run_test(run, op);
        return;
    case EG_OP_ENDED:
        run_ended(run, op);
        return;
    default:
        run_combine(run, op);
    }
}
