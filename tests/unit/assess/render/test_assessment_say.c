#include "assess/judge/engine.h"
#include "assess/render/assessment_say.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A package of one file. */
static void make(struct eg_package *package, struct eg_tree_file *file, const char *text)
{
    static char law[] = "13. BImSchV", name[] = "assessment/daily.xml";
    *file = (struct eg_tree_file){.name = name};
    eg_buf_init(&file->content, EG_MIB);
    eg_buf_text(&file->content, text);
    *package = (struct eg_package){.law = law, .tree = {file, 1}};
}

static void read_file(struct eg_buf *out, const char *path)
{
    struct eg_error err = {0};
    eg_buf_init(out, EG_MIB);
    cr_assert_eq(eg_file_read(out, path, &err), EG_OK, "%s", path);
}

static void says(const char *lang)
{
    struct eg_package package;
    struct eg_tree_file file;
    struct eg_buf xml, said, expected;
    struct eg_error err = {0};
    char path[64];

    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    read_file(&xml, "tests/data/assess/say.xml");
    (void)snprintf(path, sizeof(path), "tests/data/assess/say.%s.txt", lang);
    read_file(&expected, path);
    make(&package, &file, (const char *)xml.data);
    eg_buf_init(&said, EG_MIB);
    cr_assert_eq(eg_assessment_say(&said, &package, file.name, lang, &err), EG_OK, "%s: %s",
                 err.where, err.text);
    cr_assert_str_eq((const char *)said.data, (const char *)expected.data);
    eg_buf_done(&said);
    eg_buf_done(&expected);
    eg_buf_done(&xml);
    eg_buf_done(&file.content);
    eg_engine_done();
}

Test(assessment_say, says_every_construct_in_german)
{
    says("de");
}

Test(assessment_say, says_every_construct_in_english)
{
    says("en");
}

static void refused(const char *text, enum eg_status expected)
{
    struct eg_package package;
    struct eg_tree_file file;
    struct eg_buf said;
    struct eg_error err = {0};

    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    make(&package, &file, text);
    eg_buf_init(&said, EG_MIB);
    cr_assert_eq(eg_assessment_say(&said, &package, file.name, "de", &err), expected, "%s", text);
    eg_buf_done(&said);
    eg_buf_done(&file.content);
    eg_engine_done();
}

#define HEAD "<assessment xmlns='urn:emgate:assessment:1'><source>"
#define FOOT "</source></assessment>"

Test(assessment_say, refuses_what_it_can_not_read)
{
    refused("<assessment", EG_E_FORMAT);
    refused("", EG_E_FORMAT);
    refused(HEAD "<select name='a' where='x exceeds' source='§ 1'/>" FOOT, EG_E_FORMAT);
    refused(HEAD "<select name='a' where='x is at least' source='§ 1'/>" FOOT, EG_E_FORMAT);
    refused(HEAD "<figure name='a' is='1e5' source='§ 1'/>" FOOT, EG_E_FORMAT);
    refused(HEAD "<figure name='a' is='f(x)' source='§ 1'/>" FOOT, EG_E_FORMAT);
    refused(HEAD "<mean name='a' of='b' over='all' using='valid' valid-when='(' else='x'/>" FOOT,
            EG_E_FORMAT);
}

Test(assessment_say, passes_over_what_other_vocabularies_say)
{
    refused(HEAD "<x:select xmlns:x='urn:x' where='('/><unknown where='('/>" FOOT, EG_OK);
    refused(HEAD "<select/><count/><finding/><window/><round/><given/>" FOOT, EG_OK);
}

Test(assessment_say, knows_no_file_but_the_packages)
{
    struct eg_package package;
    struct eg_tree_file file;
    struct eg_buf said;

    make(&package, &file, "<a/>");
    eg_buf_init(&said, EG_MIB);
    cr_assert_eq(eg_assessment_say(&said, &package, "assessment/other.xml", "de", NULL),
                 EG_E_NOTFOUND);
    eg_buf_done(&said);
    eg_buf_done(&file.content);
}
