/*
 * The watch over the clock, with a clock that the test moves while it runs.
 */
#include "flow/snapshot/clock_watch.h"

#include "base/clock.h"
#include "base/limits.h"
#include "flow/journal/log.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY (24 * 3600 * 1000LL)
#define STEP 60000

static char path[] = "/tmp/emgate clock XXXXXX";
static struct eg_clock_watch watch;
static struct eg_clock_evidence snapshot;

static void move(int64_t by_ms)
{
    FILE *file = fopen(path, "w"); /* a test's own file */
    cr_assert_not_null(file);
    cr_assert_gt(fprintf(file, "%lld\n", (long long)by_ms), 0);
    cr_assert_eq(fclose(file), 0);
}

static void set_up(void)
{
    char setting[sizeof path + 1] = "@";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
    move(0);
    memcpy(setting + 1, path, sizeof path);
    setenv("EMGATE_TEST_CLOCK", setting, 1);
    int64_t now_ms = eg_clock_wall_ms();
    snapshot = (struct eg_clock_evidence){.directory_issued_ms = now_ms - 30 * DAY,
                                          .list_issued_ms = now_ms - 20 * DAY,
                                          .certificate_until_ms = now_ms + 100 * DAY,
                                          .directory_until_ms = now_ms + 200 * DAY,
                                          .lists_until_ms = now_ms + 10 * DAY};
    eg_clock_watch_init(&watch, STEP, &snapshot);
}

static void tear_down(void)
{
    eg_clock_watch_done(&watch);
    unlink(path);
}

TestSuite(clock_watch, .init = set_up, .fini = tear_down);

static void is(enum eg_clock_doubt expected)
{
    int64_t now_ms = 0;
    enum eg_clock_doubt found = eg_clock_watch_look(&watch, &now_ms);
    cr_expect_eq(found, expected, "%s, expected %s", eg_clock_doubt_word(found),
                 eg_clock_doubt_word(expected));
    cr_expect_neq(now_ms, 0);
}

Test(clock_watch, notices_a_jump_and_its_end)
{
    is(EG_CLOCK_TRUSTED);
    move(2 * DAY);
    is(EG_CLOCK_JUMPED);
    move(-2 * DAY);
    is(EG_CLOCK_JUMPED);
    move(0);
    is(EG_CLOCK_TRUSTED);
}

Test(clock_watch, does_not_take_a_clock_that_is_mended_for_one_that_jumped)
{
    move(-40 * DAY);
    is(EG_CLOCK_BEFORE_DIRECTORY);
    move(0);
    is(EG_CLOCK_TRUSTED);
    move(2 * DAY);
    is(EG_CLOCK_JUMPED); /* compared since it was right */
}

Test(clock_watch, doubts_a_clock_before_an_entry_as_soon_as_that_is_there)
{
    is(EG_CLOCK_TRUSTED);
    eg_clock_watch_entry(&watch, eg_clock_wall_ms() + EG_CLOCK_BEHIND_MAX_MS + 60000);
    is(EG_CLOCK_BEFORE_ENTRY);
}

Test(clock_watch, gives_an_entry_no_time_before_the_last_one)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    int64_t last_ms = eg_clock_wall_ms() + 120000;
    int64_t at_ms = 0;
    eg_clock_watch_entry(&watch, last_ms);
    cr_assert(eg_clock_watch_record(&watch, &at_ms, &verdict));
    cr_expect_eq(at_ms, last_ms);
    eg_clock_watch_entry(&watch, last_ms - 1000000);
    cr_assert(eg_clock_watch_record(&watch, &at_ms, &verdict));
    cr_expect_gt(at_ms, last_ms - 1000000);
    cr_expect(eg_verdict_passed(&verdict));
}

Test(clock_watch, refuses_with_the_code_and_leaves_the_time_alone)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    int64_t at_ms = 77;
    move(-40 * DAY);
    cr_assert_not(eg_clock_watch_record(&watch, &at_ms, &verdict));
    cr_expect_eq(at_ms, 77);
    cr_expect_eq(verdict.code, EG_CODE_CLOCK);
    cr_expect_not_null(strstr(verdict.text, "directory was signed at"), "%s", verdict.text);
    cr_expect_eq(eg_code_row(verdict.code)->answer, EG_ANSWER_ERROR);
    cr_expect_gt(eg_code_row(verdict.code)->retry_after_ms, 0);
}

Test(clock_watch, tries_another_snapshot_without_taking_it)
{
    struct eg_clock_evidence other = snapshot;
    struct eg_error err = {0};
    int64_t at_ms = 77;
    is(EG_CLOCK_TRUSTED);
    other.list_issued_ms = eg_clock_wall_ms() + DAY;
    cr_assert_eq(eg_clock_watch_try(&watch, &at_ms, &other, &err), EG_E_CLOCK);
    cr_expect_eq(at_ms, 77);
    cr_expect(err.retry);
    is(EG_CLOCK_TRUSTED);
    eg_clock_watch_snapshot(&watch, &other);
    is(EG_CLOCK_BEFORE_LIST);
    cr_assert_eq(eg_clock_watch_try(&watch, &at_ms, &snapshot, &err), EG_OK); /* the way out */
    eg_clock_watch_snapshot(&watch, &snapshot);
    is(EG_CLOCK_TRUSTED);
}

Test(clock_watch, tries_no_snapshot_under_a_clock_that_jumped)
{
    struct eg_error err = {0};
    int64_t at_ms = 77;
    is(EG_CLOCK_TRUSTED);
    move(2 * DAY);
    cr_assert_eq(eg_clock_watch_try(&watch, &at_ms, &snapshot, &err), EG_E_CLOCK);
    move(0);
    cr_assert_eq(eg_clock_watch_try(&watch, &at_ms, &snapshot, &err), EG_OK);
    snapshot.unjudged = true; /* loaded in doubt: it must be loaded again */
    cr_assert_eq(eg_clock_watch_try(&watch, &at_ms, &snapshot, &err), EG_E_CLOCK);
}

Test(clock_watch, keeps_what_was_started_in_doubt_from_judging)
{
    eg_clock_watch_unjudged(&watch);
    is(EG_CLOCK_UNJUDGED);
    eg_clock_watch_snapshot(&watch, &snapshot);
    is(EG_CLOCK_TRUSTED);
}

Test(clock_watch, gives_a_copy_only_when_something_changed)
{
    struct eg_clock_evidence copy = {.step_ms = 1};
    uint64_t seen = 0;
    is(EG_CLOCK_TRUSTED);
    cr_assert(eg_clock_watch_copy(&watch, &copy, &seen));
    cr_expect_eq(copy.step_ms, STEP);
    cr_expect_neq(copy.wall_ms, 0);
    cr_assert_not(eg_clock_watch_copy(&watch, &copy, &seen));
    eg_clock_watch_entry(&watch, 5);
    cr_assert(eg_clock_watch_copy(&watch, &copy, &seen));
    cr_expect_eq(copy.last_entry_ms, 5);
    eg_clock_watch_entry(&watch, 5);
    cr_assert_not(eg_clock_watch_copy(&watch, &copy, &seen));
}

Test(clock_watch, tells_the_latest_time_known_in_place_of_a_doubted_one)
{
    bool doubted = true;
    int64_t last_ms = eg_clock_wall_ms() - 1000;
    eg_clock_watch_entry(&watch, last_ms);
    cr_expect_gt(eg_clock_watch_time(&watch, &doubted), last_ms);
    cr_expect_not(doubted);
    move(400 * DAY);
    cr_expect_eq(eg_clock_watch_time(&watch, &doubted), last_ms);
    cr_expect(doubted);
}

/* The journal's lines about the clock while this runs. */
static size_t lines_about(const char *event, void (*act)(void))
{
    char name[] = "/tmp/emgate journal XXXXXX";
    char line[1000] = "";
    size_t count = 0;
    int file = mkstemp(name);
    int saved = dup(STDERR_FILENO);
    cr_assert(file >= 0 && saved >= 0);
    cr_assert_geq(dup2(file, STDERR_FILENO), 0);
    act();
    cr_assert_geq(dup2(saved, STDERR_FILENO), 0);
    FILE *journal = fdopen(file, "r");
    cr_assert_not_null(journal);
    rewind(journal);
    while (fgets(line, sizeof line, journal) != NULL) {
        count += strstr(line, event) != NULL;
    }
    fclose(journal);
    close(saved);
    unlink(name);
    return count;
}

static void doubt_and_mend(void)
{
    is(EG_CLOCK_TRUSTED);
    move(2 * DAY);
    for (int i = 0; i < 5; i++) {
        is(EG_CLOCK_JUMPED);
    }
    move(0);
    for (int i = 0; i < 5; i++) {
        is(EG_CLOCK_TRUSTED);
    }
}

Test(clock_watch, journals_a_doubt_once)
{
    cr_expect_eq(lines_about(" clock-doubted reason=jumped ", doubt_and_mend), 1);
}

Test(clock_watch, journals_its_end_once)
{
    cr_expect_eq(lines_about(" clock-trusted was=jumped ", doubt_and_mend), 1);
}
