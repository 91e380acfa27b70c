/*
 * Frames off and onto a socket. A message with more frames than any has is read to its end and
 * dropped, so that the next one starts at its first frame.
 */
#include "client/incoming.h"

#include <errno.h>
#include <stdlib.h>
#include <zmq.h>

struct eg_incoming {
    zmq_msg_t frames[EG_FRAMES_MAX];
    size_t count;
    struct eg_message message;
};

void eg_incoming_free(struct eg_incoming **incoming)
{
    if (*incoming == NULL) {
        return;
    }
    for (size_t i = 0; i < (*incoming)->count; i++) {
        zmq_msg_close(&(*incoming)->frames[i]);
    }
    free(*incoming);
    *incoming = NULL;
}

const struct eg_message *eg_incoming_message(const struct eg_incoming *incoming)
{
    return &incoming->message;
}

static enum eg_status receive_failed(struct eg_error *err)
{
    int cause = zmq_errno();
    if (cause == EAGAIN) {
        return EG_E_NOTFOUND;
    }
    return eg_error_set(err, EG_E_IO, "socket", "receiving failed: %s", zmq_strerror(cause));
}

/* All frames of one message; those beyond the most are counted as one more and dropped. */
static enum eg_status receive(struct eg_incoming *incoming, bool *too_many, void *socket,
                              struct eg_error *err)
{
    bool more = true;
    while (more) {
        zmq_msg_t frame;
        zmq_msg_init(&frame);
        int got = -1;
        do {
            got = zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT);
        } while (got < 0 && zmq_errno() == EINTR);
        if (got < 0) {
            enum eg_status status = receive_failed(err);
            zmq_msg_close(&frame);
            return status;
        }
        more = zmq_msg_more(&frame) != 0;
        if (incoming->count == EG_FRAMES_MAX) {
            *too_many = true;
            zmq_msg_close(&frame);
        } else {
            incoming->frames[incoming->count++] = frame;
        }
    }
    return EG_OK;
}

enum eg_status eg_incoming_take(struct eg_incoming **out, void *socket, struct eg_error *err)
{
    struct eg_bytes views[EG_FRAMES_MAX];
    const char *why = "more frames than any message has";
    bool too_many = false;
    struct eg_incoming *incoming = calloc(1, sizeof *incoming);
    if (incoming == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "socket", "memory ran out");
    }
    enum eg_status status = receive(incoming, &too_many, socket, err);
    if (status != EG_OK) {
        goto done;
    }
    for (size_t i = 0; i < incoming->count; i++) {
        views[i] = (struct eg_bytes){zmq_msg_data(&incoming->frames[i]),
                                     zmq_msg_size(&incoming->frames[i])};
    }
    if (too_many || !eg_message_read(&incoming->message, views, incoming->count, &why)) {
        status = eg_error_set(err, EG_E_FORMAT, "message", "not EMX/1: %s", why);
        goto done;
    }
    *out = incoming;
    incoming = NULL;
done:
    eg_incoming_free(&incoming);
    return status;
}

enum eg_status eg_outgoing_send(void *socket, const struct eg_message *message,
                                struct eg_error *err)
{
    struct eg_bytes frames[EG_FRAMES_MAX];
    size_t count = eg_message_frames(frames, message);
    for (size_t i = 0; i < count; i++) {
        int flags = ZMQ_DONTWAIT | (i + 1 < count ? ZMQ_SNDMORE : 0);
        int sent = -1;
        do {
            sent = zmq_send(socket, frames[i].data, frames[i].len, flags);
        } while (sent < 0 && zmq_errno() == EINTR);
        if (sent < 0 && zmq_errno() == EAGAIN) {
            return EG_E_BUSY; /* only the first frame can be refused so */
        }
        if (sent < 0) {
            return eg_error_set(err, EG_E_IO, "socket", "sending failed: %s",
                                zmq_strerror(zmq_errno()));
        }
    }
    return EG_OK;
}
