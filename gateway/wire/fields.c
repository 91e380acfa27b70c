/*
 * One line at a time: look at the key, take the value, refuse with kind, line and key. Kept apart
 * from texts.c so that each reader there is nothing but the list of its lines.
 */
#include "wire/fields.h"

#include "wire/texts.h"

#include <string.h>

static const struct eg_bytes no_value = {NULL, 0};

static void fail(struct eg_fields *fields, const char *key, const char *expected)
{
    if (fields->failed) {
        return;
    }
    fields->failed = true;
    eg_error_set(fields->err, EG_E_FORMAT, fields->kind, "line %u, %s: %s", fields->lines.number,
                 key, expected);
}

static void advance(struct eg_fields *fields)
{
    if (fields->failed || fields->ended || fields->pending) {
        return;
    }
    int got = eg_lines_next(&fields->lines);
    if (got < 0) {
        fail(fields, "line", "not in the line form");
    } else if (got == 0) {
        fields->ended = true;
    } else {
        fields->pending = true;
    }
}

void eg_fields_start(struct eg_fields *fields, struct eg_bytes text, const char *kind,
                     struct eg_error *err)
{
    *fields = (struct eg_fields){.kind = kind, .err = err};
    if (!eg_lines_start(&fields->lines, text, kind)) {
        fail(fields, "first line", "not \"emgate <kind> 1\" of this kind");
    }
}

bool eg_fields_try(struct eg_fields *fields, const char *key, struct eg_bytes *value_out)
{
    advance(fields);
    if (!fields->pending || !eg_bytes_is(fields->lines.key, key)) {
        return false;
    }
    fields->pending = false;
    *value_out = fields->lines.value;
    return true;
}

void eg_fields_refuse(struct eg_fields *fields, const char *key, const char *expected)
{
    fail(fields, key, expected);
}

struct eg_bytes eg_fields_value(struct eg_fields *fields, const char *key)
{
    struct eg_bytes value = no_value;
    if (!eg_fields_try(fields, key, &value)) {
        fail(fields, key, "this line is expected here");
        return no_value;
    }
    return value;
}

void eg_fields_token(struct eg_fields *fields, const char *key, char *out, size_t max_len)
{
    struct eg_bytes value = eg_fields_value(fields, key);
    if (!fields->failed && !eg_text_token(value, max_len)) {
        fail(fields, key, "not a name within its bounds");
    }
    if (!fields->failed) {
        memcpy(out, value.data, value.len);
        out[value.len] = '\0';
    }
}

bool eg_z85_key(struct eg_bytes text)
{
    static const char alphabet[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   ".-:+=^!/*?&<>()[]{}@%$#";
    if (text.len != EG_CURVE_KEY_TEXT) {
        return false;
    }
    for (size_t group = 0; group < text.len; group += 5) {
        uint64_t number = 0;
        for (size_t i = group; i < group + 5; i++) {
            const char *at = text.data[i] == '\0' ? NULL : strchr(alphabet, (char)text.data[i]);
            if (at == NULL) {
                return false;
            }
            number = number * 85 + (uint64_t)(at - alphabet);
        }
        if (number > UINT32_MAX) { /* five digits can say more than four octets hold */
            return false;
        }
    }
    return true;
}

void eg_fields_z85(struct eg_fields *fields, const char *key, char *out)
{
    struct eg_bytes value = eg_fields_value(fields, key);
    if (!fields->failed && !eg_z85_key(value)) {
        fail(fields, key, "not a CURVE key in Z85");
    }
    if (!fields->failed) {
        memcpy(out, value.data, value.len);
        out[value.len] = '\0';
    }
}

void eg_fields_time(struct eg_fields *fields, const char *key, int64_t *out)
{
    struct eg_bytes value = eg_fields_value(fields, key);
    if (!fields->failed && !eg_text_untime(value, out)) {
        fail(fields, key, "not a time");
    }
}

void eg_fields_number(struct eg_fields *fields, const char *key, uint64_t max, uint64_t *out)
{
    struct eg_bytes value = eg_fields_value(fields, key);
    if (!fields->failed && !eg_text_u64(value, max, out)) {
        fail(fields, key, "not a number within its bounds");
    }
}

void eg_fields_digest(struct eg_fields *fields, const char *key, struct eg_digest *out)
{
    struct eg_bytes value = eg_fields_value(fields, key);
    if (!fields->failed && !eg_digest_untext(value, out)) {
        fail(fields, key, "not sha256:<hex>");
    }
}

void eg_fields_hex(struct eg_fields *fields, const char *key, uint8_t *out, size_t len)
{
    struct eg_bytes value = eg_fields_value(fields, key);
    if (!fields->failed && !eg_text_unhex(value, out, len)) {
        fail(fields, key, "not hex of the right length");
    }
}

/* What the transport is given must be printable ASCII and name a transport between machines or
 * processes; "inproc" would name a place inside this very process. */
static bool is_endpoint(struct eg_bytes value, size_t size)
{
    static const char *const transports[] = {"tcp://", "ipc://"};
    if (value.len >= size) {
        return false;
    }
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] <= ' ' || value.data[i] > '~' || value.data[i] == '\\') {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof transports / sizeof *transports; i++) {
        size_t len = strlen(transports[i]);
        if (value.len > len && memcmp(value.data, transports[i], len) == 0) {
            return true;
        }
    }
    return false;
}

void eg_fields_endpoint(struct eg_fields *fields, const char *key, char *out, size_t size)
{
    struct eg_bytes value = eg_fields_value(fields, key);
    if (!fields->failed && !is_endpoint(value, size)) {
        fail(fields, key, "not tcp://<host>:<port> or ipc://<path>");
    }
    if (!fields->failed) {
        memcpy(out, value.data, value.len);
        out[value.len] = '\0';
    }
}

void eg_fields_free_text(struct eg_fields *fields, const char *key, char *out, size_t size,
                         bool optional)
{
    struct eg_bytes value = no_value;
    struct eg_buf text = {0};
    eg_buf_init(&text, size - 1);
    if (optional && !eg_fields_try(fields, key, &value)) {
        goto done;
    }
    if (!optional) {
        value = eg_fields_value(fields, key);
    }
    if (!fields->failed && (value.len == 0 || !eg_lines_unescape(value, &text) || text.failed ||
                            text.len == 0 || !eg_text_clean(eg_bytes_view(&text)))) {
        fail(fields, key, "empty, too long, wrongly escaped or more than one line");
    }
    if (!fields->failed) {
        memcpy(out, text.data, text.len);
        out[text.len] = '\0';
    }
done:
    eg_buf_done(&text);
}

enum eg_status eg_fields_end(struct eg_fields *fields)
{
    advance(fields);
    if (fields->pending) {
        fail(fields, "line", "a line that this text does not have, or not here");
    }
    return fields->failed ? EG_E_FORMAT : EG_OK;
}
