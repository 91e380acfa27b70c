/*
 * Words of the command line as a plant of the directory. The engine then treats them as it treats
 * what a registrar signed: bounds of permits and words of settings are its business.
 */
#include "emgate/rules/rules_plant.h"

#include "base/error.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* "NAME[.COMPONENT]=REST", cut apart. */
struct words {
    char *name, *component, *rest;
};

static char no_component[] = ""; /* of the plant as a whole */

static size_t given(const struct eg_tool_args *args, const char *option)
{
    size_t count = 0;
    while (eg_tool_value(args, option, count) != NULL) {
        count++;
    }
    return count;
}

/* `text` is written into. */
static enum eg_status split(struct words *out, char *text, const char *option, struct eg_error *err)
{
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text || equals[1] == '\0') {
        return eg_error_set(err, EG_E_USAGE, option, "\"%s\" has not the form NAME=...", text);
    }
    *equals = '\0';
    char *dot = strchr(text, '.');
    if (dot != NULL) {
        *dot = '\0';
    }
    *out = (struct words){text, dot != NULL ? dot + 1 : no_component, equals + 1};
    return EG_OK;
}

static enum eg_status unknown(struct eg_error *err, const char *option, const char *what,
                              const char *word, const char *nearest)
{
    return eg_error_set(err, EG_E_USAGE, option, "the package has no %s \"%s\"%s%s%s", what, word,
                        nearest != NULL ? "; did you mean \"" : "", nearest != NULL ? nearest : "",
                        nearest != NULL ? "\"?" : "");
}

static enum eg_status add_setting(struct eg_plant_setting *out, const struct eg_package *package,
                                  const struct words *words, struct eg_error *err)
{
    const char *names[64] = {NULL};
    for (size_t i = 0; i < package->setting_count; i++) {
        const struct eg_setting *setting = &package->settings[i];
        if (i < 64) {
            names[i] = setting->name;
        }
        if (strcmp(setting->name, words->name) != 0) {
            continue;
        }
        *out = (struct eg_plant_setting){.package = (char *)(uintptr_t)package->ref.id,
                                         .name = words->name,
                                         .component = words->component,
                                         .word = words->rest,
                                         .citation = "command line"};
        for (size_t w = 0; w < setting->word_count; w++) {
            if (strcmp(setting->words[w], words->rest) == 0) {
                return EG_OK;
            }
        }
        return eg_error_set(err, EG_E_USAGE, "--setting", "\"%s\" is no word of the setting %s",
                            words->rest, words->name);
    }
    return unknown(err, "--setting", "setting", words->name,
                   eg_text_nearest(words->name, names,
                                   package->setting_count < 64 ? package->setting_count : 64));
}

static enum eg_status add_permit(struct eg_plant_parameter *out, const struct eg_package *package,
                                 const struct words *words, struct eg_error *err)
{
    const char *names[64] = {NULL};
    for (size_t i = 0; i < package->parameter_count; i++) {
        const struct eg_parameter *parameter = &package->parameters[i];
        if (i < 64) {
            names[i] = parameter->name;
        }
        if (strcmp(parameter->name, words->name) != 0) {
            continue;
        }
        char *blank = strchr(words->rest, ' ');
        char *unit = blank != NULL ? blank + 1 : parameter->unit;
        if (blank != NULL) {
            *blank = '\0';
        }
        *out = (struct eg_plant_parameter){.package = (char *)(uintptr_t)package->ref.id,
                                           .name = words->name,
                                           .component = words->component,
                                           .source = no_component,
                                           .value = words->rest,
                                           .unit = unit,
                                           .citation = "command line"};
        return EG_OK;
    }
    return unknown(err, "--permit", "parameter", words->name,
                   eg_text_nearest(words->name, names,
                                   package->parameter_count < 64 ? package->parameter_count : 64));
}

/* Room for all of them, and one copy of all texts. */
static enum eg_status make_room(struct eg_tool_plant *plant, const struct eg_tool_args *args,
                                size_t settings, size_t permits, struct eg_error *err)
{
    size_t octets = 1;
    for (size_t i = 0; i < settings + permits; i++) {
        octets += strlen(i < settings ? eg_tool_value(args, "--setting", i)
                                      : eg_tool_value(args, "--permit", i - settings)) +
                  1;
    }
    plant->texts = calloc(octets, 1);
    plant->plant.settings = calloc(settings + 1, sizeof *plant->plant.settings);
    plant->plant.parameters = calloc(permits + 1, sizeof *plant->plant.parameters);
    if (plant->texts == NULL || plant->plant.settings == NULL || plant->plant.parameters == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "plant", "memory ran out");
    }
    return EG_OK;
}

enum eg_status eg_tool_plant_read(struct eg_tool_plant *out, const struct eg_tool_args *args,
                                  const struct eg_package *package, struct eg_error *err)
{
    size_t settings = given(args, "--setting"), permits = given(args, "--permit");
    struct words words = {NULL, NULL, NULL};

    EG_TRY(make_room(out, args, settings, permits, err));
    char *text = out->texts;
    for (size_t i = 0; i < settings + permits; i++) {
        bool setting = i < settings;
        const char *option = setting ? "--setting" : "--permit";
        const char *value = eg_tool_value(args, option, setting ? i : i - settings);
        size_t len = strlen(value) + 1;
        memcpy(text, value, len);
        EG_TRY(split(&words, text, option, err));
        text += len;
        if (setting) {
            EG_TRY(add_setting(&out->plant.settings[i], package, &words, err));
            out->plant.setting_count++;
        } else {
            EG_TRY(add_permit(&out->plant.parameters[i - settings], package, &words, err));
            out->plant.parameter_count++;
        }
    }
    return EG_OK;
}

void eg_tool_plant_done(struct eg_tool_plant *plant)
{
    free(plant->plant.settings);
    free(plant->plant.parameters);
    free(plant->texts);
    *plant = (struct eg_tool_plant){.texts = NULL};
}
