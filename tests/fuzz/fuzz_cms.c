/*
 * Any octets offered as a signature: judged twice, by a verifier that may know the signer and by a
 * fresh one, with the same verdict; what passes names a signer.
 */
#include "base/file.h"
#include "base/limits.h"
#include "verify/cms.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define AT_MS 1800000000000LL /* inside the validity of the stored seeds */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct eg_buf root;

static struct eg_verifier *new_verifier(void)
{
    struct eg_error err = {0};
    if (root.len == 0) {
        eg_buf_init(&root, EG_MIB);
        if (eg_file_read(&root, "tests/data/verify/fuzz-root.pem", &err) != EG_OK) {
            abort();
        }
    }
    struct eg_trust trust = {.anchors_pem = eg_bytes_view(&root)};
    struct eg_verifier *verifier = NULL;
    if (eg_verifier_new(&verifier, &trust, &err) != EG_OK) {
        abort();
    }
    return verifier;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct eg_verifier *known;
    struct eg_bytes cms = {data, size};
    struct eg_verdict first = {0}, second = {0};
    struct eg_signer signer = {0};
    struct eg_error err = {0};
    int64_t claimed_ms = 0;
    if (known == NULL) {
        known = new_verifier();
    }
    enum eg_status status = eg_cms_check(&signer, &first, known, cms, eg_bytes_of("fuzz\n"),
                                         EG_SIGNED_REPORT, AT_MS, &err);
    assert(status == EG_OK);
    assert(first.code != EG_CODE_OK || signer.subject[0] != '\0');
    bool claims = eg_cms_claimed_time(&claimed_ms, cms, EG_SIGNED_REPORT);
    assert(first.code != EG_CODE_OK || (claims && claimed_ms == signer.signing_time_ms));
    if (first.code == EG_CODE_OK) {
        struct eg_verifier *fresh = new_verifier();
        status = eg_cms_check(&signer, &second, fresh, cms, eg_bytes_of("fuzz\n"), EG_SIGNED_REPORT,
                              AT_MS, &err);
        assert(status == EG_OK && second.code == first.code);
        eg_verifier_free(&fresh);
    }
    return 0;
}
