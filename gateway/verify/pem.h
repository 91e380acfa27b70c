/*
 * Is a file of PEM blocks whole? OpenSSL reads past what it does not know, so a second block that
 * was cut short, or blocks of another kind, would be left out without a word. Conditions:
 *
 *   (1) outside a block, a line that begins with "-" is -----BEGIN LABEL-----, with the label
 * wanted (2) inside, such a line is -----END LABEL----- with the same label, and it comes (3) there
 * is at least one block
 *
 * Other lines outside blocks are comments, as the openssl command writes them. Pure; any thread.
 */
#ifndef EG_VERIFY_PEM_H
#define EG_VERIFY_PEM_H

#include "base/bytes.h"

/*
 *   labels   ends with NULL; the first one names in errors what is wanted
 *   what     file or option that it came from
 * EG_E_FORMAT with the line.
 */
EG_MUST_USE
enum eg_status eg_pem_whole(struct eg_bytes pem, const char *const *labels, const char *what,
                            struct eg_error *err);

#endif
