/*
 * Questions with one answer: STATUS, RULES and PING.
 */
#include "client/internal.h"

#include "wire/packages.h"

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
    if (status != EG_OK) {
        goto done;
    }
    eg_reply_fill(out, client, NULL, &incoming);

done:
    eg_incoming_free(&incoming);
    return status;
}

void eg_client_rules_done(struct eg_client_rules *rules)
{
    struct eg_incoming *incoming = rules->memory;
    eg_incoming_free(&incoming);
    memset(rules, 0, sizeof *rules);
}

/* The list is well-formed; with a package, it is about this one alone. */
static enum eg_status check_list(struct eg_bytes text, const char *id, struct eg_error *err)
{
    struct eg_packages_reader reader;
    struct eg_package_line line;
    size_t count = 0;
    int next = eg_packages_start(&reader, text) ? 1 : -1;
    while (next == 1 && (next = eg_packages_next(&reader, &line)) == 1) {
        count++;
    }
    if (next < 0) {
        return eg_error_set(err, EG_E_FORMAT, "RULES", "the list of packages is malformed");
    }
    if (id != NULL && (count != 1 || strcmp(line.package.id, id) != 0)) {
        return eg_error_set(err, EG_E_FORMAT, "RULES", "the answer is about another package");
    }
    return EG_OK;
}

enum eg_status eg_client_rules(struct eg_client_rules *out, struct eg_client *client,
                               const char *id, const char *version, struct eg_error *err)
{
    struct eg_incoming *incoming = NULL;
    const struct eg_bytes frames[] = {eg_bytes_of(id), eg_bytes_of(id != NULL ? version : NULL)};
    enum eg_status status = eg_client_ask(&incoming, client, EG_VERB_RULES, frames, 2, err);
    if (status != EG_OK) {
        return status;
    }
    const struct eg_message *message = eg_incoming_message(incoming);
    if (message->verb == EG_VERB_ERROR || message->verb == EG_VERB_UNAUTHENTICATED) {
        status = eg_client_refused(client, message, err);
    } else if (message->verb != EG_VERB_PACKAGES || message->body_count != (id != NULL ? 2U : 1U)) {
        status = eg_error_set(err, EG_E_FORMAT, "RULES", "%s is no answer to it",
                              eg_verb_text(message->verb));
    } else {
        status = check_list(message->body[0], id, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    *out = (struct eg_client_rules){.list = eg_bytes_octets(message->body[0]),
                                    .zip = id != NULL ? eg_bytes_octets(message->body[1])
                                                      : (struct eg_octets){NULL, 0},
                                    .memory = incoming};
    incoming = NULL;

done:
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
    if (status != EG_OK) {
        goto done;
    }
    if (time_ms_out != NULL) {
        *time_ms_out = pong.at_ms;
    }
    if (size_out != NULL) {
        *size_out = pong.size;
    }

done:
    eg_incoming_free(&incoming);
    return status;
}
