/*
 * The client against a gateway that does what the test says (tests/support/fake_gateway.h): real
 * sockets, keys, signatures and receipts.
 */
#include <emgate/client.h>
#include <emgate/receipt.h>

#include "core/code.h"
#include "tests/support/fake_gateway.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct eg_fake_gateway *fake;
static struct eg_fake_script *script;
static const struct eg_fake_files *files;
static struct eg_client *client;
static struct eg_error err;

static void start(void)
{
    fake = eg_fake_gateway_start();
    script = eg_fake_gateway_script(fake);
    files = eg_fake_gateway_files(fake);
}

static void stop(void)
{
    eg_client_free(&client);
    eg_fake_gateway_stop(&fake);
}

TestSuite(client, .init = start, .fini = stop, .timeout = 120);

static struct eg_octets octets(const struct eg_buf *buf)
{
    return (struct eg_octets){buf->data, buf->len};
}

static struct eg_octets text(const char *s)
{
    return (struct eg_octets){s, strlen(s)};
}

static struct eg_client_options usual(void)
{
    return (struct eg_client_options){.card_text = octets(&files->card),
                                      .card_cms = octets(&files->card_cms),
                                      .anchors_pem = octets(&files->ca),
                                      .key_pem = octets(&files->operator_key),
                                      .chain_pem = octets(&files->operator_pem),
                                      .timeout_ms = 20000};
}

static void make_with(const struct eg_client_options *options)
{
    cr_assert_eq(eg_client_new(&client, options, &err), EG_OK, "%s: %s", err.where, err.text);
}

static void make(void)
{
    struct eg_client_options options = usual();
    make_with(&options);
}

/* A client whose patience is short, for what never comes. */
static void make_impatient(void)
{
    struct eg_client_options options = usual();
    options.timeout_ms = 3000; /* long enough to connect under valgrind */
    make_with(&options);
}

static void connects(void)
{
    cr_assert_eq(eg_client_connect(client, &err), EG_OK, "%s: %s", err.where, err.text);
}

static void submits(struct eg_client_reply *reply)
{
    cr_assert_eq(eg_client_submit(reply, client, text("cms"), text("a report"), &err), EG_OK,
                 "%s: %s", err.where, err.text);
}

/* ---- the card ---------------------------------------------------------------------------------
 */

static void refuses_card(enum eg_status status, struct eg_octets card, struct eg_octets cms,
                         struct eg_octets anchors)
{
    struct eg_client_options options = usual();
    options.card_text = card;
    options.card_cms = cms;
    options.anchors_pem = anchors;
    cr_assert_eq(eg_client_new(&client, &options, &err), status, "%s: %s", err.where, err.text);
    cr_assert_null(client);
    cr_assert_neq(err.text[0], '\0');
}

Test(client, takes_a_good_card)
{
    make();
    cr_assert_str_eq(eg_client_origin(client), EG_FAKE_ORIGIN);
    cr_assert_str_eq(eg_client_participant(client), "");
    cr_assert_eq(strncmp(eg_client_log_key(client), EG_FAKE_ORIGIN "+", 17), 0);
}

Test(client, refuses_a_card_whose_week_is_over)
{
    refuses_card(EG_E_DENIED, octets(&files->old_card), octets(&files->old_card_cms),
                 octets(&files->ca));
}

Test(client, refuses_a_card_of_another_authority)
{
    refuses_card(EG_E_DENIED, octets(&files->card), octets(&files->card_cms),
                 octets(&files->stranger_ca));
}

Test(client, refuses_a_card_signed_as_something_else)
{
    refuses_card(EG_E_DENIED, octets(&files->card), octets(&files->hello_card_cms),
                 octets(&files->ca));
}

Test(client, refuses_a_card_that_was_altered)
{
    struct eg_octets altered = octets(&files->card);
    altered.len--;
    refuses_card(EG_E_DENIED, altered, octets(&files->card_cms), octets(&files->ca));
}

Test(client, refuses_the_signature_of_another_card)
{
    refuses_card(EG_E_DENIED, octets(&files->card), octets(&files->old_card_cms),
                 octets(&files->ca));
}

Test(client, refuses_a_key_that_is_not_that_of_the_certificate)
{
    struct eg_client_options options = usual();
    options.key_pem = octets(&files->gateway_key);
    cr_assert_eq(eg_client_new(&client, &options, &err), EG_E_CRYPTO);
}

Test(client, tells_no_revocation_lists_from_lists_that_are_empty)
{
    const struct eg_octets bad[] = {{"", 0}, {"\n", 1}, {"# none\n", 7}, octets(&files->ca)};
    struct eg_client_options options = usual();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        options.crls_pem = bad[i];
        cr_expect_eq(eg_client_new(&client, &options, &err), EG_E_FORMAT, "%zu", i);
        cr_expect_str_eq(err.where, "revocation lists");
        cr_expect_null(client);
    }
    options.crls_pem = (struct eg_octets){NULL, 0};
    make_with(&options);
}

Test(client, refuses_options_out_of_bounds)
{
    struct eg_client_options options = usual();
    options.window = EG_CLIENT_WINDOW_MAX + 1;
    cr_assert_eq(eg_client_new(&client, &options, &err), EG_E_USAGE);
    options = usual();
    options.timeout_ms = -1;
    cr_assert_eq(eg_client_new(&client, &options, &err), EG_E_USAGE);
}

/* ---- the greeting -----------------------------------------------------------------------------
 */

Test(client, greets_and_learns_who_it_is)
{
    make();
    connects();
    cr_assert_str_eq(eg_client_participant(client), "operator");
    cr_assert_eq(eg_client_report_max(client), 1000);
    cr_assert_gt(eg_client_admitted_until_ms(client), 0);
    cr_assert_eq(atomic_load(&script->hellos), 1);
    connects(); /* is connected: greets no second time */
    cr_assert_eq(atomic_load(&script->hellos), 1);
}

Test(client, reports_a_refusal_with_its_code)
{
    make();
    atomic_store(&script->welcome, EG_FAKE_REFUSES);
    cr_assert_eq(eg_client_connect(client, &err), EG_E_DENIED);
    cr_assert_str_eq(eg_client_refusal(client), "participant-unknown");
    cr_assert_str_eq(err.where, "participant-unknown");
}

Test(client, comes_again_when_the_door_is_busy)
{
    make();
    atomic_store(&script->welcome, EG_FAKE_BUSY_ONCE);
    connects();
    cr_assert_eq(atomic_load(&script->hellos), 2);
}

Test(client, comes_again_when_its_clock_and_that_of_the_door_differ)
{
    make();
    atomic_store(&script->welcome, EG_FAKE_OTHER_TIME_ONCE);
    connects();
    cr_assert_eq(atomic_load(&script->hellos), 2);
}

Test(client, says_that_it_may_be_tried_again_when_the_clocks_still_differ_and_patience_ends)
{
    make_impatient();
    atomic_store(&script->welcome, EG_FAKE_OTHER_TIME);
    cr_assert_eq(eg_client_connect(client, &err), EG_E_BUSY);
    cr_assert_eq(err.status, EG_E_BUSY);
    cr_assert(err.retry);
    cr_assert_str_eq(err.where, "hello-time");
    cr_assert_str_eq(eg_client_refusal(client), "hello-time");
    cr_assert_eq(atomic_load(&script->hellos), 1, "it does not spin");
}

Test(client, gives_up_on_a_silent_door)
{
    make_impatient();
    atomic_store(&script->welcome, EG_FAKE_SILENT);
    cr_assert_eq(eg_client_connect(client, &err), EG_E_TIMEOUT);
}

Test(client, gives_up_when_nobody_is_there)
{
    make_impatient();
    eg_fake_gateway_close(fake);
    cr_assert_eq(eg_client_connect(client, &err), EG_E_TIMEOUT);
}

static void refuses_welcome(enum eg_fake_welcome how, enum eg_status status)
{
    make();
    atomic_store(&script->welcome, how);
    cr_assert_eq(eg_client_connect(client, &err), status, "%d: %s", err.status, err.text);
    cr_assert_str_eq(eg_client_participant(client), "");
}

Test(client, refuses_a_welcome_for_another_hello)
{
    refuses_welcome(EG_FAKE_OTHER_DIGEST, EG_E_CRYPTO);
}

Test(client, refuses_a_welcome_signed_by_another)
{
    refuses_welcome(EG_FAKE_OTHER_SIGNER, EG_E_CRYPTO);
}

Test(client, refuses_a_welcome_signed_as_a_report)
{
    refuses_welcome(EG_FAKE_REPORT_SIGNED, EG_E_CRYPTO);
}

Test(client, refuses_a_welcome_that_was_altered)
{
    refuses_welcome(EG_FAKE_ALTERED, EG_E_CRYPTO);
}

Test(client, refuses_an_admission_that_is_over)
{
    refuses_welcome(EG_FAKE_ENDED, EG_E_CLOCK);
}

Test(client, refuses_the_card_of_another_log)
{
    refuses_welcome(EG_FAKE_OTHER_CARD, EG_E_DENIED);
}

Test(client, refuses_an_answer_that_is_none)
{
    refuses_welcome(EG_FAKE_NONSENSE, EG_E_FORMAT);
}

static bool always(void *payload)
{
    (void)payload;
    return true;
}

Test(client, stops_when_it_is_interrupted)
{
    struct eg_client_options options = usual();
    options.interrupted = always;
    make_with(&options);
    cr_assert_eq(eg_client_connect(client, &err), EG_E_STATE);
}

/* ---- submitting -------------------------------------------------------------------------------
 */

Test(client, submits_and_gets_a_proved_receipt)
{
    struct eg_client_reply reply = {.ticket = 0};
    struct eg_receipt_facts facts;
    make();
    submits(&reply);
    cr_assert_eq(reply.kind, EG_CLIENT_RECEIPT);
    cr_assert(reply.proved, "%s", reply.text);
    cr_assert(reply.accepted);
    cr_assert_str_eq(reply.code, "accepted");
    cr_assert_eq(reply.text_en.len, strlen("Text in English"));
    cr_assert_eq(eg_receipt_prove(&facts, reply.receipt, eg_client_log_key(client), &err), EG_OK);
    cr_assert_str_eq(facts.participant, "operator");
    cr_assert_eq(eg_receipt_binds(reply.receipt, EG_RECEIPT_REPORT, NULL, reply.report_salt,
                                  text("a report"), &err),
                 EG_OK);
    cr_assert_eq(eg_receipt_binds(reply.receipt, EG_RECEIPT_REPORT, NULL, reply.report_salt,
                                  text("b report"), &err),
                 EG_E_CRYPTO);
    cr_assert_eq(eg_receipt_binds(reply.receipt, EG_RECEIPT_NOTIFICATION, "daily",
                                  reply.report_salt, text("x"), &err),
                 EG_E_NOTFOUND);
    eg_client_reply_done(&reply);
}

Test(client, tells_a_rejection)
{
    struct eg_client_reply reply = {.ticket = 0};
    make();
    atomic_store(&script->rejects, 1);
    submits(&reply);
    cr_assert_eq(reply.kind, EG_CLIENT_RECEIPT);
    cr_assert(reply.proved);
    cr_assert(!reply.accepted);
    cr_assert_str_eq(reply.code, "rejected");
    eg_client_reply_done(&reply);
}

static void does_not_believe(enum eg_fake_receipt how)
{
    struct eg_client_reply reply = {.ticket = 0};
    make();
    atomic_store(&script->receipt, (int)how);
    submits(&reply);
    cr_assert_eq(reply.kind, EG_CLIENT_RECEIPT);
    cr_assert(!reply.proved);
    cr_assert_neq(reply.text[0], '\0');
    eg_client_reply_done(&reply);
}

Test(client, does_not_believe_a_receipt_of_another_log_key)
{
    does_not_believe(EG_FAKE_OTHER_KEY);
}

Test(client, does_not_believe_a_receipt_for_another_report)
{
    does_not_believe(EG_FAKE_OTHER_REPORT);
}

Test(client, does_not_believe_findings_that_the_entry_does_not_name)
{
    does_not_believe(EG_FAKE_OTHER_FINDINGS);
}

Test(client, tells_an_answer_that_can_not_be_read)
{
    struct eg_client_reply reply = {.ticket = 0};
    make();
    atomic_store(&script->receipt, EG_FAKE_NO_SALT);
    submits(&reply);
    cr_assert_eq(reply.kind, EG_CLIENT_ERROR);
    cr_assert_str_eq(reply.code, "malformed");
    eg_client_reply_done(&reply);
}

Test(client, waits_and_sends_again_when_the_gateway_is_busy)
{
    struct eg_client_reply reply = {.ticket = 0};
    make();
    atomic_store(&script->busy, 3);
    submits(&reply);
    cr_assert_eq(reply.kind, EG_CLIENT_RECEIPT);
    cr_assert_eq(atomic_load(&script->submits), 4);
    eg_client_reply_done(&reply);
}

static void sends_again_after(enum eg_code code)
{
    struct eg_client_reply reply = {.ticket = 0};
    make();
    atomic_store(&script->busy_code, code);
    atomic_store(&script->busy, 2);
    submits(&reply);
    cr_assert_eq(reply.kind, EG_CLIENT_RECEIPT);
    cr_assert_eq(atomic_load(&script->submits), 3);
    eg_client_reply_done(&reply);
}

Test(client, waits_and_sends_again_while_the_gateway_doubts_its_clock)
{
    sends_again_after(EG_CODE_CLOCK);
}

Test(client, waits_and_sends_again_when_the_signing_time_does_not_fit_the_clock)
{
    sends_again_after(EG_CODE_CMS_SIGNING_TIME);
}

Test(client, waits_and_sends_again_when_a_certificate_does_not_fit_the_clock)
{
    sends_again_after(EG_CODE_CERT_EXPIRED);
}

Test(client, tells_a_code_of_time_with_its_retry_when_patience_ends)
{
    struct eg_client_reply reply = {.ticket = 0};
    make();
    atomic_store(&script->error, EG_CODE_CMS_SIGNING_TIME);
    submits(&reply);
    cr_assert_eq(reply.kind, EG_CLIENT_UNAUTHENTICATED);
    cr_assert_str_eq(reply.code, "cms-signing-time");
    cr_assert_gt(reply.retry_after_ms, 0);
    cr_assert_eq(atomic_load(&script->submits), 1, "it does not spin");
    eg_client_reply_done(&reply);
}

Test(client, tells_busy_when_patience_ends)
{
    struct eg_client_reply reply = {.ticket = 0};
    make_impatient();
    atomic_store(&script->busy, 1000);
    submits(&reply);
    cr_assert(reply.kind == EG_CLIENT_ERROR || reply.kind == EG_CLIENT_UNANSWERED);
    eg_client_reply_done(&reply);
}

Test(client, hands_an_error_to_the_caller)
{
    struct eg_client_reply reply = {.ticket = 0};
    make();
    atomic_store(&script->error, EG_CODE_NO_PACKAGE);
    submits(&reply);
    cr_assert_eq(reply.kind, EG_CLIENT_ERROR);
    cr_assert_str_eq(reply.code, "no-package");
    cr_assert_eq(reply.retry_after_ms, 3600000);
    cr_assert_neq(reply.de[0], '\0');
    eg_client_reply_done(&reply);
}

Test(client, tells_unauthenticated_with_code_and_line)
{
    struct eg_client_reply reply = {.ticket = 0};
    make();
    atomic_store(&script->error, EG_CODE_CMS_SIGNATURE);
    submits(&reply);
    cr_assert_eq(reply.kind, EG_CLIENT_UNAUTHENTICATED);
    cr_assert_str_eq(reply.code, "cms-signature");
    cr_assert_neq(reply.en[0], '\0');
    eg_client_reply_done(&reply);
}

Test(client, tells_when_no_answer_comes)
{
    struct eg_client_reply reply = {.ticket = 0};
    make_impatient();
    connects();
    atomic_store(&script->mute, 1000);
    submits(&reply);
    cr_assert_eq(reply.kind, EG_CLIENT_UNANSWERED);
    cr_assert_str_eq(reply.code, "unanswered");
    eg_client_reply_done(&reply);
}

Test(client, keeps_a_window_of_submissions_in_flight)
{
    struct eg_client_options options = usual();
    uint64_t tickets[4] = {0};
    uint64_t extra = 0;
    unsigned seen = 0;
    options.window = 4;
    make_with(&options);
    for (int i = 0; i < 4; i++) {
        cr_assert_eq(eg_client_send(&tickets[i], client, text("cms"), text("r"), &err), EG_OK);
    }
    cr_assert_eq(eg_client_in_flight(client), 4);
    cr_assert_eq(eg_client_send(&extra, client, text("cms"), text("r"), &err), EG_E_BUSY);
    cr_assert_eq(extra, 0);
    for (int i = 0; i < 4; i++) {
        struct eg_client_reply reply = {.ticket = 0};
        cr_assert_eq(eg_client_take(&reply, client, 20000, &err), EG_OK);
        for (int k = 0; k < 4; k++) {
            seen |= reply.ticket == tickets[k] ? 1U << k : 0;
        }
        eg_client_reply_done(&reply);
    }
    cr_assert_eq(seen, 15);
    struct eg_client_reply none = {.ticket = 0};
    cr_assert_eq(eg_client_take(&none, client, 0, &err), EG_E_NOTFOUND);
}

Test(client, looks_without_waiting)
{
    struct eg_client_reply reply = {.ticket = 0};
    uint64_t ticket = 0;
    make();
    connects();
    atomic_store(&script->mute, 1000);
    cr_assert_eq(eg_client_send(&ticket, client, text("cms"), text("r"), &err), EG_OK);
    cr_assert_eq(eg_client_take(&reply, client, 0, &err), EG_E_TIMEOUT);
    cr_assert_eq(eg_client_submit(&reply, client, text("cms"), text("r"), &err), EG_E_STATE);
}

Test(client, refuses_an_oversized_report_only_when_asked_to)
{
    static char large[1001];
    struct eg_client_options options = usual();
    struct eg_client_reply reply = {.ticket = 0};
    uint64_t ticket = 0;
    options.refuse_oversized = true;
    make_with(&options);
    cr_assert_eq(
        eg_client_send(&ticket, client, text("cms"), (struct eg_octets){large, 1001}, &err),
        EG_E_LIMIT);
    cr_assert_eq(
        eg_client_send(&ticket, client, text("cms"), (struct eg_octets){large, 1000}, &err), EG_OK);
    eg_client_free(&client);
    make();
    cr_assert_eq(
        eg_client_submit(&reply, client, text("cms"), (struct eg_octets){large, 1001}, &err),
        EG_OK);
    eg_client_reply_done(&reply);
}

Test(client, never_sends_what_would_drop_the_connection)
{
    static char large[2 << 20];
    uint64_t ticket = 0;
    make();
    cr_assert_eq(eg_client_send(&ticket, client, text("cms"),
                                (struct eg_octets){large, 1000 + (1 << 20) + 1}, &err),
                 EG_E_LIMIT);
    cr_assert_eq(eg_client_send(&ticket, client, (struct eg_octets){large, 65537}, text("r"), &err),
                 EG_E_LIMIT);
}

/* ---- connections that break -------------------------------------------------------------------
 */

Test(client, greets_again_when_asked_to)
{
    struct eg_client_reply reply = {.ticket = 0};
    make();
    connects();
    atomic_store(&script->greet_again, 1);
    submits(&reply);
    cr_assert_eq(reply.kind, EG_CLIENT_RECEIPT);
    cr_assert_eq(atomic_load(&script->hellos), 2);
    eg_client_reply_done(&reply);
}

Test(client, survives_a_restart_that_forgot_it)
{
    struct eg_client_reply reply = {.ticket = 0};
    make();
    connects();
    eg_fake_gateway_restart(fake);
    submits(&reply);
    cr_assert_eq(reply.kind, EG_CLIENT_RECEIPT);
    cr_assert(reply.proved);
    cr_assert_geq(atomic_load(&script->hellos), 2);
    eg_client_reply_done(&reply);
}

Test(client, sends_again_what_was_in_flight_when_the_gateway_died)
{
    uint64_t ticket = 0;
    make();
    connects();
    atomic_store(&script->mute, 5);
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(eg_client_send(&ticket, client, text("cms"), text("r"), &err), EG_OK);
    }
    for (int i = 0; i < 1000 && atomic_load(&script->mute) > 0; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    cr_assert_eq(atomic_load(&script->mute), 0);
    eg_fake_gateway_restart(fake);
    for (int i = 0; i < 5; i++) {
        struct eg_client_reply reply = {.ticket = 0};
        cr_assert_eq(eg_client_take(&reply, client, 20000, &err), EG_OK, "%s", err.text);
        cr_assert_eq(reply.kind, EG_CLIENT_RECEIPT, "%s", reply.code);
        eg_client_reply_done(&reply);
    }
}

Test(client, prolongs_its_admission_before_it_ends)
{
    make();
    atomic_store(&script->admitted_ms, 3000);
    connects();
    atomic_store(&script->admitted_ms, 0);
    nanosleep(&(struct timespec){.tv_sec = 3}, NULL);
    cr_assert_eq(eg_client_ping(NULL, NULL, client, &err), EG_OK, "%s", err.text);
    cr_assert_eq(atomic_load(&script->hellos), 2);
}

/* ---- asking -----------------------------------------------------------------------------------
 */

Test(client, pings)
{
    int64_t time_ms = 0;
    uint64_t size = 0;
    make();
    cr_assert_eq(eg_client_ping(&time_ms, &size, client, &err), EG_OK);
    cr_assert_eq(time_ms, 1000);
    cr_assert_eq(size, 17);
}

Test(client, asks_where_a_submission_stands)
{
    struct eg_client_reply reply = {.ticket = 0};
    make();
    cr_assert_eq(eg_client_status(&reply, client, "operator known 1", &err), EG_OK);
    cr_assert_eq(reply.kind, EG_CLIENT_RECEIPT);
    cr_assert(reply.proved);
    cr_assert_gt(reply.findings.len, 0);
    eg_client_reply_done(&reply);
    cr_assert_eq(eg_client_status(&reply, client, "operator other 1", &err), EG_OK);
    cr_assert_eq(reply.kind, EG_CLIENT_ERROR);
    cr_assert_str_eq(reply.code, "unknown");
    eg_client_reply_done(&reply);
    cr_assert_eq(eg_client_status(&reply, client, "not an identity", &err), EG_E_USAGE);
}

Test(client, says_bye)
{
    make();
    connects();
    eg_client_bye(client);
    for (int i = 0; i < 1000 && atomic_load(&script->byes) == 0; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    cr_assert_eq(atomic_load(&script->byes), 1);
}

/* ---- following --------------------------------------------------------------------------------
 */

static void follows(const char *cursor, unsigned credit)
{
    cr_assert_eq(eg_client_follow(client, "operator", cursor, credit, &err), EG_OK, "%s: %s",
                 err.where, err.text);
}

static void gets_item(int number, char cursor[40])
{
    struct eg_client_item item = {.index = 0};
    char expected[32] = "";
    snprintf(expected, sizeof expected, "notification %d", number);
    cr_assert_eq(eg_client_next(&item, client, 20000, &err), EG_OK, "item %d: %s", number,
                 err.text);
    cr_assert_eq(item.notification.len, strlen(expected));
    cr_assert_eq(memcmp(item.notification.data, expected, strlen(expected)), 0);
    if (cursor != NULL) {
        memcpy(cursor, item.cursor, 40);
    }
    eg_client_item_done(&item);
}

Test(client, follows_a_stream_with_little_credit)
{
    struct eg_client_item none = {.index = 0};
    make();
    atomic_store(&script->items, 12);
    follows("0.0", 2);
    for (int i = 1; i <= 12; i++) {
        gets_item(i, NULL);
    }
    cr_assert_eq(eg_client_next(&none, client, 100, &err), EG_E_TIMEOUT);
    atomic_store(&script->items, 13);
    gets_item(13, NULL);
    cr_assert_gt(atomic_load(&script->credits), 4);
}

Test(client, acknowledges_and_goes_on)
{
    char cursor[40] = "";
    make();
    atomic_store(&script->items, 2);
    follows("0.0", 10);
    gets_item(1, cursor);
    cr_assert_eq(eg_client_ack(client, cursor, &err), EG_OK, "%s", err.text);
    gets_item(2, NULL);
    cr_assert_eq(eg_client_ack(client, "9999.1", &err), EG_E_DENIED);
    cr_assert_str_eq(eg_client_refusal(client), "ack-beyond");
    cr_assert_eq(eg_client_ack(client, "no cursor", &err), EG_E_USAGE);
}

Test(client, refuses_a_gap)
{
    struct eg_client_item item = {.index = 0};
    make();
    atomic_store(&script->items, 3);
    atomic_store(&script->skip_item, 2);
    follows("0.0", 10);
    gets_item(1, NULL);
    cr_assert_eq(eg_client_next(&item, client, 20000, &err), EG_E_STATE);
    cr_assert_not_null(strstr(err.text, "gap"));
    cr_assert_eq(eg_client_next(&item, client, 100, &err), EG_E_STATE);
}

Test(client, refuses_a_notification_that_the_entry_does_not_name)
{
    struct eg_client_item item = {.index = 0};
    make();
    atomic_store(&script->items, 2);
    atomic_store(&script->forge_item, 2);
    follows("0.0", 10);
    gets_item(1, NULL);
    cr_assert_eq(eg_client_next(&item, client, 20000, &err), EG_E_CRYPTO);
}

static void next_is(enum eg_status status)
{
    struct eg_client_item none = {.index = 0};
    cr_assert_eq(eg_client_next(&none, client, 20000, &err), status, "%s", err.text);
}

Test(client, is_told_of_a_damaged_item_behind_the_items_before_it)
{
    make();
    atomic_store(&script->items, 4);
    atomic_store(&script->damaged, 3);
    follows("0.0", 10);
    gets_item(1, NULL);
    gets_item(2, NULL);
    next_is(EG_E_DENIED);
    cr_assert_str_eq(eg_client_refusal(client), "item-damaged");
    cr_assert_str_eq(strchr(eg_client_damaged(client), '.'), ".1");
    cr_assert_not_null(strstr(err.text, eg_client_damaged(client)), "it is named: %s", err.text);
    next_is(EG_E_DENIED);
}

Test(client, skips_the_damaged_item_that_is_named_and_no_other)
{
    char last[40] = "";
    char damaged[40] = "";
    make();
    atomic_store(&script->items, 4);
    atomic_store(&script->damaged, 3);
    cr_assert_eq(eg_client_skip(client, "3.1", &err), EG_E_USAGE, "nothing is followed");
    follows("0.0", 10);
    gets_item(1, NULL);
    cr_assert_eq(eg_client_skip(client, "3.1", &err), EG_E_USAGE, "nothing is damaged");
    cr_assert_eq(eg_client_skip(client, "", &err), EG_E_USAGE);
    gets_item(2, last);
    next_is(EG_E_DENIED);
    cr_assert_eq(eg_client_skip(client, last, &err), EG_E_USAGE, "that one is not damaged");
    snprintf(damaged, sizeof damaged, "%s", eg_client_damaged(client));
    cr_assert_eq(eg_client_skip(client, damaged, &err), EG_OK, "%s", err.text);
    cr_assert_str_eq(eg_client_damaged(client), "");
    cr_assert_eq(atomic_load(&script->acks), 1);
    gets_item(4, NULL);
}

Test(client, does_not_skip_what_the_gateway_does_not_name)
{
    make();
    atomic_store(&script->items, 3);
    atomic_store(&script->damaged, 2);
    atomic_store(&script->misnamed, 1);
    follows("0.0", 10);
    gets_item(1, NULL);
    next_is(EG_E_DENIED);
    cr_assert_str_eq(eg_client_damaged(client), "");
    cr_assert_eq(eg_client_skip(client, "the third", &err), EG_E_USAGE);
}

Test(client, follows_again_when_the_gateway_could_not_read)
{
    make();
    atomic_store(&script->items, 3);
    atomic_store(&script->unreadable, 3);
    follows("0.0", 10);
    gets_item(1, NULL);
    gets_item(2, NULL);
    gets_item(3, NULL);
    cr_assert_eq(atomic_load(&script->unreadable), 0);
    cr_assert_geq(atomic_load(&script->follows), 4);
}

Test(client, does_not_call_it_idle_while_the_gateway_can_not_read)
{
    struct eg_client_item none = {.index = 0};
    make();
    atomic_store(&script->items, 3);
    atomic_store(&script->unreadable, 1000000);
    follows("0.0", 10);
    enum eg_status status = eg_client_next(&none, client, 400, &err);
    cr_assert_eq(status, EG_E_BUSY, "%d", (int)status);
    cr_assert_eq(err.status, EG_E_BUSY);
    cr_assert_not_null(strstr(err.text, "archive"), "%s", err.text);
}

Test(client, gives_up_on_a_gateway_that_can_not_read_when_patience_ends)
{
    make_impatient();
    atomic_store(&script->items, 3);
    atomic_store(&script->unreadable, 1000000);
    follows("0.0", 10);
    next_is(EG_E_DENIED);
    cr_assert_str_eq(eg_client_refusal(client), "archive");
}

Test(client, is_told_that_a_stream_is_not_its_own)
{
    make();
    cr_assert_eq(eg_client_follow(client, "authority", NULL, 10, &err), EG_E_DENIED);
    cr_assert_str_eq(eg_client_refusal(client), "stream-unknown");
    cr_assert_eq(eg_client_follow(client, "", NULL, 10, &err), EG_E_USAGE);
    cr_assert_eq(eg_client_follow(client, "operator", "1", 10, &err), EG_E_USAGE);
    cr_assert_eq(eg_client_follow(client, "operator", NULL, 1001, &err), EG_E_USAGE);
}

Test(client, follows_on_after_a_restart_without_gap_or_double)
{
    make();
    atomic_store(&script->items, 5);
    follows("0.0", 10);
    for (int i = 1; i <= 3; i++) { /* two more wait here and are forgotten with the connection */
        gets_item(i, NULL);
    }
    eg_fake_gateway_restart(fake);
    atomic_store(&script->items, 8);
    for (int i = 4; i <= 8; i++) {
        gets_item(i, NULL);
    }
    cr_assert_geq(atomic_load(&script->follows), 2);
}

Test(client, submits_while_it_follows)
{
    struct eg_client_reply reply = {.ticket = 0};
    make();
    atomic_store(&script->items, 4);
    follows(NULL, 10);
    gets_item(1, NULL);
    submits(&reply);
    cr_assert(reply.proved);
    eg_client_reply_done(&reply);
    for (int i = 2; i <= 4; i++) {
        gets_item(i, NULL);
    }
}

/* ---- receipts offline -------------------------------------------------------------------------
 */

Test(client, a_receipt_with_any_octet_changed_proves_nothing)
{
    struct eg_client_reply reply = {.ticket = 0};
    struct eg_receipt_facts facts;
    make();
    submits(&reply);
    uint8_t *copy = malloc(reply.receipt.len);
    cr_assert_not_null(copy);
    for (size_t i = 0; i < reply.receipt.len; i++) {
        memcpy(copy, reply.receipt.data, reply.receipt.len);
        copy[i] ^= 1;
        cr_assert_neq(eg_receipt_prove(&facts, (struct eg_octets){copy, reply.receipt.len},
                                       eg_client_log_key(client), &err),
                      EG_OK, "octet %zu", i);
    }
    cr_assert_eq(eg_receipt_prove(&facts, reply.receipt, "no key", &err), EG_E_FORMAT);
    free(copy);
    eg_client_reply_done(&reply);
}
