/*
 * Why this file exists: a rule that nobody tried is not law, it is an accident waiting. The
 * publisher gives reports and what must come out, and no gateway installs a package that misses one
 * of them.
 *
 * A case passes when the outcome is the one named, each rule listed was found as often as listed,
 * no other rule was found, and every expected text is there. A case may come after an earlier one:
 * then it knows the facts that the earlier one knew and left.
 */
#include "workbench/package_tests.h"

#include "assess/package/package_xml.h"
#include "assess/schema/vocabulary.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/text.h"
#include "workbench/package_given.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS EG_PACKAGE_TESTS_NS
#define NAME EG_PACKAGE_TESTS_FILE
#define DIFFERENCE_MAX 400

/* What the cases so far left behind. */
struct past {
    size_t count;
    struct left {
        char *name;
        bool ran, accepted;
        struct eg_facts facts;
    } * cases;
};

/* One case on its way. */
struct trial {
    const struct eg_rules *rules;
    struct eg_judge *judge;
    const struct eg_package_cases *cases;
    const xmlNode *node;
    struct eg_buf report;
    const struct past *past;
    struct eg_package_given given;
    struct eg_outcome outcome;
    /* outcome as a word */
    const char *got;
    bool differs;
    char difference[DIFFERENCE_MAX];
};

__attribute__((format(printf, 2, 3))) static void differ(struct trial *trial, const char *format,
                                                         ...)
{
    va_list args;

    if (trial->differs) {
        return; /* the first one counts */
    }
    trial->differs = true;
    va_start(args, format);
    (void)vsnprintf(trial->difference, sizeof trial->difference, format, args);
    va_end(args);
}

/* ---- judging the report of a case --------------------------------------------------------- */

/* The facts that the case named by `after` left; *out stays NULL without it. */
static enum eg_status find_earlier(const struct eg_facts **out, const struct trial *trial,
                                   struct eg_error *err)
{
    char *after = NULL;
    const struct left *found = NULL;
    enum eg_status status = eg_vocabulary_may(&after, trial->node, "after", err);

    if (status != EG_OK || after == NULL) {
        return status;
    }
    for (size_t i = 0; i < trial->past->count; i++) {
        const struct left *left = &trial->past->cases[i];
        if (left->ran && strcmp(left->name, after) == 0) {
            found = left;
        }
    }
    if (found == NULL) {
        status = eg_vocabulary_fault(err, NAME, trial->node,
                                     "no case above is called %s; it comes after none", after);
    } else if (!found->accepted) {
        status = eg_vocabulary_fault(err, NAME, trial->node,
                                     "%s was not accepted, so it left nothing", after);
    } else {
        *out = &found->facts;
    }
    free(after);
    return status;
}

static enum eg_status read_given(struct trial *trial, struct eg_error *err)
{
    const struct eg_facts *earlier = NULL;
    EG_TRY(find_earlier(&earlier, trial, err));

    return eg_package_given_read(&trial->given, trial->node, eg_rules_package(trial->rules)->ref.id,
                                 earlier, NAME, err);
}

static enum eg_status run_rules(struct trial *trial, struct eg_document *document,
                                const struct eg_report_header *reading, struct eg_error *err)
{
    struct eg_error own = {0};
    struct eg_facts known;

    eg_facts_init(&known);
    trial->given.plant.id = (char *)reading->plant;
    enum eg_status status = eg_package_given_known(&known, &trial->given, reading->until, &own);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_judge_run(
        &trial->outcome, trial->judge,
        &(struct eg_judge_job){
            .document = document, .header = reading, .plant = &trial->given.plant, .known = &known},
        &own);

done:
    eg_facts_done(&known);
    if (status == EG_E_DENIED) {
        trial->got = "denied";
        return EG_OK;
    }
    if (status != EG_OK) {
        if (err != NULL) {
            *err = own;
        }
        return status;
    }
    trial->got = trial->outcome.accepted ? "accepted" : "rejected";
    return EG_OK;
}

static enum eg_status judge(struct trial *trial, struct eg_error *err)
{
    const struct eg_package *package = eg_rules_package(trial->rules);
    struct eg_document *document = NULL;
    struct eg_report_header reading = {.version = 0};
    bool readable = false;
    const char *ns = NULL, *name = NULL;
    enum eg_status status = eg_document_parse(&document, &trial->outcome.findings,
                                              eg_bytes_view(&trial->report), EG_REPORT_MAX, err);

    if (status != EG_OK) {
        return status;
    }
    if (document == NULL) {
        trial->got = "rejected";
        return EG_OK;
    }
    eg_document_root(document, &ns, &name);
    if (strcmp(ns, package->match_namespace) != 0 || strcmp(name, package->match_name) != 0) {
        trial->got = "of another root element";
        goto done;
    }
    status =
        eg_judge_read(&reading, &readable, &trial->outcome.findings, trial->judge, document, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!readable) {
        trial->got = "unreadable";
    } else if (package->match_kind != NULL && strcmp(package->match_kind, reading.kind) != 0) {
        trial->got = "other-kind";
    } else if (!eg_package_covers(package, reading.from, reading.until)) {
        trial->got = "other-period";
    } else {
        status = run_rules(trial, document, &reading, err);
    }
done:
    eg_document_free(&document);
    return status;
}

/* ---- comparing ---------------------------------------------------------------------------- */

static size_t found(const struct trial *trial, const char *rule)
{
    size_t count = 0;

    for (size_t i = 0; i < trial->outcome.findings.count; i++) {
        count += strcmp(trial->outcome.findings.list[i].rule, rule) == 0;
    }
    return count;
}

static enum eg_status compare_finding(struct trial *trial, const xmlNode *node,
                                      struct eg_error *err)
{
    char *rule = NULL, *severity = NULL, *count = NULL;
    uint64_t wanted = 1;
    enum eg_status status = eg_vocabulary_need(&rule, node, "rule", err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_vocabulary_may(&severity, node, "severity", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_vocabulary_may(&count, node, "count", err);
    if (status != EG_OK) {
        goto done;
    }
    if (count != NULL) {
        (void)eg_text_u64(eg_bytes_of(count), UINT32_MAX, &wanted);
    }
    if (found(trial, rule) != wanted) {
        differ(trial, "rule %s found %zu times, expected %zu", rule, found(trial, rule),
               (size_t)wanted);
    }
    for (size_t i = 0; severity != NULL && i < trial->outcome.findings.count; i++) {
        const struct eg_finding *finding = &trial->outcome.findings.list[i];
        if (strcmp(finding->rule, rule) == 0 &&
            strcmp(eg_severity_text(finding->severity), severity) != 0) {
            differ(trial, "rule %s is %s, expected %s", rule, eg_severity_text(finding->severity),
                   severity);
        }
    }

done:
    free(rule);
    free(severity);
    free(count);
    return status;
}

static bool is_listed(const struct trial *trial, const char *rule)
{
    bool listed = false;

    for (const xmlNode *n = eg_xml_child(trial->node, NS, "finding"); n != NULL && !listed;
         n = eg_xml_next(n, NS, "finding")) {
        char *name = eg_xml_attribute(n, "rule");
        listed = name != NULL && strcmp(name, rule) == 0;
        free(name);
    }
    return listed;
}

static void tell_unlisted(struct trial *trial, const struct eg_finding *finding)
{
    struct eg_buf text;

    eg_buf_init(&text, DIFFERENCE_MAX);
    if (eg_rules_text(&text, trial->rules, finding, "en", NULL) != EG_OK) {
        eg_buf_reset(&text);
    }
    differ(trial, "rule %s found, not expected (line %u)%s%s", finding->rule, finding->line,
           text.len > 0 ? ": " : "", text.len > 0 ? (const char *)text.data : "");
    eg_buf_done(&text);
}

static enum eg_status compare_findings(struct trial *trial, struct eg_error *err)
{

    for (size_t i = 0; i < trial->outcome.findings.count && !trial->differs; i++) {
        if (strcmp(trial->got, "unreadable") != 0 &&
            !is_listed(trial, trial->outcome.findings.list[i].rule)) {
            tell_unlisted(trial, &trial->outcome.findings.list[i]);
        }
    }
    for (const xmlNode *n = eg_xml_child(trial->node, NS, "finding"); n != NULL;
         n = eg_xml_next(n, NS, "finding")) {
        EG_TRY(compare_finding(trial, n, err));
    }
    return EG_OK;
}

static struct eg_bytes result_named(const struct trial *trial, const char *name)
{
    if (strcmp(name, EG_RESULT_REPORT) == 0) {
        return eg_bytes_view(&trial->report);
    }
    for (size_t i = 0; i < trial->outcome.result_count; i++) {
        if (strcmp(trial->outcome.results[i].name, name) == 0) {
            return eg_bytes_view(&trial->outcome.results[i].content);
        }
    }
    return EG_BYTES_NONE;
}

static enum eg_status compare_expectation(struct trial *trial, const xmlNode *node,
                                          struct eg_error *err)
{
    char *on = NULL, *path = NULL, *equals = NULL, *text = NULL;
    xmlDoc *doc = NULL;
    enum eg_status status = eg_vocabulary_need(&on, node, "on", err);

    if (status == EG_OK) {
        status = eg_vocabulary_need(&path, node, "path", err);
    }
    if (status == EG_OK) {
        status = eg_vocabulary_need(&equals, node, "equals", err);
    }
    if (status != EG_OK) {
        goto done;
    }
    struct eg_bytes xml = result_named(trial, on);
    if (xml.data == NULL) {
        differ(trial, "the result %s was not made", on);
        goto done;
    }
    status = eg_xml_parse_file(&doc, xml, on, EG_NOTIFICATION_MAX, err);
    if (status == EG_OK) {
        status = eg_package_select_text(&text, &trial->cases->paths, doc, path, node, err);
    }
    if (status == EG_OK && strcmp(text, equals) != 0) {
        differ(trial, "%s: %.120s is \"%.80s\", expected \"%.80s\"", on, path, text, equals);
    }
done:
    xmlFreeDoc(doc);
    free(on);
    free(path);
    free(equals);
    free(text);
    return status;
}

static enum eg_status compare(struct trial *trial, struct eg_error *err)
{
    char *outcome = NULL;
    enum eg_status status = eg_vocabulary_need(&outcome, trial->node, "outcome", err);

    if (status == EG_OK && strcmp(outcome, trial->got) != 0) {
        if (trial->outcome.findings.count > 0 &&
            !is_listed(trial, trial->outcome.findings.list[0].rule)) {
            tell_unlisted(trial, &trial->outcome.findings.list[0]);
        }
        differ(trial, "the report is %s, expected %s", trial->got, outcome);
    }
    free(outcome);
    if (status != EG_OK) {
        return status;
    }
    EG_TRY(compare_findings(trial, err));
    for (const xmlNode *n = eg_xml_child(trial->node, NS, "expect"); !trial->differs && n != NULL;
         n = eg_xml_next(n, NS, "expect")) {
        EG_TRY(compare_expectation(trial, n, err));
    }
    return EG_OK;
}

/* ---- all cases ---------------------------------------------------------------------------- */

static enum eg_status run_case(struct trial *trial, struct eg_error *err)
{
    EG_TRY(eg_package_report_make(&trial->report, trial->cases, trial->node, err));
    EG_TRY(read_given(trial, err));
    EG_TRY(judge(trial, err));
    return compare(trial, err);
}

/* Keep what the case knew and left for those that come after it. */
static enum eg_status leave(struct left *left, const struct trial *trial, struct eg_error *err)
{
    left->ran = true;
    left->accepted = strcmp(trial->got, "accepted") == 0;
    if (!left->accepted) {
        return EG_OK;
    }
    EG_TRY(eg_facts_gather(&left->facts, &trial->given.facts, 1, err));
    return eg_facts_gather(&left->facts, &trial->outcome.remembered, 1, err);
}

/* An error of ours in one case fails that case: the publisher wants to see the others too. */
static enum eg_status try_case(struct trial *trial, struct left *left, struct eg_error *err)
{
    struct eg_error own = {0};

    enum eg_status status = run_case(trial, &own);
    if (status != EG_OK) {
        goto done;
    }
    status = leave(left, trial, &own);

done:
    eg_package_given_done(&trial->given);
    if (status == EG_E_NOMEM) {
        if (err != NULL) {
            *err = own;
        }
        return status;
    }
    if (status != EG_OK) {
        trial->report.failed = false; /* what there is of it is not shown */
        eg_buf_reset(&trial->report);
        differ(trial, "%s: %s", own.where, own.text);
    }
    return EG_OK;
}

static enum eg_status past_open(struct past *out, const xmlNode *root, struct eg_error *err)
{
    size_t index = 0, count = eg_vocabulary_count(root, NS, "case");
    enum eg_status status = eg_vocabulary_room(&out->cases, count, sizeof out->cases[0], err);
    if (status != EG_OK) {
        return status;
    }

    for (const xmlNode *n = eg_xml_child(root, NS, "case"); n != NULL;
         n = eg_xml_next(n, NS, "case")) {
        eg_facts_init(&out->cases[index].facts);
        out->count = index + 1;
        status = eg_vocabulary_need(&out->cases[index].name, n, "name", err);
        index++;
        if (status != EG_OK) {
            return status;
        }
    }
    return EG_OK;
}

static void past_close(struct past *past)
{
    for (size_t i = 0; i < past->count; i++) {
        eg_facts_done(&past->cases[i].facts);
        free(past->cases[i].name);
    }
    free(past->cases);
}

static bool tell(const struct trial *trial, size_t index, const struct eg_package_tests *tests,
                 eg_package_tests_fn told, void *payload)
{
    const struct eg_package_case done = {.index = index,
                                         .total = tests->total,
                                         .name = trial->past->cases[index].name,
                                         .passed = !trial->differs,
                                         .text = trial->difference,
                                         .report = eg_bytes_view(&trial->report),
                                         .outcome = &trial->outcome};

    return told == NULL || told(payload, &done);
}

static enum eg_status run_cases(struct eg_package_tests *out, const struct trial *model,
                                eg_package_tests_fn told, void *payload, struct eg_error *err)
{
    const xmlNode *root = model->cases->root;
    struct past past = {0, NULL};
    bool go_on = true;
    size_t index = 0;
    struct trial *trial = malloc(sizeof *trial);
    enum eg_status status = trial != NULL ? past_open(&past, root, err)
                                          : eg_error_set(err, EG_E_NOMEM, NAME, "memory ran out");

    out->total = past.count;
    if (status != EG_OK) {
        goto done;
    }
    for (const xmlNode *n = eg_xml_child(root, NS, "case"); go_on && n != NULL;
         n = eg_xml_next(n, NS, "case")) {
        *trial = *model;
        trial->node = n;
        trial->past = &past;
        trial->got = "not judged";
        eg_buf_init(&trial->report, EG_PACKAGE_OCTETS_MAX);
        eg_outcome_init(&trial->outcome);
        status = try_case(trial, &past.cases[index], err);
        out->failed += trial->differs;
        if (status == EG_OK) {
            go_on = tell(trial, index, out, told, payload);
        }
        eg_outcome_done(&trial->outcome);
        eg_buf_done(&trial->report);
        index++;
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    past_close(&past);
    free(trial);
    return status;
}

enum eg_status eg_package_tests_run(struct eg_package_tests *out, const struct eg_rules *rules,
                                    eg_package_tests_fn told, void *payload, struct eg_error *err)
{
    struct eg_package_tests made = {0, 0, false};
    struct eg_package_cases cases;
    struct eg_judge *judge = NULL;
    enum eg_status status = eg_package_cases_open(&cases, eg_rules_package(rules), err);

    if (status == EG_OK && cases.doc != NULL) {
        made.present = true;
        status = eg_judge_new(&judge, rules, err);
        if (status == EG_OK) {
            const struct trial model = {.rules = rules, .judge = judge, .cases = &cases};
            status = run_cases(&made, &model, told, payload, err);
        }
        eg_package_cases_close(&cases);
    }
    eg_judge_free(&judge);
    if (status != EG_OK) {
        return status;
    }
    *out = made;
    return EG_OK;
}
