/*
 * emgate rules run: judge reports offline, as a gateway would, without anyone's signature.
 */
#include "base/clock.h"
#include "base/error.h"
#include "emgate/rules/rules.h"
#include "emgate/rules/rules_plant.h"

#include "assess/render/assessment_explain.h"
#include "base/limits.h"
#include "base/text.h"
#include "flow/job/facts_query.h"

#include <stdlib.h>
#include <string.h>

#define FACTS_TEXT_MAX (64 * EG_MIB) /* ten years of a large plant */

struct session {
    const struct eg_tool_args *args;
    struct eg_package *package;
    struct eg_rules *rules;
    struct eg_judge *judge;
    struct eg_buf out;
    /* one for each step; NULL: not asked for */
    struct eg_buf *svrl;
    /* for results; NULL: not kept */
    const char *dir;
    /* words of findings */
    bool german;
    struct eg_tool_plant plant;
    /* in force: given, and left by the reports judged so far */
    struct eg_facts facts;
};

/* ---- showing ------------------------------------------------------------------------------ */

/* Is it what an assessment of the package gave? Results of transforms have no way to show. */
static bool is_assessed(const struct session *session, const struct eg_result *result)
{
    for (size_t i = 0; i < session->package->step_count; i++) {
        const struct eg_step *step = &session->package->steps[i];
        if (step->kind == EG_STEP_ASSESSMENT && strcmp(step->result, result->name) == 0) {
            return true;
        }
    }
    return false;
}

/* The way of the values in each assessment's result, as tables or as members of a JSON list. */
static enum eg_status explain(struct session *session, const struct eg_outcome *outcome,
                              struct eg_error *err)
{
    struct eg_buf *out = &session->out;
    bool json = eg_tool_json(session->args);
    bool any = false;
    enum eg_status status = EG_OK;

    for (size_t i = 0; status == EG_OK && i < outcome->result_count; i++) {
        const struct eg_result *result = &outcome->results[i];
        if (!is_assessed(session, result)) {
            continue;
        }
        if (json) {
            eg_buf_text(out, any ? "," : "");
            status =
                eg_assessment_explain_json(out, eg_bytes_view(&result->content), result->name, err);
        } else {
            eg_buf_format(out, "  way of the values: %s\n", result->name);
            status = eg_assessment_explain(out, eg_bytes_view(&result->content), result->name, err);
        }
    }
    return status;
}

static enum eg_status show_json(struct session *session, const char *report,
                                const struct eg_outcome *outcome,
                                const struct eg_report_header *header, struct eg_error *err)
{
    struct eg_buf *out = &session->out;
    enum eg_status status = EG_OK;

    eg_buf_char(out, '{');
    eg_tool_json_text(out, "report", report);
    eg_tool_json_text(out, "id", header != NULL ? header->id : NULL);
    eg_buf_format(out, ",\"accepted\":%s,\"package\":", outcome->accepted ? "true" : "false");
    eg_tool_json_package(out, &session->package->ref);
    eg_tool_json_text(out, "extent", eg_extent_text(eg_counts_extent(&outcome->judged.counts)));
    eg_buf_text(out, ",\"counts\":{");
    eg_tool_json_counts(out, &outcome->judged.counts);
    eg_buf_text(out, "},\"limits\":[");
    eg_tool_json_limits(out, &outcome->judged);
    eg_buf_format(out, "],\"limitsOmitted\":%zu", outcome->judged.omitted);
    eg_buf_format(out, ",\"omitted\":%zu,\"findings\":[", outcome->findings.omitted);
    for (size_t i = 0; i < outcome->findings.count; i++) {
        eg_buf_text(out, i > 0 ? "," : "");
        eg_tool_finding_json(out, session->rules, &outcome->findings.list[i]);
    }
    eg_buf_text(out, "],\"results\":[");
    for (size_t i = 0; i < outcome->result_count; i++) {
        eg_buf_text(out, i > 0 ? ",{" : "{");
        eg_tool_json_text(out, "name", outcome->results[i].name);
        eg_buf_format(out, ",\"octets\":%zu}", outcome->results[i].content.len);
    }
    eg_buf_char(out, ']');
    if (eg_tool_flag(session->args, "--explain")) {
        eg_buf_text(out, ",\"ways\":[");
        status = explain(session, outcome, err);
        eg_buf_char(out, ']');
    }
    eg_buf_text(out, "}\n");
    return status;
}

static void show_text(struct session *session, const char *report, const struct eg_outcome *outcome)
{
    const struct eg_findings *findings = &outcome->findings;

    eg_buf_format(&session->out, "%-9s %s", outcome->accepted ? "accepted" : "rejected", report);
    if (findings->count > 0) {
        eg_buf_format(
            &session->out, "   %zu error, %zu warning, %zu info",
            findings->by_severity[EG_SEVERITY_ERROR] + findings->by_severity[EG_SEVERITY_FATAL],
            findings->by_severity[EG_SEVERITY_WARNING], findings->by_severity[EG_SEVERITY_INFO]);
    }
    eg_buf_char(&session->out, '\n');
    eg_buf_text(&session->out, "  ");
    eg_counts_say(&session->out, &outcome->judged.counts, session->german);
    eg_buf_char(&session->out, '\n');
    for (size_t i = 0; i < findings->count; i++) {
        eg_tool_finding_text(&session->out, session->rules, &findings->list[i],
                             session->german ? "de" : "en");
    }
    if (findings->omitted > 0) {
        eg_buf_format(&session->out, "  %zu more findings are not shown\n", findings->omitted);
    }
}

/* "<dir>/<report without folder and .xml>.<name>" */
static enum eg_status keep_file(const struct session *session, const char *report, const char *name,
                                const struct eg_buf *content, struct eg_error *err)
{
    const char *slash = strrchr(report, '/');
    const char *base = slash != NULL ? slash + 1 : report;
    size_t len = strlen(base);
    struct eg_buf file;

    len -= len > 4 && strcmp(base + len - 4, ".xml") == 0 ? 4 : 0;
    eg_buf_init(&file, EG_KIB);
    eg_buf_add(&file, base, len);
    eg_buf_format(&file, ".%s", name);
    enum eg_status status = eg_buf_ok(&file, report, err);
    char *path = status == EG_OK ? eg_file_join(session->dir, (const char *)file.data) : NULL;
    if (path != NULL) {
        status = eg_file_write(path, eg_bytes_view(content), 0644, err);
    } else if (status == EG_OK) {
        status = eg_error_set(err, EG_E_NOMEM, report, "memory ran out");
    }
    free(path);
    eg_buf_done(&file);
    return status;
}

static enum eg_status keep_svrl(struct session *session, const char *report, struct eg_error *err)
{
    enum eg_status status = EG_OK;

    for (size_t i = 0; session->svrl != NULL && status == EG_OK && i < session->package->step_count;
         i++) {
        char name[32] = "";
        if (session->svrl[i].len == 0) {
            continue;
        }
        (void)snprintf(name, sizeof name, "step-%zu.svrl", i + 1);
        if (session->dir != NULL) {
            status = keep_file(session, report, name, &session->svrl[i], err);
        } else {
            eg_buf_bytes(&session->out, eg_bytes_view(&session->svrl[i]));
            eg_buf_char(&session->out, '\n');
        }
        eg_buf_reset(&session->svrl[i]);
    }
    return status;
}

static enum eg_status keep(struct session *session, const char *report,
                           const struct eg_outcome *outcome, struct eg_error *err)
{
    EG_TRY(keep_svrl(session, report, err));

    for (size_t i = 0; session->dir != NULL && i < outcome->result_count; i++) {
        char name[EG_ID_MAX + 8] = "";
        (void)snprintf(name, sizeof name, "%s.xml", outcome->results[i].name);
        EG_TRY(keep_file(session, report, name, &outcome->results[i].content, err));
    }
    return EG_OK;
}

/* ---- facts -------------------------------------------------------------------------------- */

static enum eg_status read_facts(struct session *session, struct eg_error *err)
{
    const char *path = eg_tool_value(session->args, "--facts", 0);
    struct eg_buf text;

    if (path == NULL) {
        return EG_OK;
    }
    eg_buf_init(&text, FACTS_TEXT_MAX);
    enum eg_status status = eg_file_read(&text, path, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_facts_read(&session->facts, eg_bytes_view(&text), err);

done:
    eg_buf_done(&text);
    return status;
}

static enum eg_status write_facts(const struct session *session, struct eg_error *err)
{
    const char *path = eg_tool_value(session->args, "--facts-out", 0);
    struct eg_buf text;

    if (path == NULL) {
        return EG_OK;
    }
    eg_buf_init(&text, FACTS_TEXT_MAX);
    enum eg_status status = eg_facts_write(&text, &session->facts, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_write(path, eg_bytes_view(&text), 0644, err);

done:
    eg_buf_done(&text);
    return status;
}

/* What a gateway would have looked up for this report: facts of earlier days within the windows,
 * and the later days whose windows it touches. */
static enum eg_status facts_for(struct eg_facts *out, const struct session *session,
                                const struct eg_report_header *header, struct eg_error *err)
{
    char from[11] = "";
    char through[11] = "";
    enum eg_status status = EG_OK;

    if (!eg_rules_needs(session->rules, header->until, from)) {
        return EG_OK;
    }
    eg_facts_query_through(through, header->until);
    for (size_t i = 0; i < session->facts.count; i++) {
        const struct eg_fact *fact = &session->facts.list[i];
        int order = strcmp(fact->day, header->until);
        if (order < 0 && strcmp(fact->day, from) >= 0) {
            status = eg_facts_put(out, fact, err);
        } else if (order > 0 && strcmp(fact->day, through) <= 0) {
            status = eg_facts_put_later(out, fact->day, err);
        }
        if (status != EG_OK) {
            return status;
        }
    }
    return EG_OK;
}

/* The set has facts of this one's source and day. */
static bool replaces(const struct eg_facts *facts, const struct eg_fact *fact)
{
    for (size_t i = 0; i < facts->count; i++) {
        if (strcmp(facts->list[i].day, fact->day) == 0 &&
            strcmp(facts->list[i].source, fact->source) == 0) {
            return true;
        }
    }
    return false;
}

/* As a gateway's archive has it: an accepted report replaces all facts of its sources and day. */
static enum eg_status carry_facts(struct session *session, const struct eg_outcome *outcome,
                                  struct eg_error *err)
{
    const struct eg_facts *left = &outcome->remembered;
    struct eg_facts now;
    enum eg_status status = EG_OK;

    if (!outcome->accepted) {
        return EG_OK;
    }
    eg_facts_init(&now);
    for (size_t i = 0; i < session->facts.count; i++) {
        if (!replaces(left, &session->facts.list[i])) {
            status = eg_facts_put(&now, &session->facts.list[i], err);
        }
        if (status != EG_OK) {
            goto done;
        }
    }
    for (size_t i = 0; i < left->count; i++) {
        status = eg_facts_put(&now, &left->list[i], err);
        if (status != EG_OK) {
            goto done;
        }
    }
    eg_facts_done(&session->facts);
    session->facts = now;
    eg_facts_init(&now);

done:
    eg_facts_done(&now);
    return status;
}

/* ---- judging ------------------------------------------------------------------------------ */

static enum eg_status check_match(const struct session *session, const struct eg_document *document,
                                  const char *path, struct eg_error *err)
{
    const char *ns = NULL, *name = NULL;

    eg_document_root(document, &ns, &name);
    if (strcmp(ns, session->package->match_namespace) != 0 ||
        strcmp(name, session->package->match_name) != 0) {
        return eg_error_set(err, EG_E_USAGE, path,
                            "the root element {%s}%s is not what this package judges ({%s}%s)", ns,
                            name, session->package->match_namespace, session->package->match_name);
    }
    return EG_OK;
}

/* A report and what came of it. */
struct judged {
    const char *path;
    struct eg_report_header header;
    /* the header is filled, and the rules ran */
    bool readable;
    struct eg_outcome outcome;
};

static enum eg_status check_period(const struct session *session, const struct judged *judged,
                                   struct eg_error *err)
{
    const struct eg_package *package = session->package;
    const struct eg_report_header *header = &judged->header;

    if (eg_package_covers(package, header->from, header->until)) {
        return EG_OK;
    }
    return eg_error_set(err, EG_E_USAGE, judged->path,
                        "the period %s to %s is not judged by this package (%s to %s)",
                        header->from, header->until, package->from,
                        package->until[0] != '\0' ? package->until : "open");
}

static enum eg_status run_rules(struct judged *judged, struct session *session,
                                struct eg_document *document, struct eg_error *err)
{
    struct eg_facts known;
    eg_facts_init(&known);
    enum eg_status status = facts_for(&known, session, &judged->header, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_tool_plant_fits(&session->plant, session->package, &judged->header, err);
    if (status != EG_OK) {
        goto done;
    }
    struct eg_plant plant = session->plant.plant;
    plant.id = judged->header.plant;
    const struct eg_judge_job job = {.document = document,
                                     .header = &judged->header,
                                     .plant = &plant,
                                     .known = &known,
                                     .received_at_ms = eg_clock_wall_ms()};
    status = eg_judge_run(&judged->outcome, session->judge, &job, err);

done:
    eg_facts_done(&known);
    return status;
}

static enum eg_status judge(struct judged *judged, struct session *session, struct eg_bytes xml,
                            struct eg_error *err)
{
    struct eg_document *document = NULL;
    struct eg_findings *findings = &judged->outcome.findings;
    enum eg_status status = eg_document_parse(&document, findings, xml, EG_REPORT_MAX, err);
    if (status != EG_OK || document == NULL) {
        goto done;
    }
    status = check_match(session, document, judged->path, err);
    if (status != EG_OK) {
        goto done;
    }
    status =
        eg_judge_read(&judged->header, &judged->readable, findings, session->judge, document, err);
    if (status != EG_OK || !judged->readable) {
        goto done;
    }
    status = check_period(session, judged, err);
    if (status != EG_OK) {
        goto done;
    }
    status = run_rules(judged, session, document, err);

done:
    eg_document_free(&document);
    return status;
}

static enum eg_status run_one(struct session *session, bool *accepted, const char *path,
                              struct eg_error *err)
{
    struct judged judged = {.path = path};
    struct eg_outcome *outcome = &judged.outcome;
    struct eg_buf xml;

    eg_outcome_init(outcome);
    eg_buf_init(&xml, EG_REPORT_MAX + EG_MIB);
    enum eg_status status = eg_file_read(&xml, path, err);
    if (status != EG_OK) {
        goto done;
    }
    status = judge(&judged, session, eg_bytes_view(&xml), err);
    if (status != EG_OK) {
        goto done;
    }
    if (eg_tool_json(session->args)) {
        status = show_json(session, path, outcome, judged.readable ? &judged.header : NULL, err);
    } else {
        if (session->svrl == NULL || session->dir != NULL) {
            show_text(session, path, outcome);
        }
        status = eg_tool_flag(session->args, "--explain") ? explain(session, outcome, err) : EG_OK;
    }
    if (status != EG_OK) {
        goto done;
    }
    status = keep(session, path, outcome, err);
    *accepted = *accepted && outcome->accepted;
    if (status != EG_OK) {
        goto done;
    }
    status = carry_facts(session, outcome, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_tool_print(&session->out, err);

done:
    eg_outcome_done(outcome);
    eg_buf_done(&xml);
    return status;
}

static enum eg_status ask_svrl(struct session *session, struct eg_error *err)
{
    if (!eg_tool_flag(session->args, "--svrl")) {
        return EG_OK;
    }
    if (eg_tool_json(session->args) && session->dir == NULL) {
        return eg_error_set(err, EG_E_USAGE, "--svrl", "with --json needs -o DIR");
    }
    session->svrl = calloc(session->package->step_count, sizeof *session->svrl);
    if (session->svrl == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "--svrl", "memory ran out");
    }
    for (size_t i = 0; i < session->package->step_count; i++) {
        eg_buf_init(&session->svrl[i], 64 * EG_MIB);
    }
    eg_judge_svrl(session->judge, session->svrl);
    return EG_OK;
}

static enum eg_status run_all(struct session *session, bool *accepted, struct eg_error *err)
{
    size_t count = eg_tool_operand_count(session->args);
    enum eg_status status = ask_svrl(session, err);
    if (status != EG_OK) {
        return status;
    }
    if (session->dir != NULL) {
        EG_TRY(eg_file_mkdirs(session->dir, err));
    }
    for (size_t i = 1; i < count && !eg_tool_interrupted(); i++) {
        status = run_one(session, accepted, eg_tool_operand(session->args, i), err);
        eg_tool_progress("reports", i, count - 1);
        if (status != EG_OK) {
            return status;
        }
    }
    return EG_OK;
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct session session = {.args = args, .dir = eg_tool_value(args, "-o", 0)};
    bool accepted = true;

    eg_facts_init(&session.facts);
    eg_buf_init(&session.out, 64 * EG_MIB);
    enum eg_status status = eg_tool_german(&session.german, args, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_tool_package_open(&session.package, eg_tool_operand(args, 0), true, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_rules_compile(&session.rules, session.package, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_judge_new(&session.judge, session.rules, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_judge_explain(session.judge, eg_tool_flag(args, "--explain"));
    status = eg_tool_plant_read(&session.plant, args, session.package, err);
    if (status != EG_OK) {
        goto done;
    }
    status = read_facts(&session, err);
    if (status != EG_OK) {
        goto done;
    }
    status = run_all(&session, &accepted, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_facts(&session, err);

done:
    for (size_t i = 0; session.svrl != NULL && i < session.package->step_count; i++) {
        eg_buf_done(&session.svrl[i]);
    }
    free(session.svrl);
    eg_facts_done(&session.facts);
    eg_tool_plant_done(&session.plant);
    eg_judge_free(&session.judge);
    eg_rules_free(&session.rules);
    eg_tool_package_close(&session.package);
    eg_buf_done(&session.out);
    return status != EG_OK ? EG_EXIT_COULD_NOT : accepted ? EG_EXIT_DONE : EG_EXIT_NEGATIVE;
}

static const struct eg_tool_option options[] = {
    {.name = "-o", .value = "DIR", .help = "Keep results as DIR/<report>.<result>.xml."},
    {.name = "--svrl",
     .help = "Write findings of the checks as SVRL, to stdout or with -o as "
             "DIR/<report>.step-<n>.svrl."},
    {.name = "--explain",
     .help = "Show each value's way from measured to judged, with figures and parameters (with "
             "--json as member ways); results kept with -o then hold every column."},
    {.name = "--lang", .value = "LANG", .help = "Language of findings: de or en (en)."},
    EG_TOOL_DIRECTORY_OPTION,
    EG_TOOL_PLANT_OPTION,
    EG_TOOL_SETTING_OPTION,
    EG_TOOL_PERMIT_OPTION,
    {.name = "--facts",
     .value = "FILE",
     .help = "Facts of earlier reports, as --facts-out writes them."},
    {.name = "--facts-out",
     .value = "FILE",
     .help = "Write the facts that are in force after the last report."},
    {.name = NULL},
};

const struct eg_tool_verb eg_verb_rules_run = {
    .name = "rules run",
    .summary = "judge reports offline with a rule package",
    .operands = "PKG REPORT...",
    .operands_min = 2,
    .operands_max = -1,
    .description =
        "Judges each report as a gateway with this package would, with the package's own "
        "parameter values, and with settings and permits as the options say or a directory states. "
        "Reports are "
        "judged in the order given; what an accepted one remembers is known to those that "
        "come after it. Nothing is sent or recorded. Exit status 1 when a report would be "
        "rejected.",
    .example =
        "emgate rules run rules/eu.ied.annex-v.gas-turbine day.xml\n"
        "emgate rules run PKG -o results --setting process=other --facts-out known day-*.xml\n"
        "emgate rules run PKG --directory directory.xml --plant hw-1 --setting K2/fuel=oil day.xml",
    .options = options,
    .run = run,
};
