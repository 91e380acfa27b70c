/*
 * The desk: answers what asks the archive instead of writing it: STATUS, RULES, and the streams of
 * followers. One thread with a read-only handle; cursors are written by the recorder.
 */
#ifndef EG_FLOW_DESK_H
#define EG_FLOW_DESK_H

#include "flow/recorder.h"
#include "flow/shared.h"

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

struct eg_desk;
/* log_key: of the receipts, which are proved before they leave; copied. */
EG_MUST_USE
enum eg_status eg_desk_start(struct eg_desk **out, struct eg_shared *shared,
                             const uint8_t log_key[EG_ED25519_KEY_LEN], struct eg_error *err);
/* Close the desk queue first. */
void eg_desk_stop(struct eg_desk **desk);

#endif
