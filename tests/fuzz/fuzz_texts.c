/*
 * The texts of the protocol and cursors: every reader gets every input; what a reader takes, its
 * writer must give back octet for octet. (Answers are not compared: their sentences come from our
 * own table.)
 */
#include "wire/message.h"
#include "wire/texts.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROUND_TRIP(kind)                                                                           \
    do {                                                                                           \
        struct eg_##kind read;                                                                     \
        struct eg_buf out = {0};                                                                   \
        eg_buf_init(&out, EG_SIGNED_TEXT_MAX);                                                     \
        if (eg_##kind##_read(&read, text, NULL) == EG_OK &&                                        \
            (eg_##kind##_write(&out, &read, NULL) != EG_OK ||                                      \
             !eg_bytes_equal(eg_bytes_view(&out), text))) {                                        \
            abort();                                                                               \
        }                                                                                          \
        eg_buf_done(&out);                                                                         \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_bytes text = {data, size};
    struct eg_answer_text answer;
    struct eg_wire_cursor cursor;
    char again[EG_CURSOR_TEXT_MAX] = "";
    if (size > EG_SIGNED_TEXT_MAX) {
        return 0;
    }
    ROUND_TRIP(hello);
    ROUND_TRIP(welcome);
    ROUND_TRIP(card);
    ROUND_TRIP(standing);
    ROUND_TRIP(pong);
    if (eg_answer_read(&answer, text, NULL) == EG_OK && answer.en[0] == '\0') {
        abort();
    }
    if (eg_cursor_untext(text, &cursor)) {
        eg_cursor_text(&cursor, again);
        if (!eg_bytes_is(text, again)) {
            abort();
        }
    }
    return 0;
}
