/*
 * In the order of a start.
 */
#include "flow/daemon/check.h"

#include "assess/judge/engine.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/error.h"
#include "base/text.h"
#include "core/authorise.h"
#include "flow/daemon/handshake_supervisor.h"
#include "flow/journal/log.h"
#include "flow/record/key_statement.h"
#include "flow/record/log_key.h"
#include "verify/sign.h"

#include <string.h>

static const char no_revocation[] =
    "trust.crls is empty: revocation is not checked, a revoked certificate counts until it ends";
static const char no_package[] =
    "no package judges any report: all are answered no-package until one is installed and reloaded";

static bool judges_nothing(const struct eg_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->package_count; i++) {
        if (!snapshot->spans[i].none) {
            return false;
        }
    }
    return true;
}

void eg_check_journal_gaps(const struct eg_snapshot *snapshot)
{
    if (!eg_trust_revokes(&snapshot->trust)) {
        eg_log(EG_LOG_WARN, "revocation-not-checked", "text=\"%s\"", no_revocation);
    }
    if (judges_nothing(snapshot) && !snapshot->clock.unjudged) { /* else they wait for the clock */
        eg_log(EG_LOG_WARN, "no-packages", "packages=%zu text=\"%s\"", snapshot->package_count,
               no_package);
    }
}

static void tell_snapshot(struct eg_buf *told, const struct eg_snapshot *snapshot)
{
    if (eg_trust_revokes(&snapshot->trust)) {
        eg_buf_text(told, "checked      anchors and revocation lists\n");
    } else {
        eg_buf_format(told, "checked      anchors\nwarning      %s\n", no_revocation);
    }
    eg_buf_format(told, "checked      directory version %llu: %zu participants, %zu plants\n",
                  (unsigned long long)snapshot->directory->version,
                  snapshot->directory->participant_count, snapshot->directory->plant_count);
    eg_buf_format(told, "checked      %zu packages, each compiled\n", snapshot->package_count);
    if (judges_nothing(snapshot)) {
        eg_buf_format(told, "warning      %s\n", no_package);
    }
    if (snapshot->directory->not_after_ms < eg_clock_wall_ms()) {
        eg_buf_text(told, "warning      the directory has ended: every report is answered so\n");
    }
}

/* ---- keys ---- */

static enum eg_status check_own_certificate(const struct eg_settings *settings,
                                            struct eg_error *err)
{
    struct eg_signing_key *key = NULL;
    struct eg_verdict verdict = {0};
    enum eg_status status = eg_signing_key_read(&key, settings->key, settings->certificate, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!eg_authorise_certificate(&verdict, eg_signing_key_signer(key), NULL, EG_SIGNED_CARD)) {
        status = eg_error_set(err, EG_E_DENIED, settings->certificate, "%s: %s %s",
                              eg_code_row(verdict.code)->text, eg_code_row(verdict.code)->en,
                              verdict.text);
    }

done:
    eg_signing_key_free(&key);
    return status;
}

static enum eg_status check_curve_keys(const struct eg_settings *settings, struct eg_error *err)
{
    char public_key[EG_CURVE_KEY_TEXT + 1], secret_key[EG_CURVE_KEY_TEXT + 1];
    enum eg_status status =
        eg_handshake_supervisor_curve(public_key, secret_key, settings->door_curve, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_handshake_supervisor_curve(public_key, secret_key, settings->hall_curve, err);

done:
    explicit_bzero(secret_key, sizeof secret_key);
    return status;
}

/*
 * A statement whose time or certificate has ended still counts if it is on record, which only the
 * archive tells: a warning. Everything else is wrong in any case.
 */
static enum eg_status judge_statement(struct eg_buf *told, const struct eg_key_statement *statement,
                                      const struct eg_snapshot *snapshot, int64_t now_ms,
                                      struct eg_error *err)
{
    struct eg_digest signer;
    struct eg_verdict verdict = {0};
    enum eg_status status =
        eg_key_statement_judge(&signer, &verdict, statement, &snapshot->trust, now_ms, err);
    if (status != EG_OK) {
        return status;
    }
    if (verdict.code == EG_CODE_CERT_EXPIRED || verdict.code == EG_CODE_CERT_REVOKED) {
        eg_buf_format(told, "warning      log.statement: %s; it counts only if it is on record\n",
                      eg_code_row(verdict.code)->en);
        return EG_OK;
    }
    return eg_verdict_passed(&verdict)
               ? EG_OK
               : eg_error_set(err, EG_E_DENIED, statement->path, "key statement: %s: %s %s",
                              eg_code_row(verdict.code)->text, eg_code_row(verdict.code)->en,
                              verdict.text);
}

static enum eg_status check_statement(struct eg_buf *told, const struct eg_settings *settings,
                                      const uint8_t log_key[EG_ED25519_KEY_LEN],
                                      const struct eg_snapshot *snapshot, struct eg_error *err)
{
    struct eg_key_statement statement = {0};
    int64_t from_ms = 0, until_ms = 0, now_ms = eg_clock_wall_ms();
    enum eg_status status = eg_key_statement_read(&statement, settings->log_statement, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!eg_key_statement_names(&from_ms, &until_ms, eg_bytes_view(&statement.text),
                                settings->origin, log_key)) {
        status = eg_error_set(err, EG_E_DENIED, settings->log_statement,
                              "key statement: it is not one for this log and key");
    }
    if (status != EG_OK) {
        goto done;
    }
    if (now_ms < from_ms || now_ms > until_ms) {
        eg_buf_text(told,
                    "warning      log.statement: its time is not now; it counts only if it is on "
                    "record\n");
    }
    status = judge_statement(told, &statement, snapshot, now_ms, err);

done:
    eg_key_statement_done(&statement);
    return status;
}

static enum eg_status check_log_key(struct eg_buf *told, const struct eg_settings *settings,
                                    const struct eg_snapshot *snapshot, struct eg_error *err)
{
    uint8_t seed[EG_ED25519_KEY_LEN], log_key[EG_ED25519_KEY_LEN];
    enum eg_status status = eg_log_seed_read(seed, settings->log_key, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_ed25519_public(log_key, seed, err);

done:
    explicit_bzero(seed, sizeof seed);
    return status == EG_OK ? check_statement(told, settings, log_key, snapshot, err) : status;
}

/* ---- all ---- */

static enum eg_status check_keys(struct eg_buf *told, const struct eg_settings *settings,
                                 const struct eg_snapshot *snapshot, struct eg_error *err)
{
    EG_TRY(check_own_certificate(settings, err));
    EG_TRY(check_log_key(told, settings, snapshot, err));
    EG_TRY(check_curve_keys(settings, err));
    eg_buf_text(told, "checked      own key and certificate, log key and its statement, "
                      "connection keys\n");
    return EG_OK;
}

enum eg_status eg_check_settings(struct eg_buf *told, const struct eg_settings *settings,
                                 struct eg_error *err)
{
    struct eg_snapshot *snapshot = NULL;
    enum eg_status status = eg_engine_init(err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_snapshot_load(&snapshot, settings, 1, err);
    if (status != EG_OK) {
        goto done;
    }
    if (snapshot->clock.unjudged) {
        status = eg_error_set(err, EG_E_CLOCK, "clock",
                              "directory, lists and certificate show that this machine's clock is "
                              "wrong: a start would answer every report with \"clock\"; set the "
                              "clock and ask again, packages were not looked at");
    }
    if (status != EG_OK) {
        goto done;
    }
    tell_snapshot(told, snapshot);
    status = check_keys(told, settings, snapshot, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_buf_format(told,
                  "not checked  the archive (%s) and its head note (%s): whether it is whole, goes "
                  "with this log key, and whether directory and packages follow what it holds\n"
                  "not checked  the addresses of door and hall: whether they are free\n"
                  "not checked  the endpoint card (%s): it is written at the start\n",
                  settings->archive, settings->log_head, settings->card);
    status = eg_buf_ok(told, "check", err);

done:
    eg_snapshot_free(&snapshot);
    eg_engine_done();
    return status;
}
