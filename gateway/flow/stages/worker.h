/*
 * Worker: what one worker judges reports with, one at a time: a reading handle on the archive, the
 * snapshot that it has taken, and of that a verifier and judges of its own. The compiled packages
 * are the snapshot's; all workers share them and none writes them.
 *
 * Thread: owner thread.
 */
#ifndef EG_FLOW_WORKER_H
#define EG_FLOW_WORKER_H

#include "archive/store.h"
#include "assess/judge/engine.h"
#include "flow/pipeline/gateway_state.h"

struct eg_worker {
    struct eg_gateway_state *gateway;
    /* reads what is on record */
    struct eg_store *store;
    /* taken (eg_snapshot_take) */
    const struct eg_snapshot *snapshot;
    /* of that snapshot */
    struct eg_verifier *verifier;
    /* by package of that snapshot, made when first asked for */
    struct eg_judge **judges;
    /* of the job that is being judged */
    struct eg_document *document;
    /* of the same job: who signed it; borrowed from the snapshot */
    const struct eg_participant *signer;
};

/* Without a thread (flow/stages/worker_threads.h). Statuses of eg_store_open. */
EG_MUST_USE
enum eg_status eg_worker_open(struct eg_worker *worker, struct eg_gateway_state *gateway,
                              struct eg_error *err);
void eg_worker_done(struct eg_worker *worker);

/* Take the snapshot in force, if it is another one than before. EG_E_NOMEM, and what
 * eg_verifier_new says. */
EG_MUST_USE
enum eg_status eg_worker_renew(struct eg_worker *worker, struct eg_error *err);

/* The worker's judge by a package of its snapshot; it stays for later jobs. */
EG_MUST_USE
enum eg_status eg_worker_judge(struct eg_judge **out, struct eg_worker *worker,
                               const struct eg_package *package, struct eg_error *err);
/* A compiled package by reference; NULL when the snapshot has no such package. */
const struct eg_rules *eg_worker_rules_by_ref(void *worker, const struct eg_package_ref *ref);

#endif
