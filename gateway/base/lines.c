/*
 * The line form "emgate <kind> <form>" that entries, findings and signed texts share (base/text.h).
 *
 * 1. First line "emgate <kind> <form>"; the form is 1 where a kind has no other.
 * 2. Every line, also the last, ends with one LF; no other control character, valid UTF-8.
 * 3. Every further line is key, one blank, value; a key is one or more of [a-z0-9-].
 * 4. In a value backslash is written \\ and line feed \n; no other backslash.
 */
#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Cuts the next line, without its LF, off the text. */
static bool cut_line(struct eg_bytes *rest, struct eg_bytes *line)
{
    const uint8_t *end = rest->len > 0 ? memchr(rest->data, '\n', rest->len) : NULL;

    if (end == NULL) {
        return false;
    }
    *line = (struct eg_bytes){rest->data, (size_t)(end - rest->data)};
    *rest = (struct eg_bytes){end + 1, rest->len - line->len - 1};
    return true;
}

static bool is_key_character(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static bool is_escaped(struct eg_bytes value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] != '\\') {
            continue;
        }
        i++;
        if (i == value.len || (value.data[i] != '\\' && value.data[i] != 'n')) {
            return false;
        }
    }
    return true;
}

bool eg_lines_start_form(struct eg_lines *lines, unsigned *form, struct eg_bytes text,
                         const char *kind, unsigned most)
{
    struct eg_bytes rest = text;
    struct eg_bytes line = EG_BYTES_NONE;
    char first[64];

    if (!cut_line(&rest, &line)) {
        return false;
    }
    for (unsigned i = 1; i <= most; i++) {
        int len = snprintf(first, sizeof first, "emgate %s %u", kind, i);
        assert(len > 0 && (size_t)len < sizeof first);
        if (eg_bytes_is(line, first)) {
            *lines = (struct eg_lines){.rest = rest, .number = 1};
            *form = i;
            return true;
        }
    }
    return false;
}

bool eg_lines_start(struct eg_lines *lines, struct eg_bytes text, const char *kind)
{
    unsigned form = 0;
    return eg_lines_start_form(lines, &form, text, kind, 1);
}

int eg_lines_next(struct eg_lines *lines)
{
    struct eg_bytes line = EG_BYTES_NONE;
    size_t key_len = 0;

    if (lines->rest.len == 0) {
        return 0;
    }
    lines->number++;
    if (!cut_line(&lines->rest, &line)) {
        return -1;
    }
    while (key_len < line.len && is_key_character(line.data[key_len])) {
        key_len++;
    }
    if (key_len == 0 || key_len == line.len || line.data[key_len] != ' ') {
        return -1;
    }
    struct eg_bytes value = {line.data + key_len + 1, line.len - key_len - 1};
    if (!eg_text_clean(value) || !is_escaped(value)) {
        return -1;
    }
    lines->key = (struct eg_bytes){line.data, key_len};
    lines->value = value;
    return 1;
}

bool eg_lines_expect(struct eg_lines *lines, const char *key, struct eg_bytes *value_out)
{
    if (eg_lines_next(lines) != 1 || !eg_bytes_is(lines->key, key)) {
        return false;
    }
    *value_out = lines->value;
    return true;
}

void eg_lines_begin_form(struct eg_buf *out, const char *kind, unsigned form)
{
    eg_buf_format(out, "emgate %s %u\n", kind, form);
}

void eg_lines_begin(struct eg_buf *out, const char *kind)
{
    eg_lines_begin_form(out, kind, 1);
}

static void put_key(struct eg_buf *out, const char *key)
{
    for (const char *c = key; *c != '\0'; c++) {
        assert(is_key_character((uint8_t)*c));
    }
    eg_buf_text(out, key);
    eg_buf_char(out, ' ');
}

/* The stretches between what must be escaped are clean or the text has no form. */
static void put_stretch(struct eg_buf *out, struct eg_bytes stretch)
{
    if (!eg_text_clean(stretch)) {
        eg_buf_refuse(out, EG_E_FORMAT);
    }
    eg_buf_bytes(out, stretch);
}

static void put_value(struct eg_buf *out, struct eg_bytes value)
{
    size_t start = 0;

    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] != '\\' && value.data[i] != '\n') {
            continue;
        }
        put_stretch(out, (struct eg_bytes){value.data + start, i - start});
        eg_buf_text(out, value.data[i] == '\\' ? "\\\\" : "\\n");
        start = i + 1;
    }
    if (start < value.len) {
        put_stretch(out, (struct eg_bytes){value.data + start, value.len - start});
    }
    eg_buf_char(out, '\n');
}

void eg_lines_put(struct eg_buf *out, const char *key, struct eg_bytes value)
{
    put_key(out, key);
    put_value(out, value);
}

void eg_lines_putf(struct eg_buf *out, const char *key, const char *format, ...)
{
    char small[512]; /* nearly every value is an identity, a digest or a time */
    char *large = NULL;
    va_list args;

    va_start(args, format);
    int len = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (len < 0) {
        eg_buf_refuse(out, EG_E_INTERNAL);
        return;
    }
    if ((size_t)len >= sizeof small) {
        va_start(args, format);
        if (vasprintf(&large, format, args) < 0) {
            large = NULL;
            eg_buf_refuse(out, EG_E_NOMEM);
        }
        va_end(args);
    }
    const char *value = large != NULL ? large : small;
    if (!out->failed) {
        eg_lines_put(out, key, eg_bytes_of(value));
    }
    free(large);
}

bool eg_lines_unescape(struct eg_bytes value, struct eg_buf *out)
{
    if (!is_escaped(value)) {
        return false;
    }
    for (size_t i = 0; i < value.len; i++) {
        char c = (char)value.data[i];
        if (c == '\\') {
            i++;
            c = value.data[i] == 'n' ? '\n' : '\\';
        }
        eg_buf_char(out, c);
    }
    return !out->failed;
}
