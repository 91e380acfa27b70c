/*
 * What a package can say, read from its files as they stand.
 */
#include "assess/render/wording.h"

#include "assess/judge/engine.h"
#include "assess/package/package.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct eg_error err;

static void start(void)
{
    cr_assert_eq(eg_engine_init(&err), EG_OK);
}

TestSuite(wording, .init = start, .fini = eg_engine_done);

static const struct eg_wording_line *line_of(const struct eg_wording *wording, const char *rule)
{
    for (size_t i = 0; i < wording->count; i++) {
        if (strcmp(wording->lines[i].rule, rule) == 0) {
            return &wording->lines[i];
        }
    }
    return NULL;
}

Test(wording, of_a_shipped_package_is_there_in_both_languages)
{
    struct eg_package *package = NULL;
    struct eg_wording wording;
    cr_assert_eq(eg_package_read(&package, "rules/eu.ied.annex-v.gas-turbine", true, &err), EG_OK);
    cr_assert_eq(eg_wording_read(&wording, package, &err), EG_OK, "%s", err.text);
    const struct eg_wording_line *line = line_of(&wording, "day-exceeded");
    cr_assert_not_null(line);
    cr_assert_str_eq(line->severity, "info");
    cr_assert_str_eq(line->source, "Annex V Part 4 point 1 (b)");
    cr_assert_not_null(strstr(line->en, "the validated daily mean {day} mg/m³ is above"));
    cr_assert_not_null(strstr(line->de, "Tagesmittelwert {day} mg/m³"));
    cr_assert_gt(wording.tests, 0);
    for (size_t i = 0; i < wording.count; i++) {
        cr_expect(wording.lines[i].de != NULL && wording.lines[i].en != NULL, "%s",
                  wording.lines[i].rule);
    }
    eg_wording_done(&wording);
    eg_package_free(&package);
}

/* A package in memory: one file, named by one step. */
static struct eg_wording read_one(enum eg_step_kind kind, const char *file, const char *text)
{
    struct eg_tree_file files[1] = {{.name = (char *)file}};
    struct eg_step step = {.kind = kind, .file = (char *)file};
    struct eg_package package = {.steps = &step, .step_count = 1, .tree = {files, 1}};
    struct eg_wording wording = {.count = 77};
    eg_buf_init(&files[0].content, 10000);
    eg_buf_text(&files[0].content, text);
    memset(&err, 0, sizeof err);
    if (eg_wording_read(&wording, &package, &err) != EG_OK) {
        cr_assert_eq(wording.count, 77, "untouched on failure");
        cr_assert_eq(err.status, EG_E_FORMAT);
        wording.count = 0;
    }
    eg_buf_done(&files[0].content);
    return wording;
}

Test(wording, of_findings_has_their_citation)
{
    struct eg_wording wording = read_one(
        EG_STEP_ASSESSMENT, "assessment/a.xml",
        "<assessment xmlns=\"urn:emgate:assessment:1\"><source><series><finding id=\"F\" "
        "role=\"warning\" when=\"x exceeds $y\" source=\"no. 1\"><text lang=\"de\">zu\n  hoch: "
        "{x}</text><text lang=\"en\">too high: {x}</text></finding></series></source>"
        "</assessment>");
    cr_assert_eq(wording.count, 1);
    cr_assert_str_eq(wording.lines[0].severity, "warning");
    cr_assert_str_eq(wording.lines[0].source, "no. 1");
    cr_assert_str_eq(wording.lines[0].de, "zu hoch: {x}");
    cr_assert_str_eq(wording.lines[0].en, "too high: {x}");
    eg_wording_done(&wording);
}

Test(wording, of_checks_knows_severities_and_diagnostics)
{
    struct eg_wording wording = read_one(
        EG_STEP_CHECKS, "checks/a.sch",
        "<schema xmlns=\"http://purl.oclc.org/dsdl/schematron\" xml:lang=\"de\"><pattern>"
        "<rule context=\"a\"><assert id=\"A\" test=\"b\" diagnostics=\"none A-en\">fehlt in <name/>"
        "</assert><report id=\"R\" test=\"c\">da</report></rule></pattern><diagnostics>"
        "<diagnostic id=\"A-en\" xml:lang=\"en\">missing <value-of select=\"@x\"/></diagnostic>"
        "</diagnostics></schema>");
    cr_assert_eq(wording.count, 2);
    cr_assert_str_eq(wording.lines[0].severity, "error");
    cr_assert_str_eq(wording.lines[0].de, "fehlt in {name}");
    cr_assert_str_eq(wording.lines[0].en, "missing {@x}");
    cr_assert_str_eq(wording.lines[1].severity, "warning");
    cr_assert_null(wording.lines[1].en);
    eg_wording_done(&wording);
}

Test(wording, of_files_that_include_each_other_ends)
{
    struct eg_wording wording = read_one(
        EG_STEP_CHECKS, "checks/a.sch",
        "<schema xmlns=\"http://purl.oclc.org/dsdl/schematron\"><include href=\"a.sch\"/>"
        "<include href=\"../checks/a.sch\"/><include href=\"../../x\"/><include/></schema>");
    cr_assert_eq(wording.count, 0);
    eg_wording_done(&wording);
}

Test(wording, refuses_what_is_no_xml)
{
    (void)read_one(EG_STEP_CHECKS, "checks/a.sch", "<schema");
    cr_assert_eq(err.status, EG_E_FORMAT);
    (void)read_one(EG_STEP_CHECKS, "checks/a.sch", "<!DOCTYPE a><a/>");
    cr_assert_eq(err.status, EG_E_FORMAT);
}
