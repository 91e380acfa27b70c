/*
 * A set of facts is a sorted array: sets are made in order, read by key, and written whole.
 */
#include "core/facts.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/number.h"
#include "base/text.h"
#include "base/vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const status_words[] = {"valid",   "substitute",  "implausible", "plant",
                                           "invalid", "maintenance", "malfunction", "missing"};
#define STATUS_COUNT (sizeof status_words / sizeof status_words[0])

const char *eg_value_status_text(enum eg_value_status status)
{
    return status_words[status];
}

bool eg_value_status_named(enum eg_value_status *out, struct eg_bytes text)
{
    for (size_t i = 0; i < STATUS_COUNT; i++) {
        if (eg_bytes_is(text, status_words[i])) {
            *out = (enum eg_value_status)i;
            return true;
        }
    }
    return false;
}

static bool same(const char *a, const char *b)
{
    return a == b || strcmp(a, b) == 0;
}

/* A series: all facts that differ by their day alone. */
static int compare_series(const struct eg_fact *a, const struct eg_fact *b)
{
    int order = strcmp(a->result, b->result);
    order = order != 0 ? order : strcmp(a->source, b->source);
    order = order != 0 ? order : strcmp(a->component, b->component);
    return order != 0 ? order : strcmp(a->name, b->name);
}

static int compare_facts(const struct eg_fact *a, const struct eg_fact *b)
{
    int order = compare_series(a, b);
    return order != 0 ? order : strcmp(a->day, b->day);
}

/* Where a fact with the key of `fact` is, or belongs. */
static size_t place(bool *there, const struct eg_facts *facts, const struct eg_fact *fact)
{
    size_t low = 0;
    size_t high = facts->count;

    *there = false;
    while (low < high && !*there) {
        size_t middle = low + (high - low) / 2;
        int order = compare_facts(&facts->list[middle], fact);
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
            *there = order == 0;
        }
    }
    return high;
}

/* Room for `add` behind `count` of them. */
static enum eg_status room(void **list, size_t *capacity, size_t count, size_t add, size_t size,
                           struct eg_error *err)
{
    if (count + add > EG_FACTS_MAX) {
        return eg_error_set(err, EG_E_LIMIT, "facts", "more than %d facts", EG_FACTS_MAX);
    }
    enum eg_status status = eg_vector_reserve(list, capacity, count + add, size, EG_FACTS_MAX);
    return status == EG_OK ? EG_OK : eg_vector_refused(status, "facts", err);
}

/* ---- texts: kept once for neighbours that say the same -------------------------------------- */

#define BLOCK_OCTETS 2048 /* some ten series of facts */

struct eg_facts_texts {
    struct eg_facts_texts *next;
    size_t used;
    char octets[BLOCK_OCTETS];
};

void eg_facts_init(struct eg_facts *facts)
{
    memset(facts, 0, sizeof *facts);
}

void eg_facts_done(struct eg_facts *facts)
{
    while (facts->texts != NULL) {
        struct eg_facts_texts *next = facts->texts->next;
        free(facts->texts);
        facts->texts = next;
    }
    free(facts->list);
    free(facts->later);
    memset(facts, 0, sizeof *facts);
}

static const char *keep_text(struct eg_facts *facts, const char *text)
{
    size_t len = strlen(text) + 1; /* checked: below BLOCK_OCTETS */
    if (facts->texts == NULL || BLOCK_OCTETS - facts->texts->used < len) {
        struct eg_facts_texts *block = malloc(sizeof *block);
        if (block == NULL) {
            return NULL;
        }
        block->next = facts->texts;
        block->used = 0;
        facts->texts = block;
    }
    char *kept = facts->texts->octets + facts->texts->used;
    memcpy(kept, text, len);
    facts->texts->used += len;
    return kept;
}

/* The texts of `fact` become the set's own: those of its neighbours (NULL: none) where they are
 * the same. */
static bool own_texts(struct eg_fact *fact, struct eg_facts *facts, const struct eg_fact *before,
                      const struct eg_fact *after)
{
    const char **const texts[] = {&fact->result, &fact->source, &fact->component, &fact->name,
                                  &fact->unit};
    const char *const left[] = {before ? before->result : NULL, before ? before->source : NULL,
                                before ? before->component : NULL, before ? before->name : NULL,
                                before ? before->unit : NULL};
    const char *const right[] = {after ? after->result : NULL, after ? after->source : NULL,
                                 after ? after->component : NULL, after ? after->name : NULL,
                                 after ? after->unit : NULL};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (left[i] != NULL && same(*texts[i], left[i])) {
            *texts[i] = left[i];
        } else if (right[i] != NULL && same(*texts[i], right[i])) {
            *texts[i] = right[i];
        } else if ((*texts[i] = keep_text(facts, *texts[i])) == NULL) {
            return false;
        }
    }
    return true;
}

/* ---- putting --------------------------------------------------------------------------------- */

static bool fits(const char *text, size_t min, size_t max)
{
    size_t len = text != NULL ? strnlen(text, max + 1) : 0;

    return text != NULL && len >= min && len <= max &&
           eg_text_clean((struct eg_bytes){(const uint8_t *)text, len});
}

static bool is_answer_bare(const struct eg_fact *fact)
{
    return fact->unit[0] == '\0' && fact->answer <= EG_ANSWER_UNKNOWN;
}

static bool is_number_good(const struct eg_fact *fact)
{
    return fact->unit[0] != '\0' && fact->status <= EG_VALUE_MISSING &&
           (!fact->has_number || isfinite(fact->number));
}

static const char *what_is_wrong(const struct eg_fact *fact)
{
    if (!fits(fact->result, 1, EG_FACT_NAME_MAX) || !fits(fact->source, 1, EG_ID_MAX) ||
        !fits(fact->component, 0, EG_ID_MAX) || !fits(fact->name, 1, EG_FACT_NAME_MAX) ||
        strchr(fact->name, ' ') != NULL || !fits(fact->unit, 0, EG_FACT_UNIT_MAX)) {
        return "a text that is none";
    }
    if (memchr(fact->day, '\0', sizeof fact->day) == NULL || !eg_date_valid(fact->day)) {
        return "a day that is none";
    }
    return (fact->kind == EG_FACT_NUMBER && is_number_good(fact)) ||
                   (fact->kind == EG_FACT_ANSWER && is_answer_bare(fact))
               ? NULL
               : "a value that is none";
}

/* What does not count for its kind is zero, so that equal facts are equal members. */
static struct eg_fact plain(const struct eg_fact *fact)
{
    struct eg_fact it = *fact;

    if (it.kind == EG_FACT_ANSWER) {
        it.has_number = false;
        it.status = EG_VALUE_VALID;
    } else {
        it.answer = EG_ANSWER_NO;
    }
    if (!it.has_number || it.number == 0) { /* minus zero has no text of its own */
        it.number = 0;
        it.word[0] = '\0';
    }
    return it;
}

/* A fact whose texts and values are good. */
static enum eg_status insert(struct eg_facts *facts, const struct eg_fact *fact,
                             struct eg_error *err)
{
    bool there = false;
    size_t at = facts->count;

    if (facts->count > 0 && compare_facts(&facts->list[facts->count - 1], fact) >= 0) {
        at = place(&there, facts, fact);
    }
    void *list = facts->list;
    enum eg_status status =
        there ? EG_OK : room(&list, &facts->capacity, facts->count, 1, sizeof *facts->list, err);
    facts->list = list;
    struct eg_fact own = plain(fact);
    if (status != EG_OK) {
        goto done;
    }
    if (!own_texts(&own, facts, at > 0 ? &facts->list[at - 1] : NULL,
                   at < facts->count ? &facts->list[at] : NULL)) {
        status = eg_error_set(err, EG_E_NOMEM, "facts", "memory ran out");
    }

done:
    if (status != EG_OK) {
        return status;
    }
    if (!there) {
        memmove(&facts->list[at + 1], &facts->list[at], (facts->count - at) * sizeof *facts->list);
        facts->count++;
    }
    facts->list[at] = own;
    return EG_OK;
}

enum eg_status eg_facts_put(struct eg_facts *facts, const struct eg_fact *fact,
                            struct eg_error *err)
{
    const char *wrong = what_is_wrong(fact);

    if (wrong != NULL) {
        return eg_error_set(err, EG_E_FORMAT, "facts", "a fact has %s", wrong);
    }
    struct eg_fact it = *fact;
    it.word[0] = '\0'; /* not ours: it may be of another number */
    return insert(facts, &it, err);
}

/* Do the two facts of one set belong to one series? Its texts are mostly the very same. */
static bool is_series(const struct eg_fact *a, const struct eg_fact *b)
{
    return same(a->name, b->name) && same(a->component, b->component) &&
           same(a->source, b->source) && same(a->result, b->result);
}

size_t eg_facts_run(const struct eg_facts *facts, size_t at)
{
    size_t end = at + 1;

    while (end < facts->count && is_series(&facts->list[end], &facts->list[at])) {
        end++;
    }
    return end - at;
}

static bool have_one_text(const struct eg_fact *a, const struct eg_fact *b)
{
    return a->name == b->name && a->unit == b->unit && a->component == b->component &&
           a->source == b->source && a->result == b->result;
}

static void share_texts(struct eg_fact *fact, const struct eg_fact *with)
{
    fact->result = with->result;
    fact->source = with->source;
    fact->component = with->component;
    fact->name = with->name;
    fact->unit = with->unit;
}

/* The gap at `at` is wide enough already; texts of a run mostly are those of the fact before. */
static bool fill_gap(struct eg_facts *facts, size_t at, const struct eg_fact *run, size_t count)
{
    const struct eg_fact *after = at < facts->count ? &facts->list[at + count] : NULL;

    for (size_t i = 0; i < count; i++) {
        struct eg_fact *own = &facts->list[at + i];
        *own = run[i];
        if (i > 0 && have_one_text(&run[i], &run[i - 1])) {
            share_texts(own, own - 1);
        } else if (!own_texts(own, facts, at + i > 0 ? own - 1 : NULL, after)) {
            return false;
        }
    }
    return true;
}

/* Into the gap at `at`, all of them. */
static enum eg_status put_between(struct eg_facts *facts, size_t at, const struct eg_fact *run,
                                  size_t count, struct eg_error *err)
{
    void *list = facts->list;
    enum eg_status status =
        room(&list, &facts->capacity, facts->count, count, sizeof *facts->list, err);

    facts->list = list;
    if (status != EG_OK) {
        return status;
    }
    size_t rest = (facts->count - at) * sizeof *facts->list;
    memmove(&facts->list[at + count], &facts->list[at], rest);
    if (!fill_gap(facts, at, run, count)) {
        memmove(&facts->list[at], &facts->list[at + count], rest);
        return eg_error_set(err, EG_E_NOMEM, "facts", "memory ran out");
    }
    facts->count += count;
    return EG_OK;
}

enum eg_status eg_facts_put_run(struct eg_facts *facts, const struct eg_fact *run, size_t count,
                                struct eg_error *err)
{

    for (size_t n = 0; count > 0; run += n, count -= n) {
        bool there = false;
        size_t at = place(&there, facts, run);
        const struct eg_fact *next = at < facts->count ? &facts->list[at] : NULL;
        n = next == NULL || compare_facts(next, &run[count - 1]) > 0 ? count : 1;
        while (n < count && !there && compare_facts(next, &run[n]) > 0) {
            n++;
        }
        EG_TRY(there ? insert(facts, run, err) : put_between(facts, at, run, n, err));
    }
    return EG_OK;
}

/* ---- gathering: series by series over all sets, for they come in the set's order ------------- */

/* The first series that any set still holds; NULL: all are at their ends. */
static const struct eg_fact *first_series(const struct eg_facts *sets, const size_t *at,
                                          size_t count)
{
    const struct eg_fact *first = NULL;

    for (size_t i = 0; i < count; i++) {
        const struct eg_fact *head = at[i] < sets[i].count ? &sets[i].list[at[i]] : NULL;
        if (head != NULL && (first == NULL || compare_series(head, first) < 0)) {
            first = head;
        }
    }
    return first;
}

enum eg_status eg_facts_gather(struct eg_facts *facts, const struct eg_facts *sets, size_t count,
                               struct eg_error *err)
{
    size_t *at = calloc(count + 1, sizeof *at);
    enum eg_status status =
        at != NULL ? EG_OK : eg_error_set(err, EG_E_NOMEM, "facts", "memory ran out");
    const struct eg_fact *series = NULL;
    if (status != EG_OK) {
        goto done;
    }

    while ((series = first_series(sets, at, count)) != NULL) {
        for (size_t i = 0; i < count; i++) {
            for (; at[i] < sets[i].count && compare_series(&sets[i].list[at[i]], series) == 0;
                 at[i]++) {
                status = insert(facts, &sets[i].list[at[i]], err);
                if (status != EG_OK) {
                    goto done;
                }
            }
        }
    }

done:
    free(at);
    return status;
}

/* ---- renewing -------------------------------------------------------------------------------- */

/* A day and source of which there are newer facts. */
struct part {
    const char *day, *source;
};

static int compare_parts(const void *a, const void *b)
{
    const struct part *left = a, *right = b;
    int order = strcmp(left->day, right->day);

    return order != 0 ? order : strcmp(left->source, right->source);
}

/* The parts of a set in order, some maybe more than once. */
static struct part *parts_of(const struct eg_facts *facts)
{
    struct part *parts = calloc(facts->count + 1, sizeof *parts);

    for (size_t i = 0; parts != NULL && i < facts->count; i++) {
        parts[i] = (struct part){facts->list[i].day, facts->list[i].source};
    }
    if (parts != NULL) {
        qsort(parts, facts->count, sizeof *parts, compare_parts);
    }
    return parts;
}

/* What is too old or replaced goes; mostly all days are before those of the parts. */
static void drop_parts(struct eg_facts *facts, const char *from, const struct part *parts,
                       size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < facts->count; i++) {
        const struct eg_fact *fact = &facts->list[i];
        const struct part part = {fact->day, fact->source};
        bool goes = strcmp(fact->day, from) < 0 ||
                    (count > 0 && strcmp(fact->day, parts[0].day) >= 0 &&
                     bsearch(&part, parts, count, sizeof *parts, compare_parts) != NULL);
        if (!goes && kept++ != i) {
            facts->list[kept - 1] = *fact;
        }
    }
    facts->count = kept;
}

/* Two sets without a common key, from the back, so that each fact moves once. There is room. */
static bool merge(struct eg_facts *facts, const struct eg_facts *more)
{
    size_t end = facts->count;
    bool there = false;

    facts->count += more->count;
    for (size_t i = more->count; i > 0; i--) {
        const struct eg_facts rest = {.list = facts->list, .count = end};
        const struct eg_fact *fact = &more->list[i - 1];
        size_t at = place(&there, &rest, fact);
        struct eg_fact *own = &facts->list[at + i - 1];
        memmove(own + 1, &facts->list[at], (end - at) * sizeof *facts->list);
        end = at;
        struct eg_fact it = *fact;
        if (!own_texts(&it, facts, at > 0 ? &facts->list[at - 1] : NULL,
                       at + i < facts->count ? own + 1 : NULL)) {
            return false;
        }
        *own = it;
    }
    return true;
}

static enum eg_status renew(struct eg_facts *facts, const char *from, const struct eg_facts *more,
                            struct eg_error *err)
{
    struct part *parts = parts_of(more);

    if (parts == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "facts", "memory ran out");
    }
    drop_parts(facts, from, parts, more->count);
    free(parts);
    void *list = facts->list;
    enum eg_status status =
        room(&list, &facts->capacity, facts->count, more->count, sizeof *facts->list, err);
    facts->list = list;
    if (status != EG_OK) {
        return status;
    }
    if (!merge(facts, more)) {
        return eg_error_set(err, EG_E_NOMEM, "facts", "memory ran out");
    }
    return EG_OK;
}

/* Into an empty set, which keeps its later days. */
static void move_all(struct eg_facts *facts, struct eg_facts *more)
{
    struct eg_facts old = *facts;

    facts->list = more->list;
    facts->count = more->count;
    facts->capacity = more->capacity;
    facts->texts = more->texts;
    more->list = old.list;
    more->texts = old.texts;
}

enum eg_status eg_facts_renew(struct eg_facts *facts, const char *from, struct eg_facts *more,
                              struct eg_error *err)
{
    enum eg_status status = EG_OK;

    if (facts->count == 0) {
        move_all(facts, more);
    } else {
        status = renew(facts, from, more, err);
    }
    eg_facts_done(more);
    if (status != EG_OK) {
        eg_facts_done(facts);
    }
    return status;
}

size_t eg_facts_octets(const struct eg_facts *facts)
{
    size_t octets =
        facts->capacity * sizeof *facts->list + facts->later_capacity * sizeof *facts->later;

    for (const struct eg_facts_texts *texts = facts->texts; texts != NULL; texts = texts->next) {
        octets += sizeof *texts;
    }
    return octets;
}

enum eg_status eg_facts_put_later(struct eg_facts *facts, const char *day, struct eg_error *err)
{
    size_t at = facts->later_count;

    if (!eg_date_valid(day)) {
        return eg_error_set(err, EG_E_FORMAT, "facts", "a day that is none");
    }
    while (at > 0 && strcmp(facts->later[at - 1], day) > 0) {
        at--;
    }
    if (at > 0 && strcmp(facts->later[at - 1], day) == 0) {
        return EG_OK;
    }
    void *list = facts->later;
    enum eg_status status =
        room(&list, &facts->later_capacity, facts->later_count, 1, sizeof *facts->later, err);
    facts->later = list;
    if (status != EG_OK) {
        return status;
    }
    memmove(&facts->later[at + 1], &facts->later[at],
            (facts->later_count - at) * sizeof *facts->later);
    memcpy(facts->later[at], day, sizeof *facts->later);
    facts->later_count++;
    return EG_OK;
}
