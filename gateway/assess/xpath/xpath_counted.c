/*
 * A recursive descent through the grammar of XPath 1.0 (3.1 to 3.5) that writes while it reads.
 * Depth is bounded by eg_xpath_check. What turns out to need a call when it has been written
 * already gets it by insertion: texts are short, EG_XPATH_COUNTED_MAX at most.
 */
#include "assess/xpath/xpath_counted.h"

#include "assess/xpath/xpath_lexer.h"
#include "base/limits.h"

#include <stdio.h>
#include <string.h>

#define CALL(name) EG_XPATH_INTERNAL name "("
#define UNION_BARS_MAX                                                                             \
    15 /* operands of one call, which then is the first of the next: few sets                      \
        */

/* What a part of an expression can be. */
enum kind {
    TRUTH, /* boolean */
    VALUE, /* number or string */
    ONE,   /* at most one node */
    MANY,  /* nodes */
    ANY,   /* a variable, a function that is not known here */
};

enum level { OR, AND, EQUALITY, RELATIONAL, ADDITIVE, MULTIPLICATIVE, UNARY };

struct rewriter {
    /* at the token that is read next */
    struct eg_xpath_lexer lexer;
    struct eg_buf *out;
    /* position() or last() was called in the predicate that is read */
    bool positional;
    bool bad;
    /* a step that is compiled by itself is nested too deep */
    bool deep;
};

static enum kind read_level(struct rewriter *r, enum level level);

/* ---- tokens and text ---------------------------------------------------------------------- */

static void advance(struct rewriter *r)
{
    (void)eg_xpath_next(&r->lexer);
}

static bool at(const struct rewriter *r, enum eg_xpath_token token)
{
    return r->lexer.token == token;
}

static bool at_sign(const struct rewriter *r, enum eg_xpath_token token, char sign)
{
    return r->lexer.token == token && *r->lexer.start == sign;
}

/* Write the token and go to the next. */
static void copy(struct rewriter *r)
{
    eg_buf_add(r->out, r->lexer.start, r->lexer.len);
    advance(r);
}

static void expect(struct rewriter *r, enum eg_xpath_token token, char sign)
{
    if (!at_sign(r, token, sign)) {
        r->bad = true;
        return;
    }
    copy(r);
}

/* Put `text` where `len` octets stand. */
static void splice(struct rewriter *r, size_t place, size_t len, const char *text)
{
    size_t added = strlen(text);
    size_t tail = r->out->len - place - len;
    eg_buf_text(r->out, text); /* grows it, or fails */
    if (r->out->failed) {
        return;
    }
    uint8_t *data = r->out->data;
    memmove(data + place + added, data + place + len, tail);
    memcpy(data + place, text, added);
    r->out->len = place + added + tail;
    data[r->out->len] = '\0';
}

/* Put a call around what was written from `start`. */
static void wrap(struct rewriter *r, size_t start, const char *call)
{
    splice(r, start, 0, call);
    eg_buf_text(r->out, ")");
}

static bool may_be_nodes(enum kind kind)
{
    return kind == ONE || kind == MANY || kind == ANY;
}

static bool is_any(struct eg_bytes name, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (eg_bytes_is(name, *words)) {
            return true;
        }
    }
    return false;
}

/* ---- steps -------------------------------------------------------------------------------- */

struct path {
    /* in the text */
    size_t start;
    /* the last / or // written, and its length; 0: none yet */
    size_t separator;
    size_t separator_len;
    /* of what was read up to here */
    enum kind kind;
};

/* Predicates behind a step or a filter; true: one may ask for a position. */
static bool read_predicates(struct rewriter *r, bool *first)
{
    bool outer = r->positional;
    bool positional = false;
    while (at_sign(r, EG_XPATH_T_OPEN, '[') && !r->bad) {
        copy(r);
        r->positional = false;
        size_t place = r->out->len;
        bool number = at(r, EG_XPATH_T_NUMBER);
        enum kind kind = read_level(r, OR);
        *first = *first || (number && r->out->len == place + 1);
        positional = positional || r->positional || kind == VALUE || kind == ANY;
        expect(r, EG_XPATH_T_CLOSE, ']');
    }
    r->positional = outer;
    return positional;
}

static bool read_test(struct rewriter *r)
{
    bool exact = at(r, EG_XPATH_T_NAME) && !eg_bytes_is(r->lexer.local, "*");
    if (at(r, EG_XPATH_T_NAME)) {
        copy(r);
        return exact;
    }
    if (!at(r, EG_XPATH_T_NODE)) {
        r->bad = true;
        return false;
    }
    copy(r);
    expect(r, EG_XPATH_T_OPEN, '(');
    if (at(r, EG_XPATH_T_LITERAL)) {
        copy(r);
    }
    expect(r, EG_XPATH_T_CLOSE, ')');
    return false;
}

/*
 * Put a call around the path in front of a step that was written at `step`, as an expression of its
 * own: nothing is ".", "/" stays, "P//" is "P//.". The place behind the call is where "/" (or a
 * comma) goes, which is returned.
 */
static size_t wrap_before(struct rewriter *r, const struct path *path, size_t step,
                          const char *call)
{
    size_t end = step;
    if (path->separator_len == 0 || path->separator_len == 2) {
        splice(r, step, 0, ".");
        end = step + 1;
    } else if (path->separator > path->start) {
        splice(r, path->separator, path->separator_len, "");
        end = path->separator;
    }
    splice(r, path->start, 0, call);
    return end + strlen(call);
}

static bool too_deep(const char *text)
{
    struct eg_xpath_lexer lexer = {.at = text};
    size_t depth = 0;
    size_t deepest = 0;
    while (eg_xpath_next(&lexer) != EG_XPATH_T_END && lexer.token != EG_XPATH_T_BAD) {
        depth += lexer.token == EG_XPATH_T_OPEN ? 1 : 0;
        depth -= lexer.token == EG_XPATH_T_CLOSE && depth > 0 ? 1 : 0;
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest > EG_XPATH_COUNTED_DEPTH_MAX;
}

/* The step from each node by itself. Without a quotation mark left, what it costs is estimated. */
static void write_each(struct rewriter *r, const struct path *path, size_t step, const char *axis)
{
    const uint8_t *text = r->out->data + step;
    size_t len = r->out->len - step;
    bool single = memchr(text, '\'', len) != NULL;
    bool twofold = memchr(text, '"', len) != NULL;
    r->deep = r->deep || too_deep((const char *)text);
    if (!single || !twofold) {
        const char *quote = single ? "\"" : "'";
        size_t place = wrap_before(r, path, step, CALL("each"));
        splice(r, place, 0, quote);
        splice(r, place, 0, ",");
        eg_buf_text(r->out, quote);
        eg_buf_text(r->out, ")");
        return;
    }
    size_t place = wrap_before(r, path, step, CALL("walk"));
    splice(r, place, 0, "')/");
    splice(r, place, 0, axis);
    splice(r, place, 0, ",'");
}

/* An axis along which the nodes found from one context are found from another, too. */
static void end_step(struct rewriter *r, struct path *path, size_t step, const char *axis,
                     bool positional)
{
    if (path->kind == ONE) {
        path->kind = strcmp(axis, "parent") == 0 ? ONE : MANY;
        return;
    }
    path->kind = MANY;
    if (positional && strcmp(axis, "parent") != 0) {
        write_each(r, path, step, axis);
        return;
    }
    char call[64] = "";
    (void)snprintf(call, sizeof call, EG_XPATH_INTERNAL "%s(", axis);
    splice(r, step, strlen(axis), "self");
    size_t place = wrap_before(r, path, step, call);
    splice(r, place, 0, ")/");
}

/* "" for an axis that makes no node twice. */
static const char *merging_axis(struct eg_bytes name)
{
    static const char *const axes[] = {"parent",
                                       "ancestor",
                                       "ancestor-or-self",
                                       "descendant",
                                       "descendant-or-self",
                                       "following",
                                       "following-sibling",
                                       "preceding",
                                       "preceding-sibling",
                                       NULL};
    for (const char *const *axis = axes; *axis != NULL; axis++) {
        if (eg_bytes_is(name, *axis)) {
            return *axis;
        }
    }
    return "";
}

static void read_axis(struct rewriter *r, struct path *path)
{
    size_t step = r->out->len;
    struct eg_bytes name = r->lexer.local;
    const char *axis = merging_axis(name);
    bool attribute = eg_bytes_is(name, "attribute");
    bool self = eg_bytes_is(name, "self");
    eg_buf_bytes(r->out, name);
    eg_buf_text(r->out, "::");
    advance(r);
    bool exact = read_test(r);
    bool first = false;
    bool positional = read_predicates(r, &first);
    if (r->out->failed || r->bad) {
        return;
    }
    if (axis[0] != '\0') {
        end_step(r, path, step, axis, positional);
    } else if (eg_bytes_is(name, "namespace")) {
        size_t place = wrap_before(r, path, step, CALL("namespaces"));
        splice(r, place, 0, ")/");
        path->kind = MANY;
    } else if (!self && !(attribute && exact && path->kind == ONE)) {
        path->kind = MANY;
    }
}

static void read_step(struct rewriter *r, struct path *path)
{
    size_t step = r->out->len;
    bool unused = false;
    if (at(r, EG_XPATH_T_DOTS)) {
        bool up = r->lexer.len == 2;
        if (!up || path->kind == ONE) {
            copy(r);
            return;
        }
        advance(r);
        size_t place = wrap_before(r, path, step, CALL("parent"));
        splice(r, place, 0, ")");
        path->kind = MANY;
    } else if (at(r, EG_XPATH_T_AXIS)) {
        read_axis(r, path);
    } else {
        bool attribute = at(r, EG_XPATH_T_AT);
        if (attribute) {
            copy(r);
        }
        bool exact = read_test(r);
        (void)read_predicates(r, &unused);
        path->kind = attribute && exact && path->kind == ONE ? ONE : MANY;
    }
}

static void read_separator(struct rewriter *r, struct path *path)
{
    bool below = r->lexer.len == 2;
    bool many = path->kind != ONE;
    if (below && many) {
        wrap(r, path->start, CALL("descendant-or-self"));
    }
    path->separator = r->out->len;
    path->separator_len = below && !many ? 2 : 1;
    eg_buf_text(r->out, below && !many ? "//" : "/");
    path->kind = below ? MANY : path->kind;
    advance(r);
}

static bool begins_step(const struct rewriter *r)
{
    return at(r, EG_XPATH_T_NAME) || at(r, EG_XPATH_T_AXIS) || at(r, EG_XPATH_T_NODE) ||
           at(r, EG_XPATH_T_DOTS) || at(r, EG_XPATH_T_AT);
}

/* ---- primary expressions ------------------------------------------------------------------ */

static enum kind kind_of_function(const struct eg_xpath_lexer *lexer)
{
    static const char *const truths[] = {"boolean", "not",      "true",        "false",
                                         "lang",    "contains", "starts-with", "function-available",
                                         NULL};
    static const char *const nodes[] = {"id", "key", "document", NULL};
    static const char *const values[] = {"last",
                                         "position",
                                         "count",
                                         "local-name",
                                         "namespace-uri",
                                         "name",
                                         "string",
                                         "concat",
                                         "substring-before",
                                         "substring-after",
                                         "number",
                                         "substring",
                                         "string-length",
                                         "normalize-space",
                                         "translate",
                                         "sum",
                                         "floor",
                                         "ceiling",
                                         "round",
                                         "format-number",
                                         NULL};
    if (lexer->prefix.len > 0) {
        return ANY;
    }
    if (eg_bytes_is(lexer->local, "current")) {
        return ONE;
    }
    return is_any(lexer->local, truths)   ? TRUTH
           : is_any(lexer->local, values) ? VALUE
           : is_any(lexer->local, nodes)  ? MANY
                                          : ANY;
}

static enum kind read_function(struct rewriter *r)
{
    enum kind kind = kind_of_function(&r->lexer);
    bool plain = r->lexer.prefix.len == 0;
    if (plain && (eg_bytes_is(r->lexer.local, "position") || eg_bytes_is(r->lexer.local, "last"))) {
        r->positional = true;
    }
    copy(r);
    expect(r, EG_XPATH_T_OPEN, '(');
    while (!r->bad && !at(r, EG_XPATH_T_CLOSE)) {
        (void)read_level(r, OR);
        if (!at(r, EG_XPATH_T_COMMA)) {
            break;
        }
        copy(r);
    }
    expect(r, EG_XPATH_T_CLOSE, ')');
    return kind;
}

static enum kind read_filter(struct rewriter *r)
{
    enum kind kind = VALUE;
    bool first = false;
    if (at(r, EG_XPATH_T_VARIABLE)) {
        copy(r);
        kind = ANY;
    } else if (at_sign(r, EG_XPATH_T_OPEN, '(')) {
        copy(r);
        kind = read_level(r, OR);
        expect(r, EG_XPATH_T_CLOSE, ')');
    } else if (at(r, EG_XPATH_T_FUNCTION)) {
        kind = read_function(r);
    } else if (at(r, EG_XPATH_T_LITERAL) || at(r, EG_XPATH_T_NUMBER)) {
        copy(r);
    } else {
        r->bad = true;
    }
    if (at_sign(r, EG_XPATH_T_OPEN, '[')) {
        (void)read_predicates(r, &first);
        kind = first || kind == ONE ? ONE : MANY;
    }
    return kind;
}

static enum kind read_path(struct rewriter *r)
{
    struct path path = {.start = r->out->len, .kind = ONE};
    bool step = true;
    if (at(r, EG_XPATH_T_SLASH)) {
        read_separator(r, &path);
        step = begins_step(r); /* "/" alone is one */
    } else if (!begins_step(r)) {
        path.kind = read_filter(r);
        step = false;
        if (at(r, EG_XPATH_T_SLASH)) {
            path.kind = path.kind == ONE ? ONE : MANY;
        }
    }
    while (step || at(r, EG_XPATH_T_SLASH)) {
        if (!step) {
            read_separator(r, &path);
        }
        step = false;
        read_step(r, &path);
        if (r->bad || r->out->failed) {
            return MANY;
        }
    }
    return path.kind;
}

/* ---- operators ---------------------------------------------------------------------------- */

static enum kind read_union(struct rewriter *r)
{
    size_t start = r->out->len;
    enum kind kind = read_path(r);
    unsigned bars = 0;
    for (; at_sign(r, EG_XPATH_T_OPERATOR, '|') && !r->bad; bars++) {
        if (bars > 0 && bars % UNION_BARS_MAX == 0) {
            wrap(r, start, CALL("union"));
        }
        advance(r);
        eg_buf_text(r->out, " , ");
        (void)read_path(r);
    }
    if (bars > 0) {
        wrap(r, start, CALL("union"));
        kind = MANY;
    }
    return kind;
}

static void wrap_number(struct rewriter *r, size_t start, enum kind kind)
{
    if (may_be_nodes(kind)) {
        wrap(r, start, CALL("number"));
    }
}

static enum kind read_unary(struct rewriter *r)
{
    bool minus = false;
    while (at_sign(r, EG_XPATH_T_OPERATOR, '-')) {
        eg_buf_text(r->out, " - ");
        advance(r);
        minus = true;
    }
    size_t start = r->out->len;
    enum kind kind = read_union(r);
    if (minus) {
        wrap_number(r, start, kind);
    }
    return minus ? VALUE : kind;
}

/* The call that takes the place of an operator of this level; NULL: it is none of them. */
static const char *call_of(const struct eg_xpath_lexer *lexer, enum level level)
{
    static const struct {
        enum level level;
        const char *sign, *call;
    } rows[] = {
        {OR, "or", ""},
        {AND, "and", ""},
        {EQUALITY, "=", CALL("eq")},
        {EQUALITY, "!=", CALL("ne")},
        {RELATIONAL, "<", CALL("lt")},
        {RELATIONAL, "<=", CALL("le")},
        {RELATIONAL, ">", CALL("gt")},
        {RELATIONAL, ">=", CALL("ge")},
        {ADDITIVE, "+", ""},
        {ADDITIVE, "-", ""},
        {MULTIPLICATIVE, "*", ""},
        {MULTIPLICATIVE, "div", ""},
        {MULTIPLICATIVE, "mod", ""},
    };
    for (size_t i = 0; lexer->token == EG_XPATH_T_OPERATOR && i < sizeof rows / sizeof rows[0];
         i++) {
        if (rows[i].level == level && strlen(rows[i].sign) == lexer->len &&
            memcmp(rows[i].sign, lexer->start, lexer->len) == 0) {
            return rows[i].call;
        }
    }
    return NULL;
}

/* Operators of one level, from the left. */
static enum kind read_level(struct rewriter *r, enum level level)
{
    if (level == UNARY) {
        return read_unary(r);
    }
    size_t start = r->out->len;
    enum kind kind = read_level(r, level + 1);
    const char *call = NULL;
    while (!r->bad && (call = call_of(&r->lexer, level)) != NULL) {
        bool arithmetic = level == ADDITIVE || level == MULTIPLICATIVE;
        if (arithmetic) {
            wrap_number(r, start, kind);
        }
        size_t sign = r->out->len;
        size_t sign_len = r->lexer.len;
        eg_buf_text(r->out, " ");
        copy(r);
        eg_buf_text(r->out, " ");
        size_t right = r->out->len;
        enum kind other = read_level(r, level + 1);
        if (arithmetic) {
            wrap_number(r, right, other);
        } else if (call[0] != '\0' && (may_be_nodes(kind) || may_be_nodes(other)) &&
                   !r->out->failed) {
            splice(r, sign + 1, sign_len, ",");
            wrap(r, start, call);
        }
        kind = arithmetic ? VALUE : TRUTH;
    }
    return kind;
}

enum eg_status eg_xpath_counted(struct eg_buf *text, const char *expression, const char *where,
                                struct eg_error *err)
{
    struct rewriter r = {.lexer = {.at = expression}, .out = text};
    advance(&r);
    (void)read_level(&r, OR);
    enum eg_status status = eg_buf_ok(text, where, err);
    if (status == EG_OK && (r.bad || !at(&r, EG_XPATH_T_END))) {
        return eg_error_set(err, EG_E_FORMAT, where, "no XPath 1.0 expression: '%.200s'",
                            expression);
    }
    if (status == EG_OK && (r.deep || too_deep((const char *)text->data))) {
        return eg_error_set(err, EG_E_LIMIT, where, "too many steps in '%.200s'", expression);
    }
    return status;
}
