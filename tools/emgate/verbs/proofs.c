/*
 * One stem after the other is looked at, until one is free or holds this very receipt. The salts
 * are made first: they are drawn for one receipt, so that whoever made them owns the stem.
 */
#include "emgate/verbs/proofs.h"

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "emgate/frame/connection.h"
#include "emgate/verbs/keep.h"
#include "proof/receipt.h"

#include <emgate/receipt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void eg_proofs_kept_done(struct eg_proofs_kept *kept)
{
    free(kept->receipt);
    free(kept->other);
    *kept = (struct eg_proofs_kept){.found = EG_PROOFS_ALONE};
}

char *eg_proofs_pending(const char *dir, const char *file, struct eg_octets what)
{
    char *stem = eg_connection_beside(dir, file, "");
    char *name = stem == NULL ? NULL : eg_keep_name(stem, what, ".unanswered.p7s");
    free(stem);
    return name;
}

static enum eg_status no_memory(const struct eg_proofs *proofs, struct eg_error *err)
{
    return eg_error_set(err, EG_E_NOMEM, proofs->file, "memory ran out");
}

/* ---- one stem ---- */

static enum eg_status keep(const char *stem, const char *ending, struct eg_octets octets,
                           struct eg_error *err)
{
    char *path = NULL;
    if (asprintf(&path, "%s%s", stem, ending) < 0) {
        return eg_error_set(err, EG_E_NOMEM, stem, "memory ran out");
    }
    enum eg_status status = eg_keep_file(path, octets, err);
    free(path);
    return status;
}

static struct eg_keep_salts salts_of(const struct eg_client_reply *reply)
{
    struct eg_keep_salts salts = {.findings = {{0}}};
    memcpy(salts.findings.octets, reply->findings_salt, EG_SALT_LEN);
    memcpy(salts.report.octets, reply->report_salt, EG_SALT_LEN);
    return salts;
}

/* EG_E_EXISTS: the stem belongs to another receipt. */
static enum eg_status claim(const char *stem, const struct eg_client_reply *reply,
                            struct eg_error *err)
{
    struct eg_keep_salts salts = salts_of(reply);
    struct eg_buf text = {0};
    eg_buf_init(&text, EG_KIB);
    eg_keep_salts_write(&text, &salts);
    enum eg_status status = eg_buf_ok(&text, "salts", err);
    if (status != EG_OK) {
        goto done;
    }
    status = keep(stem, ".salts", (struct eg_octets){text.data, text.len}, err);

done:
    eg_buf_done(&text);
    return status;
}

/* Words in which the findings are told may come out otherwise by a later gateway: the first stay.
 */
static enum eg_status keep_text(const char *stem, const char *ending, struct eg_octets octets,
                                struct eg_error *err)
{
    enum eg_status status = keep(stem, ending, octets, err);
    return status == EG_E_EXISTS ? EG_OK : status;
}

/* The signature of the first sending stays: it is the one that the entry may name. */
static enum eg_status keep_signature(const char *stem, const struct eg_proofs *proofs,
                                     struct eg_error *err)
{
    struct eg_buf cms = {0};
    eg_buf_init(&cms, EG_CMS_MAX);
    enum eg_status status = eg_file_read(&cms, proofs->pending, err);
    if (status == EG_OK) {
        status = keep_text(stem, ".p7s", (struct eg_octets){cms.data, cms.len}, err);
    } else if (status == EG_E_NOTFOUND) {
        status = EG_OK; /* another run over the same report was faster, and kept it */
    }
    eg_buf_done(&cms);
    return status;
}

static enum eg_status keep_all(const char *stem, const struct eg_proofs *proofs,
                               const struct eg_client_reply *reply, struct eg_error *err)
{
    EG_TRY(keep_signature(stem, proofs, err));
    EG_TRY(keep(stem, ".findings", reply->findings, err));
    EG_TRY(keep_text(stem, ".de.txt", reply->text_de, err));
    EG_TRY(keep_text(stem, ".en.txt", reply->text_en, err));
    EG_TRY(keep(stem, ".receipt", reply->receipt, err));
    (void)unlink(proofs->pending); /* its octets are in the stem, or it proves nothing */
    return EG_OK;
}

/* ---- another receipt under the name ---- */

static bool binds_report(struct eg_octets receipt, const struct eg_salt *salt,
                         struct eg_bytes report)
{
    struct eg_error ignored = {.status = EG_OK};
    return eg_receipt_binds(receipt, EG_RECEIPT_REPORT, NULL, salt->octets,
                            (struct eg_octets){report.data, report.len}, &ignored) == EG_OK;
}

/* Both are about one identity: are they about the same report too? */
static enum eg_proofs_found same_report(const char *stem, struct eg_octets there,
                                        const struct eg_proofs *proofs,
                                        const struct eg_client_reply *reply)
{
    struct eg_keep_salts theirs = {.findings = {{0}}}, ours = salts_of(reply);
    struct eg_buf salts = {0}, report = {0};
    struct eg_error ignored = {.status = EG_OK};
    enum eg_proofs_found found = EG_PROOFS_UNKNOWN;
    char *path = NULL;
    eg_buf_init(&salts, EG_KIB);
    eg_buf_init(&report, EG_REPORT_MAX + 8 * EG_MIB);
    if (asprintf(&path, "%s.salts", stem) < 0) {
        path = NULL;
    }
    bool read = path != NULL && eg_file_read(&salts, path, &ignored) == EG_OK &&
                eg_keep_salts_read(&theirs, eg_bytes_view(&salts)) &&
                eg_file_read(&report, proofs->file, &ignored) == EG_OK;
    /* The file may have changed since it was sent. */
    if (read && binds_report(reply->receipt, &ours.report, eg_bytes_view(&report))) {
        found = binds_report(there, &theirs.report, eg_bytes_view(&report))
                    ? EG_PROOFS_CONTRADICTION
                    : EG_PROOFS_ALONE;
    }
    eg_buf_done(&salts);
    eg_buf_done(&report);
    free(path);
    return found;
}

/* A receipt of a log with another origin says nothing about this one. */
static bool of_another_log(struct eg_octets receipt, const char *log_key)
{
    const char *text = receipt.data;
    const char *note = memmem(text, receipt.len, "\n\n", 2);
    size_t origin_len = strcspn(log_key, "+");
    size_t left = note == NULL ? 0 : receipt.len - (size_t)(note - text) - 2;
    return note != NULL && (left <= origin_len || memcmp(note + 2, log_key, origin_len) != 0 ||
                            note[2 + origin_len] != '\n');
}

static enum eg_proofs_found compare(const char *stem, struct eg_octets there,
                                    const struct eg_proofs *proofs,
                                    const struct eg_client_reply *reply)
{
    struct eg_receipt_facts theirs = {.index = 0}, ours = {.index = 0};
    struct eg_error ignored = {.status = EG_OK};
    if (eg_receipt_prove(&theirs, there, proofs->log_key, &ignored) != EG_OK) {
        return of_another_log(there, proofs->log_key) ? EG_PROOFS_ALONE : EG_PROOFS_UNKNOWN;
    }
    if (eg_receipt_prove(&ours, reply->receipt, proofs->log_key, &ignored) != EG_OK) {
        return EG_PROOFS_UNKNOWN;
    }
    if (strcmp(theirs.participant, ours.participant) != 0 || strcmp(theirs.id, ours.id) != 0 ||
        theirs.version != ours.version) {
        return EG_PROOFS_ALONE;
    }
    return same_report(stem, there, proofs, reply);
}

/* ---- stems ---- */

enum look { LOOK_FREE, LOOK_SAME, LOOK_OTHER };

static enum eg_status look_at(enum look *out, struct eg_proofs_kept *kept, const char *stem,
                              const struct eg_proofs *proofs, const struct eg_client_reply *reply,
                              struct eg_error *err)
{
    struct eg_buf there = {0};
    struct eg_error own = {.status = EG_OK};
    enum eg_proofs_found found = EG_PROOFS_ALONE;
    char *path = NULL;
    if (asprintf(&path, "%s.receipt", stem) < 0) {
        return no_memory(proofs, err);
    }
    eg_buf_init(&there, EG_RECEIPT_MAX);
    enum eg_status status = eg_file_read(&there, path, &own);
    if (status == EG_E_NOTFOUND) {
        *out = LOOK_FREE;
        status = EG_OK;
    } else if (status == EG_OK || status == EG_E_LIMIT) {
        struct eg_octets octets = {there.data, there.len};
        struct eg_bytes ours = {reply->receipt.data, reply->receipt.len};
        bool same = status == EG_OK && eg_bytes_equal(eg_bytes_view(&there), ours);
        found = same                   ? EG_PROOFS_ALONE
                : status == EG_E_LIMIT ? EG_PROOFS_UNKNOWN
                                       : compare(stem, octets, proofs, reply);
        *out = same ? LOOK_SAME : LOOK_OTHER;
        status = EG_OK;
    } else {
        status = eg_error_set(err, status, path, "%s", own.text);
    }
    if (status != EG_OK) {
        goto done;
    }
    if (found != EG_PROOFS_ALONE && kept->found != EG_PROOFS_CONTRADICTION) {
        free(kept->other);
        kept->found = found;
        kept->other = path;
        path = NULL;
    }

done:
    eg_buf_done(&there);
    free(path);
    return status;
}

/* "<dir>/<name>.v<version>" or, of a receipt that proves nothing, "<dir>/<name>.<digest>.unproved";
 * from the second on with the number. free() */
static char *stem_of(const struct eg_proofs *proofs, const struct eg_client_reply *reply,
                     unsigned number)
{
    struct eg_receipt_facts facts = {.index = 0};
    struct eg_error ignored = {.status = EG_OK};
    char *base = eg_connection_beside(proofs->dir, proofs->file, "");
    char *stem = NULL;
    int len = -1;
    bool named = reply->proved &&
                 eg_receipt_prove(&facts, reply->receipt, proofs->log_key, &ignored) == EG_OK;
    if (base != NULL && !named) {
        char *unproved = eg_keep_name(base, reply->receipt, ".unproved");
        free(base);
        base = unproved;
    }
    if (base != NULL && named && number == 1) {
        len = asprintf(&stem, "%s.v%u", base, (unsigned)facts.version);
    } else if (base != NULL && named) {
        len = asprintf(&stem, "%s.v%u.%u", base, (unsigned)facts.version, number);
    } else if (base != NULL && number == 1) {
        len = asprintf(&stem, "%s", base);
    } else if (base != NULL) {
        len = asprintf(&stem, "%s.%u", base, number);
    }
    free(base);
    return len < 0 ? NULL : stem;
}

/* One stem. *done: the reply is kept there. */
static enum eg_status try_stem(bool *done, struct eg_proofs_kept *kept, const char *stem,
                               const struct eg_proofs *proofs, const struct eg_client_reply *reply,
                               struct eg_error *err)
{
    enum look look = LOOK_FREE;
    struct eg_error own = {.status = EG_OK};
    enum eg_status status = look_at(&look, kept, stem, proofs, reply, err);
    if (status != EG_OK || look == LOOK_OTHER) {
        return status;
    }
    status = claim(stem, reply, &own);
    if (status == EG_E_EXISTS && look == LOOK_FREE) {
        return EG_OK; /* somebody else's beginning: the next one */
    }
    if (status == EG_OK) {
        status = keep_all(stem, proofs, reply, &own);
    }
    if (status != EG_OK) {
        return eg_error_set(err, status, own.where, "%s", own.text);
    }
    if (asprintf(&kept->receipt, "%s.receipt", stem) < 0) {
        kept->receipt = NULL;
        return no_memory(proofs, err);
    }
    *done = true;
    return EG_OK;
}

enum eg_status eg_proofs_keep(struct eg_proofs_kept *out, const struct eg_proofs *proofs,
                              const struct eg_client_reply *reply, struct eg_error *err)
{
    struct eg_proofs_kept kept = {.found = EG_PROOFS_ALONE};
    enum eg_status status = EG_OK;
    bool done = false;
    for (unsigned number = 1; status == EG_OK && !done; number++) {
        if (number > EG_PROOFS_BESIDE_MAX) {
            status = eg_error_set(err, EG_E_LIMIT, proofs->file, "%d receipts lie under its name",
                                  EG_PROOFS_BESIDE_MAX);
            break;
        }
        char *stem = stem_of(proofs, reply, number);
        status = stem == NULL ? no_memory(proofs, err)
                              : try_stem(&done, &kept, stem, proofs, reply, err);
        free(stem);
    }
    if (status == EG_OK) {
        *out = kept;
    } else {
        eg_proofs_kept_done(&kept);
    }
    return status;
}
