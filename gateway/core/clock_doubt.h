/*
 * Is the gateway's own clock to be believed? Pure: evidence and a reading in, a reason out.
 *
 * Evidence is only what the gateway itself holds and has checked. What others say of the time
 * (greetings, reports) is never evidence: it would let a stranger stop the gateway.
 */
#ifndef EG_CORE_CLOCK_DOUBT_H
#define EG_CORE_CLOCK_DOUBT_H

#include "core/verdict.h"

/* In UTC milliseconds; 0 throughout: not known, or there is none. */
struct eg_clock_evidence {
    /* Times that have come: the clock can not be before them. */
    /* recorded-at of the newest entry */
    int64_t last_entry_ms;
    /* signing time of the directory's signature */
    int64_t directory_issued_ms;
    /* newest this-update of the revocation lists */
    int64_t list_issued_ms;
    /* Ends that do not all pass unnoticed. */
    /* the gateway's own certificate */
    int64_t certificate_until_ms;
    int64_t directory_until_ms;
    /* when the last list has ended */
    int64_t lists_until_ms;
    /* A comparison made while nothing stood against the clock; wall_ms 0: not made yet. */
    int64_t wall_ms, boot_ms;
    /* how far the clock may drift from boot time since then */
    int64_t step_ms;
    /* directory, lists and packages were loaded while the clock was in doubt */
    bool unjudged;
};

enum eg_clock_doubt {
    EG_CLOCK_TRUSTED,
    EG_CLOCK_BEFORE_ENTRY,
    EG_CLOCK_BEFORE_DIRECTORY,
    EG_CLOCK_BEFORE_LIST,
    EG_CLOCK_ALL_ENDED,
    EG_CLOCK_JUMPED,
    EG_CLOCK_UNJUDGED, /* the clock is right again; what was loaded meanwhile must be judged anew */
    EG_CLOCK_DOUBT_COUNT
};

#define EG_CLOCK_DOUBT_TEXT_MAX 300

/* A reading of both clocks against the evidence. The first reason that holds, in order of enum. */
enum eg_clock_doubt eg_clock_doubt(const struct eg_clock_evidence *evidence, int64_t now_ms,
                                   int64_t boot_ms);

/* The latest time that is known to have come; 0: none is. */
int64_t eg_clock_doubt_known_ms(const struct eg_clock_evidence *evidence);

/* One word for journal and tests, e.g. "before-last-entry". */
const char *eg_clock_doubt_word(enum eg_clock_doubt doubt);

/* One line with the clock's time, the time that stands against it, and what to do. */
void eg_clock_doubt_text(char out[EG_CLOCK_DOUBT_TEXT_MAX], enum eg_clock_doubt doubt,
                         const struct eg_clock_evidence *evidence, int64_t now_ms, int64_t boot_ms);

#endif
