/*
 * The whole audit: what a real gateway recorded is proved and decided again; what a gateway with a
 * good log key but a bad conscience recorded is found out.
 */
#include "flow/audit/audit.h"

#include "base/clock.h"
#include "tests/support/gateway_maker.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKAGE "tests/data/packages/bench.half-hourly"

static struct eg_gateway_maker maker;
static struct eg_check_finding found[32];
static size_t found_count;
static struct eg_check_counts counts;
static uint64_t findings;
static struct eg_error err;

static void start(void)
{
    eg_gateway_maker_start(&maker, PACKAGE);
}

static void stop(void)
{
    eg_gateway_maker_stop(&maker);
}

TestSuite(audit, .init = start, .fini = stop, .timeout = 300);

/* ---- helpers -----------------------------------------------------------------------------------
 */

static void collect(void *payload, const struct eg_check_finding *finding)
{
    (void)payload;
    if (found_count < 32) {
        found[found_count++] = *finding;
    }
}

static enum eg_status audit_with(struct eg_bytes anchors, const struct eg_digest *registrar)
{
    struct eg_audit_settings settings = {.archive = maker.archive,
                                         .origin = EG_MAKER_GATEWAY_ORIGIN,
                                         .log_key = maker.log_key,
                                         .anchors_pem = anchors,
                                         .registrar = registrar,
                                         .finding = collect};

    found_count = 0;
    memset(&err, 0, sizeof(err));
    return eg_audit_verify(&counts, &findings, &settings, &err);
}

static void audit(void)
{
    cr_assert_eq(audit_with(eg_bytes_view(&maker.anchors), NULL), EG_OK, "%s: %s", err.where,
                 err.text);
}

/* Found at this entry under this condition, and nothing said of any other entry. */
static void assert_found(uint64_t entry, unsigned condition, const char *what)
{
    bool hit = false;

    audit();
    for (size_t i = 0; i < found_count; i++) {
        cr_assert_eq(found[i].entry, entry, "%s: entry %lld, condition %u: %s", what,
                     (long long)found[i].entry, found[i].condition, found[i].text);
        hit = hit || found[i].condition == condition;
    }
    cr_assert(hit, "%s: condition %u not among %zu findings; first %u: %s", what, condition,
              found_count, found_count > 0 ? found[0].condition : 0,
              found_count > 0 ? found[0].text : "");
}

static enum eg_verb submit(struct eg_bytes report)
{
    struct eg_outgoing *outgoing = eg_gateway_maker_submit(&maker, report);
    enum eg_verb verb = EG_VERB_COUNT;

    cr_assert_not_null(outgoing, "no answer");
    verb = outgoing->verb;
    eg_outgoing_free(&outgoing);
    return verb;
}

static void submit_sample(const char *id, uint64_t seed)
{
    struct eg_buf report = {0};

    eg_gateway_maker_report(&report, id, seed);
    cr_assert_eq(submit(eg_bytes_view(&report)), EG_VERB_RECEIPT);
    eg_buf_done(&report);
}

/* A report with the first `from` replaced by `to`. */
static void submit_changed(const char *id, const char *from, const char *to)
{
    struct eg_buf report = {0}, changed = {0};
    char *at = NULL;

    eg_gateway_maker_report(&report, id, 5);
    at = strstr((char *)report.data, from);
    cr_assert_not_null(at, "no %s", from);
    eg_buf_init(&changed, EG_MIB);
    eg_buf_add(&changed, report.data, (size_t)(at - (char *)report.data));
    eg_buf_text(&changed, to);
    eg_buf_text(&changed, at + strlen(from));
    cr_assert_eq(submit(eg_bytes_view(&changed)), EG_VERB_RECEIPT, "%s -> %s", from, to);
    eg_buf_done(&report);
    eg_buf_done(&changed);
}

static void sql(const char *text)
{
    sqlite3 *db = NULL;
    char *why = NULL;

    cr_assert_eq(sqlite3_open(maker.archive, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, text, NULL, NULL, &why), SQLITE_OK, "%s", why);
    (void)sqlite3_close(db);
}

/* ---- honest archives ---------------------------------------------------------------------------
 */

Test(audit, proves_and_repeats_every_kind_of_decision)
{
    static const char no_xml[] = "this is no XML";
    struct eg_buf large = {0};

    submit_sample("good-1", 1);
    submit_sample("good-2", 2);
    submit_changed("schema-1", "<report ", "<report unknown=\"1\" ");
    submit_changed("doctype-1", "<report ", "<!DOCTYPE report><report ");
    submit_changed("no-id", " id=\"no-id\"", "");
    cr_assert_eq(submit(eg_bytes_of(no_xml)), EG_VERB_RECEIPT);
    eg_buf_init(&large, EG_MIB);
    while (large.len <= maker.settings.report_max) {
        eg_buf_text(&large, "<!-- a report over the limit -->");
    }
    cr_assert_eq(submit(eg_bytes_view(&large)), EG_VERB_RECEIPT);
    eg_buf_done(&large);
    submit_sample("good-1", 3); /* other content */
    submit_sample("good-1", 4); /* yet another */
    audit();
    cr_assert_eq(findings, 0, "entry %lld, condition %u: %s", (long long)found[0].entry,
                 found[0].condition, found[0].text);
    cr_assert_eq(counts.proved_and_rerun, 9);
    cr_assert_eq(counts.failed, 0);
    cr_assert_eq(counts.entries, 12, "key, directory, package, 9 decisions");
}

Test(audit, proves_while_the_gateway_runs_and_after)
{
    submit_sample("a", 1);
    audit();
    cr_assert_eq(findings, 0);
    submit_sample("b", 2);
    submit_sample("b", 2); /* again: on record already */
    eg_gateway_maker_halt(&maker);
    audit();
    cr_assert_eq(findings, 0);
    cr_assert_eq(counts.proved_and_rerun, 2);
}

/* ---- what an auditor brings along --------------------------------------------------------------
 */

Test(audit, proves_nothing_without_anchors)
{
    cr_assert_eq(audit_with(EG_BYTES_NONE, NULL), EG_E_USAGE);
}

Test(audit, refuses_another_registrar)
{
    struct eg_digest other = eg_hash(eg_bytes_of("another certificate")), own = {0};

    submit_sample("a", 1);
    cr_assert(eg_digest_untext(eg_bytes_of(maker.settings.registrar), &own));
    cr_assert_eq(audit_with(eg_bytes_view(&maker.anchors), &own), EG_OK);
    cr_assert_eq(findings, 0);
    cr_assert_eq(audit_with(eg_bytes_view(&maker.anchors), &other), EG_OK);
    cr_assert_gt(findings, 0);
    cr_assert_eq(found[0].entry, 1);
    cr_assert_eq(found[0].condition, 9);
}

Test(audit, refuses_everything_under_foreign_anchors)
{
    struct eg_gateway_maker other = {0};
    struct eg_buf foreign = {0};

    submit_sample("a", 1);
    eg_gateway_maker_start(&other, PACKAGE);
    eg_buf_init(&foreign, EG_MIB);
    eg_buf_bytes(&foreign, eg_bytes_view(&other.anchors));
    eg_gateway_maker_stop(&other);
    cr_assert_eq(eg_engine_init(&err), EG_OK);
    cr_assert_eq(audit_with(eg_bytes_view(&foreign), NULL), EG_OK, "%s", err.text);
    cr_assert_eq(counts.failed, 1);
    cr_assert_eq(counts.proved_and_rerun, 0);
    cr_assert_eq(findings, 4, "key, directory, package, report");
    eg_buf_done(&foreign);
}

/* ---- damage from outside -----------------------------------------------------------------------
 */

Test(audit, finds_an_archived_report_that_was_changed)
{
    submit_sample("a", 1);
    submit_sample("b", 2);
    eg_gateway_maker_halt(&maker);
    sql("UPDATE contents SET octets = (SELECT octets FROM contents WHERE place = 4 * 32), len = "
        "(SELECT len FROM contents WHERE place = 4 * 32) WHERE place = 3 * 32");
    audit();
    cr_assert_eq(findings, 1, "one change, named once");
    cr_assert_eq(found[0].entry, 3);
    cr_assert_eq(found[0].condition, 4);
    cr_assert_str_eq(found[0].text, "report differs from its digest");
    cr_assert_eq(counts.failed, 1);
    cr_assert_eq(counts.proved_and_rerun, 1);
}

Test(audit, finds_revocation_data_that_is_gone)
{
    submit_sample("a", 1);
    eg_gateway_maker_halt(&maker);
    sql("DELETE FROM revocations");
    assert_found(3, 9, "no revocation data");
}

/* ---- a gateway that lies under its own good key ------------------------------------------------
 */

struct lie {
    const char *what;
    unsigned condition;
    void (*job)(struct eg_job *job);
    void (*draft)(struct eg_draft *draft);
};

static void accept_not(struct eg_job *job)
{
    job->outcome.accepted = !job->outcome.accepted;
}

static void change_notification(struct eg_job *job)
{
    job->outcome.notifications[0].content.data[40] ^= 1;
}

static void change_recipient(struct eg_job *job)
{
    job->outcome.notifications[0].recipient[0] = 'o';
}

static void drop_parameters(struct eg_job *job)
{
    job->outcome.parameters.len -= 20;
}

static void add_finding(struct eg_job *job)
{
    const struct eg_finding_head head = {
        .severity = EG_SEVERITY_INFO, .rule = "made-up", .step = 1};
    cr_assert_eq(eg_findings_add(&job->outcome.findings, &head, NULL, &err), EG_OK);
}

static void change_report(struct eg_job *job)
{
    char *value = strstr((char *)job->report.data, " x=\"");

    cr_assert_not_null(value);
    value[4] = value[4] == '1' ? '2' : '1';
    job->report_digest = eg_hash(eg_bytes_view(&job->report));
}

static void break_signature(struct eg_job *job)
{
    job->cms.data[job->cms.len - 1] ^= 1;
}

static void other_certificate(struct eg_job *job)
{
    job->signer.certificate.octets[0] ^= 1;
}

static void other_participant(struct eg_job *job)
{
    (void)snprintf(job->identity.participant, sizeof(job->identity.participant), "authority");
}

static void other_identity(struct eg_job *job)
{
    (void)snprintf(job->identity.id, sizeof(job->identity.id), "another");
}

static void other_version(struct eg_job *job)
{
    job->directory_version++;
}

static void other_directory(struct eg_job *job)
{
    job->directory.octets[0] ^= 1;
}

static void other_package(struct eg_job *job)
{
    job->outcome.package.digest.octets[0] ^= 1;
}

static void other_revocation(struct eg_job *job)
{
    job->signer.revocation.octets[0] ^= 1;
}

static void no_revocation(struct eg_job *job)
{
    memset(&job->signer.revocation, 0, sizeof(job->signer.revocation));
}

static void long_ago(struct eg_job *job)
{
    job->received_at_ms -= 5LL * 365 * 24 * 3600 * 1000;
}

static void reject_for_taken(struct eg_job *job)
{
    struct eg_finding *finding = NULL;

    eg_outcome_done(&job->outcome);
    eg_outcome_init(&job->outcome);
    const struct eg_finding_head head = {.severity = EG_SEVERITY_ERROR,
                                         .rule = EG_RULE_IDENTITY_TAKEN};
    cr_assert_eq(eg_findings_add(&job->outcome.findings, &head, &finding, &err), EG_OK);
    cr_assert_eq(eg_finding_value(finding, "entry", "2", &err), EG_OK);
}

static void reject_unread(struct eg_job *job)
{
    eg_outcome_done(&job->outcome);
    eg_outcome_init(&job->outcome);
    const struct eg_finding_head head = {.severity = EG_SEVERITY_ERROR,
                                         .rule = EG_RULE_WELL_FORMED};
    cr_assert_eq(eg_findings_add(&job->outcome.findings, &head, NULL, &err), EG_OK);
}

static void other_semantics(struct eg_draft *draft)
{
    draft->entry.semantics += 1;
}

static const struct lie lies[] = {
    {"outcome", 10, accept_not, NULL},
    {"notification", 10, change_notification, NULL},
    {"recipient", 10, change_recipient, NULL},
    {"parameters", 10, drop_parameters, NULL},
    {"finding", 10, add_finding, NULL},
    {"report", 8, change_report, NULL},
    {"signature", 8, break_signature, NULL},
    {"certificate", 8, other_certificate, NULL},
    {"participant", 8, other_participant, NULL},
    {"identity", 10, other_identity, NULL},
    {"directory version", 9, other_version, NULL},
    {"directory", 9, other_directory, NULL},
    {"package", 9, other_package, NULL},
    {"revocation", 9, other_revocation, NULL},
    {"received long ago", 8, long_ago, NULL},
    {"taken by nobody", 11, reject_for_taken, NULL},
    {"not read", 10, reject_unread, NULL},
};

static void record_lie(const struct lie *lie)
{
    struct eg_buf report = {0};
    struct eg_job *job = NULL;
    struct eg_draft draft;

    eg_gateway_maker_report(&report, "lie", 7);
    job = eg_gateway_maker_judge(&maker, eg_bytes_view(&report));
    if (lie->job != NULL) {
        lie->job(job);
    }
    eg_draft_init(&draft);
    cr_assert_eq(eg_draft_decision(&draft, job, eg_clock_wall_ms(), &err), EG_OK, "%s", err.text);
    if (lie->draft != NULL) {
        lie->draft(&draft);
        eg_buf_reset(&draft.entry_text);
        cr_assert_eq(eg_entry_write(&draft.entry_text, &draft.entry, &err), EG_OK);
    }
    eg_gateway_maker_commit(&maker, &draft);
    eg_draft_done(&draft);
    eg_job_free(&job);
    eg_buf_done(&report);
}

Test(audit, records_no_lie_by_itself)
{
    struct lie truth = {"truth", 0, NULL, NULL};

    eg_gateway_maker_halt(&maker);
    record_lie(&truth);
    audit();
    cr_assert_eq(findings, 0, "condition %u: %s", found[0].condition, found[0].text);
    cr_assert_eq(counts.proved_and_rerun, 1);
}

Test(audit, finds_each_lie_of_a_gateway)
{
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        if (i > 0) {
            eg_gateway_maker_stop(&maker);
            eg_gateway_maker_start(&maker, PACKAGE);
        }
        eg_gateway_maker_halt(&maker);
        record_lie(&lies[i]);
        assert_found(3, lies[i].condition, lies[i].what);
        cr_assert_eq(counts.failed, 1);
    }
}

Test(audit, calls_another_engine_by_its_name)
{
    struct lie other = {"semantics", 10, add_finding, other_semantics};

    eg_gateway_maker_halt(&maker);
    record_lie(&other);
    audit();
    cr_assert_eq(findings, 0, "condition %u: %s", found[0].condition, found[0].text);
    cr_assert_eq(counts.engine_differs, 1);
    cr_assert_eq(counts.proved_by_digest, 1);
}

/* Without the list nothing could say that the certificate was good then; the entry says so openly.
 */
Test(audit, judges_without_revocation_data_where_the_entry_names_none)
{
    struct lie none = {"no revocation", 0, no_revocation, NULL};

    eg_gateway_maker_halt(&maker);
    record_lie(&none);
    audit();
    cr_assert_eq(findings, 0, "condition %u: %s", found[0].condition, found[0].text);
}
