/*
 * Who may publish, for the verbs that ask: anchors, revocation lists, and the registrar's
 * directory.
 */
#ifndef EG_TOOL_RULES_TRUST_H
#define EG_TOOL_RULES_TRUST_H

#include "core/directory.h"
#include "core/package.h"
#include "core/verdict.h"
#include "emgate/frame/verb.h"
#include "verify/cms.h"

/* Rows for a verb's table of options. `needed`: it can not do without them. */
#define EG_TRUST_OPTIONS(needed)                                                                   \
    {.name = "--directory",                                                                        \
     .value = "FILE",                                                                              \
     .help = "Participant directory (XML); its signature is FILE.p7s.",                            \
     .required = (needed)},                                                                        \
        {.name = "--anchors",                                                                      \
         .value = "FILE",                                                                          \
         .help = "Trusted certificates, PEM.",                                                     \
         .required = (needed)},                                                                    \
    {                                                                                              \
        .name = "--crl", .value = "FILE", .help = "Revocation lists, PEM."                         \
    }

struct eg_tool_trust {
    struct eg_buf anchors, crls;
    struct eg_trust trust;
    struct eg_verifier *verifier;
    struct eg_directory *directory;
};

/*
 * Load what --anchors, --crl and --directory name; the directory must be signed by one whom it
 * calls registrar. End with eg_tool_trust_done, also after a failure.
 */
EG_MUST_USE
enum eg_status eg_tool_trust_open(struct eg_tool_trust *out, const struct eg_tool_args *args,
                                  struct eg_error *err);
void eg_tool_trust_done(struct eg_tool_trust *trust);

/* A verdict against something that was to be done, as an error. Returns EG_E_DENIED. */
enum eg_status eg_tool_refused(struct eg_error *err, const char *what,
                               const struct eg_verdict *verdict);

/* The package's publisher signed it and may publish it. EG_E_DENIED: not so. */
EG_MUST_USE
enum eg_status eg_tool_trust_package(struct eg_signer *signer, struct eg_tool_trust *trust,
                                     const struct eg_package *package, struct eg_error *err);

#endif
