/*
 * The doorman: the main process's side of the door. Starts the child under its limits, starts it
 * again when it dies, replaces it at a reload.
 *
 * Thread: owner thread (the hall's).
 */
#ifndef EG_FLOW_DOORMAN_H
#define EG_FLOW_DOORMAN_H

#include "flow/door.h"
#include "flow/shared.h"

#include <sys/types.h>

struct eg_doorman {
    struct eg_shared *shared;
    struct eg_buf curve; /* text of the key file: public and secret key, a line each */
    char public_key[EG_CURVE_KEY_TEXT + 1], secret_key[EG_CURVE_KEY_TEXT + 1];
    char bind[EG_SETTING_TEXT_MAX]; /* as set, and once bound as it is, so that a new door takes the
                                       same port */
    pid_t child;
    int fd;     /* -1: no door at the moment */
    bool ready; /* it is bound and said so */
    int64_t started_at_ms;
    unsigned quick_deaths;
    uint64_t clock_seen; /* state of the evidence on the clock that the door was told */
    int64_t clock_told_at_ms;
};

/* Read the key and start the door; returns when it is bound. */
EG_MUST_USE
enum eg_status eg_doorman_open(struct eg_doorman *doorman, struct eg_shared *shared,
                               struct eg_error *err);
void eg_doorman_close(struct eg_doorman *doorman);

/* End this door and start one that knows the world in force; its READY comes by its socket. */
EG_MUST_USE
enum eg_status eg_doorman_replace(struct eg_doorman *doorman, struct eg_error *err);

/* READY of a door started later: take its endpoint. false: that was no READY to be expected. */
bool eg_doorman_heard_ready(struct eg_doorman *doorman, const struct eg_door_message *message);

/* The door died, hangs, or says nonsense: end it. */
void eg_doorman_fell(struct eg_doorman *doorman);

/* Once a turn: end a door that never became ready, and start another where there is none, after a
 * pause that grows while they die quickly. */
void eg_doorman_mend(struct eg_doorman *doorman);

/* Once a turn: tell the door what stands for and against the clock, when that changed. */
void eg_doorman_clock(struct eg_doorman *doorman);

/* Read a CURVE key file. */
EG_MUST_USE
enum eg_status eg_doorman_curve(char public_key[EG_CURVE_KEY_TEXT + 1],
                                char secret_key[EG_CURVE_KEY_TEXT + 1], const char *path,
                                struct eg_error *err);

#endif
