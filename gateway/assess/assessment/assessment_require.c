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
 * Here they are read; assessment_owed.c does what they say.
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
