/*
 * The gateway signs its own texts and digests only, never octets that a client chose.
 */
#include "flow/daemon/card.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "core/authorise.h"
#include "flow/daemon/handshake_process.h"
#include "flow/journal/log.h"
#include "verify/sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS 3600000LL
#define CARD_MODE 0644
#define RETRY_MS 60000

struct eg_cards {
    const struct eg_settings *settings;
    struct eg_clock_watch *clock;
    /* the clock was, when the card was signed */
    bool doubted;
    struct eg_signing_key *key;
    struct eg_card card;
    struct eg_buf text, cms;
    int64_t renew_at_ms;
};

static enum eg_status write_card(struct eg_cards *cards, struct eg_error *err)
{
    char signature_path[EG_SETTING_TEXT_MAX + 8];
    snprintf(signature_path, sizeof signature_path, "%s.p7s", cards->settings->card);
    /* Signature first: who reads the new card finds a signature that fits it or an older pair. */
    EG_TRY(eg_file_write(signature_path, eg_bytes_view(&cards->cms), CARD_MODE, err));
    return eg_file_write(cards->settings->card, eg_bytes_view(&cards->text), CARD_MODE, err);
}

static void swap(struct eg_buf *a, struct eg_buf *b)
{
    struct eg_buf spare = *a;
    *a = *b;
    *b = spare;
}

static enum eg_status sign_card(struct eg_cards *cards, struct eg_error *err)
{
    int64_t now_ms = eg_clock_watch_time(cards->clock, &cards->doubted);
    int64_t valid_ms = (int64_t)cards->settings->card_hours * HOUR_MS;
    struct eg_buf text, cms; /* the card in use stays whole when a new one can not be made */
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    eg_buf_init(&cms, EG_CMS_MAX);
    cards->card.valid_from_ms = now_ms;
    cards->card.valid_until_ms = now_ms + valid_ms;
    enum eg_status status = eg_card_write(&text, &cards->card, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_cms_sign(&cms, cards->key, EG_SIGNED_CARD, eg_bytes_view(&text), now_ms, err);
    if (status != EG_OK) {
        goto done;
    }
    swap(&cards->text, &text);
    swap(&cards->cms, &cms);
    status = write_card(cards, err);

done:
    eg_buf_done(&text);
    eg_buf_done(&cms);
    cards->renew_at_ms = now_ms + (status == EG_OK ? valid_ms / 2 : RETRY_MS);
    return status;
}

static bool copy_text(char *out, size_t size, const char *from)
{
    size_t len = strlen(from);
    if (len >= size) {
        return false;
    }
    memcpy(out, from, len + 1);
    return true;
}

static enum eg_status fill_card(struct eg_card *card, const struct eg_settings *settings,
                                const struct eg_card_parts *parts, struct eg_error *err)
{
    if (!copy_text(card->origin, sizeof card->origin, settings->origin) ||
        !copy_text(card->gateway, sizeof card->gateway, settings->participant) ||
        !copy_text(card->door, sizeof card->door, parts->door) ||
        !copy_text(card->hall, sizeof card->hall, parts->hall) ||
        !copy_text(card->door_key, sizeof card->door_key, parts->door_key) ||
        !copy_text(card->hall_key, sizeof card->hall_key, parts->hall_key)) {
        return eg_error_set(err, EG_E_USAGE, "card", "origin, participant or endpoint is too long");
    }
    memcpy(card->log_key, parts->log_key, EG_ED25519_KEY_LEN);
    return EG_OK;
}

enum eg_status eg_cards_open(struct eg_cards **out, const struct eg_settings *settings,
                             const struct eg_card_parts *parts, struct eg_error *err)
{
    struct eg_cards *cards = calloc(1, sizeof *cards);
    if (cards == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "card", "memory ran out");
    }
    cards->settings = settings;
    cards->clock = parts->clock;
    eg_buf_init(&cards->text, EG_SIGNED_TEXT_MAX);
    eg_buf_init(&cards->cms, EG_CMS_MAX);
    enum eg_status status = fill_card(&cards->card, settings, parts, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_signing_key_read(&cards->key, settings->key, settings->certificate, err);
    struct eg_verdict verdict = {0};
    if (status != EG_OK) {
        goto done;
    }
    if (!eg_authorise_certificate(&verdict, eg_signing_key_signer(cards->key), NULL,
                                  EG_SIGNED_CARD)) {
        status = eg_error_set(err, EG_E_DENIED, settings->certificate, "%s: %s %s",
                              eg_code_row(verdict.code)->text, eg_code_row(verdict.code)->en,
                              verdict.text); /* no client would believe a card of it */
    }
    if (status != EG_OK) {
        goto done;
    }
    status = sign_card(cards, err);

done:
    if (status != EG_OK) {
        eg_cards_close(&cards);
        return status;
    }
    *out = cards;
    return EG_OK;
}

void eg_cards_close(struct eg_cards **cards)
{
    if (*cards != NULL) {
        eg_signing_key_free(&(*cards)->key);
        eg_buf_done(&(*cards)->text);
        eg_buf_done(&(*cards)->cms);
        free(*cards);
        *cards = NULL;
    }
}

void eg_cards_renew(struct eg_cards *cards)
{
    struct eg_error err = {0};
    int64_t now_ms = 0;
    if (eg_clock_watch_look(cards->clock, &now_ms) == EG_CLOCK_TRUSTED &&
        (cards->doubted || now_ms >= cards->renew_at_ms) && sign_card(cards, &err) != EG_OK) {
        eg_log_failure("card", &err);
    }
}

enum eg_status eg_cards_welcome(struct eg_cards *cards, struct eg_buf *out, struct eg_bytes ticket,
                                const struct eg_welcome *welcome, struct eg_error *err)
{
    struct eg_buf text, cms;
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    eg_buf_init(&cms, EG_CMS_MAX);
    enum eg_status status = eg_welcome_write(&text, welcome, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_cms_sign(&cms, cards->key, EG_SIGNED_WELCOME, eg_bytes_view(&text),
                         eg_clock_wall_ms(), err);
    if (status != EG_OK) {
        goto done;
    }
    struct eg_bytes parts[] = {ticket, eg_bytes_view(&text), eg_bytes_view(&cms),
                               eg_bytes_view(&cards->text), eg_bytes_view(&cards->cms)};
    eg_handshake_frame(out, EG_HANDSHAKE_WELCOME, parts, 5);

done:
    eg_buf_done(&text);
    eg_buf_done(&cms);
    return status;
}
