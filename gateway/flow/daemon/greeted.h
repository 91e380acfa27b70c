/*
 * Greeted: what the session thread does when the handshake process (the door) has judged a HELLO:
 * admits the connection's key and signs WELCOME, or says why not; and journals refusals of the
 * door.
 *
 * Thread: owner thread (the session thread).
 */
#ifndef EG_FLOW_GREETED_H
#define EG_FLOW_GREETED_H

#include "flow/daemon/card.h"
#include "flow/daemon/handshake_supervisor.h"
#include "intake/admission.h"

/* All borrowed. */
struct eg_greeted {
    struct eg_gateway_state *gateway;
    struct eg_admission *admission;
    struct eg_handshake_supervisor *supervisor;
    struct eg_cards *cards;
};

/* Handle all GREETED and REFUSED that the door has sent. */
void eg_greeted_hear(const struct eg_greeted *greeted);

#endif
