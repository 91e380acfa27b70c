/*
 * Snapshot change: main asks for a new snapshot, the recorder records what it brings and puts it in
 * force between two batches, and main waits until that is done.
 *
 * Rule: what judges is on record before it judges. A snapshot that can not be recorded does not
 * come into force, and the one before stays.
 */
#ifndef EG_FLOW_SNAPSHOT_CHANGE_H
#define EG_FLOW_SNAPSHOT_CHANGE_H

#include "flow/pipeline/gateway_state.h"
#include "flow/record/ledger.h"

struct eg_snapshot_change;

/*
 * Put a new snapshot in force. Blocks until done; taken on success. EG_E_STATE: the gateway is
 * stopping; statuses of eg_record_snapshot. Thread: main.
 */
EG_MUST_USE
enum eg_status eg_snapshot_change_request(struct eg_gateway_state *gateway,
                                          struct eg_snapshot **snapshot, struct eg_error *err);

/*
 * Record it, put it in force, and wake main.
 *   start_pending   the key's statement is not on record either; cleared when all of it is
 * Thread: recorder; no draft may be uncommitted.
 */
void eg_snapshot_change_apply(struct eg_snapshot_change *change, struct eg_gateway_state *gateway,
                              struct eg_ledger *ledger, bool *start_pending);

#endif
