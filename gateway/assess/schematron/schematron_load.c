/*
 * From files to one tree: sch:include replaced by what it names (5.4.4), extends by href (5.4.3),
 * and patterns that are an instance of an abstract one filled with its content, parameters put in
 * (5.4.8, 5.4.9). Works on the tree, so that what comes after sees plain Schematron only.
 */
#include "assess/schematron/schematron_model.h"

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
    struct eg_sch_block *block = calloc(1, sizeof *block + size);
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
    memcpy(&list, list_slot, sizeof list);
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
        memcpy(list_slot, &list, sizeof list);
    }
    return (char *)list + size * (*count)++;
}

/* ---- includes ----------------------------------------------------------------------------- */

struct loading {
    struct eg_schematron *schema;
    /* of the main file */
    const char *name;
    size_t includes;
};

const char *eg_sch_file(const xmlNode *node, const char *name)
{
    for (; node != NULL && node->type == XML_ELEMENT_NODE; node = node->parent) {
        if (node->_private != NULL) {
            return node->_private;
        }
    }
    return name;
}

/*
 * What an include brings carries its file's name at its root (_private points there), with the id
 * that was asked for ("" for the document element) and what it stands in, so that a circle is seen
 * even where nothing is left of the includes between.
 */
struct label {
    const struct label *outer;
    char id[EG_ID_MAX + 1];
    char file[];
};

static const struct label *label_of(const xmlNode *node)
{
    for (; node != NULL && node->type == XML_ELEMENT_NODE; node = node->parent) {
        if (node->_private != NULL) {
            return (const struct label *)((const char *)node->_private -
                                          offsetof(struct label, file));
        }
    }
    return NULL;
}

static bool is_inside(const xmlNode *node, const char *file, const char *id)
{
    for (const struct label *l = label_of(node); l != NULL; l = l->outer) {
        if (strcmp(l->file, file) == 0 && strcmp(l->id, id) == 0) {
            return true;
        }
    }
    return false;
}

static char *make_label(struct eg_schematron *schema, const xmlNode *at, const char *file,
                        const char *id)
{
    size_t len = strlen(file);
    struct label *label = eg_sch_alloc(schema, sizeof *label + len + 1);
    if (label == NULL) {
        return NULL;
    }
    label->outer = label_of(at);
    memcpy(label->id, id, strlen(id));
    memcpy(label->file, file, len);
    return label->file;
}

/* The element whose id or xml:id it is; NULL: none. Depth is bounded by the parser. */
static xmlNode *find_fragment(xmlNode *node, const char *id)
{
    xmlNode *found = NULL;
    xmlChar *xml_id = xmlGetNsProp(node, BAD_CAST "id", XML_XML_NAMESPACE);
    xmlChar *own = xmlGetNoNsProp(node, BAD_CAST "id");
    if ((xml_id != NULL && strcmp((const char *)xml_id, id) == 0) ||
        (own != NULL && strcmp((const char *)own, id) == 0)) {
        found = node;
    }
    xmlFree(xml_id);
    xmlFree(own);
    for (xmlNode *child = node->children; child != NULL && found == NULL; child = child->next) {
        found = child->type == XML_ELEMENT_NODE ? find_fragment(child, id) : NULL;
    }
    return found;
}

/* A copy that is understood as its original was: its language goes with it. */
static xmlNode *copy_with_lang(xmlNode *node, xmlDoc *doc)
{
    xmlNode *copy = xmlDocCopyNode(node, doc, 1);
    xmlChar *lang = xmlNodeGetLang(node);
    if (copy != NULL && lang != NULL) {
        xmlNodeSetLang(copy, lang);
    }
    xmlFree(lang);
    return copy;
}

/* Say the language that `node` had where it stood, unless it says one itself. */
static void give_lang(xmlNode *node, const xmlChar *lang)
{
    if (lang != NULL && node->type == XML_ELEMENT_NODE &&
        xmlHasNsProp(node, BAD_CAST "lang", XML_XML_NAMESPACE) == NULL) {
        xmlNodeSetLang(node, lang);
    }
}

/* "dir/x.sch#id" in two. false: no file of the package. */
static bool split_href(const struct loading *loading, const xmlNode *at, const char *href,
                       char file[256], char id[EG_ID_MAX + 1])
{
    char path[256] = "";
    size_t len = strcspn(href, "#");
    const char *fragment = href[len] == '#' ? href + len + 1 : "";
    return len < sizeof path && strlen(fragment) <= EG_ID_MAX &&
           (href[len] == '\0' || fragment[0] != '\0') &&
           snprintf(path, sizeof path, "%.*s", (int)len, href) >= 0 &&
           snprintf(id, EG_ID_MAX + 1, "%s", fragment) >= 0 &&
           eg_xml_resolve(file, 256, eg_sch_file(at, loading->name), path);
}

/* Copy the element that file and id name into the tree, not linked yet. */
static enum eg_status bring_from(xmlNode **out, struct loading *loading, const xmlNode *at,
                                 const char *file, const char *id, struct eg_error *err)
{
    xmlDoc *doc = NULL;
    enum eg_status status = eg_xml_load(&doc, loading->schema->loader, file, err);
    if (status != EG_OK) {
        return eg_sch_claused(status, "5.1", err);
    }
    xmlNode *root = xmlDocGetRootElement(doc);
    xmlNode *element = id[0] != '\0' ? find_fragment(root, id) : root;
    if (element == NULL) {
        status = eg_sch_refuse(err, at, loading->name, "there is no element with id '%.100s' in %s",
                               id, file);
    } else {
        xmlNode *copy = copy_with_lang(element, at->doc);
        char *label = make_label(loading->schema, at, file, id);
        if (copy == NULL || label == NULL) {
            xmlFreeNode(copy);
            status = eg_error_set(err, EG_E_NOMEM, file, "no memory for an include");
        } else {
            copy->_private = label;
            *out = copy;
        }
    }
    xmlFreeDoc(doc);
    return status;
}

/* What `href` names: the document element of a file, or the element with an id (5.4.4). */
static enum eg_status bring(xmlNode **out, struct loading *loading, const xmlNode *at,
                            struct eg_error *err)
{
    char file[256] = "";
    char id[EG_ID_MAX + 1] = "";
    char *href = eg_xml_attribute(at, "href");
    enum eg_status status = EG_OK;
    if (href == NULL || !split_href(loading, at, href, file, id)) {
        status = eg_sch_refuse(err, at, loading->name, "'%.100s' names no file of the package",
                               href != NULL ? href : "");
    } else if (is_inside(at, file, id)) {
        status = eg_sch_refuse(err, at, loading->name, "'%.100s' includes itself", href);
    } else if (++loading->includes > INCLUDE_COUNT_MAX) {
        status = eg_sch_refuse(err, at, loading->name, "more than %d includes", INCLUDE_COUNT_MAX);
    } else {
        status = bring_from(out, loading, at, file, id, err);
    }
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
        return eg_sch_refuse(err, at, loading->name,
                             "a whole schema can not be included; name a part of it by #id");
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
    if (!eg_xml_is(rule, EG_SCH_NS, "rule") || xmlHasProp(at, BAD_CAST "rule") != NULL) {
        bool both = xmlHasProp(at, BAD_CAST "rule") != NULL;
        xmlFreeNode(rule);
        return eg_sch_refuse(err, at, loading->name,
                             both ? "extends has a rule or an href, not both"
                                  : "extends names something that is no sch:rule");
    }
    xmlNode *child = NULL;
    xmlChar *lang = xmlNodeGetLang(rule);
    while ((child = rule->children) != NULL) {
        xmlUnlinkNode(child);
        child->_private = child->type == XML_ELEMENT_NODE ? rule->_private : NULL;
        give_lang(child, lang);
        xmlAddPrevSibling(at, child);
    }
    xmlFree(lang);
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

char *eg_sch_substitute(const char *text, const xmlNode *instance)
{
    struct eg_buf filled = {0};
    eg_buf_init(&filled, ATTRIBUTE_MAX);
    char *copy = substitute(&filled, text, instance) ? eg_bytes_dup(eg_bytes_view(&filled)) : NULL;
    eg_buf_done(&filled);
    return copy;
}

static bool substitute_attributes(xmlNode *node, const xmlNode *instance)
{
    bool good = true;
    for (xmlAttr *a = node->properties; a != NULL && good; a = a->next) {
        xmlChar *text = xmlNodeListGetString(node->doc, a->children, 1);
        if (a->ns == NULL && text != NULL && strchr((const char *)text, '$') != NULL) {
            char *filled = eg_sch_substitute((const char *)text, instance);
            good = filled != NULL && xmlSetNsProp(node, NULL, a->name, BAD_CAST filled) != NULL;
            free(filled);
        }
        xmlFree(text);
    }
    for (xmlNode *child = node->children; child != NULL && good; child = child->next) {
        good = child->type != XML_ELEMENT_NODE || substitute_attributes(child, instance);
    }
    return good;
}

static bool is_abstract(const xmlNode *pattern)
{
    char *abstract = eg_xml_attribute(pattern, "abstract");
    bool yes = abstract != NULL && strcmp(abstract, "true") == 0;
    free(abstract);
    return yes;
}

static xmlNode *abstract_pattern(const xmlNode *root, const char *id)
{
    for (xmlNode *p = eg_xml_child(root, EG_SCH_NS, "pattern"); p != NULL;
         p = eg_xml_next(p, EG_SCH_NS, "pattern")) {
        char *own = eg_xml_attribute(p, "id");
        bool found = is_abstract(p) && own != NULL && strcmp(own, id) == 0;
        free(own);
        if (found) {
            return p;
        }
    }
    return NULL;
}

/* Does a let of this name stand anywhere below? Only a few levels of Schematron elements are. */
static bool has_let(const xmlNode *node, const char *variable)
{
    bool found = false;
    for (const xmlNode *child = node->children; child != NULL && !found; child = child->next) {
        if (eg_xml_is(child, EG_SCH_NS, "let")) {
            char *own = eg_xml_attribute(child, "name");
            found = own != NULL && strcmp(own, variable) == 0;
            free(own);
        } else if (eg_xml_is(child, EG_SCH_NS, "phase") || eg_xml_is(child, EG_SCH_NS, "rule")) {
            found = has_let(child, variable);
        }
    }
    return found;
}

/* Each parameter once; Annex B: none has the name of a variable that the pattern can see. */
static enum eg_status check_params(const xmlNode *root, const xmlNode *instance,
                                   const xmlNode *source, const char *name, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (const xmlNode *p = eg_xml_child(instance, EG_SCH_NS, "param");
         p != NULL && status == EG_OK; p = eg_xml_next(p, EG_SCH_NS, "param")) {
        char *param = eg_xml_attribute(p, "name");
        char *value = eg_xml_attribute(p, "value");
        if (param == NULL || xmlValidateNCName(BAD_CAST param, 0) != 0 || value == NULL ||
            value[0] == '\0') {
            status = eg_sch_refuse(err, p, name, "a parameter has a name and a value");
        }
        for (const xmlNode *q = eg_xml_next(p, EG_SCH_NS, "param"); q != NULL && status == EG_OK;
             q = eg_xml_next(q, EG_SCH_NS, "param")) {
            char *other = eg_xml_attribute(q, "name");
            if (other != NULL && strcmp(other, param) == 0) {
                status = eg_sch_refuse(err, q, name, "parameter '%.60s' is given twice", param);
            }
            free(other);
        }
        if (status == EG_OK && (has_let(root, param) || has_let(source, param))) {
            status = eg_sch_refuse(err, p, name,
                                   "parameter '%.60s' has the name of a variable (Annex B)", param);
        }
        free(param);
        free(value);
    }
    return status;
}

/* title, paragraphs, variables and rules of the abstract pattern, where it does not have its own */
static enum eg_status copy_content(xmlNode *instance, const xmlNode *source, const char *name,
                                   struct eg_error *err)
{
    enum eg_status status = EG_OK;
    xmlChar *lang = xmlNodeGetLang(source);
    for (const xmlNode *child = source->children; child != NULL && status == EG_OK;
         child = child->next) {
        xmlNode *copy = xmlDocCopyNode((xmlNode *)(uintptr_t)child, instance->doc, 1);
        if (copy == NULL || xmlAddChild(instance, copy) == NULL) {
            xmlFreeNode(copy);
            status = eg_error_set(err, EG_E_NOMEM, name, "no memory for a pattern");
        } else if (copy->type == XML_ELEMENT_NODE) {
            copy->_private = child->_private != NULL ? child->_private : source->_private;
            give_lang(copy, lang);
            if (!substitute_attributes(copy, instance)) {
                status = eg_sch_refuse(err, instance, name, "an expression grows beyond %d octets",
                                       (int)ATTRIBUTE_MAX);
            }
        }
    }
    xmlFree(lang);
    return status;
}

/* documents of the abstract pattern hold for its instances too. */
static enum eg_status copy_documents(xmlNode *instance, const xmlNode *source, const char *name,
                                     struct eg_error *err)
{
    char *documents = eg_xml_attribute(source, "documents");
    if (documents == NULL || xmlHasProp(instance, BAD_CAST "documents") != NULL) {
        free(documents);
        return EG_OK;
    }
    char *filled = eg_sch_substitute(documents, instance);
    bool good = filled != NULL &&
                xmlSetNsProp(instance, NULL, BAD_CAST "documents", BAD_CAST filled) != NULL;
    free(filled);
    free(documents);
    return good ? EG_OK
                : eg_sch_refuse(err, instance, name, "an expression grows beyond %d octets",
                                (int)ATTRIBUTE_MAX);
}

static enum eg_status fill_instance(const xmlNode *root, xmlNode *instance, const char *is_a,
                                    const char *name, struct eg_error *err)
{
    xmlNode *source = abstract_pattern(root, is_a);
    if (source == NULL) {
        return eg_sch_refuse(err, instance, name, "there is no abstract pattern '%.100s'", is_a);
    }
    if (is_abstract(instance)) {
        return eg_sch_refuse(err, instance, name, "a pattern with is-a is not abstract");
    }
    if (eg_xml_child(instance, EG_SCH_NS, "rule") != NULL ||
        eg_xml_child(instance, EG_SCH_NS, "let") != NULL) {
        return eg_sch_refuse(err, instance, name,
                             "a pattern with is-a has no rules and variables of its own");
    }
    enum eg_status status = check_params(root, instance, source, name, err);
    if (status == EG_OK) {
        status = copy_documents(instance, source, name, err);
    }
    return status == EG_OK ? copy_content(instance, source, name, err) : status;
}

static enum eg_status check_pattern(const xmlNode *pattern, const char *name, struct eg_error *err)
{
    if (is_abstract(pattern) && xmlHasProp(pattern, BAD_CAST "id") == NULL) {
        return eg_sch_refuse(err, pattern, name, "an abstract pattern has an id");
    }
    if (eg_xml_child(pattern, EG_SCH_NS, "param") != NULL) {
        return eg_sch_refuse(err, pattern, name, "sch:param outside a pattern with is-a");
    }
    return EG_OK;
}

static enum eg_status fill_instances(xmlNode *root, const char *name, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (xmlNode *p = eg_xml_child(root, EG_SCH_NS, "pattern"); p != NULL && status == EG_OK;
         p = eg_xml_next(p, EG_SCH_NS, "pattern")) {
        char *is_a = eg_xml_attribute(p, "is-a");
        status =
            is_a != NULL ? fill_instance(root, p, is_a, name, err) : check_pattern(p, name, err);
        free(is_a);
    }
    return status;
}

/* ---- identities --------------------------------------------------------------------------- */

/* Each id names one thing of the source; instances share those of their abstract pattern. */
static enum eg_status check_ids(xmlHashTable *seen, const xmlNode *node, const char *name,
                                struct eg_error *err)
{
    char *id = eg_xml_attribute(node, "id");
    enum eg_status status = EG_OK;
    if (id != NULL) {
        if (!eg_text_token(eg_bytes_of(id), EG_ID_MAX) || xmlValidateNCName(BAD_CAST id, 0) != 0) {
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
        return eg_sch_claused(status, "5.1", err);
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
