/*
 * Audit, condition 15: the archive ends where the log ends, as far as its head note tells. Only
 * this finds a copy that is consistent but older, shorter or of another log.
 *
 * Thread: any.
 */
#ifndef EG_FLOW_AUDIT_HEAD_H
#define EG_FLOW_AUDIT_HEAD_H

#include "flow/audit/audit.h"
#include "proof/head_note.h"

struct eg_audit_head {
    /* false: nothing to compare with, which must be said */
    bool there;
    bool good;
    struct eg_checkpoint newest;
    /* why, when not good */
    char text[EG_ERROR_TEXT_MAX];
};

/*
 * Read the head note. Before the archive is read: a running gateway writes the archive first.
 *
 *   path   of the note; NULL: beside the archive as <archive>.head, where it may be missing
 *
 * EG_E_NOTFOUND: the path was given and there is none; EG_E_IO, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_audit_head_read(struct eg_audit_head *out, const char *path,
                                  const struct eg_audit_settings *settings, struct eg_error *err);

/* Compare; reports a finding and counts it in *findings. Statuses of eg_store_open. */
EG_MUST_USE
enum eg_status eg_audit_head_check(uint64_t *findings, const struct eg_audit_head *head,
                                   const struct eg_audit_settings *settings, struct eg_error *err);

#endif
