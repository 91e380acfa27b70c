#include "workbench/package_mutate.h"

#include "assess/package/package.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char manifest[] =
    "<package xmlns=\"urn:emgate:package:1\" id=\"org.example.p\" version=\"1.0.0\" "
    "publisher=\"pub\"><title lang=\"de\">t</title><title lang=\"en\">t</title>"
    "<law citation=\"1\">l</law><valid from=\"2026-01-01\"/><match element=\"r\"/>"
    "<identity addressee=\"none\"><id path=\"/r/@id\"/><version path=\"/r/@v\"/>"
    "<plant path=\"/r/@p\"/><from path=\"/r/@day\"/><until path=\"/r/@day\"/>"
    "<kind path=\"/r/@k\"/></identity><steps><checks file=\"checks/c.sch\"/></steps></package>";
static const char checks[] =
    "<schema xmlns=\"http://purl.oclc.org/dsdl/schematron\" queryBinding=\"xslt\"><pattern>"
    "<rule context=\"x\"><assert id=\"positive\" test=\". &gt;= 0\">a</assert>"
    "<report id=\"high\" role=\"info\" test=\". &gt; 50\">b</report></rule></pattern></schema>";

#define REPORT(x) "<r id=\"a\" v=\"1\" p=\"gt\" day=\"2026-03-01\" k=\"day\"><x>" x "</x></r>"
#define TESTS(cases) "<tests xmlns=\"urn:emgate:package-tests:1\">" cases "</tests>"
#define PLAIN "<case name=\"plain\" report=\"tests/1.xml\" outcome=\"accepted\"/>"
#define NEGATIVE                                                                                   \
    "<case name=\"negative\" report=\"tests/2.xml\" outcome=\"rejected\">"                         \
    "<finding rule=\"positive\"/></case>"
#define HIGH                                                                                       \
    "<case name=\"high\" report=\"tests/3.xml\" outcome=\"accepted\"><finding "                    \
    "rule=\"high\"/></case>"

static void add(struct eg_tree *tree, const char *name, const char *text)
{
    tree->files = realloc(tree->files, (tree->count + 1) * sizeof(*tree->files));
    cr_assert_not_null(tree->files);
    struct eg_tree_file *file = &tree->files[tree->count++];
    file->name = strdup(name);
    eg_buf_init(&file->content, EG_MIB);
    eg_buf_text(&file->content, text);
}

struct seen {
    char missed[200]; /* "rule mutation " of each that was not noticed */
    char by[64];      /* case that noticed the last */
    size_t left;      /* how many to be told of */
};

static bool look(void *payload, const struct eg_mutant *mutant)
{
    struct seen *seen = payload;

    cr_expect_str_eq(mutant->file, "checks/c.sch");
    if (!mutant->noticed) {
        size_t len = strlen(seen->missed);
        (void)snprintf(seen->missed + len, sizeof(seen->missed) - len, "%s %s ", mutant->rule,
                       eg_mutation_text(mutant->mutation));
    }
    (void)snprintf(seen->by, sizeof(seen->by), "%s", mutant->by);
    return --seen->left > 0;
}

static struct eg_mutations mutate(struct seen *seen, const char *tests)
{
    struct eg_mutations made = {0, 0};
    struct eg_package *package = NULL;
    struct eg_tree tree = {NULL, 0};
    struct eg_error err = {0};

    add(&tree, "checks/c.sch", checks);
    add(&tree, "package.xml", manifest);
    add(&tree, "tests/1.xml", REPORT("5"));
    add(&tree, "tests/2.xml", REPORT("-5"));
    add(&tree, "tests/3.xml", REPORT("60"));
    add(&tree, "tests/tests.xml", tests);
    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    cr_assert_eq(eg_package_parse(&package, &tree, true, &err), EG_OK, "%s: %s", err.where,
                 err.text);
    cr_assert_eq(eg_package_mutate(&made, package, look, seen, &err), EG_OK, "%s", err.text);
    eg_package_free(&package);
    eg_engine_done();
    return made;
}

Test(package_mutate, notices_all_when_each_rule_is_found_and_not_found)
{
    struct seen seen = {.left = 100};
    struct eg_mutations made = mutate(&seen, TESTS(PLAIN NEGATIVE HIGH));

    cr_expect_eq(made.tried, 4);
    cr_expect_eq(made.missed, 0, "%s", seen.missed);
    cr_expect_str_eq(seen.by, "plain");
}
Test(package_mutate, misses_what_is_never_found)
{
    struct seen seen = {.left = 100};
    struct eg_mutations made = mutate(&seen, TESTS(PLAIN HIGH));

    cr_expect_eq(made.missed, 1);
    cr_expect_str_eq(seen.missed, "positive silent ");
}
Test(package_mutate, ends_when_told_to)
{
    struct seen seen = {.left = 1};

    cr_expect_eq(mutate(&seen, TESTS(PLAIN NEGATIVE HIGH)).tried, 1);
}
