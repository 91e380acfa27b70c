/*
 * Handshake process (the door): a process of its own that strangers greet first. It holds its CURVE
 * key, the anchors, the revocation lists and the directory, and nothing else; the main process
 * admits and signs.
 *
 * Both ends talk over a stream socket in frames: type (1 octet), length (4, big endian), parts.
 * Parts are octet strings, each behind its length (4).
 *
 *   main -> door   CONFIG   bind | curve secret | curve public | origin | anchors | crls |
 *                           directory | its CMS
 *                  WELCOME  ticket | text | CMS | card | card CMS
 *                  REFUSE   ticket | answer verb | answer text
 *                  CLOCK    struct eg_clock_evidence (both ends are one program); the first one
 *                           comes behind CONFIG, before READY
 *                  BEAT     number
 *   door -> main   READY    endpoint
 *                  GREETED  ticket | client key | participant | certificate digest | not-after |
 *                           hello digest
 *                  REFUSED  code | text          for the journal
 *                  ALIVE    number               the BEAT's, from the loop that serves greetings
 *
 * 1. The main process never blocks on the door: a door that leaves EG_HANDSHAKE_BEATS_MAX beats
 *    in a row unanswered is ended and replaced.
 * 2. The door waits for the main process without a limit of time: at most EG_GREETING_PENDING_MAX
 *    greetings wait for an answer, further strangers are told "busy".
 * 3. When the main process ends, so does the door: the kernel ends it, or it reads the end of the
 *    socket. A main process that hangs is for whatever supervises the service.
 */
#ifndef EG_FLOW_HANDSHAKE_PROCESS_H
#define EG_FLOW_HANDSHAKE_PROCESS_H

#include "base/bytes.h"

#include <stdbool.h>

enum eg_handshake_frame {
    EG_HANDSHAKE_CONFIG = 1,
    EG_HANDSHAKE_WELCOME,
    EG_HANDSHAKE_REFUSE,
    EG_HANDSHAKE_READY,
    EG_HANDSHAKE_GREETED,
    EG_HANDSHAKE_REFUSED,
    EG_HANDSHAKE_CLOCK,
    EG_HANDSHAKE_BEAT,
    EG_HANDSHAKE_ALIVE
};

#define EG_HANDSHAKE_PARTS_MAX 8
#define EG_HANDSHAKE_HEAD_LEN 5
/* CONFIG: anchors, lists, directory. */
#define EG_HANDSHAKE_FRAME_MAX ((size_t)128 * 1024 * 1024)
/* Any frame of the door to the main process. */
#define EG_HANDSHAKE_WORD_MAX ((size_t)64 * 1024)
/* Frames that wait for the door: WELCOMEs for all pending greetings. */
#define EG_HANDSHAKE_WAITING_MAX ((size_t)8 * 1024 * 1024)
/* Between two beats, and how many in a row may stay unanswered: long enough for a busy machine, and
 * a stop of the service (ten seconds) is not held up. */
#define EG_HANDSHAKE_BEAT_MS 900
#define EG_HANDSHAKE_BEATS_MAX 7

struct eg_handshake_message {
    enum eg_handshake_frame type;
    struct eg_bytes parts[EG_HANDSHAKE_PARTS_MAX];
    size_t part_count;
    /* what the parts are views of, once received */
    struct eg_buf octets;
};

/*
 * Write one frame whole. timeout_ms: -1 for ever. EG_E_IO when the other end is gone; EG_E_TIMEOUT:
 * it takes nothing, and part of the frame may have been sent: close the socket.
 */
EG_MUST_USE
enum eg_status eg_handshake_send(int fd, enum eg_handshake_frame type, const struct eg_bytes *parts,
                                 size_t part_count, int timeout_ms, struct eg_error *err);

/* Append one frame to what waits for the other end. */
void eg_handshake_frame(struct eg_buf *out, enum eg_handshake_frame type,
                        const struct eg_bytes *parts, size_t part_count);

/* Send `octets` from *done on, as far as the other end takes them at once. EG_E_IO: it is gone. */
EG_MUST_USE
enum eg_status eg_handshake_push(int fd, struct eg_bytes octets, size_t *done,
                                 struct eg_error *err);

/* Read what the other end has sent, at most `max` octets in all. EG_OK also when that is nothing.
 * EG_E_NOTFOUND: it closed. */
EG_MUST_USE
enum eg_status eg_handshake_pull(struct eg_buf *in, int fd, size_t max, struct eg_error *err);

/*
 * The first whole frame of `in`, taken out of it. EG_E_BUSY: none is whole yet (no error text).
 * EG_E_FORMAT, EG_E_LIMIT (above max), EG_E_NOMEM: no further frame of it
 * can be read. out is untouched on failure.
 */
EG_MUST_USE
enum eg_status eg_handshake_next(struct eg_handshake_message *out, struct eg_buf *in, size_t max,
                                 struct eg_error *err);

/* The other end takes a small frame at once. */
bool eg_handshake_has_room(int fd);

/*
 * Read one frame whole, of at most `max` octets. timeout_ms for all of it: -1 for ever.
 * EG_E_NOTFOUND: the other end closed. EG_E_FORMAT, EG_E_LIMIT, EG_E_TIMEOUT, EG_E_IO: no further
 * frame of it can be read. out is untouched on failure.
 */
EG_MUST_USE
enum eg_status eg_handshake_receive(struct eg_handshake_message *out, int fd, size_t max,
                                    int timeout_ms, struct eg_error *err);
void eg_handshake_message_done(struct eg_handshake_message *message);

/* The whole run of the child: `emgated --door FD`. Returns the exit status. */
int eg_handshake_process_main(int fd);

#endif
