/*
 * The quick way and XPath must agree: expressions, listed and made at random, asked at every node
 * of documents with everything that is hard to compare. What the quick way leaves to XPath agrees
 * by itself, so what it must take is listed as well.
 */
#include "assess/schematron/quick.h"

#include "base/limits.h"
#include "tests/support/loader.h"

#include <criterion/criterion.h>
#include <libxml/xpathInternals.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MADE 600
#define EXPRESSION_MAX 2000

static void begin(void)
{
    struct eg_error err = {0};
    cr_assert(eg_xml_init(&err) == EG_OK);
}

static void end(void)
{
    eg_xml_done();
}

TestSuite(quick, .init = begin, .fini = end);

/* ---- documents ---------------------------------------------------------------------------- */

static const char *const documents[] = {
    "<report xmlns='urn:r' from='2026-01-05' until='2026-01-05' kind='a'><source id='s1'>"
    "<operation><v t='2026-01-05T01:00:00' w='on'/><v t='2026-01-05T02:00:00' w='off'/></operation>"
    "<series component='NOx' n='5'><v t='2026-01-05T01:00:00' x='5' s='valid'/>"
    "<v t='2026-01-05T02:00:00' x='5.0' s='valid'/><v t='2026-01-05T02:00:00' "
    "s='missing'/></series>"
    "<series component='CO' n='50'><v t='2026-01-06T24:00:00' x='-0' s='valid'/>"
    "<v t='' x='' s=''/></series><series component='NOx'/></source></report>",
    "<report xmlns='urn:r' from='' kind='NaN'><source id='5'><series n='1e5' component='true'>"
    "<v t=' 5 ' x='1e5' s='5'/><v t='5' x=' 5 ' s='NaN'/><v t='+5' x='.5' s='5.'/>"
    "<v t='Infinity' x='-Infinity' s='- 5'/><v t='1-2' x='--1' s='0x10'/>"
    "<v x='99999999999999999999' t='0.1' s='00.10'/></series></source></report>",
    "<report xmlns='urn:r' xmlns:o='urn:o' from='a' o:from='b'><source id='ü€x' o:id='s1'>"
    "<!-- 5 --><?p 5?><series n='äöü' o:n='5' component='€ €'><v>5</v><v>5<!-- c -->6</v>"
    "<v><![CDATA[5]]></v><v>a<o:v>b</o:v>c</v><v/><o:v t='5' x='5'/></series>"
    "<o:series component='NOx'><v t='5'/></o:series>text</source></report>",
    "<v t='5' x='5' s='valid'/>",
    "<report from='5'><source><series component='CO'><v t='5'/></series></source></report>",
};

/* ---- expressions -------------------------------------------------------------------------- */

static const char *const taken[] = {
    "@kind = 'continuous'",
    "@from = @until",
    "count(r:source) = 1",
    "count(r:source/r:series) = 8",
    "not(r:source[not(r:series)])",
    "not(@component = preceding-sibling::r:series/@component)",
    "contains(' NOx CO ', concat(' ', @component, ' '))",
    "@n = $limit",
    "@x &lt;= $limit and @x >= 0",
    "@x > -273.15 or @x &lt; .5",
    "r:v[@s = 'valid']",
    "r:v[@s = 'valid' or @s = 'missing'][@x]",
    "substring(@t, 1, 10) = /r:report/@from",
    "substring(@t, 15) = '00:00' or substring(@t, 15) = '30:00'",
    "not(preceding-sibling::r:v) or translate(substring(@t, 12, 5), ':', '') > "
    "translate(substring(preceding-sibling::r:v[1]/@t, 12, 5), ':', '')",
    "count(r:v) = count(../r:operation/r:v)",
    "not(r:v[not(@t = ../../r:operation/r:v/@t)])",
    "boolean(@conditions) = (@name = 'flow')",
    "not(@x) or (number(@x) >= $limit and number(@x) &lt;= 2000)",
    "number(@x) = @x",
    "@x != @t",
    ". = 5",
    "./@t = '5'",
    "../@n != $word",
    "$word = 'on'",
    "$yes = true()",
    "following-sibling::r:v[2]/@x = 5",
    "r:v[2]/@t = 5 and r:v[@x][1]/@t",
    "string-length(@component) = 3",
    "string(@t) = string(@x)",
    "starts-with(@t, '') and contains(@t, '')",
    "substring-before(@t, 'T') = /r:report/@from and substring-after(@t, 'T') != ''",
    "@component",
    "'x'",
    "'' or false()",
    "0 or 1 = 1",
    "count(r:v)",
    "translate(@n, 'abc', 'A') != 'x'",
    "@o:from = 'b'",
};

static const char *const left[] = {
    "//r:v",
    "count(//r:v) = 5",
    "sum(r:v/@x) > 5",
    "@x + 1 = 6",
    "$limit * 2 = @x",
    "r:v[last()]",
    "r:v[$limit]",
    "r:v[count(@x)]",
    "*",
    "@*",
    "text() = 'a'",
    "child::r:v",
    "r:v | r:w",
    "r:v/@t = r:v/@x",
    "current()/@t = '5'",
    "position()=1",
    "translate(@t, @x, '')",
    "string(preceding-sibling::r:v) = '5'",
    "(r:v)[1]/@t",
    "substring(@t, 0) = ''",
    "substring(@t, 1.5, 2) = '5'",
    "@x &lt; true()",
    "-@x = 5",
    "@x = 5 = true() = false()",
};

struct made {
    char text[EXPRESSION_MAX];
    size_t len;
    unsigned long seed;
};

static unsigned draw(struct made *made, unsigned below)
{
    made->seed = made->seed * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(made->seed >> 33) % below;
}

static void put(struct made *made, const char *text)
{
    size_t len = strlen(text);
    if (made->len + len < sizeof(made->text)) {
        memcpy(made->text + made->len, text, len + 1);
        made->len += len;
    }
}

#define PICK(made, list) put(made, (list)[draw(made, sizeof(list) / sizeof((list)[0]))])

static void put_truth(struct made *made, unsigned depth);

static void put_path(struct made *made, unsigned depth)
{
    static const char *const starts[] = {"",
                                         "",
                                         "",
                                         "",
                                         "",
                                         "../",
                                         "../../",
                                         "/r:report/",
                                         "./",
                                         "r:v/",
                                         "r:source/r:series/",
                                         "../r:series/",
                                         "preceding-sibling::r:v[1]/",
                                         "preceding-sibling::r:v/",
                                         "following-sibling::r:v[2]/",
                                         "r:v[2]/",
                                         "../r:operation/r:v/",
                                         "../preceding-sibling::r:series/"};
    static const char *const ends[] = {"@t",
                                       "@x",
                                       "@s",
                                       "@n",
                                       "@component",
                                       "@x",
                                       "@from",
                                       "@o:n",
                                       "r:v",
                                       "v",
                                       "@w",
                                       "r:v[@x]",
                                       "r:v[1]",
                                       "o:v",
                                       "@id",
                                       "r:v[@x][2]",
                                       "r:v[@s='valid'][@x]"};
    if (depth > 0 && draw(made, 6) == 0) {
        put(made, "r:v[");
        put_truth(made, depth - 1);
        put(made, "]/@t");
    } else if (draw(made, 12) == 0) {
        put(made, ".");
    } else {
        PICK(made, starts);
        PICK(made, ends);
    }
}

static void put_text(struct made *made, unsigned depth)
{
    static const char *const texts[] = {"'5'",     "''",    "'NOx'",  "'valid'",
                                        "' 5 '",   "'1e5'", "$word",  "'2026-01-05'",
                                        "'00:00'", "'ü€'",  "'true'", "'NaN'"};
    static const char *const calls[] = {"substring(",        "concat(",          "translate(",
                                        "substring-before(", "substring-after(", "string("};
    static const char *const ends[] = {", 2)",   ", ':', $word)", ", '5ab', 'xy')",
                                       ", '5')", ", '-')",        ")"};
    unsigned which = draw(made, 14);
    if (depth == 0 || which > 7) {
        PICK(made, texts);
    } else if (which > 5) {
        put_path(made, 0);
    } else {
        put(made, calls[which]);
        if (draw(made, 2) == 0) {
            put_path(made, 0);
        } else {
            put_text(made, depth - 1);
        }
        put(made, ends[which]);
    }
}

static void put_value(struct made *made, unsigned depth)
{
    static const char *const numbers[] = {"5",      "0",  "-0",  "100000", ".1",
                                          "$limit", "50", "0.1", "-273.15"};
    static const char *const counting[] = {"count(", "number(", "string-length("};
    switch (draw(made, 6)) {
    case 0:
    case 1:
        put_path(made, depth);
        break;
    case 2:
        put_text(made, depth);
        break;
    case 3:
        PICK(made, numbers);
        break;
    case 4:
        PICK(made, counting);
        put_path(made, depth);
        put(made, ")");
        break;
    default:
        put(made, draw(made, 4) == 0 ? "$yes" : "$limit");
    }
}

static void put_truth(struct made *made, unsigned depth)
{
    static const char *const signs[] = {" = ", " != ", "=", "!=", " &lt; ", " > ", " &lt;= ", ">="};
    static const char *const words[] = {" and ", " or ", " = ", " != "};
    unsigned which = depth == 0 ? 5 : draw(made, 9);
    if (which == 0) {
        put(made, "(");
        put_truth(made, depth - 1);
        PICK(made, words);
        put_truth(made, depth - 1);
        put(made, ")");
    } else if (which == 1) {
        put(made, draw(made, 2) == 0 ? "not(" : "boolean(");
        put_truth(made, depth - 1);
        put(made, ")");
    } else if (which == 2) {
        put(made, draw(made, 2) == 0 ? "contains(" : "starts-with(");
        put_text(made, depth - 1);
        put(made, ", ");
        put_text(made, depth - 1);
        put(made, ")");
    } else if (which == 3) {
        put_path(made, depth - 1);
    } else {
        put_value(made, depth);
        PICK(made, signs);
        put_value(made, depth);
    }
}

/* ---- comparing ---------------------------------------------------------------------------- */

static const struct eg_schematron_param params[] = {{.name = "limit", .value = "5"},
                                                    {.name = "word", .value = "on"},
                                                    {.name = "yes", .value = "1"}};

/* Ready to run a schema of one test. */
static struct eg_schematron_state *ready(const char *test)
{
    struct eg_error err = {0};
    struct eg_schematron *schema = NULL;
    struct eg_schematron_state *state = NULL;
    char text[EXPRESSION_MAX + 500] = "";
    (void)snprintf(text, sizeof(text),
                   "<schema xmlns='http://purl.oclc.org/dsdl/schematron' queryBinding='xslt'>"
                   "<ns prefix='r' uri='urn:r'/><ns prefix='o' uri='urn:o'/><pattern>"
                   "<rule context='*'><assert test=\"%s\">x</assert></rule></pattern></schema>",
                   test);
    const struct test_files files[] = {{"main.sch", text}, {NULL, NULL}};
    const struct eg_loader loader = test_loader(files);
    const struct eg_schematron_options options = {.params = params, .param_count = 3};
    cr_assert(eg_schematron_compile(&schema, &loader, "main.sch", &options, &err) == EG_OK,
              "%s: %s", test, err.text);
    cr_assert(eg_schematron_state_new(&state, schema, &err) == EG_OK);
    cr_assert(eg_sch_variable_push(state, "limit", xmlXPathNewFloat(5)));
    cr_assert(eg_sch_variable_push(state, "word", xmlXPathNewCString("on")));
    cr_assert(eg_sch_variable_push(state, "yes", xmlXPathNewBoolean(1)));
    return state;
}

static void done(struct eg_schematron_state **state)
{
    struct eg_schematron *schema = (struct eg_schematron *)(uintptr_t)(*state)->schema;
    eg_schematron_state_free(state);
    eg_schematron_free(&schema);
}

static const struct eg_sch_check *check_of(const struct eg_schematron_state *state)
{
    return &state->schema->patterns[0].rules[0].checks[0];
}

static size_t compare_at(struct eg_schematron_state *state, struct eg_flat *flat, xmlNode *node,
                         const char *test)
{
    const struct eg_sch_check *check = check_of(state);
    xmlXPathContext *context = state->context;
    context->opCount = 0;
    int quick = eg_quick_test(check->quick, state, flat, eg_flat_find(flat, node));
    context->opCount = 0;
    int slow = eg_sch_eval_truth(state, check->test, node);
    cr_expect(quick < 0 || quick == slow, "%s at %s line %ld: quick %d, XPath %d", test,
              (const char *)node->name, xmlGetLineNo(node), quick, slow);
    return quick >= 0;
}

/* How many nodes were answered quickly. */
static size_t compare_below(struct eg_schematron_state *state, struct eg_flat *flat, xmlNode *node,
                            const char *test)
{
    size_t answered = compare_at(state, flat, node, test);
    xmlAttr *attribute = node->type == XML_ELEMENT_NODE ? node->properties : NULL;
    for (; attribute != NULL; attribute = attribute->next) {
        answered += compare_at(state, flat, (xmlNode *)attribute, test);
    }
    for (xmlNode *child = node->type == XML_ELEMENT_NODE || node->type == XML_DOCUMENT_NODE
                              ? node->children
                              : NULL;
         child != NULL; child = child->next) {
        if (child->type != XML_TEXT_NODE && child->type != XML_CDATA_SECTION_NODE) {
            answered += compare_below(state, flat, child, test);
        }
    }
    return answered;
}

static size_t compare_everywhere(const char *test)
{
    struct eg_schematron_state *state = ready(test);
    size_t answered = 0;
    for (size_t i = 0;
         check_of(state)->quick != NULL && i < sizeof(documents) / sizeof(documents[0]); i++) {
        xmlDoc *doc = NULL;
        struct eg_error err = {0};
        cr_assert(eg_xml_parse_file(&doc, eg_bytes_of(documents[i]), "x.xml", EG_MIB, &err) ==
                      EG_OK,
                  "%zu: %s", i, err.text);
        struct eg_flat *flat = NULL;
        cr_assert(eg_flat_new(&flat, &state->schema->words, doc, &err) == EG_OK);
        state->context->doc = doc;
        answered += compare_below(state, flat, (xmlNode *)doc, test);
        eg_flat_free(&flat);
        state->context->doc = NULL;
        state->context->node = NULL;
        xmlFreeDoc(doc);
    }
    done(&state);
    return answered;
}

Test(quick, answers_as_xpath_does_what_packages_ask)
{
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        cr_expect(compare_everywhere(taken[i]) > 0, "%s is left to XPath", taken[i]);
    }
}

Test(quick, leaves_what_is_not_of_its_language)
{
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
        struct eg_schematron_state *state = ready(left[i]);
        cr_expect(check_of(state)->quick == NULL, "%s is taken", left[i]);
        done(&state);
    }
}

Test(quick, answers_as_xpath_does_whatever_is_asked)
{
    struct made made = {.seed = 20260105};
    size_t taken_count = 0;
    for (size_t i = 0; i < MADE; i++) {
        made.len = 0;
        put_truth(&made, 3);
        taken_count += compare_everywhere(made.text) > 0;
    }
    cr_expect(taken_count > MADE / 2, "only %zu of %d were quick", taken_count, MADE);
}

/* ---- limits ------------------------------------------------------------------------------- */

static xmlDoc *parsed(const char *text)
{
    xmlDoc *doc = NULL;
    struct eg_error err = {0};
    cr_assert(eg_xml_parse_file(&doc, eg_bytes_of(text), "x.xml", EG_MIB, &err) == EG_OK);
    return doc;
}

static struct eg_flat *flat_of(const struct eg_schematron_state *state, xmlDoc *doc)
{
    struct eg_flat *flat = NULL;
    struct eg_error err = {0};
    cr_assert(eg_flat_new(&flat, &state->schema->words, doc, &err) == EG_OK);
    return flat;
}

Test(quick, counts_operations_and_stops_at_their_limit)
{
    struct eg_schematron_state *state = ready("count(r:v) = 3");
    xmlDoc *doc = parsed("<a xmlns='urn:r'><v/><v/><v/></a>");
    xmlXPathContext *context = state->context;
    struct eg_flat *flat = flat_of(state, doc);
    context->doc = doc;
    context->opCount = 0;
    cr_expect_eq(eg_quick_test(check_of(state)->quick, state, flat, 1), 1);
    cr_expect_geq(context->opCount, 3);
    context->opCount = context->opLimit - 1;
    cr_expect_eq(eg_quick_test(check_of(state)->quick, state, flat, 1), -1);
    cr_expect_eq(context->opCount, context->opLimit - 1);
    context->doc = NULL;
    eg_flat_free(&flat);
    xmlFreeDoc(doc);
    done(&state);
}

Test(quick, leaves_texts_that_are_too_long_to_be_made)
{
    struct eg_schematron_state *state = ready("concat(@a, @a) = 'x'");
    char text[3000] = "<a a='";
    memset(text + 6, 'x', 1500);
    memcpy(text + 1506, "'/>", 4);
    xmlDoc *doc = parsed(text);
    struct eg_flat *flat = flat_of(state, doc);
    state->context->doc = doc;
    cr_expect_eq(eg_quick_test(check_of(state)->quick, state, flat, 1), -1);
    state->context->doc = NULL;
    eg_flat_free(&flat);
    xmlFreeDoc(doc);
    done(&state);
}

/* Operations of a test at every value of a series. */
static unsigned long operations_of(struct eg_schematron_state *state, size_t values)
{
    struct eg_buf text;
    eg_buf_init(&text, 16 * EG_MIB);
    eg_buf_text(&text, "<a xmlns='urn:r'>");
    for (size_t i = 0; i < values; i++) {
        eg_buf_format(&text, "<v t='%zu' x='%zu'/>", i, i);
    }
    eg_buf_add(&text, "</a>", 5);
    xmlDoc *doc = parsed((const char *)text.data);
    struct eg_flat *flat = flat_of(state, doc);
    state->context->doc = doc;
    state->context->opCount = 0;
    for (uint32_t place = 2; place < flat->element_count; place++) {
        cr_expect_eq(eg_quick_test(check_of(state)->quick, state, flat, place), 1);
    }
    unsigned long operations = state->context->opCount;
    state->context->doc = NULL;
    eg_flat_free(&flat);
    xmlFreeDoc(doc);
    eg_buf_done(&text);
    return operations;
}

Test(quick, looks_back_without_looking_at_everything_before)
{
    struct eg_schematron_state *state =
        ready("not(preceding-sibling::r:v) or @x > preceding-sibling::r:v[1]/@x");
    unsigned long once = operations_of(state, 2000);
    unsigned long twice = operations_of(state, 4000);
    cr_expect_lt(once, 2000 * 20);
    cr_expect_lt(twice, once * 2 + 20);
    done(&state);
}
