/*
 * Reading expressions: recursive descent without a step back: a parenthesis may hold a value or a
 * condition, so both are read by the same functions, and each operator asks for the kind of operand
 * that it needs. A bare name where a condition is asked for is one that is yes or no.
 */
#include "assess/language/expression.h"

#include "assess/language/refusal.h"
#include "assess/number/numbers.h"
#include "base/limits.h"
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct reader {
    struct eg_arena *arena;
    const char *begin, *at;
    const char *where;
    unsigned depth;
    bool failed;
    struct eg_error *err;
};

static const struct eg_expression *read_or(struct reader *reader);

/* ---- characters --------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word_char(char c)
{
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* ---- reading ------------------------------------------------------------------------------ */

static unsigned column(const struct reader *reader, const char *at)
{
    return (unsigned)(at - reader->begin) + 1;
}

/* Only the first mistake is told; everything after it follows from it. */
static const struct eg_expression *refuse(struct reader *reader, const char *at, const char *code,
                                          const char *what)
{
    if (!reader->failed) {
        const struct eg_refusal *row = eg_refusal_named(code);
        assert(row != NULL);
        reader->failed = true;
        (void)eg_error_set(reader->err, strcmp(code, "EA-LIMIT") == 0 ? EG_E_LIMIT : EG_E_FORMAT,
                           reader->where, "%s: column %u: %s; in: %s", row->code,
                           column(reader, at), what, reader->begin);
    }
    return NULL;
}

static const struct eg_expression *refuse_near(struct reader *reader, const char *at,
                                               const char *what)
{
    char text[160] = "";
    size_t len = 0;
    at += strspn(at, " \t\r\n");
    while (at[len] != '\0' && !is_blank(at[len]) && len < 40) {
        len++;
    }
    if (len == 0) {
        (void)snprintf(text, sizeof text, "the expression ends here, but %s", what);
    } else {
        (void)snprintf(text, sizeof text, "%s, not \"%.*s\"", what, (int)len, at);
    }
    return refuse(reader, at, "EA-NAME", text);
}

static void skip(struct reader *reader)
{
    while (is_blank(*reader->at)) {
        reader->at++;
    }
}

static size_t word_length(const char *at)
{
    size_t len = 0;
    while (is_word_char(at[len])) {
        len++;
    }
    return len;
}

/* The words of `phrase`, one blank between each, come next: take them all or none. */
static bool take(struct reader *reader, const char *phrase)
{
    const char *at = reader->at;
    while (*phrase != '\0') {
        size_t len = strcspn(phrase, " ");
        while (is_blank(*at)) {
            at++;
        }
        if (word_length(at) != len || memcmp(at, phrase, len) != 0) {
            return false;
        }
        at += len;
        phrase += len + (phrase[len] == ' ' ? 1 : 0);
    }
    reader->at = at;
    return true;
}

static bool take_sign(struct reader *reader, char sign)
{
    skip(reader);
    if (*reader->at != sign) {
        return false;
    }
    reader->at++;
    return true;
}

static struct eg_expression *node(struct reader *reader, enum eg_expression_kind kind,
                                  const char *at)
{
    struct eg_expression *made =
        reader->failed ? NULL : eg_arena_alloc(reader->arena, sizeof *made);
    if (made == NULL) {
        if (!reader->failed) {
            reader->failed = true;
            (void)eg_arena_refused(reader->arena, reader->where, reader->err);
        }
        return NULL;
    }
    made->kind = kind;
    made->column = column(reader, at);
    return made;
}

static struct eg_expression *text_node(struct reader *reader, enum eg_expression_kind kind,
                                       const char *at, size_t len)
{
    struct eg_expression *made = node(reader, kind, at);
    if (made != NULL) {
        made->text = eg_arena_text(reader->arena, (struct eg_bytes){(const uint8_t *)at, len});
        if (made->text == NULL) {
            reader->failed = true;
            (void)eg_arena_refused(reader->arena, reader->where, reader->err);
            return NULL;
        }
    }
    return made;
}

static const struct eg_expression *pair(struct reader *reader, enum eg_expression_kind kind,
                                        const char *at, const struct eg_expression *a,
                                        const struct eg_expression *b)
{
    struct eg_expression *made = a != NULL && b != NULL ? node(reader, kind, at) : NULL;
    if (made != NULL) {
        made->args[0] = a;
        made->args[1] = b;
        made->arg_count = 2;
    }
    return made;
}

static bool is_value(const struct eg_expression *e)
{
    return e->kind <= EG_EXPR_CALL;
}

/* The node as a value; NULL and a refusal: it is a condition. */
static const struct eg_expression *as_value(struct reader *reader, const struct eg_expression *e)
{
    if (e == NULL || is_value(e)) {
        return e;
    }
    return refuse(reader, reader->begin + e->column - 1, "EA-NAME",
                  "a number is needed here, not a condition");
}

static const struct eg_expression *as_condition(struct reader *reader,
                                                const struct eg_expression *e)
{
    if (e == NULL || !is_value(e)) {
        return e;
    }
    const char *at = reader->begin + e->column - 1;
    if (e->kind != EG_EXPR_NAME) {
        return refuse(reader, at, "EA-NAME",
                      "a condition is needed here, not a number; compare it with something");
    }
    struct eg_expression *made = node(reader, EG_EXPR_YES, at);
    if (made != NULL) {
        made->text = e->text;
    }
    return made;
}

static bool enter(struct reader *reader)
{
    if (reader->depth >= EG_EXPRESSION_DEPTH_MAX) {
        (void)refuse(reader, reader->at, "EA-LIMIT",
                     "too many parentheses or negations in each other; name a part on a line of "
                     "its own");
        return false;
    }
    reader->depth++;
    return true;
}

/* ---- values ------------------------------------------------------------------------------- */

/* The longest unit that begins here and ends at a sign or word end: "kg/h", but "h" of "h/x". */
static size_t unit_length(const char *at, struct eg_unit *out)
{
    size_t len = 0, found = 0;
    if (!is_letter(*at) && *at != '%' && *at != '1') {
        return 0;
    }
    while (is_word_char(at[len]) || at[len] == '%' || at[len] == '/' || at[len] == '*') {
        len++;
        char next = at[len];
        bool end = !is_word_char(next) && next != '%';
        struct eg_unit unit = {0};
        if (end && eg_unit_read((struct eg_bytes){(const uint8_t *)at, len}, &unit)) {
            found = len;
            *out = unit;
        }
    }
    return found;
}

static const struct eg_expression *read_number(struct reader *reader)
{
    const char *at = reader->at;
    size_t len = 0;
    double value = 0;

    while (is_digit(at[len]) || at[len] == '.') {
        len++;
    }
    if (is_letter(at[len]) || at[len] == '_') {
        return refuse(reader, at, "EA-NUM",
                      "a number has digits and one point only, as 0.05; a blank before its unit");
    }
    if (!eg_number_read((struct eg_bytes){(const uint8_t *)at, len}, &value)) {
        return refuse(reader, at, "EA-NUM",
                      "a number has digits before and after one point, at most 15 that count");
    }
    struct eg_expression *made = text_node(reader, EG_EXPR_NUMBER, at, len);
    reader->at += len;
    const char *after = reader->at;
    skip(reader);
    size_t unit = made != NULL ? unit_length(reader->at, &made->unit) : 0;
    if (unit > 0 && *reader->at != '1') {
        made->has_unit = true;
        made->unit_text =
            eg_arena_text(reader->arena, (struct eg_bytes){(const uint8_t *)reader->at, unit});
        reader->at += unit;
    } else {
        reader->at = after;
    }
    return made;
}

static const struct eg_expression *read_unit_arg(struct reader *reader, struct eg_expression *call)
{
    struct eg_unit unit = {0};
    if (!take_sign(reader, ',')) {
        return refuse_near(reader, reader->at, "\",\" and a unit are needed, as convert(x, kg/h)");
    }
    skip(reader);
    size_t len = unit_length(reader->at, &unit);
    if (len == 0) {
        return refuse(reader, reader->at, "EA-UNIT", "this is no unit; see the table of units");
    }
    call->unit_text =
        eg_arena_text(reader->arena, (struct eg_bytes){(const uint8_t *)reader->at, len});
    reader->at += len;
    call->has_unit = true;
    call->unit = unit;
    return call;
}

static const struct eg_expression *read_args(struct reader *reader, struct eg_expression *call)
{
    size_t count = eg_expression_signature(call->function)->count;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && !take_sign(reader, ',')) {
            return refuse_near(reader, reader->at, "\",\" and a further value are needed");
        }
        const struct eg_expression *arg = as_value(reader, read_or(reader));
        if (arg == NULL) {
            return NULL;
        }
        call->args[call->arg_count++] = arg;
    }
    if (call->function == EG_FN_CONVERT && read_unit_arg(reader, call) == NULL) {
        return NULL;
    }
    if (!take_sign(reader, ')')) {
        return refuse_near(reader, reader->at, "\")\" ends the values of this function");
    }
    return call;
}

static const struct eg_expression *read_call(struct reader *reader, const char *at, size_t len)
{
    char name[65] = "";
    size_t i = 0;

    (void)snprintf(name, sizeof name, "%.*s", (int)(len < 64 ? len : 64), at);
    while (i < EG_FUNCTIONS &&
           strcmp(eg_expression_function_text((enum eg_expression_function)i), name) != 0) {
        i++;
    }
    if (i == EG_FUNCTIONS) {
        char text[160] = "";
        const char *all[EG_FUNCTIONS];
        for (i = 0; i < EG_FUNCTIONS; i++) {
            all[i] = eg_expression_function_text((enum eg_expression_function)i);
        }
        const char *near = eg_text_nearest(name, all, EG_FUNCTIONS);
        (void)snprintf(text, sizeof text, "there is no function %.64s%s%s", name,
                       near != NULL ? "; did you mean " : "", near != NULL ? near : "");
        return refuse(reader, at, "EA-NAME", text);
    }
    struct eg_expression *call = node(reader, EG_EXPR_CALL, at);
    if (call == NULL) {
        return NULL;
    }
    call->function = (enum eg_expression_function)i;
    reader->at++; /* the parenthesis that the caller saw */
    return read_args(reader, call);
}

/* A name and what may be wrong with it; `dollar` names begin at `at` without the sign. */
static const struct eg_expression *read_name(struct reader *reader, bool dollar)
{
    const char *at = reader->at;
    size_t len = word_length(at);
    char name[66] = "";

    (void)snprintf(name, sizeof name, "%.*s", (int)(len < 65 ? len : 65), at);
    reader->at += len;
    if (!dollar) {
        const char *after = reader->at;
        skip(reader);
        if (*reader->at == '(') {
            return read_call(reader, at, len);
        }
        reader->at = after;
    }
    if (len > 0 && at[len - 1] == '-') {
        return refuse(reader, at + len - 1, "EA-NAME",
                      "a minus between values has a blank on each side");
    }
    if (!dollar && eg_expression_is_reserved(name)) {
        return refuse_near(reader, at, "a value is needed");
    }
    struct eg_expression *made =
        text_node(reader, dollar ? EG_EXPR_PARAMETER : EG_EXPR_NAME, at, len);
    if (made != NULL && dollar) {
        made->column--; /* the sign belongs to it */
    }
    return made;
}

static const struct eg_expression *read_parentheses(struct reader *reader)
{
    reader->at++;
    const struct eg_expression *inner = read_or(reader);
    if (inner != NULL && !take_sign(reader, ')')) {
        return refuse_near(reader, reader->at, "\")\" is needed");
    }
    return inner;
}

static const struct eg_expression *read_factor(struct reader *reader)
{
    skip(reader);
    const char *at = reader->at;
    if (is_digit(*at)) {
        return read_number(reader);
    }
    if (*at == '(') {
        return read_parentheses(reader);
    }
    if (*at == '$' && is_letter(at[1])) {
        reader->at++;
        return read_name(reader, true);
    }
    if (is_letter(*at)) {
        return read_name(reader, false);
    }
    if (*at == '-' || *at == '+') {
        return refuse(reader, at, "EA-NUM", "numbers have no sign; write 0 - x for a negative one");
    }
    if (*at == '.') {
        return refuse(reader, at, "EA-NUM", "a number begins with a digit, as 0.5");
    }
    return refuse_near(reader, at, "a value is needed");
}

static const struct eg_expression *read_term(struct reader *reader)
{
    const struct eg_expression *a = read_factor(reader);
    while (a != NULL) {
        skip(reader);
        const char *at = reader->at;
        if (*at != '*' && *at != '/') {
            break;
        }
        if (as_value(reader, a) == NULL) {
            return NULL;
        }
        reader->at++;
        a = pair(reader, *at == '*' ? EG_EXPR_MULTIPLY : EG_EXPR_DIVIDE, at, a,
                 as_value(reader, read_factor(reader)));
    }
    return a;
}

static const struct eg_expression *read_sum(struct reader *reader)
{
    const struct eg_expression *a = read_term(reader);
    while (a != NULL) {
        skip(reader);
        const char *at = reader->at;
        if (*at != '+' && *at != '-') {
            break;
        }
        if (*at == '-' && (at == reader->begin || !is_blank(at[-1]) || !is_blank(at[1]))) {
            return refuse(reader, at, "EA-NAME", "a minus between values has a blank on each side");
        }
        if (as_value(reader, a) == NULL) {
            return NULL;
        }
        reader->at++;
        a = pair(reader, *at == '+' ? EG_EXPR_ADD : EG_EXPR_SUBTRACT, at, a,
                 as_value(reader, read_term(reader)));
    }
    return a;
}

/* ---- conditions --------------------------------------------------------------------------- */

static bool read_words(struct reader *reader, struct eg_expression *made)
{
    const char *words[EG_EXPRESSION_WORDS_MAX];
    bool more = take(reader, "one of");

    do {
        skip(reader);
        size_t len = word_length(reader->at);
        if (len == 0 || made->word_count == EG_EXPRESSION_WORDS_MAX) {
            (void)(len == 0 ? refuse_near(reader, reader->at, "a word is needed")
                            : refuse(reader, reader->at, "EA-LIMIT", "too many words"));
            return false;
        }
        words[made->word_count] =
            eg_arena_text(reader->arena, (struct eg_bytes){(const uint8_t *)reader->at, len});
        if (words[made->word_count++] == NULL) {
            break;
        }
        reader->at += len;
    } while (more && take_sign(reader, ','));

    const char **kept = eg_arena_array(reader->arena, made->word_count, sizeof *kept);
    if (kept == NULL || words[made->word_count - 1] == NULL) {
        reader->failed = true;
        (void)eg_arena_refused(reader->arena, reader->where, reader->err);
        return false;
    }
    memcpy(kept, words, made->word_count * sizeof *kept);
    made->words = kept;
    return true;
}

static const struct eg_expression *negate(struct reader *reader, const struct eg_expression *e,
                                          const char *at)
{
    struct eg_expression *made = e != NULL ? node(reader, EG_EXPR_NOT, at) : NULL;
    if (made != NULL) {
        made->args[0] = e;
        made->arg_count = 1;
    }
    return made;
}

static const struct eg_expression *read_is(struct reader *reader, const struct eg_expression *value,
                                           bool status, const char *at)
{
    bool negated = take(reader, "not");
    if (value->kind != EG_EXPR_NAME && value->kind != EG_EXPR_PARAMETER) {
        return refuse(reader, at, "EA-NAME",
                      "\"is\" asks for a word of a name; numbers are compared with exceeds, falls "
                      "below, is at least, is at most, equals, differs from");
    }
    struct eg_expression *made = node(reader, status ? EG_EXPR_STATUS_IS : EG_EXPR_IS, at);
    if (made == NULL || !read_words(reader, made)) {
        return NULL;
    }
    made->args[0] = value;
    made->arg_count = 1;
    return negated ? negate(reader, made, at) : made;
}

static const struct eg_expression *read_has(struct reader *reader,
                                            const struct eg_expression *value, const char *at)
{
    bool number = take(reader, "a number");
    bool none = !number && take(reader, "no number");
    bool no_word = !number && !none && take(reader, "no word");
    bool word = no_word || (!number && !none && take(reader, "a word"));
    if (!number && !none && !word) {
        return refuse_near(reader, reader->at,
                           "\"has\" goes on with: a number, no number, a word, no word, ended "
                           "(of a window)");
    }
    if (word && value->kind != EG_EXPR_NAME) {
        return refuse_near(reader, at, "a column of words has a word, no formula");
    }
    none = none || no_word;
    struct eg_expression *made = node(reader, word ? EG_EXPR_HAS_WORD : EG_EXPR_HAS_NUMBER, at);
    if (made == NULL) {
        return NULL;
    }
    made->args[0] = value;
    made->arg_count = 1;
    return none ? negate(reader, made, at) : made;
}

static const struct eg_expression *
read_relation(struct reader *reader, const struct eg_expression *value, const char *at, bool *found)
{
    for (size_t i = 0; i < EG_RELATIONS; i++) {
        if (take(reader, eg_relation_text((enum eg_relation)i))) {
            *found = true;
            const struct eg_expression *made =
                pair(reader, EG_EXPR_COMPARE, at, value, as_value(reader, read_sum(reader)));
            if (made != NULL) {
                ((struct eg_expression *)made)->relation = (enum eg_relation)i;
            }
            return made;
        }
    }
    return NULL;
}

static const struct eg_expression *read_status(struct reader *reader, const char *at)
{
    skip(reader);
    if (!is_letter(*reader->at)) {
        return refuse_near(reader, reader->at, "\"status of\" is followed by a name");
    }
    const struct eg_expression *name = read_name(reader, false);
    if (name == NULL) {
        return NULL;
    }
    if (name->kind != EG_EXPR_NAME || !take(reader, "is")) {
        return refuse_near(reader, reader->at, "\"status of NAME is\" is followed by its word");
    }
    return read_is(reader, name, true, at);
}

/* A value with a test, a condition in parentheses, or a value alone. */
static const struct eg_expression *read_test(struct reader *reader)
{
    skip(reader);
    const char *at = reader->at;
    bool found = false;

    if (take(reader, "status of")) {
        return read_status(reader, at);
    }
    const struct eg_expression *value = read_sum(reader);
    if (value == NULL || !is_value(value)) {
        return value;
    }
    if (value->kind == EG_EXPR_NAME && take(reader, "has ended")) {
        struct eg_expression *made = node(reader, EG_EXPR_ENDED, at);
        if (made != NULL) {
            made->text = value->text;
        }
        return made;
    }
    const struct eg_expression *compared = read_relation(reader, value, at, &found);
    if (found) {
        return compared;
    }
    if (take(reader, "is")) {
        return read_is(reader, value, false, at);
    }
    return take(reader, "has") ? read_has(reader, value, at) : value;
}

static const struct eg_expression *read_simple(struct reader *reader)
{
    skip(reader);
    const char *at = reader->at;
    if (!take(reader, "not")) {
        return read_test(reader);
    }
    if (!enter(reader)) {
        return NULL;
    }
    const struct eg_expression *inner = as_condition(reader, read_simple(reader));
    reader->depth--;
    return negate(reader, inner, at);
}

static const struct eg_expression *read_and(struct reader *reader)
{
    const struct eg_expression *a = read_simple(reader);
    while (a != NULL && !reader->failed) {
        skip(reader);
        const char *at = reader->at;
        if (!take(reader, "and")) {
            break;
        }
        a = as_condition(reader, a);
        a = pair(reader, EG_EXPR_AND, at, a, as_condition(reader, read_simple(reader)));
    }
    return a;
}

static const struct eg_expression *read_or(struct reader *reader)
{
    if (!enter(reader)) {
        return NULL;
    }
    const struct eg_expression *a = read_and(reader);
    while (a != NULL && !reader->failed) {
        skip(reader);
        const char *at = reader->at;
        if (!take(reader, "or")) {
            break;
        }
        a = as_condition(reader, a);
        a = pair(reader, EG_EXPR_OR, at, a, as_condition(reader, read_and(reader)));
    }
    reader->depth--;
    return reader->failed ? NULL : a;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static void refuse_rest(struct reader *reader)
{
    const char *at = reader->at;
    bool comma = at[0] == ',' && at > reader->begin && is_digit(at[-1]) && is_digit(at[1]);
    if (comma) {
        (void)refuse(reader, at, "EA-NUM", "decimals stand behind a point, not a comma");
        return;
    }
    (void)refuse_near(reader, at, "the expression should end or go on with a word of the language");
}

enum eg_status eg_expression_read(const struct eg_expression **out, struct eg_arena *arena,
                                  const char *text, enum eg_expression_form form, const char *where,
                                  struct eg_error *err)
{
    struct reader reader = {.arena = arena, .begin = text, .at = text, .where = where, .err = err};

    if (strlen(text) > EG_EXPRESSION_MAX) {
        return eg_error_set(err, EG_E_LIMIT, where,
                            "EA-LIMIT: an expression has at most %d octets; name a part on a line "
                            "of its own",
                            EG_EXPRESSION_MAX);
    }
    const struct eg_expression *root = read_or(&reader);
    if (root != NULL) {
        skip(&reader);
        if (*reader.at != '\0') {
            refuse_rest(&reader);
        } else {
            root = form == EG_FORM_VALUE ? as_value(&reader, root) : as_condition(&reader, root);
        }
    }
    if (reader.failed || root == NULL) {
        return err != NULL ? err->status : EG_E_FORMAT;
    }
    *out = root;
    return EG_OK;
}
