/*
 * emgate rules verify: is a package what its publisher signed, and might that publisher publish it?
 * It says nothing about whether the rules are right; see rules check and rules test.
 */
#include "emgate/rules/rules.h"

#include "assess/package/package.h"
#include "base/error.h"
#include "base/limits.h"
#include "emgate/rules/rules_trust.h"

#include <string.h>

static const char *or_all(const char *land)
{
    return land != NULL ? land : "every Land";
}

static void tell_prefixes(struct eg_buf *out, const struct eg_participant *publisher)
{
    for (size_t i = 0; publisher != NULL && i < publisher->package_prefix_count; i++) {
        eg_buf_format(out, "%s%s", i > 0 ? ", " : "", publisher->package_prefixes[i]);
    }
    eg_buf_text(out, "; Land: ");
    for (size_t i = 0; publisher != NULL && i < publisher->land_count; i++) {
        eg_buf_format(out, "%s%s", i > 0 ? ", " : "", publisher->lands[i]);
    }
    eg_buf_text(out, publisher == NULL || publisher->land_count == 0 ? "all" : "");
}

static void tell_words(struct eg_buf *out, const struct eg_package *package,
                       const struct eg_tool_trust *trust, const struct eg_signer *signer)
{
    char digest[EG_DIGEST_TEXT_LEN + 1] = "";

    eg_digest_text(&package->ref.digest, digest);
    eg_buf_format(out, "good        %s %s\ndigest      %s\nfiles       %zu\n", package->ref.id,
                  package->ref.version, digest, package->tree.count);
    eg_buf_format(out, "publisher   %s (%s)\nfor         %s\nmay publish ", package->publisher,
                  signer->subject, or_all(package->land));
    tell_prefixes(out, eg_directory_participant(trust->directory, package->publisher));
    eg_buf_char(out, '\n');
}

static void tell_json(struct eg_buf *out, const struct eg_package *package,
                      const struct eg_signer *signer, const struct eg_error *why)
{
    eg_buf_format(out, "{\"good\":%s", why == NULL ? "true" : "false");
    if (package != NULL) {
        eg_buf_text(out, ",\"package\":");
        eg_tool_json_package(out, &package->ref);
        eg_tool_json_text(out, "publisher", package->publisher);
        eg_tool_json_text(out, "land", package->land);
    }
    eg_tool_json_text(out, "signer", why == NULL ? signer->subject : NULL);
    eg_tool_json_text(out, "where", why != NULL ? why->where : NULL);
    eg_tool_json_text(out, "text", why != NULL ? why->text : NULL);
    eg_buf_text(out, "}\n");
}

/* A package that is not what it should be is an answer; a missing file is not. */
static bool is_answer(enum eg_status status)
{
    return status == EG_E_DENIED || status == EG_E_FORMAT || status == EG_E_LIMIT;
}

static enum eg_status verify(struct eg_package **package, struct eg_signer *signer,
                             struct eg_tool_trust *trust, const struct eg_tool_args *args,
                             struct eg_error *err)
{
    EG_TRY(eg_package_read(package, eg_tool_operand(args, 0), false, err));

    return eg_tool_trust_package(signer, trust, *package, err);
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct eg_package *package = NULL;
    struct eg_tool_trust trust = {.verifier = NULL};
    struct eg_signer signer = {.subject = ""};
    struct eg_error why = {0};
    struct eg_buf out;
    int exit_status = EG_EXIT_COULD_NOT;
    enum eg_status status = eg_engine_init(err);

    eg_buf_init(&out, EG_MIB);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_tool_trust_open(&trust, args, err);
    if (status != EG_OK) {
        goto done;
    }
    status = verify(&package, &signer, &trust, args, &why);
    exit_status = status == EG_OK ? EG_EXIT_DONE : EG_EXIT_NEGATIVE;
    if (status != EG_OK && !is_answer(status)) {
        *err = why;
        exit_status = EG_EXIT_COULD_NOT;
    } else if (eg_tool_json(args)) {
        tell_json(&out, package, &signer, status == EG_OK ? NULL : &why);
    } else if (status == EG_OK) {
        tell_words(&out, package, &trust, &signer);
    } else {
        eg_buf_format(&out, "bad         %s: %s\n", why.where, why.text);
    }
    if (exit_status != EG_EXIT_COULD_NOT && eg_tool_print(&out, err) != EG_OK) {
        exit_status = EG_EXIT_COULD_NOT;
    }

done:
    eg_tool_trust_done(&trust);
    eg_package_free(&package);
    eg_buf_done(&out);
    eg_engine_done();
    return exit_status;
}

static const struct eg_tool_option options[] = {EG_TRUST_OPTIONS(true), {.name = NULL}};

const struct eg_tool_verb eg_verb_rules_verify = {
    .name = "rules verify",
    .summary = "verify who published a rule package",
    .operands = "PKG",
    .operands_min = 1,
    .operands_max = 1,
    .description = "Compares every file of PKG with the list that was signed, verifies the "
                   "signature over the list, and asks the directory whether the publisher may "
                   "publish a package of this name for this Land. Exit status 0: good; 1: not; 2: "
                   "could not be asked.",
    .example = "emgate rules verify PKG --directory directory.xml --anchors ca.pem",
    .options = options,
    .run = run,
};
