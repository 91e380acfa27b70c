/*
 * Classes of characters (XML Schema 1.0 Part 2, F.1): of ASCII exactly, of the rest on the large
 * side, as two classes that do not meet here must not meet in libxml2.
 */
#include "assess/schema/schema_class.h"

#include <ctype.h>
#include <string.h>

#define ASCII_MAX 0x7fu
#define UNICODE_MAX 0x10ffffu
#define DEPTH_MAX 20 /* subtractions in each other */

/* ---- sets --------------------------------------------------------------------------------- */

static void put(struct eg_schema_class *class, unsigned c)
{
    class->ascii[c / 64] |= (uint64_t)1 << (c % 64);
}

static void add_range(struct eg_schema_class *class, uint32_t from, uint32_t to)
{
    for (uint32_t c = from; c <= to && c <= ASCII_MAX; c++) {
        put(class, c);
    }
    if (to <= ASCII_MAX || class->others) {
        return;
    }
    if (class->range_count == EG_SCHEMA_RANGES_MAX) {
        class->others = true;
        return;
    }
    class->ranges[class->range_count].from = from > ASCII_MAX ? from : ASCII_MAX + 1;
    class->ranges[class->range_count++].to = to;
}

static void add(struct eg_schema_class *class, const struct eg_schema_class *more)
{
    class->ascii[0] |= more->ascii[0];
    class->ascii[1] |= more->ascii[1];
    class->others = class->others || more->others;
    class->large = class->large || more->large;
    for (unsigned i = 0; i < more->range_count; i++) {
        add_range(class, more->ranges[i].from, more->ranges[i].to);
    }
}

/* All but these: what is beyond ASCII may be in it whatever was, and all of a set too large. */
static void invert(struct eg_schema_class *class)
{
    class->ascii[0] = class->large ? UINT64_MAX : ~class->ascii[0];
    class->ascii[1] = class->large ? UINT64_MAX : ~class->ascii[1];
    class->others = true;
    class->range_count = 0;
}

static bool ranges_meet(const struct eg_schema_class *a, const struct eg_schema_class *b)
{
    for (unsigned i = 0; i < a->range_count; i++) {
        for (unsigned k = 0; k < b->range_count; k++) {
            if (a->ranges[i].from <= b->ranges[k].to && b->ranges[k].from <= a->ranges[i].to) {
                return true;
            }
        }
    }
    return false;
}

bool eg_schema_classes_meet(const struct eg_schema_class *a, const struct eg_schema_class *b)
{
    return (a->ascii[0] & b->ascii[0]) != 0 || (a->ascii[1] & b->ascii[1]) != 0 ||
           (a->others && (b->others || b->range_count > 0)) || (b->others && a->range_count > 0) ||
           ranges_meet(a, b);
}

/* ---- characters --------------------------------------------------------------------------- */

/* One character of UTF-8; false at the end or at an octet that begins none. */
static bool read_char(uint32_t *out, const char **at)
{
    const unsigned char *p = (const unsigned char *)*at;
    unsigned more = p[0] < 0x80 ? 0 : p[0] >= 0xf0 ? 3 : p[0] >= 0xe0 ? 2 : 1;
    uint32_t c = more == 0 ? p[0] : p[0] & (0x3fu >> more);

    if (p[0] == '\0' || (p[0] >= 0x80 && p[0] < 0xc2) || p[0] > 0xf4) {
        return false;
    }
    for (unsigned i = 1; i <= more; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return false;
        }
        c = c << 6 | (p[i] & 0x3fu);
    }
    *at += more + 1;
    *out = c;
    return c <= UNICODE_MAX;
}

/* ---- escapes ------------------------------------------------------------------------------ */

static bool is_space(int c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_initial(int c)
{
    return isalpha(c) || c == '_' || c == ':';
}

static bool is_name(int c)
{
    return isalnum(c) || c == '_' || c == ':' || c == '.' || c == '-';
}

/* Symbols of Unicode among ASCII (S); the other signs are punctuation (P). */
static bool is_symbol(int c)
{
    return c != '\0' && strchr("$+<=>^`|~", c) != NULL;
}

static bool is_punctuation(int c)
{
    return ispunct(c) && !is_symbol(c);
}

/* \w: all but punctuation, separators and others. */
static bool is_word(int c)
{
    return isalnum(c) || is_symbol(c);
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static void put_all(struct eg_schema_class *class, bool (*fits)(int))
{
    for (unsigned c = 0; c <= ASCII_MAX; c++) {
        if (fits((int)c)) {
            put(class, c);
        }
    }
}

/* \s \i \c \d \w; false: none of them. Their capitals are what is left. */
static bool several(struct eg_schema_class *out, char letter)
{
    static const struct {
        char letter;
        bool (*fits)(int);
        bool others;
    } rows[] = {{'s', is_space, false},
                {'i', is_initial, true},
                {'c', is_name, true},
                {'d', is_digit, true},
                {'w', is_word, true}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool capital = letter == rows[i].letter - 'a' + 'A';
        if (letter != rows[i].letter && !capital) {
            continue;
        }
        put_all(out, rows[i].fits);
        out->others = rows[i].others;
        if (capital) {
            invert(out);
        }
        return true;
    }
    return false;
}

static bool is_letter(int c)
{
    return isalpha(c);
}

static bool is_upper(int c)
{
    return isupper(c);
}

static bool is_lower(int c)
{
    return islower(c);
}

static bool is_blank(int c)
{
    return c == ' ';
}

static bool is_control(int c)
{
    return iscntrl(c);
}

static bool none(int c)
{
    (void)c;
    return false;
}

/* \p{...}: general categories by their first letters, on the large side; blocks. */
static bool property(struct eg_schema_class *out, const char *name, size_t len)
{
    static const struct {
        const char *name;
        bool (*fits)(int);
    } rows[] = {{"Lu", is_upper}, {"Ll", is_lower},   {"Lt", none},      {"Lm", none},
                {"Lo", none},     {"L", is_letter},   {"M", none},       {"Nd", is_digit},
                {"Nl", none},     {"No", none},       {"N", is_digit},   {"P", is_punctuation},
                {"Zs", is_blank}, {"Zl", none},       {"Zp", none},      {"Z", is_blank},
                {"S", is_symbol}, {"Cc", is_control}, {"C", is_control}, {"Is", none}};

    out->others = true;
    if (len == strlen("IsBasicLatin") && strncmp(name, "IsBasicLatin", len) == 0) {
        add_range(out, 0, ASCII_MAX);
        return true;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t own = strlen(rows[i].name);
        if (len >= own && strncmp(name, rows[i].name, own) == 0) {
            put_all(out, rows[i].fits);
            out->large = len > own && rows[i].fits != none; /* a part of it, as Pd of P */
            return true;
        }
    }
    return false;
}

static bool category(struct eg_schema_class *out, const char **at, bool inverted)
{
    const char *end = **at == '{' ? strchr(*at, '}') : NULL;

    if (end == NULL || !property(out, *at + 1, (size_t)(end - *at - 1))) {
        return false;
    }
    if (inverted) {
        invert(out);
    }
    *at = end + 1;
    return true;
}

/*
 * What follows a backslash. single: the character that it is, if it is one (a range may begin or
 * end with it), else UINT32_MAX.
 */
static bool escape(struct eg_schema_class *out, uint32_t *single, const char **at)
{
    char letter = **at;

    *single = UINT32_MAX;
    if (letter == '\0') {
        return false;
    }
    (*at)++;
    if (letter == 'p' || letter == 'P') {
        return category(out, at, letter == 'P');
    }
    if (several(out, letter)) {
        return true;
    }
    if (strchr("nrt\\|.?*+(){}-[]^", letter) == NULL) {
        return false;
    }
    *single = letter == 'n'   ? '\n'
              : letter == 'r' ? '\r'
              : letter == 't' ? '\t'
                              : (unsigned char)letter;
    put(out, *single);
    return true;
}

/* ---- brackets ----------------------------------------------------------------------------- */

/* A character or escape inside brackets. */
static bool member(struct eg_schema_class *out, uint32_t *single, const char **at)
{
    if (**at == '\\') {
        (*at)++;
        return escape(out, single, at);
    }
    if (**at == '[' || **at == ']' || !read_char(single, at)) {
        return false;
    }
    add_range(out, *single, *single);
    return true;
}

/* A member, or a range of characters. */
static bool members(struct eg_schema_class *out, const char **at)
{
    struct eg_schema_class first = {.range_count = 0};
    struct eg_schema_class last = {.range_count = 0};
    uint32_t from = 0;
    uint32_t to = 0;

    if (!member(&first, &from, at)) {
        return false;
    }
    add(out, &first);
    if (**at != '-' || (*at)[1] == ']' || (*at)[1] == '[' || from == UINT32_MAX) {
        return true;
    }
    (*at)++;
    if (!member(&last, &to, at) || to == UINT32_MAX || to < from) {
        return false;
    }
    add_range(out, from, to);
    return true;
}

static bool brackets(struct eg_schema_class *out, const char **at, unsigned depth)
{
    bool inverted = **at == '^';
    bool any = false;

    *at += inverted ? 1 : 0;
    while (**at != ']' && !(**at == '-' && (*at)[1] == '[')) {
        if (!members(out, at)) {
            return false;
        }
        any = true;
    }
    if (inverted) {
        invert(out);
    }
    if (**at == '-') { /* a subtraction: what is taken away is left in, beyond ASCII */
        struct eg_schema_class less = {.range_count = 0};
        *at += 2;
        if (depth == DEPTH_MAX || !brackets(&less, at, depth + 1) || **at != ']') {
            return false;
        }
        out->ascii[0] &= less.large ? UINT64_MAX : ~less.ascii[0];
        out->ascii[1] &= less.large ? UINT64_MAX : ~less.ascii[1];
    }
    *at += **at == ']' ? 1 : 0;
    return any;
}

bool eg_schema_class_read(struct eg_schema_class *out, const char **at)
{
    uint32_t single = 0;

    *out = (struct eg_schema_class){.range_count = 0};
    if (**at == '[') {
        (*at)++;
        return brackets(out, at, 0);
    }
    if (**at == '\\') {
        (*at)++;
        return escape(out, &single, at);
    }
    if (**at == '.') {
        (*at)++;
        put(out, '\n');
        put(out, '\r');
        invert(out);
        return true;
    }
    if (strchr("?*+(){}|]", **at) != NULL || !read_char(&single, at)) {
        return false;
    }
    add_range(out, single, single);
    return true;
}
