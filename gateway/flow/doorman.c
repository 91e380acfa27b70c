/*
 * Starting, watching and replacing the door's process. Only the first start waits until the door is
 * bound; a later one says READY when it is, and the hall goes on meanwhile.
 */
#include "flow/doorman.h"

#include "base/clock.h"
#include "base/log.h"
#include "wire/texts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAUSE_FIRST_MS 50
#define PAUSE_DOUBLINGS_MAX 7
#define QUICK_DEATH_MS 5000
#define CHILD_FD 3
#define CONFIG_PATIENCE_MS 5000 /* the child must be loaded before it reads */
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
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return eg_error_errno(err, "door", errno, "no socket pair");
    }
    pid_t child = fork();
    if (child == 0) {
        become_door(pair[1], doorman->shared->settings->door_memory_mib);
    }
    int cause = errno;
    close(pair[1]);
    if (child < 0) {
        close(pair[0]);
        return eg_error_errno(err, "door", cause, "no process");
    }
    doorman->child = child;
    doorman->fd = pair[0];
    doorman->ready = false;
    doorman->started_at_ms = eg_clock_boot_ms();
    return EG_OK;
}

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
    enum eg_status status =
        eg_door_send(doorman->fd, EG_DOOR_CONFIG, parts, 8, CONFIG_PATIENCE_MS, err);
    eg_world_drop(doorman->shared->world, &world);
    return status;
}

bool eg_doorman_heard_ready(struct eg_doorman *doorman, const struct eg_door_message *message)
{
    if (doorman->ready || message->type != EG_DOOR_READY || message->part_count != 1 ||
        message->parts[0].len >= sizeof doorman->bind) {
        return false;
    }
    memcpy(doorman->bind, message->parts[0].data, message->parts[0].len);
    doorman->bind[message->parts[0].len] = '\0';
    doorman->ready = true;
    return true;
}

static enum eg_status await_ready(struct eg_doorman *doorman, struct eg_error *err)
{
    struct eg_door_message message;
    enum eg_status status =
        eg_door_receive(&message, doorman->fd, EG_DOOR_WORD_MAX, READY_PATIENCE_MS, err);
    if (status != EG_OK) {
        return eg_error_set(err, EG_E_IO, "door",
                            "the door's process was not ready; its journal says why");
    }
    if (!eg_doorman_heard_ready(doorman, &message)) {
        status = eg_error_set(err, EG_E_FORMAT, "door", "said something before READY");
    }
    eg_door_message_done(&message);
    return status;
}

static void bury(struct eg_doorman *doorman)
{
    if (doorman->fd >= 0) {
        close(doorman->fd);
        doorman->fd = -1;
    }
    if (doorman->child > 0) {
        kill(doorman->child, SIGKILL); /* it holds nothing that must be finished */
        waitpid(doorman->child, NULL, 0);
        doorman->child = 0;
    }
}

static enum eg_status start(struct eg_doorman *doorman, struct eg_error *err)
{
    enum eg_status status = spawn(doorman, err);
    if (status == EG_OK) {
        status = configure(doorman, err);
    }
    if (status != EG_OK) {
        bury(doorman);
    }
    return status;
}

enum eg_status eg_doorman_open(struct eg_doorman *doorman, struct eg_shared *shared,
                               struct eg_error *err)
{
    memset(doorman, 0, sizeof *doorman);
    doorman->shared = shared;
    doorman->fd = -1;
    memcpy(doorman->bind, shared->settings->door_bind, sizeof doorman->bind);
    enum eg_status status = eg_doorman_curve(doorman->public_key, doorman->secret_key,
                                             shared->settings->door_curve, err);
    if (status == EG_OK) {
        status = start(doorman, err);
    }
    if (status == EG_OK) {
        status = await_ready(doorman, err);
    }
    if (status != EG_OK) {
        bury(doorman);
    }
    return status;
}

void eg_doorman_close(struct eg_doorman *doorman)
{
    bury(doorman);
    explicit_bzero(doorman->secret_key, sizeof doorman->secret_key);
}

enum eg_status eg_doorman_replace(struct eg_doorman *doorman, struct eg_error *err)
{
    bury(doorman);
    return start(doorman, err);
}

void eg_doorman_fell(struct eg_doorman *doorman)
{
    int64_t lived_ms = eg_clock_boot_ms() - doorman->started_at_ms;
    if (doorman->fd >= 0) {
        eg_log(EG_LOG_WARN, "door-died", "lived_ms=%lld ready=%s", (long long)lived_ms,
               doorman->ready ? "yes" : "no");
        doorman->quick_deaths =
            lived_ms < QUICK_DEATH_MS || !doorman->ready ? doorman->quick_deaths + 1 : 0;
        bury(doorman);
    }
}

void eg_doorman_mend(struct eg_doorman *doorman)
{
    int64_t lived_ms = eg_clock_boot_ms() - doorman->started_at_ms;
    if (doorman->fd >= 0 && !doorman->ready && lived_ms > READY_PATIENCE_MS) {
        eg_doorman_fell(doorman);
    }
    unsigned doublings =
        doorman->quick_deaths < PAUSE_DOUBLINGS_MAX ? doorman->quick_deaths : PAUSE_DOUBLINGS_MAX;
    if (doorman->fd >= 0 || lived_ms < (int64_t)PAUSE_FIRST_MS << doublings) {
        return;
    }
    struct eg_error err = {0};
    if (start(doorman, &err) != EG_OK) {
        doorman->started_at_ms = eg_clock_boot_ms();
        doorman->quick_deaths++;
        eg_log_failure("door", &err);
    }
}
