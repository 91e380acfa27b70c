/*
 * Children: started, seen to run, ended; and that none of their misfortunes goes unnoticed.
 */
#include "flow/daemon/child.h"

#include "base/file.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct eg_error err;

static enum eg_status start(pid_t *pid, const char *script, const char *journal)
{
    char shell[] = "/bin/sh";
    char flag[] = "-c";
    char text[256];
    char *argv[] = {shell, flag, text, NULL};

    snprintf(text, sizeof(text), "%s", script);
    return eg_child_start(pid, argv, journal, &err);
}

static void wait_until_it_ends(pid_t *pid)
{
    for (int i = 0; i < 1000 && eg_child_runs(pid); i++) {
        usleep(10000);
    }
    cr_assert_eq(*pid, -1);
}

Test(child, ends_when_asked)
{
    pid_t pid = -1;
    cr_assert_eq(start(&pid, "trap 'exit 0' TERM; while :; do sleep 0.01; done", NULL), EG_OK);
    cr_assert(eg_child_runs(&pid));
    usleep(200000);
    cr_assert_eq(eg_child_stop(&pid, 5000, &err), EG_OK, "%s", err.text);
    cr_assert_eq(pid, -1);
}

Test(child, end_with_a_status_is_told)
{
    pid_t pid = -1;
    cr_assert_eq(start(&pid, "trap 'exit 3' TERM; while :; do sleep 0.01; done", NULL), EG_OK);
    usleep(200000);
    cr_assert_eq(eg_child_stop(&pid, 5000, &err), EG_E_STATE);
    cr_assert_not_null(strstr(err.text, "exit status 3"), "%s", err.text);
}

Test(child, end_by_a_signal_is_told)
{
    pid_t pid = -1;
    cr_assert_eq(start(&pid, "exec sleep 60", NULL), EG_OK);
    cr_assert_eq(eg_child_stop(&pid, 5000, &err), EG_E_STATE);
    cr_assert_not_null(strstr(err.text, "signal 15"), "%s", err.text);
}

Test(child, deaf_one_is_killed)
{
    pid_t pid = -1;
    cr_assert_eq(start(&pid, "trap '' TERM; while :; do sleep 0.01; done", NULL), EG_OK);
    usleep(200000);
    cr_assert_eq(eg_child_stop(&pid, 100, &err), EG_E_STATE);
    cr_assert_not_null(strstr(err.text, "was killed"), "%s", err.text);
    cr_assert_eq(pid, -1);
}

Test(child, early_death_is_seen)
{
    pid_t pid = -1;
    cr_assert_eq(start(&pid, "exit 0", NULL), EG_OK);
    wait_until_it_ends(&pid);
    cr_assert_eq(eg_child_stop(&pid, 100, &err), EG_OK);
}

Test(child, journal_takes_both_outputs)
{
    char path[64];
    struct eg_buf text = {0};
    pid_t pid = -1;

    snprintf(path, sizeof(path), "/tmp/emgate-child-%ld", (long)getpid());
    cr_assert_eq(start(&pid, "echo out; echo err >&2", path), EG_OK);
    wait_until_it_ends(&pid);
    eg_buf_init(&text, 4096);
    cr_assert_eq(eg_file_read(&text, path, &err), EG_OK);
    cr_assert_str_eq((const char *)text.data, "out\nerr\n");
    eg_buf_done(&text);
    unlink(path);
}

Test(child, program_that_is_not_there_is_refused)
{
    char none[] = "/nonexistent/emgated";
    char *argv[] = {none, NULL};
    pid_t pid = 77;
    cr_assert_eq(eg_child_start(&pid, argv, NULL, &err), EG_E_NOTFOUND);
    cr_assert_str_eq(err.where, none);
    cr_assert_eq(pid, 77);
}

Test(child, file_that_is_no_program_is_refused)
{
    char text[] = "/etc/passwd";
    char *argv[] = {text, NULL};
    pid_t pid = 77;
    cr_assert_eq(eg_child_start(&pid, argv, NULL, &err), EG_E_NOTFOUND);
    cr_assert_eq(pid, 77);
}

Test(child, journal_that_can_not_be_opened_is_refused)
{
    pid_t pid = 77;
    cr_assert_eq(start(&pid, "exit 0", "/nonexistent/journal"), EG_E_NOTFOUND);
    cr_assert_eq(pid, 77);
}

Test(child, stop_of_none_is_fine)
{
    pid_t pid = -1;
    cr_assert_eq(eg_child_stop(&pid, 100, &err), EG_OK);
    cr_assert(!eg_child_runs(&pid));
}

Test(child, unknown_program_is_not_found_beside_this_one)
{
    char *path = NULL;
    cr_assert_eq(eg_child_find(&path, "no-such-program-of-ours", &err), EG_E_NOTFOUND);
    cr_assert_null(path);
}

Test(child, program_beside_this_one_is_found)
{
    char *path = NULL;
    cr_assert_eq(eg_child_find(&path, "test_child", &err), EG_OK, "%s", err.text);
    cr_assert_eq(access(path, X_OK), 0);
    free(path);
}
