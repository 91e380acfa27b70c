/*
 * emgate pki sign-directory: the registrar puts its name under a participant directory. Plants,
 * permits and settings are written into the XML with any editor; nothing is signed that a gateway
 * would refuse to read.
 */
#include "assess/judge/engine.h"
#include "assess/package/directory.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "core/authorise.h"
#include "emgate/frame/verb.h"
#include "verify/sign.h"

#include <stdlib.h>
#include <string.h>

/* The signature lies beside the file, as FILE.p7s. */
static char *signature_path(const char *path)
{
    size_t room = strlen(path) + sizeof(".p7s");
    char *out = malloc(room);

    if (out != NULL) {
        (void)snprintf(out, room, "%s.p7s", path);
    }
    return out;
}

static enum eg_status may_sign(const struct eg_directory *directory,
                               const struct eg_signing_key *key, const char *path,
                               struct eg_error *err)
{
    const struct eg_participant *who =
        eg_directory_by_certificate(directory, eg_signing_key_signer(key));

    struct eg_verdict verdict = {0};
    if (directory->not_after_ms <= eg_clock_wall_ms()) {
        return eg_error_set(err, EG_E_FORMAT, path,
                            "its not-after has passed; write a later one, no gateway would use it");
    }
    if (who == NULL || (who->roles & EG_ROLE_REGISTRAR) == 0) {
        return eg_error_set(err, EG_E_DENIED, path,
                            "the certificate is not that of a participant with the role registrar "
                            "in this directory");
    }
    if (!eg_authorise_certificate(&verdict, eg_signing_key_signer(key), who, EG_SIGNED_DIRECTORY)) {
        return eg_error_set(err, EG_E_DENIED, path, "%s: %s", eg_code_row(verdict.code)->en,
                            verdict.text);
    }
    return EG_OK;
}

static enum eg_status sign(struct eg_directory **out, const struct eg_tool_args *args,
                           struct eg_error *err)
{
    const char *path = eg_tool_operand(args, 0);
    char *beside = signature_path(path);
    struct eg_signing_key *key = NULL;
    struct eg_buf xml, cms;

    eg_buf_init(&xml, EG_DIRECTORY_MAX);
    eg_buf_init(&cms, EG_CMS_MAX);
    enum eg_status status =
        beside != NULL ? EG_OK : eg_error_set(err, EG_E_NOMEM, path, "memory ran out");
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_read_some(&xml, path, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_directory_parse(out, eg_bytes_view(&xml), (struct eg_bytes){NULL, 0}, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_directory_index(*out, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_signing_key_read(&key, eg_tool_value(args, "--key", 0),
                                 eg_tool_value(args, "--cert", 0), err);
    if (status != EG_OK) {
        goto done;
    }
    status = may_sign(*out, key, path, err);
    if (status != EG_OK) {
        goto done;
    }
    status =
        eg_cms_sign(&cms, key, EG_SIGNED_DIRECTORY, eg_bytes_view(&xml), eg_clock_wall_ms(), err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_write(beside, eg_bytes_view(&cms), 0644, err);

done:
    eg_signing_key_free(&key);
    eg_buf_done(&xml);
    eg_buf_done(&cms);
    free(beside);
    return status;
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct eg_directory *directory = NULL;
    enum eg_status status = eg_engine_init(err);
    if (status != EG_OK) {
        goto done;
    }
    status = sign(&directory, args, err);
    if (status != EG_OK) {
        goto done;
    }
    if (eg_tool_json(args)) {
        char digest[EG_DIGEST_TEXT_LEN + 1] = "";
        eg_digest_text(&directory->digest, digest);
        printf("{\"version\":%llu,\"participants\":%zu,\"plants\":%zu,\"digest\":\"%s\"}\n",
               (unsigned long long)directory->version, directory->participant_count,
               directory->plant_count, digest);
    } else {
        printf("%s signed: version %llu, %zu participants, %zu plants\n", eg_tool_operand(args, 0),
               (unsigned long long)directory->version, directory->participant_count,
               directory->plant_count);
    }

done:
    eg_directory_free(&directory);
    eg_engine_done();
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

static const struct eg_tool_option options[] = {
    {"--key", "FILE", "Private key of the registrar, PEM, not encrypted.", false, true},
    {"--cert", "FILE", "Certificate of the key, PEM, intermediates behind it.", false, true},
    {NULL, NULL, NULL, false, false},
};

const struct eg_tool_verb eg_verb_pki_sign_directory = {
    .name = "pki sign-directory",
    .summary = "sign a participant directory as its registrar",
    .operands = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .description =
        "Reads FILE as strictly as a gateway would, then writes the registrar's signature beside "
        "it as FILE.p7s. Raise its version first: a gateway never goes back, and does not take "
        "other content under a version that it knows. A running gateway takes it at SIGHUP.",
    .example = "emgate pki sign-directory directory.xml --key registrar.key --cert registrar.pem",
    .options = options,
    .run = run,
};
