/*
 * Submissions in flight and their replies. A receipt is proved here, before the caller sees it: in
 * the log, about this very report, these findings, this participant.
 */
#include "client/internal.h"

#include "base/clock.h"
#include "base/error.h"
#include "proof/receipt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_MS 200
#define ANSWERED_ABOVE_MAX                                                                         \
    EG_MIB /* a report larger than report-max by up to this gets a receipt                         \
            */

static enum eg_status check_sizes(const struct eg_client *client, struct eg_octets cms,
                                  struct eg_octets report, struct eg_error *err)
{
    uint64_t max = client->welcome.report_max;
    if (!client->refuse_oversized) {
        max += ANSWERED_ABOVE_MAX;
    }
    if (cms.len > EG_CMS_MAX) {
        return eg_error_set(err, EG_E_LIMIT, "signature", "%zu octets; at most %zu are taken",
                            cms.len, EG_CMS_MAX);
    }
    if (report.len > max) {
        return eg_error_set(err, EG_E_LIMIT, "report",
                            "%zu octets; the gateway accepts at most %llu", report.len,
                            (unsigned long long)client->welcome.report_max);
    }
    return EG_OK;
}

enum eg_status eg_client_send(uint64_t *ticket_out, struct eg_client *client, struct eg_octets cms,
                              struct eg_octets report, struct eg_error *err)
{
    struct eg_request *request = NULL;
    if (client->submissions >= client->window) {
        return eg_error_set(err, EG_E_BUSY, "window", "%zu submissions wait for their reply",
                            client->submissions);
    }
    enum eg_status status = eg_client_connect(client, err);
    if (status != EG_OK) {
        return status;
    }
    status = check_sizes(client, cms, report, err);
    const struct eg_bytes frames[] = {eg_octets_bytes(cms), eg_octets_bytes(report)};
    if (status != EG_OK) {
        return status;
    }
    EG_TRY(eg_request_add(&request, client, EG_VERB_SUBMIT, frames, 2, err));
    *ticket_out = request->id;
    /* Out it goes; a connection that broke is the business of the next take. */
    struct eg_error ignored;
    enum eg_status turned = eg_client_turn(client, 0, &ignored);
    (void)turned;
    return EG_OK;
}

size_t eg_client_in_flight(const struct eg_client *client)
{
    return client->submissions;
}

static struct eg_request *finished(const struct eg_client *client)
{
    for (size_t i = 0; i < client->request_count; i++) {
        struct eg_request *request = client->requests[i];
        if (request->verb == EG_VERB_SUBMIT && (request->answer != NULL || request->expired)) {
            return request;
        }
    }
    return NULL;
}

static void put_code(struct eg_client_reply *out, const char *code, const char *de, const char *en)
{
    snprintf(out->code, sizeof out->code, "%s", code);
    snprintf(out->de, sizeof out->de, "%s", de);
    snprintf(out->en, sizeof out->en, "%s", en);
}

static void fill_refusal(struct eg_client_reply *out, const struct eg_message *message)
{
    struct eg_answer_text text;
    struct eg_error err = {.status = EG_OK};
    out->kind =
        message->verb == EG_VERB_UNAUTHENTICATED ? EG_CLIENT_UNAUTHENTICATED : EG_CLIENT_ERROR;
    if (eg_answer_read(&text, message->body[0], &err) != EG_OK) {
        put_code(out, "malformed", "Die Antwort ist nicht lesbar.", "The answer can not be read.");
        snprintf(out->text, sizeof out->text, "%.399s", err.text);
        return;
    }
    put_code(out, text.code_text, text.de, text.en);
    out->retry_after_ms = text.retry_after_ms;
    memcpy(out->rule, text.rule, sizeof out->rule);
    memcpy(out->where, text.where, sizeof out->where);
    memcpy(out->text, text.text, sizeof out->text);
}

/* What the entry says fits what was sent and what came with the receipt. */
static const char *misfit(const struct eg_entry *entry, const struct eg_client *client,
                          const struct eg_receipt_body *body, struct eg_bytes report)
{
    struct eg_digest digest = eg_hash_salted(&body->report_salt, report);
    struct eg_digest findings = eg_hash_salted(&body->findings_salt, body->findings);
    if (entry->kind != EG_ENTRY_SUBMISSION ||
        strcmp(entry->identity.participant, client->welcome.participant) != 0) {
        return "the entry is not about a submission of this participant";
    }
    if (!entry->has_report || !eg_digest_equal(&digest, &entry->report)) {
        return "the entry is about another report";
    }
    if (!entry->has_findings || !eg_digest_equal(&findings, &entry->findings)) {
        return "the entry names other findings";
    }
    return NULL;
}

static void prove(struct eg_client_reply *out, const struct eg_client *client,
                  const struct eg_receipt_body *body, const struct eg_request *request)
{
    struct eg_receipt receipt = {.index = 0};
    struct eg_error err = {.status = EG_OK};
    enum eg_code code = EG_CODE_REJECTED;
    if (eg_receipt_verify(&receipt, body->receipt, client->card.origin, client->card.log_key,
                          &err) != EG_OK) {
        put_code(out, "receipt", "Die Quittung beweist nichts.", "The receipt proves nothing.");
        snprintf(out->text, sizeof out->text, "%.399s", err.text);
        return;
    }
    const char *why =
        request == NULL || request->verb != EG_VERB_SUBMIT
            ? NULL
            : misfit(&receipt.entry, client, body, eg_bytes_view(&request->frames[1]));
    out->accepted = receipt.entry.accepted;
    out->index = receipt.index;
    out->counts = eg_client_counts_of(&receipt.entry);
    out->proved = why == NULL;
    code = out->accepted ? EG_CODE_ACCEPTED : EG_CODE_REJECTED;
    put_code(out, eg_code_row(code)->text, eg_code_row(code)->de, eg_code_row(code)->en);
    snprintf(out->text, sizeof out->text, "%s", why == NULL ? "" : why);
    eg_receipt_done(&receipt);
}

static bool read_receipt(struct eg_receipt_body *body, const struct eg_message *message)
{
    if (message->verb == EG_VERB_RECEIPT) {
        return eg_receipt_body_read(body, message, NULL);
    }
    *body = (struct eg_receipt_body){.receipt = message->body[0], .findings = message->body[1]};
    return message->verb == EG_VERB_STANDING;
}

void eg_reply_fill(struct eg_client_reply *out, struct eg_client *client,
                   const struct eg_request *request, struct eg_incoming **answer)
{
    struct eg_client_reply reply = {.kind = EG_CLIENT_RECEIPT,
                                    .ticket = request == NULL ? 0 : request->id};
    const struct eg_message *message = eg_incoming_message(*answer);
    struct eg_receipt_body body;
    if (message->verb == EG_VERB_UNAUTHENTICATED || message->verb == EG_VERB_ERROR) {
        fill_refusal(&reply, message);
    } else if (!read_receipt(&body, message)) {
        reply.kind = EG_CLIENT_ERROR;
        put_code(&reply, "malformed", "Die Antwort ist nicht lesbar.",
                 "The answer can not be read.");
    } else {
        reply.receipt = eg_bytes_octets(body.receipt);
        reply.findings = eg_bytes_octets(body.findings);
        reply.text_de = eg_bytes_octets(body.de);
        reply.text_en = eg_bytes_octets(body.en);
        memcpy(reply.findings_salt, body.findings_salt.octets, EG_SALT_LEN);
        memcpy(reply.report_salt, body.report_salt.octets, EG_SALT_LEN);
        prove(&reply, client, &body, request);
    }
    reply.memory = *answer;
    *answer = NULL;
    *out = reply;
}

void eg_client_reply_done(struct eg_client_reply *reply)
{
    struct eg_incoming *incoming = reply->memory;
    eg_incoming_free(&incoming);
    *reply = (struct eg_client_reply){.kind = EG_CLIENT_UNANSWERED};
}

static void give(struct eg_client_reply *out, struct eg_client *client, struct eg_request *request)
{
    if (request->answer != NULL) {
        eg_reply_fill(out, client, request, &request->answer);
    } else {
        *out = (struct eg_client_reply){.kind = EG_CLIENT_UNANSWERED, .ticket = request->id};
        put_code(out, "unanswered", "Keine Antwort in der gesetzten Zeit; erneut senden.",
                 "No answer in the time allowed; send again.");
    }
    eg_request_drop(client, request);
}

enum eg_status eg_client_take(struct eg_client_reply *out, struct eg_client *client, int timeout_ms,
                              struct eg_error *err)
{
    int64_t until_ms = eg_clock_boot_ms() + timeout_ms;
    enum eg_status status = EG_OK;
    for (;;) {
        struct eg_request *request = finished(client);
        int64_t left_ms = until_ms - eg_clock_boot_ms();
        if (request != NULL) {
            give(out, client, request);
            return EG_OK;
        }
        if (status != EG_OK) { /* a turn failed, and it ended no submission */
            return status;
        }
        if (client->submissions == 0) {
            return eg_error_set(err, EG_E_NOTFOUND, "window", "nothing is in flight");
        }
        status = eg_client_turn(client,
                                left_ms <= 0        ? 0
                                : left_ms > STEP_MS ? STEP_MS
                                                    : (int)left_ms,
                                err);
        if (status == EG_OK && left_ms <= 0 && finished(client) == NULL) {
            return eg_error_set(err, EG_E_TIMEOUT, "window", "no reply within %d ms", timeout_ms);
        }
    }
}

enum eg_status eg_client_submit(struct eg_client_reply *out, struct eg_client *client,
                                struct eg_octets cms, struct eg_octets report, struct eg_error *err)
{
    uint64_t ticket = 0;
    if (client->submissions > 0) {
        return eg_error_set(err, EG_E_STATE, "window", "other submissions are in flight");
    }
    enum eg_status status = eg_client_send(&ticket, client, cms, report, err);
    return status != EG_OK ? status
                           : eg_client_take(out, client, client->timeout_ms + STEP_MS, err);
}
