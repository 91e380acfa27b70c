/*
 * Questions with one answer: STATUS and PING.
 */
#include "client/internal.h"

#include <string.h>

enum eg_status eg_client_status(struct eg_client_reply *out, struct eg_client *client,
                                const char *identity, struct eg_error *err)
{
    struct eg_incoming *incoming = NULL;
    struct eg_identity parsed;
    const struct eg_bytes frame = eg_bytes_of(identity);
    if (!eg_identity_untext(frame, &parsed)) {
        return eg_error_set(err, EG_E_USAGE, identity, "not \"<participant> <id> <version>\"");
    }
    enum eg_status status = eg_client_ask(&incoming, client, EG_VERB_STATUS, &frame, 1, err);
    if (status == EG_OK) {
        eg_reply_fill(out, client, NULL, &incoming);
    }
    eg_incoming_free(&incoming);
    return status;
}

enum eg_status eg_client_ping(int64_t *time_ms_out, uint64_t *size_out, struct eg_client *client,
                              struct eg_error *err)
{
    struct eg_incoming *incoming = NULL;
    struct eg_pong pong = {.at_ms = 0};
    enum eg_status status = eg_client_ask(&incoming, client, EG_VERB_PING, NULL, 0, err);
    if (status != EG_OK) {
        return status;
    }
    const struct eg_message *message = eg_incoming_message(incoming);
    if (message->verb == EG_VERB_PONG) {
        status = eg_pong_read(&pong, message->body[0], err);
    } else if (message->verb == EG_VERB_ERROR || message->verb == EG_VERB_UNAUTHENTICATED) {
        status = eg_client_refused(client, message, err);
    } else {
        status = eg_error_set(err, EG_E_FORMAT, "PING", "%s is no answer to it",
                              eg_verb_text(message->verb));
    }
    if (status == EG_OK && time_ms_out != NULL) {
        *time_ms_out = pong.at_ms;
    }
    if (status == EG_OK && size_out != NULL) {
        *size_out = pong.size;
    }
    eg_incoming_free(&incoming);
    return status;
}
