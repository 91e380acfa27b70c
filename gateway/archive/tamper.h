/*
 * Damage done on purpose, to show that it is found: used by the demo and by tests, never by the
 * gateway.
 */
#ifndef EG_ARCHIVE_TAMPER_H
#define EG_ARCHIVE_TAMPER_H

#include "archive/store.h"

/*
 * Change one octet of an archived report, the way someone with the database file could: the change
 * is stored as properly as the first octets were, only the digest in the entry no longer fits. path
 * of an archive that no gateway has open index    entry whose report is changed offset   octet to
 * change; its lowest bit is flipped EG_E_NOTFOUND: no such content or octet; EG_E_IO, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_tamper_report(const char *path, uint64_t index, size_t offset,
                                struct eg_error *err);

#endif
