/*
 * A loader over texts given in a test: pairs of name and content, ended by NULL.
 */
#ifndef TESTS_SUPPORT_LOADER_H
#define TESTS_SUPPORT_LOADER_H

#include "assess/xml/xml.h"

struct test_files {
    const char *name, *content;
};

/* `files` ends with a row whose name is NULL; kept. */
struct eg_loader test_loader(const struct test_files *files);

#endif
