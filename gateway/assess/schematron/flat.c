/*
 * The walk, and the table of names. A document repeats few names, each a pointer of its dictionary:
 * a small cache by pointer finds their numbers, so that texts are hashed once for each name.
 */
#include "assess/schematron/flat.h"

#include <libxml/xpath.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_SIZE 128
#define CACHE_SHIFT 57 /* the top bits of a hash number the rows */
#define NUMBER_OCTETS_MAX 64
#define PLAIN_OCTETS_MAX 15    /* digits are whole numbers that a double holds */
#define PLACES_MAX 0x7ffffff0u /* and the marks stay free */

/* ---- names -------------------------------------------------------------------------------- */

static const xmlChar *kind_of(bool attribute)
{
    return BAD_CAST(attribute ? "@" : "");
}

void eg_flat_words_done(struct eg_flat_words *words)
{
    xmlHashFree(words->table, NULL);
    *words = (struct eg_flat_words){0};
}

static uint32_t look_up(const struct eg_flat_words *words, bool attribute, const char *ns,
                        const char *local)
{
    void *found = words->table != NULL ? xmlHashLookup3(words->table, BAD_CAST local, BAD_CAST ns,
                                                        kind_of(attribute))
                                       : NULL;
    return (uint32_t)(uintptr_t)found;
}

uint32_t eg_flat_word(struct eg_flat_words *words, bool attribute, const char *ns,
                      const char *local)
{
    uint32_t word = look_up(words, attribute, ns, local);
    if (word != 0) {
        return word;
    }
    if (words->table == NULL) {
        words->table = xmlHashCreate(64);
    }
    word = words->count + 1;
    if (words->table == NULL ||
        xmlHashAddEntry3(words->table, BAD_CAST local, BAD_CAST ns, kind_of(attribute),
                         (void *)(uintptr_t)word) != 0) {
        return 0;
    }
    words->count = word;
    return word;
}

/* ---- the walk ----------------------------------------------------------------------------- */

struct cached {
    /* NULL: none yet */
    const xmlChar *name;
    const xmlNs *ns;
    uint32_t word;
};

struct walk {
    struct eg_flat *flat;
    const struct eg_flat_words *words;
    uint32_t element_max, attribute_max;
    struct cached elements[CACHE_SIZE], attributes[CACHE_SIZE];
};

static uint32_t find_word(struct walk *walk, struct cached *cached, const xmlChar *name,
                          const xmlNs *ns, bool attribute)
{
    const char *uri = ns != NULL ? (const char *)ns->href : "";
    *cached = (struct cached){name, ns, look_up(walk->words, attribute, uri, (const char *)name)};
    return cached->word;
}

static inline uint32_t word_of(struct walk *walk, const xmlChar *name, const xmlNs *ns,
                               bool attribute)
{
    uint64_t hash = (uintptr_t)name ^ (uintptr_t)ns << 7;
    struct cached *cached = attribute ? walk->attributes : walk->elements;
    cached += hash * 0x9e3779b97f4a7c15u >> CACHE_SHIFT;
    return cached->name == name && cached->ns == ns ? cached->word
                                                    : find_word(walk, cached, name, ns, attribute);
}

/* Room for one more; the last of PLACES_MAX is kept free for the end mark. */
static bool make_room(void *list_slot, uint32_t count, uint32_t *max, size_t size)
{
    void **list = list_slot;
    if (count < *max) {
        return true;
    }
    size_t more = *max < 512 ? 512 : (size_t)*max * 2;
    more = more > PLACES_MAX ? PLACES_MAX : more;
    void *bigger = more > count ? realloc(*list, more * size) : NULL;
    if (bigger == NULL) {
        return false;
    }
    *list = bigger;
    *max = (uint32_t)more;
    return true;
}

static bool add_attributes(struct walk *walk, uint32_t owner)
{
    struct eg_flat *flat = walk->flat;
    for (xmlAttr *a = flat->elements[owner].node->properties; a != NULL; a = a->next) {
        if (!make_room(&flat->attributes, flat->attribute_count, &walk->attribute_max,
                       sizeof *flat->attributes)) {
            return false;
        }
        const xmlNode *only = a->children;
        bool plain = only == NULL || (only->next == NULL && only->type == XML_TEXT_NODE);
        const char *text = only != NULL ? (const char *)only->content : "";
        text = text != NULL ? text : "";
        size_t len = plain ? strlen(text) : 0;
        plain = plain && len < UINT32_MAX;
        flat->attributes[flat->attribute_count++] =
            (struct eg_flat_attribute){.node = (xmlNode *)a,
                                       .text = plain ? text : NULL,
                                       .len = (uint32_t)len,
                                       .word = word_of(walk, a->name, a->ns, true),
                                       .owner = owner};
    }
    return true;
}

static bool add_element(struct walk *walk, xmlNode *node, uint32_t parent, uint32_t previous)
{
    struct eg_flat *flat = walk->flat;
    if (!make_room(&flat->elements, flat->element_count + 1, &walk->element_max,
                   sizeof *flat->elements)) {
        return false;
    }
    uint32_t at = flat->element_count++;
    flat->elements[at] = (struct eg_flat_element){.node = node,
                                                  .parent = parent,
                                                  .first = EG_FLAT_NONE,
                                                  .next = EG_FLAT_NONE,
                                                  .previous = previous,
                                                  .attributes = flat->attribute_count};
    flat->elements[at + 1].attributes = flat->attribute_count;
    if (node->type != XML_ELEMENT_NODE) {
        return true;
    }
    if (previous != EG_FLAT_NONE) {
        flat->elements[previous].next = at;
    } else {
        flat->elements[parent].first = at;
    }
    intptr_t number = (intptr_t)at;
    if (node->content != (xmlChar *)(-number)) {
        node->content = (xmlChar *)(-number); /* as libxml2 does itself; a shared one has it */
    }
    flat->elements[at].word = word_of(walk, node->name, node->ns, false);
    bool good = add_attributes(walk, at);
    flat->elements[at + 1].attributes = flat->attribute_count;
    return good;
}

static bool fill(struct walk *walk, xmlDoc *doc)
{
    struct eg_flat *flat = walk->flat;
    uint32_t parent = 0;
    uint32_t previous = EG_FLAT_NONE;
    bool good = add_element(walk, (xmlNode *)doc, EG_FLAT_NONE, EG_FLAT_NONE);
    const xmlNode *node = doc->children;
    while (good && node != NULL) {
        if (node->type == XML_ELEMENT_NODE) {
            uint32_t at = flat->element_count;
            good = add_element(walk, (xmlNode *)(uintptr_t)node, parent, previous);
            previous = at;
            if (good && node->children != NULL) {
                parent = at;
                previous = EG_FLAT_NONE;
                node = node->children;
                continue;
            }
        }
        while (good && node != NULL && node->next == NULL) {
            node = node->parent != (const xmlNode *)doc ? node->parent : NULL;
            previous = parent;
            parent = node != NULL ? flat->elements[parent].parent : 0;
        }
        node = node != NULL ? node->next : NULL;
    }
    return good;
}

static bool add_memos(struct eg_flat *flat, const struct eg_flat_words *words)
{
    flat->memos = calloc((size_t)words->memo_count + 1, sizeof *flat->memos);
    flat->memo_count = flat->memos != NULL ? words->memo_count : 0;
    for (uint32_t i = 0; i < flat->memo_count; i++) {
        flat->memos[i] = EG_FLAT_UNKNOWN;
    }
    return flat->memos != NULL;
}

enum eg_status eg_flat_new(struct eg_flat **out, const struct eg_flat_words *words, xmlDoc *doc,
                           struct eg_error *err)
{
    struct walk walk = {.words = words};
    walk.flat = calloc(1, sizeof *walk.flat);
    if (walk.flat != NULL) {
        walk.flat->doc = doc;
    }
    if (walk.flat == NULL || !add_memos(walk.flat, words) || !fill(&walk, doc)) {
        eg_flat_free(&walk.flat);
        return eg_error_set(err, EG_E_NOMEM, NULL, "no memory for the tables of a document");
    }
    *out = walk.flat;
    return EG_OK;
}

void eg_flat_free(struct eg_flat **slot)
{
    if (slot == NULL || *slot == NULL) {
        return;
    }
    free((*slot)->elements);
    free((*slot)->attributes);
    free((*slot)->memos);
    free(*slot);
    *slot = NULL;
}

/* ---- places ------------------------------------------------------------------------------- */

static uint32_t find_element(const struct eg_flat *flat, const xmlNode *node)
{
    intptr_t at = -(intptr_t)node->content;
    bool here = at > 0 && at < (intptr_t)flat->element_count && flat->elements[at].node == node;
    return here ? (uint32_t)at : EG_FLAT_NONE;
}

uint32_t eg_flat_find(const struct eg_flat *flat, const xmlNode *node)
{
    if (node->type == XML_DOCUMENT_NODE) {
        return (const xmlDoc *)node == flat->doc ? 0 : EG_FLAT_NONE;
    }
    if (node->type == XML_ELEMENT_NODE) {
        return find_element(flat, node);
    }
    if (node->type != XML_ATTRIBUTE_NODE || node->parent == NULL) {
        return EG_FLAT_NONE;
    }
    uint32_t owner = find_element(flat, node->parent);
    if (owner != EG_FLAT_NONE) {
        for (uint32_t i = flat->elements[owner].attributes;
             i < flat->elements[owner + 1].attributes; i++) {
            if (flat->attributes[i].node == node) {
                return i | EG_FLAT_ATTRIBUTE;
            }
        }
    }
    return EG_FLAT_NONE;
}

/* Attributes stand behind their element and before its children. */
uint64_t eg_flat_key(const struct eg_flat *flat, uint32_t place)
{
    if ((place & EG_FLAT_ATTRIBUTE) == 0) {
        return (uint64_t)place << 32;
    }
    uint32_t at = place & ~EG_FLAT_ATTRIBUTE;
    return (uint64_t)flat->attributes[at].owner << 32 | (at + 1);
}

bool eg_flat_find_ascii(struct eg_flat_attribute *attribute)
{
    const char *text = attribute->text;
    size_t len = attribute->len;
    uint64_t all = 0;
    for (; len >= sizeof all; len -= sizeof all, text += sizeof all) {
        uint64_t some = 0;
        memcpy(&some, text, sizeof some);
        all |= some;
    }
    for (; len > 0; len--, text++) {
        all |= (unsigned char)*text;
    }
    attribute->ascii = (all & 0x8080808080808080u) == 0 ? EG_FLAT_ASCII : EG_FLAT_NOT_ASCII;
    return attribute->ascii == EG_FLAT_ASCII;
}

/* ---- numbers ------------------------------------------------------------------------------ */

/*
 * Digits, maybe with a sign and a fraction of few digits: the same steps that libxml2 takes. Its
 * pow(10, n) is exact where the powers below are.
 */
static bool read_plain(double *out, const char *text, size_t len)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    size_t at = len > 0 && text[0] == '-' ? 1 : 0;
    size_t first = at;
    uint64_t digits = 0;
    if (len - at == 0 || len > PLAIN_OCTETS_MAX) {
        return false;
    }
    for (; at < len && (unsigned char)(text[at] - '0') <= 9; at++) {
        digits = digits * 10 + (unsigned char)(text[at] - '0');
    }
    if (at == first) {
        return false;
    }
    double number = (double)digits;
    if (at < len && text[at] == '.') {
        size_t start = ++at;
        for (digits = 0; at < len && (unsigned char)(text[at] - '0') <= 9; at++) {
            digits = digits * 10 + (unsigned char)(text[at] - '0');
        }
        number += (double)digits / powers[at - start];
    }
    *out = first > 0 ? -number : number;
    return at == len;
}

double eg_flat_number(const char *text, size_t len, bool ended, bool *unknown)
{
    double number = 0;
    char copy[NUMBER_OCTETS_MAX + 1];
    if (read_plain(&number, text, len)) {
        return number;
    }
    if (ended) {
        return xmlXPathCastStringToNumber((const xmlChar *)text);
    }
    if (len > NUMBER_OCTETS_MAX) {
        *unknown = true;
        return (double)NAN;
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    return xmlXPathCastStringToNumber((const xmlChar *)copy);
}
