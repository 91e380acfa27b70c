/*
 * Receipts, offline: prove one with the log key alone, and show that it is about these octets.
 * Thread: any.
 */
#ifndef EMGATE_RECEIPT_H
#define EMGATE_RECEIPT_H

#include <emgate/client.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a proved receipt says. */
struct eg_receipt_facts {
    uint64_t index;     /* of the entry in the log, from 0 */
    uint64_t tree_size; /* of the log when the receipt was made */
    bool submission;    /* else package, directory or key; then the rest but recorded_at is empty */
    bool accepted;
    char participant[129], id[129];
    uint32_t version;
    char package_id[129], package_version[32]; /* "": no package was chosen */
    int64_t received_at_ms, recorded_at_ms;
    uint32_t semantics;
    struct eg_client_counts counts;
};

/*
 * Prove a receipt.
 *
 *   log_key  C2SP verifier key, "<origin>+<id>+<base64>": names log and key
 *
 * EG_E_FORMAT  receipt or key is not in its form
 * EG_E_CRYPTO  it proves nothing: the text says which step failed
 */
EG_API EG_MUST_USE
enum eg_status eg_receipt_prove(struct eg_receipt_facts *out, struct eg_octets receipt,
                                const char *log_key, struct eg_error *err);

/* How a receipt relates to another one of the same log. */
enum eg_receipt_relation {
    EG_RECEIPT_SAME_TREE,
    EG_RECEIPT_NEWER, /* over a larger tree: keep it as the newest */
    EG_RECEIPT_OLDER, /* over a smaller one: right for an older receipt that is given again */
    EG_RECEIPT_CONTRADICTION
};

/*
 * Compare a receipt with the newest one held of the same log: an honest log never signs two roots
 * for one size, nor two entries under one index, nor records later what is in a smaller tree. On
 * EG_RECEIPT_CONTRADICTION keep both, as they prove it together. That the smaller tree is the
 * beginning of the larger one is not shown.
 *
 *   why_out  of a contradiction a static sentence, else NULL; may be NULL
 *
 * EG_E_FORMAT, EG_E_CRYPTO  one of them proves nothing; err->where is "held" or "seen"
 */
EG_API EG_MUST_USE
enum eg_status eg_receipt_compare(enum eg_receipt_relation *out, const char **why_out,
                                  struct eg_octets held, struct eg_octets seen, const char *log_key,
                                  struct eg_error *err);

/* What of the entry octets are compared with. */
enum eg_receipt_part {
    EG_RECEIPT_REPORT,
    EG_RECEIPT_SIGNATURE,
    EG_RECEIPT_FINDINGS,
    EG_RECEIPT_NOTIFICATION
};

/*
 * The receipt is about these octets: SHA-256(salt || octets) is in its entry.
 *
 *   name  of the notification; NULL for the other parts
 *
 * EG_OK; EG_E_CRYPTO they differ; EG_E_NOTFOUND the entry has no such part; EG_E_FORMAT
 */
EG_API EG_MUST_USE
enum eg_status eg_receipt_binds(struct eg_octets receipt, enum eg_receipt_part part,
                                const char *name, const uint8_t salt[32], struct eg_octets octets,
                                struct eg_error *err);

#ifdef __cplusplus
}
#endif

#endif
