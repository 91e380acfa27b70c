/*
 * The greeting: HELLO at the door, signed by us over both CURVE keys, and everything that a WELCOME
 * must show before we believe it:
 *   (1) signed as a welcome, by a path to our anchors,
 *   (2) by the gateway that signed our card (same certificate, or a renewed one: same subject and
 *       issuer key),
 *   (3) over the digest of this very HELLO,
 *   (4) for a version that we offered, admitted until a time to come,
 *   (5) with a card that passes the same checks.
 */
#include "client/internal.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/error.h"
#include "base/text.h"
#include "core/authorise.h"

#include <stdio.h>
#include <string.h>

#define STEP_MS 200 /* how often an interruption is looked for */

static enum eg_status judged(const struct eg_verdict *verdict, const char *what,
                             struct eg_error *err)
{
    if (eg_verdict_passed(verdict)) {
        return EG_OK;
    }
    return eg_error_set(err, EG_E_DENIED, what, "%s: %s %s", eg_code_row(verdict->code)->text,
                        eg_code_row(verdict->code)->en, verdict->text);
}

/* Condition (2). */
static bool same_gateway(const struct eg_signer *a, const struct eg_signer *b)
{
    return eg_digest_equal(&a->certificate, &b->certificate) ||
           (eg_digest_equal(&a->issuer_key, &b->issuer_key) && strcmp(a->subject, b->subject) == 0);
}

static enum eg_status check_signature(struct eg_signer *out, struct eg_client *client,
                                      struct eg_bytes cms, struct eg_bytes text,
                                      enum eg_signed_kind kind, int64_t now_ms,
                                      struct eg_error *err)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    struct eg_signer signer;
    memset(&signer, 0, sizeof signer);
    EG_TRY(eg_cms_check(&signer, &verdict, client->verifier, cms, text, kind, now_ms, err));
    if (eg_verdict_passed(&verdict)) {
        (void)eg_authorise_certificate(&verdict, &signer, NULL, kind);
    }
    EG_TRY(judged(&verdict, eg_signed_kind_text(kind), err));
    *out = signer;
    return EG_OK;
}

static enum eg_status check_card(const struct eg_client *client, const struct eg_card *card,
                                 const struct eg_signer *signer, int64_t now_ms,
                                 struct eg_error *err)
{
    char at[EG_TIME_TEXT_MAX] = "";
    if (now_ms < card->valid_from_ms - EG_SIGNING_TIME_AHEAD_MS) {
        eg_text_time(at, card->valid_from_ms);
        return eg_error_set(err, EG_E_DENIED, "card", "not valid before %s", at);
    }
    if (now_ms > card->valid_until_ms) {
        eg_text_time(at, card->valid_until_ms);
        return eg_error_set(err, EG_E_DENIED, "card",
                            "its validity ended %s; fetch the gateway's current card", at);
    }
    if (client->card_text.len > 0 && (!same_gateway(&client->gateway, signer) ||
                                      strcmp(client->card.origin, card->origin) != 0 ||
                                      strcmp(client->card.gateway, card->gateway) != 0)) {
        return eg_error_set(err, EG_E_DENIED, "card", "the new card is another gateway's");
    }
    return EG_OK;
}

enum eg_status eg_client_take_card(struct eg_client *client, struct eg_bytes text,
                                   struct eg_bytes cms, int64_t now_ms, struct eg_error *err)
{
    struct eg_signer signer;
    struct eg_card card;
    struct eg_buf log_key = {0};
    struct eg_buf copy = {0};
    eg_buf_init(&log_key, EG_LOG_KEY_TEXT_MAX - 1);
    eg_buf_init(&copy, EG_SIGNED_TEXT_MAX);
    enum eg_status status =
        check_signature(&signer, client, cms, text, EG_SIGNED_CARD, now_ms, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_card_read(&card, text, err);
    if (status != EG_OK) {
        goto done;
    }
    status = check_card(client, &card, &signer, now_ms, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_vkey_write(&log_key, card.origin, card.log_key, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_buf_bytes(&copy, text);
    status = eg_buf_ok(&copy, "card", err);
    if (status != EG_OK) {
        goto done;
    }
    client->card = card;
    client->gateway = signer;
    memcpy(client->log_key, log_key.data, log_key.len + 1);
    eg_buf_done(&client->card_text);
    client->card_text = copy;
    eg_buf_init(&copy, 0);

done:
    eg_buf_done(&copy);
    eg_buf_done(&log_key);
    return status;
}

enum eg_status eg_client_refused(struct eg_client *client, const struct eg_message *answer,
                                 struct eg_error *err)
{
    struct eg_answer_text text;
    enum eg_status status = eg_answer_read(&text, answer->body[0], err);
    if (status != EG_OK) {
        return status;
    }
    client->refusal = text;
    client->has_refusal = true;
    return eg_error_set(err, EG_E_DENIED, text.code_text, "%s%s%s", text.en,
                        text.text[0] == '\0' ? "" : " ", text.text);
}

static enum eg_status write_hello(struct eg_buf *text, struct eg_buf *cms, struct eg_client *client,
                                  int64_t now_ms, struct eg_error *err)
{
    struct eg_hello hello = {.versions = EG_PROTOCOL_NAME, .at_ms = now_ms};
    memcpy(hello.origin, client->card.origin, sizeof hello.origin);
    memcpy(hello.door_key, client->card.door_key, sizeof hello.door_key);
    memcpy(hello.client_key, client->public_key, sizeof hello.client_key);
    EG_TRY(eg_random(hello.nonce, sizeof hello.nonce, err));
    EG_TRY(eg_hello_write(text, &hello, err));
    return eg_cms_sign(cms, client->key, EG_SIGNED_HELLO, eg_bytes_view(text), now_ms, err);
}

static enum eg_status check_welcome(struct eg_client *client, const struct eg_message *message,
                                    struct eg_bytes hello, struct eg_error *err)
{
    int64_t now_ms = eg_clock_wall_ms();
    struct eg_signer signer;
    struct eg_welcome welcome;
    struct eg_digest digest = eg_hash(hello);
    enum eg_status status = check_signature(&signer, client, message->body[1], message->body[0],
                                            EG_SIGNED_WELCOME, now_ms, err);
    if (status != EG_OK) {
        return status == EG_E_DENIED
                   ? eg_error_set(err, EG_E_CRYPTO, "WELCOME", "its signature does not hold")
                   : status;
    }
    status = eg_welcome_read(&welcome, message->body[0], err);
    if (status != EG_OK) {
        return status;
    }
    if (!same_gateway(&client->gateway, &signer)) {
        return eg_error_set(err, EG_E_CRYPTO, "WELCOME", "signed by %s, not by the card's gateway",
                            signer.subject);
    }
    if (!eg_digest_equal(&welcome.hello, &digest)) {
        return eg_error_set(err, EG_E_CRYPTO, "WELCOME", "it answers another greeting");
    }
    if (strcmp(welcome.version, EG_PROTOCOL_NAME) != 0) {
        return eg_error_set(err, EG_E_FORMAT, "WELCOME", "version %s was not offered",
                            welcome.version);
    }
    if (welcome.admitted_until_ms <= now_ms) {
        return eg_error_set(err, EG_E_CLOCK, "WELCOME",
                            "the admission ended before it began; compare the clocks");
    }
    if (!eg_bytes_equal(message->body[2], eg_bytes_view(&client->card_text))) {
        status = eg_client_take_card(client, message->body[2], message->body[3], now_ms, err);
    }
    if (status != EG_OK) {
        return status;
    }
    /* At nine tenths of the admission a new greeting prolongs it, unnoticed by the caller. */
    client->welcome = welcome;
    client->renew_at_ms = eg_clock_boot_ms() + (welcome.admitted_until_ms - now_ms) / 10 * 9;
    return EG_OK;
}

/* Refused at the door: with a time to come back (the moment's, or two clocks differ), or for good.
 */
static enum eg_status turned_away(struct eg_client *client, const struct eg_message *message,
                                  struct eg_error *err)
{
    enum eg_status status = eg_client_refused(client, message, err);
    if (status == EG_E_DENIED && client->refusal.retry_after_ms > 0) {
        client->greet_from_ms = eg_clock_boot_ms() + client->refusal.retry_after_ms;
        struct eg_answer_text *text = &client->refusal;
        return eg_error_set(err, EG_E_BUSY, text->code_text, "%s%s%s", text->en,
                            text->text[0] == '\0' ? "" : " ", text->text);
    }
    return status;
}

/* Wait for the answer to the HELLO that went out. */
static enum eg_status read_answer(struct eg_client *client, struct eg_incoming *incoming,
                                  struct eg_bytes hello, struct eg_error *err)
{
    const struct eg_message *message = eg_incoming_message(incoming);
    switch (message->verb) {
    case EG_VERB_WELCOME:
        return check_welcome(client, message, hello, err);
    case EG_VERB_UNAUTHENTICATED:
    case EG_VERB_ERROR:
        return turned_away(client, message, err);
    default:
        return eg_error_set(err, EG_E_FORMAT, "door", "%s is no answer to HELLO",
                            eg_verb_text(message->verb));
    }
}

static enum eg_status exchange(struct eg_incoming **out, struct eg_client *client,
                               struct eg_link *door, const struct eg_message *hello,
                               int64_t deadline_ms, struct eg_error *err)
{
    bool sent = false;
    while (eg_clock_boot_ms() < deadline_ms && !door->refused) {
        if (eg_client_is_interrupted(client)) {
            return eg_error_set(err, EG_E_STATE, "door", "interrupted");
        }
        if (!sent && door->open) {
            enum eg_status status = eg_outgoing_send(door->socket, hello, err);
            if (status != EG_OK && status != EG_E_BUSY) {
                return status;
            }
            sent = status == EG_OK;
        }
        if (eg_link_wait(door, STEP_MS)) {
            enum eg_status status = eg_incoming_take(out, door->socket, err);
            if (status != EG_E_NOTFOUND) {
                return status;
            }
        }
        sent = sent && !door->reopened; /* it broke under the HELLO */
        door->reopened = false;
    }
    return eg_error_set(err, EG_E_TIMEOUT, client->card.door,
                        "nobody answers the greeting; is the gateway running, and the card its "
                        "current one?");
}

enum eg_status eg_client_greet(struct eg_client *client, int64_t deadline_ms, struct eg_error *err)
{
    struct eg_link door = {.socket = NULL};
    struct eg_incoming *incoming = NULL;
    struct eg_buf text = {0};
    struct eg_buf cms = {0};
    struct eg_message hello;
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    eg_buf_init(&cms, EG_CMS_MAX);
    client->has_refusal = false;
    enum eg_status status = write_hello(&text, &cms, client, eg_clock_wall_ms(), err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_link_open(&door, client->context, client->card.door, client->card.door_key,
                          client->public_key, client->secret_key, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_message_start(&hello, EG_VERB_HELLO, eg_bytes_of("hello"));
    eg_message_add(&hello, eg_bytes_view(&text));
    eg_message_add(&hello, eg_bytes_view(&cms));
    status = exchange(&incoming, client, &door, &hello, deadline_ms, err);
    if (status != EG_OK) {
        goto done;
    }
    status = read_answer(client, incoming, eg_bytes_view(&text), err);

done:
    eg_incoming_free(&incoming);
    eg_link_close(&door);
    eg_buf_done(&cms);
    eg_buf_done(&text);
    return status;
}
