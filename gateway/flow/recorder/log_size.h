/*
 * Log size: which entries may leave the gateway. gateway->log_size is what the synced head note
 * covers: workers, query thread and streams see no entry from it on (eg_store_show_below), so that
 * nobody holds a receipt that a restart could lose.
 *
 * Thread: the ledger's owner (recorder; main before the recorder starts).
 */
#ifndef EG_FLOW_LOG_SIZE_H
#define EG_FLOW_LOG_SIZE_H

#include "flow/pipeline/gateway_state.h"
#include "flow/record/ledger.h"

/* Show the other threads the entries that the head note covers, and give the clock's watch the
 * newest entry's time. False: nothing new. */
bool eg_log_size_publish(struct eg_gateway_state *gateway, const struct eg_ledger *ledger);

/* Where the head note could not be written after a commit, write it again; then publish, and tell
 * the query thread what is new. Statuses of eg_ledger_cover. */
EG_MUST_USE
enum eg_status eg_log_size_cover(struct eg_gateway_state *gateway, struct eg_ledger *ledger,
                                 struct eg_error *err);

#endif
