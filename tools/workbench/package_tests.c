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

/* A case being run, and what came of it. */
struct case_run {
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

__attribute__((format(printf, 2, 3))) static void differ(struct case_run *tested,
                                                         const char *format, ...)
{
    va_list args;

    if (tested->differs) {
        return; /* the first one counts */
    }
    tested->differs = true;
    va_start(args, format);
    (void)vsnprintf(tested->difference, sizeof tested->difference, format, args);
    va_end(args);
}

/* ---- judging the report of a case --------------------------------------------------------- */

/* The facts that the case named by `after` left; *out stays NULL without it. */
static enum eg_status find_earlier(const struct eg_facts **out, const struct case_run *tested,
                                   struct eg_error *err)
{
    char *after = NULL;
    const struct left *found = NULL;
    enum eg_status status = eg_vocabulary_may(&after, tested->node, "after", err);

    if (status != EG_OK || after == NULL) {
        return status;
    }
    for (size_t i = 0; i < tested->past->count; i++) {
        const struct left *left = &tested->past->cases[i];
        if (left->ran && strcmp(left->name, after) == 0) {
            found = left;
        }
    }
    if (found == NULL) {
        status = eg_vocabulary_fault(err, NAME, tested->node,
                                     "no case above is called %s; it comes after none", after);
    } else if (!found->accepted) {
        status = eg_vocabulary_fault(err, NAME, tested->node,
                                     "%s was not accepted, so it left nothing", after);
    } else {
        *out = &found->facts;
    }
    free(after);
    return status;
}

static enum eg_status read_given(struct case_run *tested, struct eg_error *err)
{
    const struct eg_facts *earlier = NULL;
    EG_TRY(find_earlier(&earlier, tested, err));

    return eg_package_given_read(&tested->given, tested->node,
                                 eg_rules_package(tested->rules)->ref.id, earlier, NAME, err);
}

static enum eg_status run_rules(struct case_run *tested, struct eg_document *document,
                                const struct eg_report_header *header, struct eg_error *err)
{
    struct eg_error own = {0};
    struct eg_facts known;

    eg_facts_init(&known);
    tested->given.plant.id = (char *)header->plant;
    enum eg_status status = eg_package_given_known(&known, &tested->given, header->until, &own);
    if (status != EG_OK) {
        goto done;
    }
    const struct eg_judge_job job = {
        .document = document, .header = header, .plant = &tested->given.plant, .known = &known};
    status = eg_judge_run(&tested->outcome, tested->judge, &job, &own);

done:
    eg_facts_done(&known);
    if (status == EG_E_DENIED) {
        tested->got = "denied";
        return EG_OK;
    }
    if (status != EG_OK) {
        if (err != NULL) {
            *err = own;
        }
        return status;
    }
    tested->got = tested->outcome.accepted ? "accepted" : "rejected";
    return EG_OK;
}

static enum eg_status judge(struct case_run *tested, struct eg_error *err)
{
    const struct eg_package *package = eg_rules_package(tested->rules);
    struct eg_document *document = NULL;
    struct eg_report_header header = {.version = 0};
    bool readable = false;
    const char *ns = NULL, *name = NULL;
    enum eg_status status = eg_document_parse(&document, &tested->outcome.findings,
                                              eg_bytes_view(&tested->report), EG_REPORT_MAX, err);

    if (status != EG_OK) {
        return status;
    }
    if (document == NULL) {
        tested->got = "rejected";
        return EG_OK;
    }
    eg_document_root(document, &ns, &name);
    if (strcmp(ns, package->match_namespace) != 0 || strcmp(name, package->match_name) != 0) {
        tested->got = "of another root element";
        goto done;
    }
    status =
        eg_judge_read(&header, &readable, &tested->outcome.findings, tested->judge, document, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!readable) {
        tested->got = "unreadable";
    } else if (package->match_kind != NULL && strcmp(package->match_kind, header.kind) != 0) {
        tested->got = "other-kind";
    } else if (!eg_package_covers(package, header.from, header.until)) {
        tested->got = "other-period";
    } else {
        status = run_rules(tested, document, &header, err);
    }
done:
    eg_document_free(&document);
    return status;
}

/* ---- comparing ---------------------------------------------------------------------------- */

static size_t found(const struct case_run *tested, const char *rule)
{
    size_t count = 0;

    for (size_t i = 0; i < tested->outcome.findings.count; i++) {
        count += strcmp(tested->outcome.findings.list[i].rule, rule) == 0;
    }
    return count;
}

static enum eg_status compare_finding(struct case_run *tested, const xmlNode *node,
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
    if (found(tested, rule) != wanted) {
        differ(tested, "rule %s found %zu times, expected %zu", rule, found(tested, rule),
               (size_t)wanted);
    }
    for (size_t i = 0; severity != NULL && i < tested->outcome.findings.count; i++) {
        const struct eg_finding *finding = &tested->outcome.findings.list[i];
        if (strcmp(finding->rule, rule) == 0 &&
            strcmp(eg_severity_text(finding->severity), severity) != 0) {
            differ(tested, "rule %s is %s, expected %s", rule, eg_severity_text(finding->severity),
                   severity);
        }
    }

done:
    free(rule);
    free(severity);
    free(count);
    return status;
}

static bool is_listed(const struct case_run *tested, const char *rule)
{
    bool listed = false;

    for (const xmlNode *n = eg_xml_child(tested->node, NS, "finding"); n != NULL && !listed;
         n = eg_xml_next(n, NS, "finding")) {
        char *name = eg_xml_attribute(n, "rule");
        listed = name != NULL && strcmp(name, rule) == 0;
        free(name);
    }
    return listed;
}

static void tell_unlisted(struct case_run *tested, const struct eg_finding *finding)
{
    struct eg_buf text;

    eg_buf_init(&text, DIFFERENCE_MAX);
    if (eg_rules_text(&text, tested->rules, finding, "en", NULL) != EG_OK) {
        eg_buf_reset(&text);
    }
    differ(tested, "rule %s found, not expected (line %u)%s%s", finding->rule, finding->line,
           text.len > 0 ? ": " : "", text.len > 0 ? (const char *)text.data : "");
    eg_buf_done(&text);
}

static enum eg_status compare_findings(struct case_run *tested, struct eg_error *err)
{

    for (size_t i = 0; i < tested->outcome.findings.count && !tested->differs; i++) {
        if (strcmp(tested->got, "unreadable") != 0 &&
            !is_listed(tested, tested->outcome.findings.list[i].rule)) {
            tell_unlisted(tested, &tested->outcome.findings.list[i]);
        }
    }
    for (const xmlNode *n = eg_xml_child(tested->node, NS, "finding"); n != NULL;
         n = eg_xml_next(n, NS, "finding")) {
        EG_TRY(compare_finding(tested, n, err));
    }
    return EG_OK;
}

static struct eg_bytes result_named(const struct case_run *tested, const char *name)
{
    if (strcmp(name, EG_RESULT_REPORT) == 0) {
        return eg_bytes_view(&tested->report);
    }
    for (size_t i = 0; i < tested->outcome.result_count; i++) {
        if (strcmp(tested->outcome.results[i].name, name) == 0) {
            return eg_bytes_view(&tested->outcome.results[i].content);
        }
    }
    return EG_BYTES_NONE;
}

static enum eg_status compare_expectation(struct case_run *tested, const xmlNode *node,
                                          struct eg_error *err)
{
    char *on = NULL, *path = NULL, *equals = NULL, *text = NULL;
    xmlDoc *doc = NULL;
    enum eg_status status = eg_vocabulary_need(&on, node, "on", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_vocabulary_need(&path, node, "path", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_vocabulary_need(&equals, node, "equals", err);
    if (status != EG_OK) {
        goto done;
    }
    struct eg_bytes xml = result_named(tested, on);
    if (xml.data == NULL) {
        differ(tested, "the result %s was not made", on);
        goto done;
    }
    status = eg_xml_parse_file(&doc, xml, on, EG_NOTIFICATION_MAX, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_package_select_text(&text, &tested->cases->paths, doc, path, node, err);
    if (status != EG_OK) {
        goto done;
    }
    if (strcmp(text, equals) != 0) {
        differ(tested, "%s: %.120s is \"%.80s\", expected \"%.80s\"", on, path, text, equals);
    }

done:
    xmlFreeDoc(doc);
    free(on);
    free(path);
    free(equals);
    free(text);
    return status;
}

static enum eg_status compare(struct case_run *tested, struct eg_error *err)
{
    char *outcome = NULL;
    enum eg_status status = eg_vocabulary_need(&outcome, tested->node, "outcome", err);
    if (status != EG_OK) {
        goto done;
    }

    if (strcmp(outcome, tested->got) != 0) {
        if (tested->outcome.findings.count > 0 &&
            !is_listed(tested, tested->outcome.findings.list[0].rule)) {
            tell_unlisted(tested, &tested->outcome.findings.list[0]);
        }
        differ(tested, "the report is %s, expected %s", tested->got, outcome);
    }

done:
    free(outcome);
    if (status != EG_OK) {
        return status;
    }
    EG_TRY(compare_findings(tested, err));
    for (const xmlNode *n = eg_xml_child(tested->node, NS, "expect"); !tested->differs && n != NULL;
         n = eg_xml_next(n, NS, "expect")) {
        EG_TRY(compare_expectation(tested, n, err));
    }
    return EG_OK;
}

/* ---- all cases ---------------------------------------------------------------------------- */

static enum eg_status run_case(struct case_run *tested, struct eg_error *err)
{
    EG_TRY(eg_package_report_make(&tested->report, tested->cases, tested->node, err));
    EG_TRY(read_given(tested, err));
    EG_TRY(judge(tested, err));
    return compare(tested, err);
}

/* Keep what the case knew and left for those that come after it. */
static enum eg_status leave(struct left *left, const struct case_run *tested, struct eg_error *err)
{
    left->ran = true;
    left->accepted = strcmp(tested->got, "accepted") == 0;
    if (!left->accepted) {
        return EG_OK;
    }
    EG_TRY(eg_facts_gather(&left->facts, &tested->given.facts, 1, err));
    return eg_facts_gather(&left->facts, &tested->outcome.remembered, 1, err);
}

/* An error of ours in one case fails that case: the publisher wants to see the others too. */
static enum eg_status try_case(struct case_run *tested, struct left *left, struct eg_error *err)
{
    struct eg_error own = {0};

    enum eg_status status = run_case(tested, &own);
    if (status != EG_OK) {
        goto done;
    }
    status = leave(left, tested, &own);

done:
    eg_package_given_done(&tested->given);
    if (status == EG_E_NOMEM) {
        if (err != NULL) {
            *err = own;
        }
        return status;
    }
    if (status != EG_OK) {
        tested->report.failed = false; /* what there is of it is not shown */
        eg_buf_reset(&tested->report);
        differ(tested, "%s: %s", own.where, own.text);
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

static bool tell(const struct case_run *tested, size_t index, const struct eg_package_tests *tests,
                 eg_package_tests_fn told, void *payload)
{
    const struct eg_package_case done = {.index = index,
                                         .total = tests->total,
                                         .name = tested->past->cases[index].name,
                                         .passed = !tested->differs,
                                         .text = tested->difference,
                                         .report = eg_bytes_view(&tested->report),
                                         .outcome = &tested->outcome};

    return told == NULL || told(payload, &done);
}

static enum eg_status run_cases(struct eg_package_tests *out, const struct case_run *model,
                                eg_package_tests_fn told, void *payload, struct eg_error *err)
{
    const xmlNode *root = model->cases->root;
    struct past past = {0, NULL};
    bool go_on = true;
    size_t index = 0;
    struct case_run *tested = malloc(sizeof *tested);
    enum eg_status status = tested != NULL ? past_open(&past, root, err)
                                           : eg_error_set(err, EG_E_NOMEM, NAME, "memory ran out");

    out->total = past.count;
    if (status != EG_OK) {
        goto done;
    }
    for (const xmlNode *n = eg_xml_child(root, NS, "case"); go_on && n != NULL;
         n = eg_xml_next(n, NS, "case")) {
        *tested = *model;
        tested->node = n;
        tested->past = &past;
        tested->got = "not judged";
        eg_buf_init(&tested->report, EG_PACKAGE_OCTETS_MAX);
        eg_outcome_init(&tested->outcome);
        status = try_case(tested, &past.cases[index], err);
        out->failed += tested->differs;
        if (status == EG_OK) {
            go_on = tell(tested, index, out, told, payload);
        }
        eg_outcome_done(&tested->outcome);
        eg_buf_done(&tested->report);
        index++;
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    past_close(&past);
    free(tested);
    return status;
}

enum eg_status eg_package_tests_run(struct eg_package_tests *out, const struct eg_rules *rules,
                                    eg_package_tests_fn told, void *payload, struct eg_error *err)
{
    struct eg_package_tests made = {0, 0, false};
    struct eg_package_cases cases;
    struct eg_judge *judge = NULL;
    enum eg_status status = eg_package_cases_open(&cases, eg_rules_package(rules), err);
    if (status != EG_OK) {
        goto done;
    }

    if (cases.doc != NULL) {
        made.present = true;
        status = eg_judge_new(&judge, rules, err);
        if (status == EG_OK) {
            const struct case_run model = {.rules = rules, .judge = judge, .cases = &cases};
            status = run_cases(&made, &model, told, payload, err);
        }
        eg_package_cases_close(&cases);
    }

done:
    eg_judge_free(&judge);
    if (status != EG_OK) {
        return status;
    }
    *out = made;
    return EG_OK;
}
