/*
 * Files that a schema names are read once and shared by its states; what is computed belongs to the
 * state that asked; what is not there fails when it is asked for, and not before.
 */
#include "assess/schematron/schematron_model.h"

#include "base/limits.h"
#include "tests/support/checks.h"
#include "tests/support/loader.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct test_files files[] = {
    {"main.sch", NULL}, {"list.xml", "<l><i n='1'/></l>"}, {"bad.xml", "<l>"}, {NULL, NULL}};

static char text[1000];
static struct eg_loader loader;

static struct eg_schematron *compiled(const char *test)
{
    struct eg_schematron *schema = NULL;
    struct eg_error err = {0};
    const struct eg_schematron_options options = {.phase = NULL};
    (void)snprintf(text, sizeof text,
                   "<schema xmlns='http://purl.oclc.org/dsdl/schematron' queryBinding='xslt'>"
                   "<pattern><rule context='*'><assert test=\"%s\">x</assert></rule></pattern>"
                   "</schema>",
                   test);
    files[0].content = text;
    loader = test_loader(files);
    cr_assert(eg_xml_init(&err) == EG_OK);
    cr_assert(eg_schematron_compile(&schema, &loader, "main.sch", &options, &err) == EG_OK, "%s",
              err.text);
    return schema;
}

static enum eg_status run(struct eg_schematron_state *state, size_t *findings)
{
    struct eg_findings found = {0};
    struct eg_error err = {0};
    xmlDoc *doc = NULL;
    bool fatal = false;
    eg_findings_init(&found);
    cr_assert(eg_xml_parse_file(&doc, eg_bytes_of("<a f='list.xml'/>"), "a", 100, &err) == EG_OK);
    struct eg_schematron_job job = {.doc = doc};
    enum eg_status status = eg_schematron_run(&fatal, state, &job, &found, &err);
    *findings = found.count;
    eg_findings_done(&found);
    xmlFreeDoc(doc);
    return status;
}

/* Two states judge by one schema: how many documents are the schema's, and how many each state's.
 */
static void expect(const char *test, enum eg_status status, size_t shared, size_t own)
{
    struct eg_schematron *schema = compiled(test);
    size_t findings = 0;
    cr_expect_eq(schema->document_count, shared, "%s: %zu are shared", test,
                 schema->document_count);
    for (int i = 0; i < 2; i++) {
        struct eg_schematron_state *state = NULL;
        cr_assert(eg_schematron_state_new(&state, schema, NULL) == EG_OK);
        for (int round = 0; round < 2; round++) {
            cr_expect_eq(run(state, &findings), status, "%s", test);
            cr_expect_eq(findings, 0, "%s", test);
        }
        cr_expect_eq(state->document_count, own, "%s: %zu are its own", test,
                     state->document_count);
        eg_schematron_state_free(&state);
    }
    cr_expect_eq(schema->document_count, shared);
    eg_schematron_free(&schema);
}

Test(schematron_document, is_shared_when_it_is_named)
{
    expect("document('list.xml')/l/i/@n = 1", EG_OK, 1, 0);
    expect("document( &quot;list.xml&quot; )/l and document('./list.xml')/l", EG_OK, 1, 0);
    expect("document('list.xml')/l | document('main.sch')/*", EG_OK, 2, 0);
}

Test(schematron_document, belongs_to_a_state_when_its_name_is_computed)
{
    expect("document(@f)/l/i/@n = 1", EG_OK, 0, 1);
    expect("document(concat('list', '.xml'))/l", EG_OK, 0, 1);
    expect("document('list.xml')/l and document(@f)/l", EG_OK, 1, 0);
}

Test(schematron_document, fails_only_when_it_is_asked_for)
{
    expect("document('none.xml')/l", EG_E_DENIED, 0, 0);
    expect("document('bad.xml')/l", EG_E_FORMAT, 0, 0);
    expect("document('../list.xml')/l", EG_E_DENIED, 0, 0);
    expect("true() or document('none.xml')/l", EG_OK, 0, 0);
}

Test(schematron_document, is_not_read_for_what_only_looks_like_a_call)
{
    expect("not(@x = 'document(')", EG_OK, 0, 0);
    expect("not(@x = 'document(none)')", EG_OK, 0, 0);
    expect("not(document)", EG_OK, 0, 0);
    expect("count(document) = 0 and 'documents' != 'document'", EG_OK, 0, 0);
}
