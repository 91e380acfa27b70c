/*
 * Small strict readers and writers of text: numbers, hex, base64, times, and the line form
 * "emgate <kind> <form>" that signed texts and entries share; the form is 1 where a kind has one.
 *
 * Line form: UTF-8 without control characters, LF after every line also the last, first line
 * "emgate <kind> <form>", then "key value" lines, one blank between key and value; keys are
 * [a-z0-9-].
 * Values escape backslash as \\ and line feed as \n. The readers refuse everything else.
 */
#ifndef EG_BASE_TEXT_H
#define EG_BASE_TEXT_H

#include "base/bytes.h"

/* Whole view must be a decimal number without sign or leading zeros (but "0") in [0, max]. */
bool eg_text_u64(struct eg_bytes text, uint64_t max, uint64_t *out);

/* 1..max_len characters of [A-Za-z0-9._:/@+-], first one alphanumeric: identities, names, codes. */
bool eg_text_token(struct eg_bytes text, size_t max_len);

/* The character that begins at octet `at` (below text.len): its length 1..4, or 0 and *out
 * untouched if it is not well-formed UTF-8. */
size_t eg_text_rune(struct eg_bytes text, size_t at, uint32_t *out);

/* Well-formed UTF-8 without C0/C1 control characters. */
bool eg_text_clean(struct eg_bytes text);

/* Copy as one line for people: control characters and what is not UTF-8 become '?'; cut before a
 * whole character when `room` octets, the closing 0 included, do not suffice. */
void eg_text_line(char *out, size_t room, const char *text);

/* Lower case. */
void eg_text_hex(struct eg_buf *out, struct eg_bytes octets);
/* Exactly 2*len digits, lower case. */
bool eg_text_unhex(struct eg_bytes text, uint8_t *out, size_t len);
/* RFC 4648 with padding, one line. */
void eg_text_base64(struct eg_buf *out, struct eg_bytes octets);
/* Strict: padding, no blanks, no stray bits. */
bool eg_text_unbase64(struct eg_bytes text, struct eg_buf *out);

/* Times are UTC milliseconds since 1970, written "2026-11-23T22:30:00.123Z" (always so, 24
 * characters; years 0000 to 9999, times beyond are written as the first or last of these). */
#define EG_TIME_TEXT_MAX 32
void eg_text_time(char out[EG_TIME_TEXT_MAX], int64_t at_ms);
bool eg_text_untime(struct eg_bytes text, int64_t *at_ms);

/* A reader of the line form. Borrowed text must outlive it. */
struct eg_lines {
    struct eg_bytes rest;
    /* of the line last read, from 1 */
    unsigned number;
    /* of the line last read */
    struct eg_bytes key;
    /* still escaped */
    struct eg_bytes value;
};

/* Begin: checks the first line. false: it is not "emgate <kind> 1". */
bool eg_lines_start(struct eg_lines *lines, struct eg_bytes text, const char *kind);
/* The same for a kind of which there are forms 1 to `most`; *form is that of the text. */
bool eg_lines_start_form(struct eg_lines *lines, unsigned *form, struct eg_bytes text,
                         const char *kind, unsigned most);
/* Next line: 1 read, 0 end of text, -1 malformed line. */
int eg_lines_next(struct eg_lines *lines);
/* Next line must have this key; value_out is the escaped value. */
bool eg_lines_expect(struct eg_lines *lines, const char *key, struct eg_bytes *value_out);

void eg_lines_begin(struct eg_buf *out, const char *kind);
void eg_lines_begin_form(struct eg_buf *out, const char *kind, unsigned form);
/* Escapes. A value that is not clean UTF-8 but for line feeds marks the buffer EG_E_FORMAT. */
void eg_lines_put(struct eg_buf *out, const char *key, struct eg_bytes value);
void eg_lines_putf(struct eg_buf *out, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool eg_lines_unescape(struct eg_bytes value, struct eg_buf *out);

/* The nearest of `count` words to `word` (edit distance at most 3), or NULL: for "did you mean". */
const char *eg_text_nearest(const char *word, const char *const *words, size_t count);

/* Append `text` as a JSON string with quotes; octets that are not UTF-8 become U+FFFD, control
 * characters are escaped. */
void eg_text_json(struct eg_buf *out, struct eg_bytes text);

/* Append `text` escaped for XML content and attributes; tab, LF and CR become references, other
 * control characters and octets that are not UTF-8 U+FFFD. */
void eg_text_xml(struct eg_buf *out, struct eg_bytes text);

#endif
