/*
 * A copy of an archive that a gateway may be writing: one state of it, in one file, marked as
 * closed.
 */
#ifndef EG_ARCHIVE_BACKUP_H
#define EG_ARCHIVE_BACKUP_H

#include "archive/store.h"

struct eg_backup {
    /* paths; borrowed */
    const char *from, *to;
    /* After each step; may be NULL. false: stop, the answer is EG_E_STATE. */
    bool (*progress)(void *payload, uint64_t done, uint64_t total);
    void *payload;
};

/* What the copy holds. */
struct eg_backup_made {
    char origin[EG_ORIGIN_MAX + 1];
    uint64_t entries, octets;
};

/*
 * Copy an archive into a new file, which has its name only once it is whole and on disk.
 *
 * The writer is not made to wait; its write-ahead log grows while the copy is made.
 *
 * EG_E_EXISTS: `to` is there, and stays as it is; EG_E_NOTFOUND: no archive; EG_E_STATE: it is
 * incomplete, or progress said stop; EG_E_FORMAT, EG_E_IO. Blocks.
 */
EG_MUST_USE
enum eg_status eg_archive_backup(struct eg_backup_made *out, const struct eg_backup *backup,
                                 struct eg_error *err);

#endif
