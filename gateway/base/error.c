/*
 * Filling in struct eg_error.
 *
 * Why: an error is one line that a person reads and one status that a program reads. Both are made
 * here, so that no octet of a stranger's input reaches a terminal or the journal as a control
 * character, and a cut text never ends inside a UTF-8 character.
 */
#include "base/error.h"

#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *eg_status_text(enum eg_status status)
{
    switch (status) {
    case EG_OK:
        return "done";
    case EG_E_NOMEM:
        return "memory ran out";
    case EG_E_IO:
        return "disk, socket or pipe refused";
    case EG_E_LIMIT:
        return "a published ceiling was reached";
    case EG_E_FORMAT:
        return "octets are not in the form that they claim";
    case EG_E_NOTFOUND:
        return "what was asked for is not there";
    case EG_E_EXISTS:
        return "what should be new is there already";
    case EG_E_STATE:
        return "not possible in the present state";
    case EG_E_CRYPTO:
        return "key, signature or random source failed";
    case EG_E_BUSY:
        return "full at the moment, try again";
    case EG_E_CLOCK:
        return "the clock can not be trusted";
    case EG_E_DENIED:
        return "refused by rule";
    case EG_E_TIMEOUT:
        return "no answer in the time allowed";
    case EG_E_USAGE:
        return "arguments or settings are off";
    case EG_E_INTERNAL:
        return "a library answered as it never should";
    }
    return "unknown status";
}

static bool may_succeed_later(enum eg_status status)
{
    return status == EG_E_NOMEM || status == EG_E_IO || status == EG_E_BUSY ||
           status == EG_E_CLOCK || status == EG_E_TIMEOUT;
}

/* Of a path that is too long the end is kept: there stands which file it is. */
static const char *end_of_path(char room[EG_ERROR_WHERE_MAX], const char *where)
{
    size_t len = strlen(where);
    const char *from = len < EG_ERROR_WHERE_MAX
                           ? NULL
                           : strchr(where + len - (EG_ERROR_WHERE_MAX - sizeof("...")), '/');

    if (from == NULL) {
        return where;
    }
    (void)snprintf(room, EG_ERROR_WHERE_MAX, "...%s", from);
    return room;
}

static enum eg_status fill(struct eg_error *err, enum eg_status status, int cause,
                           const char *where, const char *text)
{
    struct eg_error made = {.status = status, .cause = cause, .retry = may_succeed_later(status)};

    char room[EG_ERROR_WHERE_MAX];

    eg_text_line(made.where, sizeof made.where, where != NULL ? end_of_path(room, where) : "");
    eg_text_line(made.text, sizeof made.text, text);
    *err = made;
    return status;
}

enum eg_status eg_error_set(struct eg_error *err, enum eg_status status, const char *where,
                            const char *format, ...)
{
    char text[EG_ERROR_TEXT_MAX + 8];
    va_list args;

    assert(status != EG_OK);
    if (err == NULL) {
        return status;
    }
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return fill(err, status, 0, where, text);
}

static enum eg_status status_of(int cause)
{
    switch (cause) {
    case ENOENT:
    case ENOTDIR:
        return EG_E_NOTFOUND;
    case EEXIST:
        return EG_E_EXISTS;
    case ENOMEM:
        return EG_E_NOMEM;
    default:
        return EG_E_IO;
    }
}

enum eg_status eg_error_errno(struct eg_error *err, const char *where, int cause,
                              const char *format, ...)
{
    char text[EG_ERROR_TEXT_MAX + 8];
    enum eg_status status = status_of(cause);
    va_list args;

    if (err == NULL) {
        return status;
    }
    /* strerrordesc_np: one sentence, the same in every locale, no shared buffer. */
    const char *sentence = strerrordesc_np(cause);
    if (sentence == NULL) {
        sentence = "unknown cause";
    }
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len >= 0 && (size_t)len < sizeof text) {
        snprintf(text + len, sizeof text - (size_t)len, ": %s", sentence);
    }
    return fill(err, status, cause, where, text);
}
