/*
 * Is a certificate meant for signing in a role? By keyUsage and extendedKeyUsage alone. Pure.
 */
#ifndef EG_VERIFY_PURPOSE_H
#define EG_VERIFY_PURPOSE_H

#include "core/directory.h"
#include "core/verdict.h"

#include <openssl/x509.h>

/*
 * The roles (bits of enum eg_role) as which the certificate may sign; 0: none. Who has which role
 * is said by the directory: core/authorise.h brings both together.
 */
unsigned eg_purpose_roles(X509 *certificate);

/* It may sign as one of `roles`. false: the verdict holds CERT_PURPOSE. */
bool eg_purpose_fits(struct eg_verdict *verdict, X509 *certificate, unsigned roles,
                     const char *where);

#endif
