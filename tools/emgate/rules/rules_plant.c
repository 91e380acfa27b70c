/*
 * Words of the command line as a plant of the directory, alone or over one that a file states. The
 * engine then treats them as it treats what a registrar signed: bounds of permits and words of
 * settings are its business.
 */
#include "emgate/rules/rules_plant.h"

#include "assess/package/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "[SOURCE/]NAME[.COMPONENT]=REST", cut apart. */
struct words {
    char *source, *name, *component, *rest;
};

static char every[] = ""; /* source, component */

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
    char *slash = strrchr(text, '/'); /* a source may hold some, a name none */
    char *name = slash != NULL ? slash + 1 : text;
    if (slash == text || name[0] == '\0') {
        return eg_error_set(err, EG_E_USAGE, option, "\"%s=\" has not the form SOURCE/NAME=...",
                            text);
    }
    if (slash != NULL) {
        *slash = '\0';
    }
    char *dot = strchr(name, '.');
    if (dot != NULL) {
        *dot = '\0';
    }
    *out = (struct words){slash != NULL ? text : every, name, dot != NULL ? dot + 1 : every,
                          equals + 1};
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
                                         .source = words->source,
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
                                           .source = words->source,
                                           .value = words->rest,
                                           .unit = unit,
                                           .citation = "command line"};
        return EG_OK;
    }
    return unknown(err, "--permit", "parameter", words->name,
                   eg_text_nearest(words->name, names,
                                   package->parameter_count < 64 ? package->parameter_count : 64));
}

/* ---- the plant of a directory --------------------------------------------------------------- */

static enum eg_status read_directory(struct eg_directory **out, const char *path,
                                     struct eg_error *err)
{
    struct eg_buf xml;

    eg_buf_init(&xml, EG_DIRECTORY_MAX);
    enum eg_status status = eg_file_read_some(&xml, path, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_directory_parse(out, eg_bytes_view(&xml), EG_BYTES_NONE, err);

done:
    eg_buf_done(&xml);
    return status;
}

/* What the file states of the plant; nothing when no file is named. */
static enum eg_status take_plant(struct eg_tool_plant *out, const struct eg_tool_args *args,
                                 struct eg_error *err)
{
    const char *path = eg_tool_value(args, "--directory", 0),
               *id = eg_tool_value(args, "--plant", 0);

    if (path == NULL && id == NULL) {
        return EG_OK;
    }
    if (path == NULL || id == NULL) {
        return eg_error_set(err, EG_E_USAGE, path == NULL ? "--plant" : "--directory",
                            "needs %s: one says where plants are stated, the other which is meant",
                            path == NULL ? "--directory FILE" : "--plant ID");
    }
    EG_TRY(read_directory(&out->directory, path, err));
    const struct eg_plant *plant = eg_directory_plant(out->directory, id);
    if (plant == NULL) {
        return eg_error_set(err, EG_E_USAGE, "--plant", "%s states no plant %s", path, id);
    }
    fprintf(stderr, "warning: %s, version %llu, is taken as it is; its signature is not checked\n",
            path, (unsigned long long)out->directory->version);
    out->plant = *plant;
    return EG_OK;
}

static bool same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* Does the command line say something of the same place? */
static bool is_replaced(const struct eg_plant_setting *entry, const struct eg_plant *by)
{
    for (size_t i = 0; i < by->setting_count; i++) {
        const struct eg_plant_setting *other = &by->settings[i];
        if (same(entry->package, other->package) && same(entry->name, other->name) &&
            same(entry->component, other->component) && same(entry->source, other->source)) {
            return true;
        }
    }
    return false;
}

static bool is_permit_replaced(const struct eg_plant_parameter *entry, const struct eg_plant *by)
{
    for (size_t i = 0; i < by->parameter_count; i++) {
        const struct eg_plant_parameter *other = &by->parameters[i];
        if (same(entry->package, other->package) && same(entry->name, other->name) &&
            same(entry->component, other->component) && same(entry->source, other->source)) {
            return true;
        }
    }
    return false;
}

/* ---- both ----------------------------------------------------------------------------------- */

/* Room for all of them with those of the directory, and one copy of all texts. */
static enum eg_status make_room(struct eg_tool_plant *out, const struct eg_tool_args *args,
                                size_t settings, size_t permits, struct eg_error *err)
{
    size_t octets = 1;
    for (size_t i = 0; i < settings + permits; i++) {
        octets += strlen(i < settings ? eg_tool_value(args, "--setting", i)
                                      : eg_tool_value(args, "--permit", i - settings)) +
                  1;
    }
    out->texts = calloc(octets, 1);
    out->settings = calloc(settings + out->plant.setting_count + 1, sizeof *out->settings);
    out->permits = calloc(permits + out->plant.parameter_count + 1, sizeof *out->permits);
    return out->texts != NULL && out->settings != NULL && out->permits != NULL
               ? EG_OK
               : eg_error_set(err, EG_E_NOMEM, "plant", "memory ran out");
}

/* The words of the command line into `said`, whose lists are those of `out`. */
static enum eg_status read_words(struct eg_plant *said, struct eg_tool_plant *out,
                                 const struct eg_tool_args *args, const struct eg_package *package,
                                 struct eg_error *err)
{
    size_t settings = given(args, "--setting"), permits = given(args, "--permit");
    struct words words = {NULL, NULL, NULL, NULL};

    EG_TRY(make_room(out, args, settings, permits, err));
    *said = (struct eg_plant){.settings = out->settings, .parameters = out->permits};
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
            EG_TRY(add_setting(&said->settings[said->setting_count++], package, &words, err));
        } else {
            EG_TRY(add_permit(&said->parameters[said->parameter_count++], package, &words, err));
        }
    }
    return EG_OK;
}

enum eg_status eg_tool_plant_read(struct eg_tool_plant *out, const struct eg_tool_args *args,
                                  const struct eg_package *package, struct eg_error *err)
{
    struct eg_plant said = {.id = NULL};

    EG_TRY(take_plant(out, args, err));
    EG_TRY(read_words(&said, out, args, package, err));
    size_t settings = said.setting_count, permits = said.parameter_count;
    for (size_t i = 0; i < out->plant.setting_count; i++) {
        if (!is_replaced(&out->plant.settings[i], &said)) {
            out->settings[settings++] = out->plant.settings[i];
        }
    }
    for (size_t i = 0; i < out->plant.parameter_count; i++) {
        if (!is_permit_replaced(&out->plant.parameters[i], &said)) {
            out->permits[permits++] = out->plant.parameters[i];
        }
    }
    out->plant.settings = out->settings;
    out->plant.setting_count = settings;
    out->plant.parameters = out->permits;
    out->plant.parameter_count = permits;
    return EG_OK;
}

enum eg_status eg_tool_plant_fits(const struct eg_tool_plant *plant,
                                  const struct eg_package *package,
                                  const struct eg_report_header *header, struct eg_error *err)
{
    if (plant->directory == NULL) {
        return EG_OK;
    }
    if (!same(header->plant, plant->plant.id)) {
        return eg_error_set(err, EG_E_USAGE, "--plant", "the report is of %s, not of %s",
                            header->plant, plant->plant.id);
    }
    return eg_package_fits(package, header, &plant->plant)
               ? EG_OK
               : eg_error_set(err, EG_E_USAGE, package->ref.id,
                              "does not judge %s reports of %s from %s to %s: kind, regime or Land "
                              "are others",
                              header->kind, plant->plant.id, header->from, header->until);
}

void eg_tool_plant_done(struct eg_tool_plant *plant)
{
    free(plant->settings);
    free(plant->permits);
    free(plant->texts);
    eg_directory_free(&plant->directory);
    *plant = (struct eg_tool_plant){.texts = NULL};
}
