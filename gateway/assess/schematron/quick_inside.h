/*
 * What quick_run.c and quick_text.c share: one question under way.
 */
#ifndef EG_ASSESS_QUICK_INSIDE_H
#define EG_ASSESS_QUICK_INSIDE_H

#include "assess/schematron/quick_model.h"

#define EG_QUICK_SCRATCH 1024

struct eg_quick_run {
    const struct eg_schematron_state *state;
    struct eg_flat *flat;
    /* to be paid for */
    size_t octets;
    /* nodes looked at */
    unsigned long visits;
    size_t used;
    /* to XPath */
    bool left;
    char scratch[EG_QUICK_SCRATCH];
};

struct eg_quick_value {
    /* boolean, string or number */
    enum eg_quick_type type;
    bool truth;
    double number;
    struct eg_bytes text;
};

/* quick_run.c. Any expression; a set as the text of its first node, "" if it has none. */
struct eg_quick_value eg_quick_value_of(struct eg_quick_run *run, const struct eg_quick *quick,
                                        uint32_t place);
/* The first node of a set; EG_FLAT_NONE: it has none. */
uint32_t eg_quick_first(struct eg_quick_run *run, const struct eg_quick *set, uint32_t place);
/* The same of a path to at most one node. */
uint32_t eg_quick_only(struct eg_quick_run *run, const struct eg_quick *path, uint32_t place);

/* EG_FLAT_NONE: there is no such attribute. */
static inline uint32_t eg_quick_attribute(struct eg_quick_run *run, uint32_t place, uint32_t word)
{
    if (eg_flat_is_attribute(place)) {
        return EG_FLAT_NONE;
    }
    const struct eg_flat_element *element = &run->flat->elements[place];
    const struct eg_flat_attribute *attributes = run->flat->attributes;
    uint32_t end = element[1].attributes;
    for (uint32_t i = element[0].attributes; i < end; i++) {
        if (attributes[i].word == word) {
            run->visits += i - element[0].attributes + 1;
            return i | EG_FLAT_ATTRIBUTE;
        }
    }
    run->visits += end - element[0].attributes;
    return EG_FLAT_NONE;
}

/* eg_quick_only, with the most frequent path at hand. */
static inline uint32_t eg_quick_node(struct eg_quick_run *run, const struct eg_quick *path,
                                     uint32_t place)
{
    return path->own_attribute ? eg_quick_attribute(run, place, path->steps[0].word)
                               : eg_quick_only(run, path, place);
}

/* quick_text.c. Any expression as text; numbers and truths as texts are XPath's business. */
struct eg_bytes eg_quick_text(struct eg_quick_run *run, const struct eg_quick *quick,
                              uint32_t place);
/* One whose type is string. */
struct eg_bytes eg_quick_string(struct eg_quick_run *run, const struct eg_quick *quick,
                                uint32_t place);

static inline struct eg_bytes eg_quick_string_at(struct eg_quick_run *run,
                                                 const struct eg_quick *quick, uint32_t place)
{
    return quick->kind == EG_QUICK_LITERAL
               ? (struct eg_bytes){(const uint8_t *)quick->text, quick->text_len}
               : eg_quick_string(run, quick, place);
}

static inline struct eg_bytes eg_quick_leave(struct eg_quick_run *run)
{
    run->left = true;
    return eg_bytes_of("");
}

/* Of an element: its string value, where that lies in one piece. */
static inline struct eg_bytes eg_quick_text_of_element(struct eg_quick_run *run,
                                                       const xmlNode *node)
{
    const xmlNode *only = node->children;
    if (node->type != XML_ELEMENT_NODE) {
        return eg_quick_leave(run);
    }
    if (only == NULL) {
        return eg_bytes_of("");
    }
    if (only->next != NULL ||
        (only->type != XML_TEXT_NODE && only->type != XML_CDATA_SECTION_NODE)) {
        return eg_quick_leave(run);
    }
    return eg_bytes_of(only->content != NULL ? (const char *)only->content : "");
}

static inline struct eg_bytes eg_quick_text_at(struct eg_quick_run *run, uint32_t place)
{
    if (!eg_flat_is_attribute(place)) {
        return eg_quick_text_of_element(run, run->flat->elements[place].node);
    }
    const struct eg_flat_attribute *attribute = eg_flat_attribute(run->flat, place);
    return attribute->text != NULL
               ? (struct eg_bytes){(const uint8_t *)attribute->text, attribute->len}
               : eg_quick_leave(run);
}

#endif
