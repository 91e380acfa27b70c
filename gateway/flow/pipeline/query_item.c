/*
 * Making items and putting them into the queue. What the recorder tells may be lost when memory
 * runs out: the query thread looks at the log by itself every second, and a follower whose ACKED
 * is missing sends its ACK again.
 */
#include "flow/pipeline/query_item.h"

#include "flow/job/outgoing.h"

#include <stdlib.h>
#include <string.h>

/* messages that wait for the query thread */
#define QUERIES_MAX 4096

void eg_query_item_free(struct eg_query_item **item)
{
    if (*item != NULL) {
        eg_outgoing_free(&(*item)->message);
        eg_task_free(&(*item)->cursor);
        free(*item);
        *item = NULL;
    }
}

static bool put(struct eg_queue *queries, struct eg_query_item *item)
{
    if (!eg_queue_put(queries, item, 0)) {
        eg_query_item_free(&item);
        return false;
    }
    return true;
}

bool eg_query_item_ask(struct eg_queue *queries, const struct eg_arrival *arrival,
                       const char *participant, unsigned roles)
{
    if (eg_queue_items(queries) >= QUERIES_MAX) {
        return false;
    }
    const struct eg_message *message = &arrival->message;
    struct eg_query_item *item = calloc(1, sizeof *item);
    if (item == NULL) {
        return false;
    }
    item->kind = EG_QUERY_MESSAGE;
    item->route = arrival->route;
    item->roles = roles;
    memcpy(item->participant, participant, strlen(participant) + 1);
    item->message = eg_outgoing_new(&arrival->route, message->request_id, message->request_id_len,
                                    message->verb);
    bool copied = item->message != NULL;
    for (size_t i = 0; i < message->body_count && copied; i++) {
        copied = eg_outgoing_add(item->message, message->body[i]);
    }
    if (!copied) {
        eg_query_item_free(&item);
        return false;
    }
    return put(queries, item);
}

void eg_query_item_log_grew(struct eg_queue *queries)
{
    struct eg_query_item *item = calloc(1, sizeof *item);
    if (item != NULL) {
        item->kind = EG_QUERY_LOG_GREW;
        put(queries, item);
    }
}

void eg_query_item_cursor_durable(struct eg_queue *queries, const struct eg_task *task)
{
    struct eg_query_item *item = calloc(1, sizeof *item);
    if (item == NULL) {
        return;
    }
    item->kind = EG_QUERY_CURSOR_DURABLE;
    item->cursor = eg_task_new(EG_TASK_CURSOR);
    if (item->cursor != NULL) {
        item->cursor->ack = task->ack;
    }
    put(queries, item);
}

void eg_query_item_gone(struct eg_queue *queries, const struct eg_route *route)
{
    struct eg_query_item *item = calloc(1, sizeof *item);
    if (item != NULL) {
        item->kind = EG_QUERY_GONE;
        item->route = *route;
        put(queries, item);
    }
}
