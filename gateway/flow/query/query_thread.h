/*
 * Query thread: answers what only reads the archive: STATUS, RULES, and the streams of followers
 * (FOLLOW, CREDIT, ACK, BYE). It has a reading handle; cursors are written by the recorder, and
 * ACKED leaves when the recorder has told that the cursor is durable.
 *
 * Bounds: `limits.followers` streams; items and packages wait while 64 MiB are on their way to the
 * session thread, and RULES is answered busy then.
 */
#ifndef EG_FLOW_QUERY_THREAD_H
#define EG_FLOW_QUERY_THREAD_H

#include "flow/pipeline/gateway_state.h"
#include "flow/pipeline/query_item.h"

struct eg_query_thread;
/*
 *   log_key   items are proved against it; copied
 * EG_E_NOMEM, statuses of eg_store_open. Thread: main.
 */
EG_MUST_USE
enum eg_status eg_query_thread_start(struct eg_query_thread **out, struct eg_gateway_state *gateway,
                                     const uint8_t log_key[EG_ED25519_KEY_LEN],
                                     struct eg_error *err);
/* Close the queries queue first. */
void eg_query_thread_stop(struct eg_query_thread **query_thread);

#endif
