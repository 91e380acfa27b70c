/*
 * What the gateway's threads share: settings, the snapshot in force, facts in memory, queues and
 * counters. Nothing else.
 *
 *   jobs       to the workers: from the session thread; from the recorder (judge again; a retry);
 *              from whoever ends a job (the next one of its plant). struct eg_job
 *   records    to the recorder: from workers; from the query thread (cursors); from main
 *              (snapshots). struct eg_task
 *   outgoing   to the session thread: from workers, recorder and query thread. struct eg_outgoing
 *   queries    to the query thread: from the session thread; from the recorder (the log grew, a
 *              cursor is durable). struct eg_query_item
 *
 * The queues have no bound of their own. What bounds jobs and records is that a job is counted from
 * eg_handover_admit to its answer; the query thread's messages are bounded by eg_query_item_ask.
 *
 * Thread: each member says who writes it; atomic ones are read by any.
 */
#ifndef EG_FLOW_GATEWAY_STATE_H
#define EG_FLOW_GATEWAY_STATE_H

#include "flow/job/facts_cache.h"
#include "flow/job/job.h"
#include "flow/job/plant_queue.h"
#include "flow/pipeline/queue.h"
#include "flow/record/held_retry.h"
#include "flow/snapshot/clock_watch.h"
#include "flow/snapshot/snapshot.h"

#include <stdatomic.h>

struct eg_gateway_state {
    const struct eg_settings *settings;
    struct eg_clock_watch clock;
    struct eg_snapshot_slot *snapshot;
    struct eg_plant_queues *plant_queues;
    struct eg_facts_cache *facts_cache;
    struct eg_queue *jobs, *records, *outgoing, *queries;
    /* admitted, not yet answered; written by flow/pipeline/handover.c */
    _Atomic size_t jobs_admitted, octets_admitted;
    /* covered by the head note: entries from here on must not leave; written by the recorder */
    _Atomic uint64_t log_size;
    struct eg_held_retry retry;
    /* answers since the start */
    _Atomic uint64_t accepted, rejected, refused, known;
};

/* *snapshot is taken on success, and settings are borrowed. EG_E_NOMEM; call done after a failure
 * too. */
EG_MUST_USE
enum eg_status eg_gateway_state_init(struct eg_gateway_state *gateway,
                                     const struct eg_settings *settings,
                                     struct eg_snapshot **snapshot, struct eg_error *err);
/* Frees what is left in the queues. All threads must have ended. */
void eg_gateway_state_done(struct eg_gateway_state *gateway);

#endif
