/*
 * The query thread: answers what asks the archive instead of writing it: STATUS, RULES, and the
 * streams of followers. One thread with a read-only handle; cursors are written by the recorder.
 */
#ifndef EG_FLOW_QUERY_THREAD_H
#define EG_FLOW_QUERY_THREAD_H

#include "flow/pipeline/gateway_state.h"
#include "flow/pipeline/query_item.h"

struct eg_query_thread;
/* log_key: of the receipts, which are proved before they leave; copied. */
EG_MUST_USE
enum eg_status eg_query_thread_start(struct eg_query_thread **out, struct eg_gateway_state *gateway,
                                     const uint8_t log_key[EG_ED25519_KEY_LEN],
                                     struct eg_error *err);
/* Close the query thread queue first. */
void eg_query_thread_stop(struct eg_query_thread **query_thread);

#endif
