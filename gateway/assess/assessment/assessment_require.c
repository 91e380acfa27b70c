/*
 * What a plant owes in a report: series and columns by name, under conditions over its settings;
 * and components that are added up from others where they are not reported themselves.
 *
 *   <require columns="o2 load" source="..."/>                        in a source
 *   <require series="NOx CO" when="fuel is gas-turbine" source="..."/>    in a series
 *   <require columns="cleaning" when="cleaned is yes" source="..."/>      in a series: for each
 *   <combine series="NOx" source="..."> <part series="NO" times="46.0055" per="30.006"/>
 *                                       <part series="NO2"/> </combine>   in a source
 *
 * A series that is owed and not reported is put into the grid with every place missing, so that
 * each of its limits is owed, and undecided.
 */
#include "assess/assessment/assessment_model.h"

#include "base/error.h"
#include "base/number.h"

#include <string.h>

static enum eg_status failed(struct eg_assess_compile *c)
{
    return c->err->status != EG_OK ? c->err->status : eg_assess_nomem(c);
}

/* ---- require: compiling ------------------------------------------------------------------- */

/* Nothing but settings and parameters may decide what is owed: the report must not. */
static bool is_of_plant(const struct eg_assessment *a, int block, int quantity)
{
    const struct eg_assess_quantity *q = &a->quantities[quantity];

    if (q->origin == EG_ASSESS_PARAMETER || q->origin == EG_ASSESS_SETTING) {
        return true;
    }
    if (q->origin != EG_ASSESS_TEMPORARY || q->column) {
        return false;
    }
    for (size_t i = 0; i < a->blocks[block].op_count; i++) {
        const struct eg_assess_op *op = &a->blocks[block].ops[i];
        for (size_t k = 0; op->out == quantity && k < 4; k++) {
            if (op->code == EG_OP_ENDED ||
                (op->in[k] != EG_ASSESS_NONE && !is_of_plant(a, block, op->in[k]))) {
                return false;
            }
        }
    }
    return true;
}

static enum eg_status read_when(struct eg_assess_compile *c, const xmlNode *node,
                                struct eg_assess_require *made)
{
    const char *when = eg_assess_attribute(c, node, "when");
    int outer = c->block;

    made->block = made->condition = EG_ASSESS_NONE;
    if (when == NULL) {
        return EG_OK;
    }
    made->block = eg_assess_add_block(c, EG_ASSESS_BLOCK_CONDITION);
    if (made->block == EG_ASSESS_NONE) {
        return failed(c);
    }
    c->block = made->block;
    made->condition = eg_assess_condition(c, when);
    c->block = outer;
    if (made->condition == EG_ASSESS_NONE) {
        return failed(c);
    }
    return is_of_plant(c->a, made->block, made->condition)
               ? EG_OK
               : eg_assess_refuse(c, "EA-KIND",
                                  "what is owed is decided by settings and parameters alone");
}

/* Columns are those of givens of the source, by their names. */
static enum eg_status check_columns(struct eg_assess_compile *c,
                                    const struct eg_assess_require *made)
{
    for (size_t i = 0; i < made->count; i++) {
        int found = eg_assess_find(c, made->names[i]);
        if (found == EG_ASSESS_NONE) {
            return failed(c);
        }
        if (c->a->quantities[found].origin != EG_ASSESS_GIVEN ||
            c->a->quantities[found].block != 0) {
            return eg_assess_refuse(c, "EA-KIND", "%.64s is not given by the source",
                                    made->names[i]);
        }
    }
    return EG_OK;
}

enum eg_status eg_assess_require_line(struct eg_assess_compile *c, xmlNode *node)
{
    struct eg_assessment *a = c->a;
    bool in_series = a->blocks[c->block].kind == EG_ASSESS_BLOCK_SERIES;
    const char *series = eg_assess_attribute(c, node, "series");
    const char *columns = eg_assess_attribute(c, node, "columns");
    struct eg_assess_require made = {.of_columns = columns != NULL,
                                     .series = in_series ? c->block : EG_ASSESS_NONE,
                                     .source = eg_assess_attribute(c, node, "source"),
                                     .line = c->line};

    if (a->blocks[c->block].kind == EG_ASSESS_BLOCK_WINDOW) {
        return eg_assess_refuse(c, "EA-WINDOW",
                                "a report owes nothing in a window; say it outside");
    }
    if ((series == NULL) == (columns == NULL)) {
        return eg_assess_refuse(c, "EA-NAME", "a require names either series or columns");
    }
    if (series != NULL && !in_series) {
        return eg_assess_refuse(c, "EA-KIND", "series are required inside of the block series");
    }
    if (!eg_assess_words(c, series != NULL ? series : columns, &made.names, &made.count)) {
        return eg_assess_nomem(c);
    }
    if (made.count == 0) {
        return eg_assess_refuse(c, "EA-NAME", "this require names nothing");
    }
    if (made.of_columns) {
        EG_TRY(check_columns(c, &made));
    }
    EG_TRY(read_when(c, node, &made));
    struct eg_assess_require *kept = eg_assess_append(c, (void **)&a->requires, &a->require_count,
                                                      sizeof *kept, EG_ASSESSMENT_NAMES_MAX);
    if (kept == NULL) {
        return failed(c);
    }
    *kept = made;
    return EG_OK;
}

/* ---- combine: compiling ------------------------------------------------------------------- */

static enum eg_status read_factor(double *out, struct eg_assess_compile *c, const xmlNode *node,
                                  const char *name)
{
    const char *text = eg_assess_attribute(c, node, name);
    *out = 1;
    return text == NULL || (eg_number_read(eg_bytes_of(text), out) && *out > 0)
               ? EG_OK
               : eg_assess_refuse(c, "EA-NUM", "%s is a number above 0, as 46.0055", name);
}

static enum eg_status read_part(struct eg_assess_compile *c, const xmlNode *node,
                                struct eg_grid_sum *sum)
{
    if (sum->part_count == EG_GRID_PARTS_MAX) {
        return eg_assess_refuse(c, "EA-LIMIT", "a sum has at most %d parts", EG_GRID_PARTS_MAX);
    }
    struct eg_grid_part *part = &sum->parts[sum->part_count++];
    part->component = eg_assess_attribute(c, node, "series");
    if (part->component == NULL) {
        return eg_assess_nomem(c);
    }
    EG_TRY(read_factor(&part->times, c, node, "times"));
    EG_TRY(read_factor(&part->per, c, node, "per"));
    for (size_t i = 0; i + 1 < sum->part_count; i++) {
        if (strcmp(sum->parts[i].component, part->component) == 0) {
            return eg_assess_refuse(c, "EA-NAME", "%.64s is added twice", part->component);
        }
    }
    return strcmp(part->component, sum->component) != 0
               ? EG_OK
               : eg_assess_refuse(c, "EA-NAME", "%.64s can be no part of itself", part->component);
}

enum eg_status eg_assess_combine_line(struct eg_assess_compile *c, xmlNode *node)
{
    struct eg_assessment *a = c->a;
    struct eg_assess_combine made = {.sum = {.component = eg_assess_attribute(c, node, "series")},
                                     .line = c->line};

    if (a->grid == EG_GRID_MEASUREMENT) {
        return eg_assess_refuse(c, "EA-KIND", "series are added on a grid of half-hours or hours");
    }
    if (made.sum.component == NULL) {
        return eg_assess_nomem(c);
    }
    for (size_t i = 0; i < a->combine_count; i++) {
        if (strcmp(a->combines[i].sum.component, made.sum.component) == 0) {
            return eg_assess_refuse(c, "EA-NAME", "%.64s is combined in line %u already",
                                    made.sum.component, a->combines[i].line);
        }
    }
    for (xmlNode *at = xmlFirstElementChild(node); at != NULL; at = xmlNextElementSibling(at)) {
        eg_assess_at(c, at);
        EG_TRY(read_part(c, at, &made.sum));
    }
    eg_assess_at(c, node);
    if (made.sum.part_count < 2) {
        return eg_assess_refuse(c, "EA-NAME", "a sum has two parts at least");
    }
    struct eg_assess_combine *kept = eg_assess_append(c, (void **)&a->combines, &a->combine_count,
                                                      sizeof *kept, EG_ASSESSMENT_NAMES_MAX);
    if (kept == NULL) {
        return failed(c);
    }
    *kept = made;
    return EG_OK;
}

/* ---- running ------------------------------------------------------------------------------ */

static bool is_in_force(const struct eg_plant_source *source, const char *day)
{
    return (source->from[0] == '\0' || strcmp(source->from, day) <= 0) &&
           (source->until[0] == '\0' || strcmp(day, source->until) <= 0);
}

static bool has_source(const struct eg_grid *grid, const char *id)
{
    for (size_t i = 0; i < grid->source_count; i++) {
        if (strcmp(grid->sources[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

enum eg_status eg_assess_add_absent(struct eg_assess_run *run)
{
    const struct eg_assessment *a = run->a;
    const struct eg_plant *plant = run->job->plant;

    for (size_t i = 0; i < run->grid.source_count; i++) {
        for (size_t k = 0; k < a->combine_count; k++) {
            EG_TRY(eg_grid_add_sum(&run->grid, &run->grid.sources[i], a->extraction,
                                   &a->combines[k].sum, run->err));
        }
    }
    for (size_t i = 0; plant != NULL && i < plant->source_count; i++) {
        const struct eg_plant_source *source = &plant->sources[i];
        if (is_in_force(source, run->day) && !has_source(&run->grid, source->id)) {
            EG_TRY(eg_grid_add_source(&run->grid, a->extraction, source->id, run->err));
        }
    }
    return EG_OK;
}

static bool has_series(const struct eg_grid_source *source, const char *component)
{
    for (size_t i = 0; i < source->series_count; i++) {
        if (strcmp(source->series[i].component, component) == 0) {
            return true;
        }
    }
    return false;
}

/* Does it hold for the current source or series? */
static enum eg_status holds(bool *out, struct eg_assess_run *run,
                            const struct eg_assess_require *require)
{
    *out = true;
    if (require->block == EG_ASSESS_NONE) {
        return EG_OK;
    }
    EG_TRY(eg_assess_run_asked(run, require->block));
    EG_TRY(eg_assess_run_block(run, require->block));
    *out = eg_assess_answer(&run->cells[require->condition], 0) == EG_ANSWER_YES;
    return EG_OK;
}

/* Is the component owed of this source: the condition holds, and there is a limit for it? */
static enum eg_status is_owed(bool *owed, struct eg_assess_run *run,
                              const struct eg_assess_require *require, const char *component)
{
    const struct eg_grid_series asked = {.component = component};
    const struct eg_parameter_value *value = NULL;
    int having = run->a->blocks[require->series].having;

    *owed = true;
    if (having != EG_ASSESS_NONE) {
        EG_TRY(eg_assess_value_for(&value, run, (size_t)having, component));
        *owed = value != NULL;
    }
    if (!*owed) {
        return EG_OK;
    }
    run->series = &asked;
    enum eg_status status = holds(owed, run, require);
    run->series = NULL;
    return status;
}

enum eg_status eg_assess_add_required(struct eg_assess_run *run, struct eg_grid_source *source)
{
    const struct eg_assessment *a = run->a;

    for (size_t i = 0; i < a->require_count; i++) {
        const struct eg_assess_require *require = &a->requires[i];
        for (size_t k = 0; !require->of_columns && k < require->count; k++) {
            bool owed = false;
            if (has_series(source, require->names[k])) {
                continue;
            }
            EG_TRY(is_owed(&owed, run, require, require->names[k]));
            if (owed) {
                EG_TRY(eg_grid_add_series(&run->grid, source, a->extraction, require->names[k],
                                          run->err));
            }
        }
    }
    return EG_OK;
}

/* Is something of the column there? */
static bool is_reported(const struct eg_assess_run *run, int quantity)
{
    const struct eg_assess_cell *cell = &run->cells[quantity];
    for (size_t i = 0; i < cell->places; i++) {
        if (cell->word != NULL ? cell->word[i] != 0 : cell->status[i] != EG_VALUE_MISSING) {
            return true;
        }
    }
    return false;
}

static enum eg_status tell_owed_columns(struct eg_assess_run *run,
                                        const struct eg_assess_require *require)
{
    bool owed = false;
    EG_TRY(holds(&owed, run, require));
    for (size_t i = 0; owed && i < require->count; i++) {
        int quantity = eg_assess_named(run->a, require->names[i]);
        if (!is_reported(run, quantity)) {
            EG_TRY(eg_assess_tell(
                run, EG_RULE_COLUMN_OWED,
                (const char *const[]){"column", eg_assess_column_of(run, quantity), NULL}));
        }
    }
    return EG_OK;
}

enum eg_status eg_assess_tell_owed(struct eg_assess_run *run, int block)
{
    const struct eg_assessment *a = run->a;

    if (run->series != NULL && run->series->absent && !run->source->absent) {
        return eg_assess_tell(run, EG_RULE_SERIES_OWED,
                              (const char *const[]){"source", run->source->id, "component",
                                                    run->series->component, NULL});
    }
    if (run->source->absent) {
        return run->series != NULL
                   ? EG_OK
                   : eg_assess_tell(run, EG_RULE_SOURCE_OWED,
                                    (const char *const[]){"source", run->source->id, NULL});
    }
    for (size_t i = 0; i < a->require_count; i++) {
        const struct eg_assess_require *require = &a->requires[i];
        if (require->of_columns && require->series == block) {
            EG_TRY(tell_owed_columns(run, require));
        }
    }
    return EG_OK;
}
