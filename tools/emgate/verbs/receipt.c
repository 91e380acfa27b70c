/*
 * emgate receipt verify: a receipt proved offline with the log key alone, and compared with the
 * files that it is about.
 */
#include "base/error.h"
#include "emgate/frame/verb.h"
#include "emgate/verbs/counts.h"
#include "emgate/verbs/keep.h"

#include "base/file.h"
#include "base/text.h"
#include "flow/record/log_key.h"
#include "proof/receipt.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct eg_tool_option options[] = {
    {"--log-key", "KEY", "verifier key of the log (ORIGIN+ID+BASE64), or a file that holds it",
     false, true},
    {"--report", "FILE", "show that the receipt is about this report", false, false},
    {"--findings", "FILE", "show that these are the findings of the decision", false, false},
    {"--salt", "SALTS",
     "the salts: the FILE.salts that came with the receipt, or 64 hex digits for the one content "
     "compared; without it the file beside the receipt",
     false, false},
    {0}};

/* ---- salts
 * --------------------------------------------------------------------------------------- */

/* NAME.receipt -> NAME.salts; free(). */
static char *beside(const char *receipt)
{
    size_t len = strlen(receipt), end = strlen(".receipt");
    struct eg_buf path = {0};

    eg_buf_init(&path, 64 * EG_KIB);
    if (len > end && strcmp(receipt + len - end, ".receipt") == 0) {
        len -= end;
    }
    eg_buf_add(&path, receipt, len);
    eg_buf_text(&path, ".salts");
    if (path.failed) {
        eg_buf_done(&path);
    }
    return (char *)path.data;
}

static enum eg_status take_salts(struct eg_keep_salts *out, const struct eg_tool_args *args,
                                 struct eg_error *err)
{
    const char *given = eg_tool_value(args, "--salt", 0);
    struct eg_buf text = {0};
    char *path = NULL;
    enum eg_status status = EG_OK;

    if (given != NULL && eg_text_unhex(eg_bytes_of(given), out->report.octets, EG_SALT_LEN)) {
        out->findings = out->report;
        return EG_OK;
    }
    path = given != NULL ? strdup(given) : beside(eg_tool_operand(args, 0));
    if (path == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "receipt", "memory ran out");
    }
    eg_buf_init(&text, EG_KIB);
    status = eg_file_read(&text, path, err);
    if (status == EG_E_NOTFOUND && given == NULL) {
        status = eg_error_set(err, EG_E_NOTFOUND, path,
                              "the salts are needed to compare contents; give them with --salt");
    }
    if (status != EG_OK) {
        goto done;
    }
    if (!eg_keep_salts_read(out, eg_bytes_view(&text))) {
        status = eg_error_set(err, EG_E_FORMAT, path, "is not a file of salts");
    }

done:
    eg_buf_done(&text);
    free(path);
    return status;
}

/* ---- comparing
 * ----------------------------------------------------------------------------------- */

/* *same: SHA-256(salt || file) is the digest that the entry names. */
static enum eg_status compare(bool *same, const char *path, const struct eg_salt *salt,
                              const struct eg_digest *named, struct eg_error *err)
{
    struct eg_buf content = {0};
    struct eg_digest digest = {0};
    enum eg_status status = EG_OK;

    eg_buf_init(&content, EG_REPORT_MAX + EG_MIB);
    status = eg_file_read(&content, path, err);
    if (status != EG_OK) {
        goto done;
    }
    digest = eg_hash_salted(salt, eg_bytes_view(&content));
    *same = named != NULL && eg_digest_equal(&digest, named);

done:
    eg_buf_done(&content);
    return status;
}

struct verdict {
    bool proved, report_asked, report_same, findings_asked, findings_same;
    char why[EG_ERROR_TEXT_MAX];
};

static enum eg_status compare_files(struct verdict *verdict, const struct eg_entry *entry,
                                    const struct eg_tool_args *args, struct eg_error *err)
{
    const char *report = eg_tool_value(args, "--report", 0);
    const char *findings = eg_tool_value(args, "--findings", 0);
    struct eg_keep_salts salts = {0};

    verdict->report_asked = report != NULL;
    verdict->findings_asked = findings != NULL;
    if (report == NULL && findings == NULL) {
        return EG_OK;
    }
    EG_TRY(take_salts(&salts, args, err));
    if (report != NULL) {
        EG_TRY(compare(&verdict->report_same, report, &salts.report,
                       entry->has_report ? &entry->report : NULL, err));
    }
    if (findings != NULL) {
        return compare(&verdict->findings_same, findings, &salts.findings,
                       entry->has_findings ? &entry->findings : NULL, err);
    }
    return EG_OK;
}

/* ---- telling
 * ------------------------------------------------------------------------------------- */

static bool good(const struct verdict *verdict)
{
    return verdict->proved && verdict->report_asked == verdict->report_same &&
           verdict->findings_asked == verdict->findings_same;
}

static void tell_counts(const struct eg_entry *entry)
{
    const struct eg_client_counts counts = eg_tool_counts_of(entry);
    struct eg_buf words = {0};

    eg_buf_init(&words, EG_KIB);
    eg_tool_counts_text(&words, &counts);
    printf("judgement   %s\n", words.data != NULL ? (const char *)words.data : "");
    eg_buf_done(&words);
}

static void tell_entry(const struct eg_receipt *receipt)
{
    const struct eg_entry *entry = &receipt->entry;
    char recorded[EG_TIME_TEXT_MAX] = "", received[EG_TIME_TEXT_MAX] = "";
    char identity[EG_IDENTITY_TEXT_MAX] = "";

    eg_text_time(recorded, entry->recorded_at_ms);
    printf("entry       %" PRIu64 " of %s, in a tree of %" PRIu64 "\n", receipt->index,
           receipt->checkpoint.origin, receipt->checkpoint.size);
    if (entry->kind == EG_ENTRY_SUBMISSION) {
        eg_text_time(received, entry->received_at_ms);
        eg_identity_text(&entry->identity, identity);
        printf("submission  %s\noutcome     %s\nreceived    %s\n", identity,
               entry->accepted ? "accepted" : "rejected", received);
        tell_counts(entry);
    }
    printf("recorded    %s\n", recorded);
    if (entry->has_package) {
        printf("rules       %s %s\n", entry->package.id, entry->package.version);
    }
}

static void tell_text(const struct verdict *verdict, const struct eg_receipt *receipt)
{
    if (!verdict->proved) {
        printf("NOT proved  %s\n", verdict->why);
        return;
    }
    tell_entry(receipt);
    if (verdict->report_asked) {
        printf("report      %s\n",
               verdict->report_same ? "is the one recorded" : "is NOT the one recorded");
    }
    if (verdict->findings_asked) {
        printf("findings    %s\n",
               verdict->findings_same ? "are the ones recorded" : "are NOT the ones recorded");
    }
    printf("%s\n", good(verdict) ? "proved" : "NOT proved");
}

static void tell_json(const struct verdict *verdict, const struct eg_receipt *receipt)
{
    struct eg_buf line = {0};
    const struct eg_entry *entry = &receipt->entry;
    char identity[EG_IDENTITY_TEXT_MAX] = "";

    eg_buf_init(&line, EG_MIB);
    eg_buf_format(&line, "{\"proved\":%s", verdict->proved ? "true" : "false");
    if (!verdict->proved) {
        eg_buf_text(&line, ",\"why\":");
        eg_text_json(&line, eg_bytes_of(verdict->why));
    } else {
        eg_buf_format(&line,
                      ",\"entry\":%" PRIu64 ",\"size\":%" PRIu64 ",\"origin\":", receipt->index,
                      receipt->checkpoint.size);
        eg_text_json(&line, eg_bytes_of(receipt->checkpoint.origin));
        if (entry->kind == EG_ENTRY_SUBMISSION) {
            eg_identity_text(&entry->identity, identity);
            eg_buf_text(&line, ",\"submission\":");
            eg_text_json(&line, eg_bytes_of(identity));
            eg_buf_format(&line, ",\"outcome\":\"%s\"", entry->accepted ? "accepted" : "rejected");
            const struct eg_client_counts counts = eg_tool_counts_of(entry);
            eg_tool_counts_json(&line, &counts);
        }
    }
    if (verdict->report_asked) {
        eg_buf_format(&line, ",\"report\":%s", verdict->report_same ? "true" : "false");
    }
    if (verdict->findings_asked) {
        eg_buf_format(&line, ",\"findings\":%s", verdict->findings_same ? "true" : "false");
    }
    eg_buf_text(&line, "}\n");
    if (!line.failed) {
        fwrite(line.data, 1, line.len, stdout);
    }
    eg_buf_done(&line);
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct eg_log_key_given key = {0};
    struct eg_receipt receipt = {0};
    struct eg_error why = {0};
    struct verdict verdict = {0};
    struct eg_buf text = {0};
    enum eg_status status = eg_log_key_take(&key, eg_tool_value(args, "--log-key", 0), err);

    eg_buf_init(&text, EG_RECEIPT_MAX);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_read(&text, eg_tool_operand(args, 0), err);
    if (status != EG_OK) {
        goto done;
    }
    verdict.proved =
        eg_receipt_verify(&receipt, eg_bytes_view(&text), key.origin, key.key, &why) == EG_OK;
    (void)snprintf(verdict.why, sizeof verdict.why, "%s", why.text);
    if (verdict.proved) {
        status = compare_files(&verdict, &receipt.entry, args, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    if (eg_tool_json(args)) {
        tell_json(&verdict, &receipt);
    } else {
        tell_text(&verdict, &receipt);
    }

done:
    if (verdict.proved) {
        eg_receipt_done(&receipt);
    }
    eg_buf_done(&text);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    return good(&verdict) ? EG_EXIT_DONE : EG_EXIT_NEGATIVE;
}

const struct eg_tool_verb eg_verb_receipt_verify = {
    .name = "receipt verify",
    .summary = "prove a receipt offline",
    .operands = "RECEIPT",
    .operands_min = 1,
    .operands_max = 1,
    .description =
        "Shows with the log key alone that the entry in the receipt stands in the log: its hash "
        "and the path lead to the root that the log has signed. With --report or --findings also "
        "that the entry is about these octets; digests in entries are salted, so the salts that "
        "came with the receipt are needed. Exit status 0: proved; 1: not proved, or about other "
        "octets; 2: could not be read.",
    .example = "emgate receipt verify 2011-04-06.xml.receipt --log-key log.vkey "
               "--report 2011-04-06.xml",
    .options = options,
    .run = run,
};
