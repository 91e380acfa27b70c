/*
 * An assert or report (5.4.2, 5.4.11) with the diagnostics and properties it names: every
 * expression compiled where it is used, so that it sees the variables of its rule.
 */
#include "assess/schematron/quick.h"
#include "assess/schematron/schematron_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n"

/* The `element` with this id below a `list` of the schema; NULL: none. */
static const xmlNode *find_listed(const xmlNode *root, const char *list, const char *element,
                                  const char *id, size_t len)
{
    for (const xmlNode *l = eg_xml_child(root, EG_SCH_NS, list); l != NULL;
         l = eg_xml_next(l, EG_SCH_NS, list)) {
        for (const xmlNode *e = eg_xml_child(l, EG_SCH_NS, element); e != NULL;
             e = eg_xml_next(e, EG_SCH_NS, element)) {
            char *own = eg_xml_attribute(e, "id");
            bool found = own != NULL && strlen(own) == len && memcmp(own, id, len) == 0;
            free(own);
            if (found) {
                return e;
            }
        }
    }
    return NULL;
}

static enum eg_status read_text(struct eg_sch_text *out, struct eg_sch_reader *reader,
                                const xmlNode *node)
{
    enum eg_status status = eg_sch_take_all(
        (struct eg_sch_wanted[]){
            {&out->id, "id"}, {&out->role, "role"}, {&out->scheme, "scheme"}, {NULL, NULL}},
        reader, node);
    if (status == EG_OK) {
        status = eg_sch_take_rich(&out->rich, reader, node);
    }
    if (status == EG_OK) {
        status = eg_sch_take_file(&out->base, reader, node);
    }
    return status == EG_OK ? eg_sch_read_text(reader->schema, out, node, reader->pattern_node,
                                              &reader->scope, reader->err)
                           : status;
}

/* What the attribute `list` (diagnostics, properties) of an assert or report names. */
static enum eg_status read_listed(struct eg_sch_text **texts, size_t *count,
                                  struct eg_sch_reader *reader, const xmlNode *node,
                                  const char *list, const char *element)
{
    const char *ids = NULL;
    enum eg_status status = eg_sch_take(&ids, reader, node, list);
    while (status == EG_OK && ids != NULL && *(ids += strspn(ids, BLANKS)) != '\0') {
        size_t len = strcspn(ids, BLANKS);
        const xmlNode *found = find_listed(reader->root, list, element, ids, len);
        if (found == NULL) {
            return eg_sch_refuse(reader->err, node, reader->name, "there is no %s '%.*s'", element,
                                 (int)(len < 100 ? len : 100), ids);
        }
        struct eg_sch_text *text = eg_sch_grow(reader->schema, texts, count, sizeof *text);
        if (text == NULL) {
            return eg_sch_no_memory(reader);
        }
        *text = (struct eg_sch_text){0};
        status = read_text(text, reader, found);
        ids += len;
    }
    return status;
}

static enum eg_status read_severity(struct eg_sch_reader *reader, struct eg_sch_check *check,
                                    const xmlNode *node)
{
    const char *role = check->role != NULL ? check->role : reader->rule->role;
    check->severity = check->is_report ? EG_SEVERITY_WARNING : EG_SEVERITY_ERROR;
    bool known = role == NULL || eg_severity_named(role, &check->severity);
    if (!known && reader->options->strict) {
        return eg_sch_refuse(reader->err, node, reader->name,
                             "role '%.60s' is none of fatal, error, warning, info", role);
    }
    return EG_OK;
}

static enum eg_status read_id(struct eg_sch_reader *reader, struct eg_sch_check *check,
                              const xmlNode *node)
{
    enum eg_status status = eg_sch_take(&check->id, reader, node, "id");
    if (status != EG_OK || check->id != NULL) {
        return status;
    }
    if (reader->options->strict) {
        return eg_sch_refuse(reader->err, node, reader->name,
                             "sch:%s without id: findings are known by it",
                             (const char *)node->name);
    }
    char id[64] = "";
    (void)snprintf(id, sizeof id, "p%zu-r%zu-%c%zu", reader->schema->pattern_count,
                   reader->pattern->rule_count, check->is_report ? 'r' : 'a',
                   reader->rule->check_count + 1);
    check->id = eg_sch_dup(reader->schema, id, strlen(id));
    return check->id != NULL ? EG_OK : eg_sch_no_memory(reader);
}

/* The check's own, else its rule's (5.5.14). */
static enum eg_status read_subject(struct eg_sch_reader *reader, struct eg_sch_check *check,
                                   const xmlNode *node)
{
    const char *subject = NULL;
    enum eg_status status = eg_sch_take(&subject, reader, node, "subject");
    if (status == EG_OK && subject == NULL) {
        subject = reader->rule->subject_source;
    }
    return status == EG_OK && subject != NULL
               ? eg_sch_read_expression(&check->subject, reader, node, subject)
               : status;
}

static enum eg_status read_texts(struct eg_sch_reader *reader, struct eg_sch_check *check,
                                 const xmlNode *node)
{
    enum eg_status status = read_text(&check->content, reader, node);
    check->content.id = NULL;
    if (status == EG_OK) {
        status = read_listed(&check->diagnostics, &check->diagnostic_count, reader, node,
                             "diagnostics", "diagnostic");
    }
    return status == EG_OK ? read_listed(&check->properties, &check->property_count, reader, node,
                                         "properties", "property")
                           : status;
}

static enum eg_status read_test(struct eg_sch_reader *reader, struct eg_sch_check *check,
                                const xmlNode *node)
{
    enum eg_status status = eg_sch_read_expression(&check->test, reader, node, check->test_source);
    if (status == EG_OK) {
        check->quick = eg_quick_read(reader->schema, check->test_source, &reader->scope);
    }
    return status == EG_OK ? read_subject(reader, check, node) : status;
}

enum eg_status eg_sch_read_check(struct eg_sch_reader *reader, struct eg_sch_rule *rule,
                                 const xmlNode *node)
{
    struct eg_sch_check check = {.is_report = strcmp((const char *)node->name, "report") == 0};
    enum eg_status status = read_id(reader, &check, node);
    if (status == EG_OK) {
        status = eg_sch_take_all((struct eg_sch_wanted[]){{&check.role, "role"},
                                                          {&check.flag, "flag"},
                                                          {&check.test_source, "test"},
                                                          {NULL, NULL}},
                                 reader, node);
    }
    if (status == EG_OK) {
        status = eg_sch_take_file(&check.base, reader, node);
    }
    if (status == EG_OK) {
        status = read_severity(reader, &check, node);
    }
    if (status == EG_OK) {
        status = read_test(reader, &check, node);
    }
    if (status == EG_OK) {
        status = read_texts(reader, &check, node);
    }
    struct eg_sch_check *slot = NULL;
    if (status == EG_OK) {
        slot = eg_sch_grow(reader->schema, &rule->checks, &rule->check_count, sizeof *slot);
        status = slot != NULL ? EG_OK : eg_sch_no_memory(reader);
    }
    if (status == EG_OK) {
        *slot = check;
    }
    return status;
}
