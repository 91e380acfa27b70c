/*
 * Frames between the main process and the handshake process (the door). The main process blocks on
 * none of them: what the door does not take at once stays in a buffer, and so does an incomplete
 * frame until the rest comes.
 */
#include "flow/daemon/handshake_process.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PULL_LEN 16384

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
    while (octets.len > 0) {
        ssize_t sent = send(fd, octets.data, octets.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            octets.data += sent;
            octets.len -= (size_t)sent;
        } else if (sent < 0 && errno == EAGAIN) {
            status = await(fd, POLLOUT, until_ms, err);
        } else if (sent < 0 && errno != EINTR) {
            status = eg_error_errno(err, "door", errno, "the other end does not take");
        }
        if (status != EG_OK) {
            return status;
        }
    }
    return EG_OK;
}

void eg_handshake_frame(struct eg_buf *out, enum eg_handshake_frame type,
                        const struct eg_bytes *parts, size_t part_count)
{
    size_t len = 0;
    for (size_t i = 0; i < part_count; i++) {
        len += 4 + parts[i].len;
    }
    eg_buf_char(out, (char)type);
    put_u32(out, len);
    for (size_t i = 0; i < part_count; i++) {
        put_u32(out, parts[i].len);
        eg_buf_bytes(out, parts[i]);
    }
}

enum eg_status eg_handshake_send(int fd, enum eg_handshake_frame type, const struct eg_bytes *parts,
                                 size_t part_count, int timeout_ms, struct eg_error *err)
{
    struct eg_buf frame;
    eg_buf_init(&frame, EG_HANDSHAKE_FRAME_MAX);
    eg_handshake_frame(&frame, type, parts, part_count);
    enum eg_status status = eg_buf_ok(&frame, "door", err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_all(fd, eg_bytes_view(&frame), end_of(timeout_ms), err);

done:
    eg_buf_wipe(&frame); /* CONFIG carries a secret key */
    return status;
}

enum eg_status eg_handshake_push(int fd, struct eg_bytes octets, size_t *done, struct eg_error *err)
{
    while (*done < octets.len) {
        ssize_t sent =
            send(fd, octets.data + *done, octets.len - *done, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            *done += (size_t)sent;
        } else if (sent < 0 && errno == EAGAIN) {
            return EG_OK;
        } else if (sent < 0 && errno != EINTR) {
            return eg_error_errno(err, "door", errno, "the other end does not take");
        }
    }
    return EG_OK;
}

enum eg_status eg_handshake_pull(struct eg_buf *in, int fd, size_t max, struct eg_error *err)
{
    uint8_t octets[PULL_LEN];
    while (in->len < max) {
        size_t room = max - in->len < sizeof octets ? max - in->len : sizeof octets;
        ssize_t got = recv(fd, octets, room, MSG_DONTWAIT);
        if (got == 0) {
            return eg_error_set(err, EG_E_NOTFOUND, "door", "the other end closed");
        }
        if (got < 0 && errno == EAGAIN) {
            return EG_OK;
        }
        if (got < 0 && errno != EINTR) {
            return eg_error_errno(err, "door", errno, "the other end is gone");
        }
        if (got > 0) {
            eg_buf_add(in, octets, (size_t)got);
        }
    }
    return eg_buf_ok(in, "door", err);
}

bool eg_handshake_has_room(int fd)
{
    struct pollfd item = {fd, POLLOUT, 0};
    return poll(&item, 1, 0) == 1;
}

static enum eg_status read_all(int fd, uint8_t *into, size_t len, int64_t until_ms,
                               struct eg_error *err)
{
    enum eg_status status = EG_OK;
    while (len > 0) {
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
        if (status != EG_OK) {
            return status;
        }
    }
    return EG_OK;
}

static enum eg_status split(struct eg_handshake_message *message, struct eg_error *err)
{
    struct eg_bytes rest = eg_bytes_view(&message->octets);
    while (rest.len > 0) {
        size_t len = rest.len < 4 ? 0 : get_u32(rest.data);
        if (rest.len < 4 || len > rest.len - 4 || message->part_count == EG_HANDSHAKE_PARTS_MAX) {
            return eg_error_set(err, EG_E_FORMAT, "door", "a frame's parts do not fit it");
        }
        message->parts[message->part_count++] = (struct eg_bytes){rest.data + 4, len};
        rest.data += 4 + len;
        rest.len -= 4 + len;
    }
    return EG_OK;
}

/* A message of a head and `len` octets that are to be filled in; its octets are taken. */
static enum eg_status message_of(struct eg_handshake_message *out, const uint8_t *head,
                                 struct eg_buf *octets, struct eg_error *err)
{
    struct eg_handshake_message message = {.type = (enum eg_handshake_frame)head[0],
                                           .octets = *octets};
    enum eg_status status = split(&message, err);
    if (status != EG_OK) {
        eg_handshake_message_done(&message);
        return status;
    }
    *out = message;
    return EG_OK;
}

static enum eg_status too_large(size_t len, struct eg_error *err)
{
    return eg_error_set(err, EG_E_LIMIT, "door", "a frame of %zu octets is too large", len);
}

enum eg_status eg_handshake_receive(struct eg_handshake_message *out, int fd, size_t max,
                                    int timeout_ms, struct eg_error *err)
{
    uint8_t head[EG_HANDSHAKE_HEAD_LEN];
    struct eg_buf octets;
    int64_t until_ms = end_of(timeout_ms);
    enum eg_status status = read_all(fd, head, sizeof head, until_ms, err);
    if (status != EG_OK) {
        return status;
    }
    size_t len = get_u32(head + 1);
    eg_buf_init(&octets, max);
    uint8_t *into = eg_buf_reserve(&octets, len);
    if (into == NULL) {
        eg_buf_done(&octets);
        return too_large(len, err);
    }
    status = read_all(fd, into, len, until_ms, err);
    octets.len = len;
    if (status != EG_OK) {
        eg_buf_wipe(&octets);
        return status;
    }
    return message_of(out, head, &octets, err);
}

enum eg_status eg_handshake_next(struct eg_handshake_message *out, struct eg_buf *in, size_t max,
                                 struct eg_error *err)
{
    struct eg_buf octets;
    size_t len = in->len < EG_HANDSHAKE_HEAD_LEN ? 0 : get_u32(in->data + 1);
    if (len > max) {
        return too_large(len, err);
    }
    if (in->len < EG_HANDSHAKE_HEAD_LEN || in->len - EG_HANDSHAKE_HEAD_LEN < len) {
        return EG_E_BUSY;
    }
    uint8_t head[EG_HANDSHAKE_HEAD_LEN];
    memcpy(head, in->data, sizeof head);
    eg_buf_init(&octets, max);
    eg_buf_add(&octets, in->data + EG_HANDSHAKE_HEAD_LEN, len);
    enum eg_status status = eg_buf_ok(&octets, "door", err);
    if (status != EG_OK) {
        eg_buf_done(&octets);
        return status;
    }
    in->len -= EG_HANDSHAKE_HEAD_LEN + len;
    memmove(in->data, in->data + EG_HANDSHAKE_HEAD_LEN + len, in->len);
    return message_of(out, head, &octets, err);
}

void eg_handshake_message_done(struct eg_handshake_message *message)
{
    eg_buf_wipe(&message->octets);
}
