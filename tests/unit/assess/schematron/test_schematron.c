/*
 * ISO Schematron sentence by sentence: each row is a schema, a document and the findings, written
 * "severity id location values". Clauses are those of ISO/IEC 19757-3.
 */
#include "assess/schematron/schematron.h"

#include "base/limits.h"
#include "tests/support/checks.h"
#include "tests/support/loader.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD                                                                                       \
    "<schema xmlns='http://purl.oclc.org/dsdl/schematron' queryBinding='xslt' "                    \
    "xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>"
#define NS                                                                                         \
    "<ns prefix='r' uri='urn:r'/><ns prefix='f' uri='urn:emgate:function:1'/>"                     \
    "<ns prefix='str' uri='http://exslt.org/strings'/>"
#define TAIL "</schema>"
#define PATTERN(x) HEAD NS "<pattern>" x "</pattern>" TAIL
#define RULE(context, x) PATTERN("<rule context=\"" context "\">" x "</rule>")

static void begin(void)
{
    struct eg_error err = {0};
    cr_assert(eg_xml_init(&err) == EG_OK);
}

static void end(void)
{
    eg_xml_done();
}

TestSuite(schematron, .init = begin, .fini = end);

static const struct eg_schematron_param params[] = {{.name = "limit", .value = "50"},
                                                    {.name = "word", .value = "on"}};

static enum eg_status compile(struct eg_schematron **out, const char *sch, const char *phase,
                              struct eg_loader *loader, struct eg_error *err)
{
    static struct test_files files[8];
    files[0] = (struct test_files){"checks/main.sch", sch};
    files[1] = (struct test_files){
        "checks/inc.sch", "<pattern xmlns='http://purl.oclc.org/dsdl/schematron'><rule "
                          "context='a'><assert id='inc' test='@n'>x</assert></rule></pattern>"};
    files[2] = (struct test_files){"lists/units.xml", "<u><i>mg</i><i>K</i></u>"};
    files[3] = (struct test_files){
        "checks/loop.sch",
        "<include xmlns='http://purl.oclc.org/dsdl/schematron' href='loop.sch'/>"};
    files[4] = (struct test_files){
        "checks/rule.sch", "<rule xmlns='http://purl.oclc.org/dsdl/schematron' abstract='true' "
                           "id='far'><assert id='far-a' test='@n'>x</assert></rule>"};
    files[5] = (struct test_files){"checks/bad.sch", "<!DOCTYPE x><x/>"};
    files[6] = (struct test_files){NULL, NULL};
    *loader = test_loader(files);
    struct eg_schematron_options options = {.phase = phase, .params = params, .param_count = 2};
    return eg_schematron_compile(out, loader, "checks/main.sch", &options, err);
}

static void write_findings(struct eg_buf *out, const struct eg_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct eg_finding *f = &findings->list[i];
        eg_buf_format(out, "%s%s %s %s", i > 0 ? "; " : "", eg_severity_text(f->severity), f->rule,
                      f->location);
        for (size_t v = 0; v < f->value_count; v++) {
            eg_buf_format(out, " %s=%s", f->values[v].name, f->values[v].text);
        }
    }
}

static void expect_phase(const char *sch, const char *phase, const char *xml, const char *expected)
{
    struct eg_error err = {0};
    struct eg_loader loader;
    struct eg_schematron *schema = NULL;
    struct eg_findings findings = {0};
    struct eg_buf got = {0};
    xmlDoc *doc = NULL;
    bool fatal = false;
    eg_findings_init(&findings);
    eg_buf_init(&got, 100000);
    cr_assert(compile(&schema, sch, phase, &loader, &err) == EG_OK, "%s: %s in\n%s", err.where,
              err.text, sch);
    cr_assert(eg_xml_parse_file(&doc, eg_bytes_of(xml), "x.xml", 1000000, &err) == EG_OK, "%s",
              err.text);
    struct eg_schematron_state *state = NULL;
    cr_assert(eg_schematron_state_new(&state, schema, &err) == EG_OK);
    for (int round = 0; round < 2; round++) { /* a state is used again and again */
        struct eg_schematron_job job = {.doc = doc, .step = 3};
        eg_findings_done(&findings);
        eg_findings_init(&findings);
        cr_assert(eg_schematron_run(&fatal, state, &job, &findings, &err) == EG_OK, "%s: %s in\n%s",
                  err.where, err.text, sch);
    }
    eg_schematron_state_free(&state);
    eg_buf_text(&got, "");
    write_findings(&got, &findings);
    cr_expect_str_eq(got.data != NULL ? (const char *)got.data : "", expected, "in\n%s\ngot\n%s",
                     sch, (const char *)got.data);
    eg_buf_done(&got);
    eg_findings_done(&findings);
    xmlFreeDoc(doc);
    eg_schematron_free(&schema);
}

static void expect(const char *sch, const char *xml, const char *expected)
{
    expect_phase(sch, NULL, xml, expected);
}

static void refuse(const char *sch, const char *reason)
{
    struct eg_error err = {0};
    struct eg_loader loader;
    struct eg_schematron *schema = NULL;
    enum eg_status status = compile(&schema, sch, NULL, &loader, &err);
    cr_expect(status != EG_OK, "taken:\n%s", sch);
    cr_expect(strstr(err.text, reason) != NULL, "'%s' instead of '%s' for\n%s", err.text, reason,
              sch);
    cr_expect(strstr(err.where, ".sch") != NULL, "'%s' for\n%s", err.where, sch);
    cr_expect_null(schema);
    eg_schematron_free(&schema);
}

Test(schematron, reports_failed_asserts_and_successful_reports)
{
    /* 5.4.2, 5.4.11 */
    expect(RULE("a", "<assert id='x' test='@n'>t</assert>"), "<a/>", "error x /a");
    expect(RULE("a", "<assert id='x' test='@n'>t</assert>"), "<a n=''/>", "");
    expect(RULE("a", "<report id='x' test='@n'>t</report>"), "<a n=''/>", "warning x /a");
    expect(RULE("a", "<report id='x' test='@n'>t</report>"), "<a/>", "");
    expect(RULE("a", "<assert id='x' test='0'>t</assert>"
                     "<report id='y' test=\"'no'\">t</report>"),
           "<a/>", "error x /a; warning y /a");
    expect(PATTERN("<rule context='a'><assert test='0'>t</assert></rule>"), "<a/>",
           "error p1-r1-a1 /a");
}

Test(schematron, takes_severity_from_role)
{
    expect(RULE("a", "<assert id='i' role='info' test='0'>t</assert>"
                     "<assert id='w' role='warning' test='0'>t</assert>"
                     "<report id='e' role='error' test='1'>t</report>"),
           "<a/>", "info i /a; warning w /a; error e /a");
    expect(PATTERN("<rule context='a' role='info'><assert id='i' test='0'>t</assert>"
                   "<assert id='e' role='error' test='0'>t</assert></rule>"),
           "<a/>", "info i /a; error e /a");
    expect(RULE("a", "<assert id='x' role='ERROR' test='0'>t</assert>"
                     "<report id='y' role='info ' test='1'>t</report>"),
           "<a/>", "error x /a; warning y /a");
}

Test(schematron, stops_at_a_fatal_finding)
{
    expect(HEAD "<pattern><rule context='b'><assert id='f' role='fatal' test='0'>t</assert>"
                "<assert id='n' test='0'>t</assert></rule></pattern><pattern><rule context='a'>"
                "<assert id='m' test='0'>t</assert></rule></pattern>" TAIL,
           "<a><b/><b/></a>", "fatal f /a/b[1]");
}

Test(schematron, fires_the_first_matching_rule_of_each_pattern)
{
    /* 5.4.12: a node is matched once in a pattern, and by each pattern */
    expect(PATTERN("<rule context='a/b'><assert id='n1' test='0'>t</assert></rule>"
                   "<rule context='b'><assert id='n2' test='0'>t</assert></rule>"
                   "<rule context='*'><assert id='n3' test='0'>t</assert></rule>"),
           "<c><b/><a><b/></a></c>",
           "error n3 /c; error n2 /c/b[1]; error n3 /c/a[1]; error n1 /c/a[1]/b[1]");
    expect(PATTERN("<rule context='b[@x]'><assert id='n1' test='0'>t</assert></rule>"
                   "<rule context='b'><assert id='n2' test='0'>t</assert></rule>"),
           "<c><b/><b x=''/><b/></c>", "error n2 /c/b[1]; error n1 /c/b[2]; error n2 /c/b[3]");
    expect(HEAD
           "<pattern><rule context='a'><assert id='n1' test='0'>t</assert></rule></pattern>"
           "<pattern><rule context='a'><assert id='n2' test='0'>t</assert></rule></pattern>" TAIL,
           "<a/>", "error n1 /a; error n2 /a");
}

Test(schematron, matches_contexts_as_xslt_patterns)
{
#define FAIL "<report id='x' role='info' test='1'>t</report>"
    static const char *const doc = "<r:a xmlns:r='urn:r' n='1'><r:b n='2'><c/></r:b><c r:n='3'/>"
                                   "<!--k--><?pi x?><b/>text</r:a>";
    static const struct {
        const char *context, *expected;
    } rows[] = {
        {"r:a", "/r:a"},
        {"/r:a", "/r:a"},
        {"/c", ""},
        {"/", "/"},
        {"c", "/r:a/r:b[1]/c[1] /r:a/c[1]"},
        {"r:b/c", "/r:a/r:b[1]/c[1]"},
        {"r:a/c", "/r:a/c[1]"},
        {"/r:a/r:b/c", "/r:a/r:b[1]/c[1]"},
        {"//c", "/r:a/r:b[1]/c[1] /r:a/c[1]"},
        {"r:a//c", "/r:a/r:b[1]/c[1] /r:a/c[1]"},
        {"r:*", "/r:a /r:a/r:b[1]"},
        {"*", "/r:a /r:a/r:b[1] /r:a/r:b[1]/c[1] /r:a/c[1] /r:a/b[1]"},
        {"b", "/r:a/b[1]"},
        {"@n", "/r:a/@n /r:a/r:b[1]/@n"},
        {"r:b/@n", "/r:a/r:b[1]/@n"},
        {"@r:n", "/r:a/c[1]/@r:n"},
        {"@*", "/r:a/@n /r:a/r:b[1]/@n /r:a/c[1]/@r:n"},
        {"@r:*", "/r:a/c[1]/@r:n"},
        {"r:b | b", "/r:a/r:b[1] /r:a/b[1]"},
        {"b|@r:n|/r:a", "/r:a /r:a/c[1]/@r:n /r:a/b[1]"},
        {"*[@n]", "/r:a /r:a/r:b[1]"},
        {"*[1]", "/r:a /r:a/r:b[1] /r:a/r:b[1]/c[1]"},
        {"c[not(@r:n)]", "/r:a/r:b[1]/c[1]"},
        {"*[. = '|']", ""},
        {"child::c", "/r:a/r:b[1]/c[1] /r:a/c[1]"},
        {"r:b/attribute::n", "/r:a/r:b[1]/@n"},
        {"comment()", "/r:a/comment()[1]"},
        {"processing-instruction()", "/r:a/processing-instruction('pi')[1]"},
        {"text()", "/r:a/text()[1]"},
        {"node()", "/r:a /r:a/r:b[1] /r:a/r:b[1]/c[1] /r:a/c[1] /r:a/comment()[1] "
                   "/r:a/processing-instruction('pi')[1] /r:a/b[1] /r:a/text()[1]"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char sch[1000] = "";
        char expected[1000] = "";
        (void)snprintf(sch, sizeof(sch),
                       HEAD NS "<pattern><rule context=\"%s\">" FAIL "</rule></pattern>" TAIL,
                       rows[i].context);
        char places[400] = "";
        (void)snprintf(places, sizeof(places), "%s", rows[i].expected);
        char *rest = NULL;
        for (char *place = strtok_r(places, " ", &rest); place != NULL;
             place = strtok_r(NULL, " ", &rest)) {
            size_t len = strlen(expected);
            (void)snprintf(expected + len, sizeof(expected) - len, "%sinfo x %s",
                           len > 0 ? "; " : "", place);
        }
        expect(sch, doc, expected);
    }
}

Test(schematron, agrees_with_xpath_on_plain_contexts)
{
    /* The same context with a predicate that is always true goes the other way. */
    static const char *const contexts[] = {"v", "s/v", "/d/s/v", "*", "@x", "v/@x", "s | v", "d"};
    for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++) {
        char plain[600] = "";
        char other[600] = "";
        (void)snprintf(plain, sizeof(plain),
                       HEAD
                       "<pattern><rule context='%s'><report id='x' test='1'>"
                       "<value-of select='count(ancestor::*)'/></report></rule></pattern>" TAIL,
                       contexts[i]);
        (void)snprintf(other, sizeof(other),
                       HEAD "<pattern><rule context='%s'><report id='x' test='1'>"
                            "<value-of select='count(ancestor::*)'/></report></rule>"
                            "<rule context='nothing[true()]'><assert id='y' test='0'/></rule>"
                            "</pattern>" TAIL,
                       contexts[i]);
        struct eg_error err = {0};
        struct eg_buf out[2] = {{0}, {0}};
        xmlDoc *doc = NULL;
        cr_assert(eg_xml_parse_file(&doc,
                                    eg_bytes_of("<d><s x='1'><v x='2'/><v/></s><v x='3'><s><v/>"
                                                "</s></v></d>"),
                                    "x.xml", 1000, &err) == EG_OK);
        for (int k = 0; k < 2; k++) {
            struct eg_loader loader;
            struct eg_schematron *schema = NULL;
            struct eg_findings findings = {0};
            struct eg_schematron_job job = {.doc = doc};
            bool fatal = false;
            eg_findings_init(&findings);
            eg_buf_init(&out[k], 10000);
            cr_assert(compile(&schema, k == 0 ? plain : other, NULL, &loader, &err) == EG_OK);
            cr_assert(eg_checks_once(&fatal, schema, &job, &findings, &err) == EG_OK);
            cr_assert(findings.count > 0);
            write_findings(&out[k], &findings);
            eg_findings_done(&findings);
            eg_schematron_free(&schema);
        }
        cr_expect_str_eq((char *)out[0].data, (char *)out[1].data, "%s", contexts[i]);
        eg_buf_done(&out[0]);
        eg_buf_done(&out[1]);
        xmlFreeDoc(doc);
    }
}

Test(schematron, refuses_contexts_that_are_no_patterns)
{
    refuse(RULE("ancestor::a", FAIL), "child and attribute only");
    refuse(RULE("a/..", FAIL), "no XSLT pattern");
    refuse(RULE(".", FAIL), "no XSLT pattern");
    refuse(RULE("1", FAIL), "no XSLT pattern");
    refuse(RULE("count(a)", FAIL), "no XSLT pattern");
    refuse(RULE("(a|b)", FAIL), "branch is empty");
    refuse(RULE("a|", FAIL), "branch is empty");
    refuse(RULE("", FAIL), "branch is empty");
    refuse(RULE("$limit", FAIL), "no XSLT pattern");
    refuse(RULE("a = b", FAIL), "no XSLT pattern");
    refuse(PATTERN("<rule><assert id='x' test='1'/></rule>"), "lacks its context");
}

Test(schematron, binds_variables_in_schema_phase_pattern_and_rule)
{
    /* 5.4.5 */
    expect(HEAD
           "<let name='s' value='count(//b)'/><pattern><let name='p' value='$s + 1'/>"
           "<rule context='b'><let name='q' value='@n * $p'/><let name='z' value='$q + 0.5'/>"
           "<report id='x' test='$z &gt; 3'><value-of select='$z'/></report></rule></pattern>" TAIL,
           "<a><b n='1'/><b n='2'/></a>", "warning x /a/b[1] v1=3.5; warning x /a/b[2] v1=6.5");
    expect(HEAD "<pattern><let name='v' value=\"'one'\"/><rule context='a'><report id='x' test='1'>"
                "<value-of select='$v'/></report></rule></pattern><pattern><rule context='a'><let "
                "name='v' value=\"'two'\"/><report id='y' test='1'><value-of select='$v'/></report>"
                "</rule></pattern>" TAIL,
           "<a/>", "warning x /a v1=one; warning y /a v1=two");
    refuse(HEAD "<let name='v' value='1'/><pattern><rule context='a'><let name='v' value='2'/>"
                "<report test='$v'/></rule></pattern>" TAIL,
           "made twice");
    expect(RULE("a", "<let name='n' value='b'/><report id='x' test='count($n) = 2'>t</report>"),
           "<a><b/><b/></a>", "warning x /a");
    refuse(RULE("a", "<assert id='x' test='$none'>t</assert>"), "variable '$none' is not bound");
    refuse(RULE("a", "<let name='v' value='1'/><let name='v' value='2'/><p>q</p>"), "made twice");
    refuse(RULE("a", "<let name='v' value='$v'/><p>q</p>"), "'$v' is not bound");
    refuse(RULE("a", "<let name='v v' value='1'/><p>q</p>"), "no name");
    refuse(RULE("a", "<let name='v'/><p>q</p>"), "either the attribute 'value'");
    refuse(HEAD "<pattern><let name='p' value='1'/></pattern><pattern><rule context='a'><assert "
                "id='x' test='$p'/></rule></pattern>" TAIL,
           "'$p' is not bound");
}

Test(schematron, gives_package_parameters_as_variables)
{
    expect(RULE("v", "<report id='x' test='@n &gt; $limit'><value-of select='$limit + 1'/> "
                     "<value-of select='$word'/></report>"),
           "<a><v n='49'/><v n='51'/></a>", "warning x /a/v[2] v1=51 v2=on");
    struct eg_error err = {0};
    struct eg_loader loader;
    struct eg_schematron *schema = NULL;
    struct eg_findings findings = {0};
    xmlDoc *doc = NULL;
    bool fatal = false;
    eg_findings_init(&findings);
    cr_assert(compile(&schema, RULE("v", "<report id='x' test='@n &gt; $limit'/>"), NULL, &loader,
                      &err) == EG_OK);
    cr_assert(eg_xml_parse_file(&doc, eg_bytes_of("<v n='60'/>"), "x", 100, &err) == EG_OK);
    struct eg_schematron_param permit = {.name = "limit", .value = "70"};
    struct eg_schematron_job job = {.doc = doc, .params = &permit, .param_count = 1};
    cr_assert(eg_checks_once(&fatal, schema, &job, &findings, &err) == EG_OK);
    cr_expect(findings.count == 0);
    permit.name = "none";
    cr_expect(eg_checks_once(&fatal, schema, &job, &findings, &err) == EG_E_USAGE);
    eg_findings_done(&findings);
    xmlFreeDoc(doc);
    eg_schematron_free(&schema);
}

Test(schematron, extends_abstract_rules)
{
    /* 5.4.3 */
    expect(PATTERN("<rule abstract='true' id='base'><let name='k' value='@n'/><assert id='x' "
                   "test='$k'>t</assert></rule><rule context='b'><extends rule='base'/><assert "
                   "id='y' test='$k = 2'>t</assert></rule>"),
           "<a><b/><b n='2'/></a>", "error x /a/b[1]; error y /a/b[1]");
    expect(PATTERN("<rule context='b'><extends href='rule.sch'/></rule>"), "<a><b/></a>",
           "error far-a /a/b[1]");
    expect(PATTERN("<rule abstract='true' id='one'><assert id='x' test='0'/></rule>"
                   "<rule abstract='true' id='two'><extends rule='one'/></rule>"
                   "<rule context='a'><extends rule='two'/></rule>"),
           "<a/>", "error x /a");
    refuse(PATTERN("<rule context='b'><extends rule='none'/></rule>"), "no abstract rule 'none'");
    refuse(
        PATTERN(
            "<rule id='b' context='b'><p>q</p></rule><rule context='c'><extends rule='b'/></rule>"),
        "no abstract rule 'b'");
    refuse(PATTERN("<rule abstract='true' id='l'><extends rule='l'/></rule><rule context='a'>"
                   "<extends rule='l'/></rule>"),
           "in a circle");
    refuse(PATTERN("<rule abstract='true' id='l' context='a'><p>q</p></rule>"), "no context");
    refuse(PATTERN("<rule abstract='true'><p>q</p></rule>"), "has an id");
}

Test(schematron, fills_in_abstract_patterns)
{
    /* 5.4.8, 5.4.9 */
    expect(HEAD
           "<pattern abstract='true' id='t'><rule context='$row'><assert id='x' "
           "test='count($cell) = $n and not($cells)'>t</assert></rule></pattern>"
           "<pattern is-a='t' id='one'><param name='row' value='tr'/><param name='cell' "
           "value='td'/><param name='n' value='2'/><param name='cells' value='z'/></pattern>"
           "<pattern is-a='t' id='two'><param name='row' value='row'/><param name='cell' "
           "value='c'/><param name='n' value='1'/><param name='cells' value='z'/></pattern>" TAIL,
           "<a><tr><td/></tr><row><c/></row><row><c/><z/></row></a>",
           "error x /a/tr[1]; error x /a/row[2]");
    refuse(HEAD "<pattern is-a='none'/>" TAIL, "no abstract pattern 'none'");
    refuse(HEAD "<pattern abstract='true' id='t'><rule context='a'><assert id='x' test='$m'/>"
                "</rule></pattern><pattern is-a='t'/>" TAIL,
           "'$m' is not bound");
    refuse(HEAD "<pattern><param name='a' value='b'/></pattern>" TAIL, "outside a pattern");
}

Test(schematron, runs_the_patterns_of_a_phase)
{
    /* 5.4.10 */
    static const char *const sch = HEAD
        "<phase id='q'><active pattern='one'/></phase><phase id='l'><let name='v' "
        "value='1'/><active pattern='two'/></phase><pattern id='one'><rule context='a'><assert "
        "id='n1' test='0'/></rule></pattern><pattern id='two'><rule context='a'><assert id='n2' "
        "test='0'/></rule></pattern>" TAIL;
    expect_phase(sch, NULL, "<a/>", "error n1 /a; error n2 /a");
    expect_phase(sch, "#ALL", "<a/>", "error n1 /a; error n2 /a");
    expect_phase(sch, "q", "<a/>", "error n1 /a");
    expect_phase(sch, "l", "<a/>", "error n2 /a");
    expect_phase(
        "<schema xmlns='http://purl.oclc.org/dsdl/schematron' defaultPhase='q'><phase "
        "id='q'><active pattern='two'/></phase><pattern id='one'><rule context='a'><assert "
        "id='n1' test='0'/></rule></pattern><pattern id='two'><rule context='a'><assert "
        "id='n2' test='0'/></rule></pattern></schema>",
        NULL, "<a/>", "error n2 /a");
    refuse(
        "<schema xmlns='http://purl.oclc.org/dsdl/schematron' defaultPhase='q'><pattern/></schema>",
        "no phase 'q'");
    refuse(HEAD "<phase id='q'><active pattern='none'/></phase><pattern/>" TAIL,
           "no pattern 'none'");
    refuse(HEAD "<phase><active pattern='none'/></phase>" TAIL, "lacks its attribute 'id'");
}

Test(schematron, includes_files_of_the_package)
{
    /* 5.4.4 */
    expect(HEAD "<include href='inc.sch'/>" TAIL, "<a/>", "error inc /a");
    refuse(HEAD "<include href='none.sch'/>" TAIL, "no such file");
    refuse(HEAD "<include href='../../x.sch'/>" TAIL, "names no file of the package");
    refuse(HEAD "<include href='http://127.0.0.1/x.sch'/>" TAIL, "names no file of the package");
    refuse(HEAD "<include href='/etc/passwd'/>" TAIL, "names no file of the package");
    refuse(HEAD "<include href='main.sch'/>" TAIL, "whole schema");
    refuse(HEAD "<include href='loop.sch'/>" TAIL, "includes itself");
    refuse(HEAD "<include href='bad.sch'/>" TAIL, "DOCTYPE");
    refuse(HEAD "<include/>" TAIL, "names no file");
}

Test(schematron, records_values_of_every_hole)
{
    /* 5.4.6, 5.4.14 */
    expect(RULE("r:v", "<report id='x' test='1'><name/> is <value-of select='@n'/> of <name "
                       "path='..'/>, <value-of select='1 div 3'/> <emph>or</emph> <value-of "
                       "select='true()'/></report>"),
           "<p:d xmlns:p='urn:r'><p:v n=' 4 '/></p:d>",
           "warning x /r:d/r:v[1] v1=p:v v2= 4  v3=p:d v4=0.3333333333333333 v5=true");
}

Test(schematron, places_a_finding_at_its_subject)
{
    expect(RULE("a", "<report id='x' subject='b' test='1'/><report id='y' subject='z' test='1'/>"),
           "<a><b/></a>", "warning x /a/b[1]; warning y /a");
}

Test(schematron, offers_the_functions_of_xslt)
{
    expect(RULE("i", "<assert id='x' test=\"document('../lists/units.xml')/u/i[. = current()]\"/>"),
           "<a><i>mg</i><i>g</i></a>", "error x /a/i[2]");
    expect(HEAD
           "<xsl:key name='k' match='b' use='@id'/><pattern><rule context='ref'><assert id='x' "
           "test=\"key('k', @to)/@ok = 1\"/></rule></pattern>" TAIL,
           "<a><b id='1' ok='1'/><b id='2'/><ref to='1'/><ref to='2'/><ref to='3'/></a>",
           "error x /a/ref[2]; error x /a/ref[3]");
    expect(RULE("a", "<report id='x' test='1'><value-of select=\"format-number(1234.5, "
                     "'#,##0.00')\"/></report>"),
           "<a/>", "warning x /a v1=1,234.50");
    expect(RULE("a", "<report id='x' test=\"function-available('f:round') and not("
                     "function-available('f:none'))\"/>"),
           "<a/>", "warning x /a");
    expect(RULE("a", "<report id='x' test='1'><value-of select='f:number-text(f:reference-oxygen("
                     "8.1, 12, 11), 1)'/></report>"),
           "<a/>", "warning x /a v1=9.0");
    expect(RULE("a", "<report id='x' test='str:padding(3, @l) = \"121\"'/>"), "<a l='12'/>",
           "warning x /a");
}

Test(schematron, refuses_expressions_that_can_not_run)
{
    static const struct {
        const char *test, *reason;
    } rows[] = {{"1 +", "no XPath"},
                {"a b", "unexpected"},
                {"nope(1)", "no function 'nope'"},
                {"f:nope(1)", "no function 'f:nope'"},
                {"q:a", "prefix 'q' is not bound"},
                {"@q:a", "prefix 'q' is not bound"},
                {"q:f(1)", "prefix 'q' is not bound"},
                {"concat(1)", "1 argument"},
                {"contains(1, 2, 3)", "3 arguments"},
                {"true(1)", "1 argument"},
                {"f:round(1)", "1 argument"},
                {"generate-id()", "no function 'generate-id'"},
                {"system-property('x')", "no function 'system-property'"},
                {"unparsed-entity-uri('x')", "no function"},
                {"(1", "never closed"},
                {"1)", "closes nothing"},
                {"a[1)]", "closes nothing"},
                {"'x", "unexpected"},
                {"a ! b", "unexpected"},
                {"$", "unexpected"},
                {"if (1) then 2 else 3", "no function 'if'"},
                {"a/b/", "no XPath"},
                {"", "no XPath"},
                {"matches(a, 'x')", "no function 'matches'"},
                {"a eq b", "unexpected"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char sch[1000] = "";
        (void)snprintf(
            sch, sizeof(sch),
            HEAD NS "<pattern><rule context='a'><assert id='x' test=\"%s\"/></rule></pattern>" TAIL,
            rows[i].test);
        refuse(sch, rows[i].reason);
    }
    refuse(HEAD "<ns prefix='d' uri='http://exslt.org/dates-and-times'/><pattern><rule "
                "context='a'><assert id='x' test='d:date()'/></rule></pattern>" TAIL,
           "0 arguments");
    refuse(HEAD "<ns prefix='m' uri='http://exslt.org/math'/><pattern><rule context='a'><assert "
                "id='x' test='m:random() &gt; m:log(1)'/></rule></pattern>" TAIL,
           "no function 'm:random'");
    refuse(HEAD "<ns prefix='d' uri='http://exslt.org/dynamic'/><pattern><rule context='a'><assert "
                "id='x' test='d:evaluate(1)'/></rule></pattern>" TAIL,
           "no function 'd:evaluate'");
}

Test(schematron, takes_names_that_look_like_operators)
{
    expect(RULE("a", "<assert id='x' test='div div mod mod and = or * 2'/>"),
           "<a><div>4</div><mod>2</mod><and>1</and><or>1</or></a>", "error x /a");
    expect(RULE("a", "<report id='x' test='*[* and not(and)] or node()[text()]'/>"),
           "<a><b><c/></b></a>", "warning x /a");
    expect(RULE("a", "<report id='x' test='self::a/child::* [ 1 ] /attribute::n = .5'/>"),
           "<a><b n='.5'/></a>", "warning x /a");
}

Test(schematron, refuses_what_the_standard_does_not_know)
{
    refuse("<schema/>", "root element");
    refuse("<schema xmlns='http://www.ascc.net/xml/schematron'/>", "root element");
    refuse("<pattern xmlns='http://purl.oclc.org/dsdl/schematron'/>", "root element");
    refuse("<schema xmlns='http://purl.oclc.org/dsdl/schematron' "
           "queryBinding='xslt2'><pattern/></schema>",
           "queryBinding 'xslt2'");
    refuse("<schema xmlns='http://purl.oclc.org/dsdl/schematron' querybinding='xslt'/>",
           "no attribute 'querybinding'");
    refuse(HEAD "<rule context='a'/>" TAIL, "not allowed inside sch:schema");
    refuse(HEAD "<patern/>" TAIL, "sch:patern is not allowed");
    refuse(HEAD "text" TAIL, "text inside sch:schema");
    refuse(PATTERN("<assert id='x' test='1'/>"), "not allowed inside sch:pattern");
    refuse(RULE("a", "<assert id='x' tset='1'/>"), "no attribute 'tset'");
    refuse(RULE("a", "<assert id='x'/>"), "lacks its attribute 'test'");
    refuse(RULE("a", "<assert id='x' test='1'><value-of/></assert>"), "lacks its attribute 'sel");
    refuse(RULE("a", "<xsl:variable name='x'/>"), "xsl:variable is not allowed");
    refuse(HEAD "<xsl:include href='x.xsl'/>" TAIL, "xsl:include is not allowed");
    refuse(HEAD "<pattern xmlns=''/>" TAIL, "without namespace");
    refuse(HEAD "<properties/><pattern/>" TAIL, "sch:pattern comes too late");
    refuse(HEAD "<ns prefix='r'/>" TAIL, "lacks its attribute 'uri'");
    refuse(HEAD "<ns prefix='r' uri='a'/><ns prefix='r' uri='b'/><pattern/>" TAIL, "bound twice");
    refuse(RULE("a", "<assert id='x' test='1'/><assert id='x' test='2'/>"), "is there twice");
    refuse(RULE("a", "<assert id='x' test='1' diagnostics='d'/>"), "no diagnostic 'd'");
    refuse(HEAD "<xsl:key name='k'/><pattern/>" TAIL, "needs name, match and use");
    refuse("<!DOCTYPE a><schema/>", "DOCTYPE");
}

Test(schematron, passes_over_what_is_foreign_or_prose)
{
    expect(HEAD "<title>T <dir>e</dir></title><p>p <span class='x'>s</span></p><x:y "
                "xmlns:x='urn:x'><z/></x:y><pattern x:z='1' xmlns:x='urn:x'><title>t</title><p>q"
                "</p><rule context='a'><p>p</p><x:e/><assert id='x' test='0'>t</assert></rule>"
                "</pattern>" TAIL,
           "<a/>", "error x /a");
}

Test(schematron, demands_ids_of_packages)
{
    struct eg_error err = {0};
    struct eg_schematron *schema = NULL;
    struct test_files files[] = {{"a.sch", RULE("a", "<assert test='1'/>")}, {NULL, NULL}};
    struct eg_loader loader = test_loader(files);
    struct eg_schematron_options options = {.strict = true};
    cr_expect(eg_schematron_compile(&schema, &loader, "a.sch", &options, &err) == EG_E_FORMAT);
    cr_expect(strstr(err.text, "without id") != NULL);
    cr_expect(strstr(err.text, "5.4.2") != NULL);
    cr_expect_str_eq(err.where, "a.sch:1");
}

Test(schematron, demands_known_roles_of_packages)
{
    struct eg_error err = {0};
    struct eg_schematron *schema = NULL;
    struct test_files files[] = {{"a.sch", RULE("a", "<assert id='x' role='grave' test='1'/>")},
                                 {NULL, NULL}};
    struct eg_loader loader = test_loader(files);
    struct eg_schematron_options options = {.strict = true};
    cr_expect(eg_schematron_compile(&schema, &loader, "a.sch", &options, &err) == EG_E_FORMAT);
    cr_expect(strstr(err.text, "role 'grave' is none of") != NULL);
}

Test(schematron, writes_texts_in_two_languages_from_recorded_values)
{
    static const char *const sch =
        HEAD "<pattern><rule context='v'><report id='x' diagnostics='de more' test='1'>\n  Value "
             "<value-of select='@n'/>\n is too high</report></rule></pattern><diagnostics>"
             "<diagnostic id='de' xml:lang='de'>Wert <value-of select='@n'/> ist zu hoch "
             "(<value-of select='$limit'/>)</diagnostic><diagnostic id='more' xml:lang='en'>Limit "
             "<value-of select='$limit'/>.</diagnostic></diagnostics>" TAIL;
    struct eg_error err = {0};
    struct eg_loader loader;
    struct eg_schematron *schema = NULL;
    struct eg_findings findings = {0};
    struct eg_buf text = {0};
    xmlDoc *doc = NULL;
    bool fatal = false;
    eg_findings_init(&findings);
    eg_buf_init(&text, 1000);
    cr_assert(compile(&schema, sch, NULL, &loader, &err) == EG_OK, "%s", err.text);
    cr_assert(eg_xml_parse_file(&doc, eg_bytes_of("<v n='60'/>"), "x", 100, &err) == EG_OK);
    struct eg_schematron_job job = {.doc = doc};
    cr_assert(eg_checks_once(&fatal, schema, &job, &findings, &err) == EG_OK);
    xmlFreeDoc(doc); /* texts need no document */
    const struct eg_finding *finding = &findings.list[0];
    cr_assert(eg_schematron_text(&text, schema, finding, "de", &err) == EG_OK);
    cr_expect_str_eq((char *)text.data, "Wert 60 ist zu hoch (50)");
    text.len = 0;
    cr_assert(eg_schematron_text(&text, schema, finding, "en", &err) == EG_OK);
    cr_expect_str_eq((char *)text.data, "Value 60 is too high Limit 50.");
    text.len = 0;
    cr_assert(eg_schematron_text(&text, schema, finding, "fr", &err) == EG_OK);
    cr_expect_str_eq((char *)text.data, "Value 60 is too high");
    struct eg_finding other = {.rule = (char *)(uintptr_t) "none"};
    cr_expect(eg_schematron_text(&text, schema, &other, "en", &err) == EG_E_NOTFOUND);
    eg_buf_done(&text);
    eg_findings_done(&findings);
    eg_schematron_free(&schema);
}

static enum eg_status run_status(const char *sch, const char *xml, struct eg_error *err)
{
    struct eg_loader loader;
    struct eg_schematron *schema = NULL;
    struct eg_findings findings = {0};
    xmlDoc *doc = NULL;
    bool fatal = false;
    eg_findings_init(&findings);
    enum eg_status status = compile(&schema, sch, NULL, &loader, err);
    cr_assert(status == EG_OK, "%s", err->text);
    cr_assert(eg_xml_parse_file(&doc, eg_bytes_of(xml), "x", 1000000, err) == EG_OK);
    struct eg_schematron_job job = {.doc = doc};
    status = eg_checks_once(&fatal, schema, &job, &findings, err);
    eg_findings_done(&findings);
    xmlFreeDoc(doc);
    eg_schematron_free(&schema);
    return status;
}

Test(schematron, stops_a_concat_bomb_before_it_goes_off)
{
    struct eg_buf sch = {0};
    struct eg_error err = {0};
    eg_buf_init(&sch, 100000);
    eg_buf_text(&sch, HEAD "<let name='v0' value=\"'0123456789abcdef0123456789abcdef'\"/>");
    for (int i = 1; i <= 26; i++) {
        eg_buf_format(&sch, "<let name='v%d' value='concat($v%d, $v%d)'/>", i, i - 1, i - 1);
    }
    eg_buf_text(&sch,
                "<pattern><rule context='a'><assert id='x' test='$v26'/></rule></pattern>" TAIL);
    cr_expect(run_status((char *)sch.data, "<a/>", &err) == EG_E_LIMIT);
    cr_expect(strstr(err.text, "octets") != NULL, "%s", err.text);
    eg_buf_done(&sch);
}

Test(schematron, stops_texts_that_grow_otherwise)
{
    struct eg_error err = {0};
    cr_expect(run_status(RULE("a", "<assert id='x' test='str:padding(1000000000)'/>"), "<a/>",
                         &err) == EG_E_LIMIT);
    refuse(RULE("a", "<assert id='x' test=\"str:tokenize(., '')\"/>"), "no function");
    refuse(RULE("a", "<assert id='x' test=\"str:replace(., 'a', 'b')\"/>"), "no function");
}

Test(schematron, stops_what_needs_too_many_operations)
{
    struct eg_buf xml = {0};
    struct eg_error err = {0};
    eg_buf_init(&xml, 1000000);
    eg_buf_text(&xml, "<a>");
    for (int i = 0; i < 2000; i++) {
        eg_buf_text(&xml, "<b/>");
    }
    eg_buf_text(&xml, "</a>");
    cr_expect(run_status(RULE("a", "<assert id='x' test='//b[//b[//b[//b[. = 1]]]]'/>"),
                         (char *)xml.data, &err) == EG_E_LIMIT);
    cr_expect(strstr(err.text, "operations") != NULL, "%s", err.text);
    eg_buf_done(&xml);
}

/* 3.3 of XPath 1.0: whatever stands around it, a union is what libxml2 makes of it. */
Test(schematron, joins_the_operands_of_a_union)
{
    static const struct {
        const char *test;
        bool answer;
    } rows[] = {
        {"count(b | c) = 3", true},
        {"count(b|b|b) = 2", true},
        {"count(b | c | @n | b/@n | .. | .) = 8", true},
        {"(c | b)[1]/self::b", true},
        {"name((c | b)[last()]) = 'b'", false},
        {"count((b | c)/@n | (c | b)) = 5", true},
        {"count(b[@n | @m] | c[not(@m | @k)]) = 3", true},
        {"- count(b | c) = -3 and count(b|c)*2=6 or x|y", true},
        {"sum(b/@n|b/@n) - 1 = 2", true},
        {"string(x | y) = ''", true},
        {"contains('a|b', '|') and '|' = \"|\"", true},
        {"count(namespace::* | namespace::*) = count(namespace::*)", true},
        {"count(b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|b|c) = 3", true}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct eg_buf text = {0};
        eg_buf_init(&text, 8000);
        eg_buf_text(&text, HEAD NS "<pattern><rule context='a'><report id='x' test='");
        for (const char *c = rows[i].test; *c != '\0'; c++) {
            eg_buf_text(&text, *c == '\'' ? "&apos;" : (const char[]){*c, '\0'});
        }
        eg_buf_text(&text, "'>t</report></rule></pattern>" TAIL);
        expect((char *)text.data, "<a n='0'><b n='1'/><b n='2'/><c/></a>",
               rows[i].answer ? "warning x /a" : "");
        eg_buf_done(&text);
    }
    refuse(RULE("a", "<assert id='x' test='b | '/>"), "no XPath");
    refuse(RULE("a", "<assert id='x' test='| b'/>"), "no XPath");
    struct eg_error err = {0};
    cr_expect(run_status(RULE("a", "<assert id='x' test='count(b | 1)'/>"), "<a/>", &err) ==
              EG_E_FORMAT);
}

Test(schematron, refuses_a_million_parentheses)
{
    struct eg_buf sch = {0};
    eg_buf_init(&sch, 8 * EG_MIB);
    eg_buf_text(&sch, HEAD "<pattern><rule context='a'><assert id='x' test='");
    for (int i = 0; i < 1000000; i++) {
        eg_buf_char(&sch, '(');
    }
    eg_buf_text(&sch, "'/></rule></pattern>" TAIL);
    refuse((char *)sch.data, "octets");
    sch.len = 0;
    eg_buf_text(&sch, HEAD "<pattern><rule context='a'><assert id='x' test='");
    for (int i = 0; i < 60; i++) {
        eg_buf_char(&sch, '(');
    }
    eg_buf_text(&sch, "1'/></rule></pattern>" TAIL);
    refuse((char *)sch.data, "nested deeper");
    eg_buf_done(&sch);
}

Test(schematron, tells_an_expression_that_fails_while_it_runs)
{
    struct eg_error err = {0};
    cr_expect(run_status(RULE("a", "<assert id='x' test=\"sum('text')\"/>"), "<a/>", &err) ==
              EG_E_FORMAT);
    cr_expect(run_status(RULE("a", "<assert id='x' test=\"key('none', 1)\"/>"), "<a/>", &err) ==
              EG_E_FORMAT);
    cr_expect(run_status(RULE("a", "<assert id='x' test=\"document('/etc/passwd')\"/>"), "<a/>",
                         &err) == EG_E_DENIED);
    cr_expect(run_status(RULE("a", "<assert id='x' test=\"document(@h)\"/>"),
                         "<a h='http://127.0.0.1/'/>", &err) == EG_E_DENIED);
}

Test(schematron, writes_svrl)
{
    struct eg_error err = {0};
    struct eg_loader loader;
    struct eg_schematron *schema = NULL;
    struct eg_findings findings = {0};
    struct eg_buf svrl = {0};
    xmlDoc *doc = NULL;
    bool fatal = false;
    eg_findings_init(&findings);
    eg_buf_init(&svrl, 10000);
    cr_assert(compile(&schema,
                      HEAD
                      "<title>T</title><pattern id='p'><rule context='a' id='r'><assert id='x' "
                      "flag='f' role='error' diagnostics='d' test='1 &lt; 0'>A &lt; <value-of "
                      "select='@n'/></assert></rule></pattern><diagnostics><diagnostic "
                      "id='d' xml:lang='de'>D</diagnostic></diagnostics>" TAIL,
                      NULL, &loader, &err) == EG_OK);
    cr_assert(eg_xml_parse_file(&doc, eg_bytes_of("<a n='5'/>"), "x", 100, &err) == EG_OK);
    struct eg_schematron_job job = {.doc = doc, .svrl = &svrl};
    cr_assert(eg_checks_once(&fatal, schema, &job, &findings, &err) == EG_OK);
    cr_expect_str_eq(
        (char *)svrl.data,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svrl:schematron-output xmlns:svrl=\"http://purl.oclc.org/dsdl/svrl\" title=\"T\">\n"
        "  <svrl:active-pattern id=\"p\"/>\n"
        "  <svrl:fired-rule id=\"r\" context=\"a\"/>\n"
        "  <svrl:failed-assert id=\"x\" location=\"/a\" test=\"1 &lt; 0\" role=\"error\" "
        "flag=\"f\">\n"
        "    <svrl:diagnostic-reference diagnostic=\"d\">\n"
        "      <svrl:text xml:lang=\"de\">D</svrl:text>\n"
        "    </svrl:diagnostic-reference>\n"
        "    <svrl:text>A &lt; 5</svrl:text>\n"
        "  </svrl:failed-assert>\n"
        "</svrl:schematron-output>\n");
    eg_buf_done(&svrl);
    eg_findings_done(&findings);
    xmlFreeDoc(doc);
    eg_schematron_free(&schema);
}
