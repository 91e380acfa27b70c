/*
 * Facts all the way through a gateway: a package that counts the days of a week judges chains of
 * daily reports, one after the other, all at once with several workers, corrected, and with a disk
 * that fails; and an auditor finds all of it as it was, or names what was changed.
 */
#include "flow/audit/audit.h"
#include "flow/pipeline/handover.h"
#include "flow/stages/worker_threads.h"
#include "tests/support/gateway_maker.h"

#include "base/clock.h"
#include "trial/sample.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PACKAGE "tests/data/packages/day-counter"
#define PACKAGE_ID "eu.emgate.test.day-counter"
#define DAYS 12
#define PATIENCE_MS 60000

static struct eg_gateway_maker maker;
static struct eg_error err;

static void set_up(void)
{
    eg_gateway_maker_start(&maker, PACKAGE);
}

static void tear_down(void)
{
    eg_gateway_maker_stop(&maker);
}

TestSuite(facts, .init = set_up, .fini = tear_down, .timeout = 180);

/* ---- reports --------------------------------------------------------------------------------- */

static void report_of(struct eg_buf *out, unsigned day, uint32_t version)
{
    char text[11] = "", id[20] = "";
    struct eg_sample sample = {.kind = EG_SAMPLE_SHORT,
                               .seed = 100 * day + version,
                               .day = text,
                               .addressee = EG_MAKER_GATEWAY_ORIGIN,
                               .plant = "plant-1",
                               .id = id,
                               .version = version};

    (void)snprintf(text, sizeof text, "2026-01-%02u", day % 100);
    (void)snprintf(id, sizeof id, "day-%u", day);
    eg_buf_init(out, EG_MIB);
    cr_assert_eq(eg_sample_report(out, &sample, &err), EG_OK, "%s", err.text);
}

static void submit(unsigned day, uint32_t version)
{
    struct eg_buf report;

    report_of(&report, day, version);
    struct eg_outgoing *outgoing = eg_gateway_maker_submit(&maker, eg_bytes_view(&report));
    cr_assert_not_null(outgoing);
    cr_assert_eq(outgoing->verb, EG_VERB_RECEIPT, "%s", eg_verb_text(outgoing->verb));
    eg_outgoing_free(&outgoing);
    eg_buf_done(&report);
}

static void queue_report(unsigned day)
{
    struct eg_arrival arrival = {.readable = true};
    struct eg_buf report, cms;
    int64_t now_ms = eg_clock_wall_ms();

    report_of(&report, day, 1);
    eg_buf_init(&cms, EG_CMS_MAX);
    cr_assert_eq(
        eg_cms_sign(&cms, maker.signing, EG_SIGNED_REPORT, eg_bytes_view(&report), now_ms, &err),
        EG_OK);
    arrival.message.request_id[0] = 'r';
    arrival.message.request_id_len = 1;
    arrival.message.body[0] = eg_bytes_view(&cms);
    arrival.message.body[1] = eg_bytes_view(&report);
    arrival.message.body_count = 2;
    struct eg_job *job = eg_job_new(&arrival, "operator", now_ms);
    cr_assert_not_null(job);
    cr_assert(eg_handover_admit(&maker.gateway, job));
    cr_assert(eg_queue_put(maker.gateway.jobs, job, eg_job_octets(job)));
    eg_buf_done(&report);
    eg_buf_done(&cms);
}

struct answers {
    size_t receipts, errors;
};

/* All days at once, then so many workers until all are answered. */
static struct answers work_through(unsigned workers)
{
    struct eg_workers *threads = NULL;
    struct answers answers = {0, 0};
    const struct timespec pause = {0, 1000000};
    int64_t until_ms = eg_clock_boot_ms() + PATIENCE_MS;
    struct eg_outgoing *outgoing = NULL;

    for (unsigned day = 1; day <= DAYS; day++) {
        queue_report(day);
    }
    maker.settings.workers = workers;
    cr_assert_eq(eg_workers_start(&threads, &maker.gateway, &err), EG_OK, "%s", err.text);
    while (maker.gateway.jobs_admitted > 0 && eg_clock_boot_ms() < until_ms) {
        nanosleep(&pause, NULL);
    }
    cr_assert_eq(maker.gateway.jobs_admitted, 0);
    cr_assert_eq(maker.gateway.octets_admitted, 0);
    eg_queue_close(maker.gateway.jobs);
    eg_workers_stop(&threads);
    while ((outgoing = eg_queue_take(maker.gateway.outgoing, 0)) != NULL) {
        *(outgoing->verb == EG_VERB_RECEIPT ? &answers.receipts : &answers.errors) += 1;
        eg_outgoing_free(&outgoing);
    }
    return answers;
}

/* ---- the archive ----------------------------------------------------------------------------- */

/* What the entry of this report told the authority. */
static void told(struct eg_buf *out, unsigned day, uint32_t version)
{
    struct eg_store *store = NULL;
    struct eg_stored stored = {0};
    struct eg_identity identity = {.participant = "operator", .version = version};

    (void)snprintf(identity.id, sizeof identity.id, "day-%u", day);
    eg_buf_init(out, EG_NOTIFICATION_MAX);
    cr_assert_eq(eg_store_open(&store, maker.archive, EG_STORE_READ, NULL, &err), EG_OK);
    cr_assert_eq(eg_store_find(&stored, store, &identity, NULL, &err), EG_OK, "%s", identity.id);
    cr_assert_eq(eg_store_content(out, NULL, store, stored.index, EG_CONTENT_NOTIFICATION, 0, &err),
                 EG_OK);
    eg_stored_done(&stored);
    eg_store_close(&store);
}

static void assert_told(unsigned day, uint32_t version, const char *what)
{
    struct eg_buf out;

    told(&out, day, version);
    cr_expect(strstr((char *)out.data, what) != NULL, "day %u: no %s in %s", day, what,
              (char *)out.data);
    eg_buf_done(&out);
}

static void assert_week(unsigned day, uint32_t version, unsigned days)
{
    char what[64] = "";

    (void)snprintf(what, sizeof what, "name=\"n-week\" value=\"%u\"", days);
    assert_told(day, version, what);
}

/* Facts in force and everything that was told, as one text. */
static void take_stock(struct eg_buf *out)
{
    struct eg_store *store = NULL;
    struct eg_facts facts = {0};
    struct eg_facts_query query = {.plant = "plant-1",
                                   .package = PACKAGE_ID,
                                   .from = "2026-01-01",
                                   .until = "2026-02-01",
                                   .through = "2026-02-01",
                                   .below = UINT64_MAX};

    eg_buf_init(out, 64 * EG_MIB);
    cr_assert_eq(eg_store_open(&store, maker.archive, EG_STORE_READ, NULL, &err), EG_OK);
    cr_assert_eq(eg_store_facts(&facts, store, &query, &err), EG_OK, "%s", err.text);
    cr_assert_eq(eg_facts_write(out, &facts, &err), EG_OK);
    eg_facts_done(&facts);
    eg_store_close(&store);
    for (unsigned day = 1; day <= DAYS; day++) {
        struct eg_buf part;
        told(&part, day, 1);
        eg_buf_bytes(out, eg_bytes_view(&part));
        eg_buf_done(&part);
    }
}

/* ---- audit ----------------------------------------------------------------------------------- */

static struct {
    struct eg_check_finding list[64];
    size_t count;
} found;

static void collect(void *payload, const struct eg_check_finding *finding)
{
    (void)payload;
    if (found.count < 64) {
        found.list[found.count++] = *finding;
    }
}

static bool has_found(uint64_t entry, unsigned condition)
{
    for (size_t i = 0; i < found.count; i++) {
        if (found.list[i].entry == entry && found.list[i].condition == condition) {
            return true;
        }
    }
    return false;
}

static void audit(void)
{
    struct eg_audit_settings settings = {.archive = maker.archive,
                                         .origin = EG_MAKER_GATEWAY_ORIGIN,
                                         .log_key = maker.log_key,
                                         .anchors_pem = eg_bytes_view(&maker.anchors),
                                         .finding = collect};
    struct eg_check_counts counts = {0};
    uint64_t findings = 0;

    found.count = 0;
    cr_assert_eq(eg_audit_verify(&counts, &findings, &settings, &err), EG_OK, "%s", err.text);
}

static void assert_audit_good(void)
{
    audit();
    cr_assert_eq(found.count, 0, "entry %llu, condition %u: %s",
                 (unsigned long long)found.list[0].entry, found.list[0].condition,
                 found.list[0].text);
}

static void run_sql(const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;

    cr_assert_eq(sqlite3_open(maker.archive, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, &why), SQLITE_OK, "%s: %s", sql, why);
    (void)sqlite3_close(db);
}

static uint64_t entry_of(unsigned day)
{
    struct eg_store *store = NULL;
    struct eg_stored stored = {0};
    struct eg_identity identity = {.participant = "operator", .version = 1};

    (void)snprintf(identity.id, sizeof identity.id, "day-%u", day);
    cr_assert_eq(eg_store_open(&store, maker.archive, EG_STORE_READ, NULL, &err), EG_OK);
    cr_assert_eq(eg_store_find(&stored, store, &identity, NULL, &err), EG_OK);
    uint64_t index = stored.index;
    eg_stored_done(&stored);
    eg_store_close(&store);
    return index;
}

/* ---- tests ----------------------------------------------------------------------------------- */

Test(facts, are_used_by_the_days_that_follow)
{
    for (unsigned day = 1; day <= 9; day++) {
        submit(day, 1);
        assert_week(day, 1, day < 7 ? day : 7);
    }
    eg_gateway_maker_halt(&maker);
    assert_audit_good();
}

Test(facts, are_used_only_of_earlier_days)
{
    submit(5, 1);
    submit(3, 1); /* out of order: it sees nothing of day 5 */
    assert_week(3, 1, 1);
    submit(6, 1);
    assert_week(6, 1, 3);
    eg_gateway_maker_halt(&maker);
    assert_audit_good();
}

Test(facts, of_a_correction_replace_those_of_its_day)
{
    for (unsigned day = 1; day <= 4; day++) {
        submit(day, 1);
    }
    submit(2, 2);
    assert_week(2, 2, 2);
    assert_told(2, 2, "touched"); /* windows of later days */
    assert_told(2, 2, "2026-01-04");
    submit(5, 1);
    assert_week(5, 1, 5);
    eg_gateway_maker_halt(&maker);
    assert_audit_good();
}

Test(facts, are_the_same_with_any_number_of_workers)
{
    struct eg_buf stocks[3];
    static const unsigned workers[] = {1, 2, 4};

    for (size_t i = 0; i < 3; i++) {
        if (i > 0) {
            eg_gateway_maker_stop(&maker);
            eg_gateway_maker_start(&maker, PACKAGE);
        }
        struct answers answers = work_through(workers[i]);
        cr_assert_eq(answers.receipts, DAYS);
        cr_assert_eq(answers.errors, 0);
        assert_week(DAYS, 1, 7);
        eg_gateway_maker_halt(&maker);
        take_stock(&stocks[i]);
        assert_audit_good();
    }
    for (size_t i = 1; i < 3; i++) {
        cr_assert(eg_bytes_equal(eg_bytes_view(&stocks[0]), eg_bytes_view(&stocks[i])));
    }
    for (size_t i = 0; i < 3; i++) {
        eg_buf_done(&stocks[i]);
    }
}

Test(facts, of_a_failed_commit_are_missed_by_those_that_waited)
{
    setenv("EMGATE_TEST_FAULT", "archive.commit:3:ENOSPC", 1);
    struct answers answers = work_through(3);
    unsetenv("EMGATE_TEST_FAULT");

    cr_assert_eq(answers.receipts, DAYS - 1);
    cr_assert_eq(answers.errors, 1, "answered, though its turn never came again");
    assert_week(DAYS, 1, 7);
    eg_gateway_maker_halt(&maker);
    assert_audit_good();
}

Test(facts, that_were_changed_are_named_by_their_entry)
{
    for (unsigned day = 1; day <= 4; day++) {
        submit(day, 1);
    }
    eg_gateway_maker_halt(&maker);
    assert_audit_good();
    uint64_t second = entry_of(2);
    char sql[200] = "";

    (void)snprintf(sql, sizeof sql, "DELETE FROM facts WHERE idx = %llu",
                   (unsigned long long)second);
    run_sql(sql);
    audit();
    cr_assert(has_found(second, 14), "left nothing behind");
    cr_assert(has_found(entry_of(3), 13), "used what is gone");
    cr_assert(has_found(entry_of(4), 13));
    cr_assert_eq(found.count, 3);
}

Test(facts, that_were_added_are_named_by_who_missed_them)
{
    for (unsigned day = 2; day <= 3; day++) {
        submit(day, 1);
    }
    eg_gateway_maker_halt(&maker);
    uint64_t second = entry_of(2);
    char sql[300] = "";

    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO facts SELECT plant, package, day, 'S9', idx, packed, len, octets "
                   "FROM facts WHERE idx = %llu",
                   (unsigned long long)second);
    run_sql(sql);
    audit();
    cr_assert(has_found(second, 14));
    cr_assert(found.count >= 1);
}
