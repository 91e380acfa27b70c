/*
 * Where the bench lives: a temporary trial folder with identities, directory, the signed rule
 * package, loads of signed reports, and a gateway when one is wanted.
 */
#ifndef EG_BENCH_BENCH_HOME_H
#define EG_BENCH_BENCH_HOME_H

#include "bench/bench.h"

/* The package of the loads, from the root of the repository. */
#define EG_BENCH_PACKAGE "tests/data/packages/bench.half-hourly"

/* The same figures as that package's transform makes, by an assessment. */
#define EG_BENCH_ASSESSMENT "tests/data/packages/bench.assessment"

struct eg_bench_home;

/*
 * Make the folder below TMPDIR (or /tmp).
 *
 *   package  directory of the rule package; signed by the trial's publisher and installed
 *   gateway  path of emgated; NULL: the one beside this program
 *
 * EG_E_NOTFOUND (package), EG_E_FORMAT, EG_E_IO, EG_E_CRYPTO, EG_E_NOMEM. Thread: main.
 */
EG_MUST_USE
enum eg_status eg_bench_home_new(struct eg_bench_home **out, const char *package,
                                 const char *gateway, struct eg_error *err);
void eg_bench_home_free(struct eg_bench_home **home); /* removes the folder */

/* What the stages work with; borrowed from the home. */
struct eg_bench_setting eg_bench_home_setting(const struct eg_bench_home *home);

/*
 * Make and sign `count` reports, each different, and half as many more for the second run: daily
 * ones, or short ones.
 */
EG_MUST_USE
enum eg_status eg_bench_home_load(struct eg_bench_load *out, struct eg_bench_home *home, bool daily,
                                  size_t count, struct eg_error *err);
void eg_bench_load_done(struct eg_bench_load *load); /* a zeroed one is fine */

/*
 * Start a gateway, submit the load at full speed, then its extra reports at half that speed, stop
 * the gateway. EG_E_STATE when it ended early or did not stop cleanly, EG_E_TIMEOUT when it did not
 * start; otherwise as eg_bench_run.
 */
EG_MUST_USE
enum eg_status eg_bench_home_run(struct eg_bench_run *full, struct eg_bench_run *half,
                                 struct eg_bench_home *home, const struct eg_bench_load *load,
                                 struct eg_error *err);

#endif
