/*
 * Functions in XPath and in stylesheets: worked figures, strictness, what is taken away.
 */
#include "assess/xpath/functions.h"

#include "assess/number/numbers.h"
#include "assess/xml/xml.h"

#include <criterion/criterion.h>
#include <libxml/xpathInternals.h>
#include <libxslt/transform.h>
#include <libxslt/xsltutils.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void begin(void)
{
    struct eg_error err = {0};
    cr_assert(eg_xml_init(&err) == EG_OK);
}

static void end(void)
{
    eg_xml_done();
}

TestSuite(functions, .init = begin, .fini = end);

static xmlDoc *document(void)
{
    struct eg_error err = {0};
    xmlDoc *doc = NULL;
    cr_assert(eg_xml_parse_file(&doc,
                                eg_bytes_of("<d><v>1.5</v><v>x</v><v>2.5</v><v>1e3</v><w>0.1</w>"
                                            "<w>0.2</w><e>1e5</e><n> 7 </n></d>"),
                                "d.xml", 1000, &err) == EG_OK);
    return doc;
}

static void register_names(xmlXPathContext *context)
{
    cr_assert(xmlXPathRegisterNs(context, BAD_CAST "f", BAD_CAST EG_FUNCTION_NS) == 0);
    cr_assert(xmlXPathRegisterNs(context, BAD_CAST "m", BAD_CAST "http://exslt.org/math") == 0);
    cr_assert(xmlXPathRegisterNs(context, BAD_CAST "s", BAD_CAST "http://exslt.org/strings") == 0);
    cr_assert(xmlXPathRegisterNs(context, BAD_CAST "d",
                                 BAD_CAST "http://exslt.org/dates-and-times") == 0);
    cr_assert(xmlXPathRegisterNs(context, BAD_CAST "c", BAD_CAST "http://exslt.org/common") == 0);
}

/* The value of an expression as text; false: it failed. */
static bool eval(char out[EG_NUMBER_TEXT_MAX], const char *expression)
{
    struct eg_error err = {0};
    struct eg_xml_scope scope;
    xmlDoc *doc = document();
    xmlXPathContext *context = xmlXPathNewContext(doc);
    cr_assert(eg_functions_register_xpath(context, &err) == EG_OK);
    register_names(context);
    context->node = xmlDocGetRootElement(doc);
    eg_xml_scope_begin(&scope, NULL);
    xmlXPathObject *value = xmlXPathEvalExpression(BAD_CAST expression, context);
    eg_xml_scope_end(&scope);
    bool good = value != NULL;
    if (good && value->type == XPATH_NUMBER) {
        eg_number_text(out, value->floatval);
    } else if (good) {
        xmlChar *text = xmlXPathCastToString(value);
        (void)snprintf(out, EG_NUMBER_TEXT_MAX, "%s", (const char *)text);
        xmlFree(text);
    }
    xmlXPathFreeObject(value);
    xmlXPathFreeContext(context);
    xmlFreeDoc(doc);
    return good;
}

Test(functions, give_the_worked_figures)
{
    static const struct {
        const char *expression, *value;
    } rows[] = {
        {"f:reference-oxygen(8.1, 12, 11)", "9"},
        {"f:round(f:validate(f:reference-oxygen(9.91, 12, 11), 0.5), 0)", "11"},
        {"f:reference-oxygen(1, 21, 11)", "NaN"},
        {"f:reference-oxygen-restricted(10, 9, 11, true())", "10"},
        {"f:reference-oxygen-restricted(12, 9, 11, false())", "10"},
        {"f:standard-wet(100, 273.15, 101.3)", "100"},
        {"f:round(f:standard-dry(100, 273.15, 101.3, 20), 6)", "125"},
        {"f:validate(3, 10)", "0"},
        {"f:percent-of(20, 50)", "10"},
        {"f:max(1, 2)", "2"},
        {"f:min('1', 2)", "1"},
        {"f:max(1, 'x')", "NaN"},
        {"f:round('0.285', 2)", "0.29"},
        {"f:round(50.45, 0)", "50"},
        {"f:round(1, 1.5)", "NaN"},
        {"f:number(' 12.5 ')", "12.5"},
        {"f:number('1e5')", "NaN"},
        {"f:number('1,5')", "NaN"},
        {"f:number('.5')", "NaN"},
        {"f:number(n)", "7"},
        {"f:number(true())", "1"},
        {"f:number-text(9, 1)", "9.0"},
        {"f:number-text(0.1 + 0.2)", "0.30000000000000004"},
        {"f:number-text(w[1] + w[2], 2)", "0.30"},
        {"f:sum(w)", "0.30000000000000004"},
        {"f:sum(v)", "NaN"},
        {"f:sum(nothing)", "0"},
        {"f:mean(v)", "2"},
        {"f:mean(nothing)", "NaN"},
        {"f:count-numeric(v)", "2"},
        {"m:max(w)", "0.2"},
        {"s:padding(3, 'ab')", "aba"},
        {"d:year('2011-04-06')", "2011"},
        {"d:difference('2011-04-06', '2011-04-08')", "P2D"},
        {"c:object-type('x')", "string"},
        {"c:object-type(v)", "node-set"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char got[EG_NUMBER_TEXT_MAX] = "";
        cr_expect(eval(got, rows[i].expression), "%s", rows[i].expression);
        cr_expect_str_eq(got, rows[i].value, "%s: %s", rows[i].expression, got);
    }
}

Test(functions, keep_to_xpath_where_the_library_does_not)
{
    static const struct {
        const char *expression, *value;
    } rows[] = {{"number('1e5')", "NaN"},
                {"number(e)", "NaN"},
                {"number('+1')", "NaN"},
                {"number(' 1.50 ')", "1.5"},
                {"number('.5')", "0.5"},
                {"number()", "NaN"},
                {"number(true())", "1"},
                {"sum(w)", "0.30000000000000004"},
                {"string(1 div 3)", "0.3333333333333333"},
                {"string(100000 * 10000000000000000)", "1000000000000000000000"},
                {"concat('a', 1 div 4, true())", "a0.25true"},
                {"substring('12345', 2, 3)", "234"},
                {"substring-before('a/b', '/')", "a"},
                {"substring-after('a/b', '/')", "b"},
                {"translate('bar', 'abc', 'AB')", "BAr"},
                {"normalize-space('  a  b ')", "a b"},
                {"string(v[1])", "1.5"},
                {"string-length(string(n))", "3"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char got[EG_NUMBER_TEXT_MAX] = "";
        cr_expect(eval(got, rows[i].expression), "%s", rows[i].expression);
        cr_expect_str_eq(got, rows[i].value, "%s: %s", rows[i].expression, got);
    }
}

Test(functions, leave_nothing_that_differs_between_hosts_or_runs)
{
    static const char *const gone[] = {"m:random()",
                                       "m:log(1)",
                                       "m:power(2, 3)",
                                       "m:sin(1)",
                                       "m:constant('PI', 3)",
                                       "d:date-time()",
                                       "d:date()",
                                       "d:year()",
                                       "d:seconds()",
                                       "escape-uri('a', true())",
                                       "f:round(1)",
                                       "f:none()",
                                       "f:mean('x')",
                                       "f:sum(1)",
                                       "generate-id()",
                                       "system-property('xsl:vendor')"};
    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
        char got[EG_NUMBER_TEXT_MAX] = "";
        cr_expect_not(eval(got, gone[i]), "%s gave %s", gone[i], got);
    }
}

Test(functions, count_the_octets_they_make)
{
    char got[EG_NUMBER_TEXT_MAX] = "";
    eg_functions_begin(10);
    cr_expect(eval(got, "concat('12345', '67890')"));
    cr_expect_not(eg_functions_exceeded());
    cr_expect_not(eval(got, "concat('1', '2')"));
    cr_expect(eg_functions_end());
    eg_functions_begin(10);
    cr_expect_not(eval(got, "s:padding(1000000000000000000000)"));
    cr_expect(eg_functions_end());
    cr_expect(eval(got, "concat('12345', '678901')"), "nothing is counted outside");
}

/* What a stylesheet makes of the document; false: it failed. */
static bool transform(char *out, size_t out_len, const char *select)
{
    struct eg_error err = {0};
    struct eg_xml_scope scope;
    char sheet[2000] = "";
    xmlDoc *style_doc = NULL;
    (void)snprintf(
        sheet, sizeof(sheet),
        "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform' "
        "xmlns:f='%s' xmlns:m='http://exslt.org/math' xmlns:s='http://exslt.org/strings' "
        "xmlns:c='http://exslt.org/common'><xsl:output method='text'/><xsl:template "
        "match='/d'><xsl:variable name='t'><i>3</i><i>4</i></xsl:variable><xsl:value-of "
        "select=\"%s\"/></xsl:template></xsl:stylesheet>",
        EG_FUNCTION_NS, select);
    cr_assert(eg_xml_parse_file(&style_doc, eg_bytes_of(sheet), "s.xsl", 2000, &err) == EG_OK);
    xmlDoc *doc = document();
    eg_xml_scope_begin(&scope, NULL);
    xsltStylesheet *style = xsltParseStylesheetDoc(style_doc);
    cr_assert_not_null(style);
    xsltTransformContext *context = xsltNewTransformContext(style, doc);
    cr_assert(eg_functions_register_xslt(context, &err) == EG_OK);
    xmlDoc *result = xsltApplyStylesheetUser(style, doc, NULL, NULL, NULL, context);
    bool good = result != NULL && context->state == XSLT_STATE_OK;
    xmlChar *text = NULL;
    int len = 0;
    if (good) {
        cr_assert(xsltSaveResultToString(&text, &len, result, style) == 0);
        (void)snprintf(out, out_len, "%s", text != NULL ? (const char *)text : "");
    }
    xmlFree(text);
    xmlFreeDoc(result);
    xsltFreeTransformContext(context);
    xsltFreeStylesheet(style);
    eg_xml_scope_end(&scope);
    xmlFreeDoc(doc);
    return good;
}

Test(functions, are_there_in_stylesheets_too)
{
    static const struct {
        const char *select, *value;
    } rows[] = {{"f:reference-oxygen(8.1, 12, 11)", "9"},
                {"f:number-text(f:mean(v), 2)", "2.00"},
                {"f:sum(c:node-set($t)/i)", "7"},
                {"m:max(c:node-set($t)/i)", "4"},
                {"count(s:tokenize('a b c'))", "3"},
                {"s:replace('banana', 'an', 'x')", "bxxa"},
                {"number('1e5')", "NaN"},
                {"format-number(1234.5, '#,##0.00')", "1,234.50"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char got[200] = "";
        cr_expect(transform(got, sizeof(got), rows[i].select), "%s", rows[i].select);
        cr_expect_str_eq(got, rows[i].value, "%s: %s", rows[i].select, got);
    }
}

Test(functions, are_taken_away_from_stylesheets_too)
{
    static const char *const gone[] = {"m:random()", "generate-id()", "unparsed-entity-uri('x')",
                                       "system-property('xsl:vendor')", "f:none()"};
    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
        char got[200] = "";
        cr_expect_not(transform(got, sizeof(got), gone[i]), "%s gave %s", gone[i], got);
    }
}

Test(functions, stop_bombs_in_stylesheets)
{
    char got[200] = "";
    eg_functions_begin(100000);
    cr_expect_not(transform(got, sizeof(got), "s:replace(s:padding(1000), ' ', s:padding(1000))"));
    cr_expect(eg_functions_end());
    eg_functions_begin(100000);
    cr_expect_not(transform(got, sizeof(got), "count(s:tokenize(s:padding(10000, 'a '), ''))"));
    cr_expect(eg_functions_end());
}
