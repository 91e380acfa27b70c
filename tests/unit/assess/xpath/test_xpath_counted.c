/*
 * The counted form of an expression gives what the expression gives, node by node; and what would
 * take time without being counted ends at the ceiling, or is counted and ends.
 */
#include "assess/xml/xml.h"
#include "assess/xpath/function_table.h"
#include "assess/xpath/functions.h"
#include "assess/xpath/xpath.h"
#include "assess/xpath/xpath_counted.h"
#include "assess/xpath/xpath_functions.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <libxml/xpathInternals.h>
#include <math.h>
#include <string.h>

/* ---- one expression over one document ----------------------------------------------------- */

static const char *const documents[] = {
    "<a n='0' xmlns:p='urn:p'><b n='1'>x<c n='2'>y</c>x</b><b n='2' m='1'/><!-- 1 --><c>2</c><?pi "
    "2?>"
    "<p:d xmlns:q='urn:q'><b n='3'><b n='1'><c/><c n='4'>7</c></b></b><c m='2'>y</c></p:d>z</a>",
    "<a><b><c/></b></a>",
    "<c n='1'><c n='1'><c n='2'><c n='1'/><b m='1'/></c></c><a><b/><b/><b n='x'/></a></c>",
    "<a>1<b>2</b>3<b>1</b><!--x--><!--y--><b>NaN</b><c>1e3</c><c> 1 </c><b n=''/></a>",
};
#define DOCUMENTS (sizeof(documents) / sizeof(documents[0]))

static xmlXPathObject *variable(void *payload, const xmlChar *name, const xmlChar *uri)
{
    (void)uri;
    xmlNode *root = xmlDocGetRootElement(payload);
    switch (name[0]) {
    case 'v': {
        xmlXPathObject *nodes = xmlXPathNewNodeSet(root);
        for (xmlNode *child = root->children; child != NULL; child = child->next) {
            xmlXPathNodeSetAdd(nodes->nodesetval, child);
        }
        return nodes;
    }
    case 's':
        return xmlXPathNewCString("1");
    case 't':
        return xmlXPathNewBoolean(1);
    default:
        return xmlXPathNewFloat(2);
    }
}

static xmlXPathContext *context_new(xmlDoc *doc)
{
    struct eg_error err = {0};
    xmlXPathContext *context = xmlXPathNewContext(doc);
    cr_assert_not_null(context);
    cr_assert(eg_functions_register_xpath(context, &err) == EG_OK);
    cr_assert(eg_xpath_functions_register(context, &err) == EG_OK);
    cr_assert(xmlXPathRegisterNs(context, BAD_CAST "p", BAD_CAST "urn:p") == 0);
    cr_assert(xmlXPathRegisterNs(context, BAD_CAST "set", BAD_CAST EG_EXSLT_SETS) == 0);
    xmlXPathRegisterVariableLookup(context, variable, doc);
    context->opLimit = EG_XPATH_OPERATIONS_MAX;
    return context;
}

static bool same_node(const xmlNode *a, const xmlNode *b)
{
    if (a->type == XML_NAMESPACE_DECL && b->type == XML_NAMESPACE_DECL) {
        const xmlNs *x = (const xmlNs *)a;
        const xmlNs *y = (const xmlNs *)b;
        return x->next == y->next && xmlStrEqual(x->prefix, y->prefix);
    }
    return a == b;
}

static bool same(const xmlXPathObject *a, const xmlXPathObject *b)
{
    if (a == NULL || b == NULL || a->type != b->type) {
        return a == b;
    }
    switch (a->type) {
    case XPATH_BOOLEAN:
        return a->boolval == b->boolval;
    case XPATH_NUMBER:
        return (isnan(a->floatval) && isnan(b->floatval)) || a->floatval == b->floatval;
    case XPATH_STRING:
        return xmlStrEqual(a->stringval, b->stringval);
    default:
        break;
    }
    int count = a->nodesetval != NULL ? a->nodesetval->nodeNr : 0;
    if (count != (b->nodesetval != NULL ? b->nodesetval->nodeNr : 0)) {
        return false;
    }
    /* libxml2 orders texts and namespaces wrongly at times: then the order depends on chance. */
    bool moved = false;
    bool sorts = true;
    for (int i = 0; i < count; i++) {
        const xmlNode *node = a->nodesetval->nodeTab[i];
        int k = 0;
        while (k < count && !same_node(node, b->nodesetval->nodeTab[k])) {
            k++;
        }
        if (k == count) {
            return false;
        }
        moved = moved || k != i;
        sorts = sorts && (node->type == XML_ELEMENT_NODE || node->type == XML_ATTRIBUTE_NODE);
    }
    return !moved || !sorts;
}

static xmlNode *next_node(const xmlNode *node)
{
    while (node != NULL && node->type == XML_ELEMENT_NODE && node->children != NULL) {
        return node->children;
    }
    while (node != NULL && node->next == NULL) {
        node = node->parent;
    }
    return node != NULL ? node->next : NULL;
}

/* From the document, each node and each attribute. */
static void compare_in(const char *expression, const char *counted, xmlXPathCompExpr *plain,
                       xmlXPathCompExpr *other, xmlDoc *doc)
{
    xmlXPathContext *context = context_new(doc);
    const xmlNode *places[64] = {(const xmlNode *)doc};
    size_t count = 1;
    for (xmlNode *node = xmlDocGetRootElement(doc); node != NULL && count < 60;
         node = node->type == XML_ELEMENT_NODE || node->next != NULL || node->parent != NULL
                    ? next_node(node)
                    : NULL) {
        places[count++] = node;
        if (node->type == XML_ELEMENT_NODE && node->properties != NULL) {
            places[count++] = (const xmlNode *)node->properties;
        }
        if (node->parent == (xmlNode *)doc && node->next == NULL && node->children == NULL) {
            break;
        }
    }
    for (size_t i = 0; i < count; i++) {
        context->contextSize = 1;
        context->proximityPosition = 1;
        context->node = (xmlNode *)places[i];
        context->opCount = 0;
        xmlXPathObject *a = xmlXPathCompiledEval(plain, context);
        context->node = (xmlNode *)places[i];
        context->opCount = 0;
        xmlXPathObject *b = xmlXPathCompiledEval(other, context);
        cr_expect(same(a, b), "%s\n  is not\n%s\n  at node %zu of\n%s", expression, counted, i,
                  documents[0]);
        xmlXPathFreeObject(a);
        xmlXPathFreeObject(b);
    }
    xmlXPathFreeContext(context);
}

static void compare(const char *expression)
{
    struct eg_buf text = {0};
    struct eg_error err = {0};
    struct eg_xml_scope quiet;
    eg_buf_init(&text, EG_XPATH_COUNTED_MAX);
    eg_xml_scope_begin(&quiet, NULL);
    xmlXPathCompExpr *plain = xmlXPathCompile(BAD_CAST expression);
    cr_assert_not_null(plain, "%s", expression);
    cr_assert(eg_xpath_counted(&text, expression, "x", &err) == EG_OK, "%s", err.text);
    xmlXPathCompExpr *other = xmlXPathCompile(text.data);
    cr_assert_not_null(other, "%s -> %s", expression, (char *)text.data);
    for (size_t i = 0; i < DOCUMENTS; i++) {
        xmlDoc *doc = xmlReadMemory(documents[i], (int)strlen(documents[i]), "x", NULL, 0);
        (void)xmlXPathOrderDocElems(doc);
        compare_in(expression, (const char *)text.data, plain, other, doc);
        xmlFreeDoc(doc);
    }
    xmlXPathFreeCompExpr(plain);
    xmlXPathFreeCompExpr(other);
    eg_xml_scope_end(&quiet);
    eg_buf_done(&text);
}

/* ---- the text ----------------------------------------------------------------------------- */

static void expect_text(const char *expression, const char *counted)
{
    struct eg_buf text = {0};
    struct eg_error err = {0};
    eg_buf_init(&text, EG_XPATH_COUNTED_MAX);
    cr_expect(eg_xpath_counted(&text, expression, "x", &err) == EG_OK);
    cr_expect_str_eq((char *)text.data, counted);
    eg_buf_done(&text);
}

Test(xpath_counted, leaves_what_libxml2_counts)
{
    static const char *const rows[] = {"a",
                                       "/",
                                       ".",
                                       "..",
                                       "/a/b[1]/@n",
                                       "//b",
                                       ".//b[c]",
                                       "../../x",
                                       "ancestor::a[1]",
                                       "following-sibling::b[1]/@n",
                                       "count(b)",
                                       "$v/a/self::b",
                                       "1 + count(b) * 2",
                                       "not(a) and b or true()"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        expect_text(rows[i], rows[i]);
    }
}

Test(xpath_counted, writes_calls_for_what_it_does_not_count)
{
    expect_text("a|b", "emgate-union(a , b)");
    expect_text("a=b", "emgate-eq(a , b)");
    expect_text("@a <= 5", "emgate-le(@a , 5)");
    expect_text("@a+1", "emgate-number(@a) + 1");
    expect_text("a/..", "emgate-parent(a)");
    expect_text("//..", "emgate-parent(//.)");
    expect_text("a/../b", "emgate-parent(a)/b");
    expect_text("a/parent::b[c]", "emgate-parent(a)/self::b[c]");
    expect_text("a//b", "emgate-descendant-or-self(a)/b");
    expect_text("a/ancestor::b[@n]", "emgate-ancestor(a)/self::b[@n]");
    expect_text("//b/preceding-sibling::b[1]", "emgate-each(//b,'preceding-sibling::b[1]')");
    expect_text("a/preceding::b['x' = \"y\"][1]",
                "emgate-walk(a,'preceding')/preceding::b['x' = \"y\"][1]");
    expect_text("namespace::*", "emgate-namespaces(.)/namespace::*");
    expect_text("//@*/..", "emgate-parent(//@*)");
}

Test(xpath_counted, no_package_can_call_them)
{
    struct eg_error err = {0};
    const struct eg_xpath_scope scope = {.xslt = true, .stylesheet = true};
    static const char *const rows[] = {"emgate-union(a, b)", "emgate-each(a, 'b')",
                                       "emgate-eq(1, 2)",    "emgate-parent(.)",
                                       "emgate-number(.)",   "emgate-walk(., 'x')"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_expect(eg_xpath_check(rows[i], &scope, "x", &err) == EG_E_FORMAT);
    }
}

Test(xpath_counted, is_bounded)
{
    struct eg_buf text = {0};
    struct eg_buf out = {0};
    struct eg_error err = {0};
    eg_buf_init(&text, EG_XPATH_MAX);
    eg_buf_text(&text, "//a");
    for (size_t i = 0; i < 2700; i++) {
        eg_buf_text(&text, "/..");
    }
    eg_buf_init(&out, EG_XPATH_COUNTED_MAX);
    cr_expect(eg_xpath_counted(&out, (char *)text.data, "x", &err) == EG_E_LIMIT);
    cr_expect(strstr(err.text, "too many steps") != NULL, "%s", err.text);
    text.len = 0;
    eg_buf_text(&text, "a");
    for (size_t i = 0; i < 2700; i++) {
        eg_buf_text(&text, "//b");
    }
    eg_buf_done(&out);
    eg_buf_init(&out, EG_XPATH_COUNTED_MAX);
    cr_expect(eg_xpath_counted(&out, (char *)text.data, "x", &err) == EG_E_LIMIT);
    eg_buf_done(&out);
    eg_buf_done(&text);
}

/* ---- the values --------------------------------------------------------------------------- */

static const char *const expressions[] = {
    "//@*/..",
    "//c/..",
    "//c/parent::b",
    "//c/parent::node()[1]",
    "//c/ancestor::*",
    "//c/ancestor::*[1]",
    "//c/ancestor::*[last()]",
    "//c/ancestor-or-self::c[position() = 2]",
    "//@n/ancestor-or-self::node()",
    "//b/following::*",
    "//@n/following::c[1]",
    "//@n/preceding::c[2]",
    "//b/preceding::node()",
    "//c/following-sibling::node()[position() < 3]",
    "//c/preceding-sibling::*[@n][1]",
    "//c/preceding-sibling::c",
    "//b//c",
    "//b//c[1]",
    "a//.",
    "//b//..",
    "//b/descendant::c[1]",
    "//b/descendant::c[@n]",
    "//b/descendant-or-self::node()[2]",
    "//*/descendant::*[last()]/@n",
    "(//c/..)[1]",
    "(//c/..)[last()]/@n",
    "(//c | //b/..)[position() = 2]",
    "//namespace::*",
    "//*/namespace::p",
    "//namespace::*/..",
    "namespace::*/..",
    "//namespace::* | //@* | //node()",
    "//@n = //@m",
    "//@n != //@m",
    "//@n < //@m",
    "//@n <= //@m",
    "//@n > //c",
    "//@n >= //c",
    "//* = //node()",
    "//c = 7",
    "//c != 'y'",
    "//b = true()",
    "//x = //y",
    "//x != //y",
    "//x < //y",
    "//b = //zz",
    "1 < //c",
    "'1' = //@n",
    "//@n = $v",
    "$v = $s",
    "$s = $n",
    "$t = $v",
    "$v < $n",
    "- //c",
    "//c + //@n * 2",
    "$n div $s - $v mod 3",
    "//b[.. = //c]/../@n",
    "//b[preceding-sibling::b[1]/@n = @n or not(../preceding::b)]",
    "//c[ancestor::b[2]]/ancestor::b[2]//c",
    "//*[@n = //@m][1]/..",
    "$v/..//c[1]/preceding-sibling::node()[1]",
    "$v[2]/following::*[\"x\" != '']",
    "$v[1]//c/parent::*[c[1]/@n = 4]",
    "sum(//@n[. > 1]/../@n) = //@m",
    "count(//c/../..) - count(//b/ancestor::node())",
    "string(//c/preceding::b[@n][1]/@n | //@m)",
    "//c/self::c/../self::a//@n",
    "//b[c | b/c][1]//c/../..",
    "/..",
    "/*/..",
    "//text()/..",
    "//comment()/preceding-sibling::node()[1]",
    "//processing-instruction('pi')/following::c/..",
    "id('x')/..",
    "concat(//c/.., //b/../@n)",
    "//*[count(ancestor::*) > 1]/ancestor::*[count(.//c) > 1][1]",
    "//*[position() = last()]/..",
    "//*[last()]/ancestor::*[last() - 1]",
    "a/b/c/d/../../..",
    "//p:*/ancestor-or-self::*/@*/..",
    "a[b = c]/b[c != @n]//c[. < 5]/ancestor::b[@n > 1]",
};

Test(xpath_counted, gives_what_the_expression_gives)
{
    for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++) {
        compare(expressions[i]);
    }
}

/* ---- at random ---------------------------------------------------------------------------- */

static uint64_t state = 1;

static unsigned draw(unsigned below)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % below;
}

static const char *pick(const char *const *words, unsigned count)
{
    return words[draw(count)];
}

static void make_value(struct eg_buf *out, int depth);

static void make_step(struct eg_buf *out, int depth)
{
    static const char *const steps[] = {"..",  ".",       "b",         "c",      "*",
                                        "@n",  "@*",      "node()",    "text()", "comment()",
                                        "p:*", "self::c", "parent::*", "@m",     "namespace::*"};
    static const char *const axes[] = {
        "parent",     "ancestor",  "ancestor-or-self",  "following",          "following-sibling",
        "descendant", "preceding", "preceding-sibling", "descendant-or-self", "child",
        "self",       "attribute"};
    static const char *const tests[] = {"*", "b", "c", "node()", "n", "text()"};
    static const char *const places[] = {"[1]", "[2]", "[last()]", "[position() > 1]", "[@n][1]"};
    if (draw(2) == 0) {
        const char *step = pick(steps, 15);
        eg_buf_text(out, step);
        if (step[0] == '.') {
            return;
        }
    } else {
        eg_buf_format(out, "%s::%s", pick(axes, 12), pick(tests, 6));
    }
    if (draw(3) == 0) {
        eg_buf_text(out, pick(places, 5));
    } else if (depth > 0 && draw(3) == 0) {
        eg_buf_text(out, "[");
        make_value(out, depth - 1);
        eg_buf_text(out, "]");
    }
}

static void make_path(struct eg_buf *out, int depth)
{
    static const char *const starts[] = {"",        "",       "//",        "/",           "$v/",
                                         "$v[2]//", "(//b)/", "(//c)[1]/", "(c | .//b)/", ".//"};
    eg_buf_text(out, pick(starts, 10));
    make_step(out, depth);
    for (unsigned i = draw(3); i > 0; i--) {
        eg_buf_text(out, draw(4) == 0 ? "//" : "/");
        make_step(out, depth);
    }
}

static void make_value(struct eg_buf *out, int depth)
{
    static const char *const signs[] = {
        " = ", " != ", " < ", ">=", ">", "<= ", " and ", " or ", " + ", " - ", " mod ", "*"};
    static const char *const plain[] = {"1", "'x'", "$n", "$s", "$t", "2", "position()"};
    switch (draw(6)) {
    case 0:
        eg_buf_text(out, pick(plain, 7));
        return;
    case 1:
        make_path(out, depth);
        eg_buf_text(out, " | ");
        make_path(out, depth);
        return;
    case 2:
        eg_buf_text(out, draw(2) == 0 ? "count(" : "string(");
        make_path(out, depth);
        eg_buf_text(out, ")");
        return;
    case 3:
        if (depth > 0) {
            eg_buf_text(out, "(");
            make_value(out, depth - 1);
            eg_buf_text(out, ")");
            eg_buf_text(out, pick(signs, 12));
            make_value(out, depth - 1);
            return;
        }
        make_path(out, depth);
        return;
    case 4:
        make_path(out, depth);
        eg_buf_text(out, pick(signs, 12));
        make_path(out, depth);
        return;
    default:
        make_path(out, depth);
    }
}

Test(xpath_counted, gives_the_same_for_expressions_at_random, .timeout = 300)
{
    for (unsigned i = 0; i < 4000; i++) {
        struct eg_buf text = {0};
        state = 1000 + i;
        (void)draw(2);
        eg_buf_init(&text, 4096);
        make_value(&text, 2);
        if (!text.failed) {
            compare((char *)text.data);
        }
        eg_buf_done(&text);
    }
}

/* ---- the ceiling -------------------------------------------------------------------------- */

#define ELEMENTS 100000

static xmlDoc *wide(const char *element)
{
    struct eg_buf xml = {0};
    eg_buf_init(&xml, 64 * EG_MIB);
    eg_buf_text(&xml, "<a>");
    for (int i = 0; i < ELEMENTS; i++) {
        eg_buf_text(&xml, element);
    }
    eg_buf_text(&xml, "</a>");
    cr_assert(!xml.failed);
    xmlDoc *doc = xmlReadMemory((char *)xml.data, (int)xml.len, "x", NULL, XML_PARSE_HUGE);
    cr_assert_not_null(doc);
    (void)xmlXPathOrderDocElems(doc);
    eg_buf_done(&xml);
    return doc;
}

/* Operations taken; the ceiling, if it was reached. The value, if it was not, is *number. */
static unsigned long operations_to(unsigned long limit, double *number, xmlDoc *doc,
                                   const char *expression)
{
    struct eg_error err = {0};
    struct eg_xml_scope quiet;
    const struct eg_xml_ns ns[] = {{"set", EG_EXSLT_SETS}, {"math", EG_EXSLT_MATH}};
    const struct eg_xpath_scope scope = {.ns = ns, .ns_count = 2, .counted = true};
    xmlXPathCompExpr *compiled = NULL;
    cr_assert(eg_xpath_compile(&compiled, expression, &scope, "x", &err) == EG_OK, "%s", err.text);
    eg_xml_scope_begin(&quiet, NULL);
    xmlXPathContext *context = context_new(doc);
    cr_assert(xmlXPathRegisterNs(context, BAD_CAST "math", BAD_CAST EG_EXSLT_MATH) == 0);
    context->node = (xmlNode *)doc;
    context->opLimit = eg_xpath_limit(doc, limit);
    xmlXPathObject *value = xmlXPathCompiledEval(compiled, context);
    unsigned long operations = context->opCount;
    if (value == NULL) {
        cr_expect(context->lastError.code == XML_XPATH_EXPRESSION_OK + XPATH_OP_LIMIT_EXCEEDED,
                  "%s: %d", expression, context->lastError.code);
        operations = limit;
    } else {
        *number = xmlXPathCastToNumber(value);
    }
    xmlXPathFreeObject(value);
    xmlXPathFreeContext(context);
    xmlXPathFreeCompExpr(compiled);
    eg_xml_scope_end(&quiet);
    return operations;
}

static unsigned long operations_of(double *number, xmlDoc *doc, const char *expression)
{
    return operations_to(EG_XPATH_OPERATIONS_MAX, number, doc, expression);
}

/* What was quadratic is counted and ends, with the right value. */
Test(xpath_counted, ends_where_libxml2_compares_each_with_each, .timeout = 300)
{
    static const struct {
        const char *expression;
        double value;
    } rows[] = {
        {"count(//@n/..)", ELEMENTS},
        {"count(//@n/parent::*)", ELEMENTS},
        {"count(//b/..)", 1},
        {"count(//@n/ancestor::*)", ELEMENTS + 1},
        {"count(//b/ancestor-or-self::b)", ELEMENTS},
        {"count(//b/preceding-sibling::*)", ELEMENTS - 1},
        {"count(//b/following-sibling::*)", ELEMENTS - 1},
        {"count(//b/following::b)", ELEMENTS - 1},
        {"count(//b/preceding-sibling::*[1])", ELEMENTS - 1},
        {"count(//b/following-sibling::b[1]/@n)", ELEMENTS - 1},
        {"count(//*//@n)", ELEMENTS},
        {"count(//*/descendant::b)", ELEMENTS},
        {"count(//*/descendant-or-self::*)", ELEMENTS + 1},
        {"count(//b | //@n | //@m)", 3 * ELEMENTS},
        {"number(//@n = //@m)", 0},
        {"number(//@n != //@n)", 0},
        {"number(//@n < //@n)", 0},
        {"number(//@m >= //@n)", 1},
        {"count(set:intersection(//b, //*))", ELEMENTS},
        {"count(set:difference(//*, //b))", 1},
        {"number(set:has-same-node(//b, //@n))", 0},
        {"count(set:distinct(//@n))", 1},
        {"count(math:highest(//@n))", ELEMENTS},
    };
    xmlDoc *doc = wide("<b n='1' m='2'/>");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double number = -1;
        unsigned long operations = operations_of(&number, doc, rows[i].expression);
        cr_expect(number == rows[i].value, "%s: %g", rows[i].expression, number);
        cr_expect(operations >= ELEMENTS && operations < EG_XPATH_OPERATIONS_MAX, "%s: %lu",
                  rows[i].expression, operations);
    }
    xmlFreeDoc(doc);
}

#define FEWER (EG_XPATH_OPERATIONS_MAX / 100) /* sanitized programs are slow */

/* What stays quadratic reaches the ceiling. */
Test(xpath_counted, stops_at_the_ceiling, .timeout = 300)
{
    static const char *const rows[] = {
        "count(//b/preceding::b)",
        "count(//b/preceding-sibling::b[last()])",
        "count(//b/preceding-sibling::b[contains(concat('\"', \"'\"), 'x') or position() = 1])",
        "count(//b[/ < 5])",
        "count(//b[/ = 'x'])",
        "count(//b[/ + 1 = 5])",
        "count(//b[number(/) = 5])",
        "count(//b[contains(/, 'yy')])",
        "count(//b[starts-with(/, 'yy')])",
        "count(//b[string-length(/) = 1])",
        "count(//b[normalize-space(/) = 'x'])",
        "count(//b[translate(/, 'x', 'y') = 'x'])",
        "count(//b[substring-after(/, 'x') = 'x'])",
        "count(//b[floor(/) = 1])",
        "count(//b[sum(//b) = 1])",
        "count(//b[//b = //@n])",
        "count(//b[set:distinct(//b) = 1])",
        "count(//b[- / = 5])",
    };
    xmlDoc *doc = wide("<b n='1'>x<?p?>x</b>");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double number = -1;
        unsigned long operations = operations_to(FEWER, &number, doc, rows[i]);
        cr_expect(operations == FEWER, "%s: %lu, %g", rows[i], operations, number);
    }
    xmlFreeDoc(doc);
}

/* Each namespace of each element would be a copy. */
Test(xpath_counted, stops_copies_of_namespaces, .timeout = 300)
{
    struct eg_buf xml = {0};
    eg_buf_init(&xml, EG_MIB * 8);
    eg_buf_text(&xml, "<a");
    for (int i = 0; i < 1000; i++) {
        eg_buf_format(&xml, " xmlns:n%d='urn:n'", i);
    }
    eg_buf_text(&xml, ">");
    for (int i = 0; i < ELEMENTS; i++) {
        eg_buf_text(&xml, "<b/>");
    }
    eg_buf_text(&xml, "</a>");
    xmlDoc *doc = xmlReadMemory((char *)xml.data, (int)xml.len, "x", NULL, XML_PARSE_HUGE);
    double number = -1;
    cr_expect(operations_of(&number, doc, "count(//namespace::*)") == EG_XPATH_OPERATIONS_MAX);
    cr_expect(operations_of(&number, doc, "count(/a/namespace::*)") < EG_XPATH_OPERATIONS_MAX);
    cr_expect(number == 1001);
    xmlFreeDoc(doc);
    eg_buf_done(&xml);
}

/* libxml2 sorts them by looking through the row for each. */
Test(xpath_counted, allows_less_where_many_comments_stand_in_a_row, .timeout = 300)
{
    xmlDoc *doc = wide("<!--x--><?p?>");
    double number = -1;
    cr_expect(eg_xpath_limit(doc, EG_XPATH_OPERATIONS_MAX) < ELEMENTS);
    cr_expect(operations_of(&number, doc, "count((//comment()))") == EG_XPATH_OPERATIONS_MAX);
    cr_expect(operations_of(&number, doc, "count(/a)") < ELEMENTS);
    cr_expect(number == 1);
    xmlFreeDoc(doc);
    doc = wide("<!--x--><?p?><b/>");
    cr_expect(eg_xpath_limit(doc, EG_XPATH_OPERATIONS_MAX) == EG_XPATH_OPERATIONS_MAX);
    cr_expect(operations_of(&number, doc, "count((//comment()))") < EG_XPATH_OPERATIONS_MAX);
    cr_expect(number == ELEMENTS);
    xmlFreeDoc(doc);
    cr_expect(eg_xpath_limit(NULL, 5) == 5);
}
