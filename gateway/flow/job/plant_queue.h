/*
 * Plant queues: reports of one plant whose package judges by earlier facts are judged one at a time
 * in the order of their arrival, so that yesterday's facts are in force before today's report is
 * judged. All other reports pass.
 *
 * States of a job:
 *   unread     from arrival until its plant and package are known, or it has ended
 *   gate       read, but an earlier one is still unread, which may belong before it
 *   waiting    behind another one of its plant
 *   first      of its plant: may be judged; stays so when it is judged again, until it is answered
 *
 * 1. A job in gate or waiting is owned by the plant queues: it is reset as on arrival and handed
 *    out again when its turn has come. It counts as admitted all the while.
 * 2. Nothing here blocks or allocates: the lists run through the jobs.
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

/* In every job; only the plant queues read and write it. */
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
/* With the jobs that the plant queues own. */
void eg_plant_queues_free(struct eg_plant_queues **plant_queues);

/* A job arrives: called in the order of job numbers, before others can see the job. */
void eg_plant_queues_arrive(struct eg_plant_queues *plant_queues, struct eg_job *job);

/*
 * Each of the following returns the jobs whose turn has come by it: a list through place.before, to
 * be judged from the start. They are the caller's.
 */

/* The job is read, and does not wait for others of its plant. */
EG_MUST_USE
struct eg_job *eg_plant_queues_pass(struct eg_plant_queues *plant_queues, struct eg_job *job);

/*
 * The job is read, and is judged in the order of this plant. *mine true: it is its turn, go on
 * judging. false: the job is the plant queues', and another thread may have it already.
 */
EG_MUST_USE
struct eg_job *eg_plant_queues_enter(bool *mine, struct eg_plant_queues *plant_queues,
                                     struct eg_job *job, const char *plant);

/* The job has ended. */
EG_MUST_USE
struct eg_job *eg_plant_queues_leave(struct eg_plant_queues *plant_queues, struct eg_job *job);

#endif
