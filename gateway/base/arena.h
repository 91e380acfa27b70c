/*
 * Memory that is given out in pieces and freed at once: what is compiled once and lives as long as
 * its owner, and what one run needs.
 *
 * Thread: its owner's.
 */
#ifndef EG_BASE_ARENA_H
#define EG_BASE_ARENA_H

#include "base/bytes.h"

struct eg_arena_block;

struct eg_arena {
    /* newest first */
    struct eg_arena_block *blocks;
    /* octets of all blocks */
    size_t held;
    /* held never exceeds it */
    size_t ceiling;
    /* of the next block: what was held before a reset */
    size_t wanted;
    /* why the last piece was not given */
    enum eg_status refusal;
};

void eg_arena_init(struct eg_arena *arena, size_t ceiling);
void eg_arena_done(struct eg_arena *arena); /* may be used again after init */
/* All pieces are gone, the room stays: a steady load asks the allocator for nothing. */
void eg_arena_reset(struct eg_arena *arena);

/* Zeroed and aligned for every type, valid until done; NULL: refused (EG_E_LIMIT, EG_E_NOMEM). */
void *eg_arena_alloc(struct eg_arena *arena, size_t size);
/* The same for `count` pieces of `size` octets in a row; 0 pieces give a place all the same. */
void *eg_arena_array(struct eg_arena *arena, size_t count, size_t size);
/* A copy with a closing 0. */
char *eg_arena_text(struct eg_arena *arena, struct eg_bytes text);

/* Why a piece was refused, as an error with `what` as place. */
enum eg_status eg_arena_refused(const struct eg_arena *arena, const char *what,
                                struct eg_error *err);

#endif
