/*
 * Reading a rule package: the files against SIGNED, then package.xml (namespace
 * urn:emgate:package:1).
 */
#ifndef EG_ASSESS_PACKAGE_H
#define EG_ASSESS_PACKAGE_H

#include "core/package.h"

/*
 * Read a package (a directory, or a zip file of one) once into memory and parse it. Files not
 * listed, listed files missing, links and names that leave the directory are refused (EG_E_DENIED).
 * A directory without SIGNED is read all the same when `allow_unsigned`: is_signed is false, the
 * vocabularies that package.xml names are put into its tree (package_vocabulary.h), and the
 * digest is computed over the SIGNED text that signing would write. EG_E_FORMAT, EG_E_DENIED,
 * EG_E_LIMIT, EG_E_IO, EG_E_NOMEM. Does not check the CMS.
 */
EG_MUST_USE
enum eg_status eg_package_read(struct eg_package **out, const char *path, bool allow_unsigned,
                               struct eg_error *err);

/* The files alone, of a directory or a zip file, sorted by name. Statuses as above. */
EG_MUST_USE
enum eg_status eg_package_tree(struct eg_tree *out, const char *path, struct eg_error *err);

/* The same from a tree already in memory (archived package); takes `tree` on success. On failure it
 * stays the caller's; vocabularies may have been put into it. */
EG_MUST_USE
enum eg_status eg_package_parse(struct eg_package **out, struct eg_tree *tree, bool allow_unsigned,
                                struct eg_error *err);

/* The SIGNED text of the tree: one line a file, "sha256:<hex> <name>\n", sorted by name. */
EG_MUST_USE
enum eg_status eg_package_signed_text(struct eg_buf *out, const struct eg_tree *tree,
                                      struct eg_error *err);

/* One octet string for a tree and back: how a package lies in the archive. */
EG_MUST_USE
enum eg_status eg_package_pack(struct eg_buf *out, const struct eg_tree *tree,
                               struct eg_error *err);
EG_MUST_USE
enum eg_status eg_package_unpack(struct eg_tree *out, struct eg_bytes packed, struct eg_error *err);

#endif
