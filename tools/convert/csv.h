/*
 * Reading CSV strictly, one line at a time: what the data systems of plants export.
 *
 * Form: UTF-8 (a byte order mark at the begin is passed over), lines ended by LF or CRLF, also
 * mixed, the last one perhaps by the end of the file; first line = column names; every line has as
 * many cells as the first. A cell may be in double quotes, a quote in it is doubled; a cell
 * never runs over lines. Blanks around a cell that is not quoted are cut. Empty lines may follow
 * the last row, and are nowhere else. Refused with place (file:line:column): NUL and other
 * control characters, octets that are not UTF-8, a quote in the middle of a cell or never closed,
 * too long a line, too many cells.
 */
#ifndef EG_CONVERT_CSV_H
#define EG_CONVERT_CSV_H

#include "base/bytes.h"

struct eg_csv_cell {
    /* without quotes; valid until the next line is read */
    struct eg_bytes text;
    /* octet of the line where the cell begins, from 1 */
    size_t column;
};

struct eg_csv {
    /* file name for messages; kept */
    const char *name;
    struct eg_bytes rest;
    char separator;
    /* number of the line last read, from 1 */
    size_t line;
    struct eg_csv_cell *cells;
    /* of the line last read */
    size_t count;
    /* of the first line; 0 before it was read */
    size_t width;
    /* unquoted cells of the line */
    struct eg_buf text;
};

/*
 * Begin.
 *
 *   csv        storage of the caller, ended by eg_csv_done also on failure
 *   name       shown in messages; kept
 *   text       whole file; borrowed until done
 *   separator  ',' ';' or TAB
 *
 * EG_E_NOMEM. Owner thread.
 */
EG_MUST_USE
enum eg_status eg_csv_start(struct eg_csv *csv, const char *name, struct eg_bytes text,
                            char separator, struct eg_error *err);

/*
 * Read the next line into cells.
 *
 *   more_out   false: the file has ended and cells hold nothing
 *
 * EG_E_FORMAT, EG_E_LIMIT with place; EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_csv_next(bool *more_out, struct eg_csv *csv, struct eg_error *err);

/* Index of the cell with this text in the line last read; SIZE_MAX: none. *twice: more than one. */
size_t eg_csv_find(const struct eg_csv *csv, const char *text, bool *twice);

/* Fill err with file:line:column of cell `index` and return EG_E_FORMAT. */
enum eg_status eg_csv_fault(const struct eg_csv *csv, size_t index, struct eg_error *err,
                            const char *format, ...) __attribute__((format(printf, 4, 5)));

void eg_csv_done(struct eg_csv *csv);

#endif
