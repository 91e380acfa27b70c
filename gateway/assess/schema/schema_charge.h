/*
 * What one value of a report may cost a schema at most. libxml2 tries the words of an enumeration
 * one after another, and the members of a union with all that they are made of: unions of unions
 * double with each step. So words are few, and the members of a union are no unions.
 */
#ifndef EG_ASSESS_SCHEMA_CHARGE_H
#define EG_ASSESS_SCHEMA_CHARGE_H

#include "assess/xml/xml.h"

/* What was seen in all documents of one schema. Begin with zeros. */
struct eg_schema_charges {
    /* a type and what it is made of */
    struct eg_schema_link *links;
    size_t count, max;
    size_t words, patterns;
};

/*
 * Take in one node of a document of the schema.
 *   where   "file:line" of the node
 * EG_E_LIMIT: more than EG_SCHEMA_WORDS_MAX words, EG_SCHEMA_PATTERNS_MAX patterns or
 * EG_SCHEMA_MEMBERS_MAX members; EG_E_FORMAT: a member twice, or a union inside a union.
 */
EG_MUST_USE
enum eg_status eg_schema_charge(struct eg_schema_charges *charges, const xmlNode *node,
                                const char *where, struct eg_error *err);

/* When all documents were seen. EG_E_FORMAT: a member of a union is a union. */
EG_MUST_USE
enum eg_status eg_schema_charge_end(struct eg_schema_charges *charges, struct eg_error *err);

void eg_schema_charges_done(struct eg_schema_charges *charges);

#endif
