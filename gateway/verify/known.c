/*
 * The table of known signers. A set is chosen by two octets of the digest; inside it the entry used
 * longest ago goes. No list, no growth: one array, so memory is bounded by construction.
 */
#include "verify/known.h"

#include <stdlib.h>

static struct eg_known **set_of(struct eg_known_table *table, const struct eg_digest *id)
{
    unsigned number = (unsigned)id->octets[0] << 8 | id->octets[1];
    return table->slots[number % EG_KNOWN_SETS];
}

struct eg_known *eg_known_find(struct eg_known_table *table, const struct eg_digest *id)
{
    struct eg_known **set = set_of(table, id);
    for (size_t i = 0; i < EG_KNOWN_WAYS; i++) {
        if (set[i] != NULL && eg_digest_equal(&set[i]->id, id)) {
            set[i]->used = ++table->clock;
            return set[i];
        }
    }
    return NULL;
}

void eg_known_keep(struct eg_known_table *table, struct eg_known **known)
{
    struct eg_known **set = set_of(table, &(*known)->id);
    size_t place = 0;
    for (size_t i = 0; i < EG_KNOWN_WAYS; i++) {
        if (set[i] == NULL) {
            place = i;
            break;
        }
        place = set[i]->used < set[place]->used ? i : place;
    }
    eg_known_free(&set[place]);
    (*known)->used = ++table->clock;
    set[place] = *known;
    *known = NULL;
}

void eg_known_free(struct eg_known **known)
{
    if (*known == NULL) {
        return;
    }
    EVP_PKEY_CTX_free((*known)->verify);
    X509_free((*known)->certificate);
    free(*known);
    *known = NULL;
}

void eg_known_table_done(struct eg_known_table *table)
{
    for (size_t i = 0; i < EG_KNOWN_SETS; i++) {
        for (size_t j = 0; j < EG_KNOWN_WAYS; j++) {
            eg_known_free(&table->slots[i][j]);
        }
    }
}
