/*
 * What judges reports is itself in the log, before it judges one. Owner thread (the recorder's;
 * main's before the recorder starts).
 */
#ifndef EG_FLOW_RECORD_WORLD_H
#define EG_FLOW_RECORD_WORLD_H

#include "flow/pipeline/gateway_state.h"
#include "flow/record/ledger.h"

/* Show the other threads the entries that the head note covers, and nothing beyond, and the clock's
 * watch the newest entry's time. False: nothing new. */
bool eg_record_show(struct eg_gateway_state *gateway, const struct eg_ledger *ledger);

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
