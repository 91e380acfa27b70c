/*
 * The hall's thread: everything that comes in is given on, everything that goes out passes here.
 */
#include "flow/daemon/front.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "flow/daemon/card.h"
#include "flow/daemon/descriptors.h"
#include "flow/daemon/doorman.h"
#include "flow/daemon/followings.h"
#include "flow/job/kept.h"
#include "flow/job/post.h"
#include "flow/pipeline/desk_item.h"
#include "intake/hall.h"
#include "wire/refusal.h"
#include "wire/texts.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define TURN_MS 250
#define FAREWELL_MS 300 /* between the last answer and the end of the socket */
#define KEPT_TURN_MS 10 /* posts wait for a peer that is full, frames for the door */
#define POSTS_A_TURN 256
#define KEPT_OCTETS_MAX (64 * EG_MIB)
#define HOUR_MS 3600000LL
#define REVIEW_MS 1000 /* between two looks for followers whose admission ended */

struct eg_front {
    struct eg_shared *shared;
    struct eg_hall *hall;
    struct eg_doorman doorman;
    struct eg_cards *cards;
    char hall_public[EG_CURVE_KEY_TEXT + 1];
    char door[EG_SETTING_TEXT_MAX]; /* as first bound: others read it while doors are replaced */
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* for what main and this thread say to each other at the start: */
    pthread_cond_t changed;
    bool apart, ordered, opened;
    uint8_t log_key[EG_ED25519_KEY_LEN];
    enum eg_status open_status;
    struct eg_error open_err;
    int wake_fd;
    _Atomic bool refusing, renewing, stopping;
    struct eg_kept kept;    /* items whose peer is full */
    struct eg_digest trust; /* of the anchors and lists under which admissions were given */
    struct eg_digest directory;
    struct eg_followings followings;
    int64_t reviewed_at_ms;
};

/* ---- what comes in ----------------------------------------------------------------------------
 */

static void refuse(struct eg_front *front, const struct eg_arrival *arrival, enum eg_code code,
                   const char *text)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    eg_verdict_refuse(&verdict, code, "", eg_verb_text(arrival->message.verb), "%s", text);
    eg_hall_refuse(front->hall, &arrival->route, &arrival->message, &verdict);
}

/* received-at is stamped here and kept, however often the job is judged. */
static void on_submit(struct eg_front *front, const struct eg_arrival *arrival,
                      const struct eg_admitted *admitted)
{
    if (front->refusing) {
        refuse(front, arrival, EG_CODE_STOPPING, "");
        return;
    }
    int64_t now_ms = 0;
    bool doubted = eg_clock_watch_look(&front->shared->clock, &now_ms) != EG_CLOCK_TRUSTED;
    struct eg_job *job = eg_job_new(arrival, admitted->participant, now_ms);
    if (job != NULL) {
        job->clock_doubted = doubted;
    }
    if (job == NULL || !eg_shared_enter(front->shared, job)) {
        eg_job_free(&job);
        refuse(front, arrival, EG_CODE_BUSY, "");
        return;
    }
    if (!eg_queue_put(front->shared->jobs, job, eg_job_octets(job))) {
        eg_verdict_refuse(&job->verdict, EG_CODE_STOPPING, "", "", "%s", "");
        struct eg_post *post = eg_job_refusal(job);
        eg_shared_answer(front->shared, &job, &post);
    }
}

static void on_ping(struct eg_front *front, const struct eg_arrival *arrival)
{
    struct eg_pong pong = {eg_clock_wall_ms(), front->shared->log_size};
    struct eg_buf text;
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    struct eg_message answer;
    eg_message_answer(&answer, &arrival->message, EG_VERB_PONG);
    if (eg_pong_write(&text, &pong, NULL) == EG_OK) {
        eg_message_add(&answer, eg_bytes_view(&text));
        enum eg_status status = eg_hall_send(front->hall, &arrival->route, &answer);
        (void)status; /* who does not read gets no answer */
    }
    eg_buf_done(&text);
}

static unsigned roles_of(struct eg_front *front, const char *participant)
{
    const struct eg_world *world = eg_world_take(front->shared->world);
    const struct eg_participant *known = eg_directory_participant(world->directory, participant);
    unsigned roles = known == NULL ? 0 : known->roles;
    eg_world_drop(front->shared->world, &world);
    return roles;
}

static void on_message(void *payload, const struct eg_arrival *arrival,
                       const struct eg_admitted *admitted)
{
    struct eg_front *front = payload;
    if (arrival->message.verb == EG_VERB_FOLLOW &&
        !eg_followings_add(&front->followings, arrival)) {
        refuse(front, arrival, EG_CODE_BUSY, "");
        return;
    }
    if (arrival->message.verb == EG_VERB_BYE) {
        eg_followings_remove(&front->followings, &arrival->route);
    }
    switch (arrival->message.verb) {
    case EG_VERB_SUBMIT:
        on_submit(front, arrival, admitted);
        break;
    case EG_VERB_PING:
        on_ping(front, arrival);
        break;
    case EG_VERB_STATUS:
    case EG_VERB_RULES:
    case EG_VERB_FOLLOW:
    case EG_VERB_CREDIT:
    case EG_VERB_ACK:
    case EG_VERB_BYE:
        if (!eg_desk_ask(front->shared, arrival, admitted->participant,
                         roles_of(front, admitted->participant))) {
            refuse(front, arrival, EG_CODE_BUSY, "");
        }
        break;
    default:
        refuse(front, arrival, EG_CODE_MALFORMED, "this verb is not for the hall");
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
    struct eg_front *front = payload;
    const struct eg_admitted *sender = eg_admission_find(eg_hall_admission(front->hall), key);
    eg_log_stranger(EG_LOG_WARN, "routing-id-refused",
                    "code=%s participant=%s key=\"%s\" address=%s",
                    eg_code_row(EG_CODE_MALFORMED)->text, sender == NULL ? "" : sender->participant,
                    key, address);
}

/* ---- greetings --------------------------------------------------------------------------------
 */

static void refuse_greeting(struct eg_front *front, struct eg_bytes ticket, enum eg_code code,
                            const char *text)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    eg_verdict_refuse(&verdict, code, "", "greeting", "%s", text);
    struct eg_buf body;
    eg_buf_init(&body, EG_SIGNED_TEXT_MAX);
    struct eg_error err = {0};
    if (eg_refusal_text(&body, &verdict, &err) == EG_OK) {
        struct eg_bytes parts[] = {ticket, eg_bytes_of(eg_verb_text(EG_VERB_ERROR)),
                                   eg_bytes_view(&body)};
        eg_doorman_say(&front->doorman, EG_DOOR_REFUSE, parts, 3);
    }
    eg_buf_done(&body);
}

/* First admitted, then welcomed: a WELCOME never promises what the hall does not hold. */
static enum eg_status welcome(struct eg_front *front, const struct eg_door_message *message,
                              struct eg_error *err)
{
    const struct eg_settings *settings = front->shared->settings;
    struct eg_welcome text = {.report_max = settings->report_max,
                              .credit_max = (uint32_t)settings->credit_max,
                              .version = EG_PROTOCOL_NAME};
    char key[EG_CURVE_KEY_TEXT + 1] = "";
    struct eg_digest certificate;
    int64_t now_ms = 0;
    struct eg_verdict doubt = {.code = EG_CODE_OK};
    if (!eg_clock_watch_holds(&front->shared->clock, &now_ms, &doubt)) {
        return eg_error_set(err, EG_E_CLOCK, "clock", "%s", doubt.text);
    }
    if (message->part_count != 6 || message->parts[1].len != EG_CURVE_KEY_TEXT ||
        message->parts[2].len > EG_ID_MAX || message->parts[3].len != EG_DIGEST_LEN ||
        message->parts[5].len != EG_DIGEST_LEN ||
        !eg_text_untime(message->parts[4], &text.admitted_until_ms)) {
        return eg_error_set(err, EG_E_FORMAT, "door", "GREETED is not as it must be");
    }
    memcpy(key, message->parts[1].data, EG_CURVE_KEY_TEXT);
    memcpy(text.participant, message->parts[2].data, message->parts[2].len);
    memcpy(certificate.octets, message->parts[3].data, EG_DIGEST_LEN);
    memcpy(text.hello.octets, message->parts[5].data, EG_DIGEST_LEN);
    int64_t longest = now_ms + (int64_t)settings->admission_hours * HOUR_MS;
    if (text.admitted_until_ms > longest) {
        text.admitted_until_ms = longest;
    }
    int64_t boot_ms = eg_clock_boot_ms();
    enum eg_status status =
        eg_admission_put(eg_hall_admission(front->hall), key, text.participant, &certificate,
                         boot_ms + (text.admitted_until_ms - now_ms), boot_ms, err);
    if (status == EG_OK) {
        status = eg_cards_welcome(front->cards, &front->doorman.out, message->parts[0], &text, err);
    }
    if (status == EG_OK) {
        eg_log(EG_LOG_INFO, "admitted", "participant=%s key=\"%s\"", text.participant, key);
    }
    return status;
}

static void on_greeted(struct eg_front *front, const struct eg_door_message *message)
{
    struct eg_error err = {0};
    enum eg_status status = welcome(front, message, &err);
    if (status != EG_OK) {
        eg_log_failure("greeting", &err);
        if (message->part_count > 0) {
            refuse_greeting(front, message->parts[0],
                            status == EG_E_BUSY    ? EG_CODE_BUSY
                            : status == EG_E_CLOCK ? EG_CODE_CLOCK
                                                   : EG_CODE_INTERNAL,
                            err.text);
        }
    }
}

static void hear_door(struct eg_front *front)
{
    struct eg_door_message message;
    while (eg_doorman_hear(&message, &front->doorman)) {
        if (message.type == EG_DOOR_GREETED) {
            on_greeted(front, &message);
        } else if (message.part_count == 2) {
            bool ours = eg_bytes_is(message.parts[0], eg_code_row(EG_CODE_CLOCK)->text);
            eg_log_stranger(EG_LOG_WARN, ours ? "error" : "unauthenticated",
                            "at=door code=%.*s text=\"%.*s\"", (int)message.parts[0].len,
                            (const char *)message.parts[0].data, (int)message.parts[1].len,
                            (const char *)message.parts[1].data);
        }
        eg_door_message_done(&message);
    }
}

/* ---- what goes out ----------------------------------------------------------------------------
 */

static enum eg_status send_one(void *payload, const struct eg_post *post)
{
    struct eg_front *front = payload;
    struct eg_message message;
    eg_post_message(&message, post);
    return eg_hall_send(front->hall, &post->route, &message);
}

static void follower_gone(void *payload, const struct eg_route *route)
{
    struct eg_front *front = payload;
    eg_log(EG_LOG_INFO, "follower-gone", "octets_kept=%zu", front->kept.octets);
    eg_desk_gone(front->shared, route);
}

/* A package for which there is no room becomes the word that it may be asked for again. */
static void make_fit(struct eg_front *front, struct eg_post **post)
{
    if ((*post)->verb != EG_VERB_PACKAGES ||
        eg_hall_room(front->hall, &(*post)->route, eg_post_octets(*post))) {
        return;
    }
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    eg_verdict_refuse(&verdict, EG_CODE_BUSY, "", eg_verb_text(EG_VERB_RULES),
                      "packages sent before have not been taken yet");
    struct eg_post *refusal =
        eg_post_refusal(&(*post)->route, (*post)->request_id, (*post)->request_id_len, &verdict);
    eg_post_free(post);
    *post = refusal;
}

static void send_post(struct eg_front *front, struct eg_post **post)
{
    make_fit(front, post);
    if (*post == NULL) {
        return; /* memory ran out; it is asked again by its sender */
    }
    struct eg_kept_ways ways = {front, send_one, follower_gone};
    bool waits = (*post)->keep && eg_kept_has(&front->kept, &(*post)->route);
    enum eg_status status = waits ? EG_E_BUSY : send_one(front, *post);
    if (status == EG_E_BUSY && (*post)->keep) {
        eg_kept_add(&front->kept, post, &ways);
        return;
    }
    if (status == EG_E_NOTFOUND && (*post)->keep) {
        eg_desk_gone(front->shared, &(*post)->route);
        eg_followings_remove(&front->followings, &(*post)->route);
    }
    eg_post_free(post); /* an answer that can not be sent is asked for again by its sender */
}

static void send_posts(struct eg_front *front, size_t max)
{
    struct eg_kept_ways ways = {front, send_one, follower_gone};
    eg_kept_send(&front->kept, &ways);
    for (size_t i = 0; i < max; i++) {
        struct eg_post *post = eg_queue_take(front->shared->posts, 0);
        if (post == NULL) {
            return;
        }
        send_post(front, &post);
    }
}

/* ---- thread -----------------------------------------------------------------------------------
 */

struct review {
    const struct eg_world *world;
    bool same_trust, same_directory;
};

/*
 * An admission holds as long as its certificate would be greeted again. Where that can not be seen
 * from here (another directory that knows it by issuer and subject, other anchors or revocation
 * lists), it ends: to greet again costs a moment, to go on wrongly costs more.
 */
static bool still_admitted(void *payload, const struct eg_admitted *admitted)
{
    const struct review *review = payload;
    const struct eg_participant *participant =
        eg_directory_participant(review->world->directory, admitted->participant);
    if (participant == NULL || participant->roles == 0 || !review->same_trust) {
        return false;
    }
    bool pinned = false;
    for (size_t i = 0; i < participant->certificate_count && !pinned; i++) {
        const struct eg_certificate_rule *rule = &participant->certificates[i];
        pinned = rule->pinned && eg_digest_equal(&rule->certificate, &admitted->certificate);
    }
    return pinned || review->same_directory;
}

/* Remember what admissions are given under; true in `same` for what is as it was. */
static void look_at_world(struct eg_front *front, struct review *review)
{
    const struct eg_world *world = review->world;
    struct eg_digest parts[2] = {eg_hash(eg_bytes_view(&world->anchors)),
                                 eg_hash(eg_bytes_view(&world->crls))};
    struct eg_digest trust = eg_hash((struct eg_bytes){parts[0].octets, sizeof parts});
    review->same_trust = eg_digest_equal(&trust, &front->trust);
    review->same_directory = eg_digest_equal(&world->directory->digest, &front->directory);
    front->trust = trust;
    front->directory = world->directory->digest;
}

static bool key_holds(void *payload, const char *key)
{
    struct eg_front *front = payload;
    const struct eg_admitted *admitted = eg_admission_find(eg_hall_admission(front->hall), key);
    return admitted != NULL && eg_admission_holds(admitted, eg_clock_boot_ms());
}

/* No item to a follower whose admission ended, by time or by a reload; it is told to greet again.
 */
static void end_followings(struct eg_front *front)
{
    struct eg_following_place place;
    front->reviewed_at_ms = eg_clock_boot_ms();
    while (eg_followings_take_ended(&place, &front->followings, key_holds, front)) {
        struct eg_verdict verdict = {.code = EG_CODE_OK};
        struct eg_message request;
        eg_desk_gone(front->shared, &place.route);
        eg_message_start(&request, EG_VERB_FOLLOW,
                         (struct eg_bytes){place.request_id, place.request_id_len});
        eg_verdict_refuse(&verdict, EG_CODE_GREET_AGAIN, "", "FOLLOW", "%s", "");
        eg_hall_refuse(front->hall, &place.route, &request, &verdict);
    }
}

static void renew(struct eg_front *front)
{
    const struct eg_world *world = eg_world_take(front->shared->world);
    struct review review = {.world = world};
    look_at_world(front, &review);
    size_t ended = eg_admission_review(eg_hall_admission(front->hall), still_admitted, &review);
    eg_world_drop(front->shared->world, &world);
    eg_doorman_replace(&front->doorman);
    eg_log(EG_LOG_INFO, "renewed", "admissions_ended=%zu", ended);
}

static void turn(struct eg_front *front)
{
    int fds[3] = {front->wake_fd, eg_queue_fd(front->shared->posts), front->doorman.fd};
    bool ready[3] = {false};
    bool soon = front->kept.peers != NULL || eg_doorman_busy(&front->doorman);
    eg_hall_turn(front->hall, fds, ready, 3, soon ? KEPT_TURN_MS : TURN_MS);
    if (ready[0]) {
        uint64_t ignored = 0;
        ssize_t got = read(front->wake_fd, &ignored, sizeof ignored);
        (void)got; /* only woken */
    }
    send_posts(front, POSTS_A_TURN);
    if (ready[2]) {
        hear_door(front);
    }
    eg_doorman_mend(&front->doorman);
    if (atomic_exchange(&front->renewing, false)) {
        renew(front);
        end_followings(front);
    } else if (eg_clock_boot_ms() - front->reviewed_at_ms >= REVIEW_MS) {
        end_followings(front);
    }
    eg_cards_renew(front->cards);
}

static void serve(struct eg_front *front)
{
    while (!front->stopping) {
        turn(front);
    }
    send_posts(front, SIZE_MAX);
    /* What still arrives is read and told "stopping": a socket that is closed on unread octets is
     * reset by the kernel, and answers under way would be lost with it. */
    int64_t until_ms = eg_clock_boot_ms() + FAREWELL_MS;
    while (eg_clock_boot_ms() < until_ms) {
        turn(front);
    }
}

static void wake(struct eg_front *front)
{
    uint64_t one = 1;
    ssize_t written = write(front->wake_fd, &one, sizeof one);
    (void)written; /* it is awake already if the counter is full */
}

void eg_front_refuse(struct eg_front *front)
{
    front->refusing = true;
}

void eg_front_renew(struct eg_front *front)
{
    front->renewing = true;
    wake(front);
}

/* ---- start and stop ---------------------------------------------------------------------------
 */

static enum eg_status open_hall(struct eg_front *front, struct eg_error *err)
{
    const struct eg_settings *settings = front->shared->settings;
    char secret[EG_CURVE_KEY_TEXT + 1];
    enum eg_status status = eg_doorman_curve(front->hall_public, secret, settings->hall_curve, err);
    if (status != EG_OK) {
        return status;
    }
    struct eg_hall_settings hall = {.bind = settings->hall_bind,
                                    .secret = secret,
                                    .report_max = (size_t)settings->report_max,
                                    .admissions = (size_t)settings->admissions,
                                    .rate = settings->rate,
                                    .hooks = {front, on_message, on_refused, on_stray}};
    status = eg_hall_open(&front->hall, &hall, err);
    explicit_bzero(secret, sizeof secret);
    return status;
}

static enum eg_status open_all(struct eg_front *front, struct eg_error *err)
{
    struct review at_start = {.world = eg_world_take(front->shared->world)};
    look_at_world(front, &at_start);
    eg_world_drop(front->shared->world, &at_start.world);
    enum eg_status status = open_hall(front, err);
    if (status == EG_OK) {
        status = eg_doorman_open(&front->doorman, front->shared, err);
    }
    if (status == EG_OK) {
        memcpy(front->door, front->doorman.bind, sizeof front->door);
        struct eg_card_parts parts = {front->door,
                                      eg_hall_endpoint(front->hall),
                                      front->doorman.public_key,
                                      front->hall_public,
                                      front->log_key,
                                      &front->shared->clock};
        status = eg_cards_open(&front->cards, front->shared->settings, &parts, err);
    }
    return status;
}

static void close_all(struct eg_front *front)
{
    eg_kept_done(&front->kept);
    eg_followings_done(&front->followings);
    eg_doorman_close(&front->doorman);
    eg_hall_close(&front->hall);
    eg_cards_close(&front->cards);
}

static bool await_order(struct eg_front *front)
{
    pthread_mutex_lock(&front->lock);
    while (!front->ordered && !front->stopping) {
        pthread_cond_wait(&front->changed, &front->lock);
    }
    bool ordered = front->ordered;
    pthread_mutex_unlock(&front->lock);
    return ordered;
}

static void tell_opened(struct eg_front *front, enum eg_status status)
{
    pthread_mutex_lock(&front->lock);
    front->open_status = status;
    front->opened = true;
    pthread_cond_broadcast(&front->changed);
    pthread_mutex_unlock(&front->lock);
}

static void tell_apart(struct eg_front *front)
{
    pthread_mutex_lock(&front->lock);
    front->apart = true;
    pthread_cond_broadcast(&front->changed);
    pthread_mutex_unlock(&front->lock);
}

/* A lock on a file that is opened meanwhile would be held on by a copy of its descriptor here. */
static void await_apart(struct eg_front *front)
{
    pthread_mutex_lock(&front->lock);
    while (!front->apart) {
        pthread_cond_wait(&front->changed, &front->lock);
    }
    pthread_mutex_unlock(&front->lock);
}

/* Whatever it opens it closes itself: its descriptors are in no other thread's table. */
static void *run(void *payload)
{
    struct eg_front *front = payload;
    if (!eg_descriptors_own()) {
        eg_log(EG_LOG_WARN, "descriptors",
               "text=\"the system gives the hall no table of its own: strangers can use up the "
               "descriptors that reload and archive need\"");
    }
    tell_apart(front);
    if (await_order(front)) {
        enum eg_status status = open_all(front, &front->open_err);
        tell_opened(front, status);
        if (status == EG_OK) {
            serve(front);
        }
        close_all(front);
    }
    return NULL;
}

enum eg_status eg_front_new(struct eg_front **out, struct eg_shared *shared, struct eg_error *err)
{
    struct eg_front *front = calloc(1, sizeof *front);
    if (front == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "hall", "memory ran out");
    }
    front->shared = shared;
    front->doorman.fd = front->doorman.door_fd = -1;
    eg_kept_init(&front->kept, KEPT_OCTETS_MAX);
    pthread_mutex_init(&front->lock, NULL);
    pthread_cond_init(&front->changed, NULL);
    front->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    enum eg_status status =
        front->wake_fd >= 0 ? EG_OK : eg_error_errno(err, "hall", errno, "no eventfd");
    if (status == EG_OK) {
        front->started = pthread_create(&front->thread, NULL, run, front) == 0;
        status = front->started ? EG_OK : eg_error_set(err, EG_E_NOMEM, "hall", "no thread");
    }
    if (status != EG_OK) {
        eg_front_stop(&front);
        return status;
    }
    await_apart(front);
    *out = front;
    return EG_OK;
}

enum eg_status eg_front_start(struct eg_front *front, const uint8_t log_key[EG_ED25519_KEY_LEN],
                              struct eg_error *err)
{
    pthread_mutex_lock(&front->lock);
    memcpy(front->log_key, log_key, EG_ED25519_KEY_LEN);
    front->ordered = true;
    pthread_cond_broadcast(&front->changed);
    while (!front->opened) {
        pthread_cond_wait(&front->changed, &front->lock);
    }
    enum eg_status status = front->open_status;
    if (status != EG_OK && err != NULL) {
        *err = front->open_err;
    }
    pthread_mutex_unlock(&front->lock);
    return status;
}

void eg_front_stop(struct eg_front **front)
{
    if (*front == NULL) {
        return;
    }
    struct eg_front *self = *front;
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
    *front = NULL;
}

const char *eg_front_hall(const struct eg_front *front)
{
    return eg_hall_endpoint(front->hall);
}

const char *eg_front_door(const struct eg_front *front)
{
    return front->door;
}
