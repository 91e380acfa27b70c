/*
 * The signed texts: hello, welcome, card. Each reader is the list of its lines, each writer the
 * same list; a writer reads its own octets back, so that nothing is ever signed that a strict
 * reader refuses.
 */
#include "wire/texts.h"

#include "base/error.h"
#include "wire/fields.h"

#include <inttypes.h>
#include <string.h>

#define VERSION_MAX (sizeof((struct eg_welcome *)0)->version - 1)
#define VERSIONS_MAX (sizeof((struct eg_hello *)0)->versions - 1)

static struct eg_bytes written(const struct eg_buf *out, size_t from)
{
    return (struct eg_bytes){out->data + from, out->len - from};
}

static void put_time(struct eg_buf *out, const char *key, int64_t at_ms)
{
    char text[EG_TIME_TEXT_MAX] = "";
    eg_text_time(text, at_ms);
    eg_lines_put(out, key, eg_bytes_of(text));
}

static bool is_version(struct eg_bytes text)
{
    if (text.len == 0 || text.len > VERSION_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) {
            return false;
        }
    }
    return true;
}

/* The part of `list` before the next comma; moves the list behind it. */
static struct eg_bytes next_version(struct eg_bytes *list)
{
    const uint8_t *comma = list->len == 0 ? NULL : memchr(list->data, ',', list->len);
    size_t len = comma == NULL ? list->len : (size_t)(comma - list->data);
    struct eg_bytes version = {list->data, len};
    size_t skip = comma == NULL ? len : len + 1;
    *list = (struct eg_bytes){list->data + skip, list->len - skip};
    return version;
}

static void take_versions(struct eg_fields *fields, char *out)
{
    struct eg_bytes value = eg_fields_value(fields, "versions");
    struct eg_bytes rest = value;
    bool good = value.len >= 1 && value.len <= VERSIONS_MAX && value.data[value.len - 1] != ',';
    while (good && rest.len > 0) {
        good = is_version(next_version(&rest));
    }
    if (!good) {
        eg_fields_refuse(fields, "versions", "not a list of versions");
        return;
    }
    memcpy(out, value.data, value.len);
    out[value.len] = '\0';
}

bool eg_hello_offers(const struct eg_hello *hello, const char *version)
{
    struct eg_bytes rest = eg_bytes_of(hello->versions);
    while (rest.len > 0) {
        if (eg_bytes_is(next_version(&rest), version)) {
            return true;
        }
    }
    return false;
}

enum eg_status eg_hello_read(struct eg_hello *out, struct eg_bytes text, struct eg_error *err)
{
    struct eg_hello hello = {.at_ms = 0};
    struct eg_fields fields;
    eg_fields_start(&fields, text, "hello", err);
    eg_fields_token(&fields, "origin", hello.origin, EG_ORIGIN_MAX);
    eg_fields_z85(&fields, "door-key", hello.door_key);
    eg_fields_z85(&fields, "client-key", hello.client_key);
    take_versions(&fields, hello.versions);
    eg_fields_time(&fields, "at", &hello.at_ms);
    eg_fields_hex(&fields, "nonce", hello.nonce, sizeof hello.nonce);
    EG_TRY(eg_fields_end(&fields));
    *out = hello;
    return EG_OK;
}

enum eg_status eg_hello_write(struct eg_buf *out, const struct eg_hello *hello,
                              struct eg_error *err)
{
    size_t from = out->len;
    struct eg_hello again;
    eg_lines_begin(out, "hello");
    eg_lines_put(out, "origin", eg_bytes_of(hello->origin));
    eg_lines_put(out, "door-key", eg_bytes_of(hello->door_key));
    eg_lines_put(out, "client-key", eg_bytes_of(hello->client_key));
    eg_lines_put(out, "versions", eg_bytes_of(hello->versions));
    put_time(out, "at", hello->at_ms);
    struct eg_buf nonce = {0};
    eg_buf_init(&nonce, 2 * sizeof hello->nonce);
    eg_text_hex(&nonce, (struct eg_bytes){hello->nonce, sizeof hello->nonce});
    eg_lines_put(out, "nonce", eg_bytes_view(&nonce));
    eg_buf_done(&nonce);
    enum eg_status status = eg_buf_ok(out, "hello", err);
    return status != EG_OK ? status : eg_hello_read(&again, written(out, from), err);
}

enum eg_status eg_welcome_read(struct eg_welcome *out, struct eg_bytes text, struct eg_error *err)
{
    struct eg_welcome welcome = {.admitted_until_ms = 0};
    uint64_t credit_max = 0;
    struct eg_fields fields;
    eg_fields_start(&fields, text, "welcome", err);
    eg_fields_digest(&fields, "hello", &welcome.hello);
    eg_fields_token(&fields, "version", welcome.version, VERSION_MAX);
    eg_fields_token(&fields, "participant", welcome.participant, EG_ID_MAX);
    eg_fields_time(&fields, "admitted-until", &welcome.admitted_until_ms);
    eg_fields_number(&fields, "report-max", SIZE_MAX / 2, &welcome.report_max);
    eg_fields_number(&fields, "credit-max", EG_CREDIT_MAX, &credit_max);
    welcome.credit_max = (uint32_t)credit_max;
    EG_TRY(eg_fields_end(&fields));
    *out = welcome;
    return EG_OK;
}

enum eg_status eg_welcome_write(struct eg_buf *out, const struct eg_welcome *welcome,
                                struct eg_error *err)
{
    size_t from = out->len;
    struct eg_welcome again;
    char digest[EG_DIGEST_TEXT_LEN + 1] = "";
    eg_digest_text(&welcome->hello, digest);
    eg_lines_begin(out, "welcome");
    eg_lines_put(out, "hello", eg_bytes_of(digest));
    eg_lines_put(out, "version", eg_bytes_of(welcome->version));
    eg_lines_put(out, "participant", eg_bytes_of(welcome->participant));
    put_time(out, "admitted-until", welcome->admitted_until_ms);
    eg_lines_putf(out, "report-max", "%" PRIu64, welcome->report_max);
    eg_lines_putf(out, "credit-max", "%" PRIu32, welcome->credit_max);
    enum eg_status status = eg_buf_ok(out, "welcome", err);
    return status != EG_OK ? status : eg_welcome_read(&again, written(out, from), err);
}

/* The log key names its origin; it must be the card's own. */
static void take_log_key(struct eg_fields *fields, struct eg_card *card)
{
    char origin[EG_ORIGIN_MAX + 1] = "";
    struct eg_bytes value = eg_fields_value(fields, "log-key");
    if (fields->failed) {
        return;
    }
    if (eg_vkey_read(origin, card->log_key, value, NULL) != EG_OK) {
        eg_fields_refuse(fields, "log-key", "not a C2SP verifier key");
    } else if (strcmp(origin, card->origin) != 0) {
        eg_fields_refuse(fields, "log-key", "the key of another origin");
    }
}

enum eg_status eg_card_read(struct eg_card *out, struct eg_bytes text, struct eg_error *err)
{
    struct eg_card card = {.valid_from_ms = 0};
    struct eg_fields fields;
    eg_fields_start(&fields, text, "card", err);
    eg_fields_token(&fields, "origin", card.origin, EG_ORIGIN_MAX);
    eg_fields_token(&fields, "gateway", card.gateway, EG_ID_MAX);
    eg_fields_endpoint(&fields, "door", card.door, sizeof card.door);
    eg_fields_z85(&fields, "door-key", card.door_key);
    eg_fields_endpoint(&fields, "hall", card.hall, sizeof card.hall);
    eg_fields_z85(&fields, "hall-key", card.hall_key);
    take_log_key(&fields, &card);
    eg_fields_time(&fields, "valid-from", &card.valid_from_ms);
    eg_fields_time(&fields, "valid-until", &card.valid_until_ms);
    if (!fields.failed && (card.valid_until_ms <= card.valid_from_ms ||
                           card.valid_until_ms - card.valid_from_ms > EG_CARD_VALID_MAX_MS)) {
        eg_fields_refuse(&fields, "valid-until", "a card is valid for at most seven days");
    }
    EG_TRY(eg_fields_end(&fields));
    *out = card;
    return EG_OK;
}

enum eg_status eg_card_write(struct eg_buf *out, const struct eg_card *card, struct eg_error *err)
{
    size_t from = out->len;
    struct eg_card again;
    struct eg_buf log_key = {0};
    eg_buf_init(&log_key, EG_ORIGIN_MAX + 100);
    enum eg_status status = eg_vkey_write(&log_key, card->origin, card->log_key, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_lines_begin(out, "card");
    eg_lines_put(out, "origin", eg_bytes_of(card->origin));
    eg_lines_put(out, "gateway", eg_bytes_of(card->gateway));
    eg_lines_put(out, "door", eg_bytes_of(card->door));
    eg_lines_put(out, "door-key", eg_bytes_of(card->door_key));
    eg_lines_put(out, "hall", eg_bytes_of(card->hall));
    eg_lines_put(out, "hall-key", eg_bytes_of(card->hall_key));
    eg_lines_put(out, "log-key", eg_bytes_view(&log_key));
    put_time(out, "valid-from", card->valid_from_ms);
    put_time(out, "valid-until", card->valid_until_ms);
    status = eg_buf_ok(out, "card", err);
    if (status == EG_OK) {
        status = eg_card_read(&again, written(out, from), err);
    }
done:
    eg_buf_done(&log_key);
    return status;
}
