/*
 * Variables (5.4.5). A name is visible after the line that makes it, in the element that holds the
 * let and below. "It is an error for a variable to be multiply defined in the current schema,
 * phase, pattern and rule": inside one rule a name means one thing, so a let is refused when its
 * name is there already. Patterns, rules and phases beside each other do not see each other.
 *
 * Two exceptions. A phase exists to vary a schema (5.4.10), so its let takes the place of the
 * schema's. And what is given from outside takes the place of a let of the schema with that name
 * (5.4.5: an implementation may override top-level variables), which makes that let a default.
 */
#include "assess/schematron/schematron_reader.h"

#include <stdlib.h>
#include <string.h>

static bool has_let(const struct eg_sch_lets *lets, const char *name)
{
    for (size_t i = 0; i < lets->count; i++) {
        if (strcmp(lets->list[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_param(const struct eg_sch_reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->schema->param_count; i++) {
        if (strcmp(reader->schema->params[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* A let of a phase in which the pattern being read would run. */
static bool idle_phase_has(const struct eg_sch_reader *reader, const char *name)
{
    char *id = reader->idle ? eg_xml_attribute(reader->pattern_node, "id") : NULL;
    bool found = false;
    for (const xmlNode *phase = eg_xml_child(reader->root, EG_SCH_NS, "phase");
         id != NULL && phase != NULL && !found; phase = eg_xml_next(phase, EG_SCH_NS, "phase")) {
        found =
            eg_sch_is_active(phase, id) && eg_sch_child_named(phase, "let", "name", name) != NULL;
    }
    free(id);
    return found;
}

bool eg_sch_is_variable(void *payload, const char *name)
{
    const struct eg_sch_reader *reader = payload;
    return is_param(reader, name) || has_let(&reader->schema->lets, name) ||
           has_let(&reader->schema->phase_lets, name) || idle_phase_has(reader, name) ||
           (reader->pattern != NULL && has_let(&reader->pattern->lets, name)) ||
           (reader->rule != NULL && has_let(&reader->rule->lets, name));
}

/* Is the name taken for a let that goes into `lets`? */
static bool is_taken(struct eg_sch_reader *reader, const struct eg_sch_lets *lets, const char *name)
{
    const struct eg_schematron *schema = reader->schema;
    if (lets == &schema->lets) {
        return has_let(lets, name);
    }
    if (lets == &schema->phase_lets) {
        return has_let(lets, name) || is_param(reader, name);
    }
    return eg_sch_is_variable(reader, name);
}

static bool is_element(const xmlNode *node)
{
    return node->type == XML_ELEMENT_NODE;
}

static bool is_words(const xmlNode *node)
{
    return (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) &&
           xmlIsBlankNode(node) == 0;
}

/* Elements, and words between them. */
static bool is_content(const xmlNode *node)
{
    return is_element(node) || is_words(node);
}

static bool has_child(const xmlNode *node, bool (*fits)(const xmlNode *))
{
    const xmlNode *child = node->children;
    while (child != NULL && !fits(child)) {
        child = child->next;
    }
    return child != NULL;
}

/* What the element holds, as a document of its own: its root node is the value. */
static enum eg_status read_content(xmlDoc **out, struct eg_sch_reader *reader, const xmlNode *node)
{
    struct eg_schematron *schema = reader->schema;
    xmlDoc *doc = xmlNewDoc(BAD_CAST "1.0");
    xmlDoc **slot =
        doc != NULL ? eg_sch_grow(schema, &schema->contents, &schema->content_count, sizeof *slot)
                    : NULL;
    if (slot == NULL) {
        xmlFreeDoc(doc);
        return eg_sch_no_memory(reader);
    }
    *slot = doc;
    for (xmlNode *child = node->children; child != NULL; child = child->next) {
        xmlNode *copy = is_content(child) ? xmlDocCopyNode(child, doc, 1) : NULL;
        if (is_content(child) && (copy == NULL || xmlAddChild((xmlNode *)doc, copy) == NULL)) {
            xmlFreeNode(copy);
            return eg_sch_no_memory(reader);
        }
    }
    (void)xmlXPathOrderDocElems(doc);
    *out = doc;
    return EG_OK;
}

static enum eg_status read_value(struct eg_sch_let *let, struct eg_sch_reader *reader,
                                 const xmlNode *node)
{
    const char *value = NULL;
    enum eg_status status = eg_sch_take(&value, reader, node, "value");
    if (status != EG_OK) {
        return status;
    }
    bool elements = has_child(node, is_element);
    if ((value != NULL) == elements || (!elements && has_child(node, is_words))) {
        return eg_sch_refuse(reader->err, node, reader->name,
                             "sch:let has either the attribute 'value' or elements inside");
    }
    return value != NULL ? eg_sch_read_expression(&let->value, reader, node, value)
                         : read_content(&let->content, reader, node);
}

enum eg_status eg_sch_read_let(struct eg_sch_reader *reader, struct eg_sch_lets *lets,
                               const xmlNode *node)
{
    struct eg_sch_let let = {0};
    enum eg_status status = eg_sch_take(&let.name, reader, node, "name");
    if (status == EG_OK) {
        status = eg_sch_take_file(&let.base, reader, node);
    }
    if (status != EG_OK) {
        return status;
    }
    if (xmlValidateNCName(BAD_CAST let.name, 0) != 0) {
        return eg_sch_refuse(reader->err, node, reader->name, "'%.60s' is no name of a variable",
                             let.name);
    }
    if (is_taken(reader, lets, let.name)) {
        return eg_sch_refuse(reader->err, node, reader->name, "variable '%.60s' is made twice",
                             let.name);
    }
    let.given = lets == &reader->schema->lets && is_param(reader, let.name);
    status = read_value(&let, reader, node);
    if (status != EG_OK) {
        return status;
    }
    struct eg_sch_let *slot = eg_sch_grow(reader->schema, &lets->list, &lets->count, sizeof *slot);
    if (slot == NULL) {
        return eg_sch_no_memory(reader);
    }
    *slot = let;
    return EG_OK;
}

enum eg_status eg_sch_read_lets(struct eg_sch_reader *reader, struct eg_sch_lets *lets,
                                const xmlNode *parent)
{
    enum eg_status status = EG_OK;
    for (const xmlNode *let = eg_xml_child(parent, EG_SCH_NS, "let");
         let != NULL && status == EG_OK; let = eg_xml_next(let, EG_SCH_NS, "let")) {
        status = eg_sch_read_let(reader, lets, let);
    }
    return status;
}
