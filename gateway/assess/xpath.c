/*
 * A reader of XPath 1.0's tokens (XPath 1.0, 3.7), just enough to name what an expression refers
 * to: variables, functions with their number of arguments, prefixes. Grammar is left to libxml2,
 * which compiles the expression afterwards; what it would only notice while a report is judged is
 * noticed here. Without recursion, so that a million parentheses are a sentence and not a crash.
 */
#include "assess/xpath.h"

#include "assess/function_table.h"
#include "assess/functions.h"
#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum token {
    T_END,
    T_BAD,      /* no token of XPath */
    T_NAME,     /* name test: QName, *, prefix:* */
    T_AXIS,     /* name before '::' */
    T_FUNCTION, /* name before '(' */
    T_NODE,     /* comment, text, node, processing-instruction before '(' */
    T_VARIABLE,
    T_LITERAL,
    T_NUMBER,
    T_OPERATOR, /* and or mod div + - = != < <= > >= * | */
    T_SLASH,    /* / or // */
    T_DOTS,     /* . or .. */
    T_AT,
    T_OPEN,  /* ( or [ */
    T_CLOSE, /* ) or ] */
    T_COMMA,
};

struct lexer {
    const char *at;
    enum token token;
    const char *start; /* of the token */
    size_t len;
    struct eg_bytes prefix, local; /* of names, functions and variables */
    bool after_operand;            /* what stands before lets a name or * be an operator */
};

static bool is_name_start(char c)
{
    unsigned char u = (unsigned char)c;
    return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_' || u >= 0x80;
}

static bool is_name(char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *skip_blanks(const char *p)
{
    while (is_blank(*p)) {
        p++;
    }
    return p;
}

static struct eg_bytes take_name(const char **p)
{
    const char *start = *p;
    while (is_name(**p)) {
        (*p)++;
    }
    return (struct eg_bytes){(const uint8_t *)start, (size_t)(*p - start)};
}

/* A QName (or prefix:*) at lexer->at; false: no name there. */
static bool take_qname(struct lexer *lexer, bool star)
{
    lexer->prefix = EG_BYTES_NONE;
    if (!is_name_start(*lexer->at)) {
        return false;
    }
    lexer->local = take_name(&lexer->at);
    if (lexer->at[0] == ':' && (is_name_start(lexer->at[1]) || (star && lexer->at[1] == '*'))) {
        lexer->prefix = lexer->local;
        lexer->at++;
        if (*lexer->at == '*') {
            lexer->local = (struct eg_bytes){(const uint8_t *)lexer->at, 1};
            lexer->at++;
        } else {
            lexer->local = take_name(&lexer->at);
        }
    }
    return true;
}

static enum token named(struct lexer *lexer)
{
    if (lexer->after_operand) {
        lexer->prefix = EG_BYTES_NONE;
        lexer->local = take_name(&lexer->at);
        for (const char *const *word = (const char *const[]){"and", "or", "mod", "div", NULL};
             *word != NULL; word++) {
            if (eg_bytes_is(lexer->local, *word)) {
                return T_OPERATOR;
            }
        }
        return T_BAD;
    }
    (void)take_qname(lexer, true);
    const char *next = skip_blanks(lexer->at);
    if (*next == '(') {
        for (const char *const *word =
                 (const char *const[]){"comment", "text", "node", "processing-instruction", NULL};
             *word != NULL; word++) {
            if (lexer->prefix.len == 0 && eg_bytes_is(lexer->local, *word)) {
                return T_NODE;
            }
        }
        return T_FUNCTION;
    }
    if (next[0] == ':' && next[1] == ':') {
        lexer->at = next + 2;
        return T_AXIS;
    }
    return T_NAME;
}

static enum token quoted(struct lexer *lexer)
{
    const char *end = strchr(lexer->at + 1, *lexer->at);
    if (end == NULL) {
        return T_BAD;
    }
    lexer->at = end + 1;
    return T_LITERAL;
}

static enum token number(struct lexer *lexer)
{
    while (*lexer->at >= '0' && *lexer->at <= '9') {
        lexer->at++;
    }
    if (*lexer->at == '.') {
        lexer->at++;
        while (*lexer->at >= '0' && *lexer->at <= '9') {
            lexer->at++;
        }
    }
    return T_NUMBER;
}

/* Signs of one or two characters; `second` may follow the first. */
static enum token sign(struct lexer *lexer, enum token token, char second)
{
    lexer->at++;
    if (second != '\0' && *lexer->at == second) {
        lexer->at++;
    }
    return token;
}

static enum token read_token(struct lexer *lexer)
{
    char c = *lexer->at;
    if (is_name_start(c)) {
        return named(lexer);
    }
    if ((c >= '0' && c <= '9') || (c == '.' && lexer->at[1] >= '0' && lexer->at[1] <= '9')) {
        return number(lexer);
    }
    switch (c) {
    case '\0':
        return T_END;
    case '"':
    case '\'':
        return quoted(lexer);
    case '$':
        lexer->at = skip_blanks(lexer->at + 1);
        return take_qname(lexer, false) ? T_VARIABLE : T_BAD;
    case '(':
    case '[':
        return sign(lexer, T_OPEN, '\0');
    case ')':
    case ']':
        return sign(lexer, T_CLOSE, '\0');
    case ',':
        return sign(lexer, T_COMMA, '\0');
    case '@':
        return sign(lexer, T_AT, '\0');
    case '/':
        return sign(lexer, T_SLASH, '/');
    case '.':
        return sign(lexer, T_DOTS, '.');
    case '|':
    case '+':
    case '-':
    case '=':
        return sign(lexer, T_OPERATOR, '\0');
    case '<':
    case '>':
        return sign(lexer, T_OPERATOR, '=');
    case '!':
        return lexer->at[1] == '=' ? sign(lexer, T_OPERATOR, '=') : T_BAD;
    case '*':
        lexer->prefix = EG_BYTES_NONE;
        lexer->local = (struct eg_bytes){(const uint8_t *)lexer->at, 1};
        return sign(lexer, lexer->after_operand ? T_OPERATOR : T_NAME, '\0');
    default:
        return T_BAD;
    }
}

static enum token next_token(struct lexer *lexer)
{
    lexer->at = skip_blanks(lexer->at);
    lexer->start = lexer->at;
    lexer->token = read_token(lexer);
    lexer->len = (size_t)(lexer->at - lexer->start);
    enum token t = lexer->token;
    lexer->after_operand = t == T_NAME || t == T_VARIABLE || t == T_LITERAL || t == T_NUMBER ||
                           t == T_DOTS || t == T_CLOSE;
    return t;
}

/* ---- checking ----------------------------------------------------------------------------- */

struct open {
    char sign;
    const char *function; /* start of its name, NULL: no function */
    size_t function_len;
    int min, max, commas;
    bool empty;
};

struct checker {
    struct lexer lexer;
    const struct eg_xpath_scope *scope;
    const char *expression, *where;
    struct open open[EG_XPATH_DEPTH_MAX];
    size_t depth;
    struct open pending; /* function whose parenthesis comes next */
};

__attribute__((format(printf, 3, 4))) static enum eg_status
refuse(const struct checker *checker, struct eg_error *err, const char *format, ...)
{
    char reason[200] = "";
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reason, sizeof(reason), format, args);
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
    const struct lexer *lexer = &checker->lexer;
    enum eg_status status = check_prefix(checker, err);
    if (status != EG_OK) {
        return status;
    }
    char name[128] = "";
    (void)snprintf(name, sizeof(name), "%.*s", (int)lexer->local.len,
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
    const struct lexer *lexer = &checker->lexer;
    char name[128] = "";
    (void)snprintf(name, sizeof(name), "%.*s", (int)lexer->local.len,
                   (const char *)lexer->local.data);
    const struct eg_xpath_scope *scope = checker->scope;
    if (lexer->prefix.len > 0 || lexer->local.len >= sizeof(name) || scope->variable == NULL ||
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
    enum token token = checker->lexer.token;
    if (checker->depth > 0 && token != T_CLOSE && token != T_OPEN) {
        checker->open[checker->depth - 1].empty = false;
    }
    switch (token) {
    case T_BAD:
        return refuse(checker, err, "unexpected '%.10s'", checker->lexer.start);
    case T_NAME:
        return check_prefix(checker, err);
    case T_FUNCTION:
        return check_function(checker, err);
    case T_VARIABLE:
        return check_variable(checker, err);
    case T_OPEN:
        if (checker->depth > 0) {
            checker->open[checker->depth - 1].empty = false;
        }
        return check_open(checker, err);
    case T_CLOSE:
        return check_close(checker, err);
    case T_COMMA:
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
    while (next_token(&checker.lexer) != T_END) {
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

/* ---- unions ------------------------------------------------------------------------------- */

/* Operands between two delimiters of one depth. */
struct operands {
    size_t start;
    bool begun;
    unsigned bars;
};

/* What is put into the text: calls opened before an octet, and one closed there. */
struct union_edit {
    uint16_t opens;
    bool close, bar;
};

static void end_operands(struct operands *run, struct union_edit *edits, size_t at)
{
    if (run->bars > 0) {
        edits[run->start].opens++;
        edits[at].close = true;
    }
    *run = (struct operands){0};
}

/* Calls hold at most so many operands, then become the first of the next: few sets are held. */
#define UNION_BARS_MAX 15

static void add_bar(struct operands *run, struct union_edit *edits, size_t at)
{
    edits[at].bar = true;
    if (run->bars > 0 && run->bars % UNION_BARS_MAX == 0) {
        edits[run->start].opens++;
        edits[at].close = true;
    }
    run->bars++;
}

/* True if there is a union. The expression has passed eg_xpath_check. */
static bool find_unions(struct union_edit *edits, const char *expression)
{
    struct operands runs[EG_XPATH_DEPTH_MAX + 1] = {0};
    struct lexer lexer = {.at = expression};
    size_t depth = 0;
    bool found = false;
    enum token token = T_BAD;
    do {
        token = next_token(&lexer);
        size_t at = (size_t)(lexer.start - expression);
        bool bar = token == T_OPERATOR && *lexer.start == '|';
        if (bar) {
            add_bar(&runs[depth], edits, at);
            found = true;
        } else if (token == T_OPERATOR || token == T_COMMA || token == T_CLOSE || token == T_END) {
            end_operands(&runs[depth], edits, at);
            depth -= token == T_CLOSE && depth > 0 ? 1 : 0;
        } else if (!runs[depth].begun) {
            runs[depth] = (struct operands){.start = at, .begun = true};
        }
        if (token == T_OPEN && depth < EG_XPATH_DEPTH_MAX) {
            runs[++depth] = (struct operands){0};
        }
    } while (token != T_END && token != T_BAD);
    return found;
}

/* "a | b" -> "emgate-union(a , b)"; the text empty: there is no union. */
static enum eg_status write_unions(struct eg_buf *text, const char *expression, const char *where,
                                   struct eg_error *err)
{
    size_t len = strlen(expression);
    struct union_edit *edits = calloc(len + 1, sizeof(*edits));
    if (edits == NULL) {
        return eg_error_set(err, EG_E_NOMEM, where, "no memory for an expression");
    }
    if (find_unions(edits, expression)) {
        for (size_t i = 0; i <= len; i++) {
            eg_buf_text(text, edits[i].close ? ")" : "");
            for (unsigned k = 0; k < edits[i].opens; k++) {
                eg_buf_text(text, EG_XPATH_UNION "(");
            }
            eg_buf_add(text, edits[i].bar ? "," : &expression[i], i < len ? 1 : 0);
        }
    }
    free(edits);
    return eg_buf_ok(text, where, err);
}

static enum eg_status compile_unions(xmlXPathCompExpr **compiled, const char *expression,
                                     const char *where, struct eg_error *err)
{
    struct eg_buf text = {0};
    eg_buf_init(&text, 64 * EG_XPATH_MAX);
    enum eg_status status = write_unions(&text, expression, where, err);
    if (status == EG_OK && text.len > 0) {
        struct eg_xml_scope quiet;
        eg_xml_scope_begin(&quiet, NULL);
        xmlXPathCompExpr *counted = xmlXPathCompile(text.data);
        eg_xml_scope_end(&quiet);
        if (counted != NULL) {
            xmlXPathFreeCompExpr(*compiled);
            *compiled = counted;
        } else {
            status =
                eg_error_set(err, EG_E_FORMAT, where, "unions too large in '%.200s'", expression);
        }
    }
    eg_buf_done(&text);
    return status;
}

enum eg_status eg_xpath_compile(xmlXPathCompExpr **out, const char *expression,
                                const struct eg_xpath_scope *scope, const char *where,
                                struct eg_error *err)
{
    enum eg_status status = eg_xpath_check(expression, scope, where, err);
    if (status != EG_OK) {
        return status;
    }
    struct eg_xml_scope quiet;
    eg_xml_scope_begin(&quiet, NULL);
    xmlXPathCompExpr *compiled = xmlXPathCompile(BAD_CAST expression);
    eg_xml_scope_end(&quiet);
    if (compiled == NULL) {
        return eg_error_set(err, EG_E_FORMAT, where, "no XPath 1.0 expression: '%.200s'%s%s",
                            expression, quiet.text[0] != '\0' ? ": " : "", quiet.text);
    }
    status = scope->unions ? compile_unions(&compiled, expression, where, err) : EG_OK;
    if (status != EG_OK) {
        xmlXPathFreeCompExpr(compiled);
        return status;
    }
    *out = compiled;
    return EG_OK;
}

/* Does some operand of a union walk: can it be many nodes wherever the context node stands? */
bool eg_xpath_walks_in_union(const char *expression)
{
    struct lexer lexer = {.at = expression};
    struct {
        bool bar, walk;
    } runs[EG_XPATH_DEPTH_MAX + 1] = {0};
    size_t depth = 0;
    for (enum token token = next_token(&lexer); token != T_END && token != T_BAD;
         token = next_token(&lexer)) {
        if (token == T_OPERATOR && *lexer.start == '|') {
            runs[depth].bar = true;
        } else if (token == T_OPERATOR || token == T_COMMA || token == T_CLOSE) {
            bool walk = runs[depth].walk;
            runs[depth].bar = runs[depth].walk = false;
            depth -= token == T_CLOSE && depth > 0 ? 1 : 0;
            runs[depth].walk = runs[depth].walk || (token == T_CLOSE && walk);
        } else if (token == T_FUNCTION || token == T_VARIABLE ||
                   (token == T_SLASH && lexer.len == 2) ||
                   (token == T_AXIS && !eg_bytes_is(lexer.local, "child") &&
                    !eg_bytes_is(lexer.local, "attribute") && !eg_bytes_is(lexer.local, "self") &&
                    !eg_bytes_is(lexer.local, "parent"))) {
            runs[depth].walk = true;
        }
        if (runs[depth].bar && runs[depth].walk) {
            return true;
        }
        if (token == T_OPEN && depth < EG_XPATH_DEPTH_MAX) {
            depth++;
            runs[depth].bar = runs[depth].walk = false;
        }
    }
    return false;
}

/* ---- patterns ----------------------------------------------------------------------------- */

/* One branch up to '|' or the end: only steps along child and attribute, predicates as they like.
 */
static const char *bad_branch(struct lexer *lexer, bool *rooted)
{
    size_t depth = 0;
    bool first = true;
    bool steps = false;
    *rooted = false;
    for (;; first = false) {
        enum token token = next_token(lexer);
        if (depth == 0 && (token == T_END || (token == T_OPERATOR && *lexer->start == '|'))) {
            return steps ? NULL : "a branch is empty";
        }
        if (token == T_OPEN || token == T_CLOSE) {
            depth += token == T_OPEN ? 1 : 0;
            depth -= token == T_CLOSE ? 1 : 0;
        } else if (depth > 0) {
            continue;
        } else if (token == T_SLASH || token == T_NAME || token == T_NODE || token == T_AT) {
            *rooted = *rooted || (first && token == T_SLASH);
            steps = true;
        } else if (token == T_AXIS) {
            if (!eg_bytes_is(lexer->local, "child") && !eg_bytes_is(lexer->local, "attribute")) {
                return "a pattern steps along child and attribute only";
            }
        } else if (token == T_FUNCTION && first &&
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
    struct lexer lexer = {.at = pattern};
    do {
        const char *start = skip_blanks(lexer.at);
        bool rooted = false;
        lexer.after_operand = false;
        const char *reason = bad_branch(&lexer, &rooted);
        if (reason != NULL) {
            status = eg_error_set(err, EG_E_FORMAT, where, "%s: '%.200s'", reason, pattern);
            goto done;
        }
        eg_buf_text(&text, rooted ? "" : "//");
        eg_buf_add(&text, start, (size_t)(lexer.start - start));
        eg_buf_text(&text, lexer.token == T_END ? "" : " | ");
    } while (lexer.token != T_END);
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
