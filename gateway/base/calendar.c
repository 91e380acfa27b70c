/*
 * Calendar arithmetic without the C library: mktime and its kin look at the host's time zone.
 */
#include "base/calendar.h"

#include <assert.h>
#include <stdio.h>

#define YEAR_MIN 1900
#define YEAR_MAX 2199
#define DAYS_OF_400_YEARS 146097
#define DAYS_TO_1970 719468 /* from 0000-03-01 */

/* A year that begins in March ends with the leap day: then a day's number is plain arithmetic. */
static int32_t day_number(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int of_march = month <= 2 ? month + 9 : month - 3;
    int era = y / 400;
    int of_era = y % 400;
    int of_year = (153 * of_march + 2) / 5 + day - 1;

    return era * DAYS_OF_400_YEARS + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           DAYS_TO_1970;
}

static void day_parts(int32_t number, int *year, int *month, int *day)
{
    int n = number + DAYS_TO_1970;
    int era = n / DAYS_OF_400_YEARS;
    int left = n % DAYS_OF_400_YEARS;
    int of_era = (left - left / 1460 + left / 36524 - left / 146096) / 365;
    int of_year = left - (365 * of_era + of_era / 4 - of_era / 100);
    int of_march = (5 * of_year + 2) / 153;

    *day = of_year - (153 * of_march + 2) / 5 + 1;
    *month = of_march < 10 ? of_march + 3 : of_march - 9;
    *year = era * 400 + of_era + (*month <= 2 ? 1 : 0);
}

static bool digits(struct eg_bytes text, size_t at, size_t count, int *out)
{
    int value = 0;

    if (at + count > text.len) {
        return false;
    }
    for (size_t i = at; i < at + count; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        value = value * 10 + (text.data[i] - '0');
    }
    *out = value;
    return true;
}

static bool real_day(int year, int month, int day, int32_t *out)
{
    int y = 0, m = 0, d = 0;

    if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || day < 1 || day > 31) {
        return false;
    }
    int32_t number = day_number(year, month, day);
    day_parts(number, &y, &m, &d);
    if (d != day) {
        return false; /* 30 February is a day of March */
    }
    *out = number;
    return true;
}

bool eg_day_read(struct eg_bytes text, int32_t *out)
{
    int year = 0, month = 0, day = 0;

    return text.len == 10 && digits(text, 0, 4, &year) && text.data[4] == '-' &&
           digits(text, 5, 2, &month) && text.data[7] == '-' && digits(text, 8, 2, &day) &&
           real_day(year, month, day, out);
}

static bool german_day_read(struct eg_bytes text, int32_t *out)
{
    int year = 0, month = 0, day = 0;

    return text.len == 10 && digits(text, 0, 2, &day) && text.data[2] == '.' &&
           digits(text, 3, 2, &month) && text.data[5] == '.' && digits(text, 6, 4, &year) &&
           real_day(year, month, day, out);
}

void eg_day_text(char out[EG_DAY_TEXT_MAX], int32_t day)
{
    int y = 0, m = 0, d = 0;

    day_parts(day, &y, &m, &d);
    (void)snprintf(out, EG_DAY_TEXT_MAX, "%04u-%02u-%02u", (unsigned)y % 10000, (unsigned)m % 100,
                   (unsigned)d % 100);
}

void eg_day_after(char out[EG_DAY_TEXT_MAX], const char *day)
{
    int32_t number = 0;
    bool real = eg_day_read(eg_bytes_of(day), &number);

    assert(real);
    eg_day_text(out, number + 1);
}

bool eg_label_read(struct eg_bytes text, struct eg_label *out)
{
    int32_t day = 0;
    int hour = 0, minute = 0, second = 0;

    if (text.len != 16 && text.len != 19) {
        return false;
    }
    struct eg_bytes date = {text.data, 10};
    if (!eg_day_read(date, &day) && !german_day_read(date, &day)) {
        return false;
    }
    if ((text.data[10] != ' ' && text.data[10] != 'T') || !digits(text, 11, 2, &hour) ||
        text.data[13] != ':' || !digits(text, 14, 2, &minute)) {
        return false;
    }
    if (text.len == 19 && (text.data[16] != ':' || !digits(text, 17, 2, &second))) {
        return false;
    }
    if (hour > 24 || minute > 59 || second != 0 || (hour == 24 && minute != 0)) {
        return false;
    }
    struct eg_label label = {day, hour * 60 + minute};
    *out = label.minute == 0 ? (struct eg_label){day - 1, EG_DAY_MINUTES} : label;
    return true;
}

void eg_label_text(char out[EG_LABEL_TEXT_MAX], struct eg_label label)
{
    char day[EG_DAY_TEXT_MAX];

    eg_day_text(day, label.day);
    (void)snprintf(out, EG_LABEL_TEXT_MAX, "%sT%02u:%02u:00", day,
                   (unsigned)(label.minute / 60) % 100, (unsigned)(label.minute % 60) % 100);
}

struct eg_label eg_label_after(struct eg_label label, int64_t minutes)
{
    /* Counted from the begin of 1970-01-01, less one, so that minute 1440 stays in its day. */
    int64_t at = (int64_t)label.day * EG_DAY_MINUTES + label.minute - 1 + minutes;
    int64_t day = at / EG_DAY_MINUTES;
    int64_t rest = at % EG_DAY_MINUTES;

    if (rest < 0) {
        rest += EG_DAY_MINUTES;
        day--;
    }
    return (struct eg_label){(int32_t)day, (int)rest + 1};
}

int eg_label_compare(struct eg_label a, struct eg_label b)
{
    if (a.day != b.day) {
        return a.day < b.day ? -1 : 1;
    }
    return (a.minute > b.minute) - (a.minute < b.minute);
}
