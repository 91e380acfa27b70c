/*
 * Admission terms: under which anchors, revocation lists and directory admissions were given, and
 * which of them still hold under a new snapshot.
 *
 * An admission holds as long as its certificate would be admitted again. Where that can not be seen
 * without the greeting (another directory that names the certificate by issuer and subject, other
 * anchors or lists), it ends, and the participant greets again.
 *
 * Thread: owner thread (the session thread).
 */
#ifndef EG_FLOW_ADMISSION_TERMS_H
#define EG_FLOW_ADMISSION_TERMS_H

#include "flow/snapshot/snapshot.h"
#include "intake/admission.h"

struct eg_admission_terms {
    /* of anchors and lists */
    struct eg_digest trust;
    struct eg_digest directory;
};

void eg_admission_terms_set(struct eg_admission_terms *terms, const struct eg_snapshot *snapshot);

/* End the admissions that do not hold under this snapshot, and set its terms. How many ended. */
size_t eg_admission_terms_review(struct eg_admission_terms *terms, struct eg_admission *admission,
                                 const struct eg_snapshot *snapshot);

#endif
