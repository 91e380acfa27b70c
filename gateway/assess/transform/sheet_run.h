/*
 * A stylesheet as libxslt gets it, and what we do in its place while it runs.
 *
 * libxslt 1.1.35 bounds a run by instructions and libxml2 by steps of paths. What neither counts is
 * taken away from them when the sheet is loaded (sheet_rewrite.c) and done here, paid for:
 *   template rules   each has a mode of its own that no sheet can name; which rule fits a node is
 *                    found by sheet_match.c, and libxslt is sent straight to it
 *   xsl:key          tables are made in one go over the nodes (sheet_key.c)
 *   xsl:sort         a merge sort (sheet_sort.c)
 *   xsl:number       what libxslt will look through is paid for first (sheet_number.c)
 *   texts            of value-of, sort, number and value templates are weighed before libxslt makes
 *                    them; copy-of too (sheet_functions.c)
 */
#ifndef EG_ASSESS_SHEET_RUN_H
#define EG_ASSESS_SHEET_RUN_H

#include "assess/transform/sheet_pattern.h"

/* A template with match, as it was written. */
struct eg_sheet_rule {
    struct eg_pattern pattern;
    /* NULL: none */
    char *mode, *mode_uri;
};

struct eg_sheet_key {
    /* uri NULL: none */
    char *name, *uri;
    xmlXPathCompExpr *match, *use;
    struct eg_sheet_scope scope;
};

/* Of an xsl:number. */
struct eg_sheet_number {
    /* no branches: not said */
    struct eg_pattern count, from;
};

/* One way in: a branch of a rule, in the order in which they are tried. */
struct eg_sheet_way {
    const struct eg_sheet_rule *rule;
    const struct eg_pattern_branch *branch;
    xsltTemplate *template;
    float priority;
    /* 0 is the highest: the main sheet */
    unsigned precedence;
};

struct eg_sheet_plan {
    struct eg_sheet_rule *rules;
    size_t rule_count;
    struct eg_sheet_key *keys;
    size_t key_count;
    struct eg_sheet_number *numbers;
    size_t number_count;
    /* steps of patterns with predicates */
    size_t numbered;
    struct eg_sheet_way *ways;
    size_t way_count;
    /* templates that libxslt looks through for any node */
    size_t wide;
};

/* sheet_rewrite.c: change the tree of one file of a sheet. EG_E_FORMAT "file:line: text". */
EG_MUST_USE
enum eg_status eg_sheet_rewrite(struct eg_sheet_plan *plan, xmlDoc *doc, const char *file,
                                bool main, struct eg_error *err);
/* After libxslt has compiled it: the ways in order, and our instructions. */
EG_MUST_USE
enum eg_status eg_sheet_plan_finish(struct eg_sheet_plan *plan, xsltStylesheet *sheet,
                                    struct eg_error *err);
void eg_sheet_plan_done(struct eg_sheet_plan *plan);
/* Compile an expression so that libxml2 counts what it does. */
EG_MUST_USE
enum eg_status eg_sheet_compile(xmlXPathCompExpr **out, const char *text, const char *where,
                                struct eg_error *err);

/* One run; hangs on the libxslt context (_private, first member of the transform's own). */
struct eg_sheet_run {
    struct eg_sheet_plan *plan;
    struct eg_pattern_memory memory;
    /* as the sheet knows it */
    const xmlChar *mode, *mode_uri;
    /* the result is nested too deep */
    bool too_deep;
    /* a copy would be more than the memory holds */
    bool too_large;
    size_t nodes_max;
};
EG_MUST_USE
enum eg_status eg_sheet_run_begin(struct eg_sheet_run *run, struct eg_sheet_plan *plan,
                                  xsltTransformContext *context, struct eg_error *err);
void eg_sheet_run_end(struct eg_sheet_run *run);
EG_MUST_USE
enum eg_status eg_sheet_register(xsltTransformContext *context, struct eg_error *err);

/* sheet_functions.c: octets of an instruction's attributes, whose expressions and names with { }
 * libxslt compiles anew at each call. */
size_t eg_sheet_octets(const xmlNode *instruction);

/* sheet_key.c: nodes of `doc` under a value, tables made at the first call. NULL: none. */
const xmlNodeSet *eg_sheet_key(xsltTransformContext *context, xmlDoc *doc, const xmlChar *name,
                               const xmlChar *value);
void eg_sheet_on_key(xmlXPathParserContextPtr ctxt, int count);

/* sheet_sort.c */
void eg_sheet_sort(xsltTransformContextPtr context, xmlNodePtr *sorts, int count);

/* sheet_number.c */
void eg_sheet_on_number(xsltTransformContextPtr context, xmlNodePtr node, xmlNodePtr instruction,
                        xsltElemPreCompPtr comp);

/* sheet_rules.c */
void eg_sheet_on_apply(xsltTransformContextPtr context, xmlNodePtr node, xmlNodePtr instruction,
                       xsltElemPreCompPtr comp);
void eg_sheet_on_imports(xsltTransformContextPtr context, xmlNodePtr node, xmlNodePtr instruction,
                         xsltElemPreCompPtr comp);
void eg_sheet_on_call(xsltTransformContextPtr context, xmlNodePtr node, xmlNodePtr instruction,
                      xsltElemPreCompPtr comp);

/* Names that only a rewritten sheet can say. */
#define EG_SHEET_WEIGHED "emgate-weighed" /* (x): x, paid for as a text */
#define EG_SHEET_JOINED "emgate-joined"   /* (x, ...): their texts in a row */
#define EG_SHEET_COPIED "emgate-copied"   /* (x): x, paid for as a copy */
#define EG_SHEET_DOOR "emgate-door-"      /* mode of one rule */

#endif
