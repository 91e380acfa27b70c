/*
 * Condition 10: the decision made again, from the archived report, package, directory and facts,
 * must give the same octets. Facts are those in force at the entry; if they are not the recorded
 * ones (condition 13), the decision is made once more from the recorded ones.
 *
 * For a report whose identity could not be read, the package that read it is not recorded. Packages
 * for one root element read identities alike (a gateway refuses to load others), so the newest one
 * recorded before the entry is taken. For a report whose identity was taken, the package only reads
 * the report, and does not judge it.
 */
#include "flow/audit/audit_inside.h"

#include "base/error.h"
#include "base/text.h"
#include "flow/job/recipients.h"

#include <emgate/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void eg_audit_shut(struct eg_audit *audit)
{
    eg_document_free(&audit->document);
    eg_findings_done(&audit->early);
    eg_findings_init(&audit->early);
    audit->judge = NULL;
    audit->header = (struct eg_report_header){0};
    audit->ready = audit->readable = audit->taken = false;
}

/* ---- what the archived findings say of how the report was read ---- */

struct hints {
    /* the limit then in force, if the report broke it */
    size_t report_max;
    bool taken;
};

static bool is_size(const char *rule)
{
    return strcmp(rule, EG_RULE_OCTETS) == 0 || strcmp(rule, EG_RULE_SIZE) == 0;
}

static enum eg_status read_hints(struct hints *out, struct eg_bytes text, struct eg_error *err)
{
    struct eg_findings_text read = {.has_package = false};
    enum eg_status status = eg_findings_read(&read, text, err);

    if (status != EG_OK) {
        return status;
    }
    *out = (struct hints){EG_REPORT_MAX, false};
    for (size_t i = 0; i < read.findings.count; i++) {
        const struct eg_finding *finding = &read.findings.list[i];

        out->taken = out->taken || strcmp(finding->rule, EG_RULE_IDENTITY_TAKEN) == 0;
        for (size_t k = 0; is_size(finding->rule) && k < finding->value_count; k++) {
            uint64_t max = 0;

            if (strcmp(finding->values[k].name, "max") == 0 &&
                eg_text_u64(eg_bytes_of(finding->values[k].text), EG_REPORT_MAX, &max)) {
                out->report_max = (size_t)max;
            }
        }
    }
    eg_findings_text_done(&read);
    return EG_OK;
}

/* ---- reading ---- */

static bool matches(const struct eg_package *package, const struct eg_document *document)
{
    const char *ns = NULL;
    const char *name = NULL;

    eg_document_root(document, &ns, &name);
    return eg_package_is_for(package, ns, name);
}

static const struct eg_package *package_of(const struct eg_audit *audit)
{
    return eg_rules_package(eg_judge_rules(audit->judge));
}

/* The newest package recorded before that matches the root element; NULL: none. */
static enum eg_status newest_match(struct eg_judge **out, struct eg_audit *audit,
                                   struct eg_store *store, struct eg_error *err)
{
    for (size_t i = audit->package_count; i > 0; i--) {
        struct eg_judge *judge = NULL;
        enum eg_status status =
            eg_audit_cache_judge(&judge, audit->cache, store, &audit->packages[i - 1], err);

        if (status != EG_OK) {
            return status;
        }
        if (matches(eg_rules_package(eg_judge_rules(judge)), audit->document)) {
            *out = judge;
            return EG_OK;
        }
    }
    return EG_OK;
}

enum eg_status eg_audit_open(struct eg_audit *audit, const struct eg_check_inputs *inputs,
                             struct eg_error *err)
{
    struct hints hints = {0};
    enum eg_status status = EG_OK;

    if (audit->ready && audit->index == inputs->index) {
        return EG_OK;
    }
    eg_audit_shut(audit);
    status = read_hints(&hints, inputs->findings, err);
    if (status != EG_OK) {
        goto done;
    }
    audit->taken = hints.taken;
    status = eg_document_parse_recorded(&audit->document, &audit->early, inputs->report,
                                        hints.report_max, inputs->entry->semantics, err);
    if (status != EG_OK) {
        goto done;
    }
    if (audit->document != NULL) {
        status = inputs->entry->has_package
                     ? eg_audit_cache_judge(&audit->judge, audit->cache, inputs->store,
                                            &inputs->entry->package.digest, err)
                     : newest_match(&audit->judge, audit, inputs->store, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    if (audit->judge != NULL && matches(package_of(audit), audit->document)) {
        status = eg_judge_read(&audit->header, &audit->readable, &audit->early, audit->judge,
                               audit->document, err);
    }

done:
    audit->index = inputs->index;
    audit->ready = status == EG_OK;
    return status;
}

/* ---- comparing ---- */

static const struct eg_judged nothing_judged;

static enum eg_status differ(char text[EG_ERROR_TEXT_MAX], const char *what)
{
    (void)snprintf(text, EG_ERROR_TEXT_MAX, "a rerun gives %s", what);
    return EG_OK;
}

/* What a rerun found: written, in the form of the engine that decided, as it was then. */
struct found {
    const struct eg_findings *findings;
    /* NULL: no package judged */
    const struct eg_package_ref *package;
    const struct eg_judged *judged;
};

/* *same: the findings, written, are the archived octets. */
static enum eg_status findings_same(bool *same, const struct found *found,
                                    const struct eg_check_inputs *inputs, struct eg_error *err)
{
    bool counted = inputs->entry->semantics >= EG_SEMANTICS_COUNTED;
    struct eg_buf written = {0};
    enum eg_status status = EG_OK;

    eg_buf_init(&written, EG_FINDINGS_MAX);
    status = eg_findings_write(&written, found->findings, found->package,
                               counted ? found->judged : NULL, err);
    if (status != EG_OK) {
        goto done;
    }
    *same = eg_bytes_equal(eg_bytes_view(&written), inputs->findings);

done:
    eg_buf_done(&written);
    return status;
}

static bool notifications_same(const struct eg_outcome *outcome,
                               const struct eg_check_inputs *inputs)
{
    if (outcome->notification_count != inputs->notification_count) {
        return false;
    }
    for (size_t i = 0; i < outcome->notification_count; i++) {
        const struct eg_notification *made = &outcome->notifications[i];
        const struct eg_entry_notification *recorded = &inputs->entry->notifications[i];

        if (strcmp(made->name, recorded->name) != 0 ||
            strcmp(made->recipient, recorded->recipient) != 0 ||
            !eg_bytes_equal(eg_bytes_view(&made->content), inputs->notifications[i])) {
            return false;
        }
    }
    return true;
}

static bool identity_same(const struct eg_audit *audit, const struct eg_entry *entry)
{
    return strcmp(entry->identity.id, audit->header.id) == 0 &&
           entry->identity.version == audit->header.version;
}

/* ---- the three ways a decision is made ---- */

static enum eg_status run(struct eg_outcome *outcome, struct eg_audit *audit,
                          const struct eg_check_inputs *inputs, const struct eg_facts *known,
                          struct eg_error *err)
{
    const struct eg_package *package = package_of(audit);
    const struct eg_directory *directory = NULL;
    const struct eg_plant *plant = NULL;
    enum eg_status status = eg_audit_cache_directory(&directory, audit->cache, inputs->store,
                                                     &inputs->entry->directory, err);

    if (status != EG_OK) {
        return status;
    }
    plant = eg_directory_plant(directory, audit->header.plant);
    if (plant == NULL) {
        return eg_error_set(err, EG_E_NOTFOUND, audit->header.plant,
                            "the directory has no such plant");
    }
    if (!eg_package_fits(package, &audit->header, plant)) {
        return eg_error_set(
            err, EG_E_DENIED, package->ref.id,
            "is not for this kind of report, or not for the plant's regimes or Land");
    }
    /* Findings of reading come before those of the rules, as they did then. */
    eg_findings_done(&outcome->findings);
    outcome->findings = audit->early;
    eg_findings_init(&audit->early);
    const struct eg_judge_job job = {.document = audit->document,
                                     .header = &audit->header,
                                     .plant = plant,
                                     .known = inputs->entry->has_facts ? known : NULL,
                                     .received_at_ms = inputs->entry->received_at_ms,
                                     .semantics = inputs->entry->semantics};
    EG_TRY(eg_judge_run(outcome, audit->judge, &job, err));
    return eg_recipients_of_outcome(outcome, package, plant, &audit->header, err);
}

/* From the recorded facts, which are not those in force. */
static enum eg_status run_recorded(struct eg_outcome *outcome, const char **wrong,
                                   struct eg_audit *audit, const struct eg_check_inputs *inputs,
                                   struct eg_error *err)
{
    struct eg_facts known = {0};
    enum eg_status status = eg_facts_read(&known, inputs->facts, err);

    if (status == EG_E_FORMAT) {
        *wrong = "the facts that it was judged by can not be read";
        return EG_OK;
    }
    *wrong = "the facts that it was judged by are not those in force at its entry";
    if (status != EG_OK) {
        goto done;
    }
    eg_outcome_done(outcome);
    eg_outcome_init(outcome);
    status = run(outcome, audit, inputs, &known, err);

done:
    eg_facts_done(&known);
    return status;
}

/* Make the decision again. *wrong, untouched when good: condition 13 does not hold. */
static enum eg_status decide_again(struct eg_outcome *outcome, const char **wrong,
                                   struct eg_audit *audit, const struct eg_check_inputs *inputs,
                                   struct eg_error *err)
{
    struct eg_facts known = {0};
    bool same = true;
    enum eg_status status = eg_audit_in_force(&known, wrong, audit, inputs, err);
    if (status != EG_OK) {
        goto done;
    }

    status = run(outcome, audit, inputs, &known, err);
    if (status != EG_OK) {
        goto done;
    }
    if (*wrong == NULL && inputs->entry->has_facts) {
        status = eg_audit_facts_are(&same, &outcome->recalled, inputs->facts, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    if (!same) {
        status = run_recorded(outcome, wrong, audit, inputs, err);
    }

done:
    eg_facts_done(&known);
    return status;
}

/* Conditions 10 and 14. *condition unchanged: what of 10 does not hold is in text. */
static enum eg_status compare(unsigned *condition, const struct eg_outcome *outcome,
                              const struct eg_audit *audit, const struct eg_check_inputs *inputs,
                              char text[EG_ERROR_TEXT_MAX], struct eg_error *err)
{
    const struct found found = {&outcome->findings, &package_of(audit)->ref, &outcome->judged};
    bool same = false;
    enum eg_status status = findings_same(&same, &found, inputs, err);

    if (status != EG_OK) {
        return status;
    }
    if (!same) {
        return differ(text, "other findings");
    }
    if (outcome->accepted != inputs->entry->accepted) {
        return differ(text, outcome->accepted ? "accepted" : "rejected");
    }
    if (!eg_bytes_equal(eg_bytes_view(&outcome->parameters), inputs->parameters)) {
        return differ(text, "other parameters");
    }
    if (!notifications_same(outcome, inputs)) {
        return differ(text, "other notifications");
    }
    EG_TRY(eg_audit_remembered(&same, audit, outcome, inputs, err));
    *condition = same ? 0 : 14;
    return !same ? differ(text, "other facts than the archive holds of it") : EG_OK;
}

static enum eg_status rerun_judged(struct eg_audit *audit, const struct eg_check_inputs *inputs,
                                   unsigned *condition, char text[EG_ERROR_TEXT_MAX],
                                   struct eg_error *err)
{
    const struct eg_entry *entry = inputs->entry;
    const char *wrong = NULL;
    struct eg_outcome outcome = {0};

    if (audit->document == NULL || !audit->readable || !identity_same(audit, entry)) {
        return differ(text, "another identity");
    }
    struct eg_span span = eg_audit_span(audit, package_of(audit));
    if (!eg_span_holds(&span, audit->header.from, audit->header.until)) {
        return differ(text,
                      "no decision: the package does not judge this period, or was withdrawn");
    }
    eg_outcome_init(&outcome);
    enum eg_status status = decide_again(&outcome, &wrong, audit, inputs, err);
    if (status != EG_OK) {
        goto done;
    }
    status = compare(condition, &outcome, audit, inputs, text, err);
    if (status != EG_OK) {
        goto done;
    }
    if (*condition == 0 && wrong != NULL) {
        *condition = 13;
        (void)snprintf(text, EG_ERROR_TEXT_MAX, "%s", wrong);
    }

done:
    eg_outcome_done(&outcome);
    return status;
}

/* Rejected for an input limit, or because its identity can not be read. */
static enum eg_status rerun_unreadable(struct eg_audit *audit, const struct eg_check_inputs *inputs,
                                       bool *same, char text[EG_ERROR_TEXT_MAX],
                                       struct eg_error *err)
{
    struct eg_identity identity = {0};

    if (audit->document != NULL && (audit->judge == NULL || audit->readable)) {
        return differ(text, "no reason to reject it unread");
    }
    eg_identity_unreadable(&identity, inputs->entry->identity.participant, inputs->report);
    if (!eg_identity_equal(&identity, &inputs->entry->identity)) {
        return differ(text, "another identity");
    }
    const struct found found = {&audit->early, NULL, &nothing_judged};
    EG_TRY(findings_same(same, &found, inputs, err));
    if (!*same) {
        return differ(text, "other findings");
    }
    if (inputs->entry->accepted || inputs->notification_count > 0) {
        *same = false;
        return differ(text, "a rejection without notification");
    }
    return EG_OK;
}

static enum eg_status rerun_taken(struct eg_audit *audit, const struct eg_check_inputs *inputs,
                                  bool *same, char text[EG_ERROR_TEXT_MAX], struct eg_error *err)
{
    struct eg_stored first = {0};
    struct eg_findings findings = {0};
    struct eg_finding *finding = NULL;
    char number[24] = "";
    enum eg_status status =
        eg_store_find(&first, inputs->store, &inputs->entry->identity, NULL, err);

    eg_findings_init(&findings);
    if (status != EG_OK) {
        goto done;
    }
    if (first.index >= inputs->index || inputs->entry->accepted || inputs->notification_count > 0 ||
        eg_digest_equal(&first.report_digest, &inputs->report_digest)) {
        (void)differ(text, "no earlier entry with this identity and other content");
        goto done;
    }
    if (audit->readable && !identity_same(audit, inputs->entry)) {
        (void)differ(text, "another identity");
        goto done;
    }
    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)first.index);
    const struct eg_finding_head head = {.severity = EG_SEVERITY_ERROR,
                                         .rule = EG_RULE_IDENTITY_TAKEN};
    status = eg_findings_add(&findings, &head, &finding, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_finding_value(finding, "entry", number, err);
    if (status != EG_OK) {
        goto done;
    }
    const struct found found = {&findings, NULL, &nothing_judged};
    status = findings_same(same, &found, inputs, err);
    if (status == EG_OK && !*same) {
        (void)differ(text, "other findings");
    }

done:
    eg_findings_done(&findings);
    eg_stored_done(&first);
    return status;
}

/* Decided without a package: no facts are used, and none are recorded. */
static enum eg_status rerun_unjudged(struct eg_audit *audit, const struct eg_check_inputs *inputs,
                                     unsigned *condition, char text[EG_ERROR_TEXT_MAX],
                                     struct eg_error *err)
{
    bool same = false;
    EG_TRY(audit->taken ? rerun_taken(audit, inputs, &same, text, err)
                        : rerun_unreadable(audit, inputs, &same, text, err));
    if (same) {
        *condition = inputs->entry->has_facts ? 13 : 0;
        (void)snprintf(text, EG_ERROR_TEXT_MAX, "facts were recorded, but no package judged");
    }
    return EG_OK;
}

enum eg_status eg_audit_rerun(void *payload, const struct eg_check_inputs *inputs,
                              unsigned *condition, bool *differs_by_engine,
                              char text[EG_ERROR_TEXT_MAX], struct eg_error *err)
{
    struct eg_audit *audit = payload;
    unsigned found = 10;
    EG_TRY(eg_audit_open(audit, inputs, err));
    EG_TRY(inputs->entry->has_package ? rerun_judged(audit, inputs, &found, text, err)
                                      : rerun_unjudged(audit, inputs, &found, text, err));
    *condition = found;
    *differs_by_engine = inputs->entry->semantics != EG_SEMANTICS;
    return EG_OK;
}
