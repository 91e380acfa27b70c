/*
 * Post: one message on its way to the hall, which owns the socket. (workers, recorder, desk ->
 * hall)
 */
#ifndef EG_FLOW_POST_H
#define EG_FLOW_POST_H

#include "core/verdict.h"
#include "intake/router.h"

struct eg_post {
    struct eg_route route;
    enum eg_verb verb;
    uint8_t request_id[EG_REQUEST_ID_MAX];
    size_t request_id_len;
    struct eg_buf frames[EG_FRAMES_MAX];
    size_t frame_count;
    bool keep;            /* an item of a stream: kept and tried again when the peer is full */
    struct eg_post *next; /* among those kept */
};

/* A post without frames to `route` under `request_id`; NULL when memory ran out. */
struct eg_post *eg_post_new(const struct eg_route *route, const uint8_t *request_id,
                            size_t request_id_len, enum eg_verb verb);
void eg_post_free(struct eg_post **post);

/* Append a copy of a frame; false when memory ran out. */
bool eg_post_add(struct eg_post *post, struct eg_bytes frame);
/* Append a frame by taking the buffer's memory; the buffer is empty afterwards. */
void eg_post_take(struct eg_post *post, struct eg_buf *frame);

/* UNAUTHENTICATED or ERROR with its text; NULL when memory ran out. */
struct eg_post *eg_post_refusal(const struct eg_route *route, const uint8_t *request_id,
                                size_t request_id_len, const struct eg_verdict *verdict);

/* The message as views into the post. */
void eg_post_message(struct eg_message *out, const struct eg_post *post);
size_t eg_post_octets(const struct eg_post *post);

#endif
