/*
 * Task: what the recorder is asked to do: record a job, keep a cursor, or put a snapshot in force.
 */
#ifndef EG_FLOW_TASK_H
#define EG_FLOW_TASK_H

#include "archive/store.h"
#include "flow/job/job.h"

enum eg_task_kind { EG_TASK_JOB, EG_TASK_CURSOR, EG_TASK_SNAPSHOT };

struct eg_snapshot_change; /* of main, waiting for the answer */

struct eg_task {
    enum eg_task_kind kind;
    struct eg_job *job;
    struct { /* CURSOR: make durable, then ACKED */
        struct eg_route route;
        uint8_t request_id[EG_REQUEST_ID_MAX];
        size_t request_id_len;
        char participant[EG_ID_MAX + 1], stream[EG_ID_MAX + 1];
        struct eg_cursor cursor;
    } ack;
    struct eg_snapshot_change *change;
};
struct eg_task *eg_task_new(enum eg_task_kind kind); /* NULL when memory ran out */
void eg_task_free(struct eg_task **task);

#endif
