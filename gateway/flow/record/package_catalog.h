/*
 * Package catalog: what RULES is answered with: the packages of the snapshot in force, and older
 * ones from the archive.
 *
 * Thread: any, with a store of its own; blocks for reading.
 */
#ifndef EG_FLOW_PACKAGE_CATALOG_H
#define EG_FLOW_PACKAGE_CATALOG_H

#include "archive/store.h"
#include "assess/package/package_zip.h"
#include "flow/snapshot/snapshot.h"
#include "wire/packages.h"

/* 1,000 lines of at most 330 octets. */
#define EG_PACKAGES_TEXT_MAX EG_MIB

/* A line for each package of the snapshot. EG_E_LIMIT, EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_package_catalog_list(struct eg_buf *text, const struct eg_snapshot *snapshot,
                                       struct eg_error *err);

/*
 * The line and the zip of the package asked for: of the snapshot, else of the archive.
 * EG_E_NOTFOUND: there is none; statuses of the store.
 */
EG_MUST_USE
enum eg_status eg_package_catalog_package(struct eg_buf *text, struct eg_buf *zip,
                                          const struct eg_snapshot *snapshot,
                                          struct eg_store *store, const struct eg_rules_body *asked,
                                          struct eg_error *err);

#endif
