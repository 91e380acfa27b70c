/*
 * The tree between quick_read.c and quick_run.c.
 */
#ifndef EG_ASSESS_QUICK_MODEL_H
#define EG_ASSESS_QUICK_MODEL_H

#include "assess/schematron/quick.h"

#define EG_QUICK_PREDICATES_MAX 4

enum eg_quick_kind {
    EG_QUICK_OR,
    EG_QUICK_AND,
    EG_QUICK_COMPARE,
    EG_QUICK_TRUE,
    EG_QUICK_FALSE,
    EG_QUICK_NOT,
    EG_QUICK_BOOLEAN,
    EG_QUICK_CONTAINS,
    EG_QUICK_STARTS_WITH,
    EG_QUICK_LITERAL,
    EG_QUICK_STRING,
    EG_QUICK_CONCAT,
    EG_QUICK_SUBSTRING,
    EG_QUICK_SUBSTRING_BEFORE,
    EG_QUICK_SUBSTRING_AFTER,
    EG_QUICK_TRANSLATE,
    EG_QUICK_NUMBER_LITERAL,
    EG_QUICK_NUMBER,
    EG_QUICK_COUNT,
    EG_QUICK_STRING_LENGTH,
    EG_QUICK_VARIABLE,
    EG_QUICK_PATH,
};

enum eg_quick_type {
    EG_QUICK_IS_BOOLEAN,
    EG_QUICK_IS_STRING,
    EG_QUICK_IS_NUMBER,
    EG_QUICK_IS_VARIABLE, /* known when running */
    EG_QUICK_IS_SET,
};

enum eg_quick_sign {
    EG_QUICK_EQUAL,
    EG_QUICK_UNEQUAL,
    EG_QUICK_LESS,
    EG_QUICK_LESS_EQUAL,
    EG_QUICK_MORE,
    EG_QUICK_MORE_EQUAL,
};

enum eg_quick_axis {
    EG_QUICK_CHILD,
    EG_QUICK_ATTRIBUTE,
    EG_QUICK_PARENT,
    EG_QUICK_PRECEDING,
    EG_QUICK_FOLLOWING,
};

struct eg_quick_step {
    enum eg_quick_axis axis;
    /* of the schema's names; none for a parent */
    uint32_t word;
    /* Each a condition, or NULL and a position. */
    const struct eg_quick *conditions[EG_QUICK_PREDICATES_MAX];
    unsigned positions[EG_QUICK_PREDICATES_MAX];
    size_t predicate_count;
};

/* How the sides of a comparison can be compared, known when it is read. */
enum eg_quick_shape {
    EG_QUICK_GENERAL,
    EG_QUICK_TEXTS,       /* = or != of two strings */
    EG_QUICK_NUMBERS,     /* numbers, or strings in their order */
    EG_QUICK_ONLY_NUMBER, /* a path to at most one node, and a number */
    EG_QUICK_ONLY_TEXT,   /* the same, and a string or another such path */
};

struct eg_quick {
    enum eg_quick_kind kind;
    enum eg_quick_type type;
    enum eg_quick_sign sign;
    enum eg_quick_shape shape;
    struct eg_quick **parts;
    size_t part_count;
    /* literal; name of a variable */
    const char *text;
    size_t text_len;
    double number;
    /* substring: characters; keep SIZE_MAX: to the end */
    size_t skip, keep;
    /* translate: 256 octets, each what it becomes, NUL: nothing */
    const char *map;
    /* path */
    struct eg_quick_step *steps;
    size_t step_count;
    bool rooted;
    /* rooted and single: where its node is kept for the document */
    uint32_t memo;
    /* at most one node */
    bool single;
    /* @name and no more */
    bool own_attribute;
    /* nodes come in document order */
    bool forward;
};

#endif
