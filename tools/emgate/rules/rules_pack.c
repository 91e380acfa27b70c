/*
 * emgate rules pack: a package as one file to hand on. The same package gives the same octets, so
 * that two who packed it can compare digests.
 */
#include "emgate/rules/rules.h"

#include "assess/package/package.h"
#include "assess/package/package_zip.h"
#include "base/error.h"
#include "base/limits.h"

static enum eg_status pack(struct eg_buf *zip, const struct eg_tool_args *args,
                           struct eg_package **package, struct eg_error *err)
{
    EG_TRY(eg_tool_package_open(package, eg_tool_operand(args, 0), true, err));
    EG_TRY(eg_package_zip(zip, &(*package)->tree, err));
    return eg_file_write(eg_tool_value(args, "-o", 0), eg_bytes_view(zip), 0644, err);
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct eg_package *package = NULL;
    struct eg_buf zip, out;

    eg_buf_init(&zip, EG_ZIP_MAX);
    eg_buf_init(&out, EG_MIB);
    enum eg_status status = pack(&zip, args, &package, err);
    if (status != EG_OK) {
        goto done;
    }
    if (eg_tool_json(args)) {
        eg_buf_text(&out, "{\"package\":");
        eg_tool_json_package(&out, &package->ref);
        eg_tool_json_text(&out, "file", eg_tool_value(args, "-o", 0));
        eg_buf_format(&out, ",\"octets\":%zu,\"files\":%zu}\n", zip.len, package->tree.count);
    } else {
        eg_buf_format(&out, "%s %s packed: %zu files, %zu octets\n", package->ref.id,
                      package->ref.version, package->tree.count, zip.len);
    }
    status = eg_tool_print(&out, err);

done:
    eg_tool_package_close(&package);
    eg_buf_done(&zip);
    eg_buf_done(&out);
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

static const struct eg_tool_option options[] = {
    {.name = "-o", .value = "FILE", .help = "The zip file to write.", .required = true},
    {.name = NULL},
};

const struct eg_tool_verb eg_verb_rules_pack = {
    .name = "rules pack",
    .summary = "pack a rule package into one zip file",
    .operands = "PKG",
    .operands_min = 1,
    .operands_max = 1,
    .description = "Writes the files of PKG, with SIGNED and SIGNED.p7s if they are there, into a "
                   "zip file: sorted, stored, with fixed times, so that the same package gives the "
                   "same octets on every machine. Every verb but rules sign takes the zip file in "
                   "place of the folder.",
    .example = "emgate rules pack PKG -o PKG.zip",
    .options = options,
    .run = run,
};
