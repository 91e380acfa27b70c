/*
 * Body frames of the verbs about streams, as structs. Frames are listed in wire/message.h.
 *
 * Readers take a message whose outer form eg_message_read accepted and whose verb is theirs; views
 * stay borrowed from its frames. false: malformed, *why is a static sentence. Any thread.
 */
#ifndef EG_WIRE_BODIES_H
#define EG_WIRE_BODIES_H

#include "wire/message.h"

struct eg_follow_body {
    char stream[EG_ID_MAX + 1];
    /* no cursor given: go on from the last ACK */
    bool resume;
    /* 0.0 when resume */
    struct eg_wire_cursor cursor;
    /* 0..EG_CREDIT_MAX items */
    uint32_t credit;
};
bool eg_follow_body_read(struct eg_follow_body *out, const struct eg_message *message,
                         const char **why);

struct eg_credit_body {
    char stream[EG_ID_MAX + 1];
    /* 1..EG_CREDIT_MAX items more */
    uint32_t credit;
};
bool eg_credit_body_read(struct eg_credit_body *out, const struct eg_message *message,
                         const char **why);

/* FOLLOWING, ACK and ACKED: a stream and a cursor. */
struct eg_cursor_body {
    char stream[EG_ID_MAX + 1];
    struct eg_wire_cursor cursor;
};
bool eg_cursor_body_read(struct eg_cursor_body *out, const struct eg_message *message,
                         const char **why);

struct eg_item_body {
    char stream[EG_ID_MAX + 1];
    /* previous < cursor */
    struct eg_wire_cursor previous, cursor;
    struct eg_bytes receipt;
    /* of the notification */
    char name[EG_ID_MAX + 1];
    struct eg_salt salt;
    struct eg_bytes notification;
};
bool eg_item_body_read(struct eg_item_body *out, const struct eg_message *message,
                       const char **why);

struct eg_receipt_body {
    struct eg_bytes receipt;
    struct eg_salt findings_salt, report_salt;
    struct eg_bytes findings, de, en;
};
bool eg_receipt_body_read(struct eg_receipt_body *out, const struct eg_message *message,
                          const char **why);

#endif
