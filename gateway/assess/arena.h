/*
 * Room that is taken piece by piece and given back all at once: for what is made anew with each
 * report. Blocks stay between reports, so that a steady load allocates nothing. Owner thread.
 */
#ifndef EG_ASSESS_ARENA_H
#define EG_ASSESS_ARENA_H

#include <stddef.h>

struct eg_arena;

struct eg_arena *eg_arena_new(void); /* NULL: memory ran out */
void eg_arena_free(struct eg_arena **arena);
void eg_arena_reset(struct eg_arena *arena); /* everything taken is gone */

/* `count` things of `size` octets, zeroed, aligned for any of them; NULL: memory ran out. */
void *eg_arena_take(struct eg_arena *arena, size_t count, size_t size);

#endif
