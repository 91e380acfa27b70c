/*
 * Patterns of simple types (XML Schema 1.0 Part 2, appendix F) that a value can not stretch.
 *
 * libxml2 tries one way of reading a value after another. Where a repetition leaves it several, the
 * time grows with a power of the value's length, up to seconds for one value; a report may hold a
 * hundred thousand. So the patterns of packages are such that inside a repetition each character
 * decides: "[a-z]+(-[a-z]+)*", but not ".*-.*".
 */
#ifndef EG_ASSESS_SCHEMA_PATTERN_H
#define EG_ASSESS_SCHEMA_PATTERN_H

#include "base/bytes.h"

/*
 *   where   "file:line", for the error
 * EG_E_FORMAT: a character can be read in two ways inside a repetition (named with its place), in
 * more than EG_SCHEMA_PATTERN_WAYS_MAX places outside of one, or the pattern is none of appendix F.
 * EG_E_LIMIT: more than EG_SCHEMA_PATTERN_MAX octets, parentheses deeper than
 * EG_SCHEMA_PATTERN_DEPTH_MAX, or more than EG_SCHEMA_PATTERN_PLACES_MAX characters and classes,
 * counted repetitions written out. Any thread.
 */
EG_MUST_USE
enum eg_status eg_schema_pattern_check(const char *pattern, const char *where,
                                       struct eg_error *err);

#endif
