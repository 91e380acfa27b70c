/*
 * A set of facts is a sorted array: sets are made in order, read by key, and written whole.
 */
#include "core/facts.h"

#include <stdlib.h>
#include <string.h>

#define FACTS_MAX 1000000 /* a year of a plant with a hundred components and twenty facts each */

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

void eg_facts_init(struct eg_facts *facts)
{
    memset(facts, 0, sizeof *facts);
}

void eg_facts_done(struct eg_facts *facts)
{
    free(facts->list);
    free(facts->later);
    memset(facts, 0, sizeof *facts);
}

static int compare(const struct eg_fact *fact, const char *result, const char *source,
                   const char *component, const char *name, const char *day)
{
    int order = strcmp(fact->result, result);
    order = order != 0 ? order : strcmp(fact->source, source);
    order = order != 0 ? order : strcmp(fact->component, component);
    order = order != 0 ? order : strcmp(fact->name, name);
    return order != 0 ? order : strcmp(fact->day, day);
}

/* Where a key stands or belongs. */
static size_t place(bool *there, const struct eg_facts *facts, const char *result,
                    const char *source, const char *component, const char *name, const char *day)
{
    size_t low = 0;
    size_t high = facts->count;

    *there = false;
    while (low < high && !*there) {
        size_t middle = low + (high - low) / 2;
        int order = compare(&facts->list[middle], result, source, component, name, day);
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
            *there = order == 0;
        }
    }
    return high;
}

static enum eg_status room(void **list, size_t *capacity, size_t count, size_t size,
                           struct eg_error *err)
{
    if (count < *capacity) {
        return EG_OK;
    }
    if (count >= FACTS_MAX) {
        return eg_error_set(err, EG_E_LIMIT, "facts", "more than %d facts", FACTS_MAX);
    }
    size_t more = *capacity == 0 ? 16 : 2 * *capacity;
    void *grown = realloc(*list, more * size);
    if (grown == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "facts", "memory ran out");
    }
    *list = grown;
    *capacity = more;
    return EG_OK;
}

enum eg_status eg_facts_put(struct eg_facts *facts, const struct eg_fact *fact,
                            struct eg_error *err)
{
    bool there = false;
    size_t at =
        place(&there, facts, fact->result, fact->source, fact->component, fact->name, fact->day);

    if (!there) {
        void *list = facts->list;
        enum eg_status status =
            room(&list, &facts->capacity, facts->count, sizeof *facts->list, err);
        facts->list = list;
        if (status != EG_OK) {
            return status;
        }
        memmove(&facts->list[at + 1], &facts->list[at], (facts->count - at) * sizeof *facts->list);
        facts->count++;
    }
    facts->list[at] = *fact;
    return EG_OK;
}

enum eg_status eg_facts_put_later(struct eg_facts *facts, const char *day, struct eg_error *err)
{
    size_t at = facts->later_count;

    while (at > 0 && strcmp(facts->later[at - 1], day) > 0) {
        at--;
    }
    if (at > 0 && strcmp(facts->later[at - 1], day) == 0) {
        return EG_OK;
    }
    void *list = facts->later;
    enum eg_status status =
        room(&list, &facts->later_capacity, facts->later_count, sizeof *facts->later, err);
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

const struct eg_fact *eg_facts_find(const struct eg_facts *facts, const char *result,
                                    const char *source, const char *component, const char *name,
                                    const char *day)
{
    bool there = false;
    size_t at = place(&there, facts, result, source, component, name, day);

    return there ? &facts->list[at] : NULL;
}
