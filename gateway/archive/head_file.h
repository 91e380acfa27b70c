/*
 * The file of the head note (proof/head_note.h): made once, then overwritten in place, one slot
 * after the other, so that covering a batch costs one write and one sync and no rename.
 */
#ifndef EG_ARCHIVE_HEAD_FILE_H
#define EG_ARCHIVE_HEAD_FILE_H

#include "proof/head_note.h"

struct eg_head_file;

/*
 * Make the file, durable, with one head in it.
 *
 *   checkpoint   signed; borrowed
 *
 * EG_E_EXISTS: something is there already, and stays as it is; EG_E_LIMIT, EG_E_IO, EG_E_NOTFOUND
 * (its folder).
 */
EG_MUST_USE
enum eg_status eg_head_file_create(const char *path, struct eg_bytes checkpoint,
                                   struct eg_error *err);

/*
 * Read the newest head; keep the file open for the next. A file that can be read but not written is
 * no error here: eg_head_file_put will say so.
 *
 * EG_E_NOTFOUND: there is none; EG_E_IO; EG_E_FORMAT and EG_E_CRYPTO as eg_head_note_read.
 */
EG_MUST_USE
enum eg_status eg_head_file_open(struct eg_head_file **out, const char *path, const char *origin,
                                 const uint8_t public_key[EG_ED25519_KEY_LEN],
                                 struct eg_error *err);
void eg_head_file_close(struct eg_head_file **file);

/* The head that is on disk. Borrowed, until the next put. */
const struct eg_head_note *eg_head_file_note(const struct eg_head_file *file);

/*
 * Put a newer head in the place of the older one; durable when this returns EG_OK. On failure the
 * newest one is still there, and another try writes the same slot anew.
 *
 *   checkpoint   `head`, signed; borrowed
 *
 * EG_E_USAGE: smaller than the newest; EG_E_STATE: the file was removed or replaced; EG_E_IO.
 */
EG_MUST_USE
enum eg_status eg_head_file_put(struct eg_head_file *file, const struct eg_checkpoint *head,
                                struct eg_bytes checkpoint, struct eg_error *err);

#endif
