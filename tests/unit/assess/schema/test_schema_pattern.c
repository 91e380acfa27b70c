/*
 * A pattern is taken only if no value can make libxml2 try many ways through it.
 */
#include "assess/schema/schema_pattern.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <libxml/xmlregexp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct eg_error err;

static enum eg_status check(const char *pattern)
{
    err = (struct eg_error){0};
    return eg_schema_pattern_check(pattern, "a.xsd:3", &err);
}

static void expect_taken(const char *const *patterns)
{
    for (; *patterns != NULL; patterns++) {
        cr_expect_eq(check(*patterns), EG_OK, "%s: %s", *patterns, err.text);
    }
}

static void expect_refused(const char *const *patterns, enum eg_status status, const char *reason)
{
    for (; *patterns != NULL; patterns++) {
        cr_expect_eq(check(*patterns), status, "%s is taken or refused otherwise: %s", *patterns,
                     err.text);
        cr_expect_not_null(strstr(err.text, reason), "%s: %s", *patterns, err.text);
        cr_expect_str_eq(err.where, "a.xsd:3");
    }
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

Test(schema_pattern, takes_what_each_character_decides)
{
    expect_taken(LIST("", "a", "a|b", "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", ".*",
                      "[a-z]+(-[a-z]+)*", "-?(0|[1-9][0-9]{0,2})(\\.[0-9]{1,12})?", "[^-]*-.*",
                      "\\d+\\.\\d+", "[A-Za-z0-9][A-Za-z0-9._\\-]*(/[A-Za-z0-9][a-z]*)*", "(a|b)*",
                      "\\i\\c*", "(\xc3\xa4|\xc3\xb6)*", "[0-9a-f]{64}", "[0-9a-f]{300}",
                      "\\s*\\S+", "\\p{Lu}+1", "(a|(b|c)d)+", "a{0}b{0,0}", "(a?b)*", "(a|b?)+",
                      "\\P{IsBasicLatin}*a"));
}

Test(schema_pattern, takes_a_few_ways_outside_repetitions)
{
    expect_taken(LIST("ab|ac", "last [1-9][0-9]{0,2} days|last ([1-9]|1[0-2]) months",
                      "(a|ab)(c|bcd)", "a?a"));
    expect_refused(LIST("(a|ab)(a|ab)(a|ab)(a|ab)(a|ab)(a|ab)(a|ab)(a|ab)(a|ab)", "a?a?a?a?a?aaaaa",
                        "(a|a|a|a|a)"),
                   EG_E_FORMAT, "as elsewhere");
}

Test(schema_pattern, refuses_a_choice_in_a_repetition)
{
    expect_refused(LIST(".*a", ".*a.*b.*", "(a|a)*", "(ab|ac)*", "[a-c]*b", "\\d*\\d", "\\w+1",
                        "(a*)*", "(a+)+", "(a{0,300}){0,300}b", "((a{0,20}){0,20}){0,20}b",
                        "([0-9]|[bc]*){3,}a", "(a{1,300}){3,}", "(x*y?)*", "[^a]*b",
                        "[\xc3\xa4-\xc3\xbf]*\xc3\xb6", ".*\xc3\xb6", "\\p{Nd}*5", "\\P{Pd}*\\.",
                        "[a-z-[\\P{Pc}]]*[a-z]", "\\S*[^ ]", "\\C*#", "\\I*1", "\\D*-", "\\W*!"),
                   EG_E_FORMAT, "in a repetition");
    cr_expect_eq(check("x(ab|ac)*"), EG_E_FORMAT);
    cr_expect_not_null(strstr(err.text, "that at 3 or that at 6"), "%s", err.text);
}

/* Beyond ASCII classes are taken for larger than they are. */
Test(schema_pattern, is_strict_beyond_ascii)
{
    expect_refused(LIST("[\\w-[\\d]]+\\d", "\\p{Lu}+\\p{Ll}*1", "\\p{IsGreek}*\\p{IsArabic}"),
                   EG_E_FORMAT, "in a repetition");
}

Test(schema_pattern, refuses_what_is_no_pattern)
{
    expect_refused(LIST("(", "(a", "((a)", "[a", "[", "[]", "[^]", "a**", "*", "+a", "a{", "a{x}",
                        "a{1", "a{2,1}", "a{1,2", "a{123456789}", "\\", "\\q", "\\p", "\\p{",
                        "\\p{X}", "[b-a]", "[a-\\d]", "[a-[b]", "[a-[b]c]", "]", "}", "{1}", "a|*",
                        "\xc3", "\xff", "a\xe2\x82", "[\\", "[a\\q]", "(?:a)"),
                   EG_E_FORMAT, "character ");
    expect_refused(LIST("a)", ")", "(a))"), EG_E_FORMAT, "closes nothing");
}

Test(schema_pattern, refuses_what_is_too_large)
{
    char text[2 * EG_SCHEMA_PATTERN_MAX + 1];

    memset(text, 'a', sizeof(text) - 1);
    text[EG_SCHEMA_PATTERN_MAX + 1] = '\0';
    cr_expect_eq(check(text), EG_E_LIMIT);
    memset(text, '(', EG_SCHEMA_PATTERN_DEPTH_MAX + 1);
    text[EG_SCHEMA_PATTERN_DEPTH_MAX + 1] = '\0';
    cr_expect_eq(check(text), EG_E_LIMIT);
    cr_expect_not_null(strstr(err.text, "nested too deep"));
    cr_expect_eq(check("a{200}b{200}c{200}d{200}e{200}f{200}"), EG_E_LIMIT);
    cr_expect_not_null(strstr(err.text, "too many characters"));
    cr_expect_eq(check("(((((){99}){99}){99}){99}){99}"), EG_E_LIMIT);
    cr_expect_not_null(strstr(err.text, "repetitions are too many"));
}

/* ---- libxml2 as the judge: no value of a pattern that is taken makes it give up -----------------
 */

static uint32_t state;

static unsigned pick(unsigned count)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 16) % count;
}

static void write_branches(struct eg_buf *out, unsigned depth);

static void write_atom(struct eg_buf *out, unsigned depth)
{
    static const char *const classes[] = {"a", "b", "c",   "[ab]",  "[bc]", "[^a]",  ".",   "\\d",
                                          "1", "-", "\\w", "[0-9]", "\\S",  "[a-c]", "\\i", "\\c"};
    static const char *const times[] = {"",    "",      "",      "*",       "+",   "?",
                                        "{2}", "{0,3}", "{2,5}", "{1,300}", "{3,}"};

    if (depth == 0 || pick(5) < 3) {
        eg_buf_text(out, classes[pick(sizeof(classes) / sizeof(classes[0]))]);
    } else {
        eg_buf_char(out, '(');
        write_branches(out, depth - 1);
        eg_buf_char(out, ')');
    }
    eg_buf_text(out, times[pick(sizeof(times) / sizeof(times[0]))]);
}

static void write_branches(struct eg_buf *out, unsigned depth)
{
    for (unsigned branch = pick(2) + 1; branch > 0; branch--) {
        for (unsigned atom = pick(3) + 1; atom > 0; atom--) {
            write_atom(out, depth);
        }
        eg_buf_text(out, branch > 1 ? "|" : "");
    }
}

static void try_values(const char *pattern)
{
    static const char *const words[] = {"a", "b", "1", "-", "ab", "abc", "a1", "ac-", "aab", "b1c"};
    char value[5001] = "";
    xmlRegexp *compiled = xmlRegexpCompile((const xmlChar *)pattern);

    cr_expect_not_null(compiled, "%s", pattern);
    for (size_t i = 0; compiled != NULL && i < sizeof(words) / sizeof(words[0]); i++) {
        size_t len = strlen(words[i]);
        for (size_t at = 0; at + len < sizeof(value); at += len) {
            memcpy(value + at, words[i], len + 1);
        }
        int answer = xmlRegexpExec(compiled, (const xmlChar *)value);
        cr_expect(answer == 0 || answer == 1, "%s gives up on %s", pattern, words[i]);
    }
    xmlRegFreeRegexp(compiled);
}

Test(schema_pattern, lets_libxml2_decide_long_values_of_whatever_it_takes)
{
    struct eg_buf text;
    unsigned taken = 0;
    unsigned refused = 0;

    state = 20261124;
    eg_buf_init(&text, EG_MIB);
    for (unsigned i = 0; i < 3000; i++) {
        text.len = 0;
        write_branches(&text, 3);
        cr_assert_eq(eg_buf_ok(&text, "pattern", NULL), EG_OK);
        if (check((const char *)text.data) == EG_OK) {
            taken++;
            try_values((const char *)text.data);
        } else {
            refused++;
        }
    }
    cr_expect_gt(taken, 300);
    cr_expect_gt(refused, 300);
    eg_buf_done(&text);
}
