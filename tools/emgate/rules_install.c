/*
 * emgate rules install: put a signed package into the folder that a gateway reads. Whether the
 * publisher may, whether it compiles and passes its tests, is asked before a file is written.
 */
#include "emgate/rules.h"

#include "assess/directory.h"
#include "assess/package.h"
#include "base/clock.h"
#include "base/limits.h"
#include "flow/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session {
    const struct eg_tool_args *args;
    struct eg_package *package;
    struct eg_directory *directory;
    struct eg_buf anchors, crls;
    struct eg_trust trust;
    struct eg_verifier *verifier;
    struct eg_rules_trial trial;
    char *path;
};

static enum eg_status load_trust(struct session *session, struct eg_error *err)
{
    const char *crls = eg_tool_value(session->args, "--crl", 0);
    enum eg_status status =
        eg_file_read(&session->anchors, eg_tool_value(session->args, "--anchors", 0), err);

    if (status == EG_OK && crls != NULL) {
        status = eg_file_read(&session->crls, crls, err);
    }
    session->trust = (struct eg_trust){.anchors_pem = eg_bytes_view(&session->anchors),
                                       .crls_pem = eg_bytes_view(&session->crls)};
    return status == EG_OK ? eg_verifier_new(&session->verifier, &session->trust, err) : status;
}

static enum eg_status refused(struct eg_error *err, const char *what,
                              const struct eg_verdict *verdict)
{
    return eg_error_set(err, EG_E_DENIED, what, "%s: %s", eg_code_row(verdict->code)->en,
                        verdict->text);
}

/* The directory is the registrar's: signed, by someone whom this very directory calls so. */
static enum eg_status check_directory(struct session *session, const char *path,
                                      struct eg_error *err)
{
    struct eg_signer signer = {.subject = ""};
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    enum eg_status status = eg_cms_check(
        &signer, &verdict, session->verifier, eg_bytes_view(&session->directory->signature),
        eg_bytes_view(&session->directory->octets), EG_SIGNED_DIRECTORY, eg_clock_wall_ms(), err);

    if (status == EG_OK && !eg_verdict_passed(&verdict)) {
        return refused(err, path, &verdict);
    }
    if (status == EG_OK) {
        const struct eg_participant *registrar =
            eg_directory_by_certificate(session->directory, &signer);
        if (registrar == NULL || (registrar->roles & EG_ROLE_REGISTRAR) == 0) {
            status = eg_error_set(err, EG_E_DENIED, path,
                                  "is signed by %s, who is no registrar in it", signer.subject);
        }
    }
    return status;
}

static enum eg_status load_directory(struct session *session, struct eg_error *err)
{
    const char *path = eg_tool_value(session->args, "--directory", 0);
    char signature_path[4096] = "";
    struct eg_buf xml, cms;

    eg_buf_init(&xml, EG_DIRECTORY_MAX);
    eg_buf_init(&cms, EG_CMS_MAX);
    (void)snprintf(signature_path, sizeof(signature_path), "%s.p7s", path);
    enum eg_status status = eg_file_read(&xml, path, err);
    if (status == EG_OK) {
        status = eg_file_read(&cms, signature_path, err);
    }
    if (status == EG_OK) {
        status =
            eg_directory_parse(&session->directory, eg_bytes_view(&xml), eg_bytes_view(&cms), err);
    }
    if (status == EG_OK) {
        status = check_directory(session, path, err);
    }
    eg_buf_done(&xml);
    eg_buf_done(&cms);
    return status;
}

static enum eg_status try_package(struct session *session, struct eg_error *err)
{
    struct eg_rules_trial *trial = &session->trial;
    enum eg_status status = eg_rules_try(trial, session->package, err);

    if (status == EG_OK && !trial->tests_present) {
        status = eg_error_set(err, EG_E_DENIED, session->package->ref.id,
                              "the package has no tests; it is not installed");
    } else if (status == EG_OK && trial->failed > 0) {
        status = eg_error_set(err, EG_E_DENIED, session->package->ref.id,
                              "%zu of %zu tests fail, first: %.300s", trial->failed, trial->tests,
                              trial->first);
    }
    return status;
}

static enum eg_status install(struct session *session, struct eg_error *err)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    enum eg_status status =
        eg_package_read(&session->package, eg_tool_operand(session->args, 0), false, err);

    if (status == EG_OK) {
        status = load_trust(session, err);
    }
    if (status == EG_OK) {
        status = load_directory(session, err);
    }
    if (status == EG_OK) {
        status = eg_rules_authorise(NULL, &verdict, session->package, session->directory,
                                    session->verifier, eg_clock_wall_ms(), err);
    }
    if (status == EG_OK && !eg_verdict_passed(&verdict)) {
        status = refused(err, session->package->ref.id, &verdict);
    }
    if (status == EG_OK) {
        status = try_package(session, err);
    }
    return status == EG_OK
               ? eg_rules_install(&session->path, eg_tool_value(session->args, "--into", 0),
                                  session->package, err)
               : status;
}

static enum eg_status show(struct session *session, struct eg_error *err)
{
    const struct eg_package_ref *ref = &session->package->ref;
    struct eg_buf out;

    eg_buf_init(&out, EG_MIB);
    if (eg_tool_json(session->args)) {
        eg_buf_text(&out, "{\"package\":");
        eg_tool_json_package(&out, ref);
        eg_tool_json_text(&out, "path", session->path);
        eg_buf_format(&out, ",\"tests\":%zu}\n", session->trial.tests);
    } else {
        eg_buf_format(&out, "%s %s installed: %s (%zu tests passed)\n", ref->id, ref->version,
                      session->path, session->trial.tests);
    }
    enum eg_status status = eg_tool_print(&out, err);
    eg_buf_done(&out);
    return status;
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct session session = {.args = args};
    enum eg_status status = eg_engine_init(err);

    eg_buf_init(&session.anchors, EG_MIB);
    eg_buf_init(&session.crls, EG_MIB);
    if (status == EG_OK) {
        status = install(&session, err);
    }
    if (status == EG_OK) {
        status = show(&session, err);
    }
    eg_verifier_free(&session.verifier);
    eg_directory_free(&session.directory);
    eg_package_free(&session.package);
    eg_buf_done(&session.anchors);
    eg_buf_done(&session.crls);
    free(session.path);
    eg_engine_done();
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

static const struct eg_tool_option options[] = {
    {.name = "--into",
     .value = "DIR",
     .help = "Folder of installed packages that the gateway reads.",
     .required = true},
    {.name = "--directory",
     .value = "FILE",
     .help = "Participant directory; its signature beside it as FILE.p7s.",
     .required = true},
    {.name = "--anchors",
     .value = "FILE",
     .help = "Certificates that are trusted, PEM.",
     .required = true},
    {.name = "--crl", .value = "FILE", .help = "Revocation lists, PEM; none: not asked."},
    {.name = NULL},
};

const struct eg_tool_verb eg_verb_rules_install = {
    .name = "rules install",
    .summary = "install a signed rule package for a gateway",
    .operands = "PKG",
    .operands_min = 1,
    .operands_max = 1,
    .description =
        "Checks the publisher's signature and that the directory allows it to publish this "
        "package, "
        "compiles the package and runs its tests in a child process under limits, and then puts it "
        "into DIR/<id>/<version>, whole or not at all. A gateway takes it up at its next reload.",
    .example = "emgate rules install PKG --into /var/lib/emgate/packages --directory directory.xml "
               "--anchors ca.pem",
    .options = options,
    .run = run,
};
