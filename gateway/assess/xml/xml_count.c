/*
 * Why this file exists: a report of a few megabytes can hold a million of anything that a parser or
 * a check then looks at one by one. 1,140,000 processing instructions left no operations to read
 * the report's identity, and it was answered "internal" for ever. What is too much must be a number
 * that a sender can read beforehand, and the same number for everyone who counts.
 */
#include "assess/xml/xml_count.h"

#include <string.h>

static const struct {
    const char *rule;
    size_t most;
} rows[EG_INPUT_COUNT] = {{"", SIZE_MAX},
#define EG_INPUT_ROW(name, rule, most) {rule, most},
                          EG_INPUT_LIMITS(EG_INPUT_ROW)
#undef EG_INPUT_ROW
};

const char *eg_input_rule(enum eg_input_limit limit)
{
    return rows[limit].rule;
}

size_t eg_input_most(enum eg_input_limit limit)
{
    return rows[limit].most;
}

enum eg_input_limit eg_input_named(const char *rule)
{
    for (unsigned i = EG_INPUT_NONE + 1; i < EG_INPUT_COUNT; i++) {
        if (strcmp(rows[i].rule, rule) == 0) {
            return (enum eg_input_limit)i;
        }
    }
    return EG_INPUT_NONE;
}

/* ---- helpers ------------------------------------------------------------------------------ */

static enum eg_input_limit over(enum eg_input_limit limit, size_t count)
{
    return count > rows[limit].most ? limit : EG_INPUT_NONE;
}

/* Names end with a NUL; NULL: there is none. */
static enum eg_input_limit check_name(const unsigned char *name)
{
    size_t most = rows[EG_INPUT_NAME].most;
    return name != NULL && strnlen((const char *)name, most + 1) > most ? EG_INPUT_NAME
                                                                        : EG_INPUT_NONE;
}

static enum eg_input_limit check_text(const unsigned char *text)
{
    size_t most = rows[EG_INPUT_TEXT].most;
    return text != NULL && strnlen((const char *)text, most + 1) > most ? EG_INPUT_TEXT
                                                                        : EG_INPUT_NONE;
}

/* A node that is no text. */
static enum eg_input_limit add_node(struct eg_xml_count *count)
{
    count->in_text = false;
    return over(EG_INPUT_NODES, ++count->nodes);
}

/* ---- tags --------------------------------------------------------------------------------- */

enum { SAX_NAME, SAX_PREFIX, SAX_URI, SAX_VALUE, SAX_END, SAX_FIELDS };

/* Names of what the tag declares and carries, and the octets of its values. */
static enum eg_input_limit check_parts(const struct eg_xml_tag *tag)
{
    enum eg_input_limit passed = check_name(tag->name);
    passed = passed == EG_INPUT_NONE ? check_name(tag->prefix) : passed;
    for (size_t i = 0; passed == EG_INPUT_NONE && i < 2 * tag->ns_count; i++) {
        passed = check_name(tag->ns[i]);
    }
    for (size_t i = 0; passed == EG_INPUT_NONE && i < tag->attribute_count; i++) {
        const unsigned char **attribute = tag->attributes + SAX_FIELDS * i;
        passed = check_name(attribute[SAX_NAME]);
        if (passed == EG_INPUT_NONE) {
            passed = over(EG_INPUT_TEXT, (size_t)(attribute[SAX_END] - attribute[SAX_VALUE]));
        }
    }
    return passed;
}

enum eg_input_limit eg_xml_count_start(struct eg_xml_count *count, const struct eg_xml_tag *tag)
{
    count->attributes += tag->attribute_count + tag->ns_count;
    enum eg_input_limit passed = over(EG_INPUT_DEPTH, ++count->depth);
    passed = passed == EG_INPUT_NONE ? over(EG_INPUT_NAMESPACES, tag->scope) : passed;
    passed = passed == EG_INPUT_NONE ? add_node(count) : passed;
    passed = passed == EG_INPUT_NONE ? over(EG_INPUT_ALL_ATTRIBUTES, count->attributes) : passed;
    return passed == EG_INPUT_NONE ? check_parts(tag) : passed;
}

void eg_xml_count_end(struct eg_xml_count *count)
{
    count->in_text = false;
    count->depth -= count->depth > 0 ? 1 : 0;
}

/* ---- what is no tag ------------------------------------------------------------------------ */

enum eg_input_limit eg_xml_count_text(struct eg_xml_count *count, size_t octets)
{
    if (!count->in_text) {
        count->in_text = true;
        count->text = 0;
        count->nodes++;
    }
    count->text += octets;
    enum eg_input_limit passed = over(EG_INPUT_NODES, count->nodes);
    return passed == EG_INPUT_NONE ? over(EG_INPUT_TEXT, count->text) : passed;
}

enum eg_input_limit eg_xml_count_comment(struct eg_xml_count *count, const unsigned char *text)
{
    enum eg_input_limit passed = over(EG_INPUT_COMMENTS, ++count->comments);
    passed = passed == EG_INPUT_NONE ? add_node(count) : passed;
    return passed == EG_INPUT_NONE ? check_text(text) : passed;
}

enum eg_input_limit eg_xml_count_instruction(struct eg_xml_count *count, const unsigned char *name,
                                             const unsigned char *text)
{
    enum eg_input_limit passed = over(EG_INPUT_INSTRUCTIONS, ++count->instructions);
    passed = passed == EG_INPUT_NONE ? add_node(count) : passed;
    passed = passed == EG_INPUT_NONE ? check_name(name) : passed;
    return passed == EG_INPUT_NONE ? check_text(text) : passed;
}
