/*
 * Recording a snapshot: what reports are judged by is itself in the log before it judges one.
 *
 * 1. In this order: directory, packages, revocation lists, statements about packages. Statements
 *    are last, so that the log holds none that the snapshot in force does not follow.
 * 2. What the log holds already is not recorded again.
 * 3. A directory older than the log's, or a statement that the log holds in a later form, refuses
 *    the snapshot (EG_E_DENIED).
 *
 * Thread: the ledger's owner (recorder; main before the recorder starts).
 */
#ifndef EG_FLOW_RECORD_SNAPSHOT_H
#define EG_FLOW_RECORD_SNAPSHOT_H

#include "flow/pipeline/gateway_state.h"
#include "flow/record/ledger.h"

/*
 * A log whose newest entry is of an earlier form gets a break entry, before anything of the present
 * form; an empty log, or one that goes on, gets none. EG_E_CLOCK: in doubt; what the archive says.
 */
EG_MUST_USE
enum eg_status eg_record_break(struct eg_gateway_state *gateway, struct eg_ledger *ledger,
                               const struct eg_snapshot *snapshot, struct eg_error *err);

/* The statement of the log key. EG_E_DENIED: not signed by who may state it, or not about this log
 * and time; EG_E_CLOCK: in doubt; what reading the files and the archive say. */
EG_MUST_USE
enum eg_status eg_record_key(struct eg_gateway_state *gateway, struct eg_ledger *ledger,
                             const struct eg_snapshot *snapshot, struct eg_error *err);

/* Directory, packages, revocation lists and statements of a snapshot that is to be in force.
 * EG_E_CLOCK when something is to be recorded and the clock is in doubt. */
EG_MUST_USE
enum eg_status eg_record_snapshot(struct eg_gateway_state *gateway, struct eg_ledger *ledger,
                                  const struct eg_snapshot *snapshot, struct eg_error *err);

#endif
