/*
 * Checks as a test wants them: one document, by a state of its own.
 */
#ifndef EG_TESTS_SUPPORT_CHECKS_H
#define EG_TESTS_SUPPORT_CHECKS_H

#include "assess/schematron/schematron.h"

/* As eg_schematron_run, with a new state. */
EG_MUST_USE
enum eg_status eg_checks_once(bool *fatal, const struct eg_schematron *schema,
                              const struct eg_schematron_job *job, struct eg_findings *findings,
                              struct eg_error *err);

#endif
