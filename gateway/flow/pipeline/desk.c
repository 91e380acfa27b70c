/*
 * The desk's thread: one item at a time from its queue, then whatever the streams may send.
 */
#include "flow/pipeline/desk.h"

#include "base/log.h"
#include "deliver/streams.h"
#include "flow/job/post.h"
#include "flow/pipeline/items.h"
#include "flow/record/shelf.h"
#include "wire/texts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PUMP_ITEMS 64
#define IDLE_MS 1000
#define MORE_MS 20 /* followers had items left, but their peers or the hall were full */
#define POSTS_OCTETS_MAX (64 * EG_MIB) /* items waiting for the hall */

struct eg_desk {
    struct eg_shared *shared;
    struct eg_store *store;
    struct eg_streams *streams;
    struct eg_items items;
    pthread_t thread;
    bool started;
};

/* ---- answers ----------------------------------------------------------------------------------
 */

static void refuse(struct eg_desk *desk, const struct eg_desk_item *item, enum eg_code code,
                   const char *text)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    eg_verdict_refuse(&verdict, code, "", eg_verb_text(item->message->verb), "%s", text);
    struct eg_post *post = eg_post_refusal(&item->route, item->message->request_id,
                                           item->message->request_id_len, &verdict);
    eg_shared_post(desk->shared, &post);
}

static void refuse_error(struct eg_desk *desk, const struct eg_desk_item *item,
                         const struct eg_error *err)
{
    eg_log_failure("desk", err);
    refuse(desk, item, EG_CODE_ARCHIVE, err->text);
}

static void answer_cursor(struct eg_desk *desk, const struct eg_route *route,
                          const uint8_t *request_id, size_t request_id_len, enum eg_verb verb,
                          const char *stream, const struct eg_wire_cursor *cursor)
{
    char text[EG_CURSOR_TEXT_MAX];
    eg_cursor_text(cursor, text);
    struct eg_post *post = eg_post_new(route, request_id, request_id_len, verb);
    if (post != NULL &&
        !(eg_post_add(post, eg_bytes_of(stream)) && eg_post_add(post, eg_bytes_of(text)))) {
        eg_post_free(&post);
    }
    eg_shared_post(desk->shared, &post);
}

/* ---- STATUS -----------------------------------------------------------------------------------
 */

static bool concerned(const struct eg_desk_item *item, const struct eg_entry *entry)
{
    if ((item->roles & EG_ROLE_AUDITOR) != 0 ||
        strcmp(entry->identity.participant, item->participant) == 0) {
        return true;
    }
    for (size_t i = 0; i < entry->notification_count; i++) {
        if (strcmp(entry->notifications[i].recipient, item->participant) == 0) {
            return true;
        }
    }
    return false;
}

static void fill_standing(struct eg_standing *out, struct eg_desk *desk, uint64_t index,
                          const struct eg_entry *entry)
{
    memset(out, 0, sizeof *out);
    out->index = index;
    for (size_t i = 0; i < entry->notification_count; i++) {
        const struct eg_entry_notification *from = &entry->notifications[i];
        struct eg_delivery *to = &out->deliveries[out->delivery_count++];
        memcpy(to->name, from->name, sizeof to->name);
        memcpy(to->recipient, from->recipient, sizeof to->recipient);
        struct eg_cursor acked = {0, 0};
        struct eg_error ignored = {0};
        bool known = eg_store_cursor_get(&acked, desk->store, from->recipient, from->recipient,
                                         &ignored) == EG_OK;
        to->acknowledged = known && (acked.index > index ||
                                     (acked.index == index && acked.number >= (uint32_t)i + 1));
    }
}

static void send_standing(struct eg_desk *desk, const struct eg_desk_item *item,
                          const struct eg_stored *stored, const struct eg_entry *entry)
{
    struct eg_standing standing;
    fill_standing(&standing, desk, stored->index, entry);
    struct eg_buf text;
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    struct eg_error err = {0};
    struct eg_post *post = eg_post_new(&item->route, item->message->request_id,
                                       item->message->request_id_len, EG_VERB_STANDING);
    if (post != NULL && eg_standing_write(&text, &standing, &err) == EG_OK &&
        eg_post_add(post, eg_bytes_view(&stored->receipt)) &&
        eg_post_add(post, eg_bytes_view(&text))) {
        eg_shared_post(desk->shared, &post);
    } else {
        refuse(desk, item, EG_CODE_INTERNAL, err.text);
    }
    eg_post_free(&post);
    eg_buf_done(&text);
}

static void on_status(struct eg_desk *desk, const struct eg_desk_item *item)
{
    struct eg_identity identity;
    if (!eg_identity_untext(eg_bytes_view(&item->message->frames[0]), &identity)) {
        refuse(desk, item, EG_CODE_MALFORMED, "identity is '<participant> <id> <version>'");
        return;
    }
    struct eg_stored stored = {0};
    struct eg_entry *entry = calloc(1, sizeof *entry);
    struct eg_error err = {0};
    enum eg_status status = entry == NULL
                                ? eg_error_set(&err, EG_E_NOMEM, "status", "memory ran out")
                                : eg_store_find(&stored, desk->store, &identity, NULL, &err);
    if (status == EG_OK) {
        status = eg_entry_read(entry, eg_bytes_view(&stored.entry_text), &err);
    }
    if (status == EG_E_NOTFOUND || (status == EG_OK && !concerned(item, entry))) {
        refuse(desk, item, EG_CODE_UNKNOWN, "");
    } else if (status != EG_OK) {
        refuse_error(desk, item, &err);
    } else {
        send_standing(desk, item, &stored, entry);
    }
    eg_stored_done(&stored);
    free(entry);
}

/* ---- RULES ------------------------------------------------------------------------------------
 */

static void on_rules(struct eg_desk *desk, const struct eg_desk_item *item,
                     const struct eg_message *message)
{
    struct eg_rules_body asked;
    const char *why = NULL;
    struct eg_buf text, zip;
    struct eg_error err = {0};
    if (!eg_rules_body_read(&asked, message, &why)) {
        refuse(desk, item, EG_CODE_MALFORMED, why);
        return;
    }
    if (eg_queue_octets(desk->shared->posts) > POSTS_OCTETS_MAX) {
        refuse(desk, item, EG_CODE_BUSY, "");
        return;
    }
    eg_buf_init(&text, EG_PACKAGES_TEXT_MAX);
    eg_buf_init(&zip, EG_ZIP_MAX);
    struct eg_post *post =
        eg_post_new(&item->route, message->request_id, message->request_id_len, EG_VERB_PACKAGES);
    const struct eg_world *world = eg_world_take(desk->shared->world);
    enum eg_status status = post == NULL ? eg_error_set(&err, EG_E_NOMEM, "rules", "memory ran out")
                            : asked.list
                                ? eg_shelf_list(&text, world, &err)
                                : eg_shelf_package(&text, &zip, world, desk->store, &asked, &err);
    eg_world_drop(desk->shared->world, &world);
    if (status == EG_OK) {
        eg_post_take(post, &text);
        if (!asked.list) {
            eg_post_take(post, &zip);
        }
        eg_shared_post(desk->shared, &post);
    } else if (status == EG_E_NOTFOUND) {
        refuse(desk, item, EG_CODE_UNKNOWN, "no such package");
    } else {
        refuse_error(desk, item, &err);
    }
    eg_post_free(&post);
    eg_buf_done(&text);
    eg_buf_done(&zip);
}

/* ---- streams ----------------------------------------------------------------------------------
 */

static struct eg_bytes routing(const struct eg_route *route)
{
    return (struct eg_bytes){route->id, route->len};
}

static void on_follow(struct eg_desk *desk, const struct eg_desk_item *item,
                      const struct eg_message *message)
{
    struct eg_follow_body follow;
    const char *why = NULL;
    enum eg_code code = EG_CODE_OK;
    struct eg_wire_cursor from = {0, 0};
    struct eg_error err = {0};
    if (!eg_follow_body_read(&follow, message, &why)) {
        refuse(desk, item, EG_CODE_MALFORMED, why);
        return;
    }
    if (eg_streams_followers(desk->streams) >= desk->shared->settings->followers) {
        eg_streams_gone(desk->streams, routing(&item->route)); /* whoever asks again has a place */
        if (eg_streams_followers(desk->streams) >= desk->shared->settings->followers) {
            refuse(desk, item, EG_CODE_BUSY, "limits.followers streams are followed already");
            return;
        }
    }
    if (follow.credit > desk->shared->settings->credit_max) {
        follow.credit = (uint32_t)desk->shared->settings->credit_max;
    }
    if (eg_streams_followers(desk->streams) >= desk->shared->settings->followers) {
        refuse(desk, item, EG_CODE_BUSY, "");
        return;
    }
    if (eg_streams_follow(&code, &from, desk->streams, routing(&item->route), item->participant,
                          message, &follow, &err) != EG_OK) {
        refuse_error(desk, item, &err);
    } else if (code != EG_CODE_OK) {
        refuse(desk, item, code, "");
    } else {
        answer_cursor(desk, &item->route, message->request_id, message->request_id_len,
                      EG_VERB_FOLLOWING, follow.stream, &from);
    }
}

static void on_credit(struct eg_desk *desk, const struct eg_desk_item *item,
                      const struct eg_message *message)
{
    struct eg_credit_body credit;
    const char *why = NULL;
    if (!eg_credit_body_read(&credit, message, &why)) {
        refuse(desk, item, EG_CODE_MALFORMED, why);
        return;
    }
    enum eg_code code = eg_streams_credit(desk->streams, routing(&item->route), &credit);
    if (code != EG_CODE_OK) {
        refuse(desk, item, code, "");
    }
}

/* The recorder makes the cursor durable and tells us; only then ACKED goes out. */
static void keep_cursor(struct eg_desk *desk, const struct eg_desk_item *item,
                        const struct eg_message *message, const struct eg_cursor_body *ack)
{
    struct eg_task *task = eg_task_new(EG_TASK_CURSOR);
    if (task != NULL) {
        task->ack.route = item->route;
        memcpy(task->ack.request_id, message->request_id, message->request_id_len);
        task->ack.request_id_len = message->request_id_len;
        memcpy(task->ack.participant, item->participant, sizeof task->ack.participant);
        memcpy(task->ack.stream, ack->stream, sizeof task->ack.stream);
        task->ack.cursor = (struct eg_cursor){ack->cursor.index, ack->cursor.number};
        if (eg_queue_put(desk->shared->records, task, 0)) {
            return;
        }
        eg_task_free(&task);
    }
    refuse(desk, item, EG_CODE_BUSY, "");
}

static void on_ack(struct eg_desk *desk, const struct eg_desk_item *item,
                   const struct eg_message *message)
{
    struct eg_cursor_body body;
    struct eg_stream_ack ack;
    const char *why = NULL;
    struct eg_error err = {0};
    if (!eg_cursor_body_read(&body, message, &why)) {
        refuse(desk, item, EG_CODE_MALFORMED, why);
    } else if (eg_streams_ack(&ack, desk->streams, item->participant, &body, &err) != EG_OK) {
        refuse_error(desk, item, &err);
    } else if (ack.code != EG_CODE_OK) {
        refuse(desk, item, ack.code, "");
    } else if (ack.write) {
        keep_cursor(desk, item, message, &body);
    } else {
        answer_cursor(desk, &item->route, message->request_id, message->request_id_len,
                      EG_VERB_ACKED, body.stream, &ack.cursor);
    }
}

static void on_kept(struct eg_desk *desk, const struct eg_task *task)
{
    struct eg_wire_cursor cursor = {task->ack.cursor.index, task->ack.cursor.number};
    eg_streams_acked(desk->streams, task->ack.participant, task->ack.stream, &cursor);
    answer_cursor(desk, &task->ack.route, task->ack.request_id, task->ack.request_id_len,
                  EG_VERB_ACKED, task->ack.stream, &cursor);
}

static void on_message(struct eg_desk *desk, const struct eg_desk_item *item)
{
    struct eg_message message;
    eg_post_message(&message, item->message);
    switch (message.verb) {
    case EG_VERB_STATUS:
        on_status(desk, item);
        break;
    case EG_VERB_RULES:
        on_rules(desk, item, &message);
        break;
    case EG_VERB_FOLLOW:
        on_follow(desk, item, &message);
        break;
    case EG_VERB_CREDIT:
        on_credit(desk, item, &message);
        break;
    case EG_VERB_ACK:
        on_ack(desk, item, &message);
        break;
    case EG_VERB_BYE:
        eg_streams_gone(desk->streams, routing(&item->route));
        break;
    default:
        refuse(desk, item, EG_CODE_MALFORMED, "this verb is not for the hall");
    }
}

static void handle(struct eg_desk *desk, const struct eg_desk_item *item)
{
    switch (item->kind) {
    case EG_DESK_MESSAGE:
        on_message(desk, item);
        break;
    case EG_DESK_HEAD:
        eg_streams_wake(desk->streams, NULL);
        break;
    case EG_DESK_KEPT:
        if (item->kept != NULL) {
            on_kept(desk, item->kept);
        }
        break;
    case EG_DESK_GONE:
        eg_streams_gone(desk->streams, routing(&item->route));
        break;
    }
}

/* ---- the streams' source and way out ----------------------------------------------------------
 */

static enum eg_status source_next(struct eg_stream_item *out, void *payload, const char *recipient,
                                  const struct eg_wire_cursor *after, struct eg_error *err)
{
    struct eg_desk *desk = payload;
    return eg_items_next(out, &desk->items, recipient, after, err);
}

static enum eg_status source_acked(struct eg_wire_cursor *out, void *payload,
                                   const char *participant, const char *stream,
                                   struct eg_error *err)
{
    struct eg_desk *desk = payload;
    return eg_items_acked(out, &desk->items, participant, stream, err);
}

static enum eg_status source_size(uint64_t *out, void *payload, struct eg_error *err)
{
    struct eg_desk *desk = payload;
    (void)err;
    *out = desk->shared->log_size;
    return EG_OK;
}

static enum eg_sent send_item(void *payload, struct eg_bytes to, const struct eg_message *message)
{
    struct eg_desk *desk = payload;
    if (eg_queue_octets(desk->shared->posts) > POSTS_OCTETS_MAX) {
        return EG_SENT_FULL;
    }
    struct eg_route route = {.len = to.len};
    memcpy(route.id, to.data, to.len);
    struct eg_post *post =
        eg_post_new(&route, message->request_id, message->request_id_len, message->verb);
    bool copied = post != NULL;
    for (size_t i = 0; i < message->body_count && copied; i++) {
        copied = eg_post_add(post, message->body[i]);
    }
    if (!copied) {
        eg_post_free(&post);
        return EG_SENT_FULL;
    }
    post->keep = true;
    eg_shared_post(desk->shared, &post);
    return EG_SENT;
}

/* ---- thread -----------------------------------------------------------------------------------
 */

static void *run(void *payload)
{
    struct eg_desk *desk = payload;
    struct eg_queue *queue = desk->shared->desk;
    bool more = false;
    while (!eg_queue_closed(queue) || eg_queue_items(queue) > 0) {
        struct eg_desk_item *item = eg_queue_take(queue, more ? MORE_MS : IDLE_MS);
        while (item != NULL) {
            handle(desk, item);
            eg_desk_item_free(&item);
            item = eg_queue_take(queue, 0);
        }
        more = eg_streams_pump(desk->streams, PUMP_ITEMS, send_item, desk);
    }
    return NULL;
}

enum eg_status eg_desk_start(struct eg_desk **out, struct eg_shared *shared,
                             const uint8_t log_key[EG_ED25519_KEY_LEN], struct eg_error *err)
{
    struct eg_desk *desk = calloc(1, sizeof *desk);
    if (desk == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "desk", "memory ran out");
    }
    desk->shared = shared;
    struct eg_stream_source source = {source_next, source_acked, source_size, desk};
    enum eg_status status = eg_store_open(&desk->store, shared->settings->archive, EG_STORE_READ,
                                          shared->settings->origin, err);
    if (status == EG_OK) {
        eg_store_show_below(desk->store, &shared->log_size);
        status = eg_streams_new(&desk->streams, &source, err);
    }
    if (status == EG_OK) {
        eg_items_init(&desk->items, desk->store, &shared->log_size, shared->settings->origin,
                      log_key);
        eg_streams_credit_max(desk->streams, (uint32_t)shared->settings->credit_max);
        desk->started = pthread_create(&desk->thread, NULL, run, desk) == 0;
        status = desk->started ? EG_OK : eg_error_set(err, EG_E_NOMEM, "desk", "no thread");
    }
    if (status != EG_OK) {
        eg_desk_stop(&desk);
        return status;
    }
    *out = desk;
    return EG_OK;
}

void eg_desk_stop(struct eg_desk **desk)
{
    if (*desk == NULL) {
        return;
    }
    if ((*desk)->started) {
        pthread_join((*desk)->thread, NULL);
    }
    eg_streams_free(&(*desk)->streams);
    eg_store_close(&(*desk)->store);
    free(*desk);
    *desk = NULL;
}
