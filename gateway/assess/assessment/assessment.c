/*
 * Start and end of an assessment: compile from the package's files, and what is asked of one that
 * is compiled. The work is done in the files beside this one (assessment_model.h lists them).
 */
#include "assess/assessment/assessment.h"

#include "assess/assessment/assessment_model.h"
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READING_FILE "readings/%s.xml"

static enum eg_status read_head(struct eg_assess_compile *c, xmlNode *root)
{
    static const char *const grids[] = {"half-hour", "hour", "measurement"};
    struct eg_assessment *a = c->a;
    xmlNode *rounding = eg_xml_child(root, EG_ASSESS_NS, "rounding");
    const char *grid = eg_assess_attribute(c, root, "grid");
    const char *result = eg_assess_attribute(c, root, "result");
    size_t i = 0;

    while (grid != NULL && i < 3 && strcmp(grids[i], grid) != 0) {
        i++;
    }
    if (grid == NULL || i == 3) {
        return eg_assess_refuse(c, "EA-WORD", "grid is half-hour, hour or measurement");
    }
    a->grid = (enum eg_grid_kind)i;
    if (result != NULL && strcmp(result, a->result) != 0) {
        return eg_assess_refuse(c, "EA-NAME",
                                "the step in package.xml calls this result %s, not %.64s",
                                a->result, result);
    }
    eg_assess_at(c, rounding);
    const char *rule = eg_assess_attribute(c, rounding, "rule");
    const char *steps = eg_assess_attribute(c, rounding, "steps");
    if (rule == NULL || strcmp(rule, "half-up") != 0) {
        return eg_assess_refuse(c, "EA-WORD", "rule is half-up (half away from zero, DIN 1333)");
    }
    a->two_steps = steps != NULL && strcmp(steps, "two") == 0;
    if (steps == NULL || (!a->two_steps && strcmp(steps, "one") != 0)) {
        return eg_assess_refuse(c, "EA-WORD", "steps is one or two");
    }
    return EG_OK;
}

static enum eg_status read_columns(struct eg_assess_compile *c, const struct eg_loader *loader,
                                   xmlNode *root)
{
    char file[EG_ERROR_WHERE_MAX] = "";
    const char *name = eg_assess_attribute(c, root, "reading");

    eg_assess_at(c, root);
    (void)snprintf(file, sizeof file, READING_FILE, name != NULL ? name : "");
    struct eg_bytes xml = loader->find(loader->payload, file);
    if (name == NULL || xml.data == NULL) {
        return eg_assess_refuse(c, "EA-NAME", "the package has no file %s", file);
    }
    return eg_columns_compile(&c->a->columns, xml, file, name, c->err);
}

static enum eg_status check_used(struct eg_assess_compile *c)
{
    for (size_t i = 0; i < c->a->quantity_count; i++) {
        const struct eg_assess_quantity *q = &c->a->quantities[i];
        if (q->name != NULL && q->column && !q->used && !q->shown && q->classes == EG_ASSESS_NONE) {
            c->line = q->line;
            return eg_assess_refuse(c, "EA-NAME",
                                    "the column %s is never used; use it, show it or leave it out",
                                    q->name);
        }
    }
    return EG_OK;
}

static enum eg_status compile_root(struct eg_assess_compile *c, const struct eg_loader *loader,
                                   xmlNode *root)
{
    struct eg_assessment *a = c->a;
    struct eg_assess_block *block = eg_assess_append(c, (void **)&a->blocks, &a->block_count,
                                                     sizeof *block, EG_ASSESSMENT_NAMES_MAX);
    if (block == NULL) {
        return c->err->status;
    }
    *block = (struct eg_assess_block){
        .kind = EG_ASSESS_BLOCK_SOURCE, .parent = EG_ASSESS_NONE, .having = EG_ASSESS_NONE};
    c->root = root;
    EG_TRY(eg_assess_grammar(c, root));
    EG_TRY(read_head(c, root));
    EG_TRY(read_columns(c, loader, root));
    EG_TRY(eg_assess_lines(c, eg_xml_child(root, EG_ASSESS_NS, "source")));
    EG_TRY(check_used(c));
    EG_TRY(eg_assess_settle_recalls(c));
    EG_TRY(eg_assess_settle_makers(c));
    return eg_extraction_new(&a->extraction, a->columns, a->grid, a->givens, a->given_count,
                             c->err);
}

static struct eg_assessment *new_assessment(const struct eg_package *package, const char *file,
                                            const char *result)
{
    struct eg_assessment *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return NULL;
    }
    eg_arena_init(&a->arena, EG_ASSESSMENT_MEMORY_MAX);
    a->package = package;
    a->file = eg_arena_text(&a->arena, eg_bytes_of(file));
    a->result = eg_arena_text(&a->arena, eg_bytes_of(result));
    if (a->file == NULL || a->result == NULL) {
        eg_assessment_free(&a);
    }
    return a;
}

enum eg_status eg_assessment_compile(struct eg_assessment **out, const struct eg_loader *loader,
                                     const struct eg_package *package, const char *file,
                                     const char *result, struct eg_error *err)
{
    struct eg_error own = {0};
    xmlDoc *doc = NULL;
    struct eg_assessment *a = new_assessment(package, file, result);
    struct eg_assess_compile c = {.a = a, .err = &own};

    if (a == NULL) {
        return eg_error_set(err, EG_E_NOMEM, file, "memory ran out");
    }
    struct eg_bytes xml = loader->find(loader->payload, file);
    enum eg_status status =
        xml.data != NULL ? eg_xml_parse_file(&doc, xml, file, EG_ASSESSMENT_FILE_MAX, &own)
                         : eg_error_set(&own, EG_E_NOTFOUND, file, "the package has no such file");
    if (status != EG_OK) {
        goto done;
    }
    status = compile_root(&c, loader, xmlDocGetRootElement(doc));

done:
    if (status == EG_OK) {
        *out = a;
        a = NULL;
    } else if (err != NULL) {
        *err = own;
    }
    xmlFreeDoc(doc);
    eg_assessment_free(&a);
    return status;
}

void eg_assessment_free(struct eg_assessment **assessment)
{
    struct eg_assessment *a = *assessment;

    if (a == NULL) {
        return;
    }
    eg_extraction_free(&a->extraction);
    eg_columns_free(&a->columns);
    eg_arena_done(&a->arena);
    free(a);
    *assessment = NULL;
}

/* ---- what is asked of it ------------------------------------------------------------------ */

bool eg_assessment_needs(const struct eg_assessment *assessment, const char *until, char from[11])
{
    struct eg_assess_day day = {0, 0, 0};
    bool any = false;
    long earliest = 0;

    if (!eg_assess_day_read(&day, until)) {
        return false;
    }
    for (size_t i = 0; i < assessment->recall_count; i++) {
        long first = 0, last = 0;
        eg_assess_window_bounds(&first, &last, &assessment->windows[assessment->recalls[i].window],
                                eg_assess_day_number(day));
        earliest = !any || first < earliest ? first : earliest;
        any = true;
    }
    if (any) {
        eg_assess_day_text(from, earliest);
    }
    return any;
}

static const struct eg_assess_finding *finding_named(const struct eg_assessment *assessment,
                                                     const char *id)
{
    for (size_t i = 0; i < assessment->finding_count; i++) {
        if (strcmp(assessment->findings[i].id, id) == 0) {
            return &assessment->findings[i];
        }
    }
    return NULL;
}

enum eg_status eg_assessment_text(struct eg_buf *out, const struct eg_assessment *assessment,
                                  const struct eg_finding *finding, const char *lang,
                                  struct eg_error *err)
{
    const struct eg_assess_finding *found = finding_named(assessment, finding->rule);

    if (found == NULL) {
        if (eg_finding_builtin_text(finding, lang, out)) {
            return eg_buf_ok(out, finding->rule, err);
        }
        return eg_error_set(err, EG_E_NOTFOUND, finding->rule, "is no rule of this assessment");
    }
    eg_assess_words_text(out, found, lang, finding->values, finding->value_count);
    eg_buf_text(out, " [");
    eg_assess_citation(out, assessment->package->law, found->source);
    eg_buf_char(out, ']');
    return eg_buf_ok(out, finding->rule, err);
}
