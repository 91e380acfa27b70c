/*
 * What it costs to have a report's XML read and nothing done with it. For `emgate bench`, which
 * sets our stages beside it; nothing else uses it.
 */
#ifndef EG_BENCH_FLOOR_ENGINE_H
#define EG_BENCH_FLOOR_ENGINE_H

#include "base/bytes.h"

/*
 * Parse `xml` with a SAX handler that does nothing, `rounds` times. eg_xml_init was called.
 *
 *   ns_out  CPU of one pass in nanoseconds; untouched on failure
 *
 * EG_E_FORMAT (not well-formed), EG_E_USAGE (rounds 0, or more than 2 GiB). Any thread.
 */
EG_MUST_USE
enum eg_status eg_floor_parse(int64_t *ns_out, struct eg_bytes xml, size_t rounds,
                              struct eg_error *err);

/*
 * One DOM parse of `xml` by libxml2, freed again.
 *   ns_out  added to: CPU of the parse alone
 * EG_E_FORMAT. Any thread.
 */
EG_MUST_USE
enum eg_status eg_floor_dom(int64_t *ns_out, struct eg_bytes xml, struct eg_error *err);

/*
 * Any XSLT 1.0 stylesheet in plain libxslt, without our ceilings: what rules cost there.
 *   sheet   compiled; EG_E_FORMAT
 *   ns_out  added to: CPU of the transformation alone, the document parsed before
 *   found   added to: elements below the result's root
 */
struct eg_floor_sheet;
EG_MUST_USE
enum eg_status eg_floor_sheet_new(struct eg_floor_sheet **out, struct eg_bytes sheet,
                                  struct eg_error *err);
EG_MUST_USE
enum eg_status eg_floor_sheet_run(int64_t *ns_out, size_t *found, struct eg_floor_sheet *sheet,
                                  struct eg_bytes xml, struct eg_error *err);
void eg_floor_sheet_free(struct eg_floor_sheet **sheet);

#endif
