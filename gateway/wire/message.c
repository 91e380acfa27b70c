/*
 * The outer form of EMX/1. A message is valid if and only if
 *   (1) it has 3 to EG_FRAMES_MAX frames,
 *   (2) frame 1 is "EMX1",
 *   (3) frame 3, the request id, has 1 to EG_REQUEST_ID_MAX octets,
 *   (4) frame 2 is a verb of the table,
 *   (5) the number of body frames is within the verb's bounds.
 * The request id is looked at before the verb, so that even an unknown verb can be answered under
 * the id that its sender waits for.
 */
#include "wire/message.h"

#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define HEAD_FRAMES 3

struct verb_row {
    const char *text;
    size_t min, max;
};

static const struct verb_row verb_rows[EG_VERB_COUNT] = {
#define VERB_ROW(name, text, min, max) [EG_VERB_##name] = {text, min, max},
    EG_VERBS(VERB_ROW)
#undef VERB_ROW
};

const char *eg_verb_text(enum eg_verb verb)
{
    assert((unsigned)verb < EG_VERB_COUNT);
    return verb_rows[verb].text;
}

static bool malformed(const char **why, const char *sentence)
{
    if (why != NULL) {
        *why = sentence;
    }
    return false;
}

static bool verb_named(struct eg_bytes text, enum eg_verb *out)
{
    for (unsigned verb = 0; verb < EG_VERB_COUNT; verb++) {
        if (eg_bytes_is(text, verb_rows[verb].text)) {
            *out = (enum eg_verb)verb;
            return true;
        }
    }
    return false;
}

/* Condition 3, filled in even when another condition fails. */
static void keep_request_id(struct eg_message *out, const struct eg_bytes *frames, size_t count)
{
    if (count >= HEAD_FRAMES && frames[2].len >= 1 && frames[2].len <= EG_REQUEST_ID_MAX) {
        memcpy(out->request_id, frames[2].data, frames[2].len);
        out->request_id_len = frames[2].len;
    }
}

bool eg_message_read(struct eg_message *out, const struct eg_bytes *frames, size_t count,
                     const char **why)
{
    *out = (struct eg_message){.verb = EG_VERB_COUNT};
    keep_request_id(out, frames, count);
    if (count < HEAD_FRAMES) {
        return malformed(why, "fewer than three frames");
    }
    if (count > EG_FRAMES_MAX) {
        return malformed(why, "more frames than any message has");
    }
    if (!eg_bytes_is(frames[0], EG_PROTOCOL_NAME)) {
        return malformed(why, "the first frame is not EMX1");
    }
    if (out->request_id_len == 0) {
        return malformed(why, "the request id is not 1 to 32 octets");
    }
    enum eg_verb verb = EG_VERB_COUNT;
    if (!verb_named(frames[1], &verb)) {
        return malformed(why, "unknown verb");
    }
    size_t body_count = count - HEAD_FRAMES;
    if (body_count < verb_rows[verb].min) {
        return malformed(why, "fewer body frames than the verb has");
    }
    if (body_count > verb_rows[verb].max) {
        return malformed(why, "more body frames than the verb has");
    }
    out->verb = verb;
    out->body_count = body_count;
    memcpy(out->body, frames + HEAD_FRAMES, body_count * sizeof *frames);
    return true;
}

size_t eg_message_frames(struct eg_bytes out[EG_FRAMES_MAX], const struct eg_message *message)
{
    assert(message->body_count >= verb_rows[message->verb].min);
    assert(message->body_count <= verb_rows[message->verb].max);
    assert(message->request_id_len >= 1 && message->request_id_len <= EG_REQUEST_ID_MAX);
    out[0] = eg_bytes_of(EG_PROTOCOL_NAME);
    out[1] = eg_bytes_of(eg_verb_text(message->verb));
    out[2] = (struct eg_bytes){message->request_id, message->request_id_len};
    memcpy(out + HEAD_FRAMES, message->body, message->body_count * sizeof *out);
    return HEAD_FRAMES + message->body_count;
}

void eg_message_start(struct eg_message *out, enum eg_verb verb, struct eg_bytes request_id)
{
    assert(request_id.len >= 1 && request_id.len <= EG_REQUEST_ID_MAX);
    *out = (struct eg_message){.verb = verb, .request_id_len = request_id.len};
    memcpy(out->request_id, request_id.data, request_id.len);
}

void eg_message_answer(struct eg_message *out, const struct eg_message *request, enum eg_verb verb)
{
    struct eg_message answer = {.verb = verb, .request_id_len = request->request_id_len};
    memcpy(answer.request_id, request->request_id, request->request_id_len);
    if (answer.request_id_len == 0) { /* nothing readable to echo, but an answer needs an id */
        answer.request_id[0] = '-';
        answer.request_id_len = 1;
    }
    *out = answer;
}

void eg_message_add(struct eg_message *message, struct eg_bytes frame)
{
    assert(message->body_count < verb_rows[message->verb].max);
    message->body[message->body_count++] = frame;
}
