/*
 * A ticket is a greeting being checked: a fixed table, so that nobody outside can make it grow.
 */
#include "intake/greeting.h"

#include "wire/refusal.h"

#include <stdlib.h>
#include <string.h>

#define HIGH_WATER 8
#define TURN_MESSAGES 16

struct pending {
    bool taken;
    struct eg_route route;
    /* request id only; body views are gone */
    struct eg_message request;
};

struct eg_greeting {
    struct eg_router *router;
    struct eg_greeting_hooks hooks;
    struct pending pending[EG_GREETING_PENDING_MAX];
};

static bool admit_anyone(void *payload, const char *key, const char *address)
{
    (void)payload;
    (void)key;
    (void)address;
    return true;
}

enum eg_status eg_greeting_open(struct eg_greeting **out, const char *bind, const char *secret,
                                const struct eg_greeting_hooks *hooks, struct eg_error *err)
{
    struct eg_greeting *greeting = calloc(1, sizeof *greeting);
    if (greeting == NULL) {
        return eg_error_set(err, EG_E_NOMEM, bind, "memory ran out");
    }
    greeting->hooks = *hooks;
    struct eg_router_settings settings = {.bind = bind,
                                          .secret = secret,
                                          .message_max = EG_SIGNED_TEXT_MAX,
                                          .high_water = HIGH_WATER,
                                          .admit = admit_anyone};
    enum eg_status status = eg_router_open(&greeting->router, &settings, err);
    if (status != EG_OK) {
        eg_greeting_close(&greeting);
        return status;
    }
    *out = greeting;
    return EG_OK;
}

void eg_greeting_close(struct eg_greeting **greeting)
{
    if (*greeting != NULL) {
        eg_router_close(&(*greeting)->router);
        free(*greeting);
        *greeting = NULL;
    }
}

const char *eg_greeting_endpoint(const struct eg_greeting *greeting)
{
    return eg_router_endpoint(greeting->router);
}

static void send_refusal(struct eg_greeting *greeting, const struct eg_route *route,
                         const struct eg_message *request, const struct eg_verdict *verdict)
{
    struct eg_buf text;
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    struct eg_message answer;
    if (eg_refusal_answer(&answer, &text, request, verdict, NULL) == EG_OK) {
        enum eg_status status = eg_router_send(greeting->router, route, &answer);
        (void)status; /* a peer that left needs no answer */
    }
    eg_buf_done(&text);
}

static void refuse_code(struct eg_greeting *greeting, const struct eg_arrival *arrival,
                        enum eg_code code, const char *text)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    eg_verdict_refuse(&verdict, code, "", "message", "%s", text);
    send_refusal(greeting, &arrival->route, &arrival->message, &verdict);
}

static struct pending *free_ticket(struct eg_greeting *greeting, uint32_t *ticket)
{
    for (uint32_t i = 0; i < EG_GREETING_PENDING_MAX; i++) {
        if (!greeting->pending[i].taken) {
            *ticket = i;
            return &greeting->pending[i];
        }
    }
    return NULL;
}

static void arrive(void *payload, const struct eg_arrival *arrival)
{
    struct eg_greeting *greeting = payload;
    if (!arrival->readable) {
        refuse_code(greeting, arrival, EG_CODE_MALFORMED, arrival->why);
        return;
    }
    if (arrival->message.verb != EG_VERB_HELLO) {
        refuse_code(greeting, arrival, EG_CODE_MALFORMED, "the door takes HELLO only");
        return;
    }
    uint32_t ticket = 0;
    struct pending *pending = free_ticket(greeting, &ticket);
    if (pending == NULL) {
        refuse_code(greeting, arrival, EG_CODE_BUSY, "");
        return;
    }
    pending->taken = true;
    pending->route = arrival->route;
    pending->request = arrival->message;
    pending->request.body_count = 0;
    greeting->hooks.hello(greeting->hooks.payload, ticket, arrival->key, arrival->message.body[0],
                          arrival->message.body[1]);
}

void eg_greeting_turn(struct eg_greeting *greeting, const int *fds, bool *ready, size_t fd_count,
                      int timeout_ms)
{
    if (eg_router_wait(greeting->router, fds, ready, fd_count, timeout_ms)) {
        eg_router_take(greeting->router, TURN_MESSAGES, arrive, greeting);
    }
}

static struct pending *taken_ticket(struct eg_greeting *greeting, uint32_t ticket)
{
    bool known = ticket < EG_GREETING_PENDING_MAX && greeting->pending[ticket].taken;
    return known ? &greeting->pending[ticket] : NULL;
}

void eg_greeting_answer(struct eg_greeting *greeting, uint32_t ticket, enum eg_verb verb,
                        const struct eg_bytes *frames, size_t frame_count)
{
    struct pending *pending = taken_ticket(greeting, ticket);
    if (pending == NULL) {
        return;
    }
    struct eg_message answer;
    eg_message_answer(&answer, &pending->request, verb);
    for (size_t i = 0; i < frame_count; i++) {
        eg_message_add(&answer, frames[i]);
    }
    enum eg_status status = eg_router_send(greeting->router, &pending->route, &answer);
    (void)status; /* a peer that left needs no answer */
    pending->taken = false;
}

void eg_greeting_refuse(struct eg_greeting *greeting, uint32_t ticket,
                        const struct eg_verdict *verdict)
{
    struct pending *pending = taken_ticket(greeting, ticket);
    if (pending != NULL) {
        send_refusal(greeting, &pending->route, &pending->request, verdict);
        pending->taken = false;
    }
}
