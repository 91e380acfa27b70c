/*
 * Submission identities and dates.
 *
 * Why: the identity decides what counts as "the same submission", in the archive, on the wire and
 * in receipts; so it has exactly one text form, read strictly.
 */
#include "core/identity.h"

#include "base/text.h"

#include <limits.h>
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
    snprintf(out->participant, sizeof out->participant, "%s", participant);
    eg_digest_text(&digest, out->id);
}

/* Digits as a number; more than any month or year when one is none. */
static unsigned digits(const char *text, size_t count)
{
    unsigned number = 0;

    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return UINT_MAX;
        }
        number = number * 10 + (unsigned)(text[i] - '0');
    }
    return number;
}

/* Asked for every fact of every day: without a detour over times. */
bool eg_date_valid(const char *date)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (strnlen(date, 11) != 10 || date[4] != '-' || date[7] != '-') {
        return false;
    }
    unsigned year = digits(date, 4);
    unsigned month = digits(date + 5, 2);
    unsigned day = digits(date + 8, 2);
    if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1) {
        return false;
    }
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= days[month - 1] || (leap && month == 2 && day == 29);
}
