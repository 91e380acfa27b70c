/*
 * Every published limit: kept at its number, broken one above it, by the rule that base/limits.h
 * names, with the place; and as it was told before the limits were published.
 *
 * volume: documents of up to 64 MiB
 */
#include "assess/xml/xml_count.h"

#include "assess/xml/xml.h"
#include "core/finding.h"

#include <criterion/criterion.h>
#include <emgate/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM (64 * EG_MIB)

static void begin(void)
{
    cr_assert(eg_xml_init(NULL) == EG_OK);
}

static void end(void)
{
    eg_xml_done();
}

TestSuite(xml_count, .init = begin, .fini = end);

/* What an engine of these semantics says of the octets: "" is good, else rule and values. */
static const char *said(const struct eg_buf *xml, size_t octets_max, uint32_t semantics)
{
    static char text[400];
    struct eg_error err = {0};
    struct eg_findings findings;
    xmlDoc *doc = NULL;
    cr_assert(!xml->failed);
    eg_findings_init(&findings);
    cr_assert(eg_xml_parse_report(&doc, &findings, eg_bytes_view(xml), octets_max, semantics,
                                  &err) == EG_OK,
              "%s", err.text);
    cr_assert_eq(findings.count, doc == NULL ? 1 : 0);
    text[0] = '\0';
    for (size_t i = 0; findings.count == 1 && i < findings.list[0].value_count; i++) {
        const struct eg_value *value = &findings.list[0].values[i];
        size_t len = strlen(text);
        (void)snprintf(text + len, sizeof text - len, "%s %s=%s",
                       i == 0 ? findings.list[0].rule : "", value->name, value->text);
    }
    xmlFreeDoc(doc);
    eg_findings_done(&findings);
    return text;
}

static void repeat(struct eg_buf *out, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        eg_buf_text(out, text);
    }
}

/* ---- a document that counts `n` of something, and one more for each further ----------------- */

static void make_depth(struct eg_buf *out, size_t n)
{
    repeat(out, "<a>", n);
    repeat(out, "</a>", n);
}

/* Half elements, half texts, below the root. */
static void make_nodes(struct eg_buf *out, size_t n)
{
    eg_buf_text(out, "<r>");
    repeat(out, "<a/>.", (n - 1) / 2);
    repeat(out, "<a/>", (n - 1) % 2);
    eg_buf_text(out, "</r>");
}

static void make_attributes(struct eg_buf *out, size_t n)
{
    eg_buf_text(out, "<!-- <a ");
    repeat(out, "b='' ", 3 * n); /* no tag at all */
    eg_buf_text(out, "-->\n<r>\n<a");
    for (size_t i = 0; i < n; i++) {
        eg_buf_format(out, " a%zu='%s'", i, "=>");
    }
    eg_buf_text(out, "/></r>");
}

static void make_all_attributes(struct eg_buf *out, size_t n)
{
    eg_buf_text(out, "<r>");
    repeat(out, "<a a='' b='' c='' d='' e='' f='' g='' h=''/>", n / 8);
    repeat(out, "<a xmlns='u'/>", n % 8);
    eg_buf_text(out, "</r>");
}

static void make_namespaces(struct eg_buf *out, size_t n)
{
    eg_buf_text(out, "<a xmlns='u'><a");
    for (size_t i = 1; i < n; i++) {
        eg_buf_format(out, " xmlns:p%zu='u'", i);
    }
    eg_buf_text(out, "/></a>");
}

static void make_instructions(struct eg_buf *out, size_t n)
{
    eg_buf_text(out, "<?xml version='1.0'?><?before?><r><?p?>");
    repeat(out, "<?p?>", n - 3);
    eg_buf_text(out, "</r><?after?>");
}

static void make_comments(struct eg_buf *out, size_t n)
{
    eg_buf_text(out, "<!--a--><r>");
    repeat(out, "<!---->", n - 2);
    eg_buf_text(out, "</r><!--b-->");
}

/* One text of several sections and references. */
static void make_text(struct eg_buf *out, size_t n)
{
    eg_buf_text(out, "<r>&#228;<![CDATA[cd]]>");
    repeat(out, "0123456789abcdef", (n - 4) / 16);
    repeat(out, "x", (n - 4) % 16);
    eg_buf_text(out, "</r>");
}

static void make_name(struct eg_buf *out, size_t n)
{
    eg_buf_text(out, "<r><");
    repeat(out, "n", n);
    eg_buf_text(out, "/></r>");
}

static void make_octets(struct eg_buf *out, size_t n)
{
    eg_buf_text(out, "<r/>");
    repeat(out, " ", n - 4);
}

static const struct {
    enum eg_input_limit limit;
    void (*make)(struct eg_buf *out, size_t n);
    bool old; /* also before the limits were published */
} cases[] = {
    {EG_INPUT_OCTETS, make_octets, true},
    {EG_INPUT_DEPTH, make_depth, true},
    {EG_INPUT_NODES, make_nodes, false},
    {EG_INPUT_ATTRIBUTES, make_attributes, true},
    {EG_INPUT_ALL_ATTRIBUTES, make_all_attributes, false},
    {EG_INPUT_NAMESPACES, make_namespaces, true},
    {EG_INPUT_INSTRUCTIONS, make_instructions, false},
    {EG_INPUT_COMMENTS, make_comments, false},
    {EG_INPUT_TEXT, make_text, false},
    {EG_INPUT_NAME, make_name, false},
};
#define CASES (sizeof cases / sizeof cases[0])

static const char *case_said(size_t i, size_t n, uint32_t semantics)
{
    struct eg_buf xml;
    eg_buf_init(&xml, ROOM);
    cases[i].make(&xml, n);
    const char *text = said(&xml, EG_REPORT_MAX, semantics);
    eg_buf_done(&xml);
    return text;
}

Test(xml_count, has_a_case_for_each_limit)
{
    cr_assert_eq(CASES, EG_INPUT_COUNT - 1);
    for (size_t i = 0; i < CASES; i++) {
        cr_expect_eq(cases[i].limit, i + 1);
        cr_expect_eq(eg_input_named(eg_input_rule(cases[i].limit)), cases[i].limit);
    }
    cr_expect_eq(eg_input_named("limit-nothing"), EG_INPUT_NONE);
    cr_expect_eq(eg_input_named(EG_RULE_WELL_FORMED), EG_INPUT_NONE);
}

Test(xml_count, takes_what_is_at_each_limit)
{
    for (size_t i = 0; i < CASES; i++) {
        cr_expect_str_eq(case_said(i, eg_input_most(cases[i].limit), EG_SEMANTICS), "",
                         "%s at its number", eg_input_rule(cases[i].limit));
    }
}

Test(xml_count, refuses_one_more_of_each_with_the_limit_and_the_place)
{
    for (size_t i = 0; i < CASES; i++) {
        const char *rule = eg_input_rule(cases[i].limit);
        char wanted[80];
        const char *text = case_said(i, eg_input_most(cases[i].limit) + 1, EG_SEMANTICS);
        (void)snprintf(wanted, sizeof wanted, "max=%zu", eg_input_most(cases[i].limit));
        cr_expect(strncmp(text, rule, strlen(rule)) == 0, "%s: %s", rule, text);
        cr_expect(strstr(text, wanted) != NULL, "%s: %s", rule, text);
        cr_expect(cases[i].limit == EG_INPUT_OCTETS || strstr(text, " line=") != NULL, "%s: %s",
                  rule, text);
        cr_expect(strstr(text, "line=0") == NULL, "%s: %s", rule, text);
    }
}

Test(xml_count, has_words_for_each_in_both_languages)
{
    for (size_t i = 0; i < CASES; i++) {
        struct eg_findings findings;
        struct eg_finding *finding = NULL;
        struct eg_buf en, de;
        eg_findings_init(&findings);
        eg_buf_init(&en, EG_KIB);
        eg_buf_init(&de, EG_KIB);
        const struct eg_finding_head head = {.severity = EG_SEVERITY_ERROR,
                                             .rule = eg_input_rule(cases[i].limit)};
        cr_assert(eg_findings_add(&findings, &head, &finding, NULL) == EG_OK);
        cr_assert(eg_finding_value(finding, "max", "4711", NULL) == EG_OK);
        cr_assert(eg_finding_builtin_text(finding, "en", &en));
        cr_assert(eg_finding_builtin_text(finding, "de", &de));
        cr_expect(strstr((const char *)en.data, "4711") != NULL);
        cr_expect(strstr((const char *)de.data, "4711") != NULL);
        cr_expect(!eg_bytes_equal(eg_bytes_view(&en), eg_bytes_view(&de)));
        eg_buf_done(&en);
        eg_buf_done(&de);
        eg_findings_done(&findings);
    }
}

/* A decision recorded before is repeated as it was made. */
Test(xml_count, tells_before_semantics_3_what_was_told_then)
{
    for (size_t i = 0; i < CASES; i++) {
        const char *text = case_said(i, eg_input_most(cases[i].limit) + 1, 2);
        const char *rule =
            !cases[i].old ? ""
                          : (cases[i].limit == EG_INPUT_OCTETS ? EG_RULE_SIZE : EG_RULE_NESTING);
        cr_expect(strncmp(text, rule, strlen(rule)) == 0 && (rule[0] != '\0') == (text[0] != '\0'),
                  "%s: %s", eg_input_rule(cases[i].limit), text);
    }
    struct eg_buf xml;
    eg_buf_init(&xml, ROOM);
    make_depth(&xml, EG_XML_DEPTH_MAX + 1);
    cr_expect_str_eq(said(&xml, EG_REPORT_MAX, 2), "input-nesting line=1 column=771 max=256 "
                                                   "message=elements are nested too deep");
    eg_buf_done(&xml);
}

static const char *said_of(const char *text, size_t times, const char *behind)
{
    struct eg_buf xml;
    eg_buf_init(&xml, ROOM);
    eg_buf_text(&xml, "<r ");
    repeat(&xml, text, times);
    eg_buf_text(&xml, behind);
    const char *answer = said(&xml, EG_REPORT_MAX, EG_SEMANTICS);
    eg_buf_done(&xml);
    return answer;
}

Test(xml_count, counts_names_wherever_they_stand)
{
    const size_t n = EG_XML_NAME_MAX + 1;
    static const struct {
        const char *before, *behind;
    } places[] = {
        {"<r><", " xmlns='u'/></r>"}, {"<r ", "=''/>"},
        {"<r xmlns:", "='u'/>"},      {"<r xmlns='", "'/>"},
        {"<r xmlns:p='", "'/>"},      {"<?", "?><r/>"},
        {"<r><?", " x?></r>"},        {"<r xmlns:p='u' p:", "=''/>"},
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        for (size_t over = 0; over < 2; over++) {
            struct eg_buf xml;
            eg_buf_init(&xml, ROOM);
            eg_buf_text(&xml, places[i].before);
            repeat(&xml, "n", n - 1 + over);
            eg_buf_text(&xml, places[i].behind);
            const char *text = said(&xml, EG_REPORT_MAX, EG_SEMANTICS);
            cr_expect(over == 0 ? text[0] == '\0' : strncmp(text, "limit-name ", 11) == 0,
                      "%s %zu: %s", places[i].before, over, text);
            eg_buf_done(&xml);
        }
    }
}

Test(xml_count, counts_octets_of_values_comments_and_instructions)
{
    const size_t n = EG_XML_TEXT_MAX / 16;
    cr_expect_str_eq(said_of("", 0, "a=''/>"), "");
    static const struct {
        const char *before, *behind;
    } places[] = {{"<r a='", "'/>"}, {"<r><!--", "--></r>"}, {"<r/><?p ", "?>"}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        for (size_t over = 0; over < 2; over++) {
            struct eg_buf xml;
            eg_buf_init(&xml, ROOM);
            eg_buf_text(&xml, places[i].before);
            repeat(&xml, "0123456789abcdef", n);
            repeat(&xml, "x", over);
            eg_buf_text(&xml, places[i].behind);
            const char *text = said(&xml, EG_REPORT_MAX, EG_SEMANTICS);
            cr_expect(over == 0 ? text[0] == '\0' : strncmp(text, "limit-text ", 11) == 0,
                      "%s %zu: %s", places[i].before, over, text);
            eg_buf_done(&xml);
        }
    }
}

/* An open comment, section or instruction hides what stands in it, and is not well-formed. */
Test(xml_count, looks_for_tags_only_where_tags_are)
{
    cr_expect(strstr(said_of("a=''", 9000, "/>"), "limit-attributes") != NULL);
    static const char *const hidden[] = {"><!-- <b ", "><![CDATA[<b ", "><?p <b "};
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        struct eg_buf xml;
        eg_buf_init(&xml, ROOM);
        eg_buf_format(&xml, "<r%s", hidden[i]);
        repeat(&xml, " a=''", 9000);
        const char *text = said(&xml, EG_REPORT_MAX, EG_SEMANTICS);
        cr_expect(strncmp(text, EG_RULE_WELL_FORMED, strlen(EG_RULE_WELL_FORMED)) == 0, "%s", text);
        eg_buf_done(&xml);
    }
}

/* What comes first is told: the limits do not hide what is not XML before them. */
Test(xml_count, tells_the_first_fault)
{
    struct eg_buf xml;
    eg_buf_init(&xml, ROOM);
    eg_buf_text(&xml, "<r></s>");
    repeat(&xml, "<?p?>", EG_XML_INSTRUCTIONS_MAX + 1);
    cr_expect(strncmp(said(&xml, EG_REPORT_MAX, EG_SEMANTICS), EG_RULE_WELL_FORMED,
                      strlen(EG_RULE_WELL_FORMED)) == 0);
    eg_buf_reset(&xml);
    eg_buf_text(&xml, "<r>");
    repeat(&xml, "<?p?>", EG_XML_INSTRUCTIONS_MAX + 1);
    eg_buf_text(&xml, "</s>");
    cr_expect(strncmp(said(&xml, EG_REPORT_MAX, EG_SEMANTICS), "limit-instructions", 18) == 0);
    eg_buf_done(&xml);
}
