/*
 * Kept: items of streams whose peers take nothing at the moment, a list for each peer, in order.
 * Bounded in octets; when the bound is met the peer that holds most is given up, so that one slow
 * follower can not cost the others theirs.
 *
 * Thread: owner thread (the hall's).
 */
#ifndef EG_FLOW_KEPT_H
#define EG_FLOW_KEPT_H

#include "flow/job/post.h"

struct eg_kept_peer;
struct eg_kept {
    struct eg_kept_peer *peers;
    size_t octets, max_octets;
};

/* How posts leave, and who hears that a peer is given up or gone. */
struct eg_kept_ways {
    void *payload;
    enum eg_status (*send)(void *payload, const struct eg_post *post); /* as eg_router_send */
    void (*gone)(void *payload, const struct eg_route *route);
};

void eg_kept_init(struct eg_kept *kept, size_t max_octets);
void eg_kept_done(struct eg_kept *kept); /* what is left is freed */

/* Something waits for this peer: a later item must wait behind it. */
bool eg_kept_has(const struct eg_kept *kept, const struct eg_route *route);

/* Keep a post; taken. May give up a peer, this one too, and then says so. */
void eg_kept_add(struct eg_kept *kept, struct eg_post **post, const struct eg_kept_ways *ways);

/* Try each peer again, until it takes no more. */
void eg_kept_send(struct eg_kept *kept, const struct eg_kept_ways *ways);

#endif
