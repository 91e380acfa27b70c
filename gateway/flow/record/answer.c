/*
 * The archive holds receipts and findings; their texts in both languages are made for each answer.
 * So texts that do not fit into an answer are counted in its last line, and no error.
 */
#include "flow/record/answer.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

/* of the line that counts the texts left out */
#define MORE_OCTETS 100

/* Without the package: the values as recorded. */
static void bare_text(struct eg_buf *out, const struct eg_finding *finding)
{
    for (size_t i = 0; i < finding->value_count; i++) {
        eg_buf_format(out, "%s%s=%s", i > 0 ? ", " : "", finding->values[i].name,
                      finding->values[i].text);
    }
}

static enum eg_status one_text(struct eg_buf *out, const char *lang, const struct eg_rules *rules,
                               const struct eg_finding *finding, struct eg_error *err)
{
    eg_buf_format(out, "%s %s", eg_severity_text(finding->severity), finding->rule);
    if (finding->location != NULL) {
        eg_buf_format(out, " %s", finding->location);
    }
    if (finding->line > 0) {
        eg_buf_format(out, " (line %u)", finding->line);
    }
    eg_buf_text(out, "  ");
    enum eg_status status = EG_OK;
    if (rules != NULL) {
        status = eg_rules_text(out, rules, finding, lang, err);
    } else if (!eg_finding_builtin_text(finding, lang, out)) {
        bare_text(out, finding);
    }
    eg_buf_char(out, '\n');
    return status;
}

enum eg_status eg_answer_texts(struct eg_buf *out, const char *lang, const struct eg_rules *rules,
                               const struct eg_findings *findings, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    struct eg_buf one;
    size_t shown = 0;
    bool fits = true;
    eg_buf_init(&one, EG_FINDINGS_MAX);
    while (status == EG_OK && fits && shown < findings->count) {
        eg_buf_reset(&one);
        status = one_text(&one, lang, rules, &findings->list[shown], err);
        fits = !one.failed && out->len + one.len + MORE_OCTETS <= EG_FINDINGS_MAX;
        status = status == EG_E_LIMIT && !fits ? EG_OK : status;
        if (status == EG_OK && fits) {
            eg_buf_bytes(out, eg_bytes_view(&one));
            shown++;
        }
    }
    eg_buf_done(&one);
    size_t more = findings->omitted + findings->count - shown;
    if (more > 0) {
        eg_buf_format(
            out, strcmp(lang, "de") == 0 ? "und %zu weitere Befunde\n" : "and %zu more findings\n",
            more);
    }
    return status != EG_OK ? status : eg_buf_ok(out, "texts of findings", err);
}

enum eg_status eg_answer_texts_both(struct eg_buf *de, struct eg_buf *en,
                                    const struct eg_rules *rules,
                                    const struct eg_findings *findings,
                                    const struct eg_judged *judged, struct eg_error *err)
{
    if (judged != NULL) {
        eg_counts_say(de, &judged->counts, true);
        eg_buf_char(de, '\n');
        eg_counts_say(en, &judged->counts, false);
        eg_buf_char(en, '\n');
    }
    EG_TRY(eg_answer_texts(de, "de", rules, findings, err));
    return eg_answer_texts(en, "en", rules, findings, err);
}

struct eg_outgoing *eg_answer_receipt(const struct eg_job *job, const struct eg_answer_parts *parts)
{
    uint8_t salts[2 * EG_SALT_LEN];
    memcpy(salts, parts->findings_salt->octets, EG_SALT_LEN);
    memcpy(salts + EG_SALT_LEN, parts->report_salt->octets, EG_SALT_LEN);
    const struct eg_bytes frames[] = {
        parts->receipt, {salts, sizeof salts}, parts->findings, parts->text_de, parts->text_en};
    struct eg_outgoing *outgoing =
        eg_outgoing_new(&job->route, job->request_id, job->request_id_len, EG_VERB_RECEIPT);
    bool added = outgoing != NULL;
    for (size_t i = 0; i < sizeof frames / sizeof frames[0] && added; i++) {
        added = eg_outgoing_add(outgoing, frames[i]);
    }
    if (!added) {
        eg_outgoing_free(&outgoing);
    }
    return outgoing;
}

struct stored_parts {
    struct eg_buf findings_text, report, de, en;
    struct eg_salt findings_salt, report_salt;
    struct eg_findings_text read;
};

static enum eg_status read_parts(struct stored_parts *parts, struct eg_store *store,
                                 const struct eg_stored *stored, struct eg_error *err)
{
    EG_TRY(eg_store_content(&parts->findings_text, &parts->findings_salt, store, stored->index,
                            EG_CONTENT_FINDINGS, 0, err));
    EG_TRY(eg_store_content(&parts->report, &parts->report_salt, store, stored->index,
                            EG_CONTENT_REPORT, 0, err));
    return eg_findings_read(&parts->read, eg_bytes_view(&parts->findings_text), err);
}

static enum eg_status make_texts(struct stored_parts *parts, const struct eg_answer_rules *rules,
                                 struct eg_error *err)
{
    const struct eg_rules *compiled = rules != NULL && parts->read.has_package
                                          ? rules->find(rules->payload, &parts->read.package)
                                          : NULL;
    return eg_answer_texts_both(&parts->de, &parts->en, compiled, &parts->read.findings,
                                parts->read.counted ? &parts->read.judged : NULL, err);
}

enum eg_status eg_answer_stored(struct eg_outgoing **out, const struct eg_job *job,
                                struct eg_store *store, const struct eg_stored *stored,
                                const struct eg_answer_rules *rules, struct eg_error *err)
{
    struct stored_parts parts = {0};
    eg_buf_init(&parts.findings_text, EG_FINDINGS_MAX);
    eg_buf_init(&parts.report, EG_REPORT_MAX + EG_MIB);
    eg_buf_init(&parts.de, EG_FINDINGS_MAX);
    eg_buf_init(&parts.en, EG_FINDINGS_MAX);
    enum eg_status status = read_parts(&parts, store, stored, err);
    if (status != EG_OK) {
        goto done;
    }
    status = make_texts(&parts, rules, err);
    if (status != EG_OK) {
        goto done;
    }
    struct eg_answer_parts found = {.receipt = eg_bytes_view(&stored->receipt),
                                    .findings = eg_bytes_view(&parts.findings_text),
                                    .text_de = eg_bytes_view(&parts.de),
                                    .text_en = eg_bytes_view(&parts.en),
                                    .findings_salt = &parts.findings_salt,
                                    .report_salt = &parts.report_salt};
    *out = eg_answer_receipt(job, &found);
    status = *out != NULL ? EG_OK : eg_error_set(err, EG_E_NOMEM, "answer", "memory ran out");

done:
    eg_findings_text_done(&parts.read);
    eg_buf_done(&parts.findings_text);
    eg_buf_done(&parts.report);
    eg_buf_done(&parts.de);
    eg_buf_done(&parts.en);
    return status;
}
