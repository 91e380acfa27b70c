/*
 * Findings in memory.
 *
 * Why: rules of a package put octets of a stranger's report into findings. What is kept here is
 * bounded and clean, so that whoever writes, hashes or shows it need not look again.
 */
#include "core/finding.h"

#include "base/limits.h"
#include "base/text.h"
#include "base/vector.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { LOCATION_MAX = 64 * 1024, RULE_MAX = 1000 };

static const char *const severity_words[4] = {"info", "warning", "error", "fatal"};

const char *eg_severity_text(enum eg_severity severity)
{
    assert((size_t)severity < 4);
    return severity_words[severity];
}

bool eg_severity_named(const char *text, enum eg_severity *out)
{
    for (size_t i = 0; i < 4; i++) {
        if (strcmp(severity_words[i], text) == 0) {
            *out = (enum eg_severity)i;
            return true;
        }
    }
    return false;
}

void eg_findings_init(struct eg_findings *findings)
{
    *findings = (struct eg_findings){0};
}

static void done_finding(struct eg_finding *finding)
{
    for (size_t i = 0; i < finding->value_count; i++) {
        free(finding->values[i].name);
        free(finding->values[i].text);
    }
    free(finding->values);
    free(finding->rule);
    free(finding->location);
}

void eg_findings_done(struct eg_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        done_finding(&findings->list[i]);
    }
    free(findings->list);
    eg_findings_init(findings);
}

/* A copy of at most `max` octets that the canonical text can carry; NULL when memory ran out. */
static char *clean_copy(const char *text, size_t max)
{
    struct eg_bytes from = eg_bytes_of(text);
    struct eg_buf copy;

    eg_buf_init(&copy, max);
    eg_buf_text(&copy, ""); /* so that an empty text is a string too */
    for (size_t at = 0; at < from.len && !copy.failed;) {
        uint32_t rune = 0;
        size_t len = eg_text_rune(from, at, &rune);
        if (rune == '\t' || rune == '\r') {
            eg_buf_char(&copy, ' ');
        } else if (len > 0 && (rune == '\n' || (rune >= 0x20 && (rune < 0x7F || rune >= 0xA0)))) {
            eg_buf_add(&copy, from.data + at, len);
        } else {
            eg_buf_text(&copy, "\xEF\xBF\xBD");
        }
        at += len > 0 ? len : 1;
    }
    if (copy.failed && copy.refusal == EG_E_NOMEM) {
        eg_buf_done(&copy);
    }
    return (char *)copy.data; /* taken by the caller; refused for length means cut */
}

static enum eg_status out_of_memory(struct eg_error *err)
{
    return eg_error_set(err, EG_E_NOMEM, "findings", "out of memory for a finding");
}

static bool grow(struct eg_findings *findings)
{
    return EG_VECTOR_RESERVE(findings->list, findings->capacity, findings->count + 1, SIZE_MAX) ==
           EG_OK;
}

enum eg_status eg_findings_add(struct eg_findings *findings, const struct eg_finding_head *head,
                               struct eg_finding **out, struct eg_error *err)
{
    assert((size_t)head->severity < 4);
    if (findings->count >= EG_FINDINGS_COUNT_MAX) {
        findings->by_severity[head->severity]++;
        findings->omitted++;
        if (out != NULL) {
            *out = NULL;
        }
        return EG_OK;
    }
    struct eg_finding made = {.severity = head->severity, .step = head->step, .line = head->line};
    made.rule = clean_copy(head->rule, RULE_MAX);
    made.location = head->location != NULL ? clean_copy(head->location, LOCATION_MAX) : NULL;
    if (made.rule == NULL || (head->location != NULL && made.location == NULL) || !grow(findings)) {
        done_finding(&made);
        return out_of_memory(err);
    }
    findings->list[findings->count] = made;
    findings->by_severity[head->severity]++;
    if (out != NULL) {
        *out = &findings->list[findings->count];
    }
    findings->count++;
    return EG_OK;
}

enum eg_status eg_finding_value(struct eg_finding *finding, const char *name, const char *text,
                                struct eg_error *err)
{
    if (finding == NULL) {
        return EG_OK;
    }
    char *name_copy = clean_copy(name[0] != '\0' ? name : "value", EG_ID_MAX);
    char *text_copy = clean_copy(text, EG_FINDING_VALUE_MAX);
    struct eg_value *values =
        reallocarray(finding->values, finding->value_count + 1, sizeof *values);
    if (values != NULL) {
        finding->values = values;
    }
    if (name_copy == NULL || text_copy == NULL || values == NULL) {
        free(name_copy);
        free(text_copy);
        return out_of_memory(err);
    }
    for (char *c = name_copy; *c != '\0'; c++) {
        if (*c == ' ' || *c == '\n') {
            *c = '-'; /* in the canonical text a blank ends the name */
        }
    }
    finding->values[finding->value_count++] = (struct eg_value){name_copy, text_copy};
    return EG_OK;
}

bool eg_findings_valid(const struct eg_findings *findings)
{
    return findings->by_severity[EG_SEVERITY_ERROR] == 0 &&
           findings->by_severity[EG_SEVERITY_FATAL] == 0;
}
