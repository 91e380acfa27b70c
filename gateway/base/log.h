/*
 * The journal: one event, one line of key=value on stderr, at a bounded rate per event name.
 * Only edges call it (main, flow, thread loops); libraries return errors.
 */
#ifndef EG_BASE_LOG_H
#define EG_BASE_LOG_H

#include "base/error.h"

enum eg_log_level { EG_LOG_ERROR, EG_LOG_WARN, EG_LOG_INFO, EG_LOG_DEBUG };

void eg_log_level_set(enum eg_log_level level);

/*
 * Write "2026-..Z level event key=value ...". `event` is a stable word; `format` gives the rest.
 * Control characters are escaped; values with blanks should be quoted by the caller
 * ("text=\"%s\""). At most 100 lines a second of one event; the number left out is told in the next
 * line.
 */
void eg_log(enum eg_log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void eg_log_failure(const char *event, const struct eg_error *err);

#endif
