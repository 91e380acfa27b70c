#include "workbench/package_report.h"

#include "assess/schema/vocabulary.h"
#include "base/error.h"
#include "base/limits.h"
#include "workbench/package_change.h"
#include "workbench/package_given.h"

#include <stdlib.h>
#include <string.h>

#define NS EG_PACKAGE_TESTS_NS
#define NAME EG_PACKAGE_TESTS_FILE

/* ---- names -------------------------------------------------------------------------------- */

static bool is_attribute(const xmlNode *node, const char *attribute, const char *value)
{
    char *text = eg_xml_attribute(node, attribute);
    bool is = text != NULL && strcmp(text, value) == 0;

    free(text);
    return is;
}

/* Both have the attribute and it says the same, or neither has it. */
static bool is_same(const xmlNode *a, const xmlNode *b, const char *attribute)
{
    char *text = eg_xml_attribute(a, attribute);
    char *other = eg_xml_attribute(b, attribute);
    bool same = text != NULL ? other != NULL && strcmp(text, other) == 0 : other == NULL;

    free(text);
    free(other);
    return same;
}

/* The base of that name above `node`; NULL: none. */
static const xmlNode *base_above(const xmlNode *node, const char *name)
{
    for (const xmlNode *n = node->prev; n != NULL; n = n->prev) {
        if (eg_xml_is(n, NS, "base") && is_attribute(n, "name", name)) {
            return n;
        }
    }
    return NULL;
}

/* What `node` begins with: *base, or a file when that stays NULL. */
static enum eg_status find_base(const xmlNode **base, const xmlNode *node, struct eg_error *err)
{
    char *name = NULL, *report = NULL;
    const xmlNode *found = NULL;
    enum eg_status status = eg_vocabulary_may(&name, node, "base", err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_vocabulary_may(&report, node, "report", err);
    if (status != EG_OK) {
        goto done;
    }
    if ((name != NULL) == (report != NULL)) {
        status = eg_vocabulary_fault(err, NAME, node, "say what is judged: either report or base");
        goto done;
    }
    if (name != NULL) {
        found = base_above(node, name);
        status = found != NULL
                     ? EG_OK
                     : eg_vocabulary_fault(err, NAME, node, "no base above is called %s", name);
    }
    if (status != EG_OK) {
        goto done;
    }
    *base = found;

done:
    free(name);
    free(report);
    return status;
}

/* ---- what the schema can not say ---------------------------------------------------------- */

/* Elements so named are there once by these attributes. */
static enum eg_status check_once(const xmlNode *root, const char *element,
                                 const char *const *attributes, size_t count, struct eg_error *err)
{
    for (const xmlNode *n = eg_xml_child(root, NS, element); n != NULL;
         n = eg_xml_next(n, NS, element)) {
        for (const xmlNode *earlier = eg_xml_child(root, NS, element); earlier != n;
             earlier = eg_xml_next(earlier, NS, element)) {
            size_t same = 0;
            while (same < count && is_same(n, earlier, attributes[same])) {
                same++;
            }
            if (same == count) {
                return eg_vocabulary_fault(err, NAME, n, "this %s is there already, in line %u",
                                           element, eg_xml_line(earlier));
            }
        }
    }
    return EG_OK;
}

/* Does an element after `base` begin with it? */
static bool is_begun_with(const xmlNode *base)
{
    char *name = eg_xml_attribute(base, "name");
    bool used = false;

    for (const xmlNode *n = base->next; name != NULL && !used && n != NULL; n = n->next) {
        used = n->type == XML_ELEMENT_NODE && is_attribute(n, "base", name);
    }
    free(name);
    return used;
}

static enum eg_status check_bases(const xmlNode *root, struct eg_error *err)
{

    for (const xmlNode *n = root->children; n != NULL; n = n->next) {
        const xmlNode *base = NULL;
        bool is_base = eg_xml_is(n, NS, "base");
        if (is_base || eg_xml_is(n, NS, "case")) {
            EG_TRY(find_base(&base, n, err));
        }
        if (is_base && !is_begun_with(n)) {
            return eg_vocabulary_fault(err, NAME, n, "nothing begins with this base");
        }
    }
    return EG_OK;
}

/* Names of places, and which a change has named. */
struct places {
    char **names;
    bool *used;
    size_t count;
};

static enum eg_status read_places(struct places *out, const xmlNode *root, struct eg_error *err)
{
    size_t count = eg_vocabulary_count(root, NS, "place");
    enum eg_status status = eg_vocabulary_room(&out->names, count, sizeof(char *), err);
    if (status != EG_OK) {
        return status;
    }
    EG_TRY(eg_vocabulary_room(&out->used, count, sizeof(bool), err));
    for (const xmlNode *n = eg_xml_child(root, NS, "place"); n != NULL;
         n = eg_xml_next(n, NS, "place")) {
        status = eg_vocabulary_need(&out->names[out->count], n, "name", err);
        out->count += status == EG_OK;
        if (status != EG_OK) {
            return status;
        }
    }
    return EG_OK;
}

static void note_places(struct places *places, const xmlNode *around)
{
    for (const xmlNode *n = around->children; n != NULL; n = n->next) {
        char *name = eg_package_change_is(n) ? eg_xml_attribute(n, "place") : NULL;
        for (size_t i = 0; name != NULL && i < places->count; i++) {
            places->used[i] = places->used[i] || strcmp(places->names[i], name) == 0;
        }
        free(name);
    }
}

static enum eg_status check_places(const xmlNode *root, struct eg_error *err)
{
    struct places places = {NULL, NULL, 0};
    enum eg_status status = read_places(&places, root, err);
    size_t at = 0;
    if (status != EG_OK) {
        goto done;
    }

    for (const xmlNode *n = root->children; n != NULL; n = n->next) {
        if (n->type == XML_ELEMENT_NODE) {
            note_places(&places, n);
        }
    }
    for (const xmlNode *n = eg_xml_child(root, NS, "place"); n != NULL;
         n = eg_xml_next(n, NS, "place")) {
        if (!places.used[at++]) {
            status = eg_vocabulary_fault(err, NAME, n, "no change names this place");
        }
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    for (size_t i = 0; i < places.count; i++) {
        free(places.names[i]);
    }
    free(places.names);
    free(places.used);
    return status;
}

static enum eg_status check(const xmlNode *root, struct eg_error *err)
{
    static const char *const name[] = {"name"};
    static const char *const setting[] = {"name", "source", "component", "from", "until"};
    EG_TRY(check_once(root, "base", name, 1, err));
    EG_TRY(check_once(root, "place", name, 1, err));
    EG_TRY(check_once(root, "setting", setting, 5, err));
    if (eg_xml_child(root, NS, "base") != NULL) {
        /* Tests that were signed before there were bases may have a name twice. */
        EG_TRY(check_once(root, "case", name, 1, err));
    }
    EG_TRY(check_bases(root, err));
    return check_places(root, err);
}

/* ---- opening ------------------------------------------------------------------------------ */

static enum eg_status read_namespaces(struct eg_package_cases *out, struct eg_error *err)
{
    enum eg_status status = EG_OK;

    for (const xmlNode *n = eg_xml_child(out->root, NS, "namespace");
         n != NULL && out->paths.ns_count < EG_PACKAGE_TESTS_PREFIXES_MAX;
         n = eg_xml_next(n, NS, "namespace")) {
        char *prefix = NULL, *uri = NULL;
        status = eg_vocabulary_need(&prefix, n, "prefix", err);
        if (status == EG_OK) {
            status = eg_vocabulary_need(&uri, n, "uri", err);
        }
        out->ns[out->paths.ns_count++] = (struct eg_xml_ns){prefix, uri};
        if (status != EG_OK) {
            return status;
        }
    }
    return EG_OK;
}

enum eg_status eg_package_cases_open(struct eg_package_cases *out, const struct eg_package *package,
                                     struct eg_error *err)
{
    struct eg_bytes xml = eg_package_file(package, NAME);

    *out = (struct eg_package_cases){.package = package, .paths = {.ns = out->ns, .file = NAME}};
    if (xml.data == NULL) {
        return EG_OK;
    }
    enum eg_status status =
        eg_vocabulary_parse(&out->doc, xml, NAME, "package-tests.xsd", EG_PACKAGE_OCTETS_MAX, err);
    if (status != EG_OK) {
        goto done;
    }
    out->root = xmlDocGetRootElement(out->doc);
    status = read_namespaces(out, err);
    if (status != EG_OK) {
        goto done;
    }
    status = check(out->root, err);

done:
    if (status != EG_OK) {
        eg_package_cases_close(out);
    }
    return status;
}

void eg_package_cases_close(struct eg_package_cases *cases)
{
    for (size_t i = 0; i < cases->paths.ns_count; i++) {
        free((char *)cases->ns[i].prefix);
        free((char *)cases->ns[i].uri);
    }
    xmlFreeDoc(cases->doc);
    *cases = (struct eg_package_cases){.doc = NULL};
}

/* ---- the report --------------------------------------------------------------------------- */

/* A case or base, what it begins with, and so on down to the one with the file. */
struct chain {
    const xmlNode *links[EG_TEST_BASES_MAX];
    size_t count;
    /* any of them changes something */
    bool changes;
};

static enum eg_status read_chain(struct chain *out, const xmlNode *node, struct eg_error *err)
{
    enum eg_status status = EG_OK;

    while (node != NULL) {
        const xmlNode *base = NULL;
        if (out->count == EG_TEST_BASES_MAX) {
            return eg_vocabulary_fault(err, NAME, node, "more than %d bases begin with each other",
                                       EG_TEST_BASES_MAX - 1);
        }
        out->links[out->count++] = node;
        for (const xmlNode *n = node->children; n != NULL; n = n->next) {
            out->changes = out->changes || eg_package_change_is(n);
        }
        status = find_base(&base, node, err);
        node = base;
        if (status != EG_OK) {
            return status;
        }
    }
    return EG_OK;
}

static enum eg_status find_file(struct eg_bytes *out, const struct eg_package_cases *cases,
                                const xmlNode *node, struct eg_error *err)
{
    char *file = NULL;
    enum eg_status status = eg_vocabulary_need(&file, node, "report", err);
    if (status != EG_OK) {
        goto done;
    }

    *out = eg_package_file(cases->package, file);
    if (out->data == NULL) {
        status = eg_vocabulary_fault(err, NAME, node, "%s is not in the package", file);
    }

done:
    free(file);
    return status;
}

static enum eg_status make_changes(xmlDoc *report, size_t octets, const struct chain *chain,
                                   const struct eg_package_cases *cases, struct eg_error *err)
{
    struct eg_package_change work = {
        .paths = &cases->paths, .tests = cases->root, .report = report, .octets = octets};

    for (size_t i = chain->count; i > 0; i--) {
        for (const xmlNode *n = chain->links[i - 1]->children; n != NULL; n = n->next) {
            if (eg_package_change_is(n)) {
                EG_TRY(eg_package_change_make(&work, n, err));
            }
        }
    }
    return EG_OK;
}

static enum eg_status write_report(struct eg_buf *out, xmlDoc *report, struct eg_error *err)
{
    xmlChar *text = NULL;
    int len = 0;

    xmlDocDumpMemoryEnc(report, &text, &len, "UTF-8");
    if (text == NULL) {
        return eg_error_set(err, EG_E_NOMEM, NAME, "memory ran out");
    }
    eg_buf_add(out, text, (size_t)len);
    xmlFree(text);
    return eg_buf_ok(out, NAME, err);
}

enum eg_status eg_package_report_make(struct eg_buf *out, const struct eg_package_cases *cases,
                                      const xmlNode *node, struct eg_error *err)
{
    struct chain chain = {.count = 0};
    struct eg_bytes file = EG_BYTES_NONE;
    xmlDoc *report = NULL;
    enum eg_status status = read_chain(&chain, node, err);
    if (status != EG_OK) {
        goto done;
    }

    status = find_file(&file, cases, chain.links[chain.count - 1], err);
    if (status != EG_OK) {
        goto done;
    }
    if (!chain.changes) {
        eg_buf_bytes(out, file);
        return eg_buf_ok(out, NAME, err);
    }
    char *name = eg_xml_attribute(chain.links[chain.count - 1], "report");
    status = eg_xml_parse_file(&report, file, name != NULL ? name : NAME, EG_REPORT_MAX, err);
    free(name);
    if (status != EG_OK) {
        goto done;
    }
    status = make_changes(report, file.len, &chain, cases, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_report(out, report, err);

done:
    xmlFreeDoc(report);
    return status;
}
