/*
 * The newest receipt held of a log, kept between runs: submit, follow and status show it every
 * receipt that comes, and so notice a log that was set back or forked. For each log key one file
 * in the state folder, a receipt as it came: it proves itself, so that damage to it is seen.
 */
#ifndef EG_TOOL_NEWEST_H
#define EG_TOOL_NEWEST_H

#include "emgate/frame/verb.h"

#include <emgate/client.h>

/* Row for a verb's table of options. */
#define EG_NEWEST_OPTION                                                                           \
    {                                                                                              \
        "--state", "DIR",                                                                          \
            "where the newest checkpoint seen of each log is kept; $XDG_STATE_HOME/emgate or "     \
            "~/.local/state/emgate if not given",                                                  \
            false, false                                                                           \
    }

struct eg_newest;

/*
 * Open for a log, before anything is sent; makes the folder.
 *
 *   log_key  C2SP verifier key; copied
 *
 * EG_E_FORMAT, EG_E_CRYPTO  what is held is damaged: it is never taken for "none held"
 * EG_E_USAGE  no folder is given, and there is no home; EG_E_IO ...
 */
EG_MUST_USE
enum eg_status eg_newest_open(struct eg_newest **out, const struct eg_tool_args *args,
                              const char *log_key, struct eg_error *err);
void eg_newest_free(struct eg_newest **newest);

/*
 * A proved receipt came: keep it if it is the newest. Several processes may do so at once.
 *
 * EG_E_DENIED  it contradicts the one held: both are kept in the state folder, and `err` names them
 * others       it could not be compared or kept
 */
EG_MUST_USE
enum eg_status eg_newest_see(struct eg_newest *newest, struct eg_octets receipt,
                             struct eg_error *err);

#endif
