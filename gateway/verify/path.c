/*
 * Certification paths by OpenSSL, asked the way RFC 5280 and DESIGN want it:
 *
 *   - every certificate in the anchors is an anchor, also one that is not self-signed;
 *   - policy constraints count always, unknown critical extensions refuse, the strict checks of
 *     RFC 5280 apply;
 *   - if there are revocation lists, every certificate below the anchor needs one; a list that is
 *     missing or too old is our fault and said as such, after everything else held;
 *   - the algorithm policy applies to every certificate of the path.
 */
#include "verify/path.h"

#include "base/limits.h"
#include "base/text.h"
#include "verify/pem.h"
#include "verify/policy.h"
#include "verify/purpose.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>

/* What the callback sees and notes during one check. */
struct watch {
    const struct eg_path *path;
    int64_t at_ms;
    /* first trouble with revocation data; NULL: none */
    const char *stale;
    char stale_where[128];
};

/* ---- the callback: which of OpenSSL's complaints are not the signer's ------------------------ */

static bool within_grace(const struct watch *watch, X509_STORE_CTX *ctx)
{
    int64_t next_ms = 0;
    const X509_CRL *crl = X509_STORE_CTX_get0_current_crl(ctx);
    return crl != NULL && watch->path->crl_max_age_ms > 0 &&
           eg_x509_time(X509_CRL_get0_nextUpdate(crl), &next_ms) &&
           watch->at_ms <= next_ms + watch->path->crl_max_age_ms;
}

/* A list that was made while the report was being judged says more than an older one, not less. */
static bool barely_ahead(const struct watch *watch, X509_STORE_CTX *ctx)
{
    int64_t from_ms = 0;
    const X509_CRL *crl = X509_STORE_CTX_get0_current_crl(ctx);
    return crl != NULL && eg_x509_time(X509_CRL_get0_lastUpdate(crl), &from_ms) &&
           from_ms <= watch->at_ms + EG_CRL_AHEAD_MS;
}

static int note_stale(struct watch *watch, X509_STORE_CTX *ctx, const char *text)
{
    if (watch->stale == NULL) {
        watch->stale = text;
        eg_x509_name(watch->stale_where, sizeof watch->stale_where,
                     X509_STORE_CTX_get_current_cert(ctx));
    }
    return 1;
}

/* The anchor is trusted as it is: nobody above it could revoke it. */
static bool at_anchor(X509_STORE_CTX *ctx)
{
    const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
    return X509_STORE_CTX_get_error_depth(ctx) == sk_X509_num(chain) - 1;
}

static int on_step(int ok, X509_STORE_CTX *ctx)
{
    struct watch *watch = X509_STORE_CTX_get_app_data(ctx);
    if (ok) {
        return ok;
    }
    switch (X509_STORE_CTX_get_error(ctx)) {
    case X509_V_ERR_CRL_HAS_EXPIRED:
        return within_grace(watch, ctx) || at_anchor(ctx)
                   ? 1
                   : note_stale(watch, ctx, "the revocation list is past its next update");
    case X509_V_ERR_CRL_NOT_YET_VALID:
        return barely_ahead(watch, ctx) || at_anchor(ctx)
                   ? 1
                   : note_stale(watch, ctx, "the revocation list is of a later time");
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
        return at_anchor(ctx) ? 1 : note_stale(watch, ctx, "there is no revocation list for it");
    default:
        return 0;
    }
}

/* ---- loading -------------------------------------------------------------------------------- */

static enum eg_status add_anchors(struct eg_path *path, struct eg_bytes pem, const char *from,
                                  struct eg_error *err)
{
    static const char *const labels[] = {"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE",
                                         NULL};
    STACK_OF(X509) *list = NULL;
    enum eg_status status = eg_pem_whole(pem, labels, from, err);
    if (status == EG_OK) {
        status = eg_x509_read(&list, path->libctx, pem, from, err);
    }
    if (status != EG_OK) {
        return status;
    }
    if (sk_X509_num(list) == 0) {
        status = eg_error_set(err, EG_E_FORMAT, from, "there is no certificate in it");
    }
    if (status != EG_OK) {
        goto done;
    }
    for (int i = 0; i < sk_X509_num(list); i++) {
        if (X509_STORE_add_cert(path->store, sk_X509_value(list, i)) != 1) {
            status = eg_x509_error(err, EG_E_CRYPTO, "the anchor can not be used");
        }
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    sk_X509_pop_free(list, X509_free);
    return status;
}

static enum eg_status add_crl(struct eg_path *path, X509_CRL *crl, struct eg_error *err)
{
    int64_t from_ms = 0, until_ms = 0;
    if (!eg_x509_time(X509_CRL_get0_lastUpdate(crl), &from_ms) ||
        !eg_x509_time(X509_CRL_get0_nextUpdate(crl), &until_ms)) {
        return eg_error_set(err, EG_E_FORMAT, "revocation lists",
                            "a list does not say when the next one comes (RFC 5280 5.1.2.5)");
    }
    if (X509_STORE_add_crl(path->store, crl) != 1) {
        return eg_x509_error(err, EG_E_CRYPTO, "the revocation list can not be used");
    }
    until_ms += path->crl_max_age_ms;
    path->crl_from_ms = from_ms > path->crl_from_ms ? from_ms : path->crl_from_ms;
    path->crl_until_ms = until_ms < path->crl_until_ms ? until_ms : path->crl_until_ms;
    path->crl_end_ms = until_ms > path->crl_end_ms ? until_ms : path->crl_end_ms;
    path->has_crls = true;
    return EG_OK;
}

static enum eg_status add_crls(struct eg_path *path, struct eg_bytes pem, const char *from,
                               struct eg_error *err)
{
    static const char *const labels[] = {"X509 CRL", NULL};
    X509_CRL *crl = NULL;
    enum eg_status status = eg_pem_whole(pem, labels, from, err);
    if (status != EG_OK) {
        return status;
    }
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
    if (bio == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "revocation lists", "memory ran out");
    }
    while (status == EG_OK) {
        crl = X509_CRL_new_ex(path->libctx, NULL);
        if (crl == NULL || PEM_read_bio_X509_CRL(bio, &crl, NULL, NULL) == NULL) {
            status = eg_x509_at_end()
                         ? EG_E_NOTFOUND
                         : eg_x509_error(err, EG_E_FORMAT, "revocation list is broken");
            break;
        }
        status = add_crl(path, crl, err);
        X509_CRL_free(crl);
        crl = NULL;
    }
    X509_CRL_free(crl);
    BIO_free(bio);
    if (status == EG_E_NOTFOUND) {
        status =
            path->has_crls ? EG_OK : eg_error_set(err, EG_E_FORMAT, from, "there is no list in it");
    }
    return status;
}

enum eg_status eg_path_init(struct eg_path *path, OSSL_LIB_CTX *libctx,
                            const struct eg_trust *trust, struct eg_error *err)
{
    *path = (struct eg_path){.libctx = libctx,
                             .crl_from_ms = INT64_MIN,
                             .crl_until_ms = INT64_MAX,
                             .crl_max_age_ms = trust->crl_max_age_ms};
    if (trust->crls_pem.len > EG_TRUST_PEM_MAX) {
        return eg_error_set(err, EG_E_LIMIT, "revocation lists", "more than %zu octets",
                            EG_TRUST_PEM_MAX);
    }
    path->store = X509_STORE_new();
    if (path->store == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "anchors", "memory ran out");
    }
    const char *from = trust->anchors_from != NULL ? trust->anchors_from : "anchors";
    enum eg_status status = add_anchors(path, trust->anchors_pem, from, err);
    if (status != EG_OK) {
        goto done;
    }
    if (eg_trust_revokes(trust)) {
        from = trust->crls_from != NULL ? trust->crls_from : "revocation lists";
        status = add_crls(path, trust->crls_pem, from, err);
    }

done:
    if (status != EG_OK) {
        eg_path_done(path);
    }
    return status;
}

void eg_path_done(struct eg_path *path)
{
    X509_STORE_free(path->store);
    path->store = NULL;
}

/* ---- one check ------------------------------------------------------------------------------ */

static enum eg_status set_policies(X509_VERIFY_PARAM *param, const struct eg_path_options *options,
                                   struct eg_error *err)
{
    for (size_t i = 0; i < options->policy_count; i++) {
        ASN1_OBJECT *policy = OBJ_txt2obj(options->policies[i], 1);
        if (policy == NULL) {
            ERR_clear_error();
            return eg_error_set(err, EG_E_USAGE, options->policies[i],
                                "a policy is an object identifier in dotted form");
        }
        if (X509_VERIFY_PARAM_add0_policy(param, policy) != 1) {
            ASN1_OBJECT_free(policy);
            return eg_error_set(err, EG_E_NOMEM, "policies", "memory ran out");
        }
    }
    return EG_OK;
}

static enum eg_status set_options(X509_STORE_CTX *ctx, const struct eg_path *path,
                                  const struct eg_path_options *options, struct eg_error *err)
{
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    unsigned long flags = X509_V_FLAG_X509_STRICT | X509_V_FLAG_PARTIAL_CHAIN |
                          X509_V_FLAG_POLICY_CHECK | X509_V_FLAG_EXTENDED_CRL_SUPPORT |
                          X509_V_FLAG_USE_DELTAS;
    flags |= path->has_crls ? X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL : 0;
    flags |= options->explicit_policy ? X509_V_FLAG_EXPLICIT_POLICY : 0;
    flags |= options->inhibit_mapping ? X509_V_FLAG_INHIBIT_MAP : 0;
    flags |= options->inhibit_any ? X509_V_FLAG_INHIBIT_ANY : 0;
    if (X509_VERIFY_PARAM_set_flags(param, flags) != 1) {
        return eg_x509_error(err, EG_E_INTERNAL, "the path check refuses its flags");
    }
    int64_t seconds = options->at_ms / 1000 - (options->at_ms % 1000 < 0 ? 1 : 0);
    X509_VERIFY_PARAM_set_time(param, (time_t)seconds);
    X509_VERIFY_PARAM_set_depth(param, EG_PATH_DEPTH_MAX);
    return set_policies(param, options, err);
}

static enum eg_code code_of(int error)
{
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return EG_CODE_CERT_EXPIRED;
    case X509_V_ERR_CERT_REVOKED:
        return EG_CODE_CERT_REVOKED;
    case X509_V_ERR_INVALID_PURPOSE:
        return EG_CODE_CERT_PURPOSE;
    default:
        return EG_CODE_CERT_PATH;
    }
}

static const char *rule_of(int error)
{
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "RFC 5280 4.1.2.5";
    case X509_V_ERR_CERT_REVOKED:
        return "RFC 5280 6.3";
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
        return "RFC 5280 4.2.1.9";
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
        return "RFC 5280 4.2.1.10";
    case X509_V_ERR_NO_EXPLICIT_POLICY:
    case X509_V_ERR_INVALID_POLICY_EXTENSION:
        return "RFC 5280 6.1.5";
    default:
        return "RFC 5280 6.1";
    }
}

#define TIMES_TEXT_MAX (4 * (size_t)EG_TIME_TEXT_MAX)

/* Its validity and the time that it was held against: which of them is wrong is not shown here. */
static void say_times(char out[TIMES_TEXT_MAX], const X509 *certificate, int64_t at_ms)
{
    char from[EG_TIME_TEXT_MAX], until[EG_TIME_TEXT_MAX], at[EG_TIME_TEXT_MAX];
    int64_t from_ms, until_ms;
    if (certificate == NULL || !eg_x509_time(X509_get0_notBefore(certificate), &from_ms) ||
        !eg_x509_time(X509_get0_notAfter(certificate), &until_ms)) {
        return;
    }
    eg_text_time(from, from_ms);
    eg_text_time(until, until_ms);
    eg_text_time(at, at_ms);
    (void)snprintf(out, TIMES_TEXT_MAX, ": %s to %s, judged as of %s", from, until, at);
}

static void refuse_path(struct eg_verdict *verdict, X509_STORE_CTX *ctx, int64_t at_ms)
{
    char where[128];
    char times[TIMES_TEXT_MAX] = "";
    int error = X509_STORE_CTX_get_error(ctx);
    X509 *certificate = X509_STORE_CTX_get_current_cert(ctx);
    eg_x509_name(where, sizeof where, certificate);
    if (code_of(error) == EG_CODE_CERT_EXPIRED) {
        say_times(times, certificate, at_ms);
    }
    eg_verdict_refuse(verdict, code_of(error), rule_of(error), where, "%s (at depth %d)%s",
                      X509_verify_cert_error_string(error), X509_STORE_CTX_get_error_depth(ctx),
                      times);
}

/* The digest under a certificate's signature, by the table. */
static const struct eg_algorithm *signature_digest(X509 *certificate)
{
    int digest = NID_undef;
    if (X509_get_signature_info(certificate, &digest, NULL, NULL, NULL) != 1 ||
        digest == NID_undef) {
        return NULL;
    }
    const ASN1_OBJECT *oid = OBJ_nid2obj(digest);
    return eg_policy_digest((struct eg_bytes){OBJ_get0_data(oid), OBJ_length(oid)});
}

static bool algorithm_counts(const struct eg_algorithm *row, int64_t at_ms,
                             struct eg_path_result *result)
{
    if (row == NULL || !eg_policy_in_force(row, at_ms)) {
        return false;
    }
    eg_policy_narrow(row, &result->from_ms, &result->until_ms);
    return true;
}

/* Keys of the whole path, digests of all but the anchor's own signature, which proves nothing. */
static bool check_algorithms(struct eg_verdict *verdict, const STACK_OF(X509) * chain,
                             int64_t at_ms, struct eg_path_result *result)
{
    int count = sk_X509_num(chain);
    for (int i = 0; i < count; i++) {
        X509 *certificate = sk_X509_value(chain, i);
        char where[128], what[80] = "a key that can not be read";
        eg_x509_name(where, sizeof where, certificate);
        const EVP_PKEY *key = X509_get0_pubkey(certificate);
        const struct eg_algorithm *row = key == NULL ? NULL : eg_policy_key(key, what, sizeof what);
        if (!algorithm_counts(row, at_ms, result)) {
            return eg_verdict_refuse(verdict, EG_CODE_CMS_ALGORITHM, "algorithm policy", where,
                                     "the path has %s", what);
        }
        if (i < count - 1 && !algorithm_counts(signature_digest(certificate), at_ms, result)) {
            return eg_verdict_refuse(verdict, EG_CODE_CMS_ALGORITHM, "algorithm policy", where,
                                     "the certificate is signed with a digest that does not count "
                                     "(%s)",
                                     OBJ_nid2sn(X509_get_signature_nid(certificate)));
        }
    }
    return true;
}

static bool narrow_to_validity(const STACK_OF(X509) * chain, struct eg_path_result *result)
{
    for (int i = 0; i < sk_X509_num(chain); i++) {
        const X509 *certificate = sk_X509_value(chain, i);
        int64_t from_ms, until_ms;
        if (!eg_x509_time(X509_get0_notBefore(certificate), &from_ms) ||
            !eg_x509_time(X509_get0_notAfter(certificate), &until_ms)) {
            return false;
        }
        result->from_ms = from_ms > result->from_ms ? from_ms : result->from_ms;
        result->until_ms = until_ms < result->until_ms ? until_ms : result->until_ms;
    }
    return true;
}

/* The path holds for OpenSSL: now what we ask beyond it. */
static enum eg_status judge_chain(struct eg_path_result *result, struct eg_verdict *verdict,
                                  const STACK_OF(X509) * chain, const struct watch *watch,
                                  const struct eg_path_options *options, struct eg_error *err)
{
    char where[128];
    X509 *leaf = sk_X509_value(chain, 0);
    eg_x509_name(where, sizeof where, leaf);
    if (options->roles != 0 && !eg_purpose_fits(verdict, leaf, options->roles, where)) {
        return EG_OK;
    }
    if (!options->any_algorithm && !check_algorithms(verdict, chain, options->at_ms, result)) {
        return EG_OK;
    }
    if (watch->stale != NULL) {
        eg_verdict_refuse(verdict, EG_CODE_REVOCATION, "RFC 5280 6.3.3", watch->stale_where, "%s",
                          watch->stale);
        return EG_OK;
    }
    if (!narrow_to_validity(chain, result)) {
        return eg_error_set(err, EG_E_INTERNAL, where, "a validity that held can not be read");
    }
    return eg_x509_key_digest(&result->issuer_key,
                              sk_X509_value(chain, sk_X509_num(chain) > 1 ? 1 : 0), err);
}

enum eg_status eg_path_check(struct eg_path_result *result, struct eg_verdict *verdict,
                             const struct eg_path *path, X509 *certificate,
                             STACK_OF(X509) * untrusted, const struct eg_path_options *options,
                             struct eg_error *err)
{
    struct eg_path_result found = {.from_ms = path->crl_from_ms, .until_ms = path->crl_until_ms};
    struct watch watch = {.path = path, .at_ms = options->at_ms};
    enum eg_status status = EG_OK;
    X509_STORE_CTX *ctx = X509_STORE_CTX_new_ex(path->libctx, NULL);
    if (ctx == NULL || X509_STORE_CTX_init(ctx, path->store, certificate, untrusted) != 1) {
        status = eg_x509_error(err, EG_E_NOMEM, "the path check can not start");
        goto done;
    }
    status = set_options(ctx, path, options, err);
    if (status != EG_OK) {
        goto done;
    }
    X509_STORE_CTX_set_app_data(ctx, &watch);
    X509_STORE_CTX_set_verify_cb(ctx, on_step);
    int held = X509_verify_cert(ctx);
    if (held < 0 && X509_STORE_CTX_get_error(ctx) == X509_V_ERR_OUT_OF_MEM) {
        status = eg_x509_error(err, EG_E_NOMEM, "the path check ran out of memory");
    } else if (held != 1) {
        refuse_path(verdict, ctx, options->at_ms);
    } else {
        status = judge_chain(&found, verdict, X509_STORE_CTX_get0_chain(ctx), &watch, options, err);
    }
    if (status == EG_OK && eg_verdict_passed(verdict)) {
        *result = found;
    }
done:
    ERR_clear_error();
    X509_STORE_CTX_free(ctx);
    return status;
}
