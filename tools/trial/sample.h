/*
 * Generated reports of urn:emgate:report:1 for measuring and for tests: all columns that real data
 * can have, from a seed, the same octets on every machine. They describe no real plant and say so.
 */
#ifndef EG_TRIAL_SAMPLE_H
#define EG_TRIAL_SAMPLE_H

#include "base/bytes.h"

enum eg_sample_kind {
    EG_SAMPLE_DAILY,   /* 48 half-hours x 8 components, oxygen, operation; about 27 kB */
    EG_SAMPLE_SHORT,   /* one half-hour x 8 components, oxygen, operation: 8 values */
    EG_SAMPLE_TURBINE, /* 24 hours of NOx and CO with all companions, operation, lost hours, outages
                        */
};

struct eg_sample {
    enum eg_sample_kind kind;
    uint64_t seed;
    /* "YYYY-MM-DD" */
    const char *day;
    const char *addressee, *plant, *id;
    /* from 1 */
    uint32_t version;
};

/*
 * Append the report to out.
 *
 *   out      initialised, with a ceiling of at least 128 KiB for DAILY and TURBINE
 *   sample   texts must be tokens (base/text.h); borrowed
 *
 * EG_E_USAGE day or version, EG_E_LIMIT, EG_E_NOMEM. Any thread.
 */
EG_MUST_USE
enum eg_status eg_sample_report(struct eg_buf *out, const struct eg_sample *sample,
                                struct eg_error *err);

/* Kind by its word: daily, short, turbine. */
bool eg_sample_kind_named(const char *word, enum eg_sample_kind *out);

#endif
