/*
 * rules/FUNCTIONS.md and the table of functions say the same, and every figure worked on that page
 * is what the functions give.
 */
#include "assess/xpath/function_table.h"

#include "assess/number/numbers.h"
#include "assess/xml/xml.h"
#include "assess/xpath/functions.h"
#include "base/file.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <libxml/xpathInternals.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE "rules/FUNCTIONS.md"
#define FIGURES_MIN 65

struct page {
    struct eg_buf text;
    xmlDoc *doc;
};

static void page_init(struct page *page)
{
    struct eg_error err = {0};
    cr_assert(eg_xml_init(&err) == EG_OK);
    eg_buf_init(&page->text, EG_MIB);
    cr_assert(eg_file_read(&page->text, PAGE, &err) == EG_OK, "%s", err.text);
    const char *start = strstr((const char *)page->text.data, "    <d>");
    const char *end = start != NULL ? strstr(start, "</d>") : NULL;
    cr_assert(end != NULL, "the page has a document");
    struct eg_bytes xml = {(const uint8_t *)start + 4, (size_t)(end - start)};
    cr_assert(eg_xml_parse_file(&page->doc, xml, "page.xml", EG_MIB, &err) == EG_OK, "%s",
              err.text);
}

static void page_done(struct page *page)
{
    xmlFreeDoc(page->doc);
    eg_buf_done(&page->text);
    eg_xml_done();
}

static const struct eg_xml_ns prefixes[] = {{"f", EG_FUNCTION_NS},     {"common", EG_EXSLT_COMMON},
                                            {"math", EG_EXSLT_MATH},   {"set", EG_EXSLT_SETS},
                                            {"str", EG_EXSLT_STRINGS}, {"date", EG_EXSLT_DATES}};

/* The value of an expression as text, free(); NULL: it failed. */
static char *eval(xmlDoc *doc, const char *expression)
{
    struct eg_error err = {0};
    char number[EG_NUMBER_TEXT_MAX] = "";
    char *out = NULL;
    xmlXPathContext *context = xmlXPathNewContext(doc);
    cr_assert(eg_functions_register_xpath(context, &err) == EG_OK);
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        cr_assert(xmlXPathRegisterNs(context, BAD_CAST prefixes[i].prefix,
                                     BAD_CAST prefixes[i].uri) == 0);
    }
    context->node = xmlDocGetRootElement(doc);
    xmlXPathObject *value = xmlXPathEvalExpression(BAD_CAST expression, context);
    if (value != NULL && value->type == XPATH_NUMBER) {
        eg_number_text(number, value->floatval);
        out = strdup(number);
    } else if (value != NULL) {
        xmlChar *text = xmlXPathCastToString(value);
        out = strdup((const char *)text);
        xmlFree(text);
    }
    xmlXPathFreeObject(value);
    xmlXPathFreeContext(context);
    return out;
}

Test(function_table, gives_the_figures_of_its_page)
{
    struct page page = {0};
    size_t figures = 0;
    page_init(&page);
    char *rest = (char *)page.text.data;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        char expression[500] = "";
        char wanted[100] = "";
        char *middle = strncmp(line, "- `", 3) == 0 ? strstr(line, "` = `") : NULL;
        if (middle == NULL) {
            continue;
        }
        (void)snprintf(expression, sizeof(expression), "%.*s", (int)(middle - line - 3), line + 3);
        (void)snprintf(wanted, sizeof(wanted), "%.*s", (int)(strlen(middle + 5) - 1), middle + 5);
        char *got = eval(page.doc, expression);
        cr_expect(got != NULL && strcmp(got, wanted) == 0, "%s is %s, not %s", expression,
                  got != NULL ? got : "an error", wanted);
        free(got);
        figures++;
    }
    cr_expect(figures >= FIGURES_MIN, "%zu figures", figures);
    page_done(&page);
}

/* `name` as a word of its own between start and end. */
static bool mentions(const char *start, const char *end, const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";
    size_t len = strlen(name);
    for (const char *at = strstr(start, name); at != NULL && at < end; at = strstr(at + 1, name)) {
        if (strchr(letters, at[-1]) == NULL && strchr(letters, at[len]) == NULL) {
            return true;
        }
    }
    return false;
}

Test(function_table, is_on_its_page)
{
    struct page page = {0};
    page_init(&page);
    const char *text = (const char *)page.text.data;
    const char *end = text + page.text.len;
    const char *core = strstr(text, "## XPath 1.0 and XSLT 1.0");
    const char *exslt = strstr(text, "## EXSLT");
    cr_assert(core != NULL && exslt != NULL);
    for (size_t i = 0; i < eg_function_row_count; i++) {
        const struct eg_function_row *row = &eg_function_rows[i];
        char heading[200] = "";
        (void)snprintf(heading, sizeof(heading), "\n### f:%s(", row->name);
        bool there = strcmp(row->ns, EG_FUNCTION_NS) == 0 ? strstr(text, heading) != NULL
                     : row->ns[0] == '\0'                 ? mentions(core, exslt, row->name)
                                                          : mentions(exslt, end, row->name);
        cr_expect(there, "%s %s is not on the page", row->ns, row->name);
    }
    page_done(&page);
}

static size_t arguments_of(const char *heading)
{
    size_t arguments = 1;
    for (const char *p = heading; *p != ')' && *p != '\0'; p++) {
        arguments += *p == ',' ? 1 : 0;
    }
    return arguments;
}

Test(function_table, knows_what_its_page_promises)
{
    struct page page = {0};
    page_init(&page);
    for (const char *at = strstr((const char *)page.text.data, "\n### f:"); at != NULL;
         at = strstr(at + 1, "\n### f:")) {
        char name[100] = "";
        const char *open = strchr(at, '(');
        cr_assert(open != NULL);
        (void)snprintf(name, sizeof(name), "%.*s", (int)(open - at - 7), at + 7);
        const struct eg_function_row *row = eg_function_row(EG_FUNCTION_NS, name);
        cr_expect(row != NULL, "there is no f:%s", name);
        cr_expect(row == NULL || (size_t)row->max == arguments_of(open), "f:%s takes %d arguments",
                  name, row != NULL ? row->max : 0);
    }
    page_done(&page);
}

/* EXSLT: each function once, over <d><v>3</v><v>1</v><v>2</v><v>3</v></d>. */
static const struct {
    const char *expression, *value;
} exslt[] = {
    {"common:object-type(v)", "node-set"},
    {"count(common:node-set(v))", "4"},
    {"math:min(v)", "1"},
    {"math:max(v)", "3"},
    {"count(math:highest(v))", "2"},
    {"count(math:lowest(v))", "1"},
    {"math:abs(-2.5)", "2.5"},
    {"math:sqrt(2)", "1.4142135623730951"},
    {"count(set:difference(v, v[1]))", "3"},
    {"string(set:intersection(v, v[2]))", "1"},
    {"count(set:distinct(v))", "3"},
    {"set:has-same-node(v[1], v)", "true"},
    {"count(set:leading(v, v[3]))", "2"},
    {"count(set:trailing(v, v[3]))", "1"},
    {"str:padding(5, 'ab')", "ababa"},
    {"str:align('a', '---', 'right')", "--a"},
    {"str:concat(v)", "3123"},
    {"str:encode-uri('a b', true())", "a%20b"},
    {"str:decode-uri('a%20b')", "a b"},
    {"date:add('2024-02-28', 'P2D')", "2024-03-01"},
    {"date:add-duration('P1D', 'P2D')", "P3D"},
    {"date:date('2026-01-05T00:30:00')", "2026-01-05"},
    {"date:day-abbreviation('2026-01-05')", "Mon"},
    {"date:day-in-month('2026-01-05')", "5"},
    {"date:day-in-week('2026-01-05')", "2"},
    {"date:day-in-year('2024-12-31')", "366"},
    {"date:day-name('2026-01-05')", "Monday"},
    {"date:day-of-week-in-month('2026-01-08')", "2"},
    {"date:difference('2024-02-28', '2024-03-01')", "P2D"},
    {"date:duration(90)", "PT1M30S"},
    {"date:hour-in-day('2026-01-05T13:30:00')", "13"},
    {"date:leap-year('2024')", "true"},
    {"date:minute-in-hour('2026-01-05T13:30:00')", "30"},
    {"date:month-abbreviation('2026-01-05')", "Jan"},
    {"date:month-in-year('2026-02-05')", "2"},
    {"date:month-name('2026-02-05')", "February"},
    {"date:second-in-minute('2026-01-05T13:30:09')", "9"},
    {"date:seconds('PT1H')", "3600"},
    {"date:sum(none)", ""},
    {"date:time('2026-01-05T13:30:09')", "13:30:09"},
    {"date:week-in-month('2026-01-05')", "2"},
    {"date:week-in-year('2026-01-05')", "2"},
    {"date:year('2026-01-05')", "2026"},
};

static bool is_worked(const struct eg_function_row *row)
{
    char call[200] = "";
    for (size_t p = 0; p < sizeof(prefixes) / sizeof(prefixes[0]); p++) {
        if (strcmp(prefixes[p].uri, row->ns) == 0) {
            (void)snprintf(call, sizeof(call), "%s:%s(", prefixes[p].prefix, row->name);
        }
    }
    for (size_t i = 0; i < sizeof(exslt) / sizeof(exslt[0]); i++) {
        if (strstr(exslt[i].expression, call) != NULL) {
            return true;
        }
    }
    return false;
}

Test(function_table, has_all_of_exslt_that_it_names)
{
    struct eg_error err = {0};
    xmlDoc *doc = NULL;
    cr_assert(eg_xml_init(&err) == EG_OK);
    cr_assert(eg_xml_parse_file(&doc, eg_bytes_of("<d><v>3</v><v>1</v><v>2</v><v>3</v></d>"),
                                "d.xml", EG_MIB, &err) == EG_OK);
    for (size_t i = 0; i < sizeof(exslt) / sizeof(exslt[0]); i++) {
        char *got = eval(doc, exslt[i].expression);
        cr_expect(got != NULL && strcmp(got, exslt[i].value) == 0, "%s is %s, not %s",
                  exslt[i].expression, got != NULL ? got : "an error", exslt[i].value);
        free(got);
    }
    for (size_t i = 0; i < eg_function_row_count; i++) {
        const struct eg_function_row *row = &eg_function_rows[i];
        bool foreign = row->ns[0] != '\0' && strcmp(row->ns, EG_FUNCTION_NS) != 0;
        cr_expect(!foreign || row->stylesheet || is_worked(row), "%s has no figure", row->name);
    }
    xmlFreeDoc(doc);
    eg_xml_done();
}

Test(function_table, lists_every_function_once)
{
    for (size_t i = 0; i < eg_function_row_count; i++) {
        cr_expect(eg_function_row(eg_function_rows[i].ns, eg_function_rows[i].name) ==
                      &eg_function_rows[i],
                  "%s is there twice", eg_function_rows[i].name);
    }
    cr_expect_null(eg_function_row("", "generate-id"));
    cr_expect_null(eg_function_row("", "system-property"));
    cr_expect_null(eg_function_row("urn:none", "round"));
}
