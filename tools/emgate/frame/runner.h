/*
 * Run a command for an item of a stream.
 */
#ifndef EG_TOOL_RUNNER_H
#define EG_TOOL_RUNNER_H

#include <emgate/client.h>

/*
 * Run `command` in a shell and wait for it: notification on its standard input, receipt on file
 * descriptor 3, EMGATE_CURSOR, EMGATE_STREAM, EMGATE_NAME, EMGATE_ENTRY in its environment.
 *
 * EG_E_STATE  it ended with another status than 0, or by a signal
 * EG_E_IO     it could not be started
 */
EG_MUST_USE
enum eg_status eg_runner_run(const char *command, const char *stream,
                             const struct eg_client_item *item, struct eg_error *err);

#endif
