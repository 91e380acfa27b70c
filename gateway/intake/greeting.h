/*
 * The greeting: the door's ROUTER, to which any CURVE key may connect, and which takes HELLO only.
 * It lives in a process of its own, because this is where strangers can do harm.
 *
 * Thread: owner thread.
 */
#ifndef EG_INTAKE_GREETING_H
#define EG_INTAKE_GREETING_H

#include "core/verdict.h"
#include "intake/router.h"

#define EG_GREETING_PENDING_MAX 256 /* greetings whose answer is awaited; more are told busy */

struct eg_greeting_hooks {
    void *payload;
    /* A HELLO: text and CMS live until it returns. Answer it by its ticket, now or later. */
    void (*hello)(void *payload, uint32_t ticket, const char *client_key, struct eg_bytes text,
                  struct eg_bytes cms);
};

struct eg_greeting;

EG_MUST_USE
enum eg_status eg_greeting_open(struct eg_greeting **out, const char *bind, const char *secret,
                                const struct eg_greeting_hooks *hooks, struct eg_error *err);
void eg_greeting_close(struct eg_greeting **greeting);
const char *eg_greeting_endpoint(const struct eg_greeting *greeting);

/* One turn, as eg_session_socket_turn. */
void eg_greeting_turn(struct eg_greeting *greeting, const int *fds, bool *ready, size_t fd_count,
                      int timeout_ms);

/* Answer a ticket with WELCOME (four frames), UNAUTHENTICATED or ERROR (one); unknown tickets are
 * nothing. */
void eg_greeting_answer(struct eg_greeting *greeting, uint32_t ticket, enum eg_verb verb,
                        const struct eg_bytes *frames, size_t frame_count);
void eg_greeting_refuse(struct eg_greeting *greeting, uint32_t ticket,
                        const struct eg_verdict *verdict);

#endif
