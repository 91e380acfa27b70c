/* Generated reports: the same from the same seed, different from another, and of the promised size.
 */
#include "trial/sample.h"

#include <criterion/criterion.h>
#include <string.h>

static struct eg_buf make(enum eg_sample_kind kind, uint64_t seed)
{
    struct eg_sample sample = {.kind = kind,
                               .seed = seed,
                               .day = "2026-11-23",
                               .addressee = "log.example",
                               .plant = "p",
                               .id = "x-1",
                               .version = 1};
    struct eg_error err = {0};
    struct eg_buf out;

    eg_buf_init(&out, 1 << 20);
    cr_assert_eq(eg_sample_report(&out, &sample, &err), EG_OK, "%s", err.text);
    return out;
}

static size_t count(const struct eg_buf *report, const char *word)
{
    size_t n = 0;

    for (const char *at = strstr((const char *)report->data, word); at != NULL;
         at = strstr(at + 1, word)) {
        n++;
    }
    return n;
}

Test(sample, makes_the_daily_report_of_the_benchmark)
{
    struct eg_buf report = make(EG_SAMPLE_DAILY, 1);

    cr_expect_eq(count(&report, "<series "), 8);
    cr_expect_eq(count(&report, "<v "), 384 + 48 + 48);
    cr_expect(report.len > 26000 && report.len < 29000, "%zu", report.len);
    eg_buf_done(&report);
}

Test(sample, makes_the_short_report_of_the_benchmark)
{
    struct eg_buf report = make(EG_SAMPLE_SHORT, 1);

    cr_expect_eq(count(&report, "<v "), 8 + 2);
    eg_buf_done(&report);
}

Test(sample, is_fixed_by_its_seed)
{
    for (int kind = EG_SAMPLE_DAILY; kind <= EG_SAMPLE_TURBINE; kind++) {
        struct eg_buf a = make((enum eg_sample_kind)kind, 7);
        struct eg_buf b = make((enum eg_sample_kind)kind, 7);
        struct eg_buf c = make((enum eg_sample_kind)kind, 8);
        cr_expect(eg_bytes_equal(eg_bytes_view(&a), eg_bytes_view(&b)));
        cr_expect(!eg_bytes_equal(eg_bytes_view(&a), eg_bytes_view(&c)));
        eg_buf_done(&a);
        eg_buf_done(&b);
        eg_buf_done(&c);
    }
}

Test(sample, lets_a_turbine_meet_everything_in_a_hundred_days)
{
    static const char *const WORDS[] = {
        "\"malfunction\"", "\"maintenance\"", "\"missing\"",   "\"substitute\"", "\"implausible\"",
        "\"plant\"",       "\"invalid\"",     "\"off\"",       "\"start-up\"",   "\"shut-down\"",
        "\"STA\"",         "\"SSTA\"",        "\"operating\"", "\"standard\"",   "\"degC\"",
        "\"K\"",           "\"hPa\"",         "\"kPa\"",       "name=\"load\""};
    size_t seen[sizeof WORDS / sizeof WORDS[0]] = {0};

    for (uint64_t seed = 0; seed < 100; seed++) {
        struct eg_buf report = make(EG_SAMPLE_TURBINE, seed);
        for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
            seen[i] += count(&report, WORDS[i]);
        }
        eg_buf_done(&report);
    }
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        cr_expect_gt(seen[i], 0, "%s never occurs", WORDS[i]);
    }
}

Test(sample, refuses_a_day_and_a_version_that_are_none)
{
    struct eg_sample sample = {
        .day = "2026-02-30", .addressee = "log.example", .plant = "p", .id = "x", .version = 1};
    struct eg_error err = {0};
    struct eg_buf out;
    enum eg_sample_kind kind = EG_SAMPLE_DAILY;

    eg_buf_init(&out, 1 << 20);
    cr_expect_eq(eg_sample_report(&out, &sample, &err), EG_E_USAGE);
    sample.day = "2026-02-28";
    sample.version = 0;
    cr_expect_eq(eg_sample_report(&out, &sample, &err), EG_E_USAGE);
    cr_expect_eq(out.len, 0);
    eg_buf_done(&out);
    eg_buf_init(&out, 100);
    sample.version = 1;
    cr_expect_eq(eg_sample_report(&out, &sample, &err), EG_E_LIMIT);
    eg_buf_done(&out);
    cr_expect(!eg_sample_kind_named("weekly", &kind));
    cr_expect(eg_sample_kind_named("turbine", &kind));
    cr_expect_eq(kind, EG_SAMPLE_TURBINE);
}
