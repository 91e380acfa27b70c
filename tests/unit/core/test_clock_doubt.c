/*
 * When the gateway doubts its clock: each piece of evidence alone, to the millisecond, and that
 * evidence which is not there contradicts nothing.
 */
#include "core/clock_doubt.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <string.h>

#define NOW 1790000000000LL
#define DAY (24 * 3600 * 1000LL)
#define YEAR (365 * DAY)
#define STEP 60000

static struct eg_clock_evidence usual(void)
{
    return (struct eg_clock_evidence){.last_entry_ms = NOW - 1000,
                                      .directory_issued_ms = NOW - DAY,
                                      .list_issued_ms = NOW - 2 * DAY,
                                      .certificate_until_ms = NOW + YEAR,
                                      .directory_until_ms = NOW + 2 * YEAR,
                                      .lists_until_ms = NOW + DAY,
                                      .wall_ms = NOW - 5000,
                                      .boot_ms = 7000,
                                      .step_ms = STEP};
}

static void is(enum eg_clock_doubt expected, struct eg_clock_evidence evidence, int64_t now_ms,
               int64_t boot_ms)
{
    enum eg_clock_doubt found = eg_clock_doubt(&evidence, now_ms, boot_ms);
    cr_expect_eq(found, expected, "%s, expected %s", eg_clock_doubt_word(found),
                 eg_clock_doubt_word(expected));
}

Test(clock_doubt, is_none_when_nothing_stands_against_the_clock)
{
    is(EG_CLOCK_TRUSTED, usual(), NOW, 12000);
    is(EG_CLOCK_TRUSTED, (struct eg_clock_evidence){0}, NOW, 0);
    is(EG_CLOCK_TRUSTED, (struct eg_clock_evidence){0}, 0, 12000);
    is(EG_CLOCK_TRUSTED, (struct eg_clock_evidence){0}, -NOW, 12000);
}

/* Five minutes are allowed, and not a millisecond more. */
static void is_after(size_t offset, enum eg_clock_doubt expected)
{
    struct eg_clock_evidence evidence = {0};
    int64_t *at_ms = (int64_t *)(void *)((char *)&evidence + offset);
    *at_ms = NOW;
    is(EG_CLOCK_TRUSTED, evidence, NOW, 0);
    is(EG_CLOCK_TRUSTED, evidence, NOW - EG_CLOCK_BEHIND_MAX_MS, 0);
    is(expected, evidence, NOW - EG_CLOCK_BEHIND_MAX_MS - 1, 0);
    is(expected, evidence, NOW - 10 * YEAR, 0);
    is(EG_CLOCK_TRUSTED, evidence, NOW + 10 * YEAR, 0);
}

Test(clock_doubt, begins_five_minutes_before_the_newest_entry)
{
    is_after(offsetof(struct eg_clock_evidence, last_entry_ms), EG_CLOCK_BEFORE_ENTRY);
}

Test(clock_doubt, begins_five_minutes_before_the_directory_s_issue)
{
    is_after(offsetof(struct eg_clock_evidence, directory_issued_ms), EG_CLOCK_BEFORE_DIRECTORY);
}

Test(clock_doubt, begins_five_minutes_before_the_newest_list)
{
    is_after(offsetof(struct eg_clock_evidence, list_issued_ms), EG_CLOCK_BEFORE_LIST);
}

Test(clock_doubt, begins_when_the_last_of_certificate_directory_and_lists_has_ended)
{
    struct eg_clock_evidence evidence = usual();
    evidence.wall_ms = 0; /* started so: nothing to compare with */
    is(EG_CLOCK_TRUSTED, evidence, evidence.lists_until_ms + 1, 0);
    is(EG_CLOCK_TRUSTED, evidence, evidence.certificate_until_ms + 1, 0);
    is(EG_CLOCK_TRUSTED, evidence, evidence.directory_until_ms, 0);
    is(EG_CLOCK_ALL_ENDED, evidence, evidence.directory_until_ms + 1, 0);
    is(EG_CLOCK_ALL_ENDED, evidence, NOW + 10 * YEAR, 0);
    evidence.certificate_until_ms = NOW + 3 * YEAR; /* renewed in time: the others were forgotten */
    is(EG_CLOCK_TRUSTED, evidence, evidence.directory_until_ms + 1, 0);
    evidence.certificate_until_ms = NOW + YEAR;
    evidence.lists_until_ms = NOW + 3 * YEAR;
    is(EG_CLOCK_TRUSTED, evidence, evidence.directory_until_ms + 1, 0);
}

Test(clock_doubt, needs_certificate_and_directory_to_say_that_all_ended_but_no_lists)
{
    struct eg_clock_evidence evidence = usual();
    evidence.wall_ms = 0;
    evidence.lists_until_ms = 0;
    is(EG_CLOCK_ALL_ENDED, evidence, NOW + 10 * YEAR, 0);
    evidence.certificate_until_ms = 0;
    is(EG_CLOCK_TRUSTED, evidence, NOW + 10 * YEAR, 0);
    evidence.certificate_until_ms = NOW;
    evidence.directory_until_ms = 0;
    is(EG_CLOCK_TRUSTED, evidence, NOW + 10 * YEAR, 0);
}

Test(clock_doubt, begins_with_a_jump_beyond_the_step_either_way)
{
    struct eg_clock_evidence evidence = {.wall_ms = NOW, .boot_ms = 1000, .step_ms = STEP};
    is(EG_CLOCK_TRUSTED, evidence, NOW + DAY, 1000 + DAY);
    is(EG_CLOCK_TRUSTED, evidence, NOW + DAY + STEP, 1000 + DAY);
    is(EG_CLOCK_JUMPED, evidence, NOW + DAY + STEP + 1, 1000 + DAY);
    is(EG_CLOCK_TRUSTED, evidence, NOW + DAY - STEP, 1000 + DAY);
    is(EG_CLOCK_JUMPED, evidence, NOW + DAY - STEP - 1, 1000 + DAY);
    evidence.wall_ms = 0; /* not compared yet */
    is(EG_CLOCK_TRUSTED, evidence, NOW + DAY, 5);
}

Test(clock_doubt, holds_while_what_was_loaded_in_doubt_is_not_judged_anew)
{
    struct eg_clock_evidence evidence = usual();
    evidence.unjudged = true;
    is(EG_CLOCK_UNJUDGED, evidence, NOW, 12000);
    is(EG_CLOCK_BEFORE_ENTRY, evidence, NOW - DAY, 12000); /* the clock itself comes first */
    is(EG_CLOCK_JUMPED, evidence, NOW + DAY / 2, 12000);
}

Test(clock_doubt, knows_the_latest_time_that_has_come)
{
    struct eg_clock_evidence evidence = usual();
    cr_expect_eq(eg_clock_doubt_known_ms(&evidence), NOW - 1000);
    evidence.last_entry_ms = 0;
    cr_expect_eq(eg_clock_doubt_known_ms(&evidence), NOW - DAY);
    evidence.list_issued_ms = NOW - 5;
    cr_expect_eq(eg_clock_doubt_known_ms(&evidence), NOW - 5);
    cr_expect_eq(eg_clock_doubt_known_ms(&(struct eg_clock_evidence){0}), 0);
}

static void says(enum eg_clock_doubt doubt, const char *first, const char *second)
{
    struct eg_clock_evidence evidence = usual();
    char text[EG_CLOCK_DOUBT_TEXT_MAX] = "";
    eg_clock_doubt_text(text, doubt, &evidence, NOW, 12000);
    cr_expect_not_null(strstr(text, first), "%s", text);
    cr_expect_not_null(strstr(text, second), "%s", text);
    cr_expect_lt(strlen(text), sizeof text - 1, "cut: %s", text);
}

Test(clock_doubt, is_told_with_the_clock_s_time_and_the_one_against_it)
{
    /* date -u -d @1790000000 */
    const char *now = "2026-09-21T14:13:20.000Z";
    says(EG_CLOCK_BEFORE_ENTRY, now, "entry was recorded at 2026-09-21T14:13:19.000Z");
    says(EG_CLOCK_BEFORE_DIRECTORY, now, "directory was signed at 2026-09-20T14:13:20.000Z");
    says(EG_CLOCK_BEFORE_LIST, now, "revocation list was issued at 2026-09-19T14:13:20.000Z");
    says(EG_CLOCK_ALL_ENDED, now, "certificate ended 2027-09-21T14:13:20.000Z");
    says(EG_CLOCK_ALL_ENDED, now, "revocation lists 2026-09-22T14:13:20.000Z");
    says(EG_CLOCK_JUMPED, now, "by boot time it is 2026-09-21T14:13:20.000Z");
    says(EG_CLOCK_UNJUDGED, now, "loaded again");
}

Test(clock_doubt, has_a_word_of_its_own_for_each_reason)
{
    for (int i = 0; i < EG_CLOCK_DOUBT_COUNT; i++) {
        for (int k = 0; k < i; k++) {
            cr_expect_str_neq(eg_clock_doubt_word((enum eg_clock_doubt)i),
                              eg_clock_doubt_word((enum eg_clock_doubt)k));
        }
    }
}
