/*
 * The journal.
 *
 * Why: one event is one line that a person and a program can read, whatever a stranger put into the
 * values; no event can fill the disk, however often it happens; and whoever reads the journal, or
 * does not, can not make the gateway wait. Callers put lines into a ring under a mutex that is
 * never held while anything is written; one thread writes them, each in one piece, so that lines of
 * several processes never mix. That thread may wait for ever: it is left behind then.
 */
#include "flow/journal/log.h"

#include "base/clock.h"
#include "flow/journal/log_inside.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    EVENTS_MAX = 128, /* distinct event words; those beyond share the last place */
    LINES_A_SECOND = 100,
    MS_A_SECOND = 1000,
    SWEEP_MS = 1000, /* between two looks for counts that are to be told */
    STACK_OCTETS = 256 * 1024,
};

/* DIRECT: callers write. LEFT: the thread waits for a reader that does not come; nothing is written
 * any more. */
enum state { DIRECT, RUNNING, LEFT };

struct event {
    char name[EG_LOG_EVENT_MAX];
    enum eg_log_level level;
    /* when the present second began, boot clock */
    int64_t second_ms;
    /* written in it */
    unsigned lines;
    uint64_t left_out;
};

static atomic_int level_shown = EG_LOG_INFO;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* All of these are guarded by lock. */
static enum state state;
static struct event events[EVENTS_MAX];
static size_t event_count;
static struct eg_log_fold fold;
static struct eg_log_budget budget;
static struct eg_log_ring ring;
static struct eg_log_counts counts;
static uint64_t lost_untold;
static int64_t swept_at_ms;
static bool stopping, writing, finished;
static pthread_cond_t changed; /* a line came, a line went, or the end is wanted */
static pthread_t thread;

static atomic_bool give_up; /* the thread is to wait no longer for a reader */

void eg_log_level_set(enum eg_log_level level)
{
    level_shown = (int)level;
}

/* ---- what is shown ----------------------------------------------------------------------------
 */

static struct event *find_event(const char *name)
{
    for (size_t i = 0; i < event_count; i++) {
        if (strncmp(events[i].name, name, EG_LOG_EVENT_MAX - 1) == 0) {
            return &events[i];
        }
    }
    if (event_count == EVENTS_MAX) {
        return &events[EVENTS_MAX - 1];
    }
    struct event *event = &events[event_count++];
    snprintf(event->name, sizeof event->name, "%s", name);
    return event;
}

/* May the line go out? Gives the number left out before it. */
static bool admit(enum eg_log_level level, const char *name, int64_t now_ms, uint64_t *left_out)
{
    struct event *event = find_event(name);
    if (event->lines == 0 || now_ms - event->second_ms >= MS_A_SECOND) {
        event->second_ms = now_ms;
        event->lines = 0;
    }
    if (event->lines < LINES_A_SECOND) {
        event->lines++;
        *left_out = event->left_out;
        event->left_out = 0;
        return true;
    }
    event->level = level;
    event->left_out++;
    counts.left_out++;
    return false;
}

/* ---- lines about lines: what was not shown is told, once there is room ------------------------
 */

static void tell_lost(void)
{
    if (lost_untold > 0 && eg_log_ring_has_room(&ring, EG_LOG_LINE_MAX) &&
        eg_log_ring_put(&ring, &lost_untold, sizeof lost_untold, EG_LOG_LOST)) {
        lost_untold = 0;
    }
}

static void tell_repeated(int64_t now_ms, int64_t wall_ms, bool all)
{
    char line[EG_LOG_LINE_MAX];
    struct eg_log_repeat repeat;
    while (eg_log_ring_has_room(&ring, EG_LOG_LINE_MAX) &&
           eg_log_fold_due(&repeat, &fold, now_ms, all)) {
        size_t len =
            eg_log_line(line, repeat.level, repeat.event, "repeated", repeat.folded, repeat.key);
        if (repeat.stranger && !eg_log_budget_spend(&budget, len, wall_ms)) {
            /* Counted with what was left out, instead of the one line about them. */
            budget.left_out += repeat.folded - 1;
            counts.folded -= repeat.folded;
            counts.left_out += repeat.folded;
            continue;
        }
        (void)eg_log_ring_put(&ring, line, len, EG_LOG_OWN);
    }
}

static void tell_left_out(int64_t now_ms, bool all)
{
    char line[EG_LOG_LINE_MAX];
    for (size_t i = 0; i < event_count; i++) {
        struct event *event = &events[i];
        if (event->left_out > 0 && (all || now_ms - event->second_ms >= MS_A_SECOND) &&
            eg_log_ring_has_room(&ring, EG_LOG_LINE_MAX)) {
            size_t len =
                eg_log_line(line, event->level, event->name, "left-out", event->left_out, "");
            event->left_out = 0;
            (void)eg_log_ring_put(&ring, line, len, EG_LOG_OWN);
        }
    }
}

static void tell_budget(int64_t wall_ms, bool all)
{
    char line[EG_LOG_LINE_MAX];
    char text[160] = "text=\"lines that strangers caused, beyond their budget\"";
    uint64_t left_out = 0;
    while (eg_log_ring_has_room(&ring, EG_LOG_LINE_MAX)) {
        enum eg_log_word word = eg_log_budget_due(&left_out, &budget, wall_ms, all);
        if (word == EG_LOG_NOTHING) {
            return;
        }
        if (word == EG_LOG_USED_UP) {
            snprintf(text, sizeof text,
                     "budget=%zu text=\"strangers' budget of this hour is used up; their lines are "
                     "counted until it is over\"",
                     EG_JOURNAL_STRANGERS_HOUR_MAX);
        }
        size_t len = eg_log_line(line, EG_LOG_WARN, "journal-strangers",
                                 word == EG_LOG_USED_UP ? NULL : "left-out", left_out, text);
        (void)eg_log_ring_put(&ring, line, len, EG_LOG_OWN);
    }
}

static void sweep(bool all)
{
    int64_t now_ms = eg_clock_boot_ms();
    int64_t wall_ms = eg_clock_wall_ms();
    if (!all && now_ms - swept_at_ms < SWEEP_MS) {
        return;
    }
    swept_at_ms = now_ms;
    tell_budget(wall_ms, false);
    tell_repeated(now_ms, wall_ms, all);
    tell_left_out(now_ms, all);
    tell_budget(wall_ms, all);
}

/* ---- taking a line ----------------------------------------------------------------------------
 */

/* Fields of one event, on their way into the ring. */
struct item {
    enum eg_log_level level;
    bool stranger;
    const char *event, *text;
};

/* Under the lock: never waits. */
static void take_running(const struct item *item)
{
    char line[EG_LOG_LINE_MAX];
    int64_t now_ms = eg_clock_boot_ms();
    uint64_t left_out = 0;
    sweep(false);
    if (!eg_log_fold_shows(&fold, item->level, item->stranger, item->event, item->text, now_ms)) {
        counts.folded++;
        return;
    }
    /* Strangers have their budget, and everyone else a bounded rate. */
    if (!item->stranger && !admit(item->level, item->event, now_ms, &left_out)) {
        return;
    }
    size_t len = eg_log_line(line, item->level, item->event, left_out > 0 ? "left-out" : NULL,
                             left_out, item->text);
    if (item->stranger && !eg_log_budget_spend(&budget, len, eg_clock_wall_ms())) {
        counts.left_out++;
        tell_budget(eg_clock_wall_ms(), false);
        return;
    }
    tell_lost();
    if (lost_untold > 0 || !eg_log_ring_put(&ring, line, len, EG_LOG_LINE)) {
        counts.lost++;
        lost_untold++;
        return;
    }
    pthread_cond_broadcast(&changed);
}

/* Where no journal runs the caller writes, and waits. */
static void write_direct(const struct item *item)
{
    char line[EG_LOG_LINE_MAX];
    uint64_t left_out = 0;
    pthread_mutex_lock(&lock);
    bool admitted = admit(item->level, item->event, eg_clock_boot_ms(), &left_out);
    pthread_mutex_unlock(&lock);
    if (!admitted) {
        return;
    }
    size_t len = eg_log_line(line, item->level, item->event, left_out > 0 ? "left-out" : NULL,
                             left_out, item->text);
    bool whole = eg_log_write(line, len, -1, NULL) == len;
    pthread_mutex_lock(&lock);
    *(whole ? &counts.written : &counts.lost) += 1;
    pthread_mutex_unlock(&lock);
}

static void take(const struct item *item)
{
    pthread_mutex_lock(&lock);
    enum state now = state;
    counts.logged++;
    if (now == RUNNING) {
        take_running(item);
    } else if (now == LEFT) {
        counts.lost++;
    }
    pthread_mutex_unlock(&lock);
    if (now == DIRECT) {
        write_direct(item);
    }
}

__attribute__((format(printf, 4, 0))) static void log_event(enum eg_log_level level, bool stranger,
                                                            const char *event, const char *format,
                                                            va_list args)
{
    char text[EG_LOG_TEXT_MAX];
    if ((int)level > level_shown) {
        return;
    }
    vsnprintf(text, sizeof text, format, args);
    take(&(struct item){level, stranger, event, text});
}

void eg_log(enum eg_log_level level, const char *event, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_event(level, false, event, format, args);
    va_end(args);
}

void eg_log_stranger(enum eg_log_level level, const char *event, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_event(level, true, event, format, args);
    va_end(args);
}

/* Within quotes: a quote in the text must not end them. */
static void quote(char *out, size_t room, const char *text)
{
    size_t len = 0;

    for (; *text != '\0' && len + 3 < room; text++) {
        if (*text == '"' || *text == '\\') {
            out[len++] = '\\';
        }
        out[len++] = *text;
    }
    out[len] = '\0';
}

void eg_log_failure(const char *event, const struct eg_error *err)
{
    char where[2 * EG_ERROR_WHERE_MAX];
    char text[2 * EG_ERROR_TEXT_MAX];

    quote(where, sizeof where, err->where);
    quote(text, sizeof text, err->text);
    eg_log(EG_LOG_ERROR, event,
           "status=%d reason=\"%s\" where=\"%s\" text=\"%s\" cause=%d retry=%s", (int)err->status,
           eg_status_text(err->status), where, text, err->cause, err->retry ? "yes" : "no");
}

/* ---- the thread -------------------------------------------------------------------------------
 */

static struct timespec in_ms(int ms)
{
    struct timespec at = {0};
    clock_gettime(CLOCK_MONOTONIC, &at);
    int64_t ns = at.tv_nsec + (int64_t)(ms % 1000) * 1000000;
    at.tv_sec += ms / 1000 + ns / 1000000000;
    at.tv_nsec = ns % 1000000000;
    return at;
}

/* All of it, and before it the end of a line that was cut. false: it can not be written. */
static bool write_whole(const char *line, size_t len)
{
    static bool cut;
    if (cut && eg_log_write("\n", 1, -1, &give_up) < 1) {
        return false;
    }
    size_t gone = eg_log_write(line, len, -1, &give_up);
    cut = gone > 0 && gone < len;
    return gone == len;
}

/* Line in `octets`, or the number of lines that are missing. */
static size_t line_of_lost(char octets[EG_LOG_LINE_MAX], uint64_t *missing)
{
    char text[128];
    memcpy(missing, octets, sizeof *missing);
    snprintf(text, sizeof text, "lines=%llu text=\"%llu lines lost: nobody took them in time\"",
             (unsigned long long)*missing, (unsigned long long)*missing);
    return eg_log_line(octets, EG_LOG_WARN, "journal-lost", NULL, 0, text);
}

/* With the lock held before and after, not meanwhile. */
static void write_one(char octets[EG_LOG_LINE_MAX], size_t len, enum eg_log_kind kind)
{
    uint64_t missing = kind == EG_LOG_LINE ? 1 : 0;
    writing = true;
    pthread_mutex_unlock(&lock);
    if (kind == EG_LOG_LOST) {
        len = line_of_lost(octets, &missing);
    }
    bool whole = write_whole(octets, len);
    pthread_mutex_lock(&lock);
    writing = false;
    if (whole) {
        counts.written += kind == EG_LOG_LINE;
        tell_lost();
    } else {
        counts.lost += kind == EG_LOG_LINE;
        lost_untold += missing;
    }
    pthread_cond_broadcast(&changed);
}

static void *run(void *unused)
{
    static char octets[EG_LOG_LINE_MAX];
    enum eg_log_kind kind = EG_LOG_LINE;
    (void)unused;
    pthread_mutex_lock(&lock);
    while (!give_up && !(stopping && ring.used == 0)) {
        sweep(false);
        size_t len = eg_log_ring_take(octets, &kind, &ring);
        if (len > 0) {
            write_one(octets, len, kind);
        } else {
            struct timespec until = in_ms(SWEEP_MS);
            (void)pthread_cond_timedwait(&changed, &lock, &until);
        }
    }
    finished = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return NULL;
}

static bool start_sync(void)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr) != 0) {
        return false;
    }
    bool done = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(&changed, &attr) == 0;
    pthread_condattr_destroy(&attr);
    return done;
}

static bool start_thread(void)
{
    pthread_attr_t attr;
    if (pthread_attr_init(&attr) != 0) {
        return false;
    }
    bool done = pthread_attr_setstacksize(&attr, STACK_OCTETS) == 0 &&
                pthread_create(&thread, &attr, run, NULL) == 0;
    pthread_attr_destroy(&attr);
    return done;
}

enum eg_status eg_log_start(struct eg_error *err)
{
    pthread_mutex_lock(&lock);
    enum eg_status status =
        state == DIRECT ? EG_OK : eg_error_set(err, EG_E_STATE, "journal", "it is started already");
    if (status != EG_OK) {
        goto done;
    }
    stopping = writing = finished = false;
    give_up = false;
    if (!start_sync()) {
        status = eg_error_set(err, EG_E_NOMEM, "journal", "no condition");
    } else if (!start_thread()) {
        pthread_cond_destroy(&changed);
        status = eg_error_set(err, EG_E_NOMEM, "journal", "no thread");
    } else {
        state = RUNNING;
    }

done:
    pthread_mutex_unlock(&lock);
    return status;
}

/* Under the lock: wait until all is written, or until then. */
static bool drain(const struct timespec *until)
{
    while (ring.used > 0 || writing) {
        if (pthread_cond_timedwait(&changed, &lock, until) != 0) {
            return false;
        }
    }
    return true;
}

/* The sums, where not each event had its line. */
static void tell_counts(void)
{
    char line[EG_LOG_LINE_MAX];
    char text[200];
    if (counts.lost + counts.folded + counts.left_out == 0) {
        return;
    }
    snprintf(text, sizeof text, "logged=%llu written=%llu lost=%llu folded=%llu left-out=%llu",
             (unsigned long long)counts.logged, (unsigned long long)counts.written,
             (unsigned long long)counts.lost, (unsigned long long)counts.folded,
             (unsigned long long)counts.left_out);
    size_t len = eg_log_line(line, EG_LOG_INFO, "journal-closed", NULL, 0, text);
    (void)eg_log_ring_put(&ring, line, len, EG_LOG_OWN);
}

bool eg_log_stop(int patience_ms)
{
    pthread_mutex_lock(&lock);
    if (state != RUNNING) {
        pthread_mutex_unlock(&lock);
        return true;
    }
    struct timespec until = in_ms(patience_ms);
    bool all = drain(&until);
    if (all) {
        sweep(true);
        tell_lost();
        all = drain(&until);
    }
    if (all) {
        tell_counts();
    }
    stopping = true;
    pthread_cond_broadcast(&changed);
    all = drain(&until) && all;
    give_up = true;
    until = in_ms(EG_JOURNAL_PATIENCE_MS); /* it looks at give_up now, unless the kernel holds it */
    while (!finished && pthread_cond_timedwait(&changed, &lock, &until) == 0) {
    }
    bool ended = finished;
    state = ended ? DIRECT : LEFT;
    pthread_mutex_unlock(&lock);
    if (ended) {
        pthread_join(thread, NULL);
        pthread_cond_destroy(&changed);
    } else {
        pthread_detach(thread);
    }
    return all;
}

#ifdef EG_TEST_HOOKS
struct eg_log_counts eg_log_counted(void)
{
    pthread_mutex_lock(&lock);
    struct eg_log_counts out = counts;
    pthread_mutex_unlock(&lock);
    return out;
}
#endif

void eg_log_say(const char *text, int patience_ms)
{
    (void)eg_log_write(text, strlen(text), patience_ms, NULL);
}
