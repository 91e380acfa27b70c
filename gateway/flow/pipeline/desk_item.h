/*
 * What the desk's queue holds, and how the other threads put it there.
 */
#ifndef EG_FLOW_DESK_ITEM_H
#define EG_FLOW_DESK_ITEM_H

#include "flow/pipeline/shared.h"
#include "flow/pipeline/task.h"

enum eg_desk_kind {
    EG_DESK_MESSAGE, /* hall: STATUS, RULES, FOLLOW, CREDIT, ACK, BYE */
    EG_DESK_HEAD,    /* recorder: the log grew */
    EG_DESK_KEPT,    /* recorder: a cursor is durable */
    EG_DESK_GONE     /* hall: a connection is no more */
};

struct eg_desk_item {
    enum eg_desk_kind kind;
    struct eg_route route;
    char participant[EG_ID_MAX + 1];
    unsigned roles;
    struct eg_post *message; /* MESSAGE: its frames, owned */
    struct eg_task *kept;    /* KEPT: the cursor, owned */
};
void eg_desk_item_free(struct eg_desk_item **item);

/* Copy a message for the desk; false: memory ran out or the desk is full. */
bool eg_desk_ask(struct eg_shared *shared, const struct eg_arrival *arrival,
                 const char *participant, unsigned roles);

/* HEAD, or KEPT with the task's cursor (copied). */
void eg_desk_tell(struct eg_shared *shared, enum eg_desk_kind kind, const struct eg_task *kept);
/* GONE. */
void eg_desk_gone(struct eg_shared *shared, const struct eg_route *route);

#endif
