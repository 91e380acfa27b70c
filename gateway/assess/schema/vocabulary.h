/*
 * Reading files of our own vocabularies (directory, package.xml, package tests): parsed, validated
 * against the schema inside the program, and taken into structs.
 */
#ifndef EG_ASSESS_VOCABULARY_H
#define EG_ASSESS_VOCABULARY_H

#include "assess/xml/xml.h"

/*
 * Parse `xml` and validate it.
 *   out      the document, xmlFreeDoc
 *   name     of the file, for messages
 *   schema   name of the embedded schema, "package.xsd"
 *   max_len  octets allowed
 * EG_E_FORMAT with "name:line" and what is wrong, EG_E_LIMIT, EG_E_NOMEM. Any thread.
 */
EG_MUST_USE
enum eg_status eg_vocabulary_parse(xmlDoc **out, struct eg_bytes xml, const char *name,
                                   const char *schema, size_t max_len, struct eg_error *err);

/* A generation of a vocabulary: the namespace of its root element, and its embedded schema. */
struct eg_vocabulary_generation {
    const char *ns, *schema;
};

/*
 * The same for a file that may be of several generations, told by the namespace of its root.
 *   generations   oldest first, ended by one without namespace; what is of none of them is
 *                 validated as one of the last
 */
EG_MUST_USE
enum eg_status eg_vocabulary_parse_any(xmlDoc **out, struct eg_bytes xml, const char *name,
                                       const struct eg_vocabulary_generation *generations,
                                       size_t max_len, struct eg_error *err);

/* EG_E_FORMAT at the line of `node`. */
enum eg_status eg_vocabulary_fault(struct eg_error *err, const char *name, const xmlNode *node,
                                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Attribute that the schema demands, as a new string. EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_vocabulary_need(char **out, const xmlNode *node, const char *attribute,
                                  struct eg_error *err);
/* The same for one that may be absent: *out stays as it is then. */
EG_MUST_USE
enum eg_status eg_vocabulary_may(char **out, const xmlNode *node, const char *attribute,
                                 struct eg_error *err);

/* A day "YYYY-MM-DD" or absent (""), real, into out[11]. EG_E_FORMAT, EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_vocabulary_day(char out[11], const xmlNode *node, const char *attribute,
                                 const char *name, struct eg_error *err);

/*
 * The words of a list attribute, or none when it is absent; a word that is there twice is
 * EG_E_FORMAT at the line of `node` of the file `name`. EG_E_NOMEM. On failure too *out and *count
 * hold what was made: free() each and the list.
 */
EG_MUST_USE
enum eg_status eg_vocabulary_words(char ***out, size_t *count, const xmlNode *node,
                                   const char *attribute, const char *name, struct eg_error *err);

/* Number of element children so named. */
size_t eg_vocabulary_count(const xmlNode *parent, const char *ns, const char *name);

/* Room for `count` zeroed things of `size` into *(void **)out, free(); NULL when count is 0. */
EG_MUST_USE
enum eg_status eg_vocabulary_room(void *out, size_t count, size_t size, struct eg_error *err);

#endif
