/*
 * Trees are compared as text: (operator operand operand), a parameter with $, a unit as its power
 * of ten in brackets.
 */
#include "assess/language/expression.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void print(struct eg_buf *out, const struct eg_expression *e)
{
    static const char *const names[] = {"",   "",          "",    "+",        "-",     "*",
                                        "/",  "",          "or",  "and",      "not",   "",
                                        "is", "status-is", "has", "has-word", "ended", "yes"};
    switch (e->kind) {
    case EG_EXPR_NUMBER:
        eg_buf_text(out, e->text);
        if (e->has_unit) {
            eg_buf_format(out, "[%d]", e->unit.scale);
        }
        return;
    case EG_EXPR_PARAMETER:
        eg_buf_format(out, "$%s", e->text);
        return;
    case EG_EXPR_NAME:
        eg_buf_text(out, e->text);
        return;
    default:
        break;
    }
    const char *name = e->kind == EG_EXPR_CALL      ? eg_expression_function_text(e->function)
                       : e->kind == EG_EXPR_COMPARE ? eg_relation_text(e->relation)
                                                    : names[e->kind];
    eg_buf_format(out, "(%s", name);
    if (e->text != NULL) {
        eg_buf_format(out, " %s", e->text);
    }
    for (size_t i = 0; i < e->arg_count; i++) {
        eg_buf_char(out, ' ');
        print(out, e->args[i]);
    }
    for (size_t i = 0; i < e->word_count; i++) {
        eg_buf_format(out, " '%s'", e->words[i]);
    }
    if (e->kind == EG_EXPR_CALL && e->has_unit) {
        eg_buf_format(out, " [%d]", e->unit.scale);
    }
    eg_buf_char(out, ')');
}

static void expect(const char *text, enum eg_expression_form form, const char *tree)
{
    struct eg_arena arena = {0};
    struct eg_buf out = {0};
    struct eg_error err = {0};
    const struct eg_expression *root = NULL;
    eg_arena_init(&arena, EG_MIB);
    eg_buf_init(&out, EG_MIB);
    enum eg_status status = eg_expression_read(&root, &arena, text, form, "a.xml:3", &err);
    cr_assert_eq(status, EG_OK, "%s: %s", text, err.text);
    print(&out, root);
    cr_assert_str_eq((const char *)out.data, tree);
    eg_buf_done(&out);
    eg_arena_done(&arena);
}

static void refuse(const char *text, enum eg_expression_form form, const char *begin)
{
    struct eg_arena arena = {0};
    struct eg_error err = {0};
    const struct eg_expression *root = NULL;
    eg_arena_init(&arena, EG_MIB);
    enum eg_status status = eg_expression_read(&root, &arena, text, form, "a.xml:3", &err);
    cr_assert_neq(status, EG_OK, "%s", text);
    cr_assert_null(root);
    cr_assert_str_eq(err.where, "a.xml:3");
    cr_assert_eq(strncmp(err.text, begin, strlen(begin)), 0, "%s: %s, not %s", text, err.text,
                 begin);
    eg_arena_done(&arena);
}

#define VALUE(text, tree) expect(text, EG_FORM_VALUE, tree)
#define CONDITION(text, tree) expect(text, EG_FORM_CONDITION, tree)
#define NO_VALUE(text, begin) refuse(text, EG_FORM_VALUE, begin)
#define NO_CONDITION(text, begin) refuse(text, EG_FORM_CONDITION, begin)

Test(expression, reads_values_from_left_to_right_products_first)
{
    VALUE("a", "a");
    VALUE("  a  ", "a");
    VALUE("a - b - c", "(- (- a b) c)");
    VALUE("a + b * c / d", "(+ a (/ (* b c) d))");
    VALUE("(a + b) * c", "(* (+ a b) c)");
    VALUE("a+b*c", "(+ a (* b c))");
    VALUE("day-mean - ci", "(- day-mean ci)");
    VALUE("2 * $limit-day", "(* 2 $limit-day)");
    VALUE("max(0, ssta - ci)", "(max 0 (- ssta ci))");
    VALUE("reference-oxygen(sta, o2, $o2-ref)", "(reference-oxygen sta o2 $o2-ref)");
    VALUE("standard-dry(c, t, p, f)", "(standard-dry c t p f)");
    VALUE("abs( last (x) )", "(abs (last x))");
}

Test(expression, reads_numbers_with_units)
{
    VALUE("5", "5");
    VALUE("0.030 mg/m3", "0.030[0]");
    VALUE("5 kg/h", "5[6]");
    VALUE("5 %", "5[0]");
    VALUE("3 vol-% + x", "(+ 3[0] x)");
    VALUE("3 h*$x", "(* 3[0] $x)");
    VALUE("3 h/x", "(/ 3[0] x)");
    VALUE("convert(x, kg/h)", "(convert x [6])");
    VALUE("convert(a * b, 1)", "(convert (* a b) [0])");
    VALUE("123456789012345", "123456789012345");
}

Test(expression, reads_conditions)
{
    CONDITION("a exceeds b", "(exceeds a b)");
    CONDITION("a falls  below 5 mg/m3", "(falls below a 5[0])");
    CONDITION("a is at least $b", "(is at least a $b)");
    CONDITION("a is at most 1 + 2", "(is at most a (+ 1 2))");
    CONDITION("a equals 0 or b differs from 0", "(or (equals a 0) (differs from b 0))");
    CONDITION("a or b and not c", "(or (yes a) (and (yes b) (not (yes c))))");
    CONDITION("(a or b) and c", "(and (or (yes a) (yes b)) (yes c))");
    CONDITION("(a + b) exceeds c", "(exceeds (+ a b) c)");
    CONDITION("((a)) exceeds ((c))", "(exceeds a c)");
    CONDITION("not (a) exceeds b", "(not (exceeds a b))");
    CONDITION("(a)", "(yes a)");
    CONDITION("not not a", "(not (not (yes a)))");
    CONDITION("year has ended and not complied", "(and (ended year) (not (yes complied)))");
}

Test(expression, reads_tests_of_words_status_and_presence)
{
    CONDITION("state is on", "(is state 'on')");
    CONDITION("state is not off and load is at least $load-min",
              "(and (not (is state 'off')) (is at least load $load-min))");
    CONDITION("state is one of start-up, shut-down and waste is burning",
              "(and (is state 'start-up' 'shut-down') (is waste 'burning'))");
    CONDITION("size is below-50-MW", "(is size 'below-50-MW')");
    CONDITION("size is 50-MW", "(is size '50-MW')");
    CONDITION("place is at", "(is place 'at')");
    CONDITION("$deviation is allowed", "(is $deviation 'allowed')");
    CONDITION("status of x is not one of invalid, missing",
              "(not (status-is x 'invalid' 'missing'))");
    CONDITION("x has a number and y has no number", "(and (has x) (not (has y)))");
    CONDITION("a / b has a number", "(has (/ a b))");
}

Test(expression, tells_where_words_do_not_fit)
{
    NO_VALUE("", "EA-NAME: column 1:");
    NO_VALUE("   ", "EA-NAME: column 4:");
    NO_VALUE("a +", "EA-NAME: column 4:");
    NO_VALUE("a b", "EA-NAME: column 3:");
    NO_VALUE("(a", "EA-NAME: column 3:");
    NO_VALUE("a)", "EA-NAME: column 2:");
    NO_VALUE("a & b", "EA-NAME: column 3:");
    NO_VALUE("a exceeds b", "EA-NAME: column 1:");
    NO_VALUE("(a exceeds b) + 1", "EA-NAME: column 2:");
    NO_VALUE("1 + (a or b)", "EA-NAME: column 8:");
    NO_VALUE("maxi(a, b)", "EA-NAME: column 1: there is no function maxi; did you mean max");
    NO_VALUE("max(a)", "EA-NAME: column 6:");
    NO_VALUE("max(a, b, c)", "EA-NAME: column 9:");
    NO_VALUE("max()", "EA-NAME: column 5:");
    NO_VALUE("max", "EA-NAME: column 1:");
    NO_VALUE("convert(x)", "EA-NAME: column 10:");
    NO_VALUE("convert(x, furlong)", "EA-UNIT: column 12:");
    NO_VALUE("$", "EA-NAME: column 1:");
    NO_VALUE("$1", "EA-NAME: column 1:");
    NO_VALUE("a or", "EA-NAME: column 5:");
    NO_VALUE("5 +", "EA-NAME: column 4:");
    NO_CONDITION("a exceeds", "EA-NAME: column 10:");
    NO_CONDITION("a falls b", "EA-NAME: column 3:");
    NO_CONDITION("a exceeds b exceeds c", "EA-NAME: column 13:");
    NO_CONDITION("a > b", "EA-NAME: column 3:");
    NO_CONDITION("a + b", "EA-NAME: column 3: a condition is needed");
    NO_CONDITION("$a", "EA-NAME: column 1:");
    NO_CONDITION("5", "EA-NAME: column 1:");
    NO_CONDITION("not 5", "EA-NAME: column 5:");
    NO_CONDITION("a or 5", "EA-NAME: column 6:");
    NO_CONDITION("a and", "EA-NAME: column 6:");
    NO_CONDITION("state is", "EA-NAME: column 9:");
    NO_CONDITION("state is not", "EA-NAME: column 13:");
    NO_CONDITION("state is one of", "EA-NAME: column 16:");
    NO_CONDITION("state is one of a,", "EA-NAME: column 19:");
    NO_CONDITION("a + b is on", "EA-NAME: column 1:");
    NO_CONDITION("status of 5 is valid", "EA-NAME: column 11:");
    NO_CONDITION("status of x exceeds 1", "EA-NAME: column 13:");
    NO_CONDITION("x has b", "EA-NAME: column 7:");
    NO_CONDITION("(a or b) exceeds 3", "EA-NAME: column 10:");
    NO_CONDITION("(a or b) + 3 exceeds 3", "EA-NAME: column 4:");
    NO_CONDITION("exceeds 3", "EA-NAME: column 1:");
}

Test(expression, asks_for_blanks_around_a_minus)
{
    NO_VALUE("a -b", "EA-NAME: column 3:");
    NO_VALUE("a- b", "EA-NAME: column 2:");
    NO_VALUE("5-3", "EA-NAME: column 2:");
    NO_VALUE("(a)-(b)", "EA-NAME: column 4:");
}

Test(expression, refuses_numbers_of_another_form)
{
    NO_VALUE("1e5", "EA-NUM: column 1:");
    NO_VALUE("1.", "EA-NUM: column 1:");
    NO_VALUE("1.2.3", "EA-NUM: column 1:");
    NO_VALUE(".5", "EA-NUM: column 1:");
    NO_VALUE("-5", "EA-NUM: column 1:");
    NO_VALUE("a + +5", "EA-NUM: column 5:");
    NO_VALUE("5mg", "EA-NUM: column 1:");
    NO_VALUE("1234567890.123456", "EA-NUM: column 1:");
    NO_CONDITION("x exceeds 1,5", "EA-NUM: column 12:");
}

Test(expression, knows_its_ceilings)
{
    char text[EG_EXPRESSION_MAX + 200];
    struct eg_buf buf = {0};
    eg_buf_init(&buf, EG_MIB);
    for (int i = 0; i < EG_EXPRESSION_DEPTH_MAX - 1; i++) {
        eg_buf_char(&buf, '(');
    }
    eg_buf_char(&buf, 'a');
    for (int i = 0; i < EG_EXPRESSION_DEPTH_MAX - 1; i++) {
        eg_buf_char(&buf, ')');
    }
    VALUE((const char *)buf.data, "a");
    (void)snprintf(text, sizeof text, "(%s)", (const char *)buf.data);
    NO_VALUE(text, "EA-LIMIT: column");
    eg_buf_reset(&buf);
    for (int i = 0; i < EG_EXPRESSION_DEPTH_MAX + 1; i++) {
        eg_buf_text(&buf, "not ");
    }
    eg_buf_text(&buf, "a");
    NO_CONDITION((const char *)buf.data, "EA-LIMIT: column");
    memset(text, ' ', sizeof text);
    text[0] = 'a';
    text[EG_EXPRESSION_MAX] = '\0';
    VALUE(text, "a");
    text[EG_EXPRESSION_MAX] = ' ';
    text[EG_EXPRESSION_MAX + 1] = '\0';
    NO_VALUE(text, "EA-LIMIT:");
    eg_buf_reset(&buf);
    eg_buf_text(&buf, "x is one of a0");
    for (int i = 1; i <= EG_EXPRESSION_WORDS_MAX; i++) {
        eg_buf_format(&buf, ", a%d", i);
    }
    NO_CONDITION((const char *)buf.data, "EA-LIMIT: column");
    eg_buf_done(&buf);
}

Test(expression, tells_names_and_words)
{
    static const char *const names[] = {"a", "o2", "day-mean", "limit-97", "x1-2"};
    static const char *const no_names[] = {"",    "A",      "2a", "a-",  "-a", "a--b",
                                           "a_b", "a.b",    "or", "not", "is", "max",
                                           "all", "status", "ä",  "a b", "$a", "convert"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        cr_assert(eg_expression_is_name(names[i]), "%s", names[i]);
    }
    for (size_t i = 0; i < sizeof no_names / sizeof no_names[0]; i++) {
        cr_assert_not(eg_expression_is_name(no_names[i]), "%s", no_names[i]);
    }
    cr_assert(eg_expression_is_word("below-50-MW"));
    cr_assert(eg_expression_is_word("50"));
    cr_assert_not(eg_expression_is_word(""));
    cr_assert_not(eg_expression_is_word("a b"));
    cr_assert_not(eg_expression_is_word("not"));
    cr_assert_not(eg_expression_is_word("one"));
    cr_assert_not(eg_expression_is_word("ü"));
}
