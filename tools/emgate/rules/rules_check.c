/*
 * emgate rules check, emgate rules test: does a package compile, do its own tests pass. Both in
 * this process: a publisher works on a package of its own; what a gateway installs is tried in a
 * child.
 */
#include "emgate/rules/rules.h"

#include "assess/package/package_xml.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/text.h"
#include "workbench/package_lint.h"
#include "workbench/package_tests.h"

#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {"schema", "checks", "assessment", "transform"};

/* What was seen in a package that compiles. */
struct looking {
    bool json;
    /* lines, or JSON objects with commas between */
    struct eg_buf lints;
    size_t errors, warnings;
};

static enum eg_status take_lint(void *payload, const struct eg_lint *lint)
{
    struct looking *looking = payload;
    struct eg_buf *out = &looking->lints;
    bool error = lint->severity >= EG_SEVERITY_ERROR;

    if (looking->json) {
        eg_buf_text(out, looking->errors + looking->warnings > 0 ? ",{" : "{");
        eg_tool_json_text(out, "code", lint->code);
        eg_tool_json_text(out, "severity", eg_severity_text(lint->severity));
        eg_tool_json_text(out, "file", lint->file);
        eg_buf_format(out, ",\"line\":%u", lint->line);
        eg_tool_json_text(out, "text", lint->text);
        eg_tool_json_text(out, "remedy", lint->remedy);
        eg_buf_char(out, '}');
    } else {
        eg_buf_format(out, "%s:%u: %s %s: %s; %s\n", lint->file, lint->line,
                      eg_severity_text(lint->severity), lint->code, lint->text, lint->remedy);
    }
    looking->errors += error;
    looking->warnings += !error;
    return eg_buf_ok(out, "lints", NULL);
}

static void show_check(struct eg_buf *out, const struct eg_package *package,
                       const struct looking *looking)
{
    if (looking->json) {
        eg_buf_format(out, "{\"valid\":%s,\"signed\":%s,\"package\":",
                      looking->errors == 0 ? "true" : "false",
                      package->is_signed ? "true" : "false");
        eg_tool_json_package(out, &package->ref);
        eg_buf_format(out, ",\"files\":%zu,\"steps\":%zu,\"parameters\":%zu,\"errors\":%zu",
                      package->tree.count, package->step_count, package->parameter_count,
                      looking->errors);
        eg_buf_format(out, ",\"warnings\":%zu,\"lints\":[", looking->warnings);
        eg_buf_bytes(out, eg_bytes_view(&looking->lints));
        eg_buf_text(out, "]}\n");
        return;
    }
    eg_buf_format(out, "%s %s: compiles; %zu errors, %zu warnings\n", package->ref.id,
                  package->ref.version, looking->errors, looking->warnings);
    for (size_t i = 0; i < package->step_count; i++) {
        const struct eg_step *step = &package->steps[i];
        eg_buf_format(out, "  step %zu  %-10s %s%s%s\n", i + 1, kind_names[step->kind], step->file,
                      step->result != NULL ? " -> " : "", step->result != NULL ? step->result : "");
    }
    eg_buf_bytes(out, eg_bytes_view(&looking->lints));
}

/* The day that counts as today: --at, else that of the clock. */
static enum eg_status read_day(char at[EG_TIME_TEXT_MAX], const struct eg_tool_args *args,
                               struct eg_error *err)
{
    const char *given = eg_tool_value(args, "--at", 0);

    if (given == NULL) {
        eg_text_time(at, eg_clock_wall_ms());
        at[strlen("YYYY-MM-DD")] = '\0';
        return EG_OK;
    }
    if (!eg_date_valid(given)) {
        return eg_error_set(err, EG_E_USAGE, "--at", "%s is no day YYYY-MM-DD", given);
    }
    memcpy(at, given, strlen(given) + 1);
    return EG_OK;
}

static int run_check(const struct eg_tool_args *args, struct eg_error *err)
{
    struct looking looking = {.json = eg_tool_json(args)};
    struct eg_package *package = NULL;
    struct eg_rules *rules = NULL;
    char at[EG_TIME_TEXT_MAX] = "";
    struct eg_buf out;
    int result = EG_EXIT_COULD_NOT;

    eg_buf_init(&out, 8 * EG_MIB);
    eg_buf_init(&looking.lints, 4 * EG_MIB);
    if (read_day(at, args, err) == EG_OK &&
        eg_tool_package_open(&package, eg_tool_operand(args, 0), true, err) == EG_OK &&
        eg_rules_compile(&rules, package, err) == EG_OK &&
        eg_package_lint(package, at, take_lint, &looking, err) == EG_OK) {
        show_check(&out, package, &looking);
        result = eg_tool_print(&out, err) != EG_OK ? EG_EXIT_COULD_NOT
                 : looking.errors == 0             ? EG_EXIT_DONE
                                                   : EG_EXIT_NEGATIVE;
    }
    eg_rules_free(&rules);
    eg_tool_package_close(&package);
    eg_buf_done(&looking.lints);
    eg_buf_done(&out);
    return result;
}

static const struct eg_tool_option check_options[] = {
    {"--at", "DAY", "the day that counts as today, YYYY-MM-DD", false, false},
    {NULL, NULL, NULL, false, false},
};

const struct eg_tool_verb eg_verb_rules_check = {
    .name = "rules check",
    .summary = "compile a rule package and look for what is seldom meant",
    .operands = "PKG",
    .operands_min = 1,
    .operands_max = 1,
    .description =
        "Reads the package directory PKG, holds its files against SIGNED if there is one, and "
        "compiles every step. An unsigned package is checked too, with a warning: a gateway takes "
        "signed ones only. Then it is looked at as it stands: checks and findings without a case "
        "(LINT-TEST, EA-TEST), parameters (EA-PARAM), settings (LINT-SETTING) and code lists "
        "(LINT-CODELIST) that nothing uses, sources that name nothing (LINT-SOURCE), tests and "
        "contexts that walk the whole document for each node (LINT-WALK), a validity that is over "
        "(LINT-EXPIRED), titles (LINT-TITLE) and languages (LINT-LANGUAGE) that are missing. Each "
        "is told with file, line and what to do. Exit status 1 when there are errors; warnings "
        "alone leave it 0.",
    .options = check_options,
    .example = "emgate rules check rules/eu.ied.annex-v.gas-turbine",
    .run = run_check,
};

/* ---- rules test --------------------------------------------------------------------------- */

struct telling {
    bool json;
    struct eg_buf out;
    /* for results; NULL: not kept */
    const char *dir;
    /* of keeping them */
    enum eg_status status;
    struct eg_error *err;
};

/* "<dir>/<number of the case>.<result>.xml": a case may be called anything, a file may not. */
static enum eg_status keep_file(const char *dir, size_t number, const char *what,
                                struct eg_bytes content, struct eg_error *err)
{
    char name[EG_ID_MAX + 32] = "";

    (void)snprintf(name, sizeof name, "%zu.%s.xml", number, what);
    char *path = eg_file_join(dir, name);
    enum eg_status status = path != NULL ? eg_file_write(path, content, 0644, err)
                                         : eg_error_set(err, EG_E_NOMEM, name, "memory ran out");
    free(path);
    return status;
}

static enum eg_status keep_case(const char *dir, const struct eg_package_case *done,
                                struct eg_error *err)
{

    if (done->report.len > 0) {
        EG_TRY(keep_file(dir, done->index + 1, EG_RESULT_REPORT, done->report, err));
    }
    for (size_t i = 0; i < done->outcome->result_count; i++) {
        EG_TRY(keep_file(dir, done->index + 1, done->outcome->results[i].name,
                         eg_bytes_view(&done->outcome->results[i].content), err));
    }
    return EG_OK;
}

static bool tell(void *payload, const struct eg_package_case *done)
{
    struct telling *telling = payload;

    eg_tool_progress("tests", done->index + 1, done->total);
    if (telling->json) {
        eg_buf_char(&telling->out, '{');
        eg_tool_json_text(&telling->out, "case", done->name);
        eg_buf_format(&telling->out, ",\"passed\":%s", done->passed ? "true" : "false");
        if (!done->passed) {
            eg_tool_json_text(&telling->out, "difference", done->text);
        }
        eg_buf_text(&telling->out, "}\n");
    } else {
        eg_buf_format(&telling->out, "  %s  %s\n", done->passed ? "ok  " : "FAIL", done->name);
        if (!done->passed) {
            eg_buf_format(&telling->out, "        %s\n", done->text);
        }
    }
    if (telling->dir != NULL) {
        telling->status = keep_case(telling->dir, done, telling->err);
    }
    return telling->status == EG_OK && !eg_tool_interrupted();
}

static int conclude(struct telling *telling, const struct eg_package *package,
                    const struct eg_package_tests *tests, struct eg_error *err)
{
    if (!tests->present) {
        eg_error_set(err, EG_E_NOTFOUND, EG_PACKAGE_TESTS_FILE,
                     "the package has no tests; a gateway does not install it");
        return EG_EXIT_COULD_NOT;
    }
    if (telling->json) {
        eg_buf_text(&telling->out, "{\"package\":");
        eg_tool_json_package(&telling->out, &package->ref);
        eg_buf_format(&telling->out, ",\"passed\":%zu,\"failed\":%zu}\n",
                      tests->total - tests->failed, tests->failed);
    } else {
        eg_buf_format(&telling->out, "%s %s: %zu passed, %zu failed\n", package->ref.id,
                      package->ref.version, tests->total - tests->failed, tests->failed);
    }
    if (eg_tool_print(&telling->out, err) != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    return tests->failed == 0 ? EG_EXIT_DONE : EG_EXIT_NEGATIVE;
}

static int run_test(const struct eg_tool_args *args, struct eg_error *err)
{
    struct telling telling = {
        .json = eg_tool_json(args), .dir = eg_tool_value(args, "-o", 0), .err = err};
    struct eg_package_tests tests = {0, 0, false};
    struct eg_package *package = NULL;
    struct eg_rules *rules = NULL;
    int result = EG_EXIT_COULD_NOT;

    eg_buf_init(&telling.out, 4 * EG_MIB);
    if (eg_tool_package_open(&package, eg_tool_operand(args, 0), true, err) == EG_OK &&
        eg_rules_compile(&rules, package, err) == EG_OK &&
        (telling.dir == NULL || eg_file_mkdirs(telling.dir, err) == EG_OK) &&
        eg_package_tests_run(&tests, rules, tell, &telling, err) == EG_OK &&
        telling.status == EG_OK) {
        result = conclude(&telling, package, &tests, err);
    }
    eg_rules_free(&rules);
    eg_tool_package_close(&package);
    eg_buf_done(&telling.out);
    return result;
}

static const struct eg_tool_option test_options[] = {
    {.name = "-o",
     .value = "DIR",
     .help = "Keep the reports judged as DIR/<number of case>.report.xml, and results "
             "as DIR/<number of case>.<result>.xml."},
    {.name = NULL},
};

const struct eg_tool_verb eg_verb_rules_test = {
    .name = "rules test",
    .summary = "run the tests inside a rule package",
    .operands = "PKG",
    .operands_min = 1,
    .operands_max = 1,
    .description = "Judges the reports of tests/tests.xml, files of the package or bases with "
                   "changes, and compares outcome, findings and "
                   "results with what the tests expect. Exit status 1 when one differs.",
    .example = "emgate rules test rules/eu.ied.annex-v.gas-turbine",
    .options = test_options,
    .run = run_test,
};
