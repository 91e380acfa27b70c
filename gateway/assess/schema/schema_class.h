/*
 * What one character of a pattern may be, as far as is needed to tell whether two classes meet.
 */
#ifndef EG_ASSESS_SCHEMA_CLASS_H
#define EG_ASSESS_SCHEMA_CLASS_H

#include "base/bytes.h"

#define EG_SCHEMA_RANGES_MAX 16

/* Of ASCII what it is; of the rest what is said by name, or all of it. Never too small. */
struct eg_schema_class {
    uint64_t ascii[2];
    /* any character beyond ASCII may be in it */
    bool others;
    /* of ASCII it may have less */
    bool large;
    struct {
        uint32_t from, to;
    } ranges[EG_SCHEMA_RANGES_MAX]; /* beyond ASCII, without `others` */
    unsigned range_count;
};

bool eg_schema_classes_meet(const struct eg_schema_class *a, const struct eg_schema_class *b);

/*
 * Read one character, escape, '.' or class in brackets at *at (UTF-8, NUL at the end), and pass it.
 * False: there is none, or it is not of appendix F.
 */
bool eg_schema_class_read(struct eg_schema_class *out, const char **at);

#endif
