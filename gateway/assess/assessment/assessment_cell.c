/*
 * One place of a quantity: what its answer is, how a number or word is written, and at which end of
 * the grid it is found. For all files that run an assessment or write its result.
 */
#include "assess/assessment/assessment_model.h"

#include "assess/number/numbers.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>

bool eg_assess_bit(const uint64_t *bits, size_t place)
{
    return (bits[place / 64] >> (place % 64) & 1) != 0;
}

enum eg_answer_value eg_assess_answer(const struct eg_assess_cell *cell, size_t place)
{
    if (eg_assess_bit(cell->unknown, place)) {
        return EG_ANSWER_UNKNOWN;
    }
    return eg_assess_bit(cell->yes, place) ? EG_ANSWER_YES : EG_ANSWER_NO;
}

void eg_assess_cell_text(char out[EG_ASSESS_TEXT_MAX], const struct eg_assess_quantity *q,
                         const struct eg_assess_cell *cell, size_t place, int digits)
{
    static const char *const answers[] = {
        [EG_ANSWER_NO] = "no", [EG_ANSWER_YES] = "yes", [EG_ANSWER_UNKNOWN] = "unknown"};
    double x = q->kind == EG_ASSESS_NUMBER ? cell->x[place] : 0;
    int decimals = digits >= 0 ? digits : cell->place;

    if (q->kind == EG_ASSESS_ANSWER) {
        (void)snprintf(out, EG_ASSESS_TEXT_MAX, "%s", answers[eg_assess_answer(cell, place)]);
    } else if (q->kind == EG_ASSESS_WORD) {
        size_t word = cell->word[place];
        bool known = word >= 1 && word <= q->word_count;
        (void)snprintf(out, EG_ASSESS_TEXT_MAX, "%.300s", known ? q->words[word - 1] : "-");
    } else if (isnan(x)) {
        (void)snprintf(out, EG_ASSESS_TEXT_MAX, "-");
    } else if (decimals >= 0 && !isnan(eg_number_round(x, decimals))) {
        eg_number_text_place(out, x, decimals);
    } else {
        eg_number_text(out, x);
    }
}

void eg_assess_attribute_text(struct eg_buf *out, const char *name, const char *text)
{
    eg_buf_char(out, ' ');
    eg_buf_text(out, name);
    eg_buf_text(out, "=\"");
    eg_text_xml(out, eg_bytes_of(text));
    eg_buf_char(out, '"');
}

void eg_assess_run_end(char out[EG_GRID_LABEL_MAX], const struct eg_assess_run *run, int grid,
                       size_t place)
{
    const char *const *labels = run->series != NULL ? run->series->labels : run->source->labels;
    struct eg_assess_day day = {0, 0, 0};

    if (grid >= EG_ASSESS_GRID_WINDOW) {
        if (eg_assess_day_read(&day, run->window_first[grid - EG_ASSESS_GRID_WINDOW])) {
            eg_assess_day_text(out, eg_assess_day_number(day) + (long)place);
        }
        return;
    }
    if (run->grid.kind == EG_GRID_MEASUREMENT) {
        labels = grid == EG_ASSESS_GRID_SOURCE ? run->source->labels : labels;
        (void)snprintf(out, EG_GRID_LABEL_MAX, "%.19s", labels != NULL ? labels[place] : "");
        return;
    }
    eg_grid_label(out, &run->grid, place);
}
