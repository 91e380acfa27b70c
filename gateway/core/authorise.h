/*
 * Who may sign for which plant.
 */
#ifndef EG_CORE_AUTHORISE_H
#define EG_CORE_AUTHORISE_H

#include "core/directory.h"
#include "core/identity.h"
#include "core/verdict.h"

/*
 * May this participant hand in a report for the plant, period and addressee that were read?
 * The operator of the plant, or a delegate (device, measuring body) whose dates cover the day of
 * receipt. Pure; any thread.
 *
 *   verdict   ADDRESSEE, PLANT_NOT_ALLOWED, ROLE or pass
 */
void eg_authorise_report(struct eg_verdict *verdict, const struct eg_directory *directory,
                         const struct eg_participant *participant,
                         const struct eg_report_header *reading, const char *origin,
                         int64_t received_at_ms);

/* May this participant publish this package id for this Land (NULL = all)? */
void eg_authorise_package(struct eg_verdict *verdict, const struct eg_participant *publisher,
                          const char *package_id, const char *land);

/*
 * May the certificate be used for what it was used for? Its extensions (`signer`, by
 * verify/purpose.h) must allow one of the roles in which a text of this kind is signed:
 *
 *   report                          operator, device, measuring-body
 *   directory                       registrar
 *   package, package-state          rule-publisher
 *   card, welcome, key-statement    gateway
 *   hello, acknowledgement          any
 *
 * of those that the participant has; one is enough. Does it have none of them, one of any other
 * that it has must be allowed: that it lacks the role is not said here. participant NULL: the role
 * follows from the kind alone. Gateway, door, tool, client and auditor all ask here, as soon as
 * they know who signed. Pure; any thread. false: the verdict holds CERT_PURPOSE.
 */
bool eg_authorise_certificate(struct eg_verdict *verdict, const struct eg_signer *signer,
                              const struct eg_participant *participant, enum eg_signed_kind kind);

#endif
