/*
 * Items of the query thread's queue. An item that can not be put there (memory, stopping) is freed.
 */
#include "flow/pipeline/query_item.h"

#include "flow/job/outgoing.h"

#include <stdlib.h>
#include <string.h>

#define DESK_ITEMS_MAX 4096

void eg_query_item_free(struct eg_query_item **item)
{
    if (*item != NULL) {
        eg_outgoing_free(&(*item)->message);
        eg_task_free(&(*item)->kept);
        free(*item);
        *item = NULL;
    }
}

static bool put(struct eg_gateway_state *gateway, struct eg_query_item *item)
{
    if (!eg_queue_put(gateway->queries, item, 0)) {
        eg_query_item_free(&item);
        return false;
    }
    return true;
}

bool eg_query_item_ask(struct eg_gateway_state *gateway, const struct eg_arrival *arrival,
                       const char *participant, unsigned roles)
{
    if (eg_queue_items(gateway->queries) >= DESK_ITEMS_MAX) {
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
    return put(gateway, item);
}

void eg_query_item_tell(struct eg_gateway_state *gateway, enum eg_query_item_kind kind,
                        const struct eg_task *kept)
{
    struct eg_query_item *item = calloc(1, sizeof *item);
    if (item == NULL) {
        return; /* the query thread looks by itself every second */
    }
    item->kind = kind;
    if (kept != NULL) {
        item->kept = eg_task_new(EG_TASK_CURSOR);
        if (item->kept != NULL) {
            item->kept->ack = kept->ack;
        }
    }
    put(gateway, item);
}

void eg_query_item_gone(struct eg_gateway_state *gateway, const struct eg_route *route)
{
    struct eg_query_item *item = calloc(1, sizeof *item);
    if (item != NULL) {
        item->kind = EG_QUERY_GONE;
        item->route = *route;
        put(gateway, item);
    }
}
