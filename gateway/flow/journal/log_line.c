/*
 * Making a line and writing it. No memory is taken: the journal's thread would get an arena of its
 * own from the C library, of 64 MiB of the door's address space.
 */
#include "flow/journal/log_inside.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOOK_EVERY_MS 100 /* at give_up while nobody takes */

/* The end of the line being made; one octet is held back for its line feed. */
struct line {
    char *octets;
    size_t len;
    bool full;
};

/* A line that is too long is cut, between characters: better than silent. */
static void add(struct line *line, const char *octets, size_t len)
{
    line->full = line->full || len > EG_LOG_LINE_MAX - 1 - line->len;
    if (line->full) {
        return;
    }
    memcpy(line->octets + line->len, octets, len);
    line->len += len;
}

static void add_hex(struct line *line, unsigned value)
{
    char text[8];
    int len = snprintf(text, sizeof text, "\\x%02x", value);
    add(line, text, (size_t)len);
}

/* Whatever a stranger put into the values: one event stays one line. */
static void add_escaped(struct line *line, struct eg_bytes text)
{
    for (size_t at = 0; at < text.len;) {
        uint32_t rune = 0;
        size_t len = eg_text_rune(text, at, &rune);
        if (len == 0) {
            add_hex(line, text.data[at]);
            at++;
            continue;
        }
        if (rune == '\n') {
            add(line, "\\n", 2);
        } else if (rune < 0x20 || (rune >= 0x7F && rune < 0xA0)) {
            add_hex(line, (unsigned)rune);
        } else {
            add(line, (const char *)text.data + at, len);
        }
        at += len;
    }
}

size_t eg_log_line(char out[EG_LOG_LINE_MAX], enum eg_log_level level, const char *event,
                   const char *counted, uint64_t count, const char *text)
{
    static const char *const words[] = {"error", "warn", "info", "debug"};
    struct line line = {.octets = out};
    char at[EG_TIME_TEXT_MAX];
    char head[EG_TIME_TEXT_MAX + 2 * EG_LOG_EVENT_MAX];
    eg_text_time(at, eg_clock_wall_ms());
    int len = snprintf(head, sizeof head, "%s %s %.*s", at, words[level], EG_LOG_EVENT_MAX, event);
    add(&line, head, (size_t)len);
    if (counted != NULL) {
        len = snprintf(head, sizeof head, " %s=%llu", counted, (unsigned long long)count);
        add(&line, head, (size_t)len);
    }
    if (text[0] != '\0') {
        add(&line, " ", 1);
        add_escaped(&line, eg_bytes_of(text));
    }
    out[line.len++] = '\n';
    return line.len;
}

/* Is there somebody to take it, before the wait ends? A broken pipe and a closed descriptor are
 * left to write(), which says so. */
static bool await_taker(int64_t until_ms, const _Atomic bool *give_up)
{
    struct pollfd item = {STDERR_FILENO, POLLOUT, 0};
    for (;;) {
        int count = poll(&item, 1, until_ms < 0 && give_up == NULL ? -1 : LOOK_EVERY_MS);
        if (count > 0 || (count < 0 && errno != EINTR)) {
            return true;
        }
        if ((until_ms >= 0 && eg_clock_boot_ms() >= until_ms) ||
            (give_up != NULL && atomic_load(give_up))) {
            return false;
        }
    }
}

size_t eg_log_write(const char *octets, size_t len, int patience_ms, const _Atomic bool *give_up)
{
    int64_t until_ms = patience_ms < 0 ? -1 : eg_clock_boot_ms() + patience_ms;
    size_t done = 0;
    while (done < len && await_taker(until_ms, give_up)) {
        ssize_t written = write(STDERR_FILENO, octets + done, len - done);
        if (written < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (written <= 0) {
            break;
        }
        done += (size_t)written;
    }
    return done;
}
