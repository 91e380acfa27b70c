/*
 * What the two files that read a directory share: directory.c reads participants, log keys and the
 * whole, and calls directory_plant.c for each plant.
 */
#ifndef EG_ASSESS_DIRECTORY_INSIDE_H
#define EG_ASSESS_DIRECTORY_INSIDE_H

#include "assess/package/directory.h"
#include "assess/schema/vocabulary.h"

#define EG_DIRECTORY_NS_1 "urn:emgate:directory:1"
#define EG_DIRECTORY_NS_2 "urn:emgate:directory:2"
#define EG_DIRECTORY_FILE "directory.xml"

/* The generation that an element is of, as its namespace; borrowed from its document. */
static inline const char *eg_directory_ns(const xmlNode *node)
{
    return (const char *)node->ns->href;
}

/* Attributes from and until, "" where absent. EG_E_FORMAT: no real days, or not in this order.
 * EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_directory_days(char from[11], char until[11], const xmlNode *node,
                                 struct eg_error *err);

/*
 * A plant of either generation, with the conditions that concern it alone (5, 6 and 8 of
 * directory.c). EG_E_FORMAT with the line, EG_E_NOMEM. On failure too `out` is freed with its
 * directory.
 */
EG_MUST_USE
enum eg_status eg_directory_plant_read(struct eg_plant *out, const xmlNode *node,
                                       struct eg_error *err);

#endif
