/*
 * The checker: says nothing against a good archive, and names entry and condition of every damage.
 *
 * volume: an archive with each octet changed in turn
 */
#include "archive/check.h"

#include "tests/support/archive_maker.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct eg_archive_maker maker;
static struct eg_found found;
static struct eg_check_counts counts;
static uint64_t findings;
static struct eg_error err;
static sqlite3 *db;

static void start(void)
{
    eg_archive_maker_start(&maker);
    eg_archive_maker_small(&maker);
    cr_assert_eq(sqlite3_open(maker.path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL), SQLITE_OK);
}

static void stop(void)
{
    (void)sqlite3_close(db);
    eg_archive_maker_stop(&maker);
}

TestSuite(check, .init = start, .fini = stop, .timeout = 600);

static enum eg_status check_with(const char *origin, const uint8_t *key)
{
    struct eg_check_hooks hooks = eg_found_hooks(&found);

    found.count = 0;
    found.signatures = found.reruns = 0;
    memset(&err, 0, sizeof(err));
    return eg_check_archive(&counts, &findings, maker.path, origin, key, &hooks, &err);
}

static void check(void)
{
    cr_assert_eq(check_with(EG_MAKER_ORIGIN, maker.public_key), EG_OK, "%s", err.text);
    cr_assert_eq(findings, found.count);
}

static void sql(const char *text)
{
    char *why = NULL;

    cr_assert_eq(sqlite3_exec(db, text, NULL, NULL, &why), SQLITE_OK, "%s: %s", text, why);
}

/* The damage is found at this entry and under this condition. */
static void damage(const char *text, uint64_t entry, unsigned condition)
{
    sql(text);
    check();
    cr_assert(eg_found_has(&found, entry, condition), "entry %lld condition %u: %s\nfirst: %s",
              (long long)entry, condition, text, found.count ? found.list[0].text : "nothing");
}

/* ... and nothing else is said to be wrong. */
static void damage_alone(const char *text, uint64_t entry, unsigned condition)
{
    damage(text, entry, condition);
    cr_assert(eg_found_only(&found, entry), "%s: also entry %lld, condition %u, %s", text,
              (long long)found.list[found.count - 1].entry, found.list[found.count - 1].condition,
              found.list[found.count - 1].text);
    if (entry != UINT64_MAX && entry >= 2) {
        cr_assert_eq(counts.failed, 1);
        cr_assert_eq(counts.proved_and_rerun, 4);
    }
}

static const uint64_t LOG = UINT64_MAX;

/* ---- good archives
 * -----------------------------------------------------------------------------*/

Test(check, finds_nothing_in_a_good_archive)
{
    check();
    cr_assert_eq(findings, 0, "entry %lld, condition %u: %s", (long long)found.list[0].entry,
                 found.list[0].condition, found.list[0].text);
    cr_assert_eq(counts.proved_and_rerun, 5);
    cr_assert_eq(counts.failed, 0);
    cr_assert_eq(counts.proved_by_digest, 0);
    cr_assert_eq(counts.entries, 7);
    cr_assert_eq(found.signatures, 7, "of every entry");
    cr_assert_eq(found.reruns, 5, "of every submission");
}

Test(check, finds_nothing_in_longer_archives_of_any_size)
{
    for (unsigned i = 0; i < 40; i++) {
        char id[20] = "";
        struct eg_made made = {
            .participant = "operator", .id = id, .version = 1, .report = id, .notifications = 1};

        (void)snprintf(id, sizeof(id), "more-%u", i);
        cr_assert_eq(eg_archive_maker_append(&maker, &made, 1, &err), EG_OK, "%s", err.text);
        check();
        cr_assert_eq(findings, 0, "entry %lld, condition %u: %s", (long long)found.list[0].entry,
                     found.list[0].condition, found.list[0].text);
    }
    cr_assert_eq(counts.entries, 47);
}

Test(check, reads_while_a_writer_goes_on)
{
    struct eg_made made = {.participant = "o", .id = "x", .version = 1, .report = "x"};

    check();
    cr_assert_eq(eg_archive_maker_append(&maker, &made, 1, &err), EG_OK);
    check();
    cr_assert_eq(findings, 0);
    cr_assert_eq(counts.entries, 8);
}

Test(check, does_not_call_another_engine_tampering)
{
    found.engine_differs = true;
    check();
    cr_assert_eq(findings, 0);
    cr_assert_eq(counts.engine_differs, 5);
    cr_assert_eq(counts.proved_by_digest, 5);
    cr_assert_eq(counts.proved_and_rerun, 0);
}

Test(check, stops_when_asked)
{
    found.stop_after = 3;
    cr_assert_eq(check_with(EG_MAKER_ORIGIN, maker.public_key), EG_E_STATE);
    cr_assert_eq(counts.entries, 3);
}

/* ---- never without a key
 * -----------------------------------------------------------------------*/

Test(check, proves_nothing_without_a_key)
{
    struct eg_check_hooks hooks = eg_found_hooks(&found);

    cr_assert_eq(check_with(EG_MAKER_ORIGIN, NULL), EG_E_USAGE);
    cr_assert_eq(check_with(NULL, maker.public_key), EG_E_USAGE);
    cr_assert_eq(eg_check_archive(&counts, &findings, maker.path, EG_MAKER_ORIGIN, maker.public_key,
                                  NULL, &err),
                 EG_E_USAGE);
    hooks.rerun = NULL;
    cr_assert_eq(eg_check_archive(&counts, &findings, maker.path, EG_MAKER_ORIGIN, maker.public_key,
                                  &hooks, &err),
                 EG_E_USAGE);
}

Test(check, refuses_a_foreign_key)
{
    uint8_t seed[EG_ED25519_KEY_LEN] = {9}, key[EG_ED25519_KEY_LEN] = {0};

    cr_assert_eq(eg_ed25519_public(key, seed, &err), EG_OK);
    cr_assert_eq(check_with(EG_MAKER_ORIGIN, key), EG_OK);
    cr_assert(eg_found_has(&found, LOG, 3));
    for (uint64_t entry = 0; entry < 7; entry++) {
        cr_assert(eg_found_has(&found, entry, 7));
    }
    cr_assert_eq(counts.failed, 5);
    cr_assert_eq(counts.proved_and_rerun, 0);
}

Test(check, refuses_a_foreign_origin)
{
    cr_assert_eq(check_with("other.example", maker.public_key), EG_OK);
    cr_assert(eg_found_has(&found, LOG, 3));
    cr_assert_eq(counts.proved_and_rerun, 0);
}

Test(check, says_when_there_is_no_archive)
{
    struct eg_check_hooks hooks = eg_found_hooks(&found);

    cr_assert_eq(eg_check_archive(&counts, &findings, "/nonexistent/archive.db", EG_MAKER_ORIGIN,
                                  maker.public_key, &hooks, &err),
                 EG_E_NOTFOUND);
}

Test(check, does_not_call_an_empty_archive_proved)
{
    eg_archive_maker_stop(&maker);
    eg_archive_maker_start(&maker);
    check();
    cr_assert(eg_found_has(&found, LOG, 3));
}

/* ---- each octet
 * --------------------------------------------------------------------------------*/

/* Flip every octet of one column of one row, in turn; each must be found at the entry, under one of
 * the conditions in `bits`, and nowhere but there unless `elsewhere`. */
static void flip_each(const char *table, const char *column, const char *where, uint64_t entry,
                      unsigned bits, bool elsewhere)
{
    sqlite3_stmt *read = NULL, *write = NULL;
    char text[200] = "";
    uint8_t *octets = NULL;
    int len = 0;

    (void)snprintf(text, sizeof(text), "SELECT %s FROM %s WHERE %s", column, table, where);
    cr_assert_eq(sqlite3_prepare_v2(db, text, -1, &read, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_step(read), SQLITE_ROW, "%s", text);
    len = sqlite3_column_bytes(read, 0);
    cr_assert_gt(len, 0);
    octets = malloc((size_t)len);
    cr_assert_not_null(octets);
    memcpy(octets, sqlite3_column_blob(read, 0), (size_t)len);
    (void)sqlite3_finalize(read);
    (void)snprintf(text, sizeof(text), "UPDATE %s SET %s = ?1 WHERE %s", table, column, where);
    cr_assert_eq(sqlite3_prepare_v2(db, text, -1, &write, NULL), SQLITE_OK);
    for (int i = 0; i <= len; i++) { /* one round more: all as it was */
        bool hit = false;

        if (i > 0) {
            octets[i - 1] ^= (uint8_t)(1U << ((i - 1) % 8));
        }
        if (i < len) {
            octets[i] ^= (uint8_t)(1U << (i % 8));
        }
        (void)sqlite3_bind_blob(write, 1, octets, len, SQLITE_STATIC);
        cr_assert_eq(sqlite3_step(write), SQLITE_DONE);
        (void)sqlite3_reset(write);
        check();
        for (unsigned condition = 1; condition <= 12; condition++) {
            hit = hit || (bits >> condition & 1 && eg_found_has(&found, entry, condition));
        }
        cr_assert_eq(hit, i < len, "%s.%s octet %d of %d: %s", table, column, i, len,
                     found.count ? found.list[0].text : "nothing found");
        cr_assert(i == len || elsewhere || eg_found_only(&found, entry), "%s.%s octet %d: %s",
                  table, column, i, found.list[found.count - 1].text);
    }
    cr_assert_eq(findings, 0);
    (void)sqlite3_finalize(write);
    free(octets);
}

#define BIT(condition) (1U << (condition))

Test(check, finds_each_octet_of_an_entry)
{
    flip_each("entries", "entry", "idx = 4", 4, BIT(2), false);
}

Test(check, finds_each_octet_of_a_receipt)
{
    flip_each("entries", "receipt", "idx = 4", 4, BIT(7), false);
}

Test(check, finds_each_octet_of_a_report)
{
    flip_each("contents", "octets", "place = 4 * 32", 4, BIT(4), false);
    flip_each("contents", "salt", "place = 4 * 32", 4, BIT(4), false);
}

/* The content is what counts: a bit that zstd ignores changes nothing that was recorded. */
static bool report_is(uint64_t index, const struct eg_buf *expected)
{
    struct eg_buf octets = {0};
    struct eg_salt salt = {0};
    bool same = false;

    eg_buf_init(&octets, EG_REPORT_MAX);
    same =
        eg_store_content(&octets, &salt, maker.store, index, EG_CONTENT_REPORT, 0, &err) == EG_OK &&
        eg_bytes_equal(eg_bytes_view(&octets), eg_bytes_view(expected));
    eg_buf_done(&octets);
    return same;
}

Test(check, finds_each_bit_of_a_compressed_report_that_changes_it)
{
    struct eg_buf report = {0};
    struct eg_salt salt = {0};
    sqlite3_stmt *write = NULL;
    sqlite3_blob *blob = NULL;
    unsigned char octets[200] = {0};
    int len = 0, ignored = 0;

    eg_buf_init(&report, EG_REPORT_MAX);
    cr_assert_eq(eg_store_content(&report, &salt, maker.store, 2, EG_CONTENT_REPORT, 0, &err),
                 EG_OK);
    cr_assert_eq(sqlite3_blob_open(db, "main", "contents", "octets", 64, 0, &blob), SQLITE_OK);
    len = sqlite3_blob_bytes(blob);
    cr_assert(len > 10 && len < (int)sizeof(octets));
    cr_assert_eq(sqlite3_blob_read(blob, octets, len, 0), SQLITE_OK);
    (void)sqlite3_blob_close(blob);
    cr_assert_eq(sqlite3_prepare_v2(db, "UPDATE contents SET octets = ?1 WHERE place = 64", -1,
                                    &write, NULL),
                 SQLITE_OK);
    for (int bit = 0; bit < len * 8; bit++) {
        octets[bit / 8] ^= (unsigned char)(1U << (bit % 8));
        (void)sqlite3_bind_blob(write, 1, octets, len, SQLITE_STATIC);
        cr_assert_eq(sqlite3_step(write), SQLITE_DONE);
        (void)sqlite3_reset(write);
        check();
        if (findings == 0) {
            cr_assert(report_is(2, &report), "bit %d changed the report unnoticed", bit);
            ignored++;
        } else {
            cr_assert(eg_found_has(&found, 2, 4) && eg_found_only(&found, 2), "bit %d: %s", bit,
                      found.list[0].text);
        }
        octets[bit / 8] ^= (unsigned char)(1U << (bit % 8));
    }
    cr_assert_lt(ignored, 10);
    (void)sqlite3_finalize(write);
    eg_buf_done(&report);
}

Test(check, finds_each_octet_of_a_signature)
{
    flip_each("contents", "octets", "place = 4 * 32 + 1", 4, BIT(5), false);
    flip_each("contents", "salt", "place = 4 * 32 + 1", 4, BIT(5), false);
}

Test(check, finds_each_octet_of_findings_parameters_and_notifications)
{
    flip_each("contents", "octets", "place = 4 * 32 + 2", 4, BIT(6), false);
    flip_each("contents", "salt", "place = 4 * 32 + 2", 4, BIT(6), false);
    flip_each("contents", "octets", "place = 4 * 32 + 4", 4, BIT(6), false);
    flip_each("contents", "salt", "place = 4 * 32 + 4", 4, BIT(6), false);
    flip_each("contents", "octets", "place = 4 * 32 + 8", 4, BIT(6), false);
    flip_each("contents", "salt", "place = 4 * 32 + 8", 4, BIT(6), false);
}

Test(check, finds_each_octet_of_a_tree_node)
{
    flip_each("nodes", "hash", "place = 8", 4, BIT(2), false);  /* leaf 4 */
    flip_each("nodes", "hash", "place = 9", 5, BIT(2), false);  /* over 4 and 5 */
    flip_each("nodes", "hash", "place = 3", 3, BIT(2), false);  /* over 0 to 3 */
    flip_each("nodes", "hash", "place = 12", 6, BIT(2), false); /* leaf 6, the edge */
}

Test(check, finds_each_octet_of_the_checkpoint)
{
    flip_each("head", "checkpoint", "1", UINT64_MAX, BIT(3), false);
}

Test(check, finds_each_octet_of_revocation_data)
{
    flip_each("revocations", "octets", "1", 2, BIT(9), true);
}

Test(check, finds_each_octet_of_what_look_ups_use)
{
    flip_each("entries", "report", "idx = 4", 4, BIT(12), false);
    flip_each("entries", "digest", "idx = 1", 1, BIT(12), true);
}

/* ---- rows taken, added, exchanged
 * --------------------------------------------------------------*/

Test(check, finds_a_missing_entry)
{
    damage("DELETE FROM entries WHERE idx = 3", 3, 2);
    cr_assert(!eg_found_has(&found, LOG, 3), "the tree is whole by its kept leaf");
    cr_assert_eq(counts.failed, 1);
}

Test(check, finds_a_missing_entry_with_all_that_is_its)
{
    damage("DELETE FROM entries WHERE idx = 3; DELETE FROM contents WHERE place BETWEEN 96 AND 127;"
           "DELETE FROM nodes WHERE place = 6",
           3, 2);
}

Test(check, finds_a_shorter_archive)
{
    damage("DELETE FROM entries WHERE idx = 6; DELETE FROM contents WHERE place >= 6 * 32;"
           "DELETE FROM nodes WHERE place >= 12; UPDATE head SET size = 6",
           LOG, 3);
}

Test(check, finds_a_shorter_archive_with_an_older_checkpoint)
{
    /* The receipts of entries 2 and 3 carry the checkpoint of size 4, which is genuine. */
    struct eg_receipt receipt = {0};
    struct eg_stored stored = {0};
    sqlite3_stmt *put = NULL;

    cr_assert_eq(eg_store_read(&stored, maker.store, 3, &err), EG_OK);
    cr_assert_eq(eg_receipt_read(&receipt, eg_bytes_view(&stored.receipt), &err), EG_OK);
    cr_assert_eq(
        sqlite3_prepare_v2(db, "UPDATE head SET checkpoint = ?1, size = 6", -1, &put, NULL),
        SQLITE_OK);
    (void)sqlite3_bind_blob(put, 1, receipt.checkpoint_note.data, (int)receipt.checkpoint_note.len,
                            SQLITE_STATIC);
    cr_assert_eq(sqlite3_step(put), SQLITE_DONE);
    (void)sqlite3_finalize(put);
    eg_receipt_done(&receipt);
    eg_stored_done(&stored);
    damage("DELETE FROM entries WHERE idx = 6", LOG, 3);
}

Test(check, finds_entries_in_another_order)
{
    damage("UPDATE entries SET idx = 99 WHERE idx = 2; UPDATE entries SET idx = 2 WHERE idx = 3;"
           "UPDATE entries SET idx = 3 WHERE idx = 99",
           2, 2);
    cr_assert(eg_found_has(&found, 3, 2));
    cr_assert(eg_found_has(&found, 2, 7));
    cr_assert(eg_found_has(&found, 3, 7));
}

Test(check, finds_an_entry_twice)
{
    damage("INSERT INTO entries SELECT 7, kind, participant, id, version, named, digest, "
           "recorded_at, report, entry, receipt FROM entries WHERE idx = 6; "
           "UPDATE head SET size = 8",
           LOG, 3);
    cr_assert(eg_found_has(&found, 7, 2));
    cr_assert(eg_found_has(&found, 7, 7));
    cr_assert(eg_found_has(&found, 7, 11));
}

Test(check, finds_a_made_up_entry_number)
{
    sql("UPDATE entries SET idx = 4000000000000 WHERE idx = 6");
    cr_assert_eq(check_with(EG_MAKER_ORIGIN, maker.public_key), EG_E_FORMAT);
    sql("UPDATE entries SET idx = -1 WHERE idx = 4000000000000");
    cr_assert_eq(check_with(EG_MAKER_ORIGIN, maker.public_key), EG_E_FORMAT);
}

Test(check, finds_missing_contents)
{
    damage_alone("DELETE FROM contents WHERE place = 2 * 32", 2, 4);
    damage_alone("DELETE FROM contents WHERE place = 2 * 32 + 1", 2, 5);
    damage_alone("DELETE FROM contents WHERE place = 2 * 32 + 4", 2, 6);
    damage_alone("DELETE FROM contents WHERE place = 2 * 32 + 9", 2, 6);
}

Test(check, finds_exchanged_contents)
{
    damage("UPDATE contents SET place = 999 WHERE place = 2 * 32;"
           "UPDATE contents SET place = 2 * 32 WHERE place = 4 * 32;"
           "UPDATE contents SET place = 4 * 32 WHERE place = 999",
           2, 4);
    cr_assert(eg_found_has(&found, 4, 4));
}

Test(check, finds_contents_that_no_entry_names)
{
    damage_alone("INSERT INTO contents SELECT 4 * 32 + 3, salt, packed, len, octets FROM contents "
                 "WHERE place = 4 * 32",
                 4, 6);
    damage_alone("UPDATE contents SET place = 4 * 32 + 9 WHERE place = 4 * 32 + 3", 4, 6);
    damage_alone("UPDATE contents SET place = 4 * 32 + 31 WHERE place = 4 * 32 + 9", 4, 6);
    damage_alone("UPDATE contents SET place = 7 * 32 WHERE place = 4 * 32 + 31", LOG, 12);
    damage_alone("UPDATE contents SET place = -1 WHERE place = 7 * 32", LOG, 12);
}

Test(check, finds_a_missing_node)
{
    damage_alone("DELETE FROM nodes WHERE place = 9", 5, 2);
}

Test(check, finds_a_further_node)
{
    damage_alone("INSERT INTO nodes SELECT 13, hash FROM nodes WHERE place = 12", LOG, 2);
}

Test(check, finds_missing_revocation_data)
{
    damage("DELETE FROM revocations", 2, 9);
}

Test(check, finds_times_that_run_backwards)
{
    struct eg_made made = {
        .participant = "o", .id = "x", .version = 1, .report = "x", .at_ms = maker.at_ms - 5000};

    cr_assert_eq(eg_archive_maker_append(&maker, &made, 1, &err), EG_OK);
    check();
    cr_assert(eg_found_has(&found, 7, 11));
    cr_assert(eg_found_only(&found, 7));
}

Test(check, finds_an_identity_recorded_twice)
{
    struct eg_made made = {
        .participant = "operator", .id = "day-3", .version = 1, .report = "other content"};

    cr_assert_eq(eg_archive_maker_append(&maker, &made, 1, &err), EG_OK);
    check();
    cr_assert(eg_found_has(&found, 7, 11), "accepted though the identity is taken");
    made.report = "report 3";
    made.rejected = made.taken = true;
    cr_assert_eq(eg_archive_maker_append(&maker, &made, 1, &err), EG_OK);
    check();
    cr_assert(eg_found_has(&found, 8, 11), "the same content again");
    made.id = "day-9";
    cr_assert_eq(eg_archive_maker_append(&maker, &made, 1, &err), EG_OK);
    check();
    cr_assert(eg_found_has(&found, 9, 11), "nobody has taken it");
}

Test(check, finds_look_ups_that_say_otherwise)
{
    damage_alone("UPDATE entries SET participant = 'other' WHERE idx = 4", 4, 12);
    damage_alone("UPDATE entries SET participant = 'operator', version = 2 WHERE idx = 4", 4, 12);
    damage_alone("UPDATE entries SET version = 1, kind = 3 WHERE idx = 4", 4, 12);
    damage_alone("UPDATE entries SET kind = 0, recorded_at = recorded_at + 1 WHERE idx = 4", 4, 12);
    damage_alone(
        "UPDATE entries SET recorded_at = recorded_at - 1, named = 'made.up' WHERE idx = 4", 4, 12);
}

Test(check, finds_streams_that_say_otherwise)
{
    damage_alone("UPDATE streams SET recipient = 'other' WHERE idx = 4", 4, 12);
    damage("DELETE FROM streams WHERE idx = 4", 4, 12);
    cr_assert(eg_found_has(&found, LOG, 12));
}

Test(check, finds_items_that_no_entry_has_sent)
{
    damage_alone("INSERT INTO streams VALUES ('other', 4, 1)", LOG, 12);
}

Test(check, finds_cursors_beyond_the_log)
{
    sql("INSERT INTO cursors VALUES ('a', 'b', 6, 1)");
    check();
    cr_assert_eq(findings, 0);
    damage_alone("UPDATE cursors SET idx = 7", LOG, 12);
    damage_alone("UPDATE cursors SET idx = 1, number = 17", LOG, 12);
}

/* ---- what the hooks say
 * ------------------------------------------------------------------------*/

Test(check, tells_a_rerun_that_decides_otherwise)
{
    struct eg_made made = {.participant = "o", .id = "x", .version = 1, .report = "bad, accepted"};

    cr_assert_eq(eg_archive_maker_append(&maker, &made, 1, &err), EG_OK);
    check();
    cr_assert(eg_found_has(&found, 7, 10));
    cr_assert_eq(findings, 1);
    cr_assert_eq(counts.failed, 1);
}

static enum eg_status failing;

static enum eg_status fail(void *payload, const struct eg_check_inputs *inputs, unsigned *condition,
                           char text[EG_ERROR_TEXT_MAX], struct eg_error *why)
{
    (void)payload;
    (void)condition;
    (void)text;
    return inputs->index == 4 ? eg_error_set(why, failing, NULL, "played") : EG_OK;
}

Test(check, takes_silence_and_failure_for_not_proved)
{
    struct eg_check_hooks hooks = eg_found_hooks(&found);

    hooks.signature = fail; /* says nothing of the others: their condition stays as it came */
    failing = EG_E_NOTFOUND;
    cr_assert_eq(eg_check_archive(&counts, &findings, maker.path, EG_MAKER_ORIGIN, maker.public_key,
                                  &hooks, &err),
                 EG_OK);
    cr_assert(eg_found_has(&found, 4, 8));
    cr_assert_eq(findings, 7);
    cr_assert_eq(counts.proved_and_rerun, 0);
    failing = EG_E_NOMEM;
    cr_assert_eq(eg_check_archive(&counts, &findings, maker.path, EG_MAKER_ORIGIN, maker.public_key,
                                  &hooks, &err),
                 EG_E_NOMEM, "our own trouble ends the check");
}

/* ---- forms, semantics numbers, counts ----------------------------------------------------------
 */

#define BREAK                                                                                      \
    {                                                                                              \
        .is_break = true, .semantics = 4                                                           \
    }
#define NEW(name, ...)                                                                             \
    {                                                                                              \
        .participant = "operator", .id = name, .version = 1, .report = name, .form = 2,            \
        .counts = {108, 98, 2, 10}, __VA_ARGS__                                                    \
    }
#define OLD(name, ...)                                                                             \
    {                                                                                              \
        .participant = "operator", .id = name, .version = 1, .report = name, __VA_ARGS__           \
    }

static void append(const struct eg_made *made, size_t count)
{
    cr_assert_eq(eg_archive_maker_append(&maker, made, count, &err), EG_OK, "%s", err.text);
    check();
}

Test(check, a_log_goes_on_in_a_new_form_behind_a_break)
{
    const struct eg_made made[] = {BREAK, NEW("a", .semantics = 4), NEW("b", .semantics = 5),
                                   NEW("bad-c", .semantics = 5, .rejected = true)};
    append(made, 4);
    cr_expect_eq(found.count, 0, "%s", found.count ? found.list[0].text : "");
    cr_expect_eq(counts.proved_and_rerun, 8);
}

Test(check, a_new_form_without_a_break_is_found)
{
    append((const struct eg_made[]){NEW("a", .semantics = 4)}, 1);
    cr_expect(eg_found_has(&found, 7, 11));
}

Test(check, a_form_that_falls_is_found)
{
    append((const struct eg_made[]){BREAK, NEW("a", .semantics = 4), OLD("b", .semantics = 4)}, 3);
    cr_expect(eg_found_has(&found, 9, 11));
    cr_expect(eg_found_only(&found, 9));
}

Test(check, a_semantics_number_that_falls_is_found)
{
    append((const struct eg_made[]){OLD("a", .semantics = 3), OLD("b", .semantics = 2),
                                    OLD("c", .semantics = 3)},
           3);
    cr_expect(eg_found_has(&found, 8, 11));
    cr_expect(eg_found_only(&found, 8), "the entries behind it are not blamed");
}

Test(check, a_break_can_not_take_a_number_back)
{
    append((const struct eg_made[]){OLD("a", .semantics = 5), BREAK}, 2);
    cr_expect(eg_found_has(&found, 8, 11));
}

Test(check, counts_that_are_not_those_of_the_findings_are_found)
{
    append((const struct eg_made[]){BREAK, NEW("a", .semantics = 4, .other_counts = true)}, 2);
    cr_expect(eg_found_has(&found, 8, 16));
    cr_expect(eg_found_only(&found, 8));
}
