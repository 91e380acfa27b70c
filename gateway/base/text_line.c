/*
 * Text that is shown to people: characters of UTF-8 one by one, and one line without control
 * characters. Lies below errors and buffers, which both need it, and uses neither.
 */
#include "base/text.h"

#include <assert.h>
#include <string.h>

size_t eg_text_rune(struct eg_bytes text, size_t at, uint32_t *out)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t lead = text.data[at];
    size_t len = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

    if (len == 0 || lead > 0xF4 || len > text.len - at) {
        return 0;
    }
    uint32_t rune = len == 1 ? lead : lead & (0xFFU >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        uint8_t next = text.data[at + i];
        if ((next & 0xC0) != 0x80) {
            return 0;
        }
        rune = rune << 6 | (next & 0x3FU);
    }
    if (rune < smallest[len] || rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF)) {
        return 0;
    }
    *out = rune;
    return len;
}

bool eg_text_clean(struct eg_bytes text)
{
    size_t at = 0;

    while (at < text.len) {
        uint8_t c = text.data[at];
        if (c >= 0x20 && c < 0x7F) {
            at++;
            continue;
        }
        uint32_t rune = 0;
        size_t len = eg_text_rune(text, at, &rune);
        if (len == 0 || rune < 0x20 || (rune >= 0x7F && rune < 0xA0)) {
            return false;
        }
        at += len;
    }
    return true;
}

void eg_text_line(char *out, size_t room, const char *text)
{
    size_t written = 0;
    size_t at = 0;

    assert(room > 0);
    while (text[at] != '\0') {
        uint32_t rune = 0;
        size_t len = eg_text_rune(
            (struct eg_bytes){(const uint8_t *)text + at, strnlen(text + at, 4)}, 0, &rune);
        bool shown = len > 0 && rune >= 0x20 && (rune < 0x7F || rune >= 0xA0);
        if (written + (shown ? len : 1) >= room) {
            break;
        }
        if (shown) {
            memcpy(out + written, text + at, len);
            written += len;
        } else {
            out[written++] = '?';
        }
        at += len > 0 ? len : 1;
    }
    out[written] = '\0';
}
