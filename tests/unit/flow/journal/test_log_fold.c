/*
 * Repeated events: which are the same, how many are shown, when the rest is told.
 */
#include "flow/journal/log_inside.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T0 1000000

static struct eg_log_fold *fold;

static void set_up(void)
{
    fold = calloc(1, sizeof *fold);
    cr_assert_not_null(fold);
}

static void tear_down(void)
{
    free(fold);
}

TestSuite(log_fold, .init = set_up, .fini = tear_down);

static bool shows(const char *event, const char *text, int64_t now_ms)
{
    return eg_log_fold_shows(fold, EG_LOG_WARN, false, event, text, now_ms);
}

/* As many as are shown of one event. */
static void use_up(const char *event, const char *text, int64_t now_ms)
{
    for (int i = 0; i < EG_JOURNAL_REPEATS_SHOWN; i++) {
        cr_assert(shows(event, text, now_ms), "%d", i);
    }
    cr_assert_not(shows(event, text, now_ms));
}

static uint64_t due(int64_t now_ms, bool all)
{
    struct eg_log_repeat repeat;
    return eg_log_fold_due(&repeat, fold, now_ms, all) ? repeat.folded : 0;
}

Test(log_fold, shows_the_first_and_counts_the_rest)
{
    struct eg_log_repeat repeat;
    use_up("e", "a=1 b=\"x y\"", T0);
    cr_assert_not(shows("e", "a=1 b=\"x y\"", T0 + 1));
    cr_assert_eq(due(T0 + EG_JOURNAL_REPEATS_MS - 1, false), 0);
    cr_assert(eg_log_fold_due(&repeat, fold, T0 + EG_JOURNAL_REPEATS_MS, false));
    cr_assert_eq(repeat.folded, 2);
    cr_assert_str_eq(repeat.event, "e");
    cr_assert_str_eq(repeat.key, "a=1 b=\"x y\"");
    cr_assert_eq(repeat.level, EG_LOG_WARN);
    cr_assert_not(repeat.stranger);
    cr_assert_eq(due(T0 + EG_JOURNAL_REPEATS_MS, false), 0, "told once");
}

Test(log_fold, goes_on_counting_what_goes_on)
{
    int64_t later = T0 + EG_JOURNAL_REPEATS_MS;
    use_up("e", "a=1", T0);
    cr_assert_eq(due(later, false), 1);
    cr_assert_not(shows("e", "a=1", later + 1));
    cr_assert_eq(due(later + EG_JOURNAL_REPEATS_MS, false), 1);
}

Test(log_fold, shows_again_what_stopped_for_a_while)
{
    int64_t later = T0 + EG_JOURNAL_REPEATS_MS;
    use_up("e", "a=1", T0);
    cr_assert_eq(due(later, false), 1);
    cr_assert_eq(due(later + EG_JOURNAL_REPEATS_MS, false), 0);
    cr_assert(shows("e", "a=1", later + EG_JOURNAL_REPEATS_MS));
}

Test(log_fold, tells_all_at_the_end)
{
    use_up("e", "a=1", T0);
    use_up("f", "", T0);
    cr_assert_eq(due(T0, true), 1);
    cr_assert_eq(due(T0, true), 1);
    cr_assert_eq(due(T0, true), 0);
}

Test(log_fold, numbers_of_jobs_and_milliseconds_do_not_tell_events_apart)
{
    use_up("e", "job=1 code=busy lived_ms=7 drift_ms=-3", T0);
    cr_assert_not(shows("e", "job=18446744073709551615 code=busy lived_ms=9 drift_ms=4", T0));
    struct eg_log_repeat repeat;
    cr_assert(eg_log_fold_due(&repeat, fold, T0, true));
    cr_assert_str_eq(repeat.key, "code=busy");
}

Test(log_fold, everything_else_tells_them_apart)
{
    static const char *const others[] = {
        "code=rate", "code=busy x=1",    "code=",          "code",
        "",          "code=busy jobs=1", "code=\"job=1\"", "code=busy ms=1"};
    use_up("e", "code=busy job=1", T0);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        cr_assert(shows("e", others[i], T0), "%s", others[i]);
    }
    cr_assert(shows("other", "code=busy", T0));
    cr_assert(eg_log_fold_shows(fold, EG_LOG_ERROR, false, "e", "code=busy", T0));
}

Test(log_fold, blanks_and_quotes_within_quotes_are_of_the_value)
{
    use_up("e", "text=\"a job=1 \\\" job=2\"", T0);
    cr_assert(shows("e", "text=\"a job=1 \\\" job=3\"", T0));
    cr_assert(shows("e", "text=\"a\" ", T0));
    cr_assert(shows("e", "text=\"never closed job=1", T0));
    cr_assert(shows("e", "\\", T0));
}

Test(log_fold, debug_lines_are_all_shown)
{
    for (int i = 0; i < 100; i++) {
        cr_assert(eg_log_fold_shows(fold, EG_LOG_DEBUG, false, "e", "a=1", T0));
    }
    cr_assert_eq(due(T0, true), 0);
}

Test(log_fold, a_text_that_is_too_long_is_shown)
{
    char text[EG_JOURNAL_REPEAT_KEY_MAX + 1];
    memset(text, 'x', sizeof text);
    text[EG_JOURNAL_REPEAT_KEY_MAX - 2] = '\0'; /* the longest that is kept */
    use_up("e", text, T0);
    text[EG_JOURNAL_REPEAT_KEY_MAX - 2] = 'x';
    text[EG_JOURNAL_REPEAT_KEY_MAX - 1] = '\0';
    for (int i = 0; i < 100; i++) {
        cr_assert(shows("e", text, T0));
    }
}

Test(log_fold, more_events_than_places_lose_no_count)
{
    char text[32];
    for (int i = 0; i < EG_JOURNAL_REPEATS_KEPT; i++) {
        snprintf(text, sizeof text, "n=%d", i);
        use_up("e", text, T0);
    }
    for (int i = 0; i < 100; i++) {
        cr_assert(shows("e", "one=more", T0), "no place, so it is shown");
    }
    for (int i = 0; i < EG_JOURNAL_REPEATS_KEPT; i++) {
        cr_assert_eq(due(T0, true), 1, "%d", i);
    }
    cr_assert_eq(due(T0, true), 0);
}

Test(log_fold, the_oldest_without_a_count_gives_its_place)
{
    char text[32];
    use_up("kept", "", T0 - 1);
    for (int i = 1; i < EG_JOURNAL_REPEATS_KEPT; i++) {
        snprintf(text, sizeof text, "n=%d", i);
        cr_assert(shows("e", text, T0 + i));
    }
    use_up("new", "", T0 + 1000);
    cr_assert_not(shows("kept", "", T0 + 1000));
    for (int i = 0; i < EG_JOURNAL_REPEATS_SHOWN; i++) {
        cr_assert(shows("e", "n=1", T0 + 1000), "forgotten, so it begins again");
    }
}
