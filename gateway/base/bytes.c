/*
 * Octets.
 *
 * Why: nearly every parser and writer of the gateway works on a borrowed view or a bounded buffer.
 * The ceiling is given at birth and kept here, so that no caller has to remember it. A refusal is
 * remembered, so that a writer may append many times and look at the end only.
 */
#include "base/bytes.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 128 };

struct eg_bytes eg_bytes_of(const char *text)
{
    if (text == NULL) {
        return EG_BYTES_NONE;
    }
    return (struct eg_bytes){(const uint8_t *)text, strlen(text)};
}

struct eg_bytes eg_bytes_view(const struct eg_buf *buf)
{
    return (struct eg_bytes){buf->data, buf->len};
}

bool eg_bytes_equal(struct eg_bytes a, struct eg_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool eg_bytes_is(struct eg_bytes a, const char *text)
{
    return eg_bytes_equal(a, eg_bytes_of(text));
}

char *eg_bytes_dup(struct eg_bytes bytes)
{
    char *copy = malloc(bytes.len + 1);

    if (copy == NULL) {
        return NULL;
    }
    if (bytes.len > 0) {
        memcpy(copy, bytes.data, bytes.len);
    }
    copy[bytes.len] = '\0';
    return copy;
}

void eg_buf_init(struct eg_buf *buf, size_t ceiling)
{
    *buf = (struct eg_buf){.ceiling = ceiling};
}

void eg_buf_done(struct eg_buf *buf)
{
    free(buf->data);
    *buf = (struct eg_buf){.ceiling = buf->ceiling};
}

void eg_buf_wipe(struct eg_buf *buf)
{
    if (buf->data != NULL) {
        explicit_bzero(buf->data, buf->capacity);
    }
    eg_buf_done(buf);
}

void eg_buf_reset(struct eg_buf *buf)
{
    buf->len = 0;
    buf->failed = false;
    buf->refusal = EG_OK;
    if (buf->data != NULL) {
        buf->data[0] = 0;
    }
}

void eg_buf_refuse(struct eg_buf *buf, enum eg_status status)
{
    assert(status != EG_OK);
    if (!buf->failed) {
        buf->failed = true;
        buf->refusal = status;
    }
}

/* Room for `wanted` octets and the closing 0. Doubling keeps many small appends cheap. */
static bool grow(struct eg_buf *buf, size_t wanted)
{
    size_t capacity = buf->capacity > 0 ? buf->capacity : FIRST_CAPACITY;

    while (capacity <= wanted) {
        if (capacity > SIZE_MAX / 2) {
            capacity = SIZE_MAX;
            break;
        }
        capacity *= 2;
    }
    if (capacity - 1 > buf->ceiling) {
        capacity = buf->ceiling + 1;
    }
    uint8_t *data = realloc(buf->data, capacity);
    if (data == NULL) {
        eg_buf_refuse(buf, EG_E_NOMEM);
        return false;
    }
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

uint8_t *eg_buf_reserve(struct eg_buf *buf, size_t len)
{
    if (buf->failed) {
        return NULL;
    }
    if (len > buf->ceiling - buf->len || buf->len + len == SIZE_MAX) {
        eg_buf_refuse(buf, EG_E_LIMIT);
        return NULL;
    }
    if (buf->len + len >= buf->capacity && !grow(buf, buf->len + len)) {
        return NULL;
    }
    buf->data[buf->len + len] = 0;
    return buf->data + buf->len;
}

void eg_buf_add(struct eg_buf *buf, const void *data, size_t len)
{
    uint8_t *room = eg_buf_reserve(buf, len);

    if (room == NULL || len == 0) {
        return;
    }
    memcpy(room, data, len);
    buf->len += len;
}

void eg_buf_bytes(struct eg_buf *buf, struct eg_bytes bytes)
{
    eg_buf_add(buf, bytes.data, bytes.len);
}

void eg_buf_text(struct eg_buf *buf, const char *text)
{
    eg_buf_bytes(buf, eg_bytes_of(text));
}

void eg_buf_char(struct eg_buf *buf, char c)
{
    eg_buf_add(buf, &c, 1);
}

void eg_buf_format(struct eg_buf *buf, const char *format, ...)
{
    va_list args;
    va_list again;

    va_start(args, format);
    va_copy(again, args);
    size_t room = buf->capacity > buf->len ? buf->capacity - buf->len : 0;
    char *end = room > 0 ? (char *)buf->data + buf->len : NULL;
    int len = buf->failed ? -1 : vsnprintf(end, room, format, args);
    if (len < 0) {
        eg_buf_refuse(buf, EG_E_INTERNAL);
    } else if (eg_buf_reserve(buf, (size_t)len) == NULL) {
        if (room > 0) {
            buf->data[buf->len] = 0; /* the cut attempt must not show */
        }
    } else {
        if ((size_t)len >= room) {
            vsnprintf((char *)buf->data + buf->len, (size_t)len + 1, format, again);
        }
        buf->len += (size_t)len;
    }
    va_end(again);
    va_end(args);
}

enum eg_status eg_buf_ok(const struct eg_buf *buf, const char *what, struct eg_error *err)
{
    if (!buf->failed) {
        return EG_OK;
    }
    switch (buf->refusal) {
    case EG_E_NOMEM:
        return eg_error_set(err, EG_E_NOMEM, what, "out of memory after %zu octets", buf->len);
    case EG_E_FORMAT:
        return eg_error_set(err, EG_E_FORMAT, what, "a text to be written is not clean UTF-8");
    case EG_E_INTERNAL:
        return eg_error_set(err, EG_E_INTERNAL, what, "formatting failed");
    default:
        return eg_error_set(err, EG_E_LIMIT, what, "larger than the ceiling of %zu octets",
                            buf->ceiling);
    }
}
