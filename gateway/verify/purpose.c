/*
 * Purposes: what keyUsage and extendedKeyUsage must say before a certificate may sign for us.
 *
 * The rule: an end-entity certificate; keyUsage, if there, has digitalSignature or
 * contentCommitment (RFC 5280 4.2.1.3); extendedKeyUsage, if there, names one of the uses that the
 * role accepts (RFC 5280 4.2.1.12). Who has which role is said by the directory, not by the
 * certificate.
 */
#include "verify/purpose.h"

#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <string.h>

static const struct use_row {
    const char *oid, *name;
    /* that accept it */
    unsigned roles;
} uses[] = {
    {"2.5.29.37.0", "anyExtendedKeyUsage", EG_ROLES_ALL},
    {"1.3.6.1.5.5.7.3.36", "documentSigning", EG_ROLES_ALL},
    {"1.3.6.1.5.5.7.3.4", "emailProtection", EG_ROLES_ALL},
    {"1.3.6.1.5.5.7.3.2", "clientAuth",
     EG_ROLE_DEVICE | EG_ROLE_OPERATOR | EG_ROLE_MEASURING_BODY | EG_ROLE_AUTHORITY},
    {"1.3.6.1.5.5.7.3.1", "serverAuth", EG_ROLE_GATEWAY},
};

static unsigned roles_of_use(const ASN1_OBJECT *use)
{
    char oid[128];
    if (OBJ_obj2txt(oid, (int)sizeof oid, use, 1) <= 0) {
        return 0;
    }
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        if (strcmp(oid, uses[i].oid) == 0) {
            return uses[i].roles;
        }
    }
    return 0;
}

/* false: the extension is broken. Absent, it allows every role. */
static bool roles_of_extension(unsigned *roles, X509 *certificate)
{
    int found = 0;
    EXTENDED_KEY_USAGE *list = X509_get_ext_d2i(certificate, NID_ext_key_usage, &found, NULL);
    *roles = 0;
    if (list == NULL) {
        *roles = found == -1 ? EG_ROLES_ALL : 0;
        return found == -1;
    }
    for (int i = 0; i < sk_ASN1_OBJECT_num(list); i++) {
        *roles |= roles_of_use(sk_ASN1_OBJECT_value(list, i));
    }
    EXTENDED_KEY_USAGE_free(list);
    return true;
}

/* The roles that it allows, and if there are none the reason. */
static unsigned allowed_roles(const char **rule, const char **text, X509 *certificate)
{
    unsigned roles = 0;
    uint32_t usage = X509_get_key_usage(certificate);
    if (X509_check_ca(certificate) == 1) {
        *text = "a certificate of an authority signs certificates and nothing else";
        *rule = "RFC 5280 4.2.1.9";
        return 0;
    }
    if (usage != UINT32_MAX && (usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0) {
        *text = "keyUsage has neither digitalSignature nor contentCommitment";
        *rule = "RFC 5280 4.2.1.3";
        return 0;
    }
    *rule = "RFC 5280 4.2.1.12";
    *text = roles_of_extension(&roles, certificate)
                ? "extendedKeyUsage names no use that fits"
                : "extendedKeyUsage can not be read or stands there twice";
    return roles;
}

unsigned eg_purpose_roles(X509 *certificate)
{
    const char *rule = "", *text = "";
    return allowed_roles(&rule, &text, certificate);
}

bool eg_purpose_fits(struct eg_verdict *verdict, X509 *certificate, unsigned roles,
                     const char *where)
{
    const char *rule = "", *text = "";
    return (allowed_roles(&rule, &text, certificate) & roles) != 0 ||
           eg_verdict_refuse(verdict, EG_CODE_CERT_PURPOSE, rule, where, "%s", text);
}
