/*
 * Making and freeing tasks.
 */
#include "flow/pipeline/task.h"

#include <stdlib.h>

struct eg_task *eg_task_new(enum eg_task_kind kind)
{
    struct eg_task *task = calloc(1, sizeof *task);
    if (task != NULL) {
        task->kind = kind;
    }
    return task;
}

void eg_task_free(struct eg_task **task)
{
    if (*task != NULL) {
        eg_job_free(&(*task)->job);
        free(*task);
        *task = NULL;
    }
}
