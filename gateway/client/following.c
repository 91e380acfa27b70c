/*
 * What a client knows of the stream that it follows, and what each turn of the loop does for it:
 * ask with FOLLOW, give credit, take items and refusals. The conditions that hold are listed in
 * follow.c, which gives items to the caller.
 */
#include "client/internal.h"

#include "base/clock.h"
#include "base/error.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CALM_MS 1000 /* after FOLLOWING: an ERROR of the first item would have come */
#define ID_TEXT_MAX 24

static void forget_items(struct eg_following *follow)
{
    while (follow->count > 0) {
        eg_incoming_free(&follow->items[follow->first]);
        follow->first = (follow->first + 1) % EG_CREDIT_MAX;
        follow->count--;
    }
}

static void drop_follow_requests(struct eg_client *client)
{
    for (size_t i = client->request_count; i-- > 0;) {
        if (client->requests[i]->verb == EG_VERB_FOLLOW) {
            eg_request_drop(client, client->requests[i]);
        }
    }
}

void eg_follow_end(struct eg_client *client)
{
    forget_items(&client->follow);
    drop_follow_requests(client);
    client->follow.active = false;
}

void eg_follow_restart(struct eg_client *client)
{
    if (client->follow.active) {
        forget_items(&client->follow);
        drop_follow_requests(client);
        client->follow.due = true;
        client->follow.left = 0;
    }
}

static enum eg_status send_follow(struct eg_client *client, struct eg_error *err)
{
    struct eg_following *follow = &client->follow;
    struct eg_request *request = NULL;
    char cursor[EG_CURSOR_TEXT_MAX] = "";
    char credit[ID_TEXT_MAX] = "";
    if (follow->begun) {
        eg_cursor_text(&follow->cursor, cursor);
    }
    snprintf(credit, sizeof credit, "%u", follow->credit);
    const struct eg_bytes frames[] = {eg_bytes_of(follow->stream), eg_bytes_of(cursor),
                                      eg_bytes_of(credit), EG_BYTES_NONE};
    EG_TRY(eg_request_add(&request, client, EG_VERB_FOLLOW, frames, 4, err));
    follow->request = request->id;
    follow->left = follow->credit;
    follow->due = false;
    return EG_OK;
}

/* Condition (3): when half of what is wanted ahead is used up, ask for it again. */
static enum eg_status give_credit(struct eg_client *client, struct eg_error *err)
{
    struct eg_following *follow = &client->follow;
    struct eg_message message;
    char id[ID_TEXT_MAX] = "";
    char text[ID_TEXT_MAX] = "";
    size_t ahead = follow->left + follow->count;
    if (!client->hall.open || ahead > follow->credit / 2) {
        return EG_OK;
    }
    unsigned credit = follow->credit - (unsigned)ahead;
    follow->credit_request = ++client->last_id;
    snprintf(id, sizeof id, "%" PRIu64, follow->credit_request);
    snprintf(text, sizeof text, "%u", credit);
    eg_message_start(&message, EG_VERB_CREDIT, eg_bytes_of(id));
    eg_message_add(&message, eg_bytes_of(follow->stream));
    eg_message_add(&message, eg_bytes_of(text));
    enum eg_status status = eg_outgoing_send(client->hall.socket, &message, err);
    if (status == EG_E_BUSY) {
        return EG_OK; /* the next turn tries again */
    }
    follow->left += status == EG_OK ? credit : 0;
    return status;
}

static bool follow_expired(const struct eg_client *client)
{
    for (size_t i = 0; i < client->request_count; i++) {
        const struct eg_request *request = client->requests[i];
        if (request->id == client->follow.request && request->verb == EG_VERB_FOLLOW) {
            return request->expired;
        }
    }
    return false;
}

enum eg_status eg_follow_continue(struct eg_client *client, struct eg_error *err)
{
    struct eg_following *follow = &client->follow;
    if (!follow->active || follow->denied || eg_clock_boot_ms() < follow->again_at_ms) {
        return EG_OK;
    }
    if (follow->again_at_ms > 0) { /* what is not taken yet comes again */
        forget_items(follow);
        drop_follow_requests(client);
        follow->again_at_ms = 0;
        follow->due = true;
    }
    if (follow_expired(client)) { /* patience is the caller's business; here it is asked again */
        drop_follow_requests(client);
        follow->due = true;
    }
    if (follow->due) {
        return send_follow(client, err);
    }
    return give_credit(client, err);
}

static void begin(struct eg_client *client, const struct eg_message *message)
{
    struct eg_following *follow = &client->follow;
    struct eg_cursor_body body;
    if (!eg_cursor_body_read(&body, message, NULL) || strcmp(body.stream, follow->stream) != 0) {
        return;
    }
    if (!follow->begun) {
        follow->cursor = body.cursor;
        follow->begun = true;
    }
    follow->answered = true;
    follow->calm_from_ms = eg_clock_boot_ms() + CALM_MS;
}

/* Condition (4). */
static void end_by_error(struct eg_client *client, const struct eg_message *message)
{
    struct eg_following *follow = &client->follow;
    struct eg_wire_cursor damaged = {0, 0};
    (void)eg_client_refused(client, message, NULL);
    const struct eg_answer_text *refusal = &client->refusal;
    follow->calm_from_ms = 0;
    follow->left = 0;
    if (message->verb == EG_VERB_ERROR && refusal->retry_after_ms > 0) {
        int64_t now_ms = eg_clock_boot_ms();
        follow->troubled_at_ms = follow->troubled ? follow->troubled_at_ms : now_ms;
        follow->troubled = true;
        follow->request = 0;
        follow->again_at_ms = now_ms + refusal->retry_after_ms;
        return;
    }
    follow->denied = true;
    if (strcmp(refusal->code_text, eg_code_row(EG_CODE_ITEM_DAMAGED)->text) == 0 &&
        eg_cursor_untext(eg_bytes_of(refusal->where), &damaged)) {
        eg_cursor_text(&damaged, follow->damaged);
    }
}

static void drop_request(struct eg_client *client, uint64_t id)
{
    for (size_t i = 0; i < client->request_count; i++) {
        if (client->requests[i]->id == id) {
            eg_request_drop(client, client->requests[i]);
            return;
        }
    }
}

bool eg_follow_arrive(struct eg_client *client, uint64_t id, struct eg_incoming **incoming)
{
    struct eg_following *follow = &client->follow;
    const struct eg_message *message = eg_incoming_message(*incoming);
    if (follow->active && id == follow->credit_request) { /* an answer to CREDIT is a refusal: */
        eg_follow_restart(client);                        /* the gateway no longer knows us */
        return true;
    }
    if (!follow->active || id != follow->request) {
        return message->verb == EG_VERB_ITEM; /* of a FOLLOW that is no longer in force */
    }
    switch (message->verb) {
    case EG_VERB_FOLLOWING:
        begin(client, message);
        drop_request(client, id);
        return true;
    case EG_VERB_ITEM:
        if (follow->left > 0 && follow->count < EG_CREDIT_MAX) {
            follow->items[(follow->first + follow->count) % EG_CREDIT_MAX] = *incoming;
            follow->count++;
            follow->left--;
            follow->troubled = false;
            *incoming = NULL;
        }
        return true;
    case EG_VERB_ERROR:
    case EG_VERB_UNAUTHENTICATED:
        end_by_error(client, message);
        drop_request(client, id);
        return true;
    default:
        return true;
    }
}
