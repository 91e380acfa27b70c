/*
 * Patterns of a stylesheet (XSLT 1.0, 5.2), matched with every step counted.
 *
 * libxslt's own matching goes back over all ways through a chain of '//', which are exponential in
 * their number, counts siblings at each node that has a predicate, and counts none of it as an
 * operation. Here a chain takes the nearest ancestor that fits (what lies above it is more than for
 * any other), and places among siblings are computed once for each parent.
 */
#ifndef EG_ASSESS_SHEET_PATTERN_H
#define EG_ASSESS_SHEET_PATTERN_H

#include "assess/xpath/sheet_scope.h"

#include <libxslt/xsltInternals.h>

enum eg_pattern_kind {
    EG_PATTERN_ELEMENT,
    EG_PATTERN_ATTRIBUTE,
    EG_PATTERN_TEXT,
    EG_PATTERN_COMMENT,
    EG_PATTERN_INSTRUCTION,
    EG_PATTERN_NODE, /* node(): any child */
    EG_PATTERN_ROOT,
    EG_PATTERN_KEY,
    EG_PATTERN_ID,
};

/* Which of the nodes around it pass the predicates of a step; xmlMalloc, of one run. */
struct eg_pattern_places;

struct eg_pattern_step {
    enum eg_pattern_kind kind;
    /* NULL: any; for a name without prefix uri is "" */
    char *name, *uri;
    /* of a key */
    char *value;
    /* "//" stands before it, else "/" */
    bool far;
    /* a predicate asks for the place of the node */
    bool place;
    /* a predicate has a variable: what passes now may not later */
    bool variable;
    xmlXPathCompExpr **predicates;
    size_t predicate_count;
    /* of this step among all that have predicates */
    size_t number;
};

struct eg_pattern_branch {
    struct eg_pattern_step *steps;
    size_t count;
    /* the one that XSLT gives it */
    float priority;
    /* last step without predicates, as a pattern */
    char *test;
};

struct eg_pattern {
    struct eg_pattern_branch *branches;
    size_t count;
    /* of its predicates */
    struct eg_sheet_scope scope;
};

/*
 * Read a pattern that eg_xpath_pattern has taken.
 *   node      the element that has it: prefixes
 *   numbered  steps with predicates so far; raised
 * EG_E_FORMAT with `where` and the pattern, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_pattern_read(struct eg_pattern *out, const char *text, xmlNode *node,
                               const char *where, size_t *numbered, struct eg_error *err);
void eg_pattern_done(struct eg_pattern *pattern);

/* Of one run: places of nodes, for steps below `numbered`. */
struct eg_pattern_memory {
    struct eg_pattern_places *places;
    size_t count;
    /* raised when result trees or variables may be others */
    unsigned long epoch;
};
EG_MUST_USE
enum eg_status eg_pattern_memory_init(struct eg_pattern_memory *memory, size_t numbered,
                                      struct eg_error *err);
void eg_pattern_memory_done(struct eg_pattern_memory *memory);

/* Does the node match? Every step is paid for; false when the ceiling is reached. */
bool eg_pattern_matches(const struct eg_pattern *pattern, const struct eg_pattern_branch *branch,
                        xmlNode *node, struct eg_pattern_memory *memory,
                        xsltTransformContext *context);

#endif
