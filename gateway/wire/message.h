/*
 * EMX/1 messages: multipart "EMX1" | verb | request-id | body frames, and their bodies as structs.
 * Strict; knows no sockets. PROTOCOL.md is the specification, this header its C form.
 *
 * All views in a parsed message are borrowed from the frames given.
 */
#ifndef EG_WIRE_MESSAGE_H
#define EG_WIRE_MESSAGE_H

#include "base/limits.h"
#include "core/code.h"
#include "core/identity.h"

#define EG_PROTOCOL_NAME "EMX1"

/* Octets of the frame of salts in a RECEIPT. */
#define EG_RECEIPT_SALTS_LEN (2 * EG_SALT_LEN)

/*
 * X(name, verb on the wire, fewest body frames, most body frames)
 * Body frames in order:
 *   HELLO            text | CMS
 *   WELCOME          text | CMS | card text | card CMS
 *   SUBMIT           CMS | report [| evidence]
 *   RECEIPT          receipt | salts (64) | findings | texts de | texts en
 *                    salts = salt of findings (32), salt of report (32): what the submitter needs
 *                    to bind its findings and its report to the receipt offline
 *   UNAUTHENTICATED  answer text
 *   ERROR            answer text
 *   STATUS           identity text
 *   STANDING         receipt | delivery text (line form "emgate standing 1")
 *   FOLLOW           stream | cursor, or empty = go on from the last ACK | credit | filter or empty
 *   FOLLOWING        stream | cursor from which items come
 *   ITEM             stream | previous cursor | cursor | receipt | name | salt (32) | notification
 *   CREDIT           stream | n
 *   ACK              stream | cursor
 *   ACKED            stream | cursor that is durable now
 *   RULES            package id, or empty = the list | version, digest, or empty = in force
 *   PACKAGES         text (line form "emgate packages 1") [| zip of the package asked for]
 *   PING             (none)
 *   PONG             text (line form "emgate pong 1": time, size)
 *   BYE              (none)
 */
#define EG_VERBS(X)                                                                                \
    X(HELLO, "HELLO", 2, 2)                                                                        \
    X(WELCOME, "WELCOME", 4, 4)                                                                    \
    X(SUBMIT, "SUBMIT", 2, 3)                                                                      \
    X(RECEIPT, "RECEIPT", 5, 5)                                                                    \
    X(UNAUTHENTICATED, "UNAUTHENTICATED", 1, 1)                                                    \
    X(ERROR, "ERROR", 1, 1)                                                                        \
    X(STATUS, "STATUS", 1, 1)                                                                      \
    X(STANDING, "STANDING", 2, 2)                                                                  \
    X(FOLLOW, "FOLLOW", 4, 4)                                                                      \
    X(FOLLOWING, "FOLLOWING", 2, 2)                                                                \
    X(ITEM, "ITEM", 7, 7)                                                                          \
    X(CREDIT, "CREDIT", 2, 2)                                                                      \
    X(ACK, "ACK", 2, 2)                                                                            \
    X(ACKED, "ACKED", 2, 2)                                                                        \
    X(RULES, "RULES", 2, 2)                                                                        \
    X(PACKAGES, "PACKAGES", 1, 2)                                                                  \
    X(PING, "PING", 0, 0)                                                                          \
    X(PONG, "PONG", 1, 1)                                                                          \
    X(BYE, "BYE", 0, 0)

enum eg_verb {
#define EG_VERB_ENUM(name, text, min, max) EG_VERB_##name,
    EG_VERBS(EG_VERB_ENUM)
#undef EG_VERB_ENUM
        EG_VERB_COUNT
};

struct eg_message {
    enum eg_verb verb;
    uint8_t request_id[EG_REQUEST_ID_MAX];
    size_t request_id_len;
    struct eg_bytes body[EG_FRAMES_MAX];
    size_t body_count;
};

const char *eg_verb_text(enum eg_verb verb);

/*
 * Read a message from its frames (without routing id). false: malformed; *why is a static sentence.
 * request_id is filled as far as it could be read, so that an answer can echo it.
 */
bool eg_message_read(struct eg_message *out, const struct eg_bytes *frames, size_t count,
                     const char **why);

/* The frames of a message: out[0..2] are protocol, verb, request id, then the body. Returns their
 * number. All borrowed. */
size_t eg_message_frames(struct eg_bytes out[EG_FRAMES_MAX], const struct eg_message *message);

/* Start a message of one's own: request id of 1..32 octets, copied; no body yet. */
void eg_message_start(struct eg_message *out, enum eg_verb verb, struct eg_bytes request_id);

/* Start an answer to `request`: same request id, no body yet. A request
 * whose id could not be read is answered under the id "-". */
void eg_message_answer(struct eg_message *out, const struct eg_message *request, enum eg_verb verb);
void eg_message_add(struct eg_message *message, struct eg_bytes frame);

/* Cursor "<index>.<number>"; the start is "0.0". */
struct eg_wire_cursor {
    uint64_t index;
    uint32_t number;
};
#define EG_CURSOR_TEXT_MAX 40
void eg_cursor_text(const struct eg_wire_cursor *cursor, char out[EG_CURSOR_TEXT_MAX]);
bool eg_cursor_untext(struct eg_bytes text, struct eg_wire_cursor *out);
/* -1, 0, 1: a before, at, behind b. */
int eg_cursor_compare(const struct eg_wire_cursor *a, const struct eg_wire_cursor *b);

#endif
