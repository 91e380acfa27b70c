/*
 * Followers of streams: who may see what, from which cursor, with how much credit. A pure state
 * machine: items come from a table of functions, messages leave through one; it knows neither
 * archive nor sockets.
 *
 * A participant sees its own mailbox, the stream whose name is its participant id, and no other.
 * Follower = routing id; a participant that connects again follows anew from its last ACK.
 * All functions: thread that owns the streams.
 */
#ifndef EG_DELIVER_STREAMS_H
#define EG_DELIVER_STREAMS_H

#include "base/bytes.h"
#include "wire/bodies.h"

struct eg_streams;

#define EG_STREAM_WHY_MAX 160

/* One item as the source gives it. The buffers are initialised by eg_streams_pump. */
struct eg_stream_item {
    struct eg_wire_cursor cursor;
    /* of the notification */
    char name[EG_ID_MAX + 1];
    struct eg_salt salt;
    /* ceiling EG_RECEIPT_MAX */
    struct eg_buf receipt;
    /* ceiling EG_NOTIFICATION_MAX */
    struct eg_buf notification;
    /* it is this item's turn, but it is not what the log says: only its cursor and `why` are
     * filled */
    bool damaged;
    char why[EG_STREAM_WHY_MAX];
};

/*
 * Where items come from. Each function returns EG_OK, EG_E_NOTFOUND as said, EG_E_FORMAT when what
 * is kept of the stream is damaged for good, or an error that may pass.
 */
struct eg_stream_source {
    /* The first item for `recipient` strictly after a cursor; EG_E_NOTFOUND: none yet. */
    enum eg_status (*next)(struct eg_stream_item *out, void *payload, const char *recipient,
                           const struct eg_wire_cursor *after, struct eg_error *err);
    /* The durable cursor of a participant in a stream; EG_E_NOTFOUND: never acknowledged. */
    enum eg_status (*acked)(struct eg_wire_cursor *out, void *payload, const char *participant,
                            const char *stream, struct eg_error *err);
    /* Number of entries in the log. */
    enum eg_status (*size)(uint64_t *out, void *payload, struct eg_error *err);
    /* kept */
    void *payload;
};

/* source is copied; its payload is kept. EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_streams_new(struct eg_streams **out, const struct eg_stream_source *source,
                              struct eg_error *err);
void eg_streams_free(struct eg_streams **streams);

/* Most credit that a follower can have at one time, as WELCOME told it; EG_CREDIT_MAX if not set.
 * FOLLOW may not ask for more: the caller sees to that. */
void eg_streams_credit_max(struct eg_streams *streams, uint32_t credit_max);

/*
 * Begin to follow, or begin again on the same connection.
 *
 *   code_out     OK; STREAM not this participant's; CURSOR_BEYOND the log is shorter; BUSY no room;
 *                STREAM_DAMAGED the cursor to go on from is
 *   from_out     cursor from which items come: goes into FOLLOWING. Only when OK
 *   routing      of the connection, 1..EG_ROUTING_ID_MAX octets; copied
 *   participant  who it is; copied
 *   request      the FOLLOW; its ITEMs carry its request id; borrowed
 *
 * The ninth connection of one participant takes the place of the one that was silent longest.
 * EG_OK: look at the code. Errors of the source.
 */
EG_MUST_USE
enum eg_status eg_streams_follow(enum eg_code *code_out, struct eg_wire_cursor *from_out,
                                 struct eg_streams *streams, struct eg_bytes routing,
                                 const char *participant, const struct eg_message *request,
                                 const struct eg_follow_body *follow, struct eg_error *err);

/* More credit, never above credit_max in all. STREAM: this connection follows no such stream. */
enum eg_code eg_streams_credit(struct eg_streams *streams, struct eg_bytes routing,
                               const struct eg_credit_body *credit);

/*
 * What an ACK means.
 *
 *   code    OK; STREAM; ACK_BEYOND
 *   write   cursor must be made durable first, then answered with ACKED; then call eg_streams_acked
 *           false: answer ACKED at once with `cursor`, which is durable already
 */
struct eg_stream_ack {
    enum eg_code code;
    bool write;
    struct eg_wire_cursor cursor;
};
EG_MUST_USE
enum eg_status eg_streams_ack(struct eg_stream_ack *out, struct eg_streams *streams,
                              const char *participant, const struct eg_cursor_body *ack,
                              struct eg_error *err);
/* The cursor is durable now: frees what was counted as sent and not acknowledged. */
void eg_streams_acked(struct eg_streams *streams, const char *participant, const char *stream,
                      const struct eg_wire_cursor *cursor);

void eg_streams_gone(struct eg_streams *streams, struct eg_bytes routing); /* connection ended */

/* There may be new items for this recipient; NULL: for anyone. */
void eg_streams_wake(struct eg_streams *streams, const char *recipient);

enum eg_sent {
    EG_SENT,
    EG_SENT_FULL, /* not now: the cursor stays where it is */
    EG_SENT_GONE  /* no such connection any more: the follower is forgotten */
};
/* Send a message to a routing id without blocking. Everything borrowed. */
typedef enum eg_sent (*eg_stream_send_fn)(void *payload, struct eg_bytes routing,
                                          const struct eg_message *message);

/*
 * Send what may be sent, in turns, one item a follower and turn. A damaged item, or an error of the
 * source, becomes an ERROR for that follower, whose FOLLOW ends with it; the others go on.
 *
 *   max_items  at most so many, so that the owner can look at its other work
 *
 * Returns whether something was left: call again (soon after FULL: when the socket may take more).
 */
bool eg_streams_pump(struct eg_streams *streams, size_t max_items, eg_stream_send_fn send,
                     void *payload);

size_t eg_streams_followers(const struct eg_streams *streams);
#ifdef EG_TEST_HOOKS
size_t eg_streams_octets(const struct eg_streams *streams); /* sent and not acknowledged */
#endif

#endif
