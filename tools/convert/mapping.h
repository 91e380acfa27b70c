/*
 * Mapping files: how the columns of a plant's source data become a report. Everything that a reader
 * of the report must be able to trust is written down here by a person, nothing is guessed.
 *
 * Form: UTF-8, first line "emgate mapping 1", then one statement a line; empty lines and lines that
 * begin with # are passed over. Words are parted by blanks; a word with blanks is in double
 * quotes.
 *
 *   plant ID                         as in the participant directory
 *   zone +01:00                      standard time of the plant, all year
 *   step PT60M | PT30M               averaging interval
 *   separator comma | semicolon | tab
 *   decimal point | comma
 *   time first 2011-01-01T01:00:00   end of the first row's interval; each row is one step later
 *   time column NAME end | begin     a column with the time of the interval's end or begin
 *   missing WORD...                  cells that say "no value"; an empty cell always does
 *   status-code CODE WORD            code in a status column -> valid substitute implausible plant
 *                                    invalid maintenance malfunction missing
 *   state-code CODE WORD             code in an operation column -> on start-up shut-down off
 *   remark de|en TEXT                to the end of the line; goes into each report
 *   source ID ["NAME"]               what follows belongs to this source
 *   companion NAME column C unit U [factor F] [conditions operating|standard] status assumed|C
 *   operation column C
 *   series COMPONENT column C unit U quantity STA|SSTA|VSTA [cas N] [factor F] [reference-oxygen N]
 *          [confidence N] [method "TEXT"] status assumed|C
 *
 * `status assumed` says: the data carries no status, a number counts as valid; it is worth a
 * remark. A factor is a power of ten (1000, 0.001): the decimal point moves, no digit changes.
 */
#ifndef EG_CONVERT_MAPPING_H
#define EG_CONVERT_MAPPING_H

#include "base/calendar.h"
#include "base/limits.h"

enum eg_column_kind { EG_COLUMN_COMPANION, EG_COLUMN_OPERATION, EG_COLUMN_SERIES };

struct eg_mapping_column {
    enum eg_column_kind kind;
    /* index */
    size_t source;
    /* component or companion; NULL: operation */
    const char *name;
    /* in the CSV */
    const char *column;
    const char *unit, *quantity, *cas, *reference_oxygen, *confidence, *method, *conditions;
    /* column of the status; NULL: assumed */
    const char *status;
    /* power of ten that values are multiplied by */
    int shift;
    /* of the mapping file */
    size_t line;
};

struct eg_mapping_code {
    const char *code, *word;
};

struct eg_mapping_remark {
    const char *lang, *text;
};

struct eg_mapping_source {
    /* name NULL: none */
    const char *id, *name;
};

enum {
    EG_MAPPING_CODES_MAX = 64,
    EG_MAPPING_REMARKS_MAX = 32,
    EG_MAPPING_SOURCES_MAX = 32,
    EG_MAPPING_MISSING_MAX = 16
};

struct eg_mapping {
    /* owned; all words point into it */
    char *text;
    const char *plant, *zone, *step;
    int step_minutes;
    char separator;
    char decimal;
    /* time first */
    bool time_assigned;
    struct eg_label first;
    const char *time_column;
    bool time_is_end;
    const char *missing[EG_MAPPING_MISSING_MAX];
    size_t missing_count;
    struct eg_mapping_code statuses[EG_MAPPING_CODES_MAX];
    size_t status_count;
    struct eg_mapping_code states[EG_MAPPING_CODES_MAX];
    size_t state_count;
    struct eg_mapping_remark remarks[EG_MAPPING_REMARKS_MAX];
    size_t remark_count;
    struct eg_mapping_source sources[EG_MAPPING_SOURCES_MAX];
    size_t source_count;
    struct eg_mapping_column columns[EG_MAPPING_COLUMNS_MAX];
    size_t column_count;
};

/*
 * Read a mapping file's text.
 *
 *   out   new, eg_mapping_free; untouched on failure
 *   name  of the file, for messages
 *
 * EG_E_FORMAT with file:line and what to do, EG_E_LIMIT, EG_E_NOMEM. Any thread.
 */
EG_MUST_USE
enum eg_status eg_mapping_parse(struct eg_mapping **out, const char *name, struct eg_bytes text,
                                struct eg_error *err);
/* The same from a file; EG_E_IO, EG_E_NOTFOUND too. */
EG_MUST_USE
enum eg_status eg_mapping_read(struct eg_mapping **out, const char *path, struct eg_error *err);
void eg_mapping_free(struct eg_mapping **mapping);

#endif
