/*
 * The note is read, then sizes and roots are compared.
 */
#include "flow/audit/audit_head.h"

#include "base/file.h"
#include "flow/record/continuity.h"

#include <stdio.h>
#include <stdlib.h>

#define CONDITION 15

static enum eg_status read_note(struct eg_audit_head *out, const char *path,
                                const struct eg_audit_settings *settings, struct eg_error *err)
{
    struct eg_head_note note = {.damaged = false};
    struct eg_error why = {0};
    struct eg_buf octets;

    eg_buf_init(&octets, EG_HEAD_NOTE_LEN);
    enum eg_status status = eg_file_read(&octets, path, &why);
    if (status != EG_OK) {
        goto done;
    }
    status =
        eg_head_note_read(&note, eg_bytes_view(&octets), settings->origin, settings->log_key, &why);

done:
    eg_buf_done(&octets);
    if (status == EG_E_NOTFOUND || status == EG_E_IO || status == EG_E_NOMEM) {
        if (err != NULL) {
            *err = why;
        }
        return status;
    }
    out->there = true;
    out->good = status == EG_OK;
    out->newest = note.newest;
    (void)snprintf(out->text, sizeof out->text, "head note: %.400s", why.text);
    return EG_OK;
}

enum eg_status eg_audit_head_read(struct eg_audit_head *out, const char *path,
                                  const struct eg_audit_settings *settings, struct eg_error *err)
{
    char *beside = NULL;

    *out = (struct eg_audit_head){.there = false};
    if (path == NULL && asprintf(&beside, "%s.head", settings->archive) < 0) {
        return eg_error_set(err, EG_E_NOMEM, settings->archive, "memory ran out");
    }
    enum eg_status status = read_note(out, path != NULL ? path : beside, settings, err);
    free(beside);
    return path == NULL && status == EG_E_NOTFOUND ? EG_OK : status;
}

/* *extends: the archive holds all that the note has; else `why`. Fails only if the archive can not
 * be opened. */
static enum eg_status compare(bool *extends, struct eg_error *why, const struct eg_audit_head *head,
                              const struct eg_audit_settings *settings, struct eg_error *err)
{
    struct eg_store *store = NULL;
    struct eg_merkle_edge edge = {0};
    EG_TRY(eg_store_open(&store, settings->archive, EG_STORE_READ, NULL, err));
    *extends = eg_store_head(&edge, NULL, NULL, store, why) == EG_OK &&
               eg_continuity_check(store, &edge, &head->newest, "the head note", why) == EG_OK;
    eg_store_close(&store);
    return EG_OK;
}

enum eg_status eg_audit_head_check(uint64_t *findings, const struct eg_audit_head *head,
                                   const struct eg_audit_settings *settings, struct eg_error *err)
{
    struct eg_check_finding finding = {.entry = UINT64_MAX, .condition = CONDITION};
    struct eg_error why = {0};
    bool extends = false;

    if (!head->there) {
        return EG_OK;
    }
    if (head->good) {
        EG_TRY(compare(&extends, &why, head, settings, err));
        (void)snprintf(finding.text, sizeof finding.text, "the archive %.450s", why.text);
    } else {
        (void)snprintf(finding.text, sizeof finding.text, "%s", head->text);
    }
    if (!extends) {
        settings->finding(settings->payload, &finding);
        (*findings)++;
    }
    return EG_OK;
}
