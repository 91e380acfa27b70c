/*
 * The session thread: the hall's thread. It owns the hall's socket and the door's other end;
 * admits, dispatches, sends every answer, and writes the endpoint card.
 */
#ifndef EG_FLOW_SESSION_THREAD_H
#define EG_FLOW_SESSION_THREAD_H

#include "flow/pipeline/gateway_state.h"

struct eg_session_thread;

/*
 * Start the thread, with a table of descriptors of its own (flow/daemon/descriptors.h): the queues
 * of `shared` are there for it, and of what is opened later nothing is. So this comes before
 * whatever opens files; it returns when the table is apart.
 */
EG_MUST_USE
enum eg_status eg_session_thread_new(struct eg_session_thread **out,
                                     struct eg_gateway_state *gateway, struct eg_error *err);

/* Bind hall and door, write the card. Returns when participants may come. Once only. */
EG_MUST_USE
enum eg_status eg_session_thread_start(struct eg_session_thread *session_thread,
                                       const uint8_t log_key[EG_ED25519_KEY_LEN],
                                       struct eg_error *err);

/* From now on submissions are answered "stopping"; what is in hand goes on. Any thread. */
void eg_session_thread_refuse(struct eg_session_thread *session_thread);
/* A new snapshot is in force: new door, admissions reviewed. Any thread; done by the session
 * thread's thread.
 */
void eg_session_thread_renew(struct eg_session_thread *session_thread);
/* Send what is left and end. The threads that outgoing message must have ended. */
void eg_session_thread_stop(struct eg_session_thread **session_thread);

/* Where they are bound. Borrowed, fixed after start. */
const char *eg_session_thread_hall(const struct eg_session_thread *session_thread);
const char *eg_session_thread_door(const struct eg_session_thread *session_thread);

#endif
