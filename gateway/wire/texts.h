/*
 * The texts of the protocol, in the line form of base/text.h. Readers are strict: keys in this
 * order, nothing else.
 *
 *   emgate hello 1            emgate welcome 1             emgate card 1
 *   origin <log origin>       hello sha256:<hex>           origin <log origin>
 *   door-key <Z85>            version EMX1                 gateway <participant>
 *   client-key <Z85>          participant <id>             door <endpoint>
 *   versions EMX1[,..]        admitted-until <time>        door-key <Z85>
 *   at <time>                 report-max <octets>          hall <endpoint>
 *   nonce <hex of 16>         credit-max <n>               hall-key <Z85>
 *                                                          log-key <C2SP verifier key>
 *                                                          valid-from <time>
 *                                                          valid-until <time>
 *   emgate answer 1
 *   code <code>
 *   retry-after <ms>
 *   rule <clause>      absent if empty
 *   where <what>       absent if empty
 *   text <detail>      absent if empty
 *   de <sentence>      from the table of codes: what is so, and what to do
 *   en <sentence>
 *
 *   emgate standing 1                     emgate pong 1
 *   index <log index>                     time <time>
 *   delivery <name> <recipient> <state>   size <entries in the log>
 *                      0..16 lines; state is waiting | acknowledged
 */
#ifndef EG_WIRE_TEXTS_H
#define EG_WIRE_TEXTS_H

#include "base/limits.h"
#include "core/verdict.h"
#include "proof/checkpoint.h"

#define EG_ENDPOINT_MAX 200
#define EG_ANSWER_CODE_MAX 48
#define EG_ANSWER_SENTENCE_MAX 400

struct eg_hello {
    char origin[EG_ORIGIN_MAX + 1];
    char door_key[EG_CURVE_KEY_TEXT + 1], client_key[EG_CURVE_KEY_TEXT + 1];
    char versions[64];
    int64_t at_ms;
    uint8_t nonce[16];
};
struct eg_welcome {
    /* of the HELLO text */
    struct eg_digest hello;
    char version[16];
    char participant[EG_ID_MAX + 1];
    int64_t admitted_until_ms;
    uint64_t report_max;
    uint32_t credit_max;
};
struct eg_card {
    char origin[EG_ORIGIN_MAX + 1];
    char gateway[EG_ID_MAX + 1];
    char door[EG_ENDPOINT_MAX + 1], hall[EG_ENDPOINT_MAX + 1];
    char door_key[EG_CURVE_KEY_TEXT + 1], hall_key[EG_CURVE_KEY_TEXT + 1];
    uint8_t log_key[EG_ED25519_KEY_LEN];
    int64_t valid_from_ms, valid_until_ms;
};
struct eg_answer_text {
    /* EG_CODE_COUNT after reading one of a newer gateway */
    enum eg_code code;
    uint32_t retry_after_ms;
    char rule[64], where[128], text[EG_VERDICT_TEXT_MAX];
    /* Filled by the reader only; the writer takes them from the table of codes. */
    char code_text[EG_ANSWER_CODE_MAX + 1];
    char de[EG_ANSWER_SENTENCE_MAX], en[EG_ANSWER_SENTENCE_MAX];
};
struct eg_delivery {
    char name[EG_ID_MAX + 1], recipient[EG_ID_MAX + 1];
    bool acknowledged;
};
struct eg_standing {
    uint64_t index;
    struct eg_delivery deliveries[EG_NOTIFICATIONS_MAX];
    size_t delivery_count;
};
struct eg_pong {
    int64_t at_ms;
    uint64_t size;
};

/*
 * Writers append to `out` and make sure that what they wrote can be read; readers are strict.
 * Control characters in the free texts of an answer become '?'.
 * EG_E_FORMAT  a line (named in the error) is missing, doubled, out of order or out of bounds
 * EG_E_LIMIT, EG_E_NOMEM  writers only: `out` refused
 * Thread: any.
 */

EG_MUST_USE
enum eg_status eg_hello_write(struct eg_buf *out, const struct eg_hello *hello,
                              struct eg_error *err);
EG_MUST_USE
enum eg_status eg_hello_read(struct eg_hello *out, struct eg_bytes text, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_welcome_write(struct eg_buf *out, const struct eg_welcome *welcome,
                                struct eg_error *err);
EG_MUST_USE
enum eg_status eg_welcome_read(struct eg_welcome *out, struct eg_bytes text, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_card_write(struct eg_buf *out, const struct eg_card *card, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_card_read(struct eg_card *out, struct eg_bytes text, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_answer_write(struct eg_buf *out, const struct eg_answer_text *answer,
                               struct eg_error *err);
EG_MUST_USE
enum eg_status eg_answer_read(struct eg_answer_text *out, struct eg_bytes text,
                              struct eg_error *err);
EG_MUST_USE
enum eg_status eg_standing_write(struct eg_buf *out, const struct eg_standing *standing,
                                 struct eg_error *err);
EG_MUST_USE
enum eg_status eg_standing_read(struct eg_standing *out, struct eg_bytes text,
                                struct eg_error *err);
EG_MUST_USE
enum eg_status eg_pong_write(struct eg_buf *out, const struct eg_pong *pong, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_pong_read(struct eg_pong *out, struct eg_bytes text, struct eg_error *err);

/* The protocol version is among those that the greeting offers. */
bool eg_hello_offers(const struct eg_hello *hello, const char *version);

/* 40 characters of Z85, as CURVE keys are written. */
bool eg_z85_key(struct eg_bytes text);

#endif
