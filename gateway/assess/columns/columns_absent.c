/*
 * What a report leaves out, and what it reports in parts: sources and series with nothing in them,
 * and series that are the sum of others. They stand in the grid like those that were read, so that
 * every rule asks of them what it asks of all.
 */
#include "assess/columns/columns_model.h"

#include "base/error.h"
#include "base/limits.h"
#include "core/facts.h"

#include <math.h>
#include <string.h>

static enum eg_status memory(struct eg_grid *grid, const struct eg_extraction *extraction,
                             struct eg_error *err)
{
    return eg_arena_refused(&grid->arena, extraction->columns->name, err);
}

/* `count` items with room for one more behind them, in the arena; the last is zeroed. */
static void *longer(struct eg_grid *grid, const void *list, size_t count, size_t size)
{
    uint8_t *made = eg_arena_array(&grid->arena, count + 1, size);
    if (made != NULL && count > 0) {
        memcpy(made, list, count * size);
    }
    return made;
}

static bool make_missing(struct eg_grid *grid, struct eg_cells *cells, bool word, size_t places)
{
    if (word) {
        cells->word = eg_arena_array(&grid->arena, places, 1);
        return cells->word != NULL;
    }
    cells->x = eg_arena_array(&grid->arena, places, sizeof *cells->x);
    cells->status = eg_arena_array(&grid->arena, places, 1);
    if (cells->x == NULL || cells->status == NULL) {
        return false;
    }
    for (size_t i = 0; i < places; i++) {
        cells->x[i] = (double)NAN;
    }
    memset(cells->status, EG_VALUE_MISSING, places);
    return true;
}

/* Cells of all givens of a source or of its series, nothing in them; NULL: no memory. */
static struct eg_cells *missing_cells(struct eg_grid *grid, const struct eg_extraction *extraction,
                                      bool of_series, size_t places)
{
    struct eg_cells *cells = eg_arena_array(&grid->arena, extraction->count, sizeof *cells);

    for (size_t i = 0; cells != NULL && i < extraction->count; i++) {
        const struct eg_fill_one *one = &extraction->list[i];
        enum eg_column_kind kind = one->column->shown.kind;
        if (one->given.in_series == of_series &&
            !make_missing(grid, &cells[i], kind == EG_COLUMN_WORD,
                          kind == EG_COLUMN_SCALAR ? 1 : places)) {
            return NULL;
        }
    }
    return cells;
}

enum eg_status eg_grid_add_source(struct eg_grid *grid, const struct eg_extraction *extraction,
                                  const char *id, struct eg_error *err)
{
    static const size_t places[] = {
        [EG_GRID_HALF_HOUR] = 48, [EG_GRID_HOUR] = 24, [EG_GRID_MEASUREMENT] = 0};
    struct eg_grid_source *list = longer(grid, grid->sources, grid->source_count, sizeof *list);

    if (grid->source_count >= EG_GRID_SERIES_MAX) {
        return eg_error_set(err, EG_E_LIMIT, id, "the report and its plant have too many sources");
    }
    if (list == NULL) {
        return memory(grid, extraction, err);
    }
    struct eg_grid_source *made = &list[grid->source_count];
    made->absent = true;
    made->id = id;
    made->places = places[grid->kind];
    made->cells = missing_cells(grid, extraction, false, made->places);
    if (made->cells == NULL) {
        return memory(grid, extraction, err);
    }
    grid->sources = list;
    grid->source_count++;
    return EG_OK;
}

/* One more series of the source, of as many places; NULL: no memory, or too many. */
static struct eg_grid_series *one_more(struct eg_grid *grid, struct eg_grid_source *source,
                                       const struct eg_extraction *extraction,
                                       const char *component)
{
    struct eg_grid_series *list =
        source->series_count < EG_GRID_SERIES_MAX
            ? longer(grid, source->series, source->series_count, sizeof *list)
            : NULL;
    if (list == NULL) {
        return NULL;
    }
    struct eg_grid_series *made = &list[source->series_count];
    made->component = component;
    made->line = source->line;
    made->wanted = true;
    made->places = source->places;
    made->cells = missing_cells(grid, extraction, true, made->places);
    if (made->cells == NULL) {
        return NULL;
    }
    source->series = list;
    source->series_count++;
    return made;
}

enum eg_status eg_grid_add_series(struct eg_grid *grid, struct eg_grid_source *source,
                                  const struct eg_extraction *extraction, const char *component,
                                  struct eg_error *err)
{
    struct eg_grid_series *made = one_more(grid, source, extraction, component);
    if (made == NULL) {
        return memory(grid, extraction, err);
    }
    made->absent = true;
    return EG_OK;
}

/* ---- sums --------------------------------------------------------------------------------- */

static const struct eg_grid_series *series_of(const struct eg_grid_source *source,
                                              const char *component)
{
    for (size_t i = 0; i < source->series_count; i++) {
        if (strcmp(source->series[i].component, component) == 0) {
            return &source->series[i];
        }
    }
    return NULL;
}

static bool has_all_parts(const struct eg_grid_source *source, const struct eg_grid_sum *sum)
{
    for (size_t i = 0; i < sum->part_count; i++) {
        const struct eg_grid_series *part = series_of(source, sum->parts[i].component);
        if (part == NULL || part->cells == NULL) {
            return false;
        }
    }
    return true;
}

static void add_part(struct eg_cells *to, const struct eg_cells *from,
                     const struct eg_grid_part *part, size_t places, bool squares)
{
    for (size_t i = 0; i < places; i++) {
        double x = from->x[i] * part->times / part->per;
        to->x[i] += squares ? x * x : x;
        to->status[i] = from->status[i] > to->status[i] ? from->status[i] : to->status[i];
    }
}

/* One number column of the sum from those of its parts. */
static void fill_sum(struct eg_cells *to, const struct eg_grid_source *source,
                     const struct eg_grid_sum *sum, size_t given, const struct eg_column *column)
{
    size_t places = column->kind == EG_COLUMN_SCALAR ? 1 : source->places;

    for (size_t i = 0; i < places; i++) {
        to->x[i] = 0;
        to->status[i] = EG_VALUE_VALID;
    }
    for (size_t p = 0; p < sum->part_count; p++) {
        const struct eg_grid_series *part = series_of(source, sum->parts[p].component);
        add_part(to, &part->cells[given], &sum->parts[p], places, column->adds_squares);
    }
    for (size_t i = 0; column->adds_squares && i < places; i++) {
        to->x[i] = sqrt(to->x[i]); /* exactly rounded (IEEE 754) */
    }
}

enum eg_status eg_grid_add_sum(struct eg_grid *grid, struct eg_grid_source *source,
                               const struct eg_extraction *extraction,
                               const struct eg_grid_sum *sum, struct eg_error *err)
{
    if (grid->kind == EG_GRID_MEASUREMENT || series_of(source, sum->component) != NULL ||
        !has_all_parts(source, sum)) {
        return EG_OK;
    }
    struct eg_grid_series *made = one_more(grid, source, extraction, sum->component);
    if (made == NULL) {
        return memory(grid, extraction, err);
    }
    const struct eg_grid_series *first = series_of(source, sum->parts[0].component);
    made->summed = true;
    made->node = first->node;
    made->line = first->line;
    for (size_t i = 0; i < extraction->count; i++) {
        const struct eg_fill_one *one = &extraction->list[i];
        if (!one->given.in_series) {
            continue;
        }
        if (!one->column->shown.of_series) {
            made->cells[i] = first->cells[i]; /* a column of the source beside each series */
        } else if (one->column->shown.kind != EG_COLUMN_WORD) {
            fill_sum(&made->cells[i], source, sum, i, &one->column->shown);
        }
    }
    return EG_OK;
}
