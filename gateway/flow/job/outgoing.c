/*
 * The frames are copies or were taken over: nothing in a message points to memory of another
 * thread.
 */
#include "flow/job/outgoing.h"

#include "wire/refusal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct eg_outgoing *eg_outgoing_new(const struct eg_route *route, const uint8_t *request_id,
                                    size_t request_id_len, enum eg_verb verb)
{
    struct eg_outgoing *outgoing = calloc(1, sizeof *outgoing);
    if (outgoing != NULL) {
        assert(request_id_len <= EG_REQUEST_ID_MAX);
        outgoing->route = *route;
        outgoing->verb = verb;
        memcpy(outgoing->request_id, request_id, request_id_len);
        outgoing->request_id_len = request_id_len;
    }
    return outgoing;
}

void eg_outgoing_free(struct eg_outgoing **outgoing)
{
    if (*outgoing != NULL) {
        for (size_t i = 0; i < (*outgoing)->frame_count; i++) {
            eg_buf_done(&(*outgoing)->frames[i]);
        }
        free(*outgoing);
        *outgoing = NULL;
    }
}

bool eg_outgoing_add(struct eg_outgoing *outgoing, struct eg_bytes frame)
{
    assert(outgoing->frame_count < EG_FRAMES_MAX);
    struct eg_buf *slot = &outgoing->frames[outgoing->frame_count];
    eg_buf_init(slot, frame.len + 1);
    eg_buf_bytes(slot, frame);
    if (slot->failed) {
        eg_buf_done(slot);
        return false;
    }
    outgoing->frame_count++;
    return true;
}

void eg_outgoing_take(struct eg_outgoing *outgoing, struct eg_buf *frame)
{
    assert(outgoing->frame_count < EG_FRAMES_MAX);
    outgoing->frames[outgoing->frame_count++] = *frame;
    eg_buf_init(frame, frame->ceiling);
}

struct eg_outgoing *eg_outgoing_refusal(const struct eg_route *route, const uint8_t *request_id,
                                        size_t request_id_len, const struct eg_verdict *verdict)
{
    struct eg_outgoing *outgoing =
        eg_outgoing_new(route, request_id, request_id_len, eg_refusal_verb(verdict->code));
    struct eg_buf text;
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    if (outgoing != NULL && eg_refusal_text(&text, verdict, NULL) == EG_OK) {
        eg_outgoing_take(outgoing, &text);
    } else {
        eg_outgoing_free(&outgoing);
    }
    eg_buf_done(&text);
    return outgoing;
}

void eg_outgoing_message(struct eg_message *out, const struct eg_outgoing *outgoing)
{
    memset(out, 0, sizeof *out);
    out->verb = outgoing->verb;
    memcpy(out->request_id, outgoing->request_id, outgoing->request_id_len);
    out->request_id_len = outgoing->request_id_len;
    for (size_t i = 0; i < outgoing->frame_count; i++) {
        eg_message_add(out, eg_bytes_view(&outgoing->frames[i]));
    }
}

size_t eg_outgoing_octets(const struct eg_outgoing *outgoing)
{
    size_t octets = sizeof *outgoing;
    for (size_t i = 0; i < outgoing->frame_count; i++) {
        octets += outgoing->frames[i].len;
    }
    return octets;
}
