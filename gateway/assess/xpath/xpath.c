/*
 * A reader of XPath 1.0's tokens (XPath 1.0, 3.7), just enough to name what an expression refers
 * to: variables, functions with their number of arguments, prefixes. Grammar is left to libxml2,
 * which compiles the expression afterwards; what it would only notice while a report is judged is
 * noticed here. Without recursion, so that a million parentheses are a sentence and not a crash.
 */
#include "assess/xpath/xpath.h"

#include "assess/xpath/function_table.h"
#include "assess/xpath/functions.h"
#include "assess/xpath/xpath_counted.h"
#include "assess/xpath/xpath_lexer.h"
#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- checking ----------------------------------------------------------------------------- */

struct open {
    char sign;
    /* start of its name, NULL: no function */
    const char *function;
    size_t function_len;
    int min, max, commas;
    bool empty;
};

struct checker {
    struct eg_xpath_lexer lexer;
    const struct eg_xpath_scope *scope;
    const char *expression, *where;
    struct open open[EG_XPATH_DEPTH_MAX];
    size_t depth;
    /* function whose parenthesis comes next */
    struct open pending;
};

__attribute__((format(printf, 3, 4))) static enum eg_status
refuse(const struct checker *checker, struct eg_error *err, const char *format, ...)
{
    char reason[200] = "";
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    return eg_error_set(err, EG_E_FORMAT, checker->where, "%s in expression '%.120s'", reason,
                        checker->expression);
}

static const char *uri_of(const struct eg_xpath_scope *scope, struct eg_bytes prefix)
{
    if (prefix.len == 0) {
        return "";
    }
    if (eg_bytes_is(prefix, "xml")) {
        return "http://www.w3.org/XML/1998/namespace";
    }
    for (size_t i = 0; i < scope->ns_count; i++) {
        if (eg_bytes_is(prefix, scope->ns[i].prefix)) {
            return scope->ns[i].uri;
        }
    }
    return NULL;
}

static enum eg_status check_prefix(const struct checker *checker, struct eg_error *err)
{
    struct eg_bytes prefix = checker->lexer.prefix;
    if (uri_of(checker->scope, prefix) == NULL) {
        return refuse(checker, err, "prefix '%.*s' is not bound", (int)prefix.len,
                      (const char *)prefix.data);
    }
    return EG_OK;
}

static enum eg_status check_function(struct checker *checker, struct eg_error *err)
{
    const struct eg_xpath_lexer *lexer = &checker->lexer;
    enum eg_status status = check_prefix(checker, err);
    if (status != EG_OK) {
        return status;
    }
    char name[128] = "";
    (void)snprintf(name, sizeof name, "%.*s", (int)lexer->local.len,
                   (const char *)lexer->local.data);
    struct open open = {.sign = '(', .function = lexer->start, .function_len = lexer->len};
    const char *uri = uri_of(checker->scope, lexer->prefix);
    const struct eg_function_row *row = eg_function_row(uri, name);
    if (!eg_functions_known(uri, name, checker->scope->xslt, &open.min, &open.max) ||
        (row->stylesheet && !checker->scope->stylesheet)) {
        return refuse(checker, err, "there is no function '%.*s'", (int)lexer->len, lexer->start);
    }
    checker->pending = open;
    return EG_OK;
}

static enum eg_status check_variable(const struct checker *checker, struct eg_error *err)
{
    const struct eg_xpath_lexer *lexer = &checker->lexer;
    char name[128] = "";
    (void)snprintf(name, sizeof name, "%.*s", (int)lexer->local.len,
                   (const char *)lexer->local.data);
    const struct eg_xpath_scope *scope = checker->scope;
    if (lexer->prefix.len > 0 || lexer->local.len >= sizeof name || scope->variable == NULL ||
        !scope->variable(scope->payload, name)) {
        return refuse(checker, err, "variable '$%s' is not bound", name);
    }
    return EG_OK;
}

static enum eg_status check_open(struct checker *checker, struct eg_error *err)
{
    if (checker->depth == EG_XPATH_DEPTH_MAX) {
        return eg_error_set(err, EG_E_LIMIT, checker->where,
                            "expression nested deeper than %d: '%.120s'", EG_XPATH_DEPTH_MAX,
                            checker->expression);
    }
    struct open open = {.sign = *checker->lexer.start};
    if (checker->pending.function != NULL && open.sign == '(') {
        open = checker->pending;
    }
    open.empty = true;
    checker->pending = (struct open){0};
    checker->open[checker->depth++] = open;
    return EG_OK;
}

static enum eg_status check_close(struct checker *checker, struct eg_error *err)
{
    char closing = *checker->lexer.start;
    if (checker->depth == 0 ||
        checker->open[checker->depth - 1].sign != (closing == ')' ? '(' : '[')) {
        return refuse(checker, err, "'%c' closes nothing", closing);
    }
    struct open open = checker->open[--checker->depth];
    int given = open.empty ? 0 : open.commas + 1;
    if (open.function != NULL && (given < open.min || (open.max >= 0 && given > open.max))) {
        return refuse(checker, err, "function '%.*s' has %d argument%s", (int)open.function_len,
                      open.function, given, given == 1 ? "" : "s");
    }
    if (checker->depth > 0) {
        checker->open[checker->depth - 1].empty = false;
    }
    return EG_OK;
}

static enum eg_status check_token(struct checker *checker, struct eg_error *err)
{
    enum eg_xpath_token token = checker->lexer.token;
    if (checker->depth > 0 && token != EG_XPATH_T_CLOSE && token != EG_XPATH_T_OPEN) {
        checker->open[checker->depth - 1].empty = false;
    }
    switch (token) {
    case EG_XPATH_T_BAD:
        return refuse(checker, err, "unexpected '%.10s'", checker->lexer.start);
    case EG_XPATH_T_NAME:
        return check_prefix(checker, err);
    case EG_XPATH_T_FUNCTION:
        return check_function(checker, err);
    case EG_XPATH_T_VARIABLE:
        return check_variable(checker, err);
    case EG_XPATH_T_OPEN:
        if (checker->depth > 0) {
            checker->open[checker->depth - 1].empty = false;
        }
        return check_open(checker, err);
    case EG_XPATH_T_CLOSE:
        return check_close(checker, err);
    case EG_XPATH_T_COMMA:
        if (checker->depth > 0) {
            checker->open[checker->depth - 1].commas++;
        }
        return EG_OK;
    default:
        return EG_OK;
    }
}

enum eg_status eg_xpath_check(const char *expression, const struct eg_xpath_scope *scope,
                              const char *where, struct eg_error *err)
{
    if (strlen(expression) > EG_XPATH_MAX) {
        return eg_error_set(err, EG_E_LIMIT, where, "expression of %zu octets, %d allowed",
                            strlen(expression), EG_XPATH_MAX);
    }
    struct checker checker = {
        .lexer = {.at = expression}, .scope = scope, .expression = expression, .where = where};
    while (eg_xpath_next(&checker.lexer) != EG_XPATH_T_END) {
        enum eg_status status = check_token(&checker, err);
        if (status != EG_OK) {
            return status;
        }
    }
    if (checker.depth > 0) {
        return refuse(&checker, err, "'%c' is never closed", checker.open[checker.depth - 1].sign);
    }
    return EG_OK;
}

/* ---- compiling --------------------------------------------------------------------------- */

/* What an author has written is refused; its counted form can lack memory alone. */
static enum eg_status compile_text(xmlXPathCompExpr **out, const char *text, bool written,
                                   const char *where, struct eg_error *err)
{
    struct eg_xml_scope quiet;
    eg_xml_scope_begin(&quiet, NULL);
    xmlXPathCompExpr *compiled = xmlXPathCompile(BAD_CAST text);
    eg_xml_scope_end(&quiet);
    if (compiled == NULL) {
        return written
                   ? eg_error_set(err, EG_E_FORMAT, where, "no XPath 1.0 expression: '%.200s'%s%s",
                                  text, quiet.text[0] != '\0' ? ": " : "", quiet.text)
                   : eg_error_set(err, EG_E_NOMEM, where, "no memory for an expression");
    }
    *out = compiled;
    return EG_OK;
}

/* Also as libxml2 is to take it: `text`, which stays empty where that is what was written. */
static enum eg_status check_and_compile(xmlXPathCompExpr **out, struct eg_buf *text,
                                        const char *expression, const struct eg_xpath_scope *scope,
                                        const char *where, struct eg_error *err)
{
    xmlXPathCompExpr *compiled = NULL;
    enum eg_status status = eg_xpath_check(expression, scope, where, err);
    if (status == EG_OK) {
        status = compile_text(&compiled, expression, true, where, err);
    }
    if (status == EG_OK && scope->counted) {
        status = eg_xpath_counted(text, expression, where, err);
    }
    if (status == EG_OK && text->len > 0 && strcmp((const char *)text->data, expression) != 0) {
        xmlXPathFreeCompExpr(compiled);
        compiled = NULL;
        status = compile_text(&compiled, (const char *)text->data, false, where, err);
    }
    if (status != EG_OK) {
        xmlXPathFreeCompExpr(compiled);
        return status;
    }
    *out = compiled;
    return EG_OK;
}

enum eg_status eg_xpath_compile(xmlXPathCompExpr **out, const char *expression,
                                const struct eg_xpath_scope *scope, const char *where,
                                struct eg_error *err)
{
    struct eg_buf text = {0};
    eg_buf_init(&text, EG_XPATH_COUNTED_MAX);
    enum eg_status status = check_and_compile(out, &text, expression, scope, where, err);
    eg_buf_done(&text);
    return status;
}

enum eg_status eg_xpath_try(char **out, const char *expression, const struct eg_xpath_scope *scope,
                            const char *where, struct eg_error *err)
{
    xmlXPathCompExpr *compiled = NULL;
    struct eg_buf text = {0};
    eg_buf_init(&text, EG_XPATH_COUNTED_MAX);
    enum eg_status status = check_and_compile(&compiled, &text, expression, scope, where, err);
    xmlXPathFreeCompExpr(compiled);
    if (status == EG_OK) {
        char *copy = strdup(text.len > 0 ? (const char *)text.data : expression);
        status = copy != NULL ? EG_OK : eg_error_set(err, EG_E_NOMEM, where, "no memory");
        *out = copy != NULL ? copy : *out;
    }
    eg_buf_done(&text);
    return status;
}

/* ---- patterns ----------------------------------------------------------------------------- */

/* One branch up to '|' or the end: only steps along child and attribute, predicates as they like.
 */
static const char *bad_branch(struct eg_xpath_lexer *lexer, bool *rooted)
{
    size_t depth = 0;
    bool first = true;
    bool steps = false;
    *rooted = false;
    for (;; first = false) {
        enum eg_xpath_token token = eg_xpath_next(lexer);
        if (depth == 0 &&
            (token == EG_XPATH_T_END || (token == EG_XPATH_T_OPERATOR && *lexer->start == '|'))) {
            return steps ? NULL : "a branch is empty";
        }
        if (token == EG_XPATH_T_OPEN || token == EG_XPATH_T_CLOSE) {
            depth += token == EG_XPATH_T_OPEN ? 1 : 0;
            depth -= token == EG_XPATH_T_CLOSE ? 1 : 0;
        } else if (depth > 0) {
            continue;
        } else if (token == EG_XPATH_T_SLASH || token == EG_XPATH_T_NAME ||
                   token == EG_XPATH_T_NODE || token == EG_XPATH_T_AT) {
            *rooted = *rooted || (first && token == EG_XPATH_T_SLASH);
            steps = true;
        } else if (token == EG_XPATH_T_AXIS) {
            if (!eg_bytes_is(lexer->local, "child") && !eg_bytes_is(lexer->local, "attribute")) {
                return "a pattern steps along child and attribute only";
            }
        } else if (token == EG_XPATH_T_FUNCTION && first &&
                   (eg_bytes_is(lexer->local, "key") || eg_bytes_is(lexer->local, "id"))) {
            *rooted = true;
            steps = true;
        } else {
            return "no XSLT pattern";
        }
    }
}

enum eg_status eg_xpath_pattern(char **out, const char *pattern, const struct eg_xpath_scope *scope,
                                const char *where, struct eg_error *err)
{
    enum eg_status status = eg_xpath_check(pattern, scope, where, err);
    if (status != EG_OK) {
        return status;
    }
    struct eg_buf text = {0};
    eg_buf_init(&text, 3 * EG_XPATH_MAX);
    struct eg_xpath_lexer lexer = {.at = pattern};
    do {
        const char *start = lexer.at + strspn(lexer.at, " \t\n\r");
        bool rooted = false;
        lexer.after_operand = false;
        const char *reason = bad_branch(&lexer, &rooted);
        if (reason != NULL) {
            status = eg_error_set(err, EG_E_FORMAT, where, "%s: '%.200s'", reason, pattern);
            goto done;
        }
        eg_buf_text(&text, rooted ? "" : "//");
        eg_buf_add(&text, start, (size_t)(lexer.start - start));
        eg_buf_text(&text, lexer.token == EG_XPATH_T_END ? "" : " | ");
    } while (lexer.token != EG_XPATH_T_END);
    status = eg_buf_ok(&text, where, err);
    if (status == EG_OK) {
        char *copy = eg_bytes_dup(eg_bytes_view(&text));
        status = copy != NULL ? EG_OK : eg_error_set(err, EG_E_NOMEM, where, "no memory");
        *out = copy != NULL ? copy : *out;
    }
done:
    eg_buf_done(&text);
    return status;
}
