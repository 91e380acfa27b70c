/*
 * One list a peer, so that a turn costs one try for each peer that is full, however much is kept
 * for it.
 */
#include "flow/job/kept.h"

#include <stdlib.h>
#include <string.h>

struct eg_kept_peer {
    struct eg_route route;
    struct eg_post *first, **end;
    size_t octets;
    struct eg_kept_peer *next;
};

void eg_kept_init(struct eg_kept *kept, size_t max_octets)
{
    *kept = (struct eg_kept){.max_octets = max_octets};
}

static void drop_first(struct eg_kept *kept, struct eg_kept_peer *peer)
{
    struct eg_post *post = peer->first;
    size_t octets = eg_post_octets(post);
    peer->first = post->next;
    if (peer->first == NULL) {
        peer->end = &peer->first;
    }
    peer->octets -= octets;
    kept->octets -= octets;
    eg_post_free(&post);
}

/* Unlink the peer that *link points to and free what was kept for it. */
static void drop_peer(struct eg_kept *kept, struct eg_kept_peer **link)
{
    struct eg_kept_peer *peer = *link;
    while (peer->first != NULL) {
        drop_first(kept, peer);
    }
    *link = peer->next;
    free(peer);
}

void eg_kept_done(struct eg_kept *kept)
{
    while (kept->peers != NULL) {
        drop_peer(kept, &kept->peers);
    }
}

static struct eg_kept_peer *find(const struct eg_kept *kept, const struct eg_route *route)
{
    struct eg_kept_peer *peer = kept->peers;
    while (peer != NULL &&
           (peer->route.len != route->len || memcmp(peer->route.id, route->id, route->len) != 0)) {
        peer = peer->next;
    }
    return peer;
}

bool eg_kept_has(const struct eg_kept *kept, const struct eg_route *route)
{
    return find(kept, route) != NULL;
}

static struct eg_kept_peer *find_or_make(struct eg_kept *kept, const struct eg_route *route)
{
    struct eg_kept_peer *peer = find(kept, route);
    if (peer == NULL) {
        peer = calloc(1, sizeof *peer);
        if (peer != NULL) {
            *peer = (struct eg_kept_peer){.route = *route, .next = kept->peers};
            peer->end = &peer->first;
            kept->peers = peer;
        }
    }
    return peer;
}

/* The follower sees a gap at worst, refuses it, and follows anew from its last ACK. */
static void give_up_largest(struct eg_kept *kept, const struct eg_kept_ways *ways)
{
    struct eg_kept_peer **largest = &kept->peers;
    for (struct eg_kept_peer **link = &kept->peers; *link != NULL; link = &(*link)->next) {
        if ((*link)->octets > (*largest)->octets) {
            largest = link;
        }
    }
    struct eg_route route = (*largest)->route;
    drop_peer(kept, largest);
    ways->gone(ways->payload, &route);
}

void eg_kept_add(struct eg_kept *kept, struct eg_post **post, const struct eg_kept_ways *ways)
{
    struct eg_kept_peer *peer = find_or_make(kept, &(*post)->route);
    if (peer == NULL) {
        ways->gone(ways->payload, &(*post)->route);
        eg_post_free(post);
        return;
    }
    size_t octets = eg_post_octets(*post);
    (*post)->next = NULL;
    *peer->end = *post;
    peer->end = &(*post)->next;
    peer->octets += octets;
    kept->octets += octets;
    *post = NULL;
    if (kept->octets > kept->max_octets) {
        give_up_largest(kept, ways);
    }
}

void eg_kept_send(struct eg_kept *kept, const struct eg_kept_ways *ways)
{
    struct eg_kept_peer **link = &kept->peers;
    while (*link != NULL) {
        struct eg_kept_peer *peer = *link;
        enum eg_status status = EG_OK;
        while (peer->first != NULL && status == EG_OK) {
            status = ways->send(ways->payload, peer->first);
            if (status == EG_OK) {
                drop_first(kept, peer);
            }
        }
        if (status == EG_E_BUSY) {
            link = &peer->next;
            continue;
        }
        struct eg_route route = peer->route;
        drop_peer(kept, link);
        if (status != EG_OK) {
            ways->gone(ways->payload, &route);
        }
    }
}
