/*
 * The journal: one event, one line of key=value on standard error. Only edges call it (main, flow,
 * thread loops); libraries return errors.
 *
 * Without eg_log_start (tools, tests) each line is written by its caller. Between eg_log_start and
 * eg_log_stop (the gateway and its door) lines go into a bounded buffer and a thread of the journal
 * writes them, so that no caller ever waits for whoever reads standard error:
 *
 * - Buffer full, or not to be written: the line is lost; "journal-lost lines=N" is written in its
 *   place as soon as there is room.
 * - Repeated: the same event with the same fields, more than EG_JOURNAL_REPEATS_SHOWN times within
 *   EG_JOURNAL_REPEATS_MS, is counted: "repeated=N". Numbers of jobs (job=) and milliseconds
 *   (..._ms=) do not tell two events apart; debug lines are never counted together.
 * - More than 100 lines a second of one event: the rest is counted: "left-out=N".
 * - Caused by strangers: EG_JOURNAL_STRANGERS_HOUR_MAX octets an hour; the rest is counted and told
 *   in "journal-strangers left-out=N".
 */
#ifndef EG_FLOW_LOG_H
#define EG_FLOW_LOG_H

#include "base/error.h"

#include <stdint.h>

enum eg_log_level { EG_LOG_ERROR, EG_LOG_WARN, EG_LOG_INFO, EG_LOG_DEBUG };

/* Each line logged is one of the others in the end: logged = written + lost + folded + left_out,
 * once stopped. The journal's own lines about lines are not counted. */
struct eg_log_counts {
    uint64_t logged, written, lost, folded, left_out;
};

void eg_log_level_set(enum eg_log_level level);

/*
 * Write "2026-..Z level event key=value ...". `event` is a stable word; `format` gives the rest.
 * Control characters are escaped; values with blanks should be quoted by the caller
 * ("text=\"%s\""). Any thread; waits for nobody once the journal is started.
 */
void eg_log(enum eg_log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for what people cause who are not participants, or not yet: within their budget. */
void eg_log_stranger(enum eg_log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void eg_log_failure(const char *event, const struct eg_error *err);

/*
 * Start the journal's thread. It takes no memory later.
 *
 * EG_E_NOMEM  no thread
 * EG_E_STATE  it runs, or could not be ended the last time
 */
EG_MUST_USE
enum eg_status eg_log_start(struct eg_error *err);

/*
 * Tell what is left to tell, wait at most patience_ms until all is written, end the thread. false:
 * not all was taken; the rest is lost, and later lines too. Does nothing where it does not run.
 */
bool eg_log_stop(int patience_ms);

#ifdef EG_TEST_HOOKS
struct eg_log_counts eg_log_counted(void);
#endif

/* Write a text to standard error as it is, but wait at most patience_ms for whoever reads there. */
void eg_log_say(const char *text, int patience_ms);

#endif
