/*
 * Why this file exists: the authority states in the directory what a plant is. Settings are taken
 * from there as they are, or the judgement stops with EG_E_DENIED: no word is ever assumed.
 */
#include "assess/package/parameters_inside.h"

#include "base/error.h"
#include "base/vector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_our_setting(const struct eg_parameter_choice *choice,
                           const struct eg_plant_setting *entry)
{
    return strcmp(entry->package, choice->package->ref.id) == 0 &&
           eg_parameter_touches(choice, entry->from, entry->until);
}

static enum eg_status deny_setting(struct eg_error *err, const struct eg_parameter_choice *choice,
                                   const struct eg_plant_setting *entry, const char *text)
{
    char where[EG_ERROR_WHERE_MAX] = "";

    (void)snprintf(where, sizeof where, "setting of %.40s, %.40s", choice->plant->id, entry->name);
    return eg_error_set(err, EG_E_DENIED, where, "%s (word %s); the directory must be mended", text,
                        entry->word);
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
                                    const struct eg_plant_setting *entry, struct eg_error *err)
{
    const struct eg_setting *setting = eg_setting_named(choice->package, entry->name);

    if (setting == NULL) {
        return deny_setting(err, choice, entry, "the package asks for no such setting");
    }
    if (!has_word(setting, entry->word)) {
        return deny_setting(err, choice, entry, "EA-WORD: the package does not declare this word");
    }
    if (!setting->per_component && eg_parameter_some(entry->component) != NULL) {
        return deny_setting(err, choice, entry, "this setting is the plant's, not a component's");
    }
    if (!eg_parameter_covers(choice, entry->from, entry->until)) {
        return deny_setting(err, choice, entry,
                            "the entry covers a part of the report's period only");
    }
    return EG_OK;
}

static enum eg_status add_setting(const struct eg_parameter_choice *choice,
                                  const struct eg_setting *setting,
                                  const struct eg_plant_setting *entry, struct eg_error *err)
{
    struct eg_parameter_values *out = choice->out;
    const char *component = eg_parameter_some(entry->component);

    for (size_t i = 0; i < out->setting_count; i++) {
        if (out->settings[i].setting == setting &&
            eg_parameter_same(out->settings[i].component, component)) {
            return deny_setting(err, choice, entry, "two entries state the same setting");
        }
    }
    enum eg_status room =
        EG_VECTOR_RESERVE(out->settings, out->setting_capacity, out->setting_count + 1, SIZE_MAX);
    if (room != EG_OK) {
        return eg_vector_refused(room, "settings", err);
    }
    out->settings[out->setting_count++] = (struct eg_setting_value){
        setting, component, entry->word, entry->citation != NULL ? entry->citation : ""};
    return EG_OK;
}

/* The entries of one setting: those of components first. */
static enum eg_status choose_setting(const struct eg_parameter_choice *choice,
                                     const struct eg_setting *setting, struct eg_error *err)
{
    const struct eg_plant *plant = choice->plant;
    size_t first = choice->out->setting_count;

    for (int every = 0; every <= 1; every++) {
        for (size_t i = 0; plant != NULL && i < plant->setting_count; i++) {
            const struct eg_plant_setting *entry = &plant->settings[i];
            if (is_our_setting(choice, entry) && strcmp(entry->name, setting->name) == 0 &&
                (eg_parameter_some(entry->component) == NULL) == (every == 1)) {
                EG_TRY(add_setting(choice, setting, entry, err));
            }
        }
    }
    if (!setting->per_component && choice->out->setting_count == first) {
        return eg_setting_missing(choice->out, setting, NULL, err);
    }
    return EG_OK;
}

enum eg_status eg_settings_choose(const struct eg_parameter_choice *choice, struct eg_error *err)
{
    const struct eg_plant *plant = choice->plant;

    for (size_t i = 0; plant != NULL && i < plant->setting_count; i++) {
        if (is_our_setting(choice, &plant->settings[i])) {
            EG_TRY(check_setting(choice, &plant->settings[i], err));
        }
    }
    for (size_t i = 0; i < choice->package->setting_count; i++) {
        EG_TRY(choose_setting(choice, &choice->package->settings[i], err));
    }
    return EG_OK;
}
