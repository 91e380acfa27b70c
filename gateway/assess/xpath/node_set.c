/*
 * Open addressing over addresses. Memory is libxml2's, so that the ceiling of a run (memory.h) sees
 * it.
 */
#include "assess/xpath/node_set.h"

#include <libxml/xmlmemory.h>
#include <string.h>

static size_t slot_of(const struct eg_node_set *table, uintptr_t key)
{
    size_t slot = (size_t)((key >> 3) * 0x9e3779b97f4a7c15U >> 20) & (table->room - 1);

    while (table->keys[slot] != 0 && table->keys[slot] != key) {
        slot = (slot + 1) & (table->room - 1);
    }
    return slot;
}

int eg_node_set_find(const struct eg_node_set *table, uintptr_t key)
{
    if (table->room == 0) {
        return -1;
    }
    size_t slot = slot_of(table, key);
    return table->keys[slot] == key ? table->pass[slot] : -1;
}

static bool grow(struct eg_node_set *table)
{
    struct eg_node_set more = *table;

    more.room = table->room == 0 ? 64 : 2 * table->room;
    more.keys = xmlMalloc(more.room * sizeof *more.keys);
    more.pass = xmlMalloc(more.room);
    if (more.keys == NULL || more.pass == NULL) {
        xmlFree(more.keys);
        xmlFree(more.pass);
        return false;
    }
    memset(more.keys, 0, more.room * sizeof *more.keys);
    for (size_t i = 0; i < table->room; i++) {
        if (table->keys[i] != 0) {
            size_t slot = slot_of(&more, table->keys[i]);
            more.keys[slot] = table->keys[i];
            more.pass[slot] = table->pass[i];
        }
    }
    xmlFree(table->keys);
    xmlFree(table->pass);
    *table = more;
    return true;
}

bool eg_node_set_put(struct eg_node_set *table, uintptr_t key, bool pass)
{
    if (4 * table->used >= 3 * table->room && !grow(table)) {
        return false;
    }
    size_t slot = slot_of(table, key);
    table->used += table->keys[slot] == 0;
    table->keys[slot] = key;
    table->pass[slot] = pass;
    return true;
}

void eg_node_set_done(struct eg_node_set *table)
{
    xmlFree(table->keys);
    xmlFree(table->pass);
    *table = (struct eg_node_set){0};
}
