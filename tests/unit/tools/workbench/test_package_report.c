/* Bases, places and settings of a package's tests: what a case begins with, and what is refused. */
#include "workbench/package_report.h"

#include "assess/judge/engine.h"
#include "base/limits.h"
#include "tests/support/cases.h"

#include <criterion/criterion.h>
#include <string.h>

#define HEAD "<tests xmlns=\"urn:emgate:package-tests:1\">\n<namespace prefix=\"r\" uri=\"u\"/>"
#define CASE(name, begin) "<case name=\"" name "\" " begin " outcome=\"accepted\"/>"
#define FILE_REPORT "report=\"tests/report.xml\""
#define SET(value) "<set at=\"/*\" attribute=\"x\" value=\"" value "\"/>"

static struct eg_error err;

static void set_up(void)
{
    err = (struct eg_error){0};
    cr_assert_eq(eg_engine_init(&err), EG_OK);
}

static void tear_down(void)
{
    eg_engine_done();
}

TestSuite(package_report, .init = set_up, .fini = tear_down);

static enum eg_status make(struct eg_buf *out, const char *tests, const char *report)
{
    eg_buf_init(out, EG_PACKAGE_OCTETS_MAX);
    return cases_make(out, tests, report, "it", &err);
}

Test(package_report, changes_of_bases_come_first_the_lowest_before_all)
{
    struct eg_buf made;

    cr_assert_eq(make(&made,
                      HEAD "<base name=\"a\" " FILE_REPORT
                           ">" SET("1") "</base>"
                                        "<base name=\"b\" base=\"a\">"
                                        "<replace at=\"/*\" text=\"1\" by=\"12\"/></base>"
                                        "<case name=\"it\" base=\"b\" outcome=\"accepted\">"
                                        "<replace at=\"/*\" text=\"2\" by=\"23\"/></case></tests>",
                      "<r x=\"0\"/>"),
                 EG_OK, "%s: %s", err.where, err.text);
    eg_buf_char(&made, '\0');
    cr_expect_not_null(strstr((char *)made.data, "<r x=\"123\"/>"), "%s", (char *)made.data);
    eg_buf_done(&made);
}

Test(package_report, a_base_without_changes_is_its_file)
{
    struct eg_buf made;

    cr_assert_eq(make(&made,
                      HEAD "<base name=\"a\" " FILE_REPORT
                           "/><base name=\"b\" base=\"a\"/>" CASE("it", "base=\"b\"") "</tests>",
                      "<r   x = '0'  ></r>"),
                 EG_OK, "%s: %s", err.where, err.text);
    cr_expect(eg_bytes_is(eg_bytes_view(&made), "<r   x = '0'  ></r>"));
    eg_buf_done(&made);
}

Test(package_report, a_file_that_is_no_report_can_be_judged_but_not_changed)
{
    struct eg_buf made;

    cr_expect_eq(make(&made, HEAD CASE("it", FILE_REPORT) "</tests>", "<r"), EG_OK);
    cr_expect(eg_bytes_is(eg_bytes_view(&made), "<r"));
    eg_buf_done(&made);
    cr_expect_eq(make(&made,
                      HEAD "<case name=\"it\" " FILE_REPORT
                           " outcome=\"rejected\">" SET("1") "</case></tests>",
                      "<r"),
                 EG_E_FORMAT);
    cr_expect_not_null(strstr(err.where, "tests/report.xml:1"), "%s", err.where);
    eg_buf_done(&made);
    cr_expect_eq(make(&made,
                      HEAD "<case name=\"it\" " FILE_REPORT
                           " outcome=\"rejected\">" SET("1") "</case></tests>",
                      "<!DOCTYPE r><r/>"),
                 EG_E_FORMAT);
    eg_buf_done(&made);
}

/* Names of cases that are there twice were taken before there were bases: they still are. */
Test(package_report, tests_without_bases_are_read_as_before)
{
    struct eg_buf made;

    cr_expect_eq(
        make(&made, HEAD CASE("it", FILE_REPORT) CASE("it", FILE_REPORT) "</tests>", "<r/>"), EG_OK,
        "%s: %s", err.where, err.text);
    eg_buf_done(&made);
}

Test(package_report, refuses_what_begins_with_nothing_or_is_left_over)
{
#define BASE(name, begin) "<base name=\"" name "\" " begin "/>"
    static const struct row {
        const char *tests, *text;
    } rows[] = {
        {CASE("it", ""), "say what is judged: either report or base"},
        {BASE("a", FILE_REPORT) CASE("it", "base=\"a\" " FILE_REPORT), "say what is judged"},
        {BASE("a", "") CASE("it", "base=\"a\""), "say what is judged"},
        {CASE("it", "base=\"a\""), "no base above is called a"},
        {BASE("a", "base=\"a\"") CASE("it", "base=\"a\""), "no base above is called a"},
        {BASE("a", "base=\"b\"") BASE("b", FILE_REPORT) CASE("it", "base=\"a\""),
         "no base above is called b"},
        {BASE("a", FILE_REPORT) BASE("a", FILE_REPORT) CASE("it", "base=\"a\""),
         "this base is there already, in line 2"},
        {BASE("a", FILE_REPORT) CASE("it", FILE_REPORT), "nothing begins with this base"},
        {BASE("a", FILE_REPORT) CASE("it", "base=\"a\"") CASE("it", "base=\"a\""),
         "this case is there already, in line 2"},
        {"<place name=\"p\" path=\"/*\"/>" CASE("it", FILE_REPORT), "no change names this place"},
        {"<place name=\"p\" path=\"/*\"/><place name=\"p\" path=\"//*\"/>" CASE("it", FILE_REPORT),
         "this place is there already, in line 2"},
        {"<setting name=\"s\" word=\"a\"/><setting name=\"s\" word=\"b\"/>" CASE("it", FILE_REPORT),
         "this setting is there already, in line 2"},
        {CASE("it", "report=\"tests/none.xml\""), "tests/none.xml is not in the package"},
        {"<case name=\"it\" " FILE_REPORT "/>", "outcome"},
        {"<case name=\"it\" " FILE_REPORT " outcome=\"accepted\"><change/></case>", "change"},
        {"<case name=\"it\" " FILE_REPORT " outcome=\"accepted\"><set at=\"\" value=\"\"/></case>",
         "at"},
        {"<case name=\"it\" " FILE_REPORT " outcome=\"accepted\"><replace at=\"/*\" text=\"\" "
         "by=\"\"/></case>",
         "text"},
        {"<case name=\"it\" " FILE_REPORT " outcome=\"accepted\"><add at=\"/*\"/></case>", "add"},
        {"<case name=\"it\" " FILE_REPORT
         " outcome=\"accepted\"><finding rule=\"x\"/>" SET("1") "</case>",
         "set"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char tests[4096];
        struct eg_buf made;
        err = (struct eg_error){0};
        (void)snprintf(tests, sizeof(tests), HEAD "%s</tests>", rows[i].tests);
        cr_expect_eq(make(&made, tests, "<r x=\"0\"/>"), EG_E_FORMAT, "%s", rows[i].tests);
        cr_expect_str_eq(err.where, "tests/tests.xml:2", "%s: %s", rows[i].tests, err.where);
        cr_expect_not_null(strstr(err.text, rows[i].text), "%s: %s", rows[i].tests, err.text);
        eg_buf_done(&made);
    }
}

Test(package_report, bases_begin_with_each_other_up_to_a_ceiling)
{
    struct eg_buf tests, made;

    for (int count = EG_TEST_BASES_MAX - 1; count <= EG_TEST_BASES_MAX; count++) {
        eg_buf_init(&tests, EG_MIB);
        eg_buf_text(&tests, HEAD "<base name=\"b0\" " FILE_REPORT "/>");
        for (int i = 1; i < count; i++) {
            eg_buf_format(&tests, "<base name=\"b%d\" base=\"b%d\"/>", i, i - 1);
        }
        eg_buf_format(&tests, "<case name=\"it\" base=\"b%d\" outcome=\"accepted\"/></tests>",
                      count - 1);
        eg_buf_char(&tests, '\0');
        enum eg_status status = make(&made, (const char *)tests.data, "<r/>");
        cr_expect_eq(status, count < EG_TEST_BASES_MAX ? EG_OK : EG_E_FORMAT, "%d: %s", count,
                     err.text);
        eg_buf_done(&tests);
        eg_buf_done(&made);
    }
    cr_expect_not_null(strstr(err.text, "more than 8 bases"), "%s", err.text);
}
