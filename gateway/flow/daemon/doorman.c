/*
 * Starting, watching and replacing the door's process. Only the first start waits until the door is
 * bound; a later one says READY when it is, and the hall goes on meanwhile.
 *
 * Both ends of the socket pair stay open here, so no end of file tells of a death: the kernel is
 * asked for the child's end each turn. Whatever a door left in the pair is thrown away once the
 * kernel has said that it is gone.
 */
#include "flow/daemon/doorman.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "wire/texts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_FIRST_MS 50
#define PAUSE_DOUBLINGS_MAX 7
#define QUICK_DEATH_MS 5000
#define CHILD_FD 3
#define CLOCK_PAUSE_MS 1000   /* between two words on the clock: entries come faster */
#define GONE_PATIENCE_MS 5000 /* for the kernel to end a process that it was told to end */
#define LOOK_EVERY_MS 20
#define READY_PATIENCE_MS 30000 /* thousands of participants are read in that time */

/* ---- keys -------------------------------------------------------------------------------------
 */

static bool take_key(char out[EG_CURVE_KEY_TEXT + 1], struct eg_bytes *rest)
{
    const uint8_t *end = rest->len == 0 ? NULL : memchr(rest->data, '\n', rest->len);
    struct eg_bytes line = {rest->data, end == NULL ? rest->len : (size_t)(end - rest->data)};
    if (!eg_z85_key(line)) {
        return false;
    }
    memcpy(out, line.data, EG_CURVE_KEY_TEXT);
    out[EG_CURVE_KEY_TEXT] = '\0';
    size_t used = line.len + (end != NULL);
    rest->data += used;
    rest->len -= used;
    return true;
}

enum eg_status eg_doorman_curve(char public_key[EG_CURVE_KEY_TEXT + 1],
                                char secret_key[EG_CURVE_KEY_TEXT + 1], const char *path,
                                struct eg_error *err)
{
    struct eg_buf text;
    eg_buf_init(&text, 256);
    enum eg_status status = eg_file_read_some(&text, path, err);
    struct eg_bytes rest = eg_bytes_view(&text);
    if (status == EG_OK &&
        (!take_key(public_key, &rest) || !take_key(secret_key, &rest) || rest.len != 0)) {
        status = eg_error_set(err, EG_E_FORMAT, path,
                              "must hold a public and a secret CURVE key in Z85, a line each");
    }
    eg_buf_wipe(&text);
    return status;
}

/* ---- child ------------------------------------------------------------------------------------
 */

/* Between fork and exec: only calls that are safe there. */
static void become_door(int fd, uint64_t memory_mib)
{
    char number[] = "3";
    char *const argv[] = {(char[]){"emgated"}, (char[]){"--door"}, number, NULL};
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* However the gateway ends, its next start must find the door's address free. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (fd != CHILD_FD ? dup2(fd, CHILD_FD) < 0 : fcntl(fd, F_SETFD, 0) < 0) {
        _exit(126);
    }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    /* The sanitizers reserve terabytes of address space; everyone else lives within the limit. */
    struct rlimit limit = {memory_mib * 1048576, memory_mib * 1048576};
    if (setrlimit(RLIMIT_AS, &limit) != 0) {
        _exit(126);
    }
#else
    (void)memory_mib;
#endif
    execv("/proc/self/exe", argv);
    _exit(127);
}

static enum eg_status spawn(struct eg_doorman *doorman, struct eg_error *err)
{
    pid_t child = fork();
    if (child == 0) {
        become_door(doorman->door_fd, doorman->shared->settings->door_memory_mib);
    }
    if (child < 0) {
        return eg_error_errno(err, "door", errno, "no process");
    }
    doorman->child = child;
    doorman->dying = false;
    doorman->ready = false;
    doorman->started_at_ms = eg_clock_boot_ms();
    doorman->beat_at_ms = doorman->started_at_ms;
    doorman->beats = doorman->beats_heard = 0;
    doorman->beats_missed = 0;
    return EG_OK;
}

/* ---- what waits -------------------------------------------------------------------------------
 */

static void drop_out(struct eg_doorman *doorman)
{
    eg_buf_wipe(&doorman->out); /* CONFIG carries a secret key */
    eg_buf_init(&doorman->out, EG_DOOR_FRAME_MAX + EG_DOOR_WAITING_MAX);
    doorman->out_done = 0;
}

static void drain(int fd)
{
    uint8_t octets[4096];
    while (recv(fd, octets, sizeof octets, MSG_DONTWAIT) > 0) {
    }
}

/* Once the child is gone, nobody else writes here. */
static void empty_channel(struct eg_doorman *doorman)
{
    drop_out(doorman);
    eg_buf_reset(&doorman->in);
    drain(doorman->fd);
    drain(doorman->door_fd);
}

/* What stands for and against the clock, when that changed. */
static void tell_clock(struct eg_doorman *doorman)
{
    struct eg_clock_evidence evidence = {0};
    if (eg_clock_watch_copy(&doorman->shared->clock, &evidence, &doorman->clock_seen)) {
        struct eg_bytes part = {(const uint8_t *)&evidence, sizeof evidence};
        doorman->clock_told_at_ms = eg_clock_boot_ms();
        eg_door_frame(&doorman->out, EG_DOOR_CLOCK, &part, 1);
    }
}

/* CONFIG, whole, as what waits first; reserved first, so that growing leaves no secret behind. */
static enum eg_status configure(struct eg_doorman *doorman, struct eg_error *err)
{
    const struct eg_world *world = eg_world_take(doorman->shared->world);
    struct eg_bytes parts[] = {eg_bytes_of(doorman->bind),
                               eg_bytes_of(doorman->secret_key),
                               eg_bytes_of(doorman->public_key),
                               eg_bytes_of(doorman->shared->settings->origin),
                               eg_bytes_view(&world->anchors),
                               eg_bytes_view(&world->crls),
                               eg_bytes_view(&world->directory->octets),
                               eg_bytes_view(&world->directory->signature)};
    size_t len = 1 + 4;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        len += 4 + parts[i].len;
    }
    (void)eg_buf_reserve(&doorman->out, len);
    eg_door_frame(&doorman->out, EG_DOOR_CONFIG, parts, sizeof parts / sizeof parts[0]);
    eg_world_drop(doorman->shared->world, &world);
    doorman->clock_seen = 0;
    tell_clock(doorman);
    return eg_buf_ok(&doorman->out, "door", err);
}

static enum eg_status push(struct eg_doorman *doorman, struct eg_error *err)
{
    enum eg_status status =
        eg_door_push(doorman->fd, eg_bytes_view(&doorman->out), &doorman->out_done, err);
    if (status == EG_OK && doorman->out.len > 0 && doorman->out_done == doorman->out.len) {
        drop_out(doorman);
    }
    return status;
}

/* ---- ends -------------------------------------------------------------------------------------
 */

/* Is it gone? Asked without waiting: a process in the kernel's hands may stay for long. */
static bool reap(struct eg_doorman *doorman)
{
    if (doorman->child > 0 && waitpid(doorman->child, NULL, WNOHANG) == doorman->child) {
        doorman->child = 0;
        doorman->dying = false;
        empty_channel(doorman);
    }
    return doorman->child == 0;
}

static void end(struct eg_doorman *doorman)
{
    if (doorman->child > 0 && !doorman->dying) {
        kill(doorman->child, SIGKILL); /* it holds nothing that must be finished; also if stopped */
        doorman->dying = true;
        doorman->ready = false;
        doorman->ended_at_ms = eg_clock_boot_ms();
        (void)reap(doorman);
    }
}

static void start_later(struct eg_doorman *doorman, bool quickly)
{
    doorman->quick_deaths = quickly ? doorman->quick_deaths + 1 : 0;
    unsigned doublings =
        doorman->quick_deaths < PAUSE_DOUBLINGS_MAX ? doorman->quick_deaths : PAUSE_DOUBLINGS_MAX;
    doorman->start_at_ms = eg_clock_boot_ms() + ((int64_t)PAUSE_FIRST_MS << doublings);
}

/* It died, hangs, or says nonsense: end it, and say so. */
static void fell(struct eg_doorman *doorman, const char *why)
{
    int64_t lived_ms = eg_clock_boot_ms() - doorman->started_at_ms;
    bool hangs = doorman->beats_missed >= EG_DOOR_BEATS_MAX;
    eg_log(EG_LOG_WARN, hangs ? "door-hangs" : "door-died",
           "lived_ms=%lld ready=%s beats-missed=%u text=\"%s\"", (long long)lived_ms,
           doorman->ready ? "yes" : "no", doorman->beats_missed, why);
    start_later(doorman, lived_ms < QUICK_DEATH_MS || !doorman->ready);
    end(doorman);
}

/* ---- life -------------------------------------------------------------------------------------
 */

static bool talks(const struct eg_doorman *doorman)
{
    return doorman->child > 0 && !doorman->dying;
}

static enum eg_status start(struct eg_doorman *doorman, struct eg_error *err)
{
    enum eg_status status = configure(doorman, err);
    if (status == EG_OK) {
        status = spawn(doorman, err);
    }
    if (status != EG_OK) {
        drop_out(doorman);
    }
    return status;
}

static bool heard_ready(struct eg_doorman *doorman, const struct eg_door_message *message)
{
    if (doorman->ready || message->type != EG_DOOR_READY || message->part_count != 1 ||
        message->parts[0].len >= sizeof doorman->bind) {
        return false;
    }
    memcpy(doorman->bind, message->parts[0].data, message->parts[0].len);
    doorman->bind[message->parts[0].len] = '\0';
    doorman->ready = true;
    doorman->beat_at_ms = eg_clock_boot_ms();
    return true;
}

/* Only the number of a beat that was sent, and later than the one heard before, is a sign of life.
 */
static bool heard_alive(struct eg_doorman *doorman, const struct eg_door_message *message)
{
    uint64_t number = 0;
    if (message->type != EG_DOOR_ALIVE || message->part_count != 1 ||
        !eg_text_u64(message->parts[0], doorman->beats, &number) ||
        number <= doorman->beats_heard) {
        return false;
    }
    doorman->beats_heard = number;
    doorman->beats_missed = 0;
    return true;
}

static enum eg_status wait_until_ready(struct eg_doorman *doorman, struct eg_error *err)
{
    int64_t until_ms = doorman->started_at_ms + READY_PATIENCE_MS;
    struct pollfd item = {doorman->fd, POLLIN, 0};
    struct eg_door_message message;
    enum eg_status status = push(doorman, err);
    while (status == EG_OK && !doorman->ready) {
        (void)poll(&item, 1, LOOK_EVERY_MS);
        if (eg_clock_boot_ms() >= until_ms || reap(doorman)) {
            return eg_error_set(err, EG_E_IO, "door",
                                "the door's process was not ready; its journal says why");
        }
        status = push(doorman, err);
        if (status == EG_OK) {
            status = eg_door_pull(&doorman->in, doorman->fd, EG_DOOR_WORD_MAX, err);
        }
        if (status != EG_OK) {
            return status;
        }
        status = eg_door_next(&message, &doorman->in, EG_DOOR_WORD_MAX, err);
        if (status == EG_OK && !heard_ready(doorman, &message)) {
            status = eg_error_set(err, EG_E_FORMAT, "door", "said something before READY");
            eg_door_message_done(&message);
        } else if (status == EG_OK) {
            eg_door_message_done(&message);
        }
        status = status == EG_E_BUSY ? EG_OK : status;
    }
    return status;
}

static enum eg_status open_channel(struct eg_doorman *doorman, struct eg_error *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return eg_error_errno(err, "door", errno, "no socket pair");
    }
    doorman->fd = pair[0];
    doorman->door_fd = pair[1];
    return EG_OK;
}

enum eg_status eg_doorman_open(struct eg_doorman *doorman, struct eg_shared *shared,
                               struct eg_error *err)
{
    memset(doorman, 0, sizeof *doorman);
    doorman->shared = shared;
    doorman->fd = doorman->door_fd = -1;
    eg_buf_init(&doorman->in, EG_DOOR_WORD_MAX + EG_DOOR_HEAD_LEN);
    drop_out(doorman);
    memcpy(doorman->bind, shared->settings->door_bind, sizeof doorman->bind);
    enum eg_status status = eg_doorman_curve(doorman->public_key, doorman->secret_key,
                                             shared->settings->door_curve, err);
    if (status == EG_OK) {
        status = open_channel(doorman, err);
    }
    if (status == EG_OK) {
        status = start(doorman, err);
    }
    if (status == EG_OK) {
        status = wait_until_ready(doorman, err);
    }
    return status;
}

/* A process that the kernel does not end now ends with this one. */
void eg_doorman_close(struct eg_doorman *doorman)
{
    end(doorman);
    int64_t until_ms = eg_clock_boot_ms() + GONE_PATIENCE_MS;
    while (!reap(doorman) && eg_clock_boot_ms() < until_ms) {
        struct timespec pause = {0, 1000000};
        nanosleep(&pause, NULL);
    }
    for (int i = 0; i < 2; i++) {
        int fd = i == 0 ? doorman->fd : doorman->door_fd;
        if (fd >= 0) {
            close(fd);
        }
    }
    doorman->fd = doorman->door_fd = -1;
    eg_buf_wipe(&doorman->out);
    eg_buf_done(&doorman->in);
    explicit_bzero(doorman->secret_key, sizeof doorman->secret_key);
}

void eg_doorman_replace(struct eg_doorman *doorman)
{
    end(doorman);
    doorman->start_at_ms = eg_clock_boot_ms();
}

void eg_doorman_say(struct eg_doorman *doorman, enum eg_door_frame type,
                    const struct eg_bytes *parts, size_t part_count)
{
    if (talks(doorman)) {
        eg_door_frame(&doorman->out, type, parts, part_count);
    }
}

/* READY and ALIVE are the doorman's own; true: the message is for the hall. */
static bool for_hall(struct eg_doorman *doorman, const struct eg_door_message *message)
{
    if (heard_ready(doorman, message)) {
        eg_log(EG_LOG_INFO, "door-ready", "bind=%s", doorman->bind);
        return false;
    }
    (void)heard_alive(doorman, message);
    return doorman->ready && (message->type == EG_DOOR_GREETED || message->type == EG_DOOR_REFUSED);
}

bool eg_doorman_hear(struct eg_door_message *out, struct eg_doorman *doorman)
{
    struct eg_error err = {0};
    enum eg_status status = EG_OK;
    while (talks(doorman) && status == EG_OK) {
        struct eg_door_message message;
        status = eg_door_pull(&doorman->in, doorman->fd, EG_DOOR_WORD_MAX + EG_DOOR_HEAD_LEN, &err);
        if (status == EG_OK) {
            status = eg_door_next(&message, &doorman->in, EG_DOOR_WORD_MAX, &err);
        }
        if (status == EG_OK) {
            if (for_hall(doorman, &message)) {
                *out = message;
                return true;
            }
            eg_door_message_done(&message);
        }
    }
    if (status != EG_OK && status != EG_E_BUSY) {
        fell(doorman, err.text);
    }
    return false;
}

/* A beat that is not answered by the time of the next one is missed. A machine that was suspended,
 * or a hall that was held up, misses none: beats are counted by the hall's turns, not by the clock.
 */
static void beat(struct eg_doorman *doorman)
{
    char number[24];
    int64_t now_ms = eg_clock_boot_ms();
    if (!doorman->ready || now_ms - doorman->beat_at_ms < EG_DOOR_BEAT_MS) {
        return;
    }
    doorman->beat_at_ms = now_ms;
    if (doorman->beats_missed >= EG_DOOR_BEATS_MAX) {
        fell(doorman, "it does not answer; it is ended and another one started");
        return;
    }
    doorman->beats_missed++;
    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)++doorman->beats);
    struct eg_bytes part = eg_bytes_of(number);
    eg_doorman_say(doorman, EG_DOOR_BEAT, &part, 1);
}

/* What a door that is there needs. */
static void look_after(struct eg_doorman *doorman)
{
    struct eg_error err = {0};
    int64_t lived_ms = eg_clock_boot_ms() - doorman->started_at_ms;
    if (reap(doorman)) {
        fell(doorman, "the process ended");
        return;
    }
    if (!doorman->ready && lived_ms > READY_PATIENCE_MS) {
        fell(doorman, "it was not ready in time");
        return;
    }
    beat(doorman);
    if (doorman->ready && eg_clock_boot_ms() - doorman->clock_told_at_ms >= CLOCK_PAUSE_MS) {
        tell_clock(doorman);
    }
    if (talks(doorman) && push(doorman, &err) != EG_OK) {
        fell(doorman, err.text);
    } else if (doorman->ready && (eg_buf_ok(&doorman->out, "door", &err) != EG_OK ||
                                  doorman->out.len - doorman->out_done > EG_DOOR_WAITING_MAX)) {
        fell(doorman, "it does not take what it is told");
    }
}

void eg_doorman_mend(struct eg_doorman *doorman)
{
    struct eg_error err = {0};
    if (talks(doorman)) {
        look_after(doorman);
    }
    if (doorman->dying && !reap(doorman)) {
        int64_t now_ms = eg_clock_boot_ms();
        if (now_ms - doorman->ended_at_ms > GONE_PATIENCE_MS) {
            doorman->ended_at_ms = now_ms;
            eg_log(EG_LOG_ERROR, "door-stays",
                   "pid=%d text=\"the system does not end it; no other "
                   "door can be started before\"",
                   (int)doorman->child);
        }
    }
    if (doorman->child > 0 || eg_clock_boot_ms() < doorman->start_at_ms) {
        return;
    }
    if (start(doorman, &err) != EG_OK) {
        start_later(doorman, true);
        eg_log_failure("door", &err);
    }
}

bool eg_doorman_busy(const struct eg_doorman *doorman)
{
    return doorman->dying || doorman->out_done < doorman->out.len;
}
