/*
 * Nodes of a parsed document: where they are, and what readers of our own vocabularies ask of them.
 */
#include "assess/xml/xml.h"

#include <stdlib.h>
#include <string.h>

#define CHAIN_MAX 1024 /* deeper than any document that was parsed; results may be deeper */

bool eg_xml_is(const xmlNode *node, const char *ns, const char *name)
{
    if (node == NULL || node->type != XML_ELEMENT_NODE ||
        strcmp((const char *)node->name, name) != 0) {
        return false;
    }
    const char *uri = node->ns != NULL ? (const char *)node->ns->href : "";
    return strcmp(uri, ns) == 0;
}

static xmlNode *first_named(xmlNode *node, const char *ns, const char *name)
{
    while (node != NULL && !eg_xml_is(node, ns, name)) {
        node = node->next;
    }
    return node;
}

xmlNode *eg_xml_child(const xmlNode *parent, const char *ns, const char *name)
{
    return first_named(parent->children, ns, name);
}

xmlNode *eg_xml_next(const xmlNode *node, const char *ns, const char *name)
{
    return first_named(node->next, ns, name);
}

static char *take(xmlChar *text)
{
    char *copy = text != NULL ? strdup((const char *)text) : NULL;
    xmlFree(text);
    return copy;
}

char *eg_xml_attribute(const xmlNode *node, const char *name)
{
    return take(xmlGetNoNsProp(node, (const xmlChar *)name));
}

char *eg_xml_text(const xmlNode *node)
{
    char *text = take(xmlNodeGetContent(node));
    if (text == NULL) {
        return NULL;
    }
    const char *blanks = " \t\r\n";
    size_t skip = strspn(text, blanks);
    size_t len = strlen(text + skip);
    while (len > 0 && strchr(blanks, text[skip + len - 1]) != NULL) {
        len--;
    }
    memmove(text, text + skip, len);
    text[len] = '\0';
    return text;
}

unsigned eg_xml_line(const xmlNode *node)
{
    if (node == NULL || node->type == XML_NAMESPACE_DECL) {
        return 0;
    }
    long line = xmlGetLineNo(node);
    return line > 0 ? (unsigned)line : 0;
}

/* ---- location ----------------------------------------------------------------------------- */

static bool same_name(const xmlNode *a, const xmlNode *b)
{
    if (a->type != b->type) {
        return false;
    }
    if (a->type != XML_ELEMENT_NODE) {
        return a->type != XML_PI_NODE || xmlStrEqual(a->name, b->name);
    }
    const xmlChar *ns_a = a->ns != NULL ? a->ns->href : NULL;
    const xmlChar *ns_b = b->ns != NULL ? b->ns->href : NULL;
    return xmlStrEqual(a->name, b->name) && xmlStrEqual(ns_a, ns_b);
}

static size_t position(const xmlNode *node)
{
    size_t n = 1;
    for (const xmlNode *before = node->prev; before != NULL; before = before->prev) {
        n += same_name(before, node);
    }
    return n;
}

static void add_name(struct eg_buf *out, const xmlNode *node, const struct eg_xml_ns *ns,
                     size_t ns_count)
{
    const char *name = (const char *)node->name;
    if (node->ns == NULL || node->ns->href == NULL) {
        eg_buf_text(out, name);
        return;
    }
    const char *uri = (const char *)node->ns->href;
    for (size_t i = 0; i < ns_count; i++) {
        if (strcmp(ns[i].uri, uri) == 0) {
            eg_buf_format(out, "%s:%s", ns[i].prefix, name);
            return;
        }
    }
    char quote = strchr(uri, '\'') != NULL ? '"' : '\'';
    if (strchr(uri, quote) != NULL) {
        eg_buf_format(out, "*[local-name()='%s']", name); /* no XPath literal can hold both */
        return;
    }
    eg_buf_format(out, "*[local-name()='%s' and namespace-uri()=%c%s%c]", name, quote, uri, quote);
}

static void add_step(struct eg_buf *out, const xmlNode *node, const struct eg_xml_ns *ns,
                     size_t ns_count)
{
    eg_buf_char(out, '/');
    switch (node->type) {
    case XML_ATTRIBUTE_NODE:
        eg_buf_char(out, '@');
        add_name(out, node, ns, ns_count);
        return;
    case XML_ELEMENT_NODE:
        add_name(out, node, ns, ns_count);
        if (node->parent != NULL && node->parent->type == XML_ELEMENT_NODE) {
            eg_buf_format(out, "[%zu]", position(node));
        }
        return;
    case XML_COMMENT_NODE:
        eg_buf_format(out, "comment()[%zu]", position(node));
        return;
    case XML_PI_NODE:
        eg_buf_format(out, "processing-instruction('%s')[%zu]", (const char *)node->name,
                      position(node));
        return;
    default:
        eg_buf_format(out, "text()[%zu]", position(node));
        return;
    }
}

void eg_xml_location(struct eg_buf *out, const xmlNode *node, const struct eg_xml_ns *ns,
                     size_t ns_count)
{
    const xmlNode *chain[CHAIN_MAX] = {NULL};
    size_t count = 0;
    while (node != NULL && node->type != XML_DOCUMENT_NODE &&
           node->type != XML_HTML_DOCUMENT_NODE && node->type != XML_NAMESPACE_DECL &&
           count < CHAIN_MAX) {
        chain[count++] = node;
        node = node->parent;
    }
    if (count == 0) {
        eg_buf_char(out, '/');
    }
    while (count > 0) {
        add_step(out, chain[--count], ns, ns_count);
    }
}

/* ---- names of files ----------------------------------------------------------------------- */

bool eg_xml_resolve(char *out, size_t out_len, const char *base, const char *name)
{
    if (name[0] == '\0' || name[0] == '/' || strpbrk(name, ":\\?#%") != NULL) {
        return false;
    }
    const char *slash = strrchr(base, '/');
    size_t len = slash != NULL ? (size_t)(slash - base) : 0;
    if (len >= out_len) {
        return false;
    }
    memcpy(out, base, len);
    while (*name != '\0') {
        size_t part = strcspn(name, "/");
        if (part == 2 && memcmp(name, "..", 2) == 0) {
            if (len == 0) {
                return false;
            }
            while (len > 0 && out[--len] != '/') {
            }
        } else if (part > 0 && !(part == 1 && name[0] == '.')) {
            if (len + part + 2 > out_len) {
                return false;
            }
            if (len > 0) {
                out[len++] = '/';
            }
            memcpy(out + len, name, part);
            len += part;
        }
        name += part + (name[part] == '/' ? 1 : 0);
    }
    out[len] = '\0';
    return len > 0;
}

xmlNode *eg_xml_following(xmlNode *node)
{
    if (xmlFirstElementChild(node) != NULL) {
        return xmlFirstElementChild(node);
    }
    while (node != NULL && node->type == XML_ELEMENT_NODE) {
        if (xmlNextElementSibling(node) != NULL) {
            return xmlNextElementSibling(node);
        }
        node = node->parent;
    }
    return NULL;
}
