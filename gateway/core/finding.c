/*
 * Collecting findings, and their texts for the rules that are built in.
 */
#include "core/finding.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define VALUE_TEXT_MAX 1000

static const char *const severities[] = {"info", "warning", "error", "fatal"};

const char *eg_severity_text(enum eg_severity severity)
{
    return severities[severity];
}

bool eg_severity_named(const char *text, enum eg_severity *out)
{
    for (size_t i = 0; i < sizeof severities / sizeof severities[0]; i++) {
        if (strcmp(severities[i], text) == 0) {
            *out = (enum eg_severity)i;
            return true;
        }
    }
    return false;
}

void eg_findings_init(struct eg_findings *findings)
{
    memset(findings, 0, sizeof *findings);
}

static void finding_done(struct eg_finding *finding)
{
    for (size_t i = 0; i < finding->value_count; i++) {
        free(finding->values[i].name);
        free(finding->values[i].text);
    }
    free(finding->values);
    free(finding->rule);
    free(finding->location);
    memset(finding, 0, sizeof *finding);
}

void eg_findings_done(struct eg_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        finding_done(&findings->list[i]);
    }
    free(findings->list);
    memset(findings, 0, sizeof *findings);
}

static bool grow(struct eg_findings *findings)
{
    if (findings->count < findings->capacity) {
        return true;
    }
    size_t capacity = findings->capacity == 0 ? 8 : 2 * findings->capacity;
    struct eg_finding *list = realloc(findings->list, capacity * sizeof *list);
    if (list == NULL) {
        return false;
    }
    findings->list = list;
    findings->capacity = capacity;
    return true;
}

enum eg_status eg_findings_add(struct eg_findings *findings, enum eg_severity severity,
                               const char *rule, unsigned step, const char *location, unsigned line,
                               struct eg_finding **out, struct eg_error *err)
{
    if (findings->count >= EG_FINDINGS_COUNT_MAX) {
        findings->by_severity[severity]++;
        findings->omitted++;
        if (out != NULL) {
            *out = NULL;
        }
        return EG_OK;
    }
    struct eg_finding finding = {.severity = severity, .step = step, .line = line};
    finding.rule = strdup(rule);
    finding.location = location == NULL ? NULL : strdup(location);
    if (finding.rule == NULL || (location != NULL && finding.location == NULL) || !grow(findings)) {
        finding_done(&finding);
        return eg_error_set(err, EG_E_NOMEM, "findings", "memory ran out");
    }
    findings->by_severity[severity]++;
    findings->list[findings->count] = finding;
    if (out != NULL) {
        *out = &findings->list[findings->count];
    }
    findings->count++;
    return EG_OK;
}

/* At most `max` octets, never in the middle of a character. */
static size_t cut(const char *text, size_t max)
{
    size_t len = strnlen(text, max + 1);
    if (len <= max) {
        return len;
    }
    len = max;
    while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80) {
        len--;
    }
    return len;
}

enum eg_status eg_finding_value(struct eg_finding *finding, const char *name, const char *text,
                                struct eg_error *err)
{
    if (finding == NULL) {
        return EG_OK;
    }
    struct eg_value value = {strdup(name), strndup(text, cut(text, VALUE_TEXT_MAX))};
    struct eg_value *values = realloc(finding->values, (finding->value_count + 1) * sizeof *values);
    if (values != NULL) {
        finding->values = values;
    }
    if (value.name == NULL || value.text == NULL || values == NULL) {
        free(value.name);
        free(value.text);
        return eg_error_set(err, EG_E_NOMEM, "findings", "memory ran out");
    }
    values[finding->value_count++] = value;
    return EG_OK;
}

bool eg_findings_valid(const struct eg_findings *findings)
{
    return findings->by_severity[EG_SEVERITY_ERROR] == 0 &&
           findings->by_severity[EG_SEVERITY_FATAL] == 0;
}

/* ---- texts of the built-in rules --------------------------------------------------------------
 */

static const struct {
    const char *rule, *en, *de;
} builtin[] = {
    {EG_RULE_SIZE, "The report has {octets} octets, more than the limit of {limit}.",
     "Der Bericht hat {octets} Oktette, mehr als die Grenze von {limit}."},
    {EG_RULE_DOCTYPE, "A DOCTYPE is not allowed; send the report without it.",
     "Ein DOCTYPE ist nicht zugelassen; den Bericht ohne senden."},
    {EG_RULE_NESTING, "Elements are nested deeper than {limit} levels.",
     "Elemente sind tiefer als {limit} Ebenen verschachtelt."},
    {EG_RULE_WELL_FORMED, "The report is not well-formed XML: {message}",
     "Der Bericht ist kein wohlgeformtes XML: {message}"},
    {EG_RULE_IDENTITY, "The report's {what} can not be read: {message}",
     "{what} des Berichts ist nicht lesbar: {message}"},
    {EG_RULE_IDENTITY_TAKEN,
     "Another report with this identity stands in entry {entry}; send the next version.",
     "Ein anderer Bericht mit dieser Kennung steht in Eintrag {entry}; die nächste Version "
     "senden."},
    {EG_RULE_SCHEMA, "Not as the schema says: {message}", "Nicht wie im Schema: {message}"},
};

static const char *value_of(const struct eg_finding *finding, struct eg_bytes name)
{
    for (size_t i = 0; i < finding->value_count; i++) {
        if (eg_bytes_is(name, finding->values[i].name)) {
            return finding->values[i].text;
        }
    }
    return "?";
}

static void fill_in(struct eg_buf *out, const char *text, const struct eg_finding *finding)
{
    while (*text != '\0') {
        const char *open = strchr(text, '{');
        const char *close = open == NULL ? NULL : strchr(open, '}');
        if (close == NULL) {
            eg_buf_text(out, text);
            return;
        }
        eg_buf_add(out, text, (size_t)(open - text));
        eg_buf_text(out, value_of(finding, (struct eg_bytes){(const uint8_t *)open + 1,
                                                             (size_t)(close - open - 1)}));
        text = close + 1;
    }
}

bool eg_finding_builtin_text(const struct eg_finding *finding, const char *lang, struct eg_buf *out)
{
    for (size_t i = 0; i < sizeof builtin / sizeof builtin[0]; i++) {
        if (strcmp(builtin[i].rule, finding->rule) == 0) {
            fill_in(out, strcmp(lang, "de") == 0 ? builtin[i].de : builtin[i].en, finding);
            return true;
        }
    }
    return false;
}
