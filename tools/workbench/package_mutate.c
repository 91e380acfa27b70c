/*
 * Why this file exists: tests that pass prove little until one has seen them fail. A rule that can
 * be silenced or turned round unnoticed is not tested, whatever the list of cases looks like.
 *
 * Mutants stay well-formed and compile, so that what notices them is a test:
 *   check     silent: the test is true() (assert) or false() (report); turned: not(test)
 *   finding   silent: "(when) and not (when)", which never is yes; turned: "not (when)"
 */
#include "workbench/package_mutate.h"

#include "assess/package/package.h"
#include "assess/xml/xml.h"
#include "base/error.h"
#include "base/limits.h"
#include "workbench/package_tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCH_NS "http://purl.oclc.org/dsdl/schematron"
#define ASSESSMENT_NS "urn:emgate:assessment:1"

struct work {
    const struct eg_package *package;
    struct eg_mutations made;
    eg_mutant_fn told;
    void *payload;
    bool go_on;
    /* case that noticed */
    char by[EG_ID_MAX + 1];
    struct eg_error *err;
};

const char *eg_mutation_text(enum eg_mutation mutation)
{
    return mutation == EG_MUTATION_SILENT ? "silent" : "turned";
}

static enum eg_status no_memory(const struct work *work)
{
    return eg_error_set(work->err, EG_E_NOMEM, "mutants", "memory ran out");
}

/* ---- one mutant --------------------------------------------------------------------------- */

/* The files of the package without its signature; `changed` instead of the file so named. */
static enum eg_status copy_tree(struct eg_tree *out, const struct work *work, const char *name,
                                struct eg_bytes changed)
{
    const struct eg_tree *tree = &work->package->tree;

    out->files = calloc(tree->count + 1, sizeof *out->files);
    if (out->files == NULL) {
        return no_memory(work);
    }
    for (size_t i = 0; i < tree->count; i++) {
        const struct eg_tree_file *file = &tree->files[i];
        if (strcmp(file->name, "SIGNED") == 0 || strcmp(file->name, "SIGNED.p7s") == 0) {
            continue;
        }
        struct eg_tree_file *copy = &out->files[out->count++];
        eg_buf_init(&copy->content, EG_PACKAGE_OCTETS_MAX);
        eg_buf_bytes(&copy->content,
                     strcmp(file->name, name) == 0 ? changed : eg_bytes_view(&file->content));
        copy->name = strdup(file->name);
        if (copy->name == NULL || copy->content.failed) {
            return no_memory(work);
        }
    }
    return EG_OK;
}

/* The first case that fails has noticed. */
static bool case_done(void *payload, const struct eg_package_case *done)
{
    struct work *work = payload;

    if (!done->passed) {
        (void)snprintf(work->by, sizeof work->by, "%s", done->name);
    }
    return done->passed;
}

/* A mutant that does not compile has been noticed too. */
static enum eg_status try_files(bool *noticed, struct work *work, const char *name,
                                struct eg_bytes changed)
{
    struct eg_package_tests tests = {0, 0, false};
    struct eg_package *package = NULL;
    struct eg_rules *rules = NULL;
    struct eg_tree tree = {NULL, 0};
    enum eg_status status = copy_tree(&tree, work, name, changed);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_package_parse(&package, &tree, true, NULL);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_rules_compile(&rules, package, NULL);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_package_tests_run(&tests, rules, case_done, work, NULL);

done:
    *noticed = status != EG_OK || tests.failed > 0;
    eg_rules_free(&rules);
    eg_package_free(&package);
    eg_tree_done(&tree);
    return status == EG_E_NOMEM ? no_memory(work) : EG_OK;
}

static enum eg_status try_mutant(struct work *work, const char *name, xmlNode *node,
                                 enum eg_mutation mutation, const char *rule)
{
    struct eg_mutant mutant = {.file = name,
                               .line = eg_xml_line(node),
                               .rule = rule,
                               .mutation = mutation,
                               .by = work->by};
    xmlChar *text = NULL;
    int len = 0;

    work->by[0] = '\0';
    xmlDocDumpMemoryEnc(node->doc, &text, &len, "UTF-8");
    if (text == NULL) {
        return no_memory(work);
    }
    enum eg_status status =
        try_files(&mutant.noticed, work, name, (struct eg_bytes){text, (size_t)len});
    xmlFree(text);
    if (status != EG_OK) {
        return status;
    }
    work->made.tried++;
    work->made.missed += !mutant.noticed;
    work->go_on = work->told == NULL || work->told(work->payload, &mutant);
    return EG_OK;
}

/* ---- all mutants of a file ---------------------------------------------------------------- */

static bool is_check(const xmlNode *node)
{
    return eg_xml_is(node, SCH_NS, "assert") || eg_xml_is(node, SCH_NS, "report");
}

/* The expression of the mutant; free(). NULL: memory ran out. */
static char *mutate(const xmlNode *node, enum eg_mutation mutation, const char *expression)
{
    size_t room = 2 * strlen(expression) + 32;
    char *out = malloc(room);

    if (out == NULL) {
        return NULL;
    }
    if (is_check(node) && mutation == EG_MUTATION_SILENT) {
        (void)snprintf(out, room, "%s", eg_xml_is(node, SCH_NS, "assert") ? "true()" : "false()");
    } else if (is_check(node)) {
        (void)snprintf(out, room, "not(%s)", expression);
    } else if (mutation == EG_MUTATION_SILENT) {
        (void)snprintf(out, room, "(%s) and not (%s)", expression, expression);
    } else {
        (void)snprintf(out, room, "not (%s)", expression);
    }
    return out;
}

static enum eg_status try_rule(struct work *work, const char *name, xmlNode *node)
{
    static const enum eg_mutation mutations[] = {EG_MUTATION_SILENT, EG_MUTATION_TURNED};
    const char *attribute = is_check(node) ? "test" : "when";
    char *expression = eg_xml_attribute(node, attribute), *rule = eg_xml_attribute(node, "id");
    enum eg_status status = expression != NULL ? EG_OK : no_memory(work);
    if (status != EG_OK) {
        goto done;
    }

    for (size_t i = 0; work->go_on && i < 2; i++) {
        char *other = mutate(node, mutations[i], expression);
        if (other == NULL ||
            xmlSetProp(node, (const xmlChar *)attribute, (const xmlChar *)other) == NULL) {
            status = no_memory(work);
        } else {
            status = try_mutant(work, name, node, mutations[i], rule != NULL ? rule : "");
        }
        free(other);
        if (status != EG_OK) {
            goto done;
        }
    }
    if (xmlSetProp(node, (const xmlChar *)attribute, (const xmlChar *)expression) == NULL) {
        status = no_memory(work);
    }

done:
    free(expression);
    free(rule);
    return status;
}

static enum eg_status try_file(struct work *work, const struct eg_tree_file *file)
{
    xmlDoc *doc = NULL;
    enum eg_status status = eg_xml_parse_file(&doc, eg_bytes_view(&file->content), file->name,
                                              EG_PACKAGE_OCTETS_MAX, work->err);
    if (status != EG_OK) {
        goto done;
    }

    for (xmlNode *node = status == EG_OK ? xmlDocGetRootElement(doc) : NULL;
         work->go_on && node != NULL; node = eg_xml_following(node)) {
        if ((is_check(node) && xmlHasProp(node, (const xmlChar *)"test") != NULL) ||
            (eg_xml_is(node, ASSESSMENT_NS, "finding") &&
             xmlHasProp(node, (const xmlChar *)"when") != NULL)) {
            status = try_rule(work, file->name, node);
        }
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    xmlFreeDoc(doc);
    return status;
}

static bool ends_on(const char *name, const char *end)
{
    size_t len = strlen(name), end_len = strlen(end);

    return len > end_len && strcmp(name + len - end_len, end) == 0;
}

/* What a package's reports and expectations look like is their own business. */
static bool may_hold_rules(const char *name)
{
    return ends_on(name, ".sch") || strncmp(name, "assessment/", strlen("assessment/")) == 0;
}

enum eg_status eg_package_mutate(struct eg_mutations *out, const struct eg_package *package,
                                 eg_mutant_fn told, void *payload, struct eg_error *err)
{
    struct work work = {
        .package = package, .told = told, .payload = payload, .go_on = true, .err = err};

    for (size_t i = 0; work.go_on && i < package->tree.count; i++) {
        if (may_hold_rules(package->tree.files[i].name)) {
            EG_TRY(try_file(&work, &package->tree.files[i]));
        }
    }
    *out = work.made;
    return EG_OK;
}
