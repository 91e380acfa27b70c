/*
 * The grammar of ISO/IEC 19757-3:2016 (clause 5, Annex A) as a table: which attributes and children
 * each element has, in which order and how often. What stands in the Schematron namespace and not
 * in this table is refused, because a rule that nobody evaluates looks as if the report had kept
 * it. Elements of other namespaces are passed over, as the standard allows, except those of XSLT,
 * which would change meanings: of them there are xsl:key before the patterns and xsl:copy-of in a
 * property (Annex C).
 */
#include "assess/schematron/schematron_model.h"

#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 32 /* of an element or attribute in the table */

enum content {
    NOTHING,  /* blanks and comments */
    ELEMENTS, /* and elements of other namespaces anywhere */
    MIXED,    /* text too */
};

/*
 * attributes: names between blanks; a required one ends in '!'.
 * children: groups between blanks, in order; a group is names joined by '|', then '?', '*' or '+'.
 */
static const struct element {
    const char *name, *clause;
    const char *attributes, *children;
    enum content content;
} elements[] = {
    {"schema", "5.4.13", " id schemaVersion defaultPhase queryBinding icon see fpi ",
     "title? ns* p* let* phase* pattern+ p* diagnostics? properties?", ELEMENTS},
    {"active", "5.4.1", " pattern! ", "dir|emph|span*", MIXED},
    {"assert", "5.4.2", " test! id role flag subject diagnostics properties icon see fpi ",
     "dir|emph|span|name|value-of*", MIXED},
    {"extends", "5.4.3", " rule href ", "", NOTHING},
    {"include", "5.4.4", " href! ", "", NOTHING},
    {"let", "5.4.5", " name! value ", "", MIXED},
    {"name", "5.4.6", " path ", "", NOTHING},
    {"ns", "5.4.7", " prefix! uri! ", "", NOTHING},
    {"param", "5.4.8", " name! value! ", "", NOTHING},
    {"pattern", "5.4.9", " id abstract is-a documents icon see fpi ", "title? p* let* param* rule*",
     ELEMENTS},
    {"phase", "5.4.10", " id! icon see fpi ", "p* let* active*", ELEMENTS},
    {"report", "5.4.11", " test! id role flag subject diagnostics properties icon see fpi ",
     "dir|emph|span|name|value-of*", MIXED},
    {"rule", "5.4.12", " id abstract context role flag subject icon see fpi ",
     "let* assert|report|extends|p+", ELEMENTS},
    {"value-of", "5.4.14", " select! ", "", NOTHING},
    {"diagnostic", "5.5.1", " id! icon see fpi ", "dir|emph|span|name|value-of*", MIXED},
    {"diagnostics", "5.5.2", " ", "diagnostic*", ELEMENTS},
    {"dir", "5.5.3", " value ", "", MIXED},
    {"emph", "5.5.4", " ", "", MIXED},
    {"p", "5.5.8", " id class icon ", "dir|emph|span*", MIXED},
    {"properties", "5.5.9", " ", "property*", ELEMENTS},
    {"property", "5.5.10", " id! role scheme icon see fpi ", "dir|emph|span|name|value-of*", MIXED},
    {"span", "5.5.13", " class! ", "", MIXED},
    {"title", "5.5.15", " ", "dir*", MIXED},
};

/* Attributes that have few values. */
static const struct {
    const char *element, *attribute, *values;
} words[] = {
    {"pattern", "abstract", " true false "},
    {"rule", "abstract", " true false "},
    {"dir", "value", " ltr rtl "},
};

static const struct element *element_of(const xmlNode *node)
{
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
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

static enum eg_status refuse(struct eg_error *err, const xmlNode *node, const char *clause,
                             const char *name, const char *format, va_list args)
{
    char where[EG_ERROR_WHERE_MAX] = "";
    char text[300] = "";
    (void)vsnprintf(text, sizeof text, format, args);
    eg_sch_where(where, node, name);
    enum eg_status status = eg_error_set(err, EG_E_FORMAT, where, "%s", text);
    return eg_sch_claused(status, clause, err);
}

enum eg_status eg_sch_refuse(struct eg_error *err, const xmlNode *node, const char *name,
                             const char *format, ...)
{
    va_list args;
    va_start(args, format);
    enum eg_status status = refuse(err, node, eg_sch_clause(node), name, format, args);
    va_end(args);
    return status;
}

/* A child that may not stand where it does: by the clause of its parent. */
__attribute__((format(printf, 5, 6))) static enum eg_status
refuse_child(struct eg_error *err, const xmlNode *child, const struct element *parent,
             const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    enum eg_status status = refuse(err, child, parent->clause, name, format, args);
    va_end(args);
    return status;
}

enum eg_status eg_sch_claused(enum eg_status status, const char *clause, struct eg_error *err)
{
    if (err != NULL && status == EG_E_FORMAT && clause[0] != '\0' &&
        strstr(err->text, "ISO/IEC") == NULL) {
        char tail[64] = "";
        (void)snprintf(tail, sizeof tail, " (ISO/IEC 19757-3, %s)", clause);
        size_t room = sizeof err->text - 1 - strlen(tail);
        size_t len = strlen(err->text);
        len = len < room ? len : room;
        (void)snprintf(err->text + len, sizeof err->text - len, "%s", tail);
    }
    return status;
}

/* `word`, maybe with '!' behind it, in a list of words between blanks. */
static bool lists(const char *list, const char *word)
{
    char padded[64] = "";
    (void)snprintf(padded, sizeof padded, " %s ", word);
    if (strstr(list, padded) != NULL) {
        return true;
    }
    (void)snprintf(padded, sizeof padded, " %s! ", word);
    return strstr(list, padded) != NULL;
}

/* ---- attributes --------------------------------------------------------------------------- */

static enum eg_status check_word(const xmlNode *node, const struct element *element,
                                 const char *attribute, const char *name, struct eg_error *err)
{
    char *value = NULL;
    enum eg_status status = EG_OK;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].element, element->name) == 0 &&
            strcmp(words[i].attribute, attribute) == 0) {
            value = eg_xml_attribute(node, attribute);
            if (value == NULL || strchr(value, '!') != NULL || !lists(words[i].values, value)) {
                status = eg_sch_refuse(err, node, name, "%s of sch:%s is one of%s, not '%.60s'",
                                       attribute, element->name, words[i].values,
                                       value != NULL ? value : "");
            }
        }
    }
    free(value);
    return status;
}

static enum eg_status check_attribute(const xmlNode *node, const struct element *element,
                                      const xmlAttr *a, const char *name, struct eg_error *err)
{
    const char *word = (const char *)a->name;
    if (a->ns != NULL && strcmp((const char *)a->ns->href, EG_SCH_NS) != 0) {
        return EG_OK; /* of another vocabulary, or xml:lang and the like */
    }
    if (a->ns != NULL || !lists(element->attributes, word)) {
        return eg_sch_refuse(err, node, name, "sch:%s has no attribute '%s%s' here", element->name,
                             a->ns != NULL ? "sch:" : "", word);
    }
    return check_word(node, element, word, name, err);
}

static enum eg_status check_attributes(const xmlNode *node, const struct element *element,
                                       const char *name, struct eg_error *err)
{
    for (const xmlAttr *a = node->properties; a != NULL; a = a->next) {
        enum eg_status status = check_attribute(node, element, a, name, err);
        if (status != EG_OK) {
            return status;
        }
    }
    for (const char *p = strchr(element->attributes, '!'); p != NULL; p = strchr(p + 1, '!')) {
        const char *start = p;
        while (start[-1] != ' ') {
            start--;
        }
        char word[NAME_MAX_LEN] = "";
        (void)snprintf(word, sizeof word, "%.*s", (int)(p - start), start);
        if (xmlHasNsProp(node, BAD_CAST word, NULL) == NULL) {
            return eg_sch_refuse(err, node, name, "sch:%s lacks its attribute '%s'", element->name,
                                 word);
        }
    }
    return EG_OK;
}

/* ---- order of children -------------------------------------------------------------------- */

/* Where a walk through the groups of a content model stands. */
struct order {
    /* "a|b*", "" at the end */
    const char *group;
    /* a group that needed a child and had none; NULL: none */
    const char *missing;
    /* the group had a child */
    bool used;
};

static bool group_has(const char *group, const char *word)
{
    size_t len = strlen(word);
    for (const char *p = group; *p != '\0' && *p != ' ';) {
        size_t part = strcspn(p, "|?*+ ");
        if (part == len && memcmp(p, word, len) == 0) {
            return true;
        }
        p += part + (p[part] == '|' ? 1 : 0);
        if (p[0] == '?' || p[0] == '*' || p[0] == '+') {
            break;
        }
    }
    return false;
}

static char group_sign(const char *group)
{
    return group[strcspn(group, "?*+")];
}

static void next_group(struct order *order)
{
    if (group_sign(order->group) == '+' && !order->used && order->missing == NULL) {
        order->missing = order->group;
    }
    order->group += strcspn(order->group, " ");
    order->group += strspn(order->group, " ");
    order->used = false;
}

/* Move to the group that takes `word`; false: there is none from here on. */
static bool take_child(struct order *order, const char *word)
{
    while (*order->group != '\0') {
        if (group_has(order->group, word) && !(order->used && group_sign(order->group) == '?')) {
            order->used = true;
            return true;
        }
        next_group(order);
    }
    return false;
}

static bool knows_child(const struct element *parent, const char *word)
{
    struct order order = {.group = parent->children};
    return take_child(&order, word);
}

/* ---- elements ----------------------------------------------------------------------------- */

static bool is_blank_text(const xmlNode *node)
{
    const char *text = node->content != NULL ? (const char *)node->content : "";
    return text[strspn(text, " \t\r\n")] == '\0';
}

static enum eg_status check_xslt(const xmlNode *child, const struct element *parent,
                                 const char *name, struct eg_error *err)
{
    const char *word = (const char *)child->name;
    bool key = strcmp(word, "key") == 0 && strcmp(parent->name, "schema") == 0;
    bool copy = strcmp(word, "copy-of") == 0 && strcmp(parent->name, "property") == 0;
    if (!key && !copy) {
        return refuse_child(err, child, parent, name,
                            "xsl:%s is not allowed here; xsl:key in sch:schema and xsl:copy-of in "
                            "sch:property are (Annex C)",
                            word);
    }
    for (const xmlNode *before = child->prev; key && before != NULL; before = before->prev) {
        if (eg_xml_is(before, EG_SCH_NS, "pattern")) {
            return refuse_child(err, child, parent, name,
                                "xsl:key stands before the patterns (Annex C)");
        }
    }
    return EG_OK;
}

static enum eg_status check_foreign(const xmlNode *child, const struct element *parent,
                                    const char *name, struct eg_error *err)
{
    const char *ns = child->ns != NULL ? (const char *)child->ns->href : "";
    if (strcmp(parent->name, "let") == 0) {
        return EG_OK; /* a value, whatever it looks like */
    }
    if (strcmp(ns, EG_SCH_XSLT_NS) == 0) {
        return check_xslt(child, parent, name, err);
    }
    if (ns[0] == '\0') {
        return refuse_child(err, child, parent, name,
                            "element '%s' without namespace; is xmlns missing?",
                            (const char *)child->name);
    }
    if (parent->content == NOTHING) {
        return eg_sch_refuse(err, child->parent, name, "sch:%s is empty", parent->name);
    }
    return EG_OK;
}

static enum eg_status check_child(const xmlNode *child, const struct element *parent,
                                  struct order *order, const char *name, struct eg_error *err)
{
    if (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE) {
        return parent->content == MIXED || is_blank_text(child)
                   ? EG_OK
                   : eg_sch_refuse(err, child->parent, name, "text inside sch:%s", parent->name);
    }
    if (child->type != XML_ELEMENT_NODE) {
        return EG_OK;
    }
    if (child->ns == NULL || strcmp((const char *)child->ns->href, EG_SCH_NS) != 0) {
        return check_foreign(child, parent, name, err);
    }
    const char *word = (const char *)child->name;
    if (take_child(order, word)) {
        return EG_OK;
    }
    return knows_child(parent, word)
               ? refuse_child(err, child, parent, name,
                              "sch:%s comes too late or too often inside sch:%s; the order is %s",
                              word, parent->name, parent->children)
               : refuse_child(err, child, parent, name, "sch:%s is not allowed inside sch:%s", word,
                              parent->name);
}

static enum eg_status check_end(const xmlNode *node, const struct element *element,
                                struct order *order, const char *name, struct eg_error *err)
{
    while (*order->group != '\0') {
        next_group(order);
    }
    if (order->missing == NULL) {
        return EG_OK;
    }
    return eg_sch_refuse(err, node, name, "sch:%s needs sch:%.*s", element->name,
                         (int)strcspn(order->missing, "+"), order->missing);
}

/* Depth is bounded by the parser's own limit. */
static enum eg_status check_element(const xmlNode *node, const char *name, struct eg_error *err)
{
    const struct element *element = element_of(node);
    if (element == NULL) {
        return EG_OK; /* of another namespace, or xsl:key: read elsewhere or passed over */
    }
    struct order order = {.group = element->children};
    enum eg_status status = check_attributes(node, element, name, err);
    for (const xmlNode *child = node->children; child != NULL && status == EG_OK;
         child = child->next) {
        status = check_child(child, element, &order, name, err);
        if (status == EG_OK && child->type == XML_ELEMENT_NODE) {
            status = check_element(child, name, err);
        }
    }
    return status == EG_OK ? check_end(node, element, &order, name, err) : status;
}

enum eg_status eg_sch_check_grammar(const xmlNode *root, const char *name, struct eg_error *err)
{
    if (!eg_xml_is(root, EG_SCH_NS, "schema")) {
        return eg_sch_claused(eg_sch_refuse(err, root, name,
                                            "the root element is not sch:schema of namespace %s",
                                            EG_SCH_NS),
                              "5.2", err);
    }
    return check_element(root, name, err);
}
