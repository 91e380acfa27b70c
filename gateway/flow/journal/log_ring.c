/*
 * Lines that wait for the writer: length (2 octets), kind, octets; one behind the other in a ring.
 */
#include "flow/journal/log_inside.h"

#include <assert.h>
#include <string.h>

#define HEAD_LEN 3

static void copy_in(struct eg_log_ring *ring, const void *octets, size_t len)
{
    size_t at = (ring->first + ring->used) % EG_JOURNAL_BUFFER_MAX;
    size_t before_end = EG_JOURNAL_BUFFER_MAX - at;
    size_t now = len < before_end ? len : before_end;
    memcpy(ring->octets + at, octets, now);
    memcpy(ring->octets, (const char *)octets + now, len - now);
    ring->used += len;
}

static void copy_out(void *octets, struct eg_log_ring *ring, size_t len)
{
    size_t before_end = EG_JOURNAL_BUFFER_MAX - ring->first;
    size_t now = len < before_end ? len : before_end;
    memcpy(octets, ring->octets + ring->first, now);
    memcpy((char *)octets + now, ring->octets, len - now);
    ring->first = (ring->first + len) % EG_JOURNAL_BUFFER_MAX;
    ring->used -= len;
}

bool eg_log_ring_has_room(const struct eg_log_ring *ring, size_t len)
{
    return len + HEAD_LEN <= EG_JOURNAL_BUFFER_MAX - ring->used;
}

bool eg_log_ring_put(struct eg_log_ring *ring, const void *octets, size_t len,
                     enum eg_log_kind kind)
{
    assert(len > 0 && len <= EG_LOG_LINE_MAX);
    if (!eg_log_ring_has_room(ring, len)) {
        return false;
    }
    uint8_t head[HEAD_LEN] = {(uint8_t)(len >> 8), (uint8_t)len, (uint8_t)kind};
    copy_in(ring, head, sizeof head);
    copy_in(ring, octets, len);
    return true;
}

size_t eg_log_ring_take(char out[EG_LOG_LINE_MAX], enum eg_log_kind *kind, struct eg_log_ring *ring)
{
    uint8_t head[HEAD_LEN];
    if (ring->used == 0) {
        return 0;
    }
    copy_out(head, ring, sizeof head);
    size_t len = (size_t)head[0] << 8 | head[1];
    copy_out(out, ring, len);
    *kind = (enum eg_log_kind)head[2];
    return len;
}
