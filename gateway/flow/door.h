/*
 * The door: a process of its own that greets strangers. It holds its CURVE key, the anchors and the
 * directory, and nothing else; the main process admits and signs.
 *
 * Both ends talk over a stream socket in frames: type (1 octet), length (4, big endian), parts.
 * Parts are octet strings, each behind its length (4).
 *
 *   main -> door   CONFIG   bind | curve secret | curve public | origin | anchors | crls |
 * directory | its CMS WELCOME  ticket | text | CMS | card | card CMS REFUSE   ticket | answer verb
 * | answer text door -> main   READY    endpoint GREETED  ticket | client key | participant |
 * certificate digest | not-after | hello digest REFUSED  code | text         for the journal
 */
#ifndef EG_FLOW_DOOR_H
#define EG_FLOW_DOOR_H

#include "base/bytes.h"

enum eg_door_frame {
    EG_DOOR_CONFIG = 1,
    EG_DOOR_WELCOME,
    EG_DOOR_REFUSE,
    EG_DOOR_READY,
    EG_DOOR_GREETED,
    EG_DOOR_REFUSED
};

#define EG_DOOR_PARTS_MAX 8
#define EG_DOOR_FRAME_MAX ((size_t)128 * 1024 * 1024)

struct eg_door_message {
    enum eg_door_frame type;
    struct eg_bytes parts[EG_DOOR_PARTS_MAX];
    size_t part_count;
    struct eg_buf octets; /* what the parts are views of, once received */
};

/* Write one frame whole. EG_E_IO when the other end is gone. */
EG_MUST_USE
enum eg_status eg_door_send(int fd, enum eg_door_frame type, const struct eg_bytes *parts,
                            size_t part_count, struct eg_error *err);
/* Read one frame whole; blocks. EG_E_NOTFOUND: the other end closed. EG_E_FORMAT, EG_E_LIMIT. */
EG_MUST_USE
enum eg_status eg_door_receive(struct eg_door_message *out, int fd, struct eg_error *err);
void eg_door_message_done(struct eg_door_message *message);

/* The child's whole life: `emgated --door FD`. Returns the exit status. */
int eg_door_main(int fd);

#endif
