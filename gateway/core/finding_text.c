/*
 * The canonical text of findings (format in core/finding.h).
 *
 * Validity conditions, beside those of the line form:
 *  1. package (at most once), valid, omitted, in form 2 counts, judged and judged-omitted, then the
 *     findings, at most EG_FINDINGS_COUNT_MAX
 *  2. a finding is finding, step, location (at most once, not empty), line, then its values
 *  3. "valid yes" has no finding of error or fatal; "valid no" has one, or findings were omitted
 *  4. counts add up, each and all; without judged-omitted the limits' sum is that of counts
 *  5. the text as a whole is what the writer makes of it: reading proves that by writing again
 */
#include "core/finding.h"

#include "base/limits.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_MAX = 1024, STEP_MAX = 1000000, JUDGED_OCTETS_MAX = EG_FINDINGS_MAX / 4 };

#define NO_COMPONENT "-"

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
    eg_lines_putf(out, "finding", "%s %s", eg_severity_text(finding->severity), finding->rule);
    eg_lines_putf(out, "step", "%u", finding->step);
    if (finding->location != NULL && finding->location[0] != '\0') {
        eg_lines_put(out, "location", eg_bytes_of(finding->location));
    }
    eg_lines_putf(out, "line", "%u", finding->line);
    for (size_t i = 0; i < finding->value_count; i++) {
        EG_TRY(write_value(out, &finding->values[i], scratch));
    }
    return out->failed ? out->refusal : EG_OK;
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

static void put_counts(struct eg_buf *out, const struct eg_counts *counts)
{
    eg_buf_format(out, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, counts->owed, counts->judged,
                  counts->exceeded, counts->undecided);
}

/* As many limits as fit whole; the number of the others is added to *omitted. */
static enum eg_status write_judged(struct eg_buf *out, const struct eg_judged *judged,
                                   size_t *omitted, struct eg_error *err)
{
    struct eg_buf line;
    size_t i = 0;

    eg_buf_init(&line, 4 * EG_FINDING_VALUE_MAX);
    for (; i < judged->count; i++) {
        const struct eg_judged_limit *limit = &judged->list[i];
        eg_buf_reset(&line);
        eg_buf_format(&line, "%s %s %s ", limit->rule, limit->source,
                      limit->component[0] != '\0' ? limit->component : NO_COMPONENT);
        put_counts(&line, &limit->counts);
        eg_buf_format(&line, " %" PRIu64, limit->not_applicable);
        size_t before = out->len;
        eg_lines_put(out, "judged", eg_bytes_view(&line));
        if (out->failed && out->refusal == EG_E_LIMIT) {
            out->len = before;
            out->failed = false;
            break;
        }
    }
    *omitted += judged->count - i;
    enum eg_status status = eg_buf_ok(&line, "findings", err);
    eg_buf_done(&line);
    return status == EG_OK ? eg_buf_ok(out, "findings", err) : status;
}

enum eg_status eg_findings_write(struct eg_buf *out, const struct eg_findings *findings,
                                 const struct eg_package_ref *package,
                                 const struct eg_judged *judged, struct eg_error *err)
{
    char digest[EG_DIGEST_TEXT_LEN + 1];
    size_t omitted = findings->omitted, left_out = judged != NULL ? judged->omitted : 0;
    size_t before = out->len;
    struct eg_buf list, limits;

    eg_buf_init(&limits, JUDGED_OCTETS_MAX);
    eg_buf_init(&list, EG_FINDINGS_MAX - HEAD_MAX - (judged != NULL ? JUDGED_OCTETS_MAX : 0));
    enum eg_status status = write_list(&list, findings, &omitted, err);
    if (status != EG_OK) {
        goto done;
    }
    if (judged != NULL) {
        status = write_judged(&limits, judged, &left_out, err);
        if (status != EG_OK) {
            goto done;
        }
    }
    eg_lines_begin_form(out, "findings", judged != NULL ? 2 : 1);
    if (package != NULL) {
        eg_digest_text(&package->digest, digest);
        eg_lines_putf(out, "package", "%s %s %s", package->id, package->version, digest);
    }
    eg_lines_putf(out, "valid", "%s", eg_findings_valid(findings) ? "yes" : "no");
    eg_lines_putf(out, "omitted", "%zu", omitted);
    if (judged != NULL) {
        eg_buf_text(out, "counts ");
        put_counts(out, &judged->counts);
        eg_buf_char(out, '\n');
        eg_buf_bytes(out, eg_bytes_view(&limits));
        eg_lines_putf(out, "judged-omitted", "%zu", left_out);
    }
    eg_buf_bytes(out, eg_bytes_view(&list));
    status = eg_buf_ok(out, "findings", err);
    if (status != EG_OK) {
        out->len = before;
    }
done:
    eg_buf_done(&limits);
    eg_buf_done(&list);
    return status;
}

/* ---- reading ------------------------------------------------------------------------------- */

struct reading {
    struct eg_lines lines;
    struct eg_findings_text made;
    bool valid;
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
    struct eg_package_ref *package = &reading->made.package;
    struct eg_bytes rest = reading->lines.value;

    reading->made.has_package = true;
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
    reading->made.findings.omitted = (size_t)omitted;
    return true;
}

static bool cut_count(struct eg_bytes *rest, uint64_t *out)
{
    char word[24];
    return cut_word(rest, word, sizeof word) && eg_text_u64(eg_bytes_of(word), UINT64_MAX, out);
}

/* "<owed> <judged> <exceeded> <undecided>", a blank behind it. */
static bool cut_counts(struct eg_bytes *rest, struct eg_counts *out)
{
    return cut_count(rest, &out->owed) && cut_count(rest, &out->judged) &&
           cut_count(rest, &out->exceeded) && cut_count(rest, &out->undecided);
}

static bool read_counts(struct eg_bytes value, struct eg_counts *out)
{
    char text[128];
    int len = snprintf(text, sizeof text, "%.*s ", (int)(value.len < 100 ? value.len : 100),
                       (const char *)value.data);
    struct eg_bytes rest = {(const uint8_t *)text, (size_t)len};
    return value.len <= 100 && cut_counts(&rest, out) && rest.len == 0 &&
           out->judged <= out->owed && out->undecided == out->owed - out->judged &&
           out->exceeded <= out->judged;
}

static bool read_limit(struct reading *reading, enum eg_status *status, struct eg_error *err)
{
    char rule[EG_ID_MAX + 1], source[EG_ID_MAX + 1], component[EG_ID_MAX + 1];
    struct eg_judged_limit limit = {.rule = rule, .source = source, .component = component};
    struct eg_bytes rest = reading->lines.value;

    if (!cut_word(&rest, rule, sizeof rule) || !cut_word(&rest, source, sizeof source) ||
        !cut_word(&rest, component, sizeof component) || !cut_counts(&rest, &limit.counts) ||
        !eg_text_u64(rest, UINT64_MAX, &limit.not_applicable)) {
        return false;
    }
    if (strcmp(component, NO_COMPONENT) == 0) {
        component[0] = '\0';
    }
    *status = eg_judged_add(&reading->made.judged, &limit, err);
    if (*status == EG_E_INTERNAL) { /* its counts do not add up */
        *status = EG_OK;
        return false;
    }
    return *status == EG_OK;
}

/* counts, judged ..., judged-omitted; condition 4. */
static bool read_judged(struct reading *reading, enum eg_status *status, struct eg_error *err)
{
    struct eg_judged *judged = &reading->made.judged;
    struct eg_bytes value = EG_BYTES_NONE;
    struct eg_counts counts = {0};
    uint64_t omitted = 0;

    if (!eg_lines_expect(&reading->lines, "counts", &value) || !read_counts(value, &counts)) {
        return false;
    }
    int next = 0;
    while ((next = eg_lines_next(&reading->lines)) == 1 &&
           eg_bytes_is(reading->lines.key, "judged")) {
        if (!read_limit(reading, status, err)) {
            return false;
        }
    }
    if (next != 1 || !eg_bytes_is(reading->lines.key, "judged-omitted") ||
        !eg_text_u64(reading->lines.value, UINT32_MAX, &omitted) || judged->omitted > 0) {
        return false;
    }
    bool same = memcmp(&judged->counts, &counts, sizeof counts) == 0;
    judged->counts = counts;
    judged->omitted = (size_t)omitted;
    return same || omitted > 0;
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
        *status = eg_findings_add(&reading->made.findings, &head, &reading->finding, err);
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
    struct eg_findings *findings = &reading->made.findings;

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
    const struct eg_findings_text *made = &reading->made;
    enum eg_status written =
        eg_findings_write(&again, &made->findings, made->has_package ? &made->package : NULL,
                          made->counted ? &made->judged : NULL, err);
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
    unsigned form = 0;

    if (!eg_lines_start_form(&reading->lines, &form, text, "findings", 2) || !read_head(reading)) {
        return false;
    }
    reading->made.counted = form == 2;
    if (form == 2 && !read_judged(reading, status, err)) {
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

void eg_findings_text_done(struct eg_findings_text *text)
{
    eg_findings_done(&text->findings);
    eg_judged_done(&text->judged);
    *text = (struct eg_findings_text){.has_package = false};
}

enum eg_status eg_findings_read(struct eg_findings_text *out, struct eg_bytes text,
                                struct eg_error *err)
{
    struct reading reading = {.valid = false};
    enum eg_status status = EG_OK;

    if (text.len > EG_FINDINGS_MAX) {
        return eg_error_set(err, EG_E_LIMIT, "findings", "longer than %zu octets", EG_FINDINGS_MAX);
    }
    eg_findings_init(&reading.made.findings);
    eg_judged_init(&reading.made.judged);
    eg_buf_init(&reading.text, EG_FINDINGS_MAX);
    if (read_all(&reading, text, &status, err)) {
        *out = reading.made;
        reading.made = (struct eg_findings_text){.has_package = false};
    } else if (status == EG_OK) {
        status = eg_error_set(err, EG_E_FORMAT, "findings", "not canonical, line %u",
                              reading.lines.number);
    }
    eg_buf_done(&reading.text);
    eg_findings_text_done(&reading.made);
    return status;
}
