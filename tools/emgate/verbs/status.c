/*
 * emgate status: what became of a submission, with its receipt.
 */
#include "base/error.h"
#include "emgate/frame/connection.h"
#include "emgate/verbs/counts.h"
#include "emgate/verbs/keep.h"
#include "emgate/verbs/newest.h"

#include "base/text.h"
#include "core/identity.h"
#include "wire/texts.h"

#include <emgate/receipt.h>
#include <inttypes.h>
#include <string.h>

static const struct eg_tool_option options[] = {
    EG_CONNECTION_OPTIONS,
    {"-o", "FILE", "write the receipt to this file", false, false},
    EG_NEWEST_OPTION,
    {0}};

static enum eg_status identity_of(char out[EG_IDENTITY_TEXT_MAX], const struct eg_tool_args *args,
                                  struct eg_error *err)
{
    struct eg_identity identity;
    size_t count = eg_tool_operand_count(args);
    int len = count == 3 ? snprintf(out, EG_IDENTITY_TEXT_MAX, "%s %s %s", eg_tool_operand(args, 0),
                                    eg_tool_operand(args, 1), eg_tool_operand(args, 2))
                         : snprintf(out, EG_IDENTITY_TEXT_MAX, "%s", eg_tool_operand(args, 0));
    if (count == 2 || len < 0 || len >= (int)EG_IDENTITY_TEXT_MAX ||
        !eg_identity_untext(eg_bytes_of(out), &identity)) {
        return eg_error_set(err, EG_E_USAGE, "ID",
                            "a submission is named by participant, id and version, e.g. "
                            "\"de.example.operator 2011-04-06 1\"");
    }
    return EG_OK;
}

static void tell_counts(const struct eg_client_counts *counts)
{
    struct eg_buf words = {0};
    eg_buf_init(&words, EG_KIB);
    eg_tool_counts_text(&words, counts);
    printf("judgement   %s\n", words.data != NULL ? (const char *)words.data : "");
    eg_buf_done(&words);
}

static void tell_text(const char *identity, const struct eg_receipt_facts *facts,
                      const struct eg_standing *standing)
{
    char received[EG_TIME_TEXT_MAX] = "";
    char recorded[EG_TIME_TEXT_MAX] = "";
    eg_text_time(received, facts->received_at_ms);
    eg_text_time(recorded, facts->recorded_at_ms);
    printf("submission  %s\n", identity);
    printf("outcome     %s\n", facts->accepted ? "accepted" : "rejected");
    tell_counts(&facts->counts);
    printf("entry       %" PRIu64 "\n", facts->index);
    printf("received    %s\n", received);
    printf("recorded    %s\n", recorded);
    if (facts->package_id[0] != '\0') {
        printf("rules       %s %s\n", facts->package_id, facts->package_version);
    }
    for (size_t i = 0; i < standing->delivery_count; i++) {
        const struct eg_delivery *delivery = &standing->deliveries[i];
        printf("delivery    %s to %s: %s\n", delivery->name, delivery->recipient,
               delivery->acknowledged ? "acknowledged" : "waiting");
    }
}

static void tell_json(const char *identity, const struct eg_receipt_facts *facts,
                      const struct eg_standing *standing)
{
    char received[EG_TIME_TEXT_MAX] = "";
    char recorded[EG_TIME_TEXT_MAX] = "";
    struct eg_buf line = {0};
    eg_buf_init(&line, EG_MIB);
    eg_text_time(received, facts->received_at_ms);
    eg_text_time(recorded, facts->recorded_at_ms);
    eg_buf_text(&line, "{\"submission\":");
    eg_text_json(&line, eg_bytes_of(identity));
    eg_buf_format(&line,
                  ",\"known\":true,\"outcome\":\"%s\",\"entry\":%" PRIu64
                  ",\"received_at\":\"%s\",\"recorded_at\":\"%s\",\"package\":",
                  facts->accepted ? "accepted" : "rejected", facts->index, received, recorded);
    eg_text_json(&line, eg_bytes_of(facts->package_id));
    eg_buf_text(&line, ",\"package_version\":");
    eg_text_json(&line, eg_bytes_of(facts->package_version));
    eg_tool_counts_json(&line, &facts->counts);
    eg_buf_text(&line, ",\"deliveries\":[");
    for (size_t i = 0; i < standing->delivery_count; i++) {
        const struct eg_delivery *delivery = &standing->deliveries[i];
        eg_buf_text(&line, i == 0 ? "{\"name\":" : ",{\"name\":");
        eg_text_json(&line, eg_bytes_of(delivery->name));
        eg_buf_text(&line, ",\"recipient\":");
        eg_text_json(&line, eg_bytes_of(delivery->recipient));
        eg_buf_format(&line, ",\"acknowledged\":%s}", delivery->acknowledged ? "true" : "false");
    }
    eg_buf_text(&line, "]}\n");
    if (!line.failed) {
        fwrite(line.data, 1, line.len, stdout);
    }
    eg_buf_done(&line);
}

static enum eg_status tell_receipt(const struct eg_tool_args *args, const char *identity,
                                   const struct eg_client *client,
                                   const struct eg_client_reply *reply, struct eg_error *err)
{
    const char *file = eg_tool_value(args, "-o", 0);
    struct eg_receipt_facts facts;
    struct eg_standing standing;
    EG_TRY(eg_receipt_prove(&facts, reply->receipt, eg_client_log_key(client), err));
    EG_TRY(eg_standing_read(&standing, (struct eg_bytes){reply->findings.data, reply->findings.len},
                            err));
    if (file != NULL) {
        EG_TRY(eg_keep_file(file, reply->receipt, err));
    }
    if (eg_tool_json(args)) {
        tell_json(identity, &facts, &standing);
    } else {
        tell_text(identity, &facts, &standing);
    }
    return EG_OK;
}

static int tell_unknown(const struct eg_tool_args *args, const char *identity)
{
    struct eg_buf line = {0};
    if (!eg_tool_json(args)) {
        printf("unknown     %s: nothing is known of it that may be told\n", identity);
        return EG_EXIT_NEGATIVE;
    }
    eg_buf_init(&line, EG_MIB);
    eg_buf_text(&line, "{\"submission\":");
    eg_text_json(&line, eg_bytes_of(identity));
    eg_buf_text(&line, ",\"known\":false}\n");
    if (!line.failed) {
        fwrite(line.data, 1, line.len, stdout);
    }
    eg_buf_done(&line);
    return EG_EXIT_NEGATIVE;
}

static int tell(const struct eg_tool_args *args, const char *identity,
                const struct eg_client *client, const struct eg_client_reply *reply,
                struct eg_error *err)
{
    if (reply->kind == EG_CLIENT_RECEIPT) {
        return tell_receipt(args, identity, client, reply, err) == EG_OK ? EG_EXIT_DONE
                                                                         : EG_EXIT_COULD_NOT;
    }
    if (reply->kind == EG_CLIENT_ERROR && strcmp(reply->code, "unknown") == 0) {
        return tell_unknown(args, identity);
    }
    eg_error_set(err, EG_E_STATE, reply->code, "%s %s", reply->en, reply->text);
    return EG_EXIT_COULD_NOT;
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    char identity[EG_IDENTITY_TEXT_MAX] = "";
    struct eg_client *client = NULL;
    struct eg_newest *newest = NULL;
    struct eg_client_reply reply = {.kind = EG_CLIENT_UNANSWERED};
    int exit_status = EG_EXIT_COULD_NOT;
    enum eg_status status = identity_of(identity, args, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_connection_new(&client, args, NULL, 0, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_newest_open(&newest, args, eg_client_log_key(client), err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_client_status(&reply, client, identity, err);
    if (status != EG_OK) {
        goto done;
    }
    if (reply.kind == EG_CLIENT_RECEIPT && reply.proved) {
        status = eg_newest_see(newest, reply.receipt, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    exit_status = tell(args, identity, client, &reply, err);
    eg_client_bye(client);

done:
    eg_client_reply_done(&reply);
    eg_client_free(&client);
    eg_newest_free(&newest);
    return exit_status;
}

const struct eg_tool_verb eg_verb_status = {
    .name = "status",
    .summary = "where a submission stands",
    .operands = "ID",
    .operands_min = 1,
    .operands_max = 3,
    .description =
        "Asks the gateway for the receipt of a submission and how far its notifications were "
        "delivered. A submission is named by participant, declared id and version, as one operand "
        "or three.\n\n"
        "The receipt is compared with the newest one held of this log (--state); FILE is never "
        "overwritten by another receipt.\n\n"
        "Only those concerned are told; for everybody else it is unknown. Exit status 0: told; 1: "
        "unknown; 2: could not ask.",
    .example =
        "emgate status --card gateway.card --anchors ca.pem --key plant.key --cert plant.pem "
        "de.example.operator 2011-04-06 1",
    .options = options,
    .run = run};
