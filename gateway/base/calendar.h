/*
 * Days of the proleptic Gregorian calendar as numbers, and the labels of a measuring grid: an
 * interval is known by its end, and the last one of a day ends at 24:00 of that day.
 */
#ifndef EG_BASE_CALENDAR_H
#define EG_BASE_CALENDAR_H

#include "base/bytes.h"

#define EG_DAY_TEXT_MAX 11   /* "2011-04-06" and its end */
#define EG_LABEL_TEXT_MAX 20 /* "2011-04-06T24:00:00" and its end */
#define EG_DAY_MINUTES 1440
#define EG_DAY_LAST 84005 /* 2199-12-31: later days are no days of a report */

/* End of an interval: day since 1970-01-01 and minute of that day, 1..1440. */
struct eg_label {
    int32_t day;
    int minute;
};

/* "YYYY-MM-DD", a real day of the years 1900..2199. */
bool eg_day_read(struct eg_bytes text, int32_t *out);
void eg_day_text(char out[EG_DAY_TEXT_MAX], int32_t day);
/* The day after a real one. */
void eg_day_after(char out[EG_DAY_TEXT_MAX], const char *day);

/*
 * A time of the plant's standard time as an interval's end. Forms: "YYYY-MM-DD HH:MM", with T
 * for the blank and with :SS (which must be 00), and the same with the German day "DD.MM.YYYY".
 * 24:00 is the end of the day, and so is 00:00 of the next: both give minute 1440.
 */
bool eg_label_read(struct eg_bytes text, struct eg_label *out);
void eg_label_text(char out[EG_LABEL_TEXT_MAX], struct eg_label label);

/* The label `minutes` (of either sign, within a million days) later. */
struct eg_label eg_label_after(struct eg_label label, int64_t minutes);
int eg_label_compare(struct eg_label a, struct eg_label b);

#endif
