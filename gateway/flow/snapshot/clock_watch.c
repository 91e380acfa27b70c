/*
 * One lock around evidence and reading: a time is returned together with the judgement of that
 * reading, so the clock can not be set between the two.
 */
#include "flow/snapshot/clock_watch.h"

#include "base/clock.h"
#include "flow/journal/log.h"

/* Replace what the snapshot before said of the time. */
static void take_snapshot(struct eg_clock_evidence *into, const struct eg_clock_evidence *snapshot)
{
    into->directory_issued_ms = snapshot->directory_issued_ms;
    into->directory_until_ms = snapshot->directory_until_ms;
    into->list_issued_ms = snapshot->list_issued_ms;
    into->lists_until_ms = snapshot->lists_until_ms;
    into->certificate_until_ms = snapshot->certificate_until_ms;
    into->unjudged = snapshot->unjudged;
}

void eg_clock_watch_init(struct eg_clock_watch *watch, int64_t step_ms,
                         const struct eg_clock_evidence *snapshot)
{
    *watch = (struct eg_clock_watch){.changes = 1, .told = EG_CLOCK_TRUSTED};
    pthread_mutex_init(&watch->lock, NULL);
    watch->evidence.step_ms = step_ms;
    take_snapshot(&watch->evidence, snapshot);
}

void eg_clock_watch_done(struct eg_clock_watch *watch)
{
    pthread_mutex_destroy(&watch->lock);
}

void eg_clock_watch_entry(struct eg_clock_watch *watch, int64_t recorded_at_ms)
{
    pthread_mutex_lock(&watch->lock);
    watch->changes += recorded_at_ms != watch->evidence.last_entry_ms;
    watch->evidence.last_entry_ms = recorded_at_ms;
    pthread_mutex_unlock(&watch->lock);
}

void eg_clock_watch_snapshot(struct eg_clock_watch *watch, const struct eg_clock_evidence *snapshot)
{
    pthread_mutex_lock(&watch->lock);
    take_snapshot(&watch->evidence, snapshot);
    watch->changes++;
    pthread_mutex_unlock(&watch->lock);
}

void eg_clock_watch_unjudged(struct eg_clock_watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    watch->evidence.unjudged = true;
    watch->changes++;
    pthread_mutex_unlock(&watch->lock);
}

/* Clock and boot time are compared from the first reading on that no evidence contradicts: after a
 * start with a wrong clock, the corrected one must not look like a jump. */
static void begin_comparing(struct eg_clock_watch *watch, enum eg_clock_doubt doubt, int64_t now_ms,
                            int64_t boot_ms)
{
    bool fits = doubt == EG_CLOCK_TRUSTED || doubt == EG_CLOCK_UNJUDGED;
    if (fits && watch->evidence.wall_ms == 0 && !eg_clock_is_fixed()) {
        watch->evidence.wall_ms = now_ms;
        watch->evidence.boot_ms = boot_ms;
        watch->changes++;
    }
}

static void journal(enum eg_clock_doubt doubt, enum eg_clock_doubt before, const char *text)
{
    if (doubt == EG_CLOCK_TRUSTED) {
        eg_log(EG_LOG_WARN, "clock-trusted", "was=%s text=\"%s\"", eg_clock_doubt_word(before),
               text);
    } else {
        eg_log(EG_LOG_ERROR, "clock-doubted", "reason=%s text=\"%s\"", eg_clock_doubt_word(doubt),
               text);
    }
}

static enum eg_clock_doubt look(struct eg_clock_watch *watch, int64_t *now_ms,
                                char text[EG_CLOCK_DOUBT_TEXT_MAX])
{
    pthread_mutex_lock(&watch->lock);
    int64_t wall_ms = eg_clock_wall_ms();
    int64_t boot_ms = eg_clock_boot_ms();
    enum eg_clock_doubt doubt = eg_clock_doubt(&watch->evidence, wall_ms, boot_ms);
    enum eg_clock_doubt before = watch->told;
    begin_comparing(watch, doubt, wall_ms, boot_ms);
    watch->told = doubt;
    if (doubt != before || doubt != EG_CLOCK_TRUSTED) {
        eg_clock_doubt_text(text, doubt, &watch->evidence, wall_ms, boot_ms);
    }
    pthread_mutex_unlock(&watch->lock);
    if (doubt != before) {
        journal(doubt, before, text);
    }
    *now_ms = wall_ms;
    return doubt;
}

enum eg_clock_doubt eg_clock_watch_look(struct eg_clock_watch *watch, int64_t *now_ms)
{
    char text[EG_CLOCK_DOUBT_TEXT_MAX] = "";
    return look(watch, now_ms, text);
}

bool eg_clock_watch_holds(struct eg_clock_watch *watch, int64_t *now_ms, struct eg_verdict *verdict)
{
    char text[EG_CLOCK_DOUBT_TEXT_MAX] = "";
    if (look(watch, now_ms, text) == EG_CLOCK_TRUSTED) {
        return true;
    }
    return eg_verdict_refuse(verdict, EG_CODE_CLOCK, "", "clock", "%s", text);
}

static int64_t later(int64_t a_ms, int64_t b_ms)
{
    return a_ms > b_ms ? a_ms : b_ms;
}

bool eg_clock_watch_record(struct eg_clock_watch *watch, int64_t *recorded_at_ms,
                           struct eg_verdict *verdict)
{
    int64_t now_ms = 0;
    if (!eg_clock_watch_holds(watch, &now_ms, verdict)) {
        return false;
    }
    pthread_mutex_lock(&watch->lock);
    *recorded_at_ms = later(now_ms, watch->evidence.last_entry_ms);
    pthread_mutex_unlock(&watch->lock);
    return true;
}

enum eg_status eg_clock_watch_try(struct eg_clock_watch *watch, int64_t *recorded_at_ms,
                                  const struct eg_clock_evidence *snapshot, struct eg_error *err)
{
    char text[EG_CLOCK_DOUBT_TEXT_MAX] = "";
    pthread_mutex_lock(&watch->lock);
    struct eg_clock_evidence evidence = watch->evidence;
    pthread_mutex_unlock(&watch->lock);
    int64_t wall_ms = eg_clock_wall_ms();
    int64_t boot_ms = eg_clock_boot_ms();
    take_snapshot(&evidence, snapshot);
    enum eg_clock_doubt doubt = eg_clock_doubt(&evidence, wall_ms, boot_ms);
    if (doubt != EG_CLOCK_TRUSTED) {
        eg_clock_doubt_text(text, doubt, &evidence, wall_ms, boot_ms);
        return eg_error_set(err, EG_E_CLOCK, "clock", "%s", text);
    }
    *recorded_at_ms = later(wall_ms, evidence.last_entry_ms);
    return EG_OK;
}

bool eg_clock_watch_copy(struct eg_clock_watch *watch, struct eg_clock_evidence *out,
                         uint64_t *seen)
{
    pthread_mutex_lock(&watch->lock);
    bool changed = watch->changes != *seen;
    if (changed) {
        *out = watch->evidence;
        *seen = watch->changes;
    }
    pthread_mutex_unlock(&watch->lock);
    return changed;
}

int64_t eg_clock_watch_time(struct eg_clock_watch *watch, bool *doubted)
{
    int64_t now_ms = 0;
    *doubted = eg_clock_watch_look(watch, &now_ms) != EG_CLOCK_TRUSTED;
    if (!*doubted) {
        return now_ms;
    }
    pthread_mutex_lock(&watch->lock);
    int64_t known_ms = eg_clock_doubt_known_ms(&watch->evidence);
    pthread_mutex_unlock(&watch->lock);
    return known_ms != 0 ? known_ms : now_ms;
}
