/*
 * Cursors in text: "<log index>.<notification number>", both decimal without leading zeros.
 * Notifications of an entry are numbered from 1, so that "n.0" stands before all of them and "0.0"
 * before everything.
 */
#include "wire/message.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void eg_cursor_text(const struct eg_wire_cursor *cursor, char out[EG_CURSOR_TEXT_MAX])
{
    snprintf(out, EG_CURSOR_TEXT_MAX, "%" PRIu64 ".%" PRIu32, cursor->index, cursor->number);
}

bool eg_cursor_untext(struct eg_bytes text, struct eg_wire_cursor *out)
{
    const uint8_t *dot = text.len == 0 ? NULL : memchr(text.data, '.', text.len);
    if (dot == NULL) {
        return false;
    }
    size_t index_len = (size_t)(dot - text.data);
    struct eg_bytes index_text = {text.data, index_len};
    struct eg_bytes number_text = {dot + 1, text.len - index_len - 1};
    uint64_t index = 0;
    uint64_t number = 0;
    if (!eg_text_u64(index_text, UINT64_MAX, &index) ||
        !eg_text_u64(number_text, UINT32_MAX, &number)) {
        return false;
    }
    *out = (struct eg_wire_cursor){.index = index, .number = (uint32_t)number};
    return true;
}

int eg_cursor_compare(const struct eg_wire_cursor *a, const struct eg_wire_cursor *b)
{
    if (a->index != b->index) {
        return a->index < b->index ? -1 : 1;
    }
    if (a->number != b->number) {
        return a->number < b->number ? -1 : 1;
    }
    return 0;
}
