/*
 * A copy of an archive in use: whole, marked as closed, and never in the place of another file.
 */
#include "archive/backup.h"

#include "base/file.h"
#include "tests/support/archive_maker.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct eg_archive_maker maker;
static struct eg_error err;
static char to[300];
static struct eg_backup backup;
static struct eg_backup_made told;

static void setup(void)
{
    memset(&err, 0, sizeof(err));
    eg_archive_maker_start(&maker);
    eg_archive_maker_small(&maker);
    (void)snprintf(to, sizeof(to), "%.250s/copy.db", maker.dir);
    backup = (struct eg_backup){.from = maker.path, .to = to};
}

static void teardown(void)
{
    unsetenv("EMGATE_TEST_FAULT");
    eg_archive_maker_stop(&maker);
}

TestSuite(backup, .init = setup, .fini = teardown, .timeout = 60);

static void assert_nothing_left(bool copy)
{
    DIR *dir = opendir(maker.dir);
    struct dirent *entry = NULL;

    while ((entry = readdir(dir)) != NULL) {
        cr_assert_null(strstr(entry->d_name, ".tmp"), "%s", entry->d_name);
        cr_assert(copy || strstr(entry->d_name, "copy.db") == NULL, "%s", entry->d_name);
    }
    (void)closedir(dir);
}

Test(backup, of_an_archive_in_use_is_whole_and_closed)
{
    struct eg_store *copy = NULL;
    struct eg_merkle_edge edge = {0};

    cr_assert_eq(eg_archive_backup(&told, &backup, &err), EG_OK, "%s", err.text);
    cr_assert_eq(told.entries, 7);
    cr_assert_str_eq(told.origin, EG_MAKER_ORIGIN);
    assert_nothing_left(true);
    cr_assert_eq(eg_store_open(&copy, to, EG_STORE_READ, NULL, &err), EG_OK, "%s", err.text);
    cr_assert_not(eg_store_was_in_use(copy));
    cr_assert_not(eg_store_incomplete(copy));
    cr_assert_eq(eg_store_head(&edge, NULL, NULL, copy, &err), EG_OK, "%s", err.text);
    cr_assert_eq(edge.size, 7);
    eg_store_close(&copy);
}

Test(backup, takes_no_name_away)
{
    cr_assert_eq(eg_file_write(to, eg_bytes_of("mine"), 0600, &err), EG_OK);
    cr_assert_eq(eg_archive_backup(&told, &backup, &err), EG_E_EXISTS);
    struct eg_buf octets;
    eg_buf_init(&octets, EG_MIB);
    cr_assert_eq(eg_file_read(&octets, to, &err), EG_OK);
    cr_assert(eg_bytes_is(eg_bytes_view(&octets), "mine"));
    eg_buf_done(&octets);
}

Test(backup, leaves_nothing_behind_when_it_fails)
{
    setenv("EMGATE_TEST_FAULT", "backup.step:1:ENOSPC", 1);
    cr_assert_eq(eg_archive_backup(&told, &backup, &err), EG_E_IO);
    assert_nothing_left(false);
}

static bool stop_at_once(void *payload, uint64_t done, uint64_t total)
{
    (void)payload;
    return done > total;
}

Test(backup, leaves_nothing_behind_when_it_is_stopped)
{
    backup.progress = stop_at_once;
    cr_assert_eq(eg_archive_backup(&told, &backup, &err), EG_E_STATE);
    assert_nothing_left(false);
}

Test(backup, is_refused_without_an_archive_or_a_folder)
{
    backup.from = "/nonexistent/archive.db";
    cr_assert_eq(eg_archive_backup(&told, &backup, &err), EG_E_NOTFOUND);
    backup.from = maker.path;
    backup.to = "/nonexistent/copy.db";
    cr_assert_eq(eg_archive_backup(&told, &backup, &err), EG_E_NOTFOUND);
    backup.from = "/etc/passwd";
    backup.to = to;
    cr_assert_eq(eg_archive_backup(&told, &backup, &err), EG_E_FORMAT);
    assert_nothing_left(false);
}

Test(backup, is_refused_of_an_archive_that_is_incomplete)
{
    char alone[300];
    struct eg_buf octets;

    (void)snprintf(alone, sizeof(alone), "%.250s/alone.db", maker.dir);
    eg_buf_init(&octets, 64 * EG_MIB);
    cr_assert_eq(eg_file_read(&octets, maker.path, &err), EG_OK);
    cr_assert_eq(eg_file_write(alone, eg_bytes_view(&octets), 0600, &err), EG_OK);
    eg_buf_done(&octets);
    backup.from = alone;
    cr_assert_eq(eg_archive_backup(&told, &backup, &err), EG_E_STATE, "%s", err.text);
    assert_nothing_left(false);
}
