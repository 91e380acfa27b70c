/*
 * Blocks and what belongs to them: series, windows with what they recall, what is remembered, and
 * classes.
 */
#include "assess/assessment/assessment_model.h"

#include "assess/number/numbers.h"
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MONTHS_MAX 12

static struct eg_assess_quantity *quantity(struct eg_assess_compile *c, int index)
{
    return &c->a->quantities[index];
}

static enum eg_status failed(struct eg_assess_compile *c)
{
    return c->err->status != EG_OK ? c->err->status : eg_assess_nomem(c);
}

static eg_assess_line_fn read_recall, read_remember, read_series;

static const struct line {
    const char *element;
    eg_assess_line_fn *read;
} lines[] = {
    {"given", eg_assess_given},
    {"derive", eg_assess_derive},
    {"select", eg_assess_select},
    {"count", eg_assess_count},
    {"sum", eg_assess_aggregate},
    {"mean", eg_assess_aggregate},
    {"max", eg_assess_aggregate},
    {"min", eg_assess_aggregate},
    {"percentile", eg_assess_percentile},
    {"share", eg_assess_share},
    {"run", eg_assess_run},
    {"figure", eg_assess_figure},
    {"whether", eg_assess_whether},
    {"round", eg_assess_round},
    {"classes", eg_assess_class_line},
    {"window", eg_assess_window},
    {"recall", read_recall},
    {"remember", read_remember},
    {"require", eg_assess_require_line},
    {"combine", eg_assess_combine_line},
    {"finding", eg_assess_finding},
    {"series", read_series},
};

enum eg_status eg_assess_lines(struct eg_assess_compile *c, xmlNode *parent)
{
    for (xmlNode *at = parent->children; at != NULL; at = at->next) {
        if (at->type != XML_ELEMENT_NODE) {
            continue;
        }
        eg_assess_at(c, at);
        for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
            if (strcmp(lines[i].element, (const char *)at->name) == 0) {
                EG_TRY(lines[i].read(c, at));
                break;
            }
        }
    }
    return EG_OK;
}

static enum eg_status read_series(struct eg_assess_compile *c, xmlNode *node)
{
    int outer = c->block, having = EG_ASSESS_NONE;
    int block = eg_assess_add_block(c, EG_ASSESS_BLOCK_SERIES);
    struct eg_assess_op *op =
        block != EG_ASSESS_NONE ? eg_assess_op(c, EG_OP_SERIES, EG_ASSESS_NONE) : NULL;
    if (op == NULL) {
        return failed(c);
    }
    op->index = block;
    c->block = block;
    enum eg_status status = eg_assess_having(c, node, &having);
    c->a->blocks[block].having = having;
    if (status != EG_OK) {
        goto done;
    }
    status = eg_assess_lines(c, node);

done:
    c->block = outer;
    return status;
}

/* ---- windows ------------------------------------------------------------------------------ */

static bool read_days(const char *text, struct eg_assess_window *out)
{
    static const char *const words[] = {"day-before", "calendar-week", "calendar-month",
                                        "calendar-year"};
    static const enum eg_assess_days days[] = {EG_DAYS_BEFORE, EG_DAYS_WEEK, EG_DAYS_MONTH,
                                               EG_DAYS_YEAR};
    char unit[8] = "";
    int count = 0;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i], text) == 0) {
            out->days = days[i];
            return true;
        }
    }
    char again[32] = "";
    if (sscanf(text, "last %3d %7s", &count, unit) != 2 || count < 1) {
        return false;
    }
    (void)snprintf(again, sizeof again, "last %d %s", count, unit);
    if (strcmp(again, text) != 0) {
        return false; /* more blanks, noughts in front or words behind */
    }
    out->count = count;
    out->days = strcmp(unit, "days") == 0 ? EG_DAYS_LAST_DAYS : EG_DAYS_LAST_MONTHS;
    return strcmp(unit, "days") == 0 ? count <= EG_ASSESSMENT_DAYS_MAX
                                     : strcmp(unit, "months") == 0 && count <= MONTHS_MAX;
}

enum eg_status eg_assess_window(struct eg_assess_compile *c, xmlNode *node)
{
    struct eg_assessment *a = c->a;
    struct eg_assess_window window = {.line = c->line};
    const char *days = eg_assess_attribute(c, node, "days");
    int outer = c->block, having = EG_ASSESS_NONE;

    if (days == NULL || !read_days(days, &window)) {
        return eg_assess_refuse(c, "EA-WINDOW",
                                "days is day-before, calendar-week, calendar-month, calendar-year, "
                                "last N days (to %d) or last N months (to %d)",
                                EG_ASSESSMENT_DAYS_MAX, MONTHS_MAX);
    }
    EG_TRY(eg_assess_name(c, EG_ASSESS_NONE, node));
    EG_TRY(eg_assess_having(c, node, &having));
    window.name = eg_assess_attribute(c, node, "name");
    window.block = eg_assess_add_block(c, EG_ASSESS_BLOCK_WINDOW);
    struct eg_assess_op *op =
        window.block != EG_ASSESS_NONE ? eg_assess_op(c, EG_OP_WINDOW, EG_ASSESS_NONE) : NULL;
    struct eg_assess_window *made =
        op == NULL ? NULL
                   : eg_assess_append(c, (void **)&a->windows, &a->window_count, sizeof *made,
                                      EG_ASSESSMENT_WINDOWS_MAX);
    if (made == NULL) {
        return failed(c);
    }
    *made = window;
    op->index = (int)a->window_count - 1;
    op->having = having;
    a->blocks[window.block].window = op->index;
    a->blocks[window.block].having = having;
    c->block = window.block;
    enum eg_status status = eg_assess_lines(c, node);
    c->block = outer;
    return status;
}

/* ---- recall ------------------------------------------------------------------------------- */

/* The line of the assessment that makes `name`, wherever that is. */
static xmlNode *line_named(xmlNode *node, const char *name)
{
    for (xmlNode *at = xmlFirstElementChild(node); at != NULL; at = xmlNextElementSibling(at)) {
        xmlChar *text = xmlGetNoNsProp(at, (const xmlChar *)"name");
        bool found = text != NULL && strcmp((const char *)text, name) == 0;
        xmlFree(text);
        xmlNode *inner = found ? at : line_named(at, name);
        if (inner != NULL) {
            return inner;
        }
    }
    return NULL;
}

static bool is_remembered(xmlNode *node, const char *name)
{
    bool found = false;
    for (xmlNode *at = xmlFirstElementChild(node); !found && at != NULL;
         at = xmlNextElementSibling(at)) {
        if (eg_xml_is(at, EG_ASSESS_NS, "remember")) {
            char *list = eg_xml_attribute(at, "of");
            size_t len = strlen(name);
            for (char *word = list; word != NULL && *word != '\0';) {
                word += strspn(word, " \t\r\n");
                size_t part = strcspn(word, " \t\r\n");
                found = found || (part == len && memcmp(word, name, len) == 0);
                word += part;
            }
            free(list);
        }
        found = found || is_remembered(at, name);
    }
    return found;
}

/* Unit of a figure made further down, by its line: its own, or that of what it is made from. */
static const char *unit_of_line(struct eg_assess_compile *c, xmlNode *line, int depth)
{
    if (line == NULL || depth > 10) {
        return NULL;
    }
    const char *name = (const char *)line->name;
    if (strcmp(name, "count") == 0) {
        return "1";
    }
    if (strcmp(name, "share") == 0) {
        return "%";
    }
    if (strcmp(name, "run") == 0) {
        return "h";
    }
    const char *unit = eg_assess_attribute(c, line, "unit");
    const char *of = unit == NULL ? eg_assess_attribute(c, line, "of") : NULL;
    return of != NULL ? unit_of_line(c, line_named(c->root, of), depth + 1) : unit;
}

static bool in_series(const xmlNode *node)
{
    for (; node != NULL; node = node->parent) {
        if (eg_xml_is(node, EG_ASSESS_NS, "series")) {
            return true;
        }
    }
    return false;
}

/* A default for days of which nothing is known. */
static enum eg_status read_default(struct eg_assess_compile *c, const char *text, bool answer,
                                   struct eg_assess_recall *recall)
{
    recall->has_default = text != NULL;
    if (text == NULL) {
        return EG_OK;
    }
    if (answer) {
        bool yes = strcmp(text, "yes") == 0;
        recall->answer = yes ? EG_ANSWER_YES : EG_ANSWER_NO;
        return yes || strcmp(text, "no") == 0
                   ? EG_OK
                   : eg_assess_refuse(c, "EA-WORD", "if-unknown of an answer is yes or no");
    }
    return eg_number_read(eg_bytes_of(text), &recall->number)
               ? EG_OK
               : eg_assess_refuse(c, "EA-NUM", "if-unknown is a number as 0 or 0.5");
}

static enum eg_status split_class(struct eg_assess_compile *c, struct eg_assess_recall *recall)
{
    const char *point = strchr(recall->of, '.');
    if (point == NULL) {
        return EG_OK;
    }
    recall->class_id = point + 1;
    recall->of = eg_arena_text(
        &c->a->arena, (struct eg_bytes){(const uint8_t *)recall->of, (size_t)(point - recall->of)});
    return recall->of != NULL ? EG_OK : eg_assess_nomem(c);
}

/* The column that a recall makes, as its line says. */
static int recall_column(struct eg_assess_compile *c, const struct eg_assess_recall *recall,
                         xmlNode *line)
{
    bool answer = recall->class_id == NULL && eg_xml_is(line, EG_ASSESS_NS, "whether");
    const char *unit = answer ? NULL : recall->class_id != NULL ? "1" : unit_of_line(c, line, 0);
    int out = eg_assess_quantity(c, answer ? EG_ASSESS_ANSWER : EG_ASSESS_NUMBER, EG_ASSESS_MADE);

    if (out == EG_ASSESS_NONE) {
        return out;
    }
    quantity(c, out)->column = true;
    quantity(c, out)->grid = eg_assess_grid_here(c);
    if (answer) {
        return out;
    }
    struct eg_unit read = eg_unit_one;
    if (unit == NULL || eg_assess_unit(c, unit, &read) != EG_OK) {
        (void)eg_assess_refuse(c, "EA-KIND", "%s is no figure that can be recalled", recall->of);
        return EG_ASSESS_NONE;
    }
    quantity(c, out)->unit = read;
    quantity(c, out)->unit_text = unit;
    return out;
}

/* What was made above: exactness is known; further down only a day-before window may look. */
static enum eg_status bind_recall(struct eg_assess_compile *c, struct eg_assess_recall *recall)
{
    struct eg_assessment *a = c->a;
    bool before = a->windows[recall->window].days == EG_DAYS_BEFORE;
    int found = eg_assess_look(c, recall->of);
    struct eg_assess_quantity *out = quantity(c, recall->out);

    if (found == EG_ASSESS_NONE) {
        if (!before) {
            return eg_assess_refuse(
                c, "EA-NAME",
                "%s is made further down or elsewhere; only a day-before window "
                "recalls what is made further down",
                recall->of);
        }
        out->exact = true; /* held to it by eg_assess_settle_recalls */
        return EG_OK;
    }
    const struct eg_assess_quantity *from = quantity(c, found);
    recall->quantity = recall->class_id == NULL ? found : EG_ASSESS_NONE;
    recall->classes = recall->class_id != NULL ? from->classes : EG_ASSESS_NONE;
    out->exact = recall->class_id != NULL || from->exact;
    out->whole = recall->class_id != NULL || from->whole;
    out->place = recall->class_id != NULL ? 0 : from->place;
    out->place_parameter = from->place_parameter;
    if (recall->class_id != NULL ? recall->classes == EG_ASSESS_NONE : from->column) {
        return eg_assess_refuse(c, "EA-KIND", "%s %s", recall->of,
                                recall->class_id != NULL
                                    ? "are no classes"
                                    : "has a value for each place; figures are "
                                      "remembered");
    }
    return EG_OK;
}

static enum eg_status find_class(struct eg_assess_compile *c, struct eg_assess_recall *recall)
{
    if (recall->class_id == NULL || recall->classes == EG_ASSESS_NONE) {
        return EG_OK;
    }
    const struct eg_assess_classes *classes = &c->a->classes[recall->classes];
    recall->class_index = (int)classes->id_count;
    for (size_t i = 0; i < classes->id_count; i++) {
        if (strcmp(classes->ids[i], recall->class_id) == 0) {
            recall->class_index = (int)i;
            return EG_OK;
        }
    }
    return strcmp(recall->class_id, "unclassed") == 0
               ? EG_OK
               : eg_assess_refuse(c, "EA-NAME", "%s has no class %.64s", recall->of,
                                  recall->class_id);
}

/* Does the line make a column, whatever it is about? */
static bool is_column_line(const xmlNode *line)
{
    static const char *const makers[] = {"given", "derive", "select", "run"};
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++) {
        if (eg_xml_is(line, EG_ASSESS_NS, makers[i])) {
            return xmlHasProp(line, (const xmlChar *)"each") == NULL;
        }
    }
    return false;
}

static enum eg_status read_recall(struct eg_assess_compile *c, xmlNode *node)
{
    struct eg_assessment *a = c->a;
    struct eg_assess_recall recall = {.window = a->blocks[c->block].window,
                                      .quantity = EG_ASSESS_NONE,
                                      .classes = EG_ASSESS_NONE,
                                      .line = c->line};
    recall.of = eg_assess_attribute(c, node, "of");
    if (recall.of == NULL) {
        return eg_assess_nomem(c);
    }
    EG_TRY(split_class(c, &recall));
    xmlNode *line = line_named(c->root, recall.of);
    if (line == NULL) {
        return eg_assess_refuse(c, "EA-NAME", "no line makes %.64s, so nothing of it is recalled",
                                recall.of);
    }
    if (is_column_line(line)) {
        return eg_assess_refuse(c, "EA-KIND",
                                "%.64s has a value for each place; what is recalled is a figure: "
                                "count or sum it, and remember that",
                                recall.of);
    }
    if (!is_remembered(c->root, recall.of)) {
        return eg_assess_refuse(c, "EA-WINDOW", "%s is never remembered; add it to a remember line",
                                recall.of);
    }
    recall.of_series = in_series(line);
    if (recall.of_series && a->blocks[a->blocks[c->block].level].kind != EG_ASSESS_BLOCK_SERIES) {
        return eg_assess_refuse(c, "EA-WINDOW", "%s is a figure of series; recall it in the series",
                                recall.of);
    }
    recall.out = recall_column(c, &recall, line);
    if (recall.out == EG_ASSESS_NONE) {
        return failed(c);
    }
    EG_TRY(bind_recall(c, &recall));
    EG_TRY(find_class(c, &recall));
    EG_TRY(read_default(c, eg_assess_attribute(c, node, "if-unknown"),
                        quantity(c, recall.out)->kind == EG_ASSESS_ANSWER, &recall));
    struct eg_assess_op *op = eg_assess_op(c, EG_OP_RECALL, recall.out);
    struct eg_assess_recall *made =
        op == NULL ? NULL
                   : eg_assess_append(c, (void **)&a->recalls, &a->recall_count, sizeof *made,
                                      EG_ASSESSMENT_OPERATIONS_MAX);
    if (made == NULL) {
        return failed(c);
    }
    *made = recall;
    op->index = (int)a->recall_count - 1;
    return eg_assess_name(c, recall.out, node);
}

/* A recall of a line further down was taken to be exact, and of one unit: check it now. */
enum eg_status eg_assess_settle_recalls(struct eg_assess_compile *c)
{
    struct eg_assessment *a = c->a;

    for (size_t i = 0; i < a->recall_count; i++) {
        const struct eg_assess_recall *recall = &a->recalls[i];
        const struct eg_assess_quantity *out = &a->quantities[recall->out];
        if (recall->quantity != EG_ASSESS_NONE || recall->classes != EG_ASSESS_NONE) {
            continue;
        }
        c->line = recall->line;
        for (size_t k = 0; k < a->quantity_count; k++) {
            const struct eg_assess_quantity *q = &a->quantities[k];
            if (q->name == NULL || strcmp(q->name, recall->of) != 0) {
                continue;
            }
            if (recall->class_id != NULL) {
                return eg_assess_refuse(c, "EA-NAME",
                                        "classes are recalled below the line that makes them");
            }
            if (q->column || q->kind != out->kind) {
                return eg_assess_refuse(c, "EA-KIND", "%s is no single figure", recall->of);
            }
            if (!q->exact && q->kind == EG_ASSESS_NUMBER) {
                return eg_assess_refuse(
                    c, "EA-ROUND", "%s is not rounded, so it can be recalled only below its line",
                    recall->of);
            }
            if (q->kind == EG_ASSESS_NUMBER && !eg_unit_same(&q->unit, &out->unit)) {
                return eg_assess_refuse(c, "EA-UNIT", "%s is recalled in another unit", recall->of);
            }
        }
    }
    return EG_OK;
}

/* ---- remember ----------------------------------------------------------------------------- */

static enum eg_status remember_one(struct eg_assess_compile *c, const char *name)
{
    struct eg_assessment *a = c->a;
    int found = eg_assess_find(c, name);

    if (found == EG_ASSESS_NONE) {
        return failed(c);
    }
    const struct eg_assess_quantity *q = quantity(c, found);
    if (q->classes == EG_ASSESS_NONE && (q->column || q->kind == EG_ASSESS_WORD)) {
        return eg_assess_refuse(c, "EA-KIND", "%s is no single figure; only such are remembered",
                                name);
    }
    if (a->blocks[q->block].level != a->blocks[c->block].level) {
        return eg_assess_refuse(c, "EA-WINDOW", "%s is remembered in the block that makes it",
                                name);
    }
    for (size_t i = 0; q->classes != EG_ASSESS_NONE && i < q->word_count; i++) {
        if (strlen(name) + 1 + strlen(q->words[i]) > EG_FACT_NAME_MAX) {
            return eg_assess_refuse(c, "EA-NAME", "%s.%s is longer than the %d of a fact's name",
                                    name, q->words[i], EG_FACT_NAME_MAX);
        }
    }
    for (size_t i = 0; i < a->remember_count; i++) {
        if (strcmp(a->remembers[i].name, name) == 0) {
            return eg_assess_refuse(c, "EA-NAME", "%s is remembered already", name);
        }
    }
    struct eg_assess_op *op = eg_assess_op(c, EG_OP_REMEMBER, EG_ASSESS_NONE);
    struct eg_assess_remember *made =
        op == NULL ? NULL
                   : eg_assess_append(c, (void **)&a->remembers, &a->remember_count, sizeof *made,
                                      EG_ASSESSMENT_OPERATIONS_MAX);
    if (made == NULL) {
        return failed(c);
    }
    op->index = (int)a->remember_count - 1;
    *made = (struct eg_assess_remember){.quantity =
                                            q->classes == EG_ASSESS_NONE ? found : EG_ASSESS_NONE,
                                        .classes = q->classes,
                                        .name = name};
    return EG_OK;
}

static enum eg_status read_remember(struct eg_assess_compile *c, xmlNode *node)
{
    const char *of = eg_assess_attribute(c, node, "of");
    const char *const *names = NULL;
    size_t count = 0;

    if (of == NULL || !eg_assess_words(c, of, &names, &count)) {
        return eg_assess_nomem(c);
    }
    for (size_t i = 0; i < count; i++) {
        EG_TRY(remember_one(c, names[i]));
    }
    return EG_OK;
}
