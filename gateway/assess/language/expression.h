/*
 * Expressions of the assessment language (rules/ASSESSMENT.md, section 4), read to a tree. What the
 * names mean, of which unit and kind they are, is its readers' business: assessments, and the
 * conditions and formulas of parameters.
 *
 *   condition  = conjunct { "or" conjunct } ;
 *   conjunct   = simple { "and" simple } ;
 *   simple     = "not" simple | "(" condition ")" | ( value | "status of" name ) test
 *              | window "has ended" | yes-no-name ;
 *   test       = relation value | "is" [ "not" ] ( word | "one of" word { "," word } )
 *              | "has a number" | "has no number" | "has a word" | "has no word" ;
 *   value      = term { ( "+" | "-" ) term } ;       a minus has a blank on each side
 *   term       = factor { ( "*" | "/" ) factor } ;
 *   factor     = number [ unit ] | name | "$" name | function "(" value { "," value } ")"
 *              | "(" value ")" ;
 *
 * A tree is immutable and lives as long as its arena.
 */
#ifndef EG_ASSESS_EXPRESSION_H
#define EG_ASSESS_EXPRESSION_H

#include "assess/number/unit.h"
#include "base/arena.h"

enum eg_expression_kind {
    /* values */
    EG_EXPR_NUMBER,    /* text: digits as written; unit, has_unit */
    EG_EXPR_PARAMETER, /* text: name without $ */
    EG_EXPR_NAME,      /* text */
    EG_EXPR_ADD,       /* args[0] + args[1]; so the three below */
    EG_EXPR_SUBTRACT,
    EG_EXPR_MULTIPLY,
    EG_EXPR_DIVIDE,
    EG_EXPR_CALL, /* function, args; unit of convert */
    /* conditions */
    EG_EXPR_OR,         /* args[0] or args[1] */
    EG_EXPR_AND,        /* args[0] and args[1] */
    EG_EXPR_NOT,        /* not args[0] */
    EG_EXPR_COMPARE,    /* args[0] relation args[1] */
    EG_EXPR_IS,         /* args[0] (NAME or PARAMETER) is one of words */
    EG_EXPR_STATUS_IS,  /* status of args[0] (NAME) is one of words */
    EG_EXPR_HAS_NUMBER, /* args[0] has a number */
    EG_EXPR_HAS_WORD,   /* args[0], a name, has a word */
    EG_EXPR_ENDED,      /* text: the window */
    EG_EXPR_YES,        /* text: a name that is yes or no */
};

enum eg_relation {
    EG_REL_EXCEEDS,
    EG_REL_FALLS_BELOW,
    EG_REL_AT_LEAST,
    EG_REL_AT_MOST,
    EG_REL_EQUALS,
    EG_REL_DIFFERS,
    EG_RELATIONS
};

enum eg_expression_function {
    EG_FN_REFERENCE_OXYGEN, /* (c, o, b) */
    EG_FN_STANDARD_WET,     /* (c, T, p) */
    EG_FN_STANDARD_DRY,     /* (c, T, p, f) */
    EG_FN_PERCENT_OF,       /* (p, x) */
    EG_FN_MASS_FLOW,        /* (c, v) */
    EG_FN_MAX,              /* (a, b) */
    EG_FN_MIN,              /* (a, b) */
    EG_FN_ABS,              /* (a) */
    EG_FN_KELVIN,           /* (t) */
    EG_FN_CONVERT,          /* (x, unit): one value; the unit is in `unit` */
    EG_FN_LAST,             /* (column) */
    EG_FUNCTIONS
};

struct eg_expression {
    enum eg_expression_kind kind;
    /* where it begins in the text, from 1, in octets */
    unsigned column;
    /* see above; NULL where none is named */
    const char *text;
    enum eg_relation relation;
    enum eg_expression_function function;
    bool has_unit;
    struct eg_unit unit;
    /* as written; has_unit */
    const char *unit_text;
    const struct eg_expression *args[4];
    size_t arg_count;
    /* IS, STATUS_IS */
    const char *const *words;
    size_t word_count;
};

enum eg_expression_form { EG_FORM_VALUE, EG_FORM_CONDITION };

/*
 * Read an expression of the form asked for; every negation becomes EG_EXPR_NOT.
 *   out     in `arena`
 *   text    copied
 *   where   place for messages, "file:line"
 * EG_E_FORMAT  "EA-NAME: column 7: ..." (words that do not fit) or "EA-NUM: ..." (a number's form)
 * EG_E_LIMIT   EA-LIMIT: longer than EG_EXPRESSION_MAX octets or deeper than
 *              EG_EXPRESSION_DEPTH_MAX; or the arena is full
 * EG_E_NOMEM
 */
EG_MUST_USE
enum eg_status eg_expression_read(const struct eg_expression **out, struct eg_arena *arena,
                                  const char *text, enum eg_expression_form form, const char *where,
                                  struct eg_error *err);

/* A name as the language has them: lower-case words and digits with hyphens between, beginning with
 * a letter, and none of the words of the grammar. */
bool eg_expression_is_name(const char *text);
/* A word of the grammar or a function. */
bool eg_expression_is_reserved(const char *text);
/* A word of a list: 1..64 of [A-Za-z0-9._-], none of "not" and "one". */
bool eg_expression_is_word(const char *text);

const char *eg_relation_text(enum eg_relation relation);                 /* "is at least" */
const char *eg_expression_function_text(enum eg_expression_function fn); /* "mass-flow" */

/* What a function takes and gives: read by the engine and printed for authors. */
struct eg_expression_signature {
    /* as they are written: "c, o, b" */
    const char *name, *arguments;
    /* of values: convert's unit is none */
    size_t count;
    /* that a value must have; NULL: no certain one */
    const char *units[4];
    /* unit of the result */
    const char *gives;
    const char *does;
};
const struct eg_expression_signature *eg_expression_signature(enum eg_expression_function fn);

/* Visit the tree from the root, parents first; `visit` answers false to end early. */
bool eg_expression_walk(const struct eg_expression *root,
                        bool (*visit)(const struct eg_expression *node, void *payload),
                        void *payload);

#endif
