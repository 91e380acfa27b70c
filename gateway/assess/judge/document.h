/*
 * What the files of the engine know of a parsed report; to other rooms it is opaque (engine.h).
 */
#ifndef EG_ASSESS_DOCUMENT_H
#define EG_ASSESS_DOCUMENT_H

#include "assess/judge/engine.h"
#include "assess/xml/xml.h"

struct eg_document {
    xmlDoc *doc;
};

#endif
