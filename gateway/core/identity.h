/*
 * The submission identity: (signer's participant, declared id, version), and what is read from a
 * report before it is judged.
 */
#ifndef EG_CORE_IDENTITY_H
#define EG_CORE_IDENTITY_H

#include "base/crypto.h"
#include "base/limits.h"

struct eg_identity {
    char participant[EG_ID_MAX + 1];
    /* declared, or "sha256:<hex>" of the report when it can not be read */
    char id[EG_ID_MAX + 1];
    /* declared 1..EG_VERSION_NUMBER_MAX; 0 when it can not be read */
    uint32_t version;
};

/* What the identity XPaths of a package read. Dates are days of the report's own calendar,
 * "YYYY-MM-DD". */
struct eg_report_header {
    char id[EG_ID_MAX + 1];
    uint32_t version;
    /* "" when the package says addressee="none" */
    char addressee[EG_ORIGIN_MAX + 1];
    char plant[EG_ID_MAX + 1];
    /* first day of the period */
    char from[11];
    /* last day of the period */
    char until[11];
    char kind[EG_ID_MAX + 1];
};

/* "<participant> <id> <version>": one line, also the form in entries and on the wire. */
#define EG_IDENTITY_TEXT_MAX (2 * EG_ID_MAX + 16)
void eg_identity_text(const struct eg_identity *identity, char out[EG_IDENTITY_TEXT_MAX]);
bool eg_identity_untext(struct eg_bytes text, struct eg_identity *out);
bool eg_identity_equal(const struct eg_identity *a, const struct eg_identity *b);

/* The identity of a report that can not be read: (participant, "sha256:" + digest of its octets,
 * 0). */
void eg_identity_unreadable(struct eg_identity *out, const char *participant,
                            struct eg_bytes report);

/* "YYYY-MM-DD" of a real day, years 1900..2199. */
bool eg_date_valid(const char *date);

#endif
