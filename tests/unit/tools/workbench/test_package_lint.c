#include "workbench/package_lint.h"

#include "assess/judge/engine.h"
#include "assess/package/package.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TITLES "<title lang=\"de\">t</title><title lang=\"en\">t</title>"

/* A package of which nothing is to be said. */
static const char manifest[] =
    "<package xmlns=\"urn:emgate:package:1\" id=\"org.example.p\" version=\"1.0.0\" "
    "publisher=\"pub\">" TITLES "<law citation=\"1\">l</law>\n"
    "<valid from=\"2026-01-01\" until=\"2026-12-31\"/><match element=\"r\"/>"
    "<identity addressee=\"none\"><id path=\"/r/@id\"/><version path=\"/r/@v\"/>"
    "<plant path=\"/r/@p\"/><from path=\"/r/@day\"/><until path=\"/r/@day\"/>"
    "<kind path=\"/r/@k\"/></identity>\n"
    "<setting name=\"size\" words=\"small large\" source=\"A 1\">" TITLES "</setting>\n"
    "<parameter name=\"limit\" unit=\"1\" source=\"A 2\">" TITLES
    "<row when=\"size is small\" value=\"5\" source=\"a\"/></parameter>"
    "<parameter name=\"twice\" unit=\"1\" is=\"2 * $limit\" source=\"A 3\">" TITLES
    "</parameter><steps><checks file=\"checks/c.sch\"/></steps></package>";
static const char checks[] =
    "<schema xmlns=\"http://purl.oclc.org/dsdl/schematron\" queryBinding=\"xslt\" "
    "xml:lang=\"en\"><pattern>\n"
    "<rule context=\"x\"><report id=\"high\" role=\"info\" diagnostics=\"high-de\" "
    "test=\". &gt; $twice and not(document('../codelists/c.xml')//none)\">b</report></rule>"
    "</pattern><diagnostics><diagnostic id=\"high-de\" xml:lang=\"de\">d</diagnostic>"
    "</diagnostics></schema>";
static const char tests[] =
    "<tests xmlns=\"urn:emgate:package-tests:1\">"
    "<case name=\"a\" report=\"tests/1.xml\" outcome=\"accepted\"><finding rule=\"high\"/></case>"
    "<case name=\"b\" report=\"tests/1.xml\" outcome=\"accepted\"/></tests>";

static void add(struct eg_tree *tree, const char *name, const char *text, const char *from,
                const char *to)
{
    tree->files = realloc(tree->files, (tree->count + 1) * sizeof(*tree->files));
    cr_assert_not_null(tree->files);
    struct eg_tree_file *file = &tree->files[tree->count++];
    const char *at = from != NULL ? strstr(text, from) : NULL;

    file->name = strdup(name);
    eg_buf_init(&file->content, EG_MIB);
    if (at == NULL) {
        eg_buf_text(&file->content, text);
        return;
    }
    eg_buf_add(&file->content, text, (size_t)(at - text));
    eg_buf_text(&file->content, to);
    eg_buf_text(&file->content, at + strlen(from));
}

struct heard {
    char codes[200];
    char last[400];
    unsigned line;
};

static enum eg_status hear(void *payload, const struct eg_lint *lint)
{
    struct heard *heard = payload;
    size_t len = strlen(heard->codes);

    (void)snprintf(heard->codes + len, sizeof(heard->codes) - len, "%s ", lint->code);
    (void)snprintf(heard->last, sizeof(heard->last), "%s: %s; %s", lint->file, lint->text,
                   lint->remedy);
    heard->line = lint->line;
    return EG_OK;
}

/* The package with the first `from` in any of its files replaced by `to`. */
static void lints(const char *expected, const char *part, const char *from, const char *to)
{
    struct heard heard = {.line = 0};
    struct eg_package *package = NULL;
    struct eg_tree tree = {NULL, 0};
    struct eg_error err = {0};

    add(&tree, "checks/c.sch", checks, from, to);
    add(&tree, "codelists/c.xml", "<list/>", NULL, NULL);
    add(&tree, "package.xml", manifest, from, to);
    add(&tree, "tests/1.xml", "<r/>", NULL, NULL);
    add(&tree, "tests/tests.xml", tests, from, to);
    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    cr_assert_eq(eg_package_parse(&package, &tree, true, &err), EG_OK, "%s: %s", err.where,
                 err.text);
    cr_assert_eq(eg_package_lint(package, "2026-12-31", hear, &heard, &err), EG_OK, "%s", err.text);
    cr_expect_str_eq(heard.codes, expected, "%s: %s", heard.codes, heard.last);
    cr_expect_not_null(strstr(heard.last, part), "%s", heard.last);
    eg_package_free(&package);
    eg_engine_done();
}

Test(package_lint, is_silent_where_nothing_is_to_be_said)
{
    lints("", "", NULL, NULL);
}
Test(package_lint, tells_of_a_check_that_no_case_finds)
{
    lints("LINT-TEST ", "high is not found by any case", "<finding rule=\"high\"/>", "");
}
Test(package_lint, tells_of_a_check_that_every_case_finds)
{
    lints("LINT-TEST ", "not seen absent",
          "<case name=\"b\" report=\"tests/1.xml\" outcome=\"accepted\"/>",
          "<case name=\"b\" report=\"tests/1.xml\" outcome=\"other-period\"/>");
}
Test(package_lint, tells_of_parameters_that_nothing_uses)
{
    lints("EA-PARAM ", "parameter twice is not used", "$twice", "$limit");
    lints("EA-PARAM ", "parameter limit is not used", "2 * $limit", "2");
}
Test(package_lint, tells_of_a_setting_that_nothing_uses)
{
    lints("LINT-SETTING ", "setting size is not used", " when=\"size is small\"", "");
}
Test(package_lint, tells_of_a_code_list_that_nothing_names)
{
    lints("LINT-CODELIST ", "codelists/c.xml", "document('../codelists/c.xml')", "a");
}
Test(package_lint, tells_of_a_source_that_names_nothing)
{
    lints("LINT-SOURCE ", "the source of twice", "source=\"A 3\"", "source=\"?\"");
}
Test(package_lint, tells_of_a_validity_that_is_over)
{
    lints("LINT-EXPIRED ", "until 2026-12-30", "until=\"2026-12-31\"", "until=\"2026-12-30\"");
}
Test(package_lint, tells_of_titles_that_are_missing)
{
    lints("LINT-TITLE ", "setting size has no titles", "source=\"A 1\">" TITLES, "source=\"A 1\">");
}
Test(package_lint, tells_of_a_language_that_is_missing)
{
    lints("LINT-LANGUAGE ", "high does not speak German", " diagnostics=\"high-de\"", "");
    lints("LINT-LANGUAGE ", "high does not speak English", "xml:lang=\"en\"", "xml:lang=\"de\"");
}
Test(package_lint, tells_of_tests_and_contexts_that_walk_the_document)
{
    lints("LINT-WALK ", "for each x", ". &gt; $twice", ". &gt; $twice and //y");
    lints("LINT-WALK ", "the condition of context", "context=\"x\"", "context=\"x[//y]\"");
    lints("", "", "context=\"x\"", "context=\"//x[y//z]\"");
    lints("", "", "<rule context=\"x\">", "<rule context=\"/r\"><let name=\"a\" value=\"//y\"/>");
}

Test(lint_walks, sees_paths_that_begin_at_the_root)
{
    static const char *const walk[] = {
        "//x",           "count(//x)",   "/r//x",   "a = //x", "a and //x",       "/r[a]//x",
        "a[//x]",        "preceding::x", "a | //x", "a - //x", "../following::x", "f('b', //x)",
        "not(/r/s//@t)", "(1 + //x)",    "a * //x", "-//x",    "a div //x",       "/*//x"};
    static const char *const stay[] = {"a//x",
                                       ".//x",
                                       "..//x",
                                       "$v//x",
                                       "f(a)//x",
                                       "/r/x",
                                       "'//x'",
                                       "concat(\"//\", a)",
                                       "x[1]//y",
                                       "*//x",
                                       "@*",
                                       "preceding-sibling::x",
                                       "following-sibling::x",
                                       "and//x",
                                       "/",
                                       "",
                                       "/r/and/x and a//y"};

    for (size_t i = 0; i < sizeof(walk) / sizeof(walk[0]); i++) {
        cr_expect(eg_lint_walks(walk[i]), "%s", walk[i]);
    }
    for (size_t i = 0; i < sizeof(stay) / sizeof(stay[0]); i++) {
        cr_expect_not(eg_lint_walks(stay[i]), "%s", stay[i]);
    }
}
Test(lint_walks, takes_any_text)
{
    static const char *const odd[] = {"'",   "\"//", "((((",  "))))//", "/",
                                      "a::", ":",    "[[[//", "\xc3"};
    char deep[400] = "";

    memset(deep, '(', sizeof(deep) - 1);
    (void)eg_lint_walks(deep);
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        (void)eg_lint_walks(odd[i]);
    }
}
