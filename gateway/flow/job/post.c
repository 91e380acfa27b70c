/*
 * Answers cross threads as owned octets, so that nobody has to ask whose memory it is.
 */
#include "flow/job/post.h"

#include "wire/refusal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct eg_post *eg_post_new(const struct eg_route *route, const uint8_t *request_id,
                            size_t request_id_len, enum eg_verb verb)
{
    struct eg_post *post = calloc(1, sizeof *post);
    if (post != NULL) {
        assert(request_id_len <= EG_REQUEST_ID_MAX);
        post->route = *route;
        post->verb = verb;
        memcpy(post->request_id, request_id, request_id_len);
        post->request_id_len = request_id_len;
    }
    return post;
}

void eg_post_free(struct eg_post **post)
{
    if (*post != NULL) {
        for (size_t i = 0; i < (*post)->frame_count; i++) {
            eg_buf_done(&(*post)->frames[i]);
        }
        free(*post);
        *post = NULL;
    }
}

bool eg_post_add(struct eg_post *post, struct eg_bytes frame)
{
    assert(post->frame_count < EG_FRAMES_MAX);
    struct eg_buf *slot = &post->frames[post->frame_count];
    eg_buf_init(slot, frame.len + 1);
    eg_buf_bytes(slot, frame);
    if (slot->failed) {
        eg_buf_done(slot);
        return false;
    }
    post->frame_count++;
    return true;
}

void eg_post_take(struct eg_post *post, struct eg_buf *frame)
{
    assert(post->frame_count < EG_FRAMES_MAX);
    post->frames[post->frame_count++] = *frame;
    eg_buf_init(frame, frame->ceiling);
}

struct eg_post *eg_post_refusal(const struct eg_route *route, const uint8_t *request_id,
                                size_t request_id_len, const struct eg_verdict *verdict)
{
    struct eg_post *post =
        eg_post_new(route, request_id, request_id_len, eg_refusal_verb(verdict->code));
    struct eg_buf text;
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    if (post != NULL && eg_refusal_text(&text, verdict, NULL) == EG_OK) {
        eg_post_take(post, &text);
    } else {
        eg_post_free(&post);
    }
    eg_buf_done(&text);
    return post;
}

void eg_post_message(struct eg_message *out, const struct eg_post *post)
{
    memset(out, 0, sizeof *out);
    out->verb = post->verb;
    memcpy(out->request_id, post->request_id, post->request_id_len);
    out->request_id_len = post->request_id_len;
    for (size_t i = 0; i < post->frame_count; i++) {
        eg_message_add(out, eg_bytes_view(&post->frames[i]));
    }
}

size_t eg_post_octets(const struct eg_post *post)
{
    size_t octets = sizeof *post;
    for (size_t i = 0; i < post->frame_count; i++) {
        octets += post->frames[i].len;
    }
    return octets;
}
