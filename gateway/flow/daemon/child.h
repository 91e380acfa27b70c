/*
 * Child: a program of ours as a child process; the demo, the bench and tests start a gateway with
 * it.
 */
#ifndef EG_FLOW_CHILD_H
#define EG_FLOW_CHILD_H

#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Path of a program in the folder of this one, or in ../sbin or ../bin of it, as a new string
 * (free()).
 *
 *   path_out  untouched on failure
 *   name      "emgated"
 *
 * EG_E_NOTFOUND, EG_E_NOMEM. Any thread.
 */
EG_MUST_USE
enum eg_status eg_child_find(char **path_out, const char *name, struct eg_error *err);

/*
 * Start a program. It ends with SIGTERM when this process dies.
 *
 *   pid_out  untouched on failure
 *   argv     ends with NULL; argv[0] is the path; borrowed
 *   journal  file that takes its stdout and stderr; NULL: those of this process
 *
 * EG_E_NOTFOUND (can not be executed; folder of the journal), EG_E_IO. Thread: main.
 */
EG_MUST_USE
enum eg_status eg_child_start(pid_t *pid_out, char *const *argv, const char *journal,
                              struct eg_error *err);

/* true while it runs. A child that has ended is reaped, and *pid becomes -1. */
bool eg_child_runs(pid_t *pid);

/*
 * Wait at most patience_ms for it to end by itself.
 *
 *   exit_out  its exit status
 *
 * EG_E_TIMEOUT: it runs on, *pid stays. EG_E_STATE: a signal ended it; *pid becomes -1.
 */
EG_MUST_USE
enum eg_status eg_child_wait(pid_t *pid, int *exit_out, int patience_ms, struct eg_error *err);

/*
 * Ask it to end (SIGTERM), wait at most patience_ms, then end it (SIGKILL). *pid becomes -1; a pid
 * of -1 is fine.
 *
 * EG_E_STATE  it did not end by itself with exit status 0; err says how it ended
 */
enum eg_status eg_child_stop(pid_t *pid, int patience_ms, struct eg_error *err);

#endif
