/*
 * The texts that answer without a signature: answer (UNAUTHENTICATED, ERROR), standing, pong. The
 * sentences for people come from the one table of codes; what the moment adds is in its own
 * lines, cleaned, because names from certificates may end up in it.
 */
#include "wire/texts.h"

#include "base/error.h"
#include "wire/fields.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct eg_bytes written(const struct eg_buf *out, size_t from)
{
    return (struct eg_bytes){out->data + from, out->len - from};
}

/* A line of free text, absent if empty. Octets that a line may not hold become '?'. */
static void put_free_text(struct eg_buf *out, const char *key, const char *text)
{
    char clean[EG_VERDICT_TEXT_MAX] = "";
    size_t len = strnlen(text, sizeof clean - 1);
    bool is_utf8 = eg_text_clean((struct eg_bytes){(const uint8_t *)text, len});
    for (size_t i = 0; i < len; i++) {
        uint8_t c = (uint8_t)text[i];
        clean[i] = is_utf8 || (c >= ' ' && c < 0x7f) ? text[i] : '?';
    }
    if (len > 0) {
        eg_lines_put(out, key, eg_bytes_of(clean));
    }
}

static void put_sentence(struct eg_buf *out, const char *key, const char *what, const char *todo)
{
    char sentence[EG_ANSWER_SENTENCE_MAX] = "";
    snprintf(sentence, sizeof sentence, "%s%s%s", what, *todo == '\0' ? "" : " ", todo);
    eg_lines_put(out, key, eg_bytes_of(sentence));
}

enum eg_status eg_answer_write(struct eg_buf *out, const struct eg_answer_text *answer,
                               struct eg_error *err)
{
    assert((unsigned)answer->code < EG_CODE_COUNT);
    const struct eg_code_row *row = eg_code_row(answer->code);
    size_t from = out->len;
    struct eg_answer_text again;
    eg_lines_begin(out, "answer");
    eg_lines_put(out, "code", eg_bytes_of(row->text));
    eg_lines_putf(out, "retry-after", "%" PRIu32, answer->retry_after_ms);
    put_free_text(out, "rule", answer->rule);
    put_free_text(out, "where", answer->where);
    put_free_text(out, "text", answer->text);
    put_sentence(out, "de", row->de, row->todo_de);
    put_sentence(out, "en", row->en, row->todo_en);
    enum eg_status status = eg_buf_ok(out, "answer", err);
    return status != EG_OK ? status : eg_answer_read(&again, written(out, from), err);
}

enum eg_status eg_answer_read(struct eg_answer_text *out, struct eg_bytes text,
                              struct eg_error *err)
{
    struct eg_answer_text answer = {.retry_after_ms = 0};
    uint64_t retry_after_ms = 0;
    struct eg_fields fields;
    eg_fields_start(&fields, text, "answer", err);
    eg_fields_token(&fields, "code", answer.code_text, EG_ANSWER_CODE_MAX);
    eg_fields_number(&fields, "retry-after", UINT32_MAX, &retry_after_ms);
    eg_fields_free_text(&fields, "rule", answer.rule, sizeof answer.rule, true);
    eg_fields_free_text(&fields, "where", answer.where, sizeof answer.where, true);
    eg_fields_free_text(&fields, "text", answer.text, sizeof answer.text, true);
    eg_fields_free_text(&fields, "de", answer.de, sizeof answer.de, false);
    eg_fields_free_text(&fields, "en", answer.en, sizeof answer.en, false);
    answer.retry_after_ms = (uint32_t)retry_after_ms;
    answer.code = eg_code_named(answer.code_text);
    EG_TRY(eg_fields_end(&fields));
    *out = answer;
    return EG_OK;
}

/* Split "<a> <b> <c>" at single blanks. */
static bool split_three(struct eg_bytes value, struct eg_bytes parts[3])
{
    for (int i = 0; i < 2; i++) {
        const uint8_t *blank = value.len == 0 ? NULL : memchr(value.data, ' ', value.len);
        if (blank == NULL) {
            return false;
        }
        size_t len = (size_t)(blank - value.data);
        parts[i] = (struct eg_bytes){value.data, len};
        value = (struct eg_bytes){blank + 1, value.len - len - 1};
    }
    parts[2] = value;
    return true;
}

static bool read_delivery(struct eg_delivery *out, struct eg_bytes value)
{
    struct eg_bytes parts[3] = {EG_BYTES_NONE, EG_BYTES_NONE, EG_BYTES_NONE};
    if (!split_three(value, parts) || !eg_text_token(parts[0], EG_ID_MAX) ||
        !eg_text_token(parts[1], EG_ID_MAX)) {
        return false;
    }
    out->acknowledged = eg_bytes_is(parts[2], "acknowledged");
    if (!out->acknowledged && !eg_bytes_is(parts[2], "waiting")) {
        return false;
    }
    memcpy(out->name, parts[0].data, parts[0].len);
    memcpy(out->recipient, parts[1].data, parts[1].len);
    return true;
}

enum eg_status eg_standing_read(struct eg_standing *out, struct eg_bytes text, struct eg_error *err)
{
    struct eg_standing standing = {.index = 0};
    struct eg_bytes value = EG_BYTES_NONE;
    struct eg_fields fields;
    eg_fields_start(&fields, text, "standing", err);
    eg_fields_number(&fields, "index", UINT64_MAX, &standing.index);
    while (eg_fields_try(&fields, "delivery", &value)) {
        if (standing.delivery_count == EG_NOTIFICATIONS_MAX) {
            eg_fields_refuse(&fields, "delivery", "more than an entry has");
        } else if (read_delivery(&standing.deliveries[standing.delivery_count], value)) {
            standing.delivery_count++;
        } else {
            eg_fields_refuse(&fields, "delivery", "not <name> <recipient> <state>");
        }
    }
    EG_TRY(eg_fields_end(&fields));
    *out = standing;
    return EG_OK;
}

enum eg_status eg_standing_write(struct eg_buf *out, const struct eg_standing *standing,
                                 struct eg_error *err)
{
    assert(standing->delivery_count <= EG_NOTIFICATIONS_MAX);
    size_t from = out->len;
    struct eg_standing again;
    eg_lines_begin(out, "standing");
    eg_lines_putf(out, "index", "%" PRIu64, standing->index);
    for (size_t i = 0; i < standing->delivery_count; i++) {
        const struct eg_delivery *delivery = &standing->deliveries[i];
        eg_lines_putf(out, "delivery", "%s %s %s", delivery->name, delivery->recipient,
                      delivery->acknowledged ? "acknowledged" : "waiting");
    }
    enum eg_status status = eg_buf_ok(out, "standing", err);
    return status != EG_OK ? status : eg_standing_read(&again, written(out, from), err);
}

enum eg_status eg_pong_read(struct eg_pong *out, struct eg_bytes text, struct eg_error *err)
{
    struct eg_pong pong = {.at_ms = 0};
    struct eg_fields fields;
    eg_fields_start(&fields, text, "pong", err);
    eg_fields_time(&fields, "time", &pong.at_ms);
    eg_fields_number(&fields, "size", UINT64_MAX, &pong.size);
    EG_TRY(eg_fields_end(&fields));
    *out = pong;
    return EG_OK;
}

enum eg_status eg_pong_write(struct eg_buf *out, const struct eg_pong *pong, struct eg_error *err)
{
    char at[EG_TIME_TEXT_MAX] = "";
    eg_text_time(at, pong->at_ms);
    eg_lines_begin(out, "pong");
    eg_lines_put(out, "time", eg_bytes_of(at));
    eg_lines_putf(out, "size", "%" PRIu64, pong->size);
    return eg_buf_ok(out, "pong", err);
}
