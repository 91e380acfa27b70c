/*
 * Time on the measuring grid. A label names an interval by its end, in the plant's own standard
 * time: "2026-01-05T00:30:00" is the first half-hour of 5 January, "2026-01-05T24:00:00" its last,
 * also written "2026-01-06T00:00:00". Places run from 1. No time zone, no clock: a label is read,
 * nothing else.
 */
#include "assess/xpath/functions_inside.h"

#include "core/identity.h"

#include <libxml/xpathInternals.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTES_OF_DAY 1440
#define LABEL_LEN 19    /* 2026-01-05T00:30:00 */
#define DAY_TEXT_MAX 72 /* three longs, as the compiler counts */

struct label {
    /* days since 1970-01-01 */
    long day;
    int minute;
};

/* Gregorian calendar; a year here begins in March, so that a leap day is its last. */
static long day_number(int year, int month, int day)
{
    long y = month > 2 ? year : year - 1;
    long era = y / 400;
    long of_era = y - era * 400;
    long of_year = (153L * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void day_text(char out[DAY_TEXT_MAX], long number)
{
    long z = number + 719468;
    long era = z / 146097;
    long of_era = z - era * 146097;
    long year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    long of_year = of_era - (365 * year + year / 4 - year / 100);
    long m = (5 * of_year + 2) / 153;
    long day = of_year - (153 * m + 2) / 5 + 1;
    long month = m < 10 ? m + 3 : m - 9;
    year += era * 400 + (month <= 2 ? 1 : 0);
    (void)snprintf(out, DAY_TEXT_MAX, "%04ld-%02ld-%02ld", year % 10000, month, day);
}

static int two_digits(const char *text)
{
    return text[0] >= '0' && text[0] <= '9' && text[1] >= '0' && text[1] <= '9'
               ? (text[0] - '0') * 10 + (text[1] - '0')
               : -1;
}

static bool read_day(long *out, const char *text)
{
    if (strlen(text) != 10 || !eg_date_valid(text)) {
        return false;
    }
    *out = day_number(two_digits(text) * 100 + two_digits(text + 2), two_digits(text + 5),
                      two_digits(text + 8));
    return true;
}

/* Whole minutes; 24:00:00 is the end of the day. */
static bool read_label(struct label *out, const char *text)
{
    char day[11] = "";
    if (strlen(text) != LABEL_LEN || text[10] != 'T' || text[13] != ':' ||
        strcmp(text + 16, ":00") != 0) {
        return false;
    }
    memcpy(day, text, 10);
    int hour = two_digits(text + 11);
    int minute = two_digits(text + 14);
    out->minute = hour * 60 + minute;
    return hour >= 0 && minute >= 0 && minute < 60 && out->minute <= MINUTES_OF_DAY &&
           read_day(&out->day, day);
}

/* The interval that ends at 00:00 is the last of the day before. */
static void end_of_day(struct label *label)
{
    if (label->minute == 0) {
        label->minute = MINUTES_OF_DAY;
        label->day--;
    }
}

/* A whole number of minutes that divides the day; 0: it is none. */
static int step_of(double step)
{
    return step >= 1 && step <= MINUTES_OF_DAY && step == (double)(int)step &&
                   MINUTES_OF_DAY % (int)step == 0
               ? (int)step
               : 0;
}

static bool starts(xmlXPathParserContext *ctxt, int count, const char *name)
{
    return eg_function_arity(ctxt, count, EG_FUNCTION_NS, name);
}

/* grid-place(label, step) */
static void on_grid_place(xmlXPathParserContext *ctxt, int count)
{
    if (!starts(ctxt, count, "grid-place")) {
        return;
    }
    struct label label = {0};
    int step = step_of(eg_function_pop_number(ctxt));
    char *text = eg_function_pop_text(ctxt);
    if (text != NULL) {
        bool good = step > 0 && read_label(&label, text);
        end_of_day(&label);
        good = good && label.minute % step == 0;
        eg_function_push_number(ctxt, good ? (double)(label.minute / step) : (double)NAN);
    }
    free(text);
}

/* grid-count(step) */
static void on_grid_count(xmlXPathParserContext *ctxt, int count)
{
    if (starts(ctxt, count, "grid-count")) {
        int step = step_of(eg_function_pop_number(ctxt));
        eg_function_push_number(ctxt, step > 0 ? (double)(MINUTES_OF_DAY / step) : (double)NAN);
    }
}

static void push_text(xmlXPathParserContext *ctxt, const char *text)
{
    if (eg_function_spend(ctxt, strlen(text))) {
        valuePush(ctxt, xmlXPathNewCString(text));
    }
}

/* grid-label(day, place, step); empty: there is none */
static void on_grid_label(xmlXPathParserContext *ctxt, int count)
{
    if (!starts(ctxt, count, "grid-label")) {
        return;
    }
    char out[48] = "";
    long day = 0;
    int step = step_of(eg_function_pop_number(ctxt));
    double place = eg_function_pop_number(ctxt);
    char *text = eg_function_pop_text(ctxt);
    if (text != NULL) {
        if (step > 0 && place >= 1 && place <= MINUTES_OF_DAY / step &&
            place == (double)(int)place && read_day(&day, text)) {
            int minute = (int)place * step;
            (void)snprintf(out, sizeof out, "%.10sT%02d:%02d:00", text, minute / 60, minute % 60);
        }
        push_text(ctxt, out);
    }
    free(text);
}

/* grid-day(label): the day that the interval belongs to; empty: no label */
static void on_grid_day(xmlXPathParserContext *ctxt, int count)
{
    if (!starts(ctxt, count, "grid-day")) {
        return;
    }
    char out[DAY_TEXT_MAX] = "";
    struct label label = {0};
    char *text = eg_function_pop_text(ctxt);
    if (text != NULL) {
        if (read_label(&label, text)) {
            end_of_day(&label);
            day_text(out, label.day);
        }
        push_text(ctxt, out);
    }
    free(text);
}

/* minutes-between(earlier, later) */
static void on_minutes_between(xmlXPathParserContext *ctxt, int count)
{
    if (!starts(ctxt, count, "minutes-between")) {
        return;
    }
    struct label from = {0};
    struct label until = {0};
    char *later = eg_function_pop_text(ctxt);
    char *earlier = later != NULL ? eg_function_pop_text(ctxt) : NULL;
    if (earlier != NULL) {
        bool good = read_label(&from, earlier) && read_label(&until, later);
        double minutes = (double)((until.day - from.day) * MINUTES_OF_DAY) +
                         (double)(until.minute - from.minute);
        eg_function_push_number(ctxt, good ? minutes : (double)NAN);
    }
    free(earlier);
    free(later);
}

/* days-between(earlier, later) */
static void on_days_between(xmlXPathParserContext *ctxt, int count)
{
    if (!starts(ctxt, count, "days-between")) {
        return;
    }
    long from = 0;
    long until = 0;
    char *later = eg_function_pop_text(ctxt);
    char *earlier = later != NULL ? eg_function_pop_text(ctxt) : NULL;
    if (earlier != NULL) {
        bool good = read_day(&from, earlier) && read_day(&until, later);
        eg_function_push_number(ctxt, good ? (double)(until - from) : (double)NAN);
    }
    free(earlier);
    free(later);
}

const struct eg_function_own eg_functions_grid[] = {
    {EG_FUNCTION_NS, "grid-place", on_grid_place},
    {EG_FUNCTION_NS, "grid-count", on_grid_count},
    {EG_FUNCTION_NS, "grid-label", on_grid_label},
    {EG_FUNCTION_NS, "grid-day", on_grid_day},
    {EG_FUNCTION_NS, "minutes-between", on_minutes_between},
    {EG_FUNCTION_NS, "days-between", on_days_between},
};
const size_t eg_functions_grid_count = sizeof eg_functions_grid / sizeof eg_functions_grid[0];
