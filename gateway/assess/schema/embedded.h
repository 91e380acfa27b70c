/*
 * The schemas and readings of rules/vocabulary, carried inside the program (made by tools/embed at
 * build time).
 */
#ifndef EG_ASSESS_EMBEDDED_H
#define EG_ASSESS_EMBEDDED_H

#include "base/bytes.h"

/* Octets of "directory.xsd", "readings/report-1.xml", ...; data NULL when there is none. Any
 * thread. */
struct eg_bytes eg_embedded(const char *name);

#endif
