/*
 * Counting a report's parse against the published input limits (EG_INPUT_LIMITS in base/limits.h).
 *
 * What is counted is what the document is, not how the parser came by it:
 *
 *   nodes         elements, texts, comments, processing instructions; text and CDATA sections that
 *                 touch are one text, also around a character reference
 *   attributes    namespace declarations are attributes here
 *   namespaces    declared at the element and at those around it
 *   text          octets of one text, attribute value, comment or instruction, in UTF-8
 *   name          octets of an element's, attribute's or instruction's name, of a prefix, or of a
 *                 namespace
 *
 * Octets and attributes of one element are counted before the parse (xml.c).
 */
#ifndef EG_ASSESS_XML_COUNT_H
#define EG_ASSESS_XML_COUNT_H

#include "base/bytes.h"
#include "base/limits.h"

enum eg_input_limit {
    EG_INPUT_NONE, /* none is passed */
#define EG_INPUT_ENUM(name, rule, most) EG_INPUT_##name,
    EG_INPUT_LIMITS(EG_INPUT_ENUM)
#undef EG_INPUT_ENUM
        EG_INPUT_COUNT
};

/* The rule of a limit's finding, "limit-nodes", and the most that is allowed. Not of NONE. */
const char *eg_input_rule(enum eg_input_limit limit);
size_t eg_input_most(enum eg_input_limit limit);
/* The limit with this rule; NONE: no limit has it. */
enum eg_input_limit eg_input_named(const char *rule);

/* All zero: nothing is parsed yet. */
struct eg_xml_count {
    size_t depth, nodes, attributes, instructions, comments;
    /* octets of the text that is being counted */
    size_t text;
    bool in_text;
};

/* A start tag as libxml2's SAX2 gives it: `ns` in pairs, `attributes` in fives. */
struct eg_xml_tag {
    const unsigned char *name, *prefix, **ns, **attributes;
    size_t ns_count, attribute_count;
    /* namespaces declared here and around */
    size_t scope;
};

/* Each counts one event of the parse and gives the first limit that it passes. */
enum eg_input_limit eg_xml_count_start(struct eg_xml_count *count, const struct eg_xml_tag *tag);
void eg_xml_count_end(struct eg_xml_count *count);
enum eg_input_limit eg_xml_count_text(struct eg_xml_count *count, size_t octets);
enum eg_input_limit eg_xml_count_comment(struct eg_xml_count *count, const unsigned char *text);
enum eg_input_limit eg_xml_count_instruction(struct eg_xml_count *count, const unsigned char *name,
                                             const unsigned char *text);

#endif
