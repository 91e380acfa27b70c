/*
 * Looking at a stylesheet before libxslt does: with everything that it imports and includes,
 * element by element, attribute by attribute. What is not in the table of XSLT 1.0 that we allow is
 * refused.
 */
#ifndef EG_ASSESS_SHEET_H
#define EG_ASSESS_SHEET_H

#include "assess/xml/xml.h"

#define EG_SHEET_NS "http://www.w3.org/1999/XSL/Transform"

/* What an attribute of a stylesheet holds. */
enum eg_sheet_kind { EG_SHEET_TEXT, EG_SHEET_EXPRESSION, EG_SHEET_PATTERN, EG_SHEET_TEMPLATE };
enum eg_sheet_kind eg_sheet_kind_of(const xmlNode *node, const xmlAttr *attribute);
/* The '}' that ends the expression which begins at `text` in a value template; NULL: none. */
const char *eg_sheet_template_end(const char *text);

/* Global parameters that the sheet declares. */
struct eg_sheet {
    char **params;
    size_t param_count;
};

/*
 * Check `name` and all that it imports or includes, from `loader`.
 *   known    is this the name of a parameter that a caller may give? NULL: any is
 * EG_E_FORMAT "file:line: text", EG_E_DENIED (not a file of the package), EG_E_LIMIT, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_sheet_check(struct eg_sheet *out, const struct eg_loader *loader,
                              const char *name, bool (*known)(void *payload, const char *name),
                              void *payload, struct eg_error *err);
void eg_sheet_done(struct eg_sheet *sheet);

#endif
