/*
 * emgate rules fetch: the very package that a gateway judges with, so that a sender can judge
 * itself before it sends. What comes is believed for its publisher's signature, not for the
 * gateway.
 */
#include "emgate/rules/rules.h"

#include "assess/package/package.h"
#include "assess/package/package_zip.h"
#include "base/limits.h"
#include "emgate/frame/connection.h"
#include "emgate/rules/rules_trust.h"
#include "flow/install/rules.h"
#include "wire/packages.h"

#include <stdlib.h>
#include <string.h>

static struct eg_bytes view(struct eg_octets octets)
{
    return (struct eg_bytes){octets.data, octets.len};
}

/* ---- the list ----------------------------------------------------------------------------- */

static void list_line(struct eg_buf *out, const struct eg_package_line *line, bool json)
{
    const char *state = eg_package_standing_text(line->standing);

    if (json) {
        eg_buf_text(out, "{\"package\":");
        eg_tool_json_package(out, &line->package);
        eg_tool_json_text(out, "state", state);
        eg_tool_json_text(out, "first", line->first[0] != '\0' ? line->first : NULL);
        eg_tool_json_text(out, "last", line->last[0] != '\0' ? line->last : NULL);
        eg_buf_text(out, "}\n");
    } else {
        eg_buf_format(out, "%-10s %s %s", state, line->package.id, line->package.version);
        if (line->first[0] != '\0') {
            eg_buf_format(out, "  %s to %s", line->first,
                          line->last[0] != '\0' ? line->last : "open");
        }
        eg_buf_char(out, '\n');
    }
}

static enum eg_status list(const struct eg_client_rules *rules, bool json, struct eg_error *err)
{
    struct eg_packages_reader reader;
    struct eg_package_line line;
    struct eg_buf out;

    eg_buf_init(&out, 4 * EG_MIB);
    if (eg_packages_start(&reader, view(rules->list))) {
        while (eg_packages_next(&reader, &line) == 1) {
            list_line(&out, &line, json);
        }
    }
    enum eg_status status = eg_tool_print(&out, err);
    eg_buf_done(&out);
    return status;
}

/* ---- one package -------------------------------------------------------------------------- */

/* The package in the zip must be the one that was asked for. */
static enum eg_status compare(const struct eg_package *package, const struct eg_client_rules *rules,
                              const char *version, struct eg_error *err)
{
    struct eg_packages_reader reader;
    struct eg_package_line line = {.first = ""};
    struct eg_digest digest;
    bool good = eg_packages_start(&reader, view(rules->list)) &&
                eg_packages_next(&reader, &line) == 1 &&
                strcmp(line.package.id, package->ref.id) == 0 &&
                strcmp(line.package.version, package->ref.version) == 0 &&
                eg_digest_equal(&line.package.digest, &package->ref.digest);

    if (good && version != NULL) {
        good = eg_digest_untext(eg_bytes_of(version), &digest)
                   ? eg_digest_equal(&digest, &package->ref.digest)
                   : strcmp(version, package->ref.version) == 0;
    }
    return good ? EG_OK
                : eg_error_set(err, EG_E_CRYPTO, package->ref.id,
                               "the gateway sent another package than it was asked for");
}

static enum eg_status open_package(struct eg_package **out, const struct eg_client_rules *rules,
                                   struct eg_error *err)
{
    struct eg_tree tree = {NULL, 0};
    enum eg_status status = eg_package_unzip(&tree, view(rules->zip), err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_package_parse(out, &tree, false, err);

done:
    eg_tree_done(&tree);
    return status;
}

static enum eg_status keep(const struct eg_client_rules *rules, const struct eg_tool_args *args,
                           struct eg_error *err)
{
    const char *version = eg_tool_operand_count(args) > 1 ? eg_tool_operand(args, 1) : NULL;
    struct eg_package *package = NULL;
    struct eg_tool_trust trust = {.verifier = NULL};
    struct eg_buf out;
    char *path = NULL;
    enum eg_status status = open_package(&package, rules, err);

    eg_buf_init(&out, EG_MIB);
    if (status != EG_OK) {
        goto done;
    }
    status = compare(package, rules, version, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_tool_trust_open(&trust, args, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_tool_trust_package(NULL, &trust, package, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_rules_install(&path, eg_tool_value(args, "-o", 0), package, err);
    if (status != EG_OK) {
        goto done;
    }
    if (eg_tool_json(args)) {
        eg_buf_text(&out, "{\"package\":");
        eg_tool_json_package(&out, &package->ref);
        eg_tool_json_text(&out, "path", path);
        eg_buf_text(&out, "}\n");
    } else {
        eg_buf_format(&out, "%s %s fetched: %s\n", package->ref.id, package->ref.version, path);
    }
    status = eg_tool_print(&out, err);

done:
    free(path);
    eg_tool_trust_done(&trust);
    eg_package_free(&package);
    eg_buf_done(&out);
    return status;
}

/* ---- the verb ----------------------------------------------------------------------------- */

static enum eg_status check_options(const struct eg_tool_args *args, struct eg_error *err)
{
    if (eg_tool_operand_count(args) > 0 &&
        (eg_tool_value(args, "-o", 0) == NULL || eg_tool_value(args, "--directory", 0) == NULL)) {
        return eg_error_set(err, EG_E_USAGE, "-o",
                            "to fetch a package say where to (-o DIR) and who may publish "
                            "(--directory FILE)");
    }
    return EG_OK;
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    const char *id = eg_tool_operand_count(args) > 0 ? eg_tool_operand(args, 0) : NULL;
    const char *version = eg_tool_operand_count(args) > 1 ? eg_tool_operand(args, 1) : NULL;
    struct eg_client *client = NULL;
    struct eg_client_rules rules = {.memory = NULL};
    int exit_status = EG_EXIT_COULD_NOT;
    enum eg_status status = eg_engine_init(err);
    if (status != EG_OK) {
        goto done;
    }

    status = check_options(args, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_connection_new(&client, args, NULL, 0, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_client_rules(&rules, client, id, version, err);
    if (status == EG_E_DENIED && strcmp(eg_client_refusal(client), "unknown") == 0) {
        exit_status = EG_EXIT_NEGATIVE;
        printf("unknown    %s %s\n", id != NULL ? id : "", version != NULL ? version : "");
    }
    if (status != EG_OK) {
        goto done;
    }
    eg_client_bye(client);
    status = id != NULL ? keep(&rules, args, err) : list(&rules, eg_tool_json(args), err);

done:
    eg_client_rules_done(&rules);
    eg_client_free(&client);
    eg_engine_done();
    return status == EG_OK ? EG_EXIT_DONE : exit_status;
}

static const struct eg_tool_option options[] = {
    EG_CONNECTION_OPTIONS,
    {"--directory", "FILE", "participant directory; its signature is FILE.p7s beside it", false,
     false},
    {"-o", "DIR", "put the package into DIR/<id>/<version>", false, false},
    {NULL, NULL, NULL, false, false},
};

const struct eg_tool_verb eg_verb_rules_fetch = {
    .name = "rules fetch",
    .summary = "fetch a rule package from a gateway",
    .operands = "[ID [VERSION]]",
    .operands_min = 0,
    .operands_max = 2,
    .description =
        "Without ID: the packages that the gateway judges with, and which report periods. With ID: "
        "the package itself, the highest version in force or VERSION (a version, or the digest "
        "sha256:... that a receipt names), also one that the gateway no longer has installed. Its "
        "publisher's signature is verified against --directory and --anchors before anything is "
        "written. With it, emgate rules run judges a report as the gateway will.\n\n"
        "Exit status 0: done; 1: the gateway has no such package; 2: could not.",
    .example = "emgate rules fetch --card gateway.card --anchors ca.pem --key plant.key --cert "
               "plant.pem\n"
               "emgate rules fetch --card gateway.card --anchors ca.pem --key plant.key --cert "
               "plant.pem --directory directory.xml -o packages de.bimschv17.continuous",
    .options = options,
    .run = run,
};
