/*
 * Source data of a plant to daily reports of urn:emgate:report:1: rows of CSV files in, one report
 * a day out, octet for octet the same on every machine.
 *
 * Rows are gathered by the day of their interval; a day is written when the next one begins and at
 * the end. What a day lacks is left out, so an incomplete last day comes out with fewer values.
 * Numbers keep their digits: a decimal comma becomes a point, a factor moves the point, nothing is
 * computed.
 */
#ifndef EG_CONVERT_CONVERT_H
#define EG_CONVERT_CONVERT_H

#include "convert/mapping.h"

/*
 * Takes one report.
 *
 *   id, day   of the report; borrowed
 *   report    its octets; borrowed
 *
 * A status other than EG_OK ends the conversion and is handed back.
 */
typedef enum eg_status eg_convert_emit_fn(void *payload, const char *id, const char *day,
                                          struct eg_bytes report, struct eg_error *err);

struct eg_convert_options {
    /* log origin that the reports are for */
    const char *addressee;
    /* first day, "YYYY-MM-DD"; NULL: as the data has it */
    const char *from;
    /* last day; NULL: as the data has it */
    const char *until;
    /* at most so many days; 0: all */
    uint32_t days;
    /* of the reports, from 1 */
    uint32_t version;
    /* takes each report */
    eg_convert_emit_fn *emit;
    void *payload;
};

/* What came out. */
struct eg_convert_tally {
    /* read, wanted or not */
    size_t rows;
    /* written */
    size_t reports;
    /* numbers in them */
    size_t values;
    /* places of a row without a number */
    size_t missing;
};

/*
 * Convert files in the order given: rows of the next file follow those of the last one.
 *
 *   tally   filled, also on failure with what was done; may be NULL
 *   paths   CSV files, each with its own line of names
 *
 * EG_E_FORMAT with file:line:column, EG_E_LIMIT, EG_E_IO, EG_E_NOTFOUND (file, or no row on the
 * days wanted), EG_E_USAGE (options), EG_E_NOMEM, or what options->emit gave. Reports of earlier
 * days may have been emitted by then. Any thread.
 */
EG_MUST_USE
enum eg_status eg_convert_files(struct eg_convert_tally *tally, const struct eg_mapping *mapping,
                                const struct eg_convert_options *options, const char *const *paths,
                                size_t path_count, struct eg_error *err);

#ifdef EG_TEST_HOOKS
/* The same from one file's octets; for tests and for callers that have them. */
EG_MUST_USE
enum eg_status eg_convert_octets(struct eg_convert_tally *tally, const struct eg_mapping *mapping,
                                 const struct eg_convert_options *options, const char *name,
                                 struct eg_bytes csv, struct eg_error *err);
#endif

#endif
