/*
 * What a publisher says of a package after its release: which periods it judges from now on. A text
 * of its own, signed by the publisher (kind package-state), kept beside the installed package and
 * recorded in the log.
 *
 *   emgate package-state 1
 *   package <id> <version> sha256:<hex>
 *   number <n>                   1, 2, ..: the highest counts; it rises with each statement
 *   state active|withdrawn
 *   first <day>                  periods judged begin here; absent: as package.xml says
 *   last <day>                   periods judged end here; absent: active, as package.xml says;
 *                                withdrawn, none is judged any more
 *   reason <text>
 *
 * Valid when keys stand in this order, first is not behind last, and a withdrawal that says first
 * says last. Without any statement a package judges what package.xml says.
 */
#ifndef EG_CORE_PACKAGE_STATE_H
#define EG_CORE_PACKAGE_STATE_H

#include "core/package.h"
#include "core/selection.h"

#define EG_STATE_REASON_MAX 400 /* a sentence or two */
#define EG_STATE_NUMBER_MAX 999999

struct eg_package_state {
    struct eg_package_ref package;
    uint32_t number;
    bool withdrawn;
    /* "" = absent */
    char first[11], last[11];
    char reason[EG_STATE_REASON_MAX + 1];
};

/* Writes, and makes sure that it can be read. EG_E_FORMAT, EG_E_LIMIT, EG_E_NOMEM. Any thread. */
EG_MUST_USE
enum eg_status eg_package_state_write(struct eg_buf *out, const struct eg_package_state *state,
                                      struct eg_error *err);
/* Strict: what is read writes back the same octets. EG_E_FORMAT with the line. Any thread. */
EG_MUST_USE
enum eg_status eg_package_state_read(struct eg_package_state *out, struct eg_bytes text,
                                     struct eg_error *err);

/* The statement is about this very package (id, version, digest). */
bool eg_package_state_is_of(const struct eg_package_state *state,
                            const struct eg_package_ref *package);

/* The periods that the package judges under the statement; NULL: none was made. */
struct eg_span eg_package_state_span(const struct eg_package *package,
                                     const struct eg_package_state *state);

const char *eg_package_state_word(bool withdrawn);

#endif
