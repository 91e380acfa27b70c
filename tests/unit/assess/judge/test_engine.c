#include "assess/judge/engine.h"
#include "assess/package/package.h"
#include "base/limits.h"
#include "flow/install/rules.h"
#include "workbench/package_tests.h"
#include "workbench/sandbox.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOT "<r xmlns=\"urn:r\" id=\"a-1\" v=\"2\" to=\"log.x\" p=\"gt-1\" from=\"2026-03-01\" "
#define REPORT(until, body) ROOT "until=\"" until "\" k=\"day\">" body "</r>"

static const char manifest[] =
    "<package xmlns=\"urn:emgate:package:1\" id=\"org.example.p\" version=\"1.0.0\" "
    "publisher=\"pub\"><title lang=\"de\">t</title><title lang=\"en\">t</title>"
    "<law citation=\"1\">l</law><valid from=\"2026-01-01\"/>"
    "<match namespace=\"urn:r\" element=\"r\"/>"
    "<identity><namespace prefix=\"r\" uri=\"urn:r\"/><id path=\"/r:r/@id\"/>"
    "<version path=\"/r:r/@v\"/><addressee path=\"/r:r/@to\"/><plant path=\"/r:r/@p\"/>"
    "<from path=\"/r:r/@from\"/><until path=\"/r:r/@until\"/><kind path=\"/r:r/@k\"/></identity>"
    "<parameter name=\"limit\" unit=\"mg/m3\" value=\"50\" source=\"A 1\" override=\"permit\" "
    "min=\"1\" max=\"100\"/>"
    "<steps><schema file=\"s.xsd\"/><checks file=\"c.sch\"/>"
    "<transform file=\"t.xsl\" result=\"out\"/><checks file=\"d.sch\" on=\"out\"/></steps>"
    "<notification name=\"n\" result=\"out\" to=\"operator\"/></package>";
static const char schema[] =
    "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"urn:r\" "
    "elementFormDefault=\"qualified\"><xs:element name=\"r\"><xs:complexType><xs:sequence>"
    "<xs:element name=\"x\" type=\"xs:decimal\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>"
    "</xs:sequence><xs:anyAttribute processContents=\"skip\"/></xs:complexType></xs:element>"
    "</xs:schema>";
#define SCH "<schema xmlns=\"http://purl.oclc.org/dsdl/schematron\" queryBinding=\"xslt\">"
static const char checks[] =
    SCH "<ns prefix=\"r\" uri=\"urn:r\"/><pattern><rule context=\"r:x\">"
        "<assert id=\"positive\" test=\". &gt;= 0\">not <value-of select=\".\"/></assert>"
        "<assert id=\"stop\" role=\"fatal\" test=\". != 999\">stop</assert>"
        "<report id=\"high\" role=\"info\" test=\". &gt; $limit\">above <value-of "
        "select=\"$limit\"/></report></rule></pattern></schema>";
static const char sheet[] =
    "<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" "
    "xmlns:r=\"urn:r\" xmlns:p=\"urn:emgate:parameters:1\" exclude-result-prefixes=\"r p\">"
    "<xsl:param name=\"limit\"/><xsl:param name=\"parameters\"/><xsl:template match=\"/\">"
    "<o sum=\"{sum(r:r/r:x)}\" limit=\"{$limit + 0}\" "
    "origin=\"{$parameters/p:parameter[@name='limit']/@origin}\"/></xsl:template></xsl:stylesheet>";
static const char result_checks[] =
    SCH "<pattern><rule context=\"o\"><report id=\"sum\" role=\"warning\" test=\"@sum &gt; 100\">"
        "much</report></rule></pattern></schema>";
static const char tests[] =
    "<tests xmlns=\"urn:emgate:package-tests:1\">"
    "<case name=\"a\" report=\"tests/a.xml\" outcome=\"accepted\"><finding rule=\"high\"/>"
    "<expect on=\"out\" path=\"/o/@sum\" equals=\"61\"/></case>"
    "<case name=\"b\" report=\"tests/a.xml\" outcome=\"accepted\"><permit name=\"limit\" "
    "value=\"70\" unit=\"mg/m3\"/><expect on=\"out\" path=\"/o/@origin\" equals=\"permit\"/></case>"
    "<case name=\"c\" report=\"tests/a.xml\" outcome=\"denied\"><permit name=\"limit\" "
    "value=\"101\" unit=\"mg/m3\"/></case></tests>";

static void add(struct eg_tree *tree, const char *name, const char *text)
{
    tree->files = realloc(tree->files, (tree->count + 1) * sizeof(*tree->files));
    cr_assert_not_null(tree->files);
    struct eg_tree_file *file = &tree->files[tree->count++];
    file->name = strdup(name);
    eg_buf_init(&file->content, EG_MIB);
    eg_buf_text(&file->content, text);
}

static struct eg_package *package_of(const char *sch, const char *xsd, const char *xsl,
                                     const char *own_tests)
{
    struct eg_package *package = NULL;
    struct eg_tree tree = {NULL, 0};
    struct eg_error err = {0};

    add(&tree, "c.sch", sch);
    add(&tree, "d.sch", result_checks);
    add(&tree, "package.xml", manifest);
    add(&tree, "s.xsd", xsd);
    add(&tree, "t.xsl", xsl);
    add(&tree, "tests/a.xml", REPORT("2026-03-01", "<x>60</x><x>1</x>"));
    add(&tree, "tests/tests.xml", own_tests);
    cr_assert_eq(eg_package_parse(&package, &tree, true, &err), EG_OK, "%s: %s", err.where,
                 err.text);
    eg_tree_done(&tree);
    return package;
}

struct bench {
    struct eg_package *package;
    struct eg_rules *rules;
    struct eg_judge *judge;
    struct eg_outcome outcome;
    struct eg_report_header header;
    bool readable, parsed;
};

static void open_bench(struct bench *b)
{
    struct eg_error err = {0};

    *b = (struct bench){.package = NULL};
    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    b->package = package_of(checks, schema, sheet, tests);
    cr_assert_eq(eg_rules_compile(&b->rules, b->package, &err), EG_OK, "%s: %s", err.where,
                 err.text);
    cr_assert_eq(eg_judge_new(&b->judge, b->rules, &err), EG_OK);
    eg_outcome_init(&b->outcome);
}

static void close_bench(struct bench *b)
{
    eg_outcome_done(&b->outcome);
    eg_judge_free(&b->judge);
    eg_rules_free(&b->rules);
    eg_package_free(&b->package);
    eg_engine_done();
}

static enum eg_status judge(struct bench *b, const char *xml, const struct eg_plant *plant,
                            struct eg_error *err)
{
    struct eg_document *document = NULL;

    cr_assert_eq(eg_document_parse(&document, &b->outcome.findings, eg_bytes_of(xml), EG_MIB, err),
                 EG_OK);
    b->parsed = document != NULL;
    if (document == NULL) {
        return EG_OK;
    }
    enum eg_status status =
        eg_judge_read(&b->header, &b->readable, &b->outcome.findings, b->judge, document, err);
    if (status == EG_OK && b->readable) {
        status = eg_judge_run(
            &b->outcome, b->judge,
            &(struct eg_judge_job){.document = document, .header = &b->header, .plant = plant},
            err);
    }
    eg_document_free(&document);
    return status;
}

Test(engine, accepts_with_result_notification_and_parameters)
{
    struct bench b;
    struct eg_error err = {0};
    struct eg_buf text;

    open_bench(&b);
    cr_assert_eq(judge(&b, REPORT("2026-03-01", "<x>60</x><x>1</x>"), NULL, &err), EG_OK, "%s: %s",
                 err.where, err.text);
    cr_expect(b.outcome.accepted);
    cr_expect_str_eq(b.header.id, "a-1");
    cr_expect_eq(b.header.version, 2);
    cr_expect_eq(b.outcome.findings.count, 1);
    cr_expect_eq(b.outcome.result_count, 1);
    cr_expect_eq(b.outcome.notification_count, 1);
    cr_expect_null(b.outcome.notifications[0].recipient);
    cr_expect_not_null(strstr((char *)b.outcome.results[0].content.data,
                              "sum=\"61\" limit=\"50\" origin=\"package\""));
    cr_expect_not_null(strstr((char *)b.outcome.parameters.data, "value 50 mg/m3\n"));
    eg_buf_init(&text, EG_MIB);
    cr_assert_eq(eg_rules_text(&text, b.rules, &b.outcome.findings.list[0], "en", NULL), EG_OK);
    cr_expect(eg_bytes_is(eg_bytes_view(&text), "above 50"), "%s", (char *)text.data);
    eg_buf_done(&text);
    close_bench(&b);
}
Test(engine, takes_the_permit_of_the_plant_and_forgets_it_after)
{
    struct bench b;
    struct eg_plant_parameter permit = {.package = "org.example.p",
                                        .name = "limit",
                                        .component = "",
                                        .source = "",
                                        .value = "70",
                                        .unit = "mg/m3",
                                        .citation = "P"};
    struct eg_plant plant = {.id = "gt-1", .parameters = &permit, .parameter_count = 1};

    open_bench(&b);
    cr_assert_eq(judge(&b, REPORT("2026-03-01", "<x>60</x>"), &plant, NULL), EG_OK);
    cr_expect_eq(b.outcome.findings.count, 0);
    cr_expect_not_null(strstr((char *)b.outcome.parameters.data, "origin permit\n"));
    cr_assert_eq(judge(&b, REPORT("2026-03-01", "<x>60</x>"), NULL, NULL), EG_OK);
    cr_expect_eq(b.outcome.findings.count, 1);
    permit.value = "101";
    cr_expect_eq(judge(&b, REPORT("2026-03-01", "<x>60</x>"), &plant, NULL), EG_E_DENIED);
    cr_expect_eq(b.outcome.findings.count, 1, "the outcome was touched by a failure");
    close_bench(&b);
}
Test(engine, rejects_by_schema_and_runs_nothing_after_it)
{
    struct bench b;

    open_bench(&b);
    cr_assert_eq(judge(&b, REPORT("2026-03-01", "<x>many</x><x>-1</x>"), NULL, NULL), EG_OK);
    cr_expect_not(b.outcome.accepted);
    cr_expect_eq(b.outcome.findings.count, 1);
    cr_expect_str_eq(b.outcome.findings.list[0].rule, EG_RULE_SCHEMA);
    cr_expect_eq(b.outcome.result_count, 0);
    close_bench(&b);
}
Test(engine, rejects_by_checks_and_makes_no_result)
{
    struct bench b;

    open_bench(&b);
    cr_assert_eq(judge(&b, REPORT("2026-03-01", "<x>-1</x><x>-2</x>"), NULL, NULL), EG_OK);
    cr_expect_not(b.outcome.accepted);
    cr_expect_eq(b.outcome.findings.count, 2);
    cr_expect_eq(b.outcome.result_count + b.outcome.notification_count, 0);
    close_bench(&b);
}
Test(engine, stops_at_a_fatal_finding)
{
    struct bench b;

    open_bench(&b);
    cr_assert_eq(judge(&b, REPORT("2026-03-01", "<x>999</x>"), NULL, NULL), EG_OK);
    cr_expect_not(b.outcome.accepted);
    cr_expect_eq(b.outcome.findings.by_severity[EG_SEVERITY_FATAL], 1);
    close_bench(&b);
}
Test(engine, gives_the_same_octets_again)
{
    struct bench b, c;
    const char *xml = REPORT("2026-03-01", "<x>60</x><x>77.5</x>");

    open_bench(&b);
    open_bench(&c);
    cr_assert_eq(judge(&b, xml, NULL, NULL), EG_OK);
    cr_assert_eq(judge(&c, xml, NULL, NULL), EG_OK);
    cr_expect(eg_bytes_equal(eg_bytes_view(&b.outcome.results[0].content),
                             eg_bytes_view(&c.outcome.results[0].content)));
    close_bench(&c);
    close_bench(&b);
}
Test(engine, says_what_of_the_identity_can_not_be_read)
{
    static const char *const texts[] = {
        REPORT("2026-02-28", ""),
        REPORT("2026-13-01", ""),
        REPORT("1 March", ""),
        REPORT("2026-03-01 ", ""),
        "<r xmlns=\"urn:r\"/>",
        "<r xmlns=\"urn:r\" id=\"a b\" v=\"01\" to=\"x\" p=\"x\" from=\"2026-01-01\" "
        "until=\"2026-01-01\" k=\"x\"/>",
        "<r xmlns=\"urn:r\" id=\"a\" v=\"1000000\" to=\"x\" p=\"x\" from=\"2026-01-01\" "
        "until=\"2026-01-01\" k=\"x\"/>",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct bench b;
        open_bench(&b);
        cr_assert_eq(judge(&b, texts[i], NULL, NULL), EG_OK);
        cr_expect_not(b.readable, "%s", texts[i]);
        cr_expect(b.outcome.findings.count > 0 &&
                  strcmp(b.outcome.findings.list[0].rule, EG_RULE_IDENTITY) == 0);
        close_bench(&b);
    }
}
Test(engine, reads_the_day_of_a_time)
{
    struct bench b;

    open_bench(&b);
    cr_assert_eq(judge(&b, REPORT("2026-03-01T24:00:00", ""), NULL, NULL), EG_OK);
    cr_expect(b.readable);
    cr_expect_str_eq(b.header.until, "2026-03-01");
    close_bench(&b);
}
Test(engine, turns_broken_input_into_findings)
{
    struct bench b;

    open_bench(&b);
    cr_assert_eq(judge(&b, "<!DOCTYPE r><r/>", NULL, NULL), EG_OK);
    cr_expect_not(b.parsed);
    cr_expect_str_eq(b.outcome.findings.list[0].rule, EG_RULE_DOCTYPE);
    close_bench(&b);
}

static void does_not_compile(const char *sch, const char *xsd, const char *xsl)
{
    struct eg_rules *rules = NULL;
    struct eg_error err = {0};

    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    struct eg_package *package = package_of(sch, xsd, xsl, tests);
    cr_expect_neq(eg_rules_compile(&rules, package, &err), EG_OK);
    cr_expect_null(rules);
    cr_expect_neq(err.where[0], '\0');
    eg_package_free(&package);
    eg_engine_done();
}
Test(engine, refuses_checks_in_error)
{
    does_not_compile("<x/>", schema, sheet);
}
Test(engine, refuses_a_schema_in_error)
{
    does_not_compile(checks, "<x/>", sheet);
}
Test(engine, refuses_a_sheet_in_error)
{
    does_not_compile(checks, schema, "<x/>");
}
Test(engine, refuses_checks_with_unknown_parameters)
{
    does_not_compile(SCH "<pattern><rule context=\"x\"><assert id=\"a\" test=\"$gone\">x</assert>"
                         "</rule></pattern></schema>",
                     schema, sheet);
}
Test(engine, refuses_global_params_that_are_no_parameters)
{
    does_not_compile(checks, schema,
                     "<xsl:stylesheet version=\"1.0\" "
                     "xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"><xsl:param "
                     "name=\"gone\"/></xsl:stylesheet>");
}

Test(engine, runs_the_tests_of_a_package)
{
    struct bench b;
    struct eg_package_tests done = {0, 0, false};

    open_bench(&b);
    cr_assert_eq(eg_package_tests_run(&done, b.rules, NULL, NULL, NULL), EG_OK);
    cr_expect(done.present);
    cr_expect_eq(done.total, 3);
    cr_expect_eq(done.failed, 0);
    close_bench(&b);
}
Test(engine, fails_tests_that_differ)
{
    static const char *const cases[] = {
        "outcome=\"rejected\"><finding rule=\"high\"/>",
        "outcome=\"accepted\">",
        "outcome=\"accepted\"><finding rule=\"high\" count=\"2\"/>",
        "outcome=\"accepted\"><finding rule=\"high\" severity=\"error\"/>",
        "outcome=\"accepted\"><finding rule=\"high\"/><finding rule=\"sum\"/>",
        "outcome=\"accepted\"><finding rule=\"high\"/><expect on=\"out\" path=\"/o/@sum\" "
        "equals=\"62\"/>",
        "outcome=\"accepted\"><finding rule=\"high\"/><expect on=\"gone\" path=\"/\" equals=\"\"/>",
        "outcome=\"accepted\"><finding rule=\"high\"/><expect on=\"out\" path=\"$x\" equals=\"\"/>",
        "after=\"gone\" outcome=\"accepted\"><finding rule=\"high\"/>",
        "after=\"a\" outcome=\"accepted\"><finding rule=\"high\"/>",
        "outcome=\"other-kind\">",
    };

    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct eg_rules *rules = NULL;
        struct eg_package_tests done = {0, 0, false};
        struct eg_buf text;
        eg_buf_init(&text, EG_MIB);
        eg_buf_format(&text,
                      "<tests xmlns=\"urn:emgate:package-tests:1\"><case name=\"a\" "
                      "report=\"tests/a.xml\" %s</case></tests>",
                      cases[i]);
        struct eg_package *package = package_of(checks, schema, sheet, (char *)text.data);
        cr_assert_eq(eg_rules_compile(&rules, package, NULL), EG_OK);
        cr_assert_eq(eg_package_tests_run(&done, rules, NULL, NULL, NULL), EG_OK);
        cr_expect_eq(done.failed, 1, "%s", cases[i]);
        eg_rules_free(&rules);
        eg_package_free(&package);
        eg_buf_done(&text);
    }
    eg_engine_done();
}

Test(engine, tries_a_package_in_a_child_and_installs_it_whole)
{
    struct bench b;
    struct eg_sandbox_result result = {.tests = 0};
    struct eg_error err = {0};
    char dir[] = "/tmp/emgate-rules-XXXXXX";
    char *path = NULL;

    open_bench(&b);
    cr_assert_not_null(mkdtemp(dir));
    cr_assert_eq(eg_sandbox_run(&result, b.package, &eg_sandbox_ceilings_default, &err), EG_OK,
                 "%s: %s", err.where, err.text);
    cr_expect_eq(result.tests, 3);
    cr_expect_eq(result.failed, 0);
    cr_assert_eq(eg_rules_install(&path, dir, b.package, &err), EG_OK, "%s: %s", err.where,
                 err.text);
    struct eg_package *again = NULL;
    cr_assert_eq(eg_package_read(&again, path, true, &err), EG_OK, "%s", err.text);
    cr_expect(eg_digest_equal(&again->ref.digest, &b.package->ref.digest));
    cr_expect_eq(eg_rules_install(NULL, dir, b.package, &err), EG_E_EXISTS, "unsigned");
    eg_package_free(&again);
    free(path);
    cr_expect_eq(eg_file_remove_tree(dir, NULL), EG_OK);
    close_bench(&b);
}
