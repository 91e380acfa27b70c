/*
 * Send backlog: items of streams whose peers take nothing at the moment; for each peer a list, in
 * order. Bounded in octets: beyond, the peer with the largest list is given up, so that a slow
 * follower does not take the room of the others.
 *
 * Thread: owner thread (the session thread).
 */
#ifndef EG_FLOW_SEND_BACKLOG_H
#define EG_FLOW_SEND_BACKLOG_H

#include "flow/job/outgoing.h"

struct eg_send_backlog_peer;
struct eg_send_backlog {
    struct eg_send_backlog_peer *peers;
    size_t octets, max_octets;
};

struct eg_send_backlog_hooks {
    void *payload;
    /* as eg_router_send */
    enum eg_status (*send)(void *payload, const struct eg_outgoing *outgoing);
    /* the peer was given up, or is gone */
    void (*gone)(void *payload, const struct eg_route *route);
};

void eg_send_backlog_init(struct eg_send_backlog *backlog, size_t max_octets);
/* What is left is freed. */
void eg_send_backlog_done(struct eg_send_backlog *backlog);

/* Something waits for this peer: a later item must wait behind it. */
bool eg_send_backlog_has(const struct eg_send_backlog *backlog, const struct eg_route *route);

/* Add a message to its peer's list; taken. May give up a peer, maybe this one, and calls gone. */
void eg_send_backlog_add(struct eg_send_backlog *backlog, struct eg_outgoing **outgoing,
                         const struct eg_send_backlog_hooks *hooks);

/* Try each peer again, until it takes no more. */
void eg_send_backlog_send(struct eg_send_backlog *backlog,
                          const struct eg_send_backlog_hooks *hooks);

#endif
