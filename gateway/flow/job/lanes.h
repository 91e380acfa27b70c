/*
 * Lanes: reports of one plant whose package keeps facts are judged one at a time in the order of
 * their arrival, so that yesterday's facts are in force before today's report is judged. All other
 * reports pass.
 *
 *   unread    from arrival until its plant and package are known, or it has ended
 *   at gate   read, but an earlier one is still unread: that one may belong before it
 *   waiting   behind others of its plant
 *   first     of its lane: may be judged; stays so when it is judged again, until it is answered
 *
 * A job at the gate or waiting is the lanes' own: it was made as on arrival and is handed out again
 * when its turn has come; it counts as in hand all the while. Nothing here waits or allocates: the
 * lists run through the jobs.
 *
 * Thread: any.
 */
#ifndef EG_FLOW_LANES_H
#define EG_FLOW_LANES_H

#include "base/error.h"
#include "base/limits.h"

struct eg_job;
struct eg_lanes;

enum eg_lane_state {
    EG_LANE_NONE,
    EG_LANE_UNREAD,
    EG_LANE_GATE,
    EG_LANE_WAITING,
    EG_LANE_FIRST,
};

/* Jobs in order, through their places. */
struct eg_lane_list {
    struct eg_job *first, *last;
};

/* In every job; the lanes' own. */
struct eg_lane_place {
    enum eg_lane_state state;
    char plant[EG_ID_MAX + 1];
    struct eg_job *next, *before; /* in its list; FIRST: in the bucket of its plant */
    struct eg_lane_list waiting;  /* FIRST: those behind it */
};

EG_MUST_USE
enum eg_status eg_lanes_new(struct eg_lanes **out, struct eg_error *err);
/* Frees the jobs that are the lanes' own. */
void eg_lanes_free(struct eg_lanes **lanes);

/* A job arrives: called in the order of job numbers, before others can see the job. */
void eg_lanes_arrive(struct eg_lanes *lanes, struct eg_job *job);

/*
 * Each of the others may let jobs go whose turn has come: a list through place.before, to be judged
 * from the start; the caller's.
 */

/* The job is read and needs no lane. */
EG_MUST_USE
struct eg_job *eg_lanes_pass(struct eg_lanes *lanes, struct eg_job *job);

/*
 * The job is read and belongs to this plant's lane. *mine true: it is its turn, go on judging.
 * false: the job is the lanes' and may be anywhere already.
 */
EG_MUST_USE
struct eg_job *eg_lanes_enter(bool *mine, struct eg_lanes *lanes, struct eg_job *job,
                              const char *plant);

/* The job has its answer, or its end. */
EG_MUST_USE
struct eg_job *eg_lanes_leave(struct eg_lanes *lanes, struct eg_job *job);

#endif
