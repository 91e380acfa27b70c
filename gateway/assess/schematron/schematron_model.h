/*
 * A Schematron schema as compiled: what schematron_load.c and schematron_read.c make, what
 * schematron_run.c and svrl.c use. Everything lives in one pool that is freed at once.
 *
 * Two objects. The schema is written while it is read and never again: all threads look at it. What
 * changes while a report is judged is the state, one a thread. libxml2 writes into a compiled
 * expression while it evaluates it (it keeps the functions that it has found), so the schema keeps
 * the texts of expressions, and a state compiles what it is asked for: few, as most tests are
 * answered without XPath (quick.h).
 */
#ifndef EG_ASSESS_SCHEMATRON_MODEL_H
#define EG_ASSESS_SCHEMATRON_MODEL_H

#include "assess/schematron/flat.h"
#include "assess/schematron/schematron.h"
#include "assess/xpath/xpath.h"

#define EG_SCH_NS "http://purl.oclc.org/dsdl/schematron"
#define EG_SVRL_NS "http://purl.oclc.org/dsdl/svrl"
#define EG_SCH_XSLT_NS "http://www.w3.org/1999/XSL/Transform"
#define EG_SCH_STEPS_MAX 8 /* steps of a plain context; longer ones go through XPath */

#define EG_SCH_STOPPED 1UL /* operations allowed, once a run holds too much memory */

struct eg_quick;

/* An expression that has been checked, and compiles. */
struct eg_sch_expression {
    /* as libxml2 is to compile it */
    const char *text;
    /* among the schema's */
    size_t number;
};

enum eg_sch_piece_kind {
    EG_SCH_TEXT,  /* literal text */
    EG_SCH_VALUE, /* a hole: the value of an expression */
    EG_SCH_NAME,  /* a hole: the name of a node; select NULL: of the context node */
    EG_SCH_COPY,  /* a hole: nodes, copied where the result is XML (xsl:copy-of in a property) */
    EG_SCH_OPEN,  /* emph, span or dir begins; only markup, no text of its own */
    EG_SCH_CLOSE, /* and ends */
};

/* Text with holes. */
struct eg_sch_piece {
    enum eg_sch_piece_kind kind;
    /* literal; name of an element */
    const char *text;
    /* open: class of a span, value of a dir; NULL: none */
    const char *mark;
    /* hole: its expression as written; NULL: none */
    const char *source;
    /* hole */
    const struct eg_sch_expression *select;
};

/* Words for people and tools that stand beside a text (5.5): copied into the report. */
struct eg_sch_rich {
    const char *icon, *see, *fpi;
};

struct eg_sch_text {
    /* of a diagnostic or property */
    const char *id;
    /* file that it stands in: names inside it start there */
    const char *base;
    /* "de", "en-GB"; what the schema says, or "en" */
    const char *lang;
    /* the schema says it */
    bool lang_given;
    /* blanks stay as they are (xml:space) */
    bool preserve;
    struct eg_sch_rich rich;
    /* of a property */
    const char *role, *scheme;
    struct eg_sch_piece *pieces;
    size_t count;
    size_t holes;
};

struct eg_sch_let {
    const char *name;
    const char *base;
    const struct eg_sch_expression *value;
    /* instead of value: what the element holds */
    xmlDoc *content;
    /* a parameter of the same name takes its place */
    bool given;
};

struct eg_sch_lets {
    struct eg_sch_let *list;
    size_t count;
};

struct eg_sch_check {
    const char *id;
    const char *base;
    bool is_report;
    enum eg_severity severity;
    /* as written; NULL: absent */
    const char *role, *flag;
    const char *test_source;
    const struct eg_sch_expression *test;
    /* the same test without XPath; NULL: needs it (quick.h) */
    const struct eg_quick *quick;
    /* NULL: the context node */
    const struct eg_sch_expression *subject;
    struct eg_sch_text content;
    /* Compiled for this check: they see its rule's variables. */
    struct eg_sch_text *diagnostics, *properties;
    size_t diagnostic_count, property_count;
};

/* The last step of a plain context: an element or attribute by name, "" any. */
struct eg_sch_name {
    bool attribute;
    /* NULL: of any namespace */
    const char *ns;
    /* NULL: of any name */
    const char *local;
    /* among the schema's words; 0: of any name */
    uint32_t word;
};

/* What stands in brackets behind a step: a truth, never a position. */
struct eg_sch_condition {
    size_t step;
    const struct eg_quick *quick;
    /* the same, for what the quick way leaves */
    const struct eg_sch_expression *test;
};

struct eg_sch_branch {
    /* outermost first */
    struct eg_sch_name steps[EG_SCH_STEPS_MAX];
    size_t count;
    /* in the order of steps */
    struct eg_sch_condition *conditions;
    size_t condition_count;
    bool rooted;
    /* index of the last step among the schema's names */
    size_t name;
};

struct eg_sch_rule {
    const char *id, *role, *flag, *context_source, *subject_source, *base;
    /* plain context */
    struct eg_sch_branch *branches;
    /* 0: not plain */
    size_t branch_count;
    /* selects all nodes of a document that match */
    const struct eg_sch_expression *context;
    struct eg_sch_lets lets;
    struct eg_sch_check *checks;
    size_t check_count;
};

struct eg_sch_pattern {
    const char *id, *title, *base;
    bool active;
    /* all its rules are */
    bool plain;
    /* NULL: the document in hand (5.4.9) */
    const char *documents_source;
    const struct eg_sch_expression *documents;
    struct eg_sch_lets lets;
    struct eg_sch_rule *rules;
    size_t rule_count;
};

struct eg_sch_key {
    const char *name, *base;
    const struct eg_sch_expression *match, *use;
};

struct eg_sch_variable {
    const char *name;
    xmlXPathObject *value;
};

struct eg_sch_document {
    const char *name;
    xmlDoc *doc;
};

struct eg_schematron {
    const struct eg_loader *loader;
    const char *name, *title, *phase, *version;
    struct eg_xml_ns *ns;
    size_t ns_count;
    struct eg_sch_lets lets, phase_lets;
    struct eg_sch_pattern *patterns;
    size_t pattern_count;
    struct eg_sch_key *keys;
    size_t key_count;
    /* distinct last steps of plain contexts */
    struct eg_sch_name *names;
    size_t name_count;
    /* names in contexts and tests that need no XPath */
    struct eg_flat_words words;
    struct eg_schematron_param *params;
    size_t param_count;
    size_t rule_total;

    /* memory */
    struct eg_sch_block *blocks;
    size_t expression_count;
    /* that document() names in so many words */
    struct eg_sch_document *documents;
    size_t document_count;
    /* of lets */
    xmlDoc **contents;
    size_t content_count;
};

struct eg_schematron_state {
    const struct eg_schematron *schema;
    xmlXPathContext *context;
    /* by number; NULL: not asked for yet */
    xmlXPathCompExpr **expressions;
    /* that were named while running */
    struct eg_sch_document *documents;
    size_t document_count;
    xmlNode *current;
    /* file of the expression that runs: document() starts there */
    const char *base;
    struct eg_sch_variable *variables;
    size_t variable_count, variable_max;
    xmlHashTable *key_tables;
    /* of a function; status EG_OK: none */
    struct eg_error failure;
};

/* Memory of the schema, zeroed; NULL when it ran out. */
void *eg_sch_alloc(struct eg_schematron *schema, size_t size);
void eg_sch_free_blocks(struct eg_schematron *schema);
char *eg_sch_dup(struct eg_schematron *schema, const char *text, size_t len);
/* Room for one more element at the end of a list; NULL when memory ran out. */
void *eg_sch_grow(struct eg_schematron *schema, void *list_slot, size_t *count, size_t size);

/* schematron_load.c: one tree with includes in place and abstract patterns filled in. */
EG_MUST_USE
enum eg_status eg_sch_load(xmlDoc **out, struct eg_schematron *schema, const char *name,
                           struct eg_error *err);
/* "file:line" of a node of that tree. */
void eg_sch_where(char out[EG_ERROR_WHERE_MAX], const xmlNode *node, const char *name);
/* EG_E_FORMAT at the node, with the clause of the standard. */
__attribute__((format(printf, 4, 5))) enum eg_status
eg_sch_refuse(struct eg_error *err, const xmlNode *node, const char *name, const char *format, ...);

/* The file that a node of that tree came from. */
const char *eg_sch_file(const xmlNode *node, const char *name);
/* `text` with the parameters of a pattern that has is-a put in; NULL: memory ran out or too long.
 */
char *eg_sch_substitute(const char *text, const xmlNode *instance);

/* schematron_grammar.c: only what the standard knows, where it allows it. */
EG_MUST_USE
enum eg_status eg_sch_check_grammar(const xmlNode *root, const char *name, struct eg_error *err);
const char *eg_sch_clause(const xmlNode *node); /* "" if the element is not of the standard */
/* The same status; an error of format that names no clause yet gets this one. */
enum eg_status eg_sch_claused(enum eg_status status, const char *clause, struct eg_error *err);

/* schematron_read.c: tree to model. */
EG_MUST_USE
enum eg_status eg_sch_read(struct eg_schematron *schema, const xmlNode *root,
                           const struct eg_schematron_options *options, struct eg_error *err);
/*
 * schematron_text.c: content of assert, report, diagnostic, property.
 *   instance   the pattern whose parameters are put in, or NULL
 */
EG_MUST_USE
enum eg_status eg_sch_read_text(struct eg_schematron *schema, struct eg_sch_text *out,
                                const xmlNode *node, const xmlNode *instance,
                                const struct eg_xpath_scope *scope, struct eg_error *err);
/* schematron_context.c: a rule's context. */
EG_MUST_USE
enum eg_status eg_sch_read_context(struct eg_schematron *schema, struct eg_sch_rule *rule,
                                   const struct eg_xpath_scope *scope, const char *where,
                                   struct eg_error *err);
bool eg_sch_name_matches(const struct eg_sch_name *name, const xmlNode *node);
/* Check, try to compile, keep; out stays owned by the schema. */
EG_MUST_USE
enum eg_status eg_sch_compile(const struct eg_sch_expression **out, struct eg_schematron *schema,
                              const char *expression, const struct eg_xpath_scope *scope,
                              const char *where, struct eg_error *err);

/* schematron_xpath.c: the context in which a state's expressions run. */
EG_MUST_USE
enum eg_status eg_sch_context_new(struct eg_schematron_state *state, struct eg_error *err);
bool eg_sch_variable_push(struct eg_schematron_state *state, const char *name,
                          xmlXPathObject *value);
void eg_sch_variables_cut(struct eg_schematron_state *state, size_t count);
xmlXPathObject *eg_sch_eval(struct eg_schematron_state *state,
                            const struct eg_sch_expression *expression,
                            xmlNode *node); /* NULL: failed, see eg_sch_failure */
/* Its truth: 1, 0, or -1: failed. */
int eg_sch_eval_truth(struct eg_schematron_state *state, const struct eg_sch_expression *expression,
                      xmlNode *node);
enum eg_status eg_sch_failure(struct eg_schematron_state *state, const char *where,
                              struct eg_error *err);
void eg_sch_keys_done(struct eg_schematron_state *state);

/*
 * schematron_document.c: other files of the package. What an expression names as document('..') is
 * read with the schema and shared; what it computes is read when it is asked for and kept by the
 * state.
 */
EG_MUST_USE
enum eg_status eg_sch_read_documents(struct eg_schematron *schema, const char *base,
                                     const char *expression, struct eg_error *err);
/* Named from state->base; NULL: see eg_sch_failure. */
const struct eg_sch_document *eg_sch_document(struct eg_schematron_state *state, const char *href);
void eg_sch_documents_done(struct eg_sch_document *documents, size_t count);

/*
 * schematron_match.c: which rule fires on which node. by_xpath: no context is plain. One walk over
 * the document for all plain contexts, then for each pattern its nodes in document order.
 */
struct eg_sch_hit {
    xmlNode *node;
    const struct eg_sch_rule *rule;
    /* in the document's tables; EG_FLAT_NONE: not there */
    uint32_t place;
};
struct eg_sch_index;
EG_MUST_USE
enum eg_status eg_sch_index_new(struct eg_sch_index **out, struct eg_schematron_state *state,
                                xmlDoc *doc, bool by_xpath, struct eg_error *err);
void eg_sch_index_free(struct eg_sch_index **index);
struct eg_flat *eg_sch_index_flat(struct eg_sch_index *index); /* tables of the document */
/* Hits of one pattern; *hits is new (free()). Each node at most once: the first rule wins. */
EG_MUST_USE
enum eg_status eg_sch_index_hits(struct eg_sch_hit **hits, size_t *count,
                                 struct eg_sch_index *index, struct eg_schematron_state *state,
                                 const struct eg_sch_pattern *pattern, struct eg_error *err);

/* svrl.c. out NULL: nothing is written. */
void eg_svrl_begin(struct eg_buf *out, const struct eg_schematron *schema);
void eg_svrl_pattern(struct eg_buf *out, const struct eg_sch_pattern *pattern,
                     const char *document);
void eg_svrl_rule(struct eg_buf *out, const struct eg_sch_rule *rule, const char *document);
/*
 *   values      of the holes of content and diagnostics, in order
 *   properties  each an svrl:text element, made by eg_sch_property
 */
void eg_svrl_check(struct eg_buf *out, const struct eg_sch_check *check, const char *location,
                   char *const *values, xmlDoc *const *properties);
void eg_svrl_end(struct eg_buf *out);
/* A text with its holes filled, blanks folded unless they are to be preserved, and a mark (no
 * character of XML) where emph, span and dir begin and end. */
#define EG_SCH_MARK_OPEN '\1'
#define EG_SCH_MARK_CLOSE '\2'
void eg_sch_fill_marked(struct eg_buf *out, const struct eg_sch_text *text, char *const *values);
/* Append with every run of blanks as one, none at the beginning. */
void eg_sch_fold(struct eg_buf *out, const char *text);
bool eg_sch_is_hole(const struct eg_sch_piece *piece);

/* schematron_value.c: what fills a hole, evaluated at a node. */
EG_MUST_USE
enum eg_status eg_sch_value(char **out, struct eg_schematron_state *state,
                            const struct eg_sch_piece *piece, xmlNode *node, struct eg_error *err);
/* A property as a document whose root is svrl:text. out: xmlFreeDoc */
EG_MUST_USE
enum eg_status eg_sch_property(xmlDoc **out, struct eg_schematron_state *state,
                               const struct eg_sch_text *property, xmlNode *node,
                               struct eg_error *err);

#endif
