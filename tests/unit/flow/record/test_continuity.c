/*
 * When a log may be begun, and when it may be continued: against its head note and against memory.
 */
#include "flow/record/ledger.h"

#include "base/file.h"
#include "tests/support/temp.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ORIGIN "log.test.example"

static char *folder, *path, *head, *kept, *kept_head;
static struct eg_ledger *ledger;
static struct eg_error err;
static uint8_t seed[EG_ED25519_KEY_LEN] = {1, 2, 3};
static const char *origin = ORIGIN;

static struct eg_log_place place(void)
{
    return (struct eg_log_place){path, head, origin, seed};
}

static enum eg_status begin(void)
{
    struct eg_log_place where = place();
    memset(&err, 0, sizeof err);
    return eg_continuity_begin(&where, &err);
}

static enum eg_status open_it(void)
{
    struct eg_log_place where = place();
    memset(&err, 0, sizeof err);
    return eg_ledger_open(&ledger, &where, &err);
}

static enum eg_status commit(unsigned count)
{
    static const struct eg_digest signer = {{9}};
    static int64_t number = 1767225600000LL;
    enum eg_status status = EG_OK;
    for (unsigned i = 0; i < count && status == EG_OK; i++) {
        struct eg_draft draft;
        char text[40];
        snprintf(text, sizeof text, "statement %lld", (long long)++number);
        eg_draft_init(&draft);
        const struct eg_signed_statement statement = {eg_bytes_of(text), eg_bytes_of("cms"),
                                                      signer};
        cr_assert_eq(eg_draft_key(&draft, &statement, eg_ledger_key(ledger), number, &err), EG_OK,
                     "%s", err.text);
        status = eg_ledger_commit(ledger, &draft, 1, &err);
        eg_draft_done(&draft);
    }
    return status;
}

static void made(unsigned count)
{
    cr_assert_eq(begin(), EG_OK, "%s", err.text);
    cr_assert_eq(open_it(), EG_OK, "%s", err.text);
    cr_assert_eq(commit(count), EG_OK, "%s", err.text);
    eg_ledger_close(&ledger);
}

static void copy_file(const char *from, const char *to)
{
    struct eg_buf octets;
    eg_buf_init(&octets, 64 * EG_MIB);
    cr_assert_eq(eg_file_read(&octets, from, &err), EG_OK, "%s", err.text);
    cr_assert_eq(eg_file_write(to, eg_bytes_view(&octets), 0600, &err), EG_OK);
    eg_buf_done(&octets);
}

static void assert_refused(enum eg_status expected, const char *why)
{
    cr_assert_eq(open_it(), expected, "%s", err.text);
    cr_assert_null(ledger);
    cr_assert(strstr(err.text, why), "%s", err.text);
    cr_assert(strstr(err.text, "--new-log"), "no way on: %s", err.text);
}

static void setup(void)
{
    folder = temp_folder();
    path = eg_file_join(folder, "archive.db");
    head = eg_file_join(folder, "archive.db.head");
    kept = eg_file_join(folder, "kept.db");
    kept_head = eg_file_join(folder, "kept.head");
}

static void teardown(void)
{
    unsetenv("EMGATE_TEST_FAULT");
    eg_ledger_close(&ledger);
    free(path);
    free(head);
    free(kept);
    free(kept_head);
    temp_remove(&folder);
}

TestSuite(continuity, .init = setup, .fini = teardown, .timeout = 120);

Test(continuity, begins_a_log_once)
{
    cr_assert_eq(begin(), EG_OK, "%s", err.text);
    cr_assert_eq(begin(), EG_OK, "nothing was recorded yet: %s", err.text);
    cr_assert_eq(open_it(), EG_OK, "%s", err.text);
    cr_assert_eq(begin(), EG_OK, "nothing was recorded yet: %s", err.text);
    cr_assert_eq(commit(1), EG_OK);
    eg_ledger_close(&ledger);
    cr_assert_eq(begin(), EG_E_EXISTS);
    cr_assert(strstr(err.text, "new origin"), "%s", err.text);
    cr_assert_eq(open_it(), EG_OK, "%s", err.text);
    cr_assert_eq(eg_ledger_size(ledger), 1);
}

Test(continuity, begins_no_log_over_an_archive_or_a_note_of_any_log)
{
    made(3);
    cr_assert_eq(rename(head, kept_head), 0);
    cr_assert_eq(begin(), EG_E_EXISTS, "an archive without its note");
    cr_assert_neq(access(head, F_OK), 0);
    origin = "other.example";
    cr_assert_eq(begin(), EG_E_EXISTS, "an archive of another log");
    origin = ORIGIN;
    cr_assert_eq(unlink(path), 0);
    copy_file(kept_head, head);
    cr_assert_eq(begin(), EG_E_EXISTS, "a note without its archive");
    seed[0] ^= 1;
    cr_assert_eq(begin(), EG_E_EXISTS, "a note of another key");
    seed[0] ^= 1;
    temp_write(folder, "archive.db.head", EG_BYTES_NONE);
    cr_assert_eq(begin(), EG_E_EXISTS, "a damaged note");
}

Test(continuity, refuses_a_log_that_nobody_began)
{
    assert_refused(EG_E_DENIED, "neither");
    cr_assert_neq(access(path, F_OK), 0, "an archive was made");
}

Test(continuity, refuses_a_shorter_archive_and_takes_the_longer_one_again)
{
    made(3);
    copy_file(path, kept);
    cr_assert_eq(open_it(), EG_OK);
    cr_assert_eq(commit(2), EG_OK);
    eg_ledger_close(&ledger);
    char *longer = eg_file_join(folder, "longer.db");
    copy_file(path, longer);
    copy_file(kept, path);
    assert_refused(EG_E_DENIED, "shorter");
    cr_assert_eq(unlink(path), 0);
    assert_refused(EG_E_DENIED, "is not there");
    copy_file(longer, path);
    cr_assert_eq(open_it(), EG_OK, "%s", err.text);
    cr_assert_eq(eg_ledger_size(ledger), 5);
    free(longer);
}

Test(continuity, refuses_another_log_of_the_same_key_that_is_longer)
{
    made(3);
    copy_file(head, kept_head);
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(unlink(head), 0);
    made(6);
    copy_file(kept_head, head);
    assert_refused(EG_E_DENIED, "is another log");
}

Test(continuity, takes_an_archive_that_extends_its_note_and_covers_it_at_once)
{
    made(3);
    copy_file(head, kept_head);
    cr_assert_eq(open_it(), EG_OK);
    cr_assert_eq(commit(4), EG_OK);
    eg_ledger_close(&ledger);
    copy_file(kept_head, head);
    cr_assert_eq(open_it(), EG_OK, "%s", err.text);
    cr_assert_eq(eg_ledger_size(ledger), 7);
    cr_assert_eq(eg_ledger_covered(ledger), 7);
}

Test(continuity, records_nothing_more_until_the_note_is_written)
{
    made(3);
    cr_assert_eq(open_it(), EG_OK);
    cr_assert_eq(rename(head, kept_head), 0);
    cr_assert_neq(commit(1), EG_OK);
    cr_assert_eq(eg_ledger_size(ledger), 4, "it is on disk");
    cr_assert_eq(eg_ledger_covered(ledger), 3, "and not covered");
    cr_assert_neq(commit(1), EG_OK);
    cr_assert_eq(eg_ledger_size(ledger), 4, "a second batch was recorded");
    cr_assert_eq(rename(kept_head, head), 0);
    cr_assert_eq(eg_ledger_cover(ledger, &err), EG_OK, "%s", err.text);
    cr_assert_eq(eg_ledger_covered(ledger), 4);
    cr_assert_eq(commit(1), EG_OK, "%s", err.text);
}

Test(continuity, does_not_go_back_when_it_opens_an_older_copy_after_a_failure)
{
    made(3);
    copy_file(path, kept);
    cr_assert_eq(open_it(), EG_OK);
    cr_assert_eq(commit(2), EG_OK);
    setenv("EMGATE_TEST_FAULT", "archive.commit:1", 1);
    cr_assert_neq(commit(1), EG_OK);
    unsetenv("EMGATE_TEST_FAULT");
    cr_assert_eq(eg_ledger_size(ledger), 5);
    cr_assert_eq(commit(1), EG_OK, "reopened: %s", err.text);
    cr_assert_eq(rename(kept, path), 0);
    setenv("EMGATE_TEST_FAULT", "archive.commit:1", 1);
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_neq(commit(1), EG_OK);
        cr_assert_eq(eg_ledger_size(ledger), 6);
    }
}
