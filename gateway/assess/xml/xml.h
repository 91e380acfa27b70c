/*
 * The only place that parses XML: reports, packages, schemas, directory.
 *
 * Refused in every file: DOCTYPE (and with it every entity), nesting beyond EG_XML_DEPTH_MAX,
 * encodings other than UTF-8 and its subset ASCII, anything not well-formed. Nothing is ever
 * fetched: what a schema or stylesheet asks for comes from the active scope's loader, or is denied
 * and the denial remembered, because libxml2 treats a denied import as a mere warning.
 */
#ifndef EG_ASSESS_XML_H
#define EG_ASSESS_XML_H

#include "base/bytes.h"
#include "core/finding.h"

#include <libxml/tree.h>

/* Files by name, "schema/report.xsd": a package's own memory. `find` returns data NULL for none. */
struct eg_loader {
    void *payload;
    struct eg_bytes (*find)(void *payload, const char *name);
};

/* Names of package files carry this in front inside libxml2, so that relative names resolve. */
#define EG_XML_BASE "package:/"

/*
 * Once per process, before any thread uses libxml2: parser initialisation, catalogs off, denying
 * loader, silent handlers. Calls of both are counted; the last done frees the libraries' memory.
 */
EG_MUST_USE
enum eg_status eg_xml_init(struct eg_error *err);
void eg_xml_done(void);

/*
 * What the libraries may load and said while a piece of work ran on this thread. Every call into
 * libxml2 or libxslt that may load or complain is between begin and end; scopes nest.
 * Without a scope everything is denied and every message dropped.
 */
struct eg_xml_scope {
    /* NULL: nothing may be loaded */
    const struct eg_loader *loader;
    /* Looks at each file the loader gives out; a status other than EG_OK denies it. May be NULL. */
    enum eg_status (*inspect)(void *payload, const char *name, xmlDoc *doc, struct eg_error *err);
    void *inspect_payload;

    /* messages of the libraries, warnings too */
    unsigned errors;
    /* loads denied */
    unsigned denied;
    /* of the first message, 0 unknown */
    unsigned line;
    /* libxml2's number of the first message */
    int code;
    /* of the first message, without EG_XML_BASE */
    char file[128];
    /* first message, one line */
    char text[300];
    /* why the first load was denied */
    struct eg_error load;
    struct eg_xml_scope *outer;
};
void eg_xml_scope_begin(struct eg_xml_scope *scope, const struct eg_loader *loader);
void eg_xml_scope_end(struct eg_xml_scope *scope);
/* The first denial or message as an error: "file:line: text"; EG_OK when there was none. */
EG_MUST_USE
enum eg_status eg_xml_scope_error(const struct eg_xml_scope *scope, const char *name,
                                  struct eg_error *err);

/*
 * Parse a report. When it breaks a limit *out stays NULL and one finding is added (a rule of
 * EG_INPUT_LIMITS, EG_RULE_DOCTYPE, EG_RULE_WELL_FORMED; line and column as values where known): a
 * verdict, EG_OK.
 *   out         the document, xmlFreeDoc
 *   max_len     octets allowed
 *   semantics   log semantics of the engine whose parse this is: EG_SEMANTICS, or for who repeats a
 *               decision that of its entry. Before 3 there were fewer limits, told as EG_RULE_SIZE
 *               and EG_RULE_NESTING
 * EG_E_NOMEM. Any thread.
 */
EG_MUST_USE
enum eg_status eg_xml_parse_report(xmlDoc **out, struct eg_findings *findings, struct eg_bytes xml,
                                   size_t max_len, uint32_t semantics, struct eg_error *err);

/*
 * Parse a file of ours or of a package: depth, namespaces and attributes of one element are
 * limited as in a report; a broken limit is EG_E_FORMAT (EG_E_LIMIT for the size) with
 * "name:line:column: text".
 *   name   for messages and as base of relative names
 */
EG_MUST_USE
enum eg_status eg_xml_parse_file(xmlDoc **out, struct eg_bytes xml, const char *name,
                                 size_t max_len, struct eg_error *err);
/* The same for a file that the loader knows. EG_E_DENIED: it does not. */
EG_MUST_USE
enum eg_status eg_xml_load(xmlDoc **out, const struct eg_loader *loader, const char *name,
                           struct eg_error *err);

/* "dir/a.sch" and "../x.sch" -> "x.sch". false: leaves the package, or is no plain relative name.
 */
bool eg_xml_resolve(char *out, size_t out_len, const char *base, const char *name);

struct eg_xml_ns {
    const char *prefix, *uri;
};

/*
 * An XPath that finds the node again: /r:report/r:source[2]/@id. Prefixes are those of `ns`; a
 * namespace without one there is written as *[local-name()='x' and namespace-uri()='u'][1].
 */
void eg_xml_location(struct eg_buf *out, const xmlNode *node, const struct eg_xml_ns *ns,
                     size_t ns_count);
unsigned eg_xml_line(const xmlNode *node); /* 0 unknown */

/* Helpers for readers of our own vocabularies. */
bool eg_xml_is(const xmlNode *node, const char *ns, const char *name); /* an element so named */
xmlNode *eg_xml_child(const xmlNode *parent, const char *ns, const char *name); /* first, or NULL */
xmlNode *eg_xml_next(const xmlNode *node, const char *ns, const char *name);    /* next sibling */
/* The element after `node` in document order; NULL: it was the last. */
xmlNode *eg_xml_following(xmlNode *node);
/* Attribute without namespace as a new string (free()); NULL: absent. */
char *eg_xml_attribute(const xmlNode *node, const char *name);
/* Text content as a new string (free()), blanks at both ends removed; NULL: out of memory. */
char *eg_xml_text(const xmlNode *node);

#endif
