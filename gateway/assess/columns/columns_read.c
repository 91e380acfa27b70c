/*
 * Readings are read once and refused rather than half understood: the schema says their shape, what
 * it can not say is asked here, each fault with file and line.
 */
#include "assess/columns/columns_model.h"

#include "assess/schema/vocabulary.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NS "urn:emgate:reading:1"

struct reader {
    struct eg_columns *columns;
    const char *file;
    struct eg_error *err;
};

/* An attribute's text in the arena; *out stays NULL where it is absent. */
static enum eg_status take(const char **out, struct reader *r, const xmlNode *node,
                           const char *attribute)
{
    char *text = NULL;
    enum eg_status status = eg_vocabulary_may(&text, node, attribute, r->err);
    if (status != EG_OK) {
        goto done;
    }
    if (text != NULL) {
        size_t len = strlen(text) + 1;
        char *copy = eg_arena_array(&r->columns->arena, len, 1);
        if (copy == NULL) {
            status = eg_arena_refused(&r->columns->arena, r->file, r->err);
        } else {
            *out = memcpy(copy, text, len);
        }
    }

done:
    free(text);
    return status;
}

/* A path; where the attribute is absent, *out stays not given. */
static enum eg_status take_path(struct eg_col_path *out, struct reader *r, const xmlNode *node,
                                const char *attribute, bool of_value)
{
    const char *text = NULL;
    struct eg_error err = {0};
    EG_TRY(take(&text, r, node, attribute));
    if (text == NULL) {
        return EG_OK;
    }
    enum eg_status status = eg_col_path_read(out, r->columns, text, of_value, &err);
    if (status == EG_E_FORMAT) {
        return eg_vocabulary_fault(r->err, r->file, node, "%s=\"%s\": %s", attribute, text,
                                   err.text);
    }
    if (status != EG_OK) {
        return eg_error_set(r->err, status, r->file, "memory ran out");
    }
    return EG_OK;
}

/* A list in the arena for all children so named. */
static enum eg_status room(void *out, size_t *count, struct reader *r, const xmlNode *root,
                           const char *name, size_t size)
{
    size_t wanted = eg_vocabulary_count(root, NS, name);
    void *list = eg_arena_array(&r->columns->arena, wanted, size);
    if (list == NULL) {
        return eg_arena_refused(&r->columns->arena, r->file, r->err);
    }
    memcpy(out, &list, sizeof list);
    *count = wanted;
    return EG_OK;
}

static enum eg_status read_namespaces(struct reader *r, const xmlNode *root)
{
    struct eg_columns *c = r->columns;
    size_t count = 0;

    EG_TRY(room(&c->namespaces, &count, r, root, "namespace", sizeof *c->namespaces));
    for (const xmlNode *node = eg_xml_child(root, NS, "namespace"); node != NULL;
         node = eg_xml_next(node, NS, "namespace")) {
        struct eg_xml_ns *ns = &c->namespaces[c->namespace_count];
        EG_TRY(take(&ns->prefix, r, node, "prefix"));
        EG_TRY(take(&ns->uri, r, node, "uri"));
        for (size_t i = 0; i < c->namespace_count; i++) {
            if (strcmp(c->namespaces[i].prefix, ns->prefix) == 0) {
                return eg_vocabulary_fault(r->err, r->file, node, "prefix \"%s\" is declared twice",
                                           ns->prefix);
            }
        }
        c->namespace_count++;
    }
    return EG_OK;
}

static enum eg_status read_statuses(struct reader *r, const xmlNode *root)
{
    struct eg_columns *c = r->columns;
    size_t count = 0;

    EG_TRY(room(&c->statuses, &count, r, root, "status", sizeof *c->statuses));
    for (const xmlNode *node = eg_xml_child(root, NS, "status"); node != NULL;
         node = eg_xml_next(node, NS, "status")) {
        struct eg_col_status *one = &c->statuses[c->status_count];
        const char *word = NULL;
        EG_TRY(take(&one->code, r, node, "code"));
        EG_TRY(take(&word, r, node, "is"));
        if (!eg_value_status_named(&one->status, eg_bytes_of(word))) {
            return eg_vocabulary_fault(r->err, r->file, node, "\"%s\" is no status", word);
        }
        for (size_t i = 0; i < c->status_count; i++) {
            if (strcmp(c->statuses[i].code, one->code) == 0) {
                return eg_vocabulary_fault(r->err, r->file, node, "status code \"%s\" stands twice",
                                           one->code);
            }
        }
        c->status_count++;
    }
    return EG_OK;
}

/* Root, source, series and grid: where things are. */
static enum eg_status read_places(struct reader *r, const xmlNode *root)
{
    struct eg_columns *c = r->columns;
    const xmlNode *source = eg_xml_child(root, NS, "source");
    const xmlNode *series = eg_xml_child(root, NS, "series");
    const xmlNode *grid = eg_xml_child(root, NS, "grid");
    struct eg_col_path top = {0};

    EG_TRY(take_path(&top, r, root, "root", false));
    if (top.count != 1 || top.steps[0].test_count > 0) {
        return eg_vocabulary_fault(r->err, r->file, root, "root is one name");
    }
    c->root = top.steps[0].name;
    EG_TRY(take_path(&c->source, r, source, "over", false));
    EG_TRY(take_path(&c->source_id, r, source, "id", true));
    if (series != NULL) {
        EG_TRY(take_path(&c->series, r, series, "over", false));
    }
    if (series != NULL) {
        EG_TRY(take_path(&c->series_key, r, series, "key", true));
    }
    EG_TRY(take_path(&c->end, r, grid, "end", true));
    return take_path(&c->step, r, grid, "step", true);
}

/* What belongs to numbers alone, and what a column must have. */
static enum eg_status check_column(const struct eg_col_column *column, struct reader *r,
                                   const xmlNode *node)
{
    bool number = column->shown.kind != EG_COLUMN_WORD;
    bool unit = column->unit.given, unit_is = column->unit_text != NULL;
    const char *wrong = NULL;

    if (column->shown.of_series && !r->columns->series.given) {
        wrong = "is of the series, but the reading has no series element";
    } else if (number && unit == unit_is) {
        wrong = "needs either unit or unit-is";
    } else if (!number && (unit || unit_is || column->status.given)) {
        wrong = "has words: no unit, no status";
    }
    for (const struct eg_col_column *other = r->columns->list; wrong == NULL && other < column;
         other++) {
        if (strcmp(other->shown.name, column->shown.name) == 0) {
            wrong = "stands twice";
        }
    }
    return wrong == NULL ? EG_OK
                         : eg_vocabulary_fault(r->err, r->file, node, "column \"%s\" %s",
                                               column->shown.name, wrong);
}

static enum eg_status read_unit(struct eg_col_column *column, struct reader *r, const xmlNode *node)
{
    EG_TRY(take_path(&column->unit, r, node, "unit", true));
    EG_TRY(take(&column->unit_text, r, node, "unit-is"));
    if (column->unit_text != NULL &&
        !eg_unit_read(eg_bytes_of(column->unit_text), &column->unit_is)) {
        return eg_vocabulary_fault(r->err, r->file, node, "unit-is=\"%s\" is no unit",
                                   column->unit_text);
    }
    return EG_OK;
}

/* A bound of the plausible range; NaN: none said. */
static enum eg_status read_bound(double *out, bool *any, struct reader *r, const xmlNode *node,
                                 const char *attribute)
{
    const char *text = NULL;
    EG_TRY(take(&text, r, node, attribute));
    *out = (double)NAN;
    if (text == NULL) {
        return EG_OK;
    }
    *any = true;
    if (!eg_number_read(eg_bytes_of(text), out)) {
        return eg_vocabulary_fault(r->err, r->file, node, "%s=\"%s\" is no number", attribute,
                                   text);
    }
    return EG_OK;
}

static enum eg_status read_range(struct eg_column *column, struct reader *r, const xmlNode *node)
{
    struct eg_range *range = &column->range;
    const char *unit = NULL;
    bool any = false;

    EG_TRY(take(&unit, r, node, "range-unit"));
    EG_TRY(read_bound(&range->at_least, &any, r, node, "at-least"));
    EG_TRY(read_bound(&range->at_most, &any, r, node, "at-most"));
    EG_TRY(read_bound(&range->below, &any, r, node, "below"));
    column->has_range = any;
    if (any != (unit != NULL) || (any && column->kind == EG_COLUMN_WORD) ||
        (any && !eg_unit_read(eg_bytes_of(unit), &column->range_unit))) {
        return eg_vocabulary_fault(r->err, r->file, node,
                                   "column \"%s\": a plausible range is of numbers, in a "
                                   "range-unit: at-least, at-most, below",
                                   column->name);
    }
    if (range->at_least > range->at_most || range->at_least >= range->below) {
        return eg_vocabulary_fault(r->err, r->file, node,
                                   "column \"%s\": nothing is in its plausible range",
                                   column->name);
    }
    return EG_OK;
}

/* Of a column element: exactly one of number and word, and the elements that carry it. */
static enum eg_status read_value(struct eg_col_column *column, struct reader *r,
                                 const xmlNode *node)
{
    struct eg_col_path word = {0};
    enum eg_status status = take_path(&column->each, r, node, "each", false);
    if (status != EG_OK) {
        return status;
    }
    EG_TRY(take_path(&column->value, r, node, "number", true));
    EG_TRY(take_path(&word, r, node, "word", true));
    if (column->value.given == word.given) {
        return eg_vocabulary_fault(r->err, r->file, node,
                                   "column \"%s\" needs either number or word", column->shown.name);
    }
    if (word.given) {
        column->value = word;
        column->shown.kind = EG_COLUMN_WORD;
    }
    return take_path(&column->status, r, node, "status", true);
}

static enum eg_status read_column(struct eg_col_column *column, struct reader *r,
                                  const xmlNode *node, bool scalar)
{
    const char *owner = NULL;
    column->shown.kind = scalar ? EG_COLUMN_SCALAR : EG_COLUMN_NUMBER;
    EG_TRY(take(&column->shown.name, r, node, "name"));
    EG_TRY(take(&owner, r, node, "of"));
    column->shown.of_series = strcmp(owner, "series") == 0;
    EG_TRY(scalar ? take_path(&column->value, r, node, "at", true) : read_value(column, r, node));
    EG_TRY(read_unit(column, r, node));
    EG_TRY(read_range(&column->shown, r, node));
    const char *adds = NULL;
    EG_TRY(take(&adds, r, node, "adds"));
    column->shown.adds_squares = adds != NULL;
    return check_column(column, r, node);
}

static enum eg_status read_columns(struct reader *r, const xmlNode *root)
{
    struct eg_columns *c = r->columns;
    size_t most = eg_vocabulary_count(root, NS, "column") + eg_vocabulary_count(root, NS, "scalar");

    c->list = eg_arena_array(&c->arena, most, sizeof *c->list);
    if (c->list == NULL) {
        return eg_arena_refused(&r->columns->arena, r->file, r->err);
    }
    for (const xmlNode *node = root->children; node != NULL; node = node->next) {
        bool scalar = eg_xml_is(node, NS, "scalar");
        if (scalar || eg_xml_is(node, NS, "column")) {
            EG_TRY(read_column(&c->list[c->count], r, node, scalar));
            c->count++;
        }
    }
    return EG_OK;
}

static enum eg_status read_all(struct reader *r, const xmlNode *root, const char *name)
{
    EG_TRY(take(&r->columns->name, r, root, "name"));
    if (strcmp(r->columns->name, name) != 0) {
        return eg_vocabulary_fault(r->err, r->file, root,
                                   "this reading is named \"%s\", wanted is \"%s\"",
                                   r->columns->name, name);
    }
    EG_TRY(read_namespaces(r, root));
    EG_TRY(read_places(r, root));
    EG_TRY(read_statuses(r, root));
    return read_columns(r, root);
}

enum eg_status eg_columns_compile(struct eg_columns **out, struct eg_bytes xml, const char *file,
                                  const char *name, struct eg_error *err)
{
    struct eg_columns *columns = calloc(1, sizeof *columns);
    xmlDoc *doc = NULL;
    enum eg_status status = EG_OK;

    if (columns == NULL) {
        return eg_error_set(err, EG_E_NOMEM, file, "memory ran out");
    }
    eg_arena_init(&columns->arena, EG_READING_OCTETS_MAX);
    status = eg_vocabulary_parse(&doc, xml, file, "reading.xsd", EG_READING_FILE_MAX, err);
    if (status != EG_OK) {
        goto done;
    }
    struct reader reader = {columns, file, err};
    status = read_all(&reader, xmlDocGetRootElement(doc), name);
    if (status != EG_OK) {
        goto done;
    }
    *out = columns;
    columns = NULL;

done:
    xmlFreeDoc(doc);
    eg_columns_free(&columns);
    return status;
}
