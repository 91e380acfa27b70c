/*
 * Strict readers and writers of numbers, tokens, hex, base64 and times.
 *
 * Why: what is signed or hashed must have exactly one form. Every reader here takes the one form
 * that its writer makes and refuses all others; none looks at the locale.
 */
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum { MS_A_DAY = 24 * 3600 * 1000, TIME_TEXT_LEN = 24 };

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_alphanumeric(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool eg_text_u64(struct eg_bytes text, uint64_t max, uint64_t *out)
{
    uint64_t number = 0;

    if (text.len == 0 || (text.len > 1 && text.data[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.data[i])) {
            return false;
        }
        uint64_t digit = (uint64_t)(text.data[i] - '0');
        if (number > (UINT64_MAX - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
    }
    if (number > max) {
        return false;
    }
    *out = number;
    return true;
}

bool eg_text_token(struct eg_bytes text, size_t max_len)
{
    if (text.len == 0 || text.len > max_len || !is_alphanumeric(text.data[0])) {
        return false;
    }
    for (size_t i = 1; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (!is_alphanumeric(c) && (c == '\0' || strchr("._:/@+-", c) == NULL)) {
            return false;
        }
    }
    return true;
}

void eg_text_hex(struct eg_buf *out, struct eg_bytes octets)
{
    if (octets.len > SIZE_MAX / 2) {
        eg_buf_refuse(out, EG_E_LIMIT);
        return;
    }
    uint8_t *room = eg_buf_reserve(out, 2 * octets.len);
    if (room == NULL) {
        return;
    }
    for (size_t i = 0; i < octets.len; i++) {
        room[2 * i] = (uint8_t)hex_digits[octets.data[i] >> 4];
        room[2 * i + 1] = (uint8_t)hex_digits[octets.data[i] & 15];
    }
    out->len += 2 * octets.len;
}

static int hex_value(uint8_t c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool eg_text_unhex(struct eg_bytes text, uint8_t *out, size_t len)
{
    if (text.len / 2 != len || text.len % 2 != 0) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (hex_value(text.data[i]) < 0) {
            return false;
        }
    }
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)(hex_value(text.data[2 * i]) << 4 | hex_value(text.data[2 * i + 1]));
    }
    return true;
}

static void encode_group(uint8_t *to, uint32_t group)
{
    for (unsigned i = 0; i < 4; i++) {
        to[i] = (uint8_t)base64_digits[group >> (18 - 6 * i) & 63];
    }
}

void eg_text_base64(struct eg_buf *out, struct eg_bytes octets)
{
    if (octets.len > SIZE_MAX / 2) {
        eg_buf_refuse(out, EG_E_LIMIT);
        return;
    }
    size_t len = (octets.len + 2) / 3 * 4;
    uint8_t *room = eg_buf_reserve(out, len);
    if (room == NULL) {
        return;
    }
    const uint8_t *from = octets.data;
    size_t left = octets.len;
    for (; left >= 3; left -= 3, from += 3, room += 4) {
        encode_group(room, (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2]);
    }
    if (left > 0) {
        encode_group(room, (uint32_t)from[0] << 16 | (left == 2 ? (uint32_t)from[1] << 8 : 0));
        room[3] = '=';
        if (left == 1) {
            room[2] = '=';
        }
    }
    out->len += len;
}

static int base64_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (is_digit(c)) {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* One group of four digits, the last `padding` of them '='. Bits that no octet uses must be 0. */
static bool decode_group(uint8_t *to, const uint8_t *from, size_t padding)
{
    uint32_t group = 0;

    for (size_t i = 0; i < 4; i++) {
        int value = i >= 4 - padding ? 0 : base64_value(from[i]);
        if (value < 0) {
            return false;
        }
        group = group << 6 | (uint32_t)value;
    }
    if (group & ((1U << (8 * padding)) - 1)) {
        return false;
    }
    for (size_t i = 0; i < 3 - padding; i++) {
        to[i] = (uint8_t)(group >> (16 - 8 * i));
    }
    return true;
}

bool eg_text_unbase64(struct eg_bytes text, struct eg_buf *out)
{
    size_t padding = 0;

    if (text.len % 4 != 0) {
        return false;
    }
    if (text.len > 0 && text.data[text.len - 1] == '=') {
        padding = text.data[text.len - 2] == '=' ? 2 : 1;
    }
    size_t len = text.len / 4 * 3 - padding;
    uint8_t *room = eg_buf_reserve(out, len);
    if (room == NULL) {
        return false;
    }
    for (size_t at = 0; at < text.len; at += 4) {
        if (!decode_group(room + at / 4 * 3, text.data + at, at + 4 == text.len ? padding : 0)) {
            out->data[out->len] = 0;
            return false;
        }
    }
    out->len += len;
    return true;
}

/* Days since 1970 of a day of the proleptic Gregorian calendar, years counted from March. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = month <= 2 ? month + 9 : month - 3;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * m + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void day_of(int64_t days, int *year, int *month, int *day)
{
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int64_t m = (5 * of_year + 2) / 153;

    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int)(years + era * 400 + (*month <= 2 ? 1 : 0));
}

void eg_text_time(char out[EG_TIME_TEXT_MAX], int64_t at_ms)
{
    const int64_t first = days_of(0, 1, 1) * MS_A_DAY;
    const int64_t last = days_of(10000, 1, 1) * MS_A_DAY - 1;
    int year = 0;
    int month = 0;
    int day = 0;

    /* Beyond four-digit years there is no form: the nearest time that has one. */
    at_ms = at_ms < first ? first : at_ms > last ? last : at_ms;
    int64_t days = (at_ms >= 0 ? at_ms : at_ms - (MS_A_DAY - 1)) / MS_A_DAY;
    unsigned of_day = (unsigned)(at_ms - days * MS_A_DAY);
    day_of(days, &year, &month, &day);
    snprintf(out, EG_TIME_TEXT_MAX, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)year % 10000,
             (unsigned)month % 100, (unsigned)day % 100, of_day / 3600000, of_day / 60000 % 60,
             of_day / 1000 % 60, of_day % 1000);
}

/* `count` digits at `at`; the caller has looked at the length and at what is between. */
static int64_t digits_at(struct eg_bytes text, size_t at, size_t count)
{
    int64_t number = 0;

    for (size_t i = at; i < at + count; i++) {
        number = number * 10 + (text.data[i] - '0');
    }
    return number;
}

bool eg_text_untime(struct eg_bytes text, int64_t *at_ms)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";

    if (text.len != TIME_TEXT_LEN) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (form[i] == 'd' ? !is_digit(text.data[i]) : text.data[i] != (uint8_t)form[i]) {
            return false;
        }
    }
    int64_t days = days_of(digits_at(text, 0, 4), digits_at(text, 5, 2), digits_at(text, 8, 2));
    int64_t hour = digits_at(text, 11, 2);
    int64_t minute = digits_at(text, 14, 2);
    int64_t second = digits_at(text, 17, 2);
    int64_t made =
        days * MS_A_DAY + ((hour * 60 + minute) * 60 + second) * 1000 + digits_at(text, 20, 3);
    /* What is not a real time (30 February, 24:00, second 60) writes back differently. */
    char again[EG_TIME_TEXT_MAX];
    eg_text_time(again, made);
    if (memcmp(again, text.data, TIME_TEXT_LEN) != 0) {
        return false;
    }
    *at_ms = made;
    return true;
}
