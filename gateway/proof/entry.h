/*
 * Entry: the text of one line of history, in the line form of base/text.h. Its leaf hash is
 * SHA-256(0x00 || text) (RFC 6962, 2.1). Keys come in the order given here; keys without a value
 * are absent. Which kind must and may have which keys is the table `kinds` of entry.c.
 *
 *   emgate entry 2
 *   kind <kind>
 *   identity <participant> <id> <version>
 *   subject <index>                         of the entry that this one is about
 *   plant <id>                              with report-kind, period and sources: what is reported
 *   report-kind <kind, or ->                of the report; -: it says none
 *   period <from> <until>                   days, both included
 *   source <id>                             once for each that is judged; "*": too many to name
 *   supersedes <index>                      of the entry whose report this one replaces
 *   participant <id>                        to whom was delivered, who acknowledged, who had access
 *   reason <word>                           of a break, withdrawal, access, erasure or held report
 *   received-at <time>
 *   recorded-at <time>
 *   signer sha256:<hex>                     certificate digest of who signed what is recorded
 *   report sha256:<hex>                     salted digests: SHA-256(salt || content)
 *   signature sha256:<hex>
 *   old-signature sha256:<hex>              of a key statement: also by the key before it
 *   package <id> <version> sha256:<hex>     of each package that judged, at most
 *   parameters sha256:<hex>                 EG_JUDGING_PACKAGES_MAX; then of it what it used,
 *   facts sha256:<hex>                      leaned on and found, its verdict, and how much of what
 *   findings sha256:<hex>                   was owed it judged. Without a package: of a report that
 *   verdict accepted|rejected               none judged
 *   counts <owed> <judged> <exceeded> <undecided>
 *   state active|withdrawn <number>         the entry is the publisher's statement about a package
 *   directory <version> sha256:<hex>
 *   revocation sha256:<hex>                 absent: no revocation data configured
 *   notification <name> <recipient> <number, or -> sha256:<hex>
 *                                           once for each, at most EG_NOTIFICATIONS_MAX; the number
 *                                           runs for each recipient from 1, -: it was not numbered
 *   log-key <hex of the Ed25519 key>
 *   semantics <n>                           of the engine; never falls along a log
 *   outcome accepted|rejected               the strictest verdict
 *
 * Kinds, and what the contents are:
 *   submission       the report and its CMS
 *   period           a month, year or other period judged as a whole; subject: the submission that
 *                    caused it (absent: the clock)
 *   package          SIGNED.p7s under `signature` and the packed tree under `report`; with `state`
 *                    a statement (core/package_state.h) and its CMS
 *   directory        the XML and its CMS
 *   key              the key statement and its CMS
 *   delivery         subject was handed to `participant`
 *   acknowledgement  the receiver's signed answer to subject, and its CMS
 *   withdrawal       subject is taken back by who sent it: the signed text and its CMS
 *   access           subject was shown to `participant`
 *   erasure          contents of subject were erased
 *   break            the log goes on under another form, semantics number or origin: `reason`
 *   held             a report met a ceiling and waits: the report and its CMS
 *
 * Form 1, of decisions before log semantics 4, is read and written for who verifies them. It has
 * the kinds submission, package, directory and key, and neither subject, plant, report-kind,
 * period, source, supersedes, participant, reason, old-signature, verdict, counts nor the number of
 * a notification; its keys are in this order: report, signature, package, state, directory,
 * revocation, parameters, facts, findings, notification.
 */
#ifndef EG_PROOF_ENTRY_H
#define EG_PROOF_ENTRY_H

#include "core/identity.h"
#include "core/judged.h"
#include "core/package.h"

/* In the order in which they came: the archive keeps their numbers. */
enum eg_entry_kind {
    EG_ENTRY_SUBMISSION,
    EG_ENTRY_PACKAGE,
    EG_ENTRY_DIRECTORY,
    EG_ENTRY_KEY,
    EG_ENTRY_PERIOD,
    EG_ENTRY_DELIVERY,
    EG_ENTRY_ACKNOWLEDGEMENT,
    EG_ENTRY_WITHDRAWAL,
    EG_ENTRY_ACCESS,
    EG_ENTRY_ERASURE,
    EG_ENTRY_BREAK,
    EG_ENTRY_HELD,
    EG_ENTRY_KINDS,
};

#define EG_ENTRY_FORM 2         /* that is written */
#define EG_ENTRY_SOURCES_MAX 16 /* named; of more "*" is said */
#define EG_ENTRY_REASON_MAX 64
#define EG_JUDGING_PACKAGES_MAX 4

struct eg_entry_notification {
    char name[EG_ID_MAX + 1];
    char recipient[EG_ID_MAX + 1];
    /* 0: it was not numbered */
    uint64_t number;
    struct eg_digest digest;
};

/* One package that judged beside the first. */
struct eg_entry_judging {
    struct eg_package_ref package;
    bool has_parameters, has_facts;
    struct eg_digest parameters, facts, findings;
    bool accepted;
    struct eg_counts counts;
};

struct eg_entry {
    enum eg_entry_kind kind;
    /* 1: of before; 0: EG_ENTRY_FORM */
    unsigned form;
    struct eg_identity identity;
    bool has_subject;
    uint64_t subject;
    /* what is reported; plant "": nothing of it is said */
    char plant[EG_ID_MAX + 1], report_kind[EG_ID_MAX + 1];
    char from[11], until[11];
    char sources[EG_ENTRY_SOURCES_MAX][EG_ID_MAX + 1];
    size_t source_count;
    bool has_supersedes;
    uint64_t supersedes;
    /* "": none */
    char participant[EG_ID_MAX + 1], reason[EG_ENTRY_REASON_MAX + 1];
    int64_t received_at_ms, recorded_at_ms;
    struct eg_digest signer;
    bool has_report, has_signature, has_old_signature, has_package, has_directory, has_revocation,
        has_parameters, has_facts, has_findings, has_log_key, has_state;
    struct eg_digest report, signature, old_signature;
    /* the first package that judged, or that the entry is about; of form 2 with has_findings
     * verdict and counts too */
    struct eg_package_ref package;
    struct eg_digest parameters, facts, findings;
    bool verdict;
    struct eg_counts counts;
    /* further packages that judged */
    struct eg_entry_judging others[EG_JUDGING_PACKAGES_MAX - 1];
    size_t other_count;
    /* state */
    bool withdrawn;
    uint32_t state_number;
    uint64_t directory_version;
    struct eg_digest directory, revocation;
    struct eg_entry_notification notifications[EG_NOTIFICATIONS_MAX];
    size_t notification_count;
    uint8_t log_key[EG_ED25519_KEY_LEN];
    uint32_t semantics;
    bool accepted;
};

/* EG_E_FORMAT: a key is missing, superfluous or has no text form; EG_E_LIMIT, EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_entry_write(struct eg_buf *out, const struct eg_entry *entry,
                              struct eg_error *err);
/* Strict: what is read writes back the same octets. EG_E_FORMAT with the line otherwise. */
EG_MUST_USE
enum eg_status eg_entry_read(struct eg_entry *out, struct eg_bytes text, struct eg_error *err);

const char *eg_entry_kind_text(enum eg_entry_kind kind);

/* The counts over all packages that judged; false: not counted (form 1, or no submission). */
bool eg_entry_counts(struct eg_counts *out, const struct eg_entry *entry);

#endif
