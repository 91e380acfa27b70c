/*
 * The one loop of the client. A request is kept until its answer is there; whenever the connection
 * was another one meanwhile, all that has no answer is sent again. That is safe: a submission has
 * one receipt however often it is sent, and everything else only asks.
 */
#include "client/internal.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define STEP_MS 200       /* how often an interruption is looked for */
#define RETRY_MS 200      /* between two attempts to connect */
#define RETRY_MAX_MS 2000 /* the pause doubles up to this */
#define OPEN_MS 6000      /* for one handshake with the hall */
#define BUSY_MIN_MS 10    /* a retry-after of 0 would spin */
#define TAKE_MAX 64       /* messages of one turn */
#define ID_TEXT_MAX 24

/* ---- requests ---- */

static struct eg_request *request_of(const struct eg_client *client, uint64_t id)
{
    for (size_t i = 0; i < client->request_count; i++) {
        if (client->requests[i]->id == id && client->requests[i]->answer == NULL) {
            return client->requests[i];
        }
    }
    return NULL;
}

static bool waits(const struct eg_request *request)
{
    return request->answer == NULL && !request->expired;
}

static enum eg_status send_request(struct eg_client *client, struct eg_request *request,
                                   struct eg_error *err)
{
    char id[ID_TEXT_MAX] = "";
    struct eg_message message;
    snprintf(id, sizeof id, "%" PRIu64, request->id);
    eg_message_start(&message, request->verb, eg_bytes_of(id));
    for (size_t i = 0; i < request->frame_count; i++) {
        eg_message_add(&message, eg_bytes_view(&request->frames[i]));
    }
    return eg_outgoing_send(client->hall.socket, &message, err);
}

static enum eg_status send_due(struct eg_client *client, struct eg_error *err)
{
    int64_t now_ms = eg_clock_boot_ms();
    if (!client->hall.open) {
        return EG_OK;
    }
    for (size_t i = 0; i < client->request_count; i++) {
        struct eg_request *request = client->requests[i];
        if (request->sent || !waits(request) || request->send_at_ms > now_ms) {
            continue;
        }
        enum eg_status status = send_request(client, request, err);
        if (status == EG_E_BUSY) {
            return EG_OK;
        }
        if (status != EG_OK) {
            return status;
        }
        request->sent = true;
    }
    return EG_OK;
}

static void expire(struct eg_client *client)
{
    int64_t now_ms = eg_clock_boot_ms();
    for (size_t i = 0; i < client->request_count; i++) {
        struct eg_request *request = client->requests[i];
        if (waits(request) && request->deadline_ms <= now_ms) {
            request->expired = true;
        }
    }
}

/* ---- connection ---- */

static void send_all_again(struct eg_client *client)
{
    for (size_t i = 0; i < client->request_count; i++) {
        client->requests[i]->sent = false;
    }
    eg_follow_restart(client);
}

static enum eg_status open_hall(struct eg_client *client, int64_t deadline_ms, struct eg_error *err)
{
    int64_t until_ms = eg_clock_boot_ms() + OPEN_MS;
    eg_link_close(&client->hall);
    enum eg_status status =
        eg_link_open(&client->hall, client->context, client->card.hall, client->card.hall_key,
                     client->public_key, client->secret_key, err);
    if (status != EG_OK) {
        return status;
    }
    until_ms = until_ms < deadline_ms ? until_ms : deadline_ms;
    while (!client->hall.open && !client->hall.refused && eg_clock_boot_ms() < until_ms) {
        if (eg_client_is_interrupted(client)) {
            return eg_error_set(err, EG_E_STATE, "hall", "interrupted");
        }
        (void)eg_link_wait(&client->hall, STEP_MS);
    }
    if (client->hall.open) {
        return EG_OK;
    }
    return eg_error_set(err, EG_E_TIMEOUT, client->card.hall, "the hall %s",
                        client->hall.refused ? "refuses this key although the door admitted it"
                                             : "does not answer");
}

static enum eg_status pause_ms(const struct eg_client *client, int64_t until_ms,
                               struct eg_error *err)
{
    int64_t left_ms = 0;
    while ((left_ms = until_ms - eg_clock_boot_ms()) > 0) {
        int64_t step_ms = left_ms < STEP_MS ? left_ms : STEP_MS;
        struct timespec step = {.tv_nsec = step_ms * 1000000};
        if (eg_client_is_interrupted(client)) {
            return eg_error_set(err, EG_E_STATE, "gateway", "interrupted");
        }
        nanosleep(&step, NULL);
    }
    return EG_OK;
}

static bool may_pass(enum eg_status status)
{
    return status == EG_E_TIMEOUT || status == EG_E_BUSY || status == EG_E_IO;
}

static enum eg_status greet_and_open(struct eg_client *client, int64_t deadline_ms,
                                     struct eg_error *err)
{
    EG_TRY(eg_client_greet(client, deadline_ms, err));
    return open_hall(client, deadline_ms, err);
}

/* Greet and open, again and again until patience ends or somebody says no. */
static enum eg_status reconnect(struct eg_client *client, struct eg_error *err)
{
    int64_t deadline_ms = eg_clock_boot_ms() + client->timeout_ms;
    int64_t step_ms = RETRY_MS;
    eg_link_close(&client->hall);
    client->connected = false;
    for (;;) {
        enum eg_status status = greet_and_open(client, deadline_ms, err);
        if (status == EG_OK) {
            client->connected = true;
            client->greet_due = false;
            send_all_again(client);
            return EG_OK;
        }
        int64_t again_ms = eg_clock_boot_ms() + step_ms;
        again_ms = again_ms > client->greet_from_ms ? again_ms : client->greet_from_ms;
        if (!may_pass(status) || again_ms >= deadline_ms) {
            return status;
        }
        status = pause_ms(client, again_ms, err);
        if (status != EG_OK) {
            return status;
        }
        step_ms = 2 * step_ms < RETRY_MAX_MS ? 2 * step_ms : RETRY_MAX_MS;
    }
}

static enum eg_status keep_connected(struct eg_client *client, struct eg_error *err)
{
    if (!client->connected || client->greet_due || client->hall.refused ||
        eg_clock_boot_ms() >= client->renew_at_ms) {
        return reconnect(client, err);
    }
    if (client->hall.reopened) {
        client->hall.reopened = false;
        send_all_again(client);
    }
    return EG_OK;
}

enum eg_status eg_client_connect(struct eg_client *client, struct eg_error *err)
{
    return keep_connected(client, err);
}

/* ---- arrivals ---- */

/* What passes by itself: the gateway is busy, or a clock (its, ours, the issuer's) is wrong. */
static bool passes(enum eg_code code)
{
    return code == EG_CODE_BUSY || code == EG_CODE_RATE || code == EG_CODE_STOPPING ||
           code == EG_CODE_CLOCK || code == EG_CODE_CMS_SIGNING_TIME ||
           code == EG_CODE_CERT_EXPIRED;
}

/* A refusal that the client mends itself: wait and send again, or greet and send again. */
static bool mends(struct eg_client *client, struct eg_request *request,
                  const struct eg_message *message)
{
    struct eg_answer_text text;
    if ((message->verb != EG_VERB_ERROR && message->verb != EG_VERB_UNAUTHENTICATED) ||
        eg_answer_read(&text, message->body[0], NULL) != EG_OK) {
        return false;
    }
    if (text.code == EG_CODE_GREET_AGAIN || text.code == EG_CODE_NOT_ADMITTED) {
        client->greet_due = true;
        if (request != NULL) {
            request->sent = false;
        }
        return true;
    }
    if (request == NULL || !passes(text.code)) {
        return false;
    }
    int64_t pause = text.retry_after_ms > BUSY_MIN_MS ? text.retry_after_ms : BUSY_MIN_MS;
    request->sent = false;
    request->send_at_ms = eg_clock_boot_ms() + pause;
    return request->send_at_ms < request->deadline_ms; /* else the caller shall know */
}

static void arrive(struct eg_client *client, struct eg_incoming **incoming)
{
    const struct eg_message *message = eg_incoming_message(*incoming);
    struct eg_bytes id_text = {message->request_id, message->request_id_len};
    uint64_t id = 0;
    if (!eg_text_u64(id_text, UINT64_MAX, &id)) {
        return;
    }
    struct eg_request *request = request_of(client, id);
    if (mends(client, request, message) || eg_follow_arrive(client, id, incoming)) {
        return;
    }
    if (request != NULL) {
        request->answer = *incoming;
        *incoming = NULL;
    }
}

static enum eg_status take_arrivals(struct eg_client *client, struct eg_error *err)
{
    for (int i = 0; i < TAKE_MAX; i++) {
        struct eg_incoming *incoming = NULL;
        enum eg_status status = eg_incoming_take(&incoming, client->hall.socket, err);
        if (status == EG_E_NOTFOUND) {
            return EG_OK;
        }
        if (status != EG_OK) {
            return status;
        }
        arrive(client, &incoming);
        eg_incoming_free(&incoming);
    }
    return EG_OK;
}

/* Milliseconds until a request is due to be sent or ends, at most wait_ms. */
static int until_due(const struct eg_client *client, int wait_ms)
{
    int64_t now_ms = eg_clock_boot_ms();
    int64_t wait = wait_ms < STEP_MS ? wait_ms : STEP_MS;
    for (size_t i = 0; i < client->request_count; i++) {
        const struct eg_request *request = client->requests[i];
        if (!waits(request)) {
            continue;
        }
        int64_t due_ms = request->sent || request->send_at_ms <= now_ms ? request->deadline_ms
                                                                        : request->send_at_ms;
        wait = due_ms - now_ms < wait ? due_ms - now_ms : wait;
    }
    return wait < 0 ? 0 : (int)wait;
}

enum eg_status eg_client_turn(struct eg_client *client, int wait_ms, struct eg_error *err)
{
    if (eg_client_is_interrupted(client)) {
        return eg_error_set(err, EG_E_STATE, "gateway", "interrupted");
    }
    enum eg_status status = keep_connected(client, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_follow_continue(client, err);
    if (status != EG_OK) {
        goto done;
    }
    status = send_due(client, err);
    if (status != EG_OK) {
        goto done;
    }
    if (eg_link_wait(&client->hall, until_due(client, wait_ms))) {
        status = take_arrivals(client, err);
    }

done:
    expire(client);
    return status;
}

enum eg_status eg_client_ask(struct eg_incoming **out, struct eg_client *client, enum eg_verb verb,
                             const struct eg_bytes *frames, size_t count, struct eg_error *err)
{
    struct eg_request *request = NULL;
    enum eg_status status = eg_request_add(&request, client, verb, frames, count, err);
    if (status != EG_OK) {
        return status;
    }
    while (request->answer == NULL && !request->expired) {
        status = eg_client_turn(client, STEP_MS, err);
        if (status != EG_OK) {
            goto done;
        }
    }
    if (request->answer == NULL) {
        status = eg_error_set(err, EG_E_TIMEOUT, eg_verb_text(verb), "no answer within %d ms",
                              client->timeout_ms);
        goto done;
    }
    *out = request->answer;
    request->answer = NULL;

done:
    eg_request_drop(client, request);
    return status;
}
