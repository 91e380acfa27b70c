/*
 * The words of the expression language, and the way through a tree. Reading is expression_read.c.
 */
#include "assess/language/expression.h"

#include <string.h>

static const struct eg_expression_signature functions[EG_FUNCTIONS] = {
    [EG_FN_REFERENCE_OXYGEN] = {"reference-oxygen",
                                "c, o, b",
                                3,
                                {NULL, "vol-%", "vol-%"},
                                "unit of c",
                                "c at the reference oxygen b, measured at o"},
    [EG_FN_STANDARD_WET] = {"standard-wet",
                            "c, T, p",
                            3,
                            {NULL, "K", "kPa"},
                            "unit of c",
                            "c at 273.15 K and 101.3 kPa"},
    [EG_FN_STANDARD_DRY] = {"standard-dry",
                            "c, T, p, f",
                            4,
                            {NULL, "K", "kPa", "vol-%"},
                            "unit of c",
                            "the same without the moisture f"},
    [EG_FN_PERCENT_OF] = {"percent-of", "p, x", 2, {"%"}, "unit of x", "p per cent of x"},
    [EG_FN_MASS_FLOW] = {"mass-flow",
                         "c, v",
                         2,
                         {NULL},
                         "kg/h",
                         "c times v: a mass per volume and a volume per time"},
    [EG_FN_MAX] = {"max", "a, b", 2, {NULL}, "their unit", "the larger of two in one unit"},
    [EG_FN_MIN] = {"min", "a, b", 2, {NULL}, "their unit", "the smaller of two in one unit"},
    [EG_FN_ABS] = {"abs", "a", 1, {NULL}, "its unit", "without its sign"},
    [EG_FN_KELVIN] = {"kelvin", "t", 1, {"degC"}, "K", "a temperature over absolute zero"},
    [EG_FN_CONVERT] = {"convert",
                       "x, unit",
                       1,
                       {NULL},
                       "the unit named",
                       "x in another unit of the same quantity"},
    [EG_FN_LAST] = {"last", "column", 1, {NULL}, "its unit", "the value of the last place"},
};

static const char *const relations[] = {"exceeds",    "falls below", "is at least",
                                        "is at most", "equals",      "differs from"};

/* Words of the grammar that no column may bear. "has" and "is" would make a sentence of two. */
static const char *const grammar[] = {"or",     "and",     "not",   "is",     "has", "exceeds",
                                      "equals", "differs", "falls", "status", "all"};

const char *eg_relation_text(enum eg_relation relation)
{
    return relations[relation];
}

const char *eg_expression_function_text(enum eg_expression_function fn)
{
    return functions[fn].name;
}

const struct eg_expression_signature *eg_expression_signature(enum eg_expression_function fn)
{
    return &functions[fn];
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool eg_expression_is_reserved(const char *text)
{
    for (size_t i = 0; i < sizeof grammar / sizeof grammar[0]; i++) {
        if (strcmp(grammar[i], text) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < EG_FUNCTIONS; i++) {
        if (strcmp(functions[i].name, text) == 0) {
            return true;
        }
    }
    return false;
}

bool eg_expression_is_name(const char *text)
{
    if (text[0] < 'a' || text[0] > 'z' || strlen(text) > 64) {
        return false;
    }
    for (size_t i = 0; text[i] != '\0'; i++) {
        bool plain = (text[i] >= 'a' && text[i] <= 'z') || is_digit(text[i]);
        if (!plain && !(text[i] == '-' && text[i + 1] != '-' && text[i + 1] != '\0')) {
            return false;
        }
    }
    return !eg_expression_is_reserved(text);
}

bool eg_expression_is_word(const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !is_digit(c) && c != '-' && c != '_' && c != '.') {
            return false;
        }
    }
    return len >= 1 && len <= 64 && strcmp(text, "not") != 0 && strcmp(text, "one") != 0;
}

bool eg_expression_walk(const struct eg_expression *root,
                        bool (*visit)(const struct eg_expression *node, void *payload),
                        void *payload)
{
    if (!visit(root, payload)) {
        return false;
    }
    for (size_t i = 0; i < root->arg_count; i++) {
        if (!eg_expression_walk(root->args[i], visit, payload)) {
            return false;
        }
    }
    return true;
}
