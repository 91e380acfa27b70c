/*
 * Entries of each kind for tests, every field that the kind has filled in.
 */
#ifndef TESTS_SUPPORT_ENTRIES_H
#define TESTS_SUPPORT_ENTRIES_H

#include "proof/entry.h"

struct eg_entry test_submission(void);
struct eg_entry test_key_entry(void);

#endif
