/*
 * One list a peer, so that a turn costs one try for each peer that is full, however long its list.
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

void eg_send_backlog_init(struct eg_send_backlog *backlog, size_t max_octets)
{
    *backlog = (struct eg_send_backlog){.max_octets = max_octets};
}

static void drop_first(struct eg_send_backlog *backlog, struct eg_send_backlog_peer *peer)
{
    struct eg_outgoing *outgoing = peer->first;
    size_t octets = eg_outgoing_octets(outgoing);
    peer->first = outgoing->next;
    if (peer->first == NULL) {
        peer->end = &peer->first;
    }
    peer->octets -= octets;
    backlog->octets -= octets;
    eg_outgoing_free(&outgoing);
}

/* Unlink the peer that *link points to and free its list. */
static void drop_peer(struct eg_send_backlog *backlog, struct eg_send_backlog_peer **link)
{
    struct eg_send_backlog_peer *peer = *link;
    while (peer->first != NULL) {
        drop_first(backlog, peer);
    }
    *link = peer->next;
    free(peer);
}

void eg_send_backlog_done(struct eg_send_backlog *backlog)
{
    while (backlog->peers != NULL) {
        drop_peer(backlog, &backlog->peers);
    }
}

static struct eg_send_backlog_peer *find(const struct eg_send_backlog *backlog,
                                         const struct eg_route *route)
{
    struct eg_send_backlog_peer *peer = backlog->peers;
    while (peer != NULL &&
           (peer->route.len != route->len || memcmp(peer->route.id, route->id, route->len) != 0)) {
        peer = peer->next;
    }
    return peer;
}

bool eg_send_backlog_has(const struct eg_send_backlog *backlog, const struct eg_route *route)
{
    return find(backlog, route) != NULL;
}

static struct eg_send_backlog_peer *find_or_make(struct eg_send_backlog *backlog,
                                                 const struct eg_route *route)
{
    struct eg_send_backlog_peer *peer = find(backlog, route);
    if (peer == NULL) {
        peer = calloc(1, sizeof *peer);
        if (peer != NULL) {
            *peer = (struct eg_send_backlog_peer){.route = *route, .next = backlog->peers};
            peer->end = &peer->first;
            backlog->peers = peer;
        }
    }
    return peer;
}

/* The follower finds a gap in its stream, and follows again from its last ACK. */
static void give_up_largest(struct eg_send_backlog *backlog,
                            const struct eg_send_backlog_hooks *hooks)
{
    struct eg_send_backlog_peer **largest = &backlog->peers;
    for (struct eg_send_backlog_peer **link = &backlog->peers; *link != NULL;
         link = &(*link)->next) {
        if ((*link)->octets > (*largest)->octets) {
            largest = link;
        }
    }
    struct eg_route route = (*largest)->route;
    drop_peer(backlog, largest);
    hooks->gone(hooks->payload, &route);
}

void eg_send_backlog_add(struct eg_send_backlog *backlog, struct eg_outgoing **outgoing,
                         const struct eg_send_backlog_hooks *hooks)
{
    struct eg_send_backlog_peer *peer = find_or_make(backlog, &(*outgoing)->route);
    if (peer == NULL) {
        hooks->gone(hooks->payload, &(*outgoing)->route);
        eg_outgoing_free(outgoing);
        return;
    }
    size_t octets = eg_outgoing_octets(*outgoing);
    (*outgoing)->next = NULL;
    *peer->end = *outgoing;
    peer->end = &(*outgoing)->next;
    peer->octets += octets;
    backlog->octets += octets;
    *outgoing = NULL;
    if (backlog->octets > backlog->max_octets) {
        give_up_largest(backlog, hooks);
    }
}

void eg_send_backlog_send(struct eg_send_backlog *backlog,
                          const struct eg_send_backlog_hooks *hooks)
{
    struct eg_send_backlog_peer **link = &backlog->peers;
    while (*link != NULL) {
        struct eg_send_backlog_peer *peer = *link;
        enum eg_status status = EG_OK;
        while (peer->first != NULL && status == EG_OK) {
            status = hooks->send(hooks->payload, peer->first);
            if (status == EG_OK) {
                drop_first(backlog, peer);
            }
        }
        if (status == EG_E_BUSY) {
            link = &peer->next;
            continue;
        }
        struct eg_route route = peer->route;
        drop_peer(backlog, link);
        if (status != EG_OK) {
            hooks->gone(hooks->payload, &route);
        }
    }
}
