/*
 * Classes: the first that says yes counts. A scale is a row of classes with equal steps; its bounds
 * are decimals, computed exactly for each component, and the upper bound belongs to the class.
 */
#include "assess/assessment/assessment_model.h"

#include "assess/number/numbers.h"
#include "base/error.h"

#include <stdio.h>
#include <string.h>

#define IDS_MAX 254 /* an index of a word is an octet, 0 is none */

static struct eg_assess_quantity *quantity(struct eg_assess_compile *c, int index)
{
    return &c->a->quantities[index];
}

static enum eg_status failed(struct eg_assess_compile *c)
{
    return c->err->status != EG_OK ? c->err->status : eg_assess_nomem(c);
}

static enum eg_status add_id(struct eg_assess_compile *c, struct eg_assess_classes *made,
                             const char *id)
{
    if (!eg_expression_is_word(id) || strcmp(id, "unclassed") == 0 ||
        strcmp(id, "undecided") == 0) {
        return eg_assess_refuse(c, "EA-SCALE", "\"%.64s\" can be no class", id);
    }
    for (size_t i = 0; i < made->id_count; i++) {
        if (strcmp(made->ids[i], id) == 0) {
            return eg_assess_refuse(c, "EA-SCALE", "the class %s stands there twice", id);
        }
    }
    const char **slot =
        eg_assess_append(c, (void **)&made->ids, &made->id_count, sizeof *slot, IDS_MAX);
    if (slot == NULL) {
        return failed(c);
    }
    *slot = id;
    return EG_OK;
}

static bool read_count(const char **at, int *out)
{
    int n = 0, digits = 0;
    for (; **at >= '0' && **at <= '9' && digits < 4; (*at)++, digits++) {
        n = n * 10 + (**at - '0');
    }
    *out = n;
    return digits > 0;
}

/* "M1..M20": one prefix, numbers that rise. */
static enum eg_status scale_ids(struct eg_assess_compile *c, struct eg_assess_classes *made,
                                const char *ids, int *steps)
{
    size_t prefix = strcspn(ids, "0123456789");
    const char *at = ids + prefix;
    int first = 0, last = 0;
    char id[80] = "";

    bool fits = prefix > 0 && prefix < 60 && read_count(&at, &first) && strncmp(at, "..", 2) == 0 &&
                strncmp(at + 2, ids, prefix) == 0;
    if (fits) {
        at += 2 + prefix;
        fits = read_count(&at, &last) && *at == '\0' && last >= first && last - first < IDS_MAX;
    }
    if (!fits) {
        return eg_assess_refuse(c, "EA-SCALE",
                                "ids are a word with a first and a last number, as M1..M20");
    }
    *steps = last - first + 1;
    for (int i = first; i <= last; i++) {
        (void)snprintf(id, sizeof id, "%.*s%d", (int)prefix, ids, i);
        const char *kept = eg_arena_text(&c->a->arena, eg_bytes_of(id));
        EG_TRY(kept != NULL ? add_id(c, made, kept) : eg_assess_nomem(c));
    }
    return EG_OK;
}

/* A bound: a plain number, which takes the unit of what is scaled, or a parameter. */
static int bound(struct eg_assess_compile *c, const char *text, int of)
{
    double number = 0;
    bool plain = text[0] != '$';

    if (plain ? !eg_number_read(eg_bytes_of(text), &number)
              : !eg_expression_is_name(text + 1) || strcmp(text, "$step") == 0) {
        (void)eg_assess_refuse(c, "EA-NUM", "a bound is a number or $parameter, not \"%.40s\"",
                               text);
        return EG_ASSESS_NONE;
    }
    int found = plain && text[0] == '-' ? EG_ASSESS_NONE : eg_assess_value(c, text);
    if (found == EG_ASSESS_NONE) {
        if (c->err->status == EG_OK) {
            (void)eg_assess_refuse(c, "EA-NUM", "a scale begins at 0 or above");
        }
        return EG_ASSESS_NONE;
    }
    if (!plain && !eg_unit_same(&quantity(c, found)->unit, &quantity(c, of)->unit)) {
        (void)eg_assess_refuse(c, "EA-UNIT", "%s has another unit than what is scaled", text);
        return EG_ASSESS_NONE;
    }
    return found;
}

static enum eg_status read_scale(struct eg_assess_compile *c, xmlNode *node,
                                 struct eg_assess_classes *made, struct eg_assess_class *row)
{
    const char *of = eg_assess_attribute(c, node, "of");
    const char *from = eg_assess_attribute(c, node, "from");
    const char *to = eg_assess_attribute(c, node, "to");
    const char *ids = eg_assess_attribute(c, node, "ids");
    double low = 0, high = 0;

    if (of == NULL || from == NULL || to == NULL || ids == NULL) {
        return eg_assess_nomem(c);
    }
    row->condition = EG_ASSESS_NONE;
    row->scale.first = (int)made->id_count;
    row->scale.of = eg_assess_find(c, of);
    if (row->scale.of == EG_ASSESS_NONE) {
        return failed(c);
    }
    const struct eg_assess_quantity *q = quantity(c, row->scale.of);
    if (q->kind != EG_ASSESS_NUMBER) {
        return eg_assess_refuse(c, "EA-KIND", "%s is no number", of);
    }
    if (!q->exact) {
        return eg_assess_refuse(c, "EA-ROUND", "%s is not rounded; round it and scale that", of);
    }
    row->scale.from = bound(c, from, row->scale.of);
    row->scale.to =
        row->scale.from != EG_ASSESS_NONE ? bound(c, to, row->scale.of) : EG_ASSESS_NONE;
    if (row->scale.to == EG_ASSESS_NONE) {
        return failed(c);
    }
    if (eg_number_read(eg_bytes_of(from), &low) && eg_number_read(eg_bytes_of(to), &high) &&
        low >= high) {
        return eg_assess_refuse(c, "EA-SCALE", "a scale goes upwards");
    }
    return scale_ids(c, made, ids, &row->scale.steps);
}

static enum eg_status read_class(struct eg_assess_compile *c, xmlNode *node,
                                 struct eg_assess_classes *made, struct eg_assess_class *row)
{
    const char *id = eg_assess_attribute(c, node, "id");
    const char *when = eg_assess_attribute(c, node, "when");
    if (id == NULL || when == NULL) {
        return eg_assess_nomem(c);
    }
    row->scale.first = (int)made->id_count;
    row->condition = eg_assess_condition(c, when);
    return row->condition != EG_ASSESS_NONE ? add_id(c, made, id) : failed(c);
}

static enum eg_status read_rows(struct eg_assess_compile *c, xmlNode *node,
                                struct eg_assess_classes *made, bool *column)
{
    *column = false;
    for (xmlNode *at = xmlFirstElementChild(node); at != NULL; at = xmlNextElementSibling(at)) {
        struct eg_assess_class row = {0};
        eg_assess_at(c, at);
        bool scale = eg_xml_is(at, EG_ASSESS_NS, "scale");
        EG_TRY(scale ? read_scale(c, at, made, &row) : read_class(c, at, made, &row));
        *column = *column || quantity(c, scale ? row.scale.of : row.condition)->column;
        struct eg_assess_class *slot =
            eg_assess_append(c, (void **)&made->rows, &made->row_count, sizeof *slot, IDS_MAX);
        if (slot == NULL) {
            return failed(c);
        }
        *slot = row;
    }
    eg_assess_at(c, node);
    return made->row_count == 0
               ? eg_assess_refuse(c, "EA-SCALE", "there is no class in these classes")
               : EG_OK;
}

/* All rows on one grid, so that the run need not ask. */
static enum eg_status spread_rows(struct eg_assess_compile *c, struct eg_assess_classes *made)
{
    for (size_t i = 0; i < made->row_count; i++) {
        struct eg_assess_class *row = &made->rows[i];
        int *in = row->condition != EG_ASSESS_NONE ? &row->condition : &row->scale.of;
        if (quantity(c, *in)->column && quantity(c, *in)->grid != eg_assess_grid_here(c)) {
            return eg_assess_refuse(c, "EA-KIND", "a class looks at places of another grid");
        }
        *in = eg_assess_spread(c, *in);
        if (*in == EG_ASSESS_NONE) {
            return failed(c);
        }
    }
    return EG_OK;
}

enum eg_status eg_assess_class_line(struct eg_assess_compile *c, xmlNode *node)
{
    struct eg_assessment *a = c->a;
    struct eg_assess_classes made = {.over = EG_ASSESS_NONE};
    bool column = false, over = xmlHasProp(node, (const xmlChar *)"over") != NULL;

    EG_TRY(read_rows(c, node, &made, &column));
    if (column || over) {
        EG_TRY(eg_assess_over(c, node, &made.over));
    }
    if (over && !column) {
        return eg_assess_refuse(c, "EA-OVER",
                                "these classes look at single figures; leave over out");
    }
    if (column) {
        EG_TRY(spread_rows(c, &made));
    }
    made.out = eg_assess_quantity(c, EG_ASSESS_WORD, EG_ASSESS_MADE);
    struct eg_assess_op *op =
        made.out != EG_ASSESS_NONE ? eg_assess_op(c, EG_OP_CLASSES, made.out) : NULL;
    struct eg_assess_classes *kept =
        op == NULL ? NULL
                   : eg_assess_append(c, (void **)&a->classes, &a->classes_count, sizeof *kept,
                                      EG_ASSESSMENT_NAMES_MAX);
    if (kept == NULL) {
        return failed(c);
    }
    made.first_count = a->class_total;
    a->class_total += made.id_count + 2;
    *kept = made;
    op->index = (int)a->classes_count - 1;
    struct eg_assess_quantity *q = quantity(c, made.out);
    q->column = column;
    q->grid = eg_assess_grid_here(c);
    q->words = made.ids;
    q->word_count = made.id_count;
    q->classes = op->index;
    return eg_assess_name(c, made.out, node);
}
