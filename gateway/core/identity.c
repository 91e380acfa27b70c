/*
 * Submission identities as text and back, and days.
 */
#include "core/identity.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

void eg_identity_text(const struct eg_identity *identity, char out[EG_IDENTITY_TEXT_MAX])
{
    snprintf(out, EG_IDENTITY_TEXT_MAX, "%s %s %u", identity->participant, identity->id,
             identity->version);
}

static bool take_word(char *out, struct eg_bytes *rest)
{
    const uint8_t *end = rest->len == 0 ? NULL : memchr(rest->data, ' ', rest->len);
    if (end == NULL) {
        return false;
    }
    struct eg_bytes word = {rest->data, (size_t)(end - rest->data)};
    if (!eg_text_token(word, EG_ID_MAX)) {
        return false;
    }
    memcpy(out, word.data, word.len);
    out[word.len] = '\0';
    rest->data += word.len + 1;
    rest->len -= word.len + 1;
    return true;
}

bool eg_identity_untext(struct eg_bytes text, struct eg_identity *out)
{
    struct eg_identity identity = {.version = 0};
    uint64_t version = 0;
    if (!take_word(identity.participant, &text) || !take_word(identity.id, &text) ||
        !eg_text_u64(text, EG_VERSION_NUMBER_MAX, &version)) {
        return false;
    }
    identity.version = (uint32_t)version;
    *out = identity;
    return true;
}

bool eg_identity_equal(const struct eg_identity *a, const struct eg_identity *b)
{
    return a->version == b->version && strcmp(a->id, b->id) == 0 &&
           strcmp(a->participant, b->participant) == 0;
}

void eg_identity_unreadable(struct eg_identity *out, const char *participant,
                            struct eg_bytes report)
{
    struct eg_digest digest = eg_hash(report);
    memset(out, 0, sizeof *out);
    snprintf(out->participant, sizeof out->participant, "%s", participant);
    eg_digest_text(&digest, out->id);
}

bool eg_date_valid(const char *date)
{
    /* A day is real when midnight of it is a time; the years are those a report can speak of. */
    char text[EG_TIME_TEXT_MAX];
    int64_t ignored = 0;
    if (strlen(date) != 10 || strcmp(date, "1900-01-01") < 0 || strcmp(date, "2199-12-31") > 0) {
        return false;
    }
    snprintf(text, sizeof text, "%sT00:00:00.000Z", date);
    return eg_text_untime(eg_bytes_of(text), &ignored);
}
