/*
 * How much of what a report owed was judged, as verbs that get receipts tell it. Thread: any.
 */
#ifndef EG_TOOL_COUNTS_H
#define EG_TOOL_COUNTS_H

#include "base/bytes.h"
#include "proof/entry.h"

#include <emgate/client.h>

/* Those of an entry, as a client has them. */
struct eg_client_counts eg_tool_counts_of(const struct eg_entry *entry);

/* "judged in part: 108 owed, 98 judged (1 exceeded), 10 undecided"; of an entry of before
 * "not counted: recorded before what is owed was counted". */
void eg_tool_counts_text(struct eg_buf *out, const struct eg_client_counts *counts);

/* ,"extent":"in-part","owed":108,"judged":98,"exceeded":1,"undecided":10; not counted: numbers
 * null. */
void eg_tool_counts_json(struct eg_buf *out, const struct eg_client_counts *counts);

#endif
