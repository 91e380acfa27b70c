/*
 * A document as two tables, made in one walk: elements in document order with their relatives as
 * numbers, and their attributes. Names that a schema asks for are numbers too, so that a check
 * compares integers where libxml2 compares texts, and an attribute's number is read once however
 * many checks ask for it. The document is not changed, but its elements are numbered as
 * xmlXPathOrderDocElems numbers them, which sorts node sets without walking; one that is numbered
 * is not touched.
 */
#ifndef EG_ASSESS_FLAT_H
#define EG_ASSESS_FLAT_H

#include "assess/xml/xml.h"

#include <libxml/hash.h>

/* ---- names that are asked for; grows while a schema is read, then read only --------------- */

struct eg_flat_words {
    /* made with the first word */
    xmlHashTable *table;
    uint32_t count;
    /* places that are worth keeping for a document */
    uint32_t memo_count;
};

void eg_flat_words_done(struct eg_flat_words *words);
/* Number of a name, from 1; 0: no memory. ns "" for none. */
uint32_t eg_flat_word(struct eg_flat_words *words, bool attribute, const char *ns,
                      const char *local);

/* ---- the tables --------------------------------------------------------------------------- */

#define EG_FLAT_NONE UINT32_MAX
#define EG_FLAT_UNKNOWN (UINT32_MAX - 1)
#define EG_FLAT_ATTRIBUTE 0x80000000u /* in a place: the number of an attribute */

/* Element 0 is the document. */
struct eg_flat_element {
    xmlNode *node;
    /* 0: no one asks for its name */
    uint32_t word;
    uint32_t parent;
    /* child element, or EG_FLAT_NONE */
    uint32_t first;
    /* sibling element, or EG_FLAT_NONE */
    uint32_t next, previous;
    /* its first; they end where those of the next element begin */
    uint32_t attributes;
};

struct eg_flat_attribute {
    xmlNode *node;
    /* NULL: not in one piece */
    const char *text;
    /* of the text, once has_number */
    double number;
    uint32_t len;
    uint32_t word;
    uint32_t owner;
    bool has_number;
    /* each octet of the text is a character: EG_FLAT_ASCII, ..; 0: not looked yet */
    uint8_t ascii;
};
#define EG_FLAT_ASCII 1
#define EG_FLAT_NOT_ASCII 2

struct eg_flat {
    const xmlDoc *doc;
    /* one more behind the last, for its `attributes` */
    struct eg_flat_element *elements;
    struct eg_flat_attribute *attributes;
    uint32_t element_count, attribute_count;
    /* EG_FLAT_UNKNOWN until someone has looked */
    uint32_t *memos;
    uint32_t memo_count;
};

/*
 * `doc` is borrowed until eg_flat_free. EG_E_NOMEM (more than 2^31 nodes too). One thread: numbers
 * are filled in while they are asked for.
 */
EG_MUST_USE
enum eg_status eg_flat_new(struct eg_flat **out, const struct eg_flat_words *words, xmlDoc *doc,
                           struct eg_error *err);
void eg_flat_free(struct eg_flat **flat);

/* Place of a node; EG_FLAT_NONE for what is no element, attribute or the document. */
uint32_t eg_flat_find(const struct eg_flat *flat, const xmlNode *node);
static inline bool eg_flat_is_attribute(uint32_t place)
{
    return (place & EG_FLAT_ATTRIBUTE) != 0;
}

static inline struct eg_flat_attribute *eg_flat_attribute(const struct eg_flat *flat,
                                                          uint32_t place)
{
    return &flat->attributes[place & ~EG_FLAT_ATTRIBUTE];
}

static inline xmlNode *eg_flat_node(const struct eg_flat *flat, uint32_t place)
{
    return eg_flat_is_attribute(place) ? eg_flat_attribute(flat, place)->node
                                       : flat->elements[place].node;
}

static inline uint32_t eg_flat_parent(const struct eg_flat *flat, uint32_t place)
{
    return eg_flat_is_attribute(place) ? eg_flat_attribute(flat, place)->owner
                                       : flat->elements[place].parent;
}

static inline uint32_t eg_flat_word_at(const struct eg_flat *flat, uint32_t place)
{
    return eg_flat_is_attribute(place) ? eg_flat_attribute(flat, place)->word
                                       : flat->elements[place].word;
}

/* Places in document order have rising keys. */
uint64_t eg_flat_key(const struct eg_flat *flat, uint32_t place);

/* Looks and keeps what was seen; text is not NULL. */
bool eg_flat_find_ascii(struct eg_flat_attribute *attribute);
static inline bool eg_flat_is_ascii(struct eg_flat_attribute *attribute)
{
    return attribute->ascii != 0 ? attribute->ascii == EG_FLAT_ASCII
                                 : attribute->text != NULL && eg_flat_find_ascii(attribute);
}

/*
 * The number that XPath's operators take a text for, bit for bit as libxml2 reads it. `ended`: a
 * NUL follows; *unknown is set where a copy would be needed and none is made.
 */
double eg_flat_number(const char *text, size_t len, bool ended, bool *unknown);

#endif
