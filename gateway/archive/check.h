/*
 * The independent checker: reads the archive by queries of its own, trusts only octets and keys,
 * recomputes everything. Signatures and reruns are done by functions that flow gives it, because
 * verify and assess are rooms beside this one.
 *
 * Conditions (a finding names entry and number):
 *
 *    1  the entry's text is strict and in order
 *    2  the leaf hash and every kept tree node are those of the entries
 *    3  the newest checkpoint is signed by the log key and has this root and size
 *    4  report differs from its digest (salted digest in the entry)
 *    5  signature differs from its digest
 *    6  findings, parameters, facts or a notification differ from their digest
 *    7  the receipt is the entry's, and proves it
 *    8  the signature is valid as of received-at, by a participant of the directory of that time,
 *       authorised
 *    9  directory, package and revocation data named are in the archive, signed, with these digests
 *   10  a rerun gives the same findings, notifications and outcome
 *   11  identities are unique; times, semantics numbers and forms of entries do not run backwards,
 *       and a new form begins with a break entry
 *   12  what look-ups and streams say is what the entries say
 *   13  the facts that a decision leaned on are those in force at its entry
 *   14  the facts that lie in the archive for an entry are those that a rerun remembers, and only
 *       accepted submissions have any
 *   15  the archive is complete: not a copy, made while it was in use, that lacks its write-ahead
 *       log; and not shorter than its head note (flow/audit/audit_head.h)
 *   16  the counts of a decision are those of its findings
 *
 * What it can not see from the archive alone: an archive that was cut back to an earlier state as a
 * whole, checkpoint included. Only a newer checkpoint (the head note is one) or receipt shows that.
 */
#ifndef EG_ARCHIVE_CHECK_H
#define EG_ARCHIVE_CHECK_H

#include "archive/store.h"

struct eg_check_finding {
    /* UINT64_MAX: the log as a whole */
    uint64_t entry;
    unsigned condition;
    char text[EG_ERROR_TEXT_MAX];
};

struct eg_check_inputs {
    uint64_t index;
    const struct eg_entry *entry;
    struct eg_bytes report, signature, parameters, findings;
    /* that it leaned on; entry->has_facts */
    struct eg_bytes facts;
    /* that lie in the archive for it */
    const struct eg_facts *remembered;
    /* under this plant; "" without any */
    const char *plant;
    struct eg_bytes notifications[EG_NOTIFICATIONS_MAX];
    size_t notification_count;
    /* plain SHA-256 of the report */
    struct eg_digest report_digest;
    /* to fetch directory, package, revocation data by digest */
    struct eg_store *store;
};

struct eg_check_hooks {
    void *payload;
    /*
     * Conditions 8 and 9, for every kind of entry: *condition 0 when good; else the number of the
     * one that does not hold, with one line in text.
     */
    enum eg_status (*signature)(void *payload, const struct eg_check_inputs *inputs,
                                unsigned *condition, char text[EG_ERROR_TEXT_MAX],
                                struct eg_error *err);
    /*
     * Conditions 10, 13 and 14, for submissions: *condition 0 when all is the same; else the number
     * of the one that does not hold, with one line in text. *differs_by_engine: not the same, but
     * recorded under another semantics number: counted, no finding.
     */
    enum eg_status (*rerun)(void *payload, const struct eg_check_inputs *inputs,
                            unsigned *condition, bool *differs_by_engine,
                            char text[EG_ERROR_TEXT_MAX], struct eg_error *err);
    void (*finding)(void *payload, const struct eg_check_finding *finding);
    /* After each entry; may be NULL. false: stop, the answer is EG_E_STATE. */
    bool (*progress)(void *payload, uint64_t done, uint64_t total);
};

struct eg_check_counts {
    /* Decisions (submissions). proved_by_digest: not rerun to the same end, for a stated reason. */
    uint64_t proved_and_rerun, proved_by_digest, failed;
    uint64_t
        engine_differs; /* of those proved by digest: recorded under another semantics number */
    /* of all kinds */
    uint64_t entries;
};

/*
 * Check the whole archive against a log key. Fails closed: EG_OK says only that it ran to its end;
 * good is an archive without findings.
 *
 *   counts         filled as far as it went, also on failure
 *   findings_out   number of findings told; the same
 *   path           read in one transaction: a gateway may go on writing
 *   hooks          signature, rerun and finding must be there
 *
 * EG_E_USAGE without origin, key or hooks; EG_E_IO, EG_E_FORMAT, EG_E_NOTFOUND when the archive can
 * not be read (on); EG_E_NOMEM; EG_E_STATE when progress said stop. Memory is that of one entry
 * with its contents. Any thread.
 */
EG_MUST_USE
enum eg_status eg_check_archive(struct eg_check_counts *counts, uint64_t *findings_out,
                                const char *path, const char *origin,
                                const uint8_t public_key[EG_ED25519_KEY_LEN],
                                const struct eg_check_hooks *hooks, struct eg_error *err);

#endif
