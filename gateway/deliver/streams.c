/*
 * The rules of delivery, in one place:
 *   (1) a stream is seen by the participant whose name it has, and by nobody else;
 *   (2) an item is sent only after the one before it, and names that one's cursor;
 *   (3) a follower's cursor moves only when an item was taken by the transport;
 *   (4) items are sent only against credit, and no more than EG_FOLLOWER_OCTETS_MAX (in all:
 *       EG_STREAMS_OCTETS_MAX) octets are out without ACK, but always at least one item;
 *   (5) an ACK reaches at most to what was sent to this participant, on any of its connections;
 *   (6) an item that is damaged is named in an ERROR when its turn comes, which ends the FOLLOW and
 *       counts as sent for rule (5): the ACK of that very cursor goes on without the item. Whatever
 *       fails for one follower ends its FOLLOW with an ERROR, and nothing for the others.
 * After a restart (5) starts from the durable cursor: what a follower holds beyond it is
 * acknowledged together with the next item.
 */
#include "deliver/streams.h"

#include "base/error.h"
#include "base/vector.h"
#include "wire/refusal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define PUBLIC_STREAM "public" /* reserved: nobody's mailbox */

struct sent_item {
    struct eg_wire_cursor cursor;
    size_t octets;
};

struct follower {
    uint8_t routing[EG_ROUTING_ID_MAX];
    size_t routing_len;
    char participant[EG_ID_MAX + 1];
    char stream[EG_ID_MAX + 1];
    uint8_t request_id[EG_REQUEST_ID_MAX];
    size_t request_id_len;
    /* of the item last taken by the transport, or where it began */
    struct eg_wire_cursor position;
    /* an ACK may reach to here */
    struct eg_wire_cursor sent;
    uint32_t credit;
    /* there may be an item behind the position */
    bool hungry;
    /* by an ERROR: kept for rule (5) alone */
    bool ended;
    /* tick of its last FOLLOW or CREDIT */
    uint64_t last_heard;
    struct sent_item *unacked;
    /* used from first to first + count */
    size_t unacked_first, unacked_count, unacked_capacity;
    /* of the unacked */
    size_t octets;
};

struct eg_streams {
    struct eg_stream_source source;
    struct follower **followers;
    size_t count, capacity;
    /* of all followers' unacked */
    size_t octets;
    /* who is asked first in the next pump */
    size_t turn;
    uint64_t tick;
    uint32_t credit_max;
};

enum eg_status eg_streams_new(struct eg_streams **out, const struct eg_stream_source *source,
                              struct eg_error *err)
{
    struct eg_streams *streams = calloc(1, sizeof *streams);
    if (streams == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "streams", "memory ran out");
    }
    streams->source = *source;
    streams->credit_max = EG_CREDIT_MAX;
    *out = streams;
    return EG_OK;
}

void eg_streams_credit_max(struct eg_streams *streams, uint32_t credit_max)
{
    streams->credit_max = credit_max < EG_CREDIT_MAX ? credit_max : EG_CREDIT_MAX;
}

static void drop(struct eg_streams *streams, size_t at)
{
    struct follower *follower = streams->followers[at];
    streams->octets -= follower->octets;
    free(follower->unacked);
    free(follower);
    streams->followers[at] = streams->followers[--streams->count];
}

void eg_streams_free(struct eg_streams **streams)
{
    if (*streams == NULL) {
        return;
    }
    while ((*streams)->count > 0) {
        drop(*streams, (*streams)->count - 1);
    }
    free((*streams)->followers);
    free(*streams);
    *streams = NULL;
}

static struct eg_bytes routing_of(const struct follower *follower)
{
    return (struct eg_bytes){follower->routing, follower->routing_len};
}

/* Index of the follower of this connection and stream, or count. stream NULL: any. */
static size_t find(const struct eg_streams *streams, struct eg_bytes routing, const char *stream)
{
    for (size_t i = 0; i < streams->count; i++) {
        const struct follower *follower = streams->followers[i];
        if (eg_bytes_equal(routing_of(follower), routing) &&
            (stream == NULL || strcmp(follower->stream, stream) == 0)) {
            return i;
        }
    }
    return streams->count;
}

/* Rule (1). */
static bool may_see(const char *participant, const char *stream)
{
    return strcmp(participant, stream) == 0 && strcmp(stream, PUBLIC_STREAM) != 0;
}

static struct eg_wire_cursor later(struct eg_wire_cursor a, struct eg_wire_cursor b)
{
    return eg_cursor_compare(&a, &b) >= 0 ? a : b;
}

static enum eg_status durable_cursor(struct eg_wire_cursor *out, struct eg_streams *streams,
                                     const char *participant, const char *stream,
                                     struct eg_error *err)
{
    struct eg_wire_cursor cursor = {0, 0};
    enum eg_status status =
        streams->source.acked(&cursor, streams->source.payload, participant, stream, err);
    if (status == EG_E_NOTFOUND) {
        cursor = (struct eg_wire_cursor){0, 0};
        status = EG_OK;
    }
    if (status != EG_OK) {
        return status;
    }
    *out = cursor;
    return EG_OK;
}

/* A damaged one is as good as none for whoever brings a cursor of its own: the next ACK mends it.
 */
static enum eg_status durable_if_sound(struct eg_wire_cursor *out, struct eg_streams *streams,
                                       const char *participant, const char *stream,
                                       struct eg_error *err)
{
    enum eg_status status = durable_cursor(out, streams, participant, stream, err);
    return status == EG_E_FORMAT ? EG_OK : status;
}

/* Rule (5): the farthest item sent to this participant on any connection, at least `durable`. */
static struct eg_wire_cursor sent_to(const struct eg_streams *streams, const char *participant,
                                     const char *stream, struct eg_wire_cursor durable)
{
    for (size_t i = 0; i < streams->count; i++) {
        const struct follower *follower = streams->followers[i];
        if (strcmp(follower->participant, participant) == 0 &&
            strcmp(follower->stream, stream) == 0) {
            durable = later(durable, follower->sent);
        }
    }
    return durable;
}

/* When the participant has its full number of connections, the longest silent one makes room. */
static void make_room(struct eg_streams *streams, const char *participant)
{
    size_t own = 0;
    size_t oldest = streams->count;
    for (size_t i = 0; i < streams->count; i++) {
        if (strcmp(streams->followers[i]->participant, participant) != 0) {
            continue;
        }
        own++;
        if (oldest == streams->count ||
            streams->followers[i]->last_heard < streams->followers[oldest]->last_heard) {
            oldest = i;
        }
    }
    if (own >= EG_FOLLOWERS_PER_PARTICIPANT_MAX) {
        drop(streams, oldest);
    }
}

static enum eg_status add(struct follower **out, struct eg_streams *streams, struct eg_error *err)
{
    enum eg_status room = EG_VECTOR_RESERVE(streams->followers, streams->capacity,
                                            streams->count + 1, EG_FOLLOWERS_MAX);
    if (room != EG_OK) {
        return eg_vector_refused(room, "streams", err);
    }
    struct follower *follower = calloc(1, sizeof *follower);
    if (follower == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "streams", "memory ran out");
    }
    streams->followers[streams->count++] = follower;
    *out = follower;
    return EG_OK;
}

/* Where to begin, or the code that stands in the way. */
static enum eg_status start_of(enum eg_code *code_out, struct eg_wire_cursor *from_out,
                               struct eg_streams *streams, struct eg_wire_cursor durable,
                               const struct eg_follow_body *follow, struct eg_error *err)
{
    uint64_t size = 0;
    if (follow->resume) {
        *from_out = durable;
        *code_out = EG_CODE_OK;
        return EG_OK;
    }
    enum eg_status status = streams->source.size(&size, streams->source.payload, err);
    if (status != EG_OK) {
        return status;
    }
    bool beyond =
        follow->cursor.index >= size && (follow->cursor.index != 0 || follow->cursor.number != 0);
    *code_out = beyond ? EG_CODE_CURSOR_BEYOND : EG_CODE_OK;
    *from_out = follow->cursor;
    return EG_OK;
}

static void fill(struct follower *follower, uint64_t tick, struct eg_bytes routing,
                 const char *participant, const struct eg_message *request,
                 const struct eg_follow_body *follow)
{
    *follower = (struct follower){.credit = follow->credit, .hungry = true, .last_heard = tick};
    memcpy(follower->routing, routing.data, routing.len);
    follower->routing_len = routing.len;
    memcpy(follower->participant, participant, strlen(participant) + 1);
    memcpy(follower->stream, follow->stream, sizeof follower->stream);
    memcpy(follower->request_id, request->request_id, request->request_id_len);
    follower->request_id_len = request->request_id_len;
}

enum eg_status eg_streams_follow(enum eg_code *code_out, struct eg_wire_cursor *from_out,
                                 struct eg_streams *streams, struct eg_bytes routing,
                                 const char *participant, const struct eg_message *request,
                                 const struct eg_follow_body *follow, struct eg_error *err)
{
    assert(routing.len >= 1 && routing.len <= EG_ROUTING_ID_MAX);
    assert(strlen(participant) <= EG_ID_MAX);
    struct eg_wire_cursor durable = {0, 0};
    struct eg_wire_cursor from = {0, 0};
    enum eg_code code = EG_CODE_OK;
    struct follower *follower = NULL;
    if (!may_see(participant, follow->stream)) {
        *code_out = EG_CODE_STREAM;
        return EG_OK;
    }
    enum eg_status status = durable_cursor(&durable, streams, participant, follow->stream, err);
    if (status == EG_E_FORMAT) {
        code = follow->resume ? EG_CODE_STREAM_DAMAGED : EG_CODE_OK;
        status = EG_OK;
    }
    if (status == EG_OK && code == EG_CODE_OK) {
        status = start_of(&code, &from, streams, durable, follow, err);
    }
    if (status != EG_OK) {
        return status;
    }
    if (code != EG_CODE_OK) {
        *code_out = code;
        return EG_OK;
    }
    /* Before an older follower is dropped: what was sent to it may still be acknowledged. */
    struct eg_wire_cursor sent = sent_to(streams, participant, follow->stream, durable);
    size_t same = find(streams, routing, follow->stream);
    if (same < streams->count) {
        drop(streams, same);
    }
    make_room(streams, participant);
    if (streams->count >= EG_FOLLOWERS_MAX) {
        *code_out = EG_CODE_BUSY;
        return EG_OK;
    }
    EG_TRY(add(&follower, streams, err));
    fill(follower, ++streams->tick, routing, participant, request, follow);
    follower->position = from;
    follower->sent = sent;
    *from_out = from;
    *code_out = EG_CODE_OK;
    return EG_OK;
}

enum eg_code eg_streams_credit(struct eg_streams *streams, struct eg_bytes routing,
                               const struct eg_credit_body *credit)
{
    size_t at = find(streams, routing, credit->stream);
    if (at == streams->count) {
        return EG_CODE_STREAM;
    }
    struct follower *follower = streams->followers[at];
    uint32_t room =
        follower->credit < streams->credit_max ? streams->credit_max - follower->credit : 0;
    follower->credit += credit->credit < room ? credit->credit : room;
    follower->last_heard = ++streams->tick;
    return EG_CODE_OK;
}

/* Forget the unacked items up to the cursor. */
static void settle(struct eg_streams *streams, struct follower *follower,
                   const struct eg_wire_cursor *cursor)
{
    while (follower->unacked_count > 0) {
        const struct sent_item *first = &follower->unacked[follower->unacked_first];
        if (eg_cursor_compare(&first->cursor, cursor) > 0) {
            break;
        }
        follower->octets -= first->octets;
        streams->octets -= first->octets;
        follower->unacked_first++;
        follower->unacked_count--;
    }
    if (follower->unacked_count == 0) {
        follower->unacked_first = 0;
    }
}

void eg_streams_acked(struct eg_streams *streams, const char *participant, const char *stream,
                      const struct eg_wire_cursor *cursor)
{
    for (size_t i = 0; i < streams->count; i++) {
        struct follower *follower = streams->followers[i];
        if (strcmp(follower->participant, participant) == 0 &&
            strcmp(follower->stream, stream) == 0) {
            settle(streams, follower, cursor);
            follower->sent = later(follower->sent, *cursor);
        }
    }
}

enum eg_status eg_streams_ack(struct eg_stream_ack *out, struct eg_streams *streams,
                              const char *participant, const struct eg_cursor_body *ack,
                              struct eg_error *err)
{
    struct eg_stream_ack result = {.code = EG_CODE_STREAM};
    struct eg_wire_cursor durable = {0, 0};
    enum eg_status status = EG_OK;
    if (may_see(participant, ack->stream)) {
        status = durable_if_sound(&durable, streams, participant, ack->stream, err);
        struct eg_wire_cursor limit = sent_to(streams, participant, ack->stream, durable);
        if (eg_cursor_compare(&ack->cursor, &limit) > 0) {
            result.code = EG_CODE_ACK_BEYOND;
        } else {
            result.code = EG_CODE_OK;
            result.write = eg_cursor_compare(&ack->cursor, &durable) > 0;
            result.cursor = later(ack->cursor, durable);
        }
    }
    if (status != EG_OK) {
        return status;
    }
    *out = result;
    if (result.code == EG_CODE_OK && !result.write) {
        /* Durable since another connection said so: nothing is written, but it is settled here. */
        eg_streams_acked(streams, participant, ack->stream, &result.cursor);
    }
    return EG_OK;
}

void eg_streams_gone(struct eg_streams *streams, struct eg_bytes routing)
{
    for (size_t at = find(streams, routing, NULL); at < streams->count;
         at = find(streams, routing, NULL)) {
        drop(streams, at);
    }
}

void eg_streams_wake(struct eg_streams *streams, const char *recipient)
{
    for (size_t i = 0; i < streams->count; i++) {
        struct follower *follower = streams->followers[i];
        if (recipient == NULL || strcmp(follower->stream, recipient) == 0) {
            follower->hungry = true;
        }
    }
}

/* Rule (4). */
static bool may_send(const struct eg_streams *streams, const struct follower *follower)
{
    if (!follower->hungry || follower->ended || follower->credit == 0) {
        return false;
    }
    return follower->unacked_count == 0 ||
           (follower->octets < EG_FOLLOWER_OCTETS_MAX && streams->octets < EG_STREAMS_OCTETS_MAX &&
            follower->unacked_count < EG_CREDIT_MAX);
}

/* Room for one more unacked item, before it is sent. */
static enum eg_status reserve(struct follower *follower, struct eg_error *err)
{
    if (follower->unacked_first + follower->unacked_count < follower->unacked_capacity) {
        return EG_OK;
    }
    if (follower->unacked_first > 0) {
        memmove(follower->unacked, follower->unacked + follower->unacked_first,
                follower->unacked_count * sizeof *follower->unacked);
        follower->unacked_first = 0;
        return EG_OK;
    }
    enum eg_status room = EG_VECTOR_RESERVE(follower->unacked, follower->unacked_capacity,
                                            follower->unacked_count + 1, EG_CREDIT_MAX + 1);
    return room == EG_OK ? EG_OK : eg_vector_refused(room, "streams", err);
}

/* Rule (3): called only when the transport took the item. */
static void advance(struct eg_streams *streams, struct follower *follower,
                    const struct eg_stream_item *item)
{
    size_t octets = item->receipt.len + item->notification.len;
    follower->unacked[follower->unacked_first + follower->unacked_count++] =
        (struct sent_item){.cursor = item->cursor, .octets = octets};
    follower->octets += octets;
    streams->octets += octets;
    follower->position = item->cursor;
    follower->sent = later(follower->sent, item->cursor);
    follower->credit--;
}

/* Rule (2). */
static enum eg_sent send_item(const struct follower *follower, const struct eg_stream_item *item,
                              eg_stream_send_fn send, void *payload)
{
    char previous[EG_CURSOR_TEXT_MAX] = "";
    char cursor[EG_CURSOR_TEXT_MAX] = "";
    struct eg_message message;
    eg_cursor_text(&follower->position, previous);
    eg_cursor_text(&item->cursor, cursor);
    eg_message_start(&message, EG_VERB_ITEM,
                     (struct eg_bytes){follower->request_id, follower->request_id_len});
    eg_message_add(&message, eg_bytes_of(follower->stream));
    eg_message_add(&message, eg_bytes_of(previous));
    eg_message_add(&message, eg_bytes_of(cursor));
    eg_message_add(&message, eg_bytes_view(&item->receipt));
    eg_message_add(&message, eg_bytes_of(item->name));
    eg_message_add(&message, (struct eg_bytes){item->salt.octets, EG_SALT_LEN});
    eg_message_add(&message, eg_bytes_view(&item->notification));
    return send(payload, routing_of(follower), &message);
}

/* Rule (6). An ERROR that finds no room now is tried again in the next turn. */
static enum eg_sent send_error(struct follower *follower, enum eg_code code,
                               const struct eg_wire_cursor *where, const char *text,
                               eg_stream_send_fn send, void *payload)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    struct eg_message request, message;
    struct eg_buf answer = {0};
    char cursor[EG_CURSOR_TEXT_MAX] = "";
    enum eg_sent sent = EG_SENT_FULL;
    eg_cursor_text(where, cursor);
    eg_buf_init(&answer, EG_SIGNED_TEXT_MAX);
    eg_verdict_refuse(&verdict, code, "", cursor, "%s", text);
    eg_message_start(&request, EG_VERB_FOLLOW,
                     (struct eg_bytes){follower->request_id, follower->request_id_len});
    if (eg_refusal_answer(&message, &answer, &request, &verdict, NULL) == EG_OK) {
        sent = send(payload, routing_of(follower), &message);
    }
    follower->ended = sent == EG_SENT;
    eg_buf_done(&answer);
    return sent;
}

/* What stands in the way of a follower's next item, as the code for it. */
static enum eg_code code_of(enum eg_status status)
{
    return status == EG_E_FORMAT  ? EG_CODE_STREAM_DAMAGED
           : status == EG_E_NOMEM ? EG_CODE_BUSY
                                  : EG_CODE_ARCHIVE;
}

static enum eg_sent send_damaged(struct follower *follower, const struct eg_stream_item *item,
                                 eg_stream_send_fn send, void *payload)
{
    enum eg_sent sent =
        send_error(follower, EG_CODE_ITEM_DAMAGED, &item->cursor, item->why, send, payload);
    if (sent == EG_SENT) {
        follower->sent = later(follower->sent, item->cursor);
    }
    return sent;
}

enum step { STEP_SENT, STEP_NOTHING, STEP_FULL, STEP_GONE };

static enum step step_of(enum eg_sent sent)
{
    return sent == EG_SENT ? STEP_SENT : sent == EG_SENT_FULL ? STEP_FULL : STEP_GONE;
}

/* One follower's turn. */
static enum step serve(struct eg_streams *streams, struct follower *follower,
                       eg_stream_send_fn send, void *payload)
{
    struct eg_stream_item item = {.cursor = {0, 0}};
    struct eg_error err = {.status = EG_OK};
    enum step step = STEP_NOTHING;
    eg_buf_init(&item.receipt, EG_RECEIPT_MAX);
    eg_buf_init(&item.notification, EG_NOTIFICATION_MAX);
    enum eg_status status = reserve(follower, &err);
    if (status != EG_OK) {
        goto done;
    }
    status = streams->source.next(&item, streams->source.payload, follower->stream,
                                  &follower->position, &err);

done:
    if (status == EG_E_NOTFOUND) {
        follower->hungry = false;
    } else if (status != EG_OK) {
        step = step_of(
            send_error(follower, code_of(status), &follower->position, err.text, send, payload));
    } else if (item.damaged) {
        step = step_of(send_damaged(follower, &item, send, payload));
    } else {
        assert(eg_cursor_compare(&item.cursor, &follower->position) > 0);
        step = step_of(send_item(follower, &item, send, payload));
        if (step == STEP_SENT) {
            advance(streams, follower, &item);
        }
    }
    eg_buf_done(&item.receipt);
    eg_buf_done(&item.notification);
    return step;
}

bool eg_streams_pump(struct eg_streams *streams, size_t max_items, eg_stream_send_fn send,
                     void *payload)
{
    bool more = false;
    size_t idle = 0; /* followers in a row that could not go on */
    size_t sent = 0;
    while (streams->count > 0 && idle < streams->count && sent < max_items) {
        enum step step = STEP_NOTHING;
        size_t at = streams->turn++ % streams->count;
        if (may_send(streams, streams->followers[at])) {
            step = serve(streams, streams->followers[at], send, payload);
        }
        more = more || step == STEP_FULL;
        sent += step == STEP_SENT;
        idle = step == STEP_SENT ? 0 : idle + 1;
        if (step == STEP_GONE) {
            drop(streams, at);
            idle = 0;
        }
    }
    return more || sent == max_items;
}

size_t eg_streams_followers(const struct eg_streams *streams)
{
    return streams->count;
}

#ifdef EG_TEST_HOOKS
size_t eg_streams_octets(const struct eg_streams *streams)
{
    return streams->octets;
}
#endif
