/*
 * Followings: which connections follow under which admission, so that a stream ends together with
 * its admission: a participant who was removed from the directory, or whose certificate was
 * revoked, gets no further item, also none for which it gave credit.
 *
 * Thread: owner thread (the session thread).
 */
#ifndef EG_FLOW_FOLLOWINGS_H
#define EG_FLOW_FOLLOWINGS_H

#include "intake/router.h"

struct eg_following_place {
    char key[EG_CURVE_KEY_TEXT + 1];
    struct eg_route route;
    uint8_t request_id[EG_REQUEST_ID_MAX];
    size_t request_id_len;
};

struct eg_followings {
    struct eg_following_place *places;
    size_t count, capacity;
};

/*
 * A FOLLOW came. A connection has one place, a key at most EG_FOLLOWERS_PER_PARTICIPANT_MAX, as a
 * participant has streams: the oldest leaves first. False: memory ran out, the FOLLOW must be
 * refused.
 */
bool eg_followings_add(struct eg_followings *self, const struct eg_arrival *arrival);

/* The connection is gone, or said BYE. */
void eg_followings_remove(struct eg_followings *self, const struct eg_route *route);

/* Take out the first place whose key `holds` says no to; false: there is none. */
typedef bool (*eg_followings_holds_fn)(void *payload, const char *key);
bool eg_followings_take_ended(struct eg_following_place *out, struct eg_followings *self,
                              eg_followings_holds_fn holds, void *payload);

void eg_followings_done(struct eg_followings *self);

#endif
