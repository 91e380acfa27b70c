/*
 * The front: the hall's thread. It owns the hall's socket and the door's other end; admits,
 * dispatches, sends every answer, and writes the endpoint card.
 */
#ifndef EG_FLOW_FRONT_H
#define EG_FLOW_FRONT_H

#include "flow/pipeline/shared.h"

struct eg_front;

/*
 * Start the thread, with a table of descriptors of its own (flow/daemon/descriptors.h): the queues
 * of `shared` are there for it, and of what is opened later nothing is. So this comes before
 * whatever opens files; it returns when the table is apart.
 */
EG_MUST_USE
enum eg_status eg_front_new(struct eg_front **out, struct eg_shared *shared, struct eg_error *err);

/* Bind hall and door, write the card. Returns when participants may come. Once only. */
EG_MUST_USE
enum eg_status eg_front_start(struct eg_front *front, const uint8_t log_key[EG_ED25519_KEY_LEN],
                              struct eg_error *err);

/* From now on submissions are answered "stopping"; what is in hand goes on. Any thread. */
void eg_front_refuse(struct eg_front *front);
/* A new world is in force: new door, admissions reviewed. Any thread; done by the front's thread.
 */
void eg_front_renew(struct eg_front *front);
/* Send what is left and end. The threads that post must have ended. */
void eg_front_stop(struct eg_front **front);

/* Where they are bound. Borrowed, fixed after start. */
const char *eg_front_hall(const struct eg_front *front);
const char *eg_front_door(const struct eg_front *front);

#endif
