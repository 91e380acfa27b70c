/*
 * Reading and judging the key statement; the recorder commits it.
 */
#include "flow/record_key.h"

#include "base/clock.h"
#include "base/file.h"
#include "core/settings.h"
#include "verify/cms.h"

#include <stdio.h>

enum eg_status eg_key_statement_read(struct eg_key_statement *statement_out, bool *pending_out,
                                     const char *path, struct eg_ledger *ledger,
                                     struct eg_error *err)
{
    char cms_path[EG_SETTING_TEXT_MAX + 8];
    struct eg_stored stored = {0};
    snprintf(cms_path, sizeof cms_path, "%s.p7s", path);
    statement_out->path = path;
    eg_buf_init(&statement_out->text, EG_SIGNED_TEXT_MAX);
    eg_buf_init(&statement_out->cms, EG_CMS_MAX);
    enum eg_status status = eg_file_read(&statement_out->text, path, err);
    if (status == EG_OK) {
        status = eg_file_read(&statement_out->cms, cms_path, err);
    }
    if (status != EG_OK) {
        return status;
    }
    struct eg_digest digest = eg_hash(eg_bytes_view(&statement_out->text));
    struct eg_store *store = eg_ledger_store(ledger);
    status = store == NULL ? eg_error_set(err, EG_E_STATE, "archive", "is out of order")
                           : eg_store_by_digest(&stored, store, EG_ENTRY_KEY, &digest, err);
    eg_stored_done(&stored);
    if (status == EG_OK || status == EG_E_NOTFOUND) {
        *pending_out = status == EG_E_NOTFOUND;
        return EG_OK;
    }
    return status;
}

void eg_key_statement_done(struct eg_key_statement *statement)
{
    eg_buf_done(&statement->text);
    eg_buf_done(&statement->cms);
}

enum eg_status eg_key_statement_draft(struct eg_draft *draft,
                                      const struct eg_key_statement *statement,
                                      const struct eg_world *world, const uint8_t *log_key,
                                      int64_t at_ms, struct eg_error *err)
{
    struct eg_verifier *verifier = NULL;
    struct eg_signer signer;
    struct eg_verdict verdict;
    struct eg_bytes text = eg_bytes_view(&statement->text);
    struct eg_bytes cms = eg_bytes_view(&statement->cms);
    enum eg_status status = eg_verifier_new(&verifier, &world->trust, err);
    if (status == EG_OK) {
        status = eg_cms_check(&signer, &verdict, verifier, cms, text, EG_SIGNED_KEY_STATEMENT,
                              eg_clock_wall_ms(), err);
    }
    eg_verifier_free(&verifier);
    if (status == EG_OK && !eg_verdict_passed(&verdict)) {
        status = eg_error_set(err, EG_E_DENIED, statement->path, "key statement: %s %s",
                              eg_code_row(verdict.code)->en, verdict.text);
    }
    return status == EG_OK
               ? eg_draft_key(draft, text, cms, &signer.certificate, log_key, at_ms, err)
               : status;
}
