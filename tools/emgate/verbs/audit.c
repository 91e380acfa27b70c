/*
 * emgate audit verify: every condition of the archive, proved anew, findings by entry and number.
 */
#include "emgate/frame/verb.h"

#include "archive/store_held.h"
#include "assess/judge/engine.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "flow/audit/audit_head.h"
#include "flow/record/log_key.h"

#include <inttypes.h>

static const struct eg_tool_option options[] = {
    {"--log-key", "KEY", "verifier key of the log (ORIGIN+ID+BASE64), or a file that holds it",
     false, true},
    {"--anchors", "FILE", "PEM file with the certificates to trust", false, true},
    {"--registrar", "DIGEST",
     "sha256:... of the certificate that alone may sign directories; without it any that leads to "
     "the anchors may",
     false, false},
    {"--head", "FILE",
     "the log's head note, from which the end of the log is known; ARCHIVE.head if that is there",
     false, false},
    {0}};

struct report {
    bool json;
};

/* Reports that the archive holds without a decision: no entries, so nothing to prove. */
struct undecided {
    uint64_t breached, held;
};

/* ---- while it runs ------------------------------------------------------------------------------
 */

static void tell_finding(void *payload, const struct eg_check_finding *finding)
{
    const struct report *report = payload;
    struct eg_buf line = {0};

    eg_buf_init(&line, EG_MIB);
    if (report->json) {
        eg_buf_text(&line, "{\"found\":");
        if (finding->entry == UINT64_MAX) {
            eg_buf_text(&line, "\"log\"");
        } else {
            eg_buf_format(&line, "%" PRIu64, finding->entry);
        }
        eg_buf_format(&line, ",\"condition\":%u,\"text\":", finding->condition);
        eg_text_json(&line, eg_bytes_of(finding->text));
        eg_buf_text(&line, "}\n");
    } else if (finding->entry == UINT64_MAX) {
        eg_buf_format(&line, "FOUND  the log, condition %u: %s\n", finding->condition,
                      finding->text);
    } else {
        eg_buf_format(&line, "FOUND  entry %" PRIu64 ", condition %u: %s\n", finding->entry,
                      finding->condition, finding->text);
    }
    if (!line.failed) {
        fwrite(line.data, 1, line.len, stdout);
    }
    eg_buf_done(&line);
}

static bool tell_progress(void *payload, uint64_t done, uint64_t total)
{
    (void)payload;
    eg_tool_progress("entries", (size_t)done, (size_t)total);
    return !eg_tool_interrupted();
}

/* ---- the end ------------------------------------------------------------------------------------
 */

static enum eg_status count_undecided(struct undecided *out, const char *archive,
                                      struct eg_error *err)
{
    struct eg_store *store = NULL;
    enum eg_status status = eg_store_open(&store, archive, EG_STORE_READ, NULL, err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_store_held_count(&out->breached, &out->held, store, err);

done:
    eg_store_close(&store);
    return status;
}

static void tell_json(const struct eg_check_counts *counts, const struct undecided *undecided,
                      uint64_t findings, const struct eg_audit_head *head)
{
    char size[24] = "null"; /* not compared */

    if (head->good) {
        (void)snprintf(size, sizeof size, "%" PRIu64, head->newest.size);
    }
    printf("{\"entries\":%" PRIu64 ",\"proved_and_rerun\":%" PRIu64 ",\"proved_by_digest\":%" PRIu64
           ",\"failed\":%" PRIu64 ",\"engine_differs\":%" PRIu64 ",\"held\":%" PRIu64
           ",\"breached_once\":%" PRIu64 ",\"findings\":%" PRIu64
           ",\"head_note\":%s,\"good\":%s}\n",
           counts->entries, counts->proved_and_rerun, counts->proved_by_digest, counts->failed,
           counts->engine_differs, undecided->held, undecided->breached, findings, size,
           findings == 0 ? "true" : "false");
}

static void tell_head(const struct eg_audit_head *head)
{
    if (head->good) {
        printf("head note         of %" PRIu64 " entries, compared\n", head->newest.size);
    } else {
        printf("head note         %s\n",
               head->there ? "not one of this log"
                           : "none: whether newer entries are missing was not checked");
    }
}

static void tell_text(const struct eg_check_counts *counts, const struct undecided *undecided,
                      uint64_t findings, const char *origin, const struct eg_audit_head *head)
{
    printf("log               %s, %" PRIu64 " entries\n", origin, counts->entries);
    printf("proved and rerun  %" PRIu64 "\n", counts->proved_and_rerun);
    printf("proved by digest  %" PRIu64, counts->proved_by_digest);
    if (counts->engine_differs > 0) {
        printf("   (%" PRIu64 " decided by an engine of other semantics)", counts->engine_differs);
    }
    printf("\nfailed            %" PRIu64 "\n", counts->failed);
    printf("held, not judged  %" PRIu64 "   (and %" PRIu64
           " that met a ceiling once; no entries: emgate held list)\n",
           undecided->held, undecided->breached);
    tell_head(head);
    if (findings == 0) {
        printf("ok: every condition holds for every entry\n");
    } else {
        printf("NOT ok: %" PRIu64 " finding%s\n", findings, findings == 1 ? "" : "s");
    }
}

static enum eg_status take_settings(struct eg_audit_settings *out, struct eg_log_key_given *key,
                                    struct eg_buf *anchors, struct eg_digest *registrar,
                                    const struct eg_tool_args *args, struct eg_error *err)
{
    const char *signer = eg_tool_value(args, "--registrar", 0);
    EG_TRY(eg_log_key_take(key, eg_tool_value(args, "--log-key", 0), err));
    EG_TRY(eg_file_read_some(anchors, eg_tool_value(args, "--anchors", 0), err));
    if (signer != NULL && !eg_digest_untext(eg_bytes_of(signer), registrar)) {
        return eg_error_set(err, EG_E_USAGE, "--registrar",
                            "must be sha256: and 64 hex digits of a certificate's digest");
    }
    out->archive = eg_tool_operand(args, 0);
    out->origin = key->origin;
    out->log_key = key->key;
    out->anchors_pem = eg_bytes_view(anchors);
    out->registrar = signer != NULL ? registrar : NULL;
    return EG_OK;
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct report report = {eg_tool_json(args)};
    struct eg_audit_settings settings = {
        .payload = &report, .finding = tell_finding, .progress = tell_progress};
    struct eg_log_key_given key = {0};
    struct eg_digest registrar = {0};
    struct eg_check_counts counts = {0};
    struct eg_audit_head head = {.there = false};
    struct undecided undecided = {0};
    struct eg_buf anchors = {0};
    uint64_t findings = 0;
    enum eg_status status = EG_OK;

    eg_buf_init(&anchors, 16 * EG_MIB);
    status = take_settings(&settings, &key, &anchors, &registrar, args, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_audit_head_read(&head, eg_tool_value(args, "--head", 0), &settings, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_engine_init(err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_audit_verify(&counts, &findings, &settings, err);
    eg_engine_done();
    if (status != EG_OK) {
        goto done;
    }
    status = eg_audit_head_check(&findings, &head, &settings, err);
    if (status != EG_OK) {
        goto done;
    }
    status = count_undecided(&undecided, settings.archive, err);

done:
    eg_buf_done(&anchors);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    if (report.json) {
        tell_json(&counts, &undecided, findings, &head);
    } else {
        tell_text(&counts, &undecided, findings, key.origin, &head);
    }
    return findings == 0 ? EG_EXIT_DONE : EG_EXIT_NEGATIVE;
}

const struct eg_tool_verb eg_verb_audit_verify = {
    .name = "audit verify",
    .summary = "prove an archive and repeat every decision",
    .operands = "ARCHIVE",
    .operands_min = 1,
    .operands_max = 1,
    .description =
        "Reads the archive with its own eyes, a gateway running or not, and trusts nothing but "
        "the log key and the anchors given: hashes every entry again, builds the tree, checks "
        "every receipt and every content against its digest, checks every signature as of the "
        "time of receipt, and makes every decision again from the archived report, rule package, "
        "directory and facts.\n"
        "Each finding names the entry and the number of the condition: 1 entry's text; 2 tree; "
        "3 checkpoint; 4 report; 5 signature; 6 findings, parameters, facts, notifications; 7 "
        "receipt; "
        "8 signer and authorisation; 9 directory, package, key and revocation data; 10 rerun; "
        "11 identities and times; 12 look-ups and streams; 13 facts leaned on; 14 facts left "
        "behind; 15 completeness.\n"
        "An archive that was cut back as a whole to an earlier state can not be told from an "
        "earlier archive by itself: it is compared with the log's head note, if there is one; "
        "else compare it with the newest receipt or checkpoint that anybody holds.\n"
        "Reports that met a ceiling and were not decided are no entries; how many are held is told "
        "as a count of its own.\n"
        "Exit status 0: no finding; 1: findings; 2: could not be read to its end.",
    .example = "emgate audit verify archive.db --log-key log.vkey --anchors anchors.pem",
    .options = options,
    .run = run,
};
