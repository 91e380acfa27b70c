/*
 * One place for the words, so that a sender, an authority and an auditor read the same.
 */
#include "emgate/verbs/counts.h"

#include "core/judged.h"

#include <inttypes.h>

struct eg_client_counts eg_tool_counts_of(const struct eg_entry *entry)
{
    struct eg_counts counts = {0};
    bool counted = eg_entry_counts(&counts, entry);

    return (struct eg_client_counts){counted, counts.owed, counts.judged, counts.exceeded,
                                     counts.undecided};
}

void eg_tool_counts_text(struct eg_buf *out, const struct eg_client_counts *counts)
{
    const struct eg_counts inner = {counts->owed, counts->judged, counts->exceeded,
                                    counts->undecided};
    if (counts->counted) {
        eg_counts_say(out, &inner, false);
    } else {
        eg_buf_text(out, "not counted: recorded before what is owed was counted");
    }
}

void eg_tool_counts_json(struct eg_buf *out, const struct eg_client_counts *counts)
{
    eg_buf_format(out, ",\"extent\":\"%s\"", eg_client_extent(counts));
    if (counts->counted) {
        eg_buf_format(out,
                      ",\"owed\":%" PRIu64 ",\"judged\":%" PRIu64 ",\"exceeded\":%" PRIu64
                      ",\"undecided\":%" PRIu64,
                      counts->owed, counts->judged, counts->exceeded, counts->undecided);
    } else {
        eg_buf_text(out, ",\"owed\":null,\"judged\":null,\"exceeded\":null,\"undecided\":null");
    }
}
