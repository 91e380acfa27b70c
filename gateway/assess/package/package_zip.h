/*
 * A package as one zip file: how publishers hand it on, and how a gateway answers RULES.
 */
#ifndef EG_ASSESS_PACKAGE_ZIP_H
#define EG_ASSESS_PACKAGE_ZIP_H

#include "base/file.h"

#define EG_ZIP_MAX (EG_PACKAGE_OCTETS_MAX + EG_MIB) /* files stored, and 300 octets about each */

/*
 * Append the zip of a tree: files stored, sorted by name, dated 1 January 1980, mode 0644: the same
 * tree gives the same octets everywhere. EG_E_FORMAT, EG_E_DENIED (names, order); EG_E_LIMIT,
 * EG_E_NOMEM. Any thread.
 */
EG_MUST_USE
enum eg_status eg_package_zip(struct eg_buf *out, const struct eg_tree *tree, struct eg_error *err);

/* It begins as a zip file does. */
bool eg_package_is_zip(struct eg_bytes octets);

/*
 * Read a zip of anybody's making (stored or deflated) into a tree, sorted by name. Refused: names
 * that are not a package's (absolute, leaving, with backslashes), links and other kinds of file,
 * names that are there twice, encryption, other methods, octets before or behind the archive and a
 * comment, more files or octets than a package may have, whatever the headers claim.
 * EG_E_FORMAT, EG_E_DENIED, EG_E_LIMIT naming the entry; EG_E_NOMEM. Any thread.
 */
EG_MUST_USE
enum eg_status eg_package_unzip(struct eg_tree *out, struct eg_bytes zip, struct eg_error *err);

#endif
