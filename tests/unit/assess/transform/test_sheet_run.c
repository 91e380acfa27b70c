/*
 * Stylesheets over documents made by chance from a seed: what comes out of a sheet that was
 * rewritten is, octet for octet, what libxslt makes of it as it was written.
 *
 * volume: hundreds of documents for each sheet
 */
#include "assess/transform/sheet_run.h"

#include "assess/judge/engine.h"
#include "assess/transform/transform.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <libexslt/exslt.h>
#include <libxslt/extensions.h>
#include <libxslt/transform.h>
#include <libxslt/xsltutils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD                                                                                       \
    "<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" "          \
    "xmlns:n=\"urn:n\" exclude-result-prefixes=\"n\">"
#define TAIL "</xsl:stylesheet>"
#define ROUNDS 12

/* ---- chance ------------------------------------------------------------------------------- */

static uint64_t state;

static unsigned chance(unsigned below)
{
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(state >> 33) % below;
}

static void put_tree(struct eg_buf *out, unsigned depth)
{
    static const char *const names[] = {"a", "b", "c", "n:a", "n:d"};
    static const char *const texts[] = {"10", "9", "B", "b", "-1", "", "ä", "1.5", "Z", " x "};
    const char *name = names[chance(5)];

    eg_buf_format(out, "<%s", name);
    if (chance(2) == 0) {
        eg_buf_format(out, " x=\"%s\"", texts[chance(10)]);
    }
    if (chance(3) == 0) {
        eg_buf_format(out, " k=\"%u\"", chance(4));
    }
    eg_buf_text(out, ">");
    for (unsigned i = depth < 6 ? chance(5) : 0; i > 0; i--) {
        put_tree(out, depth + 1);
        if (chance(3) == 0) {
            eg_buf_format(out, "%s", texts[chance(10)]);
        }
        if (chance(8) == 0) {
            eg_buf_text(out, chance(2) == 0 ? "<!--c-->" : "<?p q?>");
        }
    }
    eg_buf_format(out, "%s</%s>", texts[chance(10)], name);
}

static xmlDoc *make_doc(uint64_t seed)
{
    struct eg_buf text;
    struct eg_error err = {0};
    xmlDoc *doc = NULL;

    state = seed * 2654435761U + 1;
    eg_buf_init(&text, EG_MIB);
    eg_buf_text(&text, "<a xmlns:n=\"urn:n\" k=\"1\">");
    for (int i = 0; i < 8; i++) {
        put_tree(&text, 0);
    }
    eg_buf_text(&text, "</a>");
    cr_assert_eq(eg_xml_parse_file(&doc, eg_bytes_view(&text), "doc", EG_MIB, &err), EG_OK, "%s",
                 err.text);
    eg_buf_done(&text);
    return doc;
}

/* ---- both ways ---------------------------------------------------------------------------- */

static const char *sheet_text, *import_text;

static struct eg_bytes find(void *payload, const char *name)
{
    (void)payload;
    if (strcmp(name, "main.xsl") == 0) {
        return eg_bytes_of(sheet_text);
    }
    return strcmp(name, "import.xsl") == 0 && import_text != NULL ? eg_bytes_of(import_text)
                                                                  : EG_BYTES_NONE;
}

static const struct eg_loader loader = {NULL, find};

static char *plain(xmlDoc *doc)
{
    struct eg_xml_scope scope;
    struct eg_error err = {0};
    xmlDoc *sheet_doc = NULL;
    xmlChar *text = NULL;
    int len = 0;

    exsltCommonRegister(); /* no other sheet of this process has it but through our meter */
    eg_xml_scope_begin(&scope, &loader);
    cr_assert_eq(eg_xml_load(&sheet_doc, &loader, "main.xsl", &err), EG_OK);
    xsltStylesheet *sheet = xsltParseStylesheetDoc(sheet_doc);
    cr_assert_not_null(sheet, "%s: %s", sheet_text, scope.text);
    xmlDoc *result = xsltApplyStylesheet(sheet, doc, NULL);
    cr_assert_not_null(result, "%s: %s", sheet_text, scope.text);
    cr_assert_eq(xsltSaveResultToString(&text, &len, result, sheet), 0);
    char *copy = strdup(text != NULL ? (const char *)text : "");
    xmlFree(text);
    xmlFreeDoc(result);
    xsltFreeStylesheet(sheet);
    eg_xml_scope_end(&scope);
    (void)xsltUnregisterExtModuleFunction(BAD_CAST "node-set", BAD_CAST "http://exslt.org/common");
    return copy;
}

static char *ours(xmlDoc *doc)
{
    struct eg_transform *transform = NULL;
    struct eg_error err = {0};
    struct eg_buf out;

    cr_assert_eq(eg_transform_compile(&transform, &loader, "main.xsl", NULL, &err), EG_OK,
                 "%s: %s in %s", err.where, err.text, sheet_text);
    eg_buf_init(&out, 64 * EG_MIB);
    const struct eg_transform_job job = {.doc = doc, .result_max = 64 * EG_MIB};
    cr_assert_eq(eg_transform_run(NULL, &out, transform, &job, &err), EG_OK, "%s: %s in %s",
                 err.where, err.text, sheet_text);
    char *copy = strdup((const char *)out.data);
    eg_buf_done(&out);
    eg_transform_free(&transform);
    return copy;
}

/* All rounds in make full alone, one in FEWER else. Sanitized, libxslt's own work makes minutes of
 * what are seconds: never all. */
#define FEWER 5

static uint64_t rounds_of(uint64_t rounds)
{
    uint64_t part = (rounds + FEWER - 1) / FEWER;
#ifndef __SANITIZE_ADDRESS__
    part = getenv("EMGATE_FULL") != NULL ? rounds : part;
#endif
    if (rounds > 1) {
        (void)printf("rounds: %" PRIu64 " of %" PRIu64 " documents for a sheet\n", part, rounds);
    }
    return part;
}

static void same(const char *sheet, uint64_t rounds)
{
    uint64_t part = rounds_of(rounds);
    sheet_text = sheet;
    for (uint64_t seed = 1; seed <= part; seed++) {
        xmlDoc *doc = make_doc(seed);
        char *expected = plain(doc);
        char *got = ours(doc);
        size_t at = 0;
        while (got[at] != '\0' && got[at] == expected[at]) {
            at++;
        }
        bool equal = got[at] == expected[at];
        size_t from = at > 60 ? at - 60 : 0;
        cr_expect(equal, "seed %lu, %s\n%.100s\n%.100s", (unsigned long)seed, sheet,
                  expected + from, got + from);
        free(expected);
        free(got);
        xmlFreeDoc(doc);
        if (!equal) {
            return;
        }
    }
}

static void start(void)
{
    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    import_text = NULL;
}

/* ---- template rules ----------------------------------------------------------------------- */

static const char *const patterns[] = {"a",
                                       "*",
                                       "b",
                                       "n:*",
                                       "n:a",
                                       "a/b",
                                       "a//b",
                                       "//b",
                                       "a//b//c",
                                       "/a",
                                       "/*",
                                       "/",
                                       "/a/b",
                                       "/a//c",
                                       "@x",
                                       "@*",
                                       "@k",
                                       "b/@x",
                                       "text()",
                                       "comment()",
                                       "node()",
                                       "processing-instruction()",
                                       "processing-instruction('p')",
                                       "a[1]",
                                       "a[@x]",
                                       "b[2]",
                                       "a[position()=last()]",
                                       "*[last()]",
                                       "*[b]",
                                       "*[not(*)]",
                                       "a[b[1]]/c",
                                       "a|b/c",
                                       "n:a//b[2]",
                                       "*[@x]/*",
                                       "a/*[1]",
                                       "b[@x = 'b']",
                                       "a//a//a",
                                       "a//*//b",
                                       "*/text()",
                                       "a[@k]/text()[1]",
                                       "child::a",
                                       "a/child::b/attribute::x",
                                       "c[count(*) &gt; 1]",
                                       "b[string-length(.) &gt; 2]",
                                       "*[name() = 'b']",
                                       "b[@x or @k]",
                                       "key('k', '1')",
                                       "key('k', '2')/b",
                                       "b[key('k', '1')]",
                                       "a[@x][@k]",
                                       "a[@x][2]",
                                       "*[@k][1]",
                                       "/a/b[1][@x]",
                                       "b[2][1]"};
#define PATTERNS (sizeof(patterns) / sizeof(patterns[0]))
#define KEY "<xsl:key name=\"k\" match=\"*\" use=\"@k\"/>"

static void put_rule(struct eg_buf *out, const char *pattern, unsigned number, const char *more)
{
    eg_buf_format(out,
                  "<xsl:template match=\"%s\" %s><m%u p=\"{position()}/{last()}\" n=\"{name()}\">"
                  "<xsl:apply-templates select=\"@*|node()\"/></m%u></xsl:template>",
                  pattern, more, number, number);
}

Test(sheet_run, matches_each_pattern_as_libxslt_does)
{
    start();
    for (size_t i = 0; i < PATTERNS; i++) {
        struct eg_buf sheet;
        eg_buf_init(&sheet, EG_MIB);
        eg_buf_text(&sheet, HEAD KEY "<xsl:template match=\"/\" priority=\"9\"><o>"
                                     "<xsl:apply-templates/></o></xsl:template>");
        put_rule(&sheet, patterns[i], (unsigned)i, "");
        eg_buf_text(&sheet, TAIL);
        same((const char *)sheet.data, ROUNDS);
        eg_buf_done(&sheet);
    }
    eg_engine_done();
}

Test(sheet_run, chooses_among_rules_as_libxslt_does)
{
    start();
    for (uint64_t s = 1; s <= 100; s++) {
        static const char *const more[] = {"", "priority=\"0.25\"", "priority=\"-1\"",
                                           "priority=\"0.5\""};
        struct eg_buf sheet;
        struct eg_buf import;
        eg_buf_init(&sheet, EG_MIB);
        eg_buf_init(&import, EG_MIB);
        eg_buf_text(&sheet, HEAD "<xsl:import href=\"import.xsl\"/>" KEY
                                 "<xsl:template match=\"/\" priority=\"9\"><o>"
                                 "<xsl:apply-templates/></o></xsl:template>");
        eg_buf_text(&import, HEAD);
        state = s * 977;
        for (unsigned i = 0; i < 4; i++) {
            put_rule(&sheet, patterns[chance(PATTERNS)], i, more[chance(4)]);
            put_rule(&import, patterns[chance(PATTERNS)], 10 + i, more[chance(4)]);
        }
        eg_buf_text(&sheet, "<xsl:template match=\"c\"><i><xsl:apply-imports/></i></xsl:template>");
        eg_buf_text(&sheet, TAIL);
        eg_buf_text(&import, TAIL);
        import_text = (const char *)import.data;
        same((const char *)sheet.data, 1);
        eg_buf_done(&sheet);
        eg_buf_done(&import);
    }
    eg_engine_done();
}

Test(sheet_run, keeps_modes_and_parameters)
{
    start();
    same(HEAD "<xsl:template match=\"/\"><o><xsl:apply-templates mode=\"n:m\">"
              "<xsl:with-param name=\"p\" select=\"7\"/></xsl:apply-templates></o></xsl:template>"
              "<xsl:template match=\"b\" mode=\"n:m\"><xsl:param name=\"p\"/><b p=\"{$p}\">"
              "<xsl:apply-templates mode=\"m\"><xsl:sort select=\"@x\"/><xsl:with-param name=\"p\" "
              "select=\"$p + 1\"/></xsl:apply-templates></b></xsl:template>"
              "<xsl:template match=\"*\" mode=\"m\"><xsl:param name=\"p\">none</xsl:param>"
              "<m p=\"{$p}\" q=\"{position()}\"><xsl:apply-templates select=\"a\"/></m>"
              "</xsl:template><xsl:template match=\"a\"><a/></xsl:template>" TAIL,
         ROUNDS);
    eg_engine_done();
}

Test(sheet_run, builds_trees_and_goes_through_them)
{
    start();
    same("<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" "
         "xmlns:c=\"http://exslt.org/common\" exclude-result-prefixes=\"c\">"
         "<xsl:key name=\"k\" match=\"e\" use=\"@v\"/><xsl:template match=\"/\"><o>"
         "<xsl:for-each select=\"//*[@x]\"><xsl:variable name=\"t\"><r>"
         "<xsl:for-each select=\"@*\"><e v=\"{.}\"/><f/></xsl:for-each></r></xsl:variable>"
         "<xsl:apply-templates select=\"c:node-set($t)/r/*\"/>"
         "<xsl:for-each select=\"c:node-set($t)/r\"><k n=\"{count(key('k', '9'))}\"/>"
         "</xsl:for-each></xsl:for-each></o></xsl:template>"
         "<xsl:template match=\"e[1]\"><first/></xsl:template>"
         "<xsl:template match=\"f[last()]\"><last/></xsl:template>"
         "<xsl:template match=\"r/*\" priority=\"-3\"><other/></xsl:template>" TAIL,
         ROUNDS);
    eg_engine_done();
}

/* ---- sorting ------------------------------------------------------------------------------ */

Test(sheet_run, sorts_as_libxslt_does)
{
    static const char *const keys[] = {"",
                                       "select=\"@x\"",
                                       "select=\"@x\" data-type=\"number\"",
                                       "select=\"@x\" order=\"descending\"",
                                       "select=\"@k\" data-type=\"number\" order=\"descending\"",
                                       "select=\"name()\"",
                                       "select=\"count(*)\" data-type=\"number\"",
                                       "select=\"string-length(@x) = 1\"",
                                       "select=\"*\""};
    start();
    for (size_t i = 0; i < 9; i++) {
        for (size_t k = 0; k < 9; k++) {
            struct eg_buf sheet;
            eg_buf_init(&sheet, EG_MIB);
            eg_buf_format(&sheet,
                          HEAD "<xsl:template match=\"/\"><o><xsl:for-each select=\"//*\">"
                               "<xsl:sort %s/><xsl:sort %s/><s x=\"{@x}\" k=\"{@k}\" n=\"{name()}\""
                               " p=\"{position()}\" d=\"{count(preceding::*)}\"/></xsl:for-each>"
                               "</o></xsl:template>" TAIL,
                          keys[i], keys[k]);
            same((const char *)sheet.data, 5);
            eg_buf_done(&sheet);
        }
    }
    eg_engine_done();
}

/* ---- numbering ---------------------------------------------------------------------------- */

Test(sheet_run, numbers_as_libxslt_does)
{
    static const char *const ways[] = {"",
                                       "level=\"any\"",
                                       "level=\"multiple\"",
                                       "count=\"a|b\"",
                                       "level=\"any\" count=\"*\"",
                                       "level=\"multiple\" count=\"*\"",
                                       "level=\"multiple\" count=\"*\" from=\"c\"",
                                       "level=\"any\" from=\"b\"",
                                       "level=\"any\" count=\"b\" from=\"a/a\"",
                                       "from=\"a\"",
                                       "level=\"single\" count=\"*[@x]\"",
                                       "level=\"any\" count=\"*[@k = $v]\"",
                                       "level=\"multiple\" count=\"a//*\"",
                                       "value=\"position()\"",
                                       "value=\"@k\"",
                                       "value=\"count(*) * 700\"",
                                       "level=\"any\" count=\"text()\"",
                                       "level=\"any\" count=\"@x\""};
    static const char *const formats[] = {"",
                                          "format=\"1.a.i\"",
                                          "format=\"(I) \"",
                                          "format=\"001-A/\"",
                                          "format=\"{@k}\"",
                                          "format=\"-\"",
                                          "format=\"1, x \" grouping-separator=\".\" "
                                          "grouping-size=\"2\""};
    start();
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        for (size_t k = 0; k < sizeof(formats) / sizeof(formats[0]); k++) {
            struct eg_buf sheet;
            eg_buf_init(&sheet, EG_MIB);
            eg_buf_format(&sheet,
                          HEAD "<xsl:template match=\"/\"><o><xsl:for-each "
                               "select=\"%s\"><xsl:variable name=\"v\" "
                               "select=\"position() mod 3\"/><n><xsl:number %s %s/></n>"
                               "</xsl:for-each></o></xsl:template>" TAIL,
                          k % 2 == 0 ? "//node()" : "//@*", ways[i], formats[k]);
            same((const char *)sheet.data, 1);
            eg_buf_done(&sheet);
        }
    }
    eg_engine_done();
}

/* ---- keys and texts ----------------------------------------------------------------------- */

Test(sheet_run, finds_by_keys_as_libxslt_does)
{
    static const char *const keys[] = {
        "<xsl:key name=\"k\" match=\"*\" use=\"@k\"/>",
        "<xsl:key name=\"k\" match=\"a|b/c\" use=\"@*\"/>",
        "<xsl:key name=\"k\" match=\"*\" use=\"*\"/>",
        "<xsl:key name=\"k\" match=\"b\" use=\"@k\"/><xsl:key name=\"k\" match=\"*\" use=\"@x\"/>",
        "<xsl:key name=\"k\" match=\"@x\" use=\".\"/>",
        "<xsl:key name=\"k\" match=\"*\" use=\"count(*)\"/>",
        "<xsl:key name=\"k\" match=\"*\" use=\"'1'\"/>",
        "<xsl:key name=\"k\" match=\"text()\" use=\".\"/>"};
    start();
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct eg_buf sheet;
        eg_buf_init(&sheet, EG_MIB);
        eg_buf_format(&sheet,
                      HEAD "%s<xsl:template match=\"/\"><o><xsl:for-each select=\"key('k', '1') | "
                           "key('k', 2)\"><f n=\"{name()}\" d=\"{count(preceding::*)}\"/>"
                           "</xsl:for-each><xsl:for-each select=\"key('k', //@k)\"><g "
                           "n=\"{name()}\" d=\"{count(preceding::*)}\"/></xsl:for-each>"
                           "<h n=\"{count(key('k', //*))} {count(key('none', 1))}\"/></o>"
                           "</xsl:template>" TAIL,
                      keys[i]);
        same((const char *)sheet.data, ROUNDS);
        eg_buf_done(&sheet);
    }
    eg_engine_done();
}

Test(sheet_run, writes_texts_and_copies_as_libxslt_does)
{
    start();
    same(HEAD "<xsl:template match=\"/\"><o e=\"{{'x'}} {1 div 3} {'}'}&quot;'{//@x} "
              "{true()}{//none}-{count(//*)}\" f=\"a'b&quot;c{1 div 0}\" g=\"}}\" h=\"{//*}\">"
              "<xsl:copy-of select=\"//@x\"/><xsl:value-of select=\"1 div 3\"/>"
              "<xsl:value-of select=\"1000000 * 1000000\"/><xsl:value-of select=\"//@*\"/>"
              "<xsl:value-of select=\".\"/><xsl:copy-of select=\"//b\"/><xsl:copy-of "
              "select=\"12\"/><xsl:element name=\"{'e'}{1}\"><xsl:attribute "
              "name=\"n:{'q'}\">v</xsl:attribute></xsl:element><xsl:for-each select=\"//*\">"
              "<xsl:copy><xsl:copy-of select=\"@k\"/></xsl:copy></xsl:for-each>"
              "<xsl:processing-instruction name=\"p{1}\">x</xsl:processing-instruction>"
              "<xsl:comment><xsl:value-of select=\"//@k\"/></xsl:comment></o></xsl:template>" TAIL,
         ROUNDS);
    eg_engine_done();
}

/* ---- what takes time ---------------------------------------------------------------------- */

#define NODES 2000

/* A flat document of many elements, and a chain of elements in each other. */
static xmlDoc *large_doc(void)
{
    struct eg_buf text;
    struct eg_error err = {0};
    xmlDoc *doc = NULL;

    eg_buf_init(&text, EG_MIB);
    eg_buf_text(&text, "<r>");
    for (unsigned i = 0; i < NODES; i++) {
        eg_buf_format(&text, "<v x=\"%u\" k=\"1\"><w/></v>", i * 7919 % NODES);
    }
    for (unsigned i = 0; i < 200; i++) {
        eg_buf_text(&text, "<a>");
    }
    eg_buf_text(&text, "<b/>");
    for (unsigned i = 0; i < 200; i++) {
        eg_buf_text(&text, "</a>");
    }
    eg_buf_text(&text, "</r>");
    cr_assert_eq(eg_xml_parse_file(&doc, eg_bytes_view(&text), "doc", EG_MIB, &err), EG_OK);
    eg_buf_done(&text);
    return doc;
}

/* Two hundred operations for each element, so nothing that looks at all of them for each. */
static enum eg_status run_large(const char *sheet, struct eg_error *err)
{
    static const struct eg_transform_limits limits = {
        .operations = 200UL * NODES, .octets = 8 * EG_MIB, .memory = 64 * EG_MIB, .depth = 1000};
    struct eg_transform *transform = NULL;
    struct eg_buf out;
    xmlDoc *doc = large_doc();

    sheet_text = sheet;
    cr_assert_eq(eg_transform_compile(&transform, &loader, "main.xsl", NULL, err), EG_OK,
                 "%s: %s in %s", err->where, err->text, sheet);
    eg_buf_init(&out, 64 * EG_MIB);
    const struct eg_transform_job job = {.doc = doc, .limits = &limits, .result_max = EG_MIB};
    enum eg_status status = eg_transform_run(NULL, &out, transform, &job, err);
    eg_buf_done(&out);
    eg_transform_free(&transform);
    xmlFreeDoc(doc);
    return status;
}

#define ROOT(top, body) HEAD top "<xsl:template match=\"/\"><o>" body "</o></xsl:template>" TAIL
#define EACH(body) "<xsl:for-each select=\"//v\">" body "</xsl:for-each>"
#define HELD(body) "<xsl:variable name=\"q\">" body "</xsl:variable>"

Test(sheet_run, stops_what_looks_at_all_nodes_for_each)
{
    static const char *const sheets[] = {
        ROOT("", EACH("<xsl:value-of select=\"count(//v)\"/>")),
        ROOT("", EACH(HELD("<xsl:value-of select=\"/\"/>"))),
        ROOT("", EACH(HELD("<xsl:copy-of select=\"/\"/>"))),
        ROOT("", EACH(HELD("<xsl:apply-templates select=\"/r\"/>"))),
        ROOT("", EACH("<x y=\"{/}{/r}\"/>")),
        ROOT("", EACH("<x y=\"a{/}\"/>")),
        ROOT("", EACH("<xsl:element name=\"e{/}\"/>")),
        ROOT("", EACH("<n><xsl:number level=\"any\"/></n>")),
        ROOT("", EACH("<n><xsl:number/></n>")),
        ROOT("", EACH("<n><xsl:number level=\"multiple\" count=\"v\"/></n>")),
        ROOT("", EACH("<n><xsl:number level=\"any\" from=\"v[last()]\"/></n>")),
        ROOT("", EACH("<n><xsl:number level=\"any\" count=\"v[@k = current()/@k][1]\"/></n>")),
        ROOT("",
             EACH(HELD("<xsl:for-each select=\"//v\"><xsl:sort select=\"@x\"/></xsl:for-each>"))),
        ROOT("", "<xsl:for-each select=\"//v\"><xsl:sort select=\"/\"/><x/></xsl:for-each>"),
        ROOT("", "<xsl:apply-templates select=\"//v\"><xsl:sort select=\"count(//v)\"/>"
                 "</xsl:apply-templates>"),
        ROOT("<xsl:key name=\"k\" match=\"v\" use=\"/\"/>", "<x y=\"{count(key('k', ''))}\"/>"),
        ROOT("<xsl:key name=\"k\" match=\"v\" use=\"//@x\"/>", "<x y=\"{count(key('k', '1'))}\"/>"),
        ROOT("<xsl:key name=\"k\" match=\"v\" use=\"@k\"/>",
             EACH("<x y=\"{count(key('k', '1'))}\"/>")),
        ROOT("<xsl:key name=\"k\" match=\"v\" use=\"@k\"/>", "<x y=\"{count(key('k', //@k))}\"/>"),
        ROOT("<xsl:template match=\"v[count(//v) = 1]\"/>", "<xsl:apply-templates/>"),
        ROOT("<xsl:template match=\"v[count(//v) = 1][1]\"/>", "<xsl:apply-templates/>"),
        ROOT("<xsl:key name=\"k\" match=\"v\" use=\"@k\"/><xsl:template match=\"key('k', '1')\"/>",
             "<xsl:apply-templates/>"),
        ROOT("", EACH("<xsl:attribute name=\"a{position()}\">1</xsl:attribute>")),
    };
    start();
    for (size_t i = 0; i < sizeof(sheets) / sizeof(sheets[0]); i++) {
        struct eg_error err = {0};
        cr_expect_eq(run_large(sheets[i], &err), EG_E_LIMIT, "%zu: %s: %s", i, err.where, err.text);
    }
    eg_engine_done();
}

Test(sheet_run, does_in_one_go_what_libxslt_does_for_each_node)
{
    static const char *const sheets[] = {
        ROOT("", "<xsl:for-each select=\"//v\"><xsl:sort select=\"@x\"/><x/></xsl:for-each>"),
        ROOT("", "<xsl:for-each select=\"//v\"><xsl:sort select=\"@k\"/><xsl:sort select=\"@x\" "
                 "data-type=\"number\"/><x/></xsl:for-each>"),
        ROOT("<xsl:key name=\"k\" match=\"v\" use=\"@k\"/>", "<x y=\"{count(key('k', '1'))}\"/>"),
        ROOT("<xsl:key name=\"k\" match=\"v\" use=\"@x\"/>", "<x y=\"{count(key('k', //@x))}\"/>"),
        ROOT("<xsl:template match=\"x//a//a//a//a//a//a//b\"><x/></xsl:template>",
             "<xsl:apply-templates select=\"//b\"/>"),
        ROOT("<xsl:template match=\"*[@k]\"><x><xsl:apply-templates/></x></xsl:template>",
             "<xsl:apply-templates/>"),
        ROOT("<xsl:template match=\"v[@k][last()]\"><x/></xsl:template>", "<xsl:apply-templates/>"),
        ROOT("<xsl:template match=\"v[position() mod 2 = 1]\"><x/></xsl:template>",
             "<xsl:apply-templates select=\"//*\"/>"),
        ROOT("", "<xsl:value-of select=\"count(//v | //@x)\"/>"),
        ROOT("", "<xsl:value-of select=\"count(//@x/..)\"/>"),
        ROOT("", "<xsl:copy-of select=\"/\"/>"),
        ROOT("", EACH("<x y=\"{@x}-{@k}\"><xsl:value-of select=\".\"/></x>")),
    };
    start();
    for (size_t i = 0; i < sizeof(sheets) / sizeof(sheets[0]); i++) {
        struct eg_error err = {0};
        cr_expect_eq(run_large(sheets[i], &err), EG_OK, "%zu: %s: %s", i, err.where, err.text);
    }
    eg_engine_done();
}

Test(sheet_run, stops_a_result_nested_deeper_than_a_file_may_be)
{
    struct eg_error err = {0};

    start();
    cr_expect_eq(run_large(HEAD "<xsl:template match=\"/\"><xsl:call-template name=\"t\"/>"
                                "</xsl:template><xsl:template name=\"t\"><xsl:param name=\"n\" "
                                "select=\"0\"/><a><xsl:if test=\"$n &lt; 300\"><xsl:call-template "
                                "name=\"t\"><xsl:with-param name=\"n\" select=\"$n + 1\"/>"
                                "</xsl:call-template></xsl:if></a></xsl:template>" TAIL,
                           &err),
                 EG_E_LIMIT);
    cr_expect_not_null(strstr(err.text, "depth"), "%s", err.text);
    eg_engine_done();
}

Test(sheet_run, refuses_what_is_no_pattern_or_expression_as_it_was_written)
{
    static const char *const wrong[] = {
        "<xsl:template match=\"a/\"/>",
        "<xsl:template match=\"a[\"/>",
        "<xsl:template match=\"a//\"/>",
        "<xsl:template match=\"///a\"/>",
        "<xsl:template match=\"..\"/>",
        "<xsl:template match=\"a/ancestor::b\"/>",
        "<xsl:template match=\"a|\"/>",
        "<xsl:template match=\"a[1 +]\"/>",
        "<xsl:template match=\"key('k')\"/>",
        "<xsl:template match=\"key($k, 'v')\"/>",
        "<xsl:template match=\"@text()\"/>",
        "<xsl:template match=\"q:a\"/>",
        "<xsl:variable name=\"v\" select=\"1\"/><xsl:template match=\"a[$v]\"/>",
        "<xsl:template match=\"a\" mode=\"q:m\"/>",
        "<xsl:template match=\"text\"><x y=\"{1 +}\"/>"
        "</xsl:template>",
        "<xsl:template match=\"a\"><xsl:value-of select=\"(\"/></xsl:template>",
        "<xsl:template match=\"a\"><xsl:number count=\"b/\"/></xsl:template>",
        "<xsl:key name=\"k\" match=\"a/\" use=\"1\"/>",
        "<xsl:key name=\"k\" match=\"a\"/>",
        "<xsl:key name=\"k\" match=\"a\" use=\"1 +\"/>",
        "<xsl:template match=\"id('a', 'b')\"/>",
        "<xsl:template match=\"a\"><xsl:value-of select=\"emgate-weighed(1)\"/></xsl:template>"};
    start();
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct eg_transform *transform = NULL;
        struct eg_error err = {0};
        char sheet[1000] = "";
        (void)snprintf(sheet, sizeof(sheet), HEAD "%s" TAIL, wrong[i]);
        sheet_text = sheet;
        cr_expect_eq(eg_transform_compile(&transform, &loader, "main.xsl", NULL, &err), EG_E_FORMAT,
                     "%s: %d %s", wrong[i], err.status, err.text);
        cr_expect(strstr(wrong[i], "emgate-") != NULL || strstr(err.text, "emgate-") == NULL, "%s",
                  err.text);
        cr_expect_not_null(strstr(err.where, "main.xsl:1"), "%s: %s %s", wrong[i], err.where,
                           err.text);
        eg_transform_free(&transform);
    }
    eg_engine_done();
}
