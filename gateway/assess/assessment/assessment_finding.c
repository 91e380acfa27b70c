/*
 * Findings: their conditions, and their texts in two languages, taken apart once. A finding records
 * the values that either text names, so that both can be made later without the report.
 */
#include "assess/assessment/assessment_model.h"

#include "assess/number/numbers.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTS_MAX 64 /* pieces of one text */

static struct eg_assess_quantity *quantity(struct eg_assess_compile *c, int index)
{
    return &c->a->quantities[index];
}

static enum eg_status failed(struct eg_assess_compile *c)
{
    return c->err->status != EG_OK ? c->err->status : eg_assess_nomem(c);
}

/* ---- texts -------------------------------------------------------------------------------- */

static enum eg_status name_part(struct eg_assess_compile *c,
                                const struct eg_assess_finding *finding, char *name,
                                struct eg_assess_part *part)
{
    char *colon = strchr(name, ':');

    part->place = EG_ASSESS_PLACE_NONE;
    if (colon != NULL) {
        if (colon[1] < '0' || colon[1] > '8' || colon[2] != '\0') {
            return eg_assess_refuse(c, "EA-TEXT", "{%.64s}: behind : stand 0 to 8 decimals", name);
        }
        part->place = colon[1] - '0';
        *colon = '\0';
    }
    if (name[0] == '$') {
        int parameter = eg_assess_parameter(c, name + 1);
        part->kind = EG_PART_PARAMETER;
        part->quantity =
            parameter != EG_ASSESS_NONE ? c->a->parameters[parameter].quantity : EG_ASSESS_NONE;
        return parameter != EG_ASSESS_NONE ? EG_OK : failed(c);
    }
    int found = eg_assess_look(c, name);
    if (found == EG_ASSESS_NONE) {
        return eg_assess_refuse(c, "EA-TEXT",
                                "nothing seen here is called {%.64s}; known beside names above: "
                                "component, end, source, $parameters",
                                name);
    }
    const struct eg_assess_quantity *q = quantity(c, found);
    if (q->column && (!finding->each || q->grid != eg_assess_grid_here(c))) {
        return eg_assess_refuse(c, "EA-TEXT",
                                "{%.64s} has a value for each place; this finding is one", name);
    }
    if (q->kind == EG_ASSESS_NUMBER && q->place == EG_ASSESS_PLACE_NONE &&
        part->place == EG_ASSESS_PLACE_NONE && !q->exact) {
        return eg_assess_refuse(
            c, "EA-TEXT", "{%.64s} is not rounded; say its decimals, as {%.64s:2}", name, name);
    }
    part->kind = EG_PART_QUANTITY;
    part->quantity = found;
    quantity(c, found)->used = true;
    return EG_OK;
}

static enum eg_status braced(struct eg_assess_compile *c, const struct eg_assess_finding *finding,
                             struct eg_bytes text, struct eg_assess_part *part)
{
    char *name = eg_arena_text(&c->a->arena, text);
    part->text = eg_arena_text(&c->a->arena, text);
    if (name == NULL || part->text == NULL) {
        return eg_assess_nomem(c);
    }
    bool series = c->a->blocks[c->a->blocks[c->block].level].kind == EG_ASSESS_BLOCK_SERIES;
    if (strcmp(name, "component") == 0) {
        part->kind = EG_PART_COMPONENT;
        return series ? EG_OK
                      : eg_assess_refuse(c, "EA-TEXT", "{component} is known in a series only");
    }
    if (strcmp(name, "end") == 0) {
        part->kind = EG_PART_END;
        return finding->each ? EG_OK
                             : eg_assess_refuse(c, "EA-TEXT", "{end} is known with each only");
    }
    if (strcmp(name, "source") == 0) {
        part->kind = EG_PART_SOURCE;
        return EG_OK;
    }
    return name_part(c, finding, name, part);
}

static enum eg_status read_text(struct eg_assess_compile *c,
                                const struct eg_assess_finding *finding, const char *text,
                                struct eg_assess_text *out)
{
    while (*text != '\0') {
        struct eg_assess_part part = {.kind = EG_PART_TEXT, .quantity = EG_ASSESS_NONE};
        size_t len = strcspn(text, "{}");
        if (len > 0) {
            part.text = eg_arena_text(&c->a->arena, (struct eg_bytes){(const uint8_t *)text, len});
            if (part.text == NULL) {
                return eg_assess_nomem(c);
            }
        } else {
            len = strcspn(text, "}");
            if (text[0] == '}' || text[len] == '\0' || strcspn(text + 1, "{") < len - 1 ||
                len > 80) {
                return eg_assess_refuse(c, "EA-TEXT", "{ and } stand in pairs around a name");
            }
            EG_TRY(
                braced(c, finding, (struct eg_bytes){(const uint8_t *)text + 1, len - 1}, &part));
            len++;
        }
        struct eg_assess_part *slot =
            eg_assess_append(c, (void **)&out->parts, &out->count, sizeof *slot, PARTS_MAX);
        if (slot == NULL) {
            return failed(c);
        }
        *slot = part;
        text += len;
    }
    return EG_OK;
}

static enum eg_status read_texts(struct eg_assess_compile *c, xmlNode *node,
                                 struct eg_assess_finding *made)
{
    enum eg_status status = EG_OK;
    for (xmlNode *at = xmlFirstElementChild(node); status == EG_OK && at != NULL;
         at = xmlNextElementSibling(at)) {
        eg_assess_at(c, at);
        const char *lang = eg_assess_attribute(c, at, "lang");
        char *text = eg_xml_text(at);
        if (lang == NULL || text == NULL) {
            free(text);
            return eg_assess_nomem(c);
        }
        struct eg_assess_text *into = strcmp(lang, "de") == 0   ? &made->de
                                      : strcmp(lang, "en") == 0 ? &made->en
                                                                : NULL;
        if (into == NULL || into->count > 0 || text[0] == '\0' ||
            !eg_text_clean(eg_bytes_of(text))) {
            status = eg_assess_refuse(c, "EA-TEXT", "one text of one line for each of de and en");
        } else {
            status = read_text(c, made, text, into);
        }
        free(text);
    }
    eg_assess_at(c, node);
    if (status != EG_OK) {
        return status;
    }
    if (made->de.count == 0 || made->en.count == 0) {
        return eg_assess_refuse(c, "EA-TEXT", "the text in %s is missing",
                                made->de.count == 0 ? "German" : "English");
    }
    return EG_OK;
}

static enum eg_status add_value(struct eg_assess_compile *c, struct eg_assess_finding *made,
                                const struct eg_assess_part *part)
{
    for (size_t i = 0; i < made->value_count; i++) {
        if (strcmp(made->values[i].text, part->text) == 0) {
            return EG_OK;
        }
    }
    struct eg_assess_part *slot = eg_assess_append(c, (void **)&made->values, &made->value_count,
                                                   sizeof *slot, (size_t)2 * PARTS_MAX + 3);
    if (slot == NULL) {
        return failed(c);
    }
    *slot = *part;
    return EG_OK;
}

/* Source, component and end first: a reader of a finding looks for the place first. */
static enum eg_status gather_values(struct eg_assess_compile *c, struct eg_assess_finding *made)
{
    bool series = c->a->blocks[c->a->blocks[c->block].level].kind == EG_ASSESS_BLOCK_SERIES;
    const struct eg_assess_part first[] = {
        {.kind = EG_PART_SOURCE, .text = "source", .quantity = EG_ASSESS_NONE},
        {.kind = EG_PART_COMPONENT, .text = "component", .quantity = EG_ASSESS_NONE},
        {.kind = EG_PART_END, .text = "end", .quantity = EG_ASSESS_NONE}};
    EG_TRY(add_value(c, made, &first[0]));
    if (series) {
        EG_TRY(add_value(c, made, &first[1]));
    }
    if (made->each) {
        EG_TRY(add_value(c, made, &first[2]));
    }
    const struct eg_assess_text *texts[] = {&made->de, &made->en};
    for (size_t t = 0; t < 2; t++) {
        for (size_t i = 0; i < texts[t]->count; i++) {
            if (texts[t]->parts[i].kind != EG_PART_TEXT) {
                EG_TRY(add_value(c, made, &texts[t]->parts[i]));
            }
        }
    }
    return EG_OK;
}

/* ---- the finding -------------------------------------------------------------------------- */

static enum eg_status read_id(struct eg_assess_compile *c, xmlNode *node,
                              struct eg_assess_finding *made)
{
    made->id = eg_assess_attribute(c, node, "id");
    if (made->id == NULL) {
        return eg_assess_nomem(c);
    }
    if (!eg_text_token(eg_bytes_of(made->id), EG_ID_MAX)) {
        return eg_assess_refuse(c, "EA-ID",
                                "\"%.64s\" can be no id: letters, digits and . _ - only", made->id);
    }
    for (size_t i = 0; i < c->a->finding_count; i++) {
        if (strcmp(c->a->findings[i].id, made->id) == 0) {
            return eg_assess_refuse(c, "EA-ID", "the id %s is that of the finding in line %u",
                                    made->id, c->a->findings[i].line);
        }
    }
    const char *role = eg_assess_attribute(c, node, "role");
    return role != NULL && eg_severity_named(role, &made->role)
               ? EG_OK
               : eg_assess_refuse(c, "EA-WORD", "role is fatal, error, warning or info");
}

static enum eg_status read_each(struct eg_assess_compile *c, xmlNode *node,
                                struct eg_assess_finding *made)
{
    static const char *const words[] = {
        [EG_GRID_HALF_HOUR] = "half-hour",
        [EG_GRID_HOUR] = "hour",
        [EG_GRID_MEASUREMENT] = "measurement",
    };
    const char *each = eg_assess_attribute(c, node, "each");
    const char *fits =
        c->a->blocks[c->block].kind == EG_ASSESS_BLOCK_WINDOW ? "day" : words[c->a->grid];

    made->each = each != NULL;
    made->over = EG_ASSESS_NONE;
    if (each != NULL && strcmp(each, fits) != 0) {
        return eg_assess_refuse(c, "EA-KIND", "the places here are each=\"%s\", not \"%.40s\"",
                                fits, each);
    }
    if (each != NULL) {
        return eg_assess_over(c, node, &made->over);
    }
    return xmlHasProp(node, (const xmlChar *)"over") == NULL
               ? EG_OK
               : eg_assess_refuse(c, "EA-OVER", "a finding without each is one; leave over out");
}

static enum eg_status read_when(struct eg_assess_compile *c, xmlNode *node,
                                struct eg_assess_finding *made)
{
    const char *when = eg_assess_attribute(c, node, "when");
    int in = when != NULL ? eg_assess_condition(c, when) : EG_ASSESS_NONE;

    if (in == EG_ASSESS_NONE) {
        return failed(c);
    }
    const struct eg_assess_quantity *q = quantity(c, in);
    if (q->column && q->grid != eg_assess_grid_here(c)) {
        return eg_assess_refuse(c, "EA-KIND", "this condition has places of another grid");
    }
    if (q->column && !made->each) {
        return eg_assess_refuse(c, "EA-KIND",
                                "this condition has an answer for each place: say each and over");
    }
    if (!q->column && made->each) {
        return eg_assess_refuse(c, "EA-KIND",
                                "this condition has one answer: leave each and over out");
    }
    made->condition = in;
    return EG_OK;
}

enum eg_status eg_assess_finding(struct eg_assess_compile *c, xmlNode *node)
{
    struct eg_assessment *a = c->a;
    struct eg_assess_finding made = {.block = c->block,
                                     .line = c->line,
                                     .given = EG_ASSESS_NONE,
                                     .having = EG_ASSESS_NONE,
                                     .source = eg_assess_attribute(c, node, "source")};

    EG_TRY(read_id(c, node, &made));
    EG_TRY(eg_assess_having(c, node, &made.having));
    EG_TRY(read_each(c, node, &made));
    EG_TRY(read_when(c, node, &made));
    EG_TRY(read_texts(c, node, &made));
    EG_TRY(gather_values(c, &made));
    struct eg_assess_op *op = eg_assess_op(c, EG_OP_FINDING, EG_ASSESS_NONE);
    struct eg_assess_finding *kept =
        op == NULL ? NULL
                   : eg_assess_append(c, (void **)&a->findings, &a->finding_count, sizeof *kept,
                                      EG_ASSESSMENT_OPERATIONS_MAX);
    if (kept == NULL) {
        return failed(c);
    }
    *kept = made;
    op->index = (int)a->finding_count - 1;
    op->having = made.having;
    for (size_t i = 0; i < a->given_count; i++) {
        /* The element shown is one of the component's own values, where there are any. */
        const struct eg_assess_quantity *q = quantity(c, a->given_quantity[i]);
        if (made.each && q->column && a->blocks[c->block].kind != EG_ASSESS_BLOCK_WINDOW &&
            q->block == a->blocks[c->block].level && kept->given == EG_ASSESS_NONE) {
            kept->given = (int)i;
        }
    }
    return EG_OK;
}
