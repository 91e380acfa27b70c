/*
 * Plant queues: reports of one plant whose package keeps facts are judged one at a time in the
 * order of their arrival, so that yesterday's facts are in force before today's report is judged.
 * All other reports pass.
 *
 *   unread     from arrival until its plant and package are known, or it has ended
 *   at gate    read, but an earlier one is still unread: that one may belong before it
 *   waiting    behind others of its plant
 *   first      of its plant queue: may be judged; stays so when it is judged again, until it is
 *              answered
 *
 * A job at the gate or waiting is the plant queues' own: it was made as on arrival and is handed
 * out again when its turn has come; it counts as in hand all the while. Nothing here waits or
 * allocates: the lists run through the jobs.
 *
 * Thread: any.
 */
#ifndef EG_FLOW_PLANT_QUEUE_H
#define EG_FLOW_PLANT_QUEUE_H

#include "base/error.h"
#include "base/limits.h"

struct eg_job;
struct eg_plant_queues;

enum eg_plant_queue_state {
    EG_PLANT_QUEUE_NONE,
    EG_PLANT_QUEUE_UNREAD,
    EG_PLANT_QUEUE_GATE,
    EG_PLANT_QUEUE_WAITING,
    EG_PLANT_QUEUE_FIRST,
};

/* Jobs in order, through their places. */
struct eg_plant_queue_list {
    struct eg_job *first, *last;
};

/* In every job; the plant queues' own. */
struct eg_plant_queue_place {
    enum eg_plant_queue_state state;
    char plant[EG_ID_MAX + 1];
    /* in its list; FIRST: in the bucket of its plant */
    struct eg_job *next, *before;
    /* FIRST: those behind it */
    struct eg_plant_queue_list waiting;
};

EG_MUST_USE
enum eg_status eg_plant_queues_new(struct eg_plant_queues **out, struct eg_error *err);
/* Frees the jobs that are the plant queues' own. */
void eg_plant_queues_free(struct eg_plant_queues **plant_queues);

/* A job arrives: called in the order of job numbers, before others can see the job. */
void eg_plant_queues_arrive(struct eg_plant_queues *plant_queues, struct eg_job *job);

/*
 * Each of the others may let jobs go whose turn has come: a list through place.before, to be judged
 * from the start; the caller's.
 */

/* The job is read and needs no plant queue. */
EG_MUST_USE
struct eg_job *eg_plant_queues_pass(struct eg_plant_queues *plant_queues, struct eg_job *job);

/*
 * The job is read and belongs to this plant's plant queue. *mine true: it is its turn, go on
 * judging. false: the job is the plant queues' and may be anywhere already.
 */
EG_MUST_USE
struct eg_job *eg_plant_queues_enter(bool *mine, struct eg_plant_queues *plant_queues,
                                     struct eg_job *job, const char *plant);

/* The job has its answer, or its end. */
EG_MUST_USE
struct eg_job *eg_plant_queues_leave(struct eg_plant_queues *plant_queues, struct eg_job *job);

#endif
