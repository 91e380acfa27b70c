/*
 * Blocks of memory in a chain. A reset keeps the chain and begins at its first block again; what
 * does not fit in the current block goes on in the next one.
 */
#include "assess/arena.h"

#include "base/limits.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_OCTETS (64 * EG_KIB)
#define ALIGNMENT alignof(max_align_t)

struct block {
    struct block *next;
    size_t room, used;
    alignas(max_align_t) unsigned char data[];
};

struct eg_arena {
    struct block *first, *now;
};

struct eg_arena *eg_arena_new(void)
{
    return calloc(1, sizeof(struct eg_arena));
}

void eg_arena_free(struct eg_arena **arena)
{
    if (*arena == NULL) {
        return;
    }
    for (struct block *block = (*arena)->first; block != NULL;) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
    free(*arena);
    *arena = NULL;
}

void eg_arena_reset(struct eg_arena *arena)
{
    for (struct block *block = arena->first; block != NULL; block = block->next) {
        block->used = 0;
    }
    arena->now = arena->first;
}

/* A block with `len` free octets behind the current one, made if there is none. */
static struct block *advance(struct eg_arena *arena, size_t len)
{
    while (arena->now != NULL && arena->now->next != NULL) {
        arena->now = arena->now->next;
        if (arena->now->room - arena->now->used >= len) {
            return arena->now;
        }
    }
    size_t room = len > BLOCK_OCTETS ? len : BLOCK_OCTETS;
    struct block *block = malloc(sizeof(*block) + room);
    if (block == NULL) {
        return NULL;
    }
    *block = (struct block){.next = NULL, .room = room, .used = 0};
    *(arena->now != NULL ? &arena->now->next : &arena->first) = block;
    arena->now = block;
    return block;
}

void *eg_arena_take(struct eg_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > (SIZE_MAX / 2 - BLOCK_OCTETS) / size) {
        return NULL;
    }
    size_t len = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    len = len > 0 ? len : ALIGNMENT;
    struct block *block = arena->now;
    if (block == NULL || block->room - block->used < len) {
        block = advance(arena, len);
    }
    if (block == NULL) {
        return NULL;
    }
    void *out = block->data + block->used;
    block->used += len;
    return memset(out, 0, len);
}
