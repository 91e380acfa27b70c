/*
 * Any octets as tests/tests.xml of a package: bases, places and changes are refused or make reports
 * within their ceilings, and the same ones a second time. Half of the octets may be the report: all
 * behind the first line "=====".
 */
#include "assess/judge/engine.h"
#include "base/limits.h"
#include "workbench/package_given.h"
#include "workbench/package_report.h"

#include <stdlib.h>
#include <string.h>

#define CUT "\n=====\n"
#define REPORT                                                                                     \
    "<r xmlns=\"u\" day=\"2023-03-01\"><s c=\"NOx\"><v t=\"T1\" x=\"1\"/><v t=\"T2\" "             \
    "x=\"2\"/></s>"                                                                                \
    "<s c=\"CO\"><v t=\"T1\" x=\"4\"/></s><n>text</n></r>"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void make_twice(const struct eg_package_cases *cases, const xmlNode *node)
{
    struct eg_buf first, second;
    struct eg_package_given given;

    eg_buf_init(&first, EG_PACKAGE_OCTETS_MAX);
    eg_buf_init(&second, EG_PACKAGE_OCTETS_MAX);
    enum eg_status status = eg_package_report_make(&first, cases, node, NULL);
    if (eg_package_report_make(&second, cases, node, NULL) != status ||
        (status == EG_OK && !eg_bytes_equal(eg_bytes_view(&first), eg_bytes_view(&second)))) {
        abort();
    }
    (void)!eg_package_given_read(&given, node, "org.example.p", NULL, EG_PACKAGE_TESTS_FILE, NULL);
    eg_package_given_done(&given);
    eg_buf_done(&first);
    eg_buf_done(&second);
}

static void read_tests(struct eg_bytes tests, struct eg_bytes report)
{
    char names[2][20] = {"tests/report.xml", "tests/tests.xml"};
    struct eg_tree_file files[2] = {{.name = names[0]}, {.name = names[1]}};
    struct eg_package package = {.tree = {files, 2}};
    struct eg_package_cases cases;

    eg_buf_init(&files[0].content, EG_PACKAGE_OCTETS_MAX);
    eg_buf_init(&files[1].content, EG_PACKAGE_OCTETS_MAX);
    eg_buf_bytes(&files[0].content, report);
    eg_buf_bytes(&files[1].content, tests);
    if (eg_package_cases_open(&cases, &package, NULL) == EG_OK) {
        for (const xmlNode *n =
                 cases.doc != NULL ? eg_xml_child(cases.root, EG_PACKAGE_TESTS_NS, "case") : NULL;
             n != NULL; n = eg_xml_next(n, EG_PACKAGE_TESTS_NS, "case")) {
            make_twice(&cases, n);
        }
        eg_package_cases_close(&cases);
    }
    eg_buf_done(&files[0].content);
    eg_buf_done(&files[1].content);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_bytes tests = {data, size}, report = eg_bytes_of(REPORT);
    const uint8_t *cut = size > 0 ? memmem(data, size, CUT, strlen(CUT)) : NULL;

    if (eg_engine_init(NULL) != EG_OK) {
        abort();
    }
    if (cut != NULL) {
        tests.len = (size_t)(cut - data);
        report = (struct eg_bytes){cut + strlen(CUT), size - tests.len - strlen(CUT)};
    }
    read_tests(tests, report);
    eg_engine_done();
    return 0;
}
