/*
 * The version of emgate and of its log semantics.
 */
#ifndef EMGATE_VERSION_H
#define EMGATE_VERSION_H

#define EG_VERSION "0.1.0"

/* Rises whenever the same report under the same package may give other findings or other octets. */
#define EG_SEMANTICS 4
/* From which on findings and entries have the counts of what was owed and judged (form 2). */
#define EG_SEMANTICS_COUNTED 4

#endif
