/*
 * A rule package as structs: what package.xml says, and the octets of its files. Verified by
 * verify, parsed by assess, held by flow; immutable after load, shared by all threads. How it is
 * compiled is assess's own business.
 */
#ifndef EG_CORE_PACKAGE_H
#define EG_CORE_PACKAGE_H

#include "base/file.h"
#include "core/identity.h"

struct eg_package_ref {
    char id[EG_ID_MAX + 1];
    char version[32];
    /* SHA-256 of the SIGNED file: fixes every octet of the package */
    struct eg_digest digest;
};

struct eg_title {
    char *de, *en;
};

/* A file of the shared vocabularies that the package takes. */
struct eg_vocabulary_file {
    /* in the package */
    char *file;
    /* below rules/vocabulary */
    char *name;
    struct eg_digest digest;
};

enum eg_step_kind { EG_STEP_SCHEMA, EG_STEP_CHECKS, EG_STEP_ASSESSMENT, EG_STEP_TRANSFORM };

struct eg_step {
    enum eg_step_kind kind;
    /* in the package */
    char *file;
    /* checks: NULL = default phase */
    char *phase;
    /* name of the result it works on; NULL = the report */
    char *on;
    /* assessment, transform: name of what it makes */
    char *result;
};

/* A fact about the plant that the directory states: one of the declared words. */
struct eg_setting {
    char *name;
    char **words;
    size_t word_count;
    bool per_component;
    /* citation: why the law asks for it */
    char *source;
    struct eg_title title;
};

struct eg_parameter_row {
    /* NULL: every */
    char *component;
    /* condition over settings; NULL: always. The first row that fits counts */
    char *when;
    char *value;
    /* the parameter's source, if it has one, comma, its own */
    char *source;
};

struct eg_parameter {
    /* value: NULL when rows give it; source: citation in the law */
    char *name, *unit, *value, *source;
    struct eg_title title;
    /* formula over parameters alone, computed exactly; NULL: value or rows */
    char *is;
    /* bounds within which the directory may set it for a plant; NULL: none */
    char *min, *max;
    /* by a permit in the directory */
    bool may_override;
    /* and only downwards */
    bool stricter_only;
    /* by component */
    struct eg_parameter_row *rows;
    size_t row_count;
};

enum eg_recipient_kind {
    EG_TO_COMPETENT_AUTHORITY,
    EG_TO_OPERATOR,
    EG_TO_PARTICIPANT,
    EG_TO_PUBLIC
};

struct eg_notification_rule {
    char *name;
    char *result;
    enum eg_recipient_kind to;
    /* EG_TO_PARTICIPANT */
    char *participant;
};

struct eg_package {
    struct eg_package_ref ref;
    struct eg_title title;
    /* participant id */
    char *publisher;
    /* Land it is published for; NULL = all */
    char *land;
    char *law, *citation;
    /* report periods judged, inclusive; until "" = open */
    char from[11], until[11];
    /* root element */
    char *match_namespace, *match_name;
    /* NULL: any */
    char *match_kind, *match_regime;
    struct eg_title remark;
    /* identity XPaths; prefixes are bound by `namespaces` */
    char *path_id, *path_version, *path_addressee, *path_plant, *path_from, *path_until, *path_kind;
    /* NULL: the vocabulary has none */
    char *path_zone;
    bool addressee_none;
    /* a report comes when its period is over */
    bool period_ended;
    struct eg_value_pair {
        char *prefix, *uri;
    } * namespaces;
    size_t namespace_count;
    struct eg_setting *settings;
    size_t setting_count;
    struct eg_parameter *parameters;
    size_t parameter_count;
    struct eg_vocabulary_file *vocabularies;
    size_t vocabulary_count;
    struct eg_step *steps;
    size_t step_count;
    struct eg_notification_rule *notifications;
    size_t notification_count;

    /* every file listed in SIGNED, and SIGNED, SIGNED.p7s themselves; of an unsigned package
     * also the vocabularies that signing would put in */
    struct eg_tree tree;
    /* SIGNED and SIGNED.p7s were there and SIGNED fits the files; the CMS is verify's to check */
    bool is_signed;
};

void eg_package_free(struct eg_package **package);

/* The octets of a file of the package; data NULL when it is not there. Borrowed. */
struct eg_bytes eg_package_file(const struct eg_package *package, const char *name);

/* The package judges reports whose period lies in [from, until]. */
bool eg_package_covers(const struct eg_package *package, const char *from, const char *until);

#endif
