/*
 * Snapshot: everything that a decision is judged under and that a reload may replace, as one
 * immutable whole: directory, packages, anchors, revocation data. A job carries the generation of
 * the snapshot that judged it; the recorder appends it only if that is still the snapshot in force.
 *
 * Thread: a snapshot is not changed after it was loaded, and read by all threads; take and drop:
 * any.
 */
#ifndef EG_FLOW_SNAPSHOT_H
#define EG_FLOW_SNAPSHOT_H

#include "assess/judge/engine.h"
#include "core/clock_doubt.h"
#include "core/directory.h"
#include "core/package.h"
#include "core/settings.h"
#include "core/verdict.h"
#include "flow/install/folder.h"
#include "verify/trust.h"

struct eg_snapshot {
    uint64_t generation;
    struct eg_directory *directory;
    /* certificate of the registrar */
    struct eg_digest directory_signer;
    /* sorted by id, then version text; withdrawn ones, too */
    struct eg_package **packages;
    /* each compiled, once for all threads */
    struct eg_rules **rules;
    /* the periods that each judges */
    struct eg_span *spans;
    /* the newest statement of its publisher about each */
    struct eg_statement *statements;
    struct eg_digest *package_signers;
    size_t package_count;
    struct eg_buf anchors, crls;
    /* views of the two above */
    struct eg_trust trust;
    /* time at which signatures and paths were judged at load */
    int64_t judged_at_ms;
    /* what all this says of the time. clock.unjudged: it shows that the clock is wrong; then the
     * snapshot has no packages */
    struct eg_clock_evidence clock;
};

/*
 * Load and check everything the settings name: signatures, roles, publishers, that every package
 * compiles, that no two packages judge the same report in the same period (flow/install/folder.h),
 * and that packages for one root element read its identity alike. Whole or not at all. EG_E_FORMAT,
 * EG_E_DENIED with what and where; EG_E_IO, EG_E_NOTFOUND, EG_E_NOMEM.
 *
 * When directory, lists and certificate show that the clock is wrong, it is the clock's fault and
 * not theirs: the directory is judged as of the latest time known to have come, packages are left
 * out, and clock.unjudged says that nothing may be judged by this snapshot.
 */
EG_MUST_USE
enum eg_status eg_snapshot_load(struct eg_snapshot **out, const struct eg_settings *settings,
                                uint64_t generation, struct eg_error *err);
void eg_snapshot_free(struct eg_snapshot **snapshot);

/* Any package for a root element, to read the identity with; NULL with the verdict NO_PACKAGE. */
const struct eg_package *eg_snapshot_reader(const struct eg_snapshot *snapshot, const char *ns,
                                            const char *name, struct eg_verdict *verdict);

/*
 * The one package that judges a report: root element, period, kind, regime and Land fit, of several
 * versions the highest. NULL with the verdict NO_PACKAGE, or PACKAGES when two packages fit because
 * the plant has the regimes of both.
 *   plant   of the directory; NULL: it has none
 */
const struct eg_package *eg_snapshot_package(const struct eg_snapshot *snapshot, const char *ns,
                                             const char *name,
                                             const struct eg_report_header *header,
                                             const struct eg_plant *plant,
                                             struct eg_verdict *verdict);

/* The snapshot in force. What was taken stays whole until it is dropped, also when another one has
 * come into force. new and replace take *snapshot. */
struct eg_snapshot_slot;
EG_MUST_USE
enum eg_status eg_snapshot_slot_new(struct eg_snapshot_slot **out, struct eg_snapshot **snapshot,
                                    struct eg_error *err);
void eg_snapshot_slot_free(struct eg_snapshot_slot **slot);
const struct eg_snapshot *eg_snapshot_take(struct eg_snapshot_slot *slot);
void eg_snapshot_drop(struct eg_snapshot_slot *slot, const struct eg_snapshot **snapshot);
void eg_snapshot_replace(struct eg_snapshot_slot *slot, struct eg_snapshot **snapshot);
uint64_t eg_snapshot_generation(struct eg_snapshot_slot *slot);

#endif
