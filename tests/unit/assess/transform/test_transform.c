#include "assess/judge/engine.h"
#include "assess/transform/transform.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD                                                                                       \
    "<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" "          \
    "xmlns:str=\"http://exslt.org/strings\" xmlns:f=\"urn:emgate:function:1\" "                    \
    "exclude-result-prefixes=\"str f\">"
#define TAIL "</xsl:stylesheet>"
#define ROOT(body) HEAD "<xsl:template match=\"/\">" body "</xsl:template>" TAIL

/* A package's memory: the sheet, and what it may reach. */
static const char *sheet_text;

static struct eg_bytes find(void *payload, const char *name)
{
    (void)payload;
    if (strcmp(name, "t/main.xsl") == 0) {
        return eg_bytes_of(sheet_text);
    }
    if (strcmp(name, "t/other.xsl") == 0) {
        return eg_bytes_of(HEAD "<xsl:template name=\"x\"><from-other/></xsl:template>" TAIL);
    }
    if (strcmp(name, "t/list.xml") == 0) {
        return eg_bytes_of("<list><a>7</a></list>");
    }
    if (strcmp(name, "t/doctype.xml") == 0) {
        return eg_bytes_of("<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>");
    }
    return EG_BYTES_NONE;
}

static const struct eg_loader loader = {NULL, find};
static const struct eg_transform_limits small = {
    .operations = 200000, .octets = 1000000, .memory = 20 * EG_MIB, .depth = 200};

static void start(void)
{
    cr_assert_eq(eg_engine_init(NULL), EG_OK);
}

static enum eg_status compile(struct eg_transform **out, const char *sheet, struct eg_error *err)
{
    sheet_text = sheet;
    return eg_transform_compile(out, &loader, "t/main.xsl", NULL, err);
}

/* Compile and run over <r><v>1</v><v>2</v></r>; the result is free()d by the caller. */
static enum eg_status transform(char **out, const char *sheet, struct eg_error *err)
{
    struct eg_transform *t = NULL;
    xmlDoc *doc = NULL;
    struct eg_buf text;
    enum eg_status status = compile(&t, sheet, err);

    cr_assert_eq(status, EG_OK, "%s: %s", err->where, err->text);
    cr_assert_eq(
        eg_xml_parse_file(&doc, eg_bytes_of("<r><v>1</v><v>2</v></r>"), "doc", EG_MIB, err), EG_OK);
    eg_buf_init(&text, EG_MIB);
    const struct eg_transform_job job = {.doc = doc, .limits = &small, .result_max = EG_MIB};
    status = eg_transform_run(NULL, &text, t, &job, err);
    if (status == EG_OK && out != NULL) {
        *out = strdup((const char *)text.data);
    }
    eg_buf_done(&text);
    xmlFreeDoc(doc);
    eg_transform_free(&t);
    return status;
}

static void gives(const char *sheet, const char *expected)
{
    struct eg_error err = {0};
    char *out = NULL;

    start();
    cr_assert_eq(transform(&out, sheet, &err), EG_OK, "%s: %s", err.where, err.text);
    cr_expect_str_eq(out, expected);
    free(out);
    eg_engine_done();
}

static void refused(const char *sheet, enum eg_status expected)
{
    struct eg_error err = {0};
    struct eg_transform *t = NULL;

    start();
    cr_expect_eq(compile(&t, sheet, &err), expected, "%d %s: %s", err.status, err.where, err.text);
    cr_expect_null(t);
    cr_expect_neq(err.text[0], '\0');
    eg_transform_free(&t);
    eg_engine_done();
}

static void fails(const char *sheet, enum eg_status expected, const char *part)
{
    struct eg_error err = {0};

    start();
    cr_expect_eq(transform(NULL, sheet, &err), expected, "%d %s: %s", err.status, err.where,
                 err.text);
    cr_expect_not_null(strstr(err.text, part), "%s", err.text);
    eg_engine_done();
}

#define DECLARATION "<?xml version=\"1.0\"?>\n"

Test(transform, writes_a_result)
{
    gives(ROOT("<o n=\"{count(/r/v)}\"><xsl:value-of select=\"sum(/r/v)\"/></o>"),
          DECLARATION "<o n=\"2\">3</o>\n");
}
Test(transform, includes_and_reads_files_of_the_package)
{
    gives(HEAD
          "<xsl:include href=\"other.xsl\"/><xsl:template match=\"/\"><o>"
          "<xsl:call-template name=\"x\"/><xsl:value-of select=\"document('list.xml')/list/a\"/>"
          "</o></xsl:template>" TAIL,
          DECLARATION "<o><from-other/>7</o>\n");
}
Test(transform, splits_texts)
{
    gives(ROOT("<o><xsl:for-each select=\"str:tokenize('a b')\"><t><xsl:value-of select=\".\"/></t>"
               "</xsl:for-each></o>"),
          DECLARATION "<o><t>a</t><t>b</t></o>\n");
}
Test(transform, keeps_the_source_document_as_it_was)
{
    refused(HEAD "<xsl:strip-space elements=\"*\"/>" TAIL, EG_E_FORMAT);
}

Test(transform, refuses_a_sheet_that_is_none)
{
    refused("<a/>", EG_E_FORMAT);
}
Test(transform, refuses_an_empty_sheet)
{
    refused("", EG_E_FORMAT);
}
Test(transform, refuses_a_doctype)
{
    refused("<!DOCTYPE x>" ROOT("<o/>"), EG_E_FORMAT);
}
Test(transform, refuses_version_2)
{
    refused("<xsl:stylesheet version=\"2.0\" "
            "xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"/>",
            EG_E_FORMAT);
}
Test(transform, refuses_a_simplified_stylesheet)
{
    refused("<o xsl:version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"/>",
            EG_E_FORMAT);
}
Test(transform, refuses_an_import_from_the_network)
{
    refused(HEAD "<xsl:import href=\"http://127.0.0.1/x.xsl\"/>" TAIL, EG_E_DENIED);
}
Test(transform, refuses_an_import_that_leaves_the_package)
{
    refused(HEAD "<xsl:import href=\"../../etc/passwd\"/>" TAIL, EG_E_DENIED);
}
Test(transform, refuses_an_absolute_include)
{
    refused(HEAD "<xsl:include href=\"/etc/passwd\"/>" TAIL, EG_E_DENIED);
}
Test(transform, refuses_an_include_that_is_not_there)
{
    refused(HEAD "<xsl:include href=\"gone.xsl\"/>" TAIL, EG_E_DENIED);
}
Test(transform, refuses_extension_elements)
{
    refused("<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" "
            "xmlns:exsl=\"http://exslt.org/common\" extension-element-prefixes=\"exsl\"/>",
            EG_E_FORMAT);
}
Test(transform, refuses_extension_prefixes_on_literal_elements)
{
    refused(ROOT("<o xmlns:e=\"http://exslt.org/common\" xsl:extension-element-prefixes=\"e\">"
                 "<e:document href=\"/tmp/x\"/></o>"),
            EG_E_FORMAT);
}
Test(transform, refuses_xsl_document)
{
    refused(ROOT("<xsl:document href=\"/tmp/x\"><o/></xsl:document>"), EG_E_FORMAT);
}
Test(transform, refuses_functions_written_in_the_sheet)
{
    refused(HEAD "<f:function xmlns:f=\"http://exslt.org/functions\" name=\"f:x\"/>" TAIL,
            EG_E_FORMAT);
}
Test(transform, refuses_sorting_by_language)
{
    refused(ROOT("<o><xsl:for-each select=\"r/v\"><xsl:sort lang=\"de\"/></xsl:for-each></o>"),
            EG_E_FORMAT);
}
Test(transform, refuses_unescaped_output)
{
    refused(ROOT("<xsl:value-of select=\"r\" disable-output-escaping=\"yes\"/>"), EG_E_FORMAT);
}
Test(transform, refuses_other_output_methods)
{
    refused(HEAD "<xsl:output method=\"text\"/>" TAIL, EG_E_FORMAT);
}
Test(transform, refuses_other_output_encodings)
{
    refused(HEAD "<xsl:output encoding=\"UTF-16\"/>" TAIL, EG_E_FORMAT);
}
Test(transform, refuses_messages)
{
    refused(ROOT("<xsl:message>x</xsl:message>"), EG_E_FORMAT);
}
Test(transform, refuses_unknown_elements)
{
    refused(ROOT("<xsl:for-each-group select=\"r\"/>"), EG_E_FORMAT);
}
Test(transform, refuses_unknown_attributes)
{
    refused(ROOT("<xsl:value-of select=\"r\" separator=\",\"/>"), EG_E_FORMAT);
}
Test(transform, refuses_unbound_variables)
{
    refused(ROOT("<xsl:value-of select=\"$gone\"/>"), EG_E_FORMAT);
}
Test(transform, refuses_variables_of_another_template)
{
    refused(HEAD "<xsl:template name=\"a\"><xsl:variable name=\"v\" select=\"1\"/></xsl:template>"
                 "<xsl:template match=\"/\"><xsl:value-of select=\"$v\"/></xsl:template>" TAIL,
            EG_E_FORMAT);
}
Test(transform, refuses_unknown_functions_in_value_templates)
{
    refused(ROOT("<o a=\"{system-property('xsl:vendor')}\"/>"), EG_E_FORMAT);
}
Test(transform, refuses_generated_ids)
{
    refused(ROOT("<o a=\"{generate-id()}\"/>"), EG_E_FORMAT);
}
Test(transform, refuses_half_a_value_template)
{
    refused(ROOT("<o a=\"{r\"/>"), EG_E_FORMAT);
}
Test(transform, refuses_its_own_inner_functions)
{
    refused(ROOT("<xsl:copy-of select=\"emgate-parameters()\"/>"), EG_E_FORMAT);
}
Test(transform, refuses_calls_of_templates_that_are_not_there)
{
    refused(ROOT("<xsl:call-template name=\"gone\"/>"), EG_E_FORMAT);
}

Test(transform, stops_recursion_without_end)
{
    fails(HEAD
          "<xsl:template match=\"/\"><xsl:call-template name=\"x\"/></xsl:template>"
          "<xsl:template name=\"x\"><a><xsl:call-template name=\"x\"/></a></xsl:template>" TAIL,
          EG_E_LIMIT, "ceiling");
}
Test(transform, stops_endless_work)
{
    fails(ROOT("<o><xsl:for-each select=\"str:tokenize(str:padding(1000, 'a '))\">"
               "<xsl:for-each select=\"str:tokenize(str:padding(1000, 'a '))\"><x/></xsl:for-each>"
               "</xsl:for-each></o>"),
          EG_E_LIMIT, "ceiling");
}
Test(transform, stops_doubling_texts)
{
    fails(ROOT("<xsl:variable name=\"a\" select=\"str:padding(500000, 'x')\"/>"
               "<xsl:variable name=\"b\" select=\"concat($a, $a, $a)\"/><o><xsl:value-of "
               "select=\"$b\"/></o>"),
          EG_E_LIMIT, "octets");
}

/* Each variable holds the one before it twice: 2^25 elements in a hundred operations. */
Test(transform, stops_doubling_trees)
{
    struct eg_buf sheet;

    eg_buf_init(&sheet, EG_MIB);
    eg_buf_text(&sheet, HEAD "<xsl:template match=\"/\"><xsl:variable name=\"v0\"><x/>"
                             "</xsl:variable>");
    for (int i = 1; i <= 25; i++) {
        eg_buf_format(&sheet,
                      "<xsl:variable name=\"v%d\"><xsl:copy-of select=\"$v%d\"/><xsl:copy-of "
                      "select=\"$v%d\"/></xsl:variable>",
                      i, i - 1, i - 1);
    }
    eg_buf_text(&sheet, "<o><xsl:copy-of select=\"$v25\"/></o></xsl:template>" TAIL);
    fails((const char *)sheet.data, EG_E_LIMIT, "ceiling");
    eg_buf_done(&sheet);
}
Test(transform, reads_no_file_of_the_host)
{
    fails(ROOT("<o><xsl:copy-of select=\"document('/etc/hostname')\"/></o>"), EG_E_FORMAT, "");
}
Test(transform, reads_nothing_from_the_network)
{
    fails(ROOT("<o><xsl:copy-of select=\"document('http://127.0.0.1:1/x')\"/></o>"), EG_E_FORMAT,
          "");
}
Test(transform, reads_no_file_with_a_doctype)
{
    fails(ROOT("<o><xsl:copy-of select=\"document('doctype.xml')\"/></o>"), EG_E_FORMAT, "DOCTYPE");
}
Test(transform, refuses_a_result_without_a_root)
{
    fails(ROOT("text"), EG_E_FORMAT, "root");
}
Test(transform, refuses_a_result_with_two_roots)
{
    fails(ROOT("<a/><b/>"), EG_E_FORMAT, "root");
}
Test(transform, refuses_a_result_that_turns_into_html)
{
    fails(ROOT("<html/>"), EG_E_FORMAT, "root");
}
