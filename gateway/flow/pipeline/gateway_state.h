/*
 * What the gateway's threads share: settings, the snapshot in force, facts kept, queues,
 * counters. Nothing else.
 *
 *   jobs       hall -> workers; recorder -> workers (judge again); whoever ends a job -> workers
 *              (the next of its plant queue). struct eg_job
 *   records    workers -> recorder; query thread -> recorder (cursors); main (snapshots).
 *              struct eg_task
 *   outgoing   workers, recorder, query thread -> hall. struct eg_outgoing
 *   queries    hall -> query thread; recorder -> query thread (new head, cursor kept).
 *              struct eg_query_item
 */
#ifndef EG_FLOW_GATEWAY_STATE_H
#define EG_FLOW_GATEWAY_STATE_H

#include "base/queue.h"
#include "flow/job/facts_cache.h"
#include "flow/job/job.h"
#include "flow/job/plant_queue.h"
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
    /* taken by the hall, not yet answered */
    _Atomic size_t jobs_in_hand, octets_in_hand;
    /* covered by the head note: entries from here on must not leave */
    _Atomic uint64_t log_size;
    struct eg_held_retry held;
    /* answers since the start */
    _Atomic uint64_t accepted, rejected, refused, known;
};

EG_MUST_USE
enum eg_status eg_gateway_state_init(struct eg_gateway_state *gateway,
                                     const struct eg_settings *settings,
                                     struct eg_snapshot **snapshot, struct eg_error *err);
void eg_gateway_state_done(struct eg_gateway_state *gateway);

/* Take a job in hand; false: the gateway is full. */
bool eg_gateway_state_enter(struct eg_gateway_state *gateway, struct eg_job *job);

/* A job that is read and needs no plant queue. */
void eg_gateway_state_pass(struct eg_gateway_state *gateway, struct eg_job *job);

/* A job that is read and belongs to its plant's plant queue: true when it is its turn. false: it
 * comes back through the jobs queue when it is, and is no longer the caller's. */
bool eg_gateway_state_turn(struct eg_gateway_state *gateway, struct eg_job *job, const char *plant);

/* End a job with its answer (NULL: memory ran out, the sender will ask again): both are taken. */
struct eg_outgoing;
void eg_gateway_state_answer(struct eg_gateway_state *gateway, struct eg_job **job,
                             struct eg_outgoing **outgoing);

/* Hand an outgoing message to the hall; taken. */
void eg_gateway_state_send(struct eg_gateway_state *gateway, struct eg_outgoing **outgoing);

#endif
