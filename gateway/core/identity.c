/*
 * Submission identities and dates.
 *
 * Why: the identity decides what counts as "the same submission", in the archive, on the wire and
 * in receipts; so it has exactly one text form, read strictly.
 */
#include "core/identity.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

void eg_identity_text(const struct eg_identity *identity, char out[EG_IDENTITY_TEXT_MAX])
{
    snprintf(out, EG_IDENTITY_TEXT_MAX, "%s %s %u", identity->participant, identity->id,
             (unsigned)identity->version);
}

/* Cuts off the octets before the next blank; false if there is none. */
static bool cut_word(struct eg_bytes *rest, struct eg_bytes *word)
{
    const uint8_t *blank = rest->len > 0 ? memchr(rest->data, ' ', rest->len) : NULL;

    if (blank == NULL) {
        return false;
    }
    *word = (struct eg_bytes){rest->data, (size_t)(blank - rest->data)};
    *rest = (struct eg_bytes){blank + 1, rest->len - word->len - 1};
    return true;
}

bool eg_identity_untext(struct eg_bytes text, struct eg_identity *out)
{
    struct eg_identity made = {0};
    struct eg_bytes participant = EG_BYTES_NONE;
    struct eg_bytes id = EG_BYTES_NONE;
    struct eg_digest digest;
    uint64_t version = 0;

    if (!cut_word(&text, &participant) || !cut_word(&text, &id) ||
        !eg_text_token(participant, EG_ID_MAX) || !eg_text_token(id, EG_ID_MAX) ||
        !eg_text_u64(text, EG_VERSION_NUMBER_MAX, &version)) {
        return false;
    }
    if (version == 0 && !eg_digest_untext(id, &digest)) {
        return false; /* version 0 belongs to reports whose identity could not be read */
    }
    memcpy(made.participant, participant.data, participant.len);
    memcpy(made.id, id.data, id.len);
    made.version = (uint32_t)version;
    *out = made;
    return true;
}

bool eg_identity_equal(const struct eg_identity *a, const struct eg_identity *b)
{
    return a->version == b->version && strcmp(a->participant, b->participant) == 0 &&
           strcmp(a->id, b->id) == 0;
}

void eg_identity_unreadable(struct eg_identity *out, const char *participant,
                            struct eg_bytes report)
{
    struct eg_digest digest = eg_hash(report);

    *out = (struct eg_identity){0};
    snprintf(out->participant, sizeof(out->participant), "%s", participant);
    eg_digest_text(&digest, out->id);
}

bool eg_date_valid(const char *date)
{
    char time[EG_TIME_TEXT_MAX];
    int64_t at_ms = 0;

    if (strnlen(date, 11) != 10) {
        return false;
    }
    snprintf(time, sizeof(time), "%sT00:00:00.000Z", date);
    return eg_text_untime(eg_bytes_of(time), &at_ms) && strncmp(date, "1900", 4) >= 0 &&
           strncmp(date, "2199", 4) <= 0;
}
