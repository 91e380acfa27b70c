/*
 * Task: what the recorder is asked to do: record a job, make a cursor durable, or put a snapshot in
 * force.
 *
 * Thread: any; one owner at a time.
 */
#ifndef EG_FLOW_TASK_H
#define EG_FLOW_TASK_H

#include "archive/store.h"
#include "flow/job/job.h"

enum eg_task_kind { EG_TASK_JOB, EG_TASK_CURSOR, EG_TASK_SNAPSHOT };

/* main's, which waits until it is done (flow/recorder/snapshot_change.c) */
struct eg_snapshot_change;

struct eg_task {
    enum eg_task_kind kind;
    /* JOB: owned */
    struct eg_job *job;
    /* CURSOR: make durable, then ACKED */
    struct {
        struct eg_route route;
        uint8_t request_id[EG_REQUEST_ID_MAX];
        size_t request_id_len;
        char participant[EG_ID_MAX + 1], stream[EG_ID_MAX + 1];
        struct eg_cursor cursor;
    } ack;
    /* SNAPSHOT: borrowed */
    struct eg_snapshot_change *change;
};

/* NULL when memory ran out. */
struct eg_task *eg_task_new(enum eg_task_kind kind);
/* With its job. */
void eg_task_free(struct eg_task **task);

#endif
