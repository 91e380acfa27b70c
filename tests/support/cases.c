#include "tests/support/cases.h"

#include "base/limits.h"
#include "workbench/package_given.h"
#include "workbench/package_report.h"

#include <stdlib.h>
#include <string.h>

static void put(struct eg_tree_file *file, char *name, const char *text)
{
    file->name = name;
    eg_buf_init(&file->content, EG_PACKAGE_OCTETS_MAX);
    eg_buf_text(&file->content, text);
}

enum eg_status cases_make(struct eg_buf *out, const char *tests, const char *report,
                          const char *name, struct eg_error *err)
{
    static char names[2][20] = {"tests/report.xml", "tests/tests.xml"};
    struct eg_tree_file files[2];
    struct eg_package package = {.tree = {files, 2}};
    struct eg_package_cases cases;
    put(&files[0], names[0], report);
    put(&files[1], names[1], tests);
    enum eg_status status = eg_package_cases_open(&cases, &package, err);
    if (status == EG_OK) {
        const xmlNode *node =
            name != NULL ? eg_xml_child(cases.root, EG_PACKAGE_TESTS_NS, "case") : NULL;
        char *is = node != NULL ? eg_xml_attribute(node, "name") : NULL;
        while (is != NULL && strcmp(is, name) != 0) {
            free(is);
            node = eg_xml_next(node, EG_PACKAGE_TESTS_NS, "case");
            is = node != NULL ? eg_xml_attribute(node, "name") : NULL;
        }
        free(is);
        status = node != NULL   ? eg_package_report_make(out, &cases, node, err)
                 : name != NULL ? EG_E_NOTFOUND
                                : EG_OK;
        eg_package_cases_close(&cases);
    }
    eg_buf_done(&files[0].content);
    eg_buf_done(&files[1].content);
    return status;
}
