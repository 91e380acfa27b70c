/*
 * The grammar of ISO/IEC 19757-3 as a table: which attributes and children each element has. What
 * stands in the Schematron namespace and not in this table is refused, because a rule that nobody
 * evaluates looks as if the report had kept it. Elements of other namespaces are passed over, as
 * the standard allows, except those of XSLT, which would change meanings.
 */
#include "assess/schematron_model.h"

#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Names between blanks; a required attribute ends in '!'. */
static const struct element {
    const char *name, *clause;
    const char *attributes, *children;
    bool text; /* may hold text */
} elements[] = {
    {"schema", "5.4.13", " id schemaVersion defaultPhase queryBinding icon see fpi ",
     " include title ns p let phase pattern diagnostics ", false},
    {"active", "5.4.1", " pattern! ", " dir emph span ", true},
    {"assert", "5.4.2", " test! id role flag subject diagnostics icon see fpi ",
     " dir emph span name value-of ", true},
    {"extends", "5.4.3", " rule href ", " ", false},
    {"include", "5.4.4", " href! ", " ", false},
    {"let", "5.4.5", " name! value! ", " ", false},
    {"name", "5.4.6", " path ", " ", false},
    {"ns", "5.4.7", " prefix! uri! ", " ", false},
    {"param", "5.4.8", " name! value! ", " ", false},
    {"pattern", "5.4.9", " id abstract is-a icon see fpi ", " include title p let rule param ",
     false},
    {"phase", "5.4.10", " id! icon see fpi ", " include p let active ", false},
    {"report", "5.4.11", " test! id role flag subject diagnostics icon see fpi ",
     " dir emph span name value-of ", true},
    {"rule", "5.4.12", " id abstract context role flag subject icon see fpi ",
     " include let assert report extends p ", false},
    {"value-of", "5.4.14", " select! ", " ", false},
    {"diagnostic", "5.5.1", " id! icon see fpi ", " dir emph span name value-of ", true},
    {"diagnostics", "5.5.2", " ", " include diagnostic ", false},
    {"dir", "5.5.3", " value ", " ", true},
    {"emph", "5.5.4", " ", " ", true},
    {"p", "5.5.5", " id class icon ", " dir emph span ", true},
    {"span", "5.5.6", " class! ", " ", true},
    {"title", "5.5.7", " ", " dir emph span ", true},
};

static const struct element *element_of(const xmlNode *node)
{
    for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
        if (eg_xml_is(node, EG_SCH_NS, elements[i].name)) {
            return &elements[i];
        }
    }
    return NULL;
}

const char *eg_sch_clause(const xmlNode *node)
{
    const struct element *element = element_of(node);
    return element != NULL ? element->clause : "";
}

void eg_sch_where(char out[EG_ERROR_WHERE_MAX], const xmlNode *node, const char *name)
{
    /* What an include brought in carries its file's name at its root. */
    for (const xmlNode *up = node; up != NULL && up->type == XML_ELEMENT_NODE; up = up->parent) {
        if (up->_private != NULL) {
            name = up->_private;
            break;
        }
    }
    (void)snprintf(out, EG_ERROR_WHERE_MAX, "%.80s:%u", name, eg_xml_line(node));
}

enum eg_status eg_sch_refuse(struct eg_error *err, const xmlNode *node, const char *name,
                             const char *format, ...)
{
    char where[EG_ERROR_WHERE_MAX] = "";
    char text[300] = "";
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    eg_sch_where(where, node, name);
    const char *clause = eg_sch_clause(node);
    return eg_error_set(err, EG_E_FORMAT, where, "%s%s%s%s", text,
                        clause[0] != '\0' ? " (ISO/IEC 19757-3, " : "", clause,
                        clause[0] != '\0' ? ")" : "");
}

/* `word`, maybe with '!' behind it, in a list of words between blanks. */
static bool lists(const char *list, const char *word)
{
    char padded[64] = "";
    (void)snprintf(padded, sizeof(padded), " %s ", word);
    if (strstr(list, padded) != NULL) {
        return true;
    }
    (void)snprintf(padded, sizeof(padded), " %s! ", word);
    return strstr(list, padded) != NULL;
}

static enum eg_status check_attributes(const xmlNode *node, const struct element *element,
                                       const char *name, struct eg_error *err)
{
    for (const xmlAttr *a = node->properties; a != NULL; a = a->next) {
        if (a->ns == NULL && !lists(element->attributes, (const char *)a->name)) {
            return eg_sch_refuse(err, node, name, "sch:%s has no attribute '%s' here",
                                 element->name, (const char *)a->name);
        }
    }
    for (const char *p = strchr(element->attributes, '!'); p != NULL; p = strchr(p + 1, '!')) {
        const char *start = p;
        while (start[-1] != ' ') {
            start--;
        }
        char word[32] = "";
        (void)snprintf(word, sizeof(word), "%.*s", (int)(p - start), start);
        if (xmlHasNsProp(node, BAD_CAST word, NULL) == NULL) {
            return eg_sch_refuse(err, node, name, "sch:%s lacks its attribute '%s'", element->name,
                                 word);
        }
    }
    return EG_OK;
}

static bool is_blank_text(const xmlNode *node)
{
    const char *text = node->content != NULL ? (const char *)node->content : "";
    return text[strspn(text, " \t\r\n")] == '\0';
}

static enum eg_status check_child(const xmlNode *child, const struct element *parent,
                                  const char *name, struct eg_error *err)
{
    if (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE) {
        return parent->text || is_blank_text(child)
                   ? EG_OK
                   : eg_sch_refuse(err, child->parent, name, "text inside sch:%s", parent->name);
    }
    if (child->type != XML_ELEMENT_NODE) {
        return EG_OK;
    }
    const char *ns = child->ns != NULL ? (const char *)child->ns->href : "";
    if (strcmp(ns, EG_SCH_XSLT_NS) == 0) {
        if (strcmp(parent->name, "schema") == 0 && strcmp((const char *)child->name, "key") == 0) {
            return EG_OK;
        }
        return eg_sch_refuse(err, child, name,
                             "xsl:%s is not allowed here; only xsl:key in "
                             "sch:schema is",
                             (const char *)child->name);
    }
    if (strcmp(ns, EG_SCH_NS) != 0) {
        return ns[0] != '\0' ? EG_OK
                             : eg_sch_refuse(err, child, name,
                                             "element '%s' without namespace; is xmlns missing?",
                                             (const char *)child->name);
    }
    if (!lists(parent->children, (const char *)child->name)) {
        return eg_sch_refuse(err, child, name, "sch:%s is not allowed inside sch:%s",
                             (const char *)child->name, parent->name);
    }
    return EG_OK;
}

/* Depth is bounded by the parser's own limit. */
static enum eg_status check_element(const xmlNode *node, const char *name, struct eg_error *err)
{
    const struct element *element = element_of(node);
    if (element == NULL) {
        return EG_OK; /* of another namespace, or xsl:key: read elsewhere or passed over */
    }
    enum eg_status status = check_attributes(node, element, name, err);
    for (const xmlNode *child = node->children; child != NULL && status == EG_OK;
         child = child->next) {
        status = check_child(child, element, name, err);
        if (status == EG_OK && child->type == XML_ELEMENT_NODE) {
            status = check_element(child, name, err);
        }
    }
    return status;
}

enum eg_status eg_sch_check_grammar(const xmlNode *root, const char *name, struct eg_error *err)
{
    if (!eg_xml_is(root, EG_SCH_NS, "schema")) {
        return eg_sch_refuse(err, root, name, "the root element is not sch:schema of namespace %s",
                             EG_SCH_NS);
    }
    return check_element(root, name, err);
}
