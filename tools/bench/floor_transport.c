/*
 * Bare round trips over CURVE between two sockets of this process. Only in figures of the whole
 * process do the I/O threads show, which encrypt and decrypt.
 */
#include "bench/floor_transport.h"

#include "base/clock.h"
#include "base/error.h"
#include "client/curve.h"

#include <errno.h>
#include <stdlib.h>
#include <zmq.h>

#define IN_FLIGHT 64
#define PATIENCE_MS 10000
#define ENDPOINT_MAX 128

struct floor {
    void *context;
    /* ROUTER, as the gateway's hall */
    void *server;
    /* DEALER */
    void *client;
    uint8_t *octets;
};

static enum eg_status transport_failed(struct eg_error *err, const char *what)
{
    int cause = zmq_errno();

    return eg_error_set(err, cause == EAGAIN ? EG_E_TIMEOUT : EG_E_IO, "loopback", "%s: %s", what,
                        zmq_strerror(cause));
}

static bool set_text(void *socket, int option, const char *text)
{
    return zmq_setsockopt(socket, option, text, EG_CURVE_KEY_TEXT + 1) == 0;
}

static bool set_number(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool prepare_sockets(struct floor *floor)
{
    void *const both[] = {floor->server, floor->client};

    for (size_t i = 0; i < 2; i++) {
        if (both[i] == NULL || !set_number(both[i], ZMQ_LINGER, 0) ||
            !set_number(both[i], ZMQ_RCVTIMEO, PATIENCE_MS) ||
            !set_number(both[i], ZMQ_SNDTIMEO, PATIENCE_MS)) {
            return false;
        }
    }
    return true;
}

static enum eg_status connect_both(struct floor *floor, struct eg_error *err)
{
    char server_public[EG_CURVE_KEY_TEXT + 1], server_secret[EG_CURVE_KEY_TEXT + 1];
    char client_public[EG_CURVE_KEY_TEXT + 1], client_secret[EG_CURVE_KEY_TEXT + 1];
    char endpoint[ENDPOINT_MAX];
    size_t endpoint_len = sizeof endpoint;
    EG_TRY(eg_curve_new(server_public, server_secret, err));
    EG_TRY(eg_curve_new(client_public, client_secret, err));
    if (!prepare_sockets(floor) || !set_number(floor->server, ZMQ_CURVE_SERVER, 1) ||
        !set_text(floor->server, ZMQ_CURVE_SECRETKEY, server_secret) ||
        !set_text(floor->client, ZMQ_CURVE_SERVERKEY, server_public) ||
        !set_text(floor->client, ZMQ_CURVE_PUBLICKEY, client_public) ||
        !set_text(floor->client, ZMQ_CURVE_SECRETKEY, client_secret) ||
        zmq_bind(floor->server, "tcp://127.0.0.1:*") != 0 ||
        zmq_getsockopt(floor->server, ZMQ_LAST_ENDPOINT, endpoint, &endpoint_len) != 0 ||
        zmq_connect(floor->client, endpoint) != 0) {
        return transport_failed(err, "two sockets can not be joined");
    }
    return EG_OK;
}

/* Server: take one request, answer it. */
static bool serve_one(struct floor *floor, size_t reply_len)
{
    uint8_t id[256];
    zmq_msg_t request;
    bool good = false;
    int id_len = zmq_recv(floor->server, id, sizeof id, 0);

    if (id_len < 0 || zmq_msg_init(&request) != 0) {
        return false;
    }
    good = zmq_msg_recv(&request, floor->server, 0) >= 0 &&
           zmq_send(floor->server, id, (size_t)id_len, ZMQ_SNDMORE) >= 0 &&
           zmq_send(floor->server, floor->octets, reply_len, 0) >= 0;
    zmq_msg_close(&request);
    return good;
}

static bool receive_one(struct floor *floor)
{
    zmq_msg_t reply;
    bool good = false;

    if (zmq_msg_init(&reply) != 0) {
        return false;
    }
    good = zmq_msg_recv(&reply, floor->client, 0) >= 0;
    zmq_msg_close(&reply);
    return good;
}

static bool round_trips(struct floor *floor, size_t request_len, size_t reply_len, size_t rounds)
{
    size_t sent = 0;

    for (size_t answered = 0; answered < rounds; answered++) {
        for (; sent < rounds && sent < answered + IN_FLIGHT; sent++) {
            if (zmq_send(floor->client, floor->octets, request_len, 0) < 0) {
                return false;
            }
        }
        if (!serve_one(floor, reply_len) || !receive_one(floor)) {
            return false;
        }
    }
    return true;
}

static void done(struct floor *floor)
{
    if (floor->server != NULL) {
        zmq_close(floor->server);
    }
    if (floor->client != NULL) {
        zmq_close(floor->client);
    }
    if (floor->context != NULL) {
        zmq_ctx_term(floor->context);
    }
    free(floor->octets);
}

enum eg_status eg_floor_transport(int64_t *ns_out, size_t request_len, size_t reply_len,
                                  size_t rounds, struct eg_error *err)
{
    struct floor floor = {0};
    enum eg_status status = EG_OK;
    int64_t started_ns = 0;

    if (rounds == 0) {
        return eg_error_set(err, EG_E_USAGE, "rounds", "must be at least 1");
    }
    floor.octets = calloc(1, request_len > reply_len ? request_len + 1 : reply_len + 1);
    floor.context = zmq_ctx_new();
    if (floor.octets == NULL || floor.context == NULL) {
        status = eg_error_set(err, EG_E_NOMEM, NULL, "no memory for trial messages");
        goto done;
    }
    floor.server = zmq_socket(floor.context, ZMQ_ROUTER);
    floor.client = zmq_socket(floor.context, ZMQ_DEALER);
    status = connect_both(&floor, err);
    /* The handshake is not part of what is measured. */
    if (status == EG_OK && !round_trips(&floor, request_len, reply_len, 1)) {
        status = transport_failed(err, "a first message did not come back");
    }
    if (status != EG_OK) {
        goto done;
    }
    started_ns = eg_clock_process_ns();
    if (!round_trips(&floor, request_len, reply_len, rounds)) {
        status = transport_failed(err, "messages did not come back");
        goto done;
    }
    *ns_out = (eg_clock_process_ns() - started_ns) / (int64_t)rounds;
done:
    done(&floor);
    return status;
}
