/*
 * The ledger: every receipt proves, however batches fall; a batch that could not be committed is
 * not there, and the ledger goes on.
 */
#include "flow/record/ledger.h"

#include "tests/support/temp.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ORIGIN "log.test.example"
#define LARGEST 40
#define FIRST_MS 1767225600000LL

static char *folder, *path, *head;
static struct eg_ledger *ledger;
static struct eg_error err;
static const uint8_t seed[EG_ED25519_KEY_LEN] = {1, 2, 3};
static struct eg_draft drafts[LARGEST];
static char statements[LARGEST][64];

static enum eg_status open_as(struct eg_ledger **out, const char *origin, const uint8_t *key,
                              struct eg_error *why)
{
    struct eg_log_place place = {path, head, origin, key};
    return eg_ledger_open(out, &place, why);
}

static void open_ledger(void)
{
    cr_assert_eq(open_as(&ledger, ORIGIN, seed, &err), EG_OK, "%s", err.text);
}

static void begin_log(void)
{
    struct eg_log_place place = {path, head, ORIGIN, seed};
    cr_assert_eq(eg_continuity_begin(&place, &err), EG_OK, "%s", err.text);
}

static void setup(void)
{
    memset(&err, 0, sizeof err);
    folder = temp_folder();
    path = eg_file_join(folder, "archive.db");
    head = eg_file_join(folder, "archive.db.head");
    begin_log();
    open_ledger();
}

static void teardown(void)
{
    unsetenv("EMGATE_TEST_FAULT");
    eg_ledger_close(&ledger);
    cr_assert_null(ledger);
    free(path);
    free(head);
    temp_remove(&folder);
}

TestSuite(ledger, .init = setup, .fini = teardown, .timeout = 120);

static void draft_batch(size_t count)
{
    static const struct eg_digest signer = {{9}};
    static unsigned number;
    for (size_t i = 0; i < count; i++) {
        snprintf(statements[i], sizeof statements[i], "statement %u", number++);
        eg_draft_init(&drafts[i]);
        const struct eg_signed_statement statement = {eg_bytes_of(statements[i]),
                                                      eg_bytes_of("cms"), signer};
        cr_assert_eq(
            eg_draft_key(&drafts[i], &statement, eg_ledger_key(ledger), FIRST_MS + number, &err),
            EG_OK, "%s", err.text);
    }
}

static void drop_batch(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        eg_draft_done(&drafts[i]);
    }
}

/* Each receipt proves offline against the checkpoint of its batch, and is what the archive keeps.
 */
static void check_batch(size_t count, uint64_t first)
{
    for (size_t i = 0; i < count; i++) {
        struct eg_receipt receipt = {0};
        struct eg_stored stored = {0};
        struct eg_bytes text = eg_bytes_view(&drafts[i].receipt);
        cr_assert_eq(drafts[i].index, first + i);
        cr_assert_eq(eg_receipt_verify(&receipt, text, ORIGIN, eg_ledger_key(ledger), &err), EG_OK,
                     "%zu of %zu from %llu: %s", i, count, (unsigned long long)first, err.text);
        cr_assert_eq(receipt.index, first + i);
        cr_assert_eq(receipt.checkpoint.size, first + count);
        cr_assert(eg_bytes_equal(eg_bytes_view(&receipt.entry_text),
                                 eg_bytes_view(&drafts[i].entry_text)));
        cr_assert_eq(eg_store_read(&stored, eg_ledger_store(ledger), first + i, &err), EG_OK);
        cr_assert(eg_bytes_equal(eg_bytes_view(&stored.receipt), text));
        eg_receipt_done(&receipt);
        eg_stored_done(&stored);
    }
}

static void commit(size_t count)
{
    uint64_t first = eg_ledger_size(ledger);
    draft_batch(count);
    cr_assert_eq(eg_ledger_commit(ledger, drafts, count, &err), EG_OK, "%s", err.text);
    cr_assert_eq(eg_ledger_size(ledger), first + count);
    cr_assert_eq(eg_ledger_last_ms(ledger), drafts[count - 1].entry.recorded_at_ms);
    check_batch(count, first);
    drop_batch(count);
}

Test(ledger, is_empty_at_first)
{
    cr_assert_eq(eg_ledger_size(ledger), 0);
    cr_assert_not_null(eg_ledger_store(ledger));
}

Test(ledger, proves_each_entry_of_batches_of_1_to_40_in_a_growing_log)
{
    for (size_t count = 1; count <= LARGEST; count++) {
        commit(count);
    }
}

Test(ledger, goes_on_after_it_was_closed_at_every_size)
{
    for (uint64_t size = 1; size <= 17; size++) {
        commit(1);
        eg_ledger_close(&ledger);
        open_ledger();
        cr_assert_eq(eg_ledger_size(ledger), size);
    }
    commit(LARGEST);
}

static void fails_at(const char *fault)
{
    commit(5);
    int64_t last_ms = eg_ledger_last_ms(ledger);
    setenv("EMGATE_TEST_FAULT", fault, 1);
    draft_batch(7);
    cr_assert_eq(eg_ledger_commit(ledger, drafts, 7, &err), EG_E_IO, "%s", fault);
    cr_assert_neq(err.text[0], '\0');
    drop_batch(7);
    unsetenv("EMGATE_TEST_FAULT");
    struct eg_stored stored = {0};
    cr_assert_not_null(eg_ledger_store(ledger));
    cr_assert_eq(eg_ledger_size(ledger), 5, "%s: something of the batch is there", fault);
    cr_assert_eq(eg_ledger_last_ms(ledger), last_ms);
    cr_assert_eq(eg_store_read(&stored, eg_ledger_store(ledger), 5, &err), EG_E_NOTFOUND);
    commit(3);
}

Test(ledger, has_nothing_of_a_batch_whose_commit_failed)
{
    fails_at("archive.commit:1");
}

Test(ledger, has_nothing_of_a_batch_that_could_not_begin)
{
    fails_at("archive.begin:1");
}

Test(ledger, has_nothing_of_a_batch_whose_last_record_failed)
{
    fails_at("archive.write:7");
}

Test(ledger, says_what_is_there_when_only_the_answer_failed)
{
    setenv("EMGATE_TEST_FAULT", "archive.committed:1", 1);
    draft_batch(4);
    cr_assert_eq(eg_ledger_commit(ledger, drafts, 4, &err), EG_E_IO);
    drop_batch(4);
    unsetenv("EMGATE_TEST_FAULT");
    cr_assert_eq(eg_ledger_size(ledger), 4, "it is on disk, so the log has it");
    commit(2);
}

static void is_refused(const char *origin, const uint8_t *key, enum eg_status expected)
{
    struct eg_ledger *other = NULL;
    struct eg_error why = {0};
    eg_ledger_close(&ledger);
    cr_assert_eq(open_as(&other, origin, key, &why), expected, "%s", why.text);
    cr_assert_null(other);
    cr_assert_neq(why.text[0], '\0');
    open_ledger();
}

Test(ledger, refuses_a_log_key_that_did_not_sign_its_head)
{
    static const uint8_t foreign[EG_ED25519_KEY_LEN] = {3, 2, 1};
    commit(3);
    is_refused(ORIGIN, foreign, EG_E_CRYPTO);
}

Test(ledger, refuses_another_origin)
{
    commit(3);
    is_refused("other.example", seed, EG_E_CRYPTO); /* its head note says so first */
}

Test(ledger, refuses_an_origin_that_is_too_long)
{
    char origin[EG_ORIGIN_MAX + 2];
    memset(origin, 'o', sizeof origin - 1);
    origin[sizeof origin - 1] = '\0';
    is_refused(origin, seed, EG_E_USAGE);
}

Test(ledger, refuses_a_file_that_is_no_archive)
{
    eg_ledger_close(&ledger);
    free(path);
    path = eg_file_join(folder, "text.db");
    temp_write(folder, "text.db", eg_bytes_of("this is no database, whatever its name says ....."));
    enum eg_status status = open_as(&ledger, ORIGIN, seed, &err);
    cr_assert_neq(status, EG_OK);
    cr_assert_null(ledger);
}

static void damage(const char *sql)
{
    sqlite3 *database = NULL;
    struct eg_error why = {0};
    struct eg_ledger *other = NULL;
    commit(3);
    commit(2);
    eg_ledger_close(&ledger);
    cr_assert_eq(sqlite3_open(path, &database), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(database));
    cr_assert_gt(sqlite3_changes(database), 0);
    sqlite3_close(database);
    cr_assert_neq(open_as(&other, ORIGIN, seed, &why), EG_OK, "%s", sql);
    cr_assert_null(other);
    cr_assert_neq(why.text[0], '\0');
}

Test(ledger, refuses_a_tree_that_its_head_does_not_sign)
{
    damage("UPDATE nodes SET hash = zeroblob(32)");
}

Test(ledger, refuses_a_head_of_another_size)
{
    damage("UPDATE head SET size = 3");
}

Test(ledger, refuses_a_head_whose_checkpoint_was_altered)
{
    damage("UPDATE head SET checkpoint = zeroblob(200)");
}
