/*
 * A turn: wait for sockets and queue, take messages, send answers, hear the door, review
 * admissions.
 */
#include "flow/daemon/session_thread.h"

#include "base/clock.h"
#include "base/error.h"
#include "flow/daemon/admission_terms.h"
#include "flow/daemon/card.h"
#include "flow/daemon/descriptors.h"
#include "flow/daemon/followings.h"
#include "flow/daemon/greeted.h"
#include "flow/daemon/handshake_supervisor.h"
#include "flow/job/outgoing.h"
#include "flow/job/send_backlog.h"
#include "flow/journal/log.h"
#include "flow/pipeline/handover.h"
#include "flow/pipeline/query_item.h"
#include "intake/session_socket.h"
#include "wire/texts.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define TURN_MS 250
/* a turn while messages wait for a peer that is full, or frames for the door */
#define BACKLOG_TURN_MS 10
/* between the last answer and the end of the socket */
#define FAREWELL_MS 300
#define OUTGOING_A_TURN 256
#define BACKLOG_OCTETS_MAX (64 * EG_MIB)
/* between two looks for followers whose admission ended */
#define REVIEW_MS 1000

struct eg_session_thread {
    struct eg_gateway_state *gateway;
    struct eg_session_socket *hall;
    struct eg_handshake_supervisor supervisor;
    struct eg_cards *cards;
    char hall_public[EG_CURVE_KEY_TEXT + 1];
    /* as first bound: main reads it while doors are replaced */
    char door[EG_SETTING_TEXT_MAX];
    pthread_t thread;
    bool started;
    /* for what main and this thread tell each other at the start: */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool apart, ordered, opened;
    uint8_t log_key[EG_ED25519_KEY_LEN];
    enum eg_status open_status;
    struct eg_error open_err;
    int wake_fd;
    _Atomic bool refusing, renewing, stopping;
    /* items whose peer is full */
    struct eg_send_backlog backlog;
    struct eg_admission_terms terms;
    struct eg_followings followings;
    int64_t reviewed_at_ms;
};

/* ---- what comes in ---- */

static void refuse(struct eg_session_thread *session_thread, const struct eg_arrival *arrival,
                   enum eg_code code, const char *text)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    eg_verdict_refuse(&verdict, code, "", eg_verb_text(arrival->message.verb), "%s", text);
    eg_session_socket_refuse(session_thread->hall, &arrival->route, &arrival->message, &verdict);
}

/* received-at is stamped here and stays, however often the job is judged. */
static void on_submit(struct eg_session_thread *session_thread, const struct eg_arrival *arrival,
                      const struct eg_admitted *admitted)
{
    struct eg_gateway_state *gateway = session_thread->gateway;
    if (session_thread->refusing) {
        refuse(session_thread, arrival, EG_CODE_STOPPING, "");
        return;
    }
    int64_t now_ms = 0;
    bool doubted = eg_clock_watch_look(&gateway->clock, &now_ms) != EG_CLOCK_TRUSTED;
    struct eg_job *job = eg_job_new(arrival, admitted->participant, now_ms);
    if (job != NULL) {
        job->clock_doubted = doubted;
    }
    if (job == NULL || !eg_handover_admit(gateway, job)) {
        eg_job_free(&job);
        refuse(session_thread, arrival, EG_CODE_BUSY, "");
        return;
    }
    eg_handover_to_workers(gateway, &job);
}

static void on_ping(struct eg_session_thread *session_thread, const struct eg_arrival *arrival)
{
    struct eg_pong pong = {eg_clock_wall_ms(), session_thread->gateway->log_size};
    struct eg_buf text;
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    struct eg_message answer;
    eg_message_answer(&answer, &arrival->message, EG_VERB_PONG);
    if (eg_pong_write(&text, &pong, NULL) == EG_OK) {
        eg_message_add(&answer, eg_bytes_view(&text));
        enum eg_status status =
            eg_session_socket_send(session_thread->hall, &arrival->route, &answer);
        (void)status; /* a peer that takes nothing gets no answer */
    }
    eg_buf_done(&text);
}

static unsigned roles_of(struct eg_session_thread *session_thread, const char *participant)
{
    const struct eg_snapshot *snapshot = eg_snapshot_take(session_thread->gateway->snapshot);
    const struct eg_participant *known = eg_directory_participant(snapshot->directory, participant);
    unsigned roles = known == NULL ? 0 : known->roles;
    eg_snapshot_drop(session_thread->gateway->snapshot, &snapshot);
    return roles;
}

static void on_message(void *payload, const struct eg_arrival *arrival,
                       const struct eg_admitted *admitted)
{
    struct eg_session_thread *session_thread = payload;
    if (arrival->message.verb == EG_VERB_FOLLOW &&
        !eg_followings_add(&session_thread->followings, arrival)) {
        refuse(session_thread, arrival, EG_CODE_BUSY, "");
        return;
    }
    if (arrival->message.verb == EG_VERB_BYE) {
        eg_followings_remove(&session_thread->followings, &arrival->route);
    }
    switch (arrival->message.verb) {
    case EG_VERB_SUBMIT:
        on_submit(session_thread, arrival, admitted);
        break;
    case EG_VERB_PING:
        on_ping(session_thread, arrival);
        break;
    case EG_VERB_STATUS:
    case EG_VERB_RULES:
    case EG_VERB_FOLLOW:
    case EG_VERB_CREDIT:
    case EG_VERB_ACK:
    case EG_VERB_BYE:
        if (!eg_query_item_ask(session_thread->gateway->queries, arrival, admitted->participant,
                               roles_of(session_thread, admitted->participant))) {
            refuse(session_thread, arrival, EG_CODE_BUSY, "");
        }
        break;
    default:
        refuse(session_thread, arrival, EG_CODE_MALFORMED, "this verb is not for the hall");
    }
}

static void on_refused(void *payload, const char *key, const char *address, enum eg_code code)
{
    (void)payload;
    eg_log_stranger(EG_LOG_WARN, "handshake-refused", "code=%s key=\"%s\" address=%s",
                    eg_code_row(code)->text, key, address);
}

static void on_stray(void *payload, const char *key, const char *address)
{
    struct eg_session_thread *session_thread = payload;
    const struct eg_admitted *sender =
        eg_admission_find(eg_session_socket_admission(session_thread->hall), key);
    eg_log_stranger(EG_LOG_WARN, "routing-id-refused",
                    "code=%s participant=%s key=\"%s\" address=%s",
                    eg_code_row(EG_CODE_MALFORMED)->text, sender == NULL ? "" : sender->participant,
                    key, address);
}

/* ---- what goes out ---- */

static enum eg_status send_one(void *payload, const struct eg_outgoing *outgoing)
{
    struct eg_session_thread *session_thread = payload;
    struct eg_message message;
    eg_outgoing_message(&message, outgoing);
    return eg_session_socket_send(session_thread->hall, &outgoing->route, &message);
}

static void follower_gone(void *payload, const struct eg_route *route)
{
    struct eg_session_thread *session_thread = payload;
    eg_log(EG_LOG_INFO, "follower-gone", "octets_kept=%zu", session_thread->backlog.octets);
    eg_query_item_gone(session_thread->gateway->queries, route);
}

/* A package for which the peer has no room becomes BUSY: it can be asked for again. */
static void make_fit(struct eg_session_thread *session_thread, struct eg_outgoing **outgoing)
{
    if ((*outgoing)->verb != EG_VERB_PACKAGES ||
        eg_session_socket_room(session_thread->hall, &(*outgoing)->route,
                               eg_outgoing_octets(*outgoing))) {
        return;
    }
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    eg_verdict_refuse(&verdict, EG_CODE_BUSY, "", eg_verb_text(EG_VERB_RULES),
                      "packages sent before have not been taken yet");
    struct eg_outgoing *refusal = eg_outgoing_refusal(&(*outgoing)->route, (*outgoing)->request_id,
                                                      (*outgoing)->request_id_len, &verdict);
    eg_outgoing_free(outgoing);
    *outgoing = refusal;
}

static void send_next(struct eg_session_thread *session_thread, struct eg_outgoing **outgoing)
{
    make_fit(session_thread, outgoing);
    if (*outgoing == NULL) {
        return; /* memory ran out; the sender will ask again */
    }
    struct eg_send_backlog_hooks hooks = {session_thread, send_one, follower_gone};
    bool waits =
        (*outgoing)->keep && eg_send_backlog_has(&session_thread->backlog, &(*outgoing)->route);
    enum eg_status status = waits ? EG_E_BUSY : send_one(session_thread, *outgoing);
    if (status == EG_E_BUSY && (*outgoing)->keep) {
        eg_send_backlog_add(&session_thread->backlog, outgoing, &hooks);
        return;
    }
    if (status == EG_E_NOTFOUND && (*outgoing)->keep) {
        eg_query_item_gone(session_thread->gateway->queries, &(*outgoing)->route);
        eg_followings_remove(&session_thread->followings, &(*outgoing)->route);
    }
    eg_outgoing_free(outgoing); /* the sender asks again for an answer that could not be sent */
}

static void send_outgoing(struct eg_session_thread *session_thread, size_t max)
{
    struct eg_send_backlog_hooks hooks = {session_thread, send_one, follower_gone};
    eg_send_backlog_send(&session_thread->backlog, &hooks);
    for (size_t i = 0; i < max; i++) {
        struct eg_outgoing *outgoing = eg_queue_take(session_thread->gateway->outgoing, 0);
        if (outgoing == NULL) {
            return;
        }
        send_next(session_thread, &outgoing);
    }
}

/* ---- thread ---- */

static bool key_holds(void *payload, const char *key)
{
    struct eg_session_thread *session_thread = payload;
    const struct eg_admitted *admitted =
        eg_admission_find(eg_session_socket_admission(session_thread->hall), key);
    return admitted != NULL && eg_admission_holds(admitted, eg_clock_boot_ms());
}

/* A follower whose admission ended, by time or by a reload, gets no item; it is told to greet
 * again.
 */
static void end_followings(struct eg_session_thread *session_thread)
{
    struct eg_following_place place;
    session_thread->reviewed_at_ms = eg_clock_boot_ms();
    while (
        eg_followings_take_ended(&place, &session_thread->followings, key_holds, session_thread)) {
        struct eg_verdict verdict = {.code = EG_CODE_OK};
        struct eg_message request;
        eg_query_item_gone(session_thread->gateway->queries, &place.route);
        eg_message_start(&request, EG_VERB_FOLLOW,
                         (struct eg_bytes){place.request_id, place.request_id_len});
        eg_verdict_refuse(&verdict, EG_CODE_GREET_AGAIN, "", "FOLLOW", "%s", "");
        eg_session_socket_refuse(session_thread->hall, &place.route, &request, &verdict);
    }
}

static void renew(struct eg_session_thread *session_thread)
{
    const struct eg_snapshot *snapshot = eg_snapshot_take(session_thread->gateway->snapshot);
    size_t ended = eg_admission_terms_review(
        &session_thread->terms, eg_session_socket_admission(session_thread->hall), snapshot);
    eg_snapshot_drop(session_thread->gateway->snapshot, &snapshot);
    eg_handshake_supervisor_replace(&session_thread->supervisor);
    eg_log(EG_LOG_INFO, "renewed", "admissions_ended=%zu", ended);
}

static void turn(struct eg_session_thread *session_thread)
{
    int fds[3] = {session_thread->wake_fd, eg_queue_fd(session_thread->gateway->outgoing),
                  session_thread->supervisor.fd};
    bool ready[3] = {false};
    bool soon = session_thread->backlog.peers != NULL ||
                eg_handshake_supervisor_busy(&session_thread->supervisor);
    eg_session_socket_turn(session_thread->hall, fds, ready, 3, soon ? BACKLOG_TURN_MS : TURN_MS);
    if (ready[0]) {
        uint64_t ignored = 0;
        ssize_t got = read(session_thread->wake_fd, &ignored, sizeof ignored);
        (void)got; /* only woken */
    }
    send_outgoing(session_thread, OUTGOING_A_TURN);
    if (ready[2]) {
        const struct eg_greeted greeted = {session_thread->gateway,
                                           eg_session_socket_admission(session_thread->hall),
                                           &session_thread->supervisor, session_thread->cards};
        eg_greeted_hear(&greeted);
    }
    eg_handshake_supervisor_mend(&session_thread->supervisor);
    if (atomic_exchange(&session_thread->renewing, false)) {
        renew(session_thread);
        end_followings(session_thread);
    } else if (eg_clock_boot_ms() - session_thread->reviewed_at_ms >= REVIEW_MS) {
        end_followings(session_thread);
    }
    eg_cards_renew(session_thread->cards);
}

static void serve(struct eg_session_thread *session_thread)
{
    while (!session_thread->stopping) {
        turn(session_thread);
    }
    send_outgoing(session_thread, SIZE_MAX);
    /* What still arrives is read and answered "stopping": the kernel resets a connection that is
     * closed with unread octets, and answers on their way would be lost. */
    int64_t until_ms = eg_clock_boot_ms() + FAREWELL_MS;
    while (eg_clock_boot_ms() < until_ms) {
        turn(session_thread);
    }
}

static void wake(struct eg_session_thread *session_thread)
{
    uint64_t one = 1;
    ssize_t written = write(session_thread->wake_fd, &one, sizeof one);
    (void)written; /* it fails only if the counter is full: then it is awake */
}

void eg_session_thread_refuse(struct eg_session_thread *session_thread)
{
    session_thread->refusing = true;
}

void eg_session_thread_renew(struct eg_session_thread *session_thread)
{
    session_thread->renewing = true;
    wake(session_thread);
}

/* ---- start and stop ---- */

static enum eg_status open_hall(struct eg_session_thread *session_thread, struct eg_error *err)
{
    const struct eg_settings *settings = session_thread->gateway->settings;
    char secret[EG_CURVE_KEY_TEXT + 1];
    enum eg_status status = eg_handshake_supervisor_curve(session_thread->hall_public, secret,
                                                          settings->hall_curve, err);
    if (status != EG_OK) {
        return status;
    }
    struct eg_session_socket_settings hall = {
        .bind = settings->hall_bind,
        .secret = secret,
        .report_max = (size_t)settings->report_max,
        .admissions = (size_t)settings->admissions,
        .rate = settings->rate,
        .hooks = {session_thread, on_message, on_refused, on_stray}};
    status = eg_session_socket_open(&session_thread->hall, &hall, err);
    explicit_bzero(secret, sizeof secret);
    return status;
}

static enum eg_status open_all(struct eg_session_thread *session_thread, struct eg_error *err)
{
    const struct eg_snapshot *snapshot = eg_snapshot_take(session_thread->gateway->snapshot);
    eg_admission_terms_set(&session_thread->terms, snapshot);
    eg_snapshot_drop(session_thread->gateway->snapshot, &snapshot);
    EG_TRY(open_hall(session_thread, err));
    EG_TRY(eg_handshake_supervisor_open(&session_thread->supervisor, session_thread->gateway, err));
    memcpy(session_thread->door, session_thread->supervisor.bind, sizeof session_thread->door);
    struct eg_card_parts parts = {session_thread->door,
                                  eg_session_socket_endpoint(session_thread->hall),
                                  session_thread->supervisor.public_key,
                                  session_thread->hall_public,
                                  session_thread->log_key,
                                  &session_thread->gateway->clock};
    return eg_cards_open(&session_thread->cards, session_thread->gateway->settings, &parts, err);
}

static void close_all(struct eg_session_thread *session_thread)
{
    eg_send_backlog_done(&session_thread->backlog);
    eg_followings_done(&session_thread->followings);
    eg_handshake_supervisor_close(&session_thread->supervisor);
    eg_session_socket_close(&session_thread->hall);
    eg_cards_close(&session_thread->cards);
}

static bool await_order(struct eg_session_thread *session_thread)
{
    pthread_mutex_lock(&session_thread->lock);
    while (!session_thread->ordered && !session_thread->stopping) {
        pthread_cond_wait(&session_thread->changed, &session_thread->lock);
    }
    bool ordered = session_thread->ordered;
    pthread_mutex_unlock(&session_thread->lock);
    return ordered;
}

static void tell_opened(struct eg_session_thread *session_thread, enum eg_status status)
{
    pthread_mutex_lock(&session_thread->lock);
    session_thread->open_status = status;
    session_thread->opened = true;
    pthread_cond_broadcast(&session_thread->changed);
    pthread_mutex_unlock(&session_thread->lock);
}

static void tell_apart(struct eg_session_thread *session_thread)
{
    pthread_mutex_lock(&session_thread->lock);
    session_thread->apart = true;
    pthread_cond_broadcast(&session_thread->changed);
    pthread_mutex_unlock(&session_thread->lock);
}

/* Else a copy of a descriptor that is opened meanwhile would stay here, and hold its file lock. */
static void await_apart(struct eg_session_thread *session_thread)
{
    pthread_mutex_lock(&session_thread->lock);
    while (!session_thread->apart) {
        pthread_cond_wait(&session_thread->changed, &session_thread->lock);
    }
    pthread_mutex_unlock(&session_thread->lock);
}

/* The thread closes whatever it opens: its descriptors are in no other thread's table. */
static void *run(void *payload)
{
    struct eg_session_thread *session_thread = payload;
    if (!eg_descriptors_own()) {
        eg_log(EG_LOG_WARN, "descriptors",
               "text=\"the system gives the session thread no table of its own: strangers can use "
               "up the descriptors that reload and archive need\"");
    }
    tell_apart(session_thread);
    if (await_order(session_thread)) {
        enum eg_status status = open_all(session_thread, &session_thread->open_err);
        tell_opened(session_thread, status);
        if (status == EG_OK) {
            serve(session_thread);
        }
        close_all(session_thread);
    }
    return NULL;
}

enum eg_status eg_session_thread_new(struct eg_session_thread **out,
                                     struct eg_gateway_state *gateway, struct eg_error *err)
{
    struct eg_session_thread *session_thread = calloc(1, sizeof *session_thread);
    if (session_thread == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "hall", "memory ran out");
    }
    session_thread->gateway = gateway;
    session_thread->supervisor.fd = session_thread->supervisor.door_fd = -1;
    eg_send_backlog_init(&session_thread->backlog, BACKLOG_OCTETS_MAX);
    pthread_mutex_init(&session_thread->lock, NULL);
    pthread_cond_init(&session_thread->changed, NULL);
    session_thread->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    enum eg_status status =
        session_thread->wake_fd >= 0 ? EG_OK : eg_error_errno(err, "hall", errno, "no eventfd");
    if (status != EG_OK) {
        goto done;
    }
    session_thread->started =
        pthread_create(&session_thread->thread, NULL, run, session_thread) == 0;
    status = session_thread->started ? EG_OK : eg_error_set(err, EG_E_NOMEM, "hall", "no thread");

done:
    if (status != EG_OK) {
        eg_session_thread_stop(&session_thread);
        return status;
    }
    await_apart(session_thread);
    *out = session_thread;
    return EG_OK;
}

enum eg_status eg_session_thread_start(struct eg_session_thread *session_thread,
                                       const uint8_t log_key[EG_ED25519_KEY_LEN],
                                       struct eg_error *err)
{
    pthread_mutex_lock(&session_thread->lock);
    memcpy(session_thread->log_key, log_key, EG_ED25519_KEY_LEN);
    session_thread->ordered = true;
    pthread_cond_broadcast(&session_thread->changed);
    while (!session_thread->opened) {
        pthread_cond_wait(&session_thread->changed, &session_thread->lock);
    }
    enum eg_status status = session_thread->open_status;
    if (status != EG_OK && err != NULL) {
        *err = session_thread->open_err;
    }
    pthread_mutex_unlock(&session_thread->lock);
    return status;
}

void eg_session_thread_stop(struct eg_session_thread **session_thread)
{
    if (*session_thread == NULL) {
        return;
    }
    struct eg_session_thread *self = *session_thread;
    if (self->started) {
        pthread_mutex_lock(&self->lock);
        self->stopping = true;
        pthread_cond_broadcast(&self->changed);
        pthread_mutex_unlock(&self->lock);
        wake(self);
        pthread_join(self->thread, NULL);
    }
    if (self->wake_fd >= 0) {
        close(self->wake_fd);
    }
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
    free(self);
    *session_thread = NULL;
}

const char *eg_session_thread_hall(const struct eg_session_thread *session_thread)
{
    return eg_session_socket_endpoint(session_thread->hall);
}

const char *eg_session_thread_door(const struct eg_session_thread *session_thread)
{
    return session_thread->door;
}
