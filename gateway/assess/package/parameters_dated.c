/*
 * Why this file exists: the directory dates what it says, a report has a period, and one decision
 * rests on one word. So what holds is asked for each day on which it could change, and who reads
 * the answer learns of a change instead of one of its two sides.
 */
#include "assess/package/parameters_inside.h"

#include "base/calendar.h"
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- gathering ---------------------------------------------------------------------------- */

static bool is_ours(const struct eg_parameter_choice *choice, const char *package, const char *from,
                    const char *until)
{
    return strcmp(package, choice->package->ref.id) == 0 &&
           eg_days_meet(from, until, choice->from, choice->until);
}

static void add_setting(struct eg_parameter_choice *choice, const struct eg_plant_setting *entry)
{
    choice->entries[choice->entry_count++] = (struct eg_dated){
        .setting = entry,
        .name = entry->name,
        .component = eg_parameter_some(entry->component),
        .source = eg_parameter_some(entry->source),
        .from = entry->from,
        .until = entry->until,
        .said = entry->word,
        .citation = entry->citation != NULL ? entry->citation : "",
    };
}

static void add_permit(struct eg_parameter_choice *choice, const struct eg_plant_parameter *entry)
{
    choice->entries[choice->entry_count++] = (struct eg_dated){
        .permit = entry,
        .name = entry->name,
        .component = eg_parameter_some(entry->component),
        .source = eg_parameter_some(entry->source),
        .from = entry->from,
        .until = entry->until,
        .said = entry->value,
        .citation = entry->citation != NULL ? entry->citation : "",
    };
}

enum eg_status eg_dated_gather(struct eg_parameter_choice *choice, struct eg_error *err)
{
    const struct eg_plant *plant = choice->plant;

    if (plant == NULL) {
        return EG_OK;
    }
    choice->entries =
        calloc(plant->setting_count + plant->parameter_count + 1, sizeof *choice->entries);
    if (choice->entries == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "parameters", "memory ran out");
    }
    for (size_t i = 0; i < plant->setting_count; i++) {
        const struct eg_plant_setting *entry = &plant->settings[i];
        if (is_ours(choice, entry->package, entry->from, entry->until)) {
            add_setting(choice, entry);
        }
    }
    for (size_t i = 0; i < plant->parameter_count; i++) {
        const struct eg_plant_parameter *entry = &plant->parameters[i];
        if (is_ours(choice, entry->package, entry->from, entry->until)) {
            add_permit(choice, entry);
        }
    }
    return EG_OK;
}

/* ---- what holds --------------------------------------------------------------------------- */

static bool is_about(const struct eg_dated *entry, const struct eg_dated_place *place)
{
    return (entry->setting != NULL) == place->setting && strcmp(entry->name, place->name) == 0 &&
           (entry->component == NULL || eg_parameter_same(entry->component, place->component)) &&
           (entry->source == NULL || eg_parameter_same(entry->source, place->source));
}

/* The most specific entry about the place on one day; NULL: none. */
static const struct eg_dated *on_day(const struct eg_parameter_choice *choice,
                                     const struct eg_dated_place *place, const char *day)
{
    bool component_first =
        !place->setting && choice->plant != NULL && choice->plant->component_first;
    const struct eg_dated *found = NULL;
    unsigned best = 0;

    for (size_t i = 0; i < choice->entry_count; i++) {
        const struct eg_dated *entry = &choice->entries[i];
        unsigned rank = eg_parameter_rank(entry->component, entry->source, component_first);
        if (is_about(entry, place) && eg_days_meet(entry->from, entry->until, day, day) &&
            (found == NULL || rank < best)) {
            found = entry;
            best = rank;
        }
    }
    return found;
}

static bool say_the_same(const struct eg_dated *a, const struct eg_dated *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a->said, b->said) == 0;
}

/* Note if on this day of the period something else holds than on the last, and it is the first. */
static void look_at(struct eg_dated_over *over, const struct eg_parameter_choice *choice,
                    const struct eg_dated_place *place, const char *day)
{
    if (strcmp(day, choice->from) < 0 || strcmp(day, choice->until) > 0 ||
        (over->day[0] != '\0' && strcmp(day, over->day) >= 0)) {
        return;
    }
    const struct eg_dated *entry = on_day(choice, place, day);
    if (!say_the_same(entry, over->last)) {
        over->earlier = entry;
        memcpy(over->day, day, sizeof over->day);
    }
}

void eg_dated_over(struct eg_dated_over *out, const struct eg_parameter_choice *choice,
                   const struct eg_dated_place *place)
{
    char next[11] = "";

    *out = (struct eg_dated_over){.last = on_day(choice, place, choice->until)};
    if (strcmp(choice->from, choice->until) == 0) {
        return;
    }
    look_at(out, choice, place, choice->from);
    for (size_t i = 0; i < choice->entry_count; i++) {
        const struct eg_dated *entry = &choice->entries[i];
        if (!is_about(entry, place)) {
            continue;
        }
        look_at(out, choice, place, entry->from);
        if (entry->until[0] != '\0') {
            eg_day_after(next, entry->until);
            look_at(out, choice, place, next);
        }
    }
}

/* Where a directory says nothing, a permit leaves the package's value, a setting no word. */
static size_t put_said(char *out, size_t size, const struct eg_dated *entry, const char *nothing,
                       const char *day)
{
    int len = entry != NULL
                  ? snprintf(out, size, "%.40s on %s (%.60s)", entry->said, day, entry->citation)
                  : snprintf(out, size, "%s on %s", nothing, day);

    return len > 0 && (size_t)len < size ? (size_t)len : 0;
}

void eg_dated_change(char out[EG_DATED_TEXT_MAX], const struct eg_dated_over *over,
                     const struct eg_parameter_choice *choice)
{
    static const char and[] = " and ";
    const struct eg_dated *any = over->last != NULL ? over->last : over->earlier;
    const char *nothing = any->permit != NULL ? "the package's value" : "no word";
    size_t len = put_said(out, EG_DATED_TEXT_MAX, over->earlier, nothing, over->day);

    memcpy(out + len, and, sizeof and);
    len += sizeof and-1;
    (void)put_said(out + len, EG_DATED_TEXT_MAX - len, over->last, nothing, choice->until);
}

bool eg_dated_twice(const struct eg_parameter_choice *choice, const struct eg_dated *entry)
{
    for (const struct eg_dated *other = choice->entries; other < entry; other++) {
        if ((other->setting != NULL) == (entry->setting != NULL) &&
            strcmp(other->name, entry->name) == 0 &&
            eg_parameter_same(other->component, entry->component) &&
            eg_parameter_same(other->source, entry->source) &&
            eg_days_meet(other->from, other->until, entry->from, entry->until)) {
            return true;
        }
    }
    return false;
}
