/*
 * Query item: what the query thread is asked or told. An item that the queue does not take (memory,
 * stopping, full) is freed.
 *
 * Thread: any.
 */
#ifndef EG_FLOW_QUERY_ITEM_H
#define EG_FLOW_QUERY_ITEM_H

#include "flow/pipeline/queue.h"
#include "flow/pipeline/task.h"

enum eg_query_item_kind {
    /* session thread: STATUS, RULES, FOLLOW, CREDIT, ACK, BYE */
    EG_QUERY_MESSAGE,
    /* recorder: the log grew */
    EG_QUERY_LOG_GREW,
    /* recorder: a cursor is durable */
    EG_QUERY_CURSOR_DURABLE,
    /* session thread: a connection is no more */
    EG_QUERY_GONE
};

struct eg_query_item {
    enum eg_query_item_kind kind;
    struct eg_route route;
    char participant[EG_ID_MAX + 1];
    unsigned roles;
    /* MESSAGE: its frames, owned */
    struct eg_outgoing *message;
    /* CURSOR_DURABLE: the cursor, owned */
    struct eg_task *cursor;
};
void eg_query_item_free(struct eg_query_item **item);

/* Copy a message into the queue; false: memory ran out, or the query thread is full. */
bool eg_query_item_ask(struct eg_queue *queries, const struct eg_arrival *arrival,
                       const char *participant, unsigned roles);

/* LOG_GREW. */
void eg_query_item_log_grew(struct eg_queue *queries);
/* CURSOR_DURABLE, with the task's cursor (copied). */
void eg_query_item_cursor_durable(struct eg_queue *queries, const struct eg_task *task);
/* GONE. */
void eg_query_item_gone(struct eg_queue *queries, const struct eg_route *route);

#endif
