/*
 * Answering from the tables of the document (flat.h): texts are views of it, nothing is allocated,
 * and a walk ends where the answer is known. What is rare (a value in several pieces, a long text
 * made by concat, a node set in a variable) is left to XPath: nothing has been counted by then.
 */
#include "assess/functions.h"
#include "assess/numbers.h"
#include "assess/quick_model.h"

#include <libxml/xpathInternals.h>
#include <math.h>
#include <string.h>

#define SCRATCH 1024

struct run {
    struct eg_schematron *schema;
    struct eg_flat *flat;
    size_t octets;        /* to be paid for */
    unsigned long visits; /* nodes looked at */
    size_t used;
    bool left; /* to XPath */
    char scratch[SCRATCH];
};

struct value {
    enum eg_quick_type type; /* boolean, string or number */
    bool truth;
    bool ended; /* text is followed by a NUL */
    double number;
    struct eg_bytes text;
    struct eg_flat_attribute *whole; /* the attribute whose whole text it is; NULL: none */
};

typedef bool (*visit_fn)(struct run *run, uint32_t place, void *payload); /* false: enough */

static bool truth_of(struct run *run, const struct eg_quick *quick, uint32_t place);

/* ---- nodes -------------------------------------------------------------------------------- */

static bool is_attribute(uint32_t place)
{
    return (place & EG_FLAT_ATTRIBUTE) != 0;
}

static uint32_t parent_of(const struct run *run, uint32_t place)
{
    return is_attribute(place) ? run->flat->attributes[place & ~EG_FLAT_ATTRIBUTE].owner
                               : run->flat->elements[place].parent;
}

/* EG_FLAT_NONE: there is no such attribute. */
static uint32_t attribute_of(struct run *run, uint32_t place, uint32_t word)
{
    if (is_attribute(place)) {
        return EG_FLAT_NONE;
    }
    const struct eg_flat_element *element = &run->flat->elements[place];
    for (uint32_t i = element[0].attributes; i < element[1].attributes; i++) {
        run->visits++;
        if (run->flat->attributes[i].word == word) {
            return i | EG_FLAT_ATTRIBUTE;
        }
    }
    return EG_FLAT_NONE;
}

/* The first node to look at for a step to elements. */
static uint32_t first_element(const struct run *run, enum eg_quick_axis axis, uint32_t place)
{
    if (is_attribute(place)) {
        return EG_FLAT_NONE;
    }
    const struct eg_flat_element *element = &run->flat->elements[place];
    return axis == EG_QUICK_CHILD       ? element->first
           : axis == EG_QUICK_PRECEDING ? element->previous
                                        : element->next;
}

/* seen[i]: how many nodes have come to predicate i. */
static bool passes(struct run *run, const struct eg_quick_step *step, uint32_t place,
                   unsigned *seen)
{
    for (size_t i = 0; i < step->predicate_count; i++) {
        seen[i]++;
        bool good = step->conditions[i] != NULL ? truth_of(run, step->conditions[i], place)
                                                : seen[i] == step->positions[i];
        if (!good) {
            return false;
        }
    }
    return true;
}

/* No node further on can pass. */
static bool is_spent(const struct eg_quick_step *step, const unsigned *seen)
{
    for (size_t i = 0; i < step->predicate_count; i++) {
        if (step->conditions[i] == NULL && seen[i] >= step->positions[i]) {
            return true;
        }
    }
    return false;
}

static bool walk(struct run *run, const struct eg_quick *path, size_t at, uint32_t place,
                 visit_fn visit, void *payload);

static bool walk_elements(struct run *run, const struct eg_quick *path, size_t at, uint32_t place,
                          visit_fn visit, void *payload)
{
    const struct eg_quick_step *step = &path->steps[at];
    const struct eg_flat_element *elements = run->flat->elements;
    bool back = step->axis == EG_QUICK_PRECEDING;
    bool last = at + 1 == path->step_count;
    unsigned seen[EG_QUICK_PREDICATES_MAX] = {0};
    uint32_t next = first_element(run, step->axis, place);

    for (; next != EG_FLAT_NONE && !run->left;
         next = back ? elements[next].previous : elements[next].next) {
        run->visits++;
        if (elements[next].word != step->word || !passes(run, step, next, seen) || run->left) {
            continue;
        }
        if (!(last ? visit(run, next, payload) : walk(run, path, at + 1, next, visit, payload))) {
            return false;
        }
        if (step->predicate_count > 0 && is_spent(step, seen)) {
            break;
        }
    }
    return true;
}

/* Each node of the path once; false: visit had enough. */
static bool walk(struct run *run, const struct eg_quick *path, size_t at, uint32_t place,
                 visit_fn visit, void *payload)
{
    if (at == path->step_count) {
        return visit(run, place, payload);
    }
    uint32_t next = EG_FLAT_NONE;
    switch (path->steps[at].axis) {
    case EG_QUICK_PARENT:
        run->visits++;
        next = parent_of(run, place);
        break;
    case EG_QUICK_ATTRIBUTE:
        next = attribute_of(run, place, path->steps[at].word);
        break;
    case EG_QUICK_CHILD:
    case EG_QUICK_PRECEDING:
    case EG_QUICK_FOLLOWING:
    default:
        return walk_elements(run, path, at, place, visit, payload);
    }
    return next == EG_FLAT_NONE || walk(run, path, at + 1, next, visit, payload);
}

static void walk_path(struct run *run, const struct eg_quick *path, uint32_t place, visit_fn visit,
                      void *payload)
{
    (void)walk(run, path, 0, path->rooted ? 0 : place, visit, payload);
}

/* ---- texts -------------------------------------------------------------------------------- */

static struct eg_bytes leave(struct run *run)
{
    run->left = true;
    return eg_bytes_of("");
}

static struct value text_value(struct eg_bytes text, bool ended)
{
    return (struct value){.type = EG_QUICK_IS_STRING, .text = text, .ended = ended};
}

/* Of an element: its string value, where that lies in one piece. */
static struct eg_bytes text_of_element(struct run *run, const xmlNode *node)
{
    const xmlNode *only = node->children;
    if (node->type != XML_ELEMENT_NODE) {
        return leave(run);
    }
    if (only == NULL) {
        return eg_bytes_of("");
    }
    if (only->next != NULL ||
        (only->type != XML_TEXT_NODE && only->type != XML_CDATA_SECTION_NODE)) {
        return leave(run);
    }
    return eg_bytes_of(only->content != NULL ? (const char *)only->content : "");
}

static struct value text_of_node(struct run *run, uint32_t place)
{
    if (!is_attribute(place)) {
        return text_value(text_of_element(run, run->flat->elements[place].node), true);
    }
    struct eg_flat_attribute *attribute = &run->flat->attributes[place & ~EG_FLAT_ATTRIBUTE];
    if (attribute->text == NULL) {
        return text_value(leave(run), true);
    }
    struct value value =
        text_value((struct eg_bytes){(const uint8_t *)attribute->text, attribute->len}, true);
    value.whole = attribute;
    return value;
}

static bool take_first(struct run *run, uint32_t place, void *payload)
{
    *(struct value *)payload = text_of_node(run, place);
    return false;
}

static struct value value_of(struct run *run, const struct eg_quick *quick, uint32_t place);

/* An argument as text; numbers and truths as texts are XPath's business. */
static struct value argument(struct run *run, const struct eg_quick *call, size_t index,
                             uint32_t place)
{
    struct value value = value_of(run, call->parts[index], place);
    if (value.type != EG_QUICK_IS_STRING) {
        value = text_value(leave(run), true);
    }
    return value;
}

static char *room(struct run *run, size_t len)
{
    if (len > SCRATCH - run->used) {
        run->left = true;
        return NULL;
    }
    char *start = run->scratch + run->used;
    run->used += len;
    return start;
}

static struct value concat(struct run *run, const struct eg_quick *call, uint32_t place)
{
    struct eg_bytes texts[16];
    size_t len = 0;
    for (size_t i = 0; i < call->part_count; i++) {
        texts[i] = argument(run, call, i, place).text;
        len += texts[i].len;
    }
    run->octets += len;
    char *made = room(run, len);
    if (made == NULL) {
        return text_value(leave(run), true);
    }
    for (size_t i = 0, at = 0; i < call->part_count; i++) {
        memcpy(made + at, texts[i].data, texts[i].len);
        at += texts[i].len;
    }
    return text_value((struct eg_bytes){(const uint8_t *)made, len}, false);
}

/* Octets of the first `count` characters, or all there are. */
static size_t characters(struct eg_bytes text, size_t count)
{
    size_t at = 0;
    for (; at < text.len && count > 0; count--) {
        do {
            at++;
        } while (at < text.len && (text.data[at] & 0xc0) == 0x80);
    }
    return at;
}

static struct value substring(struct run *run, const struct eg_quick *call, uint32_t place)
{
    struct value value = argument(run, call, 0, place);
    run->octets += value.text.len;
    size_t skip = characters(value.text, (size_t)call->parts[1]->number - 1);
    struct eg_bytes rest = {value.text.data + skip, value.text.len - skip};
    if (call->part_count == 3) {
        size_t len = characters(rest, (size_t)call->parts[2]->number);
        value.ended = value.ended && len == rest.len;
        rest.len = len;
    }
    return text_value(rest, value.ended);
}

static struct value cut(struct run *run, const struct eg_quick *call, uint32_t place)
{
    struct value all = argument(run, call, 0, place);
    struct value mark = argument(run, call, 1, place);
    run->octets += all.text.len + mark.text.len;
    const uint8_t *at = memmem(all.text.data, all.text.len, mark.text.data, mark.text.len);
    if (at == NULL) {
        return text_value(eg_bytes_of(""), true);
    }
    size_t before = (size_t)(at - all.text.data);
    if (call->kind == EG_QUICK_SUBSTRING_BEFORE) {
        return text_value((struct eg_bytes){all.text.data, before}, false);
    }
    size_t skip = before + mark.text.len;
    return text_value((struct eg_bytes){all.text.data + skip, all.text.len - skip}, all.ended);
}

static struct value translate(struct run *run, const struct eg_quick *call, uint32_t place)
{
    const struct eg_quick *from = call->parts[1];
    const struct eg_quick *to = call->parts[2];
    struct eg_bytes text = argument(run, call, 0, place).text;
    run->octets += text.len + from->text_len + to->text_len;
    char *made = room(run, text.len);
    size_t len = 0;
    if (made == NULL) {
        return text_value(leave(run), true);
    }
    for (size_t i = 0; i < text.len; i++) {
        const char *found = memchr(from->text, text.data[i], from->text_len);
        size_t at = found != NULL ? (size_t)(found - from->text) : 0;
        if (found == NULL) {
            made[len++] = (char)text.data[i];
        } else if (at < to->text_len) {
            made[len++] = to->text[at];
        }
    }
    return text_value((struct eg_bytes){(const uint8_t *)made, len}, false);
}

/* ---- numbers ------------------------------------------------------------------------------ */

/* As XPath's operators read them, which is not as number() does (functions.c). */
static double number_of_text(struct run *run, const struct value *value)
{
    struct eg_flat_attribute *whole = value->whole;
    if (whole != NULL && whole->has_number) {
        return whole->number;
    }
    double number =
        eg_flat_number((const char *)value->text.data, value->text.len, value->ended, &run->left);
    if (whole != NULL) {
        whole->number = number;
        whole->has_number = true;
    }
    return number;
}

static double number_of(struct run *run, const struct value *value)
{
    switch (value->type) {
    case EG_QUICK_IS_NUMBER:
        return value->number;
    case EG_QUICK_IS_BOOLEAN:
        return value->truth ? 1 : 0;
    default:
        return number_of_text(run, value);
    }
}

static double function_number(struct run *run, const struct eg_quick *call, uint32_t place)
{
    struct value value = value_of(run, call->parts[0], place);
    return value.type == EG_QUICK_IS_STRING ? eg_number_xpath(value.text) : number_of(run, &value);
}

static bool count_one(struct run *run, uint32_t place, void *payload)
{
    (void)run, (void)place;
    *(double *)payload += 1;
    return true;
}

static double count(struct run *run, const struct eg_quick *call, uint32_t place)
{
    double nodes = 0;
    walk_path(run, call->parts[0], place, count_one, &nodes);
    return nodes;
}

static double string_length(struct run *run, const struct eg_quick *call, uint32_t place)
{
    struct eg_bytes text = argument(run, call, 0, place).text;
    size_t length = 0;
    for (size_t i = 0; i < text.len; i++) {
        length += (text.data[i] & 0xc0) != 0x80;
    }
    return (double)length;
}

/* ---- values ------------------------------------------------------------------------------- */

static struct value variable(struct run *run, const char *name)
{
    const struct eg_schematron *schema = run->schema;
    for (size_t i = schema->variable_count; i-- > 0;) {
        if (strcmp(schema->variables[i].name, name) != 0) {
            continue;
        }
        const xmlXPathObject *object = schema->variables[i].value;
        if (object->type == XPATH_NUMBER) {
            return (struct value){.type = EG_QUICK_IS_NUMBER, .number = object->floatval};
        }
        if (object->type == XPATH_BOOLEAN) {
            return (struct value){.type = EG_QUICK_IS_BOOLEAN, .truth = object->boolval != 0};
        }
        if (object->type == XPATH_STRING && object->stringval != NULL) {
            struct eg_bytes text = eg_bytes_of((const char *)object->stringval);
            run->octets += text.len;
            return text_value(text, true);
        }
        break;
    }
    return text_value(leave(run), true);
}

static struct value string_value(struct run *run, const struct eg_quick *quick, uint32_t place)
{
    struct value value;
    switch (quick->kind) {
    case EG_QUICK_LITERAL:
        return text_value((struct eg_bytes){(const uint8_t *)quick->text, quick->text_len}, true);
    case EG_QUICK_STRING:
        value = argument(run, quick, 0, place);
        run->octets += value.text.len;
        return value;
    case EG_QUICK_CONCAT:
        return concat(run, quick, place);
    case EG_QUICK_SUBSTRING:
        return substring(run, quick, place);
    case EG_QUICK_SUBSTRING_BEFORE:
    case EG_QUICK_SUBSTRING_AFTER:
        return cut(run, quick, place);
    case EG_QUICK_TRANSLATE:
        return translate(run, quick, place);
    default:
        return text_value(leave(run), true);
    }
}

static double number_value(struct run *run, const struct eg_quick *quick, uint32_t place)
{
    switch (quick->kind) {
    case EG_QUICK_NUMBER_LITERAL:
        return quick->number;
    case EG_QUICK_NUMBER:
        return function_number(run, quick, place);
    case EG_QUICK_COUNT:
        return count(run, quick, place);
    case EG_QUICK_STRING_LENGTH:
        return string_length(run, quick, place);
    default:
        run->left = true;
        return 0;
    }
}

/* A set as the text of its first node, "" if it has none. */
static struct value value_of(struct run *run, const struct eg_quick *quick, uint32_t place)
{
    struct value value = text_value(eg_bytes_of(""), true);
    switch (quick->type) {
    case EG_QUICK_IS_SET:
        walk_path(run, quick, place, take_first, &value);
        return value;
    case EG_QUICK_IS_VARIABLE:
        return variable(run, quick->text);
    case EG_QUICK_IS_STRING:
        return string_value(run, quick, place);
    case EG_QUICK_IS_NUMBER:
        return (struct value){.type = EG_QUICK_IS_NUMBER,
                              .number = number_value(run, quick, place)};
    case EG_QUICK_IS_BOOLEAN:
    default:
        return (struct value){.type = EG_QUICK_IS_BOOLEAN, .truth = truth_of(run, quick, place)};
    }
}

/* ---- comparisons -------------------------------------------------------------------------- */

static bool compare_numbers(double a, enum eg_quick_sign sign, double b)
{
    switch (sign) {
    case EG_QUICK_EQUAL:
        return a == b;
    case EG_QUICK_UNEQUAL:
        return a != b;
    case EG_QUICK_LESS:
        return a < b;
    case EG_QUICK_LESS_EQUAL:
        return a <= b;
    case EG_QUICK_MORE:
        return a > b;
    case EG_QUICK_MORE_EQUAL:
    default:
        return a >= b;
    }
}

static bool is_equality(enum eg_quick_sign sign)
{
    return sign == EG_QUICK_EQUAL || sign == EG_QUICK_UNEQUAL;
}

/* XPath 1.0, 3.4: truths before numbers before texts; order is always one of numbers. */
static bool compare_values(struct run *run, const struct value *a, enum eg_quick_sign sign,
                           const struct value *b)
{
    if (is_equality(sign) && (a->type == EG_QUICK_IS_BOOLEAN || b->type == EG_QUICK_IS_BOOLEAN)) {
        const struct value *other = a->type == EG_QUICK_IS_BOOLEAN ? b : a;
        const struct value *truth = a->type == EG_QUICK_IS_BOOLEAN ? a : b;
        bool is = other->type == EG_QUICK_IS_BOOLEAN  ? other->truth
                  : other->type == EG_QUICK_IS_STRING ? other->text.len > 0
                                                      : other->number != 0 && !isnan(other->number);
        return (is == truth->truth) == (sign == EG_QUICK_EQUAL);
    }
    if (is_equality(sign) && a->type == EG_QUICK_IS_STRING && b->type == EG_QUICK_IS_STRING) {
        return eg_bytes_equal(a->text, b->text) == (sign == EG_QUICK_EQUAL);
    }
    return compare_numbers(number_of(run, a), sign, number_of(run, b));
}

struct comparing {
    struct value with;
    enum eg_quick_sign sign;
    bool found;
};

static bool compare_node(struct run *run, uint32_t place, void *payload)
{
    struct comparing *comparing = payload;
    struct value value = text_of_node(run, place);
    comparing->found = compare_values(run, &value, comparing->sign, &comparing->with);
    return !comparing->found && !run->left;
}

static bool note_any(struct run *run, uint32_t place, void *payload)
{
    (void)run, (void)place;
    *(bool *)payload = true;
    return false;
}

static bool is_any(struct run *run, const struct eg_quick *path, uint32_t place)
{
    bool any = false;
    walk_path(run, path, place, note_any, &any);
    return any;
}

/* Some node of the set compares so. */
static bool compare_set(struct run *run, const struct eg_quick *set, enum eg_quick_sign sign,
                        const struct value *with, uint32_t place)
{
    struct comparing comparing = {.with = *with, .sign = sign};
    if (with->type == EG_QUICK_IS_BOOLEAN) {
        run->left = run->left || !is_equality(sign);
        return (is_any(run, set, place) == with->truth) == (sign == EG_QUICK_EQUAL);
    }
    walk_path(run, set, place, compare_node, &comparing);
    return comparing.found;
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

static bool compare(struct run *run, const struct eg_quick *quick, uint32_t place)
{
    const struct eg_quick *a = quick->parts[0];
    const struct eg_quick *b = quick->parts[1];
    enum eg_quick_sign sign = quick->sign;
    bool sets = a->type == EG_QUICK_IS_SET && b->type == EG_QUICK_IS_SET;
    /* The side that is walked stands first; of two sets the one that may have many nodes. */
    if (sets ? a->single : b->type == EG_QUICK_IS_SET) {
        const struct eg_quick *other = a;
        a = b;
        b = other;
        sign = mirrored(sign);
    }
    if (sets && !is_any(run, b, place)) {
        return false;
    }
    struct value right = value_of(run, b, place);
    if (a->type == EG_QUICK_IS_SET) {
        return compare_set(run, a, sign, &right, place);
    }
    struct value left = value_of(run, a, place);
    return compare_values(run, &left, sign, &right);
}

/* ---- truths ------------------------------------------------------------------------------- */

static bool truth_of_value(const struct value *value)
{
    switch (value->type) {
    case EG_QUICK_IS_NUMBER:
        return value->number != 0 && !isnan(value->number);
    case EG_QUICK_IS_STRING:
        return value->text.len > 0;
    default:
        return value->truth;
    }
}

static bool look_for(struct run *run, const struct eg_quick *call, uint32_t place)
{
    struct eg_bytes all = argument(run, call, 0, place).text;
    struct eg_bytes part = argument(run, call, 1, place).text;
    if (call->kind == EG_QUICK_STARTS_WITH) {
        return part.len <= all.len && memcmp(all.data, part.data, part.len) == 0;
    }
    return memmem(all.data, all.len, part.data, part.len) != NULL;
}

static bool boolean(struct run *run, const struct eg_quick *quick, uint32_t place)
{
    switch (quick->kind) {
    case EG_QUICK_OR:
        return truth_of(run, quick->parts[0], place) || truth_of(run, quick->parts[1], place);
    case EG_QUICK_AND:
        return truth_of(run, quick->parts[0], place) && truth_of(run, quick->parts[1], place);
    case EG_QUICK_COMPARE:
        return compare(run, quick, place);
    case EG_QUICK_NOT:
        return !truth_of(run, quick->parts[0], place);
    case EG_QUICK_BOOLEAN:
        return truth_of(run, quick->parts[0], place);
    case EG_QUICK_CONTAINS:
    case EG_QUICK_STARTS_WITH:
        return look_for(run, quick, place);
    case EG_QUICK_TRUE:
        return true;
    default:
        return false;
    }
}

static bool truth_of(struct run *run, const struct eg_quick *quick, uint32_t place)
{
    size_t used = run->used;
    bool truth = false;
    if (run->left) {
        return false;
    }
    if (quick->type == EG_QUICK_IS_SET) {
        return is_any(run, quick, place);
    }
    if (quick->type == EG_QUICK_IS_BOOLEAN) {
        truth = boolean(run, quick, place);
    } else {
        struct value value = value_of(run, quick, place);
        truth = truth_of_value(&value);
    }
    run->used = used; /* texts made on the way are done with */
    return truth;
}

int eg_quick_test(const struct eg_quick *quick, struct eg_schematron *schema, struct eg_flat *flat,
                  uint32_t place)
{
    struct run run;
    if (place == EG_FLAT_NONE) {
        return -1;
    }
    run.schema = schema;
    run.flat = flat;
    run.octets = 0;
    run.visits = 1;
    run.used = 0;
    run.left = false;
    bool truth = truth_of(&run, quick, place);
    xmlXPathContext *context = schema->context;
    if (run.left || run.visits > context->opLimit ||
        context->opCount > context->opLimit - run.visits ||
        (run.octets > 0 && !eg_functions_spend(run.octets))) {
        return -1;
    }
    context->opCount += run.visits;
    return truth ? 1 : 0;
}
