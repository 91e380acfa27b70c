/*
 * Release of a package, its files, and the periods it covers.
 */
#include "core/package.h"

#include <stdlib.h>
#include <string.h>

static void free_all(char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(texts[i]);
    }
}

static void parameter_done(struct eg_parameter *parameter)
{
    char *const texts[] = {parameter->name,     parameter->unit,   parameter->value,
                           parameter->is,       parameter->source, parameter->title.de,
                           parameter->title.en, parameter->min,    parameter->max};
    free_all(texts, sizeof texts / sizeof texts[0]);
    for (size_t i = 0; i < parameter->row_count; i++) {
        free(parameter->rows[i].component);
        free(parameter->rows[i].when);
        free(parameter->rows[i].value);
        free(parameter->rows[i].source);
    }
    free(parameter->rows);
}

static void setting_done(struct eg_setting *setting)
{
    free_all(setting->words, setting->word_count);
    free(setting->words);
    free(setting->name);
    free(setting->source);
    free(setting->title.de);
    free(setting->title.en);
}

static void lists_done(struct eg_package *package)
{
    for (size_t i = 0; i < package->setting_count; i++) {
        setting_done(&package->settings[i]);
    }
    for (size_t i = 0; i < package->namespace_count; i++) {
        free(package->namespaces[i].prefix);
        free(package->namespaces[i].uri);
    }
    for (size_t i = 0; i < package->parameter_count; i++) {
        parameter_done(&package->parameters[i]);
    }
    for (size_t i = 0; i < package->vocabulary_count; i++) {
        free(package->vocabularies[i].file);
        free(package->vocabularies[i].name);
    }
    for (size_t i = 0; i < package->step_count; i++) {
        struct eg_step *step = &package->steps[i];
        char *const texts[] = {step->file, step->phase, step->on, step->result};
        free_all(texts, sizeof texts / sizeof texts[0]);
    }
    for (size_t i = 0; i < package->notification_count; i++) {
        struct eg_notification_rule *rule = &package->notifications[i];
        char *const texts[] = {rule->name, rule->result, rule->participant};
        free_all(texts, sizeof texts / sizeof texts[0]);
    }
    free(package->namespaces);
    free(package->settings);
    free(package->parameters);
    free(package->vocabularies);
    free(package->steps);
    free(package->notifications);
}

void eg_package_free(struct eg_package **package)
{
    if (*package == NULL) {
        return;
    }
    struct eg_package *self = *package;
    char *const texts[] = {
        self->title.de,   self->title.en,     self->publisher,      self->land,
        self->law,        self->citation,     self->match_name,     self->match_namespace,
        self->match_kind, self->match_regime, self->remark.de,      self->remark.en,
        self->path_id,    self->path_version, self->path_addressee, self->path_plant,
        self->path_from,  self->path_until,   self->path_kind,      self->path_zone};
    free_all(texts, sizeof texts / sizeof texts[0]);
    lists_done(self);
    eg_tree_done(&self->tree);
    free(self);
    *package = NULL;
}

struct eg_bytes eg_package_file(const struct eg_package *package, const char *name)
{
    const struct eg_tree_file *file = eg_tree_find(&package->tree, name);
    return file == NULL ? EG_BYTES_NONE : eg_bytes_view(&file->content);
}

bool eg_package_covers(const struct eg_package *package, const char *from, const char *until)
{
    return strcmp(package->from, from) <= 0 &&
           (package->until[0] == '\0' || strcmp(until, package->until) <= 0);
}
