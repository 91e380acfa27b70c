/*
 * Writing a participant directory as XML (urn:emgate:directory:2), the counterpart of the reader in
 * assess: what is written here from a struct reads back as the same struct. What was read from a
 * directory 1 is written as a directory 2 too (component_first is not kept).
 */
#ifndef EG_TRIAL_DIRECTORY_TEXT_H
#define EG_TRIAL_DIRECTORY_TEXT_H

#include "core/directory.h"

/*
 * Append the XML. `octets`, `signature` and `digest` of the struct are not looked at; NULL texts
 * count as empty and are left out. EG_E_LIMIT, EG_E_NOMEM. Any thread.
 */
EG_MUST_USE
enum eg_status eg_directory_write(struct eg_buf *out, const struct eg_directory *directory,
                                  struct eg_error *err);

#endif
