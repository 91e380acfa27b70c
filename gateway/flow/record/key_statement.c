/*
 * Reading, verifying and comparing a key statement.
 */
#include "flow/record/key_statement.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "core/authorise.h"
#include "proof/checkpoint.h"
#include "verify/cms.h"

#include <stdio.h>
#include <string.h>

enum eg_status eg_key_statement_read(struct eg_key_statement *statement, const char *path,
                                     struct eg_error *err)
{
    char cms_path[EG_SETTING_TEXT_MAX + 8];
    snprintf(cms_path, sizeof cms_path, "%s.p7s", path);
    statement->path = path;
    eg_buf_init(&statement->text, EG_SIGNED_TEXT_MAX);
    eg_buf_init(&statement->cms, EG_CMS_MAX);
    EG_TRY(eg_file_read_some(&statement->text, path, err));
    return eg_file_read_some(&statement->cms, cms_path, err);
}

void eg_key_statement_done(struct eg_key_statement *statement)
{
    eg_buf_done(&statement->text);
    eg_buf_done(&statement->cms);
}

enum eg_status eg_key_statement_judge(struct eg_digest *signer, struct eg_verdict *verdict,
                                      const struct eg_key_statement *statement,
                                      const struct eg_trust *trust, int64_t at_ms,
                                      struct eg_error *err)
{
    struct eg_verifier *verifier = NULL;
    struct eg_signer found = {0};
    struct eg_verdict judged = {0};
    enum eg_status status = eg_verifier_new(&verifier, trust, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_cms_check(&found, &judged, verifier, eg_bytes_view(&statement->cms),
                          eg_bytes_view(&statement->text), EG_SIGNED_KEY_STATEMENT, at_ms, err);

done:
    eg_verifier_free(&verifier);
    if (status != EG_OK) {
        return status;
    }
    if (eg_verdict_passed(&judged) &&
        eg_authorise_certificate(&judged, &found, NULL, EG_SIGNED_KEY_STATEMENT)) {
        *signer = found.certificate;
    }
    *verdict = judged;
    return EG_OK;
}

bool eg_key_statement_names(int64_t *from_ms, int64_t *until_ms, struct eg_bytes text,
                            const char *origin, const uint8_t key[EG_ED25519_KEY_LEN])
{
    struct eg_lines lines = {0};
    struct eg_bytes named = EG_BYTES_NONE, gateway = EG_BYTES_NONE, vkey = EG_BYTES_NONE;
    struct eg_bytes from = EG_BYTES_NONE, until = EG_BYTES_NONE;
    char key_origin[EG_ORIGIN_MAX + 1] = "";
    uint8_t stated[EG_ED25519_KEY_LEN] = {0};
    int64_t first_ms = 0, last_ms = 0;
    struct eg_error unused = {0};

    bool names =
        eg_lines_start(&lines, text, "key-statement") &&
        eg_lines_expect(&lines, "origin", &named) && eg_lines_expect(&lines, "gateway", &gateway) &&
        eg_lines_expect(&lines, "log-key", &vkey) && eg_lines_expect(&lines, "valid-from", &from) &&
        eg_lines_expect(&lines, "valid-until", &until) && eg_lines_next(&lines) == 0 &&
        eg_bytes_is(named, origin) && eg_vkey_read(key_origin, stated, vkey, &unused) == EG_OK &&
        strcmp(key_origin, origin) == 0 && memcmp(stated, key, EG_ED25519_KEY_LEN) == 0 &&
        eg_text_untime(from, &first_ms) && eg_text_untime(until, &last_ms);
    if (names) {
        *from_ms = first_ms;
        *until_ms = last_ms;
    }
    return names;
}

bool eg_key_statement_fits(struct eg_bytes text, const char *origin,
                           const uint8_t key[EG_ED25519_KEY_LEN], int64_t at_ms)
{
    int64_t from_ms = 0, until_ms = 0;
    return eg_key_statement_names(&from_ms, &until_ms, text, origin, key) && from_ms <= at_ms &&
           at_ms <= until_ms;
}
