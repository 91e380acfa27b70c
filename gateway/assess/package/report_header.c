/*
 * Why this file exists: who reports what for when must be known before any rule runs, for any
 * vocabulary. The forms are strict, because they become identities, file names and log lines.
 *
 *   id, plant, kind, addressee   tokens ([A-Za-z0-9._:/@+-], first one alphanumeric)
 *   version                      1..EG_VERSION_NUMBER_MAX, no sign, no leading zero
 *   from, until                  real days YYYY-MM-DD, from not after until; a time behind
 *                                ("T...") is cut off
 */
#include "assess/package/report_header.h"

#include "assess/xpath/functions.h"
#include "assess/xpath/xpath.h"
#include "assess/xpath/xpath_functions.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/text.h"

#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <string.h>

#define OPERATIONS_MAX 5000000 /* a year's report has about a million nodes */
#define OCTETS_MAX (64 * EG_MIB)
#define SHOWN_MAX 200 /* octets of an unreadable value that a finding shows */

enum field { ID, VERSION, ADDRESSEE, PLANT, FROM, UNTIL, KIND, ZONE, FIELD_COUNT };

static const char *const field_names[FIELD_COUNT] = {"id",   "version", "addressee", "plant",
                                                     "from", "until",   "kind",      "zone"};

struct eg_reader {
    xmlXPathContext *context;
    /* ADDRESSEE or ZONE NULL: the vocabulary has none */
    xmlXPathCompExpr *paths[FIELD_COUNT];
};

static const char *path_of(const struct eg_package *package, enum field field)
{
    const char *const paths[FIELD_COUNT] = {
        package->path_id,   package->path_version, package->path_addressee, package->path_plant,
        package->path_from, package->path_until,   package->path_kind,      package->path_zone};

    return paths[field];
}

static enum eg_status compile(struct eg_reader *reader, const struct eg_package *package,
                              const struct eg_xml_ns *ns, struct eg_error *err)
{
    static const char *const places[FIELD_COUNT] = {
        "package.xml identity/id",        "package.xml identity/version",
        "package.xml identity/addressee", "package.xml identity/plant",
        "package.xml identity/from",      "package.xml identity/until",
        "package.xml identity/kind",      "package.xml identity/zone"};
    const struct eg_xpath_scope scope = {
        .ns = ns, .ns_count = package->namespace_count, .counted = true};
    enum eg_status status = EG_OK;

    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const char *path = path_of(package, (enum field)i);
        if (path != NULL) {
            status = eg_xpath_compile(&reader->paths[i], path, &scope, places[i], err);
        } else if (i != ZONE && (i != ADDRESSEE || !package->addressee_none)) {
            status = eg_error_set(err, EG_E_FORMAT, places[i], "is missing");
        }
        if (status != EG_OK) {
            return status;
        }
    }
    return EG_OK;
}

static enum eg_status make_context(struct eg_reader *reader, const struct eg_package *package,
                                   struct eg_error *err)
{
    reader->context = xmlXPathNewContext(NULL);
    if (reader->context == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "identity", "memory ran out");
    }
    for (size_t i = 0; i < package->namespace_count; i++) {
        if (xmlXPathRegisterNs(reader->context, (const xmlChar *)package->namespaces[i].prefix,
                               (const xmlChar *)package->namespaces[i].uri) != 0) {
            return eg_error_set(err, EG_E_NOMEM, "identity", "memory ran out");
        }
    }
    return eg_functions_register_xpath(reader->context, err);
}

enum eg_status eg_reader_new(struct eg_reader **out, const struct eg_package *package,
                             struct eg_error *err)
{
    struct eg_reader *reader = calloc(1, sizeof *reader);
    struct eg_xml_ns *ns = calloc(package->namespace_count + 1, sizeof *ns);
    enum eg_status status = EG_OK;

    if (reader == NULL || ns == NULL) {
        status = eg_error_set(err, EG_E_NOMEM, "identity", "memory ran out");
        goto done;
    }
    for (size_t i = 0; i < package->namespace_count; i++) {
        ns[i] = (struct eg_xml_ns){package->namespaces[i].prefix, package->namespaces[i].uri};
    }
    status = compile(reader, package, ns, err);
    if (status != EG_OK) {
        goto done;
    }
    status = make_context(reader, package, err);
    if (status != EG_OK) {
        goto done;
    }
    *out = reader;
    reader = NULL;

done:
    free(ns);
    eg_reader_free(&reader);
    return status;
}

void eg_reader_free(struct eg_reader **reader)
{
    struct eg_reader *r = *reader;

    if (r == NULL) {
        return;
    }
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        xmlXPathFreeCompExpr(r->paths[i]);
    }
    xmlXPathFreeContext(r->context);
    free(r);
    *reader = NULL;
}

/* ---- forms -------------------------------------------------------------------------------- */

static bool take_token(char *out, size_t max, const char *text)
{
    if (!eg_text_token(eg_bytes_of(text), max)) {
        return false;
    }
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool take_day(char out[11], const char *text)
{
    char day[11] = "";

    if (strlen(text) < 10 || (text[10] != '\0' && text[10] != 'T')) {
        return false;
    }
    memcpy(day, text, 10);
    if (!eg_date_valid(day)) {
        return false;
    }
    memcpy(out, day, sizeof day);
    return true;
}

static bool take(struct eg_report_header *out, enum field field, const char *text)
{
    uint64_t version = 0;

    switch (field) {
    case ID:
        return take_token(out->id, EG_ID_MAX, text);
    case VERSION:
        if (!eg_text_u64(eg_bytes_of(text), EG_VERSION_NUMBER_MAX, &version) || version == 0) {
            return false;
        }
        out->version = (uint32_t)version;
        return true;
    case ADDRESSEE:
        return take_token(out->addressee, EG_ORIGIN_MAX, text);
    case PLANT:
        return take_token(out->plant, EG_ID_MAX, text);
    case FROM:
        return take_day(out->from, text);
    case UNTIL:
        return take_day(out->until, text) && strcmp(out->from, out->until) <= 0;
    case KIND:
        return take_token(out->kind, EG_ID_MAX, text);
    case ZONE: /* is no part of it */
    case FIELD_COUNT:
    default:
        return false;
    }
}

/* ---- fields of a report ------------------------------------------------------------------- */

static enum eg_status report_unreadable(struct eg_findings *findings, enum field field,
                                        const char *text, struct eg_error *err)
{
    struct eg_finding *finding = NULL;
    char shown[SHOWN_MAX + 1] = "";
    size_t len = strnlen(text, SHOWN_MAX);

    while (len > 0 && text[len] != '\0' && ((unsigned char)text[len] & 0xc0) == 0x80) {
        len--;
    }
    memcpy(shown, text, len);
    const struct eg_finding_head head = {.severity = EG_SEVERITY_ERROR, .rule = EG_RULE_IDENTITY};
    EG_TRY(eg_findings_add(findings, &head, &finding, err));
    EG_TRY(eg_finding_value(finding, "what", field_names[field], err));
    return eg_finding_value(finding, "value", shown, err);
}

static enum eg_status evaluate(xmlChar **out, struct eg_reader *reader, enum field field,
                               struct eg_error *err)
{
    xmlXPathObject *object = xmlXPathCompiledEval(reader->paths[field], reader->context);

    *out = object != NULL ? xmlXPathCastToString(object) : NULL;
    xmlXPathFreeObject(object);
    if (*out != NULL) {
        return EG_OK;
    }
    return eg_error_set(err, EG_E_LIMIT, "identity",
                        "reading %s reached the ceiling on operations or octets",
                        field_names[field]);
}

static enum eg_status read_fields(struct eg_report_header *out, bool *readable,
                                  struct eg_findings *findings, struct eg_reader *reader,
                                  struct eg_error *err)
{
    enum eg_status status = EG_OK;

    *readable = true;
    for (size_t i = 0; status == EG_OK && i < ZONE; i++) {
        xmlChar *text = NULL;
        if (reader->paths[i] == NULL) {
            continue;
        }
        status = evaluate(&text, reader, (enum field)i, err);
        if (status == EG_OK && !take(out, (enum field)i, (const char *)text)) {
            *readable = false;
            status = report_unreadable(findings, (enum field)i, (const char *)text, err);
        }
        xmlFree(text);
    }
    return status;
}

/* From here to look_away the paths are asked of this document, within ceilings. */
static void look_at(struct eg_reader *reader, struct eg_xml_scope *scope, xmlDoc *doc)
{
    reader->context->doc = doc;
    reader->context->node = (xmlNode *)doc;
    reader->context->opLimit = eg_xpath_limit(doc, OPERATIONS_MAX);
    reader->context->opCount = 0;
    eg_xml_scope_begin(scope, NULL);
    eg_functions_begin(OCTETS_MAX);
}

static void look_away(struct eg_reader *reader, struct eg_xml_scope *scope)
{
    (void)eg_functions_end();
    eg_xml_scope_end(scope);
    reader->context->doc = NULL;
    reader->context->node = NULL;
}

enum eg_status eg_reader_read(struct eg_report_header *out, bool *readable,
                              struct eg_findings *findings, struct eg_reader *reader, xmlDoc *doc,
                              struct eg_error *err)
{
    struct eg_report_header header = {.version = 0};
    struct eg_xml_scope scope;
    bool whole = false;

    look_at(reader, &scope, doc);
    enum eg_status status = read_fields(&header, &whole, findings, reader, err);
    look_away(reader, &scope);
    if (status != EG_OK) {
        return status;
    }
    *readable = whole;
    if (whole) {
        *out = header;
    }
    return EG_OK;
}

/* One of another form is a matter of the schema. */
static void take_zone(char out[7], const char *text)
{
    static const char form[] = "+00:00";
    bool fits = strlen(text) == sizeof form - 1 && (text[0] == '+' || text[0] == '-');

    for (size_t i = 1; fits && form[i] != '\0'; i++) {
        fits = form[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == form[i];
    }
    if (fits) {
        memcpy(out, text, sizeof form);
    }
}

enum eg_status eg_reader_zone(char out[7], struct eg_reader *reader, xmlDoc *doc,
                              struct eg_error *err)
{
    struct eg_xml_scope scope;
    xmlChar *text = NULL;

    out[0] = '\0';
    if (reader->paths[ZONE] == NULL) {
        return EG_OK;
    }
    look_at(reader, &scope, doc);
    enum eg_status status = evaluate(&text, reader, ZONE, err);
    look_away(reader, &scope);
    if (status == EG_OK) {
        take_zone(out, (const char *)text);
    }
    xmlFree(text);
    return status;
}
