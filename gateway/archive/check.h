/*
 * The independent checker: reads the archive with its own eyes, trusts only octets and keys,
 * recomputes everything. Signatures and reruns are done by functions that flow gives it, because
 * verify and assess are rooms beside this one.
 *
 * Conditions (a finding names entry and number):
 *    1 the entry's text is strict and in order
 *    2 the leaf hash and every kept tree node are those of the entries
 *    3 the newest checkpoint is signed by the log key and has this root and size
 *    4 report differs from its digest          (salted digest in the entry)
 *    5 signature differs from its digest
 *    6 findings, parameters, facts or a notification differ from their digest
 *    7 the receipt is the entry's, and proves it
 *    8 the signature is valid as of received-at, by a participant of the directory of that time,
 * authorised 9 directory, package and revocation data named are in the archive, signed, with these
 * digests 10 a rerun gives the same findings, notifications and outcome 11 identities are unique,
 * times do not run backwards 12 what look-ups and streams say is what the entries say
 */
#ifndef EG_ARCHIVE_CHECK_H
#define EG_ARCHIVE_CHECK_H

#include "archive/store.h"

struct eg_check_finding {
    uint64_t entry; /* UINT64_MAX: the log as a whole */
    unsigned condition;
    char text[EG_ERROR_TEXT_MAX];
};

struct eg_check_inputs {
    uint64_t index;
    const struct eg_entry *entry;
    struct eg_bytes report, signature, parameters, findings;
    struct eg_bytes notifications[EG_NOTIFICATIONS_MAX];
    size_t notification_count;
    struct eg_store *store; /* to fetch directory, package, revocation data by digest */
};

struct eg_check_hooks {
    void *payload;
    /* Conditions 8, 9: EG_OK and *good; false with one line in text. */
    enum eg_status (*signature)(void *payload, const struct eg_check_inputs *inputs, bool *good,
                                char text[EG_ERROR_TEXT_MAX], struct eg_error *err);
    /* Condition 10. *differs_by_engine: recorded under another semantics number. */
    enum eg_status (*rerun)(void *payload, const struct eg_check_inputs *inputs, bool *same,
                            bool *differs_by_engine, char text[EG_ERROR_TEXT_MAX],
                            struct eg_error *err);
    void (*finding)(void *payload, const struct eg_check_finding *finding);
    void (*progress)(void *payload, uint64_t done, uint64_t total); /* may be NULL */
};

struct eg_check_counts {
    uint64_t proved_and_rerun, proved_by_digest, failed; /* decisions (submissions) */
    uint64_t engine_differs;
    uint64_t entries; /* of all kinds */
};

/*
 * Check the whole archive against a log key. Fails closed: EG_OK says only that it ran to its end.
 *   findings_out   number of findings told
 * EG_E_USAGE without a key; EG_E_IO, EG_E_FORMAT when the archive can not be read at all.
 */
EG_MUST_USE
enum eg_status eg_check_archive(struct eg_check_counts *counts, uint64_t *findings_out,
                                const char *path, const char *origin,
                                const uint8_t public_key[EG_ED25519_KEY_LEN],
                                const struct eg_check_hooks *hooks, struct eg_error *err);

#endif
