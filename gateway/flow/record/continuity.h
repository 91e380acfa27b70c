/*
 * Continuity: a log is never continued shorter than it was. The head note (proof/head_note.h) holds
 * size and root of what has left the gateway; an archive that does not hold all of that is refused.
 *
 * Each refusal names what is missing or different, and how to go on.
 *
 * Thread: the ledger's owner; begin: before a gateway runs.
 */
#ifndef EG_FLOW_CONTINUITY_H
#define EG_FLOW_CONTINUITY_H

#include "archive/head_file.h"
#include "archive/store.h"

/* Where a log lies and what it is called. All borrowed. */
struct eg_log_place {
    /* paths */
    const char *archive, *head;
    const char *origin;
    /* of the log key, EG_ED25519_KEY_LEN octets */
    const uint8_t *seed;
};

/*
 * Begin a log: write a head note of size 0. EG_OK too if one of size 0 is there and no entry.
 *
 * EG_E_EXISTS  there is a head note that is not empty, or damaged, or of another log or key; or an
 *              archive with entries or of another log: one key never signs two logs
 */
EG_MUST_USE
enum eg_status eg_continuity_begin(const struct eg_log_place *place, struct eg_error *err);

/*
 * The head note of a log that is to be continued. For an archive of a version that wrote no head
 * note, one is made from the archive's own head, once; *taken_out says so.
 *
 * EG_E_DENIED  there is no head note, with or without an archive; EG_E_FORMAT, EG_E_CRYPTO: it is
 *              damaged, or of another log or key
 */
EG_MUST_USE
enum eg_status eg_continuity_open(struct eg_head_file **out, bool *taken_out,
                                  const struct eg_log_place *place, struct eg_error *err);

/*
 * Does the tree in the store, whose right edge is `edge`, extend what is known of it?
 *
 *   known   size and root, from the head note or from memory
 *   what    names where `known` comes from, for the message
 *
 * EG_E_DENIED  it is shorter, or has another root at that size
 */
EG_MUST_USE
enum eg_status eg_continuity_check(struct eg_store *store, const struct eg_merkle_edge *edge,
                                   const struct eg_checkpoint *known, const char *what,
                                   struct eg_error *err);

#endif
