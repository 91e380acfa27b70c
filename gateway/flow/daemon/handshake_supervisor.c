/*
 * Only the first start waits until the door is bound; a later door says READY when it is, and the
 * session thread goes on meanwhile.
 *
 * Both ends of the socket pair stay open here, so the end of a door is not seen as an end of file:
 * the kernel is asked for it each turn. What a door left in the pair is discarded once the kernel
 * has said that it has ended.
 */
#include "flow/daemon/handshake_supervisor.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "flow/journal/log.h"
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
/* a door that ends sooner is started again after a longer pause */
#define QUICK_END_MS 5000
#define CHILD_FD 3
/* between two CLOCK frames: entries come faster */
#define CLOCK_PAUSE_MS 1000
/* for the kernel to end a process that was killed */
#define GONE_PATIENCE_MS 5000
#define LOOK_EVERY_MS 20
/* enough to read a directory of thousands of participants */
#define READY_PATIENCE_MS 30000

/* ---- keys ---- */

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

enum eg_status eg_handshake_supervisor_curve(char public_key[EG_CURVE_KEY_TEXT + 1],
                                             char secret_key[EG_CURVE_KEY_TEXT + 1],
                                             const char *path, struct eg_error *err)
{
    struct eg_buf text;
    eg_buf_init(&text, 256);
    enum eg_status status = eg_file_read_some(&text, path, err);
    struct eg_bytes rest = eg_bytes_view(&text);
    if (status != EG_OK) {
        goto done;
    }
    if (!take_key(public_key, &rest) || !take_key(secret_key, &rest) || rest.len != 0) {
        status = eg_error_set(err, EG_E_FORMAT, path,
                              "must hold a public and a secret CURVE key in Z85, a line each");
    }

done:
    eg_buf_wipe(&text);
    return status;
}

/* ---- child ---- */

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

static enum eg_status spawn(struct eg_handshake_supervisor *supervisor, struct eg_error *err)
{
    pid_t child = fork();
    if (child == 0) {
        become_door(supervisor->door_fd, supervisor->gateway->settings->door_memory_mib);
    }
    if (child < 0) {
        return eg_error_errno(err, "door", errno, "no process");
    }
    supervisor->child = child;
    supervisor->dying = false;
    supervisor->ready = false;
    supervisor->started_at_ms = eg_clock_boot_ms();
    supervisor->beat_at_ms = supervisor->started_at_ms;
    supervisor->beats = supervisor->beats_heard = 0;
    supervisor->beats_missed = 0;
    return EG_OK;
}

/* ---- frames that wait for the door ---- */

static void drop_out(struct eg_handshake_supervisor *supervisor)
{
    eg_buf_wipe(&supervisor->out); /* CONFIG carries a secret key */
    eg_buf_init(&supervisor->out, EG_HANDSHAKE_FRAME_MAX + EG_HANDSHAKE_WAITING_MAX);
    supervisor->out_done = 0;
}

static void drain(int fd)
{
    uint8_t octets[4096];
    while (recv(fd, octets, sizeof octets, MSG_DONTWAIT) > 0) {
    }
}

/* Once the child is gone, nobody else writes here. */
static void empty_channel(struct eg_handshake_supervisor *supervisor)
{
    drop_out(supervisor);
    eg_buf_reset(&supervisor->in);
    drain(supervisor->fd);
    drain(supervisor->door_fd);
}

/* The evidence on the clock, when it changed. */
static void tell_clock(struct eg_handshake_supervisor *supervisor)
{
    struct eg_clock_evidence evidence = {0};
    if (eg_clock_watch_copy(&supervisor->gateway->clock, &evidence, &supervisor->clock_seen)) {
        struct eg_bytes part = {(const uint8_t *)&evidence, sizeof evidence};
        supervisor->clock_told_at_ms = eg_clock_boot_ms();
        eg_handshake_frame(&supervisor->out, EG_HANDSHAKE_CLOCK, &part, 1);
    }
}

/* Put CONFIG first. Its room is reserved before, so that no copy of the secret key stays behind
 * when the buffer grows. */
static enum eg_status configure(struct eg_handshake_supervisor *supervisor, struct eg_error *err)
{
    const struct eg_snapshot *snapshot = eg_snapshot_take(supervisor->gateway->snapshot);
    struct eg_bytes parts[] = {eg_bytes_of(supervisor->bind),
                               eg_bytes_of(supervisor->secret_key),
                               eg_bytes_of(supervisor->public_key),
                               eg_bytes_of(supervisor->gateway->settings->origin),
                               eg_bytes_view(&snapshot->anchors),
                               eg_bytes_view(&snapshot->crls),
                               eg_bytes_view(&snapshot->directory->octets),
                               eg_bytes_view(&snapshot->directory->signature)};
    size_t len = 1 + 4;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        len += 4 + parts[i].len;
    }
    (void)eg_buf_reserve(&supervisor->out, len);
    eg_handshake_frame(&supervisor->out, EG_HANDSHAKE_CONFIG, parts,
                       sizeof parts / sizeof parts[0]);
    eg_snapshot_drop(supervisor->gateway->snapshot, &snapshot);
    supervisor->clock_seen = 0;
    tell_clock(supervisor);
    return eg_buf_ok(&supervisor->out, "door", err);
}

static enum eg_status push(struct eg_handshake_supervisor *supervisor, struct eg_error *err)
{
    EG_TRY(eg_handshake_push(supervisor->fd, eg_bytes_view(&supervisor->out), &supervisor->out_done,
                             err));
    if (supervisor->out.len > 0 && supervisor->out_done == supervisor->out.len) {
        drop_out(supervisor);
    }
    return EG_OK;
}

/* ---- ending a door ---- */

/* Has it ended? Asked without blocking: the kernel may take long to end a process. */
static bool reap(struct eg_handshake_supervisor *supervisor)
{
    if (supervisor->child > 0 && waitpid(supervisor->child, NULL, WNOHANG) == supervisor->child) {
        supervisor->child = 0;
        supervisor->dying = false;
        empty_channel(supervisor);
    }
    return supervisor->child == 0;
}

static void end(struct eg_handshake_supervisor *supervisor)
{
    if (supervisor->child > 0 && !supervisor->dying) {
        kill(supervisor->child, SIGKILL); /* it has nothing to finish; ends a stopped one too */
        supervisor->dying = true;
        supervisor->ready = false;
        supervisor->ended_at_ms = eg_clock_boot_ms();
        (void)reap(supervisor);
    }
}

static void start_later(struct eg_handshake_supervisor *supervisor, bool quickly)
{
    supervisor->quick_ends = quickly ? supervisor->quick_ends + 1 : 0;
    unsigned doublings =
        supervisor->quick_ends < PAUSE_DOUBLINGS_MAX ? supervisor->quick_ends : PAUSE_DOUBLINGS_MAX;
    supervisor->start_at_ms = eg_clock_boot_ms() + ((int64_t)PAUSE_FIRST_MS << doublings);
}

/* It ended, hangs, or sends frames that can not be read: end it, and journal why. */
static void give_up(struct eg_handshake_supervisor *supervisor, const char *why)
{
    int64_t lived_ms = eg_clock_boot_ms() - supervisor->started_at_ms;
    bool hangs = supervisor->beats_missed >= EG_HANDSHAKE_BEATS_MAX;
    eg_log(EG_LOG_WARN, hangs ? "door-hangs" : "door-died",
           "lived_ms=%lld ready=%s beats-missed=%u text=\"%s\"", (long long)lived_ms,
           supervisor->ready ? "yes" : "no", supervisor->beats_missed, why);
    start_later(supervisor, lived_ms < QUICK_END_MS || !supervisor->ready);
    end(supervisor);
}

/* ---- starting and watching a door ---- */

static bool is_running(const struct eg_handshake_supervisor *supervisor)
{
    return supervisor->child > 0 && !supervisor->dying;
}

static enum eg_status start(struct eg_handshake_supervisor *supervisor, struct eg_error *err)
{
    enum eg_status status = configure(supervisor, err);
    if (status != EG_OK) {
        goto done;
    }
    status = spawn(supervisor, err);

done:
    if (status != EG_OK) {
        drop_out(supervisor);
    }
    return status;
}

static bool heard_ready(struct eg_handshake_supervisor *supervisor,
                        const struct eg_handshake_message *message)
{
    if (supervisor->ready || message->type != EG_HANDSHAKE_READY || message->part_count != 1 ||
        message->parts[0].len >= sizeof supervisor->bind) {
        return false;
    }
    memcpy(supervisor->bind, message->parts[0].data, message->parts[0].len);
    supervisor->bind[message->parts[0].len] = '\0';
    supervisor->ready = true;
    supervisor->beat_at_ms = eg_clock_boot_ms();
    return true;
}

/* An answer counts only if it has the number of a beat that was sent, later than the last answered.
 */
static bool heard_alive(struct eg_handshake_supervisor *supervisor,
                        const struct eg_handshake_message *message)
{
    uint64_t number = 0;
    if (message->type != EG_HANDSHAKE_ALIVE || message->part_count != 1 ||
        !eg_text_u64(message->parts[0], supervisor->beats, &number) ||
        number <= supervisor->beats_heard) {
        return false;
    }
    supervisor->beats_heard = number;
    supervisor->beats_missed = 0;
    return true;
}

static enum eg_status wait_until_ready(struct eg_handshake_supervisor *supervisor,
                                       struct eg_error *err)
{
    int64_t until_ms = supervisor->started_at_ms + READY_PATIENCE_MS;
    struct pollfd item = {supervisor->fd, POLLIN, 0};
    struct eg_handshake_message message;
    EG_TRY(push(supervisor, err));
    while (!supervisor->ready) {
        (void)poll(&item, 1, LOOK_EVERY_MS);
        if (eg_clock_boot_ms() >= until_ms || reap(supervisor)) {
            return eg_error_set(err, EG_E_IO, "door",
                                "the door's process was not ready; its journal says why");
        }
        EG_TRY(push(supervisor, err));
        EG_TRY(eg_handshake_pull(&supervisor->in, supervisor->fd, EG_HANDSHAKE_WORD_MAX, err));
        enum eg_status status =
            eg_handshake_next(&message, &supervisor->in, EG_HANDSHAKE_WORD_MAX, err);
        if (status == EG_E_BUSY) {
            continue; /* no whole frame yet */
        }
        EG_TRY(status);
        bool heard = heard_ready(supervisor, &message);
        eg_handshake_message_done(&message);
        if (!heard) {
            return eg_error_set(err, EG_E_FORMAT, "door", "sent another frame before READY");
        }
    }
    return EG_OK;
}

static enum eg_status open_channel(struct eg_handshake_supervisor *supervisor, struct eg_error *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return eg_error_errno(err, "door", errno, "no socket pair");
    }
    supervisor->fd = pair[0];
    supervisor->door_fd = pair[1];
    return EG_OK;
}

enum eg_status eg_handshake_supervisor_open(struct eg_handshake_supervisor *supervisor,
                                            struct eg_gateway_state *gateway, struct eg_error *err)
{
    memset(supervisor, 0, sizeof *supervisor);
    supervisor->gateway = gateway;
    supervisor->fd = supervisor->door_fd = -1;
    eg_buf_init(&supervisor->in, EG_HANDSHAKE_WORD_MAX + EG_HANDSHAKE_HEAD_LEN);
    drop_out(supervisor);
    memcpy(supervisor->bind, gateway->settings->door_bind, sizeof supervisor->bind);
    EG_TRY(eg_handshake_supervisor_curve(supervisor->public_key, supervisor->secret_key,
                                         gateway->settings->door_curve, err));
    EG_TRY(open_channel(supervisor, err));
    EG_TRY(start(supervisor, err));
    return wait_until_ready(supervisor, err);
}

/* A process that the kernel does not end now ends together with this one. */
void eg_handshake_supervisor_close(struct eg_handshake_supervisor *supervisor)
{
    end(supervisor);
    int64_t until_ms = eg_clock_boot_ms() + GONE_PATIENCE_MS;
    while (!reap(supervisor) && eg_clock_boot_ms() < until_ms) {
        struct timespec pause = {0, 1000000};
        nanosleep(&pause, NULL);
    }
    for (int i = 0; i < 2; i++) {
        int fd = i == 0 ? supervisor->fd : supervisor->door_fd;
        if (fd >= 0) {
            close(fd);
        }
    }
    supervisor->fd = supervisor->door_fd = -1;
    eg_buf_wipe(&supervisor->out);
    eg_buf_done(&supervisor->in);
    explicit_bzero(supervisor->secret_key, sizeof supervisor->secret_key);
}

void eg_handshake_supervisor_replace(struct eg_handshake_supervisor *supervisor)
{
    end(supervisor);
    supervisor->start_at_ms = eg_clock_boot_ms();
}

void eg_handshake_supervisor_say(struct eg_handshake_supervisor *supervisor,
                                 enum eg_handshake_frame type, const struct eg_bytes *parts,
                                 size_t part_count)
{
    if (is_running(supervisor)) {
        eg_handshake_frame(&supervisor->out, type, parts, part_count);
    }
}

/* READY and ALIVE are handled here; true: the message is for the session thread. */
static bool for_session_thread(struct eg_handshake_supervisor *supervisor,
                               const struct eg_handshake_message *message)
{
    if (heard_ready(supervisor, message)) {
        eg_log(EG_LOG_INFO, "door-ready", "bind=%s", supervisor->bind);
        return false;
    }
    (void)heard_alive(supervisor, message);
    return supervisor->ready &&
           (message->type == EG_HANDSHAKE_GREETED || message->type == EG_HANDSHAKE_REFUSED);
}

bool eg_handshake_supervisor_hear(struct eg_handshake_message *out,
                                  struct eg_handshake_supervisor *supervisor)
{
    struct eg_error err = {0};
    enum eg_status status = EG_OK;
    while (is_running(supervisor)) {
        struct eg_handshake_message message;
        status = eg_handshake_pull(&supervisor->in, supervisor->fd,
                                   EG_HANDSHAKE_WORD_MAX + EG_HANDSHAKE_HEAD_LEN, &err);
        if (status != EG_OK) {
            goto done;
        }
        status = eg_handshake_next(&message, &supervisor->in, EG_HANDSHAKE_WORD_MAX, &err);
        if (status != EG_OK) {
            goto done;
        }
        if (for_session_thread(supervisor, &message)) {
            *out = message;
            return true;
        }
        eg_handshake_message_done(&message);
    }

done:
    if (status != EG_OK && status != EG_E_BUSY) {
        give_up(supervisor, err.text);
    }
    return false;
}

/* A beat that is not answered when the next one is due is missed. Beats are sent by turns of the
 * session thread, so a machine that was suspended, or a turn that took long, misses none. */
static void beat(struct eg_handshake_supervisor *supervisor)
{
    char number[24];
    int64_t now_ms = eg_clock_boot_ms();
    if (!supervisor->ready || now_ms - supervisor->beat_at_ms < EG_HANDSHAKE_BEAT_MS) {
        return;
    }
    supervisor->beat_at_ms = now_ms;
    if (supervisor->beats_missed >= EG_HANDSHAKE_BEATS_MAX) {
        give_up(supervisor, "it does not answer; it is ended and another one started");
        return;
    }
    supervisor->beats_missed++;
    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)++supervisor->beats);
    struct eg_bytes part = eg_bytes_of(number);
    eg_handshake_supervisor_say(supervisor, EG_HANDSHAKE_BEAT, &part, 1);
}

/* Once a turn, for a door that is running. */
static void look_after(struct eg_handshake_supervisor *supervisor)
{
    struct eg_error err = {0};
    int64_t lived_ms = eg_clock_boot_ms() - supervisor->started_at_ms;
    if (reap(supervisor)) {
        give_up(supervisor, "the process ended");
        return;
    }
    if (!supervisor->ready && lived_ms > READY_PATIENCE_MS) {
        give_up(supervisor, "it was not ready in time");
        return;
    }
    beat(supervisor);
    if (supervisor->ready && eg_clock_boot_ms() - supervisor->clock_told_at_ms >= CLOCK_PAUSE_MS) {
        tell_clock(supervisor);
    }
    if (is_running(supervisor) && push(supervisor, &err) != EG_OK) {
        give_up(supervisor, err.text);
    } else if (supervisor->ready &&
               (eg_buf_ok(&supervisor->out, "door", &err) != EG_OK ||
                supervisor->out.len - supervisor->out_done > EG_HANDSHAKE_WAITING_MAX)) {
        give_up(supervisor, "it does not read the frames it is sent");
    }
}

void eg_handshake_supervisor_mend(struct eg_handshake_supervisor *supervisor)
{
    struct eg_error err = {0};
    if (is_running(supervisor)) {
        look_after(supervisor);
    }
    if (supervisor->dying && !reap(supervisor)) {
        int64_t now_ms = eg_clock_boot_ms();
        if (now_ms - supervisor->ended_at_ms > GONE_PATIENCE_MS) {
            supervisor->ended_at_ms = now_ms;
            eg_log(EG_LOG_ERROR, "door-stays",
                   "pid=%d text=\"the system does not end it; no other "
                   "door can be started before\"",
                   (int)supervisor->child);
        }
    }
    if (supervisor->child > 0 || eg_clock_boot_ms() < supervisor->start_at_ms) {
        return;
    }
    if (start(supervisor, &err) != EG_OK) {
        start_later(supervisor, true);
        eg_log_failure("door", &err);
    }
}

bool eg_handshake_supervisor_busy(const struct eg_handshake_supervisor *supervisor)
{
    return supervisor->dying || supervisor->out_done < supervisor->out.len;
}
