/*
 * Parsing hostile and good documents; where nodes are; names that stay inside a package.
 */
#include "assess/xml/xml.h"

#include "base/limits.h"
#include "tests/support/loader.h"

#include <criterion/criterion.h>
#include <emgate/version.h>
#include <stdio.h>
#include <stdlib.h>
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

TestSuite(xml, .init = begin, .fini = end);

/* The rule that refuses the octets; NULL: they are good. */
static const char *refusal(struct eg_bytes xml, unsigned *line)
{
    static char rule[64];
    struct eg_error err = {0};
    struct eg_findings findings = {0};
    xmlDoc *doc = NULL;
    eg_findings_init(&findings);
    cr_assert(eg_xml_parse_report(&doc, &findings, xml, EG_REPORT_MAX, EG_SEMANTICS, &err) ==
              EG_OK);
    cr_assert(findings.count == (doc == NULL ? 1 : 0));
    rule[0] = '\0';
    if (findings.count == 1) {
        (void)snprintf(rule, sizeof(rule), "%s", findings.list[0].rule);
        *line = findings.list[0].line;
        cr_expect(findings.list[0].severity == EG_SEVERITY_ERROR);
    }
    eg_findings_done(&findings);
    xmlFreeDoc(doc);
    return rule[0] != '\0' ? rule : NULL;
}

static void expect(const char *xml, const char *rule)
{
    unsigned line = 0;
    const char *got = refusal(eg_bytes_of(xml), &line);
    cr_expect(rule == NULL ? got == NULL : got != NULL && strcmp(got, rule) == 0, "%.60s: %s", xml,
              got != NULL ? got : "accepted");
}

Test(xml, takes_good_documents)
{
    expect("<a/>", NULL);
    expect("<?xml version=\"1.0\"?><a/>", NULL);
    expect("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<a>\xc3\xa4</a>\n", NULL);
    expect("\xef\xbb\xbf<a/>", NULL);
    expect("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe4</a>", NULL);
    expect("<!-- <!DOCTYPE a> --><a><![CDATA[<!DOCTYPE a>]]></a>", NULL);
    expect("<a b='&lt;&#65;'>&amp;</a>", NULL);
}

Test(xml, refuses_every_doctype)
{
    expect("<!DOCTYPE a><a/>", EG_RULE_DOCTYPE);
    expect("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", EG_RULE_DOCTYPE);
    expect("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", EG_RULE_DOCTYPE);
    expect("<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://127.0.0.1/x'>%x;]><a/>", EG_RULE_DOCTYPE);
    expect("<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'><!ENTITY c '&b;&b;'>"
           "<!ENTITY d '&c;&c;'>]><l>&d;</l>",
           EG_RULE_DOCTYPE);
    expect("<?xml version='1.0'?>\n<!-- x --><!DOCTYPE a><a/>", EG_RULE_DOCTYPE);
}

Test(xml, refuses_what_is_not_well_formed)
{
    static const char *const texts[] = {"",
                                        " ",
                                        "a",
                                        "<a>",
                                        "<a></b>",
                                        "<a/><b/>",
                                        "<a/>x",
                                        "<a b='1' b='2'/>",
                                        "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>",
                                        "<p:a/>",
                                        "<a>&x;</a>",
                                        "<a b='<'/>",
                                        "<a>\xff</a>",
                                        "<a>\xc0\xaf</a>",
                                        "<a>\xed\xa0\x80</a>",
                                        "<a>\x01</a>",
                                        "<a>&#0;</a>",
                                        "<a>]]></a>",
                                        "<?xml version='1.0' encoding='UTF-7'?><a/>",
                                        "<?xml version='1.0' encoding='EBCDIC-CP-US'?><a/>",
                                        "<?xml version='1.0' encoding='UTF-16'?><a/>",
                                        "<?xml version='1.0' encoding='windows-1252'?><a/>",
                                        "+ADw-a/+AD4-",
                                        "\x4c\x6f\xa7\x94",
                                        "<a/><?xml version='1.0'?>"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        expect(texts[i], EG_RULE_WELL_FORMED);
    }
}

Test(xml, refuses_nul_octets_and_wide_encodings)
{
    unsigned line = 0;
    struct eg_bytes nul = {(const uint8_t *)"<a>\0</a>", 8};
    cr_expect_str_eq(refusal(nul, &line), EG_RULE_WELL_FORMED);
    struct eg_bytes wide = {(const uint8_t *)"\xff\xfe<\0a\0/\0>\0", 10};
    cr_expect_str_eq(refusal(wide, &line), EG_RULE_WELL_FORMED);
    struct eg_bytes bare = {(const uint8_t *)"<\0a\0/\0>\0", 8};
    cr_expect_str_eq(refusal(bare, &line), EG_RULE_WELL_FORMED);
}

static const char *nested(size_t depth, unsigned *line)
{
    struct eg_buf xml = {0};
    eg_buf_init(&xml, 8 * EG_MIB);
    for (size_t i = 0; i < depth; i++) {
        eg_buf_text(&xml, "<a>");
    }
    for (size_t i = 0; i < depth; i++) {
        eg_buf_text(&xml, "</a>");
    }
    const char *rule = refusal(eg_bytes_view(&xml), line);
    eg_buf_done(&xml);
    return rule;
}

Test(xml, allows_the_greatest_depth_and_not_one_more)
{
    unsigned line = 0;
    cr_expect_null(nested(EG_XML_DEPTH_MAX, &line));
    cr_expect_str_eq(nested(EG_XML_DEPTH_MAX + 1, &line), "limit-depth");
    cr_expect_str_eq(nested(100000, &line), "limit-depth");
}

static const char *wide(size_t attributes, const char *value)
{
    unsigned line = 0;
    struct eg_buf xml = {0};
    eg_buf_init(&xml, 8 * EG_MIB);
    eg_buf_text(&xml, "<r><a");
    for (size_t i = 0; i < attributes; i++) {
        eg_buf_format(&xml, " a%zu='%s'", i, value);
    }
    eg_buf_text(&xml, "/></r>");
    const char *rule = refusal(eg_bytes_view(&xml), &line);
    eg_buf_done(&xml);
    return rule;
}

Test(xml, bounds_the_attributes_of_an_element)
{
    cr_expect_null(wide(EG_XML_ATTRIBUTES_MAX, ">"));
    cr_expect_str_eq(wide(EG_XML_ATTRIBUTES_MAX + 1, ""), "limit-attributes");
    cr_expect_str_eq(wide(200000, ">"), "limit-attributes");
}

/* Elements in each other that declare `each` prefixes of their own. */
static const char *declaring(size_t depth, size_t each)
{
    unsigned line = 0;
    struct eg_buf xml = {0};
    eg_buf_init(&xml, 8 * EG_MIB);
    for (size_t i = 0; i < depth; i++) {
        eg_buf_text(&xml, "<a");
        for (size_t k = 0; k < each; k++) {
            eg_buf_format(&xml, " xmlns:p%zu='u'", i * each + k);
        }
        eg_buf_text(&xml, "><b/>");
    }
    for (size_t i = 0; i < depth; i++) {
        eg_buf_text(&xml, "</a>");
    }
    const char *rule = refusal(eg_bytes_view(&xml), &line);
    eg_buf_done(&xml);
    return rule;
}

Test(xml, bounds_the_namespaces_in_scope)
{
    cr_expect_null(declaring(1, EG_XML_NAMESPACES_MAX));
    cr_expect_str_eq(declaring(1, EG_XML_NAMESPACES_MAX + 1), "limit-namespaces");
    cr_expect_null(declaring(EG_XML_NAMESPACES_MAX / 2, 2));
    cr_expect_str_eq(declaring(EG_XML_NAMESPACES_MAX / 2 + 1, 2), "limit-namespaces");
    cr_expect_str_eq(declaring(200, 900), "limit-namespaces");
}

Test(xml, takes_a_long_text_full_of_signs)
{
    struct eg_buf xml = {0};
    unsigned line = 0;
    eg_buf_init(&xml, 8 * EG_MIB);
    eg_buf_text(&xml, "<a>");
    for (size_t i = 0; i < 100000; i++) {
        eg_buf_text(&xml, "= '");
    }
    eg_buf_text(&xml, "</a>");
    cr_expect_null(refusal(eg_bytes_view(&xml), &line));
    eg_buf_done(&xml);
}

Test(xml, takes_an_attribute_of_ten_megabytes)
{
    struct eg_buf xml = {0};
    unsigned line = 0;
    eg_buf_init(&xml, 16 * EG_MIB);
    eg_buf_text(&xml, "<a b='");
    for (size_t i = 0; i < 11 * EG_MIB / 16; i++) {
        eg_buf_text(&xml, "0123456789abcdef");
    }
    eg_buf_text(&xml, "'/>");
    cr_expect_null(refusal(eg_bytes_view(&xml), &line));
    eg_buf_done(&xml);
}

Test(xml, refuses_more_octets_than_allowed)
{
    struct eg_error err = {0};
    struct eg_findings findings = {0};
    xmlDoc *doc = NULL;
    eg_findings_init(&findings);
    cr_assert(eg_xml_parse_report(&doc, &findings, eg_bytes_of("<ab/>"), 4, EG_SEMANTICS, &err) ==
              EG_OK);
    cr_assert(findings.count == 1);
    cr_expect_str_eq(findings.list[0].rule, EG_RULE_OCTETS);
    cr_expect_str_eq(findings.list[0].values[0].text, "5");
    cr_expect_null(doc);
    eg_findings_done(&findings);
}

Test(xml, tells_the_line_also_beyond_65535)
{
    struct eg_buf xml = {0};
    unsigned line = 0;
    eg_buf_init(&xml, 4 * EG_MIB);
    eg_buf_text(&xml, "<a>");
    for (size_t i = 0; i < 70000; i++) {
        eg_buf_text(&xml, "<b/>\n");
    }
    eg_buf_text(&xml, "<c>x</c></a>");
    struct eg_error err = {0};
    xmlDoc *doc = NULL;
    cr_assert(eg_xml_parse_file(&doc, eg_bytes_view(&xml), "x.xml", 4 * EG_MIB, &err) == EG_OK);
    cr_expect(eg_xml_line(eg_xml_child(xmlDocGetRootElement(doc), "", "c")) == 70001);
    xmlFreeDoc(doc);
    eg_buf_text(&xml, "<");
    cr_expect_str_eq(refusal(eg_bytes_view(&xml), &line), EG_RULE_WELL_FORMED);
    cr_expect(line == 70001, "%u", line);
    eg_buf_done(&xml);
}

Test(xml, names_file_line_and_column_of_a_package_file)
{
    struct eg_error err = {0};
    xmlDoc *doc = NULL;
    cr_expect(eg_xml_parse_file(&doc, eg_bytes_of("<a>\n <b></c></a>"), "d/x.xml", 100, &err) ==
              EG_E_FORMAT);
    cr_expect(strncmp(err.where, "d/x.xml:2:", 10) == 0, "%s", err.where);
    cr_expect(err.text[0] != '\0');
    cr_expect(eg_xml_parse_file(&doc, eg_bytes_of("<a/>"), "x.xml", 3, &err) == EG_E_LIMIT);
    cr_expect_null(doc);
}

Test(xml, expands_no_inclusions)
{
    struct eg_error err = {0};
    xmlDoc *doc = NULL;
    cr_assert(eg_xml_parse_file(&doc,
                                eg_bytes_of("<a><xi:include parse='text' href='/etc/passwd' "
                                            "xmlns:xi='http://www.w3.org/2001/XInclude'/></a>"),
                                "x.xml", 1000, &err) == EG_OK);
    char *text = eg_xml_text(xmlDocGetRootElement(doc));
    cr_expect_str_eq(text, "");
    free(text);
    xmlFreeDoc(doc);
}

static void expect_location(const xmlNode *node, const char *path)
{
    static const struct eg_xml_ns ns[] = {{"r", "urn:r"}};
    struct eg_buf out = {0};
    eg_buf_init(&out, 10000);
    eg_xml_location(&out, node, ns, 1);
    cr_expect_str_eq((const char *)out.data, path);
    eg_buf_done(&out);
}

Test(xml, writes_locations_that_find_the_node_again)
{
    struct eg_error err = {0};
    xmlDoc *doc = NULL;
    const char *xml = "<report xmlns='urn:r' xmlns:x='urn:o'><v/><v u='1' x:w='2'/><x:v/><v/>"
                      "<!--c--><?p?></report>";
    cr_assert(eg_xml_parse_file(&doc, eg_bytes_of(xml), "x.xml", 1000, &err) == EG_OK, "%s",
              err.text);
    const xmlNode *root = xmlDocGetRootElement(doc);
    expect_location((xmlNode *)doc, "/");
    expect_location(root, "/r:report");
    const xmlNode *second = root->children->next;
    expect_location(second, "/r:report/r:v[2]");
    expect_location((xmlNode *)second->properties, "/r:report/r:v[2]/@u");
    expect_location((xmlNode *)second->properties->next,
                    "/r:report/r:v[2]/@*[local-name()='w' and namespace-uri()='urn:o']");
    expect_location(second->next, "/r:report/*[local-name()='v' and namespace-uri()='urn:o'][1]");
    expect_location(second->next->next, "/r:report/r:v[3]");
    expect_location(root->last->prev, "/r:report/comment()[1]");
    expect_location(root->last, "/r:report/processing-instruction('p')[1]");
    xmlFreeDoc(doc);
}

Test(xml, keeps_names_inside_the_package)
{
    char out[64] = "";
    cr_expect(eg_xml_resolve(out, sizeof(out), "checks/a.sch", "b.sch"));
    cr_expect_str_eq(out, "checks/b.sch");
    cr_expect(eg_xml_resolve(out, sizeof(out), "checks/a.sch", "../x/./b.sch"));
    cr_expect_str_eq(out, "x/b.sch");
    cr_expect(eg_xml_resolve(out, sizeof(out), "a.sch", "b.sch"));
    cr_expect_str_eq(out, "b.sch");
    static const char *const bad[] = {"",          "/etc/passwd", "../../b", "http://x/y",
                                      "file:///x", "a\\b",        "b.sch#x", "b.sch?x",
                                      "%2e%2e/x",  "../..",       ".."};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_expect_not(eg_xml_resolve(out, sizeof(out), "checks/a.sch", bad[i]), "%s", bad[i]);
    }
    char tight[8] = "";
    cr_expect_not(eg_xml_resolve(tight, sizeof(tight), "checks/a.sch", "b"));
}

Test(xml, loads_nothing_without_a_scope)
{
    struct eg_xml_scope scope;
    cr_expect_null(xmlReadFile("/etc/passwd", NULL, 0));
    cr_expect_null(xmlReadFile("http://127.0.0.1:9/x", NULL, 0));
    eg_xml_scope_begin(&scope, NULL);
    cr_expect_null(xmlReadFile("/etc/os-release", NULL, 0));
    eg_xml_scope_end(&scope);
    struct eg_error err = {0};
    cr_expect(scope.denied == 1);
    cr_expect(eg_xml_scope_error(&scope, "x", &err) == EG_E_DENIED);
    cr_expect_str_eq(err.where, "/etc/os-release");
}

Test(xml, loads_package_files_in_a_scope_and_remembers_what_it_denied)
{
    static const struct test_files files[] = {
        {"a/x.xml", "<x/>"}, {"a/bad.xml", "<!DOCTYPE x><x/>"}, {NULL, NULL}};
    struct eg_loader loader = test_loader(files);
    struct eg_xml_scope scope;
    struct eg_error err = {0};
    eg_xml_scope_begin(&scope, &loader);
    xmlDoc *doc = xmlReadFile(EG_XML_BASE "a/x.xml", NULL, 0);
    cr_expect_not_null(doc);
    xmlFreeDoc(doc);
    cr_expect(scope.denied == 0);
    cr_expect_null(xmlReadFile(EG_XML_BASE "a/bad.xml", NULL, 0));
    eg_xml_scope_end(&scope);
    cr_expect(scope.denied == 1);
    cr_expect(eg_xml_scope_error(&scope, "x", &err) == EG_E_FORMAT);
    cr_expect_str_eq(err.text, "DOCTYPE is not allowed");
}

Test(xml, reads_what_vocabularies_ask_for)
{
    struct eg_error err = {0};
    xmlDoc *doc = NULL;
    cr_assert(eg_xml_parse_file(&doc,
                                eg_bytes_of("<a xmlns='u' id='7'><b/> <c> x y \n</c><b/></a>"),
                                "x.xml", 1000, &err) == EG_OK);
    const xmlNode *root = xmlDocGetRootElement(doc);
    cr_expect(eg_xml_is(root, "u", "a"));
    cr_expect_not(eg_xml_is(root, "", "a"));
    cr_expect_not(eg_xml_is(NULL, "u", "a"));
    char *id = eg_xml_attribute(root, "id");
    char *none = eg_xml_attribute(root, "none");
    char *text = eg_xml_text(eg_xml_child(root, "u", "c"));
    cr_expect_str_eq(id, "7");
    cr_expect_null(none);
    cr_expect_str_eq(text, "x y");
    const xmlNode *b = eg_xml_child(root, "u", "b");
    cr_expect(eg_xml_next(b, "u", "b") == root->last);
    cr_expect_null(eg_xml_next(root->last, "u", "b"));
    cr_expect_null(eg_xml_child(root, "v", "b"));
    free(id);
    free(text);
    xmlFreeDoc(doc);
}
