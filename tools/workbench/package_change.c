#include "workbench/package_change.h"

#include "assess/schema/vocabulary.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/text.h"
#include "workbench/package_given.h"

#include <stdlib.h>
#include <string.h>

#define NS EG_PACKAGE_TESTS_NS
#define NO_REDUNDANT 1 /* libxml2: declarations that stand around an element go from it */
#define ESCAPED_MAX 6  /* octets of "&quot;" */

/* A change being made. */
struct change {
    struct eg_package_change *work;
    /* that states it */
    const xmlNode *node;
    /* elements selected */
    xmlNode **list;
    size_t count;
    bool changed;
};

static enum eg_status no_memory(const struct change *change, struct eg_error *err)
{
    return eg_error_set(err, EG_E_NOMEM, change->work->paths->file, "memory ran out");
}

#define FAULT(change, err, ...)                                                                    \
    eg_vocabulary_fault(err, (change)->work->paths->file, (change)->node, __VA_ARGS__)

/* The report grows by so many octets, at most. */
static enum eg_status charge(const struct change *change, size_t octets, struct eg_error *err)
{
    if (octets > EG_REPORT_MAX || change->work->octets > EG_REPORT_MAX - octets) {
        return FAULT(change, err, "makes the report larger than %zu octets", EG_REPORT_MAX);
    }
    change->work->octets += octets;
    return EG_OK;
}

/* ---- which elements ----------------------------------------------------------------------- */

/* The path of the change, or that of its place, as a new string. */
static enum eg_status read_path(char **out, const struct change *change, struct eg_error *err)
{
    char *place = NULL;
    enum eg_status status = eg_vocabulary_may(out, change->node, "at", err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_vocabulary_may(&place, change->node, "place", err);
    if (status != EG_OK) {
        goto done;
    }
    if ((*out != NULL) == (place != NULL)) {
        status = FAULT(change, err, "say where: either at or place");
        goto done;
    }
    for (const xmlNode *n = eg_xml_child(change->work->tests, NS, "place");
         *out == NULL && n != NULL; n = eg_xml_next(n, NS, "place")) {
        char *name = eg_xml_attribute(n, "name");
        if (name != NULL && strcmp(name, place) == 0) {
            status = eg_vocabulary_need(out, n, "path", err);
        }
        free(name);
        if (status != EG_OK) {
            goto done;
        }
    }
    if (*out == NULL) {
        status = FAULT(change, err, "no place is called %.64s", place);
    }

done:
    free(place);
    return status;
}

/* "7" or "3-6"; false: neither, or not within (after, max]. */
static bool read_range(const char *word, size_t len, size_t after, size_t max, size_t out[2])
{
    const char *dash = memchr(word, '-', len);
    size_t first_len = dash != NULL ? (size_t)(dash - word) : len;
    uint64_t first = 0, last = 0;

    if (!eg_text_u64((struct eg_bytes){(const uint8_t *)word, first_len}, max, &first)) {
        return false;
    }
    last = first;
    if (dash != NULL &&
        !eg_text_u64((struct eg_bytes){(const uint8_t *)dash + 1, len - first_len - 1}, max,
                     &last)) {
        return false;
    }
    out[0] = (size_t)first;
    out[1] = (size_t)last;
    return first > after && first <= last && (dash == NULL || first < last);
}

/* Keep the elements with the numbers of `n`: "3-6 9". */
static enum eg_status keep_numbered(struct change *change, const char *n, struct eg_error *err)
{
    const size_t found = change->count;
    size_t range[2] = {0, 0};

    change->count = 0;
    for (const char *word = n + strspn(n, " "); *word != '\0'; word += strspn(word, " ")) {
        size_t len = strcspn(word, " ");
        if (!read_range(word, len, range[1], found, range)) {
            return FAULT(change, err,
                         "n=\"%.100s\": numbers and ranges in order, like \"3-6 9\"; %zu elements "
                         "are found",
                         n, found);
        }
        for (size_t i = range[0]; i <= range[1]; i++) {
            change->list[change->count++] = change->list[i - 1];
        }
        word += len;
    }
    return change->count > 0 ? EG_OK : FAULT(change, err, "n names no element");
}

static enum eg_status select_elements(struct change *change, struct eg_error *err)
{
    char *path = NULL, *n = NULL;
    struct eg_package_elements found = {NULL, 0};
    enum eg_status status = read_path(&path, change, err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_package_select_elements(&found, change->work->paths, change->work->report, path,
                                        change->node, err);
    if (status != EG_OK) {
        goto done;
    }
    change->list = found.list;
    change->count = found.count;
    status = eg_vocabulary_may(&n, change->node, "n", err);
    if (status != EG_OK) {
        goto done;
    }
    if (n != NULL) {
        status = keep_numbered(change, n, err);
    }

done:
    free(path);
    free(n);
    return status;
}

/* ---- set, unset, remove ------------------------------------------------------------------- */

static enum eg_status put_attribute(struct change *change, xmlNode *element, const char *attribute,
                                    const char *value, struct eg_error *err)
{
    char *old = eg_xml_attribute(element, attribute);

    change->changed = change->changed || old == NULL || strcmp(old, value) != 0;
    free(old);
    return xmlSetNsProp(element, NULL, (const xmlChar *)attribute, (const xmlChar *)value) != NULL
               ? EG_OK
               : no_memory(change, err);
}

static enum eg_status put_text(struct change *change, xmlNode *element, const char *value,
                               struct eg_error *err)
{
    if (xmlFirstElementChild(element) != NULL) {
        return FAULT(change, err, "sets the text of an element that has elements");
    }
    xmlChar *old = xmlNodeGetContent(element);
    change->changed = change->changed || old == NULL || strcmp((const char *)old, value) != 0;
    xmlFree(old);
    xmlNode *text = xmlNewDocText(element->doc, (const xmlChar *)value);
    if (text == NULL) {
        return no_memory(change, err);
    }
    xmlNodeSetContent(element, NULL);
    if (xmlAddChild(element, text) == NULL) {
        xmlFreeNode(text);
        return no_memory(change, err);
    }
    return EG_OK;
}

static enum eg_status put_one(struct change *change, size_t at, const char *attribute,
                              const char *value, struct eg_error *err)
{
    enum eg_status status = charge(
        change, ESCAPED_MAX * strlen(value) + strlen(attribute != NULL ? attribute : "") + 4, err);

    if (status != EG_OK) {
        return status;
    }
    return attribute != NULL ? put_attribute(change, change->list[at], attribute, value, err)
                             : put_text(change, change->list[at], value, err);
}

/* Cut "value" or "value*12" off at its star; false: what follows the star is no number. */
static bool read_times(char *word, size_t max, size_t *times)
{
    uint64_t number = 1;
    char *star = strrchr(word, '*');

    if (star != NULL) {
        *star = '\0';
        if (!eg_text_u64(eg_bytes_of(star + 1), max, &number) || number == 0) {
            return false;
        }
    }
    *times = (size_t)number;
    return true;
}

static enum eg_status put_values(struct change *change, const char *attribute, char *values,
                                 struct eg_error *err)
{
    enum eg_status status = EG_OK;
    size_t at = 0, times = 0;

    for (char *word = values + strspn(values, " "); *word != '\0';) {
        char *end = word + strcspn(word, " ");
        char *next = end + strspn(end, " ");
        *end = '\0';
        if (!read_times(word, change->count, &times)) {
            status = FAULT(change, err, "values: the number after * is none, or larger than %zu",
                           change->count);
        } else if (times > change->count - at) {
            status =
                FAULT(change, err, "has more values than elements are found, %zu", change->count);
        }
        for (; status == EG_OK && times > 0; times--) {
            status = put_one(change, at++, attribute, word, err);
        }
        word = next;
        if (status != EG_OK) {
            return status;
        }
    }
    if (at < change->count) {
        return FAULT(change, err, "has %zu values, but %zu elements are found", at, change->count);
    }
    return EG_OK;
}

static enum eg_status make_set(struct change *change, struct eg_error *err)
{
    char *attribute = NULL, *value = NULL, *values = NULL;
    enum eg_status status = eg_vocabulary_may(&attribute, change->node, "attribute", err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_vocabulary_may(&value, change->node, "value", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_vocabulary_may(&values, change->node, "values", err);
    if (status != EG_OK) {
        goto done;
    }
    if ((value != NULL) == (values != NULL)) {
        status = FAULT(change, err, "say either value or values");
        goto done;
    }
    if (attribute != NULL && strcmp(attribute, "xmlns") == 0) {
        status = FAULT(change, err, "xmlns is no attribute");
        goto done;
    }
    if (values != NULL) {
        status = put_values(change, attribute, values, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    for (size_t i = 0; value != NULL && i < change->count; i++) {
        status = put_one(change, i, attribute, value, err);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    free(attribute);
    free(value);
    free(values);
    return status;
}

static enum eg_status make_unset(struct change *change, struct eg_error *err)
{
    char *attribute = NULL;
    enum eg_status status = eg_vocabulary_need(&attribute, change->node, "attribute", err);
    if (status != EG_OK) {
        goto done;
    }

    for (size_t i = 0; i < change->count; i++) {
        if (xmlUnsetNsProp(change->list[i], NULL, (const xmlChar *)attribute) != 0) {
            status =
                FAULT(change, err, "element %zu of those found has no %.64s", i + 1, attribute);
        }
        change->changed = true;
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    free(attribute);
    return status;
}

static enum eg_status make_remove(struct change *change, struct eg_error *err)
{
    for (size_t i = change->count; i > 0; i--) { /* what is within goes before what is around it */
        xmlNode *element = change->list[i - 1], *before = element->prev;
        if (element == xmlDocGetRootElement(change->work->report)) {
            return FAULT(change, err, "removes the root element");
        }
        if (before != NULL && xmlIsBlankNode(before)) { /* the line that it stood in */
            xmlUnlinkNode(before);
            xmlFreeNode(before);
        }
        xmlUnlinkNode(element);
        xmlFreeNode(element);
        change->changed = true;
    }
    return EG_OK;
}

/* ---- replace ------------------------------------------------------------------------------ */

/* `in` with `by` for each `text`, as a new string in *out; NULL: it is not in there. */
static enum eg_status substitute(char **out, const struct change *change, const char *in,
                                 const char *text, const char *by, struct eg_error *err)
{
    size_t times = 0;
    struct eg_buf made;

    for (const char *at = strstr(in, text); at != NULL; at = strstr(at + strlen(text), text)) {
        times++;
    }
    if (times == 0) {
        return EG_OK;
    }
    enum eg_status status = charge(change, ESCAPED_MAX * times * strlen(by), err);
    if (status != EG_OK) {
        return status;
    }
    eg_buf_init(&made, EG_PACKAGE_OCTETS_MAX);
    for (const char *at = in, *next = strstr(in, text); at != NULL;) {
        eg_buf_add(&made, at, next != NULL ? (size_t)(next - at) : strlen(at));
        eg_buf_text(&made, next != NULL ? by : "");
        at = next != NULL ? next + strlen(text) : NULL;
        next = at != NULL ? strstr(at, text) : NULL;
    }
    *out = eg_bytes_dup(eg_bytes_view(&made));
    eg_buf_done(&made);
    return *out != NULL ? EG_OK : no_memory(change, err);
}

static enum eg_status replace_attributes(struct change *change, xmlNode *element, const char *text,
                                         const char *by, struct eg_error *err)
{
    enum eg_status status = EG_OK;

    for (xmlAttr *a = element->properties; a != NULL; a = a->next) {
        xmlChar *old = xmlNodeListGetString(element->doc, a->children, 1);
        char *made = NULL;
        status = old != NULL ? substitute(&made, change, (const char *)old, text, by, err) : EG_OK;
        if (status == EG_OK && made != NULL) {
            change->changed = change->changed || strcmp(made, (const char *)old) != 0;
            if (xmlSetNsProp(element, a->ns, a->name, (const xmlChar *)made) == NULL) {
                status = no_memory(change, err);
            }
        }
        xmlFree(old);
        free(made);
        if (status != EG_OK) {
            return status;
        }
    }
    return EG_OK;
}

static enum eg_status replace_text(struct change *change, xmlNode *node, const char *text,
                                   const char *by, struct eg_error *err)
{
    char *made = NULL;
    enum eg_status status =
        node->content != NULL
            ? substitute(&made, change, (const char *)node->content, text, by, err)
            : EG_OK;
    if (status != EG_OK) {
        goto done;
    }

    if (made != NULL) {
        change->changed = change->changed || strcmp(made, (const char *)node->content) != 0;
        xmlNodeSetContent(node, (const xmlChar *)made);
    }

done:
    free(made);
    return status;
}

/* The node after `node` in the order of the document, below `top`. */
static xmlNode *next_below(xmlNode *node, const xmlNode *top)
{
    if (node->type == XML_ELEMENT_NODE && node->children != NULL) {
        return node->children;
    }
    while (node != top && node->next == NULL) {
        node = node->parent;
    }
    return node != top ? node->next : NULL;
}

static bool is_below(const xmlNode *node, const xmlNode *top)
{
    while (node != NULL && node != top) {
        node = node->parent;
    }
    return node != NULL;
}

static enum eg_status make_replace(struct change *change, struct eg_error *err)
{
    char *text = NULL, *by = NULL;
    xmlNode *top = NULL;
    enum eg_status status = eg_vocabulary_need(&text, change->node, "text", err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_vocabulary_need(&by, change->node, "by", err);
    for (size_t i = 0; status == EG_OK && i < change->count; i++) {
        if (top != NULL && is_below(change->list[i], top)) {
            continue; /* done with what is around it */
        }
        top = change->list[i];
        for (xmlNode *n = top; status == EG_OK && n != NULL; n = next_below(n, top)) {
            if (n->type == XML_ELEMENT_NODE) {
                status = replace_attributes(change, n, text, by, err);
            } else if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) {
                status = replace_text(change, n, text, by, err);
            }
        }
    }

done:
    free(text);
    free(by);
    return status;
}

/* ---- add, copy ---------------------------------------------------------------------------- */

/* Elements in each other: above a node with itself, and below it with itself. */
static size_t depth_above(const xmlNode *node)
{
    size_t depth = 0;

    for (; node != NULL && node->type == XML_ELEMENT_NODE; node = node->parent) {
        depth++;
    }
    return depth;
}

static size_t depth_below(xmlNode *top)
{
    const size_t above = depth_above(top->parent);
    size_t depth = 0;

    for (xmlNode *n = top; n != NULL; n = next_below(n, top)) {
        size_t here = n->type == XML_ELEMENT_NODE ? depth_above(n) - above : 0;
        depth = here > depth ? here : depth;
    }
    return depth;
}

static size_t octets_of(xmlNode *element)
{
    xmlBuffer *buffer = xmlBufferCreate();
    int len = buffer != NULL ? xmlNodeDump(buffer, element->doc, element, 0, 0) : -1;

    xmlBufferFree(buffer);
    return len >= 0 ? (size_t)len : SIZE_MAX;
}

/* May each element selected take `element`: depth and octets. Declarations of namespaces that stand
 * around it come with it. */
static enum eg_status charge_copies(const struct change *change, xmlNode *element,
                                    const char *where, struct eg_error *err)
{
    const bool within = strcmp(where, "last") == 0 || strcmp(where, "first") == 0;
    size_t below = depth_below(element), octets = octets_of(element);
    xmlNs **around = xmlGetNsList(element->doc, element);

    for (xmlNs **ns = around; ns != NULL && *ns != NULL && octets != SIZE_MAX; ns++) {
        octets += strlen("xmlns:=''") + (size_t)xmlStrlen((*ns)->prefix) +
                  ESCAPED_MAX * (size_t)xmlStrlen((*ns)->href);
    }
    xmlFree(around);
    if (octets > EG_REPORT_MAX) {
        return charge(change, octets, err);
    }
    for (size_t i = 0; i < change->count; i++) {
        const xmlNode *to = within ? change->list[i] : change->list[i]->parent;
        if (to->type != XML_ELEMENT_NODE) {
            return FAULT(change, err, "comes beside the root element");
        }
        if (depth_above(to) + below > EG_XML_DEPTH_MAX) {
            return FAULT(change, err, "nests more than %d elements", EG_XML_DEPTH_MAX);
        }
    }
    return charge(change, octets * change->count, err);
}

/* Put a copy of `element` where the change says; *at is what the next one follows, NULL: none. */
static enum eg_status put_copy(struct change *change, xmlNode *to, xmlNode *element,
                               const char *where, xmlNode **at, struct eg_error *err)
{
    xmlNode *copy = xmlDocCopyNode(element, to->doc, 1), *put = NULL;

    if (copy == NULL) {
        return no_memory(change, err);
    }
    if (*at != NULL) {
        put = xmlAddNextSibling(*at, copy);
    } else if (strcmp(where, "before") == 0) {
        put = xmlAddPrevSibling(to, copy);
    } else if (strcmp(where, "after") == 0) {
        put = xmlAddNextSibling(to, copy);
    } else if (strcmp(where, "first") == 0 && to->children != NULL) {
        put = xmlAddPrevSibling(to->children, copy);
    } else {
        put = xmlAddChild(to, copy);
    }
    if (put == NULL) {
        xmlFreeNode(copy);
        return no_memory(change, err);
    }
    *at = put;
    change->changed = true;
    return xmlDOMWrapReconcileNamespaces(NULL, put, NO_REDUNDANT) == 0 ? EG_OK
                                                                       : no_memory(change, err);
}

static enum eg_status read_where(char **out, const struct change *change, struct eg_error *err)
{
    EG_TRY(eg_vocabulary_may(out, change->node, "where", err));
    if (*out == NULL) {
        *out = strdup("last");
        return *out != NULL ? EG_OK : no_memory(change, err);
    }
    return EG_OK;
}

static enum eg_status make_add(struct change *change, struct eg_error *err)
{
    char *where = NULL;
    enum eg_status status = read_where(&where, change, err);
    if (status != EG_OK) {
        goto done;
    }

    for (xmlNode *n = xmlFirstElementChild((xmlNode *)change->node); n != NULL;
         n = xmlNextElementSibling(n)) {
        status = n->ns != NULL && strcmp((const char *)n->ns->href, NS) == 0
                     ? FAULT(change, err, "%.64s has no namespace of a report: give it xmlns",
                             (const char *)n->name)
                     : charge_copies(change, n, where, err);
        if (status != EG_OK) {
            goto done;
        }
    }
    for (size_t i = 0; i < change->count; i++) {
        xmlNode *at = NULL;
        for (xmlNode *n = xmlFirstElementChild((xmlNode *)change->node); n != NULL;
             n = xmlNextElementSibling(n)) {
            status = put_copy(change, change->list[i], n, where, &at, err);
            if (status != EG_OK) {
                goto done;
            }
        }
    }

done:
    free(where);
    return status;
}

static enum eg_status make_copy(struct change *change, struct eg_error *err)
{
    char *of = NULL, *where = NULL;
    xmlNode *original = NULL;
    struct eg_package_elements found = {NULL, 0};
    enum eg_status status = eg_vocabulary_need(&of, change->node, "of", err);
    if (status != EG_OK) {
        goto done;
    }

    status = read_where(&where, change, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_package_select_elements(&found, change->work->paths, change->work->report, of,
                                        change->node, err);
    if (status != EG_OK) {
        goto done;
    }
    if (found.count != 1) {
        status = FAULT(change, err, "of finds %zu elements; one is copied", found.count);
        goto done;
    }
    status = charge_copies(change, found.list[0], where, err);
    if (status != EG_OK) {
        goto done;
    }
    /* apart, as it may be one of those that it comes into */
    original = xmlDocCopyNode(found.list[0], change->work->report, 1);
    status = original != NULL ? EG_OK : no_memory(change, err);
    if (status != EG_OK) {
        goto done;
    }
    for (size_t i = 0; i < change->count; i++) {
        xmlNode *at = NULL;
        status = put_copy(change, change->list[i], original, where, &at, err);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    xmlFreeNode(original);
    free(found.list);
    free(of);
    free(where);
    return status;
}

/* ---- all ---------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum eg_status (*make)(struct change *change, struct eg_error *err);
} kinds[] = {
    {"set", make_set},         {"unset", make_unset}, {"remove", make_remove},
    {"replace", make_replace}, {"add", make_add},     {"copy", make_copy},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static size_t kind_of(const xmlNode *node)
{
    size_t kind = 0;

    while (kind < KINDS && !eg_xml_is(node, NS, kinds[kind].name)) {
        kind++;
    }
    return kind;
}

bool eg_package_change_is(const xmlNode *node)
{
    return kind_of(node) < KINDS;
}

enum eg_status eg_package_change_make(struct eg_package_change *work, const xmlNode *node,
                                      struct eg_error *err)
{
    struct change change = {.work = work, .node = node};
    enum eg_status status = select_elements(&change, err);
    if (status != EG_OK) {
        goto done;
    }

    status = kinds[kind_of(node)].make(&change, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!change.changed) {
        status = FAULT(&change, err, "changes nothing: the report is so already");
    }

done:
    free(change.list);
    return status;
}
