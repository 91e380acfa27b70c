/*
 * Descriptors: a table of file descriptors that strangers can not use up.
 *
 * Every TCP connection takes a descriptor before it is known who connects, and libzmq has no limit
 * for that: the process could open no file any more. So the session thread, and with it the threads
 * that libzmq starts for it, has a table of descriptors of its own. Connections fill that table
 * only. Each table may hold as many descriptors as the limit of the process says.
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
