/*
 * The directory is what decides who may publish: so it is never taken on trust itself.
 */
#include "emgate/rules/rules_trust.h"

#include "assess/package/directory.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "core/authorise.h"
#include "flow/install/rules.h"

#include <stdio.h>
#include <string.h>

static enum eg_status load_anchors(struct eg_tool_trust *trust, const struct eg_tool_args *args,
                                   struct eg_error *err)
{
    const char *crls = eg_tool_value(args, "--crl", 0);
    enum eg_status status =
        eg_file_read_some(&trust->anchors, eg_tool_value(args, "--anchors", 0), err);
    if (status != EG_OK) {
        goto done;
    }

    if (crls != NULL) {
        status = eg_file_read_some(&trust->crls, crls, err);
    }

done:
    trust->trust = (struct eg_trust){.anchors_pem = eg_bytes_view(&trust->anchors),
                                     .crls_pem = eg_bytes_view(&trust->crls),
                                     .anchors_from = eg_tool_value(args, "--anchors", 0),
                                     .crls_from = crls};
    return status == EG_OK ? eg_verifier_new(&trust->verifier, &trust->trust, err) : status;
}

enum eg_status eg_tool_refused(struct eg_error *err, const char *what,
                               const struct eg_verdict *verdict)
{
    return eg_error_set(err, EG_E_DENIED, what, "%s: %s", eg_code_row(verdict->code)->en,
                        verdict->text);
}

/* The directory is the registrar's: signed, by someone whom this very directory calls so. */
static enum eg_status check_directory(struct eg_tool_trust *trust, const char *path,
                                      struct eg_error *err)
{
    struct eg_signer signer = {.subject = ""};
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    enum eg_status status = eg_cms_check(
        &signer, &verdict, trust->verifier, eg_bytes_view(&trust->directory->signature),
        eg_bytes_view(&trust->directory->octets), EG_SIGNED_DIRECTORY, eg_clock_wall_ms(), err);
    if (status != EG_OK) {
        return status;
    }
    if (!eg_verdict_passed(&verdict)) {
        return eg_tool_refused(err, path, &verdict);
    }
    const struct eg_participant *registrar = eg_directory_by_certificate(trust->directory, &signer);
    if (registrar == NULL || (registrar->roles & EG_ROLE_REGISTRAR) == 0) {
        status = eg_error_set(err, EG_E_DENIED, path, "is signed by %s, who is no registrar in it",
                              signer.subject);
    } else if (!eg_authorise_certificate(&verdict, &signer, registrar, EG_SIGNED_DIRECTORY)) {
        status = eg_tool_refused(err, path, &verdict);
    }
    return status;
}

static enum eg_status load_directory(struct eg_tool_trust *trust, const struct eg_tool_args *args,
                                     struct eg_error *err)
{
    const char *path = eg_tool_value(args, "--directory", 0);
    char signature_path[4096] = "";
    struct eg_buf xml, cms;

    eg_buf_init(&xml, EG_DIRECTORY_MAX);
    eg_buf_init(&cms, EG_CMS_MAX);
    (void)snprintf(signature_path, sizeof signature_path, "%s.p7s", path);
    enum eg_status status = eg_file_read_some(&xml, path, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_read_some(&cms, signature_path, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_directory_parse(&trust->directory, eg_bytes_view(&xml), eg_bytes_view(&cms), err);
    if (status != EG_OK) {
        goto done;
    }
    status = check_directory(trust, path, err);

done:
    eg_buf_done(&xml);
    eg_buf_done(&cms);
    return status;
}

enum eg_status eg_tool_trust_open(struct eg_tool_trust *out, const struct eg_tool_args *args,
                                  struct eg_error *err)
{
    *out = (struct eg_tool_trust){.verifier = NULL};
    eg_buf_init(&out->anchors, EG_TRUST_PEM_MAX);
    eg_buf_init(&out->crls, EG_TRUST_PEM_MAX);
    EG_TRY(load_anchors(out, args, err));
    return load_directory(out, args, err);
}

void eg_tool_trust_done(struct eg_tool_trust *trust)
{
    eg_verifier_free(&trust->verifier);
    eg_directory_free(&trust->directory);
    eg_buf_done(&trust->anchors);
    eg_buf_done(&trust->crls);
}

enum eg_status eg_tool_trust_package(struct eg_signer *signer, struct eg_tool_trust *trust,
                                     const struct eg_package *package, struct eg_error *err)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    const struct eg_publisher_rules by = {trust->directory, trust->verifier, eg_clock_wall_ms()};
    enum eg_status status = eg_rules_authorise(signer, &verdict, package, &by, err);

    return status == EG_OK && !eg_verdict_passed(&verdict)
               ? eg_tool_refused(err, package->ref.id, &verdict)
               : status;
}
