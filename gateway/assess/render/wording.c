/*
 * Why this file exists: the compiled rules keep sentences in pieces, between which the values of a
 * finding are put; a page shows them whole.
 */
#include "assess/render/wording.h"

#include "assess/xml/xml.h"
#include "base/limits.h"
#include "base/vector.h"

#include <stdlib.h>
#include <string.h>

#define SCH "http://purl.oclc.org/dsdl/schematron"
#define ASSESSMENT "urn:emgate:assessment:1"
#define TESTS "urn:emgate:package-tests:1"
#define TESTS_FILE "tests/tests.xml"
#define SENTENCE_MAX (64 * EG_KIB)
#define INCLUDE_DEPTH_MAX 16

struct parser {
    struct eg_wording *out;
    const struct eg_package *package;
    const char *file;
    xmlDoc *doc;
    struct eg_error *err;
};

static enum eg_status no_memory(const struct parser *parser)
{
    return eg_error_set(parser->err, EG_E_NOMEM, parser->file, "memory ran out");
}

/* ---- sentences ---------------------------------------------------------------------------- */

/* Blanks in a row become one; none at the beginning. */
static void put_text(struct eg_buf *out, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        bool blank = strchr(" \t\r\n", *c) != NULL;
        if (!blank) {
            eg_buf_char(out, *c);
        } else if (out->len > 0 && out->data[out->len - 1] != ' ') {
            eg_buf_char(out, ' ');
        }
    }
}

static void put_hole(struct eg_buf *out, const xmlNode *node, const char *attribute,
                     const char *otherwise)
{
    char *inside = eg_xml_attribute(node, attribute);

    eg_buf_char(out, '{');
    put_text(out, inside != NULL ? inside : otherwise);
    eg_buf_char(out, '}');
    free(inside);
}

/* xmlNode trees nest no deeper than EG_XML_DEPTH_MAX. */
static void put_nodes(struct eg_buf *out, const xmlNode *parent)
{
    for (const xmlNode *n = parent->children; n != NULL; n = n->next) {
        if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) {
            put_text(out, n->content != NULL ? (const char *)n->content : "");
        } else if (eg_xml_is(n, SCH, "value-of")) {
            put_hole(out, n, "select", "");
        } else if (eg_xml_is(n, SCH, "name")) {
            put_hole(out, n, "path", "name");
        } else if (n->type == XML_ELEMENT_NODE) {
            put_nodes(out, n);
        }
    }
}

static char *sentence(const xmlNode *node)
{
    struct eg_buf out;

    eg_buf_init(&out, SENTENCE_MAX);
    put_nodes(&out, node);
    while (out.len > 0 && out.data[out.len - 1] == ' ') {
        out.len--;
    }
    char *text = out.failed ? NULL : eg_bytes_dup(eg_bytes_view(&out));
    eg_buf_done(&out);
    return text;
}

/* Keep the sentence in the language that the node (or one above it) says; English otherwise. */
static bool speak(struct eg_wording_line *line, const xmlNode *node)
{
    xmlChar *lang = xmlNodeGetLang(node);
    bool german = lang != NULL && strncmp((const char *)lang, "de", 2) == 0;
    char **slot = german ? &line->de : &line->en;

    xmlFree(lang);
    if (*slot != NULL) {
        return true;
    }
    *slot = sentence(node);
    return *slot != NULL;
}

/* ---- lines -------------------------------------------------------------------------------- */

static void line_done(struct eg_wording_line *line)
{
    char *const texts[] = {line->rule, line->severity, line->file, line->source,
                           line->when, line->de,       line->en};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        free(texts[i]);
    }
}

static enum eg_status add(struct parser *parser, struct eg_wording_line *line)
{
    struct eg_wording *out = parser->out;

    if (EG_VECTOR_RESERVE(out->lines, out->capacity, out->count + 1, SIZE_MAX) != EG_OK) {
        line_done(line);
        return no_memory(parser);
    }
    out->lines[out->count++] = *line;
    return EG_OK;
}

static char *attribute_or(const xmlNode *node, const char *name, const char *otherwise)
{
    char *text = eg_xml_attribute(node, name);

    return text != NULL || otherwise == NULL ? text : strdup(otherwise);
}

/* ---- Schematron --------------------------------------------------------------------------- */

static const xmlNode *find_diagnostic(const xmlNode *node, const char *id, size_t len)
{
    for (const xmlNode *n = node; n != NULL; n = n->next) {
        if (eg_xml_is(n, SCH, "diagnostic")) {
            char *own = eg_xml_attribute(n, "id");
            bool found = own != NULL && strlen(own) == len && strncmp(own, id, len) == 0;
            free(own);
            if (found) {
                return n;
            }
        }
        const xmlNode *below =
            n->type == XML_ELEMENT_NODE ? find_diagnostic(n->children, id, len) : NULL;
        if (below != NULL) {
            return below;
        }
    }
    return NULL;
}

static bool speak_diagnostics(struct eg_wording_line *line, const struct parser *parser,
                              const xmlNode *check)
{
    char *ids = eg_xml_attribute(check, "diagnostics");
    bool good = true;

    for (const char *at = ids; at != NULL && *at != '\0' && good;) {
        at += strspn(at, " \t\r\n");
        size_t len = strcspn(at, " \t\r\n");
        const xmlNode *found = len > 0 ? find_diagnostic(parser->doc->children, at, len) : NULL;
        good = found == NULL || speak(line, found);
        at += len;
    }
    free(ids);
    return good;
}

static enum eg_status take_check(struct parser *parser, const xmlNode *check)
{
    bool is_assert = eg_xml_is(check, SCH, "assert");
    struct eg_wording_line line = {.rule = attribute_or(check, "id", "-"),
                                   .severity =
                                       attribute_or(check, "role", is_assert ? "error" : "warning"),
                                   .file = strdup(parser->file),
                                   .when = attribute_or(check, "test", "")};

    if (line.rule == NULL || line.severity == NULL || line.file == NULL || line.when == NULL ||
        !speak_diagnostics(&line, parser, check) ||
        ((line.de == NULL || line.en == NULL) && !speak(&line, check))) {
        line_done(&line);
        return no_memory(parser);
    }
    return add(parser, &line);
}

/* ---- assessments -------------------------------------------------------------------------- */

static enum eg_status take_finding(struct parser *parser, const xmlNode *finding)
{
    struct eg_wording_line line = {.rule = attribute_or(finding, "id", "-"),
                                   .severity = attribute_or(finding, "role", "info"),
                                   .file = strdup(parser->file),
                                   .source = eg_xml_attribute(finding, "source"),
                                   .when = attribute_or(finding, "when", "")};
    bool good =
        line.rule != NULL && line.severity != NULL && line.file != NULL && line.when != NULL;

    for (const xmlNode *n = eg_xml_child(finding, ASSESSMENT, "text"); n != NULL && good;
         n = eg_xml_next(n, ASSESSMENT, "text")) {
        char *lang = eg_xml_attribute(n, "lang");
        char **slot = lang != NULL && strcmp(lang, "de") == 0 ? &line.de : &line.en;
        if (*slot == NULL) {
            *slot = sentence(n);
            good = *slot != NULL;
        }
        free(lang);
    }
    if (!good) {
        line_done(&line);
        return no_memory(parser);
    }
    return add(parser, &line);
}

/* ---- walking ------------------------------------------------------------------------------ */

static enum eg_status read_file(struct eg_wording *out, const struct eg_package *package,
                                const char *file, unsigned depth, struct eg_error *err);

/* What is included from another file of the package. */
static enum eg_status follow(struct parser *parser, const xmlNode *node, unsigned depth)
{
    char *href = eg_xml_attribute(node, "href");
    char name[256] = "";
    enum eg_status status = EG_OK;

    if (href != NULL) {
        href[strcspn(href, "#")] = '\0';
    }
    if (href != NULL && href[0] != '\0' && depth < INCLUDE_DEPTH_MAX &&
        eg_xml_resolve(name, sizeof name, parser->file, href) && strcmp(name, parser->file) != 0) {
        status = read_file(parser->out, parser->package, name, depth + 1, parser->err);
    }
    free(href);
    return status;
}

static enum eg_status walk(struct parser *parser, const xmlNode *first, unsigned depth)
{
    for (const xmlNode *n = first; n != NULL; n = n->next) {
        if (n->type != XML_ELEMENT_NODE) {
            continue;
        }
        if (eg_xml_is(n, SCH, "assert") || eg_xml_is(n, SCH, "report")) {
            EG_TRY(take_check(parser, n));
        } else if (eg_xml_is(n, ASSESSMENT, "finding")) {
            EG_TRY(take_finding(parser, n));
        } else if (eg_xml_is(n, SCH, "include") || eg_xml_is(n, SCH, "extends")) {
            EG_TRY(follow(parser, n, depth));
        } else {
            EG_TRY(walk(parser, n->children, depth));
        }
    }
    return EG_OK;
}

static enum eg_status read_file(struct eg_wording *out, const struct eg_package *package,
                                const char *file, unsigned depth, struct eg_error *err)
{
    struct parser parser = {.out = out, .package = package, .file = file, .err = err};
    struct eg_bytes xml = eg_package_file(package, file);

    if (xml.data == NULL) {
        return EG_OK;
    }
    if (out->files++ >= EG_PACKAGE_FILES_MAX) {
        return eg_error_set(err, EG_E_LIMIT, file, "files include each other too often");
    }
    enum eg_status status = eg_xml_parse_file(&parser.doc, xml, file, EG_PACKAGE_OCTETS_MAX, err);
    if (status != EG_OK) {
        goto done;
    }
    status = walk(&parser, parser.doc->children, depth);

done:
    xmlFreeDoc(parser.doc);
    return status;
}

static enum eg_status count_tests(struct eg_wording *out, const struct eg_package *package,
                                  struct eg_error *err)
{
    struct eg_bytes xml = eg_package_file(package, TESTS_FILE);
    xmlDoc *doc = NULL;

    if (xml.data == NULL) {
        return EG_OK;
    }
    enum eg_status status = eg_xml_parse_file(&doc, xml, TESTS_FILE, EG_PACKAGE_OCTETS_MAX, err);
    if (status != EG_OK) {
        goto done;
    }
    for (xmlNode *n = eg_xml_child(xmlDocGetRootElement(doc), TESTS, "case"); n != NULL;
         n = eg_xml_next(n, TESTS, "case")) {
        out->tests++;
    }

done:
    xmlFreeDoc(doc);
    return status;
}

enum eg_status eg_wording_read(struct eg_wording *out, const struct eg_package *package,
                               struct eg_error *err)
{
    struct eg_wording wording = {.count = 0};
    enum eg_status status = count_tests(&wording, package, err);
    if (status != EG_OK) {
        goto done;
    }

    for (size_t i = 0; i < package->step_count; i++) {
        const struct eg_step *step = &package->steps[i];
        if (step->kind == EG_STEP_CHECKS || step->kind == EG_STEP_ASSESSMENT) {
            status = read_file(&wording, package, step->file, 0, err);
        }
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    if (status != EG_OK) {
        eg_wording_done(&wording);
        return status;
    }
    *out = wording;
    return EG_OK;
}

void eg_wording_done(struct eg_wording *wording)
{
    for (size_t i = 0; i < wording->count; i++) {
        line_done(&wording->lines[i]);
    }
    free(wording->lines);
    *wording = (struct eg_wording){.count = 0};
}
