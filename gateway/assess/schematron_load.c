/*
 * From files to one tree: sch:include replaced by what it names (5.4.4), extends by href (5.4.3),
 * and patterns that are an instance of an abstract one filled with its content, parameters put in
 * (5.4.8, 5.4.9). Works on the tree, so that what comes after sees plain Schematron only.
 */
#include "assess/schematron_model.h"

#include "base/limits.h"
#include "base/text.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INCLUDE_DEPTH_MAX 16   /* a file that includes itself ends here */
#define INCLUDE_COUNT_MAX 1000 /* of one schema */
#define ATTRIBUTE_MAX (2 * EG_XPATH_MAX)

/* ---- memory ------------------------------------------------------------------------------- */

struct eg_sch_block {
    struct eg_sch_block *next;
    max_align_t data[];
};

void *eg_sch_alloc(struct eg_schematron *schema, size_t size)
{
    struct eg_sch_block *block = calloc(1, sizeof(*block) + size);
    if (block == NULL) {
        return NULL;
    }
    block->next = schema->blocks;
    schema->blocks = block;
    return block->data;
}

void eg_sch_free_blocks(struct eg_schematron *schema)
{
    while (schema->blocks != NULL) {
        struct eg_sch_block *block = schema->blocks;
        schema->blocks = block->next;
        free(block);
    }
}

char *eg_sch_dup(struct eg_schematron *schema, const char *text, size_t len)
{
    char *copy = eg_sch_alloc(schema, len + 1);
    if (copy != NULL) {
        memcpy(copy, text, len);
    }
    return copy;
}

/* Lists double at powers of two; what they leave behind is less than what they hold. */
void *eg_sch_grow(struct eg_schematron *schema, void *list_slot, size_t *count, size_t size)
{
    void *list = NULL;
    memcpy(&list, list_slot, sizeof(list));
    if ((*count & (*count - 1)) == 0) {
        size_t room = *count == 0 ? 1 : *count * 2;
        void *bigger = eg_sch_alloc(schema, room * size);
        if (bigger == NULL) {
            return NULL;
        }
        if (*count > 0) {
            memcpy(bigger, list, *count * size);
        }
        list = bigger;
        memcpy(list_slot, &list, sizeof(list));
    }
    return (char *)list + size * (*count)++;
}

/* ---- includes ----------------------------------------------------------------------------- */

struct loading {
    struct eg_schematron *schema;
    const char *name; /* of the main file */
    size_t includes;
};

static const char *file_of(const xmlNode *node, const char *name)
{
    for (; node != NULL && node->type == XML_ELEMENT_NODE; node = node->parent) {
        if (node->_private != NULL) {
            return node->_private;
        }
    }
    return name;
}

/* The root element of the file that `href` names, copied into the tree but not linked yet. */
static enum eg_status bring(xmlNode **out, struct loading *loading, const xmlNode *at,
                            struct eg_error *err)
{
    char file[256] = "";
    xmlDoc *doc = NULL;
    char *href = eg_xml_attribute(at, "href");
    enum eg_status status = EG_OK;
    if (href == NULL || !eg_xml_resolve(file, sizeof(file), file_of(at, loading->name), href)) {
        status = eg_sch_refuse(err, at, loading->name, "'%.100s' names no file of the package",
                               href != NULL ? href : "");
        goto done;
    }
    if (++loading->includes > INCLUDE_COUNT_MAX) {
        status = eg_sch_refuse(err, at, loading->name, "more than %d includes", INCLUDE_COUNT_MAX);
        goto done;
    }
    status = eg_xml_load(&doc, loading->schema->loader, file, err);
    if (status != EG_OK) {
        goto done;
    }
    xmlNode *copy = xmlDocCopyNode(xmlDocGetRootElement(doc), at->doc, 1);
    char *label = eg_sch_dup(loading->schema, file, strlen(file));
    if (copy == NULL || label == NULL) {
        xmlFreeNode(copy);
        status = eg_error_set(err, EG_E_NOMEM, file, "no memory for an include");
        goto done;
    }
    copy->_private = label;
    *out = copy;
done:
    xmlFreeDoc(doc);
    free(href);
    return status;
}

static enum eg_status expand(struct loading *loading, xmlNode *node, unsigned depth,
                             struct eg_error *err);

static enum eg_status expand_include(struct loading *loading, xmlNode *at, unsigned depth,
                                     struct eg_error *err)
{
    xmlNode *root = NULL;
    if (depth == INCLUDE_DEPTH_MAX) {
        return eg_sch_refuse(err, at, loading->name, "includes nested deeper than %d",
                             INCLUDE_DEPTH_MAX);
    }
    enum eg_status status = bring(&root, loading, at, err);
    if (status != EG_OK) {
        return status;
    }
    if (eg_xml_is(root, EG_SCH_NS, "schema")) {
        xmlFreeNode(root);
        return eg_sch_refuse(err, at, loading->name, "a whole schema can not be included");
    }
    xmlReplaceNode(at, root);
    xmlFreeNode(at);
    if (eg_xml_is(root, EG_SCH_NS, "include")) {
        return expand_include(loading, root, depth + 1, err);
    }
    return expand(loading, root, depth + 1, err);
}

/* extends href: the children of the rule it names take its place. */
static enum eg_status expand_extends(struct loading *loading, xmlNode *at, unsigned depth,
                                     struct eg_error *err)
{
    xmlNode *rule = NULL;
    if (depth == INCLUDE_DEPTH_MAX) {
        return eg_sch_refuse(err, at, loading->name, "extends nested deeper than %d",
                             INCLUDE_DEPTH_MAX);
    }
    enum eg_status status = bring(&rule, loading, at, err);
    if (status != EG_OK) {
        return status;
    }
    if (!eg_xml_is(rule, EG_SCH_NS, "rule")) {
        xmlFreeNode(rule);
        return eg_sch_refuse(err, at, loading->name, "extends names something that is no sch:rule");
    }
    xmlNode *child = NULL;
    while (status == EG_OK && (child = rule->children) != NULL) {
        xmlUnlinkNode(child);
        child->_private = child->type == XML_ELEMENT_NODE ? rule->_private : NULL;
        xmlAddPrevSibling(at, child);
    }
    xmlReconciliateNs(at->doc, at->parent);
    xmlFreeNode(rule);
    xmlUnlinkNode(at);
    xmlFreeNode(at);
    return status;
}

static enum eg_status expand(struct loading *loading, xmlNode *node, unsigned depth,
                             struct eg_error *err)
{
    enum eg_status status = EG_OK;
    xmlNode *next = NULL;
    for (xmlNode *child = node->children; child != NULL && status == EG_OK; child = next) {
        next = child->next;
        if (eg_xml_is(child, EG_SCH_NS, "include")) {
            status = expand_include(loading, child, depth, err);
        } else if (eg_xml_is(child, EG_SCH_NS, "extends") &&
                   xmlHasNsProp(child, BAD_CAST "href", NULL) != NULL) {
            xmlNode *before = child->prev;
            status = expand_extends(loading, child, depth, err);
            /* What it brought may extend further. */
            next = before != NULL ? before->next : node->children;
            depth++;
        } else if (child->type == XML_ELEMENT_NODE) {
            status = expand(loading, child, depth, err);
        }
    }
    return status;
}

/* ---- abstract patterns -------------------------------------------------------------------- */

static bool is_name_octet(char c)
{
    unsigned char u = (unsigned char)c;
    return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9') || u == '_' ||
           u == '-' || u == '.' || u >= 0x80;
}

static char *param_value(const xmlNode *instance, const char *name, size_t len)
{
    for (xmlNode *p = eg_xml_child(instance, EG_SCH_NS, "param"); p != NULL;
         p = eg_xml_next(p, EG_SCH_NS, "param")) {
        char *declared = eg_xml_attribute(p, "name");
        bool found =
            declared != NULL && strlen(declared) == len && memcmp(declared, name, len) == 0;
        free(declared);
        if (found) {
            return eg_xml_attribute(p, "value");
        }
    }
    return NULL;
}

/* $name with a parameter of that whole name is replaced; other variables stay what they are. */
static bool substitute(struct eg_buf *out, const char *text, const xmlNode *instance)
{
    while (*text != '\0') {
        size_t plain = strcspn(text, "$");
        eg_buf_add(out, text, plain);
        text += plain;
        if (*text == '\0') {
            break;
        }
        size_t len = 0;
        while (is_name_octet(text[1 + len])) {
            len++;
        }
        char *value = param_value(instance, text + 1, len);
        if (value != NULL) {
            eg_buf_text(out, value);
        } else {
            eg_buf_add(out, text, 1 + len);
        }
        free(value);
        text += 1 + len;
    }
    return !out->failed;
}

static bool substitute_attributes(xmlNode *node, const xmlNode *instance)
{
    bool good = true;
    for (xmlAttr *a = node->properties; a != NULL && good; a = a->next) {
        xmlChar *text = xmlNodeListGetString(node->doc, a->children, 1);
        if (a->ns == NULL && text != NULL && strchr((const char *)text, '$') != NULL) {
            struct eg_buf filled = {0};
            eg_buf_init(&filled, ATTRIBUTE_MAX);
            good = substitute(&filled, (const char *)text, instance) &&
                   xmlSetNsProp(node, NULL, a->name, filled.data) != NULL;
            eg_buf_done(&filled);
        }
        xmlFree(text);
    }
    for (xmlNode *child = node->children; child != NULL && good; child = child->next) {
        good = child->type != XML_ELEMENT_NODE || substitute_attributes(child, instance);
    }
    return good;
}

static xmlNode *abstract_pattern(const xmlNode *root, const char *id)
{
    for (xmlNode *p = eg_xml_child(root, EG_SCH_NS, "pattern"); p != NULL;
         p = eg_xml_next(p, EG_SCH_NS, "pattern")) {
        char *abstract = eg_xml_attribute(p, "abstract");
        char *own = eg_xml_attribute(p, "id");
        bool found = abstract != NULL && strcmp(abstract, "true") == 0 && own != NULL &&
                     strcmp(own, id) == 0;
        free(abstract);
        free(own);
        if (found) {
            return p;
        }
    }
    return NULL;
}

static enum eg_status fill_instance(const xmlNode *root, xmlNode *instance, const char *is_a,
                                    const char *name, struct eg_error *err)
{
    xmlNode *source = abstract_pattern(root, is_a);
    if (source == NULL) {
        return eg_sch_refuse(err, instance, name, "there is no abstract pattern '%.100s'", is_a);
    }
    if (eg_xml_child(instance, EG_SCH_NS, "rule") != NULL) {
        return eg_sch_refuse(err, instance, name, "a pattern with is-a has no rules of its own");
    }
    for (const xmlNode *child = source->children; child != NULL; child = child->next) {
        xmlNode *copy = xmlDocCopyNode((xmlNode *)(uintptr_t)child, instance->doc, 1);
        if (copy == NULL || xmlAddChild(instance, copy) == NULL) {
            xmlFreeNode(copy);
            return eg_error_set(err, EG_E_NOMEM, name, "no memory for a pattern");
        }
        if (copy->type == XML_ELEMENT_NODE) {
            copy->_private = child->_private != NULL ? child->_private : source->_private;
            if (!substitute_attributes(copy, instance)) {
                return eg_sch_refuse(err, instance, name, "an expression grows beyond %d octets",
                                     (int)ATTRIBUTE_MAX);
            }
        }
    }
    return EG_OK;
}

static enum eg_status fill_instances(xmlNode *root, const char *name, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (xmlNode *p = eg_xml_child(root, EG_SCH_NS, "pattern"); p != NULL && status == EG_OK;
         p = eg_xml_next(p, EG_SCH_NS, "pattern")) {
        char *is_a = eg_xml_attribute(p, "is-a");
        if (is_a != NULL) {
            status = fill_instance(root, p, is_a, name, err);
        } else if (eg_xml_child(p, EG_SCH_NS, "param") != NULL) {
            status = eg_sch_refuse(err, p, name, "sch:param outside a pattern with is-a");
        }
        free(is_a);
    }
    return status;
}

/* ---- identities --------------------------------------------------------------------------- */

/* Each id names one thing of the source; instances share those of their abstract pattern. */
static enum eg_status check_ids(xmlHashTable *seen, const xmlNode *node, const char *name,
                                struct eg_error *err)
{
    char *id = eg_xml_is(node, EG_SCH_NS, "p") ? NULL : eg_xml_attribute(node, "id");
    enum eg_status status = EG_OK;
    if (id != NULL) {
        if (!eg_text_token(eg_bytes_of(id), EG_ID_MAX)) {
            status = eg_sch_refuse(err, node, name, "'%.100s' is no id", id);
        } else if (xmlHashAddEntry(seen, BAD_CAST id, seen) != 0) {
            status = eg_sch_refuse(err, node, name, "id '%.100s' is there twice", id);
        }
    }
    free(id);
    for (const xmlNode *c = node->children; c != NULL && status == EG_OK; c = c->next) {
        if (c->type == XML_ELEMENT_NODE && c->ns != NULL &&
            strcmp((const char *)c->ns->href, EG_SCH_NS) == 0) {
            status = check_ids(seen, c, name, err);
        }
    }
    return status;
}

enum eg_status eg_sch_load(xmlDoc **out, struct eg_schematron *schema, const char *name,
                           struct eg_error *err)
{
    xmlDoc *doc = NULL;
    xmlHashTable *seen = NULL;
    enum eg_status status = eg_xml_load(&doc, schema->loader, name, err);
    if (status != EG_OK) {
        return status;
    }
    xmlNode *root = xmlDocGetRootElement(doc);
    struct loading loading = {.schema = schema, .name = name};
    status = expand(&loading, root, 0, err);
    if (status == EG_OK) {
        status = eg_sch_check_grammar(root, name, err);
    }
    if (status == EG_OK) {
        seen = xmlHashCreate(64);
        status = seen != NULL ? check_ids(seen, root, name, err)
                              : eg_error_set(err, EG_E_NOMEM, name, "no memory");
    }
    if (status == EG_OK) {
        status = fill_instances(root, name, err);
    }
    xmlHashFree(seen, NULL);
    if (status != EG_OK) {
        xmlFreeDoc(doc);
        return status;
    }
    *out = doc;
    return EG_OK;
}
