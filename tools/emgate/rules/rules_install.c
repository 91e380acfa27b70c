/*
 * emgate rules install: put a signed package into the folder that a gateway reads. Whether the
 * publisher may, whether it compiles and passes its tests, is asked before a file is written.
 */
#include "emgate/rules/rules.h"

#include "assess/package/package.h"
#include "base/error.h"
#include "base/limits.h"
#include "emgate/rules/rules_trust.h"
#include "flow/install/folder.h"
#include "flow/install/rules.h"
#include "workbench/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session {
    const struct eg_tool_args *args;
    struct eg_package *package;
    struct eg_tool_trust trust;
    struct eg_sandbox_result sandbox;
    char *path;
    bool inactive;
};

static enum eg_status try_package(struct session *session, struct eg_error *err)
{
    struct eg_sandbox_result *sandbox = &session->sandbox;
    EG_TRY(eg_sandbox_run(sandbox, session->package, &eg_sandbox_ceilings_default, err));

    if (!sandbox->tests_present) {
        return eg_error_set(err, EG_E_DENIED, session->package->ref.id,
                            "the package has no tests; it is not installed");
    }
    if (sandbox->failed > 0) {
        return eg_error_set(err, EG_E_DENIED, session->package->ref.id,
                            "%zu of %zu tests fail, first: %.300s", sandbox->failed, sandbox->tests,
                            sandbox->first);
    }
    return EG_OK;
}

/* What lies in the folder already, if it is there. */
static enum eg_status read_folder(struct eg_folder *out, const char *dir, struct eg_error *err)
{
    EG_TRY(eg_file_mkdirs(dir, err));

    return eg_folder_read(out, dir, true, err);
}

/* Neighbours that it would stand in the way of, before a file is written. */
static enum eg_status check_neighbours(struct session *session, const char *dir,
                                       struct eg_error *err)
{
    struct eg_folder folder = {.count = 0};
    enum eg_status status = read_folder(&folder, dir, err);
    const struct eg_folder_item *there =
        status == EG_OK ? eg_folder_find(&folder, &session->package->ref) : NULL;
    if (status != EG_OK) {
        goto done;
    }

    if (session->inactive && there != NULL && !there->held) {
        status = eg_error_set(err, EG_E_EXISTS, session->package->ref.id,
                              "version %s is installed and in force; its publisher may withdraw it "
                              "(emgate rules withdraw)",
                              session->package->ref.version);
        goto done;
    }
    if (!session->inactive && there != NULL && there->held) {
        status = eg_error_set(err, EG_E_EXISTS, session->package->ref.id,
                              "version %s is installed, but inactive; its publisher puts it in "
                              "force (emgate rules activate)",
                              session->package->ref.version);
        goto done;
    }
    if (!session->inactive) {
        status = eg_folder_check_new(&folder, session->package, err);
    }

done:
    eg_folder_done(&folder);
    return status;
}

static enum eg_status place(struct session *session, const char *dir, struct eg_error *err)
{
    EG_TRY(check_neighbours(session, dir, err));

    if (session->inactive) {
        /* first, so that no gateway sees it in force */
        EG_TRY(eg_folder_hold(dir, &session->package->ref, err));
    } else {
        /* what an installation left that did not get to its end */
        EG_TRY(eg_folder_release(dir, &session->package->ref, err));
    }
    return eg_rules_install(&session->path, dir, session->package, err);
}

static enum eg_status install(struct session *session, struct eg_error *err)
{
    EG_TRY(eg_package_read(&session->package, eg_tool_operand(session->args, 0), false, err));
    EG_TRY(eg_tool_trust_open(&session->trust, session->args, err));
    EG_TRY(eg_tool_trust_package(NULL, &session->trust, session->package, err));
    EG_TRY(try_package(session, err));
    return place(session, eg_tool_value(session->args, "--into", 0), err);
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
        eg_buf_format(&out, ",\"active\":%s,\"tests\":%zu}\n", session->inactive ? "false" : "true",
                      session->sandbox.tests);
    } else {
        eg_buf_format(&out, "%s %s installed%s: %s (%zu tests passed)\n", ref->id, ref->version,
                      session->inactive ? ", inactive" : "", session->path, session->sandbox.tests);
    }
    enum eg_status status = eg_tool_print(&out, err);
    eg_buf_done(&out);
    return status;
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct session session = {.args = args, .inactive = eg_tool_flag(args, "--inactive")};
    enum eg_status status = eg_engine_init(err);
    if (status != EG_OK) {
        goto done;
    }

    status = install(&session, err);
    if (status != EG_OK) {
        goto done;
    }
    status = show(&session, err);

done:
    eg_tool_trust_done(&session.trust);
    eg_package_free(&session.package);
    free(session.path);
    eg_engine_done();
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

static const struct eg_tool_option options[] = {
    {.name = "--into",
     .value = "DIR",
     .help = "Folder of installed packages that the gateway reads.",
     .required = true},
    EG_TRUST_OPTIONS(true),
    {.name = "--inactive", .help = "Hold it: no gateway takes it up before emgate rules activate."},
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
        "into DIR/<id>/<version>, whole or not at all. A gateway takes it up at its next "
        "reload.\n\n"
        "A package that would judge the same reports in the same period as another one in DIR is "
        "refused; both are named. Of several versions of one package the highest judges where all "
        "are valid. PKG is a folder or a zip file.",
    .example = "emgate rules install PKG --into /var/lib/emgate/packages --directory directory.xml "
               "--anchors ca.pem",
    .options = options,
    .run = run,
};
