/*
 * All that comes out when a shipped package judges the reports of its own tests: what one thread
 * writes here, every other must write too.
 */
#ifndef TESTS_SUPPORT_JUDGING_H
#define TESTS_SUPPORT_JUDGING_H

#include "assess/judge/engine.h"

/* The packages of rules/ in a fixed order, ended by NULL. */
extern const char *const judging_packages[];

/*
 * Append status, findings, results and parameters of each report of the package's tests, judged by
 * a judge of its own, for a plant that says the first word of every setting. out        ended by
 * eg_buf_init by_xpath   libxml2 is asked for everything Anything that fails ends in the text, so
 * that it differs.
 */
void judging_write(struct eg_buf *out, const struct eg_rules *rules, bool by_xpath);

#endif
