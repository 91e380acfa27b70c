/*
 * Readers of base/text.h: whatever octets come in, what is read writes back the same.
 */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool good)
{
    if (!good) {
        abort();
    }
}

static void try_lines(struct eg_bytes text)
{
    struct eg_lines lines;
    struct eg_buf again;
    struct eg_buf value;
    char key[256];
    int next = 0;

    if (!eg_lines_start(&lines, text, "test")) {
        return;
    }
    eg_buf_init(&again, 2 * text.len + 64);
    eg_buf_init(&value, text.len);
    eg_lines_begin(&again, "test");
    while ((next = eg_lines_next(&lines)) == 1 && lines.key.len < sizeof(key)) {
        memcpy(key, lines.key.data, lines.key.len);
        key[lines.key.len] = '\0';
        eg_buf_reset(&value);
        need(eg_lines_unescape(lines.value, &value));
        eg_lines_put(&again, key, eg_bytes_view(&value));
    }
    need(next != 0 || eg_bytes_equal(eg_bytes_view(&again), text));
    eg_buf_done(&value);
    eg_buf_done(&again);
}

static void try_base64(struct eg_bytes text)
{
    struct eg_buf octets;
    struct eg_buf again;

    eg_buf_init(&octets, text.len);
    eg_buf_init(&again, text.len);
    if (eg_text_unbase64(text, &octets)) {
        eg_text_base64(&again, eg_bytes_view(&octets));
        need(eg_bytes_equal(eg_bytes_view(&again), text));
    }
    eg_buf_done(&again);
    eg_buf_done(&octets);
}

static void try_markup(struct eg_bytes text)
{
    struct eg_buf out;

    eg_buf_init(&out, 8 * text.len + 2);
    eg_text_json(&out, text);
    need(!out.failed && out.data[0] == '"' && out.data[out.len - 1] == '"');
    for (size_t i = 0; i < out.len; i++) {
        need(out.data[i] >= 0x20);
    }
    eg_buf_reset(&out);
    eg_text_xml(&out, text);
    need(!out.failed && eg_text_clean(eg_bytes_view(&out)));
    for (size_t i = 0; i < out.len; i++) {
        need(strchr("<>\"'", out.data[i]) == NULL);
    }
    eg_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_bytes text = {data, size};
    int64_t at_ms = 0;
    uint64_t number = 0;
    char time[EG_TIME_TEXT_MAX];

    try_lines(text);
    try_base64(text);
    try_markup(text);
    if (eg_text_untime(text, &at_ms)) {
        eg_text_time(time, at_ms);
        need(eg_bytes_is(text, time));
    }
    need(!eg_text_u64(text, 1000, &number) || number <= 1000);
    return 0;
}
