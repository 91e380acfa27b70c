/*
 * Why this file exists: the octets that were hashed are the octets that are used. A package is read
 * once into memory, held against SIGNED (signed.c), and package.xml is read from that very memory.
 * Into an unsigned package the vocabularies that it takes are put first (package_vocabulary.c).
 */
#include "assess/package/package.h"

#include "assess/package/package_vocabulary.h"
#include "assess/package/package_xml.h"
#include "assess/package/package_zip.h"
#include "assess/package/signed.h"
#include "base/error.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static enum eg_status judge_signed(struct eg_package *package, bool allow_unsigned,
                                   struct eg_error *err)
{
    const struct eg_tree_file *text = eg_tree_find(&package->tree, "SIGNED");
    const struct eg_tree_file *cms = eg_tree_find(&package->tree, "SIGNED.p7s");
    enum eg_status status = EG_OK;

    if (text != NULL && cms != NULL) {
        status = eg_package_signed_check(&package->tree, eg_bytes_view(&text->content), err);
        package->ref.digest = eg_hash(eg_bytes_view(&text->content));
        package->is_signed = status == EG_OK;
        return status;
    }
    if (!allow_unsigned || text != NULL || cms != NULL) {
        return eg_error_set(err, EG_E_DENIED, text == NULL ? "SIGNED" : "SIGNED.p7s",
                            "is not there; the package is not signed (emgate rules sign)");
    }
    return eg_package_tree_check(&package->tree, err);
}

/* The digest that an unsigned package would have, signed as it is. */
static enum eg_status digest_unsigned(struct eg_package *package, struct eg_error *err)
{
    struct eg_buf made;

    eg_buf_init(&made, EG_PACKAGE_OCTETS_MAX);
    enum eg_status status = eg_package_signed_text(&made, &package->tree, err);
    package->ref.digest = eg_hash(eg_bytes_view(&made));
    eg_buf_done(&made);
    return status;
}

static enum eg_status parse(struct eg_package *package, bool allow_unsigned, struct eg_error *err)
{
    enum eg_status status = judge_signed(package, allow_unsigned, err);
    struct eg_bytes xml = eg_package_file(package, EG_PACKAGE_FILE);

    if (status != EG_OK) {
        return status;
    }
    if (xml.data == NULL) {
        return eg_error_set(err, EG_E_FORMAT, EG_PACKAGE_FILE,
                            "is not there; a rule package is a directory that holds one");
    }
    EG_TRY(eg_package_xml_read(package, xml, err));
    EG_TRY(eg_package_vocabulary_take(package, err));
    if (!package->is_signed) {
        EG_TRY(digest_unsigned(package, err));
    }
    return eg_package_check(package, err);
}

enum eg_status eg_package_parse(struct eg_package **out, struct eg_tree *tree, bool allow_unsigned,
                                struct eg_error *err)
{
    struct eg_package *package = calloc(1, sizeof *package);

    if (package == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "package", "memory ran out");
    }
    package->tree = *tree;
    enum eg_status status = parse(package, allow_unsigned, err);
    if (status != EG_OK) {
        *tree = package->tree; /* still the caller's, with what was put in */
        package->tree = (struct eg_tree){NULL, 0};
        eg_package_free(&package);
        return status;
    }
    *tree = (struct eg_tree){NULL, 0};
    *out = package;
    return EG_OK;
}

static enum eg_status read_zip(struct eg_tree *out, const char *path, struct eg_error *err)
{
    struct eg_buf zip;

    eg_buf_init(&zip, EG_ZIP_MAX);
    enum eg_status status = eg_file_read(&zip, path, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!eg_package_is_zip(eg_bytes_view(&zip))) {
        status = eg_error_set(err, EG_E_FORMAT, path, "is neither a folder nor a zip file");
    }
    if (status != EG_OK) {
        goto done;
    }
    status = eg_package_unzip(out, eg_bytes_view(&zip), err);

done:
    eg_buf_done(&zip);
    return status;
}

static bool is_folder(const char *path)
{
    struct stat stat;

    return lstat(path, &stat) != 0 || S_ISDIR(stat.st_mode);
}

enum eg_status eg_package_tree(struct eg_tree *out, const char *path, struct eg_error *err)
{
    return is_folder(path)
               ? eg_tree_read(out, path, EG_PACKAGE_FILES_MAX, EG_PACKAGE_OCTETS_MAX, err)
               : read_zip(out, path, err);
}

enum eg_status eg_package_read(struct eg_package **out, const char *path, bool allow_unsigned,
                               struct eg_error *err)
{
    struct eg_tree tree = {NULL, 0};
    enum eg_status status = eg_package_tree(&tree, path, err);
    if (status != EG_OK) {
        return status;
    }
    status = eg_package_parse(out, &tree, allow_unsigned, err);
    eg_tree_done(&tree);
    return status;
}
