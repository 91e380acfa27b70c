/*
 * The store: what is appended is found again, all or nothing, and everything else is refused.
 */
#include "archive/store.h"

#include "base/file.h"
#include "tests/support/archive_maker.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

TestSuite(store, .init = start, .fini = stop, .timeout = 120);

static const struct eg_made one = {
    .participant = "operator", .id = "one", .version = 1, .report = "report one"};

/* ---- helpers
 * -----------------------------------------------------------------------------------*/

static uint64_t size_now(void)
{
    struct eg_merkle_edge edge = {0};

    cr_assert_eq(eg_store_head(&edge, NULL, NULL, maker.store, &err), EG_OK, "%s", err.text);
    return edge.size;
}

static void run_sql(const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;

    cr_assert_eq(sqlite3_open(maker.path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, &why), SQLITE_OK, "%s: %s", sql, why);
    (void)sqlite3_close(db);
}

static enum eg_status open_again(enum eg_store_mode mode)
{
    struct eg_store *store = NULL;
    enum eg_status status = EG_OK;

    memset(&err, 0, sizeof(err));
    status = eg_store_open(&store, maker.path, mode, EG_MAKER_ORIGIN, &err);
    if (status) {
        cr_assert_null(store);
        cr_assert_eq(err.status, status);
        cr_assert(err.text[0] != '\0');
    }
    eg_store_close(&store);
    return status;
}

static void assert_content(uint64_t index, enum eg_content_kind kind, unsigned number,
                           const char *expected, const struct eg_digest *digest)
{
    struct eg_buf octets = {0};
    struct eg_salt salt = {0};
    struct eg_digest salted = {0};

    eg_buf_init(&octets, EG_REPORT_MAX);
    cr_assert_eq(eg_store_content(&octets, &salt, maker.store, index, kind, number, &err), EG_OK,
                 "%s", err.text);
    if (expected) {
        cr_assert(eg_bytes_is(eg_bytes_view(&octets), expected));
    }
    salted = eg_hash_salted(&salt, eg_bytes_view(&octets));
    cr_assert(eg_digest_equal(&salted, digest));
    eg_buf_done(&octets);
}

/* ---- appending and reading
 * ---------------------------------------------------------------------*/

Test(store, begins_empty)
{
    struct eg_merkle_edge edge = {.size = 99};
    struct eg_buf note = {0};
    int64_t last_ms = 99;
    struct eg_stored stored = {0};

    eg_buf_init(&note, EG_RECEIPT_MAX);
    cr_assert_eq(eg_store_head(&edge, &note, &last_ms, maker.store, &err), EG_OK);
    cr_assert_eq(edge.size, 0);
    cr_assert_eq(note.len, 0);
    cr_assert_eq(last_ms, 0);
    cr_assert_eq(eg_store_read(&stored, maker.store, 0, &err), EG_E_NOTFOUND);
    cr_assert_eq(eg_store_read(&stored, maker.store, UINT64_MAX, &err), EG_E_NOTFOUND);
    cr_assert_str_eq(eg_store_origin(maker.store), EG_MAKER_ORIGIN);
    eg_buf_done(&note);
}

Test(store, gives_back_what_was_appended)
{
    struct eg_stored stored = {0};
    struct eg_entry entry = {0};
    struct eg_receipt receipt = {0};

    eg_archive_maker_small(&maker);
    cr_assert_eq(eg_store_read(&stored, maker.store, 2, &err), EG_OK, "%s", err.text);
    cr_assert_eq(stored.index, 2);
    cr_assert_eq(eg_entry_read(&entry, eg_bytes_view(&stored.entry_text), &err), EG_OK);
    cr_assert_str_eq(entry.identity.id, "day-1");
    cr_assert_eq(entry.notification_count, 2);
    cr_assert_eq(eg_receipt_verify(&receipt, eg_bytes_view(&stored.receipt), EG_MAKER_ORIGIN,
                                   maker.public_key, &err),
                 EG_OK, "%s", err.text);
    assert_content(2, EG_CONTENT_REPORT, 0, NULL, &entry.report);
    assert_content(2, EG_CONTENT_SIGNATURE, 0, NULL, &entry.signature);
    assert_content(2, EG_CONTENT_PARAMETERS, 0, "made-up parameters", &entry.parameters);
    assert_content(2, EG_CONTENT_FINDINGS, 0, NULL, &entry.findings);
    assert_content(2, EG_CONTENT_NOTIFICATION, 1, "notification 1 of day-1",
                   &entry.notifications[1].digest);
    eg_receipt_done(&receipt);
    eg_stored_done(&stored);
}

Test(store, keeps_head_and_edge_over_a_reopen)
{
    struct eg_merkle_edge before = {0};
    struct eg_checkpoint head = {0};
    struct eg_buf note = {0};
    struct eg_digest root = {0};
    int64_t last_ms = 0;

    eg_archive_maker_small(&maker);
    before = maker.edge;
    cr_assert_eq(eg_archive_maker_reopen(&maker, &err), EG_OK, "%s", err.text);
    cr_assert_eq(maker.edge.size, before.size);
    eg_buf_init(&note, EG_RECEIPT_MAX);
    cr_assert_eq(eg_store_head(&before, &note, &last_ms, maker.store, &err), EG_OK);
    cr_assert_eq(
        eg_checkpoint_verify(&head, eg_bytes_view(&note), EG_MAKER_ORIGIN, maker.public_key, &err),
        EG_OK, "%s", err.text);
    root = eg_merkle_root(&maker.edge);
    cr_assert(eg_digest_equal(&head.root, &root));
    cr_assert_eq(last_ms, maker.at_ms);
    eg_buf_done(&note);
    cr_assert_eq(eg_archive_maker_append(&maker, &one, 1, &err), EG_OK, "%s", err.text);
    cr_assert_eq(size_now(), 8);
}

Test(store, finds_identities)
{
    struct eg_identity day_1 = {"operator", "day-1", 1}, unknown = {"operator", "day-1", 2};
    struct eg_digest other = eg_hash(eg_bytes_of("another report 1"));
    struct eg_digest strange = eg_hash(eg_bytes_of("a third report 1"));
    struct eg_stored stored = {0};

    eg_archive_maker_small(&maker);
    cr_assert_eq(eg_store_find(&stored, maker.store, &day_1, NULL, &err), EG_OK);
    cr_assert_eq(stored.index, 2, "the first one has the identity");
    eg_stored_done(&stored);
    cr_assert_eq(eg_store_find(&stored, maker.store, &day_1, &other, &err), EG_OK);
    cr_assert_eq(stored.index, 5, "the copy with that content");
    eg_stored_done(&stored);
    cr_assert_eq(eg_store_find(&stored, maker.store, &day_1, &strange, &err), EG_E_NOTFOUND);
    cr_assert_eq(eg_store_find(&stored, maker.store, &unknown, NULL, &err), EG_E_NOTFOUND);
}

Test(store, finds_rules_by_kind_name_and_digest)
{
    struct eg_stored stored = {0};
    struct eg_digest none = {0};

    cr_assert_eq(eg_store_latest(&stored, maker.store, EG_ENTRY_PACKAGE, NULL, &err),
                 EG_E_NOTFOUND);
    eg_archive_maker_small(&maker);
    cr_assert_eq(eg_store_latest(&stored, maker.store, EG_ENTRY_PACKAGE, "made.up.package", &err),
                 EG_OK);
    cr_assert_eq(stored.index, 1);
    eg_stored_done(&stored);
    cr_assert_eq(eg_store_latest(&stored, maker.store, EG_ENTRY_DIRECTORY, NULL, &err), EG_OK);
    cr_assert_eq(stored.index, 0);
    eg_stored_done(&stored);
    cr_assert_eq(eg_store_latest(&stored, maker.store, EG_ENTRY_PACKAGE, "made.up", &err),
                 EG_E_NOTFOUND);
    cr_assert_eq(eg_store_latest(&stored, maker.store, EG_ENTRY_KEY, NULL, &err), EG_E_NOTFOUND);
    cr_assert_eq(eg_store_by_digest(&stored, maker.store, EG_ENTRY_PACKAGE, &maker.package, &err),
                 EG_OK);
    cr_assert_eq(stored.index, 1);
    eg_stored_done(&stored);
    cr_assert_eq(eg_store_by_digest(&stored, maker.store, EG_ENTRY_DIRECTORY, &maker.package, &err),
                 EG_E_NOTFOUND);
    cr_assert_eq(eg_store_by_digest(&stored, maker.store, EG_ENTRY_PACKAGE, &none, &err),
                 EG_E_NOTFOUND);
}

Test(store, says_when_a_content_is_not_there)
{
    struct eg_buf octets = {0};
    struct eg_salt salt = {0};

    eg_archive_maker_small(&maker);
    eg_buf_init(&octets, 100);
    cr_assert_eq(eg_store_content(&octets, &salt, maker.store, 2, EG_CONTENT_FACTS, 0, &err),
                 EG_E_NOTFOUND);
    cr_assert_eq(eg_store_content(&octets, &salt, maker.store, 2, EG_CONTENT_NOTIFICATION, 2, &err),
                 EG_E_NOTFOUND);
    cr_assert_eq(eg_store_content(&octets, &salt, maker.store, 2, EG_CONTENT_NOTIFICATION,
                                  EG_NOTIFICATIONS_MAX, &err),
                 EG_E_NOTFOUND);
    cr_assert_eq(eg_store_content(&octets, &salt, maker.store, 2, EG_CONTENT_REPORT, 1, &err),
                 EG_E_NOTFOUND);
    cr_assert_eq(
        eg_store_content(&octets, &salt, maker.store, UINT64_MAX, EG_CONTENT_REPORT, 0, &err),
        EG_E_NOTFOUND);
    cr_assert_eq(eg_store_content(&octets, &salt, maker.store, 2, EG_CONTENT_REPORT, 0, &err),
                 EG_E_LIMIT, "a report of 3,000 octets does not fit into 100");
    cr_assert_eq(octets.len, 0);
    eg_buf_done(&octets);
}

Test(store, keeps_contents_of_every_length)
{
    static const size_t lengths[] = {1, 1023, 1024, 1025, 4096, 27000, 1000000};

    eg_archive_maker_rules(&maker);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        char *text = malloc(lengths[i] + 1), id[20] = "";
        struct eg_made made = one;
        struct eg_stored stored = {0};
        struct eg_entry entry = {0};

        cr_assert_not_null(text);
        for (size_t k = 0; k < lengths[i]; k++) { /* half of it does not compress */
            text[k] =
                (char)(k % 2 ? 'a'
                             : ' ' + (char)(eg_hash((struct eg_bytes){(uint8_t *)&k, sizeof(k)})
                                                .octets[0] %
                                            90));
        }
        text[lengths[i]] = '\0';
        (void)snprintf(id, sizeof(id), "len-%zu", lengths[i]);
        made.id = id;
        made.report = text;
        cr_assert_eq(eg_archive_maker_append(&maker, &made, 1, &err), EG_OK, "%s", err.text);
        cr_assert_eq(eg_store_read(&stored, maker.store, 2 + i, &err), EG_OK);
        cr_assert_eq(eg_entry_read(&entry, eg_bytes_view(&stored.entry_text), &err), EG_OK);
        assert_content(2 + i, EG_CONTENT_REPORT, 0, text, &entry.report);
        eg_stored_done(&stored);
        free(text);
    }
}

Test(store, answers_inclusion_proofs_from_its_nodes)
{
    eg_archive_maker_small(&maker);
    for (uint64_t index = 0; index < 7; index++) {
        struct eg_digest path[EG_MERKLE_LEVELS], root = eg_merkle_root(&maker.edge), leaf = {0};
        size_t count = 0;
        struct eg_stored stored = {0};

        cr_assert_eq(eg_merkle_inclusion(path, &count, index, 7, eg_store_node, maker.store, &err),
                     EG_OK);
        cr_assert_eq(eg_store_read(&stored, maker.store, index, &err), EG_OK);
        leaf = eg_merkle_leaf(eg_bytes_view(&stored.entry_text));
        cr_assert(eg_merkle_inclusion_verify(&leaf, index, 7, path, count, &root));
        eg_stored_done(&stored);
    }
}

Test(store, has_no_node_that_is_not_complete)
{
    struct eg_digest hash = {0};

    eg_archive_maker_small(&maker);
    cr_assert_eq(eg_store_node(maker.store, 2, 0, &hash, &err), EG_OK);
    cr_assert_eq(eg_store_node(maker.store, 2, 1, &hash, &err), EG_E_NOTFOUND);
    cr_assert_eq(eg_store_node(maker.store, 0, 7, &hash, &err), EG_E_NOTFOUND);
    cr_assert_eq(eg_store_node(maker.store, 63, 0, &hash, &err), EG_E_NOTFOUND);
    cr_assert_eq(eg_store_node(maker.store, 0, UINT64_MAX, &hash, &err), EG_E_NOTFOUND);
}

/* ---- streams, cursors, revocation data
 * ---------------------------------------------------------*/

Test(store, walks_a_stream_in_log_order)
{
    static const struct eg_cursor expected[] = {{2, 1}, {2, 2}, {4, 1}};
    struct eg_cursor at = {0};

    eg_archive_maker_small(&maker);
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(eg_store_next(&at, maker.store, "authority", &at, &err), EG_OK);
        cr_assert_eq(at.index, expected[i].index);
        cr_assert_eq(at.number, expected[i].number);
    }
    cr_assert_eq(eg_store_next(&at, maker.store, "authority", &at, &err), EG_E_NOTFOUND);
    cr_assert_eq(at.index, 4, "untouched");
    at = (struct eg_cursor){0};
    cr_assert_eq(eg_store_next(&at, maker.store, "operator", &at, &err), EG_E_NOTFOUND);
    at = (struct eg_cursor){UINT64_MAX, UINT32_MAX};
    cr_assert_eq(eg_store_next(&at, maker.store, "authority", &at, &err), EG_E_NOTFOUND);
}

Test(store, keeps_cursors)
{
    struct eg_cursor at = {0};
    struct eg_cursor first = {2, 1}, second = {4, 1};

    eg_archive_maker_small(&maker);
    cr_assert_eq(eg_store_cursor_get(&at, maker.store, "authority", "all", &err), EG_E_NOTFOUND);
    cr_assert_eq(eg_store_cursor_put(maker.store, "authority", "all", &first, &err), EG_OK);
    cr_assert_eq(eg_store_cursor_put(maker.store, "authority", "all", &second, &err), EG_OK);
    cr_assert_eq(eg_archive_maker_reopen(&maker, &err), EG_OK);
    cr_assert_eq(eg_store_cursor_get(&at, maker.store, "authority", "all", &err), EG_OK);
    cr_assert_eq(at.index, 4);
    cr_assert_eq(eg_store_cursor_get(&at, maker.store, "authority", "other", &err), EG_E_NOTFOUND);
    cr_assert_eq(eg_store_cursor_get(&at, maker.store, "other", "all", &err), EG_E_NOTFOUND);
}

Test(store, moves_no_cursor_backwards)
{
    const struct eg_cursor places[] = {{4, 2}, {2, 3}, {4, 1}, {4, 2}, {0, 0}};
    struct eg_cursor at = {0};

    eg_archive_maker_small(&maker);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        cr_assert_eq(eg_store_cursor_put(maker.store, "authority", "all", &places[i], &err), EG_OK);
        cr_assert_eq(eg_store_cursor_get(&at, maker.store, "authority", "all", &err), EG_OK);
        cr_assert_eq(at.index, 4);
        cr_assert_eq(at.number, 2);
    }
}

Test(store, keeps_revocation_data_once)
{
    struct eg_bytes list = eg_bytes_of("a list");
    struct eg_digest digest = eg_hash(list), other = eg_hash(eg_bytes_of("another"));
    struct eg_buf octets = {0};

    eg_buf_init(&octets, 1000);
    cr_assert_eq(eg_store_revocation(&octets, maker.store, &digest, &err), EG_E_NOTFOUND);
    cr_assert_eq(eg_store_revocation_put(maker.store, &digest, list, &err), EG_OK);
    cr_assert_eq(eg_store_revocation_put(maker.store, &digest, list, &err), EG_OK);
    cr_assert_eq(eg_store_revocation_put(maker.store, &other, list, &err), EG_E_USAGE);
    cr_assert_eq(eg_store_revocation(&octets, maker.store, &digest, &err), EG_OK);
    cr_assert(eg_bytes_equal(eg_bytes_view(&octets), list));
    eg_buf_done(&octets);
}

/* ---- refusals
 * ----------------------------------------------------------------------------------*/

Test(store, refuses_a_wrong_index_and_stays_good)
{
    struct eg_merkle_edge before = {0};

    eg_archive_maker_small(&maker);
    before = maker.edge;
    maker.edge.size = 9; /* a gap */
    maker.edge.peak[3] = before.peak[0];
    cr_assert_neq(eg_store_append(maker.store, &(struct eg_batch){0}, &err), EG_OK);
    {
        struct eg_entry entry = {.kind = EG_ENTRY_SUBMISSION};
        struct eg_record record = {.index = 9,
                                   .entry = &entry,
                                   .entry_text = eg_bytes_of("x"),
                                   .receipt = eg_bytes_of("x")};
        struct eg_batch batch = {&record, 1, NULL, 0, eg_bytes_of("x")};

        cr_assert_eq(eg_store_append(maker.store, &batch, &err), EG_E_STATE);
        record.index = 6; /* there already */
        cr_assert_eq(eg_store_append(maker.store, &batch, &err), EG_E_STATE);
        record.index = 7;
        record.entry_text = EG_BYTES_NONE;
        cr_assert_eq(eg_store_append(maker.store, &batch, &err), EG_E_LIMIT);
        record.entry_text = eg_bytes_of("x");
        batch.checkpoint = EG_BYTES_NONE;
        cr_assert_eq(eg_store_append(maker.store, &batch, &err), EG_E_USAGE);
    }
    maker.edge = before;
    cr_assert_eq(eg_archive_maker_append(&maker, &one, 1, &err), EG_OK, "%s", err.text);
}

Test(store, refuses_a_second_writer)
{
    cr_assert_eq(open_again(EG_STORE_WRITE), EG_E_BUSY);
    cr_assert(strstr(err.text, "another program writes this archive"), "%s", err.text);
    cr_assert_eq(open_again(EG_STORE_READ), EG_OK);
    eg_store_close(&maker.store);
    cr_assert_eq(open_again(EG_STORE_WRITE), EG_OK);
}

Test(store, refuses_to_write_through_a_reader)
{
    struct eg_store *reader = NULL;
    struct eg_cursor at = {0};
    struct eg_bytes list = eg_bytes_of("a list");
    struct eg_digest digest = eg_hash(list);

    eg_archive_maker_small(&maker);
    cr_assert_eq(eg_store_open(&reader, maker.path, EG_STORE_READ, NULL, &err), EG_OK);
    cr_assert_eq(eg_store_cursor_put(reader, "a", "b", &at, &err), EG_E_STATE);
    cr_assert_eq(eg_store_revocation_put(reader, &digest, list, &err), EG_E_STATE);
    cr_assert_eq(eg_store_append(reader, &(struct eg_batch){0}, &err), EG_E_STATE);
    eg_store_close(&reader);
}

Test(store, refuses_an_archive_of_another_log)
{
    struct eg_store *store = NULL;

    eg_store_close(&maker.store);
    cr_assert_eq(eg_store_open(&store, maker.path, EG_STORE_WRITE, "other.example", &err),
                 EG_E_STATE);
    cr_assert_eq(eg_store_open(&store, maker.path, EG_STORE_READ, "other.example", &err),
                 EG_E_STATE);
    cr_assert_eq(eg_store_open(&store, maker.path, EG_STORE_WRITE, NULL, &err), EG_E_USAGE);
    cr_assert_eq(eg_store_open(&store, maker.path, EG_STORE_WRITE, "not an origin", &err),
                 EG_E_USAGE);
    cr_assert_null(store);
}

Test(store, reads_no_archive_where_there_is_none)
{
    struct eg_store *store = NULL;
    char path[300] = "";

    (void)snprintf(path, sizeof(path), "%s/none.db", maker.dir);
    cr_assert_eq(eg_store_open(&store, path, EG_STORE_READ, NULL, &err), EG_E_NOTFOUND);
    cr_assert_neq(access(path, F_OK), 0, "reading created a file");
    cr_assert_eq(eg_store_open(&store, maker.dir, EG_STORE_READ, NULL, &err), EG_E_IO);
    (void)snprintf(path, sizeof(path), "%s/no/such/folder.db", maker.dir);
    cr_assert_eq(eg_store_open(&store, path, EG_STORE_WRITE, EG_MAKER_ORIGIN, &err), EG_E_NOTFOUND);
    cr_assert_eq(err.cause, ENOENT);
}

Test(store, refuses_files_that_are_no_archive)
{
    struct eg_store *store = NULL;
    char path[300] = "";
    sqlite3 *db = NULL;

    (void)snprintf(path, sizeof(path), "%s/text.db", maker.dir);
    cr_assert_eq(eg_file_write(path,
                               eg_bytes_of("This is not a database, but long enough for "
                                           "one hundred octets of header to be read here, "
                                           "and then some more."),
                               0644, &err),
                 EG_OK);
    cr_assert_eq(eg_store_open(&store, path, EG_STORE_READ, NULL, &err), EG_E_FORMAT);
    cr_assert_eq(eg_store_open(&store, path, EG_STORE_WRITE, EG_MAKER_ORIGIN, &err), EG_E_FORMAT);
    (void)snprintf(path, sizeof(path), "%s/other.db", maker.dir);
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, "CREATE TABLE other (a)", NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
    cr_assert_eq(eg_store_open(&store, path, EG_STORE_READ, NULL, &err), EG_E_FORMAT);
    cr_assert_eq(eg_store_open(&store, path, EG_STORE_WRITE, EG_MAKER_ORIGIN, &err), EG_E_FORMAT);
    (void)snprintf(path, sizeof(path), "%s/empty.db", maker.dir);
    cr_assert_eq(eg_file_write(path, EG_BYTES_NONE, 0644, &err), EG_OK);
    cr_assert_eq(eg_store_open(&store, path, EG_STORE_READ, NULL, &err), EG_E_FORMAT);
    cr_assert_eq(eg_store_open(&store, path, EG_STORE_WRITE, EG_MAKER_ORIGIN, &err), EG_OK,
                 "an empty file is what a crash before the first commit leaves: %s", err.text);
    eg_store_close(&store);
}

Test(store, refuses_a_schema_that_is_not_its_own)
{
    static const char *const changes[] = {
        "CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM contents; END",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TABLE a (b)",
        "CREATE INDEX zzz ON entries (kind)",
        "DROP INDEX by_name",
        "PRAGMA user_version = 99",
        "PRAGMA application_id = 7",
        "INSERT INTO head SELECT * FROM head",
        "DELETE FROM head",
        "UPDATE head SET origin = ''",
    };

    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        eg_archive_maker_stop(&maker);
        eg_archive_maker_start(&maker);
        eg_archive_maker_rules(&maker);
        eg_store_close(&maker.store);
        run_sql(changes[i]);
        cr_assert_eq(open_again(EG_STORE_READ), EG_E_FORMAT, "read after: %s", changes[i]);
        cr_assert_eq(open_again(EG_STORE_WRITE), EG_E_FORMAT, "written after: %s", changes[i]);
    }
}

Test(store, refuses_to_write_on_after_a_damaged_head)
{
    static const char *const changes[] = {
        "UPDATE head SET size = 6",
        "UPDATE head SET size = -1",
        "UPDATE head SET checkpoint = x''",
        "DELETE FROM entries WHERE idx = 6",
        "DELETE FROM nodes WHERE place = 3",
        "UPDATE nodes SET hash = x'00' WHERE place = 3",
        "UPDATE entries SET recorded_at = -5 WHERE idx = 6",
    };

    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        eg_archive_maker_stop(&maker);
        eg_archive_maker_start(&maker);
        eg_archive_maker_small(&maker);
        eg_store_close(&maker.store);
        run_sql(changes[i]);
        cr_assert_eq(open_again(EG_STORE_WRITE), EG_E_FORMAT, "written after: %s", changes[i]);
    }
}

Test(store, measures_rows_before_it_believes_them)
{
    static const char *const changes[] = {
        "UPDATE contents SET salt = x'00' WHERE place = 64",
        "UPDATE contents SET packed = 2 WHERE place = 64",
        "UPDATE contents SET packed = 0 WHERE place = 64",
        "UPDATE contents SET len = len + 1 WHERE place = 64",
        "UPDATE contents SET len = -1 WHERE place = 64",
        "UPDATE contents SET octets = x'' WHERE place = 64",
        "UPDATE contents SET octets = CAST(octets || x'00' AS BLOB) WHERE place = 64",
        "UPDATE contents SET octets = substr(octets, 1, length(octets) - 1) WHERE place = 64",
        "UPDATE contents SET octets = zeroblob(40) WHERE place = 64",
    };
    struct eg_buf octets = {0};
    struct eg_salt salt = {0};
    struct eg_stored stored = {0};

    eg_buf_init(&octets, EG_REPORT_MAX);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        enum eg_status status = EG_OK;

        eg_archive_maker_stop(&maker);
        eg_archive_maker_start(&maker);
        eg_archive_maker_small(&maker);
        run_sql(changes[i]);
        status = eg_store_content(&octets, &salt, maker.store, 2, EG_CONTENT_REPORT, 0, &err);
        cr_assert_eq(status, EG_E_FORMAT, "%d after: %s", status, changes[i]);
        cr_assert_eq(octets.len, 0);
    }
    run_sql("UPDATE contents SET len = 4000000000 WHERE place = 64");
    cr_assert_eq(eg_store_content(&octets, &salt, maker.store, 2, EG_CONTENT_REPORT, 0, &err),
                 EG_E_LIMIT);
    run_sql("UPDATE entries SET entry = zeroblob(17000) WHERE idx = 2;"
            "UPDATE entries SET receipt = x'' WHERE idx = 3;"
            "UPDATE entries SET report = x'01' WHERE idx = 4");
    for (uint64_t index = 2; index <= 4; index++) {
        cr_assert_eq(eg_store_read(&stored, maker.store, index, &err), EG_E_FORMAT);
    }
    eg_buf_done(&octets);
}

/* ---- readers beside the writer
 * -----------------------------------------------------------------*/

Test(store, lets_a_reader_see_each_batch_and_never_wait)
{
    struct eg_store *reader = NULL;
    struct eg_merkle_edge edge = {0};

    eg_archive_maker_rules(&maker);
    cr_assert_eq(eg_store_open(&reader, maker.path, EG_STORE_READ, EG_MAKER_ORIGIN, &err), EG_OK);
    for (unsigned i = 0; i < 20; i++) {
        char id[20] = "";
        struct eg_made made = one;

        (void)snprintf(id, sizeof(id), "n-%u", i);
        made.id = id;
        cr_assert_eq(eg_archive_maker_append(&maker, &made, 1, &err), EG_OK, "%s", err.text);
        cr_assert_eq(eg_store_head(&edge, NULL, NULL, reader, &err), EG_OK, "%s", err.text);
        cr_assert_eq(edge.size, maker.edge.size);
    }
    eg_store_close(&reader);
}

Test(store, is_readable_by_owner_and_group_alone)
{
    struct stat info = {0};

    cr_assert_eq(stat(maker.path, &info), 0);
    cr_assert_eq(info.st_mode & 07, 0);
}

Test(store, reads_from_a_medium_that_can_not_be_written)
{
    struct eg_store *reader = NULL;
    struct eg_merkle_edge edge = {0};

    eg_archive_maker_small(&maker);
    eg_store_close(&maker.store);
    cr_assert_eq(chmod(maker.dir, 0500), 0);
    cr_assert_eq(eg_store_open(&reader, maker.path, EG_STORE_READ, NULL, &err), EG_OK, "%s",
                 err.text);
    cr_assert_eq(eg_store_head(&edge, NULL, NULL, reader, &err), EG_OK);
    cr_assert_eq(edge.size, 7);
    eg_store_close(&reader);
    cr_assert_eq(chmod(maker.dir, 0700), 0);
}
