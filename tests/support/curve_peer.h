/*
 * A libzmq client under CURVE for tests of ROUTERs: one key pair, one DEALER.
 */
#ifndef EG_TESTS_CURVE_PEER_H
#define EG_TESTS_CURVE_PEER_H

#include "wire/message.h"

#define PEER_FRAMES_MAX 16

struct curve_keys {
    char public_key[EG_CURVE_KEY_TEXT + 1], secret_key[EG_CURVE_KEY_TEXT + 1];
};
void curve_keys_make(struct curve_keys *keys);

struct curve_peer {
    void *context, *socket, *monitor;
    struct curve_keys keys;
    /* the last message received */
    char frame[PEER_FRAMES_MAX][512]; /* cut */
    size_t len[PEER_FRAMES_MAX], count;
};

/* Connect with these keys. routing_id NULL: libzmq's own. */
void curve_peer_open(struct curve_peer *peer, const struct curve_keys *keys,
                     const char *server_public, const char *endpoint, const char *routing_id);
void curve_peer_close(struct curve_peer *peer);

/* Send frames as they are; false when the socket does not take them. */
bool curve_peer_send(struct curve_peer *peer, const char *const *frames, size_t count);
/* Send "EMX1" | verb | id | bodies; bodies end with NULL. */
void curve_peer_say(struct curve_peer *peer, const char *verb, const char *id,
                    const char *const *bodies);
/* Take a message if there is one. */
bool curve_peer_hear(struct curve_peer *peer);
/* The server refused the handshake: the monitor said so. Does not block. */
bool curve_peer_refused(struct curve_peer *peer);

/* Frame n of the last message is this text. */
bool curve_peer_frame_is(const struct curve_peer *peer, size_t n, const char *text);
/* Frame n of the last message has this text in it. */
bool curve_peer_frame_has(const struct curve_peer *peer, size_t n, const char *text);

#endif
