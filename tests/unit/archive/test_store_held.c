/*
 * Reports that met a ceiling, in the archive: counted, held, retried, released, bounded; and an
 * archive of before gets the table.
 */
#include "archive/store_held.h"

#include "archive/store_sqlite.h"
#include "tests/support/temp.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ORIGIN "log.test.example"

static char *dir;
static char path[300];
static struct eg_store *store;
static struct eg_error err;

static void set_up(void)
{
    dir = temp_folder();
    (void)snprintf(path, sizeof path, "%s/archive.db", dir);
    store = NULL;
    cr_assert_eq(eg_store_open(&store, path, EG_STORE_WRITE, ORIGIN, &err), EG_OK, "%s", err.text);
}

static void tear_down(void)
{
    eg_store_close(&store);
    temp_remove(&dir);
}

TestSuite(store_held, .init = set_up, .fini = tear_down, .timeout = 120);

static struct eg_held breach_of(const char *participant, const char *report, int64_t at_ms)
{
    struct eg_held breach = {.last_ms = at_ms, .received_ms = at_ms - 5, .version = 1};
    (void)snprintf(breach.participant, sizeof breach.participant, "%s", participant);
    (void)snprintf(breach.sender, sizeof breach.sender, "sender");
    (void)snprintf(breach.id, sizeof breach.id, "id");
    (void)snprintf(breach.plant, sizeof breach.plant, "plant");
    (void)snprintf(breach.package, sizeof breach.package, "package 1");
    (void)snprintf(breach.code, sizeof breach.code, "ceiling");
    (void)snprintf(breach.place, sizeof breach.place, "checks");
    (void)snprintf(breach.said, sizeof breach.said, "operations at %lld", (long long)at_ms);
    breach.report = eg_hash(eg_bytes_of(report));
    return breach;
}

static enum eg_status breach(struct eg_held *out, const char *participant, const char *report,
                             int64_t at_ms)
{
    struct eg_held given = breach_of(participant, report, at_ms);
    return eg_store_held_breach(out, store, &given, eg_bytes_of("signature"), eg_bytes_of(report),
                                &err);
}

static void assert_counts(uint64_t breached, uint64_t held)
{
    uint64_t is_breached = 99, is_held = 99;
    cr_assert_eq(eg_store_held_count(&is_breached, &is_held, store, &err), EG_OK);
    cr_assert_eq(is_breached, breached, "%llu breached", (unsigned long long)is_breached);
    cr_assert_eq(is_held, held, "%llu held", (unsigned long long)is_held);
}

static void reopen(void)
{
    eg_store_close(&store);
    cr_assert_eq(eg_store_open(&store, path, EG_STORE_WRITE, ORIGIN, &err), EG_OK, "%s", err.text);
}

Test(store_held, counts_a_report_and_holds_it_the_second_time)
{
    struct eg_held now = {0};
    struct eg_digest digest = eg_hash(eg_bytes_of("r"));
    assert_counts(0, 0);
    cr_assert_eq(eg_store_held_find(&now, store, "p", &digest, &err), EG_E_NOTFOUND);
    cr_assert_eq(breach(&now, "p", "r", 1000), EG_OK, "%s", err.text);
    cr_expect_eq(now.state, EG_HELD_BREACHED);
    cr_expect_eq(now.count, 1);
    cr_expect(now.kept && now.octets == 1);
    assert_counts(1, 0);
    reopen();
    cr_assert_eq(breach(&now, "p", "r", 2000), EG_OK, "%s", err.text);
    cr_expect_eq(now.state, EG_HELD_HELD);
    cr_expect_eq(now.count, 2);
    cr_expect_eq(now.first_ms, 1000);
    cr_expect_eq(now.last_ms, 2000);
    cr_expect_eq(now.received_ms, 995, "when it came first");
    cr_expect_str_eq(now.said, "operations at 2000");
    assert_counts(0, 1);
    reopen();
    cr_assert_eq(eg_store_held_find(&now, store, "p", &digest, &err), EG_OK);
    cr_expect_eq(now.state, EG_HELD_HELD);
    cr_expect_str_eq(now.sender, "sender");
    cr_expect_str_eq(now.package, "package 1");
}

Test(store_held, keeps_reports_and_participants_apart)
{
    struct eg_held now = {0};
    cr_assert_eq(breach(&now, "p", "r", 1), EG_OK);
    cr_assert_eq(breach(&now, "q", "r", 2), EG_OK);
    cr_assert_eq(breach(&now, "p", "s", 3), EG_OK);
    cr_expect_eq(now.count, 1);
    assert_counts(3, 0);
    cr_assert_eq(eg_store_held_release(store, "p", &now.report, &err), EG_OK);
    cr_expect_eq(eg_store_held_release(store, "p", &now.report, &err), EG_E_NOTFOUND);
    assert_counts(2, 0);
}

Test(store_held, hands_out_what_is_to_be_judged_again_once)
{
    struct eg_held now = {0}, next = {0};
    struct eg_buf signature, report;
    eg_buf_init(&signature, EG_CMS_MAX);
    eg_buf_init(&report, EG_REPORT_MAX);
    cr_assert_eq(breach(&now, "p", "the report", 1), EG_OK);
    cr_assert_eq(breach(&now, "p", "the report", 2), EG_OK);
    cr_expect_eq(eg_store_held_next(&next, &signature, &report, store, &err), EG_E_NOTFOUND);
    cr_expect_eq(eg_store_held_begin(store, &now, &err), EG_E_STATE, "nobody asked");
    cr_assert_eq(eg_store_held_retry(store, "p", &now.report, &err), EG_OK, "%s", err.text);
    cr_expect_eq(eg_store_held_retry(store, "p", &now.report, &err), EG_E_STATE, "asked already");
    assert_counts(0, 1);
    cr_assert_eq(eg_store_held_next(&next, &signature, &report, store, &err), EG_OK, "%s",
                 err.text);
    cr_expect(eg_bytes_is(eg_bytes_view(&report), "the report"));
    cr_expect(eg_bytes_is(eg_bytes_view(&signature), "signature"));
    cr_assert_eq(eg_store_held_begin(store, &next, &err), EG_OK, "%s", err.text);
    cr_expect_eq(eg_store_held_next(&next, &signature, &report, store, &err), EG_E_NOTFOUND);
    cr_expect_eq(eg_store_held_retry(store, "p", &now.report, &err), EG_E_STATE, "is judged");
    cr_assert_eq(eg_store_held_stop(store, 9, "internal", "gateway", "ended", &err), EG_OK);
    cr_assert_eq(eg_store_held_find(&now, store, "p", &now.report, &err), EG_OK);
    cr_expect_eq(now.state, EG_HELD_HELD);
    cr_expect_str_eq(now.said, "ended");
    cr_expect_eq(now.count, 2, "no ceiling was met");
    eg_buf_done(&signature);
    eg_buf_done(&report);
}

Test(store_held, stops_none_that_is_not_judged)
{
    struct eg_held now = {0};
    cr_assert_eq(breach(&now, "p", "r", 1), EG_OK);
    cr_assert_eq(eg_store_held_retry(store, "p", &now.report, &err), EG_OK);
    cr_assert_eq(eg_store_held_stop(store, 9, "internal", "gateway", "ended", &err), EG_OK);
    cr_assert_eq(eg_store_held_find(&now, store, "p", &now.report, &err), EG_OK);
    cr_expect_eq(now.state, EG_HELD_RETRY);
    cr_expect_str_eq(now.said, "operations at 1");
}

Test(store_held, is_changed_beside_the_writer_by_a_tool_and_not_by_a_reader)
{
    struct eg_held now = {0};
    struct eg_store *tool = NULL, *reader = NULL;
    cr_assert_eq(breach(&now, "p", "r", 1), EG_OK);
    cr_assert_eq(eg_store_open(&tool, path, EG_STORE_AMEND, NULL, &err), EG_OK, "%s", err.text);
    cr_assert_eq(eg_store_open(&reader, path, EG_STORE_READ, NULL, &err), EG_OK, "%s", err.text);
    cr_expect_eq(eg_store_held_retry(reader, "p", &now.report, &err), EG_E_STATE);
    cr_expect_eq(eg_store_held_release(reader, "p", &now.report, &err), EG_E_STATE);
    cr_expect_eq(eg_store_held_retry(tool, "p", &now.report, &err), EG_OK, "%s", err.text);
    cr_assert_eq(eg_store_held_find(&now, store, "p", &now.report, &err), EG_OK);
    cr_expect_eq(now.state, EG_HELD_RETRY);
    struct eg_cursor cursor = {1, 1};
    cr_expect_neq(eg_store_cursor_put(tool, "p", "s", &cursor, &err), EG_OK, "nothing else");
    cr_expect(eg_store_has_writer(path));
    eg_store_close(&store);
    cr_expect_not(eg_store_has_writer(path), "a tool and a reader are none");
    cr_expect_eq(eg_store_held_release(tool, "p", &now.report, &err), EG_OK);
    cr_expect_eq(eg_store_held_find(&now, reader, "p", &now.report, &err), EG_E_NOTFOUND);
    eg_store_close(&tool);
    eg_store_close(&reader);
    cr_expect_not(eg_store_has_writer("/nowhere"));
}

Test(store_held, refuses_an_archive_that_is_none)
{
    struct eg_store *tool = NULL;
    char none[300];
    (void)snprintf(none, sizeof none, "%s/none.db", dir);
    cr_expect_eq(eg_store_open(&tool, none, EG_STORE_AMEND, NULL, &err), EG_E_NOTFOUND);
    cr_expect_null(tool);
}

/* ---- bounds ------------------------------------------------------------------------------- */

static void fill(const char *participant, size_t count, int state)
{
    char sql[800];
    (void)snprintf(sql, sizeof sql,
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %zu) "
                   "INSERT INTO held SELECT '%s', CAST(printf('%%032d', i) AS BLOB), %d, 1, i, i, "
                   "i, '', '', 0, '', '', '', '', '', 0, 0, 1, x'', x'' FROM n",
                   count, participant, state);
    cr_assert_eq(sqlite3_exec(store->db, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(store->db));
}

Test(store_held, lets_the_oldest_breach_go_for_a_new_one)
{
    struct eg_held now = {0};
    fill("p", EG_HELD_OF_PARTICIPANT_MAX, EG_HELD_BREACHED);
    cr_assert_eq(breach(&now, "p", "r", 1), EG_OK, "%s", err.text);
    assert_counts(EG_HELD_OF_PARTICIPANT_MAX, 0);
    struct eg_digest first;
    memcpy(first.octets, "00000000000000000000000000000001", EG_DIGEST_LEN);
    cr_expect_eq(eg_store_held_find(&now, store, "p", &first, &err), EG_E_NOTFOUND);
}

Test(store_held, says_when_a_participant_has_no_room_and_others_have)
{
    struct eg_held now = {0};
    fill("p", EG_HELD_OF_PARTICIPANT_MAX, EG_HELD_HELD);
    cr_expect_eq(breach(&now, "p", "r", 1), EG_E_LIMIT);
    cr_expect(strstr(err.text, "full") != NULL, "%s", err.text);
    assert_counts(0, EG_HELD_OF_PARTICIPANT_MAX);
    cr_expect_eq(breach(&now, "q", "r", 1), EG_OK, "%s", err.text);
    cr_expect_eq(breach(&now, "q", "r", 2), EG_OK, "the writer works on");
    cr_expect_eq(now.state, EG_HELD_HELD);
}

Test(store_held, says_when_nobody_has_room)
{
    struct eg_held now = {0};
    char name[20];
    for (int i = 0; i < EG_HELD_MAX / EG_HELD_OF_PARTICIPANT_MAX; i++) {
        (void)snprintf(name, sizeof name, "p%d", i);
        fill(name, EG_HELD_OF_PARTICIPANT_MAX, EG_HELD_HELD);
    }
    cr_expect_eq(breach(&now, "q", "r", 1), EG_E_LIMIT);
    assert_counts(0, EG_HELD_MAX);
}

Test(store_held, keeps_a_row_without_octets_when_there_is_no_room_for_them)
{
    struct eg_held now = {0};
    fill("p", 1, EG_HELD_HELD);
    char sql[200];
    (void)snprintf(sql, sizeof sql, "UPDATE held SET kept = 1, octets = zeroblob(%zu)",
                   (size_t)EG_HELD_OCTETS_OF_PARTICIPANT_MAX - 9);
    cr_assert_eq(sqlite3_exec(store->db, sql, NULL, NULL, NULL), SQLITE_OK);
    cr_assert_eq(breach(&now, "p", "r", 1), EG_OK);
    cr_expect_not(now.kept);
    cr_expect_eq(now.octets, 1);
    cr_expect_eq(eg_store_held_retry(store, "p", &now.report, &err), EG_E_STATE);
    cr_expect(strstr(err.text, "no room") != NULL, "%s", err.text);
    cr_assert_eq(breach(&now, "p", "r", 2), EG_OK);
    cr_expect_eq(now.state, EG_HELD_HELD);
    cr_assert_eq(breach(&now, "q", "r", 1), EG_OK);
    cr_expect(now.kept, "others have room");
    cr_expect_eq(eg_store_held_release(store, "p", &now.report, &err), EG_OK);
}

/* ---- hostile and older files ---------------------------------------------------------------- */

static void run_sql(const char *sql)
{
    cr_assert_eq(sqlite3_exec(store->db, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(store->db));
}

static bool never(void *payload, const struct eg_held *held)
{
    (void)payload;
    cr_expect(false, "%s was given out", held->participant);
    return true;
}

Test(store_held, refuses_rows_that_are_none_of_ours)
{
    static const char *const harm[] = {
        "UPDATE held SET state = 4",
        "UPDATE held SET state = -1",
        "UPDATE held SET report = x'00'",
    };
    struct eg_held now = {0};
    for (size_t i = 0; i < sizeof harm / sizeof harm[0]; i++) {
        run_sql("DELETE FROM held");
        cr_assert_eq(breach(&now, "p", "r", 1), EG_OK);
        run_sql(harm[i]);
        cr_expect_eq(eg_store_held_each(store, never, NULL, &err), EG_E_FORMAT, "%s", harm[i]);
    }
}

Test(store_held, judges_no_octets_that_are_not_the_reports)
{
    struct eg_held now = {0}, next = {0};
    struct eg_buf signature, report;
    eg_buf_init(&signature, EG_CMS_MAX);
    eg_buf_init(&report, EG_REPORT_MAX);
    cr_assert_eq(breach(&now, "p", "r", 1), EG_OK);
    cr_assert_eq(eg_store_held_retry(store, "p", &now.report, &err), EG_OK);
    run_sql("UPDATE held SET octets = CAST('s' AS BLOB)");
    cr_expect_eq(eg_store_held_next(&next, &signature, &report, store, &err), EG_E_FORMAT);
    run_sql("UPDATE held SET kept = 0");
    cr_expect_eq(eg_store_held_next(&next, &signature, &report, store, &err), EG_E_FORMAT);
    eg_buf_done(&signature);
    eg_buf_done(&report);
}

Test(store_held, is_added_to_an_archive_of_before)
{
    struct eg_held now = {0};
    struct eg_store *reader = NULL;
    struct eg_digest digest = eg_hash(eg_bytes_of("r"));
    uint64_t breached = 99, held = 99;
    sqlite3 *db = NULL;
    eg_store_close(&store);
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, "DROP TABLE held; DROP TABLE state; PRAGMA user_version = 2",
                              NULL, NULL, NULL),
                 SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
    cr_expect_eq(eg_store_open(&reader, path, EG_STORE_AMEND, NULL, &err), EG_E_FORMAT);
    cr_assert_eq(eg_store_open(&reader, path, EG_STORE_READ, NULL, &err), EG_OK, "%s", err.text);
    cr_expect_eq(eg_store_held_count(&breached, &held, reader, &err), EG_OK);
    cr_expect(breached == 0 && held == 0);
    cr_expect_eq(eg_store_held_find(&now, reader, "p", &digest, &err), EG_E_NOTFOUND);
    eg_store_close(&reader);
    reopen();
    assert_counts(0, 0);
    cr_assert_eq(breach(&now, "p", "r", 1), EG_OK, "%s", err.text);
}
