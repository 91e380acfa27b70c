/*
 * A package is tried before it is installed: it compiles and passes its own tests, in a child
 * process under ceilings.
 */
#ifndef EG_WORKBENCH_SANDBOX_H
#define EG_WORKBENCH_SANDBOX_H

#include "assess/judge/engine.h"

/* What a package gave in its child process. */
struct eg_sandbox_result {
    bool tests_present;
    size_t tests, failed;
    /* first failed test: "name: what differed" */
    char first[EG_ERROR_TEXT_MAX];
};

/* What the child may take. */
struct eg_sandbox_ceilings {
    unsigned cpu_s;
    /* octets of addresses, its parent's included; no ceiling under a sanitizer */
    uint64_t memory;
};

/* EG_SANDBOX_CPU_S and EG_SANDBOX_MEMORY_MAX. */
extern const struct eg_sandbox_ceilings eg_sandbox_ceilings_default;

/*
 * Compile the package and run its tests in a child process under ceilings on memory and CPU time,
 * because the libraries can not be trusted with either. The caller must be single-threaded, or take
 * care that no lock is held.
 * EG_OK: it compiles and tests ran: look at out->failed. EG_E_FORMAT, EG_E_DENIED, EG_E_LIMIT: it
 * does not (also when the child was killed at a ceiling). EG_E_IO: no child could be started.
 */
EG_MUST_USE
enum eg_status eg_sandbox_run(struct eg_sandbox_result *out, const struct eg_package *package,
                              const struct eg_sandbox_ceilings *ceilings, struct eg_error *err);

#endif
