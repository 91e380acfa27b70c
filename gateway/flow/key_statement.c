/*
 * Reading and judging a key statement; see the header.
 */
#include "flow/key_statement.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "core/authorise.h"
#include "proof/checkpoint.h"
#include "verify/cms.h"

#include <stdio.h>
#include <string.h>

enum eg_status eg_key_statement_read(struct eg_buf *text, struct eg_buf *cms,
                                     const struct eg_settings *settings, struct eg_error *err)
{
    char cms_path[EG_SETTING_TEXT_MAX + 8];
    snprintf(cms_path, sizeof cms_path, "%s.p7s", settings->log_statement);
    eg_buf_init(text, EG_SIGNED_TEXT_MAX);
    eg_buf_init(cms, EG_CMS_MAX);
    enum eg_status status = eg_file_read(text, settings->log_statement, err);
    return status == EG_OK ? eg_file_read(cms, cms_path, err) : status;
}

enum eg_status eg_key_statement_check(struct eg_digest *signer, struct eg_bytes text,
                                      struct eg_bytes cms, const char *path,
                                      const struct eg_trust *trust, struct eg_error *err)
{
    struct eg_verifier *verifier = NULL;
    struct eg_signer found = {0};
    struct eg_verdict verdict = {0};
    enum eg_status status = eg_verifier_new(&verifier, trust, err);
    if (status == EG_OK) {
        status = eg_cms_check(&found, &verdict, verifier, cms, text, EG_SIGNED_KEY_STATEMENT,
                              eg_clock_wall_ms(), err);
    }
    eg_verifier_free(&verifier);
    if (status != EG_OK) {
        return status;
    }
    if (!eg_verdict_passed(&verdict) ||
        !eg_authorise_certificate(&verdict, &found, NULL, EG_SIGNED_KEY_STATEMENT)) {
        return eg_error_set(err, EG_E_DENIED, path, "key statement: %s: %s %s",
                            eg_code_row(verdict.code)->text, eg_code_row(verdict.code)->en,
                            verdict.text);
    }
    *signer = found.certificate;
    return EG_OK;
}

bool eg_key_statement_fits(struct eg_bytes text, const char *origin,
                           const uint8_t key[EG_ED25519_KEY_LEN], int64_t at_ms)
{
    struct eg_lines lines = {0};
    struct eg_bytes named = EG_BYTES_NONE, gateway = EG_BYTES_NONE, vkey = EG_BYTES_NONE;
    struct eg_bytes from = EG_BYTES_NONE, until = EG_BYTES_NONE;
    char key_origin[EG_ORIGIN_MAX + 1] = "";
    uint8_t stated[EG_ED25519_KEY_LEN] = {0};
    int64_t from_ms = 0, until_ms = 0;
    struct eg_error unused = {0};

    return eg_lines_start(&lines, text, "key-statement") &&
           eg_lines_expect(&lines, "origin", &named) &&
           eg_lines_expect(&lines, "gateway", &gateway) &&
           eg_lines_expect(&lines, "log-key", &vkey) &&
           eg_lines_expect(&lines, "valid-from", &from) &&
           eg_lines_expect(&lines, "valid-until", &until) && eg_lines_next(&lines) == 0 &&
           eg_bytes_is(named, origin) && eg_vkey_read(key_origin, stated, vkey, &unused) == EG_OK &&
           strcmp(key_origin, origin) == 0 && memcmp(stated, key, EG_ED25519_KEY_LEN) == 0 &&
           eg_text_untime(from, &from_ms) && eg_text_untime(until, &until_ms) && from_ms <= at_ms &&
           at_ms <= until_ms;
}
