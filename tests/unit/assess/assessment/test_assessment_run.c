/*
 * What the worked packages do not show: unknown answers, two steps of rounding, long lists of
 * findings, texts, settings that nobody stated, reports that can not be read.
 */
#include "assess/schema/schema.h"
#include "tests/support/assessment_case.h"

#include "base/file.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *figure(struct assessment_case *c, const char *who, const char *name)
{
    return assessment_case_value(assessment_case_find(c, who, "figure", "name", name), "value");
}

static void run(struct assessment_case *c)
{
    enum eg_status status = assessment_case_run(c);
    cr_assert_eq(status, EG_OK, "%s: %s", c->err.where, c->err.text);
    cr_assert(c->made);
}

/* Lines put in front of the finding of package e, of which four values are 46.2 to 47.9. */
static void open_with(struct assessment_case *c, const char *lines)
{
    char text[4000] = "";
    assessment_case_open(c, "e");
    (void)snprintf(text, sizeof text, "%s<finding", lines);
    assessment_case_package(c, "<finding", text);
}

#define ANSWER(name, when) "<whether name='" name "' when=\"" when "\" source='x'/>"

Test(assessment_run, answers_with_three_values)
{
    struct assessment_case c;
    open_with(&c,
              "<figure name='none' unit='1' is='0 / 0' source='x'/>"
              "<round name='gone' of='none' place='0'/>" ANSWER("yes", "1 equals 1")
                  ANSWER("no", "1 equals 2") ANSWER("open", "gone equals 1")
                      ANSWER("yes-and-open", "yes and open") ANSWER("no-and-open", "no and open")
                          ANSWER("yes-or-open", "yes or open") ANSWER("no-or-open", "no or open")
                              ANSWER("not-open", "not open") ANSWER("not-yes", "not yes")
                                  ANSWER("open-and-open", "open and not open")
                                      ANSWER("some", "none has a number")
                                          ANSWER("none-there", "none has no number")
                                              ANSWER("bad", "status of none is implausible"));
    run(&c);
    static const char *const want[][2] = {{"yes", "yes"},
                                          {"no", "no"},
                                          {"open", "unknown"},
                                          {"yes-and-open", "unknown"},
                                          {"no-and-open", "no"},
                                          {"yes-or-open", "yes"},
                                          {"no-or-open", "unknown"},
                                          {"not-open", "unknown"},
                                          {"not-yes", "no"},
                                          {"open-and-open", "unknown"},
                                          {"some", "no"},
                                          {"none-there", "yes"},
                                          {"bad", "yes"}};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        cr_expect_str_eq(figure(&c, "NOx", want[i][0]), want[i][1], "%s", want[i][0]);
    }
    cr_assert_str_eq(figure(&c, "NOx", "none"), "");
    assessment_case_done(&c);
}

Test(assessment_run, computes_formulas_of_parameters_in_decimals)
{
    struct assessment_case c;
    open_with(&c, "<figure name='a' unit='mg/m3' is='1.1 * $limit' source='x'/>"
                  "<figure name='b' unit='mg/m3' is='$limit / 3' source='x'/>"
                  "<figure name='d' unit='1' is='0.1 + 0.2' source='x'/>");
    run(&c);
    cr_assert_str_eq(figure(&c, "NOx", "a"), "55");
    cr_assert_str_eq(figure(&c, "NOx", "b"), "16.666666666666668");
    cr_assert_str_eq(figure(&c, "NOx", "d"), "0.3");
    assessment_case_done(&c);
}

Test(assessment_run, rounds_in_one_step_or_two)
{
    static const char *const steps[] = {"one", "two"};
    static const char *const want[] = {"50", "51"};
    for (size_t i = 0; i < 2; i++) {
        struct assessment_case c;
        open_with(&c, "<figure name='x' unit='mg/m3' is='50.45 mg/m3' source='x'/>");
        char text[20] = "";
        (void)snprintf(text, sizeof text, "steps=\"%s\"", steps[i]);
        assessment_case_package(&c, "steps=\"one\"", text);
        assessment_case_package(&c, "name='x' unit", "name='raw' unit");
        assessment_case_package(&c, "<finding", "<round name='r' of='raw' as='limit'/><finding");
        run(&c);
        cr_expect_str_eq(figure(&c, "NOx", "r"), want[i]);
        assessment_case_done(&c);
    }
}

Test(assessment_run, picks_the_nearest_rank)
{
    struct assessment_case c;
    open_with(&c, "<percentile name='p50' of='x' over='all' using='valid' p='50' source='x'/>"
                  "<percentile name='p51' of='x' over='all' using='valid' p='50.001' source='x'/>"
                  "<percentile name='p100' of='x' over='all' using='valid' p='100' source='x'/>"
                  "<min name='least' of='x' over='all' using='valid' source='x'/>"
                  "<sum name='nothing' of='x' over='all' using='invalid' source='x'/>"
                  "<mean name='no-mean' of='x' over='all' using='invalid' source='x'/>");
    run(&c);
    cr_assert_str_eq(figure(&c, "NOx", "p50"), "47.3");
    cr_assert_str_eq(figure(&c, "NOx", "p51"), "47.4");
    cr_assert_str_eq(figure(&c, "NOx", "p100"), "47.9");
    cr_assert_str_eq(figure(&c, "NOx", "least"), "46.2");
    cr_assert_str_eq(figure(&c, "NOx", "nothing"), "");
    cr_assert_str_eq(figure(&c, "NOx", "no-mean"), "");
    assessment_case_done(&c);
}

Test(assessment_run, makes_texts_from_what_was_recorded)
{
    struct assessment_case c;
    assessment_case_open(&c, "e");
    assessment_case_package(
        &c, "P44-LIMIT trifft zu.",
        "{component} {upper:1} gerundet {judged-value} um {end} an {source}, Grenzwert {$limit}");
    run(&c);
    cr_assert_eq(c.findings.count, 2);
    cr_assert_str_eq(assessment_case_text(&c, 0, "de"),
                     "NOx 51,1 gerundet 51 um 10.03.2022 01:30 an s1, Grenzwert 50 "
                     "[44. BImSchV § 31 Abs. 7 Satz 1]");
    cr_assert_str_eq(assessment_case_text(&c, 0, "en"),
                     "P44-LIMIT is found. [44. BImSchV § 31 Abs. 7 Satz 1]");
    cr_assert_str_eq(c.findings.list[0].location, "/r:report/r:source[1]/r:series[1]/r:v[3]");
    cr_assert_gt(c.findings.list[0].line, 0);
    assessment_case_done(&c);
}

Test(assessment_run, lists_a_hundred_and_counts_the_rest)
{
    struct assessment_case c;
    struct eg_buf values = {0};
    assessment_case_open(&c, "e");
    eg_buf_init(&values, EG_MIB);
    for (int i = 0; i < 120; i++) {
        eg_buf_format(&values, "<v t=\"2022-03-10T%02d:%02d:00\" x=\"90\" u=\"1\" s=\"valid\"/>",
                      10 + i / 60, i % 60);
    }
    eg_buf_text(&values, "</series>");
    assessment_case_report(&c, "</series>", (const char *)values.data);
    run(&c);
    const xmlNode *judged = assessment_case_find(&c, "NOx", "judged", "id", "P44-LIMIT");
    cr_assert_str_eq(assessment_case_value(judged, "found"), "122");
    cr_assert_str_eq(assessment_case_value(judged, "omitted"), "22");
    cr_assert_eq(c.findings.count, 100);
    eg_buf_done(&values);
    assessment_case_done(&c);
}

Test(assessment_run, denies_a_setting_that_nobody_stated)
{
    struct assessment_case c;
    assessment_case_open(&c, "a");
    c.plant.settings[1].from[0] = '3'; /* cleaned: from 3000 on */
    cr_assert_eq(assessment_case_run(&c), EG_E_DENIED);
    cr_assert_not_null(strstr(c.err.text, "registrar"), "%s", c.err.text);
    cr_assert_not(c.made);
    assessment_case_done(&c);
}

Test(assessment_run, makes_nothing_of_a_report_off_the_grid)
{
    struct assessment_case c;
    assessment_case_open(&c, "a");
    assessment_case_report(&c, "T00:30:00", "T00:31:00");
    cr_assert_eq(assessment_case_run(&c), EG_OK);
    cr_assert_not(c.made);
    cr_assert_eq(c.octets.len, 0);
    cr_assert_eq(c.remembered.count, 0);
    cr_assert_gt(c.findings.by_severity[EG_SEVERITY_ERROR], 0);
    assessment_case_done(&c);
}

Test(assessment_run, names_components_that_are_not_judged)
{
    struct assessment_case c;
    assessment_case_open(&c, "a");
    assessment_case_report(&c, "component=\"NOx\"", "component=\"HCl\"");
    run(&c);
    cr_assert_null(assessment_case_find(&c, "HCl", "figure", NULL, NULL));
    const xmlNode *none = assessment_case_find(&c, "source", "not-judged", "component", "HCl");
    cr_assert_str_eq(assessment_case_value(none, "because"), "limit-day");
    cr_assert_eq(c.remembered.count, 0);
    assessment_case_done(&c);
}

Test(assessment_run, gives_the_same_octets_again)
{
    struct assessment_case c;
    assessment_case_open(&c, "b");
    run(&c);
    char *first = eg_bytes_dup(eg_bytes_view(&c.octets));
    eg_buf_reset(&c.octets);
    run(&c);
    cr_assert(eg_bytes_is(eg_bytes_view(&c.octets), first));
    free(first);
    assessment_case_done(&c);
}

/* ---- vocabularies ------------------------------------------------------------------------- */

static struct eg_bytes find_vocabulary(void *payload, const char *name)
{
    char path[200] = "";
    struct eg_buf *buf = payload;
    (void)snprintf(path, sizeof path, "rules/vocabulary/%s", name);
    eg_buf_init(buf, EG_MIB);
    return eg_file_read(buf, path, NULL) == EG_OK ? eg_bytes_view(buf) : EG_BYTES_NONE;
}

static void expect_valid(xmlDoc *doc, const char *xsd)
{
    struct eg_buf buf = {0};
    struct eg_loader loader = {&buf, find_vocabulary};
    struct eg_schema *schema = NULL;
    struct eg_findings findings;
    struct eg_error err = {0};
    bool valid = false;
    eg_findings_init(&findings);
    cr_assert_eq(eg_schema_compile(&schema, &loader, xsd, &err), EG_OK, "%s: %s", err.where,
                 err.text);
    cr_assert_eq(
        eg_schema_validate(&valid, schema, &(struct eg_schema_job){.doc = doc}, &findings, &err),
        EG_OK);
    cr_expect(valid, "%s: %s", xsd, findings.count > 0 ? findings.list[0].values[0].text : "");
    eg_findings_done(&findings);
    eg_schema_free(&schema);
    eg_buf_done(&buf);
}

Test(assessment_run, reads_and_writes_what_the_vocabularies_say)
{
    static const char *const cases[] = {"a", "b", "c", "d", "e"};
    for (size_t i = 0; i < 5; i++) {
        struct assessment_case c;
        xmlDoc *rules = NULL;
        assessment_case_open(&c, cases[i]);
        if (cases[i][0] == 'b') {
            cr_assert_eq(eg_facts_put_later(&c.known, "2022-03-11", &c.err), EG_OK);
        }
        run(&c);
        expect_valid(c.result, "assessment-result.xsd");
        const char *file = c.package->steps[0].file;
        cr_assert_eq(
            eg_xml_parse_file(&rules, eg_package_file(c.package, file), file, EG_MIB, &c.err),
            EG_OK);
        expect_valid(rules, "assessment.xsd");
        xmlFreeDoc(rules);
        assessment_case_done(&c);
    }
}

/* Found by damaged assessments: what is not judged has neither a component nor a reason then. */
Test(assessment_run, tells_what_it_does_not_judge_where_no_rule_is_for_components)
{
    struct assessment_case c;
    assessment_case_open(&c, "e");
    char *text = eg_bytes_dup(eg_package_file(c.package, c.package->steps[0].file));
    char *source = text != NULL ? strstr(text, "<source>") : NULL;
    cr_assert_not_null(source);
    assessment_case_package(&c, source,
                            "<source><figure name='a' unit='mg/m3' is='1 mg/m3' source='x'/>"
                            "<round name='b' of='a' place='0' having='limit'/>"
                            "</source></assessment>");
    free(text);
    run(&c);
    xmlNode *component = assessment_case_find(&c, "source", "not-judged", "component", "NOx");
    cr_assert_not_null(component);
    cr_expect_str_eq(assessment_case_value(component, "because"), "");
    cr_expect_not_null(assessment_case_find(&c, "source", "not-judged", "of", "b"));
    expect_valid(c.result, "assessment-result.xsd");
    assessment_case_done(&c);
}
