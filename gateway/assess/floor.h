/*
 * What it costs to have a report's XML read and nothing done with it. For `emgate bench`, which
 * sets our stages beside it; nothing else uses it.
 */
#ifndef EG_ASSESS_FLOOR_H
#define EG_ASSESS_FLOOR_H

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

#endif
