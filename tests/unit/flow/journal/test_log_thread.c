/*
 * The journal with its thread: nobody waits for whoever reads standard error, and each line that is
 * not there is told of.
 */
#include "flow/journal/log.h"

#include "base/limits.h"
#include "tests/support/temp.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 60000 /* not to hang for ever; never waited for when all is well */
#define NO_PATIENCE_MS 1
#define FLOOD 20000

static char *folder;
static int kept_stderr;
static int ends[2] = {-1, -1};
static struct eg_error err;

static void set_up(void)
{
    folder = temp_folder();
    fflush(stderr);
    kept_stderr = dup(STDERR_FILENO);
    signal(SIGPIPE, SIG_IGN);
    setenv("EMGATE_TEST_CLOCK", "2026-11-23T22:30:00.123Z", 1);
}

static void tear_down(void)
{
    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    temp_remove(&folder);
}

TestSuite(log_thread, .init = set_up, .fini = tear_down, .timeout = 120);

static void into_file(void)
{
    char path[300];
    snprintf(path, sizeof path, "%s/journal", folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    dup2(fd, STDERR_FILENO);
    close(fd);
}

/* A pipe that takes nothing more; ends[0] is where it would be read. */
static size_t into_full_pipe(void)
{
    static const char filler[4096];
    size_t filled = 0;
    cr_assert_eq(pipe(ends), 0);
    int flags = fcntl(ends[1], F_GETFL);
    cr_assert_eq(fcntl(ends[1], F_SETFL, flags | O_NONBLOCK), 0);
    for (size_t size = sizeof filler; size > 0; size /= 4096) {
        ssize_t written = 0;
        while ((written = write(ends[1], filler, size)) > 0) {
            filled += (size_t)written;
        }
    }
    cr_assert_eq(fcntl(ends[1], F_SETFL, flags), 0);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    return filled;
}

static void start(void)
{
    cr_assert_eq(eg_log_start(&err), EG_OK, "%s", err.text);
}

static struct eg_buf journal(void)
{
    dup2(kept_stderr, STDERR_FILENO);
    return temp_read(folder, "journal");
}

static uint64_t lines_with(const struct eg_buf *text, const char *word)
{
    uint64_t count = 0;
    for (const char *at = (const char *)text->data; (at = strstr(at, word)) != NULL; at++) {
        count++;
    }
    return count;
}

/* Sum of the numbers behind a word. */
static uint64_t sum_of(const struct eg_buf *text, const char *word)
{
    uint64_t sum = 0;
    for (const char *at = (const char *)text->data; (at = strstr(at, word)) != NULL;) {
        at += strlen(word);
        sum += strtoull(at, NULL, 10);
    }
    return sum;
}

static void adds_up(uint64_t logged)
{
    struct eg_log_counts counts = eg_log_counted();
    cr_assert_eq(counts.logged, logged);
    cr_assert_eq(counts.written + counts.lost + counts.folded + counts.left_out, logged,
                 "%llu written, %llu lost, %llu folded, %llu left out",
                 (unsigned long long)counts.written, (unsigned long long)counts.lost,
                 (unsigned long long)counts.folded, (unsigned long long)counts.left_out);
}

Test(log_thread, writes_all_lines_in_order_and_says_nothing_about_them)
{
    into_file();
    start();
    eg_log(EG_LOG_INFO, "first", "n=%d", 1);
    eg_log_stranger(EG_LOG_WARN, "second", "%s", "");
    eg_log(EG_LOG_ERROR, "third", "a=%s", "x\ny");
    cr_assert(eg_log_stop(PATIENCE_MS));
    eg_log(EG_LOG_INFO, "after", "written=%s", "directly");
    struct eg_buf text = journal();
    cr_assert_str_eq((char *)text.data, "2026-11-23T22:30:00.123Z info first n=1\n"
                                        "2026-11-23T22:30:00.123Z warn second\n"
                                        "2026-11-23T22:30:00.123Z error third a=x\\ny\n"
                                        "2026-11-23T22:30:00.123Z info after written=directly\n");
    eg_buf_done(&text);
    adds_up(4);
}

Test(log_thread, is_started_once)
{
    into_file();
    cr_assert(eg_log_stop(NO_PATIENCE_MS), "where it does not run there is nothing to stop");
    start();
    cr_assert_eq(eg_log_start(&err), EG_E_STATE);
    cr_assert(eg_log_stop(PATIENCE_MS));
    start();
    cr_assert(eg_log_stop(PATIENCE_MS));
}

Test(log_thread, counts_what_is_repeated_and_tells_it_at_the_end)
{
    into_file();
    start();
    for (int i = 0; i < 50; i++) {
        eg_log(EG_LOG_WARN, "again", "job=%d code=busy", i);
    }
    eg_log(EG_LOG_WARN, "again", "job=%d code=other", 1);
    cr_assert(eg_log_stop(PATIENCE_MS));
    struct eg_buf text = journal();
    cr_assert_eq(lines_with(&text, " again job="), EG_JOURNAL_REPEATS_SHOWN + 1);
    cr_assert_eq(lines_with(&text, " warn again repeated=45 code=busy\n"), 1);
    cr_assert_eq(lines_with(&text, " info journal-closed logged=51 written=6 lost=0 folded=45 "
                                   "left-out=0\n"),
                 1);
    eg_buf_done(&text);
    adds_up(51);
}

Test(log_thread, tells_at_the_end_what_its_rate_left_out)
{
    into_file();
    start();
    for (int i = 0; i < 300; i++) {
        eg_log(EG_LOG_INFO, "fast", "n=%d", i);
    }
    cr_assert(eg_log_stop(PATIENCE_MS));
    struct eg_buf text = journal();
    uint64_t told = sum_of(&text, " left-out=") - sum_of(&text, " folded=0 left-out=");
    cr_assert_gt(told, 0);
    cr_assert_eq(lines_with(&text, " n=") + told, 300);
    eg_buf_done(&text);
    adds_up(300);
}

Test(log_thread, strangers_cause_no_more_than_their_budget)
{
    into_file();
    start();
    for (int i = 0; i < FLOOD; i++) {
        eg_log_stranger(EG_LOG_WARN, "stranger", "key=\"%d\" address=192.0.2.1", i);
        eg_log(EG_LOG_DEBUG, "not-shown", "n=%d", i);
    }
    eg_log(EG_LOG_INFO, "house", "n=%d", 1);
    cr_assert(eg_log_stop(PATIENCE_MS));
    struct eg_log_counts counts = eg_log_counted();
    setenv("EMGATE_TEST_CLOCK", "2026-11-23T23:00:00.000Z", 1);
    start();
    eg_log_stranger(EG_LOG_WARN, "stranger", "next=%s", "hour");
    cr_assert(eg_log_stop(PATIENCE_MS));
    struct eg_buf text = journal();
    cr_assert_lt(text.len, EG_JOURNAL_STRANGERS_HOUR_MAX + 4096);
    cr_assert_eq(lines_with(&text, " warn journal-strangers budget=300000 "), 1);
    cr_assert_eq(lines_with(&text, " warn journal-strangers left-out="), 1);
    cr_assert_eq(sum_of(&text, " warn journal-strangers left-out="), counts.left_out);
    cr_assert_eq(lines_with(&text, " stranger key="), counts.written - 1);
    cr_assert_eq(lines_with(&text, " house n=1\n"), 1, "others are not held back");
    cr_assert_eq(lines_with(&text, " stranger next=hour\n"), 1);
    eg_buf_done(&text);
    adds_up(FLOOD + 2);
}

Test(log_thread, nobody_waits_for_a_reader_and_the_end_does_not_either)
{
    (void)into_full_pipe();
    start();
    for (int i = 0; i < FLOOD; i++) {
        eg_log(EG_LOG_ERROR, "e", "n=%d", i);
        eg_log_stranger(EG_LOG_WARN, "s", "n=%d", i);
    }
    cr_assert_not(eg_log_stop(NO_PATIENCE_MS));
    eg_log_say("last words", NO_PATIENCE_MS);
    close(ends[0]);
}

struct reading {
    struct eg_buf text;
    int fd;
};

static void *read_all(void *payload)
{
    struct reading *reading = payload;
    char octets[4096];
    ssize_t got = 0;
    while ((got = read(reading->fd, octets, sizeof octets)) > 0) {
        eg_buf_add(&reading->text, octets, (size_t)got);
    }
    return NULL;
}

Test(log_thread, says_how_many_were_lost_once_somebody_reads)
{
    size_t filler = into_full_pipe();
    pthread_t thread;
    struct reading reading = {.fd = ends[0]};
    eg_log_level_set(EG_LOG_DEBUG);
    start();
    for (int i = 0; i < FLOOD; i++) {
        eg_log(EG_LOG_DEBUG, "e", "n=%d", i);
        usleep(i % 100 == 0 ? 12000 : 0); /* below the rate of one event */
    }
    cr_assert_gt(eg_log_counted().lost + eg_log_counted().left_out, 0);
    eg_buf_init(&reading.text, 64 * EG_MIB);
    cr_assert_eq(pthread_create(&thread, NULL, read_all, &reading), 0);
    cr_assert(eg_log_stop(PATIENCE_MS));
    dup2(kept_stderr, STDERR_FILENO);
    pthread_join(thread, NULL);
    close(ends[0]);
    struct eg_buf text = {.data = reading.text.data + filler, .len = reading.text.len - filler};
    struct eg_log_counts counts = eg_log_counted();
    cr_assert_eq(sum_of(&text, " warn journal-lost lines="), counts.lost);
    cr_assert_eq(sum_of(&text, " text=\""), counts.lost, "the same in words");
    cr_assert_eq(lines_with(&text, " n="), counts.written);
    eg_buf_done(&reading.text);
    adds_up(FLOOD);
}

Test(log_thread, a_reader_that_left_ends_nothing_and_a_new_one_hears_of_it)
{
    cr_assert_eq(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    close(ends[0]);
    start();
    for (int i = 0; i < 7; i++) {
        eg_log(EG_LOG_ERROR, "e", "n=%d", i);
    }
    for (int waited = 0; eg_log_counted().lost < 7 && waited < PATIENCE_MS; waited++) {
        usleep(1000);
    }
    into_file();
    eg_log(EG_LOG_ERROR, "e", "n=%d", 7);
    cr_assert(eg_log_stop(PATIENCE_MS));
    struct eg_buf text = journal();
    cr_assert_eq(sum_of(&text, " warn journal-lost lines="), 7, "%s", (char *)text.data);
    cr_assert_eq(lines_with(&text, " e n=7\n"), 1);
    eg_buf_done(&text);
    adds_up(8);
}

Test(log_thread, a_closed_standard_error_ends_nothing)
{
    close(STDERR_FILENO);
    start();
    eg_log(EG_LOG_ERROR, "e", "n=%d", 1);
    (void)eg_log_stop(PATIENCE_MS);
    dup2(kept_stderr, STDERR_FILENO);
    adds_up(1);
    cr_assert_eq(eg_log_counted().lost, 1);
}
