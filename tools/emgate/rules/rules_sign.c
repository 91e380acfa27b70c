/*
 * emgate rules sign: the publisher fixes every octet of a package and puts its name under it.
 * Nothing is signed that does not compile or misses one of its own tests.
 */
#include "emgate/rules/rules.h"

#include "assess/package/package.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "verify/sign.h"
#include "workbench/package_tests.h"

#include <stdlib.h>
#include <string.h>

/* SIGNED and SIGNED.p7s of an earlier signing are not looked at. */
static void forget_signature(struct eg_tree *tree)
{
    size_t kept = 0;

    for (size_t i = 0; i < tree->count; i++) {
        struct eg_tree_file *file = &tree->files[i];
        if (strcmp(file->name, "SIGNED") == 0 || strcmp(file->name, "SIGNED.p7s") == 0) {
            free(file->name);
            eg_buf_done(&file->content);
        } else {
            tree->files[kept++] = *file;
        }
    }
    tree->count = kept;
}

static enum eg_status check_package(struct eg_package *package, struct eg_error *err)
{
    struct eg_rules *rules = NULL;
    struct eg_package_tests tests = {0, 0, false};
    enum eg_status status = eg_rules_compile(&rules, package, err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_package_tests_run(&tests, rules, NULL, NULL, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!tests.present || tests.failed > 0) {
        status = eg_error_set(err, EG_E_FORMAT, package->ref.id,
                              tests.present ? "%zu of its tests fail; see emgate rules test"
                                            : "has no tests (%zu); see rules/README.md",
                              tests.failed);
    }

done:
    eg_rules_free(&rules);
    return status;
}

static enum eg_status write_file(const char *folder, const char *name, struct eg_bytes content,
                                 struct eg_error *err)
{
    char *path = eg_file_join(folder, name);
    char *slash = path != NULL ? strrchr(path, '/') : NULL;
    enum eg_status status =
        path != NULL ? EG_OK : eg_error_set(err, EG_E_NOMEM, name, "memory ran out");

    if (slash != NULL) {
        *slash = '\0';
        status = eg_file_mkdirs(path, err);
        *slash = '/';
    }
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_write(path, content, 0644, err);

done:
    free(path);
    return status;
}

/* The vocabularies that were put in, so that the folder holds all that is signed. */
static enum eg_status write_vocabularies(const char *path, const struct eg_package *package,
                                         struct eg_error *err)
{

    for (size_t i = 0; i < package->vocabulary_count; i++) {
        const char *name = package->vocabularies[i].file;
        EG_TRY(write_file(path, name, eg_package_file(package, name), err));
    }
    return EG_OK;
}

static enum eg_status write_signed(const char *path, struct eg_bytes text, struct eg_bytes cms,
                                   struct eg_error *err)
{
    EG_TRY(write_file(path, "SIGNED", text, err));

    return write_file(path, "SIGNED.p7s", cms, err);
}

static enum eg_status sign(struct eg_package_ref *ref, const struct eg_tool_args *args,
                           struct eg_error *err)
{
    const char *path = eg_tool_operand(args, 0);
    struct eg_tree tree = {NULL, 0};
    struct eg_package *package = NULL;
    struct eg_signing_key *key = NULL;
    struct eg_buf text, cms;

    eg_buf_init(&text, EG_MIB);
    eg_buf_init(&cms, EG_CMS_MAX);
    enum eg_status status =
        eg_tree_read(&tree, path, EG_PACKAGE_FILES_MAX, EG_PACKAGE_OCTETS_MAX, err);
    if (status != EG_OK) {
        goto done;
    }
    forget_signature(&tree);
    status = eg_package_parse(&package, &tree, true, err);
    if (status != EG_OK) {
        goto done;
    }
    status = check_package(package, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_signing_key_read(&key, eg_tool_value(args, "--key", 0),
                                 eg_tool_value(args, "--cert", 0), err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_package_signed_text(&text, &package->tree, err);
    if (status != EG_OK) {
        goto done;
    }
    status =
        eg_cms_sign(&cms, key, EG_SIGNED_PACKAGE, eg_bytes_view(&text), eg_clock_wall_ms(), err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_vocabularies(path, package, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_signed(path, eg_bytes_view(&text), eg_bytes_view(&cms), err);
    if (status != EG_OK) {
        goto done;
    }
    *ref = package->ref;

done:
    eg_signing_key_free(&key);
    eg_package_free(&package);
    eg_tree_done(&tree);
    eg_buf_done(&text);
    eg_buf_done(&cms);
    return status;
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct eg_package_ref ref = {.id = ""};
    struct eg_buf out;
    enum eg_status status = eg_engine_init(err);

    eg_buf_init(&out, EG_MIB);
    if (status != EG_OK) {
        goto done;
    }
    status = sign(&ref, args, err);
    if (status != EG_OK) {
        goto done;
    }
    if (eg_tool_json(args)) {
        eg_buf_text(&out, "{\"package\":");
        eg_tool_json_package(&out, &ref);
        eg_buf_text(&out, "}\n");
    } else {
        char digest[EG_DIGEST_TEXT_LEN + 1] = "";
        eg_digest_text(&ref.digest, digest);
        eg_buf_format(&out, "%s %s signed: %s\n", ref.id, ref.version, digest);
    }
    status = eg_tool_print(&out, err);

done:
    eg_buf_done(&out);
    eg_engine_done();
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

static const struct eg_tool_option options[] = {
    {.name = "--key",
     .value = "FILE",
     .help = "Private key, PEM, not encrypted.",
     .required = true},
    {.name = "--cert",
     .value = "FILE",
     .help = "Certificate of the key, PEM, intermediates behind it.",
     .required = true},
    {.name = NULL},
};

const struct eg_tool_verb eg_verb_rules_sign = {
    .name = "rules sign",
    .summary = "sign a rule package as its publisher",
    .operands = "PKG",
    .operands_min = 1,
    .operands_max = 1,
    .description = "Compiles PKG and runs its tests; then writes the vocabularies that package.xml "
                   "names (element vocabulary), SIGNED (the digest of every file) and SIGNED.p7s "
                   "(the publisher's signature over it) into it. An earlier signature is replaced.",
    .example = "emgate rules sign PKG --key publisher.key --cert publisher.pem",
    .options = options,
    .run = run,
};
