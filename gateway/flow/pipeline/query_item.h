/*
 * What the query thread's queue holds, and how the other threads put it there.
 */
#ifndef EG_FLOW_QUERY_ITEM_H
#define EG_FLOW_QUERY_ITEM_H

#include "flow/pipeline/gateway_state.h"
#include "flow/pipeline/task.h"

enum eg_query_item_kind {
    EG_QUERY_MESSAGE, /* hall: STATUS, RULES, FOLLOW, CREDIT, ACK, BYE */
    EG_QUERY_HEAD,    /* recorder: the log grew */
    EG_QUERY_KEPT,    /* recorder: a cursor is durable */
    EG_QUERY_GONE     /* hall: a connection is no more */
};

struct eg_query_item {
    enum eg_query_item_kind kind;
    struct eg_route route;
    char participant[EG_ID_MAX + 1];
    unsigned roles;
    /* MESSAGE: its frames, owned */
    struct eg_outgoing *message;
    /* KEPT: the cursor, owned */
    struct eg_task *kept;
};
void eg_query_item_free(struct eg_query_item **item);

/* Copy a message for the query thread; false: memory ran out or the query thread is full. */
bool eg_query_item_ask(struct eg_gateway_state *gateway, const struct eg_arrival *arrival,
                       const char *participant, unsigned roles);

/* HEAD, or KEPT with the task's cursor (copied). */
void eg_query_item_tell(struct eg_gateway_state *gateway, enum eg_query_item_kind kind,
                        const struct eg_task *kept);
/* GONE. */
void eg_query_item_gone(struct eg_gateway_state *gateway, const struct eg_route *route);

#endif
