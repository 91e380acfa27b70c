/*
 * Why this file exists: "//x" inside a test is the classic slow rule: for each of n nodes it walks
 * all n. Whether an expression does so is seen in its words; no tree is needed.
 *
 * A path is absolute when a slash is where an operand begins. It walks the document when "//"
 * is in it. "a//b" and ".//b" go down from the current node only.
 */
#include "workbench/package_lint.h"

#include "base/limits.h"

#include <ctype.h>
#include <string.h>

struct scan {
    const char *at;
    /* an operand has just ended */
    bool operand;
    /* the path being read, by depth of brackets */
    bool absolute[EG_XPATH_DEPTH_MAX + 2];
    size_t depth;
};

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' || (c & 0x80) != 0;
}

static bool begins(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

/* A name, number or axis. true: an axis over the whole document. */
static bool take_word(struct scan *scan)
{
    static const char *const operators[] = {"and", "or", "div", "mod"};
    static const char *const axes[] = {"preceding::", "following::"};
    const char *word = scan->at;
    size_t len = 0;

    while (is_name(word[len])) {
        len++;
    }
    scan->at += len;
    if (len == 1 && word[0] == '-') {
        scan->operand = false;
        scan->absolute[scan->depth] = false;
        return false;
    }
    for (size_t i = 0; scan->operand && i < sizeof operators / sizeof operators[0]; i++) {
        if (len == strlen(operators[i]) && begins(word, operators[i])) {
            scan->operand = false;
            scan->absolute[scan->depth] = false;
            return false;
        }
    }
    for (size_t i = 0; i < sizeof axes / sizeof axes[0]; i++) {
        if (begins(word, axes[i])) {
            return true;
        }
    }
    if (begins(scan->at, "::")) {
        scan->at += 2;
        return false;
    }
    if (*scan->at == ':') {
        scan->at++; /* the rest of the name follows */
        return false;
    }
    scan->operand = true;
    return false;
}

/* A slash or two. true: down from the root. */
static bool take_slash(struct scan *scan)
{
    bool twice = scan->at[1] == '/';

    if (!scan->operand) {
        scan->absolute[scan->depth] = true;
    }
    scan->at += twice ? 2 : 1;
    scan->operand = true; /* an operator that follows is one: "/ and" is seldom, but allowed */
    if (is_name(*scan->at) || *scan->at == '@' || *scan->at == '*') {
        scan->operand = false;
    }
    return twice && scan->absolute[scan->depth];
}

static void take_quoted(struct scan *scan)
{
    const char *end = strchr(scan->at + 1, *scan->at);

    scan->at = end != NULL ? end + 1 : scan->at + strlen(scan->at);
    scan->operand = true;
}

static void take_sign(struct scan *scan)
{
    char c = *scan->at++;

    if (c == '(' || c == '[') {
        scan->depth += scan->depth < EG_XPATH_DEPTH_MAX;
        scan->absolute[scan->depth] = false;
        scan->operand = false;
    } else if (c == ')' || c == ']') {
        scan->depth -= scan->depth > 0;
        scan->operand = true;
    } else if (c == '*' && !scan->operand) {
        scan->operand = true; /* any name */
    } else if (c != '@' && c != '$') {
        scan->operand = false;
        scan->absolute[scan->depth] = false;
    }
}

bool eg_lint_walks(const char *expression)
{
    struct scan scan = {.at = expression};

    while (*scan.at != '\0') {
        char c = *scan.at;
        if (isspace((unsigned char)c)) {
            scan.at++;
        } else if (c == '\'' || c == '"') {
            take_quoted(&scan);
        } else if (c == '/') {
            if (take_slash(&scan)) {
                return true;
            }
        } else if (is_name(c)) {
            if (take_word(&scan)) {
                return true;
            }
        } else {
            take_sign(&scan);
        }
    }
    return false;
}
