/*
 * Entry: the text of one line of history, in the line form of base/text.h. Its leaf hash is
 * SHA-256(0x00 || text) (RFC 6962, 2.1). Keys come in the order given here; keys without a value
 * are absent.
 *
 *   emgate entry 1
 *   kind submission|package|directory|key
 *   identity <participant> <id> <version>   submission
 *   received-at <time>                      submission
 *   recorded-at <time>
 *   signer sha256:<hex>                     certificate digest of who signed what is recorded
 *   report sha256:<hex>                     salted digests: SHA-256(salt || content)
 *   signature sha256:<hex>
 *   package <id> <version> sha256:<hex>
 *   state active|withdrawn <number>        package: the entry is the publisher's statement about it
 *   directory <version> sha256:<hex>
 *   revocation sha256:<hex>                 absent: no revocation data configured
 *   parameters sha256:<hex>
 *   facts sha256:<hex>
 *   findings sha256:<hex>
 *   notification <name> <recipient> sha256:<hex>     once for each, at most EG_NOTIFICATIONS_MAX
 *   log-key <hex of the Ed25519 key>        key
 *   semantics <n>                           submission
 *   outcome accepted|rejected               submission
 *
 * For kind package the content is SIGNED.p7s under `signature` and the packed tree under `report`;
 * with `state`, a statement (core/package_state.h) under `report` and its CMS under `signature`;
 * for kind directory the XML and its CMS; for kind key the key statement text and its CMS.
 */
#ifndef EG_PROOF_ENTRY_H
#define EG_PROOF_ENTRY_H

#include "core/identity.h"
#include "core/package.h"

enum eg_entry_kind { EG_ENTRY_SUBMISSION, EG_ENTRY_PACKAGE, EG_ENTRY_DIRECTORY, EG_ENTRY_KEY };

struct eg_entry_notification {
    char name[EG_ID_MAX + 1];
    char recipient[EG_ID_MAX + 1];
    struct eg_digest digest;
};

struct eg_entry {
    enum eg_entry_kind kind;
    struct eg_identity identity;
    int64_t received_at_ms, recorded_at_ms;
    struct eg_digest signer;
    bool has_report, has_signature, has_package, has_directory, has_revocation, has_parameters,
        has_facts, has_findings, has_log_key, has_state;
    struct eg_digest report, signature, parameters, facts, findings;
    struct eg_package_ref package;
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

EG_MUST_USE
enum eg_status eg_entry_write(struct eg_buf *out, const struct eg_entry *entry,
                              struct eg_error *err);
/* Strict: what is read writes back the same octets. EG_E_FORMAT with the line otherwise. */
EG_MUST_USE
enum eg_status eg_entry_read(struct eg_entry *out, struct eg_bytes text, struct eg_error *err);

#endif
