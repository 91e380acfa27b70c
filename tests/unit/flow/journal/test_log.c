/*
 * The journal: one line an event, escaped, bounded in rate.
 */
#include "flow/journal/log.h"

#include "tests/support/temp.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *folder;
static int kept_stderr;

static void set_up(void)
{
    char path[300];

    folder = temp_folder();
    snprintf(path, sizeof(path), "%s/journal", folder);
    fflush(stderr);
    kept_stderr = dup(STDERR_FILENO);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    dup2(fd, STDERR_FILENO);
    close(fd);
    setenv("EMGATE_TEST_CLOCK", "2026-11-23T22:30:00.123Z", 1);
}

/* What was written since set_up; puts stderr back first, so that a failing test can speak. */
static struct eg_buf journal(void)
{
    dup2(kept_stderr, STDERR_FILENO);
    return temp_read(folder, "journal");
}

static void tear_down(void)
{
    close(kept_stderr);
    temp_remove(&folder);
}

TestSuite(log, .init = set_up, .fini = tear_down);

Test(log, writes_one_line)
{
    eg_log(EG_LOG_WARN, "hall-refused", "code=%s n=%d", "busy", 3);
    eg_log(EG_LOG_INFO, "plain", "%s", "");
    struct eg_buf text = journal();
    cr_assert_str_eq((char *)text.data, "2026-11-23T22:30:00.123Z warn hall-refused code=busy n=3\n"
                                        "2026-11-23T22:30:00.123Z info plain\n");
    eg_buf_done(&text);
}

Test(log, escapes_what_could_forge_a_line)
{
    eg_log(EG_LOG_ERROR, "e", "a=%s", "x\n2026 error\x1b[2J\x7f\xC2\x85\xFF\xC3\xA4");
    struct eg_buf text = journal();
    cr_assert_str_eq((char *)text.data, "2026-11-23T22:30:00.123Z error e "
                                        "a=x\\n2026 error\\x1b[2J\\x7f\\x85\\xff\xC3\xA4\n");
    eg_buf_done(&text);
}

Test(log, keeps_silent_below_its_level)
{
    eg_log(EG_LOG_DEBUG, "e", "not shown");
    eg_log_level_set(EG_LOG_ERROR);
    eg_log(EG_LOG_WARN, "e", "not shown");
    eg_log(EG_LOG_ERROR, "e", "shown");
    struct eg_buf text = journal();
    cr_assert_null(strstr((char *)text.data, "not shown"));
    cr_assert_not_null(strstr((char *)text.data, "shown"));
    eg_buf_done(&text);
}

Test(log, bounds_the_rate_of_each_event_and_tells_what_it_left_out)
{
    for (int i = 0; i < 150; i++) {
        eg_log(EG_LOG_INFO, "flood", "n=%d", i);
    }
    eg_log(EG_LOG_INFO, "other", "x=1");
    usleep(1100000);
    eg_log(EG_LOG_INFO, "flood", "after");
    struct eg_buf text = journal();
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.data[i] == '\n';
    }
    cr_assert_eq(lines, 102);
    cr_assert_not_null(strstr((char *)text.data, "info other x=1\n"));
    cr_assert_not_null(strstr((char *)text.data, "info flood left-out=50 after\n"));
    eg_buf_done(&text);
}

Test(log, cuts_a_line_that_is_too_long_but_ends_it)
{
    char *large = malloc(20001);

    memset(large, '\x01', 20000);
    large[20000] = '\0';
    eg_log(EG_LOG_INFO, "large", "%s", large);
    free(large);
    struct eg_buf text = journal();
    cr_assert_leq(text.len, 4096);
    cr_assert_eq(text.data[text.len - 1], '\n');
    cr_assert_eq(memchr(text.data, '\n', text.len), text.data + text.len - 1);
    eg_buf_done(&text);
}

Test(log, tells_a_failure_with_quotes_that_hold)
{
    struct eg_error err = {.status = EG_E_IO, .cause = 5, .retry = true};

    memcpy(err.where, "a\"b", 4);
    memcpy(err.text, "c\\d", 4);
    eg_log_failure("disk", &err);
    struct eg_buf text = journal();
    cr_assert_not_null(strstr((char *)text.data, "error disk status=-2 reason="));
    cr_assert_not_null(
        strstr((char *)text.data, "where=\"a\\\"b\" text=\"c\\\\d\" cause=5 retry=yes\n"));
    eg_buf_done(&text);
}
