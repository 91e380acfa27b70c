/*
 * Reading a text of the protocol line by line, for the readers of wire/texts.h. The first line that
 * is not as expected fills the error; what follows does nothing, so that a reader may take all its
 * lines and ask eg_fields_end once.
 */
#ifndef EG_WIRE_FIELDS_H
#define EG_WIRE_FIELDS_H

#include "base/crypto.h"
#include "base/text.h"

struct eg_fields {
    struct eg_lines lines;
    const char *kind;
    /* borrowed */
    struct eg_error *err;
    bool failed;
    /* no line is left */
    bool ended;
    /* the line in `lines` is not taken yet */
    bool pending;
};

/* kind is kept; text is borrowed until the last take. */
void eg_fields_start(struct eg_fields *fields, struct eg_bytes text, const char *kind,
                     struct eg_error *err);

/* The value (still escaped) of the next line, if that has this key. An absent line is no failure.
 */
bool eg_fields_try(struct eg_fields *fields, const char *key, struct eg_bytes *value_out);

/* Refuse the line last taken. */
void eg_fields_refuse(struct eg_fields *fields, const char *key, const char *expected);

/* The next line must be there and hold: */
void eg_fields_token(struct eg_fields *fields, const char *key, char *out, size_t max_len);
void eg_fields_z85(struct eg_fields *fields, const char *key, char *out);
void eg_fields_time(struct eg_fields *fields, const char *key, int64_t *out);
void eg_fields_number(struct eg_fields *fields, const char *key, uint64_t max, uint64_t *out);
void eg_fields_digest(struct eg_fields *fields, const char *key, struct eg_digest *out);
void eg_fields_hex(struct eg_fields *fields, const char *key, uint8_t *out, size_t len);
void eg_fields_endpoint(struct eg_fields *fields, const char *key, char *out, size_t size);
/* Free text, unescaped, of 1..size-1 octets; `optional`: an absent line leaves out "". */
void eg_fields_free_text(struct eg_fields *fields, const char *key, char *out, size_t size,
                         bool optional);
/* Any value; "" when it failed. */
struct eg_bytes eg_fields_value(struct eg_fields *fields, const char *key);

/* No line may be left. EG_OK or EG_E_FORMAT. */
EG_MUST_USE
enum eg_status eg_fields_end(struct eg_fields *fields);

#endif
