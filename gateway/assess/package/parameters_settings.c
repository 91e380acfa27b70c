/*
 * Why this file exists: the authority states in the directory what a plant is. Settings are taken
 * from there as they are, or they are told as lacking: no word is ever assumed.
 */
#include "assess/package/parameters_inside.h"

#include "base/error.h"
#include "base/vector.h"

#include <stdio.h>
#include <string.h>

static enum eg_status deny_setting(struct eg_error *err, const struct eg_parameter_choice *choice,
                                   const struct eg_dated *entry, const char *text)
{
    char where[EG_ERROR_WHERE_MAX] = "";

    (void)snprintf(where, sizeof where, "setting of %.40s, %.40s", choice->plant->id, entry->name);
    return eg_error_set(err, EG_E_DENIED, where, "%s (word %s); the directory must be mended", text,
                        entry->said);
}

static bool has_word(const struct eg_setting *setting, const char *word)
{
    for (size_t i = 0; i < setting->word_count; i++) {
        if (strcmp(setting->words[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static enum eg_status check_setting(const struct eg_parameter_choice *choice,
                                    const struct eg_dated *entry, struct eg_error *err)
{
    const struct eg_setting *setting = eg_setting_named(choice->package, entry->name);

    if (setting == NULL) {
        return deny_setting(err, choice, entry, "the package asks for no such setting");
    }
    if (!has_word(setting, entry->said)) {
        return deny_setting(err, choice, entry, "EA-WORD: the package does not declare this word");
    }
    if (!setting->per_component && entry->component != NULL) {
        return deny_setting(err, choice, entry, "this setting is not one of components");
    }
    if (eg_dated_twice(choice, entry)) {
        return deny_setting(err, choice, entry, "two entries state the same setting");
    }
    return EG_OK;
}

/* ---- the word of each place --------------------------------------------------------------- */

static bool has_place(const struct eg_parameter_values *values, const struct eg_setting *setting,
                      const char *component, const char *source)
{
    for (size_t i = 0; i < values->setting_count; i++) {
        const struct eg_setting_value *value = &values->settings[i];
        if (value->setting == setting && eg_parameter_same(value->component, component) &&
            eg_parameter_same(value->source, source)) {
            return true;
        }
    }
    return false;
}

static enum eg_status add_place(const struct eg_parameter_choice *choice,
                                const struct eg_setting *setting, const char *component,
                                const char *source, struct eg_error *err)
{
    struct eg_parameter_values *out = choice->out;
    const struct eg_dated_place place = {true, setting->name, component, source};
    struct eg_dated_over over;
    char changes[EG_DATED_TEXT_MAX] = "";

    if (has_place(out, setting, component, source)) {
        return EG_OK;
    }
    eg_dated_over(&over, choice, &place);
    if (over.day[0] != '\0') {
        eg_dated_change(changes, &over, choice);
        return eg_settings_lack_add(&out->lacking, setting, &place, changes, err);
    }
    enum eg_status room =
        EG_VECTOR_RESERVE(out->settings, out->setting_capacity, out->setting_count + 1, SIZE_MAX);
    if (room != EG_OK) {
        return eg_vector_refused(room, "settings", err);
    }
    out->settings[out->setting_count++] =
        (struct eg_setting_value){setting, component, source, over.last->said, over.last->citation};
    return EG_OK;
}

static bool is_of(const struct eg_dated *entry, const struct eg_setting *setting)
{
    return entry->setting != NULL && strcmp(entry->name, setting->name) == 0;
}

/* The place of an entry; and where it is of a source, those where it meets one of a component. */
static enum eg_status add_places(const struct eg_parameter_choice *choice,
                                 const struct eg_setting *setting, const struct eg_dated *entry,
                                 struct eg_error *err)
{
    EG_TRY(add_place(choice, setting, entry->component, entry->source, err));
    if (entry->source == NULL || entry->component != NULL) {
        return EG_OK;
    }
    for (size_t i = 0; i < choice->entry_count; i++) {
        const struct eg_dated *other = &choice->entries[i];
        if (is_of(other, setting) && other->component != NULL && other->source == NULL) {
            EG_TRY(add_place(choice, setting, other->component, entry->source, err));
        }
    }
    return EG_OK;
}

/* Stable: insertion by rank from `first` on. */
static void sort_places(struct eg_parameter_values *values, size_t first)
{
    for (size_t i = first + 1; i < values->setting_count; i++) {
        struct eg_setting_value value = values->settings[i];
        unsigned rank = eg_parameter_rank(value.component, value.source, false);
        size_t at = i;
        while (at > first && eg_parameter_rank(values->settings[at - 1].component,
                                               values->settings[at - 1].source, false) > rank) {
            values->settings[at] = values->settings[at - 1];
            at--;
        }
        values->settings[at] = value;
    }
}

static enum eg_status choose_setting(const struct eg_parameter_choice *choice,
                                     const struct eg_setting *setting, struct eg_error *err)
{
    static const struct eg_dated_place plant = {.setting = true};
    size_t first = choice->out->setting_count;
    bool any = false;

    for (size_t i = 0; i < choice->entry_count; i++) {
        if (is_of(&choice->entries[i], setting)) {
            any = true;
            EG_TRY(add_places(choice, setting, &choice->entries[i], err));
        }
    }
    sort_places(choice->out, first);
    return any || setting->per_component
               ? EG_OK
               : eg_settings_lack_add(&choice->out->lacking, setting, &plant, NULL, err);
}

enum eg_status eg_settings_choose(const struct eg_parameter_choice *choice, struct eg_error *err)
{
    for (size_t i = 0; i < choice->entry_count; i++) {
        if (choice->entries[i].setting != NULL) {
            EG_TRY(check_setting(choice, &choice->entries[i], err));
        }
    }
    for (size_t i = 0; i < choice->package->setting_count; i++) {
        EG_TRY(choose_setting(choice, &choice->package->settings[i], err));
    }
    return EG_OK;
}
