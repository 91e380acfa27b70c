/*
 * The store when things go wrong below it: writes that fail, a full disk, kill -9 in the middle of
 * a batch. Afterwards a batch is there as a whole or not at all.
 */
#include "archive/store.h"

#include "tests/support/archive_maker.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct eg_archive_maker maker;
static struct eg_error err;

static void start(void)
{
    memset(&err, 0, sizeof(err));
    eg_archive_maker_start(&maker);
}

static void stop(void)
{
    eg_archive_maker_stop(&maker);
}

TestSuite(store_crash, .init = start, .fini = stop, .timeout = 120);

static const struct eg_made one = {
    .participant = "operator", .id = "one", .version = 1, .report = "report one"};

static uint64_t size_now(void)
{
    struct eg_merkle_edge edge = {0};

    cr_assert_eq(eg_store_head(&edge, NULL, NULL, maker.store, &err), EG_OK, "%s", err.text);
    return edge.size;
}

static void assert_nothing_of_the_batch(uint64_t size)
{
    struct eg_stored stored = {0};

    cr_assert_eq(eg_archive_maker_reopen(&maker, &err), EG_OK, "%s", err.text);
    cr_assert_eq(maker.edge.size, size);
    cr_assert_eq(eg_store_read(&stored, maker.store, size, &err), EG_E_NOTFOUND);
    cr_assert_eq(eg_archive_maker_append(&maker, &one, 1, &err), EG_OK, "%s", err.text);
    cr_assert_eq(size_now(), size + 1);
}

static const struct eg_made three[] = {
    {.participant = "operator", .id = "a", .version = 1, .report = "a", .notifications = 1},
    {.participant = "operator", .id = "b", .version = 1, .report = "b", .notifications = 1},
    {.participant = "operator", .id = "c", .version = 1, .report = "c", .notifications = 1},
};

Test(store_crash, appends_nothing_when_a_write_fails)
{
    static const char *const points[] = {"archive.begin:1", "archive.write:1", "archive.write:3:28",
                                         "archive.commit:1"};

    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        struct eg_error later = {0};

        eg_archive_maker_stop(&maker);
        eg_archive_maker_start(&maker);
        eg_archive_maker_small(&maker);
        (void)setenv("EMGATE_TEST_FAULT", points[i], 1);
        cr_assert_eq(eg_archive_maker_append(&maker, three, 3, &err), EG_E_IO, "%s", points[i]);
        (void)unsetenv("EMGATE_TEST_FAULT");
        cr_assert(err.retry);
        cr_assert_eq(err.cause, i == 2 ? ENOSPC : EIO);
        cr_assert_eq(eg_archive_maker_append(&maker, three, 3, &later), EG_E_STATE,
                     "goes on writing after %s", points[i]);
        cr_assert_eq(size_now(), 7, "a reader of the same handle sees the state before");
        assert_nothing_of_the_batch(7);
    }
}

Test(store_crash, has_the_batch_when_only_the_answer_is_lost)
{
    eg_archive_maker_small(&maker);
    (void)setenv("EMGATE_TEST_FAULT", "archive.committed:1", 1);
    cr_assert_eq(eg_archive_maker_append(&maker, three, 3, &err), EG_E_IO);
    (void)unsetenv("EMGATE_TEST_FAULT");
    cr_assert_eq(eg_archive_maker_reopen(&maker, &err), EG_OK, "%s", err.text);
    cr_assert_eq(maker.edge.size, 10);
}

/* In a child, which has to open the archive itself. Returns how it ended. */
static int append_in_child(const char *fault, rlim_t file_max)
{
    pid_t child = 0;
    int how = 0;

    eg_store_close(&maker.store);
    child = fork();
    if (child == 0) {
        struct rlimit limit = {file_max, file_max};
        int code = 0;

        if (eg_archive_maker_reopen(&maker, &err)) {
            _exit(90);
        }
        if (fault) {
            (void)setenv("EMGATE_TEST_FAULT", fault, 1);
        }
        (void)signal(SIGXFSZ, SIG_IGN);
        if (file_max != RLIM_INFINITY && setrlimit(RLIMIT_FSIZE, &limit) != 0) {
            _exit(91);
        }
        for (unsigned i = 0; i < 200 && code == 0; i++) {
            struct eg_made made[3];
            char ids[3][20];

            for (unsigned k = 0; k < 3; k++) {
                (void)snprintf(ids[k], sizeof(ids[k]), "n-%u-%u", i, k);
                made[k] = three[k];
                made[k].id = ids[k];
            }
            code = -(int)eg_archive_maker_append(&maker, made, 3, &err);
        }
        _exit(code);
    }
    cr_assert_gt(child, 0);
    cr_assert_eq(waitpid(child, &how, 0), child);
    return how;
}

Test(store_crash, has_all_or_nothing_of_a_batch_after_a_kill)
{
    static const struct {
        const char *point;
        uint64_t size;
    } kills[] = {
        {"archive.begin:1:kill", 7},  {"archive.write:1:kill", 7},
        {"archive.write:2:kill", 7},  {"archive.write:3:kill", 7},
        {"archive.commit:1:kill", 7}, {"archive.committed:1:kill", 10},
        {"archive.write:5:kill", 10}, {"archive.commit:3:kill", 13},
    };

    for (size_t i = 0; i < sizeof(kills) / sizeof(kills[0]); i++) {
        int how = 0;

        eg_archive_maker_stop(&maker);
        eg_archive_maker_start(&maker);
        eg_archive_maker_small(&maker);
        how = append_in_child(kills[i].point, RLIM_INFINITY);
        cr_assert(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL, "%s: %d", kills[i].point, how);
        assert_nothing_of_the_batch(kills[i].size);
    }
}

Test(store_crash, says_that_the_disk_is_full_and_keeps_what_was_there)
{
    struct eg_found found = {0};
    struct eg_check_hooks hooks = eg_found_hooks(&found);
    struct eg_check_counts counts = {0};
    uint64_t findings = 0;
    int how = 0;

    eg_archive_maker_small(&maker);
    how = append_in_child(NULL, 1000000);
    cr_assert(WIFEXITED(how));
    cr_assert_eq(WEXITSTATUS(how), -EG_E_IO, "%d", WEXITSTATUS(how));
    cr_assert_eq(eg_archive_maker_reopen(&maker, &err), EG_OK, "%s", err.text);
    cr_assert_gt(maker.edge.size, 7);
    cr_assert_eq((maker.edge.size - 7) % 3, 0, "a part of a batch is there");
    cr_assert_eq(eg_check_archive(&counts, &findings, maker.path, EG_MAKER_ORIGIN, maker.public_key,
                                  &hooks, &err),
                 EG_OK, "%s", err.text);
    cr_assert_eq(findings, 0, "%s", found.list[0].text);
}
