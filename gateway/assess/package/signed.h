/*
 * The SIGNED text of a package against its files.
 */
#ifndef EG_ASSESS_SIGNED_H
#define EG_ASSESS_SIGNED_H

#include "base/file.h"

#define EG_PACKAGE_NAME_MAX 200 /* octets of a file's name in a package */

/* Segments of [A-Za-z0-9][A-Za-z0-9._-]* joined by '/'. */
bool eg_package_name_valid(const char *name);

/*
 * Every file listed with its digest, every listed file there, nothing else but SIGNED and
 * SIGNED.p7s. EG_E_DENIED naming the file; EG_E_FORMAT: the text or the tree is malformed;
 * EG_E_LIMIT.
 */
EG_MUST_USE
enum eg_status eg_package_signed_check(const struct eg_tree *tree, struct eg_bytes text,
                                       struct eg_error *err);

/* Names are a package's, sorted, none twice, none a folder's too. EG_E_DENIED, EG_E_FORMAT,
 * EG_E_LIMIT. */
EG_MUST_USE
enum eg_status eg_package_tree_check(const struct eg_tree *tree, struct eg_error *err);

#endif
