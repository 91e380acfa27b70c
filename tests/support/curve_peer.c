/*
 * libzmq's own client side, so that a ROUTER is tried by a peer that knows nothing of it.
 */
#include "tests/support/curve_peer.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#define MONITOR "inproc://monitor"

void curve_keys_make(struct curve_keys *keys)
{
    cr_assert_eq(zmq_curve_keypair(keys->public_key, keys->secret_key), 0);
}

static void set_text(void *socket, int option, const char *text)
{
    cr_assert_eq(zmq_setsockopt(socket, option, text, strlen(text)), 0);
}

static void set_key(void *socket, int option, const char *key)
{
    cr_assert_eq(zmq_setsockopt(socket, option, key, EG_CURVE_KEY_TEXT + 1), 0);
}

void curve_peer_open(struct curve_peer *peer, const struct curve_keys *keys,
                     const char *server_public, const char *endpoint, const char *routing_id)
{
    int none = 0;
    memset(peer, 0, sizeof *peer);
    peer->keys = *keys;
    peer->context = zmq_ctx_new();
    peer->socket = zmq_socket(peer->context, ZMQ_DEALER);
    cr_assert_not_null(peer->socket);
    set_key(peer->socket, ZMQ_CURVE_SERVERKEY, server_public);
    set_key(peer->socket, ZMQ_CURVE_PUBLICKEY, keys->public_key);
    set_key(peer->socket, ZMQ_CURVE_SECRETKEY, keys->secret_key);
    zmq_setsockopt(peer->socket, ZMQ_LINGER, &none, sizeof none);
    if (routing_id != NULL) {
        set_text(peer->socket, ZMQ_ROUTING_ID, routing_id);
    }
    cr_assert_eq(zmq_socket_monitor(peer->socket, MONITOR, ZMQ_EVENT_HANDSHAKE_FAILED_AUTH), 0);
    peer->monitor = zmq_socket(peer->context, ZMQ_PAIR);
    zmq_setsockopt(peer->monitor, ZMQ_LINGER, &none, sizeof none);
    cr_assert_eq(zmq_connect(peer->monitor, MONITOR), 0);
    cr_assert_eq(zmq_connect(peer->socket, endpoint), 0);
}

void curve_peer_close(struct curve_peer *peer)
{
    if (peer->context != NULL) {
        zmq_socket_monitor(peer->socket, NULL, 0);
        zmq_close(peer->monitor);
        zmq_close(peer->socket);
        zmq_ctx_term(peer->context);
        memset(peer, 0, sizeof *peer);
    }
}

bool curve_peer_send(struct curve_peer *peer, const char *const *frames, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int flags = ZMQ_DONTWAIT | (i + 1 < count ? ZMQ_SNDMORE : 0);
        if (zmq_send(peer->socket, frames[i], strlen(frames[i]), flags) < 0) {
            return false;
        }
    }
    return true;
}

void curve_peer_say(struct curve_peer *peer, const char *verb, const char *id,
                    const char *const *bodies)
{
    const char *frames[PEER_FRAMES_MAX] = {EG_PROTOCOL_NAME, verb, id};
    size_t count = 3;
    for (size_t i = 0; bodies != NULL && bodies[i] != NULL; i++) {
        frames[count++] = bodies[i];
    }
    cr_assert(curve_peer_send(peer, frames, count));
}

bool curve_peer_hear(struct curve_peer *peer)
{
    int more = 1;
    size_t size = sizeof more;
    size_t count = 0;
    while (more != 0) {
        cr_assert_lt(count, PEER_FRAMES_MAX);
        memset(peer->frame[count], 0, sizeof peer->frame[count]);
        int got =
            zmq_recv(peer->socket, peer->frame[count], sizeof peer->frame[count] - 1, ZMQ_DONTWAIT);
        if (got < 0) {
            return false;
        }
        peer->len[count++] = (size_t)got;
        zmq_getsockopt(peer->socket, ZMQ_RCVMORE, &more, &size);
    }
    peer->count = count;
    return true;
}

bool curve_peer_refused(struct curve_peer *peer)
{
    char event[64];
    char address[256];
    if (zmq_recv(peer->monitor, event, sizeof event, ZMQ_DONTWAIT) < 0) {
        return false;
    }
    zmq_recv(peer->monitor, address, sizeof address, 0);
    return true;
}

bool curve_peer_frame_is(const struct curve_peer *peer, size_t n, const char *text)
{
    return n < peer->count && peer->len[n] == strlen(text) && strcmp(peer->frame[n], text) == 0;
}

bool curve_peer_frame_has(const struct curve_peer *peer, size_t n, const char *text)
{
    return n < peer->count && strstr(peer->frame[n], text) != NULL;
}
