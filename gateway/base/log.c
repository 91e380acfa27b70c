/*
 * The journal.
 *
 * Why: one event is one line that a person and a program can read, whatever a stranger put into the
 * values; and no event can fill the disk, however often it happens. Each line is one write, so that
 * lines of several threads and processes never mix.
 */
#include "base/log.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    LINE_MAX_OCTETS = 4096, /* the most a pipe takes in one piece */
    TEXT_MAX = 3000,
    EVENT_MAX = 48,
    EVENTS_MAX = 128, /* distinct event words; those beyond share the last slot */
    LINES_A_SECOND = 100,
    MS_A_SECOND = 1000,
};

struct event {
    char name[EVENT_MAX];
    int64_t second_ms; /* when the present second began, boot clock */
    unsigned lines;    /* written in it */
    unsigned long left_out;
};

static atomic_int level_shown = EG_LOG_INFO;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct event events[EVENTS_MAX]; /* guarded by lock, as event_count is */
static size_t event_count;

void eg_log_level_set(enum eg_log_level level)
{
    level_shown = (int)level;
}

static struct event *find_event(const char *name)
{
    for (size_t i = 0; i < event_count; i++) {
        if (strncmp(events[i].name, name, EVENT_MAX - 1) == 0) {
            return &events[i];
        }
    }
    if (event_count == EVENTS_MAX) {
        return &events[EVENTS_MAX - 1];
    }
    struct event *event = &events[event_count++];
    snprintf(event->name, sizeof(event->name), "%s", name);
    return event;
}

/* May the line go out? Gives the number left out before it. */
static bool admit(const char *name, unsigned long *left_out)
{
    int64_t now_ms = eg_clock_boot_ms();
    bool admitted = false;

    pthread_mutex_lock(&lock);
    struct event *event = find_event(name);
    if (event->lines == 0 || now_ms - event->second_ms >= MS_A_SECOND) {
        event->second_ms = now_ms;
        event->lines = 0;
    }
    if (event->lines < LINES_A_SECOND) {
        event->lines++;
        *left_out = event->left_out;
        event->left_out = 0;
        admitted = true;
    } else {
        event->left_out++;
    }
    pthread_mutex_unlock(&lock);
    return admitted;
}

static void escape(struct eg_buf *out, struct eg_bytes text)
{
    for (size_t at = 0; at < text.len;) {
        uint32_t rune = 0;
        size_t len = eg_text_rune(text, at, &rune);
        if (len == 0) {
            eg_buf_format(out, "\\x%02x", text.data[at]);
            at++;
        } else if (rune == '\n') {
            eg_buf_text(out, "\\n");
            at += len;
        } else if (rune < 0x20 || (rune >= 0x7F && rune < 0xA0)) {
            eg_buf_format(out, "\\x%02x", (unsigned)rune);
            at += len;
        } else {
            eg_buf_add(out, text.data + at, len);
            at += len;
        }
    }
}

/* The journal is the last place to tell of trouble: when it can not be written, nobody is told. */
static void write_line(struct eg_bytes line)
{
    while (line.len > 0) {
        ssize_t written = write(STDERR_FILENO, line.data, line.len);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return;
        }
        line.data += written;
        line.len -= (size_t)written;
    }
}

void eg_log(enum eg_log_level level, const char *event, const char *format, ...)
{
    static const char *const words[] = {"error", "warn", "info", "debug"};
    char at[EG_TIME_TEXT_MAX];
    char text[TEXT_MAX];
    unsigned long left_out = 0;
    struct eg_buf line;
    va_list args;

    if ((int)level > level_shown || !admit(event, &left_out)) {
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    eg_buf_init(&line, LINE_MAX_OCTETS - 1);
    eg_text_time(at, eg_clock_wall_ms());
    eg_buf_format(&line, "%s %s %s", at, words[level], event);
    if (left_out > 0) {
        eg_buf_format(&line, " left-out=%lu", left_out);
    }
    if (text[0] != '\0') {
        eg_buf_char(&line, ' ');
        escape(&line, eg_bytes_of(text));
    }
    line.failed = false; /* a line that is too long is cut: better than silent */
    line.ceiling++;      /* room for the line's end was held back */
    eg_buf_char(&line, '\n');
    write_line(eg_bytes_view(&line));
    eg_buf_done(&line);
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

    quote(where, sizeof(where), err->where);
    quote(text, sizeof(text), err->text);
    eg_log(EG_LOG_ERROR, event,
           "status=%d reason=\"%s\" where=\"%s\" text=\"%s\" cause=%d retry=%s", (int)err->status,
           eg_status_text(err->status), where, text, err->cause, err->retry ? "yes" : "no");
}
