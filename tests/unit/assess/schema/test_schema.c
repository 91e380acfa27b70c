/*
 * Schemas from a package's memory: what is refused when they are compiled, what validation finds.
 */
#include "assess/schema/schema.h"

#include "tests/support/loader.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define XS                                                                                         \
    "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns='u' targetNamespace='u' "        \
    "elementFormDefault='qualified'>"
#define END "</xs:schema>"
#define VALUE                                                                                      \
    "<xs:element name='v'><xs:complexType><xs:simpleContent><xs:extension base='xs:decimal'>"      \
    "<xs:attribute name='unit' use='required' type='xs:NMTOKEN'/></xs:extension>"                  \
    "</xs:simpleContent></xs:complexType></xs:element>"

static void begin(void)
{
    struct eg_error err = {0};
    cr_assert(eg_xml_init(&err) == EG_OK);
}

static void end(void)
{
    eg_xml_done();
}

TestSuite(schema, .init = begin, .fini = end);

static const char *const good =
    XS "<xs:include schemaLocation='types/value.xsd'/><xs:element name='r'><xs:complexType>"
       "<xs:sequence><xs:element ref='v' maxOccurs='unbounded'/></xs:sequence></xs:complexType>"
       "</xs:element>" END;

static enum eg_status compile(struct eg_schema **out, const char *xsd, struct eg_error *err)
{
    struct test_files files[] = {
        {"schema/main.xsd", xsd},
        {"schema/types/value.xsd", XS VALUE END},
        {"schema/other.xsd",
         "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' "
         "targetNamespace='o'><xs:element name='e' type='xs:int'/></xs:schema>"},
        {"schema/defaults.xsd", XS "<xs:element name='d' type='xs:int' default='3'/>" END},
        {"schema/doctype.xsd", "<!DOCTYPE x>" XS END},
        {NULL, NULL}};
    struct eg_loader loader = test_loader(files);
    return eg_schema_compile(out, &loader, "schema/main.xsd", err);
}

Test(schema, finds_what_a_document_breaks_and_where)
{
    static const struct eg_xml_ns ns[] = {{"r", "u"}};
    struct eg_error err = {0};
    struct eg_schema *schema = NULL;
    struct eg_findings findings = {0};
    xmlDoc *doc = NULL;
    bool valid = true;
    eg_findings_init(&findings);
    cr_assert(compile(&schema, good, &err) == EG_OK, "%s: %s", err.where, err.text);
    cr_assert(eg_xml_parse_file(&doc,
                                eg_bytes_of("<r xmlns='u'><v unit='mg'>1.5</v>\n<v>2</v>\n<v "
                                            "unit='mg'>1e5</v></r>"),
                                "x", 1000, &err) == EG_OK);
    cr_assert(
        eg_schema_validate(&valid, schema,
                           &(struct eg_schema_job){.doc = doc, .step = 2, .ns = ns, .ns_count = 1},
                           &findings, &err) == EG_OK);
    cr_expect_not(valid);
    cr_assert(findings.count >= 2, "%zu", findings.count);
    cr_expect_str_eq(findings.list[0].rule, EG_RULE_SCHEMA);
    cr_expect_str_eq(findings.list[0].location, "/r:r/r:v[2]");
    cr_expect(findings.list[0].line == 2 && findings.list[0].step == 2);
    cr_expect_str_eq(findings.list[0].values[0].name, "message");
    cr_expect(strchr(findings.list[0].values[0].text, '\n') == NULL);
    cr_expect_str_eq(findings.list[0].values[1].text, "1868");
    cr_expect_str_eq(findings.list[1].location, "/r:r/r:v[3]");
    xmlFreeDoc(doc);
    eg_findings_done(&findings);
    eg_schema_free(&schema);
}

Test(schema, changes_nothing_and_serves_many_documents)
{
    struct eg_error err = {0};
    struct eg_schema *schema = NULL;
    cr_assert(compile(&schema, good, &err) == EG_OK);
    for (int i = 0; i < 3; i++) {
        struct eg_findings findings = {0};
        xmlDoc *doc = NULL;
        xmlChar *before = NULL;
        xmlChar *after = NULL;
        bool valid = false;
        int len = 0;
        eg_findings_init(&findings);
        cr_assert(eg_xml_parse_file(&doc, eg_bytes_of("<r xmlns='u'><v unit='mg'>1.5</v></r>"), "x",
                                    1000, &err) == EG_OK);
        xmlDocDumpMemory(doc, &before, &len);
        cr_assert(eg_schema_validate(&valid, schema, &(struct eg_schema_job){.doc = doc}, &findings,
                                     &err) == EG_OK);
        xmlDocDumpMemory(doc, &after, &len);
        cr_expect(valid && findings.count == 0);
        cr_expect_str_eq((char *)before, (char *)after);
        xmlFree(before);
        xmlFree(after);
        xmlFreeDoc(doc);
        eg_findings_done(&findings);
    }
    eg_schema_free(&schema);
}

static void refuse(const char *xsd, enum eg_status status, const char *reason)
{
    struct eg_error err = {0};
    struct eg_schema *schema = NULL;
    enum eg_status got = compile(&schema, xsd, &err);
    cr_expect(got == status, "%d %s: %s for\n%s", got, err.where, err.text, xsd);
    cr_expect(strstr(err.text, reason) != NULL, "%s: %s for\n%s", err.where, err.text, xsd);
    cr_expect_null(schema);
    eg_schema_free(&schema);
}

Test(schema, refuses_every_load_from_outside_the_package)
{
    static const char *const places[] = {
        "http://127.0.0.1:9/x.xsd", "file:///etc/passwd", "/etc/passwd",
        "../../etc/passwd",         "none.xsd",           "ftp://x/y",
        "package:/none.xsd",        "..\\x.xsd"};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char xsd[1000] = "";
        (void)snprintf(xsd, sizeof(xsd),
                       XS "<xs:import namespace='o' schemaLocation='%s'/><xs:element name='a' "
                          "type='xs:int'/>" END,
                       places[i]);
        refuse(xsd, EG_E_DENIED, "not a file of the package");
        (void)snprintf(xsd, sizeof(xsd), XS "<xs:include schemaLocation='%s'/>" END, places[i]);
        refuse(xsd, EG_E_DENIED, "not a file of the package");
    }
}

Test(schema, refuses_values_put_into_documents)
{
    refuse(XS "<xs:element name='a' type='xs:int' default='1'/>" END, EG_E_FORMAT, "default=");
    refuse(XS "<xs:element name='a' type='xs:int' fixed='1'/>" END, EG_E_FORMAT, "fixed=");
    refuse(XS "<xs:element name='a'><xs:complexType><xs:attribute name='b' default='1'/>"
              "</xs:complexType></xs:element>" END,
           EG_E_FORMAT, "default= on xs:attribute");
    refuse(XS "<xs:include schemaLocation='defaults.xsd'/>" END, EG_E_FORMAT, "default=");
}

Test(schema, refuses_patterns_that_a_value_can_stretch)
{
#define PATTERN(text)                                                                              \
    XS "<xs:simpleType name='t'><xs:restriction base='xs:string'><xs:pattern value='" text         \
       "'/></xs:restriction></xs:simpleType>" END
    refuse(PATTERN(".*a.*b"), EG_E_FORMAT, "in a repetition");
    refuse(PATTERN("(a|ab|ac|ad)(a|ab|ac|ad)(a|ab)"), EG_E_FORMAT, "as elsewhere");
    refuse(PATTERN("(a"), EG_E_FORMAT, "not closed");
}

Test(schema, takes_fixed_facets_and_imports_of_the_package)
{
    struct eg_error err = {0};
    struct eg_schema *schema = NULL;
    cr_expect(compile(&schema,
                      XS "<xs:import namespace='o' schemaLocation='other.xsd'/><xs:simpleType "
                         "name='t'><xs:restriction base='xs:int'><xs:minInclusive value='1' "
                         "fixed='true'/></xs:restriction></xs:simpleType>" END,
                      &err) == EG_OK,
              "%s: %s", err.where, err.text);
    eg_schema_free(&schema);
}

Test(schema, refuses_what_is_no_schema)
{
    refuse("<a/>", EG_E_FORMAT, "not xs:schema");
    refuse("<xs:schema", EG_E_FORMAT, "");
    refuse("<!DOCTYPE x><xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'/>", EG_E_FORMAT,
           "DOCTYPE");
    refuse(XS "<xs:include schemaLocation='doctype.xsd'/>" END, EG_E_FORMAT, "DOCTYPE");
    refuse(XS "<xs:element name='a' type='none'/>" END, EG_E_FORMAT, "");
    refuse(XS "<xs:elment name='a'/>" END, EG_E_FORMAT, "");
    refuse(XS
           "<xs:element name='a'><xs:complexType><xs:sequence><xs:element name='b' "
           "minOccurs='0'/><xs:element name='b'/></xs:sequence></xs:complexType></xs:element>" END,
           EG_E_FORMAT, "");
}
