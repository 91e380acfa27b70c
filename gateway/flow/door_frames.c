/*
 * Frames between the main process and the door.
 */
#include "flow/door.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_LEN 5

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

static enum eg_status write_all(int fd, struct eg_bytes octets, struct eg_error *err)
{
    while (octets.len > 0) {
        ssize_t sent = send(fd, octets.data, octets.len, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return eg_error_errno(err, "door", errno, "the other end does not take");
        }
        if (sent > 0) {
            octets.data += sent;
            octets.len -= (size_t)sent;
        }
    }
    return EG_OK;
}

enum eg_status eg_door_send(int fd, enum eg_door_frame type, const struct eg_bytes *parts,
                            size_t part_count, struct eg_error *err)
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
        status = write_all(fd, eg_bytes_view(&frame), err);
    }
    eg_buf_wipe(&frame); /* CONFIG carries a secret key */
    return status;
}

static enum eg_status read_all(int fd, uint8_t *into, size_t len, struct eg_error *err)
{
    while (len > 0) {
        ssize_t got = read(fd, into, len);
        if (got == 0) {
            return eg_error_set(err, EG_E_NOTFOUND, "door", "the other end closed");
        }
        if (got < 0 && errno != EINTR) {
            return eg_error_errno(err, "door", errno, "the other end is gone");
        }
        if (got > 0) {
            into += got;
            len -= (size_t)got;
        }
    }
    return EG_OK;
}

static enum eg_status split(struct eg_door_message *message, struct eg_error *err)
{
    struct eg_bytes rest = eg_bytes_view(&message->octets);
    while (rest.len > 0) {
        size_t len = rest.len < 4 ? SIZE_MAX : get_u32(rest.data);
        if (len > rest.len - 4 || message->part_count == EG_DOOR_PARTS_MAX) {
            return eg_error_set(err, EG_E_FORMAT, "door", "a frame's parts do not fit it");
        }
        message->parts[message->part_count++] = (struct eg_bytes){rest.data + 4, len};
        rest.data += 4 + len;
        rest.len -= 4 + len;
    }
    return EG_OK;
}

enum eg_status eg_door_receive(struct eg_door_message *out, int fd, struct eg_error *err)
{
    uint8_t head[HEAD_LEN];
    enum eg_status status = read_all(fd, head, sizeof head, err);
    if (status != EG_OK) {
        return status;
    }
    size_t len = get_u32(head + 1);
    struct eg_door_message message = {.type = (enum eg_door_frame)head[0]};
    eg_buf_init(&message.octets, EG_DOOR_FRAME_MAX);
    uint8_t *into = eg_buf_reserve(&message.octets, len);
    if (into == NULL) {
        eg_door_message_done(&message);
        return eg_error_set(err, EG_E_LIMIT, "door", "a frame of %zu octets is too large", len);
    }
    status = read_all(fd, into, len, err);
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
