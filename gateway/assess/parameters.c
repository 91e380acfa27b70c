/*
 * Why this file exists: a limit that a plant is held to must say where it came from, and a permit
 * must never turn a rule into another one. Every place (component, emission source) for which a
 * value exists is worked out here, once, before the rules run.
 *
 * The value of a place is that of the first which exists:
 *   permit entry for component and source, for the component, for the source, for neither;
 *   row of the package for the component; row of the package without component.
 */
#include "assess/parameters.h"

#include "assess/numbers.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool eg_parameter_is_word(const struct eg_parameter *parameter)
{
    return strcmp(parameter->unit, "word") == 0;
}

enum eg_parameter_judgement eg_parameter_judge(const struct eg_parameter *parameter,
                                               const char *value)
{
    double number = 0, min = 0, max = 0;

    if (eg_parameter_is_word(parameter)) {
        bool clean =
            value[0] != '\0' && eg_text_clean(eg_bytes_of(value)) && strpbrk(value, "'\" ") == NULL;
        return clean ? EG_PARAMETER_FITS : EG_PARAMETER_NO_VALUE;
    }
    if (!eg_number_read(eg_bytes_of(value), &number)) {
        return EG_PARAMETER_NO_VALUE;
    }
    if (parameter->min != NULL && parameter->max != NULL &&
        (!eg_number_read(eg_bytes_of(parameter->min), &min) ||
         !eg_number_read(eg_bytes_of(parameter->max), &max) || number < min || number > max)) {
        return EG_PARAMETER_OUT_OF_BOUNDS;
    }
    return EG_PARAMETER_FITS;
}

/* ---- permit entries ----------------------------------------------------------------------- */

/* What stands in a directory as "" is "every": NULL here. */
static const char *some(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : NULL;
}

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool touches(const struct eg_plant_parameter *entry, const char *from, const char *until)
{
    return (entry->until[0] == '\0' || strcmp(from, entry->until) <= 0) &&
           (entry->from[0] == '\0' || strcmp(until, entry->from) >= 0);
}

static bool covers(const struct eg_plant_parameter *entry, const char *from, const char *until)
{
    return (entry->from[0] == '\0' || strcmp(entry->from, from) <= 0) &&
           (entry->until[0] == '\0' || strcmp(entry->until, until) >= 0);
}

static const struct eg_parameter *find(const struct eg_package *package, const char *name)
{
    for (size_t i = 0; i < package->parameter_count; i++) {
        if (strcmp(package->parameters[i].name, name) == 0) {
            return &package->parameters[i];
        }
    }
    return NULL;
}

static enum eg_status deny(struct eg_error *err, const struct eg_plant *plant,
                           const struct eg_plant_parameter *entry, const char *text)
{
    char where[EG_ERROR_WHERE_MAX] = "";

    (void)snprintf(where, sizeof(where), "permit of %.40s, %.40s", plant->id, entry->name);
    return eg_error_set(err, EG_E_DENIED, where, "%s (value %s %s); the directory must be mended",
                        text, entry->value, entry->unit);
}

static enum eg_status check_entry(const struct eg_package *package, const struct eg_plant *plant,
                                  const struct eg_plant_parameter *entry, const char *from,
                                  const char *until, struct eg_error *err)
{
    const struct eg_parameter *parameter = find(package, entry->name);

    if (parameter == NULL) {
        return deny(err, plant, entry, "the package has no such parameter");
    }
    if (!parameter->may_override) {
        return deny(err, plant, entry, "a permit may not set this parameter");
    }
    if (strcmp(parameter->unit, entry->unit) != 0) {
        return deny(err, plant, entry, "the unit is not that of the package");
    }
    if (parameter->value != NULL &&
        (some(entry->component) != NULL || some(entry->source) != NULL)) {
        return deny(err, plant, entry, "this parameter has one value for all components");
    }
    if (!covers(entry, from, until)) {
        return deny(err, plant, entry, "the entry covers a part of the report's period only");
    }
    switch (eg_parameter_judge(parameter, entry->value)) {
    case EG_PARAMETER_FITS:
        return EG_OK;
    case EG_PARAMETER_OUT_OF_BOUNDS:
        return deny(err, plant, entry, "the value is out of the package's bounds");
    case EG_PARAMETER_NO_VALUE:
    default:
        return deny(err, plant, entry, "the value is not of the parameter's kind");
    }
}

static bool is_ours(const struct eg_package *package, const struct eg_plant_parameter *entry,
                    const char *from, const char *until)
{
    return strcmp(entry->package, package->ref.id) == 0 && touches(entry, from, until);
}

static enum eg_status check_entries(const struct eg_package *package, const struct eg_plant *plant,
                                    const char *from, const char *until, struct eg_error *err)
{
    enum eg_status status = EG_OK;

    for (size_t i = 0; status == EG_OK && i < plant->parameter_count; i++) {
        const struct eg_plant_parameter *entry = &plant->parameters[i];
        if (!is_ours(package, entry, from, until)) {
            continue;
        }
        status = check_entry(package, plant, entry, from, until, err);
        for (size_t k = 0; status == EG_OK && k < i; k++) {
            const struct eg_plant_parameter *other = &plant->parameters[k];
            if (is_ours(package, other, from, until) && strcmp(other->name, entry->name) == 0 &&
                same(some(other->component), some(entry->component)) &&
                same(some(other->source), some(entry->source))) {
                status = deny(err, plant, entry, "two entries set the same value");
            }
        }
    }
    return status;
}

/* ---- places ------------------------------------------------------------------------------- */

struct choice {
    struct eg_parameter_values *out;
    const struct eg_package *package;
    const struct eg_plant *plant; /* NULL: no permit */
    const char *from, *until;
};

static const struct eg_plant_parameter *permit_for(const struct choice *choice,
                                                   const struct eg_parameter *parameter,
                                                   const char *component, const char *source)
{
    const char *const places[4][2] = {
        {component, source}, {component, NULL}, {NULL, source}, {NULL, NULL}};

    for (size_t p = 0; choice->plant != NULL && p < 4; p++) {
        for (size_t i = 0; i < choice->plant->parameter_count; i++) {
            const struct eg_plant_parameter *entry = &choice->plant->parameters[i];
            if (is_ours(choice->package, entry, choice->from, choice->until) &&
                strcmp(entry->name, parameter->name) == 0 &&
                same(some(entry->component), places[p][0]) &&
                same(some(entry->source), places[p][1])) {
                return entry;
            }
        }
    }
    return NULL;
}

static const struct eg_parameter_row *row_for(const struct eg_parameter *parameter,
                                              const char *component)
{
    const struct eg_parameter_row *other = NULL;

    for (size_t i = 0; i < parameter->row_count; i++) {
        const char *mine = parameter->rows[i].component;
        if (same(mine, component)) {
            return &parameter->rows[i];
        }
        other = mine == NULL ? &parameter->rows[i] : other;
    }
    return other;
}

static bool has_place(const struct eg_parameter_values *values,
                      const struct eg_parameter *parameter, const char *component,
                      const char *source)
{
    for (size_t i = 0; i < values->count; i++) {
        const struct eg_parameter_value *value = &values->list[i];
        if (value->parameter == parameter && same(value->component, component) &&
            same(value->source, source)) {
            return true;
        }
    }
    return false;
}

static enum eg_status add_place(const struct choice *choice, const struct eg_parameter *parameter,
                                const char *component, const char *source, struct eg_error *err)
{
    struct eg_parameter_values *out = choice->out;
    const struct eg_plant_parameter *permit = permit_for(choice, parameter, component, source);
    const struct eg_parameter_row *row = row_for(parameter, component);

    if (has_place(out, parameter, component, source)) {
        return EG_OK;
    }
    if (out->count == out->capacity) {
        size_t capacity = out->capacity == 0 ? 32 : 2 * out->capacity;
        struct eg_parameter_value *list = realloc(out->list, capacity * sizeof(*list));
        if (list == NULL) {
            return eg_error_set(err, EG_E_NOMEM, "parameters", "memory ran out");
        }
        out->list = list;
        out->capacity = capacity;
    }
    struct eg_parameter_value *value = &out->list[out->count++];
    *value = (struct eg_parameter_value){
        .parameter = parameter, .component = component, .source = source, .permit = permit != NULL};
    if (permit != NULL) {
        value->value = permit->value;
        value->citation = permit->citation != NULL ? permit->citation : "";
    } else {
        value->value = row != NULL ? row->value : parameter->value;
        value->citation = row != NULL ? row->source : parameter->source;
    }
    return EG_OK;
}

/* The places of one permit entry: its component, or every component that the package has. */
static enum eg_status add_permitted(const struct choice *choice,
                                    const struct eg_parameter *parameter,
                                    const struct eg_plant_parameter *entry, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    const char *source = some(entry->source);

    if (some(entry->component) != NULL) {
        return add_place(choice, parameter, entry->component, source, err);
    }
    for (size_t i = 0; status == EG_OK && i < parameter->row_count; i++) {
        status = add_place(choice, parameter, parameter->rows[i].component, source, err);
    }
    return status == EG_OK ? add_place(choice, parameter, NULL, source, err) : status;
}

static unsigned rank(const struct eg_parameter_value *value)
{
    return (value->component == NULL ? 2U : 0U) + (value->source == NULL ? 1U : 0U);
}

/* Stable: insertion by rank from `first` on. */
static void sort_places(struct eg_parameter_values *values, size_t first)
{
    for (size_t i = first + 1; i < values->count; i++) {
        struct eg_parameter_value value = values->list[i];
        size_t at = i;
        while (at > first && rank(&values->list[at - 1]) > rank(&value)) {
            values->list[at] = values->list[at - 1];
            at--;
        }
        values->list[at] = value;
    }
}

static enum eg_status choose_one(const struct choice *choice, const struct eg_parameter *parameter,
                                 struct eg_error *err)
{
    size_t first = choice->out->count;
    enum eg_status status = EG_OK;

    if (parameter->value != NULL) {
        return add_place(choice, parameter, NULL, NULL, err);
    }
    for (size_t i = 0; status == EG_OK && i < parameter->row_count; i++) {
        status = add_place(choice, parameter, parameter->rows[i].component, NULL, err);
    }
    for (size_t i = 0;
         status == EG_OK && choice->plant != NULL && i < choice->plant->parameter_count; i++) {
        const struct eg_plant_parameter *entry = &choice->plant->parameters[i];
        if (is_ours(choice->package, entry, choice->from, choice->until) &&
            strcmp(entry->name, parameter->name) == 0) {
            status = add_permitted(choice, parameter, entry, err);
        }
    }
    sort_places(choice->out, first);
    return status;
}

enum eg_status eg_parameters_choose(struct eg_parameter_values *out,
                                    const struct eg_package *package, const struct eg_plant *plant,
                                    const char *from, const char *until, struct eg_error *err)
{
    struct eg_parameter_values values = {NULL, 0, 0};
    const struct choice choice = {&values, package, plant, from, until};
    enum eg_status status = plant != NULL ? check_entries(package, plant, from, until, err) : EG_OK;

    for (size_t i = 0; status == EG_OK && i < package->parameter_count; i++) {
        status = choose_one(&choice, &package->parameters[i], err);
    }
    if (status == EG_OK) {
        *out = values;
        return EG_OK;
    }
    eg_parameters_done(&values);
    return status;
}

void eg_parameters_done(struct eg_parameter_values *values)
{
    free(values->list);
    *values = (struct eg_parameter_values){NULL, 0, 0};
}

/* ---- showing them ------------------------------------------------------------------------- */

const char *eg_parameters_value(const struct eg_parameter_values *values, const char *name,
                                const char *component)
{
    for (size_t i = 0; i < values->count; i++) {
        const struct eg_parameter_value *value = &values->list[i];
        if (value->source == NULL && strcmp(value->parameter->name, name) == 0 &&
            same(value->component, component)) {
            return value->value;
        }
    }
    return NULL;
}

enum eg_status eg_parameters_text(struct eg_buf *out, const struct eg_parameter_values *values,
                                  struct eg_error *err)
{
    eg_lines_begin(out, "parameters");
    for (size_t i = 0; i < values->count; i++) {
        const struct eg_parameter_value *value = &values->list[i];
        eg_lines_put(out, "parameter", eg_bytes_of(value->parameter->name));
        if (value->component != NULL) {
            eg_lines_put(out, "component", eg_bytes_of(value->component));
        }
        if (value->source != NULL) {
            eg_lines_put(out, "source", eg_bytes_of(value->source));
        }
        eg_lines_putf(out, "value", "%s %s", value->value, value->parameter->unit);
        eg_lines_put(out, "origin", eg_bytes_of(value->permit ? "permit" : "package"));
        eg_lines_put(out, "citation", eg_bytes_of(value->citation));
    }
    return eg_buf_ok(out, "parameters", err);
}

static bool put(xmlNode *node, const char *name, const char *value)
{
    return value == NULL ||
           xmlNewNsProp(node, NULL, (const xmlChar *)name, (const xmlChar *)value) != NULL;
}

static bool add_element(xmlNode *root, const struct eg_parameter_value *value)
{
    xmlNode *node = xmlNewChild(root, root->ns, (const xmlChar *)"parameter", NULL);

    return node != NULL && put(node, "name", value->parameter->name) &&
           put(node, "component", value->component) && put(node, "source", value->source) &&
           put(node, "value", value->value) && put(node, "unit", value->parameter->unit) &&
           put(node, "origin", value->permit ? "permit" : "package") &&
           put(node, "citation", value->citation);
}

enum eg_status eg_parameters_document(xmlDoc **out, const struct eg_parameter_values *values,
                                      const struct eg_package *package, struct eg_error *err)
{
    xmlDoc *doc = xmlNewDoc((const xmlChar *)"1.0");
    xmlNode *root =
        doc != NULL ? xmlNewDocNode(doc, NULL, (const xmlChar *)EG_PARAMETERS_NAME, NULL) : NULL;
    bool made = root != NULL;

    if (made) {
        xmlDocSetRootElement(doc, root);
        root->ns = xmlNewNs(root, (const xmlChar *)EG_PARAMETERS_NS, NULL);
        made = root->ns != NULL && put(root, "package", package->ref.id) &&
               put(root, "version", package->ref.version);
    }
    for (size_t i = 0; made && i < values->count; i++) {
        made = add_element(root, &values->list[i]);
    }
    if (!made) {
        xmlFreeDoc(doc);
        return eg_error_set(err, EG_E_NOMEM, "parameters", "memory ran out");
    }
    *out = doc;
    return EG_OK;
}
