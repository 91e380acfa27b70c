/*
 * A ROUTER socket under CURVE with its own ZAP answer: what door and hall have in common.
 *
 * Settings that matter, each for a measured reason: no handover and no routing ids chosen by the
 * client (another key could take over a victim's replies); ROUTER_MANDATORY with DONTWAIT (a slow
 * peer is told, not silently skipped); the ZAP socket is bound first (without a handler libzmq lets
 * strangers in); handshakes end after 3 s.
 *
 * Thread: owner thread.
 */
#ifndef EG_INTAKE_ROUTER_H
#define EG_INTAKE_ROUTER_H

#include "base/limits.h"
#include "wire/message.h"

#define EG_ROUTE_MAX 8

/* Where an answer goes: libzmq's own routing id (5 octets, first one 0). */
struct eg_route {
    uint8_t id[EG_ROUTE_MAX];
    size_t len;
};

/* May this CURVE key (Z85) connect? Asked for every handshake. */
typedef bool (*eg_router_admit_fn)(void *payload, const char *key, const char *address);

/* A message was dropped because its sender chose its own routing id. `key` may be "". */
typedef void (*eg_router_stray_fn)(void *payload, const char *key, const char *address);

struct eg_router_settings {
    /* tcp://address:port, port may be * */
    const char *bind;
    /* CURVE secret key, Z85 */
    const char *secret;
    /* octets of one frame; a larger one drops the connection */
    size_t message_max;
    /* messages waiting for each peer, each way */
    int high_water;
    eg_router_admit_fn admit;
    /* NULL: nobody is told */
    eg_router_stray_fn stray;
    /* kept */
    void *payload;
};

/* One message as it arrived. Views are valid until the callback returns. */
struct eg_arrival {
    struct eg_route route;
    /* the peer's CURVE key, proven by the handshake */
    char key[EG_CURVE_KEY_TEXT + 1];
    /* message is well-formed; else `why` tells what is wrong */
    bool readable;
    const char *why;
    struct eg_message message;
};
typedef void (*eg_router_arrive_fn)(void *payload, const struct eg_arrival *arrival);

struct eg_router;

/* EG_E_IO with the socket's own words; EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_router_open(struct eg_router **out, const struct eg_router_settings *settings,
                              struct eg_error *err);
void eg_router_close(struct eg_router **router); /* answers sent get up to 1 s to leave */

/* The endpoint really bound. Borrowed. */
const char *eg_router_endpoint(const struct eg_router *router);

/*
 * Wait for the socket, for handshakes (answered here) and for `fds` (at most 8); ready[i] tells
 * which. Returns true when messages wait. At most timeout_ms.
 */
bool eg_router_wait(struct eg_router *router, const int *fds, bool *ready, size_t fd_count,
                    int timeout_ms);

/* Take at most `max` messages and give each to `arrive`. Returns how many were taken. */
size_t eg_router_take(struct eg_router *router, size_t max, eg_router_arrive_fn arrive,
                      void *payload);

/*
 * Send a message. EG_OK; EG_E_BUSY: the peer's queue is full; EG_E_NOTFOUND: the peer is gone.
 * Never blocks; no error text (both are ordinary).
 */
EG_MUST_USE
enum eg_status eg_router_send(struct eg_router *router, const struct eg_route *route,
                              const struct eg_message *message);

/*
 * Room for PACKAGES of so many octets: their peers ask with a few octets for many and need not take
 * what they get, so what waits for the network is bounded in octets, for each peer and for all
 * (base/limits.h). One message has room where none waits. false: full at the moment.
 */
bool eg_router_room(const struct eg_router *router, const struct eg_route *route, size_t octets);

#endif
