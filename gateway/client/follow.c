/*
 * Following a stream. What holds at every moment:
 *   (1) only items that carry the id of the FOLLOW in force are taken; those of an earlier
 *       connection are forgotten with it;
 *   (2) an item is given to the caller only if its previous cursor is that of the item given
 *       before, its receipt proves, and the entry names this very notification for this stream;
 *   (3) credit given and not used, plus items not yet taken, never exceeds what the caller wants
 *       ahead;
 *   (4) an ERROR that ends the FOLLOW is told behind the items that came before it. One that may
 *       pass is followed by another FOLLOW, until patience ends; meanwhile nobody is told that
 *       nothing came, as nobody knows.
 */
#include "client/internal.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "proof/receipt.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CREDIT_USUAL 100
#define STEP_MS 200

static enum eg_status denied(const struct eg_client *client, struct eg_error *err)
{
    const struct eg_answer_text *refusal = &client->refusal;
    bool item = client->follow.damaged[0] != '\0';
    return eg_error_set(err, EG_E_DENIED, client->follow.stream, "%s%s%s: %s %s",
                        refusal->code_text, item ? " " : "", client->follow.damaged, refusal->en,
                        refusal->text);
}

/* Trouble is over when an item came, or nothing contradicted FOLLOWING for a while; too long, and
 * it is a refusal. */
static void look_at_trouble(struct eg_client *client)
{
    struct eg_following *follow = &client->follow;
    int64_t now_ms = eg_clock_boot_ms();
    if (follow->troubled && follow->calm_from_ms > 0 && now_ms >= follow->calm_from_ms) {
        follow->troubled = false;
    }
    if (follow->troubled && now_ms - follow->troubled_at_ms >= client->timeout_ms) {
        follow->denied = true;
    }
}

/* Turn until the FOLLOW on its way is answered. */
static enum eg_status await_following(struct eg_client *client, struct eg_error *err)
{
    struct eg_following *follow = &client->follow;
    int64_t deadline_ms = eg_clock_boot_ms() + client->timeout_ms;
    enum eg_status status = EG_OK;
    while (!follow->answered && !follow->denied) {
        look_at_trouble(client);
        if (eg_clock_boot_ms() >= deadline_ms) {
            return eg_error_set(err, EG_E_TIMEOUT, "FOLLOW", "no answer within %d ms",
                                client->timeout_ms);
        }
        status = eg_client_turn(client, STEP_MS, err);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    /* Refused behind FOLLOWING: at an item, which eg_client_next tells behind those before it. */
    return status == EG_OK && !follow->answered ? denied(client, err) : status;
}

enum eg_status eg_client_follow(struct eg_client *client, const char *stream, const char *cursor,
                                unsigned credit, struct eg_error *err)
{
    struct eg_following *follow = &client->follow;
    struct eg_wire_cursor from = {0, 0};
    if (!eg_text_token(eg_bytes_of(stream), EG_ID_MAX) || credit > EG_CREDIT_MAX ||
        (cursor != NULL && !eg_cursor_untext(eg_bytes_of(cursor), &from))) {
        return eg_error_set(err, EG_E_USAGE, "follow", "stream, cursor or credit out of bounds");
    }
    eg_follow_end(client);
    /* Greeted first: WELCOME tells how much credit may be asked for. */
    enum eg_status status = eg_client_connect(client, err);
    if (status != EG_OK) {
        return status;
    }
    *follow =
        (struct eg_following){.active = true, .due = true, .begun = cursor != NULL, .cursor = from};
    memcpy(follow->stream, stream, strlen(stream) + 1);
    follow->credit = credit == 0 ? CREDIT_USUAL : credit;
    if (follow->credit > client->welcome.credit_max && client->welcome.credit_max > 0) {
        follow->credit = client->welcome.credit_max;
    }
    status = await_following(client, err);
    if (status != EG_OK) {
        eg_follow_end(client);
    }
    return status;
}

/* Condition (2), the receipt's part. */
static enum eg_status prove_item(struct eg_client_item *out, const struct eg_client *client,
                                 const struct eg_item_body *item, struct eg_error *err)
{
    struct eg_receipt receipt = {.index = 0};
    struct eg_digest digest = eg_hash_salted(&item->salt, item->notification);
    bool named = false;
    enum eg_status status =
        eg_receipt_verify(&receipt, item->receipt, client->card.origin, client->card.log_key, err);
    if (status != EG_OK) {
        return status == EG_E_FORMAT
                   ? eg_error_set(err, EG_E_CRYPTO, "item", "its receipt can not be read")
                   : status;
    }
    for (size_t i = 0; i < receipt.entry.notification_count; i++) {
        const struct eg_entry_notification *listed = &receipt.entry.notifications[i];
        named = named || (i + 1 == item->cursor.number && strcmp(listed->name, item->name) == 0 &&
                          strcmp(listed->recipient, item->stream) == 0 &&
                          eg_digest_equal(&listed->digest, &digest));
    }
    if (!named || receipt.index != item->cursor.index) {
        status = eg_error_set(err, EG_E_CRYPTO, "item",
                              "entry %" PRIu64 " names no such notification", receipt.index);
    }
    out->index = receipt.index;
    out->counts = eg_client_counts_of(&receipt.entry);
    eg_receipt_done(&receipt);
    return status;
}

/* Fills index and counts of *out. */
static enum eg_status check_item(struct eg_client_item *out, const struct eg_client *client,
                                 const struct eg_item_body *item, struct eg_error *err)
{
    const struct eg_following *follow = &client->follow;
    char expected[EG_CURSOR_TEXT_MAX] = "";
    char found[EG_CURSOR_TEXT_MAX] = "";
    if (strcmp(item->stream, follow->stream) != 0) {
        return eg_error_set(err, EG_E_STATE, follow->stream, "an item of stream %s came",
                            item->stream);
    }
    if (eg_cursor_compare(&item->previous, &follow->cursor) != 0) {
        eg_cursor_text(&follow->cursor, expected);
        eg_cursor_text(&item->previous, found);
        return eg_error_set(err, EG_E_STATE, follow->stream,
                            "gap: the item behind %s came, the one behind %s was expected", found,
                            expected);
    }
    return prove_item(out, client, item, err);
}

/* All but what check_item filled. */
static void fill_item(struct eg_client_item *out, const struct eg_item_body *body,
                      struct eg_incoming **incoming)
{
    out->receipt = eg_bytes_octets(body->receipt);
    out->notification = eg_bytes_octets(body->notification);
    eg_cursor_text(&body->cursor, out->cursor);
    eg_cursor_text(&body->previous, out->previous);
    memcpy(out->name, body->name, sizeof out->name);
    memcpy(out->salt, body->salt.octets, sizeof out->salt);
    out->memory = *incoming;
    *incoming = NULL;
}

static enum eg_status take_item(struct eg_client_item *out, struct eg_client *client,
                                struct eg_error *err)
{
    struct eg_following *follow = &client->follow;
    struct eg_incoming *incoming = follow->items[follow->first];
    struct eg_item_body body;
    struct eg_client_item item = {.index = 0};
    const char *why = NULL;
    enum eg_status status = EG_OK;
    follow->items[follow->first] = NULL;
    follow->first = (follow->first + 1) % EG_CREDIT_MAX;
    follow->count--;
    if (!eg_item_body_read(&body, eg_incoming_message(incoming), &why)) {
        status = eg_error_set(err, EG_E_FORMAT, "ITEM", "%s", why);
    }
    if (status != EG_OK) {
        goto done;
    }
    status = check_item(&item, client, &body, err);

done:
    if (status == EG_OK) {
        follow->cursor = body.cursor;
        fill_item(&item, &body, &incoming);
        *out = item;
    } else {
        eg_follow_end(client);
    }
    eg_incoming_free(&incoming);
    return status;
}

enum eg_status eg_client_next(struct eg_client_item *out, struct eg_client *client, int timeout_ms,
                              struct eg_error *err)
{
    const struct eg_following *follow = &client->follow;
    int64_t until_ms = eg_clock_boot_ms() + timeout_ms;
    for (;;) {
        int64_t left_ms = until_ms - eg_clock_boot_ms();
        if (!follow->active) {
            return eg_error_set(err, EG_E_STATE, "follow", "no stream is followed");
        }
        if (follow->count > 0) {
            return take_item(out, client, err);
        }
        look_at_trouble(client);
        if (follow->denied) {
            return denied(client, err);
        }
        enum eg_status status = eg_client_turn(client,
                                               left_ms <= 0        ? 0
                                               : left_ms > STEP_MS ? STEP_MS
                                                                   : (int)left_ms,
                                               err);
        if (status != EG_OK) {
            return status;
        }
        if (left_ms <= 0 && follow->count == 0 && follow->troubled) {
            (void)denied(client, err);
            if (err != NULL) {
                err->status = EG_E_BUSY;
            }
            return EG_E_BUSY;
        }
        if (left_ms <= 0 && follow->count == 0) {
            return eg_error_set(err, EG_E_TIMEOUT, follow->stream, "no item within %d ms",
                                timeout_ms);
        }
    }
}

void eg_client_item_done(struct eg_client_item *item)
{
    struct eg_incoming *incoming = item->memory;
    eg_incoming_free(&incoming);
    *item = (struct eg_client_item){.index = 0};
}

enum eg_status eg_client_ack(struct eg_client *client, const char *cursor, struct eg_error *err)
{
    struct eg_incoming *incoming = NULL;
    struct eg_wire_cursor wanted = {0, 0};
    struct eg_cursor_body body;
    if (!client->follow.active || !eg_cursor_untext(eg_bytes_of(cursor), &wanted)) {
        return eg_error_set(err, EG_E_USAGE, "ack", "no stream is followed, or not a cursor");
    }
    const struct eg_bytes frames[] = {eg_bytes_of(client->follow.stream), eg_bytes_of(cursor)};
    enum eg_status status = eg_client_ask(&incoming, client, EG_VERB_ACK, frames, 2, err);
    if (status != EG_OK) {
        return status;
    }
    const struct eg_message *message = eg_incoming_message(incoming);
    if (message->verb == EG_VERB_ERROR || message->verb == EG_VERB_UNAUTHENTICATED) {
        status = eg_client_refused(client, message, err);
    } else if (message->verb != EG_VERB_ACKED || !eg_cursor_body_read(&body, message, NULL) ||
               eg_cursor_compare(&body.cursor, &wanted) < 0) {
        status = eg_error_set(err, EG_E_FORMAT, "ACK", "no such cursor was acknowledged");
    }
    eg_incoming_free(&incoming);
    return status;
}

const char *eg_client_damaged(const struct eg_client *client)
{
    return client->follow.damaged;
}

enum eg_status eg_client_skip(struct eg_client *client, const char *cursor, struct eg_error *err)
{
    const struct eg_following *follow = &client->follow;
    char stream[EG_ID_MAX + 1] = "";
    unsigned credit = follow->credit;
    if (!follow->active || follow->damaged[0] == '\0' || strcmp(cursor, follow->damaged) != 0) {
        return eg_error_set(err, EG_E_USAGE, "skip", "%s is not the item that is damaged", cursor);
    }
    memcpy(stream, follow->stream, sizeof stream);
    EG_TRY(eg_client_ack(client, cursor, err));
    return eg_client_follow(client, stream, cursor, credit, err);
}
