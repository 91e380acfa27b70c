/*
 * What makes one value dear is refused when the schema is loaded: through eg_schema_compile, as the
 * documents of a schema come to it from there.
 */
#include "assess/schema/schema.h"

#include "base/limits.h"
#include "tests/support/loader.h"

#include <criterion/criterion.h>
#include <string.h>

#define XS "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
#define END "</xs:schema>"
#define UNION(name, members)                                                                       \
    "<xs:simpleType name='" name "'><xs:union memberTypes='" members "'/></xs:simpleType>"
#define DERIVED(name, base)                                                                        \
    "<xs:simpleType name='" name "'><xs:restriction base='" base "'/></xs:simpleType>"

static struct eg_error err;

static void begin(void)
{
    cr_assert_eq(eg_xml_init(NULL), EG_OK);
}

static void end(void)
{
    eg_xml_done();
}

TestSuite(schema_weigh, .init = begin, .fini = end);

static enum eg_status compile(const char *xsd, const char *second)
{
    struct eg_schema *schema = NULL;
    struct test_files files[] = {{"a.xsd", xsd}, {"b.xsd", second}, {NULL, NULL}};
    struct eg_loader loader = test_loader(files);

    err = (struct eg_error){0};
    enum eg_status status = eg_schema_compile(&schema, &loader, "a.xsd", &err);
    eg_schema_free(&schema);
    return status;
}

static void refuse(const char *xsd, const char *second, enum eg_status status, const char *where,
                   const char *reason)
{
    cr_expect_eq(compile(xsd, second), status, "%s: %s", xsd, err.text);
    cr_expect_str_eq(err.where, where, "%s: %s", xsd, err.where);
    cr_expect_not_null(strstr(err.text, reason), "%s: %s", xsd, err.text);
}

Test(schema_weigh, takes_unions_of_plain_types)
{
    cr_expect_eq(compile(XS UNION("u", "xs:int xs:date d") DERIVED("d", "xs:string")
                             DERIVED("e", "u") END,
                         ""),
                 EG_OK, "%s", err.text);
    cr_expect_eq(compile(XS "<xs:simpleType name='u'><xs:union><xs:simpleType><xs:restriction "
                            "base='xs:string'><xs:enumeration value='x'/></xs:restriction>"
                            "</xs:simpleType></xs:union></xs:simpleType>" END,
                         ""),
                 EG_OK, "%s", err.text);
}

Test(schema_weigh, refuses_unions_of_unions)
{
    refuse(XS UNION("u", "xs:int xs:date") "\n" UNION("v", "u xs:string") END, "", EG_E_FORMAT,
           "a.xsd:2", "'u' is a union and a member of a union");
    refuse(XS UNION("v", "d xs:string") "\n" DERIVED("d", "u") UNION("u", "xs:int xs:date") END, "",
           EG_E_FORMAT, "a.xsd:1", "'d' is a union and");
    refuse(XS UNION("u", "xs:int") "<xs:simpleType name='l'><xs:list itemType='u'/></xs:simpleType>"
                                   "\n" UNION("v", "l") END,
           "", EG_E_FORMAT, "a.xsd:2", "'l' is a union and");
    refuse(XS "<xs:include schemaLocation='b.xsd'/>\n\n" UNION("v", "u xs:string") END,
           XS UNION("u", "xs:int xs:date") END, EG_E_FORMAT, "a.xsd:3", "'u' is a union and");
    refuse(XS UNION("u", "xs:int") "<xs:simpleType name='v'><xs:union><xs:simpleType>\n"
                                   "<xs:restriction base='u'/></xs:simpleType></xs:union>"
                                   "</xs:simpleType>" END,
           "", EG_E_FORMAT, "a.xsd:2", "'u' is a union and");
    refuse(XS "<xs:simpleType name='v'><xs:union><xs:simpleType>\n<xs:union "
              "memberTypes='xs:int'/></xs:simpleType></xs:union></xs:simpleType>" END,
           "", EG_E_FORMAT, "a.xsd:2", "a union inside a union");
}

Test(schema_weigh, refuses_members_that_are_too_many_or_twice)
{
    struct eg_buf text;

    refuse(XS DERIVED("d", "xs:string") UNION("u", "d xs:int d") END, "", EG_E_FORMAT, "a.xsd:1",
           "'d' is a member of the union twice");
    eg_buf_init(&text, EG_MIB);
    eg_buf_text(&text, XS "<xs:simpleType name='u'><xs:union memberTypes='");
    for (unsigned i = 0; i <= EG_SCHEMA_MEMBERS_MAX; i++) {
        eg_buf_format(&text, "t%u ", i);
    }
    eg_buf_text(&text, "'/></xs:simpleType>" END);
    cr_assert_eq(eg_buf_ok(&text, "schema", NULL), EG_OK);
    refuse((const char *)text.data, "", EG_E_LIMIT, "a.xsd:1", "a union of more than 20 types");
    eg_buf_done(&text);
}

static void refuse_many(const char *facet, size_t max, const char *reason)
{
    struct eg_buf text;

    eg_buf_init(&text, EG_MIB);
    eg_buf_text(&text, XS "<xs:simpleType name='t'><xs:restriction base='xs:string'>");
    for (size_t i = 0; i < max; i++) {
        eg_buf_format(&text, "<xs:%s value='w%zu'/>", facet, i);
    }
    size_t whole = text.len;
    eg_buf_text(&text, "</xs:restriction></xs:simpleType>" END);
    cr_assert_eq(eg_buf_ok(&text, "schema", NULL), EG_OK);
    cr_expect_eq(compile((const char *)text.data, ""), EG_OK, "%s", err.text);
    text.len = whole;
    eg_buf_format(&text, "<xs:%s value='x'/></xs:restriction></xs:simpleType>" END, facet);
    cr_assert_eq(eg_buf_ok(&text, "schema", NULL), EG_OK);
    refuse((const char *)text.data, "", EG_E_LIMIT, "a.xsd:1", reason);
    eg_buf_done(&text);
}

Test(schema_weigh, refuses_more_words_and_patterns_than_a_value_may_be_compared_with)
{
    refuse_many("enumeration", EG_SCHEMA_WORDS_MAX, "more than 10000 words of enumerations");
    refuse_many("pattern", EG_SCHEMA_PATTERNS_MAX, "more than 1000 patterns");
}
