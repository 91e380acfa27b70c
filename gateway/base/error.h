/*
 * Filling in struct eg_error. Lower text is passed up, never overwritten.
 */
#ifndef EG_BASE_ERROR_H
#define EG_BASE_ERROR_H

#include <emgate/status.h>

/*
 * Say what failed; returns `status` so that a caller can `return eg_error_set(...)`.
 *
 *   err     filled; may be NULL
 *   where   what was at fault (file, setting, line); copied, cut; NULL for none
 *   format  printf form of one line; control characters become '?'. Arguments may point into err
 *
 * retry is set for EG_E_NOMEM, EG_E_IO, EG_E_BUSY, EG_E_CLOCK and EG_E_TIMEOUT; a caller that knows
 * better changes it.
 */
enum eg_status eg_error_set(struct eg_error *err, enum eg_status status, const char *where,
                            const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * The same with errno: `cause` is kept and its sentence appended to the text. The status is
 * EG_E_NOTFOUND for ENOENT and ENOTDIR, EG_E_EXISTS for EEXIST, EG_E_NOMEM for ENOMEM, else
 * EG_E_IO.
 */
enum eg_status eg_error_errno(struct eg_error *err, const char *where, int cause,
                              const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * A step of a function that owns nothing yet: leaves the function with the step's status when that
 * is not EG_OK. A function that has something to release leaves by `goto done` instead.
 */
#define EG_TRY(step)                                                                               \
    do {                                                                                           \
        const enum eg_status eg_try_status = (step);                                               \
        if (eg_try_status != EG_OK) {                                                              \
            return eg_try_status;                                                                  \
        }                                                                                          \
    } while (0)

#endif
