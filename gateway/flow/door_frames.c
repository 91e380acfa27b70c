/*
 * Frames between the main process and the door. The main process gives each of its waits an end: a
 * door that hangs, or sends half a frame, must not hang the hall.
 */
#include "flow/door.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_LEN 5

/* Wait until the other end takes or gives something; until_ms by the boot clock, negative: ever. */
static enum eg_status await(int fd, short events, int64_t until_ms, struct eg_error *err)
{
    struct pollfd item = {fd, events, 0};
    for (;;) {
        int64_t left_ms = until_ms < 0 ? -1 : until_ms - eg_clock_boot_ms();
        if (until_ms >= 0 && left_ms <= 0) {
            return eg_error_set(err, EG_E_TIMEOUT, "door", "the other end is too slow");
        }
        int count = poll(&item, 1, (int)left_ms);
        if (count > 0) {
            return EG_OK;
        }
        if (count < 0 && errno != EINTR) {
            return eg_error_errno(err, "door", errno, "no waiting for the other end");
        }
    }
}

static int64_t end_of(int timeout_ms)
{
    return timeout_ms < 0 ? -1 : eg_clock_boot_ms() + timeout_ms;
}

static void put_u32(struct eg_buf *out, size_t value)
{
    uint8_t octets[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                         (uint8_t)value};
    eg_buf_add(out, octets, sizeof octets);
}

static size_t get_u32(const uint8_t *octets)
{
    return (size_t)octets[0] << 24 | (size_t)octets[1] << 16 | (size_t)octets[2] << 8 | octets[3];
}

static enum eg_status write_all(int fd, struct eg_bytes octets, int64_t until_ms,
                                struct eg_error *err)
{
    enum eg_status status = EG_OK;
    while (octets.len > 0 && status == EG_OK) {
        ssize_t sent = send(fd, octets.data, octets.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            octets.data += sent;
            octets.len -= (size_t)sent;
        } else if (sent < 0 && errno == EAGAIN) {
            status = await(fd, POLLOUT, until_ms, err);
        } else if (sent < 0 && errno != EINTR) {
            status = eg_error_errno(err, "door", errno, "the other end does not take");
        }
    }
    return status;
}

enum eg_status eg_door_send(int fd, enum eg_door_frame type, const struct eg_bytes *parts,
                            size_t part_count, int timeout_ms, struct eg_error *err)
{
    struct eg_buf frame;
    eg_buf_init(&frame, EG_DOOR_FRAME_MAX);
    size_t len = 0;
    for (size_t i = 0; i < part_count; i++) {
        len += 4 + parts[i].len;
    }
    eg_buf_char(&frame, (char)type);
    put_u32(&frame, len);
    for (size_t i = 0; i < part_count; i++) {
        put_u32(&frame, parts[i].len);
        eg_buf_bytes(&frame, parts[i]);
    }
    enum eg_status status = eg_buf_ok(&frame, "door", err);
    if (status == EG_OK) {
        status = write_all(fd, eg_bytes_view(&frame), end_of(timeout_ms), err);
    }
    eg_buf_wipe(&frame); /* CONFIG carries a secret key */
    return status;
}

bool eg_door_has_room(int fd)
{
    struct pollfd item = {fd, POLLOUT, 0};
    return poll(&item, 1, 0) == 1;
}

static enum eg_status read_all(int fd, uint8_t *into, size_t len, int64_t until_ms,
                               struct eg_error *err)
{
    enum eg_status status = EG_OK;
    while (len > 0 && status == EG_OK) {
        ssize_t got = recv(fd, into, len, MSG_DONTWAIT);
        if (got == 0) {
            return eg_error_set(err, EG_E_NOTFOUND, "door", "the other end closed");
        }
        if (got > 0) {
            into += got;
            len -= (size_t)got;
        } else if (errno == EAGAIN) {
            status = await(fd, POLLIN, until_ms, err);
        } else if (errno != EINTR) {
            status = eg_error_errno(err, "door", errno, "the other end is gone");
        }
    }
    return status;
}

static enum eg_status split(struct eg_door_message *message, struct eg_error *err)
{
    struct eg_bytes rest = eg_bytes_view(&message->octets);
    while (rest.len > 0) {
        size_t len = rest.len < 4 ? 0 : get_u32(rest.data);
        if (rest.len < 4 || len > rest.len - 4 || message->part_count == EG_DOOR_PARTS_MAX) {
            return eg_error_set(err, EG_E_FORMAT, "door", "a frame's parts do not fit it");
        }
        message->parts[message->part_count++] = (struct eg_bytes){rest.data + 4, len};
        rest.data += 4 + len;
        rest.len -= 4 + len;
    }
    return EG_OK;
}

enum eg_status eg_door_receive(struct eg_door_message *out, int fd, size_t max, int timeout_ms,
                               struct eg_error *err)
{
    uint8_t head[HEAD_LEN];
    int64_t until_ms = end_of(timeout_ms);
    enum eg_status status = read_all(fd, head, sizeof head, until_ms, err);
    if (status != EG_OK) {
        return status;
    }
    size_t len = get_u32(head + 1);
    struct eg_door_message message = {.type = (enum eg_door_frame)head[0]};
    eg_buf_init(&message.octets, max);
    uint8_t *into = eg_buf_reserve(&message.octets, len);
    if (into == NULL) {
        eg_door_message_done(&message);
        return eg_error_set(err, EG_E_LIMIT, "door", "a frame of %zu octets is too large", len);
    }
    status = read_all(fd, into, len, until_ms, err);
    message.octets.len = len;
    if (status == EG_OK) {
        status = split(&message, err);
    }
    if (status != EG_OK) {
        eg_door_message_done(&message);
        return status;
    }
    *out = message;
    return EG_OK;
}

void eg_door_message_done(struct eg_door_message *message)
{
    eg_buf_wipe(&message->octets);
}
