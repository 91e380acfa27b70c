/*
 * The tokens of XPath 1.0 (3.7 of the recommendation). Grammar is left to who reads them.
 */
#ifndef EG_ASSESS_XPATH_LEXER_H
#define EG_ASSESS_XPATH_LEXER_H

#include "base/bytes.h"

enum eg_xpath_token {
    EG_XPATH_T_END,
    EG_XPATH_T_BAD,      /* no token of XPath */
    EG_XPATH_T_NAME,     /* name test: QName, *, prefix:* */
    EG_XPATH_T_AXIS,     /* name before '::' */
    EG_XPATH_T_FUNCTION, /* name before '(' */
    EG_XPATH_T_NODE,     /* comment, text, node, processing-instruction before '(' */
    EG_XPATH_T_VARIABLE,
    EG_XPATH_T_LITERAL,
    EG_XPATH_T_NUMBER,
    EG_XPATH_T_OPERATOR, /* and or mod div + - = != < <= > >= * | */
    EG_XPATH_T_SLASH,    /* / or // */
    EG_XPATH_T_DOTS,     /* . or .. */
    EG_XPATH_T_AT,
    EG_XPATH_T_OPEN,  /* ( or [ */
    EG_XPATH_T_CLOSE, /* ) or ] */
    EG_XPATH_T_COMMA,
};

struct eg_xpath_lexer {
    const char *at;
    enum eg_xpath_token token;
    /* of the token */
    const char *start;
    size_t len;
    /* of names, functions and variables */
    struct eg_bytes prefix, local;
    /* what stands before lets a name or * be an operator */
    bool after_operand;
};

/* The next token of a lexer that began as {.at = expression}; the expression is borrowed. */
enum eg_xpath_token eg_xpath_next(struct eg_xpath_lexer *lexer);

#endif
