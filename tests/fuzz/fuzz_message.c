/*
 * The outer form of messages and the bodies of all verbs. The input is cut into frames: one octet
 * of length, then so many octets, the last frame taking what is left.
 */
#include "wire/bodies.h"

#include <stdlib.h>

#define FRAMES_MAX 20

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_body(const struct eg_message *message)
{
    struct eg_follow_body follow;
    struct eg_credit_body credit;
    struct eg_cursor_body cursor;
    struct eg_item_body item;
    struct eg_receipt_body receipt;
    switch (message->verb) {
    case EG_VERB_FOLLOW:
        (void)eg_follow_body_read(&follow, message, NULL);
        break;
    case EG_VERB_CREDIT:
        (void)eg_credit_body_read(&credit, message, NULL);
        break;
    case EG_VERB_ACK:
    case EG_VERB_ACKED:
    case EG_VERB_FOLLOWING:
        (void)eg_cursor_body_read(&cursor, message, NULL);
        break;
    case EG_VERB_ITEM:
        (void)eg_item_body_read(&item, message, NULL);
        break;
    case EG_VERB_RECEIPT:
        (void)eg_receipt_body_read(&receipt, message, NULL);
        break;
    default:
        break;
    }
}

/* What was read is written as the same frames. */
static void write_again(const struct eg_message *message, const struct eg_bytes *frames,
                        size_t count)
{
    struct eg_bytes again[EG_FRAMES_MAX];
    if (eg_message_frames(again, message) != count) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        if (!eg_bytes_equal(again[i], frames[i])) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_bytes frames[FRAMES_MAX];
    struct eg_message message;
    size_t count = 0;
    while (size > 0 && count < FRAMES_MAX) {
        size_t len = data[0] < size - 1 ? data[0] : size - 1;
        frames[count++] = (struct eg_bytes){data + 1, len};
        data += 1 + len;
        size -= 1 + len;
    }
    if (eg_message_read(&message, frames, count, NULL)) {
        read_body(&message);
        write_again(&message, frames, count);
    }
    return 0;
}
