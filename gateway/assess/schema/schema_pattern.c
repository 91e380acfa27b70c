/*
 * Why this file exists: libxml2 follows one way through a pattern and comes back for the others.
 * Its own ceiling, ten million ways kept, is reached after seconds, for each value anew.
 *
 * The pattern is read into the places of its characters and which place may follow which
 * (Glushkov's automaton, counted repetitions written out). Where two places that share a character
 * follow one that can come again, or one place follows it in two ways, a value makes libxml2 choose
 * as often as it likes.
 *
 *   regExp ::= branch ('|' branch)*    branch ::= (atom quantifier?)*
 *   atom ::= character | class | '(' regExp ')'    quantifier ::= ? * + {n} {n,} {n,m}
 *
 * (XML Schema 1.0 Part 2, appendix F.)
 */
#include "assess/schema/schema_pattern.h"

#include "assess/schema/schema_class.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

#define WORDS ((EG_SCHEMA_PATTERN_PLACES_MAX + 64) / 64)
#define COPIES_MAX 256   /* places of a repetition written out; beyond, it counts as endless */
#define STEPS_MAX 100000 /* atoms read, repetitions of empty groups among them */
#define ENDLESS UINT32_MAX

struct set {
    uint64_t bits[WORDS];
};

/* Part of a pattern: where it may begin and end. */
struct part {
    struct set first, last;
    /* may be nothing */
    bool empty;
};

struct place {
    struct eg_schema_class class;
    struct set follow;
    /* of those, what may follow in two ways: (a*)* */
    struct set twice;
    /* octet of the pattern, for people */
    size_t at;
};

struct reader {
    const char *pattern, *at, *where;
    /* [0]: before the first character */
    struct place *places;
    size_t count;
    unsigned depth, steps;
    struct eg_error *err;
};

static bool has(const struct set *set, size_t i)
{
    return (set->bits[i / 64] >> (i % 64) & 1) != 0;
}

static void join(struct set *set, const struct set *more)
{
    for (size_t i = 0; i < WORDS; i++) {
        set->bits[i] |= more->bits[i];
    }
}

static void follow(struct reader *reader, const struct set *before, const struct set *after)
{
    for (size_t i = 0; i < reader->count; i++) {
        struct place *place = &reader->places[i];
        for (size_t k = 0; has(before, i) && k < WORDS; k++) {
            place->twice.bits[k] |= place->follow.bits[k] & after->bits[k];
            place->follow.bits[k] |= after->bits[k];
        }
    }
}

static enum eg_status fail(const struct reader *reader, enum eg_status status, const char *reason)
{
    return eg_error_set(reader->err, status, reader->where, "pattern '%.200s', character %zu: %s",
                        reader->pattern, (size_t)(reader->at - reader->pattern) + 1, reason);
}

/* ---- parts -------------------------------------------------------------------------------- */

static void append(struct reader *reader, struct part *part, const struct part *more)
{
    follow(reader, &part->last, &more->first);
    if (part->empty) {
        join(&part->first, &more->first);
    }
    if (!more->empty) {
        part->last = more->last;
    } else {
        join(&part->last, &more->last);
    }
    part->empty = part->empty && more->empty;
}

/* `more` may come after each end that `part` has so far, or not: x(x(x)?)? and so on. */
static void append_optional(struct reader *reader, struct part *part, struct set *ends,
                            const struct part *more)
{
    follow(reader, ends, &more->first);
    if (part->empty) {
        join(&part->first, &more->first);
    }
    if (more->empty) {
        join(ends, &more->last);
    } else {
        *ends = more->last;
    }
    join(&part->last, &more->last);
}

static enum eg_status read_branches(struct reader *reader, struct part *out);

static enum eg_status read_group(struct reader *reader, struct part *out)
{
    if (reader->depth == EG_SCHEMA_PATTERN_DEPTH_MAX) {
        return fail(reader, EG_E_LIMIT, "parentheses nested too deep");
    }
    reader->at++;
    reader->depth++;
    enum eg_status status = read_branches(reader, out);
    reader->depth--;
    if (status != EG_OK) {
        return status;
    }
    if (*reader->at != ')') {
        return fail(reader, EG_E_FORMAT, "a parenthesis is not closed");
    }
    reader->at++;
    return EG_OK;
}

static enum eg_status read_atom(struct reader *reader, struct part *out)
{
    *out = (struct part){.empty = false};
    if (++reader->steps > STEPS_MAX) {
        return fail(reader, EG_E_LIMIT, "its repetitions are too many");
    }
    if (*reader->at == '(') {
        return read_group(reader, out);
    }
    if (reader->count == EG_SCHEMA_PATTERN_PLACES_MAX) {
        return fail(reader, EG_E_LIMIT, "too many characters, repetitions written out");
    }
    struct place *place = &reader->places[reader->count];
    const char *at = reader->at;
    if (!eg_schema_class_read(&place->class, &reader->at)) {
        return fail(reader, EG_E_FORMAT, "no character or class");
    }
    place->at = (size_t)(at - reader->pattern);
    out->first.bits[reader->count / 64] = (uint64_t)1 << (reader->count % 64);
    out->last = out->first;
    reader->count++;
    return EG_OK;
}

/* ---- repetitions -------------------------------------------------------------------------- */

struct times {
    uint32_t min, max;
};

static bool read_number(uint32_t *out, const char **at)
{
    size_t digits = strspn(*at, "0123456789");

    if (digits == 0 || digits > 8) {
        return false;
    }
    *out = (uint32_t)strtoul(*at, NULL, 10);
    *at += digits;
    return true;
}

static bool read_braces(struct times *out, const char **at)
{
    (*at)++;
    if (!read_number(&out->min, at)) {
        return false;
    }
    out->max = out->min;
    if (**at == ',') {
        (*at)++;
        out->max = ENDLESS;
        if (**at != '}' && !read_number(&out->max, at)) {
            return false;
        }
    }
    return *(*at)++ == '}' && out->min <= out->max;
}

/* What follows an atom; without a quantifier it comes once. */
static bool read_times(struct times *out, const char **at)
{
    *out = (struct times){1, 1};
    switch (**at) {
    case '?':
        *out = (struct times){0, 1};
        break;
    case '*':
        *out = (struct times){0, ENDLESS};
        break;
    case '+':
        *out = (struct times){1, ENDLESS};
        break;
    case '{':
        return read_braces(out, at);
    default:
        return true;
    }
    (*at)++;
    return true;
}

/* The rest of `times` copies of the atom at `atom`, of which `out` is the first. */
static enum eg_status write_out(struct reader *reader, struct part *out, const char *atom,
                                const struct times *times)
{
    const char *end = reader->at;
    enum eg_status status = EG_OK;
    struct part copy;
    struct set ends = {{0}};

    for (uint32_t i = 1; i < times->max; i++) {
        if (i == times->min || (i == 1 && times->min == 0)) {
            ends = out->last;
        }
        reader->at = atom;
        status = read_atom(reader, &copy);
        if (status != EG_OK) {
            goto done;
        }
        if (i < times->min) {
            append(reader, out, &copy);
        } else {
            append_optional(reader, out, &ends, &copy);
        }
    }

done:
    reader->at = end;
    return status;
}

static enum eg_status read_repeated(struct reader *reader, struct part *out)
{
    const char *atom = reader->at;
    size_t before = reader->count;
    struct times times;
    enum eg_status status = read_atom(reader, out);

    if (status != EG_OK) {
        return status;
    }
    if (!read_times(&times, &reader->at)) {
        return fail(reader, EG_E_FORMAT, "no number of repetitions");
    }
    if (times.max == 0) {
        *out = (struct part){.empty = true};
        return EG_OK;
    }
    size_t size = reader->count - before;
    if (times.max == ENDLESS || size * times.max > COPIES_MAX) {
        follow(reader, &out->last, &out->first);
    } else {
        status = write_out(reader, out, atom, &times);
    }
    out->empty = out->empty || times.min == 0;
    return status;
}

static enum eg_status read_branches(struct reader *reader, struct part *out)
{
    *out = (struct part){.empty = false};
    for (;;) {
        struct part branch = {.empty = true};
        while (*reader->at != '\0' && *reader->at != '|' && *reader->at != ')') {
            struct part atom;
            EG_TRY(read_repeated(reader, &atom));
            append(reader, &branch, &atom);
        }
        join(&out->first, &branch.first);
        join(&out->last, &branch.last);
        out->empty = out->empty || branch.empty;
        if (*reader->at != '|') {
            return EG_OK;
        }
        reader->at++;
    }
}

/* ---- judging ------------------------------------------------------------------------------ */

/* Can the place come again? */
static bool comes_again(const struct reader *reader, size_t place)
{
    struct set seen = reader->places[place].follow;
    bool grown = true;

    while (grown && !has(&seen, place)) {
        grown = false;
        for (size_t i = 0; i < reader->count; i++) {
            struct set before = seen;
            if (has(&seen, i)) {
                join(&seen, &reader->places[i].follow);
                grown = grown || memcmp(&before, &seen, sizeof seen) != 0;
            }
        }
    }
    return has(&seen, place);
}

/* The pairs of places behind one place that meet, and places that follow in two ways; the last of
 * them in a and b. */
static unsigned count_meetings(const struct reader *reader, size_t place, size_t *a, size_t *b)
{
    const struct set *next = &reader->places[place].follow;
    unsigned count = 0;

    for (size_t i = 1; i < reader->count; i++) {
        if (has(&reader->places[place].twice, i)) {
            *a = *b = i;
            count++;
        }
        for (size_t k = i + 1; has(next, i) && k < reader->count; k++) {
            if (has(next, k) &&
                eg_schema_classes_meet(&reader->places[i].class, &reader->places[k].class)) {
                *a = i;
                *b = k;
                count++;
            }
        }
    }
    return count;
}

static enum eg_status judge(const struct reader *reader)
{
    unsigned ways = 0;

    for (size_t i = 0; i < reader->count; i++) {
        size_t a = 0;
        size_t b = 0;
        unsigned count = count_meetings(reader, i, &a, &b);
        bool again = count > 0 && comes_again(reader, i);
        ways += count;
        if (again || ways > EG_SCHEMA_PATTERN_WAYS_MAX) {
            return eg_error_set(
                reader->err, EG_E_FORMAT, reader->where,
                "pattern '%.200s': a character can be that at %zu or that at %zu%s, and libxml2 "
                "tries one way after the other; write it so that each character decides",
                reader->pattern, reader->places[a].at + 1, reader->places[b].at + 1,
                again ? " in a repetition" : ", as elsewhere");
        }
    }
    return EG_OK;
}

enum eg_status eg_schema_pattern_check(const char *pattern, const char *where, struct eg_error *err)
{
    struct reader reader = {
        .pattern = pattern, .at = pattern, .where = where, .count = 1, .err = err};
    struct part whole;

    if (strlen(pattern) > EG_SCHEMA_PATTERN_MAX) {
        return eg_error_set(err, EG_E_LIMIT, where, "a pattern of %zu octets, %d allowed",
                            strlen(pattern), EG_SCHEMA_PATTERN_MAX);
    }
    reader.places = calloc(EG_SCHEMA_PATTERN_PLACES_MAX, sizeof *reader.places);
    if (reader.places == NULL) {
        return eg_error_set(err, EG_E_NOMEM, where, "no memory to read a pattern");
    }
    enum eg_status status = read_branches(&reader, &whole);
    if (status != EG_OK) {
        goto done;
    }
    if (*reader.at != '\0') {
        status = fail(&reader, EG_E_FORMAT, "a parenthesis closes nothing");
    }
    if (status != EG_OK) {
        goto done;
    }
    reader.places[0].follow = whole.first;
    status = judge(&reader);

done:
    free(reader.places);
    return status;
}
