/*
 * Findings as canonical text and back (form in finding.h): what is read writes back the same
 * octets.
 */
#include "base/limits.h"
#include "base/text.h"
#include "core/finding.h"
#include "core/package.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing ----------------------------------------------------------------------------------
 */

/* A value may hold any octets of a report; what no line can carry becomes U+FFFD or a blank. */
static void put_clean(struct eg_buf *out, const char *key, const char *name, const char *text)
{
    struct eg_buf value;
    eg_buf_init(&value, EG_FINDINGS_MAX);
    if (name != NULL) {
        eg_buf_text(&value, name);
        eg_buf_char(&value, ' ');
    }
    struct eg_bytes rest = eg_bytes_of(text);
    for (size_t at = 0; at < rest.len;) {
        size_t len = 1;
        while (len < 4 && at + len < rest.len && (rest.data[at + len] & 0xc0) == 0x80) {
            len++;
        }
        struct eg_bytes rune = {rest.data + at, len};
        if (eg_text_clean(rune) || eg_bytes_is(rune, "\n")) {
            eg_buf_bytes(&value, rune);
        } else {
            eg_buf_text(&value, rest.data[at] < 0x20 ? " " : "\xef\xbf\xbd");
        }
        at += len;
    }
    eg_lines_put(out, key, eg_bytes_view(&value));
    out->failed = out->failed || value.failed;
    eg_buf_done(&value);
}

static void write_finding(struct eg_buf *out, const struct eg_finding *finding)
{
    eg_lines_putf(out, "finding", "%s %s", eg_severity_text(finding->severity), finding->rule);
    eg_lines_putf(out, "step", "%u", finding->step);
    if (finding->location != NULL) {
        put_clean(out, "location", NULL, finding->location);
    }
    eg_lines_putf(out, "line", "%u", finding->line);
    for (size_t i = 0; i < finding->value_count; i++) {
        put_clean(out, "value", finding->values[i].name, finding->values[i].text);
    }
}

enum eg_status eg_findings_write(struct eg_buf *out, const struct eg_findings *findings,
                                 const struct eg_package_ref *package, struct eg_error *err)
{
    eg_lines_begin(out, "findings");
    if (package != NULL) {
        char digest[EG_DIGEST_TEXT_LEN + 1];
        eg_digest_text(&package->digest, digest);
        eg_lines_putf(out, "package", "%s %s %s", package->id, package->version, digest);
    }
    eg_lines_putf(out, "valid", "%s", eg_findings_valid(findings) ? "yes" : "no");
    eg_lines_putf(out, "omitted", "%zu", findings->omitted);
    for (size_t i = 0; i < findings->count; i++) {
        write_finding(out, &findings->list[i]);
    }
    return eg_buf_ok(out, "findings", err);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

struct reader {
    struct eg_lines lines;
    struct eg_findings findings;
    struct eg_error *err;
    bool valid;
};

static enum eg_status malformed(struct reader *reader, const char *what)
{
    char where[64];
    snprintf(where, sizeof where, "findings line %u", reader->lines.number);
    return eg_error_set(reader->err, EG_E_FORMAT, where, "%s", what);
}

/* Split at the first blank; false when there is none. */
static bool split(struct eg_bytes text, struct eg_bytes *first, struct eg_bytes *rest)
{
    const uint8_t *blank = text.len == 0 ? NULL : memchr(text.data, ' ', text.len);
    if (blank == NULL) {
        return false;
    }
    *first = (struct eg_bytes){text.data, (size_t)(blank - text.data)};
    *rest = (struct eg_bytes){blank + 1, text.len - first->len - 1};
    return true;
}

static bool copy_word(char *out, size_t size, struct eg_bytes word)
{
    if (word.len >= size || !eg_text_token(word, size - 1)) {
        return false;
    }
    memcpy(out, word.data, word.len);
    out[word.len] = '\0';
    return true;
}

static bool read_package(struct eg_package_ref *out, struct eg_bytes value)
{
    struct eg_bytes id, rest, version, digest;
    return split(value, &id, &rest) && split(rest, &version, &digest) &&
           copy_word(out->id, sizeof out->id, id) &&
           copy_word(out->version, sizeof out->version, version) &&
           eg_digest_untext(digest, &out->digest);
}

static enum eg_status read_head(struct reader *reader, struct eg_package_ref *package,
                                bool *has_package)
{
    uint64_t omitted = 0;
    if (eg_lines_next(&reader->lines) != 1) {
        return malformed(reader, "the text ends early");
    }
    *has_package = eg_bytes_is(reader->lines.key, "package");
    if (*has_package &&
        (!read_package(package, reader->lines.value) || eg_lines_next(&reader->lines) != 1)) {
        return malformed(reader, "package is not '<id> <version> sha256:<hex>'");
    }
    reader->valid = eg_bytes_is(reader->lines.value, "yes");
    if (!eg_bytes_is(reader->lines.key, "valid") ||
        (!reader->valid && !eg_bytes_is(reader->lines.value, "no"))) {
        return malformed(reader, "valid must be yes or no");
    }
    struct eg_bytes value;
    if (!eg_lines_expect(&reader->lines, "omitted", &value) ||
        !eg_text_u64(value, UINT32_MAX, &omitted)) {
        return malformed(reader, "omitted must be a number");
    }
    reader->findings.omitted = (size_t)omitted;
    return EG_OK;
}

static enum eg_status read_finding_line(struct reader *reader, struct eg_finding **out)
{
    struct eg_bytes severity_text, rule;
    enum eg_severity severity = EG_SEVERITY_INFO;
    char name[16];
    char rule_text[EG_ID_MAX + 1];
    struct eg_bytes value;
    uint64_t step = 0;
    if (!split(reader->lines.value, &severity_text, &rule) ||
        !copy_word(name, sizeof name, severity_text) || !eg_severity_named(name, &severity) ||
        !copy_word(rule_text, sizeof rule_text, rule)) {
        return malformed(reader, "finding is not '<severity> <rule>'");
    }
    if (!eg_lines_expect(&reader->lines, "step", &value) || !eg_text_u64(value, 10000, &step)) {
        return malformed(reader, "step must be a number");
    }
    return eg_findings_add(&reader->findings, severity, rule_text, (unsigned)step, NULL, 0, out,
                           reader->err);
}

static enum eg_status unescaped(char **out, struct reader *reader, struct eg_bytes value)
{
    struct eg_buf text;
    eg_buf_init(&text, EG_FINDINGS_MAX);
    enum eg_status status =
        eg_lines_unescape(value, &text) ? EG_OK : malformed(reader, "a backslash stands alone");
    if (status == EG_OK) {
        *out = eg_bytes_dup(eg_bytes_view(&text));
        status = *out == NULL ? eg_error_set(reader->err, EG_E_NOMEM, "findings", "memory ran out")
                              : EG_OK;
    }
    eg_buf_done(&text);
    return status;
}

static enum eg_status read_value(struct reader *reader, struct eg_finding *finding)
{
    struct eg_bytes name, rest;
    char name_text[EG_ID_MAX + 1];
    char *text = NULL;
    if (finding == NULL || !split(reader->lines.value, &name, &rest) ||
        !copy_word(name_text, sizeof name_text, name)) {
        return malformed(reader, "value is not '<name> <text>' of a finding");
    }
    enum eg_status status = unescaped(&text, reader, rest);
    if (status == EG_OK) {
        status = eg_finding_value(finding, name_text, text, reader->err);
    }
    free(text);
    return status;
}

/* Place: location (perhaps) and line, in this order. */
static enum eg_status read_place(struct reader *reader, struct eg_finding *finding)
{
    uint64_t line = 0;
    if (eg_lines_next(&reader->lines) != 1) {
        return malformed(reader, "the text ends early");
    }
    if (eg_bytes_is(reader->lines.key, "location")) {
        enum eg_status status = unescaped(&finding->location, reader, reader->lines.value);
        if (status != EG_OK) {
            return status;
        }
        if (eg_lines_next(&reader->lines) != 1) {
            return malformed(reader, "the text ends early");
        }
    }
    if (!eg_bytes_is(reader->lines.key, "line") ||
        !eg_text_u64(reader->lines.value, UINT32_MAX, &line)) {
        return malformed(reader, "line must be a number");
    }
    finding->line = (unsigned)line;
    return EG_OK;
}

static enum eg_status read_list(struct reader *reader)
{
    struct eg_finding *finding = NULL;
    enum eg_status status = EG_OK;
    int got = eg_lines_next(&reader->lines);
    for (; got == 1 && status == EG_OK; got = eg_lines_next(&reader->lines)) {
        if (eg_bytes_is(reader->lines.key, "value")) {
            status = read_value(reader, finding);
        } else if (!eg_bytes_is(reader->lines.key, "finding") ||
                   reader->findings.count >= EG_FINDINGS_COUNT_MAX) {
            status = malformed(reader, "finding or value expected");
        } else {
            status = read_finding_line(reader, &finding);
            if (status == EG_OK) {
                status = read_place(reader, finding);
            }
        }
    }
    return status == EG_OK && got != 0 ? malformed(reader, "is not 'key value'") : status;
}

enum eg_status eg_findings_read(struct eg_findings *out, struct eg_package_ref *package,
                                bool *has_package, struct eg_bytes text, struct eg_error *err)
{
    struct reader reader = {.err = err};
    struct eg_package_ref ref = {.id = ""};
    bool has_ref = false;
    enum eg_status status = eg_lines_start(&reader.lines, text, "findings")
                                ? read_head(&reader, &ref, &has_ref)
                                : malformed(&reader, "does not begin 'emgate findings 1'");
    if (status == EG_OK) {
        status = read_list(&reader);
    }
    if (status == EG_OK && reader.findings.omitted == 0 &&
        reader.valid != eg_findings_valid(&reader.findings)) {
        status = malformed(&reader, "valid does not fit the findings");
    }
    if (status != EG_OK) {
        eg_findings_done(&reader.findings);
        return status;
    }
    *out = reader.findings;
    *package = ref;
    *has_package = has_ref;
    return EG_OK;
}
