/*
 * A list in the order of arrival; it is searched once for each FOLLOW and once a second.
 */
#include "flow/daemon/followings.h"

#include "base/vector.h"

#include <stdlib.h>
#include <string.h>

static void remove_at(struct eg_followings *self, size_t at)
{
    self->count--;
    memmove(self->places + at, self->places + at + 1, (self->count - at) * sizeof *self->places);
}

void eg_followings_remove(struct eg_followings *self, const struct eg_route *route)
{
    for (size_t i = self->count; i-- > 0;) {
        const struct eg_route *mine = &self->places[i].route;
        if (mine->len == route->len && memcmp(mine->id, route->id, mine->len) == 0) {
            remove_at(self, i);
        }
    }
}

static void make_room(struct eg_followings *self, const char *key)
{
    size_t held = 0;
    size_t oldest = self->count;
    for (size_t i = self->count; i-- > 0;) {
        if (strcmp(self->places[i].key, key) == 0) {
            oldest = i;
            held++;
        }
    }
    if (held >= EG_FOLLOWERS_PER_PARTICIPANT_MAX) {
        remove_at(self, oldest);
    }
}

bool eg_followings_add(struct eg_followings *self, const struct eg_arrival *arrival)
{
    eg_followings_remove(self, &arrival->route);
    make_room(self, arrival->key);
    if (EG_VECTOR_RESERVE(self->places, self->capacity, self->count + 1, SIZE_MAX) != EG_OK) {
        return false;
    }
    struct eg_following_place *place = &self->places[self->count++];
    memset(place, 0, sizeof *place);
    memcpy(place->key, arrival->key, sizeof place->key);
    place->route = arrival->route;
    memcpy(place->request_id, arrival->message.request_id, arrival->message.request_id_len);
    place->request_id_len = arrival->message.request_id_len;
    return true;
}

bool eg_followings_take_ended(struct eg_following_place *out, struct eg_followings *self,
                              eg_followings_holds_fn holds, void *payload)
{
    for (size_t i = 0; i < self->count; i++) {
        if (!holds(payload, self->places[i].key)) {
            *out = self->places[i];
            remove_at(self, i);
            return true;
        }
    }
    return false;
}

void eg_followings_done(struct eg_followings *self)
{
    free(self->places);
    *self = (struct eg_followings){.places = NULL};
}
