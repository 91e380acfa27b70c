/*
 * Calendar arithmetic of windows: proleptic Gregorian, days counted from 1970-01-01. A window is
 * the days of its period up to and including the report's own.
 */
#include "assess/assessment/assessment_model.h"

#include <stdio.h>
#include <string.h>

#define DAYS_OF_ERA 146097 /* of 400 years */
#define YEARS_OF_ERA 400
#define DAYS_TO_1970 719468 /* from 0000-03-01 */

static bool read_digits(const char *text, size_t count, int *out)
{
    int n = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        n = n * 10 + (text[i] - '0');
    }
    *out = n;
    return true;
}

bool eg_assess_day_read(struct eg_assess_day *out, const char *text)
{
    return eg_date_valid(text) && read_digits(text, 4, &out->year) &&
           read_digits(text + 5, 2, &out->month) && read_digits(text + 8, 2, &out->day);
}

/* Years begin in March, so that the leap day is a year's last. */
long eg_assess_day_number(struct eg_assess_day day)
{
    long year = day.year - (day.month <= 2);
    long era = year / YEARS_OF_ERA;
    long of_era = year - era * YEARS_OF_ERA;
    long month = (day.month + 9) % 12;
    long of_year = (153 * month + 2) / 5 + day.day - 1;
    return era * DAYS_OF_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_1970;
}

static struct eg_assess_day day_of(long number)
{
    long z = number + DAYS_TO_1970;
    long era = z / DAYS_OF_ERA;
    long of_era = z - era * DAYS_OF_ERA;
    long year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    long of_year = of_era - (365 * year + year / 4 - year / 100);
    long month = (5 * of_year + 2) / 153;
    struct eg_assess_day day = {.day = (int)(of_year - (153 * month + 2) / 5 + 1),
                                .month = (int)(month < 10 ? month + 3 : month - 9)};
    day.year = (int)(year + era * YEARS_OF_ERA + (day.month <= 2));
    return day;
}

void eg_assess_day_text(char out[11], long number)
{
    struct eg_assess_day day = day_of(number);
    char text[48] = "";
    (void)snprintf(text, sizeof text, "%04d-%02d-%02d", day.year, day.month, day.day);
    memcpy(out, text, 10);
    out[10] = '\0';
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return lengths[month - 1] + (month == 2 && leap);
}

/* The day after the same date N months ago; where that month is shorter, after its last day. */
static long months_ago(long day, int months)
{
    struct eg_assess_day at = day_of(day);
    int month = at.year * 12 + at.month - 1 - months;
    at.year = month / 12;
    at.month = month % 12 + 1;
    int length = month_length(at.year, at.month);
    at.day = at.day < length ? at.day : length;
    return eg_assess_day_number(at) + 1;
}

/* Monday 0 to Sunday 6; 1970-01-01 was a Thursday. */
static long weekday(long day)
{
    return ((day + 3) % 7 + 7) % 7;
}

void eg_assess_window_bounds(long *first, long *last, const struct eg_assess_window *window,
                             long day)
{
    struct eg_assess_day at = day_of(day);
    *last = day;
    switch (window->days) {
    case EG_DAYS_BEFORE:
        *first = *last = day - 1;
        return;
    case EG_DAYS_LAST_DAYS:
        *first = day - window->count + 1;
        return;
    case EG_DAYS_WEEK:
        *first = day - weekday(day);
        return;
    case EG_DAYS_MONTH:
        at.day = 1;
        *first = eg_assess_day_number(at);
        return;
    case EG_DAYS_YEAR:
        at.day = at.month = 1;
        *first = eg_assess_day_number(at);
        return;
    case EG_DAYS_LAST_MONTHS:
    default:
        *first = months_ago(day, window->count);
    }
}

bool eg_assess_window_ended(const struct eg_assess_window *window, long day)
{
    struct eg_assess_day at = day_of(day), next = day_of(day + 1);
    switch (window->days) {
    case EG_DAYS_WEEK:
        return weekday(day) == 6;
    case EG_DAYS_MONTH:
        return next.month != at.month;
    case EG_DAYS_YEAR:
        return next.year != at.year;
    case EG_DAYS_BEFORE:
        return false;
    case EG_DAYS_LAST_DAYS:
    case EG_DAYS_LAST_MONTHS:
    default:
        return true;
    }
}
