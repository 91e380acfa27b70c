/*
 * What fills the holes of a text: values, names of nodes (5.4.6), and properties with the nodes
 * that they copy (5.5.10, Annex C).
 */
#include "assess/number/numbers.h"
#include "assess/schematron/schematron_model.h"
#include "assess/xpath/functions.h"
#include "base/limits.h"

#include <libxml/xpathInternals.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODE_WEIGHT 120 /* octets of a node copied, texts apart */

static enum eg_status failed(struct eg_schematron_state *state, const struct eg_sch_piece *piece,
                             struct eg_error *err)
{
    char where[EG_ERROR_WHERE_MAX] = "";
    (void)snprintf(where, sizeof where, "%.60s: %.30s", state->schema->name, piece->source);
    return eg_sch_failure(state, where, err);
}

static enum eg_status no_memory(struct eg_schematron_state *state, struct eg_error *err)
{
    return eg_error_set(err, EG_E_NOMEM, state->schema->name, "no memory for a value");
}

/* ---- values and names --------------------------------------------------------------------- */

static char *object_text(xmlXPathObject *value)
{
    if (value->type == XPATH_NUMBER) {
        char text[EG_NUMBER_TEXT_MAX] = "";
        eg_number_text(text, value->floatval);
        return strdup(text);
    }
    xmlChar *text = xmlXPathCastToString(value);
    char *copy = text != NULL ? strdup((const char *)text) : NULL;
    xmlFree(text);
    return copy;
}

static char *node_name(const xmlNode *node)
{
    if (node->type != XML_ELEMENT_NODE && node->type != XML_ATTRIBUTE_NODE &&
        node->type != XML_PI_NODE) {
        return strdup("");
    }
    if (node->type == XML_PI_NODE || node->ns == NULL || node->ns->prefix == NULL) {
        return strdup((const char *)node->name);
    }
    char *name = NULL;
    return asprintf(&name, "%s:%s", (const char *)node->ns->prefix, (const char *)node->name) >= 0
               ? name
               : NULL;
}

/*
 * A path is read as a text (5.4.6: it gives the name of a node, as name(..) does), but an element
 * stands for its name, not its value (Annex C).
 */
static char *named(xmlXPathObject *value)
{
    xmlNodeSet *set = value->type == XPATH_NODESET ? value->nodesetval : NULL;
    if (set != NULL && set->nodeNr > 0) {
        xmlXPathNodeSetSort(set);
        if (set->nodeTab[0]->type == XML_ELEMENT_NODE) {
            return node_name(set->nodeTab[0]);
        }
    }
    return object_text(value);
}

enum eg_status eg_sch_value(char **out, struct eg_schematron_state *state,
                            const struct eg_sch_piece *piece, xmlNode *node, struct eg_error *err)
{
    char *text = NULL;
    if (piece->select == NULL) {
        text = node_name(node);
    } else {
        xmlXPathObject *value = eg_sch_eval(state, piece->select, node);
        if (value == NULL) {
            return failed(state, piece, err);
        }
        text = piece->kind == EG_SCH_NAME ? named(value) : object_text(value);
        xmlXPathFreeObject(value);
    }
    if (text == NULL) {
        return no_memory(state, err);
    }
    *out = text;
    return EG_OK;
}

/* ---- properties --------------------------------------------------------------------------- */

/* Depth is bounded by the parser. */
static size_t weight(const xmlNode *node)
{
    size_t octets = NODE_WEIGHT;
    if (node->type == XML_TEXT_NODE || node->type == XML_COMMENT_NODE ||
        node->type == XML_PI_NODE || node->type == XML_CDATA_SECTION_NODE) {
        return octets + (node->content != NULL ? strlen((const char *)node->content) : 0);
    }
    for (const xmlAttr *a = node->type == XML_ELEMENT_NODE ? node->properties : NULL; a != NULL;
         a = a->next) {
        octets += weight((const xmlNode *)a);
    }
    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        octets += weight(child);
    }
    return octets;
}

static bool add_child(xmlNode *parent, xmlNode *child)
{
    if (child == NULL || xmlAddChild(parent, child) == NULL) {
        xmlFreeNode(child);
        return false;
    }
    return true;
}

static bool add_text(xmlNode *parent, const char *text)
{
    return text[0] == '\0' || add_child(parent, xmlNewDocText(parent->doc, BAD_CAST text));
}

/* An attribute behind other content has no place any more (XSLT 1.0, 7.1.3): it is left out. */
static bool copy_attribute(xmlNode *parent, xmlAttr *attribute)
{
    if (parent->children != NULL) {
        return true;
    }
    xmlAttr *copy = xmlCopyProp(parent, attribute); /* its namespace is declared there */
    if (copy != NULL) {
        copy->parent = NULL; /* else adding it would find it added */
    }
    if (copy == NULL || xmlAddChild(parent, (xmlNode *)copy) == NULL) {
        xmlFreeProp(copy);
        return false;
    }
    return true;
}

static bool copy_node(xmlNode *parent, xmlNode *node)
{
    if (!eg_functions_spend(weight(node))) {
        return false;
    }
    if (node->type == XML_ATTRIBUTE_NODE) {
        return copy_attribute(parent, (xmlAttr *)node);
    }
    if (node->type != XML_DOCUMENT_NODE) {
        return node->type == XML_NAMESPACE_DECL ||
               add_child(parent, xmlDocCopyNode(node, parent->doc, 1));
    }
    for (xmlNode *child = node->children; child != NULL; child = child->next) {
        if (!add_child(parent, xmlDocCopyNode(child, parent->doc, 1))) {
            return false;
        }
    }
    return true;
}

static enum eg_status copy_piece(xmlNode *parent, struct eg_schematron_state *state,
                                 const struct eg_sch_piece *piece, xmlNode *node,
                                 struct eg_error *err)
{
    xmlXPathObject *value = eg_sch_eval(state, piece->select, node);
    if (value == NULL) {
        return failed(state, piece, err);
    }
    bool good = true;
    if (value->type == XPATH_NODESET) {
        xmlNodeSet *set = value->nodesetval;
        xmlXPathNodeSetSort(set);
        for (int i = 0; good && set != NULL && i < set->nodeNr; i++) {
            good = copy_node(parent, set->nodeTab[i]);
        }
    } else {
        char *text = object_text(value);
        good = text != NULL && add_text(parent, text);
        free(text);
    }
    xmlXPathFreeObject(value);
    if (good) {
        return EG_OK;
    }
    return eg_functions_exceeded() ? failed(state, piece, err) : no_memory(state, err);
}

/* emph, span and dir go into elements of the report's own namespace. */
static xmlNode *open_mark(xmlNode *parent, const struct eg_sch_piece *piece)
{
    xmlNode *mark =
        xmlNewChild(parent, xmlDocGetRootElement(parent->doc)->ns, BAD_CAST piece->text, NULL);
    const char *attribute = strcmp(piece->text, "dir") == 0 ? "dir" : "class";
    if (mark != NULL && piece->mark != NULL) {
        (void)xmlNewProp(mark, BAD_CAST attribute, BAD_CAST piece->mark);
    }
    return mark;
}

/* Blanks of the schema's own words are folded; what was copied stays as it is. */
static bool add_words(xmlNode *parent, const struct eg_sch_text *property, const char *words)
{
    struct eg_buf folded = {0};
    eg_buf_init(&folded, EG_MIB);
    bool blank = parent->children != NULL && strchr(" \t\r\n", words[0]) != NULL;
    eg_buf_text(&folded, blank && !property->preserve && words[0] != '\0' ? " " : "");
    if (property->preserve) {
        eg_buf_text(&folded, words);
    } else {
        eg_sch_fold(&folded, words);
    }
    bool good = !folded.failed && add_text(parent, (const char *)folded.data);
    eg_buf_done(&folded);
    return good;
}

static enum eg_status fill_property(xmlNode *parent, struct eg_schematron_state *state,
                                    const struct eg_sch_text *property, xmlNode *node,
                                    struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (size_t i = 0; i < property->count && status == EG_OK; i++) {
        const struct eg_sch_piece *piece = &property->pieces[i];
        char *text = NULL;
        if (piece->kind == EG_SCH_COPY) {
            status = copy_piece(parent, state, piece, node, err);
        } else if (piece->kind == EG_SCH_OPEN) {
            parent = open_mark(parent, piece);
            status = parent != NULL ? EG_OK : no_memory(state, err);
        } else if (piece->kind == EG_SCH_CLOSE) {
            parent = parent->parent;
        } else if (piece->kind == EG_SCH_TEXT) {
            status = add_words(parent, property, piece->text) ? EG_OK : no_memory(state, err);
        } else {
            status = eg_sch_value(&text, state, piece, node, err);
            if (status == EG_OK && !add_text(parent, text)) {
                status = no_memory(state, err);
            }
        }
        free(text);
    }
    return status;
}

static bool say(xmlNode *root, const char *name, const char *value)
{
    return value == NULL || xmlNewProp(root, BAD_CAST name, BAD_CAST value) != NULL;
}

enum eg_status eg_sch_property(xmlDoc **out, struct eg_schematron_state *state,
                               const struct eg_sch_text *property, xmlNode *node,
                               struct eg_error *err)
{
    xmlDoc *doc = xmlNewDoc(BAD_CAST "1.0");
    xmlNode *root = doc != NULL ? xmlNewDocNode(doc, NULL, BAD_CAST "text", NULL) : NULL;
    if (root == NULL) {
        xmlFreeDoc(doc);
        return no_memory(state, err);
    }
    (void)xmlDocSetRootElement(doc, root);
    xmlSetNs(root, xmlNewNs(root, BAD_CAST EG_SVRL_NS, BAD_CAST "svrl"));
    if (property->lang_given) {
        xmlNodeSetLang(root, BAD_CAST property->lang);
    }
    state->base = property->base;
    enum eg_status status = root->ns != NULL && say(root, "see", property->rich.see) &&
                                    say(root, "icon", property->rich.icon) &&
                                    say(root, "fpi", property->rich.fpi)
                                ? fill_property(root, state, property, node, err)
                                : no_memory(state, err);
    if (status != EG_OK) {
        xmlFreeDoc(doc);
        return status;
    }
    *out = doc;
    return EG_OK;
}
