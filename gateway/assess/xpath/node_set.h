/*
 * What is known of nodes: a yes or no for each address, found in one look.
 */
#ifndef EG_ASSESS_NODE_SET_H
#define EG_ASSESS_NODE_SET_H

#include "base/bytes.h"

#include <libxml/tree.h>

struct eg_node_set { /* all zero: empty */
    uintptr_t *keys;
    unsigned char *pass;
    size_t used, room;
};

int eg_node_set_find(const struct eg_node_set *table, uintptr_t key); /* -1: not known */
EG_MUST_USE
bool eg_node_set_put(struct eg_node_set *table, uintptr_t key, bool pass); /* false: no memory */
void eg_node_set_done(struct eg_node_set *table);

#endif
