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
    double number;
    struct eg_bytes text;
};

typedef bool (*visit_fn)(struct run *run, uint32_t place, void *payload); /* false: enough */

static bool truth_of(struct run *run, const struct eg_quick *quick, uint32_t place);

/* ---- nodes -------------------------------------------------------------------------------- */

/* EG_FLAT_NONE: there is no such attribute. */
static uint32_t attribute_of(struct run *run, uint32_t place, uint32_t word)
{
    if (eg_flat_is_attribute(place)) {
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
    if (eg_flat_is_attribute(place)) {
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
        next = eg_flat_parent(run->flat, place);
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

static bool note_place(struct run *run, uint32_t place, void *payload)
{
    (void)run;
    *(uint32_t *)payload = place;
    return false;
}

static uint32_t follow(struct run *run, const struct eg_quick *path, uint32_t place)
{
    for (size_t i = 0; i < path->step_count && place != EG_FLAT_NONE; i++) {
        const struct eg_quick_step *step = &path->steps[i];
        if (step->axis == EG_QUICK_ATTRIBUTE) {
            place = attribute_of(run, place, step->word);
        } else if (step->axis == EG_QUICK_PARENT) {
            run->visits++;
            place = eg_flat_parent(run->flat, place);
        } else {
            uint32_t found = EG_FLAT_NONE;
            (void)walk(run, path, i, place, note_place, &found);
            return found;
        }
    }
    return place;
}

/* The only node that a path with at most one can have; EG_FLAT_NONE: it has none. */
static uint32_t find_only(struct run *run, const struct eg_quick *path, uint32_t place)
{
    if (!path->rooted) {
        return follow(run, path, place);
    }
    uint32_t *kept = path->memo < run->flat->memo_count ? &run->flat->memos[path->memo] : NULL;
    if (kept != NULL && *kept != EG_FLAT_UNKNOWN) {
        return *kept;
    }
    uint32_t found = follow(run, path, 0);
    if (kept != NULL && !run->left) {
        *kept = found;
    }
    return found;
}

static void walk_path(struct run *run, const struct eg_quick *path, uint32_t place, visit_fn visit,
                      void *payload)
{
    (void)walk(run, path, 0, path->rooted ? 0 : place, visit, payload);
}

/* ---- texts -------------------------------------------------------------------------------- */

static struct value value_of(struct run *run, const struct eg_quick *quick, uint32_t place);

static struct eg_bytes leave(struct run *run)
{
    run->left = true;
    return eg_bytes_of("");
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

static struct eg_bytes text_at(struct run *run, uint32_t place)
{
    if (!eg_flat_is_attribute(place)) {
        return text_of_element(run, run->flat->elements[place].node);
    }
    const struct eg_flat_attribute *attribute = eg_flat_attribute(run->flat, place);
    return attribute->text != NULL
               ? (struct eg_bytes){(const uint8_t *)attribute->text, attribute->len}
               : leave(run);
}

/* Of the first node of a set; EG_FLAT_NONE: it has none. */
static uint32_t first_of(struct run *run, const struct eg_quick *set, uint32_t place)
{
    uint32_t found = EG_FLAT_NONE;
    if (set->single) {
        return find_only(run, set, place);
    }
    walk_path(run, set, place, note_place, &found);
    return found;
}

static struct eg_bytes variable_text(struct run *run, const struct eg_quick *quick)
{
    struct value value = value_of(run, quick, 0);
    return value.type == EG_QUICK_IS_STRING ? value.text : leave(run);
}

static struct eg_bytes string_text(struct run *run, const struct eg_quick *quick, uint32_t place);

/* As text; numbers and truths as texts are XPath's business. A set: of its first node, or "". */
static struct eg_bytes text_of(struct run *run, const struct eg_quick *quick, uint32_t place)
{
    switch (quick->type) {
    case EG_QUICK_IS_SET: {
        uint32_t first = first_of(run, quick, place);
        return first != EG_FLAT_NONE ? text_at(run, first) : eg_bytes_of("");
    }
    case EG_QUICK_IS_STRING:
        return string_text(run, quick, place);
    case EG_QUICK_IS_VARIABLE:
        return variable_text(run, quick);
    case EG_QUICK_IS_NUMBER:
    case EG_QUICK_IS_BOOLEAN:
    default:
        return leave(run);
    }
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

static struct eg_bytes concat(struct run *run, const struct eg_quick *call, uint32_t place)
{
    struct eg_bytes texts[16];
    size_t len = 0;
    for (size_t i = 0; i < call->part_count; i++) {
        texts[i] = text_of(run, call->parts[i], place);
        len += texts[i].len;
    }
    run->octets += len;
    char *made = room(run, len);
    if (made == NULL) {
        return leave(run);
    }
    for (size_t i = 0, at = 0; i < call->part_count; i++) {
        memcpy(made + at, texts[i].data, texts[i].len);
        at += texts[i].len;
    }
    return (struct eg_bytes){(const uint8_t *)made, len};
}

/* Octets of the first `count` characters, or all there are. */
static size_t characters(struct eg_bytes text, size_t count, bool ascii)
{
    size_t at = 0;
    if (ascii) {
        return count < text.len ? count : text.len;
    }
    for (; at < text.len && count > 0; count--) {
        do {
            at++;
        } while (at < text.len && (text.data[at] & 0xc0) == 0x80);
    }
    return at;
}

static struct eg_bytes substring(struct run *run, const struct eg_quick *call, uint32_t place)
{
    const struct eg_quick *part = call->parts[0];
    struct eg_bytes text = EG_BYTES_NONE;
    bool ascii = false;
    if (part->type == EG_QUICK_IS_SET && part->single) {
        uint32_t only = find_only(run, part, place);
        text = only != EG_FLAT_NONE ? text_at(run, only) : eg_bytes_of("");
        ascii = eg_flat_is_attribute(only) && only != EG_FLAT_NONE &&
                eg_flat_attribute(run->flat, only)->ascii;
    } else {
        text = text_of(run, part, place);
    }
    run->octets += text.len;
    size_t skip = characters(text, (size_t)call->parts[1]->number - 1, ascii);
    struct eg_bytes rest = {text.data + skip, text.len - skip};
    if (call->part_count == 3) {
        rest.len = characters(rest, (size_t)call->parts[2]->number, ascii);
    }
    return rest;
}

static struct eg_bytes cut(struct run *run, const struct eg_quick *call, uint32_t place)
{
    struct eg_bytes all = text_of(run, call->parts[0], place);
    struct eg_bytes mark = text_of(run, call->parts[1], place);
    run->octets += all.len + mark.len;
    const uint8_t *at = memmem(all.data, all.len, mark.data, mark.len);
    if (at == NULL) {
        return eg_bytes_of("");
    }
    size_t before = (size_t)(at - all.data);
    if (call->kind == EG_QUICK_SUBSTRING_BEFORE) {
        return (struct eg_bytes){all.data, before};
    }
    size_t skip = before + mark.len;
    return (struct eg_bytes){all.data + skip, all.len - skip};
}

static struct eg_bytes translate(struct run *run, const struct eg_quick *call, uint32_t place)
{
    struct eg_bytes text = text_of(run, call->parts[0], place);
    run->octets += text.len + call->parts[1]->text_len + call->parts[2]->text_len;
    char *made = room(run, text.len);
    size_t len = 0;
    if (made == NULL) {
        return leave(run);
    }
    for (size_t i = 0; i < text.len; i++) {
        char to = call->map[text.data[i]];
        made[len] = to;
        len += to != '\0' ? 1 : 0;
    }
    return (struct eg_bytes){(const uint8_t *)made, len};
}

static struct eg_bytes string_text(struct run *run, const struct eg_quick *quick, uint32_t place)
{
    struct eg_bytes text;
    switch (quick->kind) {
    case EG_QUICK_LITERAL:
        return (struct eg_bytes){(const uint8_t *)quick->text, quick->text_len};
    case EG_QUICK_STRING:
        text = text_of(run, quick->parts[0], place);
        run->octets += text.len;
        return text;
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
        return leave(run);
    }
}

/* ---- numbers ------------------------------------------------------------------------------ */

/* As XPath's operators read them, which is not as number() does (functions.c). */
static double number_of_text(struct run *run, struct eg_bytes text)
{
    return eg_flat_number((const char *)text.data, text.len, false, &run->left);
}

static double number_at(struct run *run, uint32_t place)
{
    struct eg_flat_attribute *attribute =
        eg_flat_is_attribute(place) ? eg_flat_attribute(run->flat, place) : NULL;
    if (attribute == NULL || attribute->text == NULL) {
        return number_of_text(run, text_at(run, place));
    }
    if (!attribute->has_number) {
        attribute->number = eg_flat_number(attribute->text, attribute->len, true, &run->left);
        attribute->has_number = true;
    }
    return attribute->number;
}

static double number_of_value(struct run *run, const struct value *value)
{
    switch (value->type) {
    case EG_QUICK_IS_NUMBER:
        return value->number;
    case EG_QUICK_IS_BOOLEAN:
        return value->truth ? 1 : 0;
    default:
        return number_of_text(run, value->text);
    }
}

static double number_value(struct run *run, const struct eg_quick *quick, uint32_t place);

static double number_of(struct run *run, const struct eg_quick *quick, uint32_t place)
{
    switch (quick->type) {
    case EG_QUICK_IS_SET: {
        uint32_t first = first_of(run, quick, place);
        return first != EG_FLAT_NONE ? number_at(run, first) : number_of_text(run, eg_bytes_of(""));
    }
    case EG_QUICK_IS_STRING:
        return number_of_text(run, string_text(run, quick, place));
    case EG_QUICK_IS_NUMBER:
        return number_value(run, quick, place);
    case EG_QUICK_IS_VARIABLE:
    case EG_QUICK_IS_BOOLEAN:
    default: {
        struct value value = value_of(run, quick, place);
        return number_of_value(run, &value);
    }
    }
}

static double function_number(struct run *run, const struct eg_quick *call, uint32_t place)
{
    const struct eg_quick *part = call->parts[0];
    if (part->type == EG_QUICK_IS_SET || part->type == EG_QUICK_IS_STRING) {
        return eg_number_xpath(text_of(run, part, place));
    }
    struct value value = value_of(run, part, place);
    return value.type == EG_QUICK_IS_STRING ? eg_number_xpath(value.text)
                                            : number_of_value(run, &value);
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
    struct eg_bytes text = text_of(run, call->parts[0], place);
    size_t length = 0;
    for (size_t i = 0; i < text.len; i++) {
        length += (text.data[i] & 0xc0) != 0x80;
    }
    return (double)length;
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

/* ---- values ------------------------------------------------------------------------------- */

static struct value text_value(struct eg_bytes text)
{
    return (struct value){.type = EG_QUICK_IS_STRING, .text = text};
}

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
            return text_value(text);
        }
        break;
    }
    return text_value(leave(run));
}

/* A set as the text of its first node, "" if it has none. */
static struct value value_of(struct run *run, const struct eg_quick *quick, uint32_t place)
{
    switch (quick->type) {
    case EG_QUICK_IS_VARIABLE:
        return variable(run, quick->text);
    case EG_QUICK_IS_SET:
    case EG_QUICK_IS_STRING:
        return text_value(text_of(run, quick, place));
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

static bool compare_texts(struct eg_bytes a, enum eg_quick_sign sign, struct eg_bytes b)
{
    bool equal = a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
    return equal == (sign == EG_QUICK_EQUAL);
}

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

/* XPath 1.0, 3.4: truths before numbers before texts; order is always one of numbers. */
static bool compare_values(struct run *run, const struct value *a, enum eg_quick_sign sign,
                           const struct value *b)
{
    if (is_equality(sign) && (a->type == EG_QUICK_IS_BOOLEAN || b->type == EG_QUICK_IS_BOOLEAN)) {
        return (truth_of_value(a) == truth_of_value(b)) == (sign == EG_QUICK_EQUAL);
    }
    if (is_equality(sign) && a->type == EG_QUICK_IS_STRING && b->type == EG_QUICK_IS_STRING) {
        return compare_texts(a->text, sign, b->text);
    }
    return compare_numbers(number_of_value(run, a), sign, number_of_value(run, b));
}

/* A node and a value that is no truth. */
static bool compare_place(struct run *run, uint32_t place, enum eg_quick_sign sign,
                          const struct value *with)
{
    if (is_equality(sign) && with->type == EG_QUICK_IS_STRING) {
        return compare_texts(text_at(run, place), sign, with->text);
    }
    return compare_numbers(number_at(run, place), sign, number_of_value(run, with));
}

struct comparing {
    const struct value *with;
    enum eg_quick_sign sign;
    bool found;
};

static bool compare_node(struct run *run, uint32_t place, void *payload)
{
    struct comparing *comparing = payload;
    comparing->found = compare_place(run, place, comparing->sign, comparing->with);
    return !comparing->found && !run->left;
}

static bool is_any(struct run *run, const struct eg_quick *set, uint32_t place)
{
    return first_of(run, set, place) != EG_FLAT_NONE;
}

/* Some node of the set compares so. */
static bool compare_set(struct run *run, const struct eg_quick *set, enum eg_quick_sign sign,
                        const struct value *with, uint32_t place)
{
    if (with->type == EG_QUICK_IS_BOOLEAN) {
        run->left = run->left || !is_equality(sign);
        return (is_any(run, set, place) == with->truth) == (sign == EG_QUICK_EQUAL);
    }
    if (set->single) {
        uint32_t only = find_only(run, set, place);
        return only != EG_FLAT_NONE && compare_place(run, only, sign, with);
    }
    struct comparing comparing = {.with = with, .sign = sign};
    walk_path(run, set, place, compare_node, &comparing);
    return comparing.found;
}

/* A node, if there is one, and what is a text: another node, or made of it. */
static bool compare_only(struct run *run, const struct eg_quick *compare, uint32_t place)
{
    const struct eg_quick *other = compare->parts[1];
    uint32_t only = find_only(run, compare->parts[0], place);
    uint32_t second = 0;
    if (only != EG_FLAT_NONE && other->type == EG_QUICK_IS_SET) {
        second = find_only(run, other, place);
    }
    if (only == EG_FLAT_NONE || second == EG_FLAT_NONE) {
        return false;
    }
    if (is_equality(compare->sign)) {
        struct eg_bytes text =
            other->type == EG_QUICK_IS_SET ? text_at(run, second) : string_text(run, other, place);
        return compare_texts(text_at(run, only), compare->sign, text);
    }
    double number =
        other->type == EG_QUICK_IS_SET ? number_at(run, second) : number_of(run, other, place);
    return compare_numbers(number_at(run, only), compare->sign, number);
}

static bool compare_generally(struct run *run, const struct eg_quick *quick, uint32_t place)
{
    const struct eg_quick *a = quick->parts[0];
    const struct eg_quick *b = quick->parts[1];
    if (a->type == EG_QUICK_IS_SET && b->type == EG_QUICK_IS_SET && !is_any(run, b, place)) {
        return false;
    }
    struct value right = value_of(run, b, place);
    if (a->type == EG_QUICK_IS_SET) {
        return compare_set(run, a, quick->sign, &right, place);
    }
    struct value left = value_of(run, a, place);
    return compare_values(run, &left, quick->sign, &right);
}

/* The side that is walked stands first (quick_read.c). */
static bool compare(struct run *run, const struct eg_quick *quick, uint32_t place)
{
    const struct eg_quick *a = quick->parts[0];
    const struct eg_quick *b = quick->parts[1];
    switch (quick->shape) {
    case EG_QUICK_TEXTS:
        return compare_texts(string_text(run, a, place), quick->sign, string_text(run, b, place));
    case EG_QUICK_NUMBERS:
        return compare_numbers(number_of(run, a, place), quick->sign, number_of(run, b, place));
    case EG_QUICK_ONLY_NUMBER: {
        uint32_t only = find_only(run, a, place);
        return only != EG_FLAT_NONE &&
               compare_numbers(number_at(run, only), quick->sign, number_value(run, b, place));
    }
    case EG_QUICK_ONLY_TEXT:
        return compare_only(run, quick, place);
    case EG_QUICK_GENERAL:
    default:
        return compare_generally(run, quick, place);
    }
}

/* ---- truths ------------------------------------------------------------------------------- */

static bool look_for(struct run *run, const struct eg_quick *call, uint32_t place)
{
    struct eg_bytes all = text_of(run, call->parts[0], place);
    struct eg_bytes part = text_of(run, call->parts[1], place);
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
