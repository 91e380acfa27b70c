/*
 * The hall: the main ROUTER. Its ZAP answers yes to admitted keys only, so a stranger's octets are
 * never buffered here. Every message is checked for form, admission and rate before anyone sees it.
 *
 * Thread: owner thread.
 */
#ifndef EG_INTAKE_HALL_H
#define EG_INTAKE_HALL_H

#include "core/verdict.h"
#include "intake/admission.h"
#include "intake/router.h"

struct eg_hall_hooks {
    void *payload;
    /* A well-formed message of an admitted participant. Views live until it returns. */
    void (*message)(void *payload, const struct eg_arrival *arrival,
                    const struct eg_admitted *admitted);
    /* A handshake was refused: for the journal. */
    void (*refused)(void *payload, const char *key, const char *address, enum eg_code code);
    /* A message was dropped: its sender chose its own routing id, so as to get another's replies or
     * by mistake. For the journal. */
    void (*stray)(void *payload, const char *key, const char *address);
};

struct eg_hall_settings {
    const char *bind, *secret;
    size_t report_max;
    size_t admissions;
    uint64_t rate;
    struct eg_hall_hooks hooks;
};

struct eg_hall;

EG_MUST_USE
enum eg_status eg_hall_open(struct eg_hall **out, const struct eg_hall_settings *settings,
                            struct eg_error *err);
void eg_hall_close(struct eg_hall **hall);
const char *eg_hall_endpoint(const struct eg_hall *hall);
struct eg_admission *eg_hall_admission(struct eg_hall *hall);

/* One turn: wait at most timeout_ms for sockets and fds, answer handshakes, take messages. */
void eg_hall_turn(struct eg_hall *hall, const int *fds, bool *ready, size_t fd_count,
                  int timeout_ms);

/* As eg_router_send. */
EG_MUST_USE
enum eg_status eg_hall_send(struct eg_hall *hall, const struct eg_route *route,
                            const struct eg_message *message);
/* As eg_router_room. */
bool eg_hall_room(const struct eg_hall *hall, const struct eg_route *route, size_t octets);

/* Answer a request with UNAUTHENTICATED or ERROR, as the code's row says. An undeliverable one is
 * dropped. */
void eg_hall_refuse(struct eg_hall *hall, const struct eg_route *route,
                    const struct eg_message *request, const struct eg_verdict *verdict);

#endif
