/*
 * Cursor task: a follower's ACK is made durable before ACKED leaves.
 *
 * Thread: recorder.
 */
#ifndef EG_FLOW_CURSOR_TASK_H
#define EG_FLOW_CURSOR_TASK_H

#include "archive/store.h"
#include "flow/pipeline/gateway_state.h"
#include "flow/pipeline/task.h"

/*
 * Write the task's cursor and tell the query thread, which answers; where it can not be written,
 * answer ARCHIVE, which is not final.
 *   store   the writer's; NULL: out of order
 */
void eg_cursor_task_record(struct eg_gateway_state *gateway, struct eg_store *store,
                           const struct eg_task *task);

#endif
