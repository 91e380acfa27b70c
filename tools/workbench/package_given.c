/*
 * Why this file exists: law depends on the plant and on the past, so a case must be able to suppose
 * both; it reads what a directory and a store of facts would have said.
 */
#include "workbench/package_given.h"

#include "assess/assessment/assessment_model.h"
#include "assess/schema/vocabulary.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/number.h"

#include <stdlib.h>
#include <string.h>

#define NS EG_PACKAGE_TESTS_NS

static char citation[] = "test"; /* of every permit and setting */

/* One attribute to read: where it goes, whether it must be there. */
struct attribute {
    char **out;
    const char *name;
    bool must;
};

static enum eg_status read_attributes(const struct attribute *list, size_t count,
                                      const xmlNode *node, struct eg_error *err)
{

    for (size_t i = 0; i < count; i++) {
        EG_TRY(list[i].must ? eg_vocabulary_need(list[i].out, node, list[i].name, err)
                            : eg_vocabulary_may(list[i].out, node, list[i].name, err));
        if (*list[i].out == NULL) {
            *list[i].out = strdup("");
            EG_TRY(*list[i].out != NULL
                       ? EG_OK
                       : eg_error_set(err, EG_E_NOMEM, list[i].name, "memory ran out"));
        }
    }
    return EG_OK;
}

/* ---- permits and settings
 * ---------------------------------------------------------------------------- */

static enum eg_status read_permit(struct eg_plant_parameter *out, const xmlNode *node,
                                  const char *file, struct eg_error *err)
{
    const struct attribute list[] = {
        {&out->name, "name", true},      {&out->value, "value", true},
        {&out->unit, "unit", true},      {&out->component, "component", false},
        {&out->source, "source", false},
    };
    EG_TRY(read_attributes(list, sizeof list / sizeof list[0], node, err));
    EG_TRY(eg_vocabulary_day(out->from, node, "from", file, err));
    return eg_vocabulary_day(out->until, node, "until", file, err);
}

static enum eg_status read_setting(struct eg_plant_setting *out, const xmlNode *node,
                                   const char *file, struct eg_error *err)
{
    const struct attribute list[] = {
        {&out->name, "name", true},
        {&out->word, "word", true},
        {&out->component, "component", false},
        {&out->source, "source", false},
    };
    EG_TRY(read_attributes(list, sizeof list / sizeof list[0], node, err));
    EG_TRY(eg_vocabulary_day(out->from, node, "from", file, err));
    return eg_vocabulary_day(out->until, node, "until", file, err);
}

/* ---- settings of every case --------------------------------------------------------------- */

/* The first setting of every case, which the element around the case states; NULL: none. */
static const xmlNode *common_settings(const xmlNode *node)
{
    const xmlNode *around = node->parent;

    return eg_xml_is(around, NS, "tests") ? eg_xml_child(around, NS, "setting") : NULL;
}

static bool same_attribute(const xmlNode *a, const char *attribute, const xmlNode *b,
                           const char *other)
{
    char *text = eg_xml_attribute(a, attribute);
    char *second = eg_xml_attribute(b, other);
    bool same = text != NULL ? second != NULL && strcmp(text, second) == 0 : second == NULL;

    free(text);
    free(second);
    return same;
}

/* Does `setting`, one of every case, speak of what `node` names in `attribute`? */
static bool is_about(const xmlNode *setting, const xmlNode *node, const char *attribute)
{
    return same_attribute(setting, "name", node, attribute) &&
           same_attribute(setting, "component", node, "component") &&
           same_attribute(setting, "source", node, "source");
}

/* What `node` says about a setting of every case, in elements so named; NULL: nothing. */
static const xmlNode *own_word(const xmlNode *node, const char *element, const char *attribute,
                               const xmlNode *setting)
{
    const xmlNode *n = eg_xml_child(node, NS, element);

    while (n != NULL && !is_about(setting, n, attribute)) {
        n = eg_xml_next(n, NS, element);
    }
    return n;
}

/* The next of a case's own settings about that of every case; NULL: none. */
static const xmlNode *next_about(const xmlNode *own, const xmlNode *setting)
{
    do {
        own = eg_xml_next(own, NS, "setting");
    } while (own != NULL && !is_about(setting, own, "name"));
    return own;
}

/* The first setting of every case that one of a case is about; NULL: none. */
static const xmlNode *common_about(const xmlNode *common, const xmlNode *own)
{
    while (common != NULL && !is_about(common, own, "name")) {
        common = eg_xml_next(common, NS, "setting");
    }
    return common;
}

/* What a case says of settings of every case changes something. */
static enum eg_status check_own(const xmlNode *node, const char *file, struct eg_error *err)
{
    const xmlNode *common = common_settings(node);

    for (const xmlNode *n = eg_xml_child(node, NS, "without"); n != NULL;
         n = eg_xml_next(n, NS, "without")) {
        const xmlNode *found = common;
        while (found != NULL && !is_about(found, n, "setting")) {
            found = eg_xml_next(found, NS, "setting");
        }
        if (found == NULL) {
            return eg_vocabulary_fault(err, file, n, "not every case has this setting");
        }
        if (own_word(node, "setting", "name", found) != NULL) {
            return eg_vocabulary_fault(err, file, n, "the case has this setting all the same");
        }
    }
    for (const xmlNode *n = eg_xml_child(node, NS, "setting"); n != NULL;
         n = eg_xml_next(n, NS, "setting")) {
        for (const xmlNode *m = common; m != NULL; m = eg_xml_next(m, NS, "setting")) {
            if (is_about(m, n, "name") && same_attribute(m, "word", n, "word") &&
                same_attribute(m, "from", n, "from") && same_attribute(m, "until", n, "until")) {
                return eg_vocabulary_fault(err, file, n, "every case has this setting already");
            }
        }
    }
    return EG_OK;
}

static enum eg_status put_setting(struct eg_plant *out, const xmlNode *node, const char *package,
                                  const char *file, struct eg_error *err)
{
    struct eg_plant_setting *setting = &out->settings[out->setting_count++];

    setting->package = (char *)package;
    setting->citation = citation;
    return read_setting(setting, node, file, err);
}

static enum eg_status read_settings(struct eg_plant *out, const xmlNode *node, const char *package,
                                    const char *file, struct eg_error *err)
{
    const xmlNode *common = common_settings(node);
    size_t room = eg_vocabulary_count(node, NS, "setting") +
                  (common != NULL ? eg_vocabulary_count(common->parent, NS, "setting") : 0);
    EG_TRY(eg_vocabulary_room(&out->settings, room, sizeof out->settings[0], err));
    EG_TRY(check_own(node, file, err));
    for (const xmlNode *n = common; n != NULL; n = eg_xml_next(n, NS, "setting")) {
        if (own_word(node, "setting", "name", n) == NULL &&
            own_word(node, "without", "setting", n) == NULL) {
            EG_TRY(put_setting(out, n, package, file, err));
        }
        for (const xmlNode *own = own_word(node, "setting", "name", n);
             own != NULL && common_about(common, own) == n; own = next_about(own, n)) {
            /* in its place */
            EG_TRY(put_setting(out, own, package, file, err));
        }
    }
    for (const xmlNode *n = eg_xml_child(node, NS, "setting"); n != NULL;
         n = eg_xml_next(n, NS, "setting")) {
        if (common_about(common, n) == NULL) {
            EG_TRY(put_setting(out, n, package, file, err));
        }
    }
    return EG_OK;
}

static enum eg_status put_permit(struct eg_plant *out, const xmlNode *node, const char *package,
                                 const char *file, struct eg_error *err)
{
    struct eg_plant_parameter *permit = &out->parameters[out->parameter_count++];

    permit->package = (char *)package;
    permit->citation = citation;
    return read_permit(permit, node, file, err);
}

/* Does the case set the parameter that a permit of every case sets, for the same? */
static bool has_own_permit(const xmlNode *node, const xmlNode *common)
{
    for (const xmlNode *n = eg_xml_child(node, NS, "permit"); n != NULL;
         n = eg_xml_next(n, NS, "permit")) {
        if (same_attribute(n, "name", common, "name") &&
            same_attribute(n, "component", common, "component") &&
            same_attribute(n, "source", common, "source")) {
            return true;
        }
    }
    return false;
}

static enum eg_status read_plant(struct eg_plant *out, const xmlNode *node, const char *package,
                                 const char *file, struct eg_error *err)
{
    const xmlNode *common = node->parent;
    size_t permits =
        eg_vocabulary_count(node, NS, "permit") + eg_vocabulary_count(common, NS, "permit");
    EG_TRY(eg_vocabulary_room(&out->parameters, permits, sizeof out->parameters[0], err));

    for (const xmlNode *n = eg_xml_child(common, NS, "permit"); n != NULL;
         n = eg_xml_next(n, NS, "permit")) {
        if (!has_own_permit(node, n)) {
            EG_TRY(put_permit(out, n, package, file, err));
        }
    }
    for (const xmlNode *n = eg_xml_child(node, NS, "permit"); n != NULL;
         n = eg_xml_next(n, NS, "permit")) {
        EG_TRY(put_permit(out, n, package, file, err));
    }
    return read_settings(out, node, package, file, err);
}

/* ---- facts -------------------------------------------------------------------------------- */

/* What the attributes say, as a fact; the sentence that is wrong, NULL: none. */
static const char *take_fact(struct eg_fact *out, const char *unit, const char *number,
                             const char *status, const char *answer)
{
    static const char *const answers[] = {
        [EG_ANSWER_NO] = "no", [EG_ANSWER_YES] = "yes", [EG_ANSWER_UNKNOWN] = "unknown"};

    out->kind = answer[0] != '\0' ? EG_FACT_ANSWER : EG_FACT_NUMBER;
    if (out->kind == EG_FACT_ANSWER) {
        for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
            if (strcmp(answers[i], answer) == 0) {
                out->answer = (enum eg_answer_value)i;
            }
        }
        return unit[0] == '\0' && number[0] == '\0' && status[0] == '\0'
                   ? NULL
                   : "a fact is an answer, or a number with its unit";
    }
    if (unit[0] == '\0') {
        return "the unit of the fact is missing";
    }
    out->unit = unit;
    out->has_number = number[0] != '\0';
    if (out->has_number && !eg_number_read(eg_bytes_of(number), &out->number)) {
        return "the number of the fact is none";
    }
    out->status = out->has_number ? EG_VALUE_VALID : EG_VALUE_MISSING;
    return status[0] == '\0' || eg_value_status_named(&out->status, eg_bytes_of(status))
               ? NULL
               : "no such status";
}

/* The fact on its day, and on all days up to `until` if that is said. */
static enum eg_status put_days(struct eg_facts *to, struct eg_fact *fact, const xmlNode *node,
                               const char *file, struct eg_error *err)
{
    struct eg_assess_day first, last;
    char until[11] = "";
    enum eg_status status = eg_vocabulary_day(until, node, "until", file, err);

    if (status != EG_OK || until[0] == '\0') {
        return status == EG_OK ? eg_facts_put(to, fact, err) : status;
    }
    if (!eg_assess_day_read(&first, fact->day) || !eg_assess_day_read(&last, until)) {
        return eg_vocabulary_fault(err, file, node, "day and until are no days");
    }
    long from = eg_assess_day_number(first), days = eg_assess_day_number(last) - from + 1;
    if (days < 2 || days > EG_TEST_FACT_DAYS_MAX) {
        return eg_vocabulary_fault(err, file, node, "until is after day, by less than %d days",
                                   EG_TEST_FACT_DAYS_MAX);
    }
    if (status != EG_OK) {
        return status;
    }
    for (long i = 0; i < days; i++) {
        eg_assess_day_text(fact->day, from + i);
        EG_TRY(eg_facts_put(to, fact, err));
    }
    return EG_OK;
}

static enum eg_status read_fact(struct eg_facts *to, const xmlNode *node, const char *file,
                                struct eg_error *err)
{
    struct eg_fact fact = {.unit = ""};
    char *result = NULL, *source = NULL, *component = NULL, *name = NULL;
    char *unit = NULL, *number = NULL, *word = NULL, *answer = NULL;
    const struct attribute list[] = {
        {&result, "result", true}, {&source, "source", true},  {&component, "component", false},
        {&name, "name", true},     {&unit, "unit", false},     {&number, "number", false},
        {&word, "status", false},  {&answer, "answer", false},
    };
    enum eg_status status = read_attributes(list, sizeof list / sizeof list[0], node, err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_vocabulary_day(fact.day, node, "day", file, err);
    if (status != EG_OK) {
        goto done;
    }
    fact.result = result;
    fact.source = source;
    fact.component = component;
    fact.name = name;
    const char *wrong = take_fact(&fact, unit, number, word, answer);
    status = wrong == NULL ? put_days(to, &fact, node, file, err)
                           : eg_vocabulary_fault(err, file, node, "%s", wrong);

done:
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        free(*list[i].out);
    }
    return status;
}

enum eg_status eg_package_given_known(struct eg_facts *out, const struct eg_package_given *given,
                                      const char *until, struct eg_error *err)
{
    enum eg_status status = EG_OK;

    for (size_t i = 0; i < given->facts.count; i++) {
        const struct eg_fact *fact = &given->facts.list[i];
        int order = strcmp(fact->day, until);
        if (order < 0) {
            status = eg_facts_put(out, fact, err);
        } else if (order > 0) {
            status = eg_facts_put_later(out, fact->day, err);
        }
        if (status != EG_OK) {
            return status;
        }
    }
    return EG_OK;
}

/* ---- both --------------------------------------------------------------------------------- */

enum eg_status eg_package_given_read(struct eg_package_given *out, const xmlNode *node,
                                     const char *package, const struct eg_facts *earlier,
                                     const char *file, struct eg_error *err)
{
    memset(out, 0, sizeof *out);
    eg_facts_init(&out->facts);
    EG_TRY(read_plant(&out->plant, node, package, file, err));
    if (earlier != NULL) {
        EG_TRY(eg_facts_gather(&out->facts, earlier, 1, err));
    }
    for (xmlNode *n = eg_xml_child(node, NS, "fact"); n != NULL; n = eg_xml_next(n, NS, "fact")) {
        EG_TRY(read_fact(&out->facts, n, file, err));
    }
    return EG_OK;
}

void eg_package_given_done(struct eg_package_given *given)
{
    for (size_t i = 0; i < given->plant.parameter_count; i++) {
        struct eg_plant_parameter *permit = &given->plant.parameters[i];
        free(permit->name);
        free(permit->value);
        free(permit->unit);
        free(permit->component);
        free(permit->source);
    }
    for (size_t i = 0; i < given->plant.setting_count; i++) {
        struct eg_plant_setting *setting = &given->plant.settings[i];
        free(setting->name);
        free(setting->word);
        free(setting->component);
        free(setting->source);
    }
    free(given->plant.parameters);
    free(given->plant.settings);
    eg_facts_done(&given->facts);
    memset(given, 0, sizeof *given);
}
