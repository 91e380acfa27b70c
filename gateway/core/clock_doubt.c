/*
 * The gateway doubts its clock when
 *
 *   (1) it is more than EG_CLOCK_BEHIND_MAX_MS before a time that has come: the newest entry, the
 *       directory's issue, the newest revocation list;
 *   (2) its own certificate, its directory and its lists have all ended: one of them may be
 *       forgotten, all at once are a clock that is ahead;
 *   (3) it has moved against boot time by more than a step since they were last compared.
 *
 * A new kind of time that has come (a time stamp, a cosignature) is one more row of `come`.
 */
#include "core/clock_doubt.h"

#include "base/limits.h"
#include "base/text.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>

static const struct {
    enum eg_clock_doubt doubt;
    /* of the time in the evidence */
    size_t offset;
    const char *what;
} come[] = {
    {EG_CLOCK_BEFORE_ENTRY, offsetof(struct eg_clock_evidence, last_entry_ms),
     "the newest entry was recorded at"},
    {EG_CLOCK_BEFORE_DIRECTORY, offsetof(struct eg_clock_evidence, directory_issued_ms),
     "the participant directory was signed at"},
    {EG_CLOCK_BEFORE_LIST, offsetof(struct eg_clock_evidence, list_issued_ms),
     "a revocation list was issued at"},
};
#define COME_COUNT (sizeof come / sizeof come[0])

static int64_t time_of(const struct eg_clock_evidence *evidence, size_t n)
{
    return *(const int64_t *)(const void *)((const char *)evidence + come[n].offset);
}

static bool all_ended(const struct eg_clock_evidence *evidence, int64_t now_ms)
{
    bool known = evidence->certificate_until_ms != 0 && evidence->directory_until_ms != 0;
    return known && now_ms > evidence->certificate_until_ms &&
           now_ms > evidence->directory_until_ms &&
           (evidence->lists_until_ms == 0 || now_ms > evidence->lists_until_ms);
}

static int64_t drift_of(const struct eg_clock_evidence *evidence, int64_t now_ms, int64_t boot_ms)
{
    return evidence->wall_ms == 0 ? 0
                                  : (now_ms - evidence->wall_ms) - (boot_ms - evidence->boot_ms);
}

enum eg_clock_doubt eg_clock_doubt(const struct eg_clock_evidence *evidence, int64_t now_ms,
                                   int64_t boot_ms)
{
    for (size_t i = 0; i < COME_COUNT; i++) {
        int64_t at_ms = time_of(evidence, i);
        if (at_ms != 0 && now_ms < at_ms - EG_CLOCK_BEHIND_MAX_MS) {
            return come[i].doubt;
        }
    }
    if (all_ended(evidence, now_ms)) {
        return EG_CLOCK_ALL_ENDED;
    }
    int64_t drift_ms = drift_of(evidence, now_ms, boot_ms);
    if (drift_ms > evidence->step_ms || drift_ms < -evidence->step_ms) {
        return EG_CLOCK_JUMPED;
    }
    return evidence->unjudged ? EG_CLOCK_UNJUDGED : EG_CLOCK_TRUSTED;
}

int64_t eg_clock_doubt_known_ms(const struct eg_clock_evidence *evidence)
{
    int64_t known_ms = 0;
    for (size_t i = 0; i < COME_COUNT; i++) {
        int64_t at_ms = time_of(evidence, i);
        known_ms = at_ms > known_ms ? at_ms : known_ms;
    }
    return known_ms;
}

const char *eg_clock_doubt_word(enum eg_clock_doubt doubt)
{
    static const char *const words[] = {
        [EG_CLOCK_TRUSTED] = "trusted",
        [EG_CLOCK_BEFORE_ENTRY] = "before-last-entry",
        [EG_CLOCK_BEFORE_DIRECTORY] = "before-directory-issue",
        [EG_CLOCK_BEFORE_LIST] = "before-revocation-list",
        [EG_CLOCK_ALL_ENDED] = "all-ended",
        [EG_CLOCK_JUMPED] = "jumped",
        [EG_CLOCK_UNJUDGED] = "loaded-in-doubt",
    };
    assert((unsigned)doubt < EG_CLOCK_DOUBT_COUNT);
    return words[doubt];
}

static void say_ended(char out[EG_CLOCK_DOUBT_TEXT_MAX], const char *now,
                      const struct eg_clock_evidence *evidence)
{
    char certificate[EG_TIME_TEXT_MAX], directory[EG_TIME_TEXT_MAX], lists[EG_TIME_TEXT_MAX];
    eg_text_time(certificate, evidence->certificate_until_ms);
    eg_text_time(directory, evidence->directory_until_ms);
    eg_text_time(lists, evidence->lists_until_ms);
    (void)snprintf(out, EG_CLOCK_DOUBT_TEXT_MAX,
                   "the gateway's clock says %s; its certificate ended %s, its directory %s%s%s: "
                   "set the clock, or renew them",
                   now, certificate, directory,
                   evidence->lists_until_ms == 0 ? "" : ", its revocation lists ",
                   evidence->lists_until_ms == 0 ? "" : lists);
}

void eg_clock_doubt_text(char out[EG_CLOCK_DOUBT_TEXT_MAX], enum eg_clock_doubt doubt,
                         const struct eg_clock_evidence *evidence, int64_t now_ms, int64_t boot_ms)
{
    char now[EG_TIME_TEXT_MAX], other[EG_TIME_TEXT_MAX];
    eg_text_time(now, now_ms);
    (void)snprintf(out, EG_CLOCK_DOUBT_TEXT_MAX, "the gateway's clock says %s", now);
    for (size_t i = 0; i < COME_COUNT; i++) {
        if (come[i].doubt == doubt) {
            eg_text_time(other, time_of(evidence, i));
            (void)snprintf(out, EG_CLOCK_DOUBT_TEXT_MAX,
                           "the gateway's clock says %s, but %s %s: set the clock", now,
                           come[i].what, other);
        }
    }
    if (doubt == EG_CLOCK_ALL_ENDED) {
        say_ended(out, now, evidence);
    } else if (doubt == EG_CLOCK_JUMPED) {
        eg_text_time(other, evidence->wall_ms + (boot_ms - evidence->boot_ms));
        (void)snprintf(out, EG_CLOCK_DOUBT_TEXT_MAX,
                       "the gateway's clock says %s, by boot time it is %s: set it back, or, if it "
                       "is right now, restart the gateway",
                       now, other);
    } else if (doubt == EG_CLOCK_UNJUDGED) {
        (void)snprintf(out, EG_CLOCK_DOUBT_TEXT_MAX,
                       "the gateway's clock says %s, nothing stands against it any more; what was "
                       "loaded while it was in doubt is loaded again",
                       now);
    }
}
