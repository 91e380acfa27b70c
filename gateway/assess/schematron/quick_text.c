/*
 * Texts of the quick language: views of the document wherever that can be, else made in the scratch
 * of the run. What is too long for it, or does not lie in one piece, is left to XPath.
 */
#include "assess/schematron/quick_inside.h"

#include <string.h>

static struct eg_bytes variable_text(struct eg_quick_run *run, const struct eg_quick *quick)
{
    struct eg_quick_value value = eg_quick_value_of(run, quick, 0);
    return value.type == EG_QUICK_IS_STRING ? value.text : eg_quick_leave(run);
}

/* As text; numbers and truths as texts are XPath's business. A set: of its first node, or "". */
struct eg_bytes eg_quick_text(struct eg_quick_run *run, const struct eg_quick *quick,
                              uint32_t place)
{
    switch (quick->type) {
    case EG_QUICK_IS_SET: {
        uint32_t first = eg_quick_first(run, quick, place);
        return first != EG_FLAT_NONE ? eg_quick_text_at(run, first) : eg_bytes_of("");
    }
    case EG_QUICK_IS_STRING:
        return eg_quick_string(run, quick, place);
    case EG_QUICK_IS_VARIABLE:
        return variable_text(run, quick);
    case EG_QUICK_IS_NUMBER:
    case EG_QUICK_IS_BOOLEAN:
    default:
        return eg_quick_leave(run);
    }
}

static char *room(struct eg_quick_run *run, size_t len)
{
    if (len > EG_QUICK_SCRATCH - run->used) {
        run->left = true;
        return NULL;
    }
    char *start = run->scratch + run->used;
    run->used += len;
    return start;
}

static struct eg_bytes concat(struct eg_quick_run *run, const struct eg_quick *call, uint32_t place)
{
    struct eg_bytes texts[16];
    size_t len = 0;
    for (size_t i = 0; i < call->part_count; i++) {
        texts[i] = eg_quick_text(run, call->parts[i], place);
        len += texts[i].len;
    }
    run->octets += len;
    char *made = room(run, len);
    if (made == NULL) {
        return eg_quick_leave(run);
    }
    for (size_t i = 0, at = 0; i < call->part_count; i++) {
        memcpy(made + at, texts[i].data, texts[i].len);
        at += texts[i].len;
    }
    return (struct eg_bytes){(const uint8_t *)made, len};
}

/* Octets of the first `count` characters, or all there are. */
static size_t characters(struct eg_bytes text, size_t count, bool ascii)
{
    size_t at = 0;
    if (ascii) {
        return count < text.len ? count : text.len;
    }
    for (; at < text.len && count > 0; count--) {
        do {
            at++;
        } while (at < text.len && (text.data[at] & 0xc0) == 0x80);
    }
    return at;
}

static struct eg_bytes substring(struct eg_quick_run *run, const struct eg_quick *call,
                                 uint32_t place)
{
    const struct eg_quick *part = call->parts[0];
    struct eg_bytes text = EG_BYTES_NONE;
    bool ascii = false;
    if (part->type == EG_QUICK_IS_SET && part->single) {
        uint32_t only = eg_quick_node(run, part, place);
        text = only != EG_FLAT_NONE ? eg_quick_text_at(run, only) : eg_bytes_of("");
        ascii = eg_flat_is_attribute(only) && only != EG_FLAT_NONE &&
                eg_flat_is_ascii(eg_flat_attribute(run->flat, only));
    } else {
        text = eg_quick_text(run, part, place);
    }
    run->octets += text.len;
    size_t skip = characters(text, call->skip, ascii);
    struct eg_bytes rest = {text.data + skip, text.len - skip};
    rest.len = characters(rest, call->keep, ascii);
    return rest;
}

static struct eg_bytes cut(struct eg_quick_run *run, const struct eg_quick *call, uint32_t place)
{
    struct eg_bytes all = eg_quick_text(run, call->parts[0], place);
    struct eg_bytes mark = eg_quick_text(run, call->parts[1], place);
    run->octets += all.len + mark.len;
    const uint8_t *at = memmem(all.data, all.len, mark.data, mark.len);
    if (at == NULL) {
        return eg_bytes_of("");
    }
    size_t before = (size_t)(at - all.data);
    if (call->kind == EG_QUICK_SUBSTRING_BEFORE) {
        return (struct eg_bytes){all.data, before};
    }
    size_t skip = before + mark.len;
    return (struct eg_bytes){all.data + skip, all.len - skip};
}

static struct eg_bytes translate(struct eg_quick_run *run, const struct eg_quick *call,
                                 uint32_t place)
{
    struct eg_bytes text = eg_quick_text(run, call->parts[0], place);
    run->octets += text.len + call->parts[1]->text_len + call->parts[2]->text_len;
    char *made = room(run, text.len);
    size_t len = 0;
    if (made == NULL) {
        return eg_quick_leave(run);
    }
    for (size_t i = 0; i < text.len; i++) {
        char to = call->map[text.data[i]];
        made[len] = to;
        len += to != '\0' ? 1 : 0;
    }
    return (struct eg_bytes){(const uint8_t *)made, len};
}

struct eg_bytes eg_quick_string(struct eg_quick_run *run, const struct eg_quick *quick,
                                uint32_t place)
{
    struct eg_bytes text;
    switch (quick->kind) {
    case EG_QUICK_LITERAL:
        return (struct eg_bytes){(const uint8_t *)quick->text, quick->text_len};
    case EG_QUICK_STRING:
        text = eg_quick_text(run, quick->parts[0], place);
        run->octets += text.len;
        return text;
    case EG_QUICK_CONCAT:
        return concat(run, quick, place);
    case EG_QUICK_SUBSTRING:
        return substring(run, quick, place);
    case EG_QUICK_SUBSTRING_BEFORE:
    case EG_QUICK_SUBSTRING_AFTER:
        return cut(run, quick, place);
    case EG_QUICK_TRANSLATE:
        return translate(run, quick, place);
    default:
        return eg_quick_leave(run);
    }
}
