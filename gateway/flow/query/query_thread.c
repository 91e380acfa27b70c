/*
 * One item at a time from the queue, then whatever the streams may send.
 */
#include "flow/query/query_thread.h"

#include "deliver/streams.h"
#include "flow/job/outgoing.h"
#include "flow/journal/log.h"
#include "flow/pipeline/handover.h"
#include "flow/query/items.h"
#include "flow/record/package_catalog.h"
#include "wire/texts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* items of streams between two looks into the queue */
#define PUMP_ITEMS 64
#define IDLE_MS 1000
/* followers had items left, but their peers or the session thread took no more */
#define MORE_MS 20
/* items waiting for the session thread */
#define OUTGOING_OCTETS_MAX (64 * EG_MIB)

struct eg_query_thread {
    struct eg_gateway_state *gateway;
    struct eg_store *store;
    struct eg_streams *streams;
    struct eg_items items;
    pthread_t thread;
    bool started;
};

/* ---- answers ---- */

static void refuse(struct eg_query_thread *query_thread, const struct eg_query_item *item,
                   enum eg_code code, const char *text)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    eg_verdict_refuse(&verdict, code, "", eg_verb_text(item->message->verb), "%s", text);
    struct eg_outgoing *outgoing = eg_outgoing_refusal(&item->route, item->message->request_id,
                                                       item->message->request_id_len, &verdict);
    eg_handover_send(query_thread->gateway, &outgoing);
}

static void refuse_error(struct eg_query_thread *query_thread, const struct eg_query_item *item,
                         const struct eg_error *err)
{
    eg_log_failure("query", err);
    refuse(query_thread, item, EG_CODE_ARCHIVE, err->text);
}

/* A request that is answered by naming a cursor. */
struct request {
    const struct eg_route *route;
    struct eg_bytes id;
};

static struct request request_of(const struct eg_query_item *item, const struct eg_message *message)
{
    return (struct request){&item->route, {message->request_id, message->request_id_len}};
}

static void answer_cursor(struct eg_query_thread *query_thread, const struct request *request,
                          enum eg_verb verb, const char *stream,
                          const struct eg_wire_cursor *cursor)
{
    char text[EG_CURSOR_TEXT_MAX];
    eg_cursor_text(cursor, text);
    struct eg_outgoing *outgoing =
        eg_outgoing_new(request->route, request->id.data, request->id.len, verb);
    if (outgoing != NULL && !(eg_outgoing_add(outgoing, eg_bytes_of(stream)) &&
                              eg_outgoing_add(outgoing, eg_bytes_of(text)))) {
        eg_outgoing_free(&outgoing);
    }
    eg_handover_send(query_thread->gateway, &outgoing);
}

/* ---- STATUS ---- */

static bool concerned(const struct eg_query_item *item, const struct eg_entry *entry)
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

static void fill_standing(struct eg_standing *out, struct eg_query_thread *query_thread,
                          uint64_t index, const struct eg_entry *entry)
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
        bool known = eg_store_cursor_get(&acked, query_thread->store, from->recipient,
                                         from->recipient, &ignored) == EG_OK;
        to->acknowledged = known && (acked.index > index ||
                                     (acked.index == index && acked.number >= (uint32_t)i + 1));
    }
}

static void send_standing(struct eg_query_thread *query_thread, const struct eg_query_item *item,
                          const struct eg_stored *stored, const struct eg_entry *entry)
{
    struct eg_standing standing;
    fill_standing(&standing, query_thread, stored->index, entry);
    struct eg_buf text;
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    struct eg_error err = {0};
    struct eg_outgoing *outgoing = eg_outgoing_new(&item->route, item->message->request_id,
                                                   item->message->request_id_len, EG_VERB_STANDING);
    if (outgoing != NULL && eg_standing_write(&text, &standing, &err) == EG_OK &&
        eg_outgoing_add(outgoing, eg_bytes_view(&stored->receipt)) &&
        eg_outgoing_add(outgoing, eg_bytes_view(&text))) {
        eg_handover_send(query_thread->gateway, &outgoing);
    } else {
        refuse(query_thread, item, EG_CODE_INTERNAL, err.text);
    }
    eg_outgoing_free(&outgoing);
    eg_buf_done(&text);
}

static void on_status(struct eg_query_thread *query_thread, const struct eg_query_item *item)
{
    struct eg_identity identity;
    if (!eg_identity_untext(eg_bytes_view(&item->message->frames[0]), &identity)) {
        refuse(query_thread, item, EG_CODE_MALFORMED, "identity is '<participant> <id> <version>'");
        return;
    }
    struct eg_stored stored = {0};
    struct eg_entry *entry = calloc(1, sizeof *entry);
    struct eg_error err = {0};
    enum eg_status status =
        entry == NULL ? eg_error_set(&err, EG_E_NOMEM, "status", "memory ran out")
                      : eg_store_find(&stored, query_thread->store, &identity, NULL, &err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_entry_read(entry, eg_bytes_view(&stored.entry_text), &err);

done:
    if (status == EG_E_NOTFOUND || (status == EG_OK && !concerned(item, entry))) {
        refuse(query_thread, item, EG_CODE_UNKNOWN, "");
    } else if (status != EG_OK) {
        refuse_error(query_thread, item, &err);
    } else {
        send_standing(query_thread, item, &stored, entry);
    }
    eg_stored_done(&stored);
    free(entry);
}

/* ---- RULES ---- */

static void on_rules(struct eg_query_thread *query_thread, const struct eg_query_item *item,
                     const struct eg_message *message)
{
    struct eg_rules_body asked;
    const char *why = NULL;
    struct eg_buf text, zip;
    struct eg_error err = {0};
    if (!eg_rules_body_read(&asked, message, &why)) {
        refuse(query_thread, item, EG_CODE_MALFORMED, why);
        return;
    }
    if (eg_queue_octets(query_thread->gateway->outgoing) > OUTGOING_OCTETS_MAX) {
        refuse(query_thread, item, EG_CODE_BUSY, "");
        return;
    }
    eg_buf_init(&text, EG_PACKAGES_TEXT_MAX);
    eg_buf_init(&zip, EG_ZIP_MAX);
    struct eg_outgoing *outgoing = eg_outgoing_new(&item->route, message->request_id,
                                                   message->request_id_len, EG_VERB_PACKAGES);
    const struct eg_snapshot *snapshot = eg_snapshot_take(query_thread->gateway->snapshot);
    enum eg_status status =
        outgoing == NULL ? eg_error_set(&err, EG_E_NOMEM, "rules", "memory ran out")
        : asked.list
            ? eg_package_catalog_list(&text, snapshot, &err)
            : eg_package_catalog_package(&text, &zip, snapshot, query_thread->store, &asked, &err);
    eg_snapshot_drop(query_thread->gateway->snapshot, &snapshot);
    if (status == EG_OK) {
        eg_outgoing_take(outgoing, &text);
        if (!asked.list) {
            eg_outgoing_take(outgoing, &zip);
        }
        eg_handover_send(query_thread->gateway, &outgoing);
    } else if (status == EG_E_NOTFOUND) {
        refuse(query_thread, item, EG_CODE_UNKNOWN, "no such package");
    } else {
        refuse_error(query_thread, item, &err);
    }
    eg_outgoing_free(&outgoing);
    eg_buf_done(&text);
    eg_buf_done(&zip);
}

/* ---- streams ---- */

static struct eg_bytes routing(const struct eg_route *route)
{
    return (struct eg_bytes){route->id, route->len};
}

static void on_follow(struct eg_query_thread *query_thread, const struct eg_query_item *item,
                      const struct eg_message *message)
{
    struct eg_follow_body follow;
    const char *why = NULL;
    enum eg_code code = EG_CODE_OK;
    struct eg_wire_cursor from = {0, 0};
    struct eg_error err = {0};
    if (!eg_follow_body_read(&follow, message, &why)) {
        refuse(query_thread, item, EG_CODE_MALFORMED, why);
        return;
    }
    if (eg_streams_followers(query_thread->streams) >= query_thread->gateway->settings->followers) {
        eg_streams_gone(query_thread->streams,
                        routing(&item->route)); /* one that follows again has its own place */
        if (eg_streams_followers(query_thread->streams) >=
            query_thread->gateway->settings->followers) {
            refuse(query_thread, item, EG_CODE_BUSY,
                   "limits.followers streams are followed already");
            return;
        }
    }
    if (follow.credit > query_thread->gateway->settings->credit_max) {
        follow.credit = (uint32_t)query_thread->gateway->settings->credit_max;
    }
    if (eg_streams_followers(query_thread->streams) >= query_thread->gateway->settings->followers) {
        refuse(query_thread, item, EG_CODE_BUSY, "");
        return;
    }
    if (eg_streams_follow(&code, &from, query_thread->streams, routing(&item->route),
                          item->participant, message, &follow, &err) != EG_OK) {
        refuse_error(query_thread, item, &err);
    } else if (code != EG_CODE_OK) {
        refuse(query_thread, item, code, "");
    } else {
        const struct request request = request_of(item, message);
        answer_cursor(query_thread, &request, EG_VERB_FOLLOWING, follow.stream, &from);
    }
}

static void on_credit(struct eg_query_thread *query_thread, const struct eg_query_item *item,
                      const struct eg_message *message)
{
    struct eg_credit_body credit;
    const char *why = NULL;
    if (!eg_credit_body_read(&credit, message, &why)) {
        refuse(query_thread, item, EG_CODE_MALFORMED, why);
        return;
    }
    enum eg_code code = eg_streams_credit(query_thread->streams, routing(&item->route), &credit);
    if (code != EG_CODE_OK) {
        refuse(query_thread, item, code, "");
    }
}

/* The recorder makes the cursor durable and tells so; only then ACKED leaves. */
static void record_cursor(struct eg_query_thread *query_thread, const struct eg_query_item *item,
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
        if (eg_queue_put(query_thread->gateway->records, task, 0)) {
            return;
        }
        eg_task_free(&task);
    }
    refuse(query_thread, item, EG_CODE_BUSY, "");
}

static void on_ack(struct eg_query_thread *query_thread, const struct eg_query_item *item,
                   const struct eg_message *message)
{
    struct eg_cursor_body body;
    struct eg_stream_ack ack;
    const char *why = NULL;
    struct eg_error err = {0};
    if (!eg_cursor_body_read(&body, message, &why)) {
        refuse(query_thread, item, EG_CODE_MALFORMED, why);
    } else if (eg_streams_ack(&ack, query_thread->streams, item->participant, &body, &err) !=
               EG_OK) {
        refuse_error(query_thread, item, &err);
    } else if (ack.code != EG_CODE_OK) {
        refuse(query_thread, item, ack.code, "");
    } else if (ack.write) {
        record_cursor(query_thread, item, message, &body);
    } else {
        const struct request request = request_of(item, message);
        answer_cursor(query_thread, &request, EG_VERB_ACKED, body.stream, &ack.cursor);
    }
}

static void on_cursor_durable(struct eg_query_thread *query_thread, const struct eg_task *task)
{
    struct eg_wire_cursor cursor = {task->ack.cursor.index, task->ack.cursor.number};
    eg_streams_acked(query_thread->streams, task->ack.participant, task->ack.stream, &cursor);
    const struct request request = {&task->ack.route,
                                    {task->ack.request_id, task->ack.request_id_len}};
    answer_cursor(query_thread, &request, EG_VERB_ACKED, task->ack.stream, &cursor);
}

static void on_message(struct eg_query_thread *query_thread, const struct eg_query_item *item)
{
    struct eg_message message;
    eg_outgoing_message(&message, item->message);
    switch (message.verb) {
    case EG_VERB_STATUS:
        on_status(query_thread, item);
        break;
    case EG_VERB_RULES:
        on_rules(query_thread, item, &message);
        break;
    case EG_VERB_FOLLOW:
        on_follow(query_thread, item, &message);
        break;
    case EG_VERB_CREDIT:
        on_credit(query_thread, item, &message);
        break;
    case EG_VERB_ACK:
        on_ack(query_thread, item, &message);
        break;
    case EG_VERB_BYE:
        eg_streams_gone(query_thread->streams, routing(&item->route));
        break;
    default:
        refuse(query_thread, item, EG_CODE_MALFORMED, "this verb is not for the hall");
    }
}

static void handle(struct eg_query_thread *query_thread, const struct eg_query_item *item)
{
    switch (item->kind) {
    case EG_QUERY_MESSAGE:
        on_message(query_thread, item);
        break;
    case EG_QUERY_LOG_GREW:
        eg_streams_wake(query_thread->streams, NULL);
        break;
    case EG_QUERY_CURSOR_DURABLE:
        if (item->cursor != NULL) {
            on_cursor_durable(query_thread, item->cursor);
        }
        break;
    case EG_QUERY_GONE:
        eg_streams_gone(query_thread->streams, routing(&item->route));
        break;
    }
}

/* ---- what the streams read from and send by ---- */

static enum eg_status source_next(struct eg_stream_item *out, void *payload, const char *recipient,
                                  const struct eg_wire_cursor *after, struct eg_error *err)
{
    struct eg_query_thread *query_thread = payload;
    return eg_items_next(out, &query_thread->items, recipient, after, err);
}

static enum eg_status source_acked(struct eg_wire_cursor *out, void *payload,
                                   const char *participant, const char *stream,
                                   struct eg_error *err)
{
    struct eg_query_thread *query_thread = payload;
    return eg_items_acked(out, &query_thread->items, participant, stream, err);
}

static enum eg_status source_size(uint64_t *out, void *payload, struct eg_error *err)
{
    struct eg_query_thread *query_thread = payload;
    (void)err;
    *out = query_thread->gateway->log_size;
    return EG_OK;
}

static enum eg_sent send_item(void *payload, struct eg_bytes to, const struct eg_message *message)
{
    struct eg_query_thread *query_thread = payload;
    if (eg_queue_octets(query_thread->gateway->outgoing) > OUTGOING_OCTETS_MAX) {
        return EG_SENT_FULL;
    }
    struct eg_route route = {.len = to.len};
    memcpy(route.id, to.data, to.len);
    struct eg_outgoing *outgoing =
        eg_outgoing_new(&route, message->request_id, message->request_id_len, message->verb);
    bool copied = outgoing != NULL;
    for (size_t i = 0; i < message->body_count && copied; i++) {
        copied = eg_outgoing_add(outgoing, message->body[i]);
    }
    if (!copied) {
        eg_outgoing_free(&outgoing);
        return EG_SENT_FULL;
    }
    outgoing->keep = true;
    eg_handover_send(query_thread->gateway, &outgoing);
    return EG_SENT;
}

/* ---- thread ---- */

static void *run(void *payload)
{
    struct eg_query_thread *query_thread = payload;
    struct eg_queue *queue = query_thread->gateway->queries;
    bool more = false;
    while (!eg_queue_closed(queue) || eg_queue_items(queue) > 0) {
        struct eg_query_item *item = eg_queue_take(queue, more ? MORE_MS : IDLE_MS);
        while (item != NULL) {
            handle(query_thread, item);
            eg_query_item_free(&item);
            item = eg_queue_take(queue, 0);
        }
        more = eg_streams_pump(query_thread->streams, PUMP_ITEMS, send_item, query_thread);
    }
    return NULL;
}

enum eg_status eg_query_thread_start(struct eg_query_thread **out, struct eg_gateway_state *gateway,
                                     const uint8_t log_key[EG_ED25519_KEY_LEN],
                                     struct eg_error *err)
{
    struct eg_query_thread *query_thread = calloc(1, sizeof *query_thread);
    if (query_thread == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "query", "memory ran out");
    }
    query_thread->gateway = gateway;
    struct eg_stream_source source = {source_next, source_acked, source_size, query_thread};
    enum eg_status status = eg_store_open(&query_thread->store, gateway->settings->archive,
                                          EG_STORE_READ, gateway->settings->origin, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_store_show_below(query_thread->store, &gateway->log_size);
    status = eg_streams_new(&query_thread->streams, &source, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_items_init(&query_thread->items, query_thread->store, &gateway->log_size,
                  gateway->settings->origin, log_key);
    eg_streams_credit_max(query_thread->streams, (uint32_t)gateway->settings->credit_max);
    query_thread->started = pthread_create(&query_thread->thread, NULL, run, query_thread) == 0;
    status = query_thread->started ? EG_OK : eg_error_set(err, EG_E_NOMEM, "query", "no thread");

done:
    if (status != EG_OK) {
        eg_query_thread_stop(&query_thread);
        return status;
    }
    *out = query_thread;
    return EG_OK;
}

void eg_query_thread_stop(struct eg_query_thread **query_thread)
{
    if (*query_thread == NULL) {
        return;
    }
    if ((*query_thread)->started) {
        pthread_join((*query_thread)->thread, NULL);
    }
    eg_streams_free(&(*query_thread)->streams);
    eg_store_close(&(*query_thread)->store);
    free(*query_thread);
    *query_thread = NULL;
}
