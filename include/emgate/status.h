/*
 * One way to say that something could not be done.
 *
 * A status tells about us and the moment (disk, memory, caller's mistake), never about the sender's
 * report: that is a verdict (gateway/core/verdict.h). Functions that can fail return enum eg_status
 * and fill the struct eg_error passed last; outputs are untouched on failure.
 */
#ifndef EMGATE_STATUS_H
#define EMGATE_STATUS_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum eg_status {
    EG_OK = 0,
    EG_E_NOMEM = -1,     /* memory ran out */
    EG_E_IO = -2,        /* disk, socket or pipe refused; cause holds errno */
    EG_E_LIMIT = -3,     /* a published ceiling was reached */
    EG_E_FORMAT = -4,    /* octets are not in the form that they claim */
    EG_E_NOTFOUND = -5,  /* what was asked for is not there */
    EG_E_EXISTS = -6,    /* what should be new is there already */
    EG_E_STATE = -7,     /* not possible now: closed, read-only, stopped */
    EG_E_CRYPTO = -8,    /* key, signature or random source failed */
    EG_E_BUSY = -9,      /* full at the moment; try again */
    EG_E_CLOCK = -10,    /* the clock can not be trusted */
    EG_E_DENIED = -11,   /* refused by rule, not by accident */
    EG_E_TIMEOUT = -12,  /* no answer in the time allowed */
    EG_E_USAGE = -13,    /* the caller's arguments or settings are off */
    EG_E_INTERNAL = -14, /* a library answered as it never should */
};

#define EG_ERROR_TEXT_MAX 480
#define EG_ERROR_WHERE_MAX 96

/* Fixed size, no heap. A zeroed struct is "no error". */
struct eg_error {
    enum eg_status status;
    bool retry;                     /* the same call may succeed later */
    int cause;                      /* errno or a library's own code, 0 if none */
    char where[EG_ERROR_WHERE_MAX]; /* file, setting, line or frame that was at fault */
    char text[EG_ERROR_TEXT_MAX];   /* one line, impersonal, with what to do if known */
};

#define EG_MUST_USE __attribute__((warn_unused_result))
/* Visible to users of libemgate; everything else is hidden. */
#define EG_API __attribute__((visibility("default")))

/* One fixed English sentence for a status. Never NULL. Any thread. */
EG_API const char *eg_status_text(enum eg_status status);

#ifdef __cplusplus
}
#endif

#endif
