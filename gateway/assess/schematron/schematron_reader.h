/*
 * What schematron_read.c, schematron_let.c and schematron_check.c share while a schema is read.
 */
#ifndef EG_ASSESS_SCHEMATRON_READER_H
#define EG_ASSESS_SCHEMATRON_READER_H

#include "assess/schematron/schematron_model.h"

struct eg_sch_reader {
    struct eg_schematron *schema;
    const xmlNode *root;
    const struct eg_schematron_options *options;
    const char *name;
    struct eg_error *err;
    struct eg_xpath_scope scope;
    /* being read; NULL: none */
    const struct eg_sch_pattern *pattern;
    const struct eg_sch_rule *rule;
    const xmlNode *pattern_node;
    /* the pattern is not active: the variables of phases that would run it are bound */
    bool idle;
};

enum eg_status eg_sch_no_memory(struct eg_sch_reader *reader);

/* An attribute as memory of the schema; *out NULL: absent. */
EG_MUST_USE
enum eg_status eg_sch_take(const char **out, struct eg_sch_reader *reader, const xmlNode *node,
                           const char *attribute);
/* Several at once; the list ends with an attribute that is NULL. */
struct eg_sch_wanted {
    const char **out;
    const char *attribute;
};
EG_MUST_USE
enum eg_status eg_sch_take_all(const struct eg_sch_wanted *wanted, struct eg_sch_reader *reader,
                               const xmlNode *node);
/* The file a node came from, as memory of the schema. */
EG_MUST_USE
enum eg_status eg_sch_take_file(const char **out, struct eg_sch_reader *reader,
                                const xmlNode *node);
EG_MUST_USE
enum eg_status eg_sch_take_rich(struct eg_sch_rich *out, struct eg_sch_reader *reader,
                                const xmlNode *node);

/* Compile an expression of a node; what the reader has read so far is bound. */
EG_MUST_USE
enum eg_status eg_sch_read_expression(const struct eg_sch_expression **out,
                                      struct eg_sch_reader *reader, const xmlNode *node,
                                      const char *expression);

/* The Schematron child of that name whose attribute has that value; NULL: none. */
const xmlNode *eg_sch_child_named(const xmlNode *parent, const char *element, const char *attribute,
                                  const char *value);
bool eg_sch_is_active(const xmlNode *phase, const char *pattern_id); /* phase NULL: all are */

/* schematron_let.c */
bool eg_sch_is_variable(void *reader, const char *name);
EG_MUST_USE
enum eg_status eg_sch_read_let(struct eg_sch_reader *reader, struct eg_sch_lets *lets,
                               const xmlNode *node);
EG_MUST_USE
enum eg_status eg_sch_read_lets(struct eg_sch_reader *reader, struct eg_sch_lets *lets,
                                const xmlNode *parent);

/* schematron_check.c: an assert or report at the end of the rule's list. */
EG_MUST_USE
enum eg_status eg_sch_read_check(struct eg_sch_reader *reader, struct eg_sch_rule *rule,
                                 const xmlNode *node);

#endif
