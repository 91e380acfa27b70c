/*
 * emgate submit: sign reports, hand them in, keep what came back. Several are in flight at a time;
 * a line tells of each as its answer comes, and the files beside it hold what proves it.
 */
#include "base/error.h"
#include "emgate/frame/connection.h"
#include "emgate/frame/terminal.h"
#include "emgate/verbs/counts.h"
#include "emgate/verbs/keep.h"
#include "emgate/verbs/newest.h"
#include "emgate/verbs/proofs.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "verify/sign.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REPORT_READ_MAX                                                                            \
    (EG_REPORT_MAX + 8 * EG_MIB) /* too large ones are the gateway's to reject */
#define WINDOW_USUAL 16

static const struct eg_tool_option options[] = {
    {"--sign", "KEY,CERT", "sign here with this key and certificate; else FILE.p7s is sent", false,
     false},
    EG_CONNECTION_OPTIONS,
    {"-o", "DIR", "where receipts go; beside each FILE if not given", false, false},
    {"--window", "N", "reports in flight at a time (16)", false, false},
    {"--strict", NULL, "exit 1 unless every report was accepted and judged completely", false,
     false},
    EG_NEWEST_OPTION,
    {0}};

/* One report on its way. */
struct sending {
    const char *file;
    /* 0: not sent */
    uint64_t ticket;
    /* where its signature lies until the answer is there */
    char *pending;
};

struct work {
    const struct eg_tool_args *args;
    /* NULL: beside each file */
    const char *dir;
    struct eg_client *client;
    /* NULL: FILE.p7s */
    struct eg_signing_key *key;
    struct sending *sendings;
    size_t count, finished;
    size_t accepted, rejected, failed, contradictions;
    /* accepted, but not judged completely */
    size_t incomplete;
    struct eg_newest *newest;
};

/* ---- telling ---- */

static const char *word_of(const struct eg_client_reply *reply)
{
    switch (reply->kind) {
    case EG_CLIENT_RECEIPT:
        return strcmp(reply->code, "contradiction") == 0 ? "contradiction"
               : !reply->proved                          ? "unproved"
               : reply->accepted                         ? "accepted"
                                                         : "rejected";
    case EG_CLIENT_UNAUTHENTICATED:
        return "unauthenticated";
    case EG_CLIENT_ERROR:
        return "error";
    case EG_CLIENT_UNANSWERED:
        break;
    }
    return "unanswered";
}

static void put_json(struct eg_buf *out, const char *key, const char *value)
{
    eg_buf_format(out, ",\"%s\":", key);
    eg_text_json(out, eg_bytes_of(value));
}

static void tell_json(const char *file, const struct eg_client_reply *reply)
{
    struct eg_buf line = {0};
    eg_buf_init(&line, EG_MIB);
    eg_buf_text(&line, "{\"file\":");
    eg_text_json(&line, eg_bytes_of(file));
    put_json(&line, "answer", word_of(reply));
    put_json(&line, "code", reply->code);
    if (reply->kind == EG_CLIENT_RECEIPT) {
        eg_buf_format(&line, ",\"entry\":%" PRIu64, reply->index);
        eg_tool_counts_json(&line, &reply->counts);
    }
    if (reply->kind == EG_CLIENT_ERROR || reply->retry_after_ms > 0) {
        eg_buf_format(&line, ",\"retry_after_ms\":%" PRIu32, reply->retry_after_ms);
    }
    put_json(&line, "rule", reply->rule);
    put_json(&line, "where", reply->where);
    put_json(&line, "text", reply->text);
    put_json(&line, "en", reply->en);
    put_json(&line, "de", reply->de);
    eg_buf_text(&line, "}\n");
    if (!line.failed) {
        fwrite(line.data, 1, line.len, stdout);
    }
    eg_buf_done(&line);
}

static void tell_receipt(const char *file, const struct eg_client_reply *reply)
{
    struct eg_buf words = {0};

    eg_buf_init(&words, EG_KIB);
    eg_tool_counts_text(&words, &reply->counts);
    printf("%-15s  entry %6" PRIu64 "  %s  %s\n", word_of(reply), reply->index, file,
           words.data != NULL ? (const char *)words.data : "");
    eg_buf_done(&words);
}

static bool is_complete(const struct eg_client_reply *reply)
{
    return reply->counts.counted && reply->counts.judged > 0 && reply->counts.undecided == 0;
}

static void tell(const struct work *work, const char *file, const struct eg_client_reply *reply)
{
    if (eg_tool_json(work->args)) {
        tell_json(file, reply);
        return;
    }
    if (reply->kind == EG_CLIENT_RECEIPT && reply->proved) {
        tell_receipt(file, reply);
        return;
    }
    printf("%-15s  %s  %s: %s%s%s\n", word_of(reply), file, reply->code, reply->en,
           reply->text[0] == '\0' ? "" : " ", reply->text);
}

/* A receipt that is proved and kept, but not the only truth of its gateway. */
static void tell_contradiction(struct work *work, const char *file,
                               const struct eg_client_reply *reply, const char *en,
                               const char *text)
{
    struct eg_client_reply told = {.kind = EG_CLIENT_RECEIPT, .index = reply->index};
    snprintf(told.code, sizeof told.code, "contradiction");
    snprintf(told.en, sizeof told.en, "%s", en);
    snprintf(told.text, sizeof told.text, "%.399s", text);
    tell(work, file, &told);
    work->contradictions++;
}

/* A file that never came so far as to be sent. */
static void tell_unsent(struct work *work, const char *file, const struct eg_error *err)
{
    struct eg_client_reply reply = {.kind = EG_CLIENT_UNANSWERED};
    snprintf(reply.code, sizeof reply.code, "not-sent");
    snprintf(reply.en, sizeof reply.en, "%.380s.", eg_status_text(err->status));
    snprintf(reply.where, sizeof reply.where, "%s", err->where);
    snprintf(reply.text, sizeof reply.text, "%.399s", err->text);
    tell(work, file, &reply);
    work->failed++;
    work->finished++;
}

/* ---- sending ---- */

/* Sign, or take the signature beside the report. */
static enum eg_status take_signature(struct eg_buf *cms, struct work *work, const char *file,
                                     struct eg_bytes report, struct eg_error *err)
{
    eg_buf_init(cms, EG_CMS_MAX);
    if (work->key != NULL) {
        return eg_cms_sign(cms, work->key, EG_SIGNED_REPORT, report, eg_clock_wall_ms(), err);
    }
    char *signature = eg_connection_beside(NULL, file, ".p7s");
    enum eg_status status = signature == NULL
                                ? eg_error_set(err, EG_E_NOMEM, file, "memory ran out")
                                : eg_file_read(cms, signature, err);
    free(signature);
    return status;
}

/* What makes a sending the same one: the report, and who signs it or, made elsewhere, how. */
static struct eg_digest digest_of(const struct work *work, struct eg_bytes report,
                                  struct eg_bytes cms)
{
    struct eg_digest parts[2] = {eg_hash(report)};
    parts[1] = work->key == NULL ? eg_hash(cms) : eg_signing_key_signer(work->key)->certificate;
    return eg_hash((struct eg_bytes){parts[0].octets, sizeof parts});
}

/*
 * The signature is kept before it is sent: what the gateway may hold is then here too. One that was
 * sent before and not answered is sent again, so that the one in the log is the one that is kept.
 */
static enum eg_status keep_signature(struct eg_buf *cms, struct work *work, struct sending *sending,
                                     struct eg_bytes report, struct eg_error *err)
{
    struct eg_buf before = {0};
    struct eg_error own = {.status = EG_OK};
    struct eg_digest digest = digest_of(work, report, eg_bytes_view(cms));
    sending->pending = eg_proofs_pending(work->dir, sending->file,
                                         (struct eg_octets){digest.octets, EG_DIGEST_LEN});
    if (sending->pending == NULL) {
        return eg_error_set(err, EG_E_NOMEM, sending->file, "memory ran out");
    }
    eg_buf_init(&before, EG_CMS_MAX);
    enum eg_status status = eg_file_read(&before, sending->pending, &own);
    if (status == EG_E_NOTFOUND) {
        status = eg_keep_file(sending->pending, (struct eg_octets){cms->data, cms->len}, err);
    } else if (status == EG_OK) {
        eg_buf_reset(cms);
        eg_buf_bytes(cms, eg_bytes_view(&before));
        status = eg_buf_ok(cms, sending->pending, err);
    } else {
        status = eg_error_set(err, status, sending->pending, "%s", own.text);
    }
    eg_buf_done(&before);
    return status;
}

static enum eg_status load(struct eg_buf *report, struct eg_buf *cms, struct work *work,
                           struct sending *sending, struct eg_error *err)
{
    EG_TRY(eg_connection_read(report, sending->file, REPORT_READ_MAX, err));
    EG_TRY(take_signature(cms, work, sending->file, eg_bytes_view(report), err));
    return keep_signature(cms, work, sending, eg_bytes_view(report), err);
}

/* Send one file. Only what ends the whole run comes back as a failure. */
static enum eg_status send_file(struct work *work, struct sending *sending, struct eg_error *err)
{
    struct eg_buf report = {0};
    struct eg_buf cms = {0};
    struct eg_error own = {.status = EG_OK};
    enum eg_status status = load(&report, &cms, work, sending, &own);
    bool loaded = status == EG_OK;
    if (loaded) {
        status =
            eg_client_send(&sending->ticket, work->client, (struct eg_octets){cms.data, cms.len},
                           (struct eg_octets){report.data, report.len}, &own);
    }
    eg_buf_done(&report);
    eg_buf_done(&cms);
    if (status != EG_OK && (!loaded || status == EG_E_LIMIT)) {
        tell_unsent(work, sending->file, &own);
        return EG_OK;
    }
    if (status != EG_OK && err != NULL) {
        *err = own;
    }
    return status;
}

static struct sending *sending_of(const struct work *work, uint64_t ticket)
{
    for (size_t i = 0; i < work->count; i++) {
        if (work->sendings[i].ticket == ticket) {
            return &work->sendings[i];
        }
    }
    return NULL;
}

/* Keep what came, then ask whether it can be true together with what came before. */
static enum eg_status take_receipt(struct work *work, const struct sending *sending,
                                   const struct eg_client_reply *reply, struct eg_error *err)
{
    const struct eg_proofs proofs = {.dir = work->dir,
                                     .file = sending->file,
                                     .pending = sending->pending,
                                     .log_key = eg_client_log_key(work->client)};
    struct eg_proofs_kept kept = {.found = EG_PROOFS_ALONE};
    struct eg_error own = {.status = EG_OK};
    enum eg_status status = eg_proofs_keep(&kept, &proofs, reply, err);
    if (status == EG_OK && kept.found != EG_PROOFS_ALONE) {
        snprintf(own.text, sizeof own.text, "%s and %s", kept.other, kept.receipt);
        tell_contradiction(work, sending->file, reply,
                           kept.found == EG_PROOFS_CONTRADICTION
                               ? "Two receipts for one submission: keep both."
                               : "Another receipt lies under this name and can not be compared.",
                           own.text);
    }
    eg_proofs_kept_done(&kept);
    if (status != EG_OK) {
        return status;
    }
    if (reply->proved) {
        status = eg_newest_see(work->newest, reply->receipt, &own);
        if (status == EG_E_DENIED) {
            tell_contradiction(work, sending->file, reply, "The log contradicts itself:", own.text);
            status = EG_OK;
        } else if (status != EG_OK) {
            status = eg_error_set(err, status, own.where, "%s", own.text);
        }
    }
    return status;
}

static enum eg_status take_one(struct work *work, struct eg_error *err)
{
    struct eg_client_reply reply = {.kind = EG_CLIENT_UNANSWERED};
    enum eg_status status = eg_client_take(&reply, work->client, INT32_MAX, err);
    if (status != EG_OK) {
        return status;
    }
    const struct sending *sending = sending_of(work, reply.ticket);
    size_t before = work->contradictions;
    if (sending == NULL) {
        status = eg_error_set(err, EG_E_INTERNAL, "submit", "an answer to nothing that was sent");
    } else if (reply.kind == EG_CLIENT_RECEIPT) {
        status = take_receipt(work, sending, &reply, err);
    } else if (reply.kind == EG_CLIENT_UNAUTHENTICATED) {
        (void)unlink(sending->pending); /* never recorded, and another one is needed */
    }
    if (status != EG_OK) {
        goto done;
    }
    bool decided = reply.kind == EG_CLIENT_RECEIPT && reply.proved;
    bool believed = work->contradictions == before;
    work->accepted += decided && believed && reply.accepted;
    work->rejected += decided && believed && !reply.accepted;
    work->incomplete += decided && believed && reply.accepted && !is_complete(&reply);
    work->failed += !decided;
    work->finished++;
    if (believed) {
        tell(work, sending->file, &reply);
    }
    eg_tool_progress("reports", work->finished, work->count);

done:
    eg_client_reply_done(&reply);
    return status;
}

static enum eg_status send_all(struct work *work, uint64_t window, struct eg_error *err)
{
    EG_TRY(eg_client_connect(work->client, err));
    for (size_t i = 0; i < work->count; i++) {
        while (eg_client_in_flight(work->client) >= window) {
            EG_TRY(take_one(work, err));
        }
        if (work->contradictions > 0) {
            struct eg_error own = {.status = EG_E_STATE};
            snprintf(own.text, sizeof own.text, "nothing more is sent after a contradiction");
            tell_unsent(work, work->sendings[i].file, &own);
        } else {
            EG_TRY(send_file(work, &work->sendings[i], err));
        }
    }
    while (eg_client_in_flight(work->client) > 0) {
        EG_TRY(take_one(work, err));
    }
    return EG_OK;
}

/* ---- setting up ---- */

static enum eg_status load_key(struct work *work, struct eg_identity_files *identity, char *pair,
                               struct eg_error *err)
{
    char *comma = strchr(pair, ',');
    if (comma == NULL || comma == pair || comma[1] == '\0') {
        return eg_error_set(err, EG_E_USAGE, "--sign", "KEY,CERT is needed: two files");
    }
    *comma = '\0';
    identity->key = pair;
    identity->cert = comma + 1;
    return eg_signing_key_read(&work->key, identity->key, identity->cert, err);
}

static const char *base_name(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash == NULL ? file : slash + 1;
}

static int by_name(const void *a, const void *b)
{
    const struct sending *x = a;
    const struct sending *y = b;
    return strcmp(base_name(x->file), base_name(y->file));
}

/* With -o, two files of one name would leave one receipt. */
static enum eg_status check_names(const struct work *work, struct eg_error *err)
{
    struct sending *sorted = calloc(work->count, sizeof *sorted);
    enum eg_status status =
        sorted != NULL ? EG_OK : eg_error_set(err, EG_E_NOMEM, "submit", "memory ran out");
    if (status != EG_OK) {
        goto done;
    }
    memcpy(sorted, work->sendings, work->count * sizeof *sorted);
    qsort(sorted, work->count, sizeof *sorted, by_name);
    for (size_t i = 1; i < work->count; i++) {
        if (by_name(&sorted[i - 1], &sorted[i]) == 0) {
            status = eg_error_set(err, EG_E_USAGE, "-o",
                                  "%s and %s would have their receipts in one place; leave out -o, "
                                  "or submit them into two folders",
                                  sorted[i - 1].file, sorted[i].file);
        }
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    free(sorted);
    return status;
}

static enum eg_status set_up(struct work *work, char **pair, uint64_t *window, struct eg_error *err)
{
    const char *sign = eg_tool_value(work->args, "--sign", 0);
    struct eg_identity_files identity = {NULL, NULL};
    EG_TRY(eg_connection_number(window, work->args, "--window",
                                (struct eg_number_range){1, EG_CLIENT_WINDOW_MAX, WINDOW_USUAL},
                                err));
    if (sign != NULL) {
        *pair = strdup(sign);
        EG_TRY(*pair == NULL ? eg_error_set(err, EG_E_NOMEM, "--sign", "memory ran out")
                             : load_key(work, &identity, *pair, err));
    }
    if (work->dir != NULL) {
        EG_TRY(eg_file_mkdirs(work->dir, err));
    }
    EG_TRY(eg_connection_new(&work->client, work->args, &identity, (unsigned)*window, err));
    EG_TRY(eg_newest_open(&work->newest, work->args, eg_client_log_key(work->client), err));
    work->sendings = calloc(work->count, sizeof *work->sendings);
    if (work->sendings == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "submit", "memory ran out");
    }
    for (size_t i = 0; i < work->count; i++) {
        work->sendings[i].file = eg_tool_operand(work->args, i);
    }
    return work->dir != NULL ? check_names(work, err) : EG_OK;
}

static int result(const struct work *work, enum eg_status status, struct eg_error *err)
{
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    if (work->contradictions > 0) {
        eg_error_set(
            err, EG_E_DENIED, "submit",
            "%zu contradictions, in %zu reports; %zu have no receipt. Keep all files named "
            "and show them to the authority: the gateway may have been set back",
            work->contradictions, work->count, work->failed);
        return EG_EXIT_COULD_NOT;
    }
    if (work->failed > 0) {
        eg_error_set(err, EG_E_STATE, "submit",
                     "%zu of %zu reports have no receipt; mend what their lines say and submit "
                     "them again",
                     work->failed, work->count);
        return EG_EXIT_COULD_NOT;
    }
    bool strict = eg_tool_flag(work->args, "--strict");
    if (strict && work->incomplete > 0) {
        eg_error_set(err, EG_E_STATE, "--strict",
                     "%zu of %zu reports were accepted, but not judged completely; their findings "
                     "say what is missing",
                     work->incomplete, work->count);
        eg_tool_complain("submit", err, eg_tool_json(work->args));
    }
    return work->rejected > 0 || (strict && work->incomplete > 0) ? EG_EXIT_NEGATIVE : EG_EXIT_DONE;
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct work work = {
        .args = args, .dir = eg_tool_value(args, "-o", 0), .count = eg_tool_operand_count(args)};
    char *pair = NULL;
    uint64_t window = 0;
    enum eg_status status = set_up(&work, &pair, &window, err);
    if (status != EG_OK) {
        goto done;
    }
    status = send_all(&work, window, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_client_bye(work.client);

done:
    eg_client_free(&work.client);
    eg_signing_key_free(&work.key);
    eg_newest_free(&work.newest);
    for (size_t i = 0; work.sendings != NULL && i < work.count; i++) {
        free(work.sendings[i].pending);
    }
    free(work.sendings);
    free(pair);
    return result(&work, status, err);
}

const struct eg_tool_verb eg_verb_submit = {
    .name = "submit",
    .summary = "hand in reports, keep their receipts",
    .operands = "FILE...",
    .operands_min = 1,
    .operands_max = -1,
    .description =
        "Greets the gateway that the endpoint card names, hands in each report and prints a line "
        "for each answer.\n\n"
        "For a receipt, these files are kept, named by the version that it is about: "
        "FILE.v1.receipt (the proof), FILE.v1.findings, FILE.v1.salts (with them receipt and "
        "findings can be compared offline), FILE.v1.de.txt and FILE.v1.en.txt (the findings in "
        "words), FILE.v1.p7s (the signature that was sent). A receipt is proved before it is "
        "believed. Nothing is overwritten: what belongs to another submission is kept beside it as "
        "FILE.v1.2.receipt and so on. A signature lies in FILE.<digest>.unanswered.p7s until the "
        "answer is there, and is sent again by the next run.\n\n"
        "A second receipt that differs from the first for the same submission is kept beside it "
        "and called a contradiction. Each receipt is compared with the newest one held of this log "
        "(--state): a log that was set back is called a contradiction too, and both receipts are "
        "kept in the state folder.\n\n"
        "Each line says how much of what the report owed was judged: completely, in part or not at "
        "all, with counts (owed = judged + undecided).\n\n"
        "Sending again is safe: the same report gets the same receipt. Exit status 0: all "
        "accepted; 1: at least one rejected, or with --strict not judged completely; 2: at least "
        "one has no receipt, or contradicts.",
    .example = "emgate submit --card gateway.card --anchors ca.pem --sign plant.key,plant.pem "
               "-o receipts 2011-04-06.xml",
    .options = options,
    .run = run};
