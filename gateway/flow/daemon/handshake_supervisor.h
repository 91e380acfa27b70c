/*
 * Handshake supervisor: the main process's side of the handshake process (the door). Starts the
 * child under its limits, counts its beats, ends one that hangs, starts another when it ends, and
 * replaces it at a reload.
 *
 * 1. It never blocks on a door that serves strangers: frames that the door does not take at once
 *    stay in a buffer and are sent on later turns.
 * 2. The socket pair is made once and both its ends stay open, so that a door can be replaced when
 *    no descriptor is left.
 *
 * Thread: owner thread (the session thread).
 */
#ifndef EG_FLOW_HANDSHAKE_SUPERVISOR_H
#define EG_FLOW_HANDSHAKE_SUPERVISOR_H

#include "flow/daemon/handshake_process.h"
#include "flow/pipeline/gateway_state.h"

#include <sys/types.h>

struct eg_handshake_supervisor {
    struct eg_gateway_state *gateway;
    char public_key[EG_CURVE_KEY_TEXT + 1], secret_key[EG_CURVE_KEY_TEXT + 1];
    /* as set, and once bound as it is, so that a new door takes the same port */
    char bind[EG_SETTING_TEXT_MAX];
    /* this end, and the door's, of the pair */
    int fd, door_fd;
    /* 0: no door at the moment */
    pid_t child;
    /* the child was ended and is not gone yet */
    bool dying;
    /* it is bound and said so */
    bool ready;
    /* octets of frames that are not whole yet */
    struct eg_buf in;
    /* frames it has not taken, from out_done on */
    struct eg_buf out;
    size_t out_done;
    /* boot clock */
    int64_t started_at_ms, ended_at_ms, start_at_ms;
    int64_t beat_at_ms;
    /* sent to this door, and the last one it answered */
    uint64_t beats, beats_heard;
    /* due since it last answered */
    unsigned beats_missed;
    unsigned quick_ends;
    /* state of the evidence on the clock that the door was told */
    uint64_t clock_seen;
    int64_t clock_told_at_ms;
};

/* Read the key and start the door; returns when it is bound. */
EG_MUST_USE
enum eg_status eg_handshake_supervisor_open(struct eg_handshake_supervisor *supervisor,
                                            struct eg_gateway_state *gateway, struct eg_error *err);
void eg_handshake_supervisor_close(struct eg_handshake_supervisor *supervisor);

/* End this door; one that knows the snapshot in force comes in its place. */
void eg_handshake_supervisor_replace(struct eg_handshake_supervisor *supervisor);

/* Give the door a frame; without a door it is dropped, for so is whom it was for. */
void eg_handshake_supervisor_say(struct eg_handshake_supervisor *supervisor,
                                 enum eg_handshake_frame type, const struct eg_bytes *parts,
                                 size_t part_count);

/*
 * The next GREETED or REFUSED of the door; false: none at the moment. Other frames are handled
 * here. A door whose frames can not be read is ended.
 */
bool eg_handshake_supervisor_hear(struct eg_handshake_message *out,
                                  struct eg_handshake_supervisor *supervisor);

/* Once a turn: send what waits, look after the beats, start a door where there is none, after a
 * pause that grows while they die quickly. */
void eg_handshake_supervisor_mend(struct eg_handshake_supervisor *supervisor);

/* Something waits that only mend moves on: the next turn should be soon. */
bool eg_handshake_supervisor_busy(const struct eg_handshake_supervisor *supervisor);

/* Read a CURVE key file. */
EG_MUST_USE
enum eg_status eg_handshake_supervisor_curve(char public_key[EG_CURVE_KEY_TEXT + 1],
                                             char secret_key[EG_CURVE_KEY_TEXT + 1],
                                             const char *path, struct eg_error *err);

#endif
