/*
 * Rules: a rule package on its way into a gateway: did its publisher sign it and may they publish
 * it, and putting its files into the folder that a gateway reads (flow/install/folder.h).
 *
 * Thread: any.
 */
#ifndef EG_FLOW_RULES_H
#define EG_FLOW_RULES_H

#include "assess/package/package.h"
#include "flow/install/folder.h"

/*
 * Judge the publisher's signature of a package that was read, and whether the publisher named in it
 * may publish it.
 *   signer    filled on a pass; may be NULL
 *   verdict   pass, or the first reason against it
 * EG_OK: judged. Other statuses as eg_cms_check.
 */
EG_MUST_USE
enum eg_status eg_rules_authorise(struct eg_signer *signer, struct eg_verdict *verdict,
                                  const struct eg_package *package,
                                  const struct eg_publisher_rules *by, struct eg_error *err);

/*
 * Write the package's files to DIR/<id>/<version>, durable and whole or not at all.
 *   path_out  where it lies now, free(); may be NULL
 * EG_E_EXISTS: this version is there with other octets. The same octets again: EG_OK.
 */
EG_MUST_USE
enum eg_status eg_rules_install(char **path_out, const char *dir, const struct eg_package *package,
                                struct eg_error *err);

#endif
