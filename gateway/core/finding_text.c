/*
 * The canonical text of findings (format in core/finding.h).
 *
 * Validity conditions, beside those of the line form:
 *  1. package (at most once), valid, omitted, then the findings, at most EG_FINDINGS_COUNT_MAX
 *  2. a finding is finding, step, location (at most once, not empty), line, then its values
 *  3. "valid yes" has no finding of error or fatal; "valid no" has one, or findings were omitted
 *  4. the text as a whole is what the writer makes of it: reading proves that by writing again
 */
#include "core/finding.h"

#include "base/limits.h"
#include "base/text.h"
#include "core/package.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_MAX = 1024, STEP_MAX = 1000000 };

/* ---- writing ------------------------------------------------------------------------------- */

/* "<name> <text>": two parts of one value; the text may hold anything that can be escaped. */
static enum eg_status write_value(struct eg_buf *out, const struct eg_value *value,
                                  struct eg_buf *scratch)
{
    eg_buf_reset(scratch);
    eg_buf_text(scratch, value->name);
    eg_buf_char(scratch, ' ');
    eg_buf_text(scratch, value->text);
    if (scratch->failed) {
        return scratch->refusal;
    }
    eg_lines_put(out, "value", eg_bytes_view(scratch));
    return EG_OK;
}

static enum eg_status write_finding(struct eg_buf *out, const struct eg_finding *finding,
                                    struct eg_buf *scratch)
{
    enum eg_status status = EG_OK;

    eg_lines_putf(out, "finding", "%s %s", eg_severity_text(finding->severity), finding->rule);
    eg_lines_putf(out, "step", "%u", finding->step);
    if (finding->location != NULL && finding->location[0] != '\0') {
        eg_lines_put(out, "location", eg_bytes_of(finding->location));
    }
    eg_lines_putf(out, "line", "%u", finding->line);
    for (size_t i = 0; i < finding->value_count; i++) {
        status = write_value(out, &finding->values[i], scratch);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    return status == EG_OK && out->failed ? out->refusal : status;
}

/* As many findings as fit whole; the number of the others is added to *omitted. */
static enum eg_status write_list(struct eg_buf *out, const struct eg_findings *findings,
                                 size_t *omitted, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    struct eg_buf scratch;
    size_t i = 0;

    eg_buf_init(&scratch, 4 * EG_FINDING_VALUE_MAX);
    for (; i < findings->count; i++) {
        size_t before = out->len;
        status = write_finding(out, &findings->list[i], &scratch);
        if (status == EG_E_LIMIT) {
            out->len = before;
            out->failed = false;
            status = EG_OK;
            break;
        }
        if (status != EG_OK) {
            (void)eg_error_set(err, status, "findings", "finding %zu can not be written", i + 1);
            break;
        }
    }
    *omitted += findings->count - i;
    eg_buf_done(&scratch);
    return status;
}

enum eg_status eg_findings_write(struct eg_buf *out, const struct eg_findings *findings,
                                 const struct eg_package_ref *package, struct eg_error *err)
{
    char digest[EG_DIGEST_TEXT_LEN + 1];
    size_t omitted = findings->omitted;
    size_t before = out->len;
    struct eg_buf list;

    eg_buf_init(&list, EG_FINDINGS_MAX - HEAD_MAX);
    enum eg_status status = write_list(&list, findings, &omitted, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_lines_begin(out, "findings");
    if (package != NULL) {
        eg_digest_text(&package->digest, digest);
        eg_lines_putf(out, "package", "%s %s %s", package->id, package->version, digest);
    }
    eg_lines_putf(out, "valid", "%s", eg_findings_valid(findings) ? "yes" : "no");
    eg_lines_putf(out, "omitted", "%zu", omitted);
    eg_buf_bytes(out, eg_bytes_view(&list));
    status = eg_buf_ok(out, "findings", err);
    if (status != EG_OK) {
        out->len = before;
    }
done:
    eg_buf_done(&list);
    return status;
}

/* ---- reading ------------------------------------------------------------------------------- */

struct reading {
    struct eg_lines lines;
    struct eg_findings findings;
    struct eg_package_ref package;
    bool has_package, valid;
    /* the one whose lines are being read */
    struct eg_finding *finding;
    /* unescaped, for copies that end in 0 */
    struct eg_buf text;
};

/* The part before the first blank as a 0-terminated word; the rest stays in *rest. */
static bool cut_word(struct eg_bytes *rest, char *word, size_t room)
{
    const uint8_t *blank = rest->len > 0 ? memchr(rest->data, ' ', rest->len) : NULL;
    size_t len = blank != NULL ? (size_t)(blank - rest->data) : 0;

    if (len == 0 || len >= room) {
        return false;
    }
    memcpy(word, rest->data, len);
    word[len] = '\0';
    *rest = (struct eg_bytes){blank + 1, rest->len - len - 1};
    return true;
}

static bool read_package(struct reading *reading)
{
    struct eg_package_ref *package = &reading->package;
    struct eg_bytes rest = reading->lines.value;

    reading->has_package = true;
    return cut_word(&rest, package->id, sizeof package->id) &&
           cut_word(&rest, package->version, sizeof package->version) &&
           eg_text_token(eg_bytes_of(package->id), EG_ID_MAX) &&
           eg_text_token(eg_bytes_of(package->version), sizeof package->version - 1) &&
           eg_digest_untext(rest, &package->digest);
}

/* The lines before the first finding; the next line is read already when this returns. */
static bool read_head(struct reading *reading)
{
    struct eg_lines *lines = &reading->lines;
    struct eg_bytes value = EG_BYTES_NONE;
    uint64_t omitted = 0;

    if (eg_lines_next(lines) != 1) {
        return false;
    }
    if (eg_bytes_is(lines->key, "package") &&
        (!read_package(reading) || eg_lines_next(lines) != 1)) {
        return false;
    }
    reading->valid = eg_bytes_is(lines->value, "yes");
    if (!eg_bytes_is(lines->key, "valid") ||
        (!reading->valid && !eg_bytes_is(lines->value, "no")) ||
        !eg_lines_expect(lines, "omitted", &value) || !eg_text_u64(value, UINT32_MAX, &omitted)) {
        return false;
    }
    reading->findings.omitted = (size_t)omitted;
    return true;
}

static bool unescape(struct reading *reading, struct eg_bytes value)
{
    eg_buf_reset(&reading->text);
    eg_buf_text(&reading->text, "");
    return eg_lines_unescape(value, &reading->text);
}

static bool read_number(struct reading *reading, const char *key, uint64_t max, unsigned *out)
{
    uint64_t number = 0;

    if (!eg_bytes_is(reading->lines.key, key) || !eg_text_u64(reading->lines.value, max, &number)) {
        return false;
    }
    *out = (unsigned)number;
    return true;
}

/* finding, step, location, line; the present line is the finding's first. */
static bool read_start(struct reading *reading, enum eg_status *status, struct eg_error *err)
{
    struct eg_bytes rest = reading->lines.value;
    enum eg_severity severity = EG_SEVERITY_INFO;
    char word[16];
    char *rule = NULL;
    unsigned step = 0;
    unsigned line = 0;
    bool has_location = false;
    bool fits = false;

    if (!cut_word(&rest, word, sizeof word) || !eg_severity_named(word, &severity) ||
        !unescape(reading, rest)) {
        return false;
    }
    rule = eg_bytes_dup(eg_bytes_view(&reading->text));
    if (rule == NULL) {
        *status = eg_error_set(err, EG_E_NOMEM, "findings", "out of memory for a finding");
        return false;
    }
    if (eg_lines_next(&reading->lines) != 1 || !read_number(reading, "step", STEP_MAX, &step) ||
        eg_lines_next(&reading->lines) != 1) {
        goto done;
    }
    if (eg_bytes_is(reading->lines.key, "location")) {
        has_location = true;
        if (!unescape(reading, reading->lines.value) || eg_lines_next(&reading->lines) != 1) {
            goto done;
        }
    }
    fits = read_number(reading, "line", UINT32_MAX, &line);
    if (fits) {
        const struct eg_finding_head head = {
            .severity = severity,
            .rule = rule,
            .step = step,
            .location = has_location ? (const char *)reading->text.data : NULL,
            .line = line};
        *status = eg_findings_add(&reading->findings, &head, &reading->finding, err);
        fits = *status == EG_OK && reading->finding != NULL;
    }
done:
    free(rule);
    return fits;
}

static bool read_value(struct reading *reading, enum eg_status *status, struct eg_error *err)
{
    struct eg_bytes rest = reading->lines.value;
    char name[EG_ID_MAX + 1];

    if (reading->finding == NULL || !cut_word(&rest, name, sizeof name) ||
        !unescape(reading, rest)) {
        return false;
    }
    *status = eg_finding_value(reading->finding, name, (const char *)reading->text.data, err);
    return *status == EG_OK;
}

/* Condition 3; and the omitted findings get the severity that fits. */
static bool settle(struct reading *reading)
{
    struct eg_findings *findings = &reading->findings;

    if (reading->valid != eg_findings_valid(findings)) {
        if (reading->valid || findings->omitted == 0) {
            return false;
        }
        findings->by_severity[EG_SEVERITY_ERROR] += findings->omitted;
    } else {
        findings->by_severity[EG_SEVERITY_INFO] += findings->omitted;
    }
    return true;
}

static bool writes_back(const struct reading *reading, struct eg_bytes text, enum eg_status *status,
                        struct eg_error *err)
{
    struct eg_buf again;

    eg_buf_init(&again, EG_FINDINGS_MAX);
    enum eg_status written = eg_findings_write(
        &again, &reading->findings, reading->has_package ? &reading->package : NULL, err);
    if (written == EG_E_NOMEM) {
        *status = written;
    }
    bool same = written == EG_OK && eg_bytes_equal(eg_bytes_view(&again), text);
    eg_buf_done(&again);
    return same;
}

static bool read_all(struct reading *reading, struct eg_bytes text, enum eg_status *status,
                     struct eg_error *err)
{
    if (!eg_lines_start(&reading->lines, text, "findings") || !read_head(reading)) {
        return false;
    }
    int next = 0;
    while ((next = eg_lines_next(&reading->lines)) == 1) {
        bool fits = false;
        if (eg_bytes_is(reading->lines.key, "finding")) {
            fits = read_start(reading, status, err);
        } else if (eg_bytes_is(reading->lines.key, "value")) {
            fits = read_value(reading, status, err);
        }
        if (!fits) {
            return false;
        }
    }
    return next == 0 && settle(reading) && writes_back(reading, text, status, err);
}

enum eg_status eg_findings_read(struct eg_findings *out, struct eg_package_ref *package,
                                bool *has_package, struct eg_bytes text, struct eg_error *err)
{
    struct reading reading = {0};
    enum eg_status status = EG_OK;

    if (text.len > EG_FINDINGS_MAX) {
        return eg_error_set(err, EG_E_LIMIT, "findings", "longer than %zu octets", EG_FINDINGS_MAX);
    }
    eg_findings_init(&reading.findings);
    eg_buf_init(&reading.text, EG_FINDINGS_MAX);
    if (read_all(&reading, text, &status, err)) {
        *out = reading.findings;
        *package = reading.package;
        *has_package = reading.has_package;
        eg_findings_init(&reading.findings);
    } else if (status == EG_OK) {
        status = eg_error_set(err, EG_E_FORMAT, "findings", "not canonical, line %u",
                              reading.lines.number);
    }
    eg_buf_done(&reading.text);
    eg_findings_done(&reading.findings);
    return status;
}
