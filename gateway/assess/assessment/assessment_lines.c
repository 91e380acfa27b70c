/*
 * One function for each line of the language that makes a column or a figure. The grammar was
 * checked before: attributes that must be there are there.
 */
#include "assess/assessment/assessment_model.h"

#include "assess/number/numbers.h"
#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN_MAX 999 /* places of an unknown selection that a figure may bear */

static struct eg_assess_quantity *quantity(struct eg_assess_compile *c, int index)
{
    return &c->a->quantities[index];
}

static enum eg_status failed(struct eg_assess_compile *c)
{
    return c->err->status != EG_OK ? c->err->status : eg_assess_nomem(c);
}

static int single(struct eg_assess_compile *c, int index)
{
    if (index != EG_ASSESS_NONE && quantity(c, index)->column) {
        (void)eg_assess_refuse(c, "EA-KIND",
                               "%s takes single figures, not a value for each place; count, sum or "
                               "take the last of them first",
                               c->element);
        return EG_ASSESS_NONE;
    }
    return index;
}

/* On the grid of this block: a column of it, or a figure spread over it. */
static int here(struct eg_assess_compile *c, int index)
{
    if (index != EG_ASSESS_NONE && quantity(c, index)->column &&
        quantity(c, index)->grid != eg_assess_grid_here(c)) {
        (void)eg_assess_refuse(
            c, "EA-KIND", "%s can not be seen here: its places are those of another grid",
            quantity(c, index)->name != NULL ? quantity(c, index)->name : "this column");
        return EG_ASSESS_NONE;
    }
    return eg_assess_spread(c, index);
}

static int new_number(struct eg_assess_compile *c, bool column)
{
    int out = eg_assess_quantity(c, EG_ASSESS_NUMBER, EG_ASSESS_MADE);
    if (out != EG_ASSESS_NONE) {
        quantity(c, out)->column = column;
        quantity(c, out)->grid = eg_assess_grid_here(c);
    }
    return out;
}

static int new_answer(struct eg_assess_compile *c, bool column)
{
    int out = eg_assess_quantity(c, EG_ASSESS_ANSWER, EG_ASSESS_MADE);
    if (out != EG_ASSESS_NONE) {
        quantity(c, out)->column = column;
        quantity(c, out)->grid = eg_assess_grid_here(c);
    }
    return out;
}

/* The unit that the line says against the unit of what it takes. */
static enum eg_status declare_unit(struct eg_assess_compile *c, const xmlNode *node, int out,
                                   const struct eg_unit *made)
{
    const char *text = eg_assess_attribute(c, node, "unit");
    struct eg_unit unit = eg_unit_one;
    if (text == NULL) {
        return eg_assess_refuse(c, "EA-UNIT", "a number has a unit; write unit=\"1\" for none");
    }
    enum eg_status status = eg_assess_unit(c, text, &unit);
    if (status != EG_OK) {
        goto done;
    }
    if (made != NULL && !eg_unit_same(&unit, made)) {
        return eg_assess_refuse(c, "EA-UNIT",
                                "the formula does not give %s; nothing is converted silently, see "
                                "convert",
                                text);
    }

done:
    quantity(c, out)->unit = unit;
    quantity(c, out)->unit_text = text;
    return status;
}

enum eg_status eg_assess_over(struct eg_assess_compile *c, const xmlNode *node, int *out)
{
    const char *name = eg_assess_attribute(c, node, "over");
    *out = EG_ASSESS_NONE;
    if (name == NULL) {
        return eg_assess_refuse(c, "EA-OVER", "say over which places, by a select or \"all\"");
    }
    if (strcmp(name, "all") == 0) {
        return EG_OK;
    }
    int found = eg_assess_find(c, name);
    if (found == EG_ASSESS_NONE) {
        return failed(c);
    }
    if (quantity(c, found)->kind != EG_ASSESS_ANSWER || !quantity(c, found)->column) {
        return eg_assess_refuse(c, "EA-KIND", "over names places, which a select makes; %s is none",
                                name);
    }
    *out = here(c, found);
    return *out != EG_ASSESS_NONE ? EG_OK : failed(c);
}

/* ---- given -------------------------------------------------------------------------------- */

static enum eg_status check_column(struct eg_assess_compile *c, const struct eg_column *column,
                                   const char *from, bool scalar, bool words)
{
    const struct eg_assess_block *block = &c->a->blocks[c->block];
    if (column == NULL) {
        return eg_assess_refuse(c, "EA-NAME", "the reading has no column %.64s", from);
    }
    if (column->of_series && block->kind == EG_ASSESS_BLOCK_SOURCE) {
        return eg_assess_refuse(c, "EA-KIND", "%s is a column of each series; take it in a series",
                                from);
    }
    if (scalar != (column->kind == EG_COLUMN_SCALAR)) {
        return eg_assess_refuse(c, "EA-KIND",
                                scalar ? "%s has a value for each place; leave each=\"series\" out"
                                       : "%s is one value; say each=\"series\"",
                                from);
    }
    if (!scalar && words != (column->kind == EG_COLUMN_WORD)) {
        return eg_assess_refuse(c, "EA-KIND",
                                words ? "%s holds numbers; say its unit, no words"
                                      : "%s holds words; say which, no unit",
                                from);
    }
    return EG_OK;
}

static enum eg_status given_words(struct eg_assess_compile *c, const char *text, int out)
{
    struct eg_assess_quantity *q = quantity(c, out);
    if (!eg_assess_words(c, text, &q->words, &q->word_count)) {
        return eg_assess_nomem(c);
    }
    for (size_t i = 0; i < q->word_count; i++) {
        bool twice = false;
        for (size_t k = 0; k < i; k++) {
            twice = twice || strcmp(q->words[i], q->words[k]) == 0;
        }
        if (twice || !eg_expression_is_word(q->words[i])) {
            return eg_assess_refuse(c, "EA-WORD", "\"%.64s\" %s", q->words[i],
                                    twice ? "stands there twice" : "is no word");
        }
    }
    return q->word_count >= 1 && q->word_count <= EG_COLUMN_WORDS_MAX
               ? EG_OK
               : eg_assess_refuse(c, "EA-WORD", "1 to %d words can be listed", EG_COLUMN_WORDS_MAX);
}

static enum eg_status add_given(struct eg_assess_compile *c, const char *from, int out,
                                const struct eg_range *range)
{
    struct eg_assessment *a = c->a;
    const struct eg_assess_quantity *q = quantity(c, out);
    size_t count = a->given_count;
    struct eg_given *made = eg_assess_append(c, (void **)&a->givens, &a->given_count, sizeof *made,
                                             EG_ASSESSMENT_OPERATIONS_MAX);
    int *index = made == NULL ? NULL
                              : eg_assess_append(c, (void **)&a->given_quantity, &count,
                                                 sizeof *index, EG_ASSESSMENT_OPERATIONS_MAX);
    if (index == NULL) {
        return failed(c);
    }
    *made = (struct eg_given){.column = from,
                              .has_range = range != NULL,
                              .in_series = a->blocks[c->block].kind == EG_ASSESS_BLOCK_SERIES,
                              .unit = q->unit,
                              .unit_text = q->unit_text,
                              .words = q->words,
                              .word_count = q->word_count};
    if (range != NULL) {
        made->range = *range;
    }
    *index = out;
    return EG_OK;
}

/* A bound of the plausible range; NaN: none said. */
static enum eg_status given_bound(double *out, bool *any, struct eg_assess_compile *c,
                                  const xmlNode *node, const char *name)
{
    const char *text = eg_assess_attribute(c, node, name);
    *out = (double)NAN;
    if (text == NULL) {
        return EG_OK;
    }
    *any = true;
    return eg_number_read(eg_bytes_of(text), out)
               ? EG_OK
               : eg_assess_refuse(c, "EA-NUM", "%s is a number as 0 or 20.9, not \"%.40s\"", name,
                                  text);
}

static enum eg_status given_range(struct eg_range *out, bool *any, struct eg_assess_compile *c,
                                  const xmlNode *node)
{
    EG_TRY(given_bound(&out->at_least, any, c, node, "at-least"));
    EG_TRY(given_bound(&out->at_most, any, c, node, "at-most"));
    EG_TRY(given_bound(&out->below, any, c, node, "below"));
    if (*any && xmlHasProp(node, (const xmlChar *)"words") != NULL) {
        return eg_assess_refuse(c, "EA-KIND", "words have no plausible range");
    }
    if (out->at_least > out->at_most || out->at_least >= out->below) {
        return eg_assess_refuse(c, "EA-NUM", "nothing is in this plausible range");
    }
    return EG_OK;
}

enum eg_status eg_assess_given(struct eg_assess_compile *c, xmlNode *node)
{
    const char *from = eg_assess_attribute(c, node, "from");
    const char *words = eg_assess_attribute(c, node, "words");
    const char *unit = eg_assess_attribute(c, node, "unit");
    const char *each = eg_assess_attribute(c, node, "each");
    struct eg_range range;
    bool ranged = false;

    if (c->a->blocks[c->block].kind == EG_ASSESS_BLOCK_WINDOW) {
        return eg_assess_refuse(c, "EA-WINDOW",
                                "a window recalls; the report's values stand outside");
    }
    if ((words == NULL) == (unit == NULL)) {
        return eg_assess_refuse(c, words == NULL ? "EA-UNIT" : "EA-KIND",
                                "a given has either a unit or its words");
    }
    if (each != NULL && strcmp(each, "series") != 0) {
        return eg_assess_refuse(c, "EA-KIND", "each is \"series\" here, not \"%.40s\"", each);
    }
    enum eg_status status =
        check_column(c, eg_columns_find(c->a->columns, from), from, each != NULL, words != NULL);
    if (status != EG_OK) {
        return status;
    }
    int out =
        eg_assess_quantity(c, words != NULL ? EG_ASSESS_WORD : EG_ASSESS_NUMBER, EG_ASSESS_GIVEN);
    if (out == EG_ASSESS_NONE) {
        return failed(c);
    }
    quantity(c, out)->column = each == NULL;
    quantity(c, out)->grid = eg_assess_grid_here(c);
    quantity(c, out)->exact = true;
    EG_TRY(words != NULL ? given_words(c, words, out) : declare_unit(c, node, out, NULL));
    EG_TRY(given_range(&range, &ranged, c, node));
    EG_TRY(add_given(c, from, out, ranged ? &range : NULL));
    return eg_assess_name(c, out, node);
}

/* ---- derive, select, figure, whether --------------------------------------------------------- */

static enum eg_status derive_formula(struct eg_assess_compile *c, xmlNode *node, int out)
{
    const char *is = eg_assess_attribute(c, node, "is");
    int in = here(c, is != NULL ? eg_assess_value(c, is) : EG_ASSESS_NONE);
    struct eg_assess_op *op = in != EG_ASSESS_NONE ? eg_assess_op(c, EG_OP_COPY, out) : NULL;
    if (op == NULL) {
        return failed(c);
    }
    op->in[0] = in;
    return declare_unit(c, node, out, &quantity(c, in)->unit);
}

static enum eg_status derive_case(struct eg_assess_compile *c, xmlNode *node, xmlNode *derive,
                                  int out)
{
    const char *when = eg_assess_attribute(c, node, "when");
    const char *is = eg_assess_attribute(c, node, "is");
    int answer = EG_ASSESS_NONE;

    if (when != NULL) {
        answer = here(c, eg_assess_condition(c, when));
        if (answer == EG_ASSESS_NONE) {
            return failed(c);
        }
    }
    int value = here(c, is != NULL ? eg_assess_value(c, is) : EG_ASSESS_NONE);
    struct eg_assess_op *op = value == EG_ASSESS_NONE
                                  ? NULL
                                  : eg_assess_op(c, when != NULL ? EG_OP_CASE : EG_OP_REST, out);
    if (op == NULL) {
        return failed(c);
    }
    op->in[0] = when != NULL ? answer : value;
    op->in[1] = when != NULL ? value : EG_ASSESS_NONE;
    return declare_unit(c, derive, out, &quantity(c, value)->unit);
}

static enum eg_status derive_cases(struct eg_assess_compile *c, xmlNode *node, int out)
{
    bool rest = false;
    int cases = 0;

    if (eg_assess_op(c, EG_OP_BEGIN, out) == NULL) {
        return failed(c);
    }
    for (xmlNode *at = node->children; at != NULL; at = at->next) {
        if (at->type != XML_ELEMENT_NODE) {
            continue;
        }
        eg_assess_at(c, at);
        if (rest) {
            return eg_assess_refuse(c, "EA-NAME", "otherwise is the last of a derive");
        }
        rest = eg_xml_is(at, EG_ASSESS_NS, "otherwise");
        cases += !rest;
        EG_TRY(derive_case(c, at, node, out));
    }
    eg_assess_at(c, node);
    if (!rest || cases == 0) {
        return eg_assess_refuse(c, "EA-ELSE",
                                "a derive has a formula, or cases and what is otherwise");
    }
    return EG_OK;
}

enum eg_status eg_assess_derive(struct eg_assess_compile *c, xmlNode *node)
{
    bool formula = xmlHasProp(node, (const xmlChar *)"is") != NULL;
    bool cases = xmlFirstElementChild(node) != NULL;
    int out = new_number(c, true);

    if (out == EG_ASSESS_NONE) {
        return failed(c);
    }
    if (formula && cases) {
        return eg_assess_refuse(c, "EA-NAME", "a derive has either a formula or cases");
    }
    EG_TRY(formula ? derive_formula(c, node, out) : derive_cases(c, node, out));
    return eg_assess_name(c, out, node);
}

enum eg_status eg_assess_select(struct eg_assess_compile *c, xmlNode *node)
{
    const char *where = eg_assess_attribute(c, node, "where");
    int in = here(c, where != NULL ? eg_assess_condition(c, where) : EG_ASSESS_NONE);
    int out = in != EG_ASSESS_NONE ? new_answer(c, true) : EG_ASSESS_NONE;
    struct eg_assess_op *op = out != EG_ASSESS_NONE ? eg_assess_op(c, EG_OP_SPREAD, out) : NULL;
    if (op == NULL) {
        return failed(c);
    }
    op->in[0] = in;
    return eg_assess_name(c, out, node);
}

static enum eg_status valid_when(struct eg_assess_compile *c, xmlNode *node, int out)
{
    const char *when = eg_assess_attribute(c, node, "valid-when");
    if (when == NULL) {
        return EG_OK;
    }
    int in = single(c, eg_assess_condition(c, when));
    struct eg_assess_op *op = in != EG_ASSESS_NONE ? eg_assess_op(c, EG_OP_VALID, out) : NULL;
    if (op == NULL) {
        return failed(c);
    }
    op->in[0] = in;
    quantity(c, out)->reason = eg_assess_attribute(c, node, "else");
    return EG_OK;
}

enum eg_status eg_assess_figure(struct eg_assess_compile *c, xmlNode *node)
{
    const char *is = eg_assess_attribute(c, node, "is");
    int in = single(c, is != NULL ? eg_assess_value(c, is) : EG_ASSESS_NONE);
    int out = in != EG_ASSESS_NONE ? new_number(c, false) : EG_ASSESS_NONE;
    struct eg_assess_op *op = out != EG_ASSESS_NONE ? eg_assess_op(c, EG_OP_COPY, out) : NULL;
    if (op == NULL) {
        return failed(c);
    }
    op->in[0] = in;
    struct eg_assess_quantity *q = quantity(c, out);
    const struct eg_assess_quantity *from = quantity(c, in);
    q->exact = from->exact;
    q->whole = from->whole;
    q->place = from->place;
    q->place_parameter = from->place_parameter;
    EG_TRY(declare_unit(c, node, out, &from->unit));
    EG_TRY(valid_when(c, node, out));
    return eg_assess_name(c, out, node);
}

enum eg_status eg_assess_whether(struct eg_assess_compile *c, xmlNode *node)
{
    const char *when = eg_assess_attribute(c, node, "when");
    int in = single(c, when != NULL ? eg_assess_condition(c, when) : EG_ASSESS_NONE);
    int out = in != EG_ASSESS_NONE ? new_answer(c, false) : EG_ASSESS_NONE;
    struct eg_assess_op *op = out != EG_ASSESS_NONE ? eg_assess_op(c, EG_OP_SPREAD, out) : NULL;
    if (op == NULL) {
        return failed(c);
    }
    op->in[0] = in;
    return eg_assess_name(c, out, node);
}

/* ---- count, sum, mean, max, min, percentile, share, run -------------------------------------- */

enum eg_status eg_assess_count(struct eg_assess_compile *c, xmlNode *node)
{
    const char *when = eg_assess_attribute(c, node, "when");
    int over = EG_ASSESS_NONE;
    enum eg_status status = eg_assess_over(c, node, &over);
    if (status != EG_OK) {
        return status;
    }
    int in = here(c, when != NULL ? eg_assess_condition(c, when) : EG_ASSESS_NONE);
    int out = in != EG_ASSESS_NONE ? new_number(c, false) : EG_ASSESS_NONE;
    struct eg_assess_op *op = out != EG_ASSESS_NONE ? eg_assess_op(c, EG_OP_COUNT, out) : NULL;
    if (op == NULL) {
        return failed(c);
    }
    op->in[0] = in;
    op->in[3] = over;
    struct eg_assess_quantity *q = quantity(c, out);
    q->unit = eg_unit_one;
    q->unit_text = "1";
    q->exact = q->whole = true;
    q->place = 0;
    return eg_assess_name(c, out, node);
}

static enum eg_status using_set(struct eg_assess_compile *c, xmlNode *node,
                                struct eg_assess_set *set)
{
    const char *text = eg_assess_attribute(c, node, "using");
    const char *const *words = NULL;
    size_t count = 0;
    if (text == NULL || !eg_assess_words(c, text, &words, &count)) {
        return eg_assess_nomem(c);
    }
    for (size_t i = 0; i < count; i++) {
        enum eg_value_status status = EG_VALUE_VALID;
        if (!eg_value_status_named(&status, eg_bytes_of(words[i]))) {
            return eg_assess_refuse(c, "EA-WORD", "\"%.40s\" in using is no status of a value",
                                    words[i]);
        }
        set->bits[0] |= (uint64_t)1 << status;
    }
    return EG_OK;
}

/* Places of an unknown selection with which the figure is still usable. */
static enum eg_status unknown_max(int *out, struct eg_assess_compile *c, xmlNode *node)
{
    const char *text = eg_assess_attribute(c, node, "unknown-max");
    *out = 0;
    if (text == NULL) {
        return EG_OK;
    }
    uint64_t number = 0;
    if (!eg_text_u64(eg_bytes_of(text), UNKNOWN_MAX, &number)) {
        return eg_assess_refuse(c, "EA-NUM", "unknown-max is a number of places from 0 to %d",
                                UNKNOWN_MAX);
    }
    *out = (int)number;
    return EG_OK;
}

static enum eg_status aggregate(struct eg_assess_compile *c, xmlNode *node,
                                enum eg_assess_code code, int64_t number)
{
    const char *of = eg_assess_attribute(c, node, "of");
    struct eg_assess_set set = {{0}};
    int over = EG_ASSESS_NONE, unknown = 0;

    EG_TRY(eg_assess_over(c, node, &over));
    EG_TRY(using_set(c, node, &set));
    EG_TRY(unknown_max(&unknown, c, node));
    int in = of != NULL ? eg_assess_find(c, of) : EG_ASSESS_NONE;
    if (in == EG_ASSESS_NONE) {
        return failed(c);
    }
    if (!quantity(c, in)->column || quantity(c, in)->kind != EG_ASSESS_NUMBER) {
        return eg_assess_refuse(c, "EA-KIND", "%s needs a column of numbers; %s is none",
                                c->element, of);
    }
    in = here(c, in);
    int out = in != EG_ASSESS_NONE ? new_number(c, false) : EG_ASSESS_NONE;
    struct eg_assess_op *op = out != EG_ASSESS_NONE ? eg_assess_op(c, code, out) : NULL;
    if (op == NULL) {
        return failed(c);
    }
    op->in[0] = in;
    op->in[3] = over;
    op->set = set;
    op->index = unknown;
    op->number = number;
    struct eg_assess_quantity *q = quantity(c, out);
    const struct eg_assess_quantity *from = quantity(c, in);
    q->unit = from->unit;
    q->unit_text = from->unit_text;
    q->exact = from->exact && code != EG_OP_MEAN;
    q->whole = from->whole && code != EG_OP_MEAN;
    q->place = code != EG_OP_MEAN ? from->place : EG_ASSESS_PLACE_NONE;
    q->place_parameter = from->place_parameter;
    q->counted = true;
    EG_TRY(valid_when(c, node, out));
    return eg_assess_name(c, out, node);
}

enum eg_status eg_assess_aggregate(struct eg_assess_compile *c, xmlNode *node)
{
    const char *name = (const char *)node->name;
    enum eg_assess_code code = strcmp(name, "sum") == 0    ? EG_OP_SUM
                               : strcmp(name, "mean") == 0 ? EG_OP_MEAN
                               : strcmp(name, "max") == 0  ? EG_OP_MAX
                                                           : EG_OP_MIN;
    return aggregate(c, node, code, 0);
}

enum eg_status eg_assess_percentile(struct eg_assess_compile *c, xmlNode *node)
{
    const char *text = eg_assess_attribute(c, node, "p");
    double p = 0;
    const char *point = text != NULL ? strchr(text, '.') : NULL;
    if (text == NULL || !eg_number_read(eg_bytes_of(text), &p) || !(p > 0 && p <= 100) ||
        (point != NULL && strlen(point) > 4)) {
        return eg_assess_refuse(c, "EA-NUM",
                                "p is above 0, at most 100, with at most three decimals");
    }
    return aggregate(c, node, EG_OP_PERCENTILE, (int64_t)(p * 1000 + 0.5));
}

enum eg_status eg_assess_share(struct eg_assess_compile *c, xmlNode *node)
{
    const char *texts[2] = {eg_assess_attribute(c, node, "part"),
                            eg_assess_attribute(c, node, "whole")};
    int in[2] = {EG_ASSESS_NONE, EG_ASSESS_NONE};
    for (int i = 0; i < 2; i++) {
        in[i] = single(c, texts[i] != NULL ? eg_assess_value(c, texts[i]) : EG_ASSESS_NONE);
        if (in[i] == EG_ASSESS_NONE) {
            return failed(c);
        }
        if (!quantity(c, in[i])->whole || !eg_unit_same(&quantity(c, in[i])->unit, &eg_unit_one)) {
            return eg_assess_refuse(c, "EA-KIND", "a share is one of counted figures");
        }
    }
    int out = new_number(c, false);
    struct eg_assess_op *op = out != EG_ASSESS_NONE ? eg_assess_op(c, EG_OP_SHARE, out) : NULL;
    if (op == NULL) {
        return failed(c);
    }
    op->in[0] = in[0];
    op->in[1] = in[1];
    struct eg_assess_quantity *q = quantity(c, out);
    q->unit_text = "%";
    q->exact = true;
    EG_TRY(eg_assess_unit(c, "%", &q->unit));
    return eg_assess_name(c, out, node);
}

enum eg_status eg_assess_run(struct eg_assess_compile *c, xmlNode *node)
{
    const char *condition = eg_assess_attribute(c, node, "while");
    const char *after = eg_assess_attribute(c, node, "after");
    struct eg_unit hours = eg_unit_one;
    int start = EG_ASSESS_NONE;

    if (c->a->grid == EG_GRID_MEASUREMENT ||
        c->a->blocks[c->block].kind == EG_ASSESS_BLOCK_WINDOW) {
        return eg_assess_refuse(c, "EA-KIND", "a run is counted on a grid of half-hours or hours");
    }
    int in = here(c, condition != NULL ? eg_assess_condition(c, condition) : EG_ASSESS_NONE);
    if (in == EG_ASSESS_NONE || eg_assess_unit(c, "h", &hours) != EG_OK) {
        return failed(c);
    }
    if (after != NULL) {
        start = single(c, eg_assess_value(c, after));
        if (start == EG_ASSESS_NONE) {
            return failed(c);
        }
        if (!eg_unit_same(&quantity(c, start)->unit, &hours)) {
            return eg_assess_refuse(c, "EA-UNIT", "after is a figure in h");
        }
    }
    int out = new_number(c, true);
    struct eg_assess_op *op = out != EG_ASSESS_NONE ? eg_assess_op(c, EG_OP_RUN, out) : NULL;
    if (op == NULL) {
        return failed(c);
    }
    op->in[0] = in;
    op->in[1] = start;
    struct eg_assess_quantity *q = quantity(c, out);
    q->unit = hours;
    q->unit_text = "h";
    q->exact = true;
    return eg_assess_name(c, out, node);
}

/* ---- round -------------------------------------------------------------------------------- */

static enum eg_status round_place(struct eg_assess_compile *c, xmlNode *node, int in,
                                  struct eg_assess_quantity *to, int *parameter)
{
    const char *as = eg_assess_attribute(c, node, "as");
    const char *place = eg_assess_attribute(c, node, "place");

    *parameter = EG_ASSESS_NONE;
    if ((as == NULL) == (place == NULL)) {
        return eg_assess_refuse(c, "EA-NUM",
                                "a round has either \"as\" a parameter or a \"place\"");
    }
    if (place != NULL) {
        if (place[0] < '0' || place[0] >= '0' + EG_NUMBER_PLACES_MAX || place[1] != '\0') {
            return eg_assess_refuse(c, "EA-NUM", "a place is 0 to %d decimals",
                                    EG_NUMBER_PLACES_MAX - 1);
        }
        to->place = place[0] - '0';
        return EG_OK;
    }
    *parameter = eg_assess_parameter(c, as);
    if (*parameter == EG_ASSESS_NONE) {
        return failed(c);
    }
    const struct eg_assess_quantity *p = quantity(c, c->a->parameters[*parameter].quantity);
    if (p->kind == EG_ASSESS_WORD) {
        return eg_assess_refuse(c, "EA-KIND", "$%s is a word and has no place", as);
    }
    if (!eg_unit_same(&p->unit, &quantity(c, in)->unit)) {
        return eg_assess_refuse(c, "EA-UNIT", "$%s has another unit than what is rounded", as);
    }
    to->place = EG_ASSESS_PLACE_OF_ANY;
    to->place_parameter = *parameter;
    return EG_OK;
}

enum eg_status eg_assess_round(struct eg_assess_compile *c, xmlNode *node)
{
    const char *of = eg_assess_attribute(c, node, "of");
    struct eg_assess_quantity made = {0};
    int having = EG_ASSESS_NONE, parameter = EG_ASSESS_NONE;
    int in = of != NULL ? eg_assess_find(c, of) : EG_ASSESS_NONE;

    if (in == EG_ASSESS_NONE) {
        return failed(c);
    }
    if (quantity(c, in)->kind != EG_ASSESS_NUMBER) {
        return eg_assess_refuse(c, "EA-KIND", "only numbers are rounded; %s is none", of);
    }
    if (quantity(c, in)->column && (in = here(c, in)) == EG_ASSESS_NONE) {
        return failed(c);
    }
    EG_TRY(eg_assess_having(c, node, &having));
    EG_TRY(round_place(c, node, in, &made, &parameter));
    int out = new_number(c, quantity(c, in)->column);
    struct eg_assess_op *op = out != EG_ASSESS_NONE ? eg_assess_op(c, EG_OP_ROUND, out) : NULL;
    if (op == NULL) {
        return failed(c);
    }
    op->in[0] = in;
    op->index = parameter;
    op->number = made.place;
    op->having = having;
    struct eg_assess_quantity *q = quantity(c, out);
    q->unit = quantity(c, in)->unit;
    q->unit_text = quantity(c, in)->unit_text;
    q->exact = true;
    q->place = made.place;
    q->place_parameter = parameter;
    return eg_assess_name(c, out, node);
}
