/*
 * Text inside JSON and XML, and the nearest word to a misspelt one (base/text.h).
 *
 * Why: these writers get octets from anywhere, also from strangers. Whatever comes in, what goes
 * out is well-formed and can not leave the string or the attribute that it is part of.
 */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

enum { WORD_MAX = 64, DISTANCE_MAX = 3 };

static void put_json_rune(struct eg_buf *out, uint32_t rune, struct eg_bytes octets)
{
    switch (rune) {
    case '"':
        eg_buf_text(out, "\\\"");
        return;
    case '\\':
        eg_buf_text(out, "\\\\");
        return;
    case '\n':
        eg_buf_text(out, "\\n");
        return;
    case '\t':
        eg_buf_text(out, "\\t");
        return;
    default:
        break;
    }
    if (rune < 0x20 || (rune >= 0x7F && rune < 0xA0)) {
        eg_buf_format(out, "\\u%04x", (unsigned)rune);
    } else {
        eg_buf_bytes(out, octets);
    }
}

static void put_xml_rune(struct eg_buf *out, uint32_t rune, struct eg_bytes octets)
{
    switch (rune) {
    case '&':
        eg_buf_text(out, "&amp;");
        return;
    case '<':
        eg_buf_text(out, "&lt;");
        return;
    case '>':
        eg_buf_text(out, "&gt;");
        return;
    case '"':
        eg_buf_text(out, "&quot;");
        return;
    case '\'':
        eg_buf_text(out, "&#39;");
        return;
    case '\t':
    case '\n':
    case '\r': /* as references: an attribute would turn them into blanks */
        eg_buf_format(out, "&#%u;", (unsigned)rune);
        return;
    default:
        break;
    }
    if (rune < 0x20 || (rune >= 0x7F && rune < 0xA0) || rune == 0xFFFE || rune == 0xFFFF) {
        eg_buf_text(out, replacement);
    } else {
        eg_buf_bytes(out, octets);
    }
}

/* Stands for itself in JSON and in XML. */
static bool is_plain(uint8_t c)
{
    return c >= ' ' && c < 0x7F && c != '"' && c != '&' && c != '\'' && c != '<' && c != '>' &&
           c != '\\';
}

static void put_runes(struct eg_buf *out, struct eg_bytes text,
                      void (*put)(struct eg_buf *, uint32_t, struct eg_bytes))
{
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        while (at < text.len && is_plain(text.data[at])) {
            at++;
        }
        if (at > start) { /* most of a text: in one piece */
            eg_buf_bytes(out, (struct eg_bytes){text.data + start, at - start});
            continue;
        }
        uint32_t rune = 0;
        size_t len = eg_text_rune(text, at, &rune);
        if (len == 0) {
            eg_buf_text(out, replacement);
            at++;
        } else {
            put(out, rune, (struct eg_bytes){text.data + at, len});
            at += len;
        }
    }
}

void eg_text_json(struct eg_buf *out, struct eg_bytes text)
{
    eg_buf_char(out, '"');
    put_runes(out, text, put_json_rune);
    eg_buf_char(out, '"');
}

void eg_text_xml(struct eg_buf *out, struct eg_bytes text)
{
    put_runes(out, text, put_xml_rune);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Least number of letters to put in, take out or change; one row of the table at a time. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t row[WORD_MAX + 1];

    for (size_t j = 0; j <= b_len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t change = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
            corner = row[j];
            row[j] = smaller(change, smaller(row[j], row[j - 1]) + 1);
        }
    }
    return row[b_len];
}

const char *eg_text_nearest(const char *word, const char *const *words, size_t count)
{
    const char *nearest = NULL;
    size_t len = strlen(word);
    size_t least = smaller(DISTANCE_MAX, len > 0 ? len - 1 : 0) + 1;

    if (len > WORD_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        size_t other_len = strlen(words[i]);
        if (other_len > WORD_MAX) {
            continue;
        }
        size_t apart = distance(word, len, words[i], other_len);
        if (apart < least) {
            least = apart;
            nearest = words[i];
        }
    }
    return nearest;
}
