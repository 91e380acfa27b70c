/*
 * A trial folder: everything that a gateway, an operator, an authority and an auditor need to start
 * on one machine. Used by `emgate pki init`, by the demo, by the bench and by tests.
 *
 *   ca.pem ca.key crl.pem          the authority that issued all certificates, and its list
 *   NAME.pem NAME.key              certificate and key (0600) of registrar, publisher, gateway,
 *                                  operator, authority, auditor
 *   log.key log.vkey               Ed25519 seed of the log key (hex, 0600), its verifier key (C2SP)
 *   log.statement, .p7s            who signs this log, signed by the gateway's certificate
 *   door.curve hall.curve          CURVE key pairs: public and secret key, a line each (0600)
 *   directory.xml, .p7s            the participants and the plant, signed by the registrar
 *   card, .p7s                     the endpoint card, signed by the gateway
 *   emgated.ini                    the gateway's settings
 *   archive.db.head                head note of a log without an entry
 *   rules/                         where rule packages are installed
 *
 * Participants have the names of their files as ids.
 */
#ifndef EG_TRIAL_TRIAL_H
#define EG_TRIAL_TRIAL_H

#include "core/directory.h"
#include "verify/issue.h"

/* What may be chosen; 0 or NULL takes the value in brackets. */
struct eg_trial_options {
    /* of the log ["demo.emgate.example"] */
    const char *origin;
    /* id of the one plant ["plant-1"] */
    const char *plant;
    /* ["Gas turbine 1"] */
    const char *plant_name;
    /* ISO 3166-2 ["DE-HE"] */
    const char *land;
    /* endpoints ["tcp://127.0.0.1:7411", ":7412"] */
    const char *door, *hall;
    /* package ids that the publisher may publish ["eu.", "de."] */
    const char *const *prefixes;
    size_t prefix_count;
    /* laws under which the plant reports ["ied-annex-v"] */
    const char *const *regimes;
    size_t regime_count;
    /* standard time of the plant, "+01:00" [none: its reports may be in any] */
    const char *zone;
    enum eg_key_kind keys;
    /* beginning of everything [now] */
    int64_t at_ms;
};

/*
 * Write the folder.
 *
 *   dir      created if it is not there; must be empty otherwise
 *   options  NULL: all defaults
 *
 * EG_E_EXISTS  dir holds something; nothing was written
 * EG_E_USAGE   an option is not of its form
 * EG_E_IO, EG_E_CRYPTO, EG_E_NOMEM, EG_E_LIMIT; the folder is then half written and of no use
 * Thread       any; blocks on disk
 */
EG_MUST_USE
enum eg_status eg_trial_write(const char *dir, const struct eg_trial_options *options,
                              struct eg_error *err);

#endif
