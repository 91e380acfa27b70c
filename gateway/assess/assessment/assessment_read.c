/*
 * The grammar of an assessment: which element may be in which, with which attributes. What the
 * lines mean is read afterwards, so that no line need ask whether an attribute is there that it
 * must have.
 */
#include "assess/assessment/assessment_model.h"

#include "base/error.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define LINES                                                                                      \
    "given derive select count sum mean max min percentile share run figure whether round "        \
    "classes remember require finding"

static const struct eg_assessment_element rules[] = {
    {"assessment", "rounding source", "reading! grid! result"},
    {"rounding", "", "rule! steps! source!"},
    {"source", LINES " combine window series", ""},
    {"series", LINES " window", "having"},
    {"window", LINES " recall", "name! days! having"},
    {"given", "", "name! from! unit words each at-least at-most below show source"},
    {"derive", "case otherwise", "name! unit! is source! show"},
    {"case", "", "when! is! source"},
    {"otherwise", "", "is! source"},
    {"select", "", "name! where! source! show"},
    {"count", "", "name! over! when! source!"},
    {"sum", "", "name! of! over! using! unknown-max source! valid-when else"},
    {"mean", "", "name! of! over! using! unknown-max source! valid-when else"},
    {"max", "", "name! of! over! using! unknown-max source!"},
    {"min", "", "name! of! over! using! unknown-max source!"},
    {"percentile", "", "name! of! over! using! unknown-max p! source!"},
    {"share", "", "name! part! whole! source!"},
    {"run", "", "name! while! after source! show"},
    {"figure", "", "name! unit! is! source! valid-when else"},
    {"whether", "", "name! when! source!"},
    {"round", "", "name! of! as place having source show"},
    {"classes", "class scale", "name! over source! show"},
    {"class", "", "id! when! source"},
    {"scale", "", "ids! of! from! to! source"},
    {"recall", "", "name! of! if-unknown source"},
    {"remember", "", "of! source"},
    {"require", "", "series columns when source!"},
    {"combine", "part", "series! source!"},
    {"part", "", "series! times per"},
    {"finding", "text", "id! role! each over when! source! having"},
    {"text", NULL, "lang!"},
};

/* ---- lists of words ----------------------------------------------------------------------- */

static bool is_in(const char *list, const char *word)
{
    size_t len = strlen(word);
    for (; *list != '\0'; list += strspn(list, " ")) {
        size_t part = strcspn(list, " ");
        bool must = part > 0 && list[part - 1] == '!';
        if (part - must == len && memcmp(list, word, len) == 0) {
            return true;
        }
        list += part;
    }
    return false;
}

static const struct eg_assessment_element *rule_of(const xmlNode *node)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (eg_xml_is(node, EG_ASSESS_NS, rules[i].element)) {
            return &rules[i];
        }
    }
    return NULL;
}

const struct eg_assessment_element *eg_assessment_element_at(size_t index)
{
    return index < sizeof rules / sizeof rules[0] ? &rules[index] : NULL;
}

bool eg_assess_words(struct eg_assess_compile *c, const char *text, const char *const **words,
                     size_t *count)
{
    size_t n = 0;
    for (const char *at = text + strspn(text, " \t\r\n"); *at != '\0'; n++) {
        at += strcspn(at, " \t\r\n");
        at += strspn(at, " \t\r\n");
    }
    const char **made = eg_arena_array(&c->a->arena, n, sizeof *made);
    if (made == NULL) {
        return false;
    }
    const char *at = text + strspn(text, " \t\r\n");
    for (size_t i = 0; i < n; i++) {
        size_t len = strcspn(at, " \t\r\n");
        made[i] = eg_arena_text(&c->a->arena, (struct eg_bytes){(const uint8_t *)at, len});
        if (made[i] == NULL) {
            return false;
        }
        at += len;
        at += strspn(at, " \t\r\n");
    }
    *words = made;
    *count = n;
    return true;
}

/* ---- attributes --------------------------------------------------------------------------- */

static const char *advice(const char *name)
{
    static const char *const table[][2] = {
        {"source", "EA-SOURCE: cite the provision that this line carries"},
        {"using", "EA-USING: say which status of values enter, as using=\"valid\""},
        {"over", "EA-OVER: say over which places, by a select or \"all\""},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i][0], name) == 0) {
            return table[i][1];
        }
    }
    return "EA-NAME: it must be there";
}

static enum eg_status refuse_missing(struct eg_assess_compile *c, const char *name)
{
    const char *text = advice(name);
    char code[16] = "";
    size_t len = strcspn(text, ":");
    memcpy(code, text, len);
    return eg_assess_refuse(c, code, "%s has no attribute %s; %s", c->element, name,
                            text + len + 2);
}

static enum eg_status check_required(struct eg_assess_compile *c, const xmlNode *node,
                                     const char *list)
{
    for (; *list != '\0'; list += strspn(list, " ")) {
        size_t len = strcspn(list, " ");
        if (list[len - 1] == '!') {
            char name[32] = "";
            memcpy(name, list, len - 1);
            char *text = eg_xml_attribute(node, name);
            bool blank = text == NULL || text[strspn(text, " \t\r\n")] == '\0';
            free(text);
            if (blank) {
                return refuse_missing(c, name);
            }
        }
        list += len;
    }
    return EG_OK;
}

static enum eg_status check_attributes(struct eg_assess_compile *c, const xmlNode *node,
                                       const struct eg_assessment_element *rule)
{
    for (const xmlAttr *at = node->properties; at != NULL; at = at->next) {
        if (at->ns != NULL) {
            continue; /* xml:base, xsi:schemaLocation: no rule */
        }
        if (!is_in(rule->attributes, (const char *)at->name)) {
            return eg_assess_refuse(c, "EA-NAME", "%s has no attribute %.40s here; known: %s",
                                    rule->element, (const char *)at->name, rule->attributes);
        }
    }
    enum eg_status status = check_required(c, node, rule->attributes);
    bool when = xmlHasProp(node, (const xmlChar *)"valid-when") != NULL;
    bool reason = xmlHasProp(node, (const xmlChar *)"else") != NULL;
    if (status != EG_OK) {
        return status;
    }
    if (when != reason) {
        return eg_assess_refuse(
            c, "EA-ELSE", "valid-when and else stand together: what is not valid has a reason");
    }
    return EG_OK;
}

/* ---- elements ----------------------------------------------------------------------------- */

static bool is_blank(const xmlNode *node)
{
    return node->content == NULL ||
           node->content[strspn((const char *)node->content, " \t\r\n")] == '\0';
}

static enum eg_status check_element(struct eg_assess_compile *c, xmlNode *node);

static enum eg_status check_child(struct eg_assess_compile *c,
                                  const struct eg_assessment_element *rule, xmlNode *child)
{
    const char *children = rule->children != NULL ? rule->children : "";

    if (child->type == XML_COMMENT_NODE || child->type == XML_PI_NODE) {
        return EG_OK;
    }
    if (child->type != XML_ELEMENT_NODE) {
        return rule->children == NULL || is_blank(child)
                   ? EG_OK
                   : eg_assess_refuse(c, "EA-NAME", "%s holds no text; a remark is a comment",
                                      rule->element);
    }
    eg_assess_at(c, child);
    if (rule_of(child) == NULL || !is_in(children, (const char *)child->name)) {
        return eg_assess_refuse(c, "EA-NAME", "%.40s can not stand in %s; known there: %s",
                                (const char *)child->name, rule->element,
                                children[0] != '\0' ? children : "nothing");
    }
    return check_element(c, child);
}

static enum eg_status check_element(struct eg_assess_compile *c, xmlNode *node)
{
    const struct eg_assessment_element *rule = rule_of(node);
    eg_assess_at(c, node);
    EG_TRY(check_attributes(c, node, rule));
    for (xmlNode *child = node->children; child != NULL; child = child->next) {
        EG_TRY(check_child(c, rule, child));
    }
    return EG_OK;
}

static size_t count_children(const xmlNode *node, const char *name)
{
    size_t n = 0;
    for (const xmlNode *at = eg_xml_child(node, EG_ASSESS_NS, name); at != NULL;
         at = eg_xml_next(at, EG_ASSESS_NS, name)) {
        n++;
    }
    return n;
}

enum eg_status eg_assess_grammar(struct eg_assess_compile *c, xmlNode *root)
{
    eg_assess_at(c, root);
    if (!eg_xml_is(root, EG_ASSESS_NS, "assessment")) {
        return eg_assess_refuse(c, "EA-NAME",
                                "the root is assessment of the namespace " EG_ASSESS_NS);
    }
    enum eg_status status = check_element(c, root);
    if (status != EG_OK) {
        return status;
    }
    eg_assess_at(c, root);
    if (count_children(root, "rounding") != 1 || count_children(root, "source") != 1) {
        return eg_assess_refuse(c, "EA-NAME", "an assessment has one rounding and one source");
    }
    return EG_OK;
}
