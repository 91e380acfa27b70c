/*
 * Send backlog: items of streams whose peers take nothing at the moment, a list for each peer, in
 * order. Bounded in octets; when the bound is met the peer that holds most is given up, so that one
 * slow follower can not cost the others theirs.
 *
 * Thread: owner thread (the hall's).
 */
#ifndef EG_FLOW_SEND_BACKLOG_H
#define EG_FLOW_SEND_BACKLOG_H

#include "flow/job/outgoing.h"

struct eg_send_backlog_peer;
struct eg_send_backlog {
    struct eg_send_backlog_peer *peers;
    size_t octets, max_octets;
};

/* How outgoing messages leave, and who hears that a peer is given up or gone. */
struct eg_send_backlog_ways {
    void *payload;
    enum eg_status (*send)(void *payload,
                           /* as eg_router_send */
                           const struct eg_outgoing *outgoing);
    void (*gone)(void *payload, const struct eg_route *route);
};

void eg_send_backlog_init(struct eg_send_backlog *kept, size_t max_octets);
void eg_send_backlog_done(struct eg_send_backlog *kept); /* what is left is freed */

/* Something waits for this peer: a later item must wait behind it. */
bool eg_send_backlog_has(const struct eg_send_backlog *kept, const struct eg_route *route);

/* Keep an outgoing message; taken. May give up a peer, this one too, and then says so. */
void eg_send_backlog_add(struct eg_send_backlog *kept, struct eg_outgoing **outgoing,
                         const struct eg_send_backlog_ways *ways);

/* Try each peer again, until it takes no more. */
void eg_send_backlog_send(struct eg_send_backlog *kept, const struct eg_send_backlog_ways *ways);

#endif
