/*
 * The bare pass of libxml2 over a report: no tree, no handler. A stage that reads XML with this
 * library can come near this figure, never below.
 */
#include "assess/floor.h"

#include "base/clock.h"

#include <libxml/parser.h>
#include <limits.h>
#include <string.h>

enum eg_status eg_floor_parse(int64_t *ns_out, struct eg_bytes xml, size_t rounds,
                              struct eg_error *err)
{
    xmlSAXHandler nothing;
    int64_t started_ns = 0;

    if (rounds == 0 || xml.len > INT_MAX) {
        return eg_error_set(err, EG_E_USAGE, "rounds", "at least 1 round, at most 2 GiB");
    }
    memset(&nothing, 0, sizeof(nothing));
    nothing.initialized = XML_SAX2_MAGIC;
    started_ns = eg_clock_thread_ns();
    for (size_t i = 0; i < rounds; i++) {
        if (xmlSAXUserParseMemory(&nothing, NULL, (const char *)xml.data, (int)xml.len) != 0) {
            return eg_error_set(err, EG_E_FORMAT, NULL, "the document is not well-formed");
        }
    }
    *ns_out = (eg_clock_thread_ns() - started_ns) / (int64_t)rounds;
    return EG_OK;
}
