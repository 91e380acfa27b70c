/*
 * A plant of the directory. Why a file of its own: a plant has eight lists of dated entries, and
 * all of them are read alike, each with its line when two of them say the same thing of one day.
 */
#include "assess/package/directory_inside.h"

#include "base/calendar.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static enum eg_status no_memory(struct eg_error *err)
{
    return eg_error_set(err, EG_E_NOMEM, EG_DIRECTORY_FILE, "memory ran out");
}

enum eg_status eg_directory_days(char from[11], char until[11], const xmlNode *node,
                                 struct eg_error *err)
{
    EG_TRY(eg_vocabulary_day(from, node, "from", EG_DIRECTORY_FILE, err));
    EG_TRY(eg_vocabulary_day(until, node, "until", EG_DIRECTORY_FILE, err));
    if (until[0] != '\0' && strcmp(from, until) > 0) {
        return eg_vocabulary_fault(err, EG_DIRECTORY_FILE, node,
                                   "until=\"%s\" is before from=\"%s\"", until, from);
    }
    return EG_OK;
}

/* Absent becomes "", as core/directory.h has it for "every". */
static enum eg_status read_or_empty(char **out, const xmlNode *node, const char *attribute,
                                    struct eg_error *err)
{
    EG_TRY(eg_vocabulary_may(out, node, attribute, err));
    if (*out == NULL) {
        *out = calloc(1, 1);
        return *out != NULL ? EG_OK : no_memory(err);
    }
    return EG_OK;
}

static bool same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* ---- entries ------------------------------------------------------------------------------ */

static enum eg_status read_source(void *out, const xmlNode *node, struct eg_error *err)
{
    struct eg_plant_source *source = out;

    EG_TRY(eg_vocabulary_need(&source->id, node, "id", err));
    return eg_directory_days(source->from, source->until, node, err);
}

static enum eg_status read_authority(void *out, const xmlNode *node, struct eg_error *err)
{
    struct eg_plant_authority *authority = out;

    EG_TRY(eg_vocabulary_need(&authority->participant, node, "participant", err));
    EG_TRY(read_or_empty(&authority->kind, node, "kind", err));
    return eg_directory_days(authority->from, authority->until, node, err);
}

static enum eg_status read_regime(void *out, const xmlNode *node, struct eg_error *err)
{
    struct eg_plant_regime *regime = out;

    EG_TRY(eg_vocabulary_need(&regime->name, node, "name", err));
    EG_TRY(read_or_empty(&regime->component, node, "component", err));
    EG_TRY(read_or_empty(&regime->source, node, "source", err));
    return eg_directory_days(regime->from, regime->until, node, err);
}

static enum eg_status read_delegate(void *out, const xmlNode *node, struct eg_error *err)
{
    struct eg_delegate *delegate = out;
    char *supersedes = NULL;

    EG_TRY(eg_vocabulary_need(&delegate->participant, node, "participant", err));
    EG_TRY(eg_vocabulary_may(&supersedes, node, "supersedes", err));
    delegate->supersedes = supersedes != NULL && same(supersedes, "yes");
    free(supersedes);
    return eg_directory_days(delegate->from, delegate->until, node, err);
}

static enum eg_status read_device(void *out, const xmlNode *node, struct eg_error *err)
{
    struct eg_plant_device *device = out;

    EG_TRY(eg_vocabulary_need(&device->id, node, "id", err));
    EG_TRY(read_or_empty(&device->name, node, "name", err));
    EG_TRY(read_or_empty(&device->component, node, "component", err));
    EG_TRY(read_or_empty(&device->source, node, "source", err));
    return eg_directory_days(device->from, device->until, node, err);
}

static enum eg_status read_parameter(void *out, const xmlNode *node, struct eg_error *err)
{
    struct eg_plant_parameter *parameter = out;

    EG_TRY(eg_vocabulary_need(&parameter->package, node, "package", err));
    EG_TRY(eg_vocabulary_need(&parameter->name, node, "name", err));
    EG_TRY(eg_vocabulary_need(&parameter->value, node, "value", err));
    EG_TRY(eg_vocabulary_need(&parameter->unit, node, "unit", err));
    EG_TRY(eg_vocabulary_need(&parameter->citation, node, "citation", err));
    EG_TRY(read_or_empty(&parameter->component, node, "component", err));
    EG_TRY(read_or_empty(&parameter->source, node, "source", err));
    return eg_directory_days(parameter->from, parameter->until, node, err);
}

static enum eg_status read_setting(void *out, const xmlNode *node, struct eg_error *err)
{
    struct eg_plant_setting *setting = out;

    EG_TRY(eg_vocabulary_need(&setting->package, node, "package", err));
    EG_TRY(eg_vocabulary_need(&setting->name, node, "name", err));
    EG_TRY(read_or_empty(&setting->component, node, "component", err));
    EG_TRY(read_or_empty(&setting->source, node, "source", err));
    EG_TRY(eg_vocabulary_need(&setting->word, node, "word", err));
    EG_TRY(eg_vocabulary_need(&setting->citation, node, "citation", err));
    return eg_directory_days(setting->from, setting->until, node, err);
}

static enum eg_status read_retention(void *out, const xmlNode *node, struct eg_error *err)
{
    struct eg_retention *retention = out;
    char *years = NULL;
    uint64_t number = 0;

    EG_TRY(read_or_empty(&retention->kind, node, "kind", err));
    EG_TRY(eg_vocabulary_need(&retention->citation, node, "citation", err));
    EG_TRY(eg_vocabulary_need(&years, node, "years", err));
    bool is_number = eg_text_u64(eg_bytes_of(years), EG_RETENTION_YEARS_MAX, &number);
    free(years);
    if (!is_number || number == 0) {
        return eg_vocabulary_fault(err, EG_DIRECTORY_FILE, node, "years is not a number from 1");
    }
    retention->years = (unsigned)number;
    return EG_OK;
}

/* ---- lists -------------------------------------------------------------------------------- */

#define NONE SIZE_MAX

/* One list of a plant. Items are of the struct that core/directory.h has for them; where they hold
 * something is said as an offset into it, NONE: they do not. */
struct list {
    const char *element;
    size_t size;
    enum eg_status (*read)(void *out, const xmlNode *node, struct eg_error *err);
    /* texts; two items that have all of them alike say the same thing, up to NONE */
    size_t same[5];
    /* days; two that say the same thing may not meet. NONE: never twice */
    size_t from, until;
    /* what is wrong when they do, behind element and name; NULL: they may */
    const char *twice;
    /* texts: what an item is called in messages; the source that it is of */
    size_t name, source;
};

static const char set_twice[] = "is set twice for the same days";

#define AT(type, member) offsetof(struct type, member)

static const struct list source_list = {
    .element = "source",
    .size = sizeof(struct eg_plant_source),
    .read = read_source,
    .same = {AT(eg_plant_source, id), NONE},
    .from = AT(eg_plant_source, from),
    .until = AT(eg_plant_source, until),
    .twice = set_twice,
    .name = AT(eg_plant_source, id),
    .source = NONE,
};
static const struct list authority_list = {
    .element = "authority",
    .size = sizeof(struct eg_plant_authority),
    .read = read_authority,
    .same = {AT(eg_plant_authority, kind), NONE},
    .from = AT(eg_plant_authority, from),
    .until = AT(eg_plant_authority, until),
    .twice = "has days of another for the same kind of report",
    .name = AT(eg_plant_authority, participant),
    .source = NONE,
};
static const struct list regime_list = {
    .element = "regime",
    .size = sizeof(struct eg_plant_regime),
    .read = read_regime,
    .same = {AT(eg_plant_regime, name), AT(eg_plant_regime, component), AT(eg_plant_regime, source),
             NONE},
    .from = AT(eg_plant_regime, from),
    .until = AT(eg_plant_regime, until),
    .twice = set_twice,
    .name = AT(eg_plant_regime, name),
    .source = AT(eg_plant_regime, source),
};
static const struct list delegate_list = {
    .element = "delegate",
    .size = sizeof(struct eg_delegate),
    .read = read_delegate,
    .same = {NONE},
    .from = NONE,
    .until = NONE,
    .name = AT(eg_delegate, participant),
    .source = NONE,
};
static const struct list device_list = {
    .element = "device",
    .size = sizeof(struct eg_plant_device),
    .read = read_device,
    .same = {AT(eg_plant_device, id), AT(eg_plant_device, component), AT(eg_plant_device, source),
             NONE},
    .from = AT(eg_plant_device, from),
    .until = AT(eg_plant_device, until),
    .twice = set_twice,
    .name = AT(eg_plant_device, id),
    .source = AT(eg_plant_device, source),
};
static const struct list parameter_list = {
    .element = "parameter",
    .size = sizeof(struct eg_plant_parameter),
    .read = read_parameter,
    .same = {AT(eg_plant_parameter, package), AT(eg_plant_parameter, name),
             AT(eg_plant_parameter, component), AT(eg_plant_parameter, source), NONE},
    .from = AT(eg_plant_parameter, from),
    .until = AT(eg_plant_parameter, until),
    .twice = set_twice,
    .name = AT(eg_plant_parameter, name),
    .source = AT(eg_plant_parameter, source),
};
static const struct list setting_list = {
    .element = "setting",
    .size = sizeof(struct eg_plant_setting),
    .read = read_setting,
    .same = {AT(eg_plant_setting, package), AT(eg_plant_setting, name),
             AT(eg_plant_setting, component), AT(eg_plant_setting, source), NONE},
    .from = AT(eg_plant_setting, from),
    .until = AT(eg_plant_setting, until),
    .twice = set_twice,
    .name = AT(eg_plant_setting, name),
    .source = AT(eg_plant_setting, source),
};
static const struct list retention_list = {
    .element = "retention",
    .size = sizeof(struct eg_retention),
    .read = read_retention,
    .same = {AT(eg_retention, kind), NONE},
    .from = NONE,
    .until = NONE,
    .twice = "is set twice",
    .name = AT(eg_retention, kind),
    .source = NONE,
};

/* The text of an item, which it holds as a pointer; "" where it holds none. */
static const char *text_at(const void *item, size_t at)
{
    const char *text = "";

    if (at != NONE) {
        memcpy(&text, (const uint8_t *)item + at, sizeof text);
    }
    return text;
}

/* The day of an item, which it holds as an array; "" where it has none. */
static const char *day_at(const void *item, size_t at)
{
    return at != NONE ? (const char *)item + at : "";
}

/* Do two items say the same thing of one day? */
static bool meet(const struct list *list, const void *a, const void *b)
{
    for (size_t i = 0; list->same[i] != NONE; i++) {
        if (!same(text_at(a, list->same[i]), text_at(b, list->same[i]))) {
            return false;
        }
    }
    return eg_days_meet(day_at(a, list->from), day_at(a, list->until), day_at(b, list->from),
                        day_at(b, list->until));
}

static bool has_source(const struct eg_plant *plant, const char *id)
{
    for (size_t i = 0; i < plant->source_count; i++) {
        if (same(plant->sources[i].id, id)) {
            return true;
        }
    }
    return plant->source_count == 0;
}

/* The last of `count` items against those before it. */
static enum eg_status check_last(const uint8_t *items, size_t count, const struct list *list,
                                 const struct eg_plant *plant, const xmlNode *node,
                                 struct eg_error *err)
{
    const uint8_t *last = items + (count - 1) * list->size;

    for (const uint8_t *item = items; list->twice != NULL && item < last; item += list->size) {
        if (meet(list, item, last)) {
            return eg_vocabulary_fault(err, EG_DIRECTORY_FILE, node, "plant %s: %s %s %s",
                                       plant->id, list->element, text_at(last, list->name),
                                       list->twice);
        }
    }
    const char *source = text_at(last, list->source);
    if (source[0] != '\0' && !has_source(plant, source)) {
        return eg_vocabulary_fault(err, EG_DIRECTORY_FILE, node,
                                   "plant %s: %s %s names the source %s, which the plant does not "
                                   "list",
                                   plant->id, list->element, text_at(last, list->name), source);
    }
    return EG_OK;
}

/*
 * The elements of one list below the plant's.
 *   items   address of the plant's pointer to them
 */
static enum eg_status read_list(void *items, size_t *count, const struct list *list,
                                const struct eg_plant *plant, const xmlNode *node,
                                struct eg_error *err)
{
    const char *ns = eg_directory_ns(node);
    uint8_t *first = NULL;

    EG_TRY(
        eg_vocabulary_room(items, eg_vocabulary_count(node, ns, list->element), list->size, err));
    memcpy(&first, items, sizeof first);
    for (xmlNode *n = eg_xml_child(node, ns, list->element); n != NULL;
         n = eg_xml_next(n, ns, list->element)) {
        void *mine = first + *count * list->size;
        *count += 1;
        EG_TRY(list->read(mine, n, err));
        EG_TRY(check_last(first, *count, list, plant, n, err));
    }
    return EG_OK;
}

/* ---- what a directory 1 says in attributes ------------------------------------------------- */

static enum eg_status read_one_authority(struct eg_plant *out, const xmlNode *node,
                                         struct eg_error *err)
{
    EG_TRY(eg_vocabulary_room(&out->authorities, 1, sizeof *out->authorities, err));
    out->authority_count = 1;
    EG_TRY(eg_vocabulary_need(&out->authorities[0].participant, node, "authority", err));
    return read_or_empty(&out->authorities[0].kind, node, "kind", err);
}

static enum eg_status take_regimes(struct eg_plant *out, char *const *words, size_t count,
                                   struct eg_error *err)
{
    EG_TRY(eg_vocabulary_room(&out->regimes, count, sizeof *out->regimes, err));
    for (size_t i = 0; i < count; i++) {
        struct eg_plant_regime *regime = &out->regimes[out->regime_count++];
        regime->name = strdup(words[i]);
        regime->component = calloc(1, 1);
        regime->source = calloc(1, 1);
        if (regime->name == NULL || regime->component == NULL || regime->source == NULL) {
            return no_memory(err);
        }
    }
    return EG_OK;
}

static enum eg_status read_regimes(struct eg_plant *out, const xmlNode *node, struct eg_error *err)
{
    char **words = NULL;
    size_t count = 0;
    enum eg_status status =
        eg_vocabulary_words(&words, &count, node, "regimes", EG_DIRECTORY_FILE, err);

    if (status == EG_OK) {
        status = take_regimes(out, words, count, err);
    }
    for (size_t i = 0; i < count; i++) {
        free(words[i]);
    }
    free(words);
    return status;
}

static enum eg_status read_before(struct eg_plant *out, const xmlNode *node, struct eg_error *err)
{
    out->component_first = true;
    EG_TRY(read_one_authority(out, node, err));
    EG_TRY(read_regimes(out, node, err));
    EG_TRY(read_list(&out->delegates, &out->delegate_count, &delegate_list, out, node, err));
    EG_TRY(read_list(&out->parameters, &out->parameter_count, &parameter_list, out, node, err));
    return read_list(&out->settings, &out->setting_count, &setting_list, out, node, err);
}

/* ---- each day has an authority ------------------------------------------------------------ */

/* The entry for every kind that holds on `day` ("" = since ever); NULL: none. */
static const struct eg_plant_authority *authority_on(const struct eg_plant *plant, const char *day)
{
    for (size_t i = 0; i < plant->authority_count; i++) {
        const struct eg_plant_authority *entry = &plant->authorities[i];
        if (entry->kind[0] == '\0' && strcmp(entry->from, day) <= 0 &&
            (entry->until[0] == '\0' || strcmp(entry->until, day) >= 0)) {
            return entry;
        }
    }
    return NULL;
}

static enum eg_status check_authorities(const struct eg_plant *plant, const xmlNode *node,
                                        struct eg_error *err)
{
    char day[11] = "";

    memcpy(day, plant->from, sizeof day);
    for (;;) {
        const struct eg_plant_authority *entry = authority_on(plant, day);
        if (entry == NULL) {
            return eg_vocabulary_fault(err, EG_DIRECTORY_FILE, node,
                                       "plant %s: there is no authority without kind %s%s; let one "
                                       "begin there, or give the plant the days that it has one",
                                       plant->id, day[0] != '\0' ? "on " : "from the beginning",
                                       day);
        }
        if (entry->until[0] == '\0' ||
            (plant->until[0] != '\0' && strcmp(entry->until, plant->until) >= 0)) {
            return EG_OK;
        }
        eg_day_after(day, entry->until);
    }
}

/* ---- the plant ---------------------------------------------------------------------------- */

static enum eg_status read_days_and_zone(struct eg_plant *out, const xmlNode *node,
                                         struct eg_error *err)
{
    char *zone = NULL;

    EG_TRY(eg_directory_days(out->from, out->until, node, err));
    EG_TRY(eg_vocabulary_may(&zone, node, "zone", err));
    if (zone != NULL) {
        memcpy(out->zone, zone, sizeof out->zone); /* six characters, by the schema */
    }
    free(zone);
    return EG_OK;
}

static enum eg_status read_now(struct eg_plant *out, const xmlNode *node, struct eg_error *err)
{
    EG_TRY(read_days_and_zone(out, node, err));
    EG_TRY(read_list(&out->sources, &out->source_count, &source_list, out, node, err));
    EG_TRY(read_list(&out->authorities, &out->authority_count, &authority_list, out, node, err));
    EG_TRY(read_list(&out->regimes, &out->regime_count, &regime_list, out, node, err));
    EG_TRY(read_list(&out->delegates, &out->delegate_count, &delegate_list, out, node, err));
    EG_TRY(read_list(&out->devices, &out->device_count, &device_list, out, node, err));
    EG_TRY(read_list(&out->parameters, &out->parameter_count, &parameter_list, out, node, err));
    EG_TRY(read_list(&out->settings, &out->setting_count, &setting_list, out, node, err));
    EG_TRY(read_list(&out->retentions, &out->retention_count, &retention_list, out, node, err));
    return check_authorities(out, node, err);
}

enum eg_status eg_directory_plant_read(struct eg_plant *out, const xmlNode *node,
                                       struct eg_error *err)
{
    EG_TRY(eg_vocabulary_need(&out->id, node, "id", err));
    EG_TRY(eg_vocabulary_need(&out->name, node, "name", err));
    EG_TRY(eg_vocabulary_need(&out->operator_id, node, "operator", err));
    EG_TRY(eg_vocabulary_need(&out->land, node, "land", err));
    return same(eg_directory_ns(node), EG_DIRECTORY_NS_1) ? read_before(out, node, err)
                                                          : read_now(out, node, err);
}
