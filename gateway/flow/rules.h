/*
 * Rule packages on their way into a gateway: who published them, may they, do they work; and the
 * folder that a gateway reads: DIR/<package id>/<version>/.
 */
#ifndef EG_FLOW_RULES_H
#define EG_FLOW_RULES_H

#include "assess/engine.h"
#include "core/authorise.h"
#include "verify/cms.h"

/*
 * Check the publisher's signature of a package that was read, and that the publisher named in it
 * may publish it. signer     filled on a pass; may be NULL verdict    pass, or the first code in
 * the way directory  who may publish what at_ms      time at which the signature is judged EG_OK:
 * judged. Other statuses as eg_cms_check.
 */
EG_MUST_USE
enum eg_status eg_rules_authorise(struct eg_signer *signer, struct eg_verdict *verdict,
                                  const struct eg_package *package,
                                  const struct eg_directory *directory,
                                  struct eg_verifier *verifier, int64_t at_ms,
                                  struct eg_error *err);

/* What a package's trial in a child process gave. */
struct eg_rules_trial {
    bool tests_present;
    size_t tests, failed;
    char first[EG_ERROR_TEXT_MAX]; /* first failed test: "name: what differed" */
};

/* What the child may take. */
struct eg_rules_ceilings {
    unsigned cpu_s;
    uint64_t memory; /* octets of addresses, its parent's included; no ceiling under a sanitizer */
};

/* EG_TRIAL_CPU_S and EG_TRIAL_MEMORY_MAX. */
extern const struct eg_rules_ceilings eg_rules_ceilings_default;

/*
 * Compile the package and run its tests in a child process under ceilings on memory and CPU time,
 * because the libraries can not be trusted with either. The caller must be single-threaded, or take
 * care that no lock is held.
 * EG_OK: it compiles and tests ran: look at out->failed. EG_E_FORMAT, EG_E_DENIED, EG_E_LIMIT: it
 * does not (also when the child was killed at a ceiling). EG_E_IO: no child could be started.
 */
EG_MUST_USE
enum eg_status eg_rules_try(struct eg_rules_trial *out, const struct eg_package *package,
                            const struct eg_rules_ceilings *ceilings, struct eg_error *err);

/*
 * Write the package's files to DIR/<id>/<version>, durable and whole or not at all.
 *   path_out  where it lies now, free(); may be NULL
 * EG_E_EXISTS: this version is there with other octets. The same octets again: EG_OK.
 */
EG_MUST_USE
enum eg_status eg_rules_install(char **path_out, const char *dir, const struct eg_package *package,
                                struct eg_error *err);

#endif
