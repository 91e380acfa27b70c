/*
 * Three opinions on reports damaged at random: our engine; our engine without its quick ways, so
 * that libxml2's XPath selects every context and answers every test; and libxslt, which runs a
 * stylesheet that is written here from the schema. All must find the same, in the same order, at
 * the same nodes, for the checks of every package there is.
 *
 * A node is named by its path of child numbers ("0/1/3@n"), which the stylesheet counts itself; the
 * engine's location is evaluated to get there, so it is shown to find its node again.
 */
#include "assess/schematron/schematron_model.h"

#include "assess/number/numbers.h"
#include "assess/package/package.h"
#include "assess/package/parameters.h"
#include "assess/xpath/functions.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "tests/support/checks.h"
#include "tests/support/reports.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <libxml/xpathInternals.h>
#include <libxslt/transform.h>
#include <libxslt/xsltutils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 60     /* damaged documents of each schema */
#define DAMAGES_MAX 8 /* of one document */
#define VARIABLES_MAX 200
#define SEED 20260117
#define TEST_NS "urn:emgate:test:opinion"

static void begin(void)
{
    struct eg_error err = {0};
    cr_assert(eg_xml_init(&err) == EG_OK);
}

static void end(void)
{
    eg_xml_done();
}

TestSuite(opinion, .init = begin, .fini = end);

/* ---- chance ------------------------------------------------------------------------------- */

static unsigned long seed = SEED;

static unsigned draw(unsigned below)
{
    seed = seed * 6364136223846793005UL + 1442695040888963407UL;
    return below == 0 ? 0 : (unsigned)(seed >> 33) % below;
}

/* ---- damage ------------------------------------------------------------------------------- */

static void gather(xmlNode **list, unsigned *count, xmlNode *node)
{
    for (xmlNode *child = node->children; child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE && *count < 5000) {
            list[(*count)++] = child;
            gather(list, count, child);
        }
    }
}

static const xmlChar *some_value(xmlNode *const *list, unsigned count)
{
    static const char *const values[] = {"",     "0",          "-1",   "1e5",
                                         "NaN",  " 7 ",        "0.05", "2011-04-06",
                                         "true", "2011-02-30", "x",    "99999"};
    const xmlAttr *other = list[draw(count)]->properties;
    if (draw(2) == 0 && other != NULL && other->children != NULL) {
        return other->children->content;
    }
    return BAD_CAST values[draw(sizeof(values) / sizeof(values[0]))];
}

static xmlAttr *some_attribute(xmlNode *node)
{
    unsigned count = 0;
    for (xmlAttr *a = node->properties; a != NULL; a = a->next) {
        count++;
    }
    xmlAttr *a = node->properties;
    for (unsigned n = draw(count); a != NULL && n > 0; n--) {
        a = a->next;
    }
    return a;
}

/* What happens to attributes. */
static void damage_attribute(xmlNode *node, xmlNode *const *list, unsigned count)
{
    xmlAttr *a = some_attribute(node);
    if (a == NULL || draw(6) == 0) {
        (void)xmlNewProp(node, BAD_CAST "odd", some_value(list, count));
    } else if (draw(3) == 0) {
        (void)xmlRemoveProp(a);
    } else {
        xmlChar *value = xmlStrdup(some_value(list, count));
        (void)xmlSetNsProp(node, a->ns, a->name, value);
        xmlFree(value);
    }
}

/* What happens to elements; never to the root. */
static void damage_element(xmlNode *node, xmlNode *const *list, unsigned count)
{
    xmlNode *other = list[draw(count)];
    switch (draw(6)) {
    case 0:
        xmlUnlinkNode(node);
        xmlFreeNode(node);
        break;
    case 1:
    case 2:
        (void)xmlAddNextSibling(node, xmlDocCopyNode(node, node->doc, 1));
        break;
    case 3:
        xmlNodeSetName(node, other->name);
        break;
    case 4:
        (void)xmlAddPrevSibling(node, xmlNewDocComment(node->doc, BAD_CAST "damaged"));
        break;
    default:
        (void)xmlAddNextSibling(node, xmlDocCopyNode(other, node->doc, 1));
        break;
    }
}

static void damage(xmlDoc *doc)
{
    for (unsigned n = 1 + draw(DAMAGES_MAX); n > 0; n--) {
        xmlNode *list[5000];
        unsigned count = 0;
        gather(list, &count, (xmlNode *)doc);
        xmlNode *node = list[draw(count)];
        if (node->parent->type == XML_DOCUMENT_NODE || draw(2) == 0) {
            damage_attribute(node, list, count);
        } else {
            damage_element(node, list, count);
        }
    }
}

/* Numbers of lines and the like as a parser gives them: the document that all three see. */
static xmlDoc *parsed_again(xmlDoc *doc)
{
    struct eg_error err = {0};
    xmlChar *octets = NULL;
    int len = 0;
    xmlDoc *again = NULL;
    xmlDocDumpMemoryEnc(doc, &octets, &len, "UTF-8");
    if (eg_xml_parse_file(&again, (struct eg_bytes){octets, (size_t)len}, "damaged.xml", EG_MIB,
                          &err) != EG_OK) {
        again = NULL; /* no document any more: three opinions on nothing */
    }
    xmlFree(octets);
    return again;
}

/* ---- the stylesheet ----------------------------------------------------------------------- */

static void add(struct eg_buf *out, const char *before, const char *text, const char *after)
{
    eg_buf_text(out, before);
    eg_text_xml(out, eg_bytes_of(text));
    eg_buf_text(out, after);
}

static void add_attribute(struct eg_buf *out, const char *before, const xmlNode *node,
                          const char *attribute, const char *after)
{
    char *value = eg_xml_attribute(node, attribute);
    cr_assert(value != NULL, "%s lacks %s", (const char *)node->name, attribute);
    add(out, before, value, after);
    free(value);
}

static void add_check(struct eg_buf *out, const xmlNode *check)
{
    bool is_report = strcmp((const char *)check->name, "report") == 0;
    add_attribute(out, is_report ? "<xsl:if test=\"boolean(" : "<xsl:if test=\"not(", check, "test",
                  ")\">");
    add_attribute(out, "<f r=\"", check, "id", "\"><xsl:call-template name=\"where\"/></f>");
    eg_buf_text(out, "</xsl:if>");
}

static void add_rule(struct eg_buf *out, const xmlNode *rule, unsigned mode, unsigned priority)
{
    add_attribute(out, "<xsl:template match=\"", rule, "context", "\"");
    eg_buf_format(out, " mode=\"p%u\" priority=\"%u\">", mode, priority);
    for (const xmlNode *child = rule->children; child != NULL; child = child->next) {
        if (eg_xml_is(child, EG_SCH_NS, "let")) {
            add_attribute(out, "<xsl:variable name=\"", child, "name", "\"");
            add_attribute(out, " select=\"", child, "value", "\"/>");
        } else if (eg_xml_is(child, EG_SCH_NS, "assert") || eg_xml_is(child, EG_SCH_NS, "report")) {
            add_check(out, child);
        } else {
            cr_assert(child->type != XML_ELEMENT_NODE || eg_xml_is(child, EG_SCH_NS, "p"),
                      "no stylesheet is written for %s", (const char *)child->name);
        }
    }
    eg_buf_format(out, "<xsl:apply-templates select=\"@*|node()\" mode=\"p%u\"/></xsl:template>\n",
                  mode);
}

/* Of the schema, or of a pattern: both see the whole document. No package has two of one name. */
static void add_lets(struct eg_buf *out, const xmlNode *parent)
{
    for (const xmlNode *let = eg_xml_child(parent, EG_SCH_NS, "let"); let != NULL;
         let = eg_xml_next(let, EG_SCH_NS, "let")) {
        add_attribute(out, "<xsl:variable name=\"", let, "name", "\"");
        add_attribute(out, " select=\"", let, "value", "\"/>\n");
    }
}

static void add_pattern(struct eg_buf *out, const xmlNode *pattern, unsigned mode)
{
    unsigned priority = 10000;
    add_lets(out, pattern);
    for (const xmlNode *rule = eg_xml_child(pattern, EG_SCH_NS, "rule"); rule != NULL;
         rule = eg_xml_next(rule, EG_SCH_NS, "rule")) {
        add_rule(out, rule, mode, priority--);
    }
    eg_buf_format(out,
                  "<xsl:template match=\"*|/\" mode=\"p%u\" priority=\"-1\"><xsl:apply-templates "
                  "select=\"@*|node()\" mode=\"p%u\"/></xsl:template>\n<xsl:template "
                  "match=\"@*|text()|comment()|processing-instruction()\" mode=\"p%u\" "
                  "priority=\"-1\"/>\n",
                  mode, mode, mode);
}

static void add_globals(struct eg_buf *out, const xmlNode *root,
                        const struct eg_schematron_param *params, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (params[i].node != NULL) {
            eg_buf_format(out, "<xsl:variable name=\"%s\" select=\"opinion:node()\"/>\n",
                          params[i].name);
        } else {
            double x = 0;
            bool number = eg_number_read(eg_bytes_of(params[i].value), &x);
            eg_buf_format(out, "<xsl:variable name=\"%s\" select=\"%s%s%s\"/>\n", params[i].name,
                          number ? "" : "'", params[i].value, number ? "" : "'");
        }
    }
    add_lets(out, root);
}

static void write_sheet(struct eg_buf *out, const xmlNode *root,
                        const struct eg_schematron_param *params, size_t count)
{
    unsigned patterns = 0;
    eg_buf_text(out, "<xsl:stylesheet version=\"1.0\" xmlns:opinion=\"" TEST_NS
                     "\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"");
    for (const xmlNode *ns = eg_xml_child(root, EG_SCH_NS, "ns"); ns != NULL;
         ns = eg_xml_next(ns, EG_SCH_NS, "ns")) {
        add_attribute(out, " xmlns:", ns, "prefix", "");
        add_attribute(out, "=\"", ns, "uri", "\"");
    }
    eg_buf_text(out, ">\n");
    add_globals(out, root, params, count);
    for (const xmlNode *p = eg_xml_child(root, EG_SCH_NS, "pattern"); p != NULL;
         p = eg_xml_next(p, EG_SCH_NS, "pattern")) {
        add_pattern(out, p, patterns++);
    }
    eg_buf_text(out, "<xsl:template match=\"/\"><found>");
    for (unsigned i = 0; i < patterns; i++) {
        eg_buf_format(out, "<xsl:apply-templates select=\".\" mode=\"p%u\"/>", i);
    }
    eg_buf_text(out,
                "</found></xsl:template>\n<xsl:template name=\"where\"><xsl:for-each "
                "select=\"ancestor-or-self::node()\"><xsl:choose><xsl:when test=\"parent::* and "
                "count(. | ../@*) = count(../@*)\">@<xsl:value-of select=\"name()\"/></xsl:when>"
                "<xsl:otherwise>/<xsl:value-of select=\"count(preceding-sibling::node())\"/>"
                "</xsl:otherwise></xsl:choose></xsl:for-each></xsl:template>\n</xsl:stylesheet>");
}

/* ---- the three ---------------------------------------------------------------------------- */

struct opinions {
    struct eg_schematron *ours, *slow;
    xsltStylesheet *sheet;
    const struct eg_loader *loader; /* of the package: document() asks for its files */
    xmlNode *parameters;
    const struct eg_schematron_param *params;
    size_t param_count, compared, found;
    const char *name;
};

static void write_path(struct eg_buf *out, const xmlNode *node)
{
    if (node->type == XML_ATTRIBUTE_NODE) {
        write_path(out, node->parent);
        eg_buf_format(out, "@%s%s%s",
                      node->ns != NULL && node->ns->prefix ? (const char *)node->ns->prefix : "",
                      node->ns != NULL && node->ns->prefix ? ":" : "", (const char *)node->name);
        return;
    }
    unsigned before = 0;
    if (node->type != XML_DOCUMENT_NODE) {
        write_path(out, node->parent);
        for (const xmlNode *n = node->prev; n != NULL; n = n->prev) {
            before++;
        }
    }
    eg_buf_format(out, "/%u", before);
}

static void write_place(struct eg_buf *out, const struct eg_schematron *schema, xmlDoc *doc,
                        const char *location)
{
    xmlXPathContext *context = xmlXPathNewContext(doc);
    for (size_t i = 0; i < schema->ns_count; i++) {
        (void)xmlXPathRegisterNs(context, BAD_CAST schema->ns[i].prefix,
                                 BAD_CAST schema->ns[i].uri);
    }
    xmlXPathObject *found = xmlXPathEval(BAD_CAST location, context);
    cr_assert(found != NULL && found->nodesetval != NULL && found->nodesetval->nodeNr == 1,
              "%s finds not one node", location);
    write_path(out, found->nodesetval->nodeTab[0]);
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
}

/* false: the run failed. */
static bool ask_engine(struct eg_buf *out, struct opinions *opinions, struct eg_schematron *schema,
                       xmlDoc *doc)
{
    struct eg_findings findings = {0};
    struct eg_error err = {0};
    bool fatal = false;
    eg_findings_init(&findings);
    struct eg_schematron_job job = {
        .doc = doc, .params = opinions->params, .param_count = opinions->param_count};
    enum eg_status status = eg_checks_once(&fatal, schema, &job, &findings, &err);
    for (size_t i = 0; i < findings.count && status == EG_OK; i++) {
        eg_buf_format(out, "%s ", findings.list[i].rule);
        write_place(out, schema, doc, findings.list[i].location);
        eg_buf_char(out, '\n');
    }
    opinions->found += findings.count;
    eg_findings_done(&findings);
    return status == EG_OK;
}

static _Thread_local xmlNode *node_of_parameters;

static void on_node(xmlXPathParserContext *ctxt, int nargs)
{
    (void)nargs;
    valuePush(ctxt, xmlXPathNewNodeSet(node_of_parameters));
}

static void drop_message(void *payload, const char *format, ...)
{
    (void)payload, (void)format;
}

static bool ask_libxslt(struct eg_buf *out, struct opinions *opinions, xmlDoc *doc)
{
    struct eg_error err = {0};
    struct eg_xml_scope scope;
    xsltTransformContext *context = xsltNewTransformContext(opinions->sheet, doc);
    cr_assert(eg_functions_register_xslt(context, &err) == EG_OK);
    (void)xmlXPathRegisterFuncNS(context->xpathCtxt, BAD_CAST "node", BAD_CAST TEST_NS, on_node);
    xsltSetTransformErrorFunc(context, NULL, drop_message);
    node_of_parameters = opinions->parameters;
    eg_xml_scope_begin(&scope, opinions->loader);
    eg_functions_begin(EG_XPATH_OCTETS_MAX);
    xmlDoc *result = xsltApplyStylesheetUser(opinions->sheet, doc, NULL, NULL, NULL, context);
    (void)eg_functions_end();
    eg_xml_scope_end(&scope);
    bool good = result != NULL && context->state == XSLT_STATE_OK;
    const xmlNode *root = good ? xmlDocGetRootElement(result) : NULL;
    unsigned count = 0;
    for (const xmlNode *f = root != NULL ? root->children : NULL; f != NULL; f = f->next) {
        char *rule = eg_xml_attribute(f, "r");
        xmlChar *place = xmlNodeGetContent(f);
        if (count++ < EG_FINDINGS_COUNT_MAX) {
            eg_buf_format(out, "%s %s\n", rule, (const char *)place);
        }
        xmlFree(place);
        free(rule);
    }
    xmlFreeDoc(result);
    xsltFreeTransformContext(context);
    return good;
}

static const char *text_of(const struct eg_buf *buf)
{
    return buf->data != NULL ? (const char *)buf->data : "";
}

static void compare(struct opinions *opinions, xmlDoc *doc)
{
    struct eg_buf said[3] = {{0}, {0}, {0}};
    bool good[3] = {false, false, false};
    for (size_t i = 0; i < 3; i++) {
        eg_buf_init(&said[i], 4 * EG_MIB);
    }
    good[0] = ask_engine(&said[0], opinions, opinions->ours, doc);
    good[1] = ask_engine(&said[1], opinions, opinions->slow, doc);
    good[2] = ask_libxslt(&said[2], opinions, doc);
    cr_expect(good[0] == good[1] && good[1] == good[2], "%s: runs: %d %d %d", opinions->name,
              good[0], good[1], good[2]);
    if (good[0] && good[1] && good[2]) {
        cr_expect_str_eq(text_of(&said[0]), text_of(&said[1]), "%s: engine and XPath",
                         opinions->name);
        cr_expect_str_eq(text_of(&said[0]), text_of(&said[2]), "%s: engine and stylesheet",
                         opinions->name);
    }
    opinions->compared++;
    for (size_t i = 0; i < 3; i++) {
        eg_buf_done(&said[i]);
    }
}

/* ---- packages ----------------------------------------------------------------------------- */

struct variables {
    struct eg_schematron_param list[VARIABLES_MAX];
    char names[VARIABLES_MAX][2 * EG_ID_MAX + 2];
    size_t count;
    xmlDoc *doc; /* $parameters */
    struct eg_parameter_rules *rules;
    struct eg_parameter_values values; /* the list looks into them */
};

static bool is_name(const char *text)
{
    return xmlValidateNCName(BAD_CAST text, 0) == 0;
}

static void add_variable(struct variables *variables, const char *name, const char *component,
                         const char *value, xmlNode *node)
{
    if ((component != NULL && !is_name(component)) || variables->count == VARIABLES_MAX) {
        return;
    }
    char *full = variables->names[variables->count];
    (void)snprintf(full, sizeof(variables->names[0]), "%s%s%s", name, component != NULL ? "." : "",
                   component != NULL ? component : "");
    variables->list[variables->count++] = (struct eg_schematron_param){full, value, node};
}

/* The package's own values; where they hang on a plant, ten. */
static void read_variables(struct variables *out, const struct eg_package *package)
{
    struct eg_error err = {0};
    struct eg_parameter_values *values = &out->values;
    const char *const *components = NULL;
    cr_assert(eg_parameter_rules_compile(&out->rules, package, &err) == EG_OK, "%s", err.text);
    if (package->setting_count == 0) {
        cr_assert(eg_parameters_choose(values, out->rules, NULL, "", "", &err) == EG_OK, "%s",
                  err.text);
        cr_assert(eg_parameters_document(&out->doc, values, package, &err) == EG_OK);
    } else {
        out->doc = xmlNewDoc(BAD_CAST "1.0");
    }
    add_variable(out, EG_PARAMETERS_NAME, NULL, "", (xmlNode *)out->doc);
    for (size_t i = 0; i < package->parameter_count; i++) {
        const char *name = package->parameters[i].name;
        size_t count = eg_parameter_components(&components, out->rules, &package->parameters[i]);
        for (size_t c = 0; c < count; c++) {
            const char *value = eg_parameters_value(values, name, components[c]);
            add_variable(out, name, components[c], value != NULL ? value : "10", NULL);
        }
    }
}

static struct eg_bytes find_file(void *payload, const char *name)
{
    const struct eg_tree_file *file = eg_tree_find(payload, name);
    return file != NULL ? eg_bytes_view(&file->content) : EG_BYTES_NONE;
}

/* Everything that is answered without XPath is taken out. */
static void make_slow(struct eg_schematron *schema)
{
    for (size_t p = 0; p < schema->pattern_count; p++) {
        schema->patterns[p].plain = false;
        for (size_t r = 0; r < schema->patterns[p].rule_count; r++) {
            struct eg_sch_rule *rule = &schema->patterns[p].rules[r];
            rule->branch_count = 0;
            for (size_t c = 0; c < rule->check_count; c++) {
                rule->checks[c].quick = NULL;
            }
        }
    }
}

static xsltStylesheet *compile_sheet(const struct eg_loader *loader, const char *file,
                                     const struct variables *variables)
{
    struct eg_error err = {0};
    struct eg_buf text = {0};
    char url[200] = "";
    xmlDoc *schema = NULL;
    (void)snprintf(url, sizeof url, EG_XML_BASE "%s", file);
    eg_buf_init(&text, 4 * EG_MIB);
    cr_assert(eg_xml_load(&schema, loader, file, &err) == EG_OK);
    write_sheet(&text, xmlDocGetRootElement(schema), variables->list, variables->count);
    xmlFreeDoc(schema);
    xmlDoc *doc = xmlReadMemory((const char *)text.data, (int)text.len, url, NULL, 0);
    cr_assert(doc != NULL, "stylesheet of %s:\n%s", file, text_of(&text));
    xsltStylesheet *sheet = xsltParseStylesheetDoc(doc);
    cr_assert(sheet != NULL && sheet->errors == 0, "stylesheet of %s:\n%s", file, text_of(&text));
    eg_buf_done(&text);
    return sheet;
}

static void damage_and_compare(struct opinions *opinions, const struct eg_tree_file *file)
{
    struct eg_error err = {0};
    xmlDoc *good = NULL;
    cr_assert(eg_xml_parse_file(&good, eg_bytes_view(&file->content), file->name, EG_MIB, &err) ==
              EG_OK);
    damage(good);
    xmlDoc *doc = parsed_again(good);
    if (doc != NULL) {
        compare(opinions, doc);
    }
    xmlFreeDoc(doc);
    xmlFreeDoc(good);
}

static size_t compared;

static size_t try_schema(struct eg_tree *tree, const struct eg_package *package, const char *file)
{
    struct variables *variables = calloc(1, sizeof(*variables));
    struct opinions opinions = {.name = file};
    struct eg_error err = {0};
    struct eg_loader loader = {tree, find_file};
    read_variables(variables, package);
    struct eg_schematron_options options = {.params = variables->list,
                                            .param_count = variables->count};
    cr_assert(eg_schematron_compile(&opinions.ours, &loader, file, &options, &err) == EG_OK,
              "%s: %s", err.where, err.text);
    cr_assert(eg_schematron_compile(&opinions.slow, &loader, file, &options, &err) == EG_OK);
    make_slow(opinions.slow);
    opinions.loader = &loader;
    opinions.sheet = compile_sheet(&loader, file, variables);
    opinions.parameters = (xmlNode *)variables->doc;
    opinions.params = variables->list;
    opinions.param_count = variables->count;
    struct eg_tree reports;
    reports_of_package(&reports, package);
    cr_assert(reports.count > 0, "%s", package->ref.id);
    for (unsigned i = 0; i < ROUNDS; i++) {
        damage_and_compare(&opinions, &reports.files[draw((unsigned)reports.count)]);
    }
    eg_tree_done(&reports);
    compared += opinions.compared;
    xsltFreeStylesheet(opinions.sheet);
    eg_schematron_free(&opinions.ours);
    eg_schematron_free(&opinions.slow);
    xmlFreeDoc(variables->doc);
    eg_parameters_done(&variables->values);
    eg_parameter_rules_free(&variables->rules);
    free(variables);
    return opinions.found;
}

/* Number of packages; findings are added up. */
static unsigned try_packages(const char *folder, size_t *found)
{
    unsigned packages = 0;
    DIR *dir = opendir(folder);
    cr_assert(dir != NULL);
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        struct eg_error err = {0};
        struct eg_tree tree = {0};
        struct eg_package *package = NULL;
        char *path = eg_file_join(folder, entry->d_name);
        char *xml = eg_file_join(path, "package.xml");
        FILE *there = entry->d_name[0] != '.' ? fopen(xml, "r") : NULL;
        if (there != NULL) {
            (void)fclose(there);
            cr_assert(eg_package_read(&package, path, true, &err) == EG_OK, "%s: %s", path,
                      err.text);
            cr_assert(eg_package_tree(&tree, path, &err) == EG_OK);
            for (size_t i = 0; i < package->step_count; i++) {
                if (package->steps[i].kind == EG_STEP_CHECKS) {
                    *found += try_schema(&tree, package, package->steps[i].file);
                }
            }
            packages++;
        }
        eg_tree_done(&tree);
        eg_package_free(&package);
        free(xml);
        free(path);
    }
    (void)closedir(dir);
    return packages;
}

Test(opinion, is_the_same_of_three_engines_on_damaged_reports, .timeout = 300)
{
    size_t found = 0;
    unsigned packages = try_packages("rules", &found) + try_packages("tests/data/packages", &found);
    cr_expect(packages >= 3, "%u packages", packages);
    cr_expect(compared > 200, "only %zu documents", compared);
    cr_expect(found > 1000, "only %zu findings were compared", found);
}
