/*
 * A message that arrived, owned: its frames stay where the transport put them.
 */
#ifndef EG_CLIENT_INCOMING_H
#define EG_CLIENT_INCOMING_H

#include "base/bytes.h"
#include "wire/message.h"

struct eg_incoming;

/*
 * Take one message from a socket without waiting.
 *
 * EG_E_NOTFOUND  none waits
 * EG_E_FORMAT    what came is not a message of the protocol; it was taken away
 * EG_E_IO, EG_E_NOMEM
 */
EG_MUST_USE
enum eg_status eg_incoming_take(struct eg_incoming **out, void *socket, struct eg_error *err);
void eg_incoming_free(struct eg_incoming **incoming);

/* Borrowed. */
const struct eg_message *eg_incoming_message(const struct eg_incoming *incoming);

/* Send the frames of a message without waiting. EG_E_BUSY: not now; EG_E_IO. */
EG_MUST_USE
enum eg_status eg_outgoing_send(void *socket, const struct eg_message *message,
                                struct eg_error *err);

#endif
