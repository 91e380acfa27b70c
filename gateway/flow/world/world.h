/*
 * World: everything that a decision is judged under and that a reload may replace, as one immutable
 * whole: directory, packages, anchors, revocation data. A job carries the generation of the world
 * that judged it; the recorder appends it only if that is still the world in force.
 *
 * Thread: a world is immutable after load and shared; take and drop from any thread.
 */
#ifndef EG_FLOW_WORLD_H
#define EG_FLOW_WORLD_H

#include "assess/judge/engine.h"
#include "core/clock_doubt.h"
#include "core/directory.h"
#include "core/package.h"
#include "core/settings.h"
#include "core/verdict.h"
#include "flow/install/folder.h"
#include "verify/trust.h"

struct eg_world {
    uint64_t generation;
    struct eg_directory *directory;
    struct eg_digest directory_signer; /* certificate of the registrar */
    struct eg_package **packages;      /* sorted by id, then version text; withdrawn ones, too */
    struct eg_rules **rules;           /* each compiled, once for all threads */
    struct eg_span *spans;             /* the periods that each judges */
    struct eg_statement *statements;   /* what its publisher said later of each */
    struct eg_digest *package_signers;
    size_t package_count;
    struct eg_buf anchors, crls;
    struct eg_trust trust;          /* views of the two above */
    int64_t judged_at_ms;           /* time at which signatures and paths were judged at load */
    struct eg_clock_evidence clock; /* what all this says of the time. unjudged: it says that the
                                       clock is wrong; then there are no packages here */
};

/*
 * Load and check everything the settings name: signatures, roles, publishers, that every package
 * compiles, that no two packages judge the same report in the same period (flow/install/folder.h),
 * and that packages for one root element read its identity alike. Whole or not at all. EG_E_FORMAT,
 * EG_E_DENIED with what and where; EG_E_IO, EG_E_NOTFOUND, EG_E_NOMEM.
 *
 * When directory, lists and certificate show that the clock is wrong, it is the clock's fault and
 * not theirs: the directory is judged as of the latest time known to have come, packages are left
 * out, and clock.unjudged says that nothing may be judged by this world.
 */
EG_MUST_USE
enum eg_status eg_world_load(struct eg_world **out, const struct eg_settings *settings,
                             uint64_t generation, struct eg_error *err);
void eg_world_free(struct eg_world **world);

/* Any package for a root element, to read the identity with; NULL with the verdict NO_PACKAGE. */
const struct eg_package *eg_world_reader(const struct eg_world *world, const char *ns,
                                         const char *name, struct eg_verdict *verdict);

/*
 * The one package that judges a report: root element, period, kind, regime and Land fit, of several
 * versions the highest. NULL with the verdict NO_PACKAGE, or PACKAGES when two packages fit because
 * the plant lists the regimes of both.
 *   plant   of the directory; NULL: it has none
 */
const struct eg_package *eg_world_package(const struct eg_world *world, const char *ns,
                                          const char *name, const struct eg_reading *reading,
                                          const struct eg_plant *plant, struct eg_verdict *verdict);

/* The world in force, counted: what was taken stays whole until dropped. */
struct eg_world_slot;
EG_MUST_USE
enum eg_status eg_world_slot_new(struct eg_world_slot **out, struct eg_world **world,
                                 struct eg_error *err); /* taken */
void eg_world_slot_free(struct eg_world_slot **slot);
const struct eg_world *eg_world_take(struct eg_world_slot *slot);
void eg_world_drop(struct eg_world_slot *slot, const struct eg_world **world);
void eg_world_replace(struct eg_world_slot *slot, struct eg_world **world); /* taken */
uint64_t eg_world_generation(struct eg_world_slot *slot);

#endif
