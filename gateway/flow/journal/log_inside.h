/*
 * The parts of the journal, for flow/journal/log*.c and their tests. None of them locks or asks for
 * the time: log.c does both.
 */
#ifndef EG_FLOW_LOG_INSIDE_H
#define EG_FLOW_LOG_INSIDE_H

#include "base/bytes.h"
#include "base/limits.h"
#include "flow/journal/log.h"

#define EG_LOG_LINE_MAX 4096 /* the most a pipe takes in one piece (PIPE_BUF) */
#define EG_LOG_TEXT_MAX 3000
#define EG_LOG_EVENT_MAX 48

/* ---- repeated events (log_fold.c) ------------------------------------------------------------ */

struct eg_log_repeat {
    char event[EG_LOG_EVENT_MAX];
    /* the fields that tell it from others */
    char key[EG_JOURNAL_REPEAT_KEY_MAX];
    int64_t since_ms;
    /* 0: this place is free */
    unsigned shown;
    uint64_t folded;
    enum eg_log_level level;
    bool stranger;
};

struct eg_log_fold {
    struct eg_log_repeat places[EG_JOURNAL_REPEATS_KEPT];
};

/* An event at now_ms (boot clock): true when its line is to be shown, false when it is counted. */
bool eg_log_fold_shows(struct eg_log_fold *fold, enum eg_log_level level, bool stranger,
                       const char *event, const char *text, int64_t now_ms);

/* The next event whose count is to be told: its time is over, or `all` are. false: none is left.
 * Frees the places of those that did not come again. */
bool eg_log_fold_due(struct eg_log_repeat *out, struct eg_log_fold *fold, int64_t now_ms, bool all);

/* ---- what strangers may cause (log_budget.c) ------------------------------------------------- */

struct eg_log_budget {
    /* of the wall clock, since 1970 */
    int64_t hour;
    size_t used;
    /* lines not told of yet */
    uint64_t left_out;
    /* used up in this hour, and that was said */
    bool full, said;
};

/* A line of so many octets at wall_ms: true when it may be written. false: it was counted. */
bool eg_log_budget_spend(struct eg_log_budget *budget, size_t octets, int64_t wall_ms);

enum eg_log_word { EG_LOG_NOTHING, EG_LOG_USED_UP, EG_LOG_LEFT_OUT };

/* What is to be said of it now: at once that it is used up, and when its hour is over (or `all`)
 * how many lines were left out. */
enum eg_log_word eg_log_budget_due(uint64_t *left_out, struct eg_log_budget *budget,
                                   int64_t wall_ms, bool all);

/* ---- lines that wait for the writer (log_ring.c) --------------------------------------------- */

struct eg_log_ring {
    size_t first, used;
    char octets[EG_JOURNAL_BUFFER_MAX];
};

/* LINE: of an event. OWN: of the journal, about lines. LOST: a uint64_t, how many lines are missing
 * here; the writer makes the line, so that the number is told again if this one is lost too. */
enum eg_log_kind { EG_LOG_LINE, EG_LOG_OWN, EG_LOG_LOST };

bool eg_log_ring_has_room(const struct eg_log_ring *ring, size_t len);
/* false: no room. len 1..EG_LOG_LINE_MAX; copied. */
bool eg_log_ring_put(struct eg_log_ring *ring, const void *octets, size_t len,
                     enum eg_log_kind kind);
/* The oldest; 0 when there is none. */
size_t eg_log_ring_take(char out[EG_LOG_LINE_MAX], enum eg_log_kind *kind,
                        struct eg_log_ring *ring);

/* ---- lines (log_line.c) ---------------------------------------------------------------------- */

/* "time level event [counted=N] text\n", cut at EG_LOG_LINE_MAX; `counted` is "left-out",
 * "repeated" or NULL. Returns its length. Takes no memory. */
size_t eg_log_line(char out[EG_LOG_LINE_MAX], enum eg_log_level level, const char *event,
                   const char *counted, uint64_t count, const char *text);

/* Write to standard error. patience_ms: -1 for ever; `*give_up` (NULL: never) ends the wait too.
 * Less than len: the rest can not be written. */
size_t eg_log_write(const char *octets, size_t len, int patience_ms, const _Atomic bool *give_up);

#endif
