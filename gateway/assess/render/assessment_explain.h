/*
 * The way of each value from measured to judged, as a table for people: made from the result of an
 * assessment that shows every column.
 */
#ifndef EG_ASSESS_ASSESSMENT_EXPLAIN_H
#define EG_ASSESS_ASSESSMENT_EXPLAIN_H

#include "base/bytes.h"

/*
 * Append tables of `result` (urn:emgate:assessment-result:2): for each source and series the
 * columns beside each other, a line for each place, "62.0" or "- maintenance"; then parameters with
 * their origin, figures with n, status, reason and source, and how each finding was judged.
 *   name   of the result, for messages
 * EG_E_FORMAT: not such a document. EG_E_LIMIT, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_assessment_explain(struct eg_buf *out, struct eg_bytes result, const char *name,
                                     struct eg_error *err);

/*
 * Append the same contents as one JSON object: {"result":name,"sources":[{"id","values":[{"name",
 * "unit","places":[{"end","value","status"}]}],"parameters","figures","judged","series":[..]}]}; a
 * series has the members of a source, "component" instead of "id", and no series. What the result
 * does not say is left out. Values are texts, counts are numbers. Status as above.
 */
EG_MUST_USE
enum eg_status eg_assessment_explain_json(struct eg_buf *out, struct eg_bytes result,
                                          const char *name, struct eg_error *err);

#endif
