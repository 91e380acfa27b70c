/*
 * Reading the small language by recursive descent. The expression is known to be correct XPath, so
 * what does not fit is not an error but simply none of ours.
 */
#include "assess/schematron/quick_model.h"

#include <libxml/xpath.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64

struct reader {
    struct eg_schematron *schema;
    const struct eg_xpath_scope *scope;
    const char *at;
    unsigned depth;
};

static struct eg_quick *read_or(struct reader *reader);

/* ---- octets ------------------------------------------------------------------------------- */

static void skip_blanks(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t\r\n");
}

static bool take(struct reader *reader, const char *sign)
{
    size_t len = strlen(sign);
    skip_blanks(reader);
    if (strncmp(reader->at, sign, len) != 0) {
        return false;
    }
    reader->at += len;
    return true;
}

static bool is_name_start(char c)
{
    unsigned char u = (unsigned char)c;
    return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_' || u >= 0x80;
}

static bool is_name(char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static size_t name_length(const char *at)
{
    size_t len = 0;
    while (is_name_start(*at) && is_name(at[len])) {
        len++;
    }
    return len;
}

static bool take_word(struct reader *reader, const char *word)
{
    skip_blanks(reader);
    size_t len = name_length(reader->at);
    if (len != strlen(word) || memcmp(reader->at, word, len) != 0) {
        return false;
    }
    reader->at += len;
    return true;
}

/* ---- nodes of the tree -------------------------------------------------------------------- */

static struct eg_quick *node(struct reader *reader, enum eg_quick_kind kind,
                             enum eg_quick_type type)
{
    struct eg_quick *made = eg_sch_alloc(reader->schema, sizeof *made);
    if (made != NULL) {
        made->kind = kind;
        made->type = type;
    }
    return made;
}

static bool add_part(struct reader *reader, struct eg_quick *to, struct eg_quick *part)
{
    struct eg_quick **slot = part != NULL ? eg_sch_grow(reader->schema, &to->parts, &to->part_count,
                                                        sizeof(struct eg_quick *))
                                          : NULL;
    if (slot != NULL) {
        *slot = part;
    }
    return slot != NULL;
}

/* ---- paths -------------------------------------------------------------------------------- */

/* QName with a bound prefix; no *, no axis, no node type. */
static bool read_test(struct reader *reader, struct eg_quick_step *step)
{
    size_t len = name_length(reader->at);
    const char *ns = "";
    const char *local = reader->at;
    if (len > 0 && local[len] == ':') {
        ns = NULL;
        for (size_t i = 0; i < reader->scope->ns_count && ns == NULL; i++) {
            const struct eg_xml_ns *known = &reader->scope->ns[i];
            if (strlen(known->prefix) == len && memcmp(known->prefix, local, len) == 0) {
                ns = known->uri;
            }
        }
        local += len + 1;
        len = name_length(local);
    }
    const char *name = ns != NULL && len > 0 ? eg_sch_dup(reader->schema, local, len) : NULL;
    if (name == NULL) {
        return false;
    }
    bool attribute = step->axis == EG_QUICK_ATTRIBUTE;
    step->word = eg_flat_word(&reader->schema->words, attribute, ns, name);
    reader->at = local + len;
    skip_blanks(reader);
    return step->word != 0 && *reader->at != '(' && *reader->at != ':';
}

static bool read_predicate(struct reader *reader, struct eg_quick_step *step)
{
    if (step->predicate_count == EG_QUICK_PREDICATES_MAX || step->axis == EG_QUICK_ATTRIBUTE ||
        step->axis == EG_QUICK_PARENT) {
        return false;
    }
    struct eg_quick *condition = read_or(reader);
    if (condition == NULL || !take(reader, "]")) {
        return false;
    }
    size_t at = step->predicate_count++;
    if (condition->kind == EG_QUICK_NUMBER_LITERAL) {
        step->positions[at] =
            condition->number >= 1 && condition->number <= 1e6 ? (unsigned)condition->number : 0;
        return (double)step->positions[at] == condition->number;
    }
    step->conditions[at] = condition;
    return condition->type == EG_QUICK_IS_BOOLEAN || condition->type == EG_QUICK_IS_SET;
}

static bool read_axis(struct reader *reader, struct eg_quick_step *step)
{
    static const struct {
        const char *text;
        enum eg_quick_axis axis;
    } axes[] = {{"@", EG_QUICK_ATTRIBUTE},
                {"..", EG_QUICK_PARENT},
                {"preceding-sibling::", EG_QUICK_PRECEDING},
                {"following-sibling::", EG_QUICK_FOLLOWING}};

    step->axis = EG_QUICK_CHILD;
    skip_blanks(reader);
    for (size_t i = 0; i < sizeof axes / sizeof axes[0]; i++) {
        if (take(reader, axes[i].text)) {
            step->axis = axes[i].axis;
            break;
        }
    }
    skip_blanks(reader);
    return step->axis == EG_QUICK_PARENT || read_test(reader, step);
}

/*
 * Steps to parents and siblings only from one node: then no node comes twice. The document has one
 * child element, and a position behind all conditions leaves one node.
 */
static bool note_step(struct eg_quick *path, const struct eg_quick_step *step)
{
    bool here = !path->rooted;
    for (size_t i = 0; i + 1 < path->step_count; i++) {
        here = here && path->steps[i].axis == EG_QUICK_PARENT;
    }
    bool root = path->rooted && path->step_count == 1;
    bool placed = step->predicate_count > 0 && step->conditions[step->predicate_count - 1] == NULL;
    switch (step->axis) {
    case EG_QUICK_PARENT:
        return here;
    case EG_QUICK_ATTRIBUTE:
        return true;
    case EG_QUICK_PRECEDING:
    case EG_QUICK_FOLLOWING:
        path->single = path->single && placed;
        path->forward = path->single || step->axis == EG_QUICK_FOLLOWING;
        return here;
    case EG_QUICK_CHILD:
    default:
        path->single = path->single && (placed || root);
        return true;
    }
}

static bool read_step(struct reader *reader, struct eg_quick *path)
{
    struct eg_quick_step step = {0};
    size_t last = path->step_count;
    if ((last > 0 && path->steps[last - 1].axis == EG_QUICK_ATTRIBUTE) ||
        !read_axis(reader, &step)) {
        return false;
    }
    while (take(reader, "[")) {
        if (!read_predicate(reader, &step)) {
            return false;
        }
    }
    struct eg_quick_step *slot =
        eg_sch_grow(reader->schema, &path->steps, &path->step_count, sizeof *slot);
    if (slot == NULL) {
        return false;
    }
    *slot = step;
    return note_step(path, &step);
}

/* Without conditions, which may look at variables. */
static bool is_bare(const struct eg_quick *path)
{
    for (size_t i = 0; i < path->step_count; i++) {
        if (path->steps[i].predicate_count > 0) {
            return false;
        }
    }
    return true;
}

static struct eg_quick *read_path(struct reader *reader)
{
    struct eg_quick *path = node(reader, EG_QUICK_PATH, EG_QUICK_IS_SET);
    if (path == NULL) {
        return NULL;
    }
    path->single = true;
    path->forward = true;
    path->memo = EG_FLAT_NONE;
    skip_blanks(reader);
    if (reader->at[0] == '.' && reader->at[1] != '.') {
        reader->at++;
        if (!take(reader, "/")) {
            skip_blanks(reader);
            return *reader->at != '[' ? path : NULL;
        }
    } else if (*reader->at == '/') {
        reader->at++;
        path->rooted = true;
    }
    do {
        skip_blanks(reader);
        if (!read_step(reader, path)) { /* "//" has no step here */
            return NULL;
        }
    } while (take(reader, "/"));
    path->memo = path->rooted && path->single && is_bare(path) ? reader->schema->words.memo_count++
                                                               : EG_FLAT_NONE;
    path->own_attribute = !path->rooted && path->step_count == 1 && is_bare(path) &&
                          path->steps[0].axis == EG_QUICK_ATTRIBUTE;
    return path;
}

/* ---- functions ---------------------------------------------------------------------------- */

static bool is_text(const struct eg_quick *part)
{
    return part->type == EG_QUICK_IS_STRING || part->type == EG_QUICK_IS_VARIABLE ||
           (part->type == EG_QUICK_IS_SET && part->forward);
}

static bool are_texts(const struct eg_quick *call, size_t min, size_t max)
{
    for (size_t i = 0; i < call->part_count; i++) {
        if (!is_text(call->parts[i])) {
            return false;
        }
    }
    return call->part_count >= min && call->part_count <= max;
}

/* Whole numbers from 1: where XPath's rules of rounding have nothing to say. */
static bool is_substring(const struct eg_quick *call)
{
    bool good = (call->part_count == 2 || call->part_count == 3) && is_text(call->parts[0]);
    for (size_t i = 1; good && i < call->part_count; i++) {
        const struct eg_quick *part = call->parts[i];
        good = part->kind == EG_QUICK_NUMBER_LITERAL && part->number >= 1 && part->number <= 1e6 &&
               part->number == (double)(unsigned)part->number;
    }
    return good;
}

static bool is_plain_map(const struct eg_quick *part)
{
    bool good = part->kind == EG_QUICK_LITERAL && part->text_len <= 100;
    for (size_t i = 0; good && i < part->text_len; i++) {
        good = (unsigned char)part->text[i] < 0x80;
    }
    return good;
}

static bool is_number_of(const struct eg_quick *call)
{
    return call->part_count == 1 &&
           (is_text(call->parts[0]) || call->parts[0]->type == EG_QUICK_IS_NUMBER);
}

static bool fits(const struct eg_quick *call)
{
    switch (call->kind) {
    case EG_QUICK_TRUE:
    case EG_QUICK_FALSE:
        return call->part_count == 0;
    case EG_QUICK_NOT:
    case EG_QUICK_BOOLEAN:
        return call->part_count == 1;
    case EG_QUICK_COUNT:
        return call->part_count == 1 && call->parts[0]->type == EG_QUICK_IS_SET;
    case EG_QUICK_NUMBER:
        return is_number_of(call);
    case EG_QUICK_STRING:
    case EG_QUICK_STRING_LENGTH:
        return are_texts(call, 1, 1);
    case EG_QUICK_CONTAINS:
    case EG_QUICK_STARTS_WITH:
    case EG_QUICK_SUBSTRING_BEFORE:
    case EG_QUICK_SUBSTRING_AFTER:
        return are_texts(call, 2, 2);
    case EG_QUICK_CONCAT:
        return are_texts(call, 2, 16);
    case EG_QUICK_SUBSTRING:
        return is_substring(call);
    case EG_QUICK_TRANSLATE:
        return are_texts(call, 3, 3) && is_plain_map(call->parts[1]) &&
               is_plain_map(call->parts[2]);
    default:
        return false;
    }
}

static const struct {
    const char *name;
    enum eg_quick_kind kind;
    enum eg_quick_type type;
} functions[] = {
    {"true", EG_QUICK_TRUE, EG_QUICK_IS_BOOLEAN},
    {"false", EG_QUICK_FALSE, EG_QUICK_IS_BOOLEAN},
    {"not", EG_QUICK_NOT, EG_QUICK_IS_BOOLEAN},
    {"boolean", EG_QUICK_BOOLEAN, EG_QUICK_IS_BOOLEAN},
    {"contains", EG_QUICK_CONTAINS, EG_QUICK_IS_BOOLEAN},
    {"starts-with", EG_QUICK_STARTS_WITH, EG_QUICK_IS_BOOLEAN},
    {"string", EG_QUICK_STRING, EG_QUICK_IS_STRING},
    {"concat", EG_QUICK_CONCAT, EG_QUICK_IS_STRING},
    {"substring", EG_QUICK_SUBSTRING, EG_QUICK_IS_STRING},
    {"substring-before", EG_QUICK_SUBSTRING_BEFORE, EG_QUICK_IS_STRING},
    {"substring-after", EG_QUICK_SUBSTRING_AFTER, EG_QUICK_IS_STRING},
    {"translate", EG_QUICK_TRANSLATE, EG_QUICK_IS_STRING},
    {"number", EG_QUICK_NUMBER, EG_QUICK_IS_NUMBER},
    {"count", EG_QUICK_COUNT, EG_QUICK_IS_NUMBER},
    {"string-length", EG_QUICK_STRING_LENGTH, EG_QUICK_IS_NUMBER},
};
#define FUNCTION_COUNT (sizeof functions / sizeof functions[0])

/* Index of the function called here, FUNCTION_COUNT if none of ours is. */
static size_t find_call(const struct reader *reader)
{
    size_t len = name_length(reader->at);
    const char *behind = reader->at + len + strspn(reader->at + len, " \t\r\n");
    size_t i = len > 0 && *behind == '(' ? 0 : FUNCTION_COUNT;
    while (i < FUNCTION_COUNT &&
           (strlen(functions[i].name) != len || memcmp(functions[i].name, reader->at, len) != 0)) {
        i++;
    }
    return i;
}

/* The first of equal octets counts; octets of longer characters stay as they are. */
static bool make_map(struct reader *reader, struct eg_quick *call)
{
    const struct eg_quick *from = call->parts[1];
    const struct eg_quick *to = call->parts[2];
    char *map = eg_sch_alloc(reader->schema, 256);
    for (size_t i = 0; map != NULL && i < 256; i++) {
        map[i] = (char)i;
    }
    for (size_t i = from->text_len; map != NULL && i-- > 0;) {
        map[(unsigned char)from->text[i]] = i < to->text_len ? to->text[i] : '\0';
    }
    call->map = map;
    return map != NULL;
}

static struct eg_quick *read_call(struct reader *reader, size_t which)
{
    struct eg_quick *call = node(reader, functions[which].kind, functions[which].type);
    reader->at += strlen(functions[which].name);
    if (call == NULL || !take(reader, "(")) {
        return NULL;
    }
    if (!take(reader, ")")) {
        do {
            if (!add_part(reader, call, read_or(reader))) {
                return NULL;
            }
        } while (take(reader, ","));
        if (!take(reader, ")")) {
            return NULL;
        }
    }
    if (!fits(call)) {
        return NULL;
    }
    if (call->kind == EG_QUICK_SUBSTRING) {
        call->skip = (size_t)call->parts[1]->number - 1;
        call->keep = call->part_count == 3 ? (size_t)call->parts[2]->number : SIZE_MAX;
    }
    return call->kind != EG_QUICK_TRANSLATE || make_map(reader, call) ? call : NULL;
}

/* ---- values ------------------------------------------------------------------------------- */

static struct eg_quick *read_literal(struct reader *reader)
{
    const char *start = reader->at + 1;
    const char *end = strchr(start, *reader->at);
    struct eg_quick *literal = node(reader, EG_QUICK_LITERAL, EG_QUICK_IS_STRING);
    if (end == NULL || literal == NULL) {
        return NULL;
    }
    literal->text_len = (size_t)(end - start);
    literal->text = eg_sch_dup(reader->schema, start, literal->text_len);
    reader->at = end + 1;
    return literal->text != NULL ? literal : NULL;
}

/* Its value is asked of libxml2: not one bit of difference. */
static struct eg_quick *read_number(struct reader *reader)
{
    char text[40] = "";
    size_t sign = *reader->at == '-' ? 1 : 0;
    size_t len = sign + strspn(reader->at + sign, "0123456789.");
    struct eg_quick *number = node(reader, EG_QUICK_NUMBER_LITERAL, EG_QUICK_IS_NUMBER);
    if (len == sign || len >= sizeof text || number == NULL) {
        return NULL;
    }
    memcpy(text, reader->at, len);
    reader->at += len;
    xmlXPathContext *context = xmlXPathNewContext(NULL);
    xmlXPathObject *value =
        context != NULL ? xmlXPathEvalExpression((const xmlChar *)text, context) : NULL;
    bool good = value != NULL && value->type == XPATH_NUMBER;
    number->number = good ? value->floatval : 0;
    xmlXPathFreeObject(value);
    xmlXPathFreeContext(context);
    return good ? number : NULL;
}

static struct eg_quick *read_variable(struct reader *reader)
{
    reader->at++;
    skip_blanks(reader);
    size_t len = name_length(reader->at);
    struct eg_quick *variable = node(reader, EG_QUICK_VARIABLE, EG_QUICK_IS_VARIABLE);
    if (variable == NULL || len == 0 || reader->at[len] == ':') {
        return NULL;
    }
    variable->text = eg_sch_dup(reader->schema, reader->at, len);
    reader->at += len;
    return variable->text != NULL ? variable : NULL;
}

static struct eg_quick *read_primary(struct reader *reader)
{
    skip_blanks(reader);
    char c = *reader->at;
    if (c == '\'' || c == '"') {
        return read_literal(reader);
    }
    if (c == '-' || (c >= '0' && c <= '9') ||
        (c == '.' && reader->at[1] >= '0' && reader->at[1] <= '9')) {
        return read_number(reader);
    }
    if (c == '$') {
        return read_variable(reader);
    }
    if (c == '(') {
        reader->at++;
        struct eg_quick *inner = read_or(reader);
        return inner != NULL && take(reader, ")") ? inner : NULL;
    }
    size_t call = find_call(reader);
    return call < FUNCTION_COUNT ? read_call(reader, call) : read_path(reader);
}

/* ---- operators ---------------------------------------------------------------------------- */

/* Sets against sets only if one side has at most one node: nothing here takes quadratic time. */
static bool may_compare(const struct eg_quick *compare)
{
    const struct eg_quick *a = compare->parts[0];
    const struct eg_quick *b = compare->parts[1];
    bool sets = a->type == EG_QUICK_IS_SET && b->type == EG_QUICK_IS_SET;
    bool truth = a->type == EG_QUICK_IS_BOOLEAN || b->type == EG_QUICK_IS_BOOLEAN;
    bool equality = compare->sign == EG_QUICK_EQUAL || compare->sign == EG_QUICK_UNEQUAL;
    return (!sets || a->single || b->single) && (!truth || equality);
}

static enum eg_quick_sign mirrored(enum eg_quick_sign sign)
{
    switch (sign) {
    case EG_QUICK_LESS:
        return EG_QUICK_MORE;
    case EG_QUICK_LESS_EQUAL:
        return EG_QUICK_MORE_EQUAL;
    case EG_QUICK_MORE:
        return EG_QUICK_LESS;
    case EG_QUICK_MORE_EQUAL:
        return EG_QUICK_LESS_EQUAL;
    default:
        return sign;
    }
}

/* The side that is walked stands first; of two sets the one that may have many nodes. */
static void put_in_order(struct eg_quick *compare)
{
    struct eg_quick *a = compare->parts[0];
    struct eg_quick *b = compare->parts[1];
    bool sets = a->type == EG_QUICK_IS_SET && b->type == EG_QUICK_IS_SET;
    if (sets ? a->single && !b->single : b->type == EG_QUICK_IS_SET) {
        compare->parts[0] = b;
        compare->parts[1] = a;
        compare->sign = mirrored(compare->sign);
    }
}

static enum eg_quick_shape shape_of(const struct eg_quick *compare)
{
    const struct eg_quick *a = compare->parts[0];
    enum eg_quick_type left = a->type;
    enum eg_quick_type right = compare->parts[1]->type;
    bool equality = compare->sign == EG_QUICK_EQUAL || compare->sign == EG_QUICK_UNEQUAL;

    if (left == EG_QUICK_IS_SET && a->single) {
        return right == EG_QUICK_IS_NUMBER                               ? EG_QUICK_ONLY_NUMBER
               : right == EG_QUICK_IS_STRING || right == EG_QUICK_IS_SET ? EG_QUICK_ONLY_TEXT
                                                                         : EG_QUICK_GENERAL;
    }
    bool strings = left == EG_QUICK_IS_STRING && right == EG_QUICK_IS_STRING;
    if (strings && equality) {
        return EG_QUICK_TEXTS;
    }
    return strings || (left == EG_QUICK_IS_NUMBER && right == EG_QUICK_IS_NUMBER) ||
                   (left == EG_QUICK_IS_NUMBER && right == EG_QUICK_IS_STRING) ||
                   (left == EG_QUICK_IS_STRING && right == EG_QUICK_IS_NUMBER)
               ? EG_QUICK_NUMBERS
               : EG_QUICK_GENERAL;
}

static struct eg_quick *read_comparison(struct reader *reader, bool equality)
{
    static const struct {
        const char *text;
        enum eg_quick_sign sign;
    } signs[] = {{"=", EG_QUICK_EQUAL}, {"!=", EG_QUICK_UNEQUAL},    {"<=", EG_QUICK_LESS_EQUAL},
                 {"<", EG_QUICK_LESS},  {">=", EG_QUICK_MORE_EQUAL}, {">", EG_QUICK_MORE}};
    struct eg_quick *left = equality ? read_comparison(reader, false) : read_primary(reader);
    size_t i = equality ? 0 : 2;
    size_t end = equality ? 2 : sizeof signs / sizeof signs[0];

    while (left != NULL && i < end && !take(reader, signs[i].text)) {
        i++;
    }
    if (left == NULL || i == end) {
        return left;
    }
    struct eg_quick *compare = node(reader, EG_QUICK_COMPARE, EG_QUICK_IS_BOOLEAN);
    struct eg_quick *right = equality ? read_comparison(reader, false) : read_primary(reader);
    if (compare == NULL || !add_part(reader, compare, left) || !add_part(reader, compare, right)) {
        return NULL;
    }
    compare->sign = signs[i].sign;
    put_in_order(compare);
    compare->shape = shape_of(compare);
    return may_compare(compare) ? compare : NULL;
}

static struct eg_quick *read_and(struct reader *reader)
{
    struct eg_quick *left = read_comparison(reader, true);
    while (left != NULL && take_word(reader, "and")) {
        struct eg_quick *both = node(reader, EG_QUICK_AND, EG_QUICK_IS_BOOLEAN);
        if (both == NULL || !add_part(reader, both, left) ||
            !add_part(reader, both, read_comparison(reader, true))) {
            return NULL;
        }
        left = both;
    }
    return left;
}

static struct eg_quick *read_or(struct reader *reader)
{
    if (reader->depth == DEPTH_MAX) {
        return NULL;
    }
    reader->depth++;
    struct eg_quick *left = read_and(reader);
    while (left != NULL && take_word(reader, "or")) {
        struct eg_quick *either = node(reader, EG_QUICK_OR, EG_QUICK_IS_BOOLEAN);
        if (either == NULL || !add_part(reader, either, left) ||
            !add_part(reader, either, read_and(reader))) {
            return NULL;
        }
        left = either;
    }
    reader->depth--;
    return left;
}

const struct eg_quick *eg_quick_read(struct eg_schematron *schema, const char *expression,
                                     const struct eg_xpath_scope *scope)
{
    struct reader reader = {.schema = schema, .scope = scope, .at = expression};
    const struct eg_quick *quick = read_or(&reader);
    skip_blanks(&reader);
    return quick != NULL && *reader.at == '\0' ? quick : NULL;
}
