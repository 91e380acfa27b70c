/*
 * Why this file exists: directory, package and package tests are read the same way, and each must
 * be refused with file and line rather than half understood. The schemas say the shape; what they
 * can not say is asked by the caller, with the same form of message.
 */
#include "assess/schema/vocabulary.h"

#include "assess/schema/embedded.h"
#include "assess/schema/schema.h"
#include "core/identity.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct eg_bytes find_embedded(void *payload, const char *name)
{
    (void)payload;
    return eg_embedded(name);
}

static enum eg_status refuse(struct eg_error *err, const char *name,
                             const struct eg_finding *finding)
{
    const char *message = "does not fit its schema";
    char where[EG_ERROR_WHERE_MAX] = "";

    for (size_t i = 0; i < finding->value_count; i++) {
        if (strcmp(finding->values[i].name, "message") == 0) {
            message = finding->values[i].text;
        }
    }
    (void)snprintf(where, sizeof where, "%s:%u", name, finding->line);
    return eg_error_set(err, EG_E_FORMAT, where, "%s", message);
}

static enum eg_status validate(xmlDoc *doc, const char *name, const char *schema_name,
                               struct eg_error *err)
{
    enum eg_status status = EG_OK;
    const struct eg_loader loader = {NULL, find_embedded};
    struct eg_schema *schema = NULL;
    struct eg_findings findings;
    bool valid = false;

    eg_findings_init(&findings);
    status = eg_schema_compile(&schema, &loader, schema_name, err);
    if (status != EG_OK) {
        goto done;
    }
    status =
        eg_schema_validate(&valid, schema, &(struct eg_schema_job){.doc = doc}, &findings, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!valid) {
        status = findings.count > 0
                     ? refuse(err, name, &findings.list[0])
                     : eg_error_set(err, EG_E_FORMAT, name, "does not fit %s", schema_name);
    }
done:
    eg_schema_free(&schema);
    eg_findings_done(&findings);
    return status;
}

static const char *schema_of(const xmlDoc *doc, const struct eg_vocabulary_generation *generations)
{
    const xmlNode *root = xmlDocGetRootElement(doc);
    const char *ns = root->ns != NULL ? (const char *)root->ns->href : "";
    const struct eg_vocabulary_generation *of = generations;

    while (strcmp(of->ns, ns) != 0 && of[1].ns != NULL) {
        of++;
    }
    return of->schema;
}

enum eg_status eg_vocabulary_parse_any(xmlDoc **out, struct eg_bytes xml, const char *name,
                                       const struct eg_vocabulary_generation *generations,
                                       size_t max_len, struct eg_error *err)
{
    xmlDoc *doc = NULL;
    enum eg_status status = eg_xml_parse_file(&doc, xml, name, max_len, err);
    if (status != EG_OK) {
        goto done;
    }

    status = validate(doc, name, schema_of(doc, generations), err);
    if (status != EG_OK) {
        goto done;
    }
    *out = doc;
    doc = NULL;

done:
    xmlFreeDoc(doc);
    return status;
}

enum eg_status eg_vocabulary_parse(xmlDoc **out, struct eg_bytes xml, const char *name,
                                   const char *schema, size_t max_len, struct eg_error *err)
{
    const struct eg_vocabulary_generation only[] = {{"", schema}, {NULL, NULL}};

    return eg_vocabulary_parse_any(out, xml, name, only, max_len, err);
}

enum eg_status eg_vocabulary_fault(struct eg_error *err, const char *name, const xmlNode *node,
                                   const char *format, ...)
{
    char where[EG_ERROR_WHERE_MAX] = "";
    char text[EG_ERROR_TEXT_MAX] = "";
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)snprintf(where, sizeof where, "%s:%u", name, eg_xml_line(node));
    return eg_error_set(err, EG_E_FORMAT, where, "%s", text);
}

enum eg_status eg_vocabulary_need(char **out, const xmlNode *node, const char *attribute,
                                  struct eg_error *err)
{
    char *text = eg_xml_attribute(node, attribute);

    if (text == NULL) {
        return eg_error_set(err, EG_E_NOMEM, attribute, "memory ran out");
    }
    *out = text;
    return EG_OK;
}

enum eg_status eg_vocabulary_may(char **out, const xmlNode *node, const char *attribute,
                                 struct eg_error *err)
{
    if (xmlHasNsProp((xmlNode *)node, (const xmlChar *)attribute, NULL) == NULL) {
        return EG_OK;
    }
    return eg_vocabulary_need(out, node, attribute, err);
}

enum eg_status eg_vocabulary_day(char out[11], const xmlNode *node, const char *attribute,
                                 const char *name, struct eg_error *err)
{
    char *text = NULL;
    enum eg_status status = eg_vocabulary_may(&text, node, attribute, err);

    if (status != EG_OK) {
        return status;
    }
    if (text == NULL) {
        out[0] = '\0';
        return EG_OK;
    }
    if (!eg_date_valid(text)) {
        status =
            eg_vocabulary_fault(err, name, node, "%s=\"%s\" is not a real day", attribute, text);
    } else {
        memcpy(out, text, 11);
    }
    free(text);
    return status;
}

static bool has_word(char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], word) == 0) {
            return true;
        }
    }
    return false;
}

enum eg_status eg_vocabulary_words(char ***out, size_t *count, const xmlNode *node,
                                   const char *attribute, const char *name, struct eg_error *err)
{
    static const char blanks[] = " \t\r\n";
    char *text = NULL;
    enum eg_status status = eg_vocabulary_may(&text, node, attribute, err);
    if (status != EG_OK) {
        goto done;
    }

    if (text != NULL) {
        /* a word and a blank take two octets */
        status = eg_vocabulary_room(out, strlen(text) / 2 + 1, sizeof(char *), err);
    }
    for (char *word = text != NULL ? text + strspn(text, blanks) : NULL;
         status == EG_OK && word != NULL && *word != '\0';) {
        size_t len = strcspn(word, blanks);
        char *next = word + len + strspn(word + len, blanks);
        word[len] = '\0';
        if (has_word(*out, *count, word)) {
            status = eg_vocabulary_fault(err, name, node, "%s names %s twice", attribute, word);
            break;
        }
        (*out)[*count] = strdup(word);
        if ((*out)[*count] == NULL) {
            status = eg_error_set(err, EG_E_NOMEM, attribute, "memory ran out");
            break;
        }
        *count += 1;
        word = next;
    }

done:
    free(text);
    return status;
}

size_t eg_vocabulary_count(const xmlNode *parent, const char *ns, const char *name)
{
    size_t count = 0;

    for (const xmlNode *node = eg_xml_child(parent, ns, name); node != NULL;
         node = eg_xml_next(node, ns, name)) {
        count++;
    }
    return count;
}

enum eg_status eg_vocabulary_room(void *out, size_t count, size_t size, struct eg_error *err)
{
    void *data = count > 0 ? calloc(count, size) : NULL;

    if (count > 0 && data == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "vocabulary", "memory ran out");
    }
    memcpy(out, &data, sizeof data);
    return EG_OK;
}
