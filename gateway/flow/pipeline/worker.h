/*
 * Workers: each judges one report at a time with handles of its own: verifier, judges by the
 * packages that the world has compiled for all of them, a read-only archive.
 */
#ifndef EG_FLOW_WORKER_H
#define EG_FLOW_WORKER_H

#include "archive/store.h"
#include "assess/judge/engine.h"
#include "flow/pipeline/shared.h"

struct eg_worker {
    struct eg_shared *shared;
    struct eg_store *store;              /* read-only: what is on record already */
    const struct eg_world *world;        /* taken */
    struct eg_verifier *verifier;        /* of that world */
    struct eg_judge **judges;            /* by package of that world, made when first asked for */
    struct eg_document *document;        /* of the job in hand */
    const struct eg_participant *signer; /* of the job in hand */
};

/* A worker without thread, for stages, tests and measurements. */
EG_MUST_USE
enum eg_status eg_worker_open(struct eg_worker *worker, struct eg_shared *shared,
                              struct eg_error *err);
void eg_worker_done(struct eg_worker *worker);

/* Take the world in force, if it is another one than before. */
EG_MUST_USE
enum eg_status eg_worker_renew(struct eg_worker *worker, struct eg_error *err);

/* The worker's judge by a package of its world; kept for later jobs. */
EG_MUST_USE
enum eg_status eg_worker_judge(struct eg_judge **out, struct eg_worker *worker,
                               const struct eg_package *package, struct eg_error *err);
/* A compiled package by reference; NULL when the world has no such package. */
const struct eg_rules *eg_worker_rules_by_ref(void *worker, const struct eg_package_ref *ref);

#endif
