/*
 * RULES and its answer PACKAGES: which rule packages a gateway judges with, and their very octets.
 *
 *   RULES      id | version        id empty: the list; version empty: the highest in force;
 *                                  "sha256:<hex>": the one of this digest, as receipts name it
 *   PACKAGES   text [| zip]        without zip: the list; with it: the one package asked for
 *
 *   emgate packages 1
 *   package <id> <version> sha256:<hex> <state> <first> <last>     once for each, in order of id
 *
 * state: active; withdrawn (its publisher said so); archived (in the log, no longer installed).
 * first and last: the report periods it judges now; "-" for last: open; "-" for both: none.
 */
#ifndef EG_WIRE_PACKAGES_H
#define EG_WIRE_PACKAGES_H

#include "base/text.h"
#include "core/package.h"
#include "wire/message.h"

enum eg_package_standing { EG_STANDS_ACTIVE, EG_STANDS_WITHDRAWN, EG_STANDS_ARCHIVED };

struct eg_package_line {
    struct eg_package_ref package;
    enum eg_package_standing standing;
    /* "" = "-" */
    char first[11], last[11];
};

const char *eg_package_standing_text(enum eg_package_standing standing);

/* Begin the text, then put each line; ask eg_buf_ok. Any thread. */
void eg_packages_begin(struct eg_buf *out);
void eg_packages_put(struct eg_buf *out, const struct eg_package_line *line);

/*
 * Read line by line: start, then next until it says 0. Strict. Borrowed text must outlive it.
 * eg_packages_next: 1 read, 0 end of text, -1 malformed. Any thread.
 */
struct eg_packages_reader {
    struct eg_lines lines;
};
bool eg_packages_start(struct eg_packages_reader *reader, struct eg_bytes text);
int eg_packages_next(struct eg_packages_reader *reader, struct eg_package_line *out);

/* What RULES asks for. */
struct eg_rules_body {
    bool list;
    char id[EG_ID_MAX + 1];
    /* "" with has_digest, or for the highest in force */
    char version[32];
    bool has_digest;
    struct eg_digest digest;
};
bool eg_rules_body_read(struct eg_rules_body *out, const struct eg_message *message,
                        const char **why);

#endif
