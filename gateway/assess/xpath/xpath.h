/*
 * Reading XPath 1.0 expressions before libxml2 compiles them: unbound variables, unknown functions,
 * wrong numbers of arguments, unbound prefixes and deep nesting are refused at load, where libxml2
 * would only notice (or crash) in the middle of a report.
 */
#ifndef EG_ASSESS_XPATH_H
#define EG_ASSESS_XPATH_H

#include "assess/xml/xml.h"

#include <libxml/xpath.h>

struct eg_xpath_scope {
    /* prefixes bound; xml is always */
    const struct eg_xml_ns *ns;
    size_t ns_count;
    /* Is $name bound? ns "" for none. NULL: no variable is. */
    bool (*variable)(void *payload, const char *name);
    void *payload;
    /* key, document, current, format-number are there too */
    bool xslt;
    /* and str:tokenize, split, replace: only a transformation can own their nodes */
    bool stylesheet;
    /* compile the counted form (xpath_counted.h): the context must have been given to
     * eg_xpath_functions_register */
    bool counted;
};

/*
 * Check an expression; EG_E_FORMAT with the reason, `where` as place ("file:line").
 * EG_E_LIMIT: longer than EG_XPATH_MAX octets or nested deeper than EG_XPATH_DEPTH_MAX.
 */
EG_MUST_USE
enum eg_status eg_xpath_check(const char *expression, const struct eg_xpath_scope *scope,
                              const char *where, struct eg_error *err);

/*
 * Check, compile to see that it does, and give the text that xmlXPathCompile is to take for each
 * thread: libxml2 writes into a compiled expression while it evaluates it.
 *   out   new string, free()
 */
EG_MUST_USE
enum eg_status eg_xpath_try(char **out, const char *expression, const struct eg_xpath_scope *scope,
                            const char *where, struct eg_error *err);

/* Check, then compile, for one thread. out: xmlXPathFreeCompExpr. */
EG_MUST_USE
enum eg_status eg_xpath_compile(xmlXPathCompExpr **out, const char *expression,
                                const struct eg_xpath_scope *scope, const char *where,
                                struct eg_error *err);

/*
 * An XSLT pattern (rule context, key match): checks that each branch is one and gives the
 * expression that selects all nodes it matches in a document ("r:v" -> "//r:v").
 *   out   new string, free()
 */
EG_MUST_USE
enum eg_status eg_xpath_pattern(char **out, const char *pattern, const struct eg_xpath_scope *scope,
                                const char *where, struct eg_error *err);

#endif
