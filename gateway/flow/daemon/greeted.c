/*
 * The door has checked the certificate; what it says is checked for its form only.
 */
#include "flow/daemon/greeted.h"

#include "base/clock.h"
#include "base/text.h"
#include "flow/journal/log.h"
#include "wire/refusal.h"
#include "wire/texts.h"

#include <string.h>

#define HOUR_MS 3600000LL

static void refuse_greeting(const struct eg_greeted *greeted, struct eg_bytes ticket,
                            enum eg_code code, const char *text)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    eg_verdict_refuse(&verdict, code, "", "greeting", "%s", text);
    struct eg_buf body;
    eg_buf_init(&body, EG_SIGNED_TEXT_MAX);
    struct eg_error err = {0};
    if (eg_refusal_text(&body, &verdict, &err) == EG_OK) {
        struct eg_bytes parts[] = {ticket, eg_bytes_of(eg_verb_text(EG_VERB_ERROR)),
                                   eg_bytes_view(&body)};
        eg_handshake_supervisor_say(greeted->supervisor, EG_HANDSHAKE_REFUSE, parts, 3);
    }
    eg_buf_done(&body);
}

/* Admitted before WELCOME leaves: a WELCOME never promises an admission that is not there. */
static enum eg_status welcome(const struct eg_greeted *greeted,
                              const struct eg_handshake_message *message, struct eg_error *err)
{
    const struct eg_settings *settings = greeted->gateway->settings;
    struct eg_welcome text = {.report_max = settings->report_max,
                              .credit_max = (uint32_t)settings->credit_max,
                              .version = EG_PROTOCOL_NAME};
    char key[EG_CURVE_KEY_TEXT + 1] = "";
    struct eg_digest certificate;
    int64_t now_ms = 0;
    struct eg_verdict doubt = {.code = EG_CODE_OK};
    if (!eg_clock_watch_holds(&greeted->gateway->clock, &now_ms, &doubt)) {
        return eg_error_set(err, EG_E_CLOCK, "clock", "%s", doubt.text);
    }
    if (message->part_count != 6 || message->parts[1].len != EG_CURVE_KEY_TEXT ||
        message->parts[2].len > EG_ID_MAX || message->parts[3].len != EG_DIGEST_LEN ||
        message->parts[5].len != EG_DIGEST_LEN ||
        !eg_text_untime(message->parts[4], &text.admitted_until_ms)) {
        return eg_error_set(err, EG_E_FORMAT, "door", "GREETED does not have its six parts");
    }
    memcpy(key, message->parts[1].data, EG_CURVE_KEY_TEXT);
    memcpy(text.participant, message->parts[2].data, message->parts[2].len);
    memcpy(certificate.octets, message->parts[3].data, EG_DIGEST_LEN);
    memcpy(text.hello.octets, message->parts[5].data, EG_DIGEST_LEN);
    int64_t longest = now_ms + (int64_t)settings->admission_hours * HOUR_MS;
    if (text.admitted_until_ms > longest) {
        text.admitted_until_ms = longest;
    }
    int64_t boot_ms = eg_clock_boot_ms();
    EG_TRY(eg_admission_put(greeted->admission, key, text.participant, &certificate,
                            boot_ms + (text.admitted_until_ms - now_ms), boot_ms, err));
    EG_TRY(
        eg_cards_welcome(greeted->cards, &greeted->supervisor->out, message->parts[0], &text, err));
    eg_log(EG_LOG_INFO, "admitted", "participant=%s key=\"%s\"", text.participant, key);
    return EG_OK;
}

static void on_greeted(const struct eg_greeted *greeted, const struct eg_handshake_message *message)
{
    struct eg_error err = {0};
    enum eg_status status = welcome(greeted, message, &err);
    if (status != EG_OK) {
        eg_log_failure("greeting", &err);
        if (message->part_count > 0) {
            refuse_greeting(greeted, message->parts[0],
                            status == EG_E_BUSY    ? EG_CODE_BUSY
                            : status == EG_E_CLOCK ? EG_CODE_CLOCK
                                                   : EG_CODE_INTERNAL,
                            err.text);
        }
    }
}

void eg_greeted_hear(const struct eg_greeted *greeted)
{
    struct eg_handshake_message message;
    while (eg_handshake_supervisor_hear(&message, greeted->supervisor)) {
        if (message.type == EG_HANDSHAKE_GREETED) {
            on_greeted(greeted, &message);
        } else if (message.part_count == 2) {
            bool ours = eg_bytes_is(message.parts[0], eg_code_row(EG_CODE_CLOCK)->text);
            eg_log_stranger(EG_LOG_WARN, ours ? "error" : "unauthenticated",
                            "at=door code=%.*s text=\"%.*s\"", (int)message.parts[0].len,
                            (const char *)message.parts[0].data, (int)message.parts[1].len,
                            (const char *)message.parts[1].data);
        }
        eg_handshake_message_done(&message);
    }
}
