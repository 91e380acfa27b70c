/*
 * One list a peer, so that a turn costs one try for each peer that is full, however much is kept
 * for it.
 */
#include "flow/job/send_backlog.h"

#include <stdlib.h>
#include <string.h>

struct eg_send_backlog_peer {
    struct eg_route route;
    struct eg_outgoing *first, **end;
    size_t octets;
    struct eg_send_backlog_peer *next;
};

void eg_send_backlog_init(struct eg_send_backlog *kept, size_t max_octets)
{
    *kept = (struct eg_send_backlog){.max_octets = max_octets};
}

static void drop_first(struct eg_send_backlog *kept, struct eg_send_backlog_peer *peer)
{
    struct eg_outgoing *outgoing = peer->first;
    size_t octets = eg_outgoing_octets(outgoing);
    peer->first = outgoing->next;
    if (peer->first == NULL) {
        peer->end = &peer->first;
    }
    peer->octets -= octets;
    kept->octets -= octets;
    eg_outgoing_free(&outgoing);
}

/* Unlink the peer that *link points to and free what was kept for it. */
static void drop_peer(struct eg_send_backlog *kept, struct eg_send_backlog_peer **link)
{
    struct eg_send_backlog_peer *peer = *link;
    while (peer->first != NULL) {
        drop_first(kept, peer);
    }
    *link = peer->next;
    free(peer);
}

void eg_send_backlog_done(struct eg_send_backlog *kept)
{
    while (kept->peers != NULL) {
        drop_peer(kept, &kept->peers);
    }
}

static struct eg_send_backlog_peer *find(const struct eg_send_backlog *kept,
                                         const struct eg_route *route)
{
    struct eg_send_backlog_peer *peer = kept->peers;
    while (peer != NULL &&
           (peer->route.len != route->len || memcmp(peer->route.id, route->id, route->len) != 0)) {
        peer = peer->next;
    }
    return peer;
}

bool eg_send_backlog_has(const struct eg_send_backlog *kept, const struct eg_route *route)
{
    return find(kept, route) != NULL;
}

static struct eg_send_backlog_peer *find_or_make(struct eg_send_backlog *kept,
                                                 const struct eg_route *route)
{
    struct eg_send_backlog_peer *peer = find(kept, route);
    if (peer == NULL) {
        peer = calloc(1, sizeof *peer);
        if (peer != NULL) {
            *peer = (struct eg_send_backlog_peer){.route = *route, .next = kept->peers};
            peer->end = &peer->first;
            kept->peers = peer;
        }
    }
    return peer;
}

/* The follower sees a gap at worst, refuses it, and follows anew from its last ACK. */
static void give_up_largest(struct eg_send_backlog *kept, const struct eg_send_backlog_ways *ways)
{
    struct eg_send_backlog_peer **largest = &kept->peers;
    for (struct eg_send_backlog_peer **link = &kept->peers; *link != NULL; link = &(*link)->next) {
        if ((*link)->octets > (*largest)->octets) {
            largest = link;
        }
    }
    struct eg_route route = (*largest)->route;
    drop_peer(kept, largest);
    ways->gone(ways->payload, &route);
}

void eg_send_backlog_add(struct eg_send_backlog *kept, struct eg_outgoing **outgoing,
                         const struct eg_send_backlog_ways *ways)
{
    struct eg_send_backlog_peer *peer = find_or_make(kept, &(*outgoing)->route);
    if (peer == NULL) {
        ways->gone(ways->payload, &(*outgoing)->route);
        eg_outgoing_free(outgoing);
        return;
    }
    size_t octets = eg_outgoing_octets(*outgoing);
    (*outgoing)->next = NULL;
    *peer->end = *outgoing;
    peer->end = &(*outgoing)->next;
    peer->octets += octets;
    kept->octets += octets;
    *outgoing = NULL;
    if (kept->octets > kept->max_octets) {
        give_up_largest(kept, ways);
    }
}

void eg_send_backlog_send(struct eg_send_backlog *kept, const struct eg_send_backlog_ways *ways)
{
    struct eg_send_backlog_peer **link = &kept->peers;
    while (*link != NULL) {
        struct eg_send_backlog_peer *peer = *link;
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
