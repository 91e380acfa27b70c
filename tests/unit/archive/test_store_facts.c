/*
 * Facts in the store: what was in force at which entry, and archives from before there were any.
 */
#include "archive/store.h"

#include "base/limits.h"
#include "tests/support/archive_maker.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct eg_archive_maker maker;
static struct eg_error err;
static unsigned reports;

static void start(void)
{
    memset(&err, 0, sizeof(err));
    eg_archive_maker_start(&maker);
    eg_archive_maker_rules(&maker);
}

static void stop(void)
{
    eg_archive_maker_stop(&maker);
}

TestSuite(store_facts, .init = start, .fini = stop, .timeout = 120);

/* ---- helpers -------------------------------------------------------------------------------- */

static void put(struct eg_facts *facts, const char *source, const char *name, const char *day,
                double number)
{
    struct eg_fact fact = {.result = "daily",
                           .source = source,
                           .component = "NOx",
                           .name = name,
                           .unit = "1",
                           .has_number = true,
                           .number = number};

    (void)snprintf(fact.day, sizeof(fact.day), "%s", day);
    cr_assert_eq(eg_facts_put(facts, &fact, &err), EG_OK, "%s", err.text);
}

static enum eg_status append_facts(const char *plant, const struct eg_facts *facts, bool rejected)
{
    char report[32] = "";
    struct eg_made made = {.participant = "operator",
                           .id = report,
                           .version = 1,
                           .report = report,
                           .rejected = rejected,
                           .remembered = facts,
                           .plant = plant};

    (void)snprintf(report, sizeof(report), "report-%u", ++reports);
    return eg_archive_maker_append(&maker, &made, 1, &err);
}

/* A report of one source that remembers one number; the entry's index. */
static uint64_t report(const char *plant, const char *source, const char *day, double number)
{
    struct eg_facts facts = {0};

    put(&facts, source, "n", day, number);
    cr_assert_eq(append_facts(plant, &facts, false), EG_OK, "%s", err.text);
    eg_facts_done(&facts);
    return maker.edge.size - 1;
}

static struct eg_facts_query query_of(const char *from, const char *until, uint64_t below)
{
    return (struct eg_facts_query){.plant = "plant",
                                   .package = "made.up.package",
                                   .from = from,
                                   .until = until,
                                   .through = "2199-12-31",
                                   .below = below};
}

static void assert_facts(const struct eg_facts_query *query, const char *lines)
{
    struct eg_facts facts = {0};
    struct eg_buf text;
    char expected[1000] = "";

    eg_buf_init(&text, EG_FACTS_OCTETS_MAX);
    cr_assert_eq(eg_store_facts(&facts, maker.store, query, &err), EG_OK, "%s", err.text);
    cr_assert_eq(eg_facts_write(&text, &facts, &err), EG_OK);
    (void)snprintf(expected, sizeof(expected), "emgate facts 1\n%s", lines);
    cr_assert_str_eq((char *)text.data, expected);
    eg_facts_done(&facts);
    eg_buf_done(&text);
}

#define S1 "result daily\nsource S1\ncomponent NOx\nnumber n 1\n"

static void run_sql(const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;

    cr_assert_eq(sqlite3_open(maker.path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, &why), SQLITE_OK, "%s: %s", sql, why);
    (void)sqlite3_close(db);
}

/* ---- in force ------------------------------------------------------------------------------- */

Test(store_facts, are_none_at_first)
{
    struct eg_facts_query query = query_of("2021-01-01", "2021-12-31", UINT64_MAX);
    struct eg_facts facts = {0};

    assert_facts(&query, "");
    cr_assert_eq(eg_store_facts_of(&facts, maker.store, 0, &err), EG_E_NOTFOUND);
    cr_assert_eq(eg_store_facts_of(&facts, maker.store, UINT64_MAX, &err), EG_E_NOTFOUND);
}

Test(store_facts, are_those_of_days_before_the_report)
{
    struct eg_facts_query query = query_of("2021-01-02", "2021-01-04", UINT64_MAX);

    for (unsigned day = 1; day <= 6; day++) {
        char text[11] = "";
        (void)snprintf(text, sizeof(text), "2021-01-%02u", day % 100);
        (void)report("plant", "S1", text, day);
    }
    (void)report("another", "S1", "2021-01-03", 99);
    assert_facts(&query, S1 "days 2021-01-02 2 3\nlater 2021-01-05\nlater 2021-01-06\n");
    query.through = "2021-01-05";
    assert_facts(&query, S1 "days 2021-01-02 2 3\nlater 2021-01-05\n");
    query.package = "made.up";
    assert_facts(&query, "");
    query = query_of("2021-01-07", "2021-01-08", UINT64_MAX);
    assert_facts(&query, "");
}

Test(store_facts, are_replaced_by_the_newest_report_of_their_day)
{
    struct eg_facts_query query = query_of("2021-01-01", "2021-01-04", UINT64_MAX);
    uint64_t first = report("plant", "S1", "2021-01-01", 1);
    uint64_t second = report("plant", "S1", "2021-01-02", 2);
    uint64_t third = report("plant", "S1", "2021-01-01", 11);
    uint64_t fourth = report("plant", "S1", "2021-01-01", 111);

    assert_facts(&query, S1 "days 2021-01-01 111 2\n");
    query.below = fourth;
    assert_facts(&query, S1 "days 2021-01-01 11 2\n");
    query.below = third;
    assert_facts(&query, S1 "days 2021-01-01 1 2\n");
    query.below = second;
    assert_facts(&query, S1 "days 2021-01-01 1\n");
    query.below = first;
    assert_facts(&query, "");
}

Test(store_facts, are_replaced_whole_for_a_source_and_not_beyond)
{
    struct eg_facts_query query = query_of("2021-01-01", "2021-01-02", UINT64_MAX);
    struct eg_facts facts = {0};

    put(&facts, "S1", "n", "2021-01-01", 1);
    put(&facts, "S1", "over", "2021-01-01", 2);
    put(&facts, "S2", "n", "2021-01-01", 3);
    cr_assert_eq(append_facts("plant", &facts, false), EG_OK, "%s", err.text);
    (void)report("plant", "S1", "2021-01-01", 4);
    assert_facts(&query, S1 "days 2021-01-01 4\nsource S2\ncomponent NOx\nnumber n 1\n"
                            "days 2021-01-01 3\n");
    eg_facts_done(&facts);
}

Test(store_facts, of_an_entry_are_found_whatever_replaced_them)
{
    struct eg_facts facts = {0};
    uint64_t first = report("plant", "S1", "2021-01-01", 1);

    (void)report("plant", "S1", "2021-01-01", 2);
    cr_assert_eq(eg_store_facts_of(&facts, maker.store, first, &err), EG_OK);
    cr_assert_eq(facts.count, 1);
    cr_assert(facts.list[0].number == 1);
    eg_facts_done(&facts);
}

Test(store_facts, do_not_grow_with_corrections)
{
    struct eg_facts_query query = query_of("2021-01-01", "2021-01-04", UINT64_MAX);

    for (unsigned i = 0; i < 300; i++) {
        (void)report("plant", "S1", "2021-01-01", i);
    }
    assert_facts(&query, S1 "days 2021-01-01 299\n");
}

Test(store_facts, come_back_as_large_rows_too)
{
    struct eg_facts_query query = query_of("2021-01-01", "2021-01-02", UINT64_MAX);
    struct eg_facts facts = {0};
    struct eg_facts back = {0};

    for (unsigned i = 0; i < 5000; i++) {
        char name[20] = "";
        (void)snprintf(name, sizeof(name), "class.M%u", i);
        put(&facts, "S1", name, "2021-01-01", rand());
    }
    cr_assert_eq(append_facts("plant", &facts, false), EG_OK, "%s", err.text);
    cr_assert_eq(eg_store_facts(&back, maker.store, &query, &err), EG_OK, "%s", err.text);
    cr_assert_eq(back.count, 5000);
    for (size_t i = 0; i < 5000; i++) {
        cr_assert(back.list[i].number == facts.list[i].number);
    }
    eg_facts_done(&facts);
    eg_facts_done(&back);
}

/* ---- what is refused ------------------------------------------------------------------------ */

Test(store_facts, are_left_behind_by_accepted_submissions_only)
{
    struct eg_facts facts = {0};
    struct eg_facts_query query = query_of("2021-01-01", "2021-12-31", UINT64_MAX);
    uint64_t size = maker.edge.size;

    put(&facts, "S1", "n", "2021-01-01", 1);
    cr_assert_eq(append_facts("plant", &facts, true), EG_E_USAGE);
    cr_assert_eq(append_facts(NULL, &facts, false), EG_E_USAGE);
    cr_assert_eq(append_facts("", &facts, false), EG_E_USAGE);
    cr_assert_eq(eg_facts_put_later(&facts, "2021-01-02", &err), EG_OK);
    cr_assert_eq(append_facts("plant", &facts, false), EG_E_USAGE);
    cr_assert_not(eg_store_broken(maker.store));
    cr_assert_eq(maker.edge.size, size);
    assert_facts(&query, "");
    eg_facts_done(&facts);
}

Test(store_facts, that_are_damaged_are_not_believed)
{
    static const char *const damages[] = {
        "UPDATE facts SET octets = x'00'",
        "UPDATE facts SET len = 3",
        "UPDATE facts SET day = '2021-01-02'",
        "UPDATE facts SET source = 'S2'",
        "UPDATE facts SET packed = 1",
        "UPDATE facts SET octets = CAST('emgate facts 1' || char(10) AS BLOB), len = 15",
    };
    struct eg_facts_query query = query_of("2021-01-01", "2021-01-05", UINT64_MAX);

    (void)report("plant", "S1", "2021-01-01", 1);
    run_sql("CREATE TABLE kept AS SELECT * FROM facts");
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        struct eg_facts facts = {.count = 77};

        run_sql(damages[i]);
        cr_expect_eq(eg_store_facts(&facts, maker.store, &query, &err), EG_E_FORMAT, "%s",
                     damages[i]);
        cr_expect_eq(facts.count, 77, "untouched on failure");
        run_sql("DELETE FROM facts; INSERT INTO facts SELECT * FROM kept");
    }
}

/* ---- archives of version 1 ------------------------------------------------------------------ */

static void make_older(const char *more)
{
    eg_store_close(&maker.store);
    run_sql("DROP TABLE facts; DROP TABLE state; DROP TABLE held; PRAGMA user_version = 1");
    if (more) {
        run_sql(more);
    }
}

Test(store_facts, come_to_an_older_archive_when_it_is_written_to)
{
    struct eg_store *store = NULL;
    struct eg_facts_query query = query_of("2021-01-01", "2021-12-31", UINT64_MAX);

    eg_archive_maker_small(&maker);
    make_older(NULL);
    cr_assert_eq(eg_store_open(&store, maker.path, EG_STORE_READ, NULL, &err), EG_E_FORMAT);
    cr_assert(strstr(err.text, "brings an older one up to date"), "%s", err.text);
    cr_assert_eq(eg_archive_maker_reopen(&maker, &err), EG_OK, "%s", err.text);
    (void)report("plant", "S1", "2021-01-01", 1);
    assert_facts(&query, S1 "days 2021-01-01 1\n");
    cr_assert_eq(eg_store_open(&store, maker.path, EG_STORE_READ, NULL, &err), EG_OK);
    eg_store_close(&store);
}

Test(store_facts, come_to_no_archive_that_was_not_ours)
{
    static const char *const strange[] = {
        "CREATE TABLE more (a)",
        "DROP INDEX by_report",
        "CREATE TABLE facts (a)",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = 99",
        "PRAGMA application_id = 1",
        "CREATE TRIGGER t AFTER INSERT ON entries BEGIN SELECT 1; END",
    };

    for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
        eg_archive_maker_stop(&maker);
        eg_archive_maker_start(&maker);
        make_older(strange[i]);
        cr_expect_eq(eg_archive_maker_reopen(&maker, &err), EG_E_FORMAT, "%s", strange[i]);
        cr_expect_null(maker.store);
    }
}
