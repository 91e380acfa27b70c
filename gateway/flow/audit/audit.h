/*
 * Audit: adds to the checker of the archive (archive/check.h) the conditions that need other rooms:
 * signatures and the directory of that time (8, 9), every decision made again by the engine (10,
 * 13, 14), and the head note (15). The conditions are numbered in archive/check.h.
 *
 * Thread: any, one audit at a time.
 */
#ifndef EG_FLOW_AUDIT_H
#define EG_FLOW_AUDIT_H

#include "archive/check.h"

struct eg_audit_settings {
    /* path */
    const char *archive;
    /* of the log */
    const char *origin;
    const uint8_t *log_key;
    /* trusted certificates, the auditor's own copy */
    struct eg_bytes anchors_pem;
    /* certificate that signs directories; NULL: any that leads to the anchors and is meant for
     * it */
    const struct eg_digest *registrar;
    /* As in archive/check.h, with `payload` */
    void *payload;
    void (*finding)(void *payload, const struct eg_check_finding *finding);
    /* may be NULL */
    bool (*progress)(void *payload, uint64_t done, uint64_t total);
};

/*
 * Check a whole archive, a gateway running or not. All borrowed during the call; eg_engine_init
 * must have been called. Answers as eg_check_archive; also EG_E_USAGE without anchors.
 */
EG_MUST_USE
enum eg_status eg_audit_verify(struct eg_check_counts *counts, uint64_t *findings_out,
                               const struct eg_audit_settings *settings, struct eg_error *err);

#endif
