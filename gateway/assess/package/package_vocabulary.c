/*
 * Why this file exists: a package names the vocabularies that it uses by file and digest, and its
 * author need not copy them. For an unsigned package they are put into the tree from those inside
 * this program; a signed one must hold them already (package_vocabulary.h has the conditions).
 */
#include "assess/package/package_vocabulary.h"

#include "assess/package/package_xml.h"
#include "assess/schema/embedded.h"
#include "base/error.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

/* The file at its place in the order of names. */
static enum eg_status put_in(struct eg_tree *tree, const char *name, struct eg_bytes octets,
                             struct eg_error *err)
{
    struct eg_tree_file file = {.name = strdup(name)};
    struct eg_tree_file *files = realloc(tree->files, (tree->count + 1) * sizeof *files);
    size_t at = tree->count;

    eg_buf_init(&file.content, EG_PACKAGE_OCTETS_MAX);
    eg_buf_bytes(&file.content, octets);
    if (files != NULL) {
        tree->files = files;
    }
    if (files == NULL || file.name == NULL || file.content.failed) {
        free(file.name);
        eg_buf_done(&file.content);
        return eg_error_set(err, EG_E_NOMEM, name, "memory ran out");
    }
    for (; at > 0 && strcmp(files[at - 1].name, name) > 0; at--) {
        files[at] = files[at - 1];
    }
    files[at] = file;
    tree->count++;
    return EG_OK;
}

static bool is_digest(struct eg_bytes octets, const struct eg_digest *digest)
{
    struct eg_digest is = eg_hash(octets);

    return eg_digest_equal(&is, digest);
}

/* Say what differs, with the digest that is there. */
static enum eg_status refuse(const struct eg_vocabulary_file *file, struct eg_bytes octets,
                             const char *who, struct eg_error *err)
{
    char text[EG_DIGEST_TEXT_LEN + 1] = "";
    struct eg_digest is = eg_hash(octets);

    eg_digest_text(&is, text);
    return eg_error_set(err, EG_E_FORMAT, file->file,
                        "%s %s is %s, not what " EG_PACKAGE_FILE " says (vocabulary)", who,
                        file->name, text);
}

static enum eg_status take(struct eg_package *package, const struct eg_vocabulary_file *file,
                           struct eg_error *err)
{
    struct eg_bytes there = eg_package_file(package, file->file);
    struct eg_bytes own = eg_embedded(file->name);

    if (there.data != NULL || eg_tree_find(&package->tree, file->file) != NULL) {
        return is_digest(there, &file->digest) ? EG_OK : refuse(file, there, "the package's", err);
    }
    if (package->is_signed) {
        return eg_error_set(err, EG_E_FORMAT, file->file,
                            "is not in the package, but " EG_PACKAGE_FILE " names it (vocabulary)");
    }
    if (own.data == NULL) {
        return eg_error_set(err, EG_E_FORMAT, file->file,
                            "this program has no vocabulary %s to put in", file->name);
    }
    return is_digest(own, &file->digest) ? put_in(&package->tree, file->file, own, err)
                                         : refuse(file, own, "this program's", err);
}

enum eg_status eg_package_vocabulary_take(struct eg_package *package, struct eg_error *err)
{

    for (size_t i = 0; i < package->vocabulary_count; i++) {
        const struct eg_vocabulary_file *file = &package->vocabularies[i];
        for (size_t k = 0; k < i; k++) {
            if (strcmp(package->vocabularies[k].file, file->file) == 0) {
                return eg_error_set(err, EG_E_FORMAT, file->file,
                                    EG_PACKAGE_FILE " names it twice (vocabulary)");
            }
        }
        EG_TRY(take(package, file, err));
    }
    return EG_OK;
}
