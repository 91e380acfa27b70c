/*
 * Record states: the statements about packages and the revocation data of a snapshot, as far as log
 * and archive do not hold them. (Directory and packages: flow/recorder/record_snapshot.h.)
 *
 * Thread: the ledger's owner.
 */
#ifndef EG_FLOW_RECORD_STATES_H
#define EG_FLOW_RECORD_STATES_H

#include "flow/record/ledger.h"
#include "flow/snapshot/snapshot.h"

/*
 * The packages of the snapshot whose statement must be recorded before the snapshot comes into
 * force.
 *   numbers_out  indices into snapshot->packages, free()
 * EG_E_DENIED: the log holds a later statement about a package than the snapshot, or another one
 * with the same number: what a publisher withdrew can not be brought back by removing a file.
 * Statuses of the store; EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_states_pending(size_t **numbers_out, size_t *count_out, struct eg_store *store,
                                 const struct eg_snapshot *snapshot, struct eg_error *err);

/*
 * Record the statements of these packages, all that are pending, in one commit: all or none. EG_OK
 * also when the commit failed, but they are found on record. Statuses of the ledger.
 */
EG_MUST_USE
enum eg_status eg_states_commit(struct eg_ledger *ledger, const struct eg_snapshot *snapshot,
                                const size_t *numbers, size_t count, int64_t at_ms,
                                struct eg_error *err);

/* Store the revocation data of the snapshot, once for each digest. Statuses of the store and
 * verifier. */
EG_MUST_USE
enum eg_status eg_revocation_record(struct eg_ledger *ledger, const struct eg_snapshot *snapshot,
                                    struct eg_error *err);

#endif
