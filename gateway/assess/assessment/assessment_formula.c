/*
 * Expressions become operations over numbered quantities. Here units are compared, kinds told
 * apart, and exactness kept: given values, parameters, counts and what is rounded may be compared;
 * sums, differences and products of counts and parameters too, everything else must pass a round
 * first.
 */
#include "assess/assessment/assessment_model.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static struct eg_assess_quantity *quantity(struct eg_assess_compile *c, int index)
{
    return &c->a->quantities[index];
}

static const struct eg_expression *read_text(struct eg_assess_compile *c, const char *text,
                                             enum eg_expression_form form)
{
    char where[EG_ERROR_WHERE_MAX] = "";
    const struct eg_expression *root = NULL;

    (void)snprintf(where, sizeof where, "%s:%u", c->a->file, c->line);
    return eg_expression_read(&root, &c->a->arena, text, form, where, c->err) == EG_OK ? root
                                                                                       : NULL;
}

enum eg_status eg_assess_unit(struct eg_assess_compile *c, const char *text, struct eg_unit *out)
{
    if (!eg_unit_read(eg_bytes_of(text), out)) {
        return eg_assess_refuse(c, "EA-UNIT", "\"%.40s\" is no unit of the table", text);
    }
    return EG_OK;
}

/* ---- shapes ------------------------------------------------------------------------------- */

/* Take over column and grid of an operand; EA-KIND: two grids, or a grid of another block. */
static bool join(struct eg_assess_compile *c, int out, int in)
{
    struct eg_assess_quantity *to = quantity(c, out);
    const struct eg_assess_quantity *from = quantity(c, in);

    if (!from->column) {
        return true;
    }
    if (from->grid != eg_assess_grid_here(c) || (to->column && to->grid != from->grid)) {
        (void)eg_assess_refuse(
            c, "EA-KIND",
            "%s has a value for each place of another grid; a window sees single "
            "figures of outside only",
            from->name != NULL ? from->name : "a part of this expression");
        return false;
    }
    to->column = true;
    to->grid = from->grid;
    return true;
}

static struct eg_assess_op *emit(struct eg_assess_compile *c, enum eg_assess_code code, int out,
                                 int a, int b)
{
    if (out == EG_ASSESS_NONE || !join(c, out, a) || (b != EG_ASSESS_NONE && !join(c, out, b))) {
        return NULL;
    }
    struct eg_assess_op *op = eg_assess_op(c, code, out);
    if (op != NULL) {
        op->in[0] = a;
        op->in[1] = b;
    }
    return op;
}

int eg_assess_spread(struct eg_assess_compile *c, int index)
{
    if (index == EG_ASSESS_NONE || quantity(c, index)->column) {
        return index;
    }
    enum eg_assess_kind kind = quantity(c, index)->kind;
    int out = eg_assess_quantity(c, kind, EG_ASSESS_TEMPORARY);
    if (out == EG_ASSESS_NONE) {
        return out;
    }
    struct eg_assess_quantity *q = quantity(c, out);
    *q = (struct eg_assess_quantity){.kind = kind,
                                     .column = true,
                                     .grid = eg_assess_grid_here(c),
                                     .unit = quantity(c, index)->unit,
                                     .place = EG_ASSESS_PLACE_NONE,
                                     .classes = EG_ASSESS_NONE,
                                     .block = c->block};
    struct eg_assess_op *op =
        eg_assess_op(c, kind == EG_ASSESS_ANSWER ? EG_OP_SPREAD : EG_OP_COPY, out);
    if (op == NULL) {
        return EG_ASSESS_NONE;
    }
    op->in[0] = index;
    return out;
}

/* ---- formulas of parameters alone ---------------------------------------------------------- */

static bool is_constant(const struct eg_expression *e)
{
    bool takes = e->kind == EG_EXPR_NUMBER || e->kind == EG_EXPR_PARAMETER ||
                 (e->kind >= EG_EXPR_ADD && e->kind <= EG_EXPR_DIVIDE) ||
                 (e->kind == EG_EXPR_CALL && e->function == EG_FN_PERCENT_OF);
    for (size_t i = 0; takes && i < e->arg_count; i++) {
        takes = is_constant(e->args[i]);
    }
    return takes;
}

static bool is_step(const struct eg_expression *e)
{
    return e->kind == EG_EXPR_PARAMETER && strcmp(e->text, "step") == 0;
}

static bool is_nought(const char *digits)
{
    return digits[strspn(digits, "0.")] == '\0';
}

static bool combine_units(struct eg_assess_compile *c, struct eg_unit *out,
                          enum eg_expression_kind kind, const struct eg_unit *a,
                          const struct eg_unit *b)
{
    bool fits = false;
    if (kind == EG_EXPR_ADD || kind == EG_EXPR_SUBTRACT) {
        fits = eg_unit_same(a, b) && !eg_unit_is_offset(a) && !eg_unit_is_offset(b);
        *out = a->any ? *b : *a;
    } else {
        fits = kind == EG_EXPR_MULTIPLY ? eg_unit_multiply(out, a, b) : eg_unit_divide(out, a, b);
    }
    if (!fits) {
        (void)eg_assess_refuse(
            c, "EA-UNIT",
            "these units can not be %s; nothing is converted silently, see convert "
            "and kelvin",
            kind == EG_EXPR_ADD || kind == EG_EXPR_SUBTRACT ? "added or subtracted"
                                                            : "multiplied or divided");
    }
    return fits;
}

/* The unit of a constant formula; also marks its parameters as used here. */
static bool constant_unit(struct eg_assess_compile *c, const struct eg_expression *e,
                          struct eg_unit *out)
{
    struct eg_unit a = eg_unit_one, b = eg_unit_one;

    if (e->kind == EG_EXPR_NUMBER) {
        *out = is_nought(e->text) ? eg_unit_any : e->has_unit ? e->unit : eg_unit_one;
        return true;
    }
    if (is_step(e)) {
        if (c->a->grid == EG_GRID_MEASUREMENT) {
            (void)eg_assess_refuse(c, "EA-KIND", "measurements have no grid, and so no $step");
            return false;
        }
        return eg_unit_read(eg_bytes_of("h"), out);
    }
    if (e->kind == EG_EXPR_PARAMETER) {
        int parameter = eg_assess_parameter(c, e->text);
        if (parameter == EG_ASSESS_NONE) {
            return false;
        }
        const struct eg_assess_quantity *q = quantity(c, c->a->parameters[parameter].quantity);
        if (q->kind == EG_ASSESS_WORD) {
            (void)eg_assess_refuse(c, "EA-KIND", "$%s is a word; ask whether it is one", e->text);
            return false;
        }
        *out = q->unit;
        return true;
    }
    if (!constant_unit(c, e->args[0], &a) || !constant_unit(c, e->args[1], &b)) {
        return false;
    }
    if (e->kind != EG_EXPR_CALL) {
        return combine_units(c, out, e->kind, &a, &b);
    }
    struct eg_unit percent = {0};
    if (!eg_unit_read(eg_bytes_of("%"), &percent) || !eg_unit_same(&a, &percent)) {
        (void)eg_assess_refuse(c, "EA-UNIT", "percent-of takes a percentage first");
        return false;
    }
    *out = b;
    return true;
}

static int constant(struct eg_assess_compile *c, const struct eg_expression *e)
{
    struct eg_assessment *a = c->a;
    struct eg_unit unit = eg_unit_one;

    if (!constant_unit(c, e, &unit)) {
        return EG_ASSESS_NONE;
    }
    if (e->kind == EG_EXPR_PARAMETER && !is_step(e)) {
        return a->parameters[eg_assess_parameter(c, e->text)].quantity;
    }
    int out = eg_assess_quantity(c, EG_ASSESS_NUMBER, EG_ASSESS_TEMPORARY);
    struct eg_assess_constant *made =
        out == EG_ASSESS_NONE ? NULL
                              : eg_assess_append(c, (void **)&a->constants, &a->constant_count,
                                                 sizeof *made, EG_ASSESSMENT_OPERATIONS_MAX);
    if (made == NULL) {
        return EG_ASSESS_NONE;
    }
    made->formula = e;
    made->quantity = out;
    quantity(c, out)->unit = unit;
    quantity(c, out)->exact = quantity(c, out)->whole = true;
    return out;
}

/* ---- values ------------------------------------------------------------------------------- */

static int number_named(struct eg_assess_compile *c, const char *name)
{
    int found = eg_assess_find(c, name);
    if (found != EG_ASSESS_NONE && quantity(c, found)->kind != EG_ASSESS_NUMBER) {
        (void)eg_assess_refuse(c, "EA-KIND", "%s is %s, not a number", name,
                               quantity(c, found)->kind == EG_ASSESS_WORD ? "a word" : "yes or no");
        return EG_ASSESS_NONE;
    }
    return found;
}

static int value_tree(struct eg_assess_compile *c, const struct eg_expression *e);

static int arithmetic(struct eg_assess_compile *c, const struct eg_expression *e)
{
    static const enum eg_assess_code codes[] = {EG_OP_ADD, EG_OP_SUBTRACT, EG_OP_MULTIPLY,
                                                EG_OP_DIVIDE};
    struct eg_unit unit = eg_unit_one;
    int a = value_tree(c, e->args[0]);
    int b = a != EG_ASSESS_NONE ? value_tree(c, e->args[1]) : EG_ASSESS_NONE;

    if (b == EG_ASSESS_NONE ||
        !combine_units(c, &unit, e->kind, &quantity(c, a)->unit, &quantity(c, b)->unit)) {
        return EG_ASSESS_NONE;
    }
    int out = eg_assess_quantity(c, EG_ASSESS_NUMBER, EG_ASSESS_TEMPORARY);
    if (emit(c, codes[e->kind - EG_EXPR_ADD], out, a, b) == NULL) {
        return EG_ASSESS_NONE;
    }
    struct eg_assess_quantity *q = quantity(c, out);
    q->unit = unit;
    q->whole = quantity(c, a)->whole && quantity(c, b)->whole && e->kind != EG_EXPR_DIVIDE;
    q->exact = q->whole;
    return out;
}

static bool need_unit(struct eg_assess_compile *c, enum eg_expression_function function, int in,
                      const char *text)
{
    struct eg_unit unit = eg_unit_one;
    if (eg_unit_read(eg_bytes_of(text), &unit) && eg_unit_same(&quantity(c, in)->unit, &unit)) {
        return true;
    }
    (void)eg_assess_refuse(c, "EA-UNIT", "%s takes a value in %s here",
                           eg_expression_function_text(function), text);
    return false;
}

/* mass-flow: any mass per volume times volume per time, given in kg/h. */
static bool mass_flow_unit(struct eg_assess_compile *c, const int in[4], struct eg_unit *out,
                           int64_t *power)
{
    struct eg_unit product = eg_unit_one;
    int shift = 0;
    if (!eg_unit_read(eg_bytes_of("kg/h"), out) ||
        !eg_unit_multiply(&product, &quantity(c, in[0])->unit, &quantity(c, in[1])->unit) ||
        !eg_unit_convert(&shift, &product, out)) {
        (void)eg_assess_refuse(c, "EA-UNIT", "mass-flow takes a concentration, as mg/m3, and m3/h");
        return false;
    }
    *power = shift;
    return true;
}

static bool convert_unit(struct eg_assess_compile *c, const struct eg_expression *e, int in,
                         struct eg_unit *out, int64_t *power)
{
    int shift = 0;
    *out = e->unit;
    if (!eg_unit_convert(&shift, &quantity(c, in)->unit, &e->unit)) {
        (void)eg_assess_refuse(c, "EA-UNIT",
                               "convert goes between units of the same quantity; %% and vol-%% are "
                               "not, degC is made K by kelvin");
        return false;
    }
    *power = shift;
    return true;
}

static bool call_unit(struct eg_assess_compile *c, const struct eg_expression *e, const int in[4],
                      struct eg_unit *out, int64_t *power)
{
    const struct eg_unit *first = &quantity(c, in[0])->unit;
    const struct eg_expression_signature *signature = eg_expression_signature(e->function);

    for (size_t i = 0; i < signature->count; i++) {
        if (signature->units[i] != NULL && !need_unit(c, e->function, in[i], signature->units[i])) {
            return false;
        }
    }
    *out = *first;
    switch (e->function) {
    case EG_FN_PERCENT_OF:
        *out = quantity(c, in[1])->unit;
        return true;
    case EG_FN_MASS_FLOW:
        return mass_flow_unit(c, in, out, power);
    case EG_FN_MAX:
    case EG_FN_MIN:
        if (!eg_unit_same(first, &quantity(c, in[1])->unit)) {
            (void)eg_assess_refuse(c, "EA-UNIT", "%s compares values of one unit",
                                   eg_expression_function_text(e->function));
            return false;
        }
        *out = first->any ? quantity(c, in[1])->unit : *first;
        return true;
    case EG_FN_KELVIN:
        return eg_unit_read(eg_bytes_of(signature->gives), out);
    case EG_FN_CONVERT:
        return convert_unit(c, e, in[0], out, power);
    default:
        return true;
    }
}

static int last(struct eg_assess_compile *c, int in)
{
    if (!quantity(c, in)->column || quantity(c, in)->grid != eg_assess_grid_here(c)) {
        (void)eg_assess_refuse(c, "EA-KIND", "last takes a column of this block");
        return EG_ASSESS_NONE;
    }
    int out = eg_assess_quantity(c, EG_ASSESS_NUMBER, EG_ASSESS_TEMPORARY);
    struct eg_assess_op *op = out != EG_ASSESS_NONE ? eg_assess_op(c, EG_OP_LAST, out) : NULL;
    if (op == NULL) {
        return EG_ASSESS_NONE;
    }
    op->in[0] = in;
    const struct eg_assess_quantity *from = quantity(c, in);
    struct eg_assess_quantity *q = quantity(c, out);
    q->unit = from->unit;
    q->exact = from->exact;
    q->whole = from->whole;
    q->place = from->place;
    q->place_parameter = from->place_parameter;
    return out;
}

static int call(struct eg_assess_compile *c, const struct eg_expression *e)
{
    int in[4] = {EG_ASSESS_NONE, EG_ASSESS_NONE, EG_ASSESS_NONE, EG_ASSESS_NONE};
    struct eg_unit unit = eg_unit_one;
    int64_t power = 0;

    for (size_t i = 0; i < e->arg_count; i++) {
        in[i] = value_tree(c, e->args[i]);
        if (in[i] == EG_ASSESS_NONE) {
            return EG_ASSESS_NONE;
        }
    }
    if (e->function == EG_FN_LAST) {
        return last(c, in[0]);
    }
    if (!call_unit(c, e, in, &unit, &power)) {
        return EG_ASSESS_NONE;
    }
    int out = eg_assess_quantity(c, EG_ASSESS_NUMBER, EG_ASSESS_TEMPORARY);
    for (size_t i = 2; out != EG_ASSESS_NONE && i < e->arg_count; i++) {
        out = join(c, out, in[i]) ? out : EG_ASSESS_NONE;
    }
    struct eg_assess_op *op = emit(c, EG_OP_CALL, out, in[0], in[1]);
    if (op == NULL) {
        return EG_ASSESS_NONE;
    }
    memcpy(op->in, in, sizeof op->in);
    op->index = (int)e->function;
    op->number = power;
    quantity(c, out)->unit = unit;
    return out;
}

static int value_tree(struct eg_assess_compile *c, const struct eg_expression *e)
{
    if (is_constant(e)) {
        return constant(c, e);
    }
    if (e->kind == EG_EXPR_NAME) {
        return number_named(c, e->text);
    }
    return e->kind == EG_EXPR_CALL ? call(c, e) : arithmetic(c, e);
}

int eg_assess_value(struct eg_assess_compile *c, const char *text)
{
    const struct eg_expression *e = read_text(c, text, EG_FORM_VALUE);
    return e != NULL ? value_tree(c, e) : EG_ASSESS_NONE;
}

/* ---- conditions --------------------------------------------------------------------------- */

static int condition(struct eg_assess_compile *c, const struct eg_expression *e);

static int new_answer(struct eg_assess_compile *c)
{
    return eg_assess_quantity(c, EG_ASSESS_ANSWER, EG_ASSESS_TEMPORARY);
}

static int answer_named(struct eg_assess_compile *c, const char *name)
{
    int found = eg_assess_find(c, name);
    if (found != EG_ASSESS_NONE && quantity(c, found)->kind != EG_ASSESS_ANSWER) {
        (void)eg_assess_refuse(c, "EA-KIND", "%s is %s, not yes or no; compare it with something",
                               name,
                               quantity(c, found)->kind == EG_ASSESS_WORD ? "a word" : "a number");
        return EG_ASSESS_NONE;
    }
    return found;
}

static bool need_exact(struct eg_assess_compile *c, int in)
{
    if (quantity(c, in)->exact) {
        return true;
    }
    (void)eg_assess_refuse(
        c, "EA-ROUND", "%s is computed and not rounded; round it and compare what was rounded",
        quantity(c, in)->name != NULL ? quantity(c, in)->name : "a side of this comparison");
    return false;
}

static int compare(struct eg_assess_compile *c, const struct eg_expression *e)
{
    int a = value_tree(c, e->args[0]);
    int b = a != EG_ASSESS_NONE ? value_tree(c, e->args[1]) : EG_ASSESS_NONE;
    if (b == EG_ASSESS_NONE) {
        return EG_ASSESS_NONE;
    }
    if (!eg_unit_same(&quantity(c, a)->unit, &quantity(c, b)->unit)) {
        (void)eg_assess_refuse(c, "EA-UNIT", "\"%s\" compares values of one unit; see convert",
                               eg_relation_text(e->relation));
        return EG_ASSESS_NONE;
    }
    if (!need_exact(c, a) || !need_exact(c, b)) {
        return EG_ASSESS_NONE;
    }
    int out = new_answer(c);
    struct eg_assess_op *op = emit(c, EG_OP_COMPARE, out, a, b);
    if (op == NULL) {
        return EG_ASSESS_NONE;
    }
    op->index = (int)e->relation;
    return out;
}

static bool word_set(struct eg_assess_compile *c, const struct eg_expression *e,
                     const char *const *words, size_t count, struct eg_assess_set *set)
{
    for (size_t i = 0; i < e->word_count; i++) {
        size_t k = 0;
        while (k < count && strcmp(words[k], e->words[i]) != 0) {
            k++;
        }
        if (k == count) {
            const char *near = eg_text_nearest(e->words[i], words, count);
            (void)eg_assess_refuse(c, "EA-WORD", "\"%.64s\" is none of its words%s%s", e->words[i],
                                   near != NULL ? "; did you mean " : "", near != NULL ? near : "");
            return false;
        }
        set->bits[k / 64] |= (uint64_t)1 << (k % 64);
    }
    return true;
}

/* The words that a parameter may hold are those that its rows say, and those asked for. */
static bool parameter_words(struct eg_assess_compile *c, const struct eg_expression *e,
                            int parameter)
{
    const struct eg_parameter *p = c->a->parameters[parameter].parameter;
    struct eg_assess_quantity *q = quantity(c, c->a->parameters[parameter].quantity);
    size_t most = q->word_count + p->row_count + e->word_count + 1, count = q->word_count;
    const char **words = eg_arena_array(&c->a->arena, most, sizeof *words);

    if (words == NULL) {
        (void)eg_assess_nomem(c);
        return false;
    }
    if (count > 0) {
        memcpy(words, q->words, count * sizeof *words);
    }
    for (size_t i = 0; i <= p->row_count + (p->may_override ? e->word_count : 0); i++) {
        const char *word = i < p->row_count    ? p->rows[i].value
                           : i == p->row_count ? p->value
                                               : e->words[i - p->row_count - 1];
        size_t k = 0;
        while (word != NULL && k < count && strcmp(words[k], word) != 0) {
            k++;
        }
        if (word != NULL && k == count) {
            words[count++] = word;
        }
    }
    if (count > 255) {
        (void)eg_assess_refuse(c, "EA-LIMIT", "a parameter has at most 255 words");
        return false;
    }
    q->words = words;
    q->word_count = count;
    return true;
}

/* A word by name: a column or figure, a setting, or a parameter. */
static int word_named(struct eg_assess_compile *c, const struct eg_expression *e)
{
    const struct eg_expression *named = e->args[0];

    if (named->kind == EG_EXPR_PARAMETER) {
        int parameter = eg_assess_parameter(c, named->text);
        if (parameter == EG_ASSESS_NONE) {
            return EG_ASSESS_NONE;
        }
        int found = c->a->parameters[parameter].quantity;
        if (quantity(c, found)->kind != EG_ASSESS_WORD) {
            (void)eg_assess_refuse(c, "EA-KIND", "$%s is a number; compare it", named->text);
            return EG_ASSESS_NONE;
        }
        return parameter_words(c, e, parameter) ? found : EG_ASSESS_NONE;
    }
    if (eg_assess_look(c, named->text) == EG_ASSESS_NONE) {
        int setting = eg_assess_setting(c, named->text);
        if (setting != EG_ASSESS_NONE) {
            return c->a->settings[setting].quantity;
        }
        if (c->err->status != EG_OK) {
            return EG_ASSESS_NONE;
        }
    }
    int found = eg_assess_find(c, named->text);
    if (found != EG_ASSESS_NONE && quantity(c, found)->kind != EG_ASSESS_WORD) {
        (void)eg_assess_refuse(
            c, "EA-KIND", "%s is no word; \"status of\" asks for a value's status", named->text);
        return EG_ASSESS_NONE;
    }
    return found;
}

static int is_word(struct eg_assess_compile *c, const struct eg_expression *e)
{
    struct eg_assess_set set = {{0}};
    int in = word_named(c, e);
    if (in == EG_ASSESS_NONE ||
        !word_set(c, e, quantity(c, in)->words, quantity(c, in)->word_count, &set)) {
        return EG_ASSESS_NONE;
    }
    int out = new_answer(c);
    struct eg_assess_op *op = emit(c, EG_OP_IS, out, in, EG_ASSESS_NONE);
    if (op == NULL) {
        return EG_ASSESS_NONE;
    }
    op->set = set;
    return out;
}

static int status_is(struct eg_assess_compile *c, const struct eg_expression *e)
{
    const char *words[EG_VALUE_MISSING + 1];
    struct eg_assess_set set = {{0}};
    for (int i = 0; i <= EG_VALUE_MISSING; i++) {
        words[i] = eg_value_status_text((enum eg_value_status)i);
    }
    int in = number_named(c, e->args[0]->text);
    if (in == EG_ASSESS_NONE || !word_set(c, e, words, EG_VALUE_MISSING + 1, &set)) {
        return EG_ASSESS_NONE;
    }
    int out = new_answer(c);
    struct eg_assess_op *op = emit(c, EG_OP_STATUS, out, in, EG_ASSESS_NONE);
    if (op == NULL) {
        return EG_ASSESS_NONE;
    }
    op->set = set;
    return out;
}

static int ended(struct eg_assess_compile *c, const struct eg_expression *e)
{
    int window = eg_assess_find_window(c, e->text);
    if (window == EG_ASSESS_NONE) {
        return EG_ASSESS_NONE;
    }
    if (c->a->windows[window].days == EG_DAYS_BEFORE) {
        (void)eg_assess_refuse(c, "EA-WINDOW",
                               "the report's day is not in %s, so it can not end it", e->text);
        return EG_ASSESS_NONE;
    }
    int out = new_answer(c);
    struct eg_assess_op *op = out != EG_ASSESS_NONE ? eg_assess_op(c, EG_OP_ENDED, out) : NULL;
    if (op == NULL) {
        return EG_ASSESS_NONE;
    }
    op->index = window;
    return out;
}

static int has_word(struct eg_assess_compile *c, const struct eg_expression *e)
{
    int in = word_named(c, e);
    int out = in != EG_ASSESS_NONE ? new_answer(c) : EG_ASSESS_NONE;
    return out != EG_ASSESS_NONE && emit(c, EG_OP_HAS_WORD, out, in, EG_ASSESS_NONE) != NULL
               ? out
               : EG_ASSESS_NONE;
}

static int has_number(struct eg_assess_compile *c, const struct eg_expression *e)
{
    int in = value_tree(c, e->args[0]);
    int out = in != EG_ASSESS_NONE ? new_answer(c) : EG_ASSESS_NONE;
    return emit(c, EG_OP_HAS_NUMBER, out, in, EG_ASSESS_NONE) != NULL ? out : EG_ASSESS_NONE;
}

static int combine(struct eg_assess_compile *c, const struct eg_expression *e)
{
    enum eg_assess_code code = e->kind == EG_EXPR_NOT   ? EG_OP_NOT
                               : e->kind == EG_EXPR_AND ? EG_OP_AND
                                                        : EG_OP_OR;
    int b = EG_ASSESS_NONE;
    int a = condition(c, e->args[0]);
    if (a == EG_ASSESS_NONE) {
        return EG_ASSESS_NONE;
    }
    if (e->arg_count > 1) {
        b = condition(c, e->args[1]);
        if (b == EG_ASSESS_NONE) {
            return EG_ASSESS_NONE;
        }
    }
    int out = new_answer(c);
    return emit(c, code, out, a, b) != NULL ? out : EG_ASSESS_NONE;
}

static int condition(struct eg_assess_compile *c, const struct eg_expression *e)
{
    switch (e->kind) {
    case EG_EXPR_COMPARE:
        return compare(c, e);
    case EG_EXPR_IS:
        return is_word(c, e);
    case EG_EXPR_STATUS_IS:
        return status_is(c, e);
    case EG_EXPR_HAS_NUMBER:
        return has_number(c, e);
    case EG_EXPR_HAS_WORD:
        return has_word(c, e);
    case EG_EXPR_ENDED:
        return ended(c, e);
    case EG_EXPR_YES:
        return answer_named(c, e->text);
    default:
        return combine(c, e);
    }
}

int eg_assess_condition(struct eg_assess_compile *c, const char *text)
{
    const struct eg_expression *e = read_text(c, text, EG_FORM_CONDITION);
    return e != NULL ? condition(c, e) : EG_ASSESS_NONE;
}
