/*
 * Inside of a compiled reading: read by columns_read.c, walked by columns_path.c, extracted by
 * columns_extract.c. Immutable after compile; any thread.
 */
#ifndef EG_ASSESS_COLUMNS_MODEL_H
#define EG_ASSESS_COLUMNS_MODEL_H

#include "assess/columns/columns.h"

#define EG_COLUMN_STEPS_MAX 8 /* child steps of one path; the deepest vocabularies need five */
#define EG_COLUMN_TESTS_MAX 4 /* [@a='b'] of one step */

struct eg_col_name {
    /* ns "": none */
    const char *local, *ns;
};

struct eg_col_step {
    struct eg_col_name name;
    size_t test_count;
    struct eg_col_test {
        struct eg_col_name attribute;
        const char *value;
    } tests[EG_COLUMN_TESTS_MAX];
};

/* Up, then down, then maybe an attribute. */
struct eg_col_path {
    unsigned up;
    size_t count;
    struct eg_col_step steps[EG_COLUMN_STEPS_MAX];
    /* false: the reading says no such path */
    bool given;
    bool has_attribute;
    struct eg_col_name attribute;
};

struct eg_col_column {
    struct eg_column shown;
    /* number, word: elements of the values */
    struct eg_col_path each;
    /* attributes; of a scalar from its owner */
    struct eg_col_path value, status, unit;
    /* where `unit` is not given */
    struct eg_unit unit_is;
    /* of unit_is */
    const char *unit_text;
};

struct eg_col_status {
    const char *code;
    enum eg_value_status status;
};

struct eg_columns {
    /* holds everything below */
    struct eg_arena arena;
    const char *name;
    struct eg_xml_ns *namespaces;
    size_t namespace_count;
    struct eg_col_name root;
    struct eg_col_path source, source_id, series, series_key, end, step;
    struct eg_col_status *statuses;
    size_t status_count;
    struct eg_col_column *list;
    size_t count;
};

struct eg_extraction {
    const struct eg_columns *columns;
    enum eg_grid_kind kind;
    size_t count;
    struct eg_fill_one {
        const struct eg_col_column *column;
        /* its range: that of the reading and its own, in its unit */
        struct eg_given given;
    } list[];
};

/*
 * Read a path. `attribute`: it ends with one and may begin with "../"; otherwise it has child steps
 * only. EG_E_FORMAT with what is wrong in err->text (the caller adds the place), EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_col_path_read(struct eg_col_path *out, struct eg_columns *columns,
                                const char *text, bool attribute, struct eg_error *err);
bool eg_col_name_is(const struct eg_col_name *name, const xmlNode *node);

/* The name of the node that fitted last: a node with the same pointers needs no comparing. */
struct eg_col_seen {
    /* NULL: none yet */
    const xmlChar *local;
    const xmlNs *ns;
};

/* Elements that a path without attribute leads to, in document order. */
struct eg_col_walk {
    const struct eg_col_path *path;
    const xmlNode *at[EG_COLUMN_STEPS_MAX];
    struct eg_col_seen seen[EG_COLUMN_STEPS_MAX];
    bool started;
};
void eg_col_walk_start(struct eg_col_walk *walk, const struct eg_col_path *path);
const xmlNode *eg_col_walk_next(struct eg_col_walk *walk, const xmlNode *base);

/* The attribute that a path leads to from `base`: the first there is; NULL: none. */
const xmlAttr *eg_col_attribute(const struct eg_col_path *path, const xmlNode *base);
/* The same for many elements in turn; `seen` is zeroed before the first of them. */
const xmlAttr *eg_col_attribute_again(const struct eg_col_path *path, const xmlNode *base,
                                      struct eg_col_seen *seen);
/* Its text; "" where it is in more than one piece, which no parsed report has. */
const char *eg_col_text(const xmlAttr *attribute);

/* ---- faults of a report (columns_fault.c) --------------------------------------------------- */

struct eg_col_place {
    /* element or attribute at fault */
    const xmlNode *node;
    /* "" where unknown */
    const char *source;
    const char *component;
    const char *column;
};
struct eg_col_faults {
    const struct eg_columns *columns;
    struct eg_findings *findings;
    unsigned step;
    bool any;
};
/* One error finding. `values`: names and texts in turn, ended by NULL; where and column go first.
 */
EG_MUST_USE
enum eg_status eg_col_fault(struct eg_col_faults *faults, const char *rule,
                            const struct eg_col_place *place, const char *const *values,
                            struct eg_error *err);

#endif
