/*
 * A gateway without sockets for tests: a trial folder with real certificates, a signed directory
 * and a signed package, the stages, and the recorder with its archive.
 */
#ifndef EG_TESTS_GATEWAY_MAKER_H
#define EG_TESTS_GATEWAY_MAKER_H

#include "flow/job/outgoing.h"
#include "flow/record/ledger.h"
#include "flow/recorder/recorder.h"
#include "flow/stages/stage_runner.h"
#include "verify/sign.h"

#define EG_MAKER_GATEWAY_ORIGIN "log.test.example"

struct eg_gateway_maker {
    char dir[200];
    char archive[240];
    struct eg_settings settings;
    struct eg_gateway_state gateway;
    struct eg_recorder *recorder;
    struct eg_worker worker;
    struct eg_signing_key *signing; /* of the operator */
    struct eg_buf anchors;
    uint8_t log_key[EG_ED25519_KEY_LEN];
};

/* Everything up to a started recorder. `package` is the source folder. Ends the test on failure. */
void eg_gateway_maker_start(struct eg_gateway_maker *maker, const char *package);
/* Stop the recorder; the archive can then be opened by others. */
void eg_gateway_maker_halt(struct eg_gateway_maker *maker);
/* All of it, folder included. */
void eg_gateway_maker_stop(struct eg_gateway_maker *maker);

/* Sign as the operator and hand in; the answer (eg_outgoing_free), NULL when none came in time. */
struct eg_outgoing *eg_gateway_maker_submit(struct eg_gateway_maker *maker, struct eg_bytes report);

/* After halt: judge, but do not record. The judged job (eg_job_free). */
struct eg_job *eg_gateway_maker_judge(struct eg_gateway_maker *maker, struct eg_bytes report);
/* After halt: record a draft under the real log key, whatever it says. */
void eg_gateway_maker_commit(struct eg_gateway_maker *maker, struct eg_draft *draft);

/* A report of the benchmark's package: `id` on a day of 2026. out is initialised by the function.
 */
void eg_gateway_maker_report(struct eg_buf *out, const char *id, uint64_t seed);

#endif
