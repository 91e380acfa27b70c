/*
 * Workers: each judges one report at a time with handles of its own: verifier, judges by the
 * packages that the snapshot has compiled for all of them, a read-only archive.
 */
#ifndef EG_FLOW_WORKER_H
#define EG_FLOW_WORKER_H

#include "archive/store.h"
#include "assess/judge/engine.h"
#include "flow/pipeline/gateway_state.h"

struct eg_worker {
    struct eg_gateway_state *gateway;
    /* read-only: what is on record already */
    struct eg_store *store;
    /* taken */
    const struct eg_snapshot *snapshot;
    /* of that snapshot */
    struct eg_verifier *verifier;
    /* by package of that snapshot, made when first asked for */
    struct eg_judge **judges;
    /* of the job in hand */
    struct eg_document *document;
    /* of the job in hand */
    const struct eg_participant *signer;
};

/* A worker without thread, for stages, tests and measurements. */
EG_MUST_USE
enum eg_status eg_worker_open(struct eg_worker *worker, struct eg_gateway_state *gateway,
                              struct eg_error *err);
void eg_worker_done(struct eg_worker *worker);

/* Take the snapshot in force, if it is another one than before. */
EG_MUST_USE
enum eg_status eg_worker_renew(struct eg_worker *worker, struct eg_error *err);

/* The worker's judge by a package of its snapshot; kept for later jobs. */
EG_MUST_USE
enum eg_status eg_worker_judge(struct eg_judge **out, struct eg_worker *worker,
                               const struct eg_package *package, struct eg_error *err);
/* A compiled package by reference; NULL when the snapshot has no such package. */
const struct eg_rules *eg_worker_rules_by_ref(void *worker, const struct eg_package_ref *ref);

#endif
