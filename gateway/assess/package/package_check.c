/*
 * Why this file exists: a package that contradicts itself must be refused when it is loaded, never
 * found out in the middle of a report.
 *
 * Conditions, beyond the schema:
 *   1 a parameter has value and source, or is and source, or rows; names are unique
 *   2 unit "word": a clean text without quotes; other units: a number (numbers.h)
 *   3 min and max are given together, with override, and enclose every value; numbers that a permit
 * may set have them (or may only become stricter), words have none 4 every step's file is in the
 * package; `on` names a result made before; results are unique 5 notifications are unique and name
 * a result that is made 6 settings are unique, and their words are none of the language 7
 * conditions and formulas of parameters are beyond doubt (parameters_rules.c) 8 identity paths are
 * XPath 1.0 that compiles, with the prefixes bound
 */
#include "assess/package/package_xml.h"

#include "assess/number/numbers.h"
#include "assess/package/parameters.h"
#include "assess/package/report_header.h"
#include "base/error.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define NAME EG_PACKAGE_FILE

static enum eg_status fault(struct eg_error *err, const char *what, const char *name,
                            const char *text)
{
    char where[EG_ERROR_WHERE_MAX] = "";

    (void)snprintf(where, sizeof where, "%s %s %.60s", NAME, what, name);
    return eg_error_set(err, EG_E_FORMAT, where, "%s", text);
}

/* ---- settings ----------------------------------------------------------------------------- */

static enum eg_status check_settings(const struct eg_package *package, struct eg_error *err)
{
    for (size_t i = 0; i < package->setting_count; i++) {
        const struct eg_setting *setting = &package->settings[i];
        for (size_t w = 0; w < setting->word_count; w++) {
            if (strcmp(setting->words[w], "not") == 0 || strcmp(setting->words[w], "one") == 0) {
                return fault(err, "setting", setting->name,
                             "EA-WORD: not and one are words of the language");
            }
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(setting->name, package->settings[k].name) == 0) {
                return fault(err, "setting", setting->name, "EA-NAME: is there twice");
            }
        }
    }
    return EG_OK;
}

/* ---- parameters --------------------------------------------------------------------------- */

static enum eg_status check_bounds(const struct eg_parameter *parameter, struct eg_error *err)
{
    bool word = eg_parameter_is_word(parameter);
    double min = 0, max = 0;

    if ((parameter->min != NULL) != (parameter->max != NULL)) {
        return fault(err, "parameter", parameter->name, "min and max belong together");
    }
    if (word && parameter->stricter_only) {
        return fault(err, "parameter", parameter->name, "a word can not be stricter than another");
    }
    if (parameter->min == NULL) {
        return parameter->may_override && !parameter->stricter_only && !word
                   ? fault(err, "parameter", parameter->name,
                           "override needs min and max, or a permit could set anything")
                   : EG_OK;
    }
    if (word || !parameter->may_override) {
        return fault(err, "parameter", parameter->name,
                     "min and max are for numbers that a permit may override");
    }
    if (!eg_number_read(eg_bytes_of(parameter->min), &min) ||
        !eg_number_read(eg_bytes_of(parameter->max), &max) || min > max) {
        return fault(err, "parameter", parameter->name,
                     "min and max are not numbers, or in the wrong order");
    }
    return EG_OK;
}

static enum eg_status check_value(const struct eg_parameter *parameter, const char *value,
                                  struct eg_error *err)
{
    switch (eg_parameter_judge(parameter, value)) {
    case EG_PARAMETER_FITS:
        return EG_OK;
    case EG_PARAMETER_OUT_OF_BOUNDS:
        return fault(err, "parameter", parameter->name, "a value lies outside min and max");
    case EG_PARAMETER_NO_VALUE:
    default:
        return fault(err, "parameter", parameter->name,
                     eg_parameter_is_word(parameter)
                         ? "a word has no quotes or control characters"
                         : "a value is no decimal number of at most 15 digits");
    }
}

static enum eg_status check_rows(const struct eg_parameter *parameter, struct eg_error *err)
{

    for (size_t i = 0; i < parameter->row_count; i++) {
        EG_TRY(check_value(parameter, parameter->rows[i].value, err));
    }
    return EG_OK;
}

static enum eg_status check_parameter(const struct eg_parameter *parameter, struct eg_error *err)
{
    bool alone = parameter->value != NULL || parameter->is != NULL; /* without rows */
    enum eg_status status = check_bounds(parameter, err);

    if (status != EG_OK) {
        return status;
    }
    if (strcmp(parameter->name, EG_PARAMETERS_NAME) == 0) {
        return fault(err, "parameter", parameter->name, "this name stands for all parameters");
    }
    if (alone == (parameter->row_count > 0) || (alone && parameter->source == NULL) ||
        (parameter->value != NULL && parameter->is != NULL)) {
        return fault(err, "parameter", parameter->name,
                     "needs value and source, or is and source, or rows that have them");
    }
    return parameter->value != NULL ? check_value(parameter, parameter->value, err)
                                    : check_rows(parameter, err);
}

static enum eg_status check_parameters(const struct eg_package *package, struct eg_error *err)
{

    for (size_t i = 0; i < package->parameter_count; i++) {
        EG_TRY(check_parameter(&package->parameters[i], err));
        for (size_t k = 0; k < i; k++) {
            if (strcmp(package->parameters[i].name, package->parameters[k].name) == 0) {
                return fault(err, "parameter", package->parameters[i].name, "is there twice");
            }
        }
    }
    return EG_OK;
}

/* ---- steps and notifications -------------------------------------------------------------- */

/* Is `name` the result of one of the first `count` steps? */
static bool is_made(const struct eg_package *package, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        const char *made = package->steps[i].result;
        if (made != NULL && strcmp(made, name) == 0) {
            return true;
        }
    }
    return false;
}

static enum eg_status check_steps(const struct eg_package *package, struct eg_error *err)
{
    for (size_t i = 0; i < package->step_count; i++) {
        const struct eg_step *step = &package->steps[i];
        if (eg_package_file(package, step->file).data == NULL) {
            return eg_error_set(err, EG_E_DENIED, step->file,
                                "a step of package.xml names it, but it is not in the package");
        }
        if (step->on != NULL && !is_made(package, i, step->on)) {
            return fault(err, "step on", step->on, "no earlier step makes this result");
        }
        if (step->result != NULL &&
            (is_made(package, i, step->result) || strcmp(step->result, EG_RESULT_REPORT) == 0)) {
            return fault(err, "result", step->result,
                         "is made twice, or named as the report itself");
        }
    }
    return EG_OK;
}

static enum eg_status check_notifications(const struct eg_package *package, struct eg_error *err)
{
    for (size_t i = 0; i < package->notification_count; i++) {
        const struct eg_notification_rule *rule = &package->notifications[i];
        if (!is_made(package, package->step_count, rule->result)) {
            return fault(err, "notification", rule->name, "no step makes its result");
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(rule->name, package->notifications[k].name) == 0) {
                return fault(err, "notification", rule->name, "is there twice");
            }
        }
    }
    return EG_OK;
}

static enum eg_status check_identity(const struct eg_package *package, struct eg_error *err)
{
    struct eg_reader *reader = NULL;

    for (size_t i = 0; i < package->namespace_count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(package->namespaces[i].prefix, package->namespaces[k].prefix) == 0) {
                return fault(err, "namespace", package->namespaces[i].prefix, "is bound twice");
            }
        }
    }
    enum eg_status status = eg_reader_new(&reader, package, err);
    eg_reader_free(&reader);
    return status;
}

enum eg_status eg_package_check(const struct eg_package *package, struct eg_error *err)
{
    struct eg_parameter_rules *rules = NULL;

    EG_TRY(check_settings(package, err));
    EG_TRY(check_parameters(package, err));
    EG_TRY(eg_parameter_rules_compile(&rules, package, err));
    eg_parameter_rules_free(&rules);
    EG_TRY(check_steps(package, err));
    EG_TRY(check_notifications(package, err));
    return check_identity(package, err);
}
