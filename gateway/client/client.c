/*
 * Birth and death of a client, and what it knows of itself.
 */
#include "client/internal.h"

#include "base/clock.h"
#include "base/error.h"
#include "client/curve.h"

#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#define TIMEOUT_USUAL_MS 30000
#define WINDOW_USUAL 16
#define PEM_MAX (16 * EG_MIB) /* anchors, or revocation lists of a large authority */
#define BYE_LINGER_MS 500

static enum eg_status copy(struct eg_buf *out, struct eg_octets octets, const char *what,
                           struct eg_error *err)
{
    eg_buf_init(out, PEM_MAX);
    eg_buf_bytes(out, eg_octets_bytes(octets));
    return eg_buf_ok(out, what, err);
}

static enum eg_status load_trust(struct eg_client *client, const struct eg_client_options *options,
                                 struct eg_error *err)
{
    enum eg_status status = copy(&client->anchors, options->anchors_pem, "anchors", err);
    if (status == EG_OK) {
        status = copy(&client->crls, options->crls_pem, "revocation lists", err);
    }
    if (status != EG_OK) {
        return status;
    }
    const struct eg_trust trust = {.anchors_pem = eg_bytes_view(&client->anchors),
                                   .crls_pem = eg_bytes_view(&client->crls),
                                   .crls_from =
                                       options->crls_pem.data != NULL ? "revocation lists" : NULL};
    return eg_verifier_new(&client->verifier, &trust, err);
}

static enum eg_status set_up(struct eg_client *client, const struct eg_client_options *options,
                             struct eg_error *err)
{
    EG_TRY(load_trust(client, options, err));
    EG_TRY(eg_signing_key_load(&client->key, eg_octets_bytes(options->key_pem),
                               eg_octets_bytes(options->chain_pem), err));
    EG_TRY(eg_client_take_card(client, eg_octets_bytes(options->card_text),
                               eg_octets_bytes(options->card_cms), eg_clock_wall_ms(), err));
    EG_TRY(eg_curve_new(client->public_key, client->secret_key, err));
    client->context = zmq_ctx_new();
    return client->context != NULL
               ? EG_OK
               : eg_error_set(err, EG_E_NOMEM, "transport", "no context could be made");
}

enum eg_status eg_client_new(struct eg_client **out, const struct eg_client_options *options,
                             struct eg_error *err)
{
    if (options->timeout_ms < 0 || options->window > EG_CLIENT_WINDOW_MAX) {
        return eg_error_set(err, EG_E_USAGE, "options", "timeout or window out of bounds");
    }
    struct eg_client *client = calloc(1, sizeof *client);
    if (client == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "client", "memory ran out");
    }
    eg_buf_init(&client->card_text, EG_SIGNED_TEXT_MAX);
    client->timeout_ms = options->timeout_ms == 0 ? TIMEOUT_USUAL_MS : options->timeout_ms;
    client->window = options->window == 0 ? WINDOW_USUAL : options->window;
    client->refuse_oversized = options->refuse_oversized;
    client->interrupted = options->interrupted;
    client->payload = options->payload;
    enum eg_status status = set_up(client, options, err);
    if (status != EG_OK) {
        goto done;
    }
    *out = client;
    client = NULL;

done:
    eg_client_free(&client);
    return status;
}

void eg_client_free(struct eg_client **client)
{
    struct eg_client *gone = *client;
    if (gone == NULL) {
        return;
    }
    *client = NULL;
    eg_follow_end(gone);
    while (gone->request_count > 0) {
        eg_request_drop(gone, gone->requests[gone->request_count - 1]);
    }
    free(gone->requests);
    eg_link_close(&gone->hall);
    if (gone->context != NULL) {
        zmq_ctx_term(gone->context);
    }
    eg_signing_key_free(&gone->key);
    eg_verifier_free(&gone->verifier);
    eg_buf_done(&gone->card_text);
    eg_buf_done(&gone->anchors);
    eg_buf_done(&gone->crls);
    explicit_bzero(gone->secret_key, sizeof gone->secret_key);
    free(gone);
}

void eg_client_bye(struct eg_client *client)
{
    struct eg_message message;
    eg_follow_end(client);
    if (client->connected && client->hall.open) {
        int linger_ms = BYE_LINGER_MS;
        eg_message_start(&message, EG_VERB_BYE, eg_bytes_of("bye"));
        (void)zmq_setsockopt(client->hall.socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
        enum eg_status sent = eg_outgoing_send(client->hall.socket, &message, NULL);
        (void)sent; /* a farewell that does not arrive changes nothing */
    }
    eg_link_close(&client->hall);
    client->connected = false;
}

const char *eg_client_origin(const struct eg_client *client)
{
    return client->card.origin;
}

const char *eg_client_participant(const struct eg_client *client)
{
    return client->welcome.participant;
}

const char *eg_client_log_key(const struct eg_client *client)
{
    return client->log_key;
}

uint64_t eg_client_report_max(const struct eg_client *client)
{
    return client->welcome.report_max;
}

int64_t eg_client_admitted_until_ms(const struct eg_client *client)
{
    return client->welcome.admitted_until_ms;
}

const char *eg_client_refusal(const struct eg_client *client)
{
    return client->has_refusal ? client->refusal.code_text : "";
}
