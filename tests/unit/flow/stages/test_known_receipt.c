/*
 * A report that was sent before gets its receipt again; where the archive does not hold it whole,
 * that is said, and the report is neither judged anew nor left without an answer.
 */
#include "flow/stages/known_receipt.h"

#include "tests/support/gateway_maker.h"

#include <criterion/criterion.h>
#include <sqlite3.h>

#define PACKAGE "tests/data/packages/bench.half-hourly"

static struct eg_gateway_maker maker;
static struct eg_buf report;

static void set_up(void)
{
    eg_gateway_maker_start(&maker, PACKAGE);
    eg_gateway_maker_report(&report, "r-1", 1);
}

static void tear_down(void)
{
    eg_buf_done(&report);
    eg_gateway_maker_stop(&maker);
}

TestSuite(known_receipt, .init = set_up, .fini = tear_down, .timeout = 120);

static struct eg_outgoing *submit(void)
{
    struct eg_outgoing *answer = eg_gateway_maker_submit(&maker, eg_bytes_view(&report));
    cr_assert_not_null(answer, "no answer");
    return answer;
}

static void run_sql(const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;

    cr_assert_eq(sqlite3_open(maker.archive, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 10000); /* the gateway writes on behind its answer */
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, &why), SQLITE_OK, "%s: %s", sql, why);
    cr_assert_gt(sqlite3_changes(db), 0, "%s: nothing changed", sql);
    sqlite3_close(db);
}

static void assert_archive_error(void)
{
    struct eg_outgoing *answer = submit();
    cr_assert_eq(answer->verb, EG_VERB_ERROR, "%s", eg_verb_text(answer->verb));
    struct eg_bytes text = eg_bytes_view(&answer->frames[0]);
    cr_assert_not_null(memmem(text.data, text.len, "archive", 7), "%.*s", (int)text.len, text.data);
    eg_outgoing_free(&answer);
    cr_assert_eq(maker.gateway.known, 0);
    cr_assert_eq(maker.gateway.jobs_admitted, 0);
}

Test(known_receipt, is_given_again_octet_for_octet)
{
    struct eg_outgoing *first = submit();
    struct eg_outgoing *again = submit();

    cr_assert_eq(first->verb, EG_VERB_RECEIPT, "%s", eg_verb_text(first->verb));
    cr_assert_eq(again->verb, EG_VERB_RECEIPT, "%s", eg_verb_text(again->verb));
    cr_assert_eq(again->frame_count, first->frame_count);
    for (size_t i = 0; i < first->frame_count; i++) {
        cr_assert(
            eg_bytes_equal(eg_bytes_view(&first->frames[i]), eg_bytes_view(&again->frames[i])),
            "frame %zu differs", i);
    }
    cr_assert_eq(maker.gateway.known, 1);
    eg_outgoing_free(&first);
    eg_outgoing_free(&again);
}

Test(known_receipt, that_lost_a_content_is_an_error_of_the_archive)
{
    struct eg_outgoing *first = submit();
    eg_outgoing_free(&first);
    run_sql("DELETE FROM contents");
    assert_archive_error();
}

Test(known_receipt, whose_contents_are_damaged_is_an_error_of_the_archive)
{
    struct eg_outgoing *first = submit();
    eg_outgoing_free(&first);
    run_sql("UPDATE contents SET octets = x'00', len = 1, packed = 1");
    assert_archive_error();
}

Test(known_receipt, is_not_there_for_a_report_of_other_octets)
{
    struct eg_outgoing *first = submit();
    eg_outgoing_free(&first);
    eg_buf_done(&report);
    eg_gateway_maker_report(&report, "r-2", 2);
    struct eg_outgoing *other = submit();
    cr_assert_eq(other->verb, EG_VERB_RECEIPT, "%s", eg_verb_text(other->verb));
    cr_assert_eq(maker.gateway.known, 0);
    eg_outgoing_free(&other);
}
