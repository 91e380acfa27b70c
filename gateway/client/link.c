/*
 * Socket options and monitor events of one connection.
 */
#include "client/link.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#define HANDSHAKE_MS 5000
#define RECONNECT_MS 100
#define RECONNECT_MAX_MS 2000
#define HEARTBEAT_MS 5000
#define HEARTBEAT_TIMEOUT_MS 20000
/* The largest frames: a notification, a package. */
#define FRAME_MAX ((int64_t)(EG_PACKAGE_OCTETS_MAX + EG_MIB))

static bool set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool set_text(void *socket, int option, const char *value)
{
    return zmq_setsockopt(socket, option, value, strlen(value) + 1) == 0;
}

static bool configure(void *socket, const char *server_key, const char *public_key,
                      const char *secret_key)
{
    int64_t frame_max = FRAME_MAX;
    return set_int(socket, ZMQ_LINGER, 0) &&
           /* nothing waits in a connection that is not open: it would be dropped in silence */
           set_int(socket, ZMQ_IMMEDIATE, 1) && set_int(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) &&
           set_int(socket, ZMQ_RECONNECT_IVL, RECONNECT_MS) &&
           set_int(socket, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS) &&
           set_int(socket, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) &&
           set_int(socket, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS) &&
           set_int(socket, ZMQ_IPV6, 1) &&
           zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &frame_max, sizeof frame_max) == 0 &&
           set_text(socket, ZMQ_CURVE_SERVERKEY, server_key) &&
           set_text(socket, ZMQ_CURVE_PUBLICKEY, public_key) &&
           set_text(socket, ZMQ_CURVE_SECRETKEY, secret_key);
}

static bool watch(struct eg_link *link, void *context)
{
    char name[64] = "";
    int events = ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
                 ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                 ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;
    snprintf(name, sizeof name, "inproc://monitor-%p", link->socket);
    link->monitor = zmq_socket(context, ZMQ_PAIR);
    return link->monitor != NULL && set_int(link->monitor, ZMQ_LINGER, 0) &&
           zmq_socket_monitor(link->socket, name, events) == 0 &&
           zmq_connect(link->monitor, name) == 0;
}

enum eg_status eg_link_open(struct eg_link *out, void *context, const char *endpoint,
                            const char *server_key, const char *public_key, const char *secret_key,
                            struct eg_error *err)
{
    struct eg_link link = {.socket = zmq_socket(context, ZMQ_DEALER)};
    if (link.socket == NULL || !configure(link.socket, server_key, public_key, secret_key) ||
        !watch(&link, context) || zmq_connect(link.socket, endpoint) != 0) {
        enum eg_status status =
            eg_error_set(err, EG_E_IO, endpoint, "no connection: %s", zmq_strerror(zmq_errno()));
        eg_link_close(&link);
        return status;
    }
    *out = link;
    return EG_OK;
}

void eg_link_close(struct eg_link *link)
{
    if (link->socket != NULL) {
        zmq_socket_monitor(link->socket, NULL, 0);
        zmq_close(link->socket);
    }
    if (link->monitor != NULL) {
        zmq_close(link->monitor);
    }
    *link = (struct eg_link){.socket = NULL};
}

static void note(struct eg_link *link, uint16_t event)
{
    switch (event) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        link->reopened = link->was_open;
        link->open = true;
        link->was_open = true;
        break;
    case ZMQ_EVENT_DISCONNECTED:
        link->open = false;
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        link->open = false;
        link->refused = true;
        break;
    default: /* no detail: the other side went away meanwhile; the socket tries again itself */
        link->open = false;
        break;
    }
}

/* Events come as two frames: number and value, then address. */
static void read_events(struct eg_link *link)
{
    uint8_t head[6];
    uint8_t address[256];
    while (zmq_recv(link->monitor, head, sizeof head, ZMQ_DONTWAIT) == (int)sizeof head) {
        uint16_t event = 0;
        memcpy(&event, head, sizeof event);
        (void)zmq_recv(link->monitor, address, sizeof address, ZMQ_DONTWAIT);
        note(link, event);
    }
}

bool eg_link_wait(struct eg_link *link, int timeout_ms)
{
    zmq_pollitem_t items[] = {{.socket = link->socket, .events = ZMQ_POLLIN},
                              {.socket = link->monitor, .events = ZMQ_POLLIN}};
    if (zmq_poll(items, 2, timeout_ms) < 0) {
        return false; /* interrupted by a signal: the caller looks at its clock and comes back */
    }
    if ((items[1].revents & ZMQ_POLLIN) != 0) {
        read_events(link);
    }
    return (items[0].revents & ZMQ_POLLIN) != 0;
}
