/*
 * Parsing under our own limits, and the loader that serves nothing but a package's memory.
 *
 * One pass: libxml2 builds its tree while our callbacks in front of its own count what they see
 * (xml_count.h) and stop at the first DOCTYPE. What libxml2 does in quadratic time before any
 * callback runs (looking for double attributes) is bounded by a scan of the octets first: '<' can
 * not occur inside a tag, so only a long stretch between two of them needs a closer look. Prefixes
 * are looked up among all that are in scope, for each name: 180,000 of them made a report of 6 MB
 * take five minutes.
 *
 * Conditions of a document, in the order in which they are asked:
 *   1 size    at most the octets that the caller allows
 *   2 octets  no NUL; begins with '<', blank or the UTF-8 mark (so never UTF-16, UTF-32, EBCDIC)
 *   3 tags    at most EG_XML_ATTRIBUTES_MAX attributes each
 *   4 coding  declared as UTF-8, US-ASCII or ISO-8859-1, or not declared
 *   5 no DOCTYPE
 *   6 depth   at most EG_XML_DEPTH_MAX elements, EG_XML_NAMESPACES_MAX namespaces around each
 *   7 well-formed, namespaces too
 *   8 a report keeps all of EG_INPUT_LIMITS, each asked where the parse comes by
 *
 * Of our own files, and of reports that were recorded before the limits were published
 * (LIMITS_SINCE), 8 is not asked, and what breaks 3 and 6 is told as EG_RULE_NESTING.
 */
#include "assess/xml/xml.h"

#include "assess/xml/memory.h"
#include "assess/xml/xml_count.h"
#include "base/error.h"
#include "base/limits.h"

#include <libxml/catalog.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/uri.h>
#include <libxml/xmlIO.h>
#include <libxml/xmlschemastypes.h>
#include <libxslt/xslt.h>
#include <libxslt/xsltutils.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_OPTIONS (XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_BIG_LINES | XML_PARSE_NOCDATA)
#define REPORT_OPTIONS (FILE_OPTIONS | XML_PARSE_COMPACT)
#define ATTRIBUTE_OCTETS_MIN 5 /* blank, name, =, two quotes */
#define LIMITS_SINCE 3         /* log semantics */

/* ---- what the libraries say --------------------------------------------------------------- */

static _Thread_local struct eg_xml_scope *active;

/* One line, control characters as blanks, cut at a whole character, no blanks at the end. */
static void copy_line(char *out, size_t out_len, const char *text)
{
    size_t n = strnlen(text, out_len - 1);
    if (text[n] != '\0') {
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80) {
            n--;
        }
    }
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        out[i] = c < 0x20 || c == 0x7f ? ' ' : (char)c;
    }
    while (n > 0 && out[n - 1] == ' ') {
        n--;
    }
    out[n] = '\0';
}

static const char *without_base(const char *url)
{
    size_t len = strlen(EG_XML_BASE);
    return url != NULL && strncmp(url, EG_XML_BASE, len) == 0 ? url + len : url;
}

static void on_structured(void *payload, xmlErrorPtr error)
{
    (void)payload;
    struct eg_xml_scope *scope = active;
    if (scope == NULL || error == NULL || error->level == XML_ERR_NONE) {
        return;
    }
    /* The parser warns of what is allowed (namespace names that are no URIs); compilers do not. */
    if (error->level == XML_ERR_WARNING &&
        (error->domain == XML_FROM_PARSER || error->domain == XML_FROM_NAMESPACE)) {
        return;
    }
    if (scope->errors++ > 0) {
        return;
    }
    scope->line = error->line > 0 ? (unsigned)error->line : 0;
    scope->code = error->code;
    copy_line(scope->file, sizeof scope->file, error->file ? without_base(error->file) : "");
    copy_line(scope->text, sizeof scope->text, error->message ? error->message : "");
}

/* libxslt gives its messages in pieces without a place of their own: kept one after another. */
__attribute__((format(printf, 2, 3))) static void on_generic(void *payload, const char *format, ...)
{
    (void)payload;
    struct eg_xml_scope *scope = active;
    if (scope == NULL) {
        return;
    }
    char piece[sizeof scope->text] = "";
    va_list args;
    va_start(args, format);
    (void)vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    scope->errors++;
    size_t have = strlen(scope->text);
    if (have + 1 < sizeof scope->text) {
        if (have > 0) {
            scope->text[have++] = ' ';
        }
        copy_line(scope->text + have, sizeof scope->text - have, piece);
    }
}

void eg_xml_scope_begin(struct eg_xml_scope *scope, const struct eg_loader *loader)
{
    *scope = (struct eg_xml_scope){.loader = loader, .outer = active};
    active = scope;
    xmlSetStructuredErrorFunc(NULL, on_structured);
    xmlSetGenericErrorFunc(NULL, on_generic);
}

void eg_xml_scope_end(struct eg_xml_scope *scope)
{
    active = scope->outer;
}

enum eg_status eg_xml_scope_error(const struct eg_xml_scope *scope, const char *name,
                                  struct eg_error *err)
{
    if (scope->denied > 0) {
        if (err != NULL) {
            *err = scope->load;
        }
        return scope->load.status;
    }
    if (scope->errors == 0) {
        return EG_OK;
    }
    char where[sizeof scope->file + 16] = "";
    const char *file = scope->file[0] != '\0' ? scope->file : name;
    (void)snprintf(where, sizeof where, scope->line > 0 ? "%s:%u" : "%s", file ? file : "",
                   scope->line);
    return eg_error_set(err, EG_E_FORMAT, where, "%s", scope->text);
}

/* ---- the loader --------------------------------------------------------------------------- */

static void deny(struct eg_xml_scope *scope, const char *url, const struct eg_error *why)
{
    if (scope == NULL || scope->denied++ > 0) {
        return;
    }
    if (why != NULL) {
        scope->load = *why;
        return;
    }
    (void)eg_error_set(&scope->load, EG_E_DENIED, without_base(url),
                       "not a file of the package; nothing else is ever loaded");
}

static enum eg_status inspect(struct eg_xml_scope *scope, const char *name, struct eg_bytes octets,
                              struct eg_error *err)
{
    xmlDoc *doc = NULL;
    enum eg_status status = eg_xml_parse_file(&doc, octets, name, EG_PACKAGE_OCTETS_MAX, err);
    if (status != EG_OK) {
        goto done;
    }
    if (scope->inspect != NULL) {
        status = scope->inspect(scope->inspect_payload, name, doc, err);
    }

done:
    xmlFreeDoc(doc);
    return status;
}

static xmlParserInputPtr load_entity(const char *url, const char *id, xmlParserCtxtPtr ctxt)
{
    (void)id;
    struct eg_xml_scope *scope = active;
    const char *name = without_base(url);
    if (scope == NULL || scope->loader == NULL || url == NULL || name == url) {
        deny(scope, url != NULL ? url : "", NULL);
        return NULL;
    }
    struct eg_bytes octets = scope->loader->find(scope->loader->payload, name);
    if (octets.data == NULL) {
        deny(scope, url, NULL);
        return NULL;
    }
    struct eg_error why = {0};
    if (inspect(scope, name, octets, &why) != EG_OK) {
        deny(scope, url, &why);
        return NULL;
    }
    xmlParserInputBuffer *buffer = xmlParserInputBufferCreateMem(
        (const char *)octets.data, (int)octets.len, XML_CHAR_ENCODING_NONE);
    if (buffer == NULL) {
        return NULL;
    }
    xmlParserInput *input = xmlNewIOInputStream(ctxt, buffer, XML_CHAR_ENCODING_NONE);
    if (input == NULL) {
        xmlFreeParserInputBuffer(buffer);
        return NULL;
    }
    input->filename = (const char *)xmlStrdup((const xmlChar *)url);
    return input;
}

/* ---- once per process --------------------------------------------------------------------- */

static pthread_mutex_t init_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned init_count;

static int match_nothing(const char *name)
{
    (void)name;
    return 0;
}

enum eg_status eg_xml_init(struct eg_error *err)
{
    (void)err;
    pthread_mutex_lock(&init_lock);
    if (init_count++ == 0) {
        xmlInitParser();
        xmlInitializeCatalog();
        xmlCatalogSetDefaults(XML_CATA_ALLOW_NONE);
        xmlSetExternalEntityLoader(load_entity);
        /* Without any callback left libxml2 registers its own again: one that never matches. */
        xmlCleanupInputCallbacks();
        (void)xmlRegisterInputCallbacks(match_nothing, NULL, NULL, NULL);
        xmlCleanupOutputCallbacks();
        (void)xmlRegisterOutputCallbacks(match_nothing, NULL, NULL, NULL);
        xmlThrDefSetStructuredErrorFunc(NULL, on_structured);
        xmlThrDefSetGenericErrorFunc(NULL, on_generic);
        xmlSetStructuredErrorFunc(NULL, on_structured);
        xmlSetGenericErrorFunc(NULL, on_generic);
        xmlSchemaInitTypes(); /* else the first schema makes them, whichever thread compiles it */
        xsltInit();
        xsltSetGenericErrorFunc(NULL, on_generic);
    }
    pthread_mutex_unlock(&init_lock);
    return EG_OK;
}

void eg_xml_done(void)
{
    pthread_mutex_lock(&init_lock);
    if (init_count > 0 && --init_count == 0) {
        xsltCleanupGlobals();
        xmlSchemaCleanupTypes();
        xmlCleanupParser();
    }
    pthread_mutex_unlock(&init_lock);
}

/* ---- parsing ------------------------------------------------------------------------------ */

struct fault {
    /* NULL: none */
    const char *rule;
    unsigned line, column;
    char text[200];
    /* all published limits are asked */
    bool published;
    struct eg_xml_count count;
};

static void set_fault(struct fault *fault, const char *rule, unsigned line, unsigned column,
                      const char *text)
{
    if (fault->rule == NULL) {
        fault->rule = rule;
        fault->line = line;
        fault->column = column;
        copy_line(fault->text, sizeof fault->text, text);
    }
}

static void stop(xmlParserCtxt *ctxt, const char *rule, const char *text)
{
    unsigned line = ctxt->input != NULL ? (unsigned)ctxt->input->line : 0;
    unsigned column = ctxt->input != NULL ? (unsigned)ctxt->input->col : 0;
    set_fault(ctxt->_private, rule, line, column, text);
    xmlStopParser(ctxt);
}

/* Told by the rule of the limit, or as it was before the limits had rules of their own. */
static const char *rule_of(const struct fault *fault, enum eg_input_limit limit)
{
    return fault->published ? eg_input_rule(limit) : EG_RULE_NESTING;
}

static const char *words_of(enum eg_input_limit limit)
{
    switch (limit) {
    case EG_INPUT_DEPTH:
        return "elements are nested too deep";
    case EG_INPUT_NAMESPACES:
        return "too many namespaces are declared around an element";
    case EG_INPUT_ATTRIBUTES:
        return "an element has too many attributes";
    default:
        return eg_input_rule(limit);
    }
}

/* False: the limit is passed, and the parse stopped. */
static bool keeps(xmlParserCtxt *ctxt, enum eg_input_limit limit)
{
    const struct fault *fault = ctxt->_private;
    bool asked = fault->published || limit == EG_INPUT_DEPTH || limit == EG_INPUT_NAMESPACES;
    if (limit == EG_INPUT_NONE || !asked) {
        return true;
    }
    stop(ctxt, rule_of(fault, limit), words_of(limit));
    return false;
}

static void on_start_document(void *payload)
{
    xmlParserCtxt *ctxt = payload;
    const char *declared = (const char *)ctxt->encoding;
    xmlSAX2StartDocument(ctxt);
    if (declared == NULL && ctxt->input != NULL) {
        declared = (const char *)ctxt->input->encoding;
    }
    if (declared != NULL && strcasecmp(declared, "UTF-8") != 0 &&
        strcasecmp(declared, "US-ASCII") != 0 && strcasecmp(declared, "ASCII") != 0 &&
        strcasecmp(declared, "ISO-8859-1") != 0) {
        stop(ctxt, EG_RULE_WELL_FORMED, "encoding other than UTF-8, US-ASCII or ISO-8859-1");
    }
}

static void on_doctype(void *payload, const xmlChar *name, const xmlChar *public_id,
                       const xmlChar *system_id)
{
    (void)name, (void)public_id, (void)system_id;
    stop(payload, EG_RULE_DOCTYPE, "DOCTYPE is not allowed");
}

static void on_start(void *payload, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int ns_count, const xmlChar **ns, int attribute_count, int defaulted,
                     const xmlChar **attributes)
{
    xmlParserCtxt *ctxt = payload;
    struct fault *fault = ctxt->_private;
    const struct eg_xml_tag tag = {.name = name,
                                   .prefix = prefix,
                                   .ns = ns,
                                   .attributes = attributes,
                                   .ns_count = (size_t)ns_count,
                                   .attribute_count = (size_t)attribute_count,
                                   .scope = (size_t)ctxt->nsNr / 2}; /* prefix and name in turns */
    if (keeps(ctxt, eg_xml_count_start(&fault->count, &tag))) {
        xmlSAX2StartElementNs(ctxt, name, prefix, uri, ns_count, ns, attribute_count, defaulted,
                              attributes);
    }
}

static void on_end(void *payload, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    xmlParserCtxt *ctxt = payload;
    struct fault *fault = ctxt->_private;
    eg_xml_count_end(&fault->count);
    if (ctxt->disableSAX == 0) {
        xmlSAX2EndElementNs(ctxt, name, prefix, uri);
    }
}

static void on_text(void *payload, const xmlChar *text, int len)
{
    xmlParserCtxt *ctxt = payload;
    struct fault *fault = ctxt->_private;
    if (keeps(ctxt, eg_xml_count_text(&fault->count, (size_t)len))) {
        xmlSAX2Characters(ctxt, text, len);
    }
}

static void on_comment(void *payload, const xmlChar *text)
{
    xmlParserCtxt *ctxt = payload;
    struct fault *fault = ctxt->_private;
    if (keeps(ctxt, eg_xml_count_comment(&fault->count, text))) {
        xmlSAX2Comment(ctxt, text);
    }
}

static void on_instruction(void *payload, const xmlChar *name, const xmlChar *text)
{
    xmlParserCtxt *ctxt = payload;
    struct fault *fault = ctxt->_private;
    if (keeps(ctxt, eg_xml_count_instruction(&fault->count, name, text))) {
        xmlSAX2ProcessingInstruction(ctxt, name, text);
    }
}

static void on_parse_error(void *payload, xmlErrorPtr error)
{
    xmlParserCtxt *ctxt = payload;
    if (error == NULL || error->level < XML_ERR_ERROR || error->code == XML_ERR_USER_STOP) {
        return;
    }
    set_fault(ctxt->_private, EG_RULE_WELL_FORMED, error->line > 0 ? (unsigned)error->line : 0,
              error->int2 > 0 ? (unsigned)error->int2 : 0, error->message ? error->message : "");
}

/* Attributes of the tag that begins at `at` ('<'), quotes respected. */
static size_t count_attributes(const uint8_t *at, const uint8_t *end)
{
    size_t count = 0;
    uint8_t quote = 0;
    for (; at < end; at++) {
        if (quote != 0) {
            quote = *at == quote ? 0 : quote;
        } else if (*at == '"' || *at == '\'') {
            quote = *at;
        } else if (*at == '>') {
            break;
        } else {
            count += *at == '=';
        }
    }
    return count;
}

static bool starts_with(const uint8_t *at, const uint8_t *end, const char *text)
{
    size_t len = strlen(text);
    return (size_t)(end - at) >= len && memcmp(at, text, len) == 0;
}

/* Behind a comment, CDATA section or instruction that begins at `at`; `at` when none does. */
static const uint8_t *skip_no_tag(const uint8_t *at, const uint8_t *end)
{
    static const char *const forms[][2] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (starts_with(at, end, forms[i][0])) {
            const uint8_t *inside = at + strlen(forms[i][0]);
            const uint8_t *close =
                memmem(inside, (size_t)(end - inside), forms[i][1], strlen(forms[i][1]));
            return close != NULL ? close + strlen(forms[i][1]) : end;
        }
    }
    return at;
}

/* The first tag with too many attributes; NULL: none. In `strict` what only looks like a tag, in a
 * comment or the like, is none. */
static const uint8_t *find_attribute_bomb(struct eg_bytes xml, bool strict)
{
    const uint8_t *end = xml.data + xml.len;
    const uint8_t *at = memchr(xml.data, '<', xml.len);
    while (at != NULL) {
        const uint8_t *behind = strict ? skip_no_tag(at, end) : at;
        const uint8_t *from = behind > at ? behind : at + 1;
        const uint8_t *next = memchr(from, '<', (size_t)(end - from));
        const uint8_t *stop_at = next != NULL ? next : end;
        if (behind == at &&
            (size_t)(stop_at - at) > (size_t)EG_XML_ATTRIBUTES_MAX * ATTRIBUTE_OCTETS_MIN &&
            at[1] != '!' && at[1] != '?' && at[1] != '/' &&
            count_attributes(at, stop_at) > EG_XML_ATTRIBUTES_MAX) {
            return at;
        }
        at = next;
    }
    return NULL;
}

static void set_attribute_bomb(struct fault *fault, struct eg_bytes xml)
{
    const uint8_t *bomb = find_attribute_bomb(xml, fault->published);
    unsigned line = 1;
    unsigned column = 1;
    if (bomb == NULL) {
        return;
    }
    for (const uint8_t *at = xml.data; at < bomb; at++) {
        column = *at == '\n' ? 1 : column + 1;
        line += *at == '\n' ? 1 : 0;
    }
    set_fault(fault, rule_of(fault, EG_INPUT_ATTRIBUTES), fault->published ? line : 0,
              fault->published ? column : 0, words_of(EG_INPUT_ATTRIBUTES));
}

static void check_octets(struct fault *fault, struct eg_bytes xml)
{
    if (xml.len == 0) {
        set_fault(fault, EG_RULE_WELL_FORMED, 1, 1, "the document is empty");
        return;
    }
    if (memchr(xml.data, 0, xml.len) != NULL) {
        set_fault(fault, EG_RULE_WELL_FORMED, 0, 0, "the document holds a NUL octet");
        return;
    }
    if (strchr("< \t\r\n\xef", xml.data[0]) == NULL) {
        set_fault(fault, EG_RULE_WELL_FORMED, 1, 1, "the document does not begin as XML");
        return;
    }
    set_attribute_bomb(fault, xml);
}

static xmlDoc *parse(struct fault *fault, bool *nomem, struct eg_bytes xml, const char *url,
                     int options)
{
    xmlDoc *doc = NULL;
    check_octets(fault, xml);
    if (fault->rule != NULL) {
        return NULL;
    }
    unsigned long refused = eg_memory_refused();
    xmlParserCtxt *ctxt = xmlNewParserCtxt();
    if (ctxt == NULL) {
        *nomem = true;
        return NULL;
    }
    ctxt->_private = fault;
    ctxt->sax->serror = on_parse_error;
    ctxt->sax->startDocument = on_start_document;
    ctxt->sax->internalSubset = on_doctype;
    ctxt->sax->startElementNs = on_start;
    ctxt->sax->endElementNs = on_end;
    ctxt->sax->characters = on_text;
    ctxt->sax->ignorableWhitespace = on_text;
    ctxt->sax->comment = on_comment;
    ctxt->sax->processingInstruction = on_instruction;
    doc = xmlCtxtReadMemory(ctxt, (const char *)xml.data, (int)xml.len, url, NULL, options);
    *nomem = ctxt->errNo == XML_ERR_NO_MEMORY || eg_memory_refused() != refused;
    if (fault->rule == NULL && (doc == NULL || !ctxt->wellFormed || !ctxt->nsWellFormed)) {
        set_fault(fault, EG_RULE_WELL_FORMED, 0, 0, "the document is not well-formed");
    }
    if (doc == NULL) {
        doc = ctxt->myDoc; /* a stopped parser leaves its half-made tree here */
    }
    ctxt->myDoc = NULL;
    xmlFreeParserCtxt(ctxt);
    if (fault->rule != NULL || *nomem) {
        xmlFreeDoc(doc);
        doc = NULL;
    }
    return doc;
}

static enum eg_status add_number(struct eg_finding *finding, const char *name, size_t number,
                                 struct eg_error *err)
{
    char text[24] = "";
    (void)snprintf(text, sizeof text, "%zu", number);
    return eg_finding_value(finding, name, text, err);
}

static enum eg_status add_fault(struct eg_findings *findings, const struct fault *fault,
                                struct eg_error *err)
{
    struct eg_finding *finding = NULL;
    enum eg_input_limit limit = eg_input_named(fault->rule);
    const struct eg_finding_head head = {
        .severity = EG_SEVERITY_ERROR, .rule = fault->rule, .line = fault->line};
    EG_TRY(eg_findings_add(findings, &head, &finding, err));
    EG_TRY(add_number(finding, "line", fault->line, err));
    EG_TRY(add_number(finding, "column", fault->column, err));
    if (limit != EG_INPUT_NONE) {
        return add_number(finding, "max", eg_input_most(limit), err); /* the rule says the rest */
    }
    if (strcmp(fault->rule, EG_RULE_NESTING) == 0) {
        EG_TRY(add_number(finding, "max", EG_XML_DEPTH_MAX, err));
    }
    return eg_finding_value(finding, "message", fault->text, err);
}

static enum eg_status add_size(struct eg_findings *findings, const char *rule, size_t len,
                               size_t max_len, struct eg_error *err)
{
    struct eg_finding *finding = NULL;
    const struct eg_finding_head head = {.severity = EG_SEVERITY_ERROR, .rule = rule};
    EG_TRY(eg_findings_add(findings, &head, &finding, err));
    EG_TRY(add_number(finding, "octets", len, err));
    return add_number(finding, "max", max_len, err);
}

enum eg_status eg_xml_parse_report(xmlDoc **out, struct eg_findings *findings, struct eg_bytes xml,
                                   size_t max_len, uint32_t semantics, struct eg_error *err)
{
    struct fault fault = {.published = semantics >= LIMITS_SINCE};
    if (xml.len > max_len || xml.len > INT32_MAX) {
        return add_size(findings, fault.published ? eg_input_rule(EG_INPUT_OCTETS) : EG_RULE_SIZE,
                        xml.len, max_len, err);
    }
    bool nomem = false;
    xmlDoc *doc = parse(&fault, &nomem, xml, "report.xml", REPORT_OPTIONS);
    if (nomem) {
        return eg_error_set(err, EG_E_NOMEM, "report", "no memory to parse the report");
    }
    if (fault.rule != NULL) {
        return add_fault(findings, &fault, err);
    }
    *out = doc;
    return EG_OK;
}

enum eg_status eg_xml_parse_file(xmlDoc **out, struct eg_bytes xml, const char *name,
                                 size_t max_len, struct eg_error *err)
{
    if (xml.len > max_len || xml.len > INT32_MAX) {
        return eg_error_set(err, EG_E_LIMIT, name, "%zu octets, %zu allowed", xml.len, max_len);
    }
    struct fault fault = {0};
    bool nomem = false;
    char url[512] = "";
    (void)snprintf(url, sizeof url, EG_XML_BASE "%s", name);
    xmlDoc *doc = parse(&fault, &nomem, xml, url, FILE_OPTIONS);
    if (nomem) {
        return eg_error_set(err, EG_E_NOMEM, name, "no memory to parse the file");
    }
    if (fault.rule != NULL) {
        char where[EG_ERROR_WHERE_MAX] = "";
        (void)snprintf(where, sizeof where, "%.70s:%u:%u", name, fault.line, fault.column);
        return eg_error_set(err, EG_E_FORMAT, where, "%s", fault.text);
    }
    *out = doc;
    return EG_OK;
}

enum eg_status eg_xml_load(xmlDoc **out, const struct eg_loader *loader, const char *name,
                           struct eg_error *err)
{
    struct eg_bytes octets = loader->find(loader->payload, name);
    if (octets.data == NULL) {
        return eg_error_set(err, EG_E_DENIED, name, "there is no such file in the package");
    }
    return eg_xml_parse_file(out, octets, name, EG_PACKAGE_OCTETS_MAX, err);
}
