/*
 * What a package can say: each check and finding with its severity and its sentences, read from its
 * files as they are, with their places for values ("{@limit}"). For pages and comparisons; a
 * report's own sentences come from the compiled rules.
 */
#ifndef EG_ASSESS_WORDING_H
#define EG_ASSESS_WORDING_H

#include "core/package.h"

struct eg_wording_line {
    char *rule;
    /* fatal, error, warning, info */
    char *severity;
    /* in the package */
    char *file;
    /* citation; NULL: the sentence says it */
    char *source;
    /* the test or condition as written */
    char *when;
    /* NULL: the package does not speak that language */
    char *de, *en;
};
struct eg_wording {
    /* in the order of steps, files and elements */
    struct eg_wording_line *lines;
    size_t count, capacity;
    /* cases in tests/tests.xml */
    size_t tests;
    /* read: includes may name one again and again */
    size_t files;
};

/* The package should compile: what is doubtful is left out here, not refused. EG_E_FORMAT,
 * EG_E_LIMIT, EG_E_NOMEM. Any thread; the engine must be started. */
EG_MUST_USE
enum eg_status eg_wording_read(struct eg_wording *out, const struct eg_package *package,
                               struct eg_error *err);
void eg_wording_done(struct eg_wording *wording);

#endif
