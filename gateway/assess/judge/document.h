/*
 * What the engine's files know of a report in hand (engine.h); other rooms only hold it.
 */
#ifndef EG_ASSESS_DOCUMENT_H
#define EG_ASSESS_DOCUMENT_H

#include "assess/judge/engine.h"
#include "assess/xml/xml.h"

struct eg_document {
    xmlDoc *doc;
};

#endif
