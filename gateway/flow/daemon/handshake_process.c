/*
 * Whatever a stranger sends is parsed and judged in this process. If that ends the process, the
 * supervisor starts another one, and the main process goes on serving.
 */
#include "flow/daemon/handshake_process.h"

#include "assess/judge/engine.h"
#include "assess/package/directory.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "core/authorise.h"
#include "core/clock_doubt.h"
#include "flow/journal/log.h"
#include "intake/greeting.h"
#include "verify/cms.h"
#include "wire/refusal.h"
#include "wire/texts.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELLO_SKEW_MS (5 * 60 * 1000LL)
#define TURN_MS 1000

struct door {
    int fd;
    struct eg_handshake_message config;
    char *bind, *secret, *public_key, *origin;
    struct eg_trust trust;
    struct eg_verifier *verifier;
    struct eg_directory *directory;
    struct eg_clock_evidence clock;
    struct eg_greeting *greeting;
    bool over;
};

/* ---- judging a HELLO ---- */

/* No evidence is against our clock, and none shows that it is right: both times are told. */
static void refuse_time(struct eg_verdict *verdict, int64_t at_ms, int64_t now_ms)
{
    char at[EG_TIME_TEXT_MAX], now[EG_TIME_TEXT_MAX];
    eg_text_time(at, at_ms);
    eg_text_time(now, now_ms);
    eg_verdict_refuse(verdict, EG_CODE_HELLO_TIME, "", "at",
                      "the greeting says %s, the gateway's clock %s", at, now);
}

/* As long as our clock is in doubt, nobody is judged by it. */
static bool clock_holds(struct eg_verdict *verdict, const struct door *door, int64_t now_ms)
{
    char text[EG_CLOCK_DOUBT_TEXT_MAX] = "";
    int64_t boot_ms = eg_clock_boot_ms();
    enum eg_clock_doubt doubt = eg_clock_doubt(&door->clock, now_ms, boot_ms);
    if (doubt == EG_CLOCK_TRUSTED) {
        return true;
    }
    eg_clock_doubt_text(text, doubt, &door->clock, now_ms, boot_ms);
    return eg_verdict_refuse(verdict, EG_CODE_CLOCK, "", "clock", "%s", text);
}

static void check_text(struct eg_verdict *verdict, const struct door *door,
                       const struct eg_hello *hello, const char *client_key, int64_t now_ms)
{
    int64_t off_ms = hello->at_ms - now_ms;
    if (strcmp(hello->client_key, client_key) != 0) {
        eg_verdict_refuse(verdict, EG_CODE_HELLO_KEY, "", "client-key",
                          "text names %s, the connection has %s", hello->client_key, client_key);
    } else if (strcmp(hello->door_key, door->public_key) != 0) {
        eg_verdict_refuse(verdict, EG_CODE_HELLO_KEY, "", "door-key", "this door has another key");
    } else if (strcmp(hello->origin, door->origin) != 0) {
        eg_verdict_refuse(verdict, EG_CODE_ADDRESSEE, "", "origin", "%s is not %s", hello->origin,
                          door->origin);
    } else if (off_ms > HELLO_SKEW_MS || off_ms < -HELLO_SKEW_MS) {
        refuse_time(verdict, hello->at_ms, now_ms);
    } else if (!eg_hello_offers(hello, EG_PROTOCOL_NAME)) {
        eg_verdict_refuse(verdict, EG_CODE_VERSION, "", "versions", "%s", hello->versions);
    }
}

/* Signature first, so that nothing unsigned is even read. */
static const struct eg_participant *judge(struct eg_verdict *verdict, struct eg_signer *signer,
                                          struct door *door, const char *client_key,
                                          struct eg_bytes text, struct eg_bytes cms)
{
    struct eg_error err = {0};
    int64_t now_ms = eg_clock_wall_ms();
    if (!clock_holds(verdict, door, now_ms)) {
        return NULL;
    }
    enum eg_status status =
        eg_cms_check(signer, verdict, door->verifier, cms, text, EG_SIGNED_HELLO, now_ms, &err);
    if (status != EG_OK) {
        eg_verdict_refuse(verdict, status == EG_E_STATE ? EG_CODE_REVOCATION : EG_CODE_INTERNAL, "",
                          err.where, "%s", err.text);
    }
    if (!eg_verdict_passed(verdict)) {
        return NULL;
    }
    struct eg_hello hello;
    if (eg_hello_read(&hello, text, &err) != EG_OK) {
        eg_verdict_refuse(verdict, EG_CODE_HELLO_TEXT, "", err.where, "%s", err.text);
        return NULL;
    }
    check_text(verdict, door, &hello, client_key, now_ms);
    const struct eg_participant *participant = eg_directory_by_certificate(door->directory, signer);
    if (participant == NULL) {
        eg_verdict_refuse(verdict, EG_CODE_PARTICIPANT_UNKNOWN, "", "certificate", "%s",
                          signer->subject);
    } else if (now_ms > door->directory->not_after_ms) {
        eg_verdict_refuse(verdict, EG_CODE_DIRECTORY, "", "directory", "%s", "");
    } else {
        (void)eg_authorise_certificate(verdict, signer, participant, EG_SIGNED_HELLO);
    }
    return participant;
}

static void tell_refused(struct door *door, const struct eg_verdict *verdict)
{
    struct eg_bytes parts[] = {eg_bytes_of(eg_code_row(verdict->code)->text),
                               eg_bytes_of(verdict->text)};
    struct eg_error err = {0};
    /* A word for the journal only: were it waited for, a flood of strangers could make both ends
     * wait for each other. */
    if (eg_handshake_has_room(door->fd) &&
        eg_handshake_send(door->fd, EG_HANDSHAKE_REFUSED, parts, 2, -1, &err) != EG_OK) {
        door->over = true;
    }
}

static void tell_greeted(struct door *door, uint32_t ticket, const char *client_key,
                         const struct eg_participant *participant, const struct eg_signer *signer,
                         struct eg_bytes text)
{
    char ticket_text[16];
    char until_text[EG_TIME_TEXT_MAX];
    struct eg_digest hello = eg_hash(text);
    snprintf(ticket_text, sizeof ticket_text, "%u", ticket);
    eg_text_time(until_text, signer->not_after_ms);
    struct eg_bytes parts[] = {
        eg_bytes_of(ticket_text),     eg_bytes_of(client_key),
        eg_bytes_of(participant->id), {signer->certificate.octets, EG_DIGEST_LEN},
        eg_bytes_of(until_text),      {hello.octets, EG_DIGEST_LEN}};
    struct eg_error err = {0};
    if (eg_handshake_send(door->fd, EG_HANDSHAKE_GREETED, parts, 6, -1, &err) != EG_OK) {
        door->over = true;
    }
}

static void on_hello(void *payload, uint32_t ticket, const char *client_key, struct eg_bytes text,
                     struct eg_bytes cms)
{
    struct door *door = payload;
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    struct eg_signer signer;
    const struct eg_participant *participant =
        judge(&verdict, &signer, door, client_key, text, cms);
    if (eg_verdict_passed(&verdict)) {
        tell_greeted(door, ticket, client_key, participant, &signer, text);
        return;
    }
    eg_greeting_refuse(door->greeting, ticket, &verdict);
    tell_refused(door, &verdict);
}

/* ---- what the main process says ---- */

static bool take_clock(struct door *door, const struct eg_handshake_message *message)
{
    if (message->type != EG_HANDSHAKE_CLOCK || message->part_count != 1 ||
        message->parts[0].len != sizeof door->clock) {
        return false;
    }
    memcpy(&door->clock, message->parts[0].data, sizeof door->clock);
    return true;
}

/* From the loop that greets: whoever hears it knows that strangers are served. */
static void tell_alive(struct door *door, const struct eg_handshake_message *beat)
{
    struct eg_error err = {0};
    if (eg_handshake_send(door->fd, EG_HANDSHAKE_ALIVE, beat->parts, beat->part_count, -1, &err) !=
        EG_OK) {
        door->over = true;
    }
}

static void on_answer(struct door *door, const struct eg_handshake_message *message)
{
    uint64_t ticket = 0;
    if (take_clock(door, message)) {
        return;
    }
    if (message->type == EG_HANDSHAKE_BEAT) {
        tell_alive(door, message);
        return;
    }
    if (message->part_count < 3 || !eg_text_u64(message->parts[0], UINT32_MAX, &ticket)) {
        return;
    }
    if (message->type == EG_HANDSHAKE_WELCOME && message->part_count == 5) {
        eg_greeting_answer(door->greeting, (uint32_t)ticket, EG_VERB_WELCOME, message->parts + 1,
                           4);
    } else if (message->type == EG_HANDSHAKE_REFUSE) {
        bool error = eg_bytes_is(message->parts[1], eg_verb_text(EG_VERB_ERROR));
        eg_greeting_answer(door->greeting, (uint32_t)ticket,
                           error ? EG_VERB_ERROR : EG_VERB_UNAUTHENTICATED, message->parts + 2, 1);
    }
}

static bool something_said(const struct door *door)
{
    struct pollfd item = {door->fd, POLLIN, 0};
    return poll(&item, 1, 0) == 1;
}

static void hear_one(struct door *door)
{
    struct eg_handshake_message message;
    struct eg_error err = {0};
    if (eg_handshake_receive(&message, door->fd, EG_HANDSHAKE_FRAME_MAX, -1, &err) != EG_OK) {
        door->over = true;
        return;
    }
    on_answer(door, &message);
    eg_handshake_message_done(&message);
}

/* All that waits: more HELLOs come in a turn than one, so must answers. */
static void hear(struct door *door)
{
    do {
        hear_one(door);
    } while (!door->over && something_said(door));
}

/* ---- life ---- */

static enum eg_status take_config(struct door *door, struct eg_error *err)
{
    enum eg_status status =
        eg_handshake_receive(&door->config, door->fd, EG_HANDSHAKE_FRAME_MAX, -1, err);
    if (status != EG_OK) {
        return status;
    }
    const struct eg_bytes *parts = door->config.parts;
    if (door->config.type != EG_HANDSHAKE_CONFIG || door->config.part_count != 8) {
        return eg_error_set(err, EG_E_FORMAT, "door", "the first frame is not CONFIG");
    }
    door->bind = eg_bytes_dup(parts[0]);
    door->secret = eg_bytes_dup(parts[1]);
    door->public_key = eg_bytes_dup(parts[2]);
    door->origin = eg_bytes_dup(parts[3]);
    if (door->bind == NULL || door->secret == NULL || door->public_key == NULL ||
        door->origin == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "door", "memory ran out");
    }
    door->trust = (struct eg_trust){.anchors_pem = parts[4], .crls_pem = parts[5]};
    return eg_directory_parse(&door->directory, parts[6], parts[7], err);
}

static enum eg_status await_clock(struct door *door, struct eg_error *err)
{
    struct eg_handshake_message message;
    enum eg_status status =
        eg_handshake_receive(&message, door->fd, EG_HANDSHAKE_WORD_MAX, -1, err);
    if (status != EG_OK) {
        return status;
    }
    if (!take_clock(door, &message)) {
        status = eg_error_set(err, EG_E_FORMAT, "door", "the second frame is not CLOCK");
    }
    eg_handshake_message_done(&message);
    return status;
}

static enum eg_status open_door(struct door *door, struct eg_error *err)
{
    struct eg_greeting_hooks hooks = {door, on_hello};
    EG_TRY(eg_engine_init(err));
    EG_TRY(take_config(door, err));
    EG_TRY(await_clock(door, err));
    EG_TRY(eg_verifier_new(&door->verifier, &door->trust, err));
    EG_TRY(eg_greeting_open(&door->greeting, door->bind, door->secret, &hooks, err));
    struct eg_bytes endpoint = eg_bytes_of(eg_greeting_endpoint(door->greeting));
    return eg_handshake_send(door->fd, EG_HANDSHAKE_READY, &endpoint, 1, -1, err);
}

static void close_door(struct door *door)
{
    eg_greeting_close(&door->greeting);
    eg_verifier_free(&door->verifier);
    eg_directory_free(&door->directory);
    if (door->secret != NULL) {
        explicit_bzero(door->secret, strlen(door->secret));
    }
    free(door->bind);
    free(door->secret);
    free(door->public_key);
    free(door->origin);
    eg_handshake_message_done(&door->config);
    eg_engine_done();
}

int eg_handshake_process_main(int fd)
{
    struct door door = {.fd = fd};
    /* Ctrl-C goes to the whole group; the main process ends this one when it is done. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    struct eg_error err = {0};
    enum eg_status status = eg_log_start(&err);
    if (status != EG_OK) {
        goto done;
    }
    status = open_door(&door, &err);
    if (status != EG_OK) {
        goto done;
    }
    while (!door.over) {
        bool ready = false;
        eg_greeting_turn(door.greeting, &fd, &ready, 1, TURN_MS);
        if (ready && !door.over) {
            hear(&door);
        }
    }

done:
    if (status != EG_OK) {
        eg_log_failure("door", &err);
    }
    close_door(&door);
    (void)eg_log_stop(EG_JOURNAL_PATIENCE_MS);
    return status == EG_OK ? 0 : 2;
}
