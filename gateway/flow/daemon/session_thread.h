/*
 * Session thread: owns the session socket (the hall), admissions and the supervisor of the
 * handshake process (the door). It admits participants, gives each message to the thread that
 * answers it, sends every answer, and writes the endpoint card.
 *
 * It blocks on its sockets only, 250 ms a turn.
 */
#ifndef EG_FLOW_SESSION_THREAD_H
#define EG_FLOW_SESSION_THREAD_H

#include "flow/pipeline/gateway_state.h"

struct eg_session_thread;

/*
 * Start the thread, with a table of descriptors of its own (flow/daemon/descriptors.h): it has the
 * queues of `gateway`, and nothing that is opened later. So this is called before whatever opens
 * files; it returns when the thread has its table.
 */
EG_MUST_USE
enum eg_status eg_session_thread_new(struct eg_session_thread **out,
                                     struct eg_gateway_state *gateway, struct eg_error *err);

/* Bind hall and door, write the card. Returns when participants may come. Once only. */
EG_MUST_USE
enum eg_status eg_session_thread_start(struct eg_session_thread *session_thread,
                                       const uint8_t log_key[EG_ED25519_KEY_LEN],
                                       struct eg_error *err);

/* From now on submissions are answered "stopping"; what was admitted goes on. Any thread. */
void eg_session_thread_refuse(struct eg_session_thread *session_thread);
/* A new snapshot is in force: the session thread replaces the door and reviews admissions. Any
 * thread. */
void eg_session_thread_renew(struct eg_session_thread *session_thread);
/* Send what is left and end. The threads that send messages must have ended. */
void eg_session_thread_stop(struct eg_session_thread **session_thread);

/* Where they are bound. Borrowed, fixed after start. */
const char *eg_session_thread_hall(const struct eg_session_thread *session_thread);
const char *eg_session_thread_door(const struct eg_session_thread *session_thread);

#endif
