/*
 * Form, admission, rate: asked in this order of every message, before it may cost anything.
 */
#include "intake/session_socket.h"

#include "base/clock.h"
#include "wire/refusal.h"

#include <stdlib.h>
#include <string.h>

/* A frame may be this much larger than the report limit, so that a report over it is answered with
 * a receipt. */
#define MESSAGE_SLACK EG_MIB
#define HIGH_WATER                                                                                 \
    1024 /* above the largest credit, so that only a peer that stopped reading is full */
#define TURN_MESSAGES 64

struct eg_session_socket {
    struct eg_router *router;
    struct eg_admission *admission;
    struct eg_session_socket_hooks hooks;
};

static bool admit(void *payload, const char *key, const char *address)
{
    struct eg_session_socket *hall = payload;
    const struct eg_admitted *admitted = eg_admission_find(hall->admission, key);
    if (admitted != NULL && eg_admission_holds(admitted, eg_clock_boot_ms())) {
        return true;
    }
    hall->hooks.refused(hall->hooks.payload, key, address,
                        admitted == NULL ? EG_CODE_NOT_ADMITTED : EG_CODE_GREET_AGAIN);
    return false;
}

static void stray(void *payload, const char *key, const char *address)
{
    struct eg_session_socket *hall = payload;
    hall->hooks.stray(hall->hooks.payload, key, address);
}

enum eg_status eg_session_socket_open(struct eg_session_socket **out,
                                      const struct eg_session_socket_settings *settings,
                                      struct eg_error *err)
{
    struct eg_session_socket *hall = calloc(1, sizeof *hall);
    if (hall == NULL) {
        return eg_error_set(err, EG_E_NOMEM, settings->bind, "memory ran out");
    }
    hall->hooks = settings->hooks;
    enum eg_status status =
        eg_admission_new(&hall->admission, settings->admissions, settings->rate, err);
    if (status != EG_OK) {
        goto done;
    }
    struct eg_router_settings router = {.bind = settings->bind,
                                        .secret = settings->secret,
                                        .message_max = settings->report_max + MESSAGE_SLACK,
                                        .high_water = HIGH_WATER,
                                        .admit = admit,
                                        .stray = stray,
                                        .payload = hall};
    status = eg_router_open(&hall->router, &router, err);

done:
    if (status != EG_OK) {
        eg_session_socket_close(&hall);
        return status;
    }
    *out = hall;
    return EG_OK;
}

void eg_session_socket_close(struct eg_session_socket **hall)
{
    if (*hall != NULL) {
        eg_router_close(&(*hall)->router);
        eg_admission_free(&(*hall)->admission);
        free(*hall);
        *hall = NULL;
    }
}

const char *eg_session_socket_endpoint(const struct eg_session_socket *hall)
{
    return eg_router_endpoint(hall->router);
}

struct eg_admission *eg_session_socket_admission(struct eg_session_socket *hall)
{
    return hall->admission;
}

static void refuse_code(struct eg_session_socket *hall, const struct eg_arrival *arrival,
                        enum eg_code code, const char *text)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    eg_verdict_refuse(&verdict, code, "", "message", "%s", text);
    eg_session_socket_refuse(hall, &arrival->route, &arrival->message, &verdict);
}

static void arrive(void *payload, const struct eg_arrival *arrival)
{
    struct eg_session_socket *hall = payload;
    struct eg_admitted *admitted = eg_admission_find(hall->admission, arrival->key);
    if (admitted == NULL || !eg_admission_holds(admitted, eg_clock_boot_ms())) {
        refuse_code(hall, arrival, EG_CODE_GREET_AGAIN, "");
    } else if (!eg_admission_charge(hall->admission, admitted, eg_clock_boot_ms())) {
        refuse_code(hall, arrival, EG_CODE_RATE, "");
    } else if (!arrival->readable) {
        refuse_code(hall, arrival, EG_CODE_MALFORMED, arrival->why);
    } else {
        hall->hooks.message(hall->hooks.payload, arrival, admitted);
    }
}

void eg_session_socket_turn(struct eg_session_socket *hall, const int *fds, bool *ready,
                            size_t fd_count, int timeout_ms)
{
    if (eg_router_wait(hall->router, fds, ready, fd_count, timeout_ms)) {
        eg_router_take(hall->router, TURN_MESSAGES, arrive, hall);
    }
}

enum eg_status eg_session_socket_send(struct eg_session_socket *hall, const struct eg_route *route,
                                      const struct eg_message *message)
{
    return eg_router_send(hall->router, route, message);
}

bool eg_session_socket_room(const struct eg_session_socket *hall, const struct eg_route *route,
                            size_t octets)
{
    return eg_router_room(hall->router, route, octets);
}

void eg_session_socket_refuse(struct eg_session_socket *hall, const struct eg_route *route,
                              const struct eg_message *request, const struct eg_verdict *verdict)
{
    struct eg_buf text;
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    struct eg_message answer;
    if (eg_refusal_answer(&answer, &text, request, verdict, NULL) == EG_OK) {
        enum eg_status status = eg_router_send(hall->router, route, &answer);
        (void)status; /* a peer that is gone or does not read needs no answer */
    }
    eg_buf_done(&text);
}
