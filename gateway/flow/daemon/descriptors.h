/*
 * Descriptors that strangers can not use up.
 *
 * Whoever connects takes a descriptor of the process, before anything is known of him, and libzmq
 * has no limit for that: the limit of the process is reached, and files can not be opened. So the
 * thread that owns the hall's sockets, and with it those of libzmq that it starts, has a table of
 * descriptors of its own: what is used up there is used up there only. Each table may hold as many
 * as the process's limit says.
 */
#ifndef EG_FLOW_DESCRIPTORS_H
#define EG_FLOW_DESCRIPTORS_H

#include <stdbool.h>

/*
 * Give the calling thread, and the threads it starts from now on, a table of its own that begins as
 * a copy: a descriptor that both are to use must be open before, and one that is opened later by
 * one side is not there for the other. false: the system refuses it, and nothing changed.
 */
bool eg_descriptors_own(void);

#endif
