/*
 * What an assessment asks of a reading: which columns there are, and which of them it wants how.
 * Faults are the package's and are found here, so that a report can only fail by its own values.
 */
#include "assess/columns/columns_model.h"

#include "base/error.h"
#include "base/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void eg_columns_free(struct eg_columns **columns)
{
    if (*columns != NULL) {
        eg_arena_done(&(*columns)->arena);
    }
    free(*columns);
    *columns = NULL;
}

static const struct eg_col_column *column_named(const struct eg_columns *columns, const char *name)
{
    for (size_t i = 0; i < columns->count; i++) {
        if (strcmp(columns->list[i].shown.name, name) == 0) {
            return &columns->list[i];
        }
    }
    return NULL;
}

const struct eg_column *eg_columns_find(const struct eg_columns *columns, const char *name)
{
    const struct eg_col_column *column = column_named(columns, name);
    return column != NULL ? &column->shown : NULL;
}

#ifdef EG_TEST_HOOKS
const struct eg_column *eg_columns_at(const struct eg_columns *columns, size_t index)
{
    return index < columns->count ? &columns->list[index].shown : NULL;
}
#endif

/* ---- fillings ----------------------------------------------------------------------------- */

static enum eg_status check(const struct eg_col_column *column, const struct eg_given *given,
                            struct eg_error *err)
{
    bool word = given->word_count > 0;
    if (column == NULL) {
        return eg_error_set(err, EG_E_NOTFOUND, given->column, "the reading has no such column");
    }
    if (column->shown.of_series && !given->in_series) {
        return eg_error_set(err, EG_E_FORMAT, given->column,
                            "is a column of the series, not of the source");
    }
    if (word != (column->shown.kind == EG_COLUMN_WORD)) {
        return eg_error_set(err, EG_E_FORMAT, given->column,
                            word ? "is a column of numbers: it has a unit, no words"
                                 : "is a column of words: it has words, no unit");
    }
    if (given->word_count > EG_COLUMN_WORDS_MAX) {
        return eg_error_set(err, EG_E_LIMIT, given->column, "at most %d words",
                            EG_COLUMN_WORDS_MAX);
    }
    return EG_OK;
}

static double tighter(double a, double b, bool upper)
{
    if (isnan(a) || isnan(b)) {
        return isnan(a) ? b : a;
    }
    return (a < b) == upper ? a : b;
}

/* The range of a given: what it says and what the reading says, in the given's unit. A reading's
 * range in a unit of another kind is not that of the quantity wanted (load in % and in MW). */
static void settle_range(struct eg_given *given, const struct eg_column *column)
{
    int shift = 0;
    struct eg_range read = column->range, own = given->range;

    if (!given->has_range) {
        own = (struct eg_range){(double)NAN, (double)NAN, (double)NAN};
    }
    bool applies = column->has_range && eg_unit_convert(&shift, &column->range_unit, &given->unit);
    if (applies) {
        own.at_least = tighter(own.at_least, eg_unit_scaled(read.at_least, shift), false);
        own.at_most = tighter(own.at_most, eg_unit_scaled(read.at_most, shift), true);
        own.below = tighter(own.below, eg_unit_scaled(read.below, shift), true);
    }
    given->has_range = given->has_range || applies;
    given->range = own;
}

enum eg_status eg_extraction_new(struct eg_extraction **out, const struct eg_columns *columns,
                                 enum eg_grid_kind kind, const struct eg_given *givens,
                                 size_t count, struct eg_error *err)
{
    struct eg_extraction *extraction =
        calloc(1, sizeof *extraction + count * sizeof extraction->list[0]);
    enum eg_status status = EG_OK;

    if (extraction == NULL) {
        return eg_error_set(err, EG_E_NOMEM, columns->name, "memory ran out");
    }
    extraction->columns = columns;
    extraction->kind = kind;
    extraction->count = count;
    for (size_t i = 0; i < count; i++) {
        const struct eg_col_column *column = column_named(columns, givens[i].column);
        extraction->list[i] = (struct eg_fill_one){column, givens[i]};
        status = check(column, &givens[i], err);
        if (status != EG_OK) {
            goto done;
        }
        if (givens[i].word_count == 0) {
            settle_range(&extraction->list[i].given, &column->shown);
        }
    }
    *out = extraction;
    extraction = NULL;

done:
    free(extraction);
    return status;
}

void eg_extraction_free(struct eg_extraction **extraction)
{
    free(*extraction);
    *extraction = NULL;
}

const struct eg_given *eg_extraction_given(const struct eg_extraction *extraction, size_t index)
{
    return &extraction->list[index].given;
}
