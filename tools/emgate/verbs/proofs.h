/*
 * Where what came back for a report is kept: under the report's name and the version that the
 * receipt is about, NAME.v<version>.<ending>. Nothing is overwritten: what belongs to another
 * submission, or is another receipt, gets NAME.v<version>.2, .3 and so on.
 */
#ifndef EG_TOOL_PROOFS_H
#define EG_TOOL_PROOFS_H

#include "base/bytes.h"

#include <emgate/client.h>

#define EG_PROOFS_BESIDE_MAX 1000 /* receipts under one name; the next one is refused */

/* What is kept, and for what. Everything borrowed. */
struct eg_proofs {
    /* NULL: beside the report */
    const char *dir;
    /* the report */
    const char *file;
    /* the signature that was sent (eg_proofs_pending); removed once kept */
    const char *pending;
    const char *log_key;
};

/* How the receipt relates to those that were there under its name. */
enum eg_proofs_found {
    EG_PROOFS_ALONE,         /* none, the same one, or ones about other submissions */
    EG_PROOFS_CONTRADICTION, /* another one for the same submission */
    EG_PROOFS_UNKNOWN        /* one that is damaged, or whose salts are: can not be compared */
};

struct eg_proofs_kept {
    enum eg_proofs_found found;
    /* where it lies now */
    char *receipt;
    /* CONTRADICTION, UNKNOWN: the one that was there; else NULL */
    char *other;
};
void eg_proofs_kept_done(struct eg_proofs_kept *kept); /* a zeroed one is fine */

/*
 * Keep receipt, signature, salts, findings and texts of a reply of kind RECEIPT. Whoever finds the
 * receipt finds the rest: it comes last. Half done and run again, the same files come out.
 *
 * EG_E_EXISTS  a file of this very receipt is there with other octets: damaged, and left alone
 * EG_E_LIMIT   EG_PROOFS_BESIDE_MAX; errors of files
 */
EG_MUST_USE
enum eg_status eg_proofs_keep(struct eg_proofs_kept *out, const struct eg_proofs *proofs,
                              const struct eg_client_reply *reply, struct eg_error *err);

/*
 * Name of a signature between sending and the answer: NAME.<digest of `what`>.unanswered.p7s.
 * free(); NULL: memory ran out.
 */
char *eg_proofs_pending(const char *dir, const char *file, struct eg_octets what);

#endif
