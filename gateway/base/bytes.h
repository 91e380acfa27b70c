/*
 * Octets: a borrowed view, and a growing buffer that is born with its ceiling.
 */
#ifndef EG_BASE_BYTES_H
#define EG_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A borrowed view; data may be NULL only if len is 0. */
struct eg_bytes {
    const uint8_t *data;
    size_t len;
};

/* An owned buffer. data is always followed by a 0 octet that len does not count, once anything was
 * written. */
struct eg_buf {
    uint8_t *data;
    size_t len;
    size_t capacity;
    /* len never exceeds it */
    size_t ceiling;
    /* an append was refused (ceiling or memory); stays set until eg_buf_done */
    bool failed;
    /* why, when failed */
    enum eg_status refusal;
};

#define EG_BYTES_NONE ((struct eg_bytes){NULL, 0})

struct eg_bytes
eg_bytes_of(const char *text); /* view of a 0-terminated string, borrowed; NULL gives none */
struct eg_bytes eg_bytes_view(const struct eg_buf *buf);
bool eg_bytes_equal(struct eg_bytes a, struct eg_bytes b);
bool eg_bytes_is(struct eg_bytes a, const char *text);

/* The octets as a new 0-terminated string (free with free()); NULL when memory ran out. */
char *eg_bytes_dup(struct eg_bytes bytes);

/* Start an empty buffer that never holds more than `ceiling` octets. */
void eg_buf_init(struct eg_buf *buf, size_t ceiling);
void eg_buf_done(struct eg_buf *buf);  /* frees; the struct may be used again after init */
void eg_buf_wipe(struct eg_buf *buf);  /* overwrites, then frees: for secrets. Reserve first: a
                                          buffer that grows may leave a copy behind */
void eg_buf_reset(struct eg_buf *buf); /* len 0, memory kept, failed cleared */

/*
 * Append. After the first refusal every further append does nothing, so a writer may append many
 * times and ask eg_buf_ok once at the end.
 */
void eg_buf_add(struct eg_buf *buf, const void *data, size_t len);
void eg_buf_bytes(struct eg_buf *buf, struct eg_bytes bytes);
void eg_buf_text(struct eg_buf *buf, const char *text);
void eg_buf_char(struct eg_buf *buf, char c);
void eg_buf_format(struct eg_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Mark the buffer as refused, for writers that find a text they can not write (EG_E_FORMAT). */
void eg_buf_refuse(struct eg_buf *buf, enum eg_status status);

/*
 * EG_OK; or with `what` as place, if an append was refused: EG_E_LIMIT, EG_E_NOMEM, or EG_E_FORMAT
 * when a writer of a text form was given octets that the form can not carry.
 */
EG_MUST_USE
enum eg_status eg_buf_ok(const struct eg_buf *buf, const char *what, struct eg_error *err);

/*
 * Reserve room for `len` more octets and return where they go; NULL if refused. The caller adds to
 * len; one that uses less than it reserved sets the closing 0 itself.
 */
uint8_t *eg_buf_reserve(struct eg_buf *buf, size_t len);

#endif
