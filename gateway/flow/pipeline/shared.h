/*
 * What the gateway's threads share: settings, the world in force, facts kept, queues,
 * counters. Nothing else.
 *
 *   jobs     hall -> workers; recorder -> workers (judge again); whoever ends a job -> workers
 *            (the next of its lane)                                    struct eg_job
 *   records  workers -> recorder; desk -> recorder (cursors); main (worlds)   struct eg_task
 *   posts    workers, recorder, desk -> hall                          struct eg_post
 *   desk     hall -> desk; recorder -> desk (new head, cursor kept)   struct eg_desk_item
 */
#ifndef EG_FLOW_SHARED_H
#define EG_FLOW_SHARED_H

#include "base/queue.h"
#include "flow/job/job.h"
#include "flow/job/lanes.h"
#include "flow/job/recalls.h"
#include "flow/record/held_retry.h"
#include "flow/world/clock_watch.h"
#include "flow/world/world.h"

#include <stdatomic.h>

struct eg_shared {
    const struct eg_settings *settings;
    struct eg_clock_watch clock;
    struct eg_world_slot *world;
    struct eg_lanes *lanes;
    struct eg_recalls *recalls;
    struct eg_queue *jobs, *records, *posts, *desk;
    _Atomic size_t jobs_in_hand, octets_in_hand; /* taken by the hall, not yet answered */
    _Atomic uint64_t log_size; /* covered by the head note: entries from here on must not leave */
    struct eg_held_retry held;
    _Atomic uint64_t accepted, rejected, refused, known; /* answers since the start */
};

EG_MUST_USE
enum eg_status eg_shared_init(struct eg_shared *shared, const struct eg_settings *settings,
                              struct eg_world **world, struct eg_error *err);
void eg_shared_done(struct eg_shared *shared);

/* Take a job in hand; false: the gateway is full. */
bool eg_shared_enter(struct eg_shared *shared, struct eg_job *job);

/* A job that is read and needs no lane. */
void eg_shared_pass(struct eg_shared *shared, struct eg_job *job);

/* A job that is read and belongs to its plant's lane: true when it is its turn. false: it comes
 * back through the jobs queue when it is, and is no longer the caller's. */
bool eg_shared_turn(struct eg_shared *shared, struct eg_job *job, const char *plant);

/* End a job with its answer (NULL: memory ran out, the sender will ask again): both are taken. */
struct eg_post;
void eg_shared_answer(struct eg_shared *shared, struct eg_job **job, struct eg_post **post);

/* Hand a post to the hall; taken. */
void eg_shared_post(struct eg_shared *shared, struct eg_post **post);

#endif
