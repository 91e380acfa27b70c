#include "tests/support/assessment_case.h"

#include "assess/number/numbers.h"
#include "assess/package/package.h"
#include "base/file.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESULT_NS "urn:emgate:assessment-result:2"

static void add_setting(struct assessment_case *c, const char *name, const char *word,
                        const char *component)
{
    struct eg_plant *plant = &c->plant;
    plant->settings =
        realloc(plant->settings, (plant->setting_count + 1) * sizeof(*plant->settings));
    cr_assert_not_null(plant->settings);
    plant->settings[plant->setting_count++] =
        (struct eg_plant_setting){.package = strdup(c->package->ref.id),
                                  .name = strdup(name),
                                  .component = strdup(strcmp(component, "-") == 0 ? "" : component),
                                  .word = strdup(word),
                                  .citation = strdup("permit"),
                                  .from = "2000-01-01"};
}

void assessment_case_fact(struct assessment_case *c, const char *component, const char *name,
                          const char *day, const char *value, const char *unit)
{
    bool answer = strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
    struct eg_fact fact = {.result = c->package->steps[0].result,
                           .source = "s1",
                           .component = strcmp(component, "-") == 0 ? "" : component,
                           .name = name,
                           .unit = answer ? "" : unit,
                           .kind = answer ? EG_FACT_ANSWER : EG_FACT_NUMBER};
    (void)snprintf(fact.day, sizeof fact.day, "%.10s", day);
    fact.answer = strcmp(value, "yes") == 0 ? EG_ANSWER_YES : EG_ANSWER_NO;
    fact.has_number = !answer && eg_number_read(eg_bytes_of(value), &fact.number);
    cr_assert(answer || fact.has_number, "%s", value);
    cr_assert_eq(eg_facts_put(&c->known, &fact, &c->err), EG_OK, "%s", c->err.text);
}

static void read_lines(struct assessment_case *c)
{
    char *copy = eg_bytes_dup(eg_bytes_view(&c->lines));
    for (char *line = copy, *next = NULL; line != NULL && *line != '\0'; line = next) {
        next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        char a[5][80] = {"", "", "", "", ""};
        if (sscanf(line, "fact %79s %79s %79s %79s %79s", a[0], a[1], a[2], a[3], a[4]) == 5) {
            assessment_case_fact(c, a[0], a[1], a[2], a[3], a[4]);
        } else if (sscanf(line, "setting %79s %79s %79s", a[0], a[1], a[2]) == 3) {
            add_setting(c, a[0], a[1], a[2]);
        } else if (sscanf(line, "later %79s", a[0]) == 1) {
            cr_assert_eq(eg_facts_put_later(&c->known, a[0], &c->err), EG_OK);
        }
    }
    free(copy);
}

void assessment_case_open(struct assessment_case *c, const char *name)
{
    char path[200] = "";
    *c = (struct assessment_case){0};
    cr_assert_eq(eg_xml_init(&c->err), EG_OK);
    eg_buf_init(&c->report, EG_MIB);
    eg_buf_init(&c->lines, EG_MIB);
    eg_buf_init(&c->octets, 16 * EG_MIB);
    eg_findings_init(&c->findings);
    eg_facts_init(&c->known);
    eg_facts_init(&c->recalled);
    eg_facts_init(&c->remembered);
    eg_judged_init(&c->judged);
    (void)snprintf(path, sizeof path, "tests/data/assess/assessment/%s/package", name);
    cr_assert_eq(eg_package_read(&c->package, path, true, &c->err), EG_OK, "%s: %s", c->err.where,
                 c->err.text);
    (void)snprintf(path, sizeof path, "tests/data/assess/assessment/%s/report.xml", name);
    cr_assert_eq(eg_file_read(&c->report, path, &c->err), EG_OK, "%s", c->err.text);
    (void)snprintf(path, sizeof path, "tests/data/assess/assessment/%s/case.txt", name);
    cr_assert_eq(eg_file_read(&c->lines, path, &c->err), EG_OK, "%s", c->err.text);
    c->plant.id = strdup("plant-1");
    read_lines(c);
}

void assessment_case_done(struct assessment_case *c)
{
    eg_assessment_free(&c->assessment);
    eg_parameters_done(&c->values);
    eg_parameter_rules_free(&c->rules);
    for (size_t i = 0; i < c->plant.setting_count; i++) {
        free(c->plant.settings[i].package);
        free(c->plant.settings[i].name);
        free(c->plant.settings[i].component);
        free(c->plant.settings[i].word);
        free(c->plant.settings[i].citation);
    }
    free(c->plant.settings);
    free(c->plant.id);
    xmlFreeDoc(c->doc);
    xmlFreeDoc(c->result);
    eg_buf_done(&c->report);
    eg_buf_done(&c->lines);
    eg_buf_done(&c->octets);
    eg_findings_done(&c->findings);
    eg_facts_done(&c->known);
    eg_facts_done(&c->recalled);
    eg_facts_done(&c->remembered);
    eg_judged_done(&c->judged);
    eg_package_free(&c->package);
    eg_xml_done();
}

/* ---- changes ------------------------------------------------------------------------------ */

static bool replace(struct eg_buf *buf, const char *from, const char *to)
{
    char *text = eg_bytes_dup(eg_bytes_view(buf));
    char *at = strstr(text, from);
    if (at != NULL) {
        eg_buf_done(buf);
        eg_buf_init(buf, EG_MIB); /* one that was unpacked has room for its own octets only */
        eg_buf_add(buf, text, (size_t)(at - text));
        eg_buf_text(buf, to);
        eg_buf_text(buf, at + strlen(from));
    }
    free(text);
    return at != NULL;
}

void assessment_case_report(struct assessment_case *c, const char *from, const char *to)
{
    cr_assert(replace(&c->report, from, to), "not in the report: %s", from);
}

void assessment_case_package(struct assessment_case *c, const char *from, const char *to)
{
    struct eg_tree tree = {0};
    struct eg_package *changed = NULL;
    bool found = false;
    struct eg_buf packed = {0};
    eg_buf_init(&packed, 16 * EG_MIB);
    cr_assert_eq(eg_package_pack(&packed, &c->package->tree, &c->err), EG_OK);
    cr_assert_eq(eg_package_unpack(&tree, eg_bytes_view(&packed), &c->err), EG_OK);
    for (size_t i = 0; !found && i < tree.count; i++) {
        found = strncmp(tree.files[i].name, "readings/", 9) != 0 &&
                replace(&tree.files[i].content, from, to);
    }
    cr_assert(found, "not in the package: %s", from);
    cr_assert_eq(eg_package_parse(&changed, &tree, true, &c->err), EG_OK, "%s: %s", c->err.where,
                 c->err.text);
    eg_package_free(&c->package);
    c->package = changed;
    eg_buf_done(&packed);
}

/* ---- the way ------------------------------------------------------------------------------ */

static struct eg_bytes find_file(void *payload, const char *name)
{
    return eg_package_file(payload, name);
}

enum eg_status assessment_case_compile(struct assessment_case *c)
{
    const struct eg_loader loader = {c->package, find_file};
    const struct eg_step *step = &c->package->steps[0];
    if (c->assessment != NULL) {
        return EG_OK;
    }
    c->err = (struct eg_error){0};
    return eg_assessment_compile(&c->assessment, &loader, c->package, step->file, step->result,
                                 &c->err);
}

static void read_head(struct assessment_case *c)
{
    xmlNode *root = xmlDocGetRootElement(c->doc);
    struct eg_report_header *r = &c->header;
    (void)snprintf(r->id, sizeof r->id, "%.120s", assessment_case_value(root, "id"));
    (void)snprintf(r->plant, sizeof r->plant, "%.120s", assessment_case_value(root, "plant"));
    (void)snprintf(r->from, sizeof r->from, "%.10s", assessment_case_value(root, "from"));
    (void)snprintf(r->until, sizeof r->until, "%.10s", assessment_case_value(root, "until"));
}

enum eg_status assessment_case_run(struct assessment_case *c)
{
    enum eg_status status = assessment_case_compile(c);
    cr_assert_eq(status, EG_OK, "%s: %s", c->err.where, c->err.text);
    if (c->doc == NULL) {
        cr_assert_eq(
            eg_xml_parse_file(&c->doc, eg_bytes_view(&c->report), "report.xml", EG_MIB, &c->err),
            EG_OK, "%s: %s", c->err.where, c->err.text);
        read_head(c);
        cr_assert_eq(eg_parameter_rules_compile(&c->rules, c->package, &c->err), EG_OK, "%s: %s",
                     c->err.where, c->err.text);
        status = eg_parameters_choose(&c->values, c->rules, &c->plant, c->header.from,
                                      c->header.until, &c->err);
        if (status != EG_OK) {
            return status;
        }
    }
    const struct eg_assessment_job job = {.doc = c->doc,
                                          .step = 1,
                                          .header = &c->header,
                                          .plant = &c->plant,
                                          .values = &c->values,
                                          .known = &c->known,
                                          .semantics = c->semantics};
    const struct eg_assessment_output out = {.result = &c->octets,
                                             .findings = &c->findings,
                                             .recalled = &c->recalled,
                                             .remembered = &c->remembered,
                                             .judged = &c->judged};
    status = eg_assessment_run(&out, &c->made, c->assessment, &job, &c->err);
    if (status == EG_OK && c->made) {
        xmlFreeDoc(c->result);
        c->result = NULL;
        cr_assert_eq(eg_xml_parse_file(&c->result, eg_bytes_view(&c->octets), "result.xml",
                                       16 * EG_MIB, &c->err),
                     EG_OK, "%s", c->err.text);
    }
    return status;
}

/* ---- the result --------------------------------------------------------------------------- */

const char *assessment_case_value(const xmlNode *node, const char *attribute)
{
    static char text[2000];
    char *value = node != NULL ? eg_xml_attribute(node, attribute) : NULL;
    (void)snprintf(text, sizeof text, "%s", value != NULL ? value : "");
    free(value);
    return text;
}

static xmlNode *child_with(xmlNode *parent, const char *element, const char *attribute,
                           const char *value)
{
    for (xmlNode *at = xmlFirstElementChild(parent); at != NULL; at = xmlNextElementSibling(at)) {
        if (eg_xml_is(at, RESULT_NS, element) &&
            (attribute == NULL || strcmp(assessment_case_value(at, attribute), value) == 0)) {
            return at;
        }
        xmlNode *inner =
            eg_xml_is(at, RESULT_NS, "classes") ? child_with(at, element, attribute, value) : NULL;
        if (inner != NULL) {
            return inner;
        }
    }
    return NULL;
}

xmlNode *assessment_case_find(struct assessment_case *c, const char *who, const char *element,
                              const char *attribute, const char *value)
{
    cr_assert_not_null(c->result);
    xmlNode *root = xmlDocGetRootElement(c->result);
    if (strcmp(who, "result") == 0) {
        return child_with(root, element, attribute, value);
    }
    xmlNode *source = child_with(root, "source", "id", "s1");
    xmlNode *at =
        strcmp(who, "source") == 0 ? source : child_with(source, "series", "component", who);
    return at != NULL ? child_with(at, element, attribute, value) : NULL;
}

const char *assessment_case_text(struct assessment_case *c, size_t index, const char *lang)
{
    static struct eg_buf text;
    static char kept[2000];
    cr_assert_lt(index, c->findings.count);
    eg_buf_init(&text, EG_MIB);
    cr_assert_eq(eg_assessment_text(&text, c->assessment, &c->findings.list[index], lang, &c->err),
                 EG_OK, "%s", c->err.text);
    (void)snprintf(kept, sizeof kept, "%s", text.data != NULL ? (const char *)text.data : "");
    eg_buf_done(&text);
    return kept;
}

size_t assessment_case_rule(struct assessment_case *c, const char *rule, const char **first)
{
    size_t count = 0;
    for (size_t i = 0; i < c->findings.count; i++) {
        if (strcmp(c->findings.list[i].rule, rule) == 0 && count++ == 0 && first != NULL) {
            *first = assessment_case_text(c, i, "en");
        }
    }
    return count;
}

enum eg_status assessment_case_owed(struct assessment_case *c)
{
    const struct eg_assessment_job job = {
        .header = &c->header, .plant = &c->plant, .values = &c->values};
    return eg_assessment_owed(&c->judged, c->assessment, &job, &c->err);
}
