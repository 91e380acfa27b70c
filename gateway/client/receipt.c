/*
 * The public face of gateway/proof/receipt.h: prove a receipt offline, and bind octets to it.
 */
#include <emgate/receipt.h>

#include "base/error.h"
#include "client/internal.h"
#include "proof/heads.h"

#include <stdlib.h>
#include <string.h>

struct eg_client_counts eg_client_counts_of(const struct eg_entry *entry)
{
    struct eg_counts counts = {0};
    struct eg_client_counts out = {.counted = eg_entry_counts(&counts, entry)};

    out.owed = counts.owed;
    out.judged = counts.judged;
    out.exceeded = counts.exceeded;
    out.undecided = counts.undecided;
    return out;
}

const char *eg_client_extent(const struct eg_client_counts *counts)
{
    const struct eg_counts inner = {counts->owed, counts->judged, counts->exceeded,
                                    counts->undecided};
    return counts->counted ? eg_extent_text(eg_counts_extent(&inner)) : "not-counted";
}

static void fill_facts(struct eg_receipt_facts *out, const struct eg_receipt *receipt)
{
    const struct eg_entry *entry = &receipt->entry;
    struct eg_receipt_facts facts = {.index = receipt->index,
                                     .tree_size = receipt->checkpoint.size,
                                     .submission = entry->kind == EG_ENTRY_SUBMISSION,
                                     .recorded_at_ms = entry->recorded_at_ms};
    if (facts.submission) {
        facts.accepted = entry->accepted;
        facts.version = entry->identity.version;
        facts.received_at_ms = entry->received_at_ms;
        facts.semantics = entry->semantics;
        facts.counts = eg_client_counts_of(entry);
        memcpy(facts.participant, entry->identity.participant, sizeof facts.participant);
        memcpy(facts.id, entry->identity.id, sizeof facts.id);
    }
    if (facts.submission && entry->has_package) {
        memcpy(facts.package_id, entry->package.id, sizeof facts.package_id);
        memcpy(facts.package_version, entry->package.version, sizeof facts.package_version);
    }
    *out = facts;
}

enum eg_status eg_receipt_prove(struct eg_receipt_facts *out, struct eg_octets receipt,
                                const char *log_key, struct eg_error *err)
{
    char origin[EG_ORIGIN_MAX + 1] = "";
    uint8_t public_key[EG_ED25519_KEY_LEN] = {0};
    struct eg_receipt parsed = {.index = 0};
    EG_TRY(eg_vkey_read(origin, public_key, eg_bytes_of(log_key), err));
    EG_TRY(eg_receipt_verify(&parsed, eg_octets_bytes(receipt), origin, public_key, err));
    fill_facts(out, &parsed);
    eg_receipt_done(&parsed);
    return EG_OK;
}

/* Receipts are large for a stack: on the heap, and named when they fail. */
static enum eg_status prove_named(struct eg_receipt **out, struct eg_octets octets,
                                  const char *name, const struct eg_checkpoint *log,
                                  const uint8_t *key, struct eg_error *err)
{
    struct eg_receipt *receipt = calloc(1, sizeof *receipt);
    struct eg_error own = {.status = EG_OK};
    if (receipt == NULL) {
        return eg_error_set(err, EG_E_NOMEM, name, "memory ran out");
    }
    enum eg_status status =
        eg_receipt_verify(receipt, eg_octets_bytes(octets), log->origin, key, &own);
    if (status != EG_OK) {
        goto done;
    }
    *out = receipt;
    return EG_OK;

done:
    free(receipt);
    return eg_error_set(err, status, name, "%s", own.text);
}

static void forget(struct eg_receipt **receipt)
{
    if (*receipt != NULL) {
        eg_receipt_done(*receipt);
        free(*receipt);
    }
}

enum eg_status eg_receipt_compare(enum eg_receipt_relation *out, const char **why_out,
                                  struct eg_octets held, struct eg_octets seen, const char *log_key,
                                  struct eg_error *err)
{
    static const enum eg_receipt_relation relation_of[] = {[EG_HEADS_SAME] = EG_RECEIPT_SAME_TREE,
                                                           [EG_HEADS_NEWER] = EG_RECEIPT_NEWER,
                                                           [EG_HEADS_OLDER] = EG_RECEIPT_OLDER,
                                                           [EG_HEADS_CONTRADICTION] =
                                                               EG_RECEIPT_CONTRADICTION};
    struct eg_checkpoint log = {.size = 0};
    uint8_t key[EG_ED25519_KEY_LEN] = {0};
    struct eg_receipt *held_receipt = NULL, *seen_receipt = NULL;
    const char *why = NULL;
    enum eg_status status = eg_vkey_read(log.origin, key, eg_bytes_of(log_key), err);
    if (status != EG_OK) {
        goto done;
    }
    status = prove_named(&held_receipt, held, "held", &log, key, err);
    if (status != EG_OK) {
        goto done;
    }
    status = prove_named(&seen_receipt, seen, "seen", &log, key, err);
    if (status != EG_OK) {
        goto done;
    }
    *out = relation_of[eg_heads_compare(&why, held_receipt, seen_receipt)];
    if (why_out != NULL) {
        *why_out = why;
    }

done:
    forget(&held_receipt);
    forget(&seen_receipt);
    return status;
}

/* The digest that the entry holds for a part; NULL: none. */
static const struct eg_digest *digest_of(const struct eg_entry *entry, enum eg_receipt_part part,
                                         const char *name)
{
    switch (part) {
    case EG_RECEIPT_REPORT:
        return entry->has_report ? &entry->report : NULL;
    case EG_RECEIPT_SIGNATURE:
        return entry->has_signature ? &entry->signature : NULL;
    case EG_RECEIPT_FINDINGS:
        return entry->has_findings ? &entry->findings : NULL;
    case EG_RECEIPT_NOTIFICATION:
        for (size_t i = 0; name != NULL && i < entry->notification_count; i++) {
            if (strcmp(entry->notifications[i].name, name) == 0) {
                return &entry->notifications[i].digest;
            }
        }
        return NULL;
    }
    return NULL;
}

enum eg_status eg_receipt_binds(struct eg_octets receipt, enum eg_receipt_part part,
                                const char *name, const uint8_t salt[32], struct eg_octets octets,
                                struct eg_error *err)
{
    struct eg_receipt parsed = {.index = 0};
    struct eg_salt own;
    memcpy(own.octets, salt, EG_SALT_LEN);
    enum eg_status status = eg_receipt_read(&parsed, eg_octets_bytes(receipt), err);
    if (status != EG_OK) {
        return status;
    }
    const struct eg_digest *listed = digest_of(&parsed.entry, part, name);
    struct eg_digest digest = eg_hash_salted(&own, eg_octets_bytes(octets));
    if (listed == NULL) {
        status = eg_error_set(err, EG_E_NOTFOUND, "receipt", "the entry has no such part");
    } else if (!eg_digest_equal(listed, &digest)) {
        status = eg_error_set(err, EG_E_CRYPTO, "receipt", "the entry is about other octets");
    }
    eg_receipt_done(&parsed);
    return status;
}
