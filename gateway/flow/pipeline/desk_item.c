/*
 * Items of the desk's queue. An item that can not be put there (memory, stopping) is freed.
 */
#include "flow/pipeline/desk_item.h"

#include "flow/job/post.h"

#include <stdlib.h>
#include <string.h>

#define DESK_ITEMS_MAX 4096

void eg_desk_item_free(struct eg_desk_item **item)
{
    if (*item != NULL) {
        eg_post_free(&(*item)->message);
        eg_task_free(&(*item)->kept);
        free(*item);
        *item = NULL;
    }
}

static bool put(struct eg_shared *shared, struct eg_desk_item *item)
{
    if (!eg_queue_put(shared->desk, item, 0)) {
        eg_desk_item_free(&item);
        return false;
    }
    return true;
}

bool eg_desk_ask(struct eg_shared *shared, const struct eg_arrival *arrival,
                 const char *participant, unsigned roles)
{
    if (eg_queue_items(shared->desk) >= DESK_ITEMS_MAX) {
        return false;
    }
    const struct eg_message *message = &arrival->message;
    struct eg_desk_item *item = calloc(1, sizeof *item);
    if (item == NULL) {
        return false;
    }
    item->kind = EG_DESK_MESSAGE;
    item->route = arrival->route;
    item->roles = roles;
    memcpy(item->participant, participant, strlen(participant) + 1);
    item->message =
        eg_post_new(&arrival->route, message->request_id, message->request_id_len, message->verb);
    bool copied = item->message != NULL;
    for (size_t i = 0; i < message->body_count && copied; i++) {
        copied = eg_post_add(item->message, message->body[i]);
    }
    if (!copied) {
        eg_desk_item_free(&item);
        return false;
    }
    return put(shared, item);
}

void eg_desk_tell(struct eg_shared *shared, enum eg_desk_kind kind, const struct eg_task *kept)
{
    struct eg_desk_item *item = calloc(1, sizeof *item);
    if (item == NULL) {
        return; /* the desk looks by itself every second */
    }
    item->kind = kind;
    if (kept != NULL) {
        item->kept = eg_task_new(EG_TASK_CURSOR);
        if (item->kept != NULL) {
            item->kept->ack = kept->ack;
        }
    }
    put(shared, item);
}

void eg_desk_gone(struct eg_shared *shared, const struct eg_route *route)
{
    struct eg_desk_item *item = calloc(1, sizeof *item);
    if (item != NULL) {
        item->kind = EG_DESK_GONE;
        item->route = *route;
        put(shared, item);
    }
}
