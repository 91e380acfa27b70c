/* Changes of a report that a package's tests state: what each makes, and what is refused. */
#include "workbench/package_change.h"

#include "assess/judge/engine.h"
#include "base/limits.h"
#include "tests/support/cases.h"

#include <criterion/criterion.h>
#include <string.h>

#define REPORT                                                                                     \
    "<r xmlns=\"u\" day=\"2023-03-01\"><s c=\"NOx\"><v t=\"2023-03-01T1\" x=\"1\"/>"               \
    "<v t=\"2023-03-01T2\" x=\"2\"/><v t=\"2023-03-01T3\" x=\"3\"/></s>"                           \
    "<s c=\"CO\"><v t=\"2023-03-01T1\" x=\"4\"/></s><n>text</n></r>"
#define NOX "at=\"/r:r/r:s[@c='NOx']/r:v\" "

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

TestSuite(package_change, .init = set_up, .fini = tear_down);

/* `made` is the report after the changes, or the beginning of what is refused. */
struct row {
    const char *changes, *made;
};

static enum eg_status make(struct eg_buf *out, const char *changes)
{
    char tests[64 * 1024];

    (void)snprintf(tests, sizeof(tests),
                   "<tests xmlns=\"urn:emgate:package-tests:1\">"
                   "<namespace prefix=\"r\" uri=\"u\"/><place name=\"CO\" "
                   "path=\"//r:s[@c='CO']/r:v\"/><case name=\"other\" report=\"tests/report.xml\" "
                   "outcome=\"accepted\"><unset place=\"CO\" attribute=\"x\"/></case>\n"
                   "<case name=\"it\" report=\"tests/report.xml\" outcome=\"accepted\">\n%s</case>"
                   "</tests>",
                   changes);
    return cases_make(out, tests, REPORT, "it", &err);
}

static void expect_made(const struct row *row)
{
    struct eg_buf made;

    eg_buf_init(&made, EG_PACKAGE_OCTETS_MAX);
    cr_assert_eq(make(&made, row->changes), EG_OK, "%s: %s: %s", row->changes, err.where, err.text);
    eg_buf_char(&made, '\0');
    cr_expect_not_null(strstr((char *)made.data, row->made), "%s: %s, wanted %s", row->changes,
                       (char *)made.data, row->made);
    eg_buf_done(&made);
}

Test(package_change, makes_what_it_says)
{
    static const struct row rows[] = {
        {"<set " NOX "attribute=\"x\" value=\"9\"/>",
         "T1\" x=\"9\"/><v t=\"2023-03-01T2\" x=\"9\"/><v t=\"2023-03-01T3\" x=\"9\"/></s>"},
        {"<set " NOX "n=\"2-3\" attribute=\"x\" value=\"9\"/>",
         "T1\" x=\"1\"/><v t=\"2023-03-01T2\" x=\"9\"/><v t=\"2023-03-01T3\" x=\"9\"/></s>"},
        {"<set " NOX "n=\"1 3\" attribute=\"x\" value=\"9\"/>",
         "T1\" x=\"9\"/><v t=\"2023-03-01T2\" x=\"2\"/><v t=\"2023-03-01T3\" x=\"9\"/></s>"},
        {"<set " NOX "attribute=\"x\" values=\"7*2 8\"/>",
         "T1\" x=\"7\"/><v t=\"2023-03-01T2\" x=\"7\"/><v t=\"2023-03-01T3\" x=\"8\"/></s>"},
        {"<set place=\"CO\" attribute=\"s\" value=\"&lt;&amp;&quot;\"/>",
         "x=\"4\" s=\"&lt;&amp;&quot;\"/>"},
        {"<set at=\"//r:n\" value=\"a&lt;b\"/>", "<n>a&lt;b</n>"},
        {"<unset " NOX "n=\"2\" attribute=\"x\"/>", "<v t=\"2023-03-01T2\"/>"},
        {"<remove at=\"//r:s[@c='NOx']\"/>", "<r xmlns=\"u\" day=\"2023-03-01\"><s c=\"CO\">"},
        {"<remove at=\"//r:s[@c='NOx'] | //r:v\"/>",
         "<r xmlns=\"u\" day=\"2023-03-01\"><s c=\"CO\"/><n>"},
        {"<replace at=\"/*\" text=\"2023-03-01\" by=\"2024-02-29\"/>",
         "day=\"2024-02-29\"><s c=\"NOx\"><v t=\"2024-02-29T1\" x=\"1\"/><v t=\"2024-02-29T2\""},
        {"<replace at=\"//r:n | /*\" text=\"t\" by=\"tt\"/>", "<n>ttextt</n>"},
        {"<add at=\"//r:s[@c='CO']\"><v xmlns=\"u\" t=\"T2\"/><v xmlns=\"u\" t=\"T3\"/></add>",
         "x=\"4\"/><v t=\"T2\"/><v t=\"T3\"/></s><n>"},
        {"<add at=\"//r:s[@c='CO']\" where=\"first\"><v xmlns=\"u\" t=\"T2\"/></add>",
         "<s c=\"CO\"><v t=\"T2\"/><v t=\"2023-03-01T1\" x=\"4\"/></s>"},
        {"<add at=\"//r:s\" where=\"before\"><q xmlns=\"u\"/></add>", "<q/><s c=\"NOx\">"},
        {"<add at=\"//r:s\" n=\"2\" where=\"after\"><q xmlns=\"other\" a=\"1\"/></add>",
         "</s><q xmlns=\"other\" a=\"1\"/><n>"},
        {"<copy of=\"//r:s[@c='CO']\" at=\"//r:s[@c='CO']\" where=\"after\"/>"
         "<set at=\"//r:s[3]\" attribute=\"c\" value=\"SO2\"/>",
         "<s c=\"CO\"><v t=\"2023-03-01T1\" x=\"4\"/></s><s c=\"SO2\"><v t=\"2023-03-01T1\""},
        {"<copy of=\"/r:r\" at=\"//r:n\"/>", "text<r day=\"2023-03-01\"><s c=\"NOx\">"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        expect_made(&rows[i]);
    }
}

Test(package_change, without_changes_the_octets_are_those_of_the_file)
{
    struct eg_buf made;

    eg_buf_init(&made, EG_PACKAGE_OCTETS_MAX);
    cr_assert_eq(make(&made, ""), EG_OK, "%s: %s", err.where, err.text);
    cr_expect(eg_bytes_is(eg_bytes_view(&made), REPORT));
    eg_buf_done(&made);
}

static const struct row refused[] = {
    {"<set attribute=\"x\" value=\"1\"/>", "say where: either at or place"},
    {"<set at=\"/*\" place=\"CO\" attribute=\"x\" value=\"1\"/>", "say where"},
    {"<set place=\"SO2\" attribute=\"x\" value=\"1\"/>", "no place is called SO2"},
    {"<set at=\"//r:s[@c='SO2']\" attribute=\"x\" value=\"1\"/>",
     "//r:s[@c='SO2'] finds nothing in the report"},
    {"<remove place=\"CO\"/><set place=\"CO\" attribute=\"x\" value=\"1\"/>", "//r:s[@c='CO']/r:v"},
    {"<set at=\"//q:s\" attribute=\"x\" value=\"1\"/>", "q"},
    {"<set at=\"//r:s[\" attribute=\"x\" value=\"1\"/>", ""},
    {"<set at=\"count(//r:s)\" attribute=\"x\" value=\"1\"/>", "count(//r:s) does not name"},
    {"<set at=\"//@x\" attribute=\"x\" value=\"1\"/>", "//@x finds something that is no element"},
    {"<set at=\"//text()\" attribute=\"x\" value=\"1\"/>", "//text() finds something"},
    {"<set at=\"//namespace::*\" attribute=\"x\" value=\"1\"/>", "//namespace::* finds something"},
    {"<set at=\"/\" attribute=\"x\" value=\"1\"/>", "/ finds something"},
    {"<set place=\"CO\" attribute=\"x\" value=\"4\"/>", "changes nothing"},
    {"<set at=\"//r:n\" value=\"text\"/>", "changes nothing"},
    {"<set at=\"//r:s\" value=\"text\"/>", "sets the text of an element that has elements"},
    {"<set place=\"CO\" attribute=\"xmlns\" value=\"u\"/>", "xmlns is no attribute"},
    {"<set place=\"CO\" attribute=\"x\"/>", "say either value or values"},
    {"<set place=\"CO\" attribute=\"x\" value=\"1\" values=\"1\"/>", "say either value or values"},
    {"<set " NOX "attribute=\"x\" values=\"1 2\"/>", "has 2 values, but 3 elements are found"},
    {"<set " NOX "attribute=\"x\" values=\"1*4\"/>", "values: the number after *"},
    {"<set " NOX "attribute=\"x\" values=\"1*2 2*2\"/>", "has more values than elements"},
    {"<set " NOX "attribute=\"x\" values=\"1*0 2\"/>", "values: the number after *"},
    {"<set " NOX "attribute=\"x\" values=\"1*x\"/>", "values: the number after *"},
    {"<set " NOX "attribute=\"x\" values=\"1*99999999999999999999\"/>", "values: the number"},
    {"<set " NOX "attribute=\"x\" values=\"\"/>", "has 0 values, but 3 elements are found"},
    {"<set " NOX "n=\"4\" attribute=\"x\" value=\"9\"/>", "n=\"4\": numbers and ranges in order"},
    {"<set " NOX "n=\"0\" attribute=\"x\" value=\"9\"/>", "n=\"0\""},
    {"<set " NOX "n=\"2 1\" attribute=\"x\" value=\"9\"/>", "n=\"2 1\""},
    {"<set " NOX "n=\"1-2 2\" attribute=\"x\" value=\"9\"/>", "n=\"1-2 2\""},
    {"<set " NOX "n=\"3-2\" attribute=\"x\" value=\"9\"/>", "n=\"3-2\""},
    {"<set " NOX "n=\"1-99999999999999999999\" attribute=\"x\" value=\"9\"/>", "n=\"1-9"},
    {"<set " NOX "n=\"-\" attribute=\"x\" value=\"9\"/>", "n=\"-\""},
    {"<set " NOX "n=\" \" attribute=\"x\" value=\"9\"/>", "n names no element"},
    {"<unset " NOX "attribute=\"s\"/>", "element 1 of those found has no s"},
    {"<unset at=\"//r:v | //r:n\" attribute=\"x\"/>", "element 5 of those found has no x"},
    {"<remove at=\"/*\"/>", "removes the root element"},
    {"<replace at=\"/*\" text=\"2022\" by=\"2023\"/>", "changes nothing"},
    {"<replace at=\"/*\" text=\"2023\" by=\"2023\"/>", "changes nothing"},
    {"<add at=\"/*\"><v/></add>", "v has no namespace of a report"},
    {"<add at=\"/*\" where=\"after\"><v xmlns=\"u\"/></add>", "comes beside the root element"},
    {"<copy of=\"//r:v\" at=\"/*\"/>", "of finds 4 elements; one is copied"},
    {"<copy of=\"//r:q\" at=\"/*\"/>", "//r:q finds nothing"},
    {"<copy of=\"//r:n\" at=\"/*\" where=\"before\"/>", "comes beside the root element"},
};

Test(package_change, refuses_what_changes_nothing_or_finds_nothing)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct eg_buf made;
        eg_buf_init(&made, EG_PACKAGE_OCTETS_MAX);
        err = (struct eg_error){0};
        cr_expect_eq(make(&made, refused[i].changes), EG_E_FORMAT, "%s", refused[i].changes);
        cr_expect_str_eq(err.where, "tests/tests.xml:3", "%s: %s", refused[i].changes, err.where);
        cr_expect(strncmp(err.text, refused[i].made, strlen(refused[i].made)) == 0 ||
                      strstr(err.text, refused[i].made) != NULL,
                  "%s: %s", refused[i].changes, err.text);
        eg_buf_done(&made);
    }
}

#define E50 "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"

static enum eg_status make_often(const char *change)
{
    struct eg_buf changes, made;

    eg_buf_init(&changes, EG_MIB);
    eg_buf_init(&made, EG_PACKAGE_OCTETS_MAX);
    for (size_t i = 0; i < 60; i++) {
        eg_buf_text(&changes, change);
    }
    eg_buf_char(&changes, '\0');
    enum eg_status status = make(&made, (const char *)changes.data);
    eg_buf_done(&changes);
    eg_buf_done(&made);
    return status;
}

/* What would fill memory or the stack is refused before it does. */
Test(package_change, a_report_grows_neither_without_end_nor_deeper_than_any)
{
    static const struct row rows[] = {
        {"<copy of=\"/r:r\" at=\"//r:v[@x='4']\"/>",
         "makes the report larger than 33554432 octets"},
        {"<add at=\"//r:q[not(*)] | //r:n\"><q xmlns=\"u\"><q><q><q><q/></q></q></q></q></add>",
         "nests more than 256 elements"},
        {"<replace at=\"/*\" text=\"e\" by=\"" E50 E50 E50 E50 "\"/>",
         "makes the report larger than 33554432 octets"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        err = (struct eg_error){0};
        cr_expect_eq(make_often(rows[i].changes), EG_E_FORMAT, "%s", rows[i].changes);
        cr_expect_not_null(strstr(err.text, rows[i].made), "%s: %s", rows[i].changes, err.text);
    }
    cr_expect_eq(make_often("<set at=\"//r:n\" value=\"e\"/>"
                            "<replace at=\"//r:n\" text=\"e\" by=\"eeeeeeeeeeeeeeeeeeeeee\"/>"),
                 EG_OK, "%s", err.text);
}
