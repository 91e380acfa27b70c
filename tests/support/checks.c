#include "tests/support/checks.h"

enum eg_status eg_checks_once(bool *fatal, const struct eg_schematron *schema,
                              const struct eg_schematron_job *job, struct eg_findings *findings,
                              struct eg_error *err)
{
    struct eg_schematron_state *state = NULL;
    enum eg_status status = eg_schematron_state_new(&state, schema, err);
    if (status == EG_OK) {
        status = eg_schematron_run(fatal, state, job, findings, err);
    }
    eg_schematron_state_free(&state);
    return status;
}
