/*
 * Classes: the first that says yes counts. A scale is a row of classes with equal steps; its bounds
 * are decimals, computed exactly for each component, and the upper bound belongs to the class.
 */
#include "assess/assessment/assessment_model.h"

#include "assess/number/numbers.h"

#include <stdio.h>
#include <string.h>

#define IDS_MAX 254 /* an index of a word is an octet, 0 is none */

static struct eg_asm_quantity *quantity(struct eg_asm_compile *c, int index)
{
    return &c->a->quantities[index];
}

static enum eg_status failed(struct eg_asm_compile *c)
{
    return c->err->status != EG_OK ? c->err->status : eg_asm_nomem(c);
}

static enum eg_status add_id(struct eg_asm_compile *c, struct eg_asm_classes *made, const char *id)
{
    if (!eg_expression_is_word(id) || strcmp(id, "unclassed") == 0) {
        return eg_asm_refuse(c, "EA-SCALE", "\"%.64s\" can be no class", id);
    }
    for (size_t i = 0; i < made->id_count; i++) {
        if (strcmp(made->ids[i], id) == 0) {
            return eg_asm_refuse(c, "EA-SCALE", "the class %s stands there twice", id);
        }
    }
    const char **slot =
        eg_asm_append(c, (void **)&made->ids, &made->id_count, sizeof(*slot), IDS_MAX);
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
static enum eg_status scale_ids(struct eg_asm_compile *c, struct eg_asm_classes *made,
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
        return eg_asm_refuse(c, "EA-SCALE",
                             "ids are a word with a first and a last number, as M1..M20");
    }
    *steps = last - first + 1;
    enum eg_status status = EG_OK;
    for (int i = first; status == EG_OK && i <= last; i++) {
        (void)snprintf(id, sizeof id, "%.*s%d", (int)prefix, ids, i);
        const char *kept = eg_arena_text(&c->a->arena, eg_bytes_of(id));
        status = kept != NULL ? add_id(c, made, kept) : eg_asm_nomem(c);
    }
    return status;
}

/* A bound: a plain number, which takes the unit of what is scaled, or a parameter. */
static int bound(struct eg_asm_compile *c, const char *text, int of)
{
    double number = 0;
    bool plain = text[0] != '$';

    if (plain ? !eg_number_read(eg_bytes_of(text), &number)
              : !eg_expression_is_name(text + 1) || strcmp(text, "$step") == 0) {
        (void)eg_asm_refuse(c, "EA-NUM", "a bound is a number or $parameter, not \"%.40s\"", text);
        return EG_ASM_NONE;
    }
    int found = plain && text[0] == '-' ? EG_ASM_NONE : eg_asm_value(c, text);
    if (found == EG_ASM_NONE) {
        if (c->err->status == EG_OK) {
            (void)eg_asm_refuse(c, "EA-NUM", "a scale begins at 0 or above");
        }
        return EG_ASM_NONE;
    }
    if (!plain && !eg_unit_same(&quantity(c, found)->unit, &quantity(c, of)->unit)) {
        (void)eg_asm_refuse(c, "EA-UNIT", "%s has another unit than what is scaled", text);
        return EG_ASM_NONE;
    }
    return found;
}

static enum eg_status read_scale(struct eg_asm_compile *c, xmlNode *node,
                                 struct eg_asm_classes *made, struct eg_asm_class *row)
{
    const char *of = eg_asm_attribute(c, node, "of");
    const char *from = eg_asm_attribute(c, node, "from");
    const char *to = eg_asm_attribute(c, node, "to");
    const char *ids = eg_asm_attribute(c, node, "ids");
    double low = 0, high = 0;

    if (of == NULL || from == NULL || to == NULL || ids == NULL) {
        return eg_asm_nomem(c);
    }
    row->condition = EG_ASM_NONE;
    row->scale.first = (int)made->id_count;
    row->scale.of = eg_asm_find(c, of);
    if (row->scale.of == EG_ASM_NONE) {
        return failed(c);
    }
    const struct eg_asm_quantity *q = quantity(c, row->scale.of);
    if (q->kind != EG_ASM_NUMBER) {
        return eg_asm_refuse(c, "EA-KIND", "%s is no number", of);
    }
    if (!q->exact) {
        return eg_asm_refuse(c, "EA-ROUND", "%s is not rounded; round it and scale that", of);
    }
    row->scale.from = bound(c, from, row->scale.of);
    row->scale.to = row->scale.from != EG_ASM_NONE ? bound(c, to, row->scale.of) : EG_ASM_NONE;
    if (row->scale.to == EG_ASM_NONE) {
        return failed(c);
    }
    if (eg_number_read(eg_bytes_of(from), &low) && eg_number_read(eg_bytes_of(to), &high) &&
        low >= high) {
        return eg_asm_refuse(c, "EA-SCALE", "a scale goes upwards");
    }
    return scale_ids(c, made, ids, &row->scale.steps);
}

static enum eg_status read_class(struct eg_asm_compile *c, xmlNode *node,
                                 struct eg_asm_classes *made, struct eg_asm_class *row)
{
    const char *id = eg_asm_attribute(c, node, "id");
    const char *when = eg_asm_attribute(c, node, "when");
    if (id == NULL || when == NULL) {
        return eg_asm_nomem(c);
    }
    row->scale.first = (int)made->id_count;
    row->condition = eg_asm_condition(c, when);
    return row->condition != EG_ASM_NONE ? add_id(c, made, id) : failed(c);
}

static enum eg_status read_rows(struct eg_asm_compile *c, xmlNode *node,
                                struct eg_asm_classes *made, bool *column)
{
    enum eg_status status = EG_OK;
    *column = false;
    for (xmlNode *at = xmlFirstElementChild(node); status == EG_OK && at != NULL;
         at = xmlNextElementSibling(at)) {
        struct eg_asm_class row = {0};
        eg_asm_at(c, at);
        bool scale = eg_xml_is(at, EG_ASM_NS, "scale");
        status = scale ? read_scale(c, at, made, &row) : read_class(c, at, made, &row);
        if (status != EG_OK) {
            break;
        }
        *column = *column || quantity(c, scale ? row.scale.of : row.condition)->column;
        struct eg_asm_class *slot =
            eg_asm_append(c, (void **)&made->rows, &made->row_count, sizeof(*slot), IDS_MAX);
        if (slot == NULL) {
            return failed(c);
        }
        *slot = row;
    }
    eg_asm_at(c, node);
    return status == EG_OK && made->row_count == 0
               ? eg_asm_refuse(c, "EA-SCALE", "there is no class in these classes")
               : status;
}

/* All rows on one grid, so that the run need not ask. */
static enum eg_status spread_rows(struct eg_asm_compile *c, struct eg_asm_classes *made)
{
    for (size_t i = 0; i < made->row_count; i++) {
        struct eg_asm_class *row = &made->rows[i];
        int *in = row->condition != EG_ASM_NONE ? &row->condition : &row->scale.of;
        if (quantity(c, *in)->column && quantity(c, *in)->grid != eg_asm_grid_here(c)) {
            return eg_asm_refuse(c, "EA-KIND", "a class looks at places of another grid");
        }
        *in = eg_asm_spread(c, *in);
        if (*in == EG_ASM_NONE) {
            return failed(c);
        }
    }
    return EG_OK;
}

enum eg_status eg_asm_class_line(struct eg_asm_compile *c, xmlNode *node)
{
    struct eg_assessment *a = c->a;
    struct eg_asm_classes made = {.over = EG_ASM_NONE};
    bool column = false, over = xmlHasProp(node, (const xmlChar *)"over") != NULL;

    enum eg_status status = read_rows(c, node, &made, &column);
    if (status == EG_OK && (column || over)) {
        status = eg_asm_over(c, node, &made.over);
    }
    if (status == EG_OK && over && !column) {
        status =
            eg_asm_refuse(c, "EA-OVER", "these classes look at single figures; leave over out");
    }
    if (status == EG_OK && column) {
        status = spread_rows(c, &made);
    }
    if (status != EG_OK) {
        return status;
    }
    made.out = eg_asm_quantity(c, EG_ASM_WORD, EG_ASM_MADE);
    struct eg_asm_op *op = made.out != EG_ASM_NONE ? eg_asm_op(c, EG_OP_CLASSES, made.out) : NULL;
    struct eg_asm_classes *kept = op == NULL
                                      ? NULL
                                      : eg_asm_append(c, (void **)&a->classes, &a->classes_count,
                                                      sizeof(*kept), EG_ASSESSMENT_NAMES_MAX);
    if (kept == NULL) {
        return failed(c);
    }
    made.first_count = a->class_total;
    a->class_total += made.id_count + 1;
    *kept = made;
    op->index = (int)a->classes_count - 1;
    struct eg_asm_quantity *q = quantity(c, made.out);
    q->column = column;
    q->grid = eg_asm_grid_here(c);
    q->words = made.ids;
    q->word_count = made.id_count;
    q->classes = op->index;
    return eg_asm_name(c, made.out, node);
}
