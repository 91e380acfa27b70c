/*
 * Makes small archives for tests: real entries, salted digests, tree, receipts and checkpoints
 * under a fixed log key, of made-up reports. What signatures and rules would say is played by the
 * fake functions below.
 */
#ifndef EG_TESTS_ARCHIVE_MAKER_H
#define EG_TESTS_ARCHIVE_MAKER_H

#include "archive/check.h"

#define EG_MAKER_ORIGIN "log.test.example"
#define EG_MAKER_BATCH_MAX 64

struct eg_archive_maker {
    char dir[200];
    char path[240];
    uint8_t seed[EG_ED25519_KEY_LEN], public_key[EG_ED25519_KEY_LEN];
    struct eg_store *store;
    struct eg_merkle_edge edge;
    int64_t at_ms;
    struct eg_digest package, directory;
    uint64_t salts; /* drawn so far */
};

/* What stands in one submission. Zero means: accepted, no notification, usual texts. */
struct eg_made {
    const char *participant, *id;
    uint32_t version;
    const char *report;
    bool rejected, taken;
    size_t notifications;
    const char *recipient;
    int64_t at_ms;                     /* recorded-at; 0: one second after the last */
    const struct eg_facts *remembered; /* under `plant`; NULL: none */
    const char *plant;
    /* 0: 1, as archives of before; 2: with the counts below, in the findings too */
    unsigned form;
    uint32_t semantics; /* 0: 1 */
    struct eg_counts counts;
    /* form 2: the entry says one judgement more than its findings */
    bool other_counts;
    /* a break entry, nothing else of it counts but semantics */
    bool is_break;
};

/* A folder of its own and an empty archive, open for writing. Asserts that all works. */
void eg_archive_maker_start(struct eg_archive_maker *maker);
/* Close and remove. */
void eg_archive_maker_stop(struct eg_archive_maker *maker);
/* Close and open again for writing, the tree edge read from the archive. */
enum eg_status eg_archive_maker_reopen(struct eg_archive_maker *maker, struct eg_error *err);

/* Append a directory and a package: entries 0 and 1, one batch. */
void eg_archive_maker_rules(struct eg_archive_maker *maker);
/* Append submissions as one batch; what eg_store_append answered. */
enum eg_status eg_archive_maker_append(struct eg_archive_maker *maker, const struct eg_made *made,
                                       size_t count, struct eg_error *err);
/* Directory, package, five submissions in two batches: accepted with notifications, rejected,
 * identity taken. Seven entries. */
void eg_archive_maker_small(struct eg_archive_maker *maker);

/* Findings of a check, and the hooks that collect them. */
struct eg_found {
    struct eg_check_finding list[64];
    size_t count; /* all, also those that did not fit */
    uint64_t signatures, reruns;
    uint64_t stop_after; /* progress says stop then; 0 never */
    bool engine_differs; /* play: every rerun differs, recorded under another semantics number */
};
/* The signature is good when it reads "signed " and the report; a rerun agrees when the outcome is
 * rejected just for reports that begin with "bad" or whose identity was taken. */
struct eg_check_hooks eg_found_hooks(struct eg_found *found);
/* A finding with this entry and condition is among them. */
bool eg_found_has(const struct eg_found *found, uint64_t entry, unsigned condition);
/* Every finding is of this entry. */
bool eg_found_only(const struct eg_found *found, uint64_t entry);

#endif
