/*
 * A queue of pointers between threads, counted in items and octets, with an eventfd that is
 * readable while the queue is not empty, so that a poll can wait for it beside sockets. It has no
 * bound of its own: whoever admits work counts it (flow/pipeline/gateway_state.h).
 */
#ifndef EG_FLOW_QUEUE_H
#define EG_FLOW_QUEUE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct eg_queue;

EG_MUST_USE
enum eg_status eg_queue_new(struct eg_queue **out, struct eg_error *err);
void eg_queue_free(struct eg_queue **queue); /* items left in it are the owner's to drain first */

/*
 * Put an item of `octets` weight. false: closed, or memory ran out; the item stays the caller's.
 * Thread: any. Never blocks.
 */
EG_MUST_USE
bool eg_queue_put(struct eg_queue *queue, void *item, size_t octets);

/* Take the oldest item, waiting at most timeout_ms (-1 for ever, 0 not at all). NULL: none, or
 * closed and empty. */
void *eg_queue_take(struct eg_queue *queue, int timeout_ms);

void eg_queue_close(
    struct eg_queue *queue); /* no more puts; takers get the rest, then NULL at once */
bool eg_queue_closed(const struct eg_queue *queue);
size_t eg_queue_items(const struct eg_queue *queue);
size_t eg_queue_octets(const struct eg_queue *queue);
int eg_queue_fd(const struct eg_queue
                    *queue); /* readable: something to take, or closed. Never read it yourself */

#endif
