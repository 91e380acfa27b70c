/*
 * Readers of the bodies about receipts and streams. A stream and a notification name are tokens; a
 * number is decimal without leading zeros; a frame of salts has exactly its length.
 */
#include "wire/bodies.h"

#include "base/text.h"

#include <assert.h>
#include <string.h>

static bool malformed(const char **why, const char *sentence)
{
    if (why != NULL) {
        *why = sentence;
    }
    return false;
}

static bool take_token(char out[EG_ID_MAX + 1], struct eg_bytes frame)
{
    if (!eg_text_token(frame, EG_ID_MAX)) {
        return false;
    }
    memcpy(out, frame.data, frame.len);
    out[frame.len] = '\0';
    return true;
}

bool eg_follow_body_read(struct eg_follow_body *out, const struct eg_message *message,
                         const char **why)
{
    assert(message->verb == EG_VERB_FOLLOW);
    struct eg_follow_body body = {.resume = message->body[1].len == 0};
    uint64_t credit = 0;
    if (!take_token(body.stream, message->body[0])) {
        return malformed(why, "the stream is not a name");
    }
    if (!body.resume && !eg_cursor_untext(message->body[1], &body.cursor)) {
        return malformed(why, "the cursor is not <index>.<number>");
    }
    if (!eg_text_u64(message->body[2], EG_CREDIT_MAX, &credit)) {
        return malformed(why, "the credit is not a number within its bounds");
    }
    if (message->body[3].len != 0) {
        return malformed(why, "no filter is defined; the frame must be empty");
    }
    body.credit = (uint32_t)credit;
    *out = body;
    return true;
}

bool eg_credit_body_read(struct eg_credit_body *out, const struct eg_message *message,
                         const char **why)
{
    assert(message->verb == EG_VERB_CREDIT);
    struct eg_credit_body body = {.credit = 0};
    uint64_t credit = 0;
    if (!take_token(body.stream, message->body[0])) {
        return malformed(why, "the stream is not a name");
    }
    if (!eg_text_u64(message->body[1], EG_CREDIT_MAX, &credit) || credit == 0) {
        return malformed(why, "the credit is not a number within its bounds");
    }
    body.credit = (uint32_t)credit;
    *out = body;
    return true;
}

bool eg_cursor_body_read(struct eg_cursor_body *out, const struct eg_message *message,
                         const char **why)
{
    assert(message->verb == EG_VERB_FOLLOWING || message->verb == EG_VERB_ACK ||
           message->verb == EG_VERB_ACKED);
    struct eg_cursor_body body = {.cursor = {0}};
    if (!take_token(body.stream, message->body[0])) {
        return malformed(why, "the stream is not a name");
    }
    if (!eg_cursor_untext(message->body[1], &body.cursor)) {
        return malformed(why, "the cursor is not <index>.<number>");
    }
    *out = body;
    return true;
}

bool eg_item_body_read(struct eg_item_body *out, const struct eg_message *message, const char **why)
{
    assert(message->verb == EG_VERB_ITEM);
    struct eg_item_body body = {.receipt = message->body[3], .notification = message->body[6]};
    if (!take_token(body.stream, message->body[0])) {
        return malformed(why, "the stream is not a name");
    }
    if (!eg_cursor_untext(message->body[1], &body.previous) ||
        !eg_cursor_untext(message->body[2], &body.cursor)) {
        return malformed(why, "a cursor is not <index>.<number>");
    }
    if (eg_cursor_compare(&body.previous, &body.cursor) >= 0) {
        return malformed(why, "the cursor does not lie behind the previous one");
    }
    if (!take_token(body.name, message->body[4])) {
        return malformed(why, "the notification's name is not a name");
    }
    if (message->body[5].len != EG_SALT_LEN) {
        return malformed(why, "the salt is not 32 octets");
    }
    memcpy(body.salt.octets, message->body[5].data, EG_SALT_LEN);
    *out = body;
    return true;
}

bool eg_receipt_body_read(struct eg_receipt_body *out, const struct eg_message *message,
                          const char **why)
{
    assert(message->verb == EG_VERB_RECEIPT);
    struct eg_receipt_body body = {.receipt = message->body[0],
                                   .findings = message->body[2],
                                   .de = message->body[3],
                                   .en = message->body[4]};
    if (message->body[1].len != EG_RECEIPT_SALTS_LEN) {
        return malformed(why, "the salts are not 64 octets");
    }
    memcpy(body.findings_salt.octets, message->body[1].data, EG_SALT_LEN);
    memcpy(body.report_salt.octets, message->body[1].data + EG_SALT_LEN, EG_SALT_LEN);
    *out = body;
    return true;
}
