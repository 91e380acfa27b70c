/*
 * Answering from the tables of the document (flat.h): texts are views of it, nothing is allocated,
 * and a walk ends where the answer is known. What is rare (a value in several pieces, a long text
 * made by concat, a node set in a variable) is left to XPath: nothing has been counted by then.
 */
#include "assess/number/numbers.h"
#include "assess/schematron/quick_inside.h"
#include "assess/xpath/functions.h"

#include <libxml/xpathInternals.h>
#include <math.h>
#include <string.h>

typedef bool (*visit_fn)(struct eg_quick_run *run, uint32_t place,
                         void *payload); /* false: enough */

static bool truth_of(struct eg_quick_run *run, const struct eg_quick *quick, uint32_t place);

/* ---- nodes -------------------------------------------------------------------------------- */

/* The first node to look at for a step to elements. */
static uint32_t first_element(const struct eg_quick_run *run, enum eg_quick_axis axis,
                              uint32_t place)
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
static bool passes(struct eg_quick_run *run, const struct eg_quick_step *step, uint32_t place,
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

static bool walk(struct eg_quick_run *run, const struct eg_quick *path, size_t at, uint32_t place,
                 visit_fn visit, void *payload);

static bool walk_elements(struct eg_quick_run *run, const struct eg_quick *path, size_t at,
                          uint32_t place, visit_fn visit, void *payload)
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
static bool walk(struct eg_quick_run *run, const struct eg_quick *path, size_t at, uint32_t place,
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
        next = eg_quick_attribute(run, place, path->steps[at].word);
        break;
    case EG_QUICK_CHILD:
    case EG_QUICK_PRECEDING:
    case EG_QUICK_FOLLOWING:
    default:
        return walk_elements(run, path, at, place, visit, payload);
    }
    return next == EG_FLAT_NONE || walk(run, path, at + 1, next, visit, payload);
}

static bool note_place(struct eg_quick_run *run, uint32_t place, void *payload)
{
    (void)run;
    *(uint32_t *)payload = place;
    return false;
}

/* Whether a step has no other condition than to be the first. */
static bool is_first_of_name(const struct eg_quick_step *step)
{
    return step->predicate_count == 1 && step->conditions[0] == NULL && step->positions[0] == 1;
}

/* The first element of the step's name. */
static uint32_t first_of_name(struct eg_quick_run *run, const struct eg_quick_step *step,
                              uint32_t place)
{
    const struct eg_flat_element *elements = run->flat->elements;
    bool back = step->axis == EG_QUICK_PRECEDING;
    uint32_t next = first_element(run, step->axis, place);
    while (next != EG_FLAT_NONE) {
        run->visits++;
        if (elements[next].word == step->word) {
            return next;
        }
        next = back ? elements[next].previous : elements[next].next;
    }
    return EG_FLAT_NONE;
}

static uint32_t follow(struct eg_quick_run *run, const struct eg_quick *path, uint32_t place)
{
    for (size_t i = 0; i < path->step_count && place != EG_FLAT_NONE; i++) {
        const struct eg_quick_step *step = &path->steps[i];
        if (step->axis == EG_QUICK_ATTRIBUTE) {
            place = eg_quick_attribute(run, place, step->word);
        } else if (step->axis == EG_QUICK_PARENT) {
            run->visits++;
            place = eg_flat_parent(run->flat, place);
        } else if (is_first_of_name(step)) {
            place = first_of_name(run, step, place);
        } else {
            uint32_t found = EG_FLAT_NONE;
            (void)walk(run, path, i, place, note_place, &found);
            return found;
        }
    }
    return place;
}

/* The only node that a path with at most one can have; EG_FLAT_NONE: it has none. */
uint32_t eg_quick_only(struct eg_quick_run *run, const struct eg_quick *path, uint32_t place)
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

static void walk_path(struct eg_quick_run *run, const struct eg_quick *path, uint32_t place,
                      visit_fn visit, void *payload)
{
    (void)walk(run, path, 0, path->rooted ? 0 : place, visit, payload);
}

/* Of the first node of a set; EG_FLAT_NONE: it has none. */
uint32_t eg_quick_first(struct eg_quick_run *run, const struct eg_quick *set, uint32_t place)
{
    uint32_t found = EG_FLAT_NONE;
    if (set->single) {
        return eg_quick_node(run, set, place);
    }
    if (set->step_count == 1 && set->steps[0].predicate_count == 0) {
        return first_of_name(run, &set->steps[0], set->rooted ? 0 : place);
    }
    walk_path(run, set, place, note_place, &found);
    return found;
}

/* ---- numbers ------------------------------------------------------------------------------ */

/* As XPath's operators read them, which is not as number() does (functions.c). */
static double number_of_text(struct eg_quick_run *run, struct eg_bytes text)
{
    return eg_flat_number((const char *)text.data, text.len, false, &run->left);
}

static double number_at(struct eg_quick_run *run, uint32_t place)
{
    struct eg_flat_attribute *attribute =
        eg_flat_is_attribute(place) ? eg_flat_attribute(run->flat, place) : NULL;
    if (attribute == NULL || attribute->text == NULL) {
        return number_of_text(run, eg_quick_text_at(run, place));
    }
    if (!attribute->has_number) {
        attribute->number = eg_flat_number(attribute->text, attribute->len, true, &run->left);
        attribute->has_number = true;
    }
    return attribute->number;
}

static double number_of_value(struct eg_quick_run *run, const struct eg_quick_value *value)
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

static double number_value(struct eg_quick_run *run, const struct eg_quick *quick, uint32_t place);

static double number_of(struct eg_quick_run *run, const struct eg_quick *quick, uint32_t place)
{
    switch (quick->type) {
    case EG_QUICK_IS_SET: {
        uint32_t first = eg_quick_first(run, quick, place);
        return first != EG_FLAT_NONE ? number_at(run, first) : number_of_text(run, eg_bytes_of(""));
    }
    case EG_QUICK_IS_STRING:
        return number_of_text(run, eg_quick_string(run, quick, place));
    case EG_QUICK_IS_NUMBER:
        return number_value(run, quick, place);
    case EG_QUICK_IS_VARIABLE:
    case EG_QUICK_IS_BOOLEAN:
    default: {
        struct eg_quick_value value = eg_quick_value_of(run, quick, place);
        return number_of_value(run, &value);
    }
    }
}

static double function_number(struct eg_quick_run *run, const struct eg_quick *call, uint32_t place)
{
    const struct eg_quick *part = call->parts[0];
    if (part->type == EG_QUICK_IS_SET || part->type == EG_QUICK_IS_STRING) {
        return eg_number_xpath(eg_quick_text(run, part, place));
    }
    struct eg_quick_value value = eg_quick_value_of(run, part, place);
    return value.type == EG_QUICK_IS_STRING ? eg_number_xpath(value.text)
                                            : number_of_value(run, &value);
}

static bool count_one(struct eg_quick_run *run, uint32_t place, void *payload)
{
    (void)run, (void)place;
    *(double *)payload += 1;
    return true;
}

static double count(struct eg_quick_run *run, const struct eg_quick *call, uint32_t place)
{
    double nodes = 0;
    walk_path(run, call->parts[0], place, count_one, &nodes);
    return nodes;
}

static double string_length(struct eg_quick_run *run, const struct eg_quick *call, uint32_t place)
{
    struct eg_bytes text = eg_quick_text(run, call->parts[0], place);
    size_t length = 0;
    for (size_t i = 0; i < text.len; i++) {
        length += (text.data[i] & 0xc0) != 0x80;
    }
    return (double)length;
}

static double number_value(struct eg_quick_run *run, const struct eg_quick *quick, uint32_t place)
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

static struct eg_quick_value text_value(struct eg_bytes text)
{
    return (struct eg_quick_value){.type = EG_QUICK_IS_STRING, .text = text};
}

static struct eg_quick_value variable(struct eg_quick_run *run, const char *name)
{
    const struct eg_schematron_state *state = run->state;
    for (size_t i = state->variable_count; i-- > 0;) {
        if (strcmp(state->variables[i].name, name) != 0) {
            continue;
        }
        const xmlXPathObject *object = state->variables[i].value;
        if (object->type == XPATH_NUMBER) {
            return (struct eg_quick_value){.type = EG_QUICK_IS_NUMBER, .number = object->floatval};
        }
        if (object->type == XPATH_BOOLEAN) {
            return (struct eg_quick_value){.type = EG_QUICK_IS_BOOLEAN,
                                           .truth = object->boolval != 0};
        }
        if (object->type == XPATH_STRING && object->stringval != NULL) {
            struct eg_bytes text = eg_bytes_of((const char *)object->stringval);
            run->octets += text.len;
            return text_value(text);
        }
        break;
    }
    return text_value(eg_quick_leave(run));
}

/* A set as the text of its first node, "" if it has none. */
struct eg_quick_value eg_quick_value_of(struct eg_quick_run *run, const struct eg_quick *quick,
                                        uint32_t place)
{
    switch (quick->type) {
    case EG_QUICK_IS_VARIABLE:
        return variable(run, quick->text);
    case EG_QUICK_IS_SET:
    case EG_QUICK_IS_STRING:
        return text_value(eg_quick_text(run, quick, place));
    case EG_QUICK_IS_NUMBER:
        return (struct eg_quick_value){.type = EG_QUICK_IS_NUMBER,
                                       .number = number_value(run, quick, place)};
    case EG_QUICK_IS_BOOLEAN:
    default:
        return (struct eg_quick_value){.type = EG_QUICK_IS_BOOLEAN,
                                       .truth = truth_of(run, quick, place)};
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

static bool truth_of_value(const struct eg_quick_value *value)
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
static bool compare_values(struct eg_quick_run *run, const struct eg_quick_value *a,
                           enum eg_quick_sign sign, const struct eg_quick_value *b)
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
static bool compare_place(struct eg_quick_run *run, uint32_t place, enum eg_quick_sign sign,
                          const struct eg_quick_value *with)
{
    if (is_equality(sign) && with->type == EG_QUICK_IS_STRING) {
        return compare_texts(eg_quick_text_at(run, place), sign, with->text);
    }
    return compare_numbers(number_at(run, place), sign, number_of_value(run, with));
}

struct comparing {
    const struct eg_quick_value *with;
    enum eg_quick_sign sign;
    bool found;
};

static bool compare_node(struct eg_quick_run *run, uint32_t place, void *payload)
{
    struct comparing *comparing = payload;
    comparing->found = compare_place(run, place, comparing->sign, comparing->with);
    return !comparing->found && !run->left;
}

static bool is_any(struct eg_quick_run *run, const struct eg_quick *set, uint32_t place)
{
    return eg_quick_first(run, set, place) != EG_FLAT_NONE;
}

/* Some node of the set compares so. */
static bool compare_set(struct eg_quick_run *run, const struct eg_quick *set,
                        enum eg_quick_sign sign, const struct eg_quick_value *with, uint32_t place)
{
    if (with->type == EG_QUICK_IS_BOOLEAN) {
        run->left = run->left || !is_equality(sign);
        return (is_any(run, set, place) == with->truth) == (sign == EG_QUICK_EQUAL);
    }
    if (set->single) {
        uint32_t only = eg_quick_node(run, set, place);
        return only != EG_FLAT_NONE && compare_place(run, only, sign, with);
    }
    struct comparing comparing = {.with = with, .sign = sign};
    walk_path(run, set, place, compare_node, &comparing);
    return comparing.found;
}

/* A node, if there is one, and what is a text: another node, or made of it. */
static bool compare_only(struct eg_quick_run *run, const struct eg_quick *compare, uint32_t place)
{
    const struct eg_quick *other = compare->parts[1];
    uint32_t only = eg_quick_node(run, compare->parts[0], place);
    uint32_t second = 0;
    if (only != EG_FLAT_NONE && other->type == EG_QUICK_IS_SET) {
        second = eg_quick_node(run, other, place);
    }
    if (only == EG_FLAT_NONE || second == EG_FLAT_NONE) {
        return false;
    }
    if (is_equality(compare->sign)) {
        struct eg_bytes text = other->type == EG_QUICK_IS_SET
                                   ? eg_quick_text_at(run, second)
                                   : eg_quick_string_at(run, other, place);
        return compare_texts(eg_quick_text_at(run, only), compare->sign, text);
    }
    double number =
        other->type == EG_QUICK_IS_SET ? number_at(run, second) : number_of(run, other, place);
    return compare_numbers(number_at(run, only), compare->sign, number);
}

static bool compare_generally(struct eg_quick_run *run, const struct eg_quick *quick,
                              uint32_t place)
{
    const struct eg_quick *a = quick->parts[0];
    const struct eg_quick *b = quick->parts[1];
    if (a->type == EG_QUICK_IS_SET && b->type == EG_QUICK_IS_SET && !is_any(run, b, place)) {
        return false;
    }
    struct eg_quick_value right = eg_quick_value_of(run, b, place);
    if (a->type == EG_QUICK_IS_SET) {
        return compare_set(run, a, quick->sign, &right, place);
    }
    struct eg_quick_value left = eg_quick_value_of(run, a, place);
    return compare_values(run, &left, quick->sign, &right);
}

/* The side that is walked stands first (quick_read.c). */
static bool compare(struct eg_quick_run *run, const struct eg_quick *quick, uint32_t place)
{
    const struct eg_quick *a = quick->parts[0];
    const struct eg_quick *b = quick->parts[1];
    switch (quick->shape) {
    case EG_QUICK_TEXTS:
        return compare_texts(eg_quick_string_at(run, a, place), quick->sign,
                             eg_quick_string_at(run, b, place));
    case EG_QUICK_NUMBERS:
        return compare_numbers(number_of(run, a, place), quick->sign, number_of(run, b, place));
    case EG_QUICK_ONLY_NUMBER: {
        uint32_t only = eg_quick_node(run, a, place);
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

static bool look_for(struct eg_quick_run *run, const struct eg_quick *call, uint32_t place)
{
    struct eg_bytes all = eg_quick_text(run, call->parts[0], place);
    struct eg_bytes part = eg_quick_text(run, call->parts[1], place);
    if (call->kind == EG_QUICK_STARTS_WITH) {
        return part.len <= all.len && memcmp(all.data, part.data, part.len) == 0;
    }
    return memmem(all.data, all.len, part.data, part.len) != NULL;
}

/* Texts made on the way are done with when the answer is there. */
static bool truth_of_texts(struct eg_quick_run *run, const struct eg_quick *quick, uint32_t place)
{
    size_t used = run->used;
    bool truth =
        quick->kind == EG_QUICK_COMPARE ? compare(run, quick, place) : look_for(run, quick, place);
    run->used = used;
    return truth;
}

static bool truth_of_other(struct eg_quick_run *run, const struct eg_quick *quick, uint32_t place)
{
    size_t used = run->used;
    if (quick->type == EG_QUICK_IS_SET) {
        return is_any(run, quick, place);
    }
    struct eg_quick_value value = eg_quick_value_of(run, quick, place);
    run->used = used;
    return truth_of_value(&value);
}

/* The texts of a comparison are made and let go in functions of their own. */
static bool truth_of(struct eg_quick_run *run, const struct eg_quick *quick, uint32_t place)
{
    if (run->left) {
        return false;
    }
    if (quick->type != EG_QUICK_IS_BOOLEAN) {
        return truth_of_other(run, quick, place);
    }
    switch (quick->kind) {
    case EG_QUICK_COMPARE:
    case EG_QUICK_CONTAINS:
    case EG_QUICK_STARTS_WITH:
        return truth_of_texts(run, quick, place);
    case EG_QUICK_OR:
        return truth_of(run, quick->parts[0], place) || truth_of(run, quick->parts[1], place);
    case EG_QUICK_AND:
        return truth_of(run, quick->parts[0], place) && truth_of(run, quick->parts[1], place);
    case EG_QUICK_NOT:
        return !truth_of(run, quick->parts[0], place);
    case EG_QUICK_BOOLEAN:
        return truth_of(run, quick->parts[0], place);
    case EG_QUICK_TRUE:
        return true;
    default:
        return false;
    }
}

int eg_quick_test(const struct eg_quick *quick, struct eg_schematron_state *state,
                  struct eg_flat *flat, uint32_t place)
{
    struct eg_quick_run run;
    if (place == EG_FLAT_NONE) {
        return -1;
    }
    run.state = state;
    run.flat = flat;
    run.octets = 0;
    run.visits = 1;
    run.used = 0;
    run.left = false;
    bool truth = truth_of(&run, quick, place);
    xmlXPathContext *context = state->context;
    if (run.left || run.visits > context->opLimit ||
        context->opCount > context->opLimit - run.visits ||
        (run.octets > 0 && !eg_functions_spend(run.octets))) {
        return -1;
    }
    context->opCount += run.visits;
    return truth ? 1 : 0;
}
