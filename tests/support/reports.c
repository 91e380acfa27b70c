#include "tests/support/reports.h"

#include "base/limits.h"
#include "workbench/package_given.h"
#include "workbench/package_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_there(const struct eg_tree *tree, const struct eg_buf *report)
{
    bool there = false;
    for (size_t i = 0; i < tree->count && !there; i++) {
        there = eg_bytes_equal(eg_bytes_view(&tree->files[i].content), eg_bytes_view(report));
    }
    return there;
}

static bool take_case(struct eg_tree *out, const struct eg_package_cases *cases,
                      const xmlNode *node)
{
    struct eg_tree_file file = {.name = eg_xml_attribute(node, "name")};
    eg_buf_init(&file.content, EG_PACKAGE_OCTETS_MAX);
    bool made =
        file.name != NULL && eg_package_report_make(&file.content, cases, node, NULL) == EG_OK;
    if (made && !is_there(out, &file.content)) {
        out->files[out->count++] = file;
        return true;
    }
    free(file.name);
    eg_buf_done(&file.content);
    return made;
}

void reports_of_package(struct eg_tree *out, const struct eg_package *package)
{
    struct eg_package_cases cases;
    *out = (struct eg_tree){NULL, 0};
    if (eg_package_cases_open(&cases, package, NULL) != EG_OK || cases.doc == NULL) {
        return;
    }
    out->files = calloc(xmlChildElementCount((xmlNode *)cases.root) + 1, sizeof(*out->files));
    bool made = out->files != NULL;
    for (const xmlNode *n = eg_xml_child(cases.root, EG_PACKAGE_TESTS_NS, "case");
         made && n != NULL; n = eg_xml_next(n, EG_PACKAGE_TESTS_NS, "case")) {
        made = take_case(out, &cases, n);
    }
    if (!made) {
        eg_tree_done(out);
    }
    eg_package_cases_close(&cases);
}
