/*
 * Three engines, one answer: reports are damaged at random, and our own way, libxml2's XPath and a
 * stylesheet in libxslt must find the same. What our way learns to shorten is held to here.
 */
#include "assess/judge/engine.h"
#include "assess/package/package.h"
#include "assess/xml/xml.h"
#include "bench/floor_engine.h"

#include "base/file.h"
#include "base/limits.h"
#include "tests/support/reports.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAMAGED 100        /* documents of each report of the benchmark */
#define SHIPPED_REPORTS 5  /* of each shipped package, about */
#define SHIPPED_DAMAGED 30 /* documents of each */
#define NODES_MAX 5000

static void begin(void)
{
    struct eg_error err = {0};
    cr_assert(eg_engine_init(&err) == EG_OK);
}

static void end(void)
{
    eg_engine_done();
}

TestSuite(opinions, .init = begin, .fini = end);

/* ---- damage ------------------------------------------------------------------------------- */

struct damage {
    unsigned long seed;
    xmlNode *nodes[NODES_MAX];
    size_t count;
};

static unsigned draw(struct damage *damage, unsigned below)
{
    damage->seed = damage->seed * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(damage->seed >> 33) % below;
}

static void list_elements(struct damage *damage, xmlNode *node)
{
    for (; node != NULL; node = xmlNextElementSibling(node)) {
        if (damage->count < NODES_MAX) {
            damage->nodes[damage->count++] = node;
        }
        list_elements(damage, xmlFirstElementChild(node));
    }
}

static xmlAttr *some_attribute(struct damage *damage, xmlNode *node)
{
    xmlAttr *attribute = node->properties;
    for (unsigned skip = attribute != NULL ? draw(damage, 6) : 0;
         skip > 0 && attribute->next != NULL; skip--) {
        attribute = attribute->next;
    }
    return attribute;
}

static void change_attribute(struct damage *damage, xmlNode *node)
{
    static const char *const values[] = {
        "",          "0",       "-1",          "1e5",       "NaN",
        " 5 ",       "valid",   "missing",     "NOx",       "2026-01-05T24:00:00",
        "99999",     "20.9999", "2026-01-05",  "vol-%",     "mg/m3",
        "äöü€ßabcd", "-0",      "1234567.125", "oxygen ' x"};
    xmlAttr *attribute = some_attribute(damage, node);
    if (attribute != NULL) {
        const char *value = values[draw(damage, sizeof(values) / sizeof(values[0]))];
        (void)xmlSetNsProp(node, attribute->ns, attribute->name, BAD_CAST value);
    }
}

static void add_sibling(struct damage *damage, xmlNode *node, bool move)
{
    xmlNode *other = damage->nodes[1 + draw(damage, (unsigned)damage->count - 1)];
    for (const xmlNode *n = other; n != NULL; n = n->parent) {
        if (n == node) {
            return; /* nothing moves into itself */
        }
    }
    if (move) {
        xmlUnlinkNode(node);
    }
    (void)xmlAddNextSibling(other, move ? node : xmlCopyNode(node, 1));
}

/* One change; the list of elements is made anew each time, for nodes come and go. */
static void hurt(struct damage *damage, xmlDoc *doc)
{
    damage->count = 0;
    list_elements(damage, xmlDocGetRootElement(doc));
    if (damage->count < 3) {
        return;
    }
    xmlNode *node = damage->nodes[draw(damage, (unsigned)damage->count)];
    unsigned which = draw(damage, 10);
    if (node->parent == (xmlNode *)doc || which < 4) {
        change_attribute(damage, node);
    } else if (which < 6) {
        xmlAttr *attribute = some_attribute(damage, node);
        if (attribute != NULL) {
            (void)xmlRemoveProp(attribute);
        }
    } else if (which == 6) {
        xmlUnlinkNode(node);
        xmlFreeNode(node);
    } else if (which == 7) {
        (void)xmlAddPrevSibling(node, xmlNewComment(BAD_CAST "c"));
    } else {
        add_sibling(damage, node, which == 8);
    }
}

static void damaged_report(struct eg_buf *out, struct eg_bytes report, struct damage *damage)
{
    xmlDoc *doc = xmlReadMemory((const char *)report.data, (int)report.len, NULL, NULL, 0);
    xmlChar *text = NULL;
    int len = 0;
    cr_assert(doc != NULL);
    for (unsigned i = 1 + draw(damage, 6); i > 0; i--) {
        hurt(damage, doc);
    }
    xmlDocDumpMemoryEnc(doc, &text, &len, "UTF-8");
    eg_buf_reset(out);
    eg_buf_add(out, text, (size_t)len);
    xmlFree(text);
    xmlFreeDoc(doc);
}

/* ---- opinions ----------------------------------------------------------------------------- */

/* The package with nothing but its checks on the report. */
static struct eg_package only_checks(const struct eg_package *package, struct eg_step *steps)
{
    struct eg_package cut = *package;
    cut.steps = steps;
    cut.step_count = 0;
    cut.notification_count = 0;
    for (size_t i = 0; i < package->step_count; i++) {
        if (package->steps[i].kind == EG_STEP_CHECKS && package->steps[i].on == NULL) {
            steps[cut.step_count++] = package->steps[i];
        }
    }
    return cut;
}

/* A plant that says the first word of every setting of the package. */
static struct eg_plant plant_of(const struct eg_package *package, struct eg_plant_setting *settings)
{
    static char empty[] = "";
    static char plant[] = "p1";
    for (size_t i = 0; i < package->setting_count; i++) {
        settings[i] = (struct eg_plant_setting){.package = (char *)(uintptr_t)package->ref.id,
                                                .name = package->settings[i].name,
                                                .component = empty,
                                                .word = package->settings[i].words[0],
                                                .citation = empty,
                                                .from = "1900-01-01"};
    }
    return (struct eg_plant){.id = plant,
                             .name = plant,
                             .operator_id = empty,
                             .land = empty,
                             .settings = settings,
                             .setting_count = package->setting_count};
}

static void judge(struct eg_outcome *outcome, struct eg_judge *by, struct eg_bytes report)
{
    struct eg_plant_setting settings[16] = {0};
    const struct eg_package *package = eg_rules_package(eg_judge_rules(by));
    cr_assert_leq(package->setting_count, 16);
    struct eg_plant plant = plant_of(package, settings);
    struct eg_error err = {0};
    struct eg_document *document = NULL;
    struct eg_report_header reading = {.from = "2026-01-05", .until = "2026-01-05"};
    eg_outcome_init(outcome);
    cr_assert(eg_document_parse(&document, &outcome->findings, report, EG_REPORT_MAX, &err) ==
              EG_OK);
    cr_assert(document != NULL);
    const struct eg_judge_job job = {.document = document, .header = &reading, .plant = &plant};
    cr_assert(eg_judge_run(outcome, by, &job, &err) == EG_OK, "%s: %s", err.where, err.text);
    eg_document_free(&document);
}

static void expect_same(const struct eg_package_ref *package, const struct eg_findings *a,
                        const struct eg_findings *b)
{
    struct eg_error err = {0};
    struct eg_buf texts[2];
    eg_buf_init(&texts[0], EG_FINDINGS_MAX * 4);
    eg_buf_init(&texts[1], EG_FINDINGS_MAX * 4);
    cr_assert(eg_findings_write(&texts[0], a, package, NULL, &err) == EG_OK);
    cr_assert(eg_findings_write(&texts[1], b, package, NULL, &err) == EG_OK);
    cr_assert_eq(texts[0].len, texts[1].len);
    cr_assert(memcmp(texts[0].data, texts[1].data, texts[0].len) == 0);
    eg_buf_done(&texts[0]);
    eg_buf_done(&texts[1]);
}

struct opinions {
    struct eg_package *package;
    struct eg_package checks;
    struct eg_step steps[16];
    struct eg_rules *rules;
    struct eg_judge *own, *xpath;
    struct eg_floor_sheet *sheets[16];
    size_t findings; /* seen */
};

static void open_opinions(struct opinions *o, const char *path, bool with_sheets)
{
    struct eg_error err = {0};
    cr_assert(eg_package_read(&o->package, path, true, &err) == EG_OK, "%s: %s", path, err.text);
    o->checks = only_checks(o->package, o->steps);
    cr_assert(eg_rules_compile(&o->rules, &o->checks, &err) == EG_OK, "%s", err.text);
    cr_assert(eg_judge_new(&o->own, o->rules, &err) == EG_OK, "%s", err.text);
    cr_assert(eg_judge_new(&o->xpath, o->rules, &err) == EG_OK, "%s", err.text);
    eg_judge_by_xpath(o->xpath, true);
    for (size_t i = 0; with_sheets && i < o->checks.step_count; i++) {
        struct eg_buf text = {0};
        eg_buf_init(&text, EG_MIB);
        cr_assert(eg_rules_sheet(&text, o->rules, i, &err) == EG_OK, "%s", err.text);
        cr_assert(eg_floor_sheet_new(&o->sheets[i], eg_bytes_view(&text), &err) == EG_OK);
        eg_buf_done(&text);
    }
}

static void close_opinions(struct opinions *o)
{
    for (size_t i = 0; i < 16; i++) {
        eg_floor_sheet_free(&o->sheets[i]);
    }
    eg_judge_free(&o->own);
    eg_judge_free(&o->xpath);
    eg_rules_free(&o->rules);
    eg_package_free(&o->package);
}

static void ask_all(struct opinions *o, struct eg_bytes report)
{
    struct eg_outcome own, xpath;
    struct eg_error err = {0};
    int64_t ns = 0;
    size_t found = 0;
    judge(&own, o->own, report);
    judge(&xpath, o->xpath, report);
    expect_same(&o->package->ref, &own.findings, &xpath.findings);
    for (size_t i = 0; i < o->checks.step_count; i++) {
        if (o->sheets[i] != NULL) {
            cr_assert(eg_floor_sheet_run(&ns, &found, o->sheets[i], report, &err) == EG_OK);
        }
    }
    size_t all = own.findings.count;
    cr_expect(o->sheets[0] == NULL || all >= EG_FINDINGS_COUNT_MAX || found == all,
              "%zu findings, %zu by the stylesheet", all, found);
    o->findings += all;
    eg_outcome_done(&own);
    eg_outcome_done(&xpath);
}

static void campaign(struct opinions *o, struct eg_bytes report, size_t count, unsigned long seed)
{
    struct eg_buf made;
    struct damage *damage = calloc(1, sizeof(*damage));
    eg_buf_init(&made, EG_REPORT_MAX);
    cr_assert(damage != NULL);
    damage->seed = seed;
    for (size_t i = 0; i < count; i++) {
        damaged_report(&made, report, damage);
        ask_all(o, eg_bytes_view(&made));
    }
    eg_buf_done(&made);
    free(damage);
}

Test(opinions, agree_on_damaged_reports_of_the_benchmark)
{
    struct opinions o = {0};
    open_opinions(&o, "tests/data/packages/bench.half-hourly", true);
    campaign(&o, eg_package_file(o.package, "tests/daily.xml"), DAMAGED, 20260105);
    campaign(&o, eg_package_file(o.package, "tests/short.xml"), DAMAGED, 20260106);
    cr_expect_gt(o.findings, 2 * DAMAGED, "only %zu findings", o.findings);
    close_opinions(&o);
}

/* Does the report's root element carry the name that the package judges? */
static bool is_report(const struct eg_package *package, struct eg_bytes octets)
{
    xmlDoc *doc = NULL;
    bool is = eg_xml_parse_file(&doc, octets, "report", EG_REPORT_MAX, NULL) == EG_OK &&
              eg_xml_is(xmlDocGetRootElement(doc), package->match_namespace, package->match_name);
    xmlFreeDoc(doc);
    return is;
}

static void campaign_of_package(const char *path, size_t *packages)
{
    struct opinions o = {0};
    struct eg_tree reports;
    open_opinions(&o, path, false);
    reports_of_package(&reports, o.package);
    cr_assert(reports.count > 0, "%s", path);
    size_t step = reports.count / SHIPPED_REPORTS + 1;
    for (size_t i = 0; o.checks.step_count > 0 && i < reports.count; i += step) {
        struct eg_bytes octets = eg_bytes_view(&reports.files[i].content);
        if (is_report(o.package, octets)) {
            campaign(&o, octets, SHIPPED_DAMAGED, 20260107 + i);
        }
    }
    *packages += o.findings > 0;
    eg_tree_done(&reports);
    close_opinions(&o);
}

Test(opinions, agree_on_damaged_reports_of_every_shipped_package)
{
    glob_t shipped = {0};
    size_t packages = 0;
    cr_assert(glob("rules/*.*", GLOB_ONLYDIR, NULL, &shipped) == 0);
    for (size_t i = 0; i < shipped.gl_pathc; i++) {
        if (strstr(shipped.gl_pathv[i], ".md") == NULL) {
            campaign_of_package(shipped.gl_pathv[i], &packages);
        }
    }
    cr_expect_geq(packages, 2);
    globfree(&shipped);
}
