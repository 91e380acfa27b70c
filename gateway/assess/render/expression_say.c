/*
 * Expressions in words. Every kind, relation and function has a row for each language, so that none
 * can be forgotten; parentheses are written only where the tree needs them.
 */
#include "assess/render/assessment_say.h"

#include "core/facts.h"

#include <string.h>

struct words {
    const char *en, *de;
};

/* %1 and %2: the sides. */
static const struct words relations[EG_RELATIONS] = {
    [EG_REL_EXCEEDS] = {"%1 exceeds %2", "%1 %2 überschreitet"},
    [EG_REL_FALLS_BELOW] = {"%1 falls below %2", "%1 %2 unterschreitet"},
    [EG_REL_AT_LEAST] = {"%1 is at least %2", "%1 mindestens %2 ist"},
    [EG_REL_AT_MOST] = {"%1 is at most %2", "%1 höchstens %2 ist"},
    [EG_REL_EQUALS] = {"%1 equals %2", "%1 gleich %2 ist"},
    [EG_REL_DIFFERS] = {"%1 differs from %2", "%1 von %2 abweicht"},
};

static const struct words functions[EG_FUNCTIONS] = {
    [EG_FN_REFERENCE_OXYGEN] = {"(%1 converted from %2 oxygen to the reference oxygen %3)",
                                "(%1, von %2 Sauerstoff auf den Bezugssauerstoff %3 umgerechnet)"},
    [EG_FN_STANDARD_WET] = {"(%1 at standard temperature and pressure, from %2 and %3)",
                            "(%1 bei Normtemperatur und Normdruck, aus %2 und %3)"},
    [EG_FN_STANDARD_DRY] = {"(%1 at standard conditions, dry, from %2, %3 and %4)",
                            "(%1 im Normzustand, trocken, aus %2, %3 und %4)"},
    [EG_FN_PERCENT_OF] = {"(%1 of %2)", "(%1 von %2)"},
    [EG_FN_MASS_FLOW] = {"(the mass flow of %1 in %2)", "(der Massenstrom von %1 in %2)"},
    [EG_FN_MAX] = {"(the larger of %1 and %2)", "(der größere Wert aus %1 und %2)"},
    [EG_FN_MIN] = {"(the smaller of %1 and %2)", "(der kleinere Wert aus %1 und %2)"},
    [EG_FN_ABS] = {"(the magnitude of %1)", "(der Betrag von %1)"},
    [EG_FN_KELVIN] = {"(%1 in kelvin)", "(%1 in Kelvin)"},
    [EG_FN_CONVERT] = {"(%1 in %u)", "(%1 in %u)"},
    [EG_FN_LAST] = {"(the last value of %1)", "(der letzte Wert von %1)"},
};

static const struct words statuses[] = {
    [EG_VALUE_VALID] = {"valid", "gültig"},
    [EG_VALUE_SUBSTITUTE] = {"substitute", "Ersatzwert"},
    [EG_VALUE_IMPLAUSIBLE] = {"implausible", "unplausibel"},
    [EG_VALUE_PLANT] = {"invalid because of the plant", "durch die Anlage ungültig"},
    [EG_VALUE_INVALID] = {"invalid", "ungültig"},
    [EG_VALUE_MAINTENANCE] = {"maintenance", "Wartung"},
    [EG_VALUE_MALFUNCTION] = {"malfunction", "Störung"},
    [EG_VALUE_MISSING] = {"missing", "fehlend"},
};

static const char *pick(const struct words *words, bool german)
{
    return german ? words->de : words->en;
}

void eg_say_status(struct eg_buf *out, const char *word, bool german)
{
    enum eg_value_status status = EG_VALUE_VALID;
    eg_buf_text(out, eg_value_status_named(&status, eg_bytes_of(word))
                         ? pick(&statuses[status], german)
                         : word);
}

/* A number's digits; German writes a comma. */
static void add_number(struct eg_buf *out, const struct eg_expression *e, bool german)
{
    for (const char *at = e->text; *at != '\0'; at++) {
        eg_buf_char(out, german && *at == '.' ? ',' : *at);
    }
    if (e->unit_text != NULL) {
        eg_buf_format(out, " %s", e->unit_text);
    }
}

static void say(struct eg_buf *out, const struct eg_expression *e, bool german, int within);

/* A pattern with %1..%4 for the parts; %u for what convert() asks for. */
static void fill(struct eg_buf *out, const char *pattern, const struct eg_expression *e,
                 bool german)
{
    for (; *pattern != '\0'; pattern++) {
        if (pattern[0] == '%' && pattern[1] >= '1' && pattern[1] <= '4') {
            say(out, e->args[pattern[1] - '1'], german, 3);
            pattern++;
        } else if (pattern[0] == '%' && pattern[1] == 'u') {
            eg_buf_text(out, e->unit_text != NULL ? e->unit_text : "");
            pattern++;
        } else {
            eg_buf_char(out, *pattern);
        }
    }
}

/* How strongly a node binds: one that binds less than its surroundings is put in parentheses. */
static int strength(const struct eg_expression *e)
{
    switch (e->kind) {
    case EG_EXPR_OR:
        return 1;
    case EG_EXPR_AND:
        return 2;
    case EG_EXPR_ADD:
    case EG_EXPR_SUBTRACT:
        return 4;
    case EG_EXPR_MULTIPLY:
    case EG_EXPR_DIVIDE:
        return 5;
    default:
        return 6;
    }
}

static void say_pair(struct eg_buf *out, const struct eg_expression *e, const char *between,
                     bool german)
{
    int own = strength(e);
    bool strict = e->kind == EG_EXPR_SUBTRACT || e->kind == EG_EXPR_DIVIDE;
    say(out, e->args[0], german, own);
    eg_buf_format(out, " %s ", between);
    say(out, e->args[1], german, strict ? own + 1 : own);
}

static void say_words(struct eg_buf *out, const struct eg_expression *e, bool german, bool status)
{
    for (size_t i = 0; i < e->word_count; i++) {
        eg_buf_text(out, i == 0                   ? ""
                         : i + 1 == e->word_count ? (german ? " oder " : " or ")
                                                  : ", ");
        if (status) {
            eg_say_status(out, e->words[i], german);
        } else {
            eg_buf_text(out, e->words[i]);
        }
    }
}

/* "x is (not) a or b", "the status of x is (not) a or b". */
static void say_is(struct eg_buf *out, const struct eg_expression *e, bool german, bool not )
{
    bool status = e->kind == EG_EXPR_STATUS_IS;
    if (status) {
        eg_buf_text(out, german ? "der Status von " : "the status of ");
    }
    say(out, e->args[0], german, 3);
    if (!german) {
        eg_buf_text(out, not ? " is not " : " is ");
    } else {
        eg_buf_text(out, not ? " nicht " : " ");
    }
    say_words(out, e, german, status);
    eg_buf_text(out, german ? " ist" : "");
}

static void say_not(struct eg_buf *out, const struct eg_expression *e, bool german)
{
    const struct eg_expression *inner = e->args[0];
    if (inner->kind == EG_EXPR_IS || inner->kind == EG_EXPR_STATUS_IS) {
        say_is(out, inner, german, true);
    } else if (inner->kind == EG_EXPR_HAS_NUMBER) {
        say(out, inner->args[0], german, 3);
        eg_buf_text(out, german ? " keine Zahl hat" : " has no number");
    } else if (inner->kind == EG_EXPR_HAS_WORD) {
        eg_buf_format(out, german ? "%s kein Wort hat" : "%s has no word", inner->args[0]->text);
    } else if (inner->kind == EG_EXPR_YES) {
        eg_buf_format(out, german ? "%s nicht zutrifft" : "%s does not hold", inner->text);
    } else if (inner->kind == EG_EXPR_ENDED) {
        eg_buf_format(out, german ? "%s nicht zu Ende ist" : "%s has not ended", inner->text);
    } else {
        eg_buf_text(out, german ? "nicht gilt, dass (" : "it is not so that (");
        say(out, inner, german, 0);
        eg_buf_char(out, ')');
    }
}

static void say_plain(struct eg_buf *out, const struct eg_expression *e, bool german)
{
    switch (e->kind) {
    case EG_EXPR_NUMBER:
        add_number(out, e, german);
        break;
    case EG_EXPR_PARAMETER:
    case EG_EXPR_NAME:
        eg_buf_text(out, e->text);
        break;
    case EG_EXPR_ADD:
        say_pair(out, e, "+", german);
        break;
    case EG_EXPR_SUBTRACT:
        say_pair(out, e, "−", german);
        break;
    case EG_EXPR_MULTIPLY:
        say_pair(out, e, "·", german);
        break;
    case EG_EXPR_DIVIDE:
        say_pair(out, e, "/", german);
        break;
    case EG_EXPR_CALL:
        fill(out, pick(&functions[e->function], german), e, german);
        break;
    case EG_EXPR_OR:
        say_pair(out, e, german ? "oder" : "or", german);
        break;
    case EG_EXPR_AND:
        say_pair(out, e, german ? "und" : "and", german);
        break;
    case EG_EXPR_NOT:
        say_not(out, e, german);
        break;
    case EG_EXPR_COMPARE:
        fill(out, pick(&relations[e->relation], german), e, german);
        break;
    case EG_EXPR_IS:
    case EG_EXPR_STATUS_IS:
        say_is(out, e, german, false);
        break;
    case EG_EXPR_HAS_NUMBER:
        say(out, e->args[0], german, 3);
        eg_buf_text(out, german ? " eine Zahl hat" : " has a number");
        break;
    case EG_EXPR_HAS_WORD:
        eg_buf_format(out, german ? "%s ein Wort hat" : "%s has a word", e->args[0]->text);
        break;
    case EG_EXPR_ENDED:
        eg_buf_format(out, german ? "%s zu Ende ist" : "%s has ended", e->text);
        break;
    case EG_EXPR_YES:
        eg_buf_format(out, german ? "%s zutrifft" : "%s holds", e->text);
        break;
    }
}

static void say(struct eg_buf *out, const struct eg_expression *e, bool german, int within)
{
    bool parentheses = strength(e) < within;
    eg_buf_text(out, parentheses ? "(" : "");
    say_plain(out, e, german);
    eg_buf_text(out, parentheses ? ")" : "");
}

void eg_expression_say(struct eg_buf *out, const struct eg_expression *expression, bool german)
{
    say(out, expression, german, 0);
}
