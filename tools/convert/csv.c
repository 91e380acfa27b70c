/*
 * Strict CSV. What a spreadsheet would guess at (a stray quote, a short line, octets of another
 * character set) is refused with its place: a value in the wrong column is worse than no report.
 */
#include "convert/csv.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAULT_TEXT_MAX 360

/* Last part of a path: messages have little room, and the folder is known to who asked. */
static const char *short_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static enum eg_status fault_at(const struct eg_csv *csv, enum eg_status status, size_t column,
                               struct eg_error *err, const char *text)
{
    char where[EG_ERROR_WHERE_MAX];

    (void)snprintf(where, sizeof where, "%.48s:%zu:%zu", short_name(csv->name), csv->line, column);
    return eg_error_set(err, status, where, "%s", text);
}

enum eg_status eg_csv_fault(const struct eg_csv *csv, size_t index, struct eg_error *err,
                            const char *format, ...)
{
    char text[FAULT_TEXT_MAX];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t column = index < csv->count ? csv->cells[index].column : 1;
    return fault_at(csv, EG_E_FORMAT, column, err, text);
}

enum eg_status eg_csv_start(struct eg_csv *csv, const char *name, struct eg_bytes text,
                            char separator, struct eg_error *err)
{
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};

    *csv = (struct eg_csv){.name = name, .rest = text, .separator = separator};
    eg_buf_init(&csv->text, EG_CSV_LINE_MAX);
    csv->cells = calloc(EG_CSV_COLUMNS_MAX, sizeof *csv->cells);
    if (csv->cells == NULL) {
        return eg_error_set(err, EG_E_NOMEM, name, "memory ran out");
    }
    if (text.len >= sizeof mark && memcmp(text.data, mark, sizeof mark) == 0) {
        csv->rest.data += sizeof mark;
        csv->rest.len -= sizeof mark;
    }
    return EG_OK;
}

/* Cut the next line off, without its end. Something is left. */
static enum eg_status take_line(struct eg_bytes *line_out, struct eg_csv *csv, struct eg_error *err)
{
    const uint8_t *end = memchr(csv->rest.data, '\n', csv->rest.len);
    size_t len = end == NULL ? csv->rest.len : (size_t)(end - csv->rest.data);
    size_t taken = end == NULL ? len : len + 1;
    struct eg_bytes line = {csv->rest.data, len};

    csv->line++;
    if (len > 0 && line.data[len - 1] == '\r') {
        line.len--;
    }
    if (line.len > EG_CSV_LINE_MAX) {
        return fault_at(csv, EG_E_LIMIT, EG_CSV_LINE_MAX, err,
                        "the line is longer than 64 KiB; is this a CSV file?");
    }
    csv->rest.data += taken;
    csv->rest.len -= taken;
    *line_out = line;
    return EG_OK;
}

static enum eg_status check_octets(const struct eg_csv *csv, struct eg_bytes line,
                                   struct eg_error *err)
{
    size_t begin = 0;

    for (size_t i = 0; i < line.len; i++) {
        if (line.data[i] < 0x20 && (line.data[i] != '\t' || csv->separator != '\t')) {
            return fault_at(csv, EG_E_FORMAT, i + 1, err,
                            line.data[i] == 0 ? "a NUL octet; is this a text file?"
                                              : "a control character");
        }
    }
    /* A tab that was let through is the separator, so pieces between tabs are what must be clean.
     */
    for (size_t i = 0; i <= line.len; i++) {
        if (i < line.len && line.data[i] != '\t') {
            continue;
        }
        if (i > begin && !eg_text_clean((struct eg_bytes){line.data + begin, i - begin})) {
            return fault_at(csv, EG_E_FORMAT, begin + 1, err, "not UTF-8; save the file as UTF-8");
        }
        begin = i + 1;
    }
    return EG_OK;
}

/* A cell in quotes that begins at *at. Its text goes to csv->text, which does not move while a line
 * is split: room for the whole line was reserved. */
static enum eg_status take_quoted(struct eg_csv_cell *cell, struct eg_csv *csv,
                                  struct eg_bytes line, size_t *at, struct eg_error *err)
{
    size_t begin = csv->text.len;
    size_t i = *at + 1;

    for (;; i++) {
        if (i >= line.len) {
            return fault_at(csv, EG_E_FORMAT, *at + 1, err,
                            "the quote is never closed; a cell ends on its own line");
        }
        if (line.data[i] == '"') {
            if (i + 1 >= line.len || line.data[i + 1] != '"') {
                break;
            }
            i++;
        }
        csv->text.data[csv->text.len++] = line.data[i];
    }
    cell->text = (struct eg_bytes){csv->text.data + begin, csv->text.len - begin};
    i++;
    if (i < line.len && line.data[i] != (uint8_t)csv->separator) {
        return fault_at(csv, EG_E_FORMAT, i + 1, err,
                        "after the closing quote comes neither separator nor end of line");
    }
    *at = i;
    return EG_OK;
}

static enum eg_status take_plain(struct eg_csv_cell *cell, const struct eg_csv *csv,
                                 struct eg_bytes line, size_t *at, struct eg_error *err)
{
    size_t begin = *at;
    size_t i = begin;

    for (; i < line.len && line.data[i] != (uint8_t)csv->separator; i++) {
        if (line.data[i] == '"') {
            return fault_at(csv, EG_E_FORMAT, i + 1, err,
                            "a quote in a cell that does not begin with one");
        }
    }
    *at = i;
    while (begin < i && line.data[begin] == ' ') {
        begin++;
    }
    while (i > begin && line.data[i - 1] == ' ') {
        i--;
    }
    cell->text = (struct eg_bytes){line.data + begin, i - begin};
    return EG_OK;
}

static enum eg_status split(struct eg_csv *csv, struct eg_bytes line, struct eg_error *err)
{
    size_t at = 0;

    csv->count = 0;
    eg_buf_reset(&csv->text);
    if (eg_buf_reserve(&csv->text, line.len) == NULL) {
        return eg_buf_ok(&csv->text, csv->name, err);
    }
    for (;;) {
        if (csv->count == EG_CSV_COLUMNS_MAX) {
            return fault_at(csv, EG_E_LIMIT, at + 1, err, "more than 1,024 columns");
        }
        struct eg_csv_cell *cell = &csv->cells[csv->count];
        cell->column = at + 1;
        bool quoted = at < line.len && line.data[at] == '"';
        enum eg_status status =
            quoted ? take_quoted(cell, csv, line, &at, err) : take_plain(cell, csv, line, &at, err);
        if (status != EG_OK) {
            return status;
        }
        csv->count++;
        if (at >= line.len) {
            return EG_OK;
        }
        at++;
    }
}

static bool only_line_ends(struct eg_bytes rest)
{
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.data[i] != '\n' && rest.data[i] != '\r') {
            return false;
        }
    }
    return true;
}

enum eg_status eg_csv_next(bool *more_out, struct eg_csv *csv, struct eg_error *err)
{
    struct eg_bytes line = EG_BYTES_NONE;

    csv->count = 0;
    if (only_line_ends(csv->rest)) {
        *more_out = false;
        return EG_OK;
    }
    EG_TRY(take_line(&line, csv, err));
    EG_TRY(check_octets(csv, line, err));
    if (line.len == 0) {
        return fault_at(csv, EG_E_FORMAT, 1, err, "an empty line between rows");
    }
    EG_TRY(split(csv, line, err));
    if (csv->width == 0) {
        csv->width = csv->count;
    }
    if (csv->count != csv->width) {
        return eg_csv_fault(csv, csv->count - 1, err, "%zu cells where the first line has %zu",
                            csv->count, csv->width);
    }
    *more_out = true;
    return EG_OK;
}

size_t eg_csv_find(const struct eg_csv *csv, const char *text, bool *twice)
{
    size_t found = SIZE_MAX;

    *twice = false;
    for (size_t i = 0; i < csv->count; i++) {
        if (eg_bytes_is(csv->cells[i].text, text)) {
            *twice = *twice || found != SIZE_MAX;
            found = found == SIZE_MAX ? i : found;
        }
    }
    return found;
}

void eg_csv_done(struct eg_csv *csv)
{
    free(csv->cells);
    csv->cells = NULL;
    eg_buf_done(&csv->text);
}
