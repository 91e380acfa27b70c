/*
 * Two proved receipts of one log, compared: could one honest log have made both? What two receipts
 * alone can show is decided here:
 *   (1) trees of one size have one root;
 *   (2) what was recorded later is in a larger tree, or in the same one;
 *   (3) one index has one entry.
 * That the smaller tree is the beginning of the larger one is not shown: that takes a consistency
 * proof, which receipts do not carry.
 */
#ifndef EG_PROOF_HEADS_H
#define EG_PROOF_HEADS_H

#include "proof/receipt.h"

enum eg_heads_relation {
    EG_HEADS_SAME,  /* the same tree */
    EG_HEADS_NEWER, /* seen is over the larger tree */
    EG_HEADS_OLDER, /* seen is over the smaller one: right for an older receipt given again */
    EG_HEADS_CONTRADICTION
};

/*
 * held, seen  verified with the same log key (eg_receipt_verify), which is the caller's to see to
 * why_out     of a contradiction a static sentence, else NULL
 * Any thread.
 */
enum eg_heads_relation eg_heads_compare(const char **why_out, const struct eg_receipt *held,
                                        const struct eg_receipt *seen);

#endif
