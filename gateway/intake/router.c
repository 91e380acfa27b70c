/*
 * The ROUTER socket that door and hall share. All of libzmq's settings are in `configure`.
 */
#include "intake/router.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

/* The library knows this option; Debian's header lists it among the drafts only. */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

#define ZAP_ENDPOINT "inproc://zeromq.zap.01"
#define ZAP_FRAMES 7
#define ZAP_FRAME_MAX 256
#define EXTRA_FDS_MAX 8
#define WAITING_SLOTS 1024
#define WAITING_FRAME_MIN 4096 /* smaller frames are not counted: the high water bounds them */
#define HANDSHAKE_MS 3000
#define LINGER_MS 1000
#define HEARTBEAT_MS 10000
#define HEARTBEAT_TIMEOUT_MS 30000
/* libzmq measures a frame as it is on the wire; CURVE adds "\7MESSAGE", nonce, MAC and flags. */
#define CURVE_FRAME_EXTRA (8 + 8 + 16 + 1)

struct eg_router {
    void *context, *zap, *socket;
    eg_router_admit_fn admit;
    eg_router_stray_fn stray;
    void *payload;
    char endpoint[256];
    /* Octets of PACKAGES that libzmq holds: of all, and by peer. Its own threads count them down.
     * Peers that share a slot wait for each other. */
    _Atomic size_t waiting, waiting_by_peer[WAITING_SLOTS];
};

static enum eg_status socket_error(struct eg_error *err, const char *where, const char *what)
{
    int cause = zmq_errno();
    enum eg_status status = eg_error_set(err, EG_E_IO, where, "%s: %s", what, zmq_strerror(cause));
    if (err != NULL) {
        err->cause = cause;
    }
    return status;
}

static bool set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool configure(void *socket, const struct eg_router_settings *settings)
{
    int64_t message_max = (int64_t)settings->message_max + CURVE_FRAME_EXTRA;
    return set_int(socket, ZMQ_CURVE_SERVER, 1) &&
           zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, settings->secret,
                          strlen(settings->secret) + 1) == 0 &&
           zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, "emgate", 6) == 0 &&
           set_int(socket, ZMQ_ZAP_ENFORCE_DOMAIN, 1) && set_int(socket, ZMQ_ROUTER_MANDATORY, 1) &&
           set_int(socket, ZMQ_ROUTER_HANDOVER, 0) &&
           zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &message_max, sizeof message_max) == 0 &&
           set_int(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) &&
           set_int(socket, ZMQ_SNDHWM, settings->high_water) &&
           set_int(socket, ZMQ_RCVHWM, settings->high_water) &&
           set_int(socket, ZMQ_LINGER, LINGER_MS) &&
           set_int(socket, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) &&
           set_int(socket, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS);
}

static enum eg_status open_sockets(struct eg_router *router,
                                   const struct eg_router_settings *settings, struct eg_error *err)
{
    router->context = zmq_ctx_new();
    if (router->context == NULL) {
        return socket_error(err, settings->bind, "no ZeroMQ context");
    }
    router->zap = zmq_socket(router->context, ZMQ_REP);
    if (router->zap == NULL || !set_int(router->zap, ZMQ_LINGER, 0) ||
        zmq_bind(router->zap, ZAP_ENDPOINT) != 0) {
        return socket_error(err, settings->bind, "ZAP socket");
    }
    router->socket = zmq_socket(router->context, ZMQ_ROUTER);
    if (router->socket == NULL || !configure(router->socket, settings)) {
        return socket_error(err, settings->bind, "socket settings");
    }
    if (zmq_bind(router->socket, settings->bind) != 0) {
        return socket_error(err, settings->bind, "address can not be bound");
    }
    size_t len = sizeof router->endpoint;
    if (zmq_getsockopt(router->socket, ZMQ_LAST_ENDPOINT, router->endpoint, &len) != 0) {
        return socket_error(err, settings->bind, "endpoint");
    }
    return EG_OK;
}

enum eg_status eg_router_open(struct eg_router **out, const struct eg_router_settings *settings,
                              struct eg_error *err)
{
    struct eg_router *router = calloc(1, sizeof *router);
    if (router == NULL) {
        return eg_error_set(err, EG_E_NOMEM, settings->bind, "memory ran out");
    }
    router->admit = settings->admit;
    router->stray = settings->stray;
    router->payload = settings->payload;
    enum eg_status status = open_sockets(router, settings, err);
    if (status != EG_OK) {
        goto done;
    }
    *out = router;
    router = NULL;

done:
    eg_router_close(&router);
    return status;
}

void eg_router_close(struct eg_router **router)
{
    if (*router == NULL) {
        return;
    }
    if ((*router)->socket != NULL) {
        zmq_close((*router)->socket);
    }
    if ((*router)->zap != NULL) {
        zmq_close((*router)->zap);
    }
    if ((*router)->context != NULL) {
        zmq_ctx_term((*router)->context);
    }
    free(*router);
    *router = NULL;
}

const char *eg_router_endpoint(const struct eg_router *router)
{
    return router->endpoint;
}

/* ---- ZAP (ZeroMQ RFC 27) ----------------------------------------------------------------------
 */

struct zap_request {
    char frame[ZAP_FRAMES][ZAP_FRAME_MAX];
    int len[ZAP_FRAMES];
    size_t count;
};

static void zap_reply(void *zap, const struct zap_request *request, bool admitted, const char *key)
{
    const char *code = admitted ? "200" : "400";
    const char *text = admitted ? "OK" : "not-admitted";
    const char *user = admitted ? key : "";
    zmq_send(zap, "1.0", 3, ZMQ_SNDMORE);
    zmq_send(zap, request->frame[1], (size_t)request->len[1], ZMQ_SNDMORE);
    zmq_send(zap, code, 3, ZMQ_SNDMORE);
    zmq_send(zap, text, strlen(text), ZMQ_SNDMORE);
    zmq_send(zap, user, strlen(user), ZMQ_SNDMORE);
    zmq_send(zap, "", 0, 0);
}

/* One request; false when none waits. Frames beyond the seven expected are dropped. */
static bool zap_read(struct zap_request *out, void *zap)
{
    memset(out, 0, sizeof *out);
    int more = 1;
    while (more != 0) {
        char spare[ZAP_FRAME_MAX];
        char *into = out->count < ZAP_FRAMES ? out->frame[out->count] : spare;
        int got = zmq_recv(zap, into, ZAP_FRAME_MAX, ZMQ_DONTWAIT);
        if (got < 0) {
            return false;
        }
        if (out->count < ZAP_FRAMES) {
            out->len[out->count++] = got < ZAP_FRAME_MAX ? got : ZAP_FRAME_MAX;
        }
        size_t size = sizeof more;
        zmq_getsockopt(zap, ZMQ_RCVMORE, &more, &size);
    }
    return true;
}

static bool zap_answer(struct eg_router *router)
{
    struct zap_request request;
    if (!zap_read(&request, router->zap)) {
        return false;
    }
    char key[EG_CURVE_KEY_TEXT + 1] = "";
    char address[64] = "";
    bool curve = request.count == ZAP_FRAMES && request.len[5] == 5 &&
                 memcmp(request.frame[5], "CURVE", 5) == 0 && request.len[6] == 32 &&
                 zmq_z85_encode(key, (const uint8_t *)request.frame[6], 32) != NULL;
    if (curve && request.len[3] < (int)sizeof address) {
        memcpy(address, request.frame[3], (size_t)request.len[3]);
    }
    zap_reply(router->zap, &request, curve && router->admit(router->payload, key, address), key);
    return true;
}

bool eg_router_wait(struct eg_router *router, const int *fds, bool *ready, size_t fd_count,
                    int timeout_ms)
{
    zmq_pollitem_t items[2 + EXTRA_FDS_MAX] = {{router->socket, 0, ZMQ_POLLIN, 0},
                                               {router->zap, 0, ZMQ_POLLIN, 0}};
    size_t count = fd_count < EXTRA_FDS_MAX ? fd_count : EXTRA_FDS_MAX;
    for (size_t i = 0; i < count; i++) {
        items[2 + i] = (zmq_pollitem_t){NULL, fds[i], ZMQ_POLLIN, 0};
        ready[i] = false;
    }
    if (zmq_poll(items, (int)(2 + count), timeout_ms) < 0) {
        return false;
    }
    if ((items[1].revents & ZMQ_POLLIN) != 0) {
        while (zap_answer(router)) {
        }
    }
    for (size_t i = 0; i < count; i++) {
        ready[i] = items[2 + i].revents != 0;
    }
    return (items[0].revents & ZMQ_POLLIN) != 0;
}

/* ---- messages ---------------------------------------------------------------------------------
 */

struct incoming {
    /* routing id first */
    zmq_msg_t frames[EG_FRAMES_MAX + 1];
    size_t count;
    bool too_many;
};

static void incoming_done(struct incoming *in)
{
    for (size_t i = 0; i < in->count; i++) {
        zmq_msg_close(&in->frames[i]);
    }
    in->count = 0;
}

/* libzmq delivers multipart messages whole: once the first frame is there, all are. */
static bool incoming_read(struct incoming *in, void *socket)
{
    in->count = 0;
    in->too_many = false;
    int more = 1;
    while (more != 0) {
        zmq_msg_t spare;
        zmq_msg_t *frame = in->count <= EG_FRAMES_MAX ? &in->frames[in->count] : &spare;
        zmq_msg_init(frame);
        if (zmq_msg_recv(frame, socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(frame);
            incoming_done(in);
            return false;
        }
        more = zmq_msg_more(frame);
        if (frame != &spare) {
            in->count++;
        } else {
            in->too_many = true;
            zmq_msg_close(&spare);
        }
    }
    return true;
}

/* A routing id that libzmq made itself: a client that chose its own is not served. */
static bool route_of(struct eg_route *out, zmq_msg_t *frame)
{
    size_t len = zmq_msg_size(frame);
    const uint8_t *data = zmq_msg_data(frame);
    if (len != 5 || data[0] != 0) {
        return false;
    }
    memcpy(out->id, data, len);
    out->len = len;
    return true;
}

static void tell_stray(const struct eg_router *router, zmq_msg_t *frame)
{
    const char *key = zmq_msg_gets(frame, "User-Id");
    const char *address = zmq_msg_gets(frame, "Peer-Address");
    if (router->stray != NULL) {
        router->stray(router->payload, key == NULL ? "" : key, address == NULL ? "" : address);
    }
}

static bool arrival_of(struct eg_arrival *out, const struct eg_router *router, struct incoming *in)
{
    memset(out, 0, sizeof *out);
    if (in->count < 2) {
        return false;
    }
    if (!route_of(&out->route, &in->frames[0])) {
        tell_stray(router, &in->frames[1]);
        return false;
    }
    const char *key = zmq_msg_gets(&in->frames[1], "User-Id");
    if (key == NULL || strlen(key) != EG_CURVE_KEY_TEXT) {
        return false;
    }
    memcpy(out->key, key, EG_CURVE_KEY_TEXT);
    struct eg_bytes views[EG_FRAMES_MAX];
    for (size_t i = 1; i < in->count; i++) {
        views[i - 1] =
            (struct eg_bytes){zmq_msg_data(&in->frames[i]), zmq_msg_size(&in->frames[i])};
    }
    out->readable = eg_message_read(&out->message, views, in->count - 1, &out->why);
    if (in->too_many) {
        out->readable = false;
        out->why = "more frames than any message of the protocol has";
    }
    return true;
}

size_t eg_router_take(struct eg_router *router, size_t max, eg_router_arrive_fn arrive,
                      void *payload)
{
    struct incoming in;
    size_t taken = 0;
    while (taken < max && incoming_read(&in, router->socket)) {
        struct eg_arrival arrival;
        if (arrival_of(&arrival, router, &in)) {
            arrive(payload, &arrival);
        }
        incoming_done(&in);
        taken++;
    }
    return taken;
}

/* ---- sending ----------------------------------------------------------------------------------
 */

/* A frame that is counted for as long as libzmq holds it. */
struct parcel {
    struct eg_router *router;
    size_t slot, len;
    uint8_t octets[];
};

/* Not base/table.h: libzmq's threads count down, so the counters have fixed places. */
static size_t slot_of(const struct eg_route *route)
{
    uint32_t hash = 2166136261U; /* FNV-1a */

    for (size_t i = 0; i < route->len; i++) {
        hash = (hash ^ route->id[i]) * 16777619U;
    }
    return hash % WAITING_SLOTS;
}

bool eg_router_room(const struct eg_router *router, const struct eg_route *route, size_t octets)
{
    size_t of_peer = router->waiting_by_peer[slot_of(route)];
    size_t of_all = router->waiting;

    return (of_peer == 0 || of_peer + octets <= EG_PACKAGES_PEER_MAX) &&
           (of_all == 0 || of_all + octets <= EG_PACKAGES_MAX);
}

/* libzmq is done with it; called by its threads. */
static void parcel_done(void *octets, void *hint)
{
    struct parcel *parcel = hint;
    struct eg_router *router = parcel->router;

    (void)octets;
    router->waiting_by_peer[parcel->slot] -= parcel->len;
    router->waiting -= parcel->len;
    free(parcel);
}

static int send_counted(struct eg_router *router, const struct eg_route *route,
                        struct eg_bytes frame, int flags)
{
    struct parcel *parcel = malloc(sizeof *parcel + frame.len);
    zmq_msg_t message;

    if (parcel == NULL ||
        zmq_msg_init_data(&message, parcel->octets, frame.len, parcel_done, parcel) != 0) {
        free(parcel);
        return zmq_send(router->socket, frame.data, frame.len, flags);
    }
    parcel->router = router;
    parcel->slot = slot_of(route);
    parcel->len = frame.len;
    memcpy(parcel->octets, frame.data, frame.len);
    router->waiting += frame.len;
    router->waiting_by_peer[parcel->slot] += frame.len;
    int sent = zmq_msg_send(&message, router->socket, flags);
    if (sent < 0) {
        (void)zmq_msg_close(&message);
    }
    return sent;
}

enum eg_status eg_router_send(struct eg_router *router, const struct eg_route *route,
                              const struct eg_message *message)
{
    struct eg_bytes frames[EG_FRAMES_MAX];
    size_t count = eg_message_frames(frames, message);
    if (zmq_send(router->socket, route->id, route->len, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0) {
        return zmq_errno() == EAGAIN ? EG_E_BUSY : EG_E_NOTFOUND;
    }
    for (size_t i = 0; i < count; i++) {
        int flags = ZMQ_DONTWAIT | (i + 1 < count ? ZMQ_SNDMORE : 0);
        bool counted = message->verb == EG_VERB_PACKAGES && frames[i].len >= WAITING_FRAME_MIN;
        if ((counted ? send_counted(router, route, frames[i], flags)
                     : zmq_send(router->socket, frames[i].data, frames[i].len, flags)) < 0) {
            return EG_E_NOTFOUND; /* the peer left in the middle: libzmq drops what began */
        }
    }
    return EG_OK;
}
