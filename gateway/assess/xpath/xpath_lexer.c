/*
 * Reading tokens: what a name or a star means depends on what stands before it and behind it.
 */
#include "assess/xpath/xpath_lexer.h"

#include <string.h>

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
static bool take_qname(struct eg_xpath_lexer *lexer, bool star)
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

static enum eg_xpath_token named(struct eg_xpath_lexer *lexer)
{
    if (lexer->after_operand) {
        lexer->prefix = EG_BYTES_NONE;
        lexer->local = take_name(&lexer->at);
        for (const char *const *word = (const char *const[]){"and", "or", "mod", "div", NULL};
             *word != NULL; word++) {
            if (eg_bytes_is(lexer->local, *word)) {
                return EG_XPATH_T_OPERATOR;
            }
        }
        return EG_XPATH_T_BAD;
    }
    (void)take_qname(lexer, true);
    const char *next = skip_blanks(lexer->at);
    if (*next == '(') {
        for (const char *const *word =
                 (const char *const[]){"comment", "text", "node", "processing-instruction", NULL};
             *word != NULL; word++) {
            if (lexer->prefix.len == 0 && eg_bytes_is(lexer->local, *word)) {
                return EG_XPATH_T_NODE;
            }
        }
        return EG_XPATH_T_FUNCTION;
    }
    if (next[0] == ':' && next[1] == ':') {
        lexer->at = next + 2;
        return EG_XPATH_T_AXIS;
    }
    return EG_XPATH_T_NAME;
}

static enum eg_xpath_token quoted(struct eg_xpath_lexer *lexer)
{
    const char *end = strchr(lexer->at + 1, *lexer->at);
    if (end == NULL) {
        return EG_XPATH_T_BAD;
    }
    lexer->at = end + 1;
    return EG_XPATH_T_LITERAL;
}

static enum eg_xpath_token number(struct eg_xpath_lexer *lexer)
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
    return EG_XPATH_T_NUMBER;
}

/* Signs of one or two characters; `second` may follow the first. */
static enum eg_xpath_token sign(struct eg_xpath_lexer *lexer, enum eg_xpath_token token,
                                char second)
{
    lexer->at++;
    if (second != '\0' && *lexer->at == second) {
        lexer->at++;
    }
    return token;
}

static enum eg_xpath_token read_token(struct eg_xpath_lexer *lexer)
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
        return EG_XPATH_T_END;
    case '"':
    case '\'':
        return quoted(lexer);
    case '$':
        lexer->at = skip_blanks(lexer->at + 1);
        return take_qname(lexer, false) ? EG_XPATH_T_VARIABLE : EG_XPATH_T_BAD;
    case '(':
    case '[':
        return sign(lexer, EG_XPATH_T_OPEN, '\0');
    case ')':
    case ']':
        return sign(lexer, EG_XPATH_T_CLOSE, '\0');
    case ',':
        return sign(lexer, EG_XPATH_T_COMMA, '\0');
    case '@':
        return sign(lexer, EG_XPATH_T_AT, '\0');
    case '/':
        return sign(lexer, EG_XPATH_T_SLASH, '/');
    case '.':
        return sign(lexer, EG_XPATH_T_DOTS, '.');
    case '|':
    case '+':
    case '-':
    case '=':
        return sign(lexer, EG_XPATH_T_OPERATOR, '\0');
    case '<':
    case '>':
        return sign(lexer, EG_XPATH_T_OPERATOR, '=');
    case '!':
        return lexer->at[1] == '=' ? sign(lexer, EG_XPATH_T_OPERATOR, '=') : EG_XPATH_T_BAD;
    case '*':
        lexer->prefix = EG_BYTES_NONE;
        lexer->local = (struct eg_bytes){(const uint8_t *)lexer->at, 1};
        return sign(lexer, lexer->after_operand ? EG_XPATH_T_OPERATOR : EG_XPATH_T_NAME, '\0');
    default:
        return EG_XPATH_T_BAD;
    }
}

enum eg_xpath_token eg_xpath_next(struct eg_xpath_lexer *lexer)
{
    lexer->at = skip_blanks(lexer->at);
    lexer->start = lexer->at;
    lexer->token = read_token(lexer);
    lexer->len = (size_t)(lexer->at - lexer->start);
    enum eg_xpath_token t = lexer->token;
    lexer->after_operand = t == EG_XPATH_T_NAME || t == EG_XPATH_T_VARIABLE ||
                           t == EG_XPATH_T_LITERAL || t == EG_XPATH_T_NUMBER ||
                           t == EG_XPATH_T_DOTS || t == EG_XPATH_T_CLOSE;
    return t;
}
