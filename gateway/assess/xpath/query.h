/*
 * One question to one document: for programs of ours that show a figure of a result.
 */
#ifndef EG_ASSESS_QUERY_H
#define EG_ASSESS_QUERY_H

#include "base/bytes.h"

/*
 * Append the string value of an XPath expression over a document.
 *   prefix, uri   the one namespace that the expression may use
 * EG_E_FORMAT: document or expression is in error. eg_engine_init came before. Any thread.
 */
EG_MUST_USE
enum eg_status eg_query(struct eg_buf *out, struct eg_bytes xml, const char *expression,
                        const char *prefix, const char *uri, struct eg_error *err);

#endif
