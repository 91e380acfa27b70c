/* Days and labels against known dates. */
#include "base/calendar.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_label(const char *text, const char *label)
{
    struct eg_label got = {0, 0};
    char out[EG_LABEL_TEXT_MAX];

    cr_assert(eg_label_read(eg_bytes_of(text), &got), "%s", text);
    eg_label_text(out, got);
    cr_expect_str_eq(out, label);
}

Test(calendar, numbers_known_days)
{
    int32_t day = -1;

    cr_expect(eg_day_read(eg_bytes_of("1970-01-01"), &day));
    cr_expect_eq(day, 0);
    cr_expect(eg_day_read(eg_bytes_of("2199-12-31"), &day));
    cr_expect_eq(day, EG_DAY_LAST);
    cr_expect(eg_day_read(eg_bytes_of("1900-01-01"), &day));
    cr_expect_eq(day, -25567);
}

Test(calendar, writes_back_every_day_of_three_centuries)
{
    int32_t first = 0, last = 0;

    cr_assert(eg_day_read(eg_bytes_of("1900-01-01"), &first));
    cr_assert(eg_day_read(eg_bytes_of("2199-12-31"), &last));
    for (int32_t day = first; day <= last; day++) {
        char text[EG_DAY_TEXT_MAX];
        int32_t back = 0;
        eg_day_text(text, day);
        cr_assert(eg_day_read(eg_bytes_of(text), &back) && back == day, "%s", text);
    }
}

Test(calendar, refuses_what_is_no_day)
{
    static const char *const NONE[] = {"2011-02-29", "2100-02-29", "2011-04-31", "2011-13-01",
                                       "2011-00-01", "2011-01-00", "2011-01-32", "1899-12-31",
                                       "2200-01-01", "2011-1-01",  "2011/01/01", "2011-01-011",
                                       "",           "2011-01-0x", "06.04.2011"};
    int32_t day = 7;

    for (size_t i = 0; i < sizeof NONE / sizeof NONE[0]; i++) {
        cr_expect(!eg_day_read(eg_bytes_of(NONE[i]), &day), "%s", NONE[i]);
    }
    cr_expect_eq(day, 7);
    cr_expect(eg_day_read(eg_bytes_of("2000-02-29"), &day));
}

Test(calendar, reads_labels_in_their_forms)
{
    expect_label("2011-04-06 01:00", "2011-04-06T01:00:00");
    expect_label("2011-04-06T01:30:00", "2011-04-06T01:30:00");
    expect_label("06.04.2011 23:00", "2011-04-06T23:00:00");
    expect_label("06.04.2011 23:00:00", "2011-04-06T23:00:00");
    expect_label("2011-04-06T24:00:00", "2011-04-06T24:00:00");
    expect_label("2011-04-07 00:00", "2011-04-06T24:00:00");
    expect_label("2011-01-01 00:00", "2010-12-31T24:00:00");
}

Test(calendar, refuses_what_is_no_label)
{
    static const char *const NONE[] = {
        "2011-04-06",           "2011-04-06 25:00", "2011-04-06 24:30", "2011-04-06 12:60",
        "2011-04-06 12:00:01",  "2011-04-06_12:00", "2011-04-06 12.00", "2011-04-06T12:00:0",
        "2011-04-06T12:00:00Z", "4/6/2011 12:00:0", "2011-02-30 12:00", "",
        "2011-04-06T12:00+01",
    };
    struct eg_label label = {0, 0};

    for (size_t i = 0; i < sizeof NONE / sizeof NONE[0]; i++) {
        cr_expect(!eg_label_read(eg_bytes_of(NONE[i]), &label), "%s", NONE[i]);
    }
}

Test(calendar, steps_over_the_end_of_a_day)
{
    struct eg_label end = {100, EG_DAY_MINUTES};
    struct eg_label next = eg_label_after(end, 60);

    cr_expect_eq(next.day, 101);
    cr_expect_eq(next.minute, 60);
    cr_expect_eq(eg_label_after(next, -60).minute, EG_DAY_MINUTES);
    cr_expect_eq(eg_label_after(next, -60).day, 100);
    cr_expect_eq(eg_label_after((struct eg_label){0, 30}, -30).day, -1);
    cr_expect_lt(eg_label_compare(end, next), 0);
    cr_expect_gt(eg_label_compare(next, end), 0);
    cr_expect_eq(eg_label_compare(next, next), 0);
}

Test(calendar, tells_the_day_after)
{
    char day[EG_DAY_TEXT_MAX] = "";

    eg_day_after(day, "2024-02-28");
    cr_expect_str_eq(day, "2024-02-29");
    eg_day_after(day, day);
    cr_expect_str_eq(day, "2024-03-01");
    eg_day_after(day, "2026-12-31");
    cr_expect_str_eq(day, "2027-01-01");
}
