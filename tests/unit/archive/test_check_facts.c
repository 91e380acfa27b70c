/*
 * Facts under the checker: each row that was changed, dropped, added or exchanged is named by its
 * entry. What a rerun remembers is played: a report "facts N" leaves the number N.
 */
#include "archive/check.h"

#include "base/limits.h"
#include "tests/support/archive_maker.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct eg_archive_maker maker;
static struct eg_found found;
static struct eg_check_counts counts;
static struct eg_check_hooks hooks;
static uint64_t findings;
static struct eg_error err;

/* ---- made-up reports --------------------------------------------------------------------------
 */

static void fact_of(struct eg_facts *facts, unsigned number)
{
    struct eg_fact fact = {.result = "daily",
                           .source = "S1",
                           .component = "NOx",
                           .name = "n",
                           .unit = "1",
                           .has_number = true,
                           .number = number};

    (void)snprintf(fact.day, sizeof(fact.day), "2021-01-%02u", number % 100);
    cr_assert_eq(eg_facts_put(facts, &fact, &err), EG_OK, "%s", err.text);
}

static bool same_facts(const struct eg_facts *a, const struct eg_facts *b)
{
    struct eg_buf texts[2];
    bool same = false;

    for (int i = 0; i < 2; i++) {
        eg_buf_init(&texts[i], EG_FACTS_OCTETS_MAX);
        cr_assert_eq(eg_facts_write(&texts[i], i == 0 ? a : b, &err), EG_OK);
    }
    same = eg_bytes_equal(eg_bytes_view(&texts[0]), eg_bytes_view(&texts[1]));
    eg_buf_done(&texts[0]);
    eg_buf_done(&texts[1]);
    return same;
}

static enum eg_status rerun(void *payload, const struct eg_check_inputs *inputs,
                            unsigned *condition, bool *differs_by_engine,
                            char text[EG_ERROR_TEXT_MAX], struct eg_error *why)
{
    struct eg_facts expected = {0};
    char report[32] = "";
    bool leaves = inputs->report.len < sizeof(report) && inputs->report.len > 6 &&
                  memcmp(inputs->report.data, "facts ", 6) == 0;

    (void)payload;
    (void)why;
    if (leaves) {
        memcpy(report, inputs->report.data, inputs->report.len);
        fact_of(&expected, (unsigned)strtoul(report + 6, NULL, 10));
    }
    *differs_by_engine = false;
    *condition = same_facts(&expected, inputs->remembered) &&
                         strcmp(inputs->plant, leaves ? "plant" : "") == 0
                     ? 0
                     : 14;
    (void)snprintf(text, EG_ERROR_TEXT_MAX, "other facts");
    eg_facts_done(&expected);
    return EG_OK;
}

/* Entries 0 and 1 are rules; 2 to 4 leave facts 1 to 3; 5 leaves none, 6 is rejected. */
static void start(void)
{
    static const char *const reports[] = {"facts 1", "facts 2", "facts 3", "none", "bad"};
    static const char *const ids[] = {"one", "two", "three", "four", "five"};

    eg_archive_maker_start(&maker);
    eg_archive_maker_rules(&maker);
    hooks = eg_found_hooks(&found);
    hooks.rerun = rerun;
    for (unsigned i = 0; i < 5; i++) {
        struct eg_facts facts = {0};
        struct eg_made made = {.participant = "operator",
                               .id = ids[i],
                               .version = 1,
                               .report = reports[i],
                               .rejected = i == 4,
                               .plant = "plant"};
        if (i < 3) {
            fact_of(&facts, i + 1);
            made.remembered = &facts;
        }
        cr_assert_eq(eg_archive_maker_append(&maker, &made, 1, &err), EG_OK, "%s", err.text);
        eg_facts_done(&facts);
    }
}

static void stop(void)
{
    eg_archive_maker_stop(&maker);
}

TestSuite(check_facts, .init = start, .fini = stop, .timeout = 120);

static void run_sql(const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;

    cr_assert_eq(sqlite3_open(maker.path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, &why), SQLITE_OK, "%s: %s", sql, why);
    (void)sqlite3_close(db);
}

static void check(void)
{
    memset(&found, 0, sizeof(found));
    cr_assert_eq(eg_check_archive(&counts, &findings, maker.path, EG_MAKER_ORIGIN, maker.public_key,
                                  &hooks, &err),
                 EG_OK, "%s", err.text);
}

/* After this change just these entries (or the log as a whole, -1) break condition 14. */
static void assert_named(const char *sql, int first, int second)
{
    const int entries[] = {first, second};
    size_t expected = first == second ? 1 : 2;

    run_sql(sql);
    check();
    cr_expect_eq(findings, expected, "%s: %llu", sql, (unsigned long long)findings);
    for (int i = 0; i < 2; i++) {
        uint64_t entry = entries[i] < 0 ? UINT64_MAX : (uint64_t)entries[i];
        cr_expect(eg_found_has(&found, entry, 14), "%s: %d", sql, entries[i]);
    }
}

#define TEXT(source, day, number)                                                                  \
    "CAST('emgate facts 1' || char(10) || 'result daily' || char(10) || 'source " source           \
    "' || char(10) || 'component NOx' || char(10) || 'number n 1' || char(10) || 'days " day       \
    " " number "' || char(10) AS BLOB)"
#define LEN(source, day, number) "length(" TEXT(source, day, number) ")"

Test(check_facts, finds_nothing_in_a_good_archive)
{
    check();
    cr_assert_eq(findings, 0);
    cr_assert_eq(counts.proved_and_rerun, 5);
}

Test(check_facts, finds_a_changed_row)
{
    assert_named("UPDATE facts SET octets = " TEXT("S1", "2021-01-02", "9") ", len = " LEN(
                     "S1", "2021-01-02", "9") " WHERE idx = 3",
                 3, 3);
}

Test(check_facts, finds_a_row_that_can_not_be_read)
{
    assert_named("UPDATE facts SET octets = x'00', len = 1 WHERE idx = 3", 3, 3);
}

Test(check_facts, finds_a_row_of_another_length)
{
    assert_named("UPDATE facts SET len = 7 WHERE idx = 4", 4, 4);
}

Test(check_facts, finds_a_missing_row)
{
    assert_named("DELETE FROM facts WHERE idx = 2", 2, 2);
}

Test(check_facts, finds_rows_in_another_order)
{
    assert_named("UPDATE facts SET idx = 100 WHERE idx = 2; UPDATE facts SET idx = 2 WHERE idx = 4;"
                 "UPDATE facts SET idx = 4 WHERE idx = 100",
                 2, 4);
}

Test(check_facts, finds_a_row_moved_to_another_entry)
{
    assert_named("UPDATE facts SET idx = 5 WHERE idx = 4", 4, 5);
}

Test(check_facts, finds_rows_that_were_added)
{
    assert_named(
        "INSERT INTO facts SELECT plant, package, day, 'S2', idx, 0, " LEN(
            "S2", "2021-01-01", "1") ", " TEXT("S2", "2021-01-01", "1") " FROM facts WHERE idx = 2",
        2, 2);
}

Test(check_facts, finds_rows_of_a_rejected_report)
{
    assert_named("INSERT INTO facts SELECT plant, package, day, source, 6, packed, len, octets "
                 "FROM facts WHERE idx = 2",
                 6, 6);
}

Test(check_facts, finds_rows_of_a_directory)
{
    assert_named("INSERT INTO facts SELECT plant, package, day, source, 0, packed, len, octets "
                 "FROM facts WHERE idx = 2",
                 0, 0);
}

Test(check_facts, finds_rows_of_no_entry)
{
    assert_named("INSERT INTO facts SELECT plant, package, day, source, 7, packed, len, octets "
                 "FROM facts WHERE idx = 2",
                 -1, -1);
}

Test(check_facts, finds_rows_under_another_name)
{
    assert_named("UPDATE facts SET plant = 'other' WHERE idx = 2;"
                 "UPDATE facts SET package = 'other' WHERE idx = 3",
                 2, 3);
}

Test(check_facts, finds_rows_under_another_day_or_source)
{
    assert_named("UPDATE facts SET day = '2021-01-09' WHERE idx = 2;"
                 "UPDATE facts SET source = 'S9' WHERE idx = 3",
                 2, 3);
}
