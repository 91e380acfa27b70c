/*
 * The hall: the main ROUTER. Its ZAP answers yes to admitted keys only, so a stranger's octets are
 * never buffered here. Every message is checked for form, admission and rate before anyone sees it.
 *
 * Thread: owner thread.
 */
#ifndef EG_INTAKE_SESSION_SOCKET_H
#define EG_INTAKE_SESSION_SOCKET_H

#include "core/verdict.h"
#include "intake/admission.h"
#include "intake/router.h"

struct eg_session_socket_hooks {
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

struct eg_session_socket_settings {
    const char *bind, *secret;
    size_t report_max;
    size_t admissions;
    uint64_t rate;
    struct eg_session_socket_hooks hooks;
};

struct eg_session_socket;

EG_MUST_USE
enum eg_status eg_session_socket_open(struct eg_session_socket **out,
                                      const struct eg_session_socket_settings *settings,
                                      struct eg_error *err);
void eg_session_socket_close(struct eg_session_socket **hall);
const char *eg_session_socket_endpoint(const struct eg_session_socket *hall);
struct eg_admission *eg_session_socket_admission(struct eg_session_socket *hall);

/* One turn: wait at most timeout_ms for sockets and fds, answer handshakes, take messages. */
void eg_session_socket_turn(struct eg_session_socket *hall, const int *fds, bool *ready,
                            size_t fd_count, int timeout_ms);

/* As eg_router_send. */
EG_MUST_USE
enum eg_status eg_session_socket_send(struct eg_session_socket *hall, const struct eg_route *route,
                                      const struct eg_message *message);
/* As eg_router_room. */
bool eg_session_socket_room(const struct eg_session_socket *hall, const struct eg_route *route,
                            size_t octets);

/* Answer a request with UNAUTHENTICATED or ERROR, as the code's row says. An undeliverable one is
 * dropped. */
void eg_session_socket_refuse(struct eg_session_socket *hall, const struct eg_route *route,
                              const struct eg_message *request, const struct eg_verdict *verdict);

#endif
