/*
 * Daemon: starts the threads in order, waits for signals, reloads, and stops the threads so that
 * every report that was admitted is finished and answered.
 *
 *   SIGTERM, SIGINT   stop cleanly; a second one changes nothing
 *   SIGHUP            reload directory, packages, anchors and revocation lists: whole or not at all
 */
#ifndef EG_FLOW_DAEMON_H
#define EG_FLOW_DAEMON_H

#include "core/settings.h"

/*
 * Begin a log that has no entry yet: write its head note of size 0 (flow/record/continuity.h).
 * EG_E_EXISTS: there is a log already.
 */
EG_MUST_USE
enum eg_status eg_daemon_new_log(const struct eg_settings *settings, struct eg_error *err);

/*
 * Run until told to stop. Prints "ready ..." with both endpoints to stdout once participants may
 * come. EG_OK after a clean stop. Thread: main, before any other exists.
 */
EG_MUST_USE
enum eg_status eg_daemon_run(const struct eg_settings *settings, struct eg_error *err);

#endif
