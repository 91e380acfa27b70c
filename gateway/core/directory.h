/*
 * The participant directory as structs: who takes part, with which certificates and roles, which
 * plants there are, who may report for them and what the authority states of them. Parsed by
 * assess, verified by verify, held by flow; immutable after load, shared by all threads.
 *
 * Form: rules/vocabulary/directory.xsd (generation 2); rules/vocabulary/directory-1.xsd is still
 * read. A directory 1 has one authority and a list of regimes of each plant, without days; they are
 * entries without days here.
 *
 * Dates: an entry holds on the days from..until, both included; "" is open. Where it may name a
 * component or an emission source, "" is every one. Of several entries about one thing that hold on
 * a day the most specific counts:
 *   source and component, source, component, plant
 * (a permit of a directory 1: component before source, component_first). Two of the same place that
 * hold on one day are refused when the directory is read.
 */
#ifndef EG_CORE_DIRECTORY_H
#define EG_CORE_DIRECTORY_H

#include "core/signer.h"

enum eg_role {
    EG_ROLE_OPERATOR = 1 << 0,
    EG_ROLE_DEVICE = 1 << 1,
    EG_ROLE_MEASURING_BODY = 1 << 2,
    EG_ROLE_AUTHORITY = 1 << 3,
    EG_ROLE_RULE_PUBLISHER = 1 << 4,
    EG_ROLE_AUDITOR = 1 << 5,
    EG_ROLE_REGISTRAR = 1 << 6,
    EG_ROLE_GATEWAY = 1 << 7,
};
#define EG_ROLES_ALL 0xffu

/* How a certificate is known to belong to a participant: by its digest, or by issuer key and
 * subject. */
struct eg_certificate_rule {
    bool pinned;
    /* pinned */
    struct eg_digest certificate;
    /* not pinned */
    struct eg_digest issuer_key;
    /* not pinned; RFC 2253 form */
    char *subject;
};

struct eg_participant {
    char *id;
    /* as registered */
    char *name;
    /* bits of enum eg_role */
    unsigned roles;
    struct eg_certificate_rule *certificates;
    size_t certificate_count;
    /* of a rule publisher: "eu.ied." may publish eu.ied.* */
    char **package_prefixes;
    size_t package_prefix_count;
    /* of a rule publisher: Länder it may publish for; none listed = all */
    char **lands;
    size_t land_count;
};

/* A participant that may report for a plant between two dates (inclusive; "" = open). */
struct eg_delegate {
    char *participant;
    char from[11], until[11];
    /* may replace reports that another participant handed in */
    bool supersedes;
};

/* Who is notified of a plant's reports as its competent authority. */
struct eg_plant_authority {
    char *participant;
    /* of report; "" = every one without an entry of its own */
    char *kind;
    char from[11], until[11];
};

/* A law under which a plant reports; packages match it by name. */
struct eg_plant_regime {
    char *name;
    /* "" = every */
    char *component;
    /* "" = every */
    char *source;
    char from[11], until[11];
};

/* A measuring system, as calibrations of reports name it. */
struct eg_plant_device {
    char *id;
    /* maker, type and number, for people; "" = not said */
    char *name;
    /* "" = every */
    char *component;
    /* "" = every */
    char *source;
    char from[11], until[11];
};

/* How long reports of a plant and what was said of them are kept at least. */
struct eg_retention {
    /* of report; "" = every one without an entry of its own */
    char *kind;
    /* after the year of the report's last day */
    unsigned years;
    char *citation;
};

/* A package parameter set for this plant (permit). */
struct eg_plant_parameter {
    /* package id */
    char *package;
    /* parameter */
    char *name;
    /* "" = every */
    char *component;
    /* "" = every */
    char *source;
    char *value, *unit, *citation;
    char from[11], until[11];
};

/* A fact about the plant that a package asks for (core/package.h, setting). */
struct eg_plant_setting {
    /* package id */
    char *package;
    /* setting */
    char *name;
    /* "" = of the plant, or every */
    char *component;
    /* "" = every */
    char *source;
    char *word, *citation;
    char from[11], until[11];
};

/* An emission source (stack) that owes reports between two days (inclusive; "" = open). */
struct eg_plant_source {
    char *id;
    char from[11], until[11];
};

struct eg_plant {
    char *id, *name;
    /* days between which it owes reports, inclusive; "" = open */
    char from[11], until[11];
    /* of its standard time, as reports write it: "+01:00"; "": any */
    char zone[7];
    /* none listed: those that its reports name */
    struct eg_plant_source *sources;
    size_t source_count;
    /* participant */
    char *operator_id;
    struct eg_plant_authority *authorities;
    size_t authority_count;
    char *land;
    struct eg_plant_regime *regimes;
    size_t regime_count;
    /* devices and measuring bodies */
    struct eg_delegate *delegates;
    size_t delegate_count;
    struct eg_plant_parameter *parameters;
    size_t parameter_count;
    struct eg_plant_setting *settings;
    size_t setting_count;
    struct eg_plant_device *devices;
    size_t device_count;
    struct eg_retention *retentions;
    size_t retention_count;
    /* of a directory 1: a permit for a component goes before one for a source */
    bool component_first;
};

struct eg_log_key {
    char *origin;
    /* participant */
    char *gateway;
    uint8_t key[EG_ED25519_KEY_LEN];
    char from[11], until[11];
};

struct eg_directory {
    /* rises */
    uint64_t version;
    int64_t not_after_ms;
    /* SHA-256 of the XML octets */
    struct eg_digest digest;
    /* the XML that was signed */
    struct eg_buf octets;
    /* its CMS */
    struct eg_buf signature;
    struct eg_participant *participants;
    size_t participant_count;
    struct eg_plant *plants;
    size_t plant_count;
    struct eg_log_key *log_keys;
    size_t log_key_count;
    /* made by eg_directory_index; NULL: one by one */
    struct eg_directory_index *index;
};

/*
 * Make the index by which the look-ups below find at once what they are asked for (without it they
 * search one by one: right, but slow for thousands of participants). Call once when all is filled
 * in; the arrays may not change after it.
 *
 * EG_E_FORMAT  an id or a certificate rule is there twice
 * EG_E_NOMEM
 */
EG_MUST_USE
enum eg_status eg_directory_index(struct eg_directory *directory, struct eg_error *err);

void eg_directory_free(struct eg_directory **directory);

/* All borrowed from the directory; NULL when there is none. Any thread. */
const struct eg_participant *eg_directory_participant(const struct eg_directory *directory,
                                                      const char *id);
const struct eg_participant *eg_directory_by_certificate(const struct eg_directory *directory,
                                                         const struct eg_signer *signer);
const struct eg_plant *eg_directory_plant(const struct eg_directory *directory, const char *id);

/* Days "YYYY-MM-DD", `from` and `until` "" = open: do from_a..until_a and from_b..until_b meet? */
bool eg_days_meet(const char *from_a, const char *until_a, const char *from_b, const char *until_b);

/*
 * The competent authority for reports of this kind whose period ends on `day`: of the entry for the
 * kind, else of the one for every kind. Participant, borrowed; NULL: none on this day. Any thread.
 */
const char *eg_plant_authority(const struct eg_plant *plant, const char *kind, const char *day);

/* Does the plant report under this law, anywhere in it, on some day from..until? Any thread. */
bool eg_plant_has_regime(const struct eg_plant *plant, const char *name, const char *from,
                         const char *until);

const char *eg_role_text(enum eg_role role);
unsigned eg_role_named(const char *text); /* 0: no such role */

#endif
