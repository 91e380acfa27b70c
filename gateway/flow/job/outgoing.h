/*
 * Outgoing: one message on its way from a worker, the recorder or the query thread to the session
 * thread, which owns the socket.
 *
 * Thread: one owner at a time.
 */
#ifndef EG_FLOW_OUTGOING_H
#define EG_FLOW_OUTGOING_H

#include "core/verdict.h"
#include "intake/router.h"

struct eg_outgoing {
    struct eg_route route;
    enum eg_verb verb;
    uint8_t request_id[EG_REQUEST_ID_MAX];
    size_t request_id_len;
    struct eg_buf frames[EG_FRAMES_MAX];
    size_t frame_count;
    /* an item of a stream: waits in the send backlog when the peer is full */
    bool keep;
    /* in the send backlog */
    struct eg_outgoing *next;
};

/* A message without frames to `route` under `request_id`; NULL when memory ran out. */
struct eg_outgoing *eg_outgoing_new(const struct eg_route *route, const uint8_t *request_id,
                                    size_t request_id_len, enum eg_verb verb);
void eg_outgoing_free(struct eg_outgoing **outgoing);

/* Append a copy of a frame; false when memory ran out. */
bool eg_outgoing_add(struct eg_outgoing *outgoing, struct eg_bytes frame);
/* Append a frame by taking the buffer's memory; the buffer is empty afterwards. */
void eg_outgoing_take(struct eg_outgoing *outgoing, struct eg_buf *frame);

/* UNAUTHENTICATED or ERROR with its text; NULL when memory ran out. */
struct eg_outgoing *eg_outgoing_refusal(const struct eg_route *route, const uint8_t *request_id,
                                        size_t request_id_len, const struct eg_verdict *verdict);

/* The message as views into the outgoing message. */
void eg_outgoing_message(struct eg_message *out, const struct eg_outgoing *outgoing);
size_t eg_outgoing_octets(const struct eg_outgoing *outgoing);

#endif
