/*
 * What a door in a stranger's hands may send to the main process: frames are whole, and every part
 * lies inside its frame, or they are refused.
 */
#include "base/limits.h"
#include "flow/daemon/handshake_process.h"

#include <assert.h>
#include <sys/socket.h>
#include <unistd.h>

#define INPUT_MAX (16 * EG_KIB) /* goes into a socket at once */

static void check(const struct eg_handshake_message *message)
{
    const uint8_t *begin = message->octets.data;
    const uint8_t *end = begin + message->octets.len;
    unsigned sum = 0;
    for (size_t i = 0; i < message->part_count; i++) {
        const struct eg_bytes *part = &message->parts[i];
        assert(part->data >= begin && part->data <= end && part->len <= (size_t)(end - part->data));
        for (size_t k = 0; k < part->len; k++) {
            sum += part->data[k];
        }
    }
    assert(sum <= 255 * message->octets.len);
}

/* The same frames, taken without waiting, as the hall takes them; in pieces as the input says. */
static void take_in_pieces(const uint8_t *data, size_t size)
{
    struct eg_buf in;
    struct eg_handshake_message message;
    enum eg_status status = EG_E_BUSY;
    eg_buf_init(&in, EG_HANDSHAKE_WORD_MAX + EG_HANDSHAKE_HEAD_LEN);
    for (size_t at = 0; at < size && status == EG_E_BUSY;) {
        size_t piece = 1 + data[at] % 64U;
        piece = piece < size - at ? piece : size - at;
        eg_buf_add(&in, data + at, piece);
        at += piece;
        while ((status = eg_handshake_next(&message, &in, EG_HANDSHAKE_WORD_MAX, NULL)) == EG_OK) {
            check(&message);
            eg_handshake_message_done(&message);
        }
    }
    eg_buf_done(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int pair[2];
    struct eg_handshake_message message;
    struct eg_error err = {0};
    if (size > INPUT_MAX || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return 0;
    }
    take_in_pieces(data, size);
    if (size > 0) {
        ssize_t sent = send(pair[0], data, size, MSG_NOSIGNAL);
        assert(sent == (ssize_t)size);
    }
    close(pair[0]);
    while (eg_handshake_receive(&message, pair[1], EG_HANDSHAKE_WORD_MAX, 1000, &err) == EG_OK) {
        check(&message);
        eg_handshake_message_done(&message);
    }
    close(pair[1]);
    return 0;
}
