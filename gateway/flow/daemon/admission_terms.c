/*
 * A directory may pin a certificate by its digest: then another version of the directory that pins
 * it too changes nothing.
 */
#include "flow/daemon/admission_terms.h"

struct review {
    const struct eg_snapshot *snapshot;
    bool same_trust, same_directory;
};

static bool still_admitted(void *payload, const struct eg_admitted *admitted)
{
    const struct review *review = payload;
    const struct eg_participant *participant =
        eg_directory_participant(review->snapshot->directory, admitted->participant);
    if (participant == NULL || participant->roles == 0 || !review->same_trust) {
        return false;
    }
    bool pinned = false;
    for (size_t i = 0; i < participant->certificate_count && !pinned; i++) {
        const struct eg_certificate_rule *rule = &participant->certificates[i];
        pinned = rule->pinned && eg_digest_equal(&rule->certificate, &admitted->certificate);
    }
    return pinned || review->same_directory;
}

void eg_admission_terms_set(struct eg_admission_terms *terms, const struct eg_snapshot *snapshot)
{
    struct eg_digest parts[2] = {eg_hash(eg_bytes_view(&snapshot->anchors)),
                                 eg_hash(eg_bytes_view(&snapshot->crls))};
    terms->trust = eg_hash((struct eg_bytes){parts[0].octets, sizeof parts});
    terms->directory = snapshot->directory->digest;
}

size_t eg_admission_terms_review(struct eg_admission_terms *terms, struct eg_admission *admission,
                                 const struct eg_snapshot *snapshot)
{
    struct eg_admission_terms before = *terms;
    eg_admission_terms_set(terms, snapshot);
    struct review review = {.snapshot = snapshot,
                            .same_trust = eg_digest_equal(&before.trust, &terms->trust),
                            .same_directory =
                                eg_digest_equal(&before.directory, &terms->directory)};
    return eg_admission_review(admission, still_admitted, &review);
}
