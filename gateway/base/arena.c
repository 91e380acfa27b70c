/*
 * Blocks grow by half of what is held already, so that small arenas stay small and large ones ask
 * the allocator seldom.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MIN ((size_t)4096)

struct eg_arena_block {
    struct eg_arena_block *next;
    size_t size, used;
    alignas(max_align_t) uint8_t data[];
};

void eg_arena_init(struct eg_arena *arena, size_t ceiling)
{
    *arena = (struct eg_arena){.ceiling = ceiling};
}

void eg_arena_done(struct eg_arena *arena)
{
    while (arena->blocks != NULL) {
        struct eg_arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    arena->held = 0;
}

void eg_arena_reset(struct eg_arena *arena)
{
    struct eg_arena_block *block = arena->blocks;
    if (block != NULL && block->next == NULL) {
        memset(block->data, 0, block->used);
        block->used = 0;
        return;
    }
    arena->wanted = arena->held; /* one block of this size the next time */
    eg_arena_done(arena);
}

static struct eg_arena_block *add_block(struct eg_arena *arena, size_t size)
{
    size_t room = arena->held / 2 > BLOCK_MIN ? arena->held / 2 : BLOCK_MIN;
    size_t left = arena->ceiling - arena->held;

    room = arena->wanted > room ? arena->wanted : room;
    arena->wanted = 0;
    room = size > room ? size : room;
    room = room > left ? size : room;
    if (room > left) {
        arena->refusal = EG_E_LIMIT;
        return NULL;
    }
    struct eg_arena_block *block = calloc(1, sizeof(*block) + room);
    if (block == NULL) {
        arena->refusal = EG_E_NOMEM;
        return NULL;
    }
    block->size = room;
    block->next = arena->blocks;
    arena->blocks = block;
    arena->held += room;
    return block;
}

void *eg_arena_alloc(struct eg_arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);

    if (size > SIZE_MAX - align) {
        arena->refusal = EG_E_LIMIT;
        return NULL;
    }
    size = size == 0 ? align : (size + align - 1) / align * align;
    struct eg_arena_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < size) {
        block = add_block(arena, size);
    }
    if (block == NULL) {
        return NULL;
    }
    void *piece = block->data + block->used;
    block->used += size;
    return piece;
}

void *eg_arena_array(struct eg_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        arena->refusal = EG_E_LIMIT;
        return NULL;
    }
    return eg_arena_alloc(arena, count * size);
}

char *eg_arena_text(struct eg_arena *arena, struct eg_bytes text)
{
    char *copy = text.len < SIZE_MAX ? eg_arena_alloc(arena, text.len + 1) : NULL;

    if (copy != NULL && text.len > 0) {
        memcpy(copy, text.data, text.len);
    }
    return copy;
}

enum eg_status eg_arena_refused(const struct eg_arena *arena, const char *what,
                                struct eg_error *err)
{
    if (arena->refusal == EG_E_LIMIT) {
        return eg_error_set(err, EG_E_LIMIT, what, "needs more than %zu octets of memory",
                            arena->ceiling);
    }
    return eg_error_set(err, EG_E_NOMEM, what, "memory ran out");
}
